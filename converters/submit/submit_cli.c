/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the commands that send share; see submit_cli.h. */
#include "submit/submit_cli.h"

#include "submit/account.h"

#include <cjson/cJSON.h>
#include <string.h>

const char *submit_word(struct cli *cli, const char *const *words, int least, int most)
{
    const char *given = cli->input_count ? cli->inputs[0] : NULL;
    for (size_t i = 0; given && words[i]; i++)
        if (strcmp(words[i], given) == 0) {
            int count = cli->input_count - 1;
            if (count >= least && count <= most)
                return words[i];
            cli_usage(cli,
                      count < least ? "something is missing behind" : "too much stands behind",
                      given);
            return NULL;
        }
    cli_usage(cli, given ? "there is no such word:" : "a word is missing", given);
    return NULL;
}

int submit_failed(struct cli *cli, const struct store *store)
{
    cli_report(cli, COMITY_ERROR, "submit.store", NULL,
               *store->message ? store->message : "the store cannot be used", NULL);
    return EXIT_IO;
}

int submit_finish(struct cli *cli, int result)
{
    cli_print_counts(cli);
    cli_free_files(cli);
    if ((fflush(stdout) != 0 || ferror(stdout)) && result == EXIT_DONE) {
        fputs("comity: standard output could not be written\n", stderr);
        return EXIT_IO;
    }
    return result;
}

int submit_take_days(struct cli *cli, const char *value, int64_t *seconds)
{
    uint64_t days;
    if (!cli_number(value, 36500, &days) || !days)
        return cli_usage(cli, "--retain takes days, from 1 to 36500, and not", value);
    *seconds = (int64_t)days * 24 * 3600;
    return EXIT_DONE;
}

void submit_add_text(cJSON *object, const char *name, const char *text)
{
    if (text && *text)
        cJSON_AddStringToObject(object, name, text);
}

void submit_add_time(cJSON *object, const char *name, int64_t at)
{
    char text[ACCOUNT_TIME];
    if (!at)
        return;
    account_time(at, text);
    cJSON_AddStringToObject(object, name, text);
}

static void print_json(const struct outbox_item *item)
{
    cJSON *object = cJSON_CreateObject();
    submit_add_text(object, "id", item->id);
    submit_add_text(object, "status", outbox_state_name(item->state));
    submit_add_text(object, "endpoint", item->endpoint.name);
    submit_add_text(object, "protocol", item->endpoint.protocol);
    submit_add_text(object, "format", item->endpoint.format);
    submit_add_text(object, "state", item->to_state);
    submit_add_text(object, "channel", item->channel);
    submit_add_text(object, "kind", item->kind);
    submit_add_text(object, "reference", item->reference);
    submit_add_text(object, "signature", endpoint_text(&item->endpoint, "sign"));
    submit_add_text(object, "payload", item->sha256);
    cJSON_AddNumberToObject(object, "size", (double)item->size);
    cJSON_AddNumberToObject(object, "attempts", (double)item->attempts);
    submit_add_time(object, "queued", item->made);
    submit_add_time(object, "next", item->state == OUTBOX_QUEUED ? item->next : 0);
    submit_add_time(object, "retain_until", item->retain);
    submit_add_text(object, "reason", item->reason);
    cli_print_object(stdout, object);
}

void submit_print_item(const struct cli *cli, const struct outbox_item *item)
{
    if (cli->json) {
        print_json(item);
        return;
    }
    printf("%-36s  %-9s  %2lld  ", item->id, outbox_state_name(item->state),
           (long long)item->attempts);
    cli_print_safely(stdout, item->reference);
    fputs("  ", stdout);
    cli_print_safely(stdout, item->endpoint.name);
    const char *sign = endpoint_text(&item->endpoint, "sign");
    if (sign)
        printf("  signed: %s", strcmp(sign, "jws") == 0 ? "jws" : "xmldsig");
    if (item->reason && *item->reason) {
        fputs("  ", stdout);
        cli_print_safely(stdout, item->reason);
    }
    putchar('\n');
}
