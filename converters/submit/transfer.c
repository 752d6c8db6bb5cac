/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One attempt to send one item; see transfer.h. */
#include "submit/transfer.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_SECONDS 30L
#define ANSWER_SECONDS 60
#define ANSWER_BYTES (1 << 20)
/* Slower than this for so long is too slow. */
#define LOW_SPEED_BYTES 64L
#define LOW_SPEED_SECONDS 20L
/* Headers of an answer, all together. */
#define HEADER_BYTES ((size_t)64 << 10)

/* --- what libcurl calls */

static size_t take_body(char *bytes, size_t one, size_t count, void *user)
{
    struct transfer *transfer = user;
    (void)one; /* is 1 */
    if (count > transfer->limit - transfer->body.size) {
        transfer->is_long = true;
        return 0;
    }
    buffer_add(&transfer->body, bytes, count);
    return buffer_status(&transfer->body) == COMITY_OK ? count : 0;
}

static size_t take_header(char *bytes, size_t one, size_t count, void *user)
{
    size_t *left = user;
    (void)bytes;
    (void)one;
    if (count > *left)
        return 0;
    *left -= count;
    return count;
}

/* Looks at the address that the name was resolved to: the name itself says nothing. */
static curl_socket_t open_socket(void *user, curlsocktype purpose,
                                 struct curl_sockaddr *address)
{
    struct transfer *transfer = user;
    (void)purpose;
    if (!endpoint_flag(&transfer->item.endpoint, "internal") &&
        !address_is_public(&address->addr)) {
        transfer->is_denied = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* --- options */

static comity_status add_header(void *user, const char *line)
{
    struct transfer *transfer = user;
    for (const char *at = line; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7F)
            return COMITY_E_USAGE; /* a line end would begin another header */
    struct curl_slist *more = curl_slist_append(transfer->headers, line);
    if (!more)
        return COMITY_E_NOMEM;
    transfer->headers = more;
    return COMITY_OK;
}

/* Of several faults the first is the reason. */
static void keep_fault(void *user, const struct entry_fault *fault)
{
    struct transfer *transfer = user;
    if (!transfer->refused)
        transfer->refused = strdup(fault->message);
}

static comity_status set_file(struct transfer *transfer, const char *member, CURLoption option)
{
    struct buffer bytes;
    struct entry_faults faults = {.tell = keep_fault, .user = transfer};
    comity_status status = COMITY_OK;
    endpoint_read_file(&transfer->item.endpoint, member, &bytes, &faults);
    struct curl_blob blob = {bytes.bytes, bytes.size, CURL_BLOB_COPY};
    if (faults.count)
        status = COMITY_E_USAGE;
    else if (bytes.size && curl_easy_setopt(transfer->easy, option, &blob) != CURLE_OK)
        status = COMITY_E_NOMEM;
    buffer_free(&bytes);
    return status;
}

/* The first line of the file: libcurl keeps a copy of its own. */
static comity_status set_password(struct transfer *transfer)
{
    struct buffer bytes;
    struct entry_faults faults = {.tell = keep_fault, .user = transfer};
    endpoint_read_file(&transfer->item.endpoint, "password", &bytes, &faults);
    comity_status status = faults.count ? COMITY_E_USAGE : COMITY_OK;
    if (status == COMITY_OK && bytes.size) {
        buffer_char(&bytes, '\0');
        status = buffer_status(&bytes);
        if (status == COMITY_OK)
            bytes.bytes[strcspn(bytes.bytes, "\r\n")] = '\0';
        if (status == COMITY_OK &&
            curl_easy_setopt(transfer->easy, CURLOPT_KEYPASSWD, bytes.bytes) != CURLE_OK)
            status = COMITY_E_NOMEM;
    }
    buffer_free(&bytes);
    return status;
}

/* "sha256//...;sha256//..." */
static comity_status set_pins(struct transfer *transfer)
{
    const cJSON *pins =
        cJSON_GetObjectItemCaseSensitive(transfer->item.endpoint.settings, "pins");
    const cJSON *pin;
    struct buffer text;
    buffer_init(&text, 4096);
    cJSON_ArrayForEach (pin, pins) {
        if (text.size)
            buffer_char(&text, ';');
        buffer_text(&text, cJSON_IsString(pin) ? pin->valuestring : "");
    }
    if (text.size)
        buffer_char(&text, '\0');
    comity_status status = buffer_status(&text);
    if (status == COMITY_OK && text.size &&
        curl_easy_setopt(transfer->easy, CURLOPT_PINNEDPUBLICKEY, text.bytes) != CURLE_OK)
        status = COMITY_E_NOMEM;
    buffer_free(&text);
    return status;
}

static comity_status set_security(struct transfer *transfer)
{
    CURL *easy = transfer->easy;
    CURLcode failed = CURLE_OK;
    failed |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
    failed |= curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    failed |= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    failed |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    failed |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    failed |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    failed |= curl_easy_setopt(easy, CURLOPT_PROXY, "");
    failed |= curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    failed |= curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    failed |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    failed |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    failed |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    failed |= curl_easy_setopt(easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
    comity_status status = failed ? COMITY_E_NOMEM : COMITY_OK;
    if (status == COMITY_OK)
        status = set_file(transfer, "ca", CURLOPT_CAINFO_BLOB);
    if (status == COMITY_OK)
        status = set_file(transfer, "certificate", CURLOPT_SSLCERT_BLOB);
    if (status == COMITY_OK)
        status = set_file(transfer, "key", CURLOPT_SSLKEY_BLOB);
    if (status == COMITY_OK)
        status = set_password(transfer);
    return status == COMITY_OK ? set_pins(transfer) : status;
}

/* The endpoint's URL and what the protocol has behind it. */
static comity_status set_url(struct transfer *transfer)
{
    const struct call *call = &transfer->call;
    struct buffer url;
    buffer_init(&url, 8192);
    const char *own = transfer->item.endpoint.url, *query = own + strcspn(own, "?");
    size_t len = (size_t)(query - own);
    while (call->path && len && own[len - 1] == '/')
        len--;
    buffer_add(&url, own, len);
    if (call->path)
        buffer_text(&url, call->path);
    buffer_text(&url, query);
    if (call->parameters)
        buffer_format(&url, "%c%s", *query ? '&' : '?', call->parameters);
    buffer_char(&url, '\0');
    comity_status status = buffer_status(&url);
    if (status == COMITY_OK &&
        curl_easy_setopt(transfer->easy, CURLOPT_URL, url.bytes) != CURLE_OK)
        status = COMITY_E_NOMEM;
    buffer_free(&url);
    return status;
}

static comity_status set_headers(struct transfer *transfer)
{
    const struct outbox_item *item = &transfer->item;
    const struct call *call = &transfer->call;
    char type[200];
    snprintf(type, sizeof type, "Content-Type: %s",
             call->media_type ? call->media_type : item->media_type);
    comity_status status = call->is_get ? COMITY_OK : add_header(transfer, type);
    if (status == COMITY_OK)
        status = add_header(transfer, "Expect:");
    if (status == COMITY_OK && transfer->protocol->headers && !transfer->is_question)
        status = transfer->protocol->headers(item, add_header, transfer);
    return status;
}

/* What is sent, as the protocol makes it. */
static comity_status set_call(struct transfer *transfer)
{
    struct call *call = &transfer->call;
    const struct outbox_item *item = &transfer->item;
    if (transfer->is_question)
        transfer->protocol->ask(item, call);
    else if (transfer->protocol->make)
        transfer->protocol->make(item, call);
    comity_status status = buffer_status(&call->body);
    if (status == COMITY_OK)
        status = buffer_status(&call->text);
    if (status == COMITY_OK)
        status = set_url(transfer);
    if (status == COMITY_OK)
        status = set_headers(transfer);
    if (status != COMITY_OK || call->is_get)
        return status;
    CURLcode failed = CURLE_OK;
    const char *bytes = call->wrapped ? call->body.bytes : item->payload;
    size_t size = call->wrapped ? call->body.size : item->size;
    failed |= curl_easy_setopt(transfer->easy, CURLOPT_POST, 1L);
    failed |= curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, bytes);
    failed |= curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
    return failed ? COMITY_E_NOMEM : COMITY_OK;
}

static comity_status set_request(struct transfer *transfer)
{
    CURL *easy = transfer->easy;
    const struct outbox_item *item = &transfer->item;
    comity_status status = set_call(transfer);
    if (status != COMITY_OK)
        return status;
    int64_t seconds = endpoint_number(&item->endpoint, "seconds", ANSWER_SECONDS);
    CURLcode failed = CURLE_OK;
    failed |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    failed |= curl_easy_setopt(easy, CURLOPT_USERAGENT, "comity");
    failed |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    failed |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    failed |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    failed |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer->header_left);
    failed |= curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    failed |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT,
                               seconds < CONNECT_SECONDS ? (long)seconds : CONNECT_SECONDS);
    failed |= curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)seconds);
    failed |= curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, LOW_SPEED_BYTES);
    failed |= curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, LOW_SPEED_SECONDS);
    return failed ? COMITY_E_NOMEM : COMITY_OK;
}

