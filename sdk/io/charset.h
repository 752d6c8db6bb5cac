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
 * case alike; NULL where it is not one of ours.  "UTF-16" alone is not: say which. */
const char *charset_canonical(const char *name, size_t len);

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

/* NULL is fine. */
void charset_map_free(struct charset_map *map);

#endif
