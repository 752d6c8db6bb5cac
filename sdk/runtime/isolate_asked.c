/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Documents in a worker that this process asks about; see isolate.h. */
#include "base/utf8.h"
#include "runtime/isolate_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Asks, and waits for the frame that answers; what comes before goes where it belongs.
 * COMITY_E_PLUGIN where the worker is gone; `fd`: of the input, or -1. */
static comity_status ask(struct isolate *self, int fd, uint32_t kind, const char *words,
                         uint32_t answer, comity_write_fn *write, void *user,
                         struct wire_frame *frame)
{
    size_t start = wire_begin(&self->worker.out, kind);
    wire_put_string(&self->worker.out, words);
    wire_end(&self->worker.out, start);
    comity_status status = buffer_status(&self->worker.out);
    if (status == COMITY_OK && worker_send(&self->worker) == COMITY_E_NOMEM)
        status = COMITY_E_NOMEM;
    while (status == COMITY_OK && (status = isolate_hear(self, fd, frame)) == COMITY_OK) {
        if (frame->kind == answer)
            break;
        if (frame->kind == WORKER_BYTES && write)
            status = isolate_take_bytes(self, frame, write, user);
        else if (frame->kind == WORKER_FILE || frame->kind == WORKER_STORE)
            status = isolate_take_file(self, frame);
        else if (frame->kind != WORKER_FINDING || !isolate_relay(self, frame))
            status = isolate_nonsense(self);
    }
    return status;
}

static bool take_known(struct wire_frame *frame, struct isolate_known *known)
{
    bool is_status = worker_get_status(frame, &known->status);
    known->can_write = wire_u32(frame) == 1;
    const char *syntax = wire_string(frame);
    bool is_there = known->status == COMITY_OK;
    if (!is_status || !wire_is_done(frame) || is_there != (syntax != NULL) ||
        (known->can_write && !is_there) || (syntax && !isolate_is_syntax(syntax)))
        return false;
    snprintf(known->syntax, sizeof known->syntax, "%s", syntax ? syntax : "");
    return true;
}

comity_status isolate_format(struct isolate *self, const char *spec, comity_finding_fn *finding,
                             void *user, struct isolate_known *known)
{
    static const struct isolate_known nothing = {.status = COMITY_E_PLUGIN};
    struct wire_frame frame;
    *known = nothing;
    if (!self->worker.pid)
        return COMITY_E_PLUGIN;
    isolate_begin(self, finding, user);
    isolate_count(self, -1);
    comity_status status = ask(self, -1, WORKER_FORMAT, spec, WORKER_KNOWN, NULL, NULL, &frame);
    if (status != COMITY_OK || take_known(&frame, known))
        return status;
    *known = nothing;
    return isolate_nonsense(self);
}

/* Asks about a document, unless the worker is gone. */
static bool ask_about(struct isolate_document *document, uint32_t kind, const char *words,
                      uint32_t answer, comity_write_fn *write, void *user,
                      struct wire_frame *frame)
{
    if (document->status == COMITY_OK)
        document->status =
            ask(document->isolate, document->fd, kind, words, answer, write, user, frame);
    return document->status == COMITY_OK;
}

/* True of a value as a record can hold it. */
static bool is_value(const char *text, size_t len)
{
    return !text || utf8_invalid(text, len) == len;
}

static const char *ask_value(struct isolate_document *document, const char *path, size_t *len,
                             uint64_t *count)
{
    struct wire_frame frame;
    *len = 0;
    *count = 0;
    if (!ask_about(document, WORKER_GET, path, WORKER_VALUE, NULL, NULL, &frame))
        return NULL;
    *count = wire_u64(&frame);
    const char *text = wire_text(&frame, len);
    if (wire_is_done(&frame) && is_value(text, *len) && *count <= WORKER_MAX_COUNT)
        return text;
    document->status = isolate_nonsense(document->isolate);
    *len = 0;
    *count = 0;
    return NULL;
}

const char *isolate_document_get(struct isolate_document *document, const char *path,
                                 size_t *len)
{
    uint64_t count;
    return ask_value(document, path, len, &count);
}

size_t isolate_document_count(struct isolate_document *document, const char *path)
{
    size_t len;
    uint64_t count;
    ask_value(document, path, &len, &count);
    return (size_t)count;
}

comity_status isolate_document_write(struct isolate_document *document, const char *to,
                                     comity_write_fn *write, void *user)
{
    struct isolate *self = document->isolate;
    struct wire_frame frame;
    comity_status status;
    uint64_t before = self->pieces;
    self->is_refused = false;
    if (!ask_about(document, WORKER_WRITE, to, WORKER_WRITTEN, write, user, &frame))
        return document->status;
    bool is_status = worker_get_status(&frame, &status);
    const char *syntax = wire_string(&frame);
    uint64_t made = self->pieces - before;
    if (!is_status || !wire_is_done(&frame) || (syntax && !isolate_is_syntax(syntax)) ||
        made > 1 || (status == COMITY_OK && (!made || self->is_refused || !syntax))) {
        document->status = isolate_nonsense(self);
        return document->status;
    }
    snprintf(document->syntax, sizeof document->syntax, "%s", syntax ? syntax : "");
    return status;
}

/* Hands a document to who asks about it, and tells the worker what came of that. */
comity_status isolate_take_document(struct isolate *self, struct wire_frame *frame, int fd,
                                    const struct isolate_target *target)
{
    struct isolate_document document = {.isolate = self, .fd = fd};
    document.start = wire_u64(frame);
    document.end = wire_u64(frame);
    document.is_notice = wire_u32(frame) != 0;
    document.lacks = wire_u64(frame);
    const char *format = wire_string(frame);
    if (!wire_is_done(frame) || !format || !*format || document.start > document.end ||
        document.lacks > WORKER_MAX_COUNT ||
        utf8_invalid(format, strlen(format)) < strlen(format))
        return isolate_nonsense(self);
    char *copy = strdup(format);
    if (!copy)
        return COMITY_E_NOMEM;
    document.format = copy;
    comity_status status = target->document(target->user, &document);
    free(copy);
    if (document.status != COMITY_OK)
        return document.status;
    self->refused += status != COMITY_OK;
    size_t start = wire_begin(&self->worker.out, WORKER_NEXT);
    wire_put_u32(&self->worker.out, (uint32_t)status);
    wire_end(&self->worker.out, start);
    if (buffer_status(&self->worker.out) != COMITY_OK)
        return COMITY_E_NOMEM;
    return worker_send(&self->worker) == COMITY_E_NOMEM ? COMITY_E_NOMEM : COMITY_OK;
}
