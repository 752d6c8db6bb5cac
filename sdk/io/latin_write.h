/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writes characters that an encoding can say, and for others the nearest that it can.  Knows
 * nothing of words: those are in Latin letters when they come here. */
#ifndef COMITY_IO_LATIN_WRITE_H
#define COMITY_IO_LATIN_WRITE_H

#include "base/buffer.h"
#include "io/charset_encode.h"
#include "io/latin.h"

#include <comity/plugin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a blank is to stand before what comes next, should that begin like a word. */
enum latin_blank { LATIN_NO_BLANK, LATIN_BLANK, LATIN_BLANK_UNLESS_DIGIT };

struct latin_writer {
    struct charset_encoder *encoder;
    struct latin *latin;
    struct buffer *out;
    struct buffer piece; /* results of ICU */
    size_t lost;         /* '?' written */
    uint32_t last;       /* the character written last; 0 at first */
    enum latin_blank blank;
};

/* The first characters of a text that belong together, at most 8: one, and the marks on it. */
size_t latin_write_cluster(const char *text, size_t len);

/* Whether all of it can be said. */
bool latin_write_fits(const struct latin_writer *writer, const char *text, size_t len);

/* Text that fits, as it is. */
void latin_write(struct latin_writer *writer, const char *text, size_t len);

/* For each character that which is nearest to it: as it is; of a letter with marks, the letter
 * with fewer; a sign by the table (latin_sign.h); by "Latin-ASCII"; its plain form (NFKC); or
 * '?'.  Marks by themselves and what is not seen are left out. */
comity_status latin_write_nearest(struct latin_writer *writer, const char *text, size_t len);

/* Parts a word that was written, or another sign, from the word that comes next. */
void latin_write_part(struct latin_writer *writer);

#endif
