/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Build-time program: prints the ranges of characters that do not take one column of a terminal,
 * from ICU.  Not part of the library. */
#include <stdio.h>
#include <unicode/uchar.h>

static int width(UChar32 code)
{
    int8_t type = u_charType(code);
    if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR)
        return 0;
    if (code >= 0x1160 && code <= 0x11FF) /* vowels and finals of Hangul join the syllable */
        return 0;
    int wide = u_getIntPropertyValue(code, UCHAR_EAST_ASIAN_WIDTH);
    return wide == U_EA_WIDE || wide == U_EA_FULLWIDTH ? 2 : 1;
}

int main(void)
{
    UChar32 first = 0x300;
    puts("/* Made by generate-width. */");
    for (UChar32 code = 0x300; code <= 0x110000; code++) {
        if (code <= 0x10FFFF && width(code) == width(first))
            continue;
        if (width(first) != 1)
            printf("{0x%lX, 0x%lX, %d},\n", (unsigned long)first, (unsigned long)(code - 1),
                   width(first));
        first = code;
    }
    return ferror(stdout) || fclose(stdout) ? 1 : 0;
}
