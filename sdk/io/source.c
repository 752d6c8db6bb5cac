/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One window over an input, be it a descriptor or memory.  Reads are as large as the window
 * has room; the window doubles only when one document does not fit.  Knows nothing of what
 * the bytes mean, but wipes them: they are personal data. */
#include "io/source.h"

#include "base/witness.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_WINDOW ((size_t)256 << 10)

void source_init_fd(struct source *source, int fd, size_t limit)
{
    /* Doubling must not overflow. */
    if (!limit || limit > SIZE_MAX / 4)
        limit = SIZE_MAX / 4;
    *source = (struct source){.bytes = "", .fd = fd, .limit = limit};
}

void source_init_memory(struct source *source, const char *bytes, size_t size)
{
    *source =
        (struct source){.bytes = size ? bytes : "", .size = size, .at_end = true, .fd = -1};
}

void source_free(struct source *source)
{
    if (source->touched)
        explicit_bzero(source->buffer, source->touched);
    free(source->buffer);
    source_init_memory(source, NULL, 0);
}

/* Room for `want` bytes, the window at its front.  The buffer has one byte more than its
 * capacity: room to see that an input goes on after a window as large as the limit. */
static comity_status make_room(struct source *source, size_t want)
{
    size_t capacity = source->capacity ? source->capacity : FIRST_WINDOW;
    while (capacity < want)
        capacity *= 2;
    if (capacity > source->limit)
        capacity = source->limit;
    if (source->buffer && capacity <= source->capacity) {
        if (source->bytes != source->buffer && source->size)
            memmove(source->buffer, source->bytes, source->size);
        source->bytes = source->buffer;
        return COMITY_OK;
    }
    char *buffer = malloc(capacity + 1);
    if (!buffer)
        return COMITY_E_NOMEM;
    if (source->size)
        memcpy(buffer, source->bytes, source->size);
    if (source->touched)
        explicit_bzero(source->buffer, source->touched);
    free(source->buffer);
    source->buffer = buffer;
    source->bytes = buffer;
    source->capacity = capacity;
    source->touched = source->size;
    return COMITY_OK;
}

/* A descriptor that somebody set to non-blocking is waited for like any other. */
static bool wait_readable(int fd)
{
    struct pollfd one = {.fd = fd, .events = POLLIN};
    return poll(&one, 1, -1) >= 0 || errno == EINTR;
}

/* One read of up to `room` bytes behind the window. */
static comity_status read_once(struct source *source, size_t room)
{
    ssize_t got;
    witness_waits(true);
    do
        got = read(source->fd, source->buffer + source->size, room);
    while (got < 0 && (errno == EINTR || (errno == EAGAIN && wait_readable(source->fd))));
    witness_waits(false);
    if (got < 0) {
        source->error = errno;
        return COMITY_E_IO;
    }
    source->at_end = got == 0;
    source->size += (size_t)got;
    if (source->touched < source->size)
        source->touched = source->size;
    return COMITY_OK;
}

comity_status source_fill(struct source *source, size_t want)
{
    if (source->size >= want || source->at_end)
        return COMITY_OK;
    size_t goal = want < source->limit ? want : source->limit;
    comity_status status = make_room(source, goal);
    if (status < 0)
        return status;
    while (source->size < goal && !source->at_end) {
        status = read_once(source, source->capacity - source->size);
        if (status < 0)
            return status;
    }
    if (source->at_end || source->size >= want)
        return COMITY_OK;
    if (source->size == source->capacity) {
        status = read_once(source, 1);
        if (status < 0)
            return status;
    }
    return source->at_end || source->size >= want ? COMITY_OK : COMITY_E_LIMIT;
}

void source_consume(struct source *source, size_t count)
{
    source->bytes += count;
    source->size -= count;
    source->offset += count;
}
