/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity outbox: what is to be sent, and what became of it. */
#include "submit/account.h"
#include "submit/commands.h"
#include "submit/inbox.h"
#include "submit/sending.h"
#include "submit/submit_cli.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <time.h>

static const char help[] =
    "usage: comity outbox list [--state STATE]\n"
    "       comity outbox run [--once] [--parallel N] [--wait SECONDS]\n"
    "       comity outbox show|payload|retry|hold|drop ID\n"
    "       comity outbox purge\n\n"
    "What comity submit has put there, and what became of it.  An ID may be cut short.\n\n"
    "  list                 its items, oldest first: id, state, attempts, reference, endpoint\n"
    "  run                  sends what is due, until it is stopped; --once: and no more\n"
    "  show                 an item and its receipts\n"
    "  payload              the bytes that are or were sent\n"
    "  retry                queues it again, now\n"
    "  hold                 keeps it from being sent\n"
    "  drop                 gives it up\n"
    "  purge                destroys the content of what is ended and past its time, of what\n"
    "                       came (comity inbox) too, and says so in the account\n\n"
    "  --state STATE        queued, sending, accepted, delivered, rejected, held or dead\n"
    "  --parallel N         so many at once, of all endpoints (32)\n"
    "  --wait SECONDS       before a first try again, at most (10); then twice as long each "
    "time\n"
    "  --store DIR          the store (COMITY_STORE, else ~/.local/state/comity)\n\n"
    "Exit status of run --once: 9 where something was refused, given up or held, 10 where\n"
    "something is to be tried again later.\n";

struct outbox {
    struct cli *cli;
    const char *store;
    int state;
    struct sending_options sending;
};

static int take_store(struct cli *cli, const char *value)
{
    ((struct outbox *)cli->own_user)->store = value;
    return EXIT_DONE;
}

static int take_once(struct cli *cli, const char *value)
{
    (void)value;
    ((struct outbox *)cli->own_user)->sending.once = true;
    return EXIT_DONE;
}

static int take_state(struct cli *cli, const char *value)
{
    struct outbox *outbox = cli->own_user;
    for (int i = 0; i < OUTBOX_STATES; i++)
        if (strcmp(value, outbox_state_name((enum outbox_state)i)) == 0) {
            outbox->state = i;
            return EXIT_DONE;
        }
    return cli_usage(cli, "there is no such state:", value);
}

static int take_parallel(struct cli *cli, const char *value)
{
    uint64_t number;
    if (!cli_number(value, 1024, &number) || !number)
        return cli_usage(cli, "--parallel takes a number from 1 to 1024, and not", value);
    ((struct outbox *)cli->own_user)->sending.at_once = (int)number;
    return EXIT_DONE;
}

static int take_wait(struct cli *cli, const char *value)
{
    uint64_t number;
    if (!cli_number(value, 3600, &number))
        return cli_usage(cli, "--wait takes seconds, at most 3600, and not", value);
    ((struct outbox *)cli->own_user)->sending.base_wait = (int64_t)number;
    return EXIT_DONE;
}

static const struct cli_option own[] = {
    {"store", 0, true, take_store}, {"once", 0, false, take_once},
    {"state", 0, true, take_state}, {"parallel", 0, true, take_parallel},
    {"wait", 0, true, take_wait},   {NULL, 0, false, NULL}};

static comity_status print_item(void *user, struct outbox_item *item)
{
    submit_print_item(user, item);
    outbox_free_item(item);
    return COMITY_OK;
}

static comity_status print_receipt(void *user, int64_t at, const char *name, long status,
                                   const char *sha256, const char *body, size_t size)
{
    const struct cli *cli = user;
    char when[ACCOUNT_TIME];
    account_time(at, when);
    (void)body;
    if (cli->json) {
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "receipt", name);
        cJSON_AddStringToObject(object, "at", when);
        if (status) /* else it is a document of the inbox */
            cJSON_AddNumberToObject(object, "status", (double)status);
        cJSON_AddStringToObject(object, "sha256", sha256);
        cJSON_AddNumberToObject(object, "size", (double)size);
        cli_print_object(stdout, object);
        return COMITY_OK;
    }
    if (status)
        printf("  %s  %s  HTTP %ld  %zu bytes  %s\n", when, name, status, size, sha256);
    else /* a document of the inbox */
        printf("  %s  %s  %s\n", when, name, sha256);
    return COMITY_OK;
}

static int show(struct outbox *outbox, struct store *store, const struct outbox_item *item)
{
    submit_print_item(outbox->cli, item);
    if (outbox_receipts(store, item, print_receipt, outbox->cli) != COMITY_OK)
        return submit_failed(outbox->cli, store);
    return EXIT_DONE;
}

static int decide(struct outbox *outbox, struct store *store, const struct outbox_item *item,
                  const char *word)
{
    bool is_ended = item->state == OUTBOX_DELIVERED || item->state == OUTBOX_ACCEPTED;
    enum outbox_state to = strcmp(word, "retry") == 0  ? OUTBOX_QUEUED
                           : strcmp(word, "hold") == 0 ? OUTBOX_HELD
                                                       : OUTBOX_DEAD;
    comity_status status = COMITY_END;
    if (!is_ended && item->state != OUTBOX_SENDING && item->state != to)
        status = outbox_decide(store, item, to, "by a person", (int64_t)time(NULL));
    if (status != COMITY_END)
        return status == COMITY_OK ? EXIT_DONE : submit_failed(outbox->cli, store);
    cli_report(outbox->cli, COMITY_ERROR, "submit.state", NULL,
               is_ended ? "the item has arrived; nothing is changed"
                        : "the item is in that state, or is being sent",
               "comity outbox show says how it stands");
    return EXIT_INPUT;
}

