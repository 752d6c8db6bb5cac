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

/* fold_char() for a byte above 7F. */
size_t fold_char_wide(const char *text, size_t len, uint32_t folded[FOLD_MAX], size_t *count);

/* What an ASCII character folds to. */
static inline uint32_t fold_ascii(char c)
{
    unsigned char byte = (unsigned char)c;
    if (byte >= 'A' && byte <= 'Z')
        return byte | 0x20u;
    return byte >= '\t' && byte <= '\r' ? ' ' : byte;
}

/* Folds the character at text[0] (len > 0).  Returns its length in bytes (1 for an ill-formed
 * byte, which folds to U+FFFD); `*count` becomes how many characters `folded` holds, 0 for a
 * combining mark or a character without width.  White space of every kind folds to U+0020. */
static inline size_t fold_char(const char *text, size_t len, uint32_t folded[FOLD_MAX],
                               size_t *count)
{
    if ((unsigned char)text[0] >= 0x80)
        return fold_char_wide(text, len, folded, count);
    folded[0] = fold_ascii(text[0]);
    *count = 1;
    return 1;
}

/* True for letters, digits and marks of any script: two of them side by side are inside one
 * word. */
bool fold_is_word(uint32_t code);

/* True if two texts fold to the same, white space aside. */
bool fold_equal(const char *a, size_t a_len, const char *b, size_t b_len);

/* True if the text begins with the words, both folded, white space aside. */
bool fold_begins(const char *text, size_t len, const char *words);

/* Appends the folded text as UTF-8; runs of white space become one space, none at the ends. */
void fold_text(const char *text, size_t len, struct buffer *out);

#endif
