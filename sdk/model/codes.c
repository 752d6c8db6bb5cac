/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Look-ups in the ISO tables that generate_iso.c made.  Knows no format's own codes. */
#include "model/codes.h"

#include <stdint.h>
#include <string.h>

#include "model/iso-codes.inc"

bool iso_country_known(const char *code, size_t len)
{
    if (len != 2)
        return false;
    unsigned row = (unsigned)code[0] - 'A', column = (unsigned)code[1] - 'A';
    return row < 26 && column < 26 && (country_bits[row] >> column & 1u);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

const struct iso_language *iso_language_find(const char *code, size_t len)
{
    if (len != 3)
        return NULL;
    char wanted[4] = {lower(code[0]), lower(code[1]), lower(code[2]), '\0'};
    /* Sorted by the bibliographic code; the few that differ are found by a second look. */
    size_t low = 0, high = sizeof languages / sizeof languages[0];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(languages[middle].bibliographic, wanted, 3);
        if (order == 0)
            return &languages[middle];
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++)
        if (memcmp(languages[i].terminological, wanted, 3) == 0)
            return &languages[i];
    return NULL;
}

const char *iso_language_tag(const char *code, size_t len)
{
    const struct iso_language *language = iso_language_find(code, len);
    return language ? language->tag : NULL;
}

const char *iso_language_bibliographic(const char *tag, size_t len)
{
    if (len != 2 && len != 3)
        return NULL;
    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++)
        if (memcmp(languages[i].tag, tag, len) == 0 && languages[i].tag[len] == '\0')
            return languages[i].bibliographic;
    return NULL;
}
