/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Rows of the outbox, for outbox.c and outbox_run.c. */
#ifndef COMITY_CONVERTERS_SUBMIT_OUTBOX_ROWS_H
#define COMITY_CONVERTERS_SUBMIT_OUTBOX_ROWS_H

#include "submit/outbox.h"

/* What outbox_read_row() reads, of the table item. */
#define OUTBOX_COLUMNS                                                                 \
    "number, id, state, endpoint, url, protocol, format, settings, media_type, kind, " \
    "reference, to_state, channel, reason, sha256, attempts, made, next, retain, size, ask"
/* Behind them, for outbox_read_payload(). */
#define OUTBOX_PAYLOAD ", (SELECT bytes FROM payload WHERE payload.item = item.number)"
#define OUTBOX_PAYLOAD_COLUMN 21

/* The item is the caller's to free, also where this fails. */
comity_status outbox_read_row(struct sqlite3_stmt *row, struct outbox_item *item);
comity_status outbox_read_payload(struct sqlite3_stmt *row, int column,
                                  struct outbox_item *item);
/* A line of the account about an item.  `outcome` and `reason` may be NULL. */
comity_status outbox_account(struct store *store, const struct outbox_item *item, int64_t now,
                             const char *what, const char *outcome, const char *reason);
/* COMITY_END where the item is in another state than it was read in. */
comity_status outbox_is_still(struct store *store, const struct outbox_item *item);

#endif
