/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The half of an import that knows the register: one transaction over all files, what was put
 * where, and what is told at the end. */
#include "submit/register_import.h"

#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct import_place {
    const char *file;
    uint64_t line;
};

/* --- faults */

/* The node that a fault is about: the member at hand, or the whole entry. */
static uint32_t find_member(const struct import *import, const char *member)
{
    const struct tree *tree = &import->tree;
    if (!member)
        return import->group;
    uint32_t found = tree_find(tree, import->group, member, strlen(member), NULL);
    if (!found && import->is_csv && strcmp(member, "name") == 0)
        found = tree_find(tree, import->group, "endpoint", 8, NULL);
    uint32_t settings = found ? 0 : tree_find(tree, import->group, "settings", 8, NULL);
    if (settings)
        found = tree_find(tree, settings, member, strlen(member), NULL);
    return found ? found : settings ? settings : import->group;
}

static void tell_fault(void *user, const struct entry_fault *fault)
{
    struct import *import = user;
    uint32_t node = import->cell ? import->cell : fault->node;
    if (!node)
        node = find_member(import, fault->member);
    tree_report(&import->tree, &import->findings, node, COMITY_ERROR, fault->code, NULL,
                fault->hint, fault->message);
}

/* --- what was put before */

/* Notes that something was put, by what tells it from others; gives where it stood already, or
 * NULL. */
static const struct import_place *note(struct import *import, const char *key, size_t len)
{
    const char *kept = arena_copy(&import->kept, key, len);
    struct import_place *place = arena_alloc(&import->kept, sizeof *place);
    void **slot = kept && place ? map_add(&import->seen, kept, len) : NULL;
    if (!slot) {
        import->status = COMITY_E_NOMEM;
        return NULL;
    }
    if (*slot)
        return *slot;
    size_t offset = tree_node(&import->tree, import->group)->offset;
    *place = (struct import_place){import->file, tree_place(&import->tree, offset).line};
    *slot = place;
    return NULL;
}

static void tell_twice(struct import *import, const char *what,
                       const struct import_place *before)
{
    entry_fault(&import->faults, "register.twice", NULL, import->group,
                "let them say the same, or leave one out",
                "the %s stands in %.200s, line %llu, already, and says something else", what,
                before->file, (unsigned long long)before->line);
}

/* --- putting */

void import_put_authority(struct import *import, struct authority *authority)
{
    enum register_change change;
    struct buffer key;
    buffer_init(&key, 0);
    buffer_format(&key, "authority\n%s\n%s\n%s\n%s", authority->state, authority->role,
                  authority->territory ? authority->territory : "", authority->name);
    if (buffer_status(&key) != COMITY_OK) {
        import->status = COMITY_E_NOMEM;
        return;
    }
    const struct import_place *before = note(import, key.bytes, key.size);
    buffer_free(&key);
    comity_status status = register_put(import->store, authority, &change);
    if (status < COMITY_OK)
        import->status = status;
    else if (before && change != REGISTER_UNCHANGED)
        tell_twice(import, "authority", before);
    else if (!before)
        import->counts[0][change]++;
}

/* What can be told only of an endpoint as a whole: its files, its format on this machine. */
static bool is_usable(struct import *import, const struct endpoint_text *text)
{
    struct endpoint endpoint;
    char message[300];
    comity_status status = endpoint_take(&endpoint, text, &import->faults);
    if (status == COMITY_E_NOMEM)
        import->status = status;
    uint64_t before = import->faults.count;
    if (status == COMITY_OK)
        endpoint_check_files(&endpoint, &import->faults);
    endpoint_free(&endpoint);
    const char *hint =
        register_wrong_format(import->cli, text->format, message, sizeof message);
    if (hint)
        tree_report(&import->tree, &import->findings, find_member(import, "format"),
                    COMITY_WARNING, "register.format", NULL, hint, message);
    return status == COMITY_OK && import->faults.count == before;
}

void import_put_endpoint(struct import *import, const struct endpoint_text *text,
                         int64_t authority)
{
    enum register_change change;
    int64_t owner;
    char key[160];
    if (!is_usable(import, text) || !authority) /* one that has faults itself */
        return;
    snprintf(key, sizeof key, "endpoint\n%s", text->name);
    const struct import_place *before = note(import, key, strlen(key));
    comity_status status =
        register_put_endpoint(import->store, text, authority, &change, &owner);
    if (before && (status == COMITY_E_USAGE || change != REGISTER_UNCHANGED))
        tell_twice(import, "endpoint", before);
    else if (status == COMITY_E_USAGE)
        entry_fault(&import->faults, "register.name", "name", 0,
                    "give it another name, or remove the one that is there",
                    "the endpoint '%s' belongs to another authority, number %lld", text->name,
                    (long long)owner);
    else if (status < COMITY_OK)
        import->status = status;
    else if (!before)
        import->counts[1][change]++;
}

