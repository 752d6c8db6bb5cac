/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a worker does with documents: it converts streams, or does what a command does.  What it
 * asks for is given if it may ask for it; see isolate.h. */
#include "runtime/context.h"
#include "runtime/isolate_inside.h"

#include <string.h>
#include <unistd.h>

/* Room for a few pieces of a stream, each of which is somewhat larger than this. */
#define MADE_BYTES ((size_t)5 << 18)
#define LARGE_BYTES ((size_t)128 << 10)

/* --- converting */

static comity_status take_done(struct isolate *self, struct wire_frame *frame,
                               const struct isolate_target *target,
                               struct comity_result *result)
{
    struct comity_result more = COMITY_RESULT_INIT;
    comity_status status;
    uint64_t id = wire_u64(frame);
    bool is_status = worker_get_status(frame, &status);
    bool has_digest = wire_string(frame) != NULL;
    bool is_sound = worker_get_result(frame, &more) && worker_is_consistent(status, &more);
    bool is_there = target->document ? more.documents <= self->records - self->refused
                    : target->record ? more.documents <= self->pieces
                                     : status != COMITY_OK || self->bytes;
    if (!wire_is_done(frame) || id != self->id || has_digest || !is_status || !is_sound ||
        !is_there)
        return isolate_nonsense(self);
    if (result)
        worker_add_result(result, &more);
    return status == COMITY_OK && self->is_over ? COMITY_E_IO : status;
}

/* True while the worker has taken all that it was told: one that asks and does not listen
 * would fill the memory of this process. */
static bool listens(const struct isolate *self)
{
    return self->worker.sent == self->worker.out.size;
}

static comity_status answer(struct isolate *self, uint32_t kind, int32_t error, int fd)
{
    size_t start = wire_begin(&self->worker.out, kind);
    wire_put_u32(&self->worker.out, (uint32_t)error);
    wire_end(&self->worker.out, start);
    comity_status status =
        fd >= 0 ? worker_send_fd(&self->worker, fd) : worker_send(&self->worker);
    return status == COMITY_E_NOMEM ? status : COMITY_OK;
}

/* From the first large piece on, memory to put such in, if it can be had. */
static comity_status share(struct isolate *self)
{
    struct shared *made = &self->made;
    if (made->freed || shared_make(made, MADE_BYTES) != COMITY_OK)
        return COMITY_OK;
    worker_put_share(&self->worker.out, WORKER_SHARE_OUT, made->size, made->written);
    comity_status status = worker_send_fd(&self->worker, made->fd);
    return status == COMITY_E_NOMEM ? status : COMITY_OK;
}

/* Bytes go where they belong, and the worker is told what became of them.  It may have handed
 * over a few more before it hears that one was not taken. */
comity_status isolate_take_bytes(struct isolate *self, struct wire_frame *frame,
                                 comity_write_fn *write, void *user)
{
    size_t size;
    uint64_t shared_end;
    const char *bytes = shared_text(frame, &self->made, &size, &shared_end);
    if (!wire_is_done(frame) || !bytes || !listens(self))
        return isolate_nonsense(self);
    self->bytes += size;
    self->pieces++;
    self->is_refused = self->is_refused || write(user, bytes, size) != 0;
    shared_free(&self->made, shared_end);
    comity_status status = size >= LARGE_BYTES ? share(self) : COMITY_OK;
    return status == COMITY_OK ? answer(self, WORKER_WROTE, self->is_refused, -1) : status;
}

/* Opens or stores a file beside a document: its name is a label, whoever says otherwise. */
comity_status isolate_take_file(struct isolate *self, struct wire_frame *frame)
{
    bool is_stored = frame->kind == WORKER_STORE;
    size_t len, size = 0;
    const char *label = wire_text(frame, &len);
    const char *bytes = is_stored ? wire_text(frame, &size) : "";
    if (!wire_is_done(frame) || !label || !bytes || !self->attachments || !listens(self) ||
        !beside_is_label(label, len))
        return isolate_nonsense(self);
    int fd = -1;
    if (is_stored)
        return answer(self, WORKER_STORED,
                      beside_store(self->attachments, label, len, bytes, size), -1);
    int error = beside_open(self->attachments, label, len, &fd);
    comity_status status = answer(self, WORKER_OPENED, error, fd);
    if (fd >= 0)
        close(fd);
    return status;
}

static comity_status take(struct isolate *self, struct wire_frame *frame, int fd,
                          const struct isolate_target *target)
{
    if (frame->kind == WORKER_BYTES && target->write) {
        comity_status status = isolate_take_bytes(self, frame, target->write, target->user);
        self->is_over = self->is_refused && !target->record;
        return status;
    }
    if (frame->kind == WORKER_FILE || frame->kind == WORKER_STORE)
        return isolate_take_file(self, frame);
    if (frame->kind == WORKER_FINDING && isolate_relay(self, frame))
        return COMITY_OK;
    if (frame->kind != WORKER_RECORD || isolate_is_flood(self))
        return isolate_nonsense(self);
    self->records++;
    if (target->document)
        return isolate_take_document(self, frame, fd, target);
    if (!target->record || !wire_is_done(frame))
        return isolate_nonsense(self);
    target->record(target->user);
    return COMITY_OK;
}

