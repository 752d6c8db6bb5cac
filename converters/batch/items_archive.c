/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The entries of a tar or a zip, and what is inside gzip, xz and zstd.  Each entry has one
 * outcome.  Knows nothing of documents. */
#include "batch/items_archive.h"

#include <archive_entry.h>
#include <stdio.h>

/* --- compressed files */

static int choose_gzip(struct archive *archive)
{
    int result = archive_read_append_filter(archive, ARCHIVE_FILTER_GZIP);
    return result != ARCHIVE_OK ? result : archive_read_set_format(archive, ARCHIVE_FORMAT_RAW);
}

static int choose_xz(struct archive *archive)
{
    int result = archive_read_append_filter(archive, ARCHIVE_FILTER_XZ);
    return result != ARCHIVE_OK ? result : archive_read_set_format(archive, ARCHIVE_FORMAT_RAW);
}

static int choose_zstd(struct archive *archive)
{
    int result = archive_read_append_filter(archive, ARCHIVE_FILTER_ZSTD);
    return result != ARCHIVE_OK ? result : archive_read_set_format(archive, ARCHIVE_FORMAT_RAW);
}

/* What the file was called before: "a.json.gz" holds "a.json", "a.tgz" "a.tar". */
static void push_inner_name(struct run *run)
{
    static const struct {
        const char *suffix, *instead;
    } suffixes[] = {{".gz", ""},      {".xz", ""},      {".zst", ""},
                    {".tgz", ".tar"}, {".txz", ".tar"}, {".tzst", ".tar"}};
    const char *name = run->label.bytes, *slash = memrchr(name, '/', run->label.size);
    size_t len = run->label.size - (slash ? (size_t)(slash + 1 - name) : 0);
    name = run->label.bytes + run->label.size - len;
    const char *instead = "";
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
        size_t suffix = strlen(suffixes[i].suffix);
        if (len > suffix && memcmp(name + len - suffix, suffixes[i].suffix, suffix) == 0) {
            len -= suffix;
            instead = suffixes[i].instead;
            break;
        }
    }
    /* It is a label already: appended as it is, and not from the memory that may move. */
    size_t from = (size_t)(name - run->label.bytes);
    if (!buffer_reserve(&run->label, len + 1))
        run_stop(run, COMITY_E_NOMEM);
    buffer_char(&run->label, '/');
    buffer_add(&run->label, run->label.bytes + from, len);
    buffer_text(&run->label, instead);
    run->is_counted = false;
    if (buffer_status(&run->label) != COMITY_OK)
        run_stop(run, COMITY_E_NOMEM);
}

/* A tar in it is no archive of its own: one name, one depth. */
static comity_status take_decompressed(struct run *run, struct feed *inner, uint32_t depth)
{
    comity_status status = feed_fill(inner, SNIFF_SIZE);
    if (status == COMITY_OK && items_sniff(feed_bytes(inner), inner->size) == CONTENT_TAR)
        return items_take_tar(run, inner, depth);
    size_t mark = run->label.size;
    push_inner_name(run);
    if (run->stopped == COMITY_OK)
        items_take(run, inner, depth + 1);
    label_pop(run, mark);
    return run->stopped;
}

comity_status items_take_compressed(struct run *run, struct feed *feed, enum content content,
                                    uint32_t depth)
{
    struct unpack unpack;
    comity_status status = unpack_open(&unpack, run, feed,
                                       content == CONTENT_GZIP ? choose_gzip
                                       : content == CONTENT_XZ ? choose_xz
                                                               : choose_zstd);
    unpack.is_compressed = true;
    struct archive_entry *entry = NULL;
    if (status == COMITY_OK) {
        int result = archive_read_next_header(unpack.archive, &entry);
        if (run->stopped == COMITY_OK && result != ARCHIVE_OK) {
            unpack_fault(&unpack, &feed->fault);
            status = COMITY_E_CORRUPT;
        }
    }
    if (status == COMITY_OK && run->stopped == COMITY_OK) {
        unpack_begin(&unpack, 0);
        status = take_decompressed(run, &unpack.inner, depth);
        if (status == COMITY_E_CORRUPT)
            feed->fault = unpack.inner.fault;
    }
    unpack_close(&unpack);
    return run->stopped != COMITY_OK ? run->stopped : status;
}

/* --- entries */

static comity_status refuse_kind(struct run *run, struct archive_entry *entry)
{
    switch (archive_entry_filetype(entry)) {
    case AE_IFDIR:
        return run_refuse(run, ITEM_SKIPPED, "archive.folder", "found a folder");
    case AE_IFLNK:
        return run_refuse(run, ITEM_REFUSED, "archive.link",
                          "found a symbolic link; expected a file");
    default:
        return run_refuse(run, ITEM_REFUSED, "archive.device",
                          "found a device, pipe or socket; expected a file");
    }
}

