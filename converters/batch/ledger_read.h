/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads a batch's ledger (docs/batch.md) line by line.  Memory does not grow with the ledger; a
 * line that cannot be understood is told and passed over.  Knows nothing of what is made of
 * the lines. */
#ifndef COMITY_CONVERTERS_BATCH_LEDGER_READ_H
#define COMITY_CONVERTERS_BATCH_LEDGER_READ_H

#include <comity/plugin.h>
#include <stdbool.h>

/* Bytes of one line, its end included. */
#define LEDGER_LINE_LIMIT ((size_t)1 << 20)

/* Well-formed UTF-8 without NUL, not ended by one.  Absent: NULL and 0. */
struct ledger_text {
    const char *text;
    size_t len;
};

enum ledger_kind {
    LEDGER_BATCH,    /* the first line: what was asked for */
    LEDGER_DOCUMENT, /* a document, or an entry that gave none */
    LEDGER_SUMMARY,  /* the last line of a batch that came to its end */
    LEDGER_FAULT,    /* none of these; `message` says why */
    LEDGER_TORN      /* the last line has no end: the batch runs, or was interrupted */
};

enum ledger_result { LEDGER_DONE, LEDGER_FAILED, LEDGER_SKIPPED, LEDGER_RESULTS };

struct ledger_loss {
    struct ledger_text code, field;
    uint64_t count;
};

struct ledger_line {
    enum ledger_kind kind;
    uint64_t number;          /* from 1; 0 where it was read by ledger_at() */
    uint64_t offset;          /* of its first byte in the ledger */
    const char *message;      /* LEDGER_FAULT, LEDGER_TORN */
    struct ledger_text whole; /* as it stands, without its end; absent where it is too long */
    /* LEDGER_BATCH */
    uint64_t version, watch; /* watch: of a watched folder: 1 */
    struct ledger_text comity, from, to, output_kind, options, plugins, shard;
    /* LEDGER_DOCUMENT: the members of these names; numbers are 0 where absent */
    struct ledger_text entry, sha256, code, format, plugin, mapping, kind_of, state, output,
        output_sha256, quarantine;
    enum ledger_result result;
    uint64_t item, twin, value, position, size, output_size, mapped, approximated, kept,
        dropped, notes, warnings, losses, errors, lost_more, end, retry;
    /* LEDGER_SUMMARY: how often failures were tried again; of a shard, all items and their
     * digest */
    uint64_t retries, items;
    struct ledger_text inputs;
    const struct ledger_loss *lost;
    size_t lost_count;
};

struct ledger_reader;

/* Opens a ledger.  What is added to it from now on is not read, so that each time it is read
 * there are the same lines.  COMITY_E_IO (errno is set; ESPIPE: it is no file), or
 * COMITY_E_NOMEM. */
comity_status ledger_open(const char *path, struct ledger_reader **reader);
void ledger_close(struct ledger_reader *reader);

/* The next line; its texts are lent until the next call.  COMITY_END behind the last one;
 * COMITY_E_IO (errno is set), COMITY_E_NOMEM. */
comity_status ledger_next(struct ledger_reader *reader, struct ledger_line *line);

/* From now on, lines of failures that a later line has the last word on are passed over.  Reads
 * the ledger once, if there was a retry at all.  As ledger_next(). */
comity_status ledger_hide_retried(struct ledger_reader *reader);

/* The last line, if it has an end and is no longer than 4 KiB; else a LEDGER_TORN.  It goes on
 * where it was; what ledger_next() lent before is lost. */
void ledger_last(struct ledger_reader *reader, struct ledger_line *line);

/* Begins again with the first line. */
void ledger_rewind(struct ledger_reader *reader);

/* The line that begins at an offset, which ledger_next() gave; it goes on where it was.  What
 * ledger_next() lent before is lost.  COMITY_E_IO too where no line begins there any more. */
comity_status ledger_at(struct ledger_reader *reader, uint64_t offset,
                        struct ledger_line *line);

#endif
