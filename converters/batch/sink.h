/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the documents of a batch go: a folder, a tar or a stream of lines, plain or compressed.
 * Nothing half-written is ever visible under its name: a tar or stream has ".partial" behind
 * its name until it is whole, a file in a folder appears as a whole.
 *
 * The output of a tar or stream is cut into blocks, by the documents alone; each is
 * compressed on its own, so that an interrupted run goes on behind the last whole block,
 * with the same bytes. Knows nothing of items and ledgers. */
#ifndef COMITY_CONVERTERS_BATCH_SINK_H
#define COMITY_CONVERTERS_BATCH_SINK_H

#include "base/buffer.h"

#include <comity/plugin.h>

struct archive;
struct ZSTD_CCtx_s;

enum sink_kind { SINK_FOLDER, SINK_TAR, SINK_LINES, SINK_NOTHING };
enum sink_compression { SINK_PLAIN, SINK_GZIP, SINK_XZ, SINK_ZSTD };

struct sink {
    const char *path; /* as the user gave it */
    enum sink_kind kind;
    enum sink_compression compression;
    int fd;          /* of the folder, or of the partial file */
    char *partial;   /* its name */
    uint64_t offset; /* bytes of the file so far */
    uint64_t lines;  /* of SINK_LINES */
    struct buffer block, packed;
    struct archive *tar;      /* writes into `block` */
    struct ZSTD_CCtx_s *zstd; /* once a block was compressed */
    int error;                /* errno of what failed */
};

/* What a name says: "x.tar.zst", "x.ndjson.gz"; all else, and what is a folder, is a folder.
 * NULL: nothing is written. */
void sink_init(struct sink *sink, const char *path);
const char *sink_kind_name(const struct sink *sink);

/* Makes the output, or opens what an interrupted run left and cuts it to `offset` bytes.
 * COMITY_E_IO with `error`; EEXIST where there is an output of that name and `overwrite` is
 * false. */
comity_status sink_open(struct sink *sink, bool overwrite, bool resumes, uint64_t offset);
/* Adds a document.  A folder's file is there when this returns. */
comity_status sink_put(struct sink *sink, const char *name, const void *bytes, size_t size);
/* Takes a document out of a folder again. */
void sink_remove(struct sink *sink, const char *name, size_t len);
/* True where the block at hand is to end behind the document that was added last. */
bool sink_is_block(const struct sink *sink);
/* Ends it and writes it; `offset` tells up to where. */
comity_status sink_end_block(struct sink *sink);
/* What was written until now survives the machine. */
comity_status sink_sync(struct sink *sink);
/* Ends the output and gives it its name. */
comity_status sink_finish(struct sink *sink);
/* Closes it as it stands: a later run goes on with it. */
void sink_close(struct sink *sink);

#endif
