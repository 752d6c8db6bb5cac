/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the documents of a batch go; see sink.h. */
#include "batch/sink.h"

#include "batch/label.h"
#include "batch/pack.h"
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

/* Of a block, before it is compressed: large enough to compress well, small enough that little
 * is done again after an interruption. */
#define BLOCK_BYTES ((size_t)1 << 20)
/* A name for the file that is being written; the folder has no other of its kind. */
#define FOLDER_PARTIAL ".comity-partial"

static const struct {
    const char *suffix;
    enum sink_kind kind;
    enum sink_compression compression;
} suffixes[] = {
    {".tar", SINK_TAR, SINK_PLAIN},        {".tar.gz", SINK_TAR, SINK_GZIP},
    {".tgz", SINK_TAR, SINK_GZIP},         {".tar.xz", SINK_TAR, SINK_XZ},
    {".txz", SINK_TAR, SINK_XZ},           {".tar.zst", SINK_TAR, SINK_ZSTD},
    {".tzst", SINK_TAR, SINK_ZSTD},        {".ndjson", SINK_LINES, SINK_PLAIN},
    {".jsonl", SINK_LINES, SINK_PLAIN},    {".ndjson.gz", SINK_LINES, SINK_GZIP},
    {".jsonl.gz", SINK_LINES, SINK_GZIP},  {".ndjson.xz", SINK_LINES, SINK_XZ},
    {".jsonl.xz", SINK_LINES, SINK_XZ},    {".ndjson.zst", SINK_LINES, SINK_ZSTD},
    {".jsonl.zst", SINK_LINES, SINK_ZSTD},
};

void sink_init(struct sink *sink, const char *path)
{
    struct stat status;
    size_t len = path ? strlen(path) : 0;
    *sink = (struct sink){.path = path, .kind = path ? SINK_FOLDER : SINK_NOTHING, .fd = -1};
    buffer_init(&sink->block, 0);
    buffer_init(&sink->packed, 0);
    if (!path)
        return;
    if (len && (path[len - 1] == '/' || (stat(path, &status) == 0 && S_ISDIR(status.st_mode))))
        return;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        size_t suffix = strlen(suffixes[i].suffix);
        if (len > suffix && strcmp(path + len - suffix, suffixes[i].suffix) == 0) {
            sink->kind = suffixes[i].kind;
            sink->compression = suffixes[i].compression;
        }
    }
}

const char *sink_kind_name(const struct sink *sink)
{
    static const char *const names[] = {"folder", "tar", "ndjson", "nothing"};
    return names[sink->kind];
}

static comity_status failed(struct sink *sink)
{
    sink->error = errno;
    return COMITY_E_IO;
}

static comity_status open_folder(struct sink *sink)
{
    if (mkdir(sink->path, 0700) != 0 && errno != EEXIST)
        return failed(sink);
    sink->fd = open(sink->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return sink->fd < 0 ? failed(sink) : COMITY_OK;
}

static bool exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

/* What has the final name is a whole output: going on with it takes the name away first. */
static comity_status open_file(struct sink *sink, bool resumes, uint64_t offset)
{
    int flags = O_WRONLY | O_CLOEXEC | O_NOFOLLOW | (resumes ? 0 : O_CREAT | O_TRUNC);
    if (resumes && !exists(sink->partial) && rename(sink->path, sink->partial) != 0)
        return failed(sink);
    sink->fd = open(sink->partial, flags, 0600);
    if (sink->fd < 0 || ftruncate(sink->fd, (off_t)offset) != 0 ||
        lseek(sink->fd, (off_t)offset, SEEK_SET) < 0)
        return failed(sink);
    sink->offset = offset;
    return COMITY_OK;
}

comity_status sink_open(struct sink *sink, bool overwrite, bool resumes, uint64_t offset)
{
    size_t size = strlen(sink->path) + sizeof ".partial";
    if (sink->kind == SINK_FOLDER)
        return open_folder(sink);
    sink->partial = malloc(size);
    if (!sink->partial)
        return COMITY_E_NOMEM;
    snprintf(sink->partial, size, "%s.partial", sink->path);
    if (!resumes && !overwrite && (exists(sink->path) || exists(sink->partial))) {
        errno = EEXIST;
        return failed(sink);
    }
    comity_status status = open_file(sink, resumes, offset);
    if (status == COMITY_OK && sink->kind == SINK_TAR)
        status = pack_tar_open(&sink->block, &sink->tar);
    return status;
}

/* What a run that was cut off had begun goes when a name is needed for the next, and at the
 * end; not before: until it writes, a run may turn out to have no business here. */
static int open_partial(const struct sink *sink)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    int fd = openat(sink->fd, FOLDER_PARTIAL, flags, 0600);
    if (fd < 0 && errno == EEXIST && unlinkat(sink->fd, FOLDER_PARTIAL, 0) == 0)
        fd = openat(sink->fd, FOLDER_PARTIAL, flags, 0600);
    return fd;
}

