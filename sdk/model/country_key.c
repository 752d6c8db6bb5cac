/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What two spellings of a country's name have in common.  Part of the library and of the
 * program that makes its tables; knows no country. */
#include "model/country_key.h"

#include "base/fold.h"
#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

/* What lists put between the words of a name, each in its own way. */
static bool is_between(uint32_t c)
{
    static const char marks[] = " ,.()'-/";
    return c && c < 0x80 && strchr(marks, (int)c);
}

static size_t drop_article(char *key, size_t len)
{
    if (len <= 4 || memcmp(key, "the ", 4) != 0)
        return len;
    memmove(key, key + 4, len - 4);
    return len - 4;
}

size_t country_key(const char *language, const char *text, size_t len,
                   char key[COUNTRY_KEY_MAX])
{
    size_t size = 0;
    bool gap = false;
    for (size_t at = 0; at < len;) {
        uint32_t folded[FOLD_MAX];
        size_t count;
        at += fold_char(text + at, len - at, folded, &count);
        for (size_t i = 0; i < count; i++) {
            if (is_between(folded[i])) {
                gap = size > 0;
                continue;
            }
            if (COUNTRY_KEY_MAX - size < 5) /* a blank and the longest character */
                return 0;
            if (gap)
                key[size++] = ' ';
            gap = false;
            size += utf8_encode(folded[i], key + size);
        }
    }
    return strcmp(language, "en") == 0 ? drop_article(key, size) : size;
}
