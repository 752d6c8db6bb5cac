/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The ledger of a batch: what is written, and what an interrupted run finds of it.
 * docs/batch.md says what its lines hold. */
#ifndef COMITY_CONVERTERS_BATCH_LEDGER_WRITE_H
#define COMITY_CONVERTERS_BATCH_LEDGER_WRITE_H

#include "batch/job.h"

/* Losses of one document that are listed; the rest is counted. */
#define LEDGER_LOSSES 100

struct ledger_writer {
    char *path;
    int fd;
    struct buffer lines; /* not written yet */
    size_t last;         /* where the last of them begins */
    size_t ready;        /* of `lines`: what they tell of is in the output */
    uint64_t size;       /* of the file */
    bool is_kept; /* what stands behind `size` is, until there are lines to stand there */
    int error;
};

#define LEDGER_PARTIAL ".partial"
/* "OUT.ledger.jsonl"; the caller frees it. */
char *ledger_path(const char *output);
/* Makes it, or goes on behind `offset` bytes of it.  COMITY_E_IO with `error`. */
comity_status ledger_writer_open(struct ledger_writer *ledger, const char *output, bool resumes,
                                 uint64_t offset, bool overwrite);
/* One whose name ends in ".partial" until ledger_writer_finish(); replaces what such a one
 * has left. */
comity_status ledger_writer_open_partial(struct ledger_writer *ledger, const char *output);
/* Gives it its name; the caller has flushed it.  COMITY_E_IO with `error`. */
comity_status ledger_writer_finish(struct ledger_writer *ledger);
/* Goes on behind `offset` bytes, where the last line stands that says that the batch is
 * whole: it is replaced by the first lines that are written. */
comity_status ledger_writer_open_whole(struct ledger_writer *ledger, const char *output,
                                       uint64_t offset);
/* One that is nowhere but in memory. */
comity_status ledger_writer_open_memory(struct ledger_writer *ledger);
/* The lines so far tell of what is in the output. */
void ledger_end_item(struct ledger_writer *ledger);
/* The same, and puts "end" on the line that was added last. */
void ledger_end_block(struct ledger_writer *ledger, uint64_t offset);
/* Writes the lines that are ready; `sync`: and they survive the machine. */
comity_status ledger_writer_flush(struct ledger_writer *ledger, bool sync);
void ledger_writer_close(struct ledger_writer *ledger);

/* --- lines: begin, members, end */
void ledger_begin(struct ledger_writer *ledger);
void ledger_text(struct ledger_writer *ledger, const char *name, const char *text, size_t len);
void ledger_string(struct ledger_writer *ledger, const char *name,
                   const char *text); /* NULL: none */
void ledger_number(struct ledger_writer *ledger, const char *name, uint64_t number);
void ledger_count(struct ledger_writer *ledger, const char *name,
                  uint64_t number);                               /* 0: none */
void ledger_list(struct ledger_writer *ledger, const char *name); /* the caller puts ']' */
void ledger_entry(struct ledger_writer *ledger, const char *text);
void ledger_end(struct ledger_writer *ledger);

#endif
