/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What becomes of a job that is done; see settle.h. */
#include "batch/settle.h"

#include "base/encoding.h"
#include "batch/label.h"
#include "batch/ledger_read.h"
#include "batch/reason.h"

#include <errno.h>
#include <stdlib.h>

struct loss {
    const char *code, *field;
    uint64_t count;
};

/* What the findings say of one document. */
struct account {
    uint64_t counts[COMITY_ERROR + 1];
    const char *code; /* of the first of the gravest */
    int32_t severity;
    struct loss losses[LEDGER_LOSSES];
    size_t loss_count;
    uint64_t more; /* losses beyond those */
};

static bool is_same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void count_loss(struct account *account, const struct comity_finding *finding)
{
    for (size_t i = account->loss_count; i; i--) {
        struct loss *loss = &account->losses[i - 1];
        if (is_same(loss->code, finding->code) && is_same(loss->field, finding->field)) {
            loss->count++;
            return;
        }
    }
    if (account->loss_count == LEDGER_LOSSES) {
        account->more++;
        return;
    }
    account->losses[account->loss_count++] =
        (struct loss){.code = finding->code, .field = finding->field, .count = 1};
}

static void count_finding(struct account *account, const struct comity_finding *finding)
{
    account->counts[finding->severity]++;
    if (!account->code || finding->severity > account->severity) {
        account->code = finding->code;
        account->severity = finding->severity;
    }
    if (finding->severity == COMITY_LOSS)
        count_loss(account, finding);
}

static void put_item(struct ledger_writer *ledger, const struct job *job, uint64_t position)
{
    const struct item *item = &job->item;
    ledger_count(ledger, "item", job->place);
    ledger_text(ledger, "entry", item->entry, item->entry_len);
    ledger_count(ledger, "twin", item->twin);
    ledger_count(ledger, "value", item->value);
    ledger_number(ledger, "position", position);
    if (item->outcome != ITEM_TAKEN)
        return;
    ledger_number(ledger, "size", item->size);
    ledger_string(ledger, "sha256", job->sha256[0] ? job->sha256 : NULL);
}

static void put_losses(struct ledger_writer *ledger, const struct account *account)
{
    if (!account->loss_count)
        return;
    struct buffer *lines = &ledger->lines;
    buffer_text(lines, ",\"lost\":[");
    for (size_t i = 0; i < account->loss_count; i++) {
        const struct loss *loss = &account->losses[i];
        buffer_text(lines, i ? ",{" : "{");
        ledger_string(ledger, "code", loss->code);
        ledger_string(ledger, "field", loss->field);
        ledger_number(ledger, "count", loss->count);
        buffer_char(lines, '}');
    }
    buffer_char(lines, ']');
    ledger_count(ledger, "lost_more", account->more);
}

static void put_account(struct ledger_writer *ledger, const struct worker_document *document,
                        const struct account *account)
{
    ledger_count(ledger, "mapped", document->mapped);
    ledger_count(ledger, "approximated", document->approximated);
    ledger_count(ledger, "kept", document->kept);
    ledger_count(ledger, "dropped", document->dropped);
    ledger_count(ledger, "notes", account->counts[COMITY_NOTE]);
    ledger_count(ledger, "warnings", account->counts[COMITY_WARNING]);
    ledger_count(ledger, "losses", account->counts[COMITY_LOSS]);
    ledger_count(ledger, "errors", account->counts[COMITY_ERROR]);
    put_losses(ledger, account);
}

/* An item of which there is nothing but an outcome. */
static void put_whole(struct settling *self, const struct job *job, const char *result,
                      const char *code, const struct account *account)
{
    static const struct worker_document nothing = {.is_done = 0};
    char name[OUTPUT_NAME_SIZE];
    struct ledger_writer *ledger = self->ledger;
    ledger_begin(ledger);
    put_item(ledger, job, 0);
    ledger_string(ledger, "result", result);
    ledger_string(ledger, "code", code);
    if (self->quarantine && strcmp(result, "failed") == 0) {
        output_name(&job->item, 0, "", name);
        ledger_string(ledger, "quarantine", name);
    }
    ledger_count(ledger, "retry", self->retry);
    put_account(ledger, &nothing, account);
    ledger_end(ledger);
}

