/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity inbox: requests and answers of other States, and what became of them. */
#include "submit/command_inbox.h"
#include "submit/commands.h"

#include <string.h>

static const char help[] =
    "usage: comity inbox add [-f FORMAT] [--retain DAYS] [--no-acknowledge] [--dry-run] IN...\n"
    "       comity inbox list\n"
    "       comity inbox show ID\n"
    "       comity inbox document [--original] ID\n\n"
    "Requests and answers that other States sent.  An ID may be cut short.\n\n"
    "  add                  converts, checks and keeps documents, each once.  An answer is\n"
    "                       matched by its reference to what comity submit has sent; a\n"
    "                       request is acknowledged (61.23), by an item in the outbox\n"
    "  list                 what came, oldest first: id, time, kind, State, reference\n"
    "  show                 a document's entry: what it answers, and its acknowledgement\n"
    "  document             the canonical document; --original: the bytes as they came\n\n"
    "  -f FORMAT            format of the input; without it each document is recognized\n"
    "  --retain DAYS        destroy the content so long after it came (outbox purge)\n"
    "  --no-acknowledge     put no acknowledgement into the outbox\n"
    "  --dry-run            show what would be done, and do nothing\n"
    "  --store DIR          the store (COMITY_STORE, else ~/.local/state/comity)\n\n"
    "What a document lacks of what the convention asks for is told as warnings, and it is "
    "kept:\n"
    "it has come.  With --check it is refused.\n";

static int take_store(struct cli *cli, const char *value)
{
    ((struct inbox_request *)cli->own_user)->store_folder = value;
    return EXIT_DONE;
}

static int take_retain(struct cli *cli, const char *value)
{
    return submit_take_days(cli, value, &((struct inbox_request *)cli->own_user)->retain);
}

#define TAKES_FLAG(name, member)                                \
    static int name(struct cli *cli, const char *value)         \
    {                                                           \
        (void)value;                                            \
        ((struct inbox_request *)cli->own_user)->member = true; \
        return EXIT_DONE;                                       \
    }
TAKES_FLAG(take_dry, is_dry)
TAKES_FLAG(take_silent, no_acknowledge)
TAKES_FLAG(take_original, is_original)

static const struct cli_option own[] = {
    {"store", 0, true, take_store},        {"retain", 0, true, take_retain},
    {"dry-run", 0, false, take_dry},       {"no-acknowledge", 0, false, take_silent},
    {"original", 0, false, take_original}, {NULL, 0, false, NULL}};

/* The inputs stand behind the word. */
static int add(struct inbox_request *request)
{
    struct cli *cli = request->cli;
    int result = EXIT_DONE;
    cli->inputs++;
    cli->input_count--;
    inbox_take_in(request);
    if (request->status != COMITY_OK)
        result = submit_failed(cli, &request->store);
    store_close(&request->store);
    int finished = cli_finish(cli);
    return result != EXIT_DONE ? result : finished;
}

static int act(struct inbox_request *request, const char *word)
{
    int result;
    if (strcmp(word, "add") == 0)
        return add(request);
    if (strcmp(word, "list") == 0)
        result = inbox_list(request);
    else if (strcmp(word, "show") == 0)
        result = inbox_show(request, request->cli->inputs[1]);
    else
        result = inbox_document(request, request->cli->inputs[1]);
    store_close(&request->store);
    return submit_finish(request->cli, result);
}

int command_inbox(int argc, char **argv)
{
    static const char *const words[] = {"add", "list", "show", "document", NULL};
    struct cli cli = {.command = "inbox"};
    struct inbox_request request = {.cli = &cli};
    int result = cli_parse_own(&cli, argc, argv, TAKES_FROM | TAKES_CONVERSION | TAKES_ISOLATE,
                               help, own, &request);
    if (result != EXIT_DONE)
        return result;
    const char *first = cli.input_count ? cli.inputs[0] : "";
    bool is_list = strcmp(first, "list") == 0, is_add = strcmp(first, "add") == 0;
    const char *word =
        submit_word(&cli, words, is_list ? 0 : 1, is_add ? cli.input_count : !is_list);
    if (!word) {
        cli_free_files(&cli);
        return EXIT_USAGE;
    }
    if (store_open(&request.store, request.store_folder) == COMITY_OK)
        return act(&request, word);
    result = submit_failed(&cli, &request.store);
    store_close(&request.store);
    return submit_finish(&cli, result);
}
