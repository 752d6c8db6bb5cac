/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A table of signs.  It has what ICU's "Latin-ASCII" lacks or renders in a way that misleads:
 * « as << and „ as ,, .  A sign of a currency becomes its code (ISO 4217); yen and yuan share
 * theirs, so that it is in no table.  Must not know encodings. */
#include "io/latin_sign.h"

#include <stddef.h>

/* In the order of their codes. */
static const struct latin_sign SIGNS[] = {
    {0x00A2, SIGN_PLAIN, "cent"},
    {0x00A3, SIGN_PLAIN, "GBP"},
    {0x00A7, SIGN_PLAIN, "par."},
    {0x00A8, SIGN_PLAIN, "\""},
    {0x00AB, SIGN_PLAIN, "\""},
    {0x00B0, SIGN_PLAIN, "deg."},
    {0x00B2, SIGN_PLAIN, "^2"},
    {0x00B3, SIGN_PLAIN, "^3"},
    {0x00B4, SIGN_PLAIN, "'"},
    {0x00B5, SIGN_PLAIN, "u"},
    {0x00B6, SIGN_PLAIN, "par."},
    {0x00B7, SIGN_PLAIN, "-"}, /* in Chinese, between the parts of a foreign name */
    {0x00B9, SIGN_PLAIN, "^1"},
    {0x00BB, SIGN_PLAIN, "\""},
    {0x00D7, SIGN_PLAIN, "x"},
    {0x055D, SIGN_PLAIN, ","},
    {0x0589, SIGN_PLAIN, "."},
    {0x05BE, SIGN_PLAIN, "-"},
    {0x05F3, SIGN_PLAIN, "'"},
    {0x05F4, SIGN_PLAIN, "\""},
    {0x060C, SIGN_PLAIN, ","},
    {0x061B, SIGN_PLAIN, ";"},
    {0x061F, SIGN_PLAIN, "?"},
    {0x0640, SIGN_PLAIN, ""}, /* only draws a word out */
    {0x066A, SIGN_PLAIN, "%"},
    {0x066B, SIGN_PLAIN, "."},
    {0x066C, SIGN_PLAIN, ","},
    {0x06D4, SIGN_PLAIN, "."},
    {0x0964, SIGN_PLAIN, "."},
    {0x0965, SIGN_PLAIN, "."},
    {0x0E3F, SIGN_PLAIN, "THB"},
    {0x1362, SIGN_PLAIN, "."},
    {0x1363, SIGN_PLAIN, ","},
    {0x2010, SIGN_PLAIN, "-"},
    {0x2011, SIGN_PLAIN, "-"},
    {0x2012, SIGN_PLAIN, "-"},
    {0x2013, SIGN_PLAIN, "-"},
    {0x2014, SIGN_PLAIN, "-"},
    {0x2015, SIGN_PLAIN, "-"},
    {0x2018, SIGN_PLAIN, "'"},
    {0x2019, SIGN_PLAIN, "'"},
    {0x201A, SIGN_PLAIN, "'"},
    {0x201B, SIGN_PLAIN, "'"},
    {0x201C, SIGN_PLAIN, "\""},
    {0x201D, SIGN_PLAIN, "\""},
    {0x201E, SIGN_PLAIN, "\""},
    {0x201F, SIGN_PLAIN, "\""},
    {0x2020, SIGN_PLAIN, "+"},
    {0x2022, SIGN_PLAIN, "*"},
    {0x2026, SIGN_PLAIN, "..."},
    {0x2030, SIGN_PLAIN, " per mille"},
    {0x2032, SIGN_PLAIN, "'"},
    {0x2033, SIGN_PLAIN, "\""},
    {0x2039, SIGN_PLAIN, "'"},
    {0x203A, SIGN_PLAIN, "'"},
    {0x20A9, SIGN_PLAIN, "KRW"},
    {0x20AA, SIGN_PLAIN, "ILS"},
    {0x20AB, SIGN_PLAIN, "VND"},
    {0x20AC, SIGN_PLAIN, "EUR"},
    {0x20B4, SIGN_PLAIN, "UAH"},
    {0x20B8, SIGN_PLAIN, "KZT"},
    {0x20B9, SIGN_PLAIN, "INR"},
    {0x20BA, SIGN_PLAIN, "TRY"},
    {0x20BD, SIGN_PLAIN, "RUB"},
    {0x20BE, SIGN_PLAIN, "GEL"},
    {0x2116, SIGN_PLAIN, "No."},
    {0x2212, SIGN_PLAIN, "-"},
    {0x22EF, SIGN_PLAIN, "..."},
    {0x3001, SIGN_CLOSES, ","},
    {0x3002, SIGN_CLOSES, "."},
    {0x3008, SIGN_OPENS, "\""},
    {0x3009, SIGN_CLOSES, "\""},
    {0x300A, SIGN_OPENS, "\""},
    {0x300B, SIGN_CLOSES, "\""},
    {0x300C, SIGN_OPENS, "\""},
    {0x300D, SIGN_CLOSES, "\""},
    {0x300E, SIGN_OPENS, "\""},
    {0x300F, SIGN_CLOSES, "\""},
    {0x3010, SIGN_OPENS, "["},
    {0x3011, SIGN_CLOSES, "]"},
    {0x3014, SIGN_OPENS, "["},
    {0x3015, SIGN_CLOSES, "]"},
    {0x3016, SIGN_OPENS, "["},
    {0x3017, SIGN_CLOSES, "]"},
    {0x301C, SIGN_PLAIN, "~"},
    {0x301D, SIGN_OPENS, "\""},
    {0x301E, SIGN_CLOSES, "\""},
    {0x301F, SIGN_CLOSES, "\""},
    {0x30FB, SIGN_PLAIN, " "}, /* in Japanese, between the parts of a foreign name */
    {0xFE50, SIGN_CLOSES, ","},
    {0xFE52, SIGN_CLOSES, "."},
    {0xFF01, SIGN_CLOSES, "!"},
    {0xFF08, SIGN_OPENS, "("},
    {0xFF09, SIGN_CLOSES, ")"},
    {0xFF0C, SIGN_CLOSES, ","},
    {0xFF0E, SIGN_CLOSES, "."},
    {0xFF1A, SIGN_CLOSES, ":"},
    {0xFF1B, SIGN_CLOSES, ";"},
    {0xFF1F, SIGN_CLOSES, "?"},
    {0xFF3B, SIGN_OPENS, "["},
    {0xFF3D, SIGN_CLOSES, "]"},
    {0xFF5B, SIGN_OPENS, "{"},
    {0xFF5D, SIGN_CLOSES, "}"},
    {0xFF61, SIGN_CLOSES, "."},
    {0xFF62, SIGN_OPENS, "\""},
    {0xFF63, SIGN_CLOSES, "\""},
    {0xFF64, SIGN_CLOSES, ","},
    {0xFF65, SIGN_PLAIN, " "},
    {0xFFE1, SIGN_PLAIN, "GBP"},
    {0xFFE6, SIGN_PLAIN, "KRW"},
};

const struct latin_sign *latin_sign_find(uint32_t code)
{
    size_t low = 0, high = sizeof(SIGNS) / sizeof(*SIGNS);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (SIGNS[middle].code == code)
            return &SIGNS[middle];
        if (SIGNS[middle].code < code)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