static int with_item(struct outbox *outbox, struct store *store, const char *word)
{
    struct outbox_item item;
    int result = EXIT_DONE;
    struct cli *cli = outbox->cli;
    comity_status status =
        outbox_find(store, cli->inputs[1], &item, store->message, sizeof store->message);
    if (status == COMITY_END) {
        cli_report(cli, COMITY_ERROR, "submit.item", NULL, store->message,
                   "comity outbox list shows them all");
        return EXIT_INPUT;
    }
    if (status != COMITY_OK)
        return submit_failed(cli, store);
    if (strcmp(word, "show") == 0)
        result = show(outbox, store, &item);
    else if (strcmp(word, "payload") == 0)
        fwrite(item.payload, 1, item.size, stdout);
    else
        result = decide(outbox, store, &item, word);
    outbox_free_item(&item);
    return result;
}

static void told(void *user, const struct outbox_item *item, const struct verdict *verdict)
{
    const struct outbox *outbox = user;
    char message[500];
    bool is_asked = item->state == OUTBOX_ACCEPTED || item->state == OUTBOX_HELD;
    if (is_asked && verdict->state == item->state) {
        if (!*verdict->reason)
            return; /* nothing new */
        snprintf(message, sizeof message, "%s stays %s: %s", item->id,
                 outbox_state_name(item->state), verdict->reason);
        cli_report(outbox->cli, COMITY_WARNING, "submit.unknown", NULL, message, NULL);
        return;
    }
    if (verdict->state == OUTBOX_DELIVERED || verdict->state == OUTBOX_ACCEPTED) {
        if (outbox->cli->verbose)
            fprintf(stderr, "%s %s\n", item->id, outbox_state_name(verdict->state));
        return;
    }
    snprintf(message, sizeof message, "%s is %s: %s", item->id,
             outbox_state_name(verdict->state), verdict->reason);
    cli_report(outbox->cli, verdict->state == OUTBOX_QUEUED ? COMITY_WARNING : COMITY_ERROR,
               verdict->state == OUTBOX_QUEUED ? "submit.again" : "submit.failed", NULL,
               message, NULL);
}

static int run(struct outbox *outbox, struct store *store)
{
    struct sending_counts counts;
    comity_status status = sending_run(store, &outbox->sending, told, outbox, &counts);
    if (status != COMITY_OK)
        return submit_failed(outbox->cli, store);
    if (!outbox->cli->quiet)
        fprintf(stderr, "%llu delivered, %llu accepted, %llu to be tried again, %llu failed\n",
                (unsigned long long)counts.states[OUTBOX_DELIVERED],
                (unsigned long long)counts.states[OUTBOX_ACCEPTED],
                (unsigned long long)counts.states[OUTBOX_QUEUED],
                (unsigned long long)(counts.states[OUTBOX_REJECTED] +
                                     counts.states[OUTBOX_DEAD] + counts.states[OUTBOX_HELD]));
    if (counts.is_stopped)
        return EXIT_INTERRUPTED;
    if (counts.states[OUTBOX_REJECTED] || counts.states[OUTBOX_DEAD] ||
        counts.states[OUTBOX_HELD])
        return EXIT_REFUSED;
    return counts.states[OUTBOX_QUEUED] ? EXIT_UNAVAILABLE : EXIT_DONE;
}

static int purge(struct outbox *outbox, struct store *store)
{
    int64_t items = 0, documents = 0, now = (int64_t)time(NULL);
    comity_status status = outbox_purge(store, now, &items);
    if (status == COMITY_OK)
        status = inbox_purge(store, now, &documents);
    if (status != COMITY_OK)
        return submit_failed(outbox->cli, store);
    if (!outbox->cli->quiet)
        fprintf(stderr,
                "the content of %lld items and of %lld documents that came was destroyed\n",
                (long long)items, (long long)documents);
    return EXIT_DONE;
}

static int act(struct outbox *outbox, struct store *store, const char *word)
{
    if (strcmp(word, "run") == 0)
        return run(outbox, store);
    if (strcmp(word, "list") == 0) {
        if (outbox_each(store, outbox->state, print_item, outbox->cli) != COMITY_OK)
            return submit_failed(outbox->cli, store);
        return EXIT_DONE;
    }
    return strcmp(word, "purge") == 0 ? purge(outbox, store) : with_item(outbox, store, word);
}

int command_outbox(int argc, char **argv)
{
    static const char *const words[] = {"list",  "run",  "purge", "show", "payload",
                                        "retry", "hold", "drop",  NULL};
    struct cli cli = {.command = "outbox"};
    struct outbox outbox = {
        .cli = &cli, .state = OUTBOX_STATES, .sending = SENDING_OPTIONS_INIT};
    struct store store = {.db = NULL};
    int result = cli_parse_own(&cli, argc, argv, 0, help, own, &outbox);
    if (result != EXIT_DONE)
        return result;
    const char *first = cli.input_count ? cli.inputs[0] : "";
    bool is_whole = !strcmp(first, "list") || !strcmp(first, "run") || !strcmp(first, "purge");
    const char *word = submit_word(&cli, words, !is_whole, !is_whole);
    if (!word)
        return EXIT_USAGE;
    if (store_open(&store, outbox.store) != COMITY_OK)
        result = submit_failed(&cli, &store);
    else
        result = act(&outbox, &store, word);
    store_close(&store);
    return submit_finish(&cli, result);
}
