/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From UTF-8 to another encoding, and nothing but what that encoding has: a character is
 * written only if it can be read back as itself.  Knows nothing of what the text means; to
 * replace what cannot be said, see transliterate.h. */
#ifndef COMITY_IO_CHARSET_ENCODE_H
#define COMITY_IO_CHARSET_ENCODE_H

#include "base/buffer.h"

#include <comity/plugin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A converter and what it has learnt of the encoding.  One thread at a time; made once for
 * many texts. */
struct charset_encoder;

/* For a name of charset_canonical() or one of its aliases.  COMITY_E_UNSUPPORTED where the name
 * is not known or the C library has no tables for it; COMITY_E_NOMEM.  After a failure
 * `*encoder` is NULL.
 *
 *     struct charset_encoder *encoder = NULL;
 *     comity_status status = charset_encoder_open("windows-1251", &encoder);
 *     ...
 *     if (charset_encoder_fits(encoder, text, len) == len)
 *         status = charset_from_utf8(encoder, text, len, &out);
 *     charset_encoder_free(encoder); */
comity_status charset_encoder_open(const char *name, struct charset_encoder **encoder);

/* Characters from `first` to `last`, code points up to U+FFFF. */
struct charset_range {
    uint32_t first, last;
};

/* For what has not an encoding of its own but takes only some characters of Unicode, which stay
 * UTF-8: charset_from_utf8() copies.  The name must outlive it.  COMITY_E_NOMEM. */
comity_status charset_encoder_of(const char *name, const struct charset_range *ranges,
                                 size_t count, struct charset_encoder **encoder);

/* NULL is fine. */
void charset_encoder_free(struct charset_encoder *encoder);

/* The canonical name. */
const char *charset_encoder_name(const struct charset_encoder *encoder);

/* Appends what a file of this encoding begins with: FF FE for "UTF-16", which is written
 * little-endian, and nothing for all others.  charset_from_utf8() never writes it, so that
 * text can come in pieces. */
void charset_encoder_begin(const struct charset_encoder *encoder, struct buffer *out);

/* Whether the encoding has this character (a code point; false for a surrogate).  What iconv()
 * would put in its place, or leave out, is not the character. */
bool charset_encoder_says(struct charset_encoder *encoder, uint32_t code);

/* Offset of the first character that the encoding does not have, or of the first byte that is
 * not UTF-8; `len` where all fits.  Takes ASCII 8 bytes at a time. */
size_t charset_encoder_fits(struct charset_encoder *encoder, const char *utf8, size_t len);

/* Appends the text to `out` in the encoding.  COMITY_E_INVALID where it does not fit, see
 * above; COMITY_E_LIMIT and COMITY_E_NOMEM are those of `out`.  After a failure `out` holds
 * what it held before. */
comity_status charset_from_utf8(struct charset_encoder *encoder, const char *utf8, size_t len,
                                struct buffer *out);

#endif
