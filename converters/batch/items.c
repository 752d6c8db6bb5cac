/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an input is, by its first bytes, and who takes it apart.  Knows nothing of how. */
#include "batch/items_run.h"

#include <errno.h>
#include <string.h>

/* --- what the first bytes are */

static bool begins(const char *head, size_t size, const char *magic, size_t len)
{
    return size >= len && memcmp(head, magic, len) == 0;
}

/* The number in a field of a tar header: octal, with blanks before and blank or NUL behind. */
static bool read_octal(const char *field, size_t len, uint32_t *number)
{
    size_t i = 0;
    while (i < len && field[i] == ' ')
        i++;
    size_t first = i;
    for (*number = 0; i < len && field[i] >= '0' && field[i] <= '7'; i++)
        *number = *number * 8 + (uint32_t)(field[i] - '0');
    return i > first && (i == len || field[i] == ' ' || field[i] == '\0');
}

#define TAR_BLOCK 512u
#define TAR_SUM_AT 148u
#define TAR_SUM_LEN 8u

/* A header is known by its sum, whatever the age of the tar.  Some old ones summed signed
 * bytes.  No entries at all are two blocks of zeros. */
static bool is_tar(const char *head, size_t size)
{
    if (size < TAR_BLOCK)
        return false;
    uint32_t stated = 0, sum = 0, high = 0;
    bool is_zero = true;
    if (head[0] && !read_octal(head + TAR_SUM_AT, TAR_SUM_LEN, &stated))
        return false;
    for (size_t i = 0; i < TAR_BLOCK; i++) {
        bool in_sum = i >= TAR_SUM_AT && i < TAR_SUM_AT + TAR_SUM_LEN;
        uint32_t byte = in_sum ? 0x20u : (unsigned char)head[i];
        sum += byte;
        high += byte >> 7;
        is_zero = is_zero && !head[i];
    }
    if (is_zero) {
        for (size_t i = TAR_BLOCK; i < size && is_zero; i++)
            is_zero = !head[i];
        return is_zero && size >= 2 * TAR_BLOCK && size % TAR_BLOCK == 0;
    }
    return head[0] && (stated == sum || stated + 256 * high == sum);
}

static bool is_zip(const char *head, size_t size)
{
    return begins(head, size, "PK\3\4", 4) || begins(head, size, "PK\5\6", 4) ||
           begins(head, size, "PK00PK\3\4", 8) || begins(head, size, "PK\7\10PK\3\4", 8);
}

/* A frame may be one to be skipped, which is how parallel compressors begin. */
static bool is_zstd(const char *head, size_t size)
{
    return begins(head, size, "\x28\xB5\x2F\xFD", 4) ||
           (size >= 4 && (head[0] & 0xF0) == 0x50 && memcmp(head + 1, "\x2A\x4D\x18", 3) == 0);
}

/* "From someone at a time", and a header in the next line: a letter may begin "From the". */
static bool is_mbox(const char *head, size_t size)
{
    const char *end = head + size;
    if (!begins(head, size, "From ", 5))
        return false;
    const char *line = memchr(head, '\n', size);
    if (!line)
        return false;
    const char *at = ++line;
    while (at<end && * at> ' ' && *at < 0x7F && *at != ':')
        at++;
    return at > line && at < end && *at == ':';
}

static size_t skip_blanks(const char *head, size_t size, size_t i)
{
    while (i < size && strchr(" \t\r\n", head[i]) && head[i])
        i++;
    return i;
}

static bool is_json(const char *head, size_t size)
{
    size_t i = skip_blanks(head, size, begins(head, size, "\xEF\xBB\xBF", 3) ? 3 : 0);
    if (i == size || (head[i] != '{' && head[i] != '['))
        return false;
    const char *second = head[i] == '{' ? "\"}" : "{[]\"";
    i = skip_blanks(head, size, i + 1);
    return i < size && head[i] && strchr(second, head[i]);
}