/* It has had nothing to do so far. */
void isolate_begin(struct isolate *self, comity_finding_fn *finding, void *user)
{
    self->finding = finding;
    self->user = user;
    self->silent = 0;
    self->used = worker_used(&self->worker) * 1000;
}

comity_status isolate_convert(struct isolate *self, const struct comity_options *options,
                              int fd, const struct isolate_target *target,
                              struct comity_result *result)
{
    struct wire_frame frame;
    if (!self->worker.pid)
        return COMITY_E_PLUGIN;
    isolate_begin(self, options->finding, options->user);
    isolate_count(self, fd);
    self->file = options->file;
    size_t start = wire_begin(&self->worker.out, WORKER_STREAM);
    wire_put_u64(&self->worker.out, ++self->id);
    wire_put_u32(&self->worker.out, target->document && target->lacks ? WORKER_LACKS
                                    : target->document                ? WORKER_ASKED
                                    : target->record                  ? WORKER_EACH
                                                                      : WORKER_AS_ONE);
    wire_put_string(&self->worker.out, options->file);
    wire_end(&self->worker.out, start);
    comity_status status = buffer_status(&self->worker.out);
    if (status == COMITY_OK && worker_send_fd(&self->worker, fd) == COMITY_E_NOMEM)
        status = COMITY_E_NOMEM;
    while (status == COMITY_OK && (status = isolate_hear(self, fd, &frame)) == COMITY_OK) {
        if (frame.kind == WORKER_DONE) {
            status = take_done(self, &frame, target, result);
            break;
        }
        status = take(self, &frame, fd, target);
    }
    self->file = NULL;
    return status;
}

/* --- commands */

static void put_command(struct isolate *self, const struct isolate_command *command)
{
    struct buffer *out = &self->worker.out;
    size_t start = wire_begin(out, WORKER_COMMAND);
    wire_put_string(out, command->name);
    wire_put_u32(out, command->flags);
    wire_put_string(out, command->via);
    wire_put_u32(out, command->input_count);
    for (uint32_t i = 0; i < command->input_count; i++)
        wire_put_string(out, command->inputs[i]);
    wire_end(out, start);
}

/* Opens the input that the worker asks for by its number, each once and in their order; *fd
 * becomes it. */
static comity_status take_open(struct isolate *self, struct wire_frame *frame,
                               const struct isolate_command *command, uint32_t *opened, int *fd)
{
    uint32_t index = wire_u32(frame);
    if (!wire_is_done(frame) || index >= command->input_count || index != *opened ||
        !listens(self))
        return isolate_nonsense(self);
    ++*opened;
    command->close(command->user, *fd);
    *fd = -1;
    self->file = command->inputs[index];
    int32_t error = command->open(command->user, command->inputs[index], fd);
    isolate_count(self, *fd);
    return answer(self, WORKER_OPENED, error, *fd);
}

/* How it went; what says that all is well has looked at everything. */
static comity_status take_outcome(struct isolate *self, struct wire_frame *frame,
                                  bool has_seen_all, struct isolate_outcome *outcome)
{
    struct comity_result more = COMITY_RESULT_INIT;
    outcome->flags = wire_u32(frame);
    outcome->io_failures = wire_u64(frame);
    outcome->plugin_failures = wire_u64(frame);
    bool is_sound = worker_get_result(frame, &more) && wire_is_done(frame) &&
                    outcome->flags <= ISOLATE_OUTCOMES &&
                    outcome->io_failures <= WORKER_MAX_COUNT &&
                    outcome->plugin_failures <= WORKER_MAX_COUNT;
    bool has_failed = outcome->flags || outcome->io_failures || outcome->plugin_failures ||
                      worker_has_failed(&more);
    if (!is_sound || (!has_seen_all && !has_failed)) {
        *outcome = (struct isolate_outcome){.result = COMITY_RESULT_INIT};
        return isolate_nonsense(self);
    }
    worker_add_result(&outcome->result, &more);
    return COMITY_OK;
}

comity_status isolate_command(struct isolate *self, const struct comity_options *options,
                              const struct isolate_command *command,
                              struct isolate_outcome *outcome)
{
    struct wire_frame frame;
    uint32_t opened = 0;
    int fd = -1;
    isolate_begin(self, options->finding, options->user);
    isolate_count(self, -1);
    put_command(self, command);
    comity_status status = buffer_status(&self->worker.out);
    if (status == COMITY_OK && worker_send(&self->worker) == COMITY_E_NOMEM)
        status = COMITY_E_NOMEM;
    while (status == COMITY_OK && (status = isolate_hear(self, fd, &frame)) == COMITY_OK) {
        if (frame.kind == WORKER_DONE) {
            status = take_outcome(self, &frame, opened == command->input_count, outcome);
            break;
        }
        if (frame.kind == WORKER_BYTES)
            status = isolate_take_bytes(self, &frame, command->write, command->user);
        else if (frame.kind == WORKER_OPEN)
            status = take_open(self, &frame, command, &opened, &fd);
        else if (frame.kind == WORKER_FILE || frame.kind == WORKER_STORE)
            status = isolate_take_file(self, &frame);
        else if (frame.kind != WORKER_FINDING || !isolate_relay(self, &frame))
            status = isolate_nonsense(self);
    }
    command->close(command->user, fd);
    self->file = NULL;
    return status;
}
