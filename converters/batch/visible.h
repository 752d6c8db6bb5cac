/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text that came with documents, made fit to be looked at: names of entries are hostile.  Knows
 * nothing of ledgers. */
#ifndef COMITY_CONVERTERS_BATCH_VISIBLE_H
#define COMITY_CONVERTERS_BATCH_VISIBLE_H

#include "base/buffer.h"

#include <stdint.h>

/* Appends text so that what is seen is what stands there: control characters as \xNN, those
 * that turn the direction of writing or break lines as \uNNNN, bytes that are no UTF-8 as
 * \xNN. */
void visible_text(struct buffer *out, const char *text, size_t len);

/* The same as text of an HTML page; and cut to so many columns, with a sign that it is. */
void visible_html(struct buffer *out, const char *text, size_t len);
void visible_html_cut(struct buffer *out, const char *text, size_t len, size_t columns);

/* Appends a number with its thousands apart: 12,345. */
void visible_number(struct buffer *out, uint64_t number);

/* Appends the share of a whole, "97.2 %".  Never "0.0 %" or "100.0 %" of what is neither. */
void visible_share(struct buffer *out, uint64_t part, uint64_t whole);

/* Appends a word of a command line as a shell takes it. */
void visible_shell(struct buffer *out, const char *text, size_t len);

/* Appends `len` bytes, filled with blanks to so many columns of a terminal. */
void visible_padded(struct buffer *out, const char *text, size_t len, size_t columns);

#endif
