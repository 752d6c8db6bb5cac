/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What stands in ASCII for punctuation, currencies and other signs.  Knows nothing of
 * letters. */
#ifndef COMITY_IO_LATIN_SIGN_H
#define COMITY_IO_LATIN_SIGN_H

#include <stdint.h>

/* Where a sign of full width stands, the blank is in its picture; in ASCII it has to be put. */
enum sign_blank { SIGN_PLAIN, SIGN_OPENS, SIGN_CLOSES };

struct latin_sign {
    uint16_t code;
    enum sign_blank blank; /* SIGN_OPENS: one before it; SIGN_CLOSES: one after it */
    const char *text;
};

/* NULL where there is none. */
const struct latin_sign *latin_sign_find(uint32_t code);

#endif
