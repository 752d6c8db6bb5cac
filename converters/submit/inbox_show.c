/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity inbox list, show and document: what came, for people and programs. */
#include "submit/account.h"
#include "submit/command_inbox.h"

#include <cjson/cJSON.h>
#include <string.h>

static void print_json(const struct inbox_entry *entry)
{
    cJSON *object = cJSON_CreateObject();
    submit_add_text(object, "id", entry->id);
    submit_add_time(object, "received", entry->at);
    submit_add_text(object, "kind", entry->kind);
    submit_add_text(object, "state", entry->from_state);
    submit_add_text(object, "reference", entry->reference);
    submit_add_text(object, "format", entry->format);
    submit_add_text(object, "original", entry->sha256);
    cJSON_AddNumberToObject(object, "size", (double)entry->size);
    cJSON_AddNumberToObject(object, "lacks", (double)entry->lacks);
    submit_add_text(object, "answered", entry->answered);
    submit_add_text(object, "outcome", entry->outcome);
    submit_add_text(object, "answers", entry->answers_id);
    submit_add_text(object, "follows", entry->follows_id);
    submit_add_text(object, "acknowledgement", entry->acknowledgement_id);
    submit_add_time(object, "retain_until", entry->retain);
    cJSON_AddBoolToObject(object, "destroyed", !entry->is_kept);
    cli_print_object(stdout, object);
}

void inbox_print(const struct cli *cli, const struct inbox_entry *entry)
{
    char at[ACCOUNT_TIME];
    if (cli->json) {
        print_json(entry);
        return;
    }
    account_time(entry->at, at);
    printf("%-36s  %s  %-32s  ", entry->id, at, entry->kind);
    cli_print_safely(stdout, *entry->from_state ? entry->from_state : "-");
    fputs("  ", stdout);
    cli_print_safely(stdout, *entry->reference ? entry->reference : "-");
    putchar('\n');
}

static comity_status print_entry(void *user, struct inbox_entry *entry)
{
    inbox_print(user, entry);
    inbox_free(entry);
    return COMITY_OK;
}

int inbox_list(struct inbox_request *request)
{
    return inbox_each(&request->store, print_entry, request->cli) == COMITY_OK
               ? EXIT_DONE
               : submit_failed(request->cli, &request->store);
}

static int find(struct inbox_request *request, const char *id, struct inbox_entry *entry)
{
    struct store *store = &request->store;
    comity_status status = inbox_find(store, id, entry, store->message, sizeof store->message);
    if (status != COMITY_END)
        return status == COMITY_OK ? EXIT_DONE : submit_failed(request->cli, store);
    cli_report(request->cli, COMITY_ERROR, "inbox.item", NULL, store->message,
               "comity inbox list shows them all");
    return EXIT_INPUT;
}

static void print_line(const char *label, const char *text)
{
    if (!*text)
        return;
    printf("  %-16s ", label);
    cli_print_safely(stdout, text);
    putchar('\n');
}

int inbox_show(struct inbox_request *request, const char *id)
{
    struct inbox_entry entry;
    char number[32], until[ACCOUNT_TIME] = "";
    int result = find(request, id, &entry);
    if (result != EXIT_DONE)
        return result;
    inbox_print(request->cli, &entry);
    if (!request->cli->json) {
        snprintf(number, sizeof number, "%lld", (long long)entry.lacks);
        if (entry.retain)
            account_time(entry.retain, until);
        print_line("format", entry.format);
        print_line("original", entry.sha256);
        print_line("lacks", number);
        print_line("answered", entry.answered);
        print_line("outcome", entry.outcome);
        print_line("answers", entry.answers_id);
        print_line("follows", entry.follows_id);
        print_line("acknowledgement", entry.acknowledgement_id);
        print_line("retain until", until);
        print_line("destroyed", entry.is_kept ? "" : "yes");
    }
    inbox_free(&entry);
    return EXIT_DONE;
}

int inbox_document(struct inbox_request *request, const char *id)
{
    struct inbox_entry entry;
    int result = find(request, id, &entry);
    if (result != EXIT_DONE)
        return result;
    if (!entry.is_kept) {
        cli_report(request->cli, COMITY_ERROR, "inbox.destroyed", NULL,
                   "the content was destroyed when its time had come",
                   "comity audit show says when");
        result = EXIT_INPUT;
    } else if (request->is_original) {
        fwrite(entry.original, 1, entry.size, stdout);
    } else {
        fwrite(entry.canonical, 1, entry.canonical_size, stdout);
    }
    inbox_free(&entry);
    return result;
}