static comity_status take_entry(struct run *run, struct unpack *unpack,
                                struct archive_entry *entry, uint32_t depth)
{
    uint64_t length =
        archive_entry_sparse_count(entry) ? (uint64_t)archive_entry_size(entry) : 0;
    unpack_begin(unpack, length);
    mode_t kind = archive_entry_filetype(entry);
    if (archive_entry_hardlink(entry))
        return run_refuse(run, ITEM_REFUSED, "archive.link",
                          "found a link to another entry; expected a file");
    if (kind && kind != AE_IFREG)
        return refuse_kind(run, entry);
    if (archive_entry_is_data_encrypted(entry) || archive_entry_is_metadata_encrypted(entry))
        return run_refuse(run, ITEM_REFUSED, "archive.encrypted",
                          "the entry is encrypted; expected one that can be read");
    return items_take(run, &unpack->inner, depth + 1);
}

/* Under its name; then whatever of it was not read is passed over, and counted. */
static comity_status take_named(struct run *run, struct unpack *unpack,
                                struct archive_entry *entry, const char *name, size_t len,
                                uint32_t depth)
{
    struct fault fault = {.at = 0};
    bool fits = label_fits(run->limits, name, len, &fault);
    size_t mark = label_push(run, name, fits || len < 256 ? len : 256);
    if (run_count_entry(run) == COMITY_OK) {
        if (fits) {
            take_entry(run, unpack, entry, depth);
        } else {
            unpack_begin(unpack, 0);
            run_refuse_fault(run, &fault);
        }
    }
    /* An entry that turns out to be damaged here has had its outcome. */
    if (run->stopped == COMITY_OK && !archive_entry_is_encrypted(entry))
        feed_drain(&unpack->inner);
    label_pop(run, mark);
    return run->stopped;
}

/* A tar ends with blocks of zeros.  One that was cut between two entries looks whole otherwise,
 * and nobody would miss what was behind. */
static comity_status check_end(struct run *run, struct unpack *unpack, int64_t last)
{
    int64_t end = archive_filter_bytes(unpack->archive, 0);
    if (end > (last + 511) / 512 * 512)
        return COMITY_OK;
    struct item item = {.outcome = ITEM_REFUSED,
                        .code = "archive.damaged",
                        .message = "the archive ends without the mark of its end; it may "
                                   "have been cut short",
                        .at = (uint64_t)end};
    return run_emit(run, &item);
}

static comity_status take_entries(struct run *run, struct unpack *unpack, uint32_t depth,
                                  bool is_zip, uint64_t *met)
{
    int64_t end = 0;
    for (;;) {
        struct archive_entry *entry = NULL;
        int result = archive_read_next_header(unpack->archive, &entry);
        if (run->stopped != COMITY_OK)
            return run->stopped;
        if (result == ARCHIVE_EOF)
            return is_zip ? COMITY_OK : check_end(run, unpack, end);
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
            unpack_fault(unpack, &unpack->beneath->fault);
            return COMITY_E_CORRUPT;
        }
        ++*met;
        const char *name = NULL;
        size_t len = 0;
        if (!is_zip || !zip_raw_name(unpack, &name, &len)) {
            name = archive_entry_pathname(entry);
            name = name ? name : "";
            len = strlen(name);
        }
        if (take_named(run, unpack, entry, name, len, depth) != COMITY_OK)
            return run->stopped;
        end = archive_filter_bytes(unpack->archive, 0);
    }
}

/* --- tar */

static int choose_tar(struct archive *archive)
{
    int result = archive_read_support_format_tar(archive);
    return result != ARCHIVE_OK
               ? result
               : archive_read_set_option(archive, "tar", "read_concatenated_archives", "1");
}

comity_status items_take_tar(struct run *run, struct feed *feed, uint32_t depth)
{
    struct unpack unpack;
    uint64_t met = 0;
    comity_status status = unpack_open(&unpack, run, feed, choose_tar);
    if (status == COMITY_OK)
        status = take_entries(run, &unpack, depth, false, &met);
    if (status == COMITY_OK && !met)
        run_refuse(run, ITEM_SKIPPED, "archive.empty", "found no entries in it");
    unpack_close(&unpack);
    return run->stopped != COMITY_OK ? run->stopped : status;
}

/* --- zip */

static int choose_zip(struct archive *archive)
{
    return archive_read_support_format_zip_streamable(archive);
}

comity_status items_take_zip(struct run *run, struct feed *feed, uint32_t depth)
{
    struct unpack unpack;
    uint64_t met = 0;
    comity_status status = unpack_open(&unpack, run, feed, choose_zip);
    if (status == COMITY_OK)
        status = take_entries(run, &unpack, depth, true, &met);
    if (status == COMITY_OK)
        status = zip_check_folder(&unpack, met);
    if (status == COMITY_OK && !met)
        run_refuse(run, ITEM_SKIPPED, "archive.empty", "found no entries in it");
    unpack_close(&unpack);
    return run->stopped != COMITY_OK ? run->stopped : status;
}
