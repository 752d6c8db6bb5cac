/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which lines of a ledger no longer count: those of documents that failed and were tried again
 * later. */
#ifndef COMITY_CONVERTERS_BATCH_LEDGER_RETRIED_H
#define COMITY_CONVERTERS_BATCH_LEDGER_RETRIED_H

#include "ledger_read.h"

/* Items by the latest retry that has a line of them, sorted; 16 bytes an item. */
struct ledger_retried {
    struct retried_item {
        uint64_t key, retry;
    } * items;
    size_t count, room;
};

/* COMITY_E_NOMEM.  Lines of another kind, and of no retry, are passed over. */
comity_status ledger_retried_add(struct ledger_retried *retried,
                                 const struct ledger_line *line);
void ledger_retried_sort(struct ledger_retried *retried);
/* True where a line tells of a failure that a later line has the last word on. */
bool ledger_retried_hides(const struct ledger_retried *retried, const struct ledger_line *line);
void ledger_retried_free(struct ledger_retried *retried);

#endif