/* --- files */

struct import_file {
    const char *name;
    char *text;
    size_t size;
};

/* Reads a file, as far as it is no larger than the limit; false (told) where that fails. */
static bool read_file(struct cli *cli, struct import_file *file, size_t limit)
{
    struct comity_input input;
    struct buffer text;
    ssize_t got = 1;
    if (!cli_input(cli, file->name, &input))
        return false;
    buffer_init(&text, limit);
    while (got > 0 && buffer_reserve(&text, 1u << 16)) {
        got = read(input.fd, text.bytes + text.size, 1u << 16);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            text.size += (size_t)got;
    }
    int error = errno;
    cli_input_close(&input);
    if (got == 0) { /* the buffer's memory, which is freed at the end */
        file->text = text.bytes;
        file->size = text.size;
        return true;
    }
    char message[200];
    snprintf(message, sizeof message, "the file cannot be read: %s", strerror(error));
    bool is_large = got > 0 && buffer_status(&text) == COMITY_E_LIMIT;
    cli_report(cli, COMITY_ERROR, is_large ? "limit.bytes" : "io.read", file->name,
               is_large ? "the file is larger than 64 MiB" : message, NULL);
    if (is_large)
        cli->result.failed_input++;
    else
        cli_status(cli, got > 0 ? COMITY_E_NOMEM : COMITY_E_IO);
    buffer_free(&text);
    return false;
}

static void print_counts(const struct cli *cli, const struct import *import)
{
    static const char *const names[] = {"authorities", "endpoints"};
    if (cli->json)
        putchar('{');
    for (int i = 0; i < 2; i++) {
        const uint64_t *counts = import->counts[i];
        printf(cli->json ? "%s\"%s\":{\"added\":%llu,\"changed\":%llu,\"unchanged\":%llu}"
                         : "%s%s: %llu added, %llu changed, %llu unchanged\n",
               cli->json && i ? "," : "", names[i], (unsigned long long)counts[REGISTER_ADDED],
               (unsigned long long)counts[REGISTER_CHANGED],
               (unsigned long long)counts[REGISTER_UNCHANGED]);
    }
    if (cli->json)
        puts("}");
}

/* All or nothing: what was read has no fault, or none of it stays. */
static void import_files(struct import *import, const struct import_file *files, int count)
{
    struct cli *cli = import->cli;
    import->status = store_begin(import->store);
    for (int i = 0; i < count && import->status == COMITY_OK; i++) {
        import->file = import->findings.file = files[i].name;
        import_text(import, files[i].text, files[i].size);
    }
    uint64_t errors = import->findings.counts[COMITY_ERROR];
    if (import->status == COMITY_OK && !errors)
        import->status = store_commit(import->store);
    store_rollback(import->store);
    if (import->status != COMITY_OK)
        register_store_fault(cli, import->store, import->status);
    else if (errors)
        fputs("nothing was imported\n", cli->json ? stderr : cli->findings);
    else if (!cli->quiet)
        print_counts(cli, import);
    cli->result.failed_input += errors;
}

void register_import(struct cli *cli, struct register_request *request)
{
    int count = cli->input_count;
    struct import_file *files = calloc((size_t)count, sizeof *files);
    struct import import = {
        .cli = cli, .store = &request->store, .limits = LIMITS_INIT, .status = COMITY_OK};
    import.findings = (struct findings){.emit = cli_finding, .user = cli};
    import.faults = (struct entry_faults){.tell = tell_fault, .user = &import};
    import.seen.arena = &import.kept;
    arena_init(&import.kept, 0);
    bool is_read = files != NULL;
    if (!files)
        cli_status(cli, COMITY_E_NOMEM);
    for (int i = 0; i < count && files; i++) {
        files[i].name = cli->inputs[i];
        is_read = read_file(cli, &files[i], import.limits.bytes) && is_read;
    }
    if (is_read && cli_open(cli))
        import_files(&import, files, count);
    for (int i = 0; i < count && files; i++)
        free(files[i].text);
    free(files);
    arena_free(&import.kept);
}
