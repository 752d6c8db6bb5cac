/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Documents as they come in; see arrival.h. */
#include "submit/arrival.h"

#include "runtime/context.h"
#include "submit/routing.h"

#include <stdlib.h>
#include <string.h>

struct reading {
    struct cli *cli;
    struct arrival *first, **last;
    int64_t lacks; /* of the document at hand */
};

void arrivals_free(struct arrival *first)
{
    while (first) {
        struct arrival *next = first->next;
        inbox_free(&first->entry);
        free(first->scheme);
        free(first->issued);
        free(first->requesting);
        free(first->requested);
        free(first);
        first = next;
    }
}

/* --- the rules */

/* What is lacking is told as a warning: the document has come, whatever it lacks. */
static void tell_lack(void *user, const struct comity_finding *finding)
{
    struct reading *self = user;
    struct comity_finding warning = *finding;
    self->lacks += finding->severity >= COMITY_WARNING;
    if (warning.severity > COMITY_WARNING)
        warning.severity = COMITY_WARNING;
    cli_finding(self->cli, &warning);
}

static void check(struct reading *self, struct comity_record *record)
{
    struct session *session = record->session;
    struct findings before = session->findings;
    self->lacks = 0;
    if (self->cli->options.check)
        return; /* the reader has done so, and stopped what does not hold */
    session->findings.emit = tell_lack;
    session->findings.user = self;
    check_rules(record);
    session->findings = before;
}

/* --- the record */

static int take_canonical(void *user, const void *bytes, size_t size)
{
    struct inbox_entry *entry = user;
    entry->canonical = malloc(size + 1);
    if (!entry->canonical)
        return 1;
    memcpy(entry->canonical, bytes, size);
    entry->canonical_size = size;
    return 0;
}

/* Where the document stands in the input.  The root of a tree stands for all of it, with what
 * XML has before its first element. */
static void find_place(struct arrival *arrival, const struct comity_record *record)
{
    const struct tree *tree = record->record.tree;
    const struct comity_node *node = tree_node(tree, record->node);
    bool is_whole = record->node <= 1 || !node->end;
    arrival->start = (size_t)tree_place(tree, is_whole ? 0 : node->offset).offset;
    arrival->end = (size_t)tree_place(tree, is_whole ? tree->size : node->end).offset;
}

static comity_status take_fields(struct reading *self, struct arrival *arrival,
                                 struct comity_record *record)
{
    struct inbox_entry *entry = &arrival->entry;
    const char *from = self->cli->from;
    entry->kind = routing_copy(record, "kind");
    entry->reference = routing_copy(record, "id");
    if (entry->reference && !*entry->reference) {
        free(entry->reference);
        entry->reference = routing_copy(record, "requesting.references[0].value");
    }
    entry->answered = routing_copy(record, "answers.reference.value");
    entry->outcome = routing_copy(record, "decision.outcome");
    entry->format = strdup(from ? from : record->format->id);
    entry->from_state = routing_copy(record, routing_from(entry->kind ? entry->kind : ""));
    entry->lacks = self->lacks;
    arrival->scheme = strdup("");
    arrival->issued = routing_copy(record, "issued");
    arrival->requesting = routing_copy(record, "requesting.state");
    arrival->requested = routing_copy(record, "requested.state");
    entry->is_notice = check_is_notice(record);
    return entry->kind && entry->reference && entry->answered && entry->outcome &&
                   entry->format && entry->from_state && arrival->scheme && arrival->issued &&
                   arrival->requesting && arrival->requested
               ? COMITY_OK
               : COMITY_E_NOMEM;
}

/* Who gave the reference, where one of the requesting side's references is the same. */
static comity_status take_scheme(struct arrival *arrival, struct comity_record *record)
{
    char path[64];
    size_t count = comity_record_count(record, "requesting.references");
    for (size_t i = 0; i < count && !*arrival->scheme; i++) {
        size_t len = 0;
        snprintf(path, sizeof path, "requesting.references[%zu].value", i);
        const char *value = comity_record_get(record, path, &len);
        if (!value || len != strlen(arrival->entry.reference) ||
            memcmp(value, arrival->entry.reference, len) != 0)
            continue;
        snprintf(path, sizeof path, "requesting.references[%zu].scheme", i);
        free(arrival->scheme);
        arrival->scheme = routing_copy(record, path);
        if (!arrival->scheme)
            return COMITY_E_NOMEM;
    }
    return COMITY_OK;
}

static comity_status take_record(void *user, struct comity_record *record)
{
    struct reading *self = user;
    struct arrival *arrival = calloc(1, sizeof *arrival);
    if (!arrival)
        return COMITY_E_NOMEM;
    check(self, record);
    find_place(arrival, record);
    comity_status status = take_fields(self, arrival, record);
    if (status == COMITY_OK)
        status = take_scheme(arrival, record);
    if (status == COMITY_OK)
        status =
            comity_record_write(record, "convention-json", take_canonical, &arrival->entry);
    if (status != COMITY_OK) {
        arrivals_free(arrival);
        return status;
    }
    *self->last = arrival;
    self->last = &arrival->next;
    return COMITY_OK;
}

/* --- the originals */

static bool is_sole(const struct arrival *first)
{
    const struct arrival *at = first;
    while (at && at->start == first->start && at->end == first->end)
        at = at->next;
    return !at;
}

static comity_status take_original(struct inbox_entry *entry, const char *bytes, size_t size)
{
    entry->original = malloc(size + 1);
    if (!entry->original)
        return COMITY_E_NOMEM;
    memcpy(entry->original, bytes, size);
    entry->size = size;
    encoding_sha256(entry->original, size, entry->sha256);
    inbox_identify(entry);
    return COMITY_OK;
}

static comity_status take_originals(struct arrival *first, bool is_whole, const char *bytes,
                                    size_t size)
{
    const struct arrival *before = NULL;
    comity_status status = COMITY_OK;
    for (struct arrival *at = first; at && status == COMITY_OK; before = at, at = at->next) {
        size_t end = at->end > size ? size : at->end;
        size_t start = at->start > end ? end : at->start;
        bool is_same = before && before->start == at->start && before->end == at->end;
        at->entry.position = is_same ? before->entry.position + 1 : 0;
        status = is_whole ? take_original(&at->entry, bytes, size)
                          : take_original(&at->entry, bytes + start, end - start);
    }
    return status;
}

static uint64_t failed_of(const struct comity_result *result)
{
    return result->failed_input + result->failed_unknown + result->failed_output +
           result->failed_plugin;
}

comity_status arrivals_read(struct cli *cli, const char *bytes, size_t size,
                            struct arrival **first)
{
    struct reading self = {.cli = cli, .last = &self.first};
    const struct comity_input input = {.bytes = bytes, .size = size};
    uint64_t failed = failed_of(&cli->result);
    comity_status status =
        comity_read(cli->context, &cli->options, &input, take_record, &self, &cli->result);
    bool is_whole = failed_of(&cli->result) == failed && is_sole(self.first);
    comity_status taken = take_originals(self.first, is_whole, bytes, size);
    *first = self.first;
    return taken == COMITY_OK ? status : taken;
}
