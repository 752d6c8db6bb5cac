/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A batch's end of the line to its reader; see reading.h. */
#include "batch/reading.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAME_LIMIT ((size_t)1 << 30)
/* The reader keeps time for each entry itself; this is for a reader that does not. */
#define GRACE_SECONDS 5

comity_status reading_open(struct reading *reading, struct inputs *inputs,
                           struct shared *shared, const struct item_limits *limits,
                           item_fn *each, void *user)
{
    memset(reading, 0, sizeof *reading);
    reading->inputs = inputs;
    reading->shared = shared;
    reading->limits = *limits;
    reading->each = each;
    reading->user = user;
    reading->worker.fd = -1;
    if (worker_program("comity-reader", reading->program, sizeof reading->program))
        return COMITY_OK;
    errno = ENAMETOOLONG;
    return COMITY_E_IO;
}

static struct input *at_hand(struct reading *reading)
{
    return &reading->queue[reading->first].input;
}

/* The input at hand gives nothing, or nothing more: that is an item too. */
static comity_status refuse_input(struct reading *reading, const char *code,
                                  const char *message)
{
    const char *name = at_hand(reading)->name;
    struct item item = {.outcome = ITEM_REFUSED,
                        .entry = name,
                        .entry_len = strlen(name),
                        .line = 1,
                        .column = 1,
                        .code = code,
                        .message = message};
    return reading->each(reading->user, &item);
}

/* The input at hand is done with.  Its descriptor was kept until now: both processes share the
 * position in it. */
static void pass_input(struct reading *reading)
{
    struct input *input = at_hand(reading);
    if (input->fd >= 0) {
        off_t end = lseek(input->fd, 0, SEEK_END);
        reading->passed += end > 0 ? (uint64_t)end : 0;
        close(input->fd);
    }
    free((char *)(uintptr_t)input->name);
    free((char *)(uintptr_t)input->message);
    reading->first = (reading->first + 1) % READING_AHEAD;
    reading->count--;
}

uint64_t reading_position(const struct reading *reading)
{
    int fd = reading->count ? reading->queue[reading->first].input.fd : -1;
    off_t at = fd >= 0 ? lseek(fd, 0, SEEK_CUR) : 0;
    return reading->passed + (at > 0 ? (uint64_t)at : 0);
}

bool reading_listens(const struct reading *reading)
{
    return reading->count && reading->queue[reading->first].is_sent;
}

int reading_number(const struct reading *reading)
{
    return reading->count ? reading->queue[reading->first].input.number : reading->inputs->at;
}

/* Takes inputs while there is room and none has to be waited for. */
static comity_status take_ahead(struct reading *reading)
{
    while (!reading->is_ended && reading->count < READING_AHEAD &&
           !(reading->count && inputs_wait(reading->inputs))) {
        struct input input;
        comity_status status = inputs_next(reading->inputs, &input);
        reading->is_ended = status == COMITY_END;
        if (status != COMITY_OK)
            return status == COMITY_END ? COMITY_OK : status;
        input.name = strdup(input.name);
        input.message = input.fd < 0 ? strdup(input.message) : NULL;
        size_t at = (reading->first + reading->count++) % READING_AHEAD;
        reading->queue[at].input = input;
        reading->queue[at].is_sent = false;
        if (!input.name || (input.fd < 0 && !input.message))
            return COMITY_E_NOMEM;
    }
    return COMITY_OK;
}

/* Tells of those that cannot be read, when it is their turn. */
static comity_status refuse_unread(struct reading *reading)
{
    comity_status status = COMITY_OK;
    while (status == COMITY_OK && reading->count && at_hand(reading)->fd < 0) {
        status = refuse_input(reading, at_hand(reading)->code, at_hand(reading)->message);
        pass_input(reading);
    }
    return status;
}

static comity_status start_reader(struct reading *reading)
{
    const struct worker_limits limits = WORKER_LIMITS_INIT;
    const struct shared *shared = reading->shared;
    comity_status status = worker_start(&reading->worker, reading->program, &limits);
    if (status != COMITY_OK || !shared->freed)
        return status;
    worker_put_share(&reading->worker.out, WORKER_SHARE_OUT, shared->size, shared->written);
    worker_send_fd(&reading->worker, shared->fd);
    return buffer_status(&reading->worker.out);
}

