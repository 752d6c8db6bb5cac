/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A batch's end of the line to its reader; see reading.h. */
#include "batch/reading.h"

#include <errno.h>
#include <stdio.h>
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
    reading->worker.fd = reading->input.fd = -1;
    if (worker_program("comity-reader", reading->program, sizeof reading->program))
        return COMITY_OK;
    errno = ENAMETOOLONG;
    return COMITY_E_IO;
}

/* An input that gives nothing, or nothing more, is an item too. */
static comity_status refuse_input(struct reading *reading, const char *code,
                                  const char *message)
{
    struct item item = {.outcome = ITEM_REFUSED,
                        .entry = reading->input.name,
                        .entry_len = strlen(reading->input.name),
                        .line = 1,
                        .column = 1,
                        .code = code,
                        .message = message};
    return reading->each(reading->user, &item);
}

/* The descriptor is kept for as long as the reader has it too: both share the position. */
static void pass_input(struct reading *reading)
{
    if (reading->input.fd < 0)
        return;
    off_t end = lseek(reading->input.fd, 0, SEEK_END);
    reading->passed += end > 0 ? (uint64_t)end : 0;
    close(reading->input.fd);
    reading->input.fd = -1;
}

uint64_t reading_position(const struct reading *reading)
{
    off_t at = reading->input.fd >= 0 ? lseek(reading->input.fd, 0, SEEK_CUR) : 0;
    return reading->passed + (at > 0 ? (uint64_t)at : 0);
}

static comity_status start_reader(struct reading *reading)
{
    const struct worker_limits limits = WORKER_LIMITS_INIT;
    const struct shared *shared = reading->shared;
    comity_status status = worker_start(&reading->worker, reading->program, &limits);
    if (status != COMITY_OK || !shared->freed)
        return status;
    worker_put_share(&reading->worker.out, WORKER_SHARE_OUT, shared->size, shared->written);
    return worker_send_fd(&reading->worker, shared->fd);
}

static comity_status open_next(struct reading *reading, int64_t now)
{
    comity_status status = inputs_next(reading->inputs, &reading->input);
    if (status != COMITY_OK)
        return status;
    if (reading->input.fd < 0)
        return refuse_input(reading, reading->input.code, reading->input.message);
    if (!reading->worker.pid)
        status = start_reader(reading);
    if (status == COMITY_OK) {
        reading_put_request(&reading->worker.out, reading->input.name, &reading->limits);
        status = worker_send_fd(&reading->worker, reading->input.fd);
    }
    reading->is_open = status == COMITY_OK;
    if (!reading->is_open)
        pass_input(reading);
    reading->since = now;
    return status;
}

/* The reader is gone, or talks nonsense: its input is given up, the next one gets a new one. */
static comity_status lose_reader(struct reading *reading, const char *code, const char *message)
{
    worker_stop(&reading->worker);
    pass_input(reading);
    reading->is_open = false;
    return refuse_input(reading, code, message);
}

static comity_status end_input(struct reading *reading, struct wire_frame *frame)
{
    comity_status status = (comity_status)wire_u32(frame);
    if (!wire_is_done(frame))
        return lose_reader(reading, "worker.answer", "the reader answered what is no answer");
    pass_input(reading);
    reading->is_open = false;
    if (status == COMITY_E_IO)
        return refuse_input(reading, "io.read", "the input cannot be read to its end");
    if (status != COMITY_OK)
        return lose_reader(reading, "limit.memory", "there is not enough memory for the input");
    return COMITY_OK;
}

static comity_status hear(struct reading *reading, int64_t now)
{
    struct wire_frame frame;
    struct item item;
    comity_status received = worker_receive(&reading->worker), status;
    while ((status = worker_frame(&reading->worker, FRAME_LIMIT, &frame)) == COMITY_OK) {
        reading->since = now;
        if (frame.kind == WORKER_READ_DONE)
            return end_input(reading, &frame);
        if (frame.kind != WORKER_TAKEN || !reading_get_item(&frame, reading->shared, &item)) {
            status = COMITY_E_INVALID;
            break;
        }
        if (item.shared_end > reading->shared->written)
            reading->shared->written = item.shared_end;
        status = reading->each(reading->user, &item);
        if (status != COMITY_OK)
            return status;
    }
    if (received == COMITY_E_NOMEM)
        return received;
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
    if (reading->is_ended)
        return COMITY_END;
    if (reading->is_open)
        return hear(reading, now);
    comity_status status = open_next(reading, now);
    reading->is_ended = status == COMITY_END;
    return status;
}

void reading_close(struct reading *reading)
{
    pass_input(reading);
    worker_stop(&reading->worker);
}
