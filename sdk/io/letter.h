/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What sort of character one is, by ICU's tables.  Knows nothing of words or encodings. */
#ifndef COMITY_IO_LETTER_H
#define COMITY_IO_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum letter_script {
    LETTER_LATIN, /* and what all scripts share: signs, digits, marks */
    LETTER_CYRILLIC,
    LETTER_GREEK,
    LETTER_HAN,
    LETTER_OTHER
};

/* The first character of well-formed text that is not empty. */
uint32_t letter_first(const char *text, size_t len, size_t *size);

/* The last one. */
uint32_t letter_last(const char *text, size_t len);

enum letter_script letter_script(uint32_t code);

/* A letter, syllable or ideograph. */
bool letter_is(uint32_t code);

/* A mark on the character before it. */
bool letter_is_mark(uint32_t code);

/* Nothing of it is seen: a joiner, a mark of direction, a soft hyphen. */
bool letter_is_invisible(uint32_t code);

/* Has a capital, or is one.  Not so in Georgian, where capitals are for whole words. */
bool letter_has_case(uint32_t code);

/* A letter or digit of any script, or an opening bracket. */
bool letter_begins_word(uint32_t code);

#endif