/* Gives the reader what it does not have yet.  What goes wrong with the line is seen when it is
 * listened to. */
static comity_status send_inputs(struct reading *reading, int64_t now)
{
    struct worker *worker = &reading->worker;
    comity_status status = COMITY_OK;
    for (size_t i = 0; i < reading->count && status == COMITY_OK; i++) {
        size_t at = (reading->first + i) % READING_AHEAD;
        const struct input *input = &reading->queue[at].input;
        if (reading->queue[at].is_sent || input->fd < 0)
            continue;
        if (!worker->pid)
            status = start_reader(reading);
        if (status != COMITY_OK)
            return status;
        if (!i)
            reading->since = now;
        reading_put_request(&worker->out, input->name, &reading->limits);
        status = buffer_status(&worker->out);
        worker_send_fd(worker, input->fd);
        reading->queue[at].is_sent = true;
    }
    return status;
}

/* The reader is gone, or talks nonsense: its input is given up, the next ones get a new one. */
static comity_status lose_reader(struct reading *reading, const char *code, const char *message)
{
    worker_stop(&reading->worker);
    for (size_t i = 0; i < reading->count; i++)
        reading->queue[(reading->first + i) % READING_AHEAD].is_sent = false;
    comity_status status = refuse_input(reading, code, message);
    pass_input(reading);
    return status;
}

static comity_status end_input(struct reading *reading, struct wire_frame *frame)
{
    comity_status status = (comity_status)wire_u32(frame);
    if (!wire_is_done(frame))
        return lose_reader(reading, "worker.answer", "the reader answered what is no answer");
    if (status != COMITY_OK && status != COMITY_E_IO)
        return lose_reader(reading, "limit.memory", "there is not enough memory for the input");
    if (status == COMITY_E_IO)
        status = refuse_input(reading, "io.read", "the input cannot be read to its end");
    pass_input(reading);
    return status == COMITY_OK ? refuse_unread(reading) : status;
}

/* One frame; COMITY_E_INVALID where it is no answer. */
static comity_status take_frame(struct reading *reading, struct wire_frame *frame)
{
    struct item item;
    if (!reading_listens(reading))
        return COMITY_E_INVALID;
    if (frame->kind == WORKER_READ_DONE)
        return end_input(reading, frame);
    if (frame->kind != WORKER_TAKEN || !reading_get_item(frame, reading->shared, &item))
        return COMITY_E_INVALID;
    if (item.shared_end > reading->shared->written)
        reading->shared->written = item.shared_end;
    return reading->each(reading->user, &item);
}

static comity_status hear(struct reading *reading, int64_t now)
{
    struct wire_frame frame;
    comity_status received = worker_receive(&reading->worker), status;
    while ((status = worker_frame(&reading->worker, FRAME_LIMIT, &frame)) == COMITY_OK) {
        reading->since = now;
        status = take_frame(reading, &frame);
        if (status == COMITY_E_INVALID)
            break;
        if (status != COMITY_OK || !reading->worker.pid)
            return status;
    }
    if (received == COMITY_E_NOMEM)
        return received;
    if (!reading->count) { /* nothing hangs on it any more */
        if (status != COMITY_END || received == COMITY_END)
            worker_stop(&reading->worker);
        return COMITY_OK;
    }
    if (status != COMITY_END)
        return lose_reader(reading, "worker.answer", "the reader answered what is no answer");
    if (received == COMITY_END)
        return lose_reader(reading, "worker.crash", "the reader ended over this input");
    if (now - reading->since > (int64_t)(reading->limits.seconds + GRACE_SECONDS) * 1000)
        return lose_reader(reading, "limit.time", "the reader took longer than it may");
    return COMITY_OK;
}

comity_status reading_work(struct reading *reading, int64_t now)
{
    comity_status status = take_ahead(reading);
    if (status == COMITY_OK)
        status = refuse_unread(reading);
    if (status != COMITY_OK)
        return status;
    if (!reading->count)
        return reading->is_ended ? COMITY_END : COMITY_OK;
    status = send_inputs(reading, now);
    return status == COMITY_OK ? hear(reading, now) : status;
}

void reading_close(struct reading *reading)
{
    while (reading->count)
        pass_input(reading);
    worker_stop(&reading->worker);
}
