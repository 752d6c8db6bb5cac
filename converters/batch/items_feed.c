/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The bytes of one container through a window, and the descriptor at the bottom of all.  Knows
 * nothing of what the bytes are. */
#include "batch/items_run.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST_WINDOW ((size_t)128 << 10)
#define SNIFFED ((size_t)SNIFF_SIZE * 2) /* what may stand around an item */
#define KEPT_WINDOW ((size_t)1 << 20)    /* a larger one goes back after its entry */

void feed_init(struct feed *feed, struct run *run, feed_fn *pull, void *from)
{
    *feed = (struct feed){.run = run, .pull = pull, .from = from};
}

void feed_restart(struct feed *feed)
{
    if (feed->capacity > KEPT_WINDOW)
        feed_free(feed);
    feed->start = feed->size = 0;
    feed->offset = feed->kept = 0;
    feed->at_end = false;
    feed->status = COMITY_OK;
}

void feed_free(struct feed *feed)
{
    /* Documents are personal data. */
    if (feed->buffer)
        explicit_bzero(feed->buffer, feed->touched);
    free(feed->buffer);
    feed->buffer = NULL;
    feed->capacity = feed->touched = feed->start = feed->size = 0;
}

void feed_consume(struct feed *feed, size_t count)
{
    feed->start += count;
    feed->size -= count;
    feed->offset += count;
    if (!feed->size && !feed->kept)
        feed->start = 0;
}

/* Doubled, but no further than the largest item needs. */
static size_t next_capacity(const struct feed *feed, size_t want)
{
    uint64_t most = feed->run->limits->entry_bytes;
    size_t capacity = feed->capacity < FIRST_WINDOW ? FIRST_WINDOW : feed->capacity * 2;
    if (capacity > most && most > FIRST_WINDOW)
        capacity = (size_t)most + SNIFFED;
    return capacity < want ? want : capacity;
}

/* Room for `want` bytes in one piece. */
static comity_status make_room(struct feed *feed, size_t want)
{
    if (feed->start > feed->kept) {
        memmove(feed->buffer, feed->buffer + feed->start - feed->kept, feed->kept + feed->size);
        feed->start = feed->kept;
    }
    want += feed->kept;
    if (want <= feed->capacity)
        return COMITY_OK;
    size_t capacity = next_capacity(feed, want);
    char *buffer = malloc(capacity);
    if (!buffer)
        return COMITY_E_NOMEM;
    size_t start = feed->start, size = feed->size;
    if (start + size)
        memcpy(buffer, feed->buffer, start + size);
    feed_free(feed);
    feed->start = start;
    feed->size = size;
    feed->touched = start + size;
    feed->buffer = buffer;
    feed->capacity = capacity;
    return COMITY_OK;
}

static comity_status pull(struct feed *feed, char *space, size_t room, size_t *got)
{
    *got = 0;
    if (feed->status != COMITY_OK || feed->at_end)
        return feed->status;
    feed->status = feed->pull(feed, space, room, got);
    feed->at_end = feed->status == COMITY_OK && !*got;
    return feed->status;
}

comity_status feed_fill(struct feed *feed, size_t want)
{
    if (feed->size >= want || feed->at_end)
        return COMITY_OK;
    if (feed->status != COMITY_OK)
        return feed->status;
    /* No small pieces into what is left at the end. */
    if (feed->start + want + feed->capacity / 8 > feed->capacity &&
        make_room(feed, want) != COMITY_OK)
        return feed->status = run_stop(feed->run, COMITY_E_NOMEM);
    while (feed->size < want && !feed->at_end) {
        size_t end = feed->start + feed->size, got = 0;
        comity_status status = pull(feed, feed->buffer + end, feed->capacity - end, &got);
        if (status != COMITY_OK)
            return status;
        feed->size += got;
        if (end + got > feed->touched)
            feed->touched = end + got;
    }
    return COMITY_OK;
}

comity_status feed_drain(struct feed *feed)
{
    feed_consume(feed, feed->size);
    while (!feed->at_end) {
        comity_status status = feed_fill(feed, 1);
        if (status != COMITY_OK)
            return status;
        feed_consume(feed, feed->size);
    }
    return COMITY_OK;
}

comity_status feed_take(struct feed *feed, char *space, size_t room, size_t *got)
{
    if (feed->size) {
        *got = feed->size < room ? feed->size : room;
        memcpy(space, feed_bytes(feed), *got);
        feed_consume(feed, *got);
        return COMITY_OK;
    }
    comity_status status = pull(feed, space, room, got);
    feed->offset += *got;
    return status;
}

comity_status feed_pull_descriptor(struct feed *feed, char *space, size_t room, size_t *got)
{
    struct run *run = feed->run;
    int fd = *(const int *)feed->from;
    if (run_check_time(run) != COMITY_OK)
        return run->stopped;
    /* What the other end lets us wait is no work of this input's. */
    uint64_t before = run_now();
    ssize_t count;
    while ((count = read(fd, space, room)) < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            struct pollfd wait = {.fd = fd, .events = POLLIN};
            if (poll(&wait, 1, -1) >= 0 || errno == EINTR)
                continue;
        }
        if (errno != EINTR) {
            run->error = errno;
            return run_stop(run, COMITY_E_IO);
        }
    }
    run->begun += run_now() - before;
    *got = (size_t)count;
    run->in += *got;
    return COMITY_OK;
}
