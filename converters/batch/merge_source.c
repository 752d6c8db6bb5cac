/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The documents of a shard's output, one after the other; see merge.h.  The outputs are of our
 * own making, so they are read here and not in a sandbox; but a document is of the size and
 * digest that its line in the ledger says, or is none. */
#include "batch/merge.h"

#include "base/encoding.h"
#include "batch/carry.h"
#include "batch/label.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* No document of a batch is larger: a converter may not send it. */
#define DOCUMENT_LIMIT ((size_t)1 << 30)
#define CHUNK ((size_t)64 << 10)

void source_init(struct merge_source *source, const char *path, enum sink_kind kind)
{
    *source = (struct merge_source){.path = path, .kind = kind, .fd = -1};
    buffer_init(&source->bytes, DOCUMENT_LIMIT);
}

static comity_status fault(struct merge_source *source, const char *text)
{
    source->fault = text;
    return COMITY_E_INVALID;
}

static comity_status open_archive(struct merge_source *source)
{
    struct archive_entry *entry;
    struct archive *archive = source->archive = archive_read_new();
    bool is_lines = source->kind == SINK_LINES;
    if (!archive)
        return COMITY_E_NOMEM;
    if (archive_read_support_filter_gzip(archive) != ARCHIVE_OK ||
        archive_read_support_filter_xz(archive) != ARCHIVE_OK ||
        archive_read_support_filter_zstd(archive) != ARCHIVE_OK ||
        (is_lines ? archive_read_support_format_raw(archive)
                  : archive_read_support_format_tar(archive)) != ARCHIVE_OK ||
        archive_read_open_fd(archive, source->fd, CHUNK) != ARCHIVE_OK ||
        (is_lines && archive_read_next_header(archive, &entry) != ARCHIVE_OK))
        return fault(source, "the output of the shard cannot be read as what it is");
    return COMITY_OK;
}

static comity_status open_source(struct merge_source *source)
{
    int flags = O_RDONLY | O_CLOEXEC | (source->kind == SINK_FOLDER ? O_DIRECTORY : 0);
    source->fd = open(source->path, flags);
    if (source->fd < 0)
        return fault(source, "the output of the shard is not there");
    return source->kind == SINK_FOLDER ? COMITY_OK : open_archive(source);
}

/* Appends `size` bytes; false where there are fewer. */
static bool read_bytes(struct merge_source *source, uint64_t size)
{
    struct buffer *bytes = &source->bytes;
    while (size) {
        size_t wish = size < CHUNK ? (size_t)size : CHUNK;
        la_ssize_t got =
            buffer_reserve(bytes, wish)
                ? archive_read_data(source->archive, bytes->bytes + bytes->size, wish)
                : -1;
        if (got <= 0)
            return false;
        bytes->size += (size_t)got;
        size -= (uint64_t)got;
    }
    return true;
}

static bool is_whole(const struct merge_source *source, const struct ledger_line *line)
{
    char hex[SHA256_HEX_SIZE];
    encoding_sha256(source->bytes.bytes, (size_t)line->output_size, hex);
    return line->output_sha256.len == SHA256_HEX_SIZE &&
           memcmp(hex, line->output_sha256.text, SHA256_HEX_SIZE) == 0;
}

/* In a stream of lines each document has an end of line, its own or one that was added. */
static bool read_line(struct merge_source *source, const struct ledger_line *line)
{
    struct buffer *bytes = &source->bytes;
    if (!read_bytes(source, line->output_size))
        return false;
    if (bytes->size && bytes->bytes[bytes->size - 1] == '\n')
        return true;
    if (!read_bytes(source, 1) || bytes->bytes[bytes->size - 1] != '\n')
        return false;
    bytes->size--;
    return true;
}

static bool read_entry(struct merge_source *source, const struct ledger_line *line,
                       const char *name)
{
    struct archive_entry *entry;
    if (archive_read_next_header(source->archive, &entry) != ARCHIVE_OK ||
        archive_entry_filetype(entry) != AE_IFREG || !archive_entry_pathname(entry) ||
        strcmp(archive_entry_pathname(entry), name) != 0 ||
        (uint64_t)archive_entry_size(entry) != line->output_size)
        return false;
    return read_bytes(source, line->output_size);
}

static comity_status carry(struct merge_source *source, const struct ledger_line *line,
                           struct sink *sink, const char *name)
{
    comity_status status = carry_file(source->fd, sink->fd, name, line->output_size);
    if (status != COMITY_OK && (errno == ENOENT || errno == EINVAL))
        return fault(source, "a document of the shard is not there any more, or was changed");
    if (status != COMITY_OK)
        sink->error = errno;
    return status;
}

comity_status source_put(struct merge_source *source, const struct ledger_line *line,
                         struct sink *sink)
{
    char name[OUTPUT_NAME_SIZE] = "";
    comity_status status = source->fd < 0 ? open_source(source) : COMITY_OK;
    if (status != COMITY_OK)
        return status;
    if (source->kind != SINK_LINES) {
        if (!output_name_is(line->output.text, line->output.len))
            return fault(source, "the ledger names a document as no batch does");
        memcpy(name, line->output.text, line->output.len);
        name[line->output.len] = '\0';
    }
    if (source->kind == SINK_FOLDER)
        return carry(source, line, sink, name);
    buffer_clear(&source->bytes);
    bool is_read =
        line->output_size < DOCUMENT_LIMIT &&
        (source->kind == SINK_LINES ? read_line(source, line) : read_entry(source, line, name));
    if (buffer_status(&source->bytes) == COMITY_E_NOMEM)
        return COMITY_E_NOMEM;
    if (!is_read || !is_whole(source, line))
        return fault(source, "the output of the shard is not what its ledger tells of");
    return sink_put(sink, name, source->bytes.bytes, source->bytes.size);
}

void source_close(struct merge_source *source)
{
    if (source->archive)
        archive_read_free(source->archive);
    if (source->fd >= 0)
        close(source->fd);
    buffer_free(&source->bytes);
    source->archive = NULL;
    source->fd = -1;
}
