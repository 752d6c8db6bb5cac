/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.  Knows
 * nothing of other encodings. */
#ifndef COMITY_BASE_UTF8_H
#define COMITY_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Length of the well-formed sequence at text[0], 1 to 4; 0 where there is none. */
size_t utf8_sequence(const char *text, size_t len);

/* The same, and the code point that it stands for (untouched where it returns 0). */
size_t utf8_decode(const char *text, size_t len, uint32_t *code);

/* Writes a code point (no surrogate, at most U+10FFFF); returns its length, 1 to 4. */
size_t utf8_encode(uint32_t code, char *text);

/* Offset of the first byte of the first ill-formed sequence; `len` where all is well. */
size_t utf8_invalid(const char *text, size_t len);

/* How many characters there are: bytes that continue none. */
size_t utf8_count(const char *text, size_t len);

/* The longest part of the first `most` bytes of well-formed text that ends between two
 * characters. */
size_t utf8_cut(const char *text, size_t len, size_t most);

#endif