enum content items_sniff(const char *head, size_t size)
{
    if (begins(head, size, "\x1F\x8B\x08", 3))
        return CONTENT_GZIP;
    if (begins(head, size,
               "\xFD"
               "7zXZ\0",
               6))
        return CONTENT_XZ;
    if (is_zstd(head, size))
        return CONTENT_ZSTD;
    if (is_zip(head, size))
        return CONTENT_ZIP;
    if (is_tar(head, size))
        return CONTENT_TAR;
    if (is_mbox(head, size))
        return CONTENT_MBOX;
    return is_json(head, size) ? CONTENT_JSON : CONTENT_PLAIN;
}

/* --- who takes it */

static comity_status refuse_long(struct run *run)
{
    return run_refuse(run, ITEM_REFUSED, "limit.bytes",
                      "found more than %llu bytes; at most so many are allowed for one item",
                      (unsigned long long)run->limits->entry_bytes);
}

comity_status items_take_whole(struct run *run, struct feed *feed)
{
    uint64_t most = run->limits->entry_bytes;
    comity_status status = COMITY_OK;
    while (status == COMITY_OK && !feed->at_end && feed->size <= most)
        status = feed_fill(feed, feed->size + 1);
    if (status != COMITY_OK)
        return status;
    if (feed->size > most) {
        status = refuse_long(run);
        return status != COMITY_OK ? status : feed_drain(feed);
    }
    struct item item = {.outcome = ITEM_TAKEN, .bytes = feed_bytes(feed), .size = feed->size};
    status = run_emit(run, &item);
    feed_consume(feed, feed->size);
    return status;
}

static comity_status refuse_nesting(struct run *run, struct feed *feed)
{
    comity_status status =
        run_refuse(run, ITEM_REFUSED, "limit.nesting",
                   "found an archive inside %lu others; at most %lu may stand around it",
                   (unsigned long)run->limits->depth + 1, (unsigned long)run->limits->depth);
    return status != COMITY_OK ? status : feed_drain(feed);
}

static comity_status take_apart(struct run *run, struct feed *feed, uint32_t depth)
{
    comity_status status = feed_fill(feed, SNIFF_SIZE);
    if (status != COMITY_OK)
        return status;
    if (!feed->size)
        return run_refuse(run, ITEM_SKIPPED, "archive.empty", "found no bytes in it");
    enum content content = items_sniff(feed_bytes(feed), feed->size);
    if (content == CONTENT_PLAIN)
        return items_take_whole(run, feed);
    if (content == CONTENT_JSON)
        return items_take_json(run, feed);
    if (depth > run->limits->depth)
        return refuse_nesting(run, feed);
    switch (content) {
    case CONTENT_TAR:
        return items_take_tar(run, feed, depth);
    case CONTENT_ZIP:
        return items_take_zip(run, feed, depth);
    case CONTENT_MBOX:
        return items_take_mbox(run, feed, depth);
    default:
        return items_take_compressed(run, feed, content, depth);
    }
}

comity_status items_take(struct run *run, struct feed *feed, uint32_t depth)
{
    comity_status status = take_apart(run, feed, depth);
    if (status != COMITY_E_CORRUPT || run->stopped != COMITY_OK)
        return run->stopped;
    return run_refuse_fault(run, &feed->fault);
}

comity_status items_read(int fd, const char *name, const struct item_limits *limits,
                         item_fn *each, void *user)
{
    struct run run = {.limits = limits, .each = each, .user = user, .begun = run_now()};
    struct feed feed;
    feed_init(&feed, &run, feed_pull_descriptor, &fd);
    feed.is_plain = true;
    run.seen.keys[0] = run.seen.keys[1] = hash_key_draw();
    run.seen.keys[1].words[0] ^= UINT64_C(0x9E3779B97F4A7C15);
    label_push(&run, name, strlen(name));
    if (run.stopped == COMITY_OK)
        items_take(&run, &feed, 0);
    feed_free(&feed);
    seen_free(&run.seen);
    buffer_free(&run.label);
    if (run.stopped == COMITY_E_IO && run.error)
        errno = run.error;
    return run.stopped == ITEMS_GIVEN_UP ? COMITY_OK : run.stopped;
}