static comity_status put_document(struct settling *self, const struct job *job,
                                  const struct worker_document *document,
                                  const struct account *account)
{
    char name[OUTPUT_NAME_SIZE];
    struct ledger_writer *ledger = self->ledger;
    comity_status status = COMITY_OK;
    output_name(&job->item, document->is_done ? document->position : 0,
                document->is_done ? self->suffix : "", name);
    if (document->is_done)
        status = sink_put(self->sink, name, document->bytes, document->size);
    if (status != COMITY_OK)
        return status;
    ledger_begin(ledger);
    put_item(ledger, job, document->position);
    ledger_string(ledger, "result", document->is_done ? "done" : "failed");
    if (!document->is_done)
        ledger_string(ledger, "code", account->code ? account->code : "model.no-document");
    ledger_string(ledger, "format", document->format);
    ledger_string(ledger, "plugin", document->maker);
    ledger_string(ledger, "kind", document->kind);
    ledger_string(ledger, "state", document->state);
    if (self->sink->kind == SINK_NOTHING)
        ; /* it has no name */
    else if (document->is_done && self->sink->kind == SINK_LINES)
        ledger_number(ledger, "output", self->sink->lines);
    else if (document->is_done)
        ledger_string(ledger, "output", name);
    else if (self->quarantine)
        ledger_string(ledger, "quarantine", name);
    if (document->is_done) {
        ledger_number(ledger, "output_size", document->size);
        ledger_string(ledger, "output_sha256", document->sha256);
    }
    ledger_count(ledger, "retry", self->retry);
    put_account(ledger, document, account);
    ledger_end(ledger);
    self->done += document->is_done;
    self->failed += !document->is_done;
    return COMITY_OK;
}

/* Hands on a finding with its place in the file that the item was part of. */
static void tell(const struct settling *self, const struct job *job,
                 const struct comity_finding *finding)
{
    struct comity_finding placed = *finding;
    if (!self->finding)
        return;
    placed.file = job->item.entry;
    if (placed.line) {
        if (placed.line == 1)
            placed.column += job->item.column - 1;
        placed.line += job->item.line - 1;
        placed.offset += job->item.offset;
    }
    self->finding(self->user, &placed);
}

/* What no worker had a say in: skipped, refused, or lost with its worker. */
static void tell_outcome(const struct settling *self, const struct job *job, int32_t severity,
                         const char *code, const char *message)
{
    const struct comity_finding finding = {.struct_size = sizeof finding,
                                           .severity = severity,
                                           .code = code,
                                           .message = message,
                                           .line = job->item.at ? 1 : 0,
                                           .column = 1,
                                           .offset = job->item.at};
    tell(self, job, &finding);
}

/* Goes through the answers, each of which the pool has found to be one; *failed becomes whether
 * a document of the item did. */
static comity_status settle_answers(struct settling *self, const struct job *job, bool *failed)
{
    struct account account = {.code = NULL};
    const struct buffer *answers = &job->answers;
    comity_status status = COMITY_OK;
    size_t whole = 0;
    struct wire_frame frame;
    for (size_t at = 0; status == COMITY_OK && at < answers->size; at += whole) {
        struct comity_finding finding;
        struct worker_document document;
        wire_next(answers->bytes + at, answers->size - at, answers->size, &frame, &whole);
        if (frame.kind == WORKER_FINDING) {
            worker_get_finding(&frame, &finding);
            count_finding(&account, &finding);
            tell(self, job, &finding);
            continue;
        }
        worker_get_document(&frame, NULL, &document);
        if (job_asks(job, document.position)) {
            status = put_document(self, job, &document, &account);
            *failed = *failed || !document.is_done;
        }
        account = (struct account){.code = NULL};
    }
    if (status == COMITY_OK && !job->documents) {
        const char *code = job->status == COMITY_E_NOMEM ? "limit.memory"
                           : account.code                ? account.code
                                                         : "model.no-document";
        put_whole(self, job, "failed", code, &account);
        self->failed++;
        *failed = true;
    }
    return status;
}

