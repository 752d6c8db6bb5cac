/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lines of text that fit a page: broken at blanks, and between wide characters, by the columns
 * that characters take.  Knows nothing of letters. */
#ifndef COMITY_LETTER_WRAP_H
#define COMITY_LETTER_WRAP_H

#include "base/buffer.h"

#define WRAP_COLUMNS 80u

/* Appends `text` (UTF-8; '\n' ends a line) in lines of at most WRAP_COLUMNS columns, each ended
 * by '\n'.  The first line begins behind `first`, which is words or blanks of this letter's own,
 * the others behind `indent` blanks. */
void wrap_text(struct buffer *out, const char *first, size_t indent, const char *text,
               size_t len);

/* Appends a character of a document's text so that it does no harm on a terminal; returns its
 * length.  Line ends become '\n', control characters their pictures, what would turn the
 * direction of the rest of a line U+FFFD. */
size_t wrap_safely(struct buffer *out, const char *text, size_t len);

#endif
