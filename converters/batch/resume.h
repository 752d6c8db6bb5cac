/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an interrupted run left: where its output is whole, how many items are behind that, and
 * whether the items that come now are still the same. */
#ifndef COMITY_CONVERTERS_BATCH_RESUME_H
#define COMITY_CONVERTERS_BATCH_RESUME_H

#include "batch/identity.h"
#include "batch/ledger_read.h"
#include "batch/settle.h"

/* A place up to which all is done. */
struct resume_point {
    uint64_t items;  /* that are done */
    uint64_t ledger; /* bytes of it */
    uint64_t output; /* bytes of a tar or stream */
    uint64_t done, failed, skipped, losses;
};

struct resume {
    struct ledger_reader *reader;
    struct ledger_line line; /* read ahead */
    bool has_line;
    bool is_retried;           /* failures of it were tried again: it was whole */
    struct resume_point point; /* where to go on */
    struct resume_point last;  /* behind the item that was checked last */
    struct resume_point block; /* the last place before it where one can go on */
    enum sink_kind kind;
};

/* Reads the ledger at `path`.  COMITY_END where there is nothing to go on with: there is
 * none, it tells of no item, or what was asked for then is not what is asked for now;
 * *is_other becomes true in the last case.  COMITY_E_INVALID: it is no ledger; COMITY_E_IO,
 * COMITY_E_NOMEM. */
comity_status resume_open(struct resume *resume, const char *path,
                          const struct identity *identity, enum sink_kind kind, bool *is_other);
/* True where an item of those that are done is what it was then.  `block` is where to go on
 * if not. */
bool resume_check(struct resume *resume, const struct item *item, const char *sha256);
/* Begins again with the first item. */
void resume_rewind(struct resume *resume);
void resume_close(struct resume *resume);

#endif
