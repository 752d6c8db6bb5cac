/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity audit: the account of what was transferred and destroyed. */
#include "submit/account.h"
#include "submit/commands.h"
#include "submit/submit_cli.h"

#include "syntax/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: comity audit show [--from NUMBER]\n"
    "       comity audit head\n"
    "       comity audit verify [--head FILE] [FILE]\n\n"
    "The account of personal data (articles 57 and 63): a line for everything that was "
    "queued,\n"
    "transferred, answered and destroyed, each bound to the one before it.  Nothing of what\n"
    "the documents say stands in it.\n\n"
    "  show                 its lines, as JSON\n"
    "  head                 where it ends: keep this elsewhere, for what is cut off at the\n"
    "                       end is seen by nothing else\n"
    "  verify               whether a line was changed, moved or taken out, in the store or "
    "in\n"
    "                       a FILE of lines that show has printed; names the first\n\n"
    "  --from NUMBER        show lines from this one on\n"
    "  --head FILE          what head printed; the account must still hold its line\n"
    "  --store DIR          the store (COMITY_STORE, else ~/.local/state/comity)\n";

struct audit {
    const char *store, *head_path;
    uint64_t from;
    struct account_head head;
    struct account_check check;
    struct cli *cli;
    bool is_bad;
};

static int take_store(struct cli *cli, const char *value)
{
    ((struct audit *)cli->own_user)->store = value;
    return EXIT_DONE;
}

static int take_head(struct cli *cli, const char *value)
{
    ((struct audit *)cli->own_user)->head_path = value;
    return EXIT_DONE;
}

static int take_from(struct cli *cli, const char *value)
{
    struct audit *audit = cli->own_user;
    if (!cli_number(value, INT64_MAX, &audit->from))
        return cli_usage(cli, "--from takes a number, and not", value);
    return EXIT_DONE;
}

static const struct cli_option own[] = {{"store", 0, true, take_store},
                                        {"head", 0, true, take_head},
                                        {"from", 0, true, take_from},
                                        {NULL, 0, false, NULL}};

static comity_status print_line(void *user, int64_t number, const char *line)
{
    (void)user;
    (void)number;
    return puts(line) < 0 ? COMITY_E_IO : COMITY_OK;
}

static comity_status check_line(void *user, int64_t number, const char *line)
{
    struct audit *audit = user;
    char message[300];
    (void)number;
    if (account_check_line(&audit->check, line, strlen(line)))
        return COMITY_OK;
    snprintf(message, sizeof message, "line %lld of the account: %s",
             (long long)audit->check.lines + 1, audit->check.message);
    cli_report(audit->cli, COMITY_ERROR, "audit.line", NULL, message,
               "what stands before it is as it was written");
    audit->is_bad = true;
    return COMITY_E_CORRUPT;
}

static bool read_head(struct audit *audit)
{
    struct comity_input input;
    size_t size = 0;
    bool is_good = false;
    if (!audit->head_path)
        return true;
    if (!cli_input(audit->cli, audit->head_path, &input))
        return false;
    char *text = cli_read_all(audit->cli, &input, audit->head_path, &size);
    cli_input_close(&input);
    cJSON *object = text ? cJSON_ParseWithLength(text, size) : NULL;
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(object, "number");
    const cJSON *sha256 = cJSON_GetObjectItemCaseSensitive(object, "sha256");
    if (cJSON_IsNumber(number) && cJSON_IsString(sha256) && strlen(sha256->valuestring) == 64) {
        audit->head.number = (int64_t)number->valuedouble;
        memcpy(audit->head.sha256, sha256->valuestring, 65);
        is_good = true;
    }
    cJSON_Delete(object);
    free(text);
    if (!is_good)
        cli_report(audit->cli, COMITY_ERROR, "audit.head", audit->head_path,
                   "the file does not hold what comity audit head prints", NULL);
    return is_good;
}

static comity_status check_file(struct audit *audit, const char *name)
{
    struct comity_input input;
    size_t size = 0;
    if (!cli_input(audit->cli, name, &input))
        return COMITY_E_IO;
    char *text = cli_read_all(audit->cli, &input, name, &size);
    cli_input_close(&input);
    comity_status status = text ? COMITY_OK : COMITY_E_IO;
    for (size_t at = 0; status == COMITY_OK && at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t len = end ? (size_t)(end - text) - at : size - at;
        char *line = strndup(text + at, len);
        if (!line)
            status = COMITY_E_NOMEM;
        else if (strlen(line) == len && end)
            status = check_line(audit, 0, line);
        else
            status = check_line(audit, 0, "");
        free(line);
        at += len + 1;
    }
    free(text);
    return status;
}

static int verify(struct audit *audit, struct store *store)
{
    struct cli *cli = audit->cli;
    if (!read_head(audit))
        return cli->io_failures ? cli_finish(cli) : EXIT_INPUT;
    account_check_init(&audit->check, audit->head_path ? &audit->head : NULL);
    comity_status status = cli->input_count > 1 ? check_file(audit, cli->inputs[1])
                                                : account_each(store, 1, check_line, audit);
    if (status == COMITY_OK && !account_check_end(&audit->check)) {
        cli_report(cli, COMITY_ERROR, "audit.cut", NULL, audit->check.message, NULL);
        audit->is_bad = true;
    }
    if (audit->is_bad)
        return EXIT_INPUT;
    if (status != COMITY_OK)
        return submit_failed(cli, store);
    if (!cli->quiet)
        printf("%lld lines, as they were written\n", (long long)audit->check.lines);
    return fflush(stdout) ? EXIT_IO : EXIT_DONE;
}

static int act(struct audit *audit, struct store *store, const char *what)
{
    comity_status status = COMITY_OK;
    struct account_head head;
    if (strcmp(what, "verify") == 0)
        return verify(audit, store);
    if (strcmp(what, "show") == 0) {
        status = account_each(store, (int64_t)audit->from, print_line, NULL);
    } else {
        status = account_head(store, &head);
        if (status == COMITY_OK)
            printf("{\"number\":%lld,\"sha256\":\"%s\"}\n", (long long)head.number,
                   head.sha256);
    }
    if (status != COMITY_OK)
        return submit_failed(audit->cli, store);
    return fflush(stdout) ? EXIT_IO : EXIT_DONE;
}

int command_audit(int argc, char **argv)
{
    static const char *const words[] = {"show", "head", "verify", NULL};
    struct cli cli = {.command = "audit"};
    struct audit audit = {.cli = &cli};
    struct store store = {.db = NULL};
    int result = cli_parse_own(&cli, argc, argv, 0, help, own, &audit);
    if (result != EXIT_DONE)
        return result;
    bool is_verify = cli.input_count && strcmp(cli.inputs[0], "verify") == 0;
    const char *word = submit_word(&cli, words, 0, is_verify);
    if (!word)
        return EXIT_USAGE;
    bool needs_store = cli.input_count < 2;
    if (needs_store && store_open(&store, audit.store) != COMITY_OK)
        result = submit_failed(&cli, &store);
    else
        result = act(&audit, &store, word);
    store_close(&store);
    cli_free_files(&cli);
    return result;
}
