/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Letters as people mean them: without case, accents, width and look-alike punctuation, so that
 * "DESTINATARIO", "Destinatário" and full-width letters compare equal.  The table is made from
 * ICU at build time.  For comparing labels, names and code words only, never for values. */
#ifndef COMITY_BASE_FOLD_H
#define COMITY_BASE_FOLD_H

#include "base/buffer.h"

#include <stdint.h>

#define FOLD_MAX 4u /* most characters that one character folds to */

/* Folds the character at text[0] (len > 0).  Returns its length in bytes (1 for an ill-formed
 * byte, which folds to U+FFFD); `*count` becomes how many characters `folded` holds, 0 for a
 * combining mark or a character without width.  White space of every kind folds to U+0020. */
size_t fold_char(const char *text, size_t len, uint32_t folded[FOLD_MAX], size_t *count);

/* Appends the folded text as UTF-8; runs of white space become one space, none at the ends. */
void fold_text(const char *text, size_t len, struct buffer *out);

#endif
