/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Documents as they come in; see arrival.h. */
#include "submit/arrival.h"

#include "base/encoding.h"
#include "submit/documents.h"
#include "submit/routing.h"

#include <stdlib.h>
#include <string.h>

struct reading {
    struct cli *cli;
    struct arrival *first, **last;
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

static comity_status take_fields(struct reading *self, struct arrival *arrival,
                                 struct document *document)
{
    struct inbox_entry *entry = &arrival->entry;
    const char *from = self->cli->from;
    entry->kind = document_copy(document, "kind");
    entry->reference = document_copy(document, "id");
    if (entry->reference && !*entry->reference) {
        free(entry->reference);
        entry->reference = document_copy(document, "requesting.references[0].value");
    }
    entry->answered = document_copy(document, "answers.reference.value");
    entry->outcome = document_copy(document, "decision.outcome");
    entry->format = strdup(from ? from : document->format);
    entry->from_state = document_copy(document, routing_from(entry->kind ? entry->kind : ""));
    entry->lacks = document->lacks;
    arrival->scheme = strdup("");
    arrival->issued = document_copy(document, "issued");
    arrival->requesting = document_copy(document, "requesting.state");
    arrival->requested = document_copy(document, "requested.state");
    entry->is_notice = document->is_notice;
    return entry->kind && entry->reference && entry->answered && entry->outcome &&
                   entry->format && entry->from_state && arrival->scheme && arrival->issued &&
                   arrival->requesting && arrival->requested
               ? COMITY_OK
               : COMITY_E_NOMEM;
}

/* Who gave the reference, where one of the requesting side's references is the same. */
static comity_status take_scheme(struct arrival *arrival, struct document *document)
{
    char path[64];
    size_t count = document_count(document, "requesting.references");
    for (size_t i = 0; i < count && !*arrival->scheme; i++) {
        snprintf(path, sizeof path, "requesting.references[%zu].value", i);
        char *value = document_copy(document, path);
        bool is_it = value && *value && strcmp(value, arrival->entry.reference) == 0;
        free(value);
        if (!value)
            return COMITY_E_NOMEM;
        if (!is_it)
            continue;
        snprintf(path, sizeof path, "requesting.references[%zu].scheme", i);
        free(arrival->scheme);
        arrival->scheme = document_copy(document, path);
        if (!arrival->scheme)
            return COMITY_E_NOMEM;
    }
    return COMITY_OK;
}

static comity_status take_document(void *user, struct document *document)
{
    struct reading *self = user;
    struct arrival *arrival = calloc(1, sizeof *arrival);
    if (!arrival)
        return COMITY_E_NOMEM;
    arrival->start = (size_t)document->start;
    arrival->end = (size_t)document->end;
    comity_status status = take_fields(self, arrival, document);
    if (status == COMITY_OK)
        status = take_scheme(arrival, document);
    if (status == COMITY_OK)
        status = document_write(document, "convention-json", take_canonical, &arrival->entry);
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
    const struct documents documents = documents_of(cli);
    comity_status status = documents_read(&documents, &cli->options, &input, true,
                                          take_document, &self, &cli->result);
    bool is_whole = failed_of(&cli->result) == failed && is_sole(self.first);
    comity_status taken = take_originals(self.first, is_whole, bytes, size);
    *first = self.first;
    return taken == COMITY_OK ? status : taken;
}
