/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Tar and compression; see pack.h. */
#include "batch/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <zstd.h>

/* Of archives of requests the third level is not smaller, and takes half as long again. */
#define ZSTD_LEVEL 1

static la_ssize_t append(struct archive *archive, void *user, const void *bytes, size_t size)
{
    struct buffer *into = user;
    (void)archive;
    buffer_add(into, bytes, size);
    return buffer_status(into) == COMITY_OK ? (la_ssize_t)size : -1;
}

/* `into` gets what is written at once: nothing is held back for a block of the tape. */
static comity_status open_memory(struct archive *archive, struct buffer *into)
{
    archive_write_set_bytes_per_block(archive, 0);
    archive_write_set_bytes_in_last_block(archive, 1);
    return archive_write_open(archive, into, NULL, append, NULL) == ARCHIVE_OK ? COMITY_OK
                                                                               : COMITY_E_NOMEM;
}

comity_status pack_tar_open(struct buffer *block, struct archive **tar)
{
    *tar = archive_write_new();
    if (!*tar)
        return COMITY_E_NOMEM;
    if (archive_write_set_format_ustar(*tar) == ARCHIVE_OK &&
        open_memory(*tar, block) == COMITY_OK)
        return COMITY_OK;
    pack_tar_drop(tar);
    return COMITY_E_NOMEM;
}

static comity_status put(struct archive *archive, const char *name, const void *bytes,
                         size_t size)
{
    struct archive_entry *entry = archive_entry_new();
    if (!entry)
        return COMITY_E_NOMEM;
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    int result = archive_write_header(archive, entry);
    archive_entry_free(entry);
    if (result != ARCHIVE_OK || archive_write_data(archive, bytes, size) != (la_ssize_t)size ||
        archive_write_finish_entry(archive) != ARCHIVE_OK)
        return COMITY_E_NOMEM;
    return COMITY_OK;
}

comity_status pack_tar_put(struct archive *tar, const char *name, const void *bytes,
                           size_t size)
{
    return put(tar, name, bytes, size);
}

comity_status pack_tar_end(struct archive **tar)
{
    int result = archive_write_close(*tar);
    pack_tar_drop(tar);
    return result == ARCHIVE_OK ? COMITY_OK : COMITY_E_NOMEM;
}

/* Freeing ends the tar in its block, which nobody writes any more.  archive_write_fail() would
 * prevent that, and leak what libarchive frees at the end. */
void pack_tar_drop(struct archive **tar)
{
    if (!*tar)
        return;
    archive_write_free(*tar);
    *tar = NULL;
}

static int add_filter(struct archive *archive, enum sink_compression compression)
{
    if (compression == SINK_XZ)
        return archive_write_add_filter_xz(archive);
    int result = archive_write_add_filter_gzip(archive);
    if (result == ARCHIVE_OK) /* else the time of day would be in it */
        result = archive_write_set_filter_option(archive, "gzip", "timestamp", NULL);
    return result;
}

/* libarchive would make a new context for each block, which costs half as much as the block. */
static comity_status compress_zstd(ZSTD_CCtx **zstd, const struct buffer *block,
                                   struct buffer *packed)
{
    if (!*zstd)
        *zstd = ZSTD_createCCtx();
    if (!*zstd || !buffer_reserve(packed, ZSTD_compressBound(block->size)))
        return COMITY_E_NOMEM;
    size_t size = ZSTD_compressCCtx(*zstd, packed->bytes, packed->capacity, block->bytes,
                                    block->size, ZSTD_LEVEL);
    if (ZSTD_isError(size))
        return COMITY_E_NOMEM;
    packed->size = size;
    return COMITY_OK;
}

comity_status pack_compress(enum sink_compression compression, ZSTD_CCtx **zstd,
                            const struct buffer *block, struct buffer *packed)
{
    if (compression == SINK_ZSTD)
        return compress_zstd(zstd, block, packed);
    struct archive *archive = archive_write_new();
    comity_status status = COMITY_E_NOMEM;
    if (archive && add_filter(archive, compression) == ARCHIVE_OK &&
        archive_write_set_format_raw(archive) == ARCHIVE_OK)
        status = open_memory(archive, packed);
    if (status == COMITY_OK)
        status = put(archive, "block", block->bytes, block->size);
    if (status == COMITY_OK && archive_write_close(archive) != ARCHIVE_OK)
        status = COMITY_E_NOMEM;
    if (archive)
        archive_write_free(archive);
    return status == COMITY_OK ? buffer_status(packed) : status;
}
