/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One libarchive handle between two feeds.  Of libarchive only its streaming readers are used,
 * and of those only what an archive of documents can be.  Knows nothing of entries. */
#include "batch/items_archive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Whole blocks, so that the last ones hold at least so much of what came last. */
static la_ssize_t give(struct archive *archive, void *user, const void **bytes)
{
    struct unpack *unpack = user;
    unsigned next = (unpack->current + 1) % UNPACK_BLOCKS;
    size_t size = 0, got = 1;
    while (size < UNPACK_BLOCK && got) {
        got = 0;
        if (feed_take(unpack->beneath, unpack->block[next] + size, UNPACK_BLOCK - size, &got) !=
            COMITY_OK) {
            archive_set_error(archive, EIO, "the bytes around it are damaged");
            return -1;
        }
        size += got;
    }
    unpack->current = next;
    unpack->given += size;
    *bytes = unpack->block[next];
    return (la_ssize_t)size;
}

void unpack_fault(struct unpack *unpack, struct fault *fault)
{
    if (unpack->beneath->status == COMITY_E_CORRUPT) {
        *fault = unpack->beneath->fault;
        return;
    }
    int64_t at = archive_filter_bytes(unpack->archive, -1);
    const char *said = archive_error_string(unpack->archive);
    struct buffer text;
    buffer_init(&text, 0);
    label_escape(&text, said ? said : "no reason is known",
                 strnlen(said ? said : "no reason is known", FAULT_TEXT / 2));
    fault->code = "archive.damaged";
    fault->at = at < 0 ? 0 : (uint64_t)at;
    snprintf(fault->message, FAULT_TEXT,
             "the archive cannot be read at byte %llu: %.*s; it may have been cut short",
             (unsigned long long)fault->at, (int)text.size, text.bytes ? text.bytes : "");
    buffer_free(&text);
}

/* Behind compressed data nothing may be left: it could be the front of more, cut short. */
static comity_status check_rest(struct unpack *unpack)
{
    struct fault *fault = &unpack->inner.fault;
    int64_t end = archive_filter_bytes(unpack->archive, -1);
    comity_status status = feed_fill(unpack->beneath, 1);
    if (status != COMITY_OK || end < 0)
        return status;
    if ((uint64_t)end == unpack->given && !unpack->beneath->size)
        return COMITY_OK;
    *fault = (struct fault){.code = "archive.damaged", .at = (uint64_t)end};
    snprintf(fault->message, FAULT_TEXT,
             "more stands behind the end of the compressed data, at byte %lld, and cannot be "
             "read; it may have been cut short",
             (long long)end);
    return COMITY_E_CORRUPT;
}

/* The next piece of the entry; false at its end. */
static comity_status next_piece(struct unpack *unpack, bool *is_end)
{
    const void *bytes = NULL;
    size_t size = 0;
    int64_t offset = 0;
    int result = archive_read_data_block(unpack->archive, &bytes, &size, &offset);
    struct run *run = unpack->inner.run;
    if (run->stopped != COMITY_OK)
        return run->stopped;
    if (result == ARCHIVE_EOF) {
        *is_end = true;
        if (unpack->is_compressed)
            return check_rest(unpack);
        unpack->gap = unpack->length > unpack->position ? unpack->length - unpack->position : 0;
        return COMITY_OK;
    }
    if (result != ARCHIVE_OK) {
        unpack_fault(unpack, &unpack->inner.fault);
        return COMITY_E_CORRUPT;
    }
    unpack->pending = bytes;
    unpack->pending_size = size;
    if (offset > 0 && (uint64_t)offset > unpack->position)
        unpack->gap = (uint64_t)offset - unpack->position;
    return COMITY_OK;
}

static comity_status pull_entry(struct feed *feed, char *space, size_t room, size_t *got)
{
    struct unpack *unpack = feed->from;
    bool is_end = false;
    while (!unpack->gap && !unpack->pending_size && !is_end) {
        comity_status status = next_piece(unpack, &is_end);
        if (status != COMITY_OK)
            return status;
    }
    if (unpack->gap) {
        *got = unpack->gap < room ? (size_t)unpack->gap : room;
        memset(space, 0, *got);
        unpack->gap -= *got;
    } else if (unpack->pending_size) {
        *got = unpack->pending_size < room ? unpack->pending_size : room;
        memcpy(space, unpack->pending, *got);
        unpack->pending += *got;
        unpack->pending_size -= *got;
    }
    unpack->position += *got;
    return unpack->is_compressed ? run_count_decompressed(feed->run, *got)
                                 : run_count_unpacked(feed->run, *got);
}

void unpack_begin(struct unpack *unpack, uint64_t length)
{
    feed_restart(&unpack->inner);
    unpack->pending_size = 0;
    unpack->gap = unpack->position = 0;
    unpack->length = length;
}

comity_status unpack_open(struct unpack *unpack, struct run *run, struct feed *beneath,
                          int (*choose)(struct archive *archive))
{
    *unpack = (struct unpack){.beneath = beneath, .archive = archive_read_new()};
    feed_init(&unpack->inner, run, pull_entry, unpack);
    bool is_whole = unpack->archive != NULL;
    for (unsigned i = 0; i < UNPACK_BLOCKS; i++) {
        unpack->block[i] = malloc(UNPACK_BLOCK);
        is_whole = is_whole && unpack->block[i];
    }
    /* Anything but OK: no memory, or a filter that would be a program of its own. */
    if (!is_whole || choose(unpack->archive) != ARCHIVE_OK)
        return run_stop(run, COMITY_E_NOMEM);
    int result = archive_read_open(unpack->archive, unpack, NULL, give, NULL);
    if (run->stopped != COMITY_OK || result == ARCHIVE_OK)
        return run->stopped;
    unpack_fault(unpack, &beneath->fault);
    return COMITY_E_CORRUPT;
}

static void wipe_block(char *block)
{
    if (block)
        explicit_bzero(block, UNPACK_BLOCK);
    free(block);
}

void unpack_close(struct unpack *unpack)
{
    archive_read_free(unpack->archive);
    for (unsigned i = 0; i < UNPACK_BLOCKS; i++)
        wipe_block(unpack->block[i]);
    feed_free(&unpack->inner);
    buffer_free(&unpack->name);
}
