/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Tar and compression, by libarchive and libzstd, into memory.  The same bytes for the same
 * documents: no times, no owners. */
#ifndef COMITY_CONVERTERS_BATCH_PACK_H
#define COMITY_CONVERTERS_BATCH_PACK_H

#include "batch/sink.h"

/* A tar that grows in `block`, which may be emptied between two documents.  Ends in
 * pack_tar_end(), which adds what closes a tar, or in pack_tar_drop(), after which the block is
 * to be thrown away. */
comity_status pack_tar_open(struct buffer *block, struct archive **tar);
comity_status pack_tar_put(struct archive *tar, const char *name, const void *bytes,
                           size_t size);
comity_status pack_tar_end(struct archive **tar);
void pack_tar_drop(struct archive **tar);

/* One whole stream of the compression, which may stand behind others.  *zstd is made when it is
 * needed and serves all blocks; ZSTD_freeCCtx() it. */
comity_status pack_compress(enum sink_compression compression, struct ZSTD_CCtx_s **zstd,
                            const struct buffer *block, struct buffer *packed);

#endif