struct transfer *transfer_make(struct outbox_item *item, bool is_question)
{
    struct transfer *transfer = calloc(1, sizeof *transfer);
    if (!transfer) {
        outbox_free_item(item);
        return NULL;
    }
    transfer->item = *item;
    *item = (struct outbox_item){.number = 0};
    transfer->is_question = is_question;
    buffer_init(&transfer->body, 0);
    buffer_init(&transfer->call.body, 0);
    buffer_init(&transfer->call.text, 1024);
    transfer->header_left = HEADER_BYTES;
    transfer->limit =
        (size_t)endpoint_number(&transfer->item.endpoint, "answer_bytes", ANSWER_BYTES);
    transfer->protocol = protocol_find(transfer->item.endpoint.protocol);
    transfer->easy = curl_easy_init();
    comity_status status = transfer->easy ? COMITY_OK : COMITY_E_NOMEM;
    /* what protects the request must stand there as it was queued */
    if (transfer->item.fault || !transfer->protocol ||
        (is_question && !transfer->protocol->ask))
        status = COMITY_E_USAGE;
    if (transfer->item.fault)
        transfer->refused = strdup(transfer->item.fault);
    if (status == COMITY_OK)
        status = set_security(transfer);
    if (status == COMITY_OK)
        status = set_request(transfer);
    if (status == COMITY_E_USAGE && !transfer->refused)
        transfer->refused = strdup("the endpoint cannot be spoken to");
    if (status == COMITY_OK || transfer->refused)
        return transfer;
    transfer_free(transfer);
    return NULL;
}

