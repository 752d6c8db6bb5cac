/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the messages of a mailbox begin and end: one is in memory at a time.  Knows nothing of
 * what is in a message. */
#include "batch/items_mail.h"

#include <stdio.h>

/* A line "From somebody at a time of day", behind an empty one: letters have lines that begin
 * with "From" as well, and not all programs escape them. */
#define MARK "\nFrom "
#define MARK_LEN 6u
#define MARK_LINE 256u /* so much of the line is looked at */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether the line at `line` tells a time.  False too where the window ends within it. */
static bool has_time(const char *line, size_t size, bool is_all)
{
    size_t most = size < MARK_LINE ? size : MARK_LINE;
    const char *line_end = memchr(line, '\n', most);
    if (!line_end && size < MARK_LINE && !is_all)
        return false;
    const char *end = line_end ? line_end : line + most;
    for (const char *at = line + 1; at + 1 < end; at++)
        if (*at == ':' && is_digit(at[-1]) && is_digit(at[1]))
            return true;
    return false;
}

/* Offset of the next message in the window, from `from` on; the window's size where there is
 * none. */
static size_t find_next(const struct feed *feed, size_t from)
{
    const char *bytes = feed_bytes(feed), *end = bytes + feed->size, *at = bytes + from;
    while ((at = memmem(at, (size_t)(end - at), MARK, MARK_LEN))) {
        bool is_behind_empty = (at > bytes && at[-1] == '\n') ||
                               (at > bytes + 1 && at[-1] == '\r' && at[-2] == '\n');
        at++;
        if (is_behind_empty && has_time(at, (size_t)(end - at), feed->at_end))
            return (size_t)(at - bytes);
    }
    return feed->size;
}

/* So much of the window may be the front part of what stands before the next message. */
#define OVERLAP (MARK_LINE + 4u)

static size_t before_overlap(const struct feed *feed)
{
    return feed->size > OVERLAP ? feed->size - OVERLAP : 0;
}

static comity_status measure(struct run *run, struct feed *feed, size_t *size)
{
    for (size_t from = 0;;) {
        *size = find_next(feed, from);
        if (*size < feed->size || feed->at_end || feed->size > run->limits->entry_bytes)
            return COMITY_OK;
        from = before_overlap(feed);
        comity_status status = feed_fill(feed, feed->size + 1);
        if (status != COMITY_OK)
            return status;
    }
}

/* To the next message, or to the end. */
static comity_status skip_long(struct feed *feed)
{
    for (;;) {
        size_t next = find_next(feed, 0);
        bool is_found = next < feed->size;
        size_t passed = is_found ? next : before_overlap(feed);
        if (feed->at_end && !is_found)
            passed = feed->size;
        feed_consume(feed, passed);
        if (is_found || feed->at_end)
            return COMITY_OK;
        comity_status status = feed_fill(feed, feed->size + 1);
        if (status != COMITY_OK)
            return status;
    }
}

static comity_status take_measured(struct run *run, struct feed *feed, size_t size,
                                   uint32_t depth)
{
    struct fault fault = {.at = 0};
    if (size > run->limits->entry_bytes) {
        run_count_entry(run);
        run_refuse(run, ITEM_REFUSED, "limit.bytes",
                   "the message has more than %llu bytes; at most so many are allowed",
                   (unsigned long long)run->limits->entry_bytes);
        return run->stopped != COMITY_OK ? run->stopped : skip_long(feed);
    }
    const char *bytes = feed_bytes(feed), *line_end = memchr(bytes, '\n', size);
    size_t first = line_end ? (size_t)(line_end - bytes) + 1 : size;
    if (!mail_is_bounded(bytes + first, size - first, &fault)) {
        run_count_entry(run);
        run_refuse_fault(run, &fault);
    } else {
        mail_take_message(run, bytes + first, size - first, depth);
    }
    feed_consume(feed, size);
    return run->stopped;
}

comity_status items_take_mbox(struct run *run, struct feed *feed, uint32_t depth)
{
    for (uint64_t number = 1;; number++) {
        comity_status status = feed_fill(feed, 1);
        if (status != COMITY_OK || !feed->size)
            return status;
        char name[24];
        size_t len = (size_t)snprintf(name, sizeof(name), "#%llu", (unsigned long long)number);
        size_t mark = label_push(run, name, len), size = 0;
        status = run->stopped != COMITY_OK ? run->stopped : measure(run, feed, &size);
        if (status == COMITY_OK)
            status = take_measured(run, feed, size, depth);
        else if (status == COMITY_E_CORRUPT)
            run_refuse_fault(run, &feed->fault);
        label_pop(run, mark);
        if (status != COMITY_OK)
            return status;
    }
}
