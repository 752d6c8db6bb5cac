/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Brings a whole text to UTF-8 and remembers the way back, so that a finding names the byte of
 * the input.  Knows nothing of what the text means, nor where it comes from. */
#ifndef COMITY_IO_CHARSET_H
#define COMITY_IO_CHARSET_H

#include "base/buffer.h"

#include <comity/plugin.h>
#include <stddef.h>
#include <stdint.h>

struct charset_map;

/* The name by which an encoding is known here ("latin1" is "ISO-8859-1"), letters of either
 * case alike; NULL where it is not one of ours. */
const char *charset_canonical(const char *name, size_t len);

/* The canonical names one after another, from index 0; NULL past the last. */
const char *charset_at(size_t index);

/* Opens the tables of every encoding, both ways, and keeps them for as long as the process
 * lives: for one that may open no file later.  What the C library has not, is passed over. */
void charset_hold_tables(void);

/* What the byte-order mark at the head says, and how long it is: "UTF-8", "UTF-16LE",
 * "UTF-16BE", or "UTF-32", which is none of ours but better named than read as UTF-16 with
 * zeros.  NULL, and a length of 0, where there is none. */
const char *charset_of_mark(const char *bytes, size_t size, size_t *mark);

/* "UTF-16LE" or "UTF-16BE" where a text without a mark, or the first few KiB of it, is in one
 * of them; NULL where it is likely to be in an encoding of single bytes, or nothing is certain.
 *
 * Judged by zero bytes, which honest text in any other encoding has not: of its characters at
 * least one in fifty has to be ASCII (a blank, a digit, the end of a line), and most have to be
 * of scripts in use.  A text in UTF-16 without any ASCII is thus not told from others. */
const char *charset_likely_wide(const char *bytes, size_t size);

/* "UTF-16LE" or "UTF-16BE" for a text that is known to be in one of them.  The mark decides;
 * `*mark` is its length.  Without one (0): the order in which more characters are ASCII, which
 * is where the zero bytes of blanks, digits and line feeds stand; if that is no help, the order
 * in which more characters are of scripts in use; then RFC 2781, section 4.3: big-endian. */
const char *charset_utf16_order(const char *bytes, size_t size, size_t *mark);

/* Appends `bytes`, which are in the encoding `name`, to `utf8` as UTF-8, at most `limit` bytes
 * of it (0: no limit but the buffer's own).  A byte-order mark is a character like others: take
 * it off before.
 *
 * `*map` leads back.  It borrows `bytes`, which must outlive it, and is the caller's to give to
 * charset_map_free().
 *
 * COMITY_E_UNSUPPORTED: the name is not known.  COMITY_E_INVALID: `*bad_offset` is the first
 * byte of the first character that does not fit, or of one that the end cuts short.
 * COMITY_E_LIMIT, COMITY_E_NOMEM.  After a failure `*map` is NULL. */
comity_status charset_to_utf8(const char *name, const char *bytes, size_t size, size_t limit,
                              struct buffer *utf8, struct charset_map **map,
                              size_t *bad_offset);

/* Where in the input the character stands that holds this byte of the UTF-8 text (counted from
 * where charset_to_utf8() began to append); the end of the input for the end of the text.
 * Costs no more than a few KiB of conversion.  One thread at a time: a map has a converter. */
uint64_t charset_map_offset(const struct charset_map *map, size_t utf8_offset);

/* Where bytes[0] stands in the input, where something was before it: a mark, say. */
void charset_map_start(struct charset_map *map, uint64_t offset);

/* The canonical name of what the text was in; for "UTF-16", which of the two. */
const char *charset_map_name(const struct charset_map *map);

/* NULL is fine. */
void charset_map_free(struct charset_map *map);

#endif
