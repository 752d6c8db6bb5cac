/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Asks ICU about single characters.  Must not know what is done with the answers. */
#include "io/letter.h"

#include "base/utf8.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#define TATWEEL 0x0640u /* draws an Arabic word out; counts as a letter in Unicode */

uint32_t letter_first(const char *text, size_t len, size_t *size)
{
    uint32_t code = 0;
    *size = utf8_decode(text, len, &code);
    return code;
}

uint32_t letter_last(const char *text, size_t len)
{
    size_t size = 0;
    size_t start = utf8_cut(text, len, len - 1);
    return letter_first(text + start, len - start, &size);
}

static UScriptCode icu_script(uint32_t code)
{
    UErrorCode error = U_ZERO_ERROR;
    return uscript_getScript((UChar32)code, &error);
}

enum letter_script letter_script(uint32_t code)
{
    switch (icu_script(code)) {
    case USCRIPT_COMMON:
    case USCRIPT_INHERITED:
    case USCRIPT_LATIN:
        return LETTER_LATIN;
    case USCRIPT_CYRILLIC:
        return LETTER_CYRILLIC;
    case USCRIPT_GREEK:
        return LETTER_GREEK;
    case USCRIPT_HAN:
        return LETTER_HAN;
    default:
        return LETTER_OTHER;
    }
}

bool letter_is(uint32_t code)
{
    return code != TATWEEL && u_isUAlphabetic((UChar32)code) && !letter_is_mark(code);
}

bool letter_is_mark(uint32_t code)
{
    return (U_GET_GC_MASK((UChar32)code) & U_GC_M_MASK) != 0;
}

bool letter_is_invisible(uint32_t code)
{
    return u_hasBinaryProperty((UChar32)code, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ||
           u_charType((UChar32)code) == U_FORMAT_CHAR;
}

bool letter_has_case(uint32_t code)
{
    return (u_isULowercase((UChar32)code) || u_isUUppercase((UChar32)code)) &&
           icu_script(code) != USCRIPT_GEORGIAN;
}

bool letter_begins_word(uint32_t code)
{
    return u_isalnum((UChar32)code) || u_charType((UChar32)code) == U_START_PUNCTUATION;
}
