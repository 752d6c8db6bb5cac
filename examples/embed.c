/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Converts with libcomity: reads a document of any known format from standard input, writes
 * the canonical JSON, and tells findings on standard error.
 *
 *     cc embed.c $(pkg-config --cflags --libs comity) -o embed && ./embed < notice.json */
#include <comity/comity.h>
#include <stdio.h>

static void show(void *user, const struct comity_finding *finding)
{
    (void)user;
    fprintf(stderr, "line %llu: %s [%s]\n", (unsigned long long)finding->line, finding->message,
            finding->code);
}

static int print(void *user, const void *bytes, size_t size)
{
    return fwrite(bytes, 1, size, user) == size ? 0 : 1;
}

static comity_status name_person(void *user, struct comity_record *record)
{
    size_t len;
    const char *family = comity_record_get(record, "persons[0].name.family", &len);
    fprintf(stderr, "person: %.*s\n", family ? (int)len : 0, family ? family : "");
    return comity_record_write(record, "convention-json", print, user);
}

int main(void)
{
    struct comity_config config = COMITY_CONFIG_INIT;
    struct comity_options options = COMITY_OPTIONS_INIT;
    struct comity_result result = COMITY_RESULT_INIT;
    struct comity_input input = {.bytes = NULL, .fd = 0};
    struct comity *context = NULL;
    config.finding = options.finding = show;
    if (comity_open(&config, &context) != COMITY_OK)
        return 1;
    comity_status status = comity_read(context, &options, &input, name_person, stdout, &result);
    fprintf(stderr, "%llu documents, %llu values mapped\n",
            (unsigned long long)result.documents, (unsigned long long)result.mapped);
    comity_close(context);
    return status == COMITY_OK ? 0 : 1;
}