/* A file gets its name when its bytes are in it.  An older one of the same name is of the same
 * item, of a run before. */
static comity_status put_file(struct sink *sink, const char *name, const void *bytes,
                              size_t size)
{
    int fd = open_partial(sink);
    if (fd < 0)
        return failed(sink);
    comity_status status = write_all(fd, bytes, size, &sink->error);
    if (close(fd) != 0 && status == COMITY_OK)
        status = failed(sink);
    if (status == COMITY_OK && renameat(sink->fd, FOLDER_PARTIAL, sink->fd, name) != 0)
        status = failed(sink);
    if (status != COMITY_OK)
        unlinkat(sink->fd, FOLDER_PARTIAL, 0);
    return status;
}

comity_status sink_put(struct sink *sink, const char *name, const void *bytes, size_t size)
{
    if (sink->kind == SINK_NOTHING)
        return COMITY_OK;
    if (sink->kind == SINK_FOLDER)
        return put_file(sink, name, bytes, size);
    if (sink->kind == SINK_TAR)
        return pack_tar_put(sink->tar, name, bytes, size);
    buffer_add(&sink->block, bytes, size);
    if (!size || ((const char *)bytes)[size - 1] != '\n')
        buffer_char(&sink->block, '\n');
    sink->lines++;
    return buffer_status(&sink->block);
}

void sink_remove(struct sink *sink, const char *name, size_t len)
{
    char plain[OUTPUT_NAME_SIZE];
    int folder = open(sink->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    if (output_name_is(name, len)) {
        memcpy(plain, name, len);
        plain[len] = '\0';
        unlinkat(folder, plain, 0);
    }
    close(folder);
}

bool sink_is_block(const struct sink *sink)
{
    return sink->block.size >= BLOCK_BYTES;
}

static comity_status write_block(struct sink *sink, const struct buffer *block)
{
    comity_status status = write_all(sink->fd, block->bytes, block->size, &sink->error);
    if (status == COMITY_OK)
        sink->offset += block->size;
    return status;
}

comity_status sink_end_block(struct sink *sink)
{
    comity_status status = buffer_status(&sink->block);
    if (status != COMITY_OK || !sink->block.size)
        return status;
    if (sink->compression == SINK_PLAIN) {
        status = write_block(sink, &sink->block);
    } else {
        buffer_clear(&sink->packed);
        status = pack_compress(sink->compression, &sink->zstd, &sink->block, &sink->packed);
        if (status == COMITY_OK)
            status = write_block(sink, &sink->packed);
    }
    buffer_clear(&sink->block);
    return status;
}

comity_status sink_sync(struct sink *sink)
{
    if (sink->kind == SINK_NOTHING)
        return COMITY_OK;
    int result = sink->kind == SINK_FOLDER ? syncfs(sink->fd) : fdatasync(sink->fd);
    return result == 0 ? COMITY_OK : failed(sink);
}

static comity_status sync_name(struct sink *sink)
{
    char *copy = strdup(sink->path);
    int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    comity_status status = fd >= 0 && fsync(fd) == 0 ? COMITY_OK : failed(sink);
    if (fd >= 0)
        close(fd);
    free(copy);
    return status;
}

comity_status sink_finish(struct sink *sink)
{
    if (sink->kind == SINK_FOLDER && unlinkat(sink->fd, FOLDER_PARTIAL, 0) != 0 &&
        errno != ENOENT)
        return failed(sink);
    if (sink->kind == SINK_FOLDER || sink->kind == SINK_NOTHING)
        return sink_sync(sink);
    comity_status status = sink->tar ? pack_tar_end(&sink->tar) : COMITY_OK;
    if (status == COMITY_OK)
        status = sink_end_block(sink);
    if (status == COMITY_OK && fsync(sink->fd) != 0)
        status = failed(sink);
    if (status == COMITY_OK && rename(sink->partial, sink->path) != 0)
        status = failed(sink);
    return status == COMITY_OK ? sync_name(sink) : status;
}

void sink_close(struct sink *sink)
{
    pack_tar_drop(&sink->tar);
    ZSTD_freeCCtx(sink->zstd);
    sink->zstd = NULL;
    if (sink->fd >= 0)
        close(sink->fd);
    sink->fd = -1;
    buffer_free(&sink->block);
    buffer_free(&sink->packed);
    free(sink->partial);
    sink->partial = NULL;
}
