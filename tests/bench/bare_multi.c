/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What sending is measured by: a loop of libcurl's multi handle that posts one file so many
 * times over so many connections, and keeps nothing.  usage: bare_multi URL CA FILE COUNT
 * CONNECTIONS */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

static size_t ignore(char *bytes, size_t one, size_t count, void *user)
{
    (void)bytes;
    (void)user;
    return one * count;
}

int main(int argc, char **argv)
{
    static char body[1 << 20];
    if (argc != 6)
        return 2;
    FILE *file = fopen(argv[3], "rb");
    size_t size = file ? fread(body, 1, sizeof body, file) : 0;
    long count = strtol(argv[4], NULL, 10), most = strtol(argv[5], NULL, 10);
    long begun = 0, running = 0, good = 0;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, most * 2);
    while (begun < count || running) {
        for (; begun < count && running < most; begun++, running++) {
            CURL *easy = curl_easy_init();
            curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
            curl_easy_setopt(easy, CURLOPT_CAINFO, argv[2]);
            curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
            curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)size);
            curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
            curl_multi_add_handle(multi, easy);
        }
        int active, left;
        CURLMsg *message;
        curl_multi_perform(multi, &active);
        while ((message = curl_multi_info_read(multi, &left))) {
            long status = 0;
            curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
            good += message->data.result == CURLE_OK && status == 200;
            CURL *easy = message->easy_handle;
            curl_multi_remove_handle(multi, easy);
            curl_easy_cleanup(easy);
            running--;
        }
        curl_multi_poll(multi, NULL, 0, 100, NULL);
    }
    printf("%ld\n", good);
    return good == count ? 0 : 1;
}
