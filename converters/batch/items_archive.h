/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the readers of archives share: one libarchive handle that reads a feed, and the bytes
 * of its present entry as a feed. */
#ifndef COMITY_CONVERTERS_BATCH_ITEMS_ARCHIVE_H
#define COMITY_CONVERTERS_BATCH_ITEMS_ARCHIVE_H

#include "batch/items_run.h"

#include <archive.h>

#define UNPACK_BLOCK ((size_t)128 << 10)
#define UNPACK_BLOCKS 3u /* see items_zip.c: the last header is always within them */

struct unpack {
    struct archive *archive;
    struct feed *beneath; /* the archive's own bytes */
    struct feed inner;    /* those of the present entry */
    char *block[UNPACK_BLOCKS];
    uint64_t given;   /* bytes handed to libarchive, in blocks in turn */
    unsigned current; /* the block that it was given last */
    /* of the present entry */
    const char *pending;
    size_t pending_size;
    uint64_t gap;      /* zeros of a sparse file before `pending` */
    uint64_t position; /* in the entry, of what comes next */
    uint64_t length;   /* as stated; a sparse file may end in a gap */
    bool is_compressed;
    struct buffer name;
};

/* Sets up one handle; `choose` enables what it may read and returns ARCHIVE_OK. */
comity_status unpack_open(struct unpack *unpack, struct run *run, struct feed *beneath,
                          int (*choose)(struct archive *archive));
void unpack_close(struct unpack *unpack);
/* Makes `inner` the bytes of the entry whose header was read last. */
void unpack_begin(struct unpack *unpack, uint64_t length);
/* What libarchive says that is wrong, as a fault at its place in the archive. */
void unpack_fault(struct unpack *unpack, struct fault *fault);

/* What the local header of a zip says, that libarchive read last: the name as its bytes are.
 * False where it is not found. */
bool zip_raw_name(struct unpack *unpack, const char **name, size_t *len);
/* Reads the folder of a zip behind its entries, and compares. */
comity_status zip_check_folder(struct unpack *unpack, uint64_t met);

#endif
