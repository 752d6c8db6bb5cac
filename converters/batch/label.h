/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names: labels, by which items are told apart and shown, and the names of what is written,
 * which come from the item alone. */
#ifndef COMITY_CONVERTERS_BATCH_LABEL_H
#define COMITY_CONVERTERS_BATCH_LABEL_H

#include "base/buffer.h"
#include "batch/items.h"

/* Appends a name: what a reader of lists would obey, '\\' and what is no UTF-8 as \xNN, so that
 * two names that differ stay different. */
void label_escape(struct buffer *label, const char *name, size_t len);
/* The same behind the first `len` bytes of a label and a '/'; false: no memory. */
bool label_add(struct buffer *label, size_t len, const char *name);

#define OUTPUT_NAME_SIZE 128
/* "request-17-0123456789abcdef.json": the last part of the entry as far as it is plain, and
 * the beginning of the SHA-256 of all that tells the document from others.  `position` 0: of
 * the item as a whole. */
void output_name(const struct item *item, uint64_t position, const char *suffix,
                 char name[OUTPUT_NAME_SIZE]);
/* True of what could be such a name: a ledger may have been written by anyone. */
bool output_name_is(const char *name, size_t len);
/* Of the item alone: 64 bits of the same digest. */
uint64_t item_digest(const struct item *item);

#endif
