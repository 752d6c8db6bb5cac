/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How many columns of a terminal a character takes.  Constant tables, made from ICU when
 * building; any thread. */
#ifndef COMITY_LETTER_WIDTH_H
#define COMITY_LETTER_WIDTH_H

#include <stddef.h>
#include <stdint.h>

/* 0 for what stands on the character before it or is not seen, 2 for wide ones, else 1. */
int width_of(uint32_t code);

/* Columns of a text in UTF-8. */
size_t width_of_text(const char *text, size_t len);

#endif