static comity_status put_aside(struct settling *self, const struct job *job)
{
    char name[OUTPUT_NAME_SIZE];
    struct buffer reason;
    buffer_init(&reason, 0);
    output_name(&job->item, 0, "", name);
    comity_status status = reason_write(job, self->from, self->to, &reason);
    if (status == COMITY_OK)
        status = quarantine_put(self->quarantine, name, job, reason.bytes, reason.size);
    buffer_free(&reason);
    return status;
}

/* What is no longer aside goes when the ledger says so for good. */
static comity_status clear_later(struct settling *self, const struct job *job)
{
    char name[OUTPUT_NAME_SIZE];
    output_name(&job->item, 0, "", name);
    buffer_add(&self->cleared, name, strlen(name) + 1);
    return buffer_status(&self->cleared);
}

void settle_clear(struct settling *self)
{
    for (size_t at = 0; at < self->cleared.size;) {
        const char *name = self->cleared.bytes + at;
        size_t len = strlen(name);
        quarantine_remove(self->quarantine, name, len);
        at += len + 1;
    }
    buffer_clear(&self->cleared);
}

comity_status settle(struct settling *self, const struct job *job)
{
    static const struct account none = {.code = NULL};
    const struct item *item = &job->item;
    bool failed = false;
    comity_status status = COMITY_OK;
    if (item->outcome == ITEM_SKIPPED) {
        tell_outcome(self, job, COMITY_NOTE, item->code, item->message);
        put_whole(self, job, "skipped", item->code, &none);
        self->skipped++;
    } else if (item->outcome == ITEM_REFUSED || job->fault) {
        const char *code = job->fault ? job->fault : item->code;
        tell_outcome(self, job, COMITY_ERROR, code, job->fault ? job->message : item->message);
        put_whole(self, job, "failed", code, &none);
        self->failed++;
        failed = true;
    } else {
        status = settle_answers(self, job, &failed);
        worker_add_result(&self->result, &job->result);
    }
    if (status == COMITY_OK && failed && self->quarantine)
        return put_aside(self, job);
    if (status == COMITY_OK && self->retry)
        status = clear_later(self, job);
    return status;
}

comity_status settle_forget(const struct settling *self, const char *path, uint64_t offset)
{
    struct ledger_reader *reader = NULL;
    struct ledger_line line;
    comity_status status = ledger_open(path, &reader);
    if (status != COMITY_OK)
        return status == COMITY_E_IO && errno == ENOENT ? COMITY_OK : status;
    while ((status = ledger_next(reader, &line)) == COMITY_OK) {
        if (line.kind != LEDGER_DOCUMENT || line.offset < offset)
            continue;
        if (line.quarantine.text)
            quarantine_remove(self->quarantine, line.quarantine.text, line.quarantine.len);
        if (line.output.text && self->sink->kind == SINK_FOLDER)
            sink_remove(self->sink, line.output.text, line.output.len);
    }
    ledger_close(reader);
    return status == COMITY_END ? COMITY_OK : status;
}

comity_status settle_end_block(struct settling *self)
{
    comity_status status = sink_end_block(self->sink);
    if (status == COMITY_OK)
        ledger_end_block(self->ledger, self->sink->offset);
    return status;
}

comity_status settle_end_item(struct settling *self)
{
    if (self->sink->kind == SINK_FOLDER)
        ledger_end_item(self->ledger);
    else if (sink_is_block(self->sink))
        return settle_end_block(self);
    return COMITY_OK;
}

void settle_summary(struct settling *self)
{
    struct buffer *lines = &self->ledger->lines;
    buffer_text(lines, "{\"summary\":{");
    ledger_number(self->ledger, "done", self->done);
    ledger_number(self->ledger, "failed", self->failed);
    ledger_number(self->ledger, "skipped", self->skipped);
    ledger_count(self->ledger, "retries", self->retry);
    if (self->inputs) {
        ledger_number(self->ledger, "items", self->items);
        ledger_string(self->ledger, "inputs", self->inputs);
    }
    buffer_text(lines, "}}\n");
}