bool transfer_is_ready(const struct transfer *transfer)
{
    return !transfer->refused;
}

/* --- what became of it */

/* True where the other end may have had the request, or a part of it. */
static bool was_sent(const struct transfer *transfer)
{
    curl_off_t sent = 0;
    return curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &sent) != CURLE_OK ||
           sent > 0;
}

static bool is_transient(CURLcode result)
{
    switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
        return true;
    default:
        return false;
    }
}

/* There is no answer, or none that is whole. */
static void judge_failure(const struct transfer *transfer, CURLcode result,
                          struct verdict *verdict)
{
    const char *what = curl_easy_strerror(result);
    if (transfer->is_denied)
        what = "the host has an address of a private network; the endpoint is not internal";
    else if (transfer->is_long)
        what = "the answer is longer than it may be";
    snprintf(verdict->reason, sizeof verdict->reason, "no answer: %s", what);
    verdict->status = 0;
    if (transfer->is_question)
        return;
    bool was_perhaps = !transfer->protocol->has_identity && was_sent(transfer);
    verdict->is_uncertain = was_perhaps && !transfer->is_denied;
    if (verdict->is_uncertain)
        verdict->state = OUTBOX_HELD;
    else if (transfer->is_denied || !is_transient(result))
        verdict->state = OUTBOX_DEAD;
    else
        verdict->state = OUTBOX_QUEUED;
}

void transfer_judge(struct transfer *transfer, CURLcode result, struct verdict *verdict)
{
    const struct outbox_item *item = &transfer->item;
    *verdict = (struct verdict){.state = transfer->is_question ? item->state : OUTBOX_REJECTED};
    if (transfer->refused) {
        if (!transfer->is_question)
            verdict->state = OUTBOX_DEAD;
        snprintf(verdict->reason, sizeof verdict->reason, "%s", transfer->refused);
        return;
    }
    if (result != CURLE_OK) {
        judge_failure(transfer, result, verdict);
        return;
    }
    curl_off_t wait = 0;
    struct answer answer = {.body = transfer->body.bytes ? transfer->body.bytes : "",
                            .size = transfer->body.size};
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &wait);
    answer.retry_after = wait > 0 ? (int64_t)wait : 0;
    verdict->status = answer.status;
    verdict->body = answer.body;
    verdict->size = answer.size;
    if (transfer->is_question)
        transfer->protocol->judge_asked(item, &answer, verdict);
    else
        transfer->protocol->judge(item, &answer, verdict);
}

void transfer_free(struct transfer *transfer)
{
    if (!transfer)
        return;
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    buffer_free(&transfer->body);
    buffer_free(&transfer->call.body);
    buffer_free(&transfer->call.text);
    free(transfer->refused);
    outbox_free_item(&transfer->item);
    free(transfer);
}
