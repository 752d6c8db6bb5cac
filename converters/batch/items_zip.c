/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What libarchive does not tell of a zip that it reads as a stream: the name as its bytes are
 * (its own are converted by the locale, and lost where that fails), and whether the folder
 * behind the entries lists as many as were met: one that lists more is how a small zip claims
 * the same bytes many times.  Knows nothing of what is in the entries. */
#include "batch/items_archive.h"

#define LOCAL_SIZE 30u
#define LOCAL_NAME_LEN 26u
#define LOCAL_EXTRA_LEN 28u
#define CENTRAL_SIZE 46u
#define CENTRAL_LENGTHS 28u /* of the name, more, and a comment */
#define END_SIZE 22u
#define END_COMMENT_LEN 20u
#define LONGEST_LOCAL (LOCAL_SIZE + 2u * 65535u)

/* A byte of the archive that libarchive was given lately. */
static unsigned char given(const struct unpack *unpack, uint64_t at)
{
    uint64_t block = at / UNPACK_BLOCK;
    return (unsigned char)unpack->block[(block + 1) % UNPACK_BLOCKS][at % UNPACK_BLOCK];
}

static size_t given_short(const struct unpack *unpack, uint64_t at)
{
    return given(unpack, at) | (size_t)given(unpack, at + 1) << 8;
}

static bool is_header(const struct unpack *unpack, uint64_t at, uint64_t end)
{
    return given(unpack, at) == 'P' && given(unpack, at + 1) == 'K' &&
           given(unpack, at + 2) == 3 && given(unpack, at + 3) == 4 &&
           at + LOCAL_SIZE + given_short(unpack, at + LOCAL_NAME_LEN) +
                   given_short(unpack, at + LOCAL_EXTRA_LEN) ==
               end;
}

/* The header ends where libarchive has come to, and states how long it is. */
bool zip_raw_name(struct unpack *unpack, const char **name, size_t *len)
{
    int64_t consumed = archive_filter_bytes(unpack->archive, 0);
    if (consumed < (int64_t)LOCAL_SIZE || (uint64_t)consumed > unpack->given)
        return false;
    uint64_t end = (uint64_t)consumed, at = end - LOCAL_SIZE;
    uint64_t first = end > LONGEST_LOCAL ? end - LONGEST_LOCAL : 0;
    uint64_t blocks = (unpack->given + UNPACK_BLOCK - 1) / UNPACK_BLOCK;
    if (blocks > UNPACK_BLOCKS && first < (blocks - UNPACK_BLOCKS) * UNPACK_BLOCK)
        first = (blocks - UNPACK_BLOCKS) * UNPACK_BLOCK;
    while (!is_header(unpack, at, end))
        if (at-- <= first)
            return false;
    *len = given_short(unpack, at + LOCAL_NAME_LEN);
    buffer_clear(&unpack->name);
    for (size_t i = 0; i < *len; i++)
        buffer_char(&unpack->name, (char)given(unpack, at + LOCAL_SIZE + i));
    if (buffer_status(&unpack->name) != COMITY_OK)
        run_stop(unpack->inner.run, COMITY_E_NOMEM);
    *name = unpack->name.bytes ? unpack->name.bytes : "";
    return true;
}

/* --- the folder */

/* What comes behind the entries: what libarchive was given and left, then the feed's rest. */
struct behind {
    struct unpack *unpack;
    uint64_t at;
    bool is_short;
};

static void read_behind(struct behind *behind, unsigned char *bytes, uint64_t count)
{
    struct unpack *unpack = behind->unpack;
    for (uint64_t i = 0; i < count && !behind->is_short; i++) {
        if (behind->at >= unpack->given) {
            if (feed_fill(unpack->beneath, 1) != COMITY_OK || !unpack->beneath->size) {
                behind->is_short = true;
                break;
            }
            if (bytes)
                bytes[i] = (unsigned char)feed_bytes(unpack->beneath)[0];
            feed_consume(unpack->beneath, 1);
        } else if (bytes) {
            bytes[i] = given(unpack, behind->at);
        }
        behind->at++;
    }
}

static size_t short_at(const unsigned char *bytes)
{
    return bytes[0] | (size_t)bytes[1] << 8;
}

/* Passes one record; false behind the last one. */
static bool pass_record(struct behind *behind, uint64_t *listed)
{
    unsigned char bytes[CENTRAL_SIZE];
    read_behind(behind, bytes, 4);
    if (behind->is_short || bytes[0] != 'P' || bytes[1] != 'K') {
        behind->is_short = true;
        return false;
    }
    switch (bytes[2] << 8 | bytes[3]) {
    case 0x0102: /* an entry */
        read_behind(behind, bytes + 4, CENTRAL_SIZE - 4);
        if (!behind->is_short)
            read_behind(behind, NULL,
                        short_at(bytes + CENTRAL_LENGTHS) +
                            short_at(bytes + CENTRAL_LENGTHS + 2) +
                            short_at(bytes + CENTRAL_LENGTHS + 4));
        *listed += !behind->is_short;
        return !behind->is_short;
    case 0x0505: /* a signature */
        read_behind(behind, bytes + 4, 2);
        read_behind(behind, NULL, behind->is_short ? 0 : short_at(bytes + 4));
        return !behind->is_short;
    case 0x0606: /* the end for large archives; its size has the rest of it */
        read_behind(behind, bytes + 4, 8);
        read_behind(behind, NULL, behind->is_short ? 0 : short_at(bytes + 4));
        return !behind->is_short;
    case 0x0607: /* and where that is */
        read_behind(behind, NULL, 16);
        return !behind->is_short;
    case 0x0506: /* the end */
        read_behind(behind, bytes + 4, END_SIZE - 4);
        read_behind(behind, NULL, behind->is_short ? 0 : short_at(bytes + END_COMMENT_LEN));
        return false;
    default:
        behind->is_short = true;
        return false;
    }
}

static comity_status refuse_folder(struct run *run, uint64_t at, const char *what)
{
    struct item item = {
        .outcome = ITEM_REFUSED, .code = "archive.damaged", .message = what, .at = at};
    return run_emit(run, &item);
}

comity_status zip_check_folder(struct unpack *unpack, uint64_t met)
{
    struct run *run = unpack->inner.run;
    int64_t consumed = archive_filter_bytes(unpack->archive, 0);
    struct behind behind = {.unpack = unpack, .at = consumed < 0 ? 0 : (uint64_t)consumed};
    uint64_t listed = 0;
    while (pass_record(&behind, &listed))
        if (run_check_time(run) != COMITY_OK)
            return run->stopped;
    if (run->stopped != COMITY_OK || unpack->beneath->status != COMITY_OK)
        return run->stopped != COMITY_OK ? run->stopped : unpack->beneath->status;
    if (behind.is_short)
        return refuse_folder(run, behind.at,
                             "the list of entries at the end of the archive is cut short or "
                             "damaged; entries may be missing");
    if (listed != met)
        return run_refuse(run, ITEM_REFUSED, "archive.damaged",
                          "the archive lists %llu entries and holds %llu; expected each once",
                          (unsigned long long)listed, (unsigned long long)met);
    uint64_t end = behind.at;
    read_behind(&behind, NULL, 1);
    if (behind.is_short || run->stopped != COMITY_OK)
        return run->stopped;
    if (feed_drain(unpack->beneath) != COMITY_OK)
        return unpack->beneath->status;
    return refuse_folder(run, end,
                         "more stands behind the end of the archive, which was not read");
}
