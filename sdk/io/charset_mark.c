/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unicode encodings told by their marks and, without one, UTF-16 by where zeros stand.  Must
 * not know formats, nor guess at encodings of single bytes. */
#include "io/charset.h"

#include <stdbool.h>
#include <string.h>

/* How much is looked at without a mark. */
#define SAMPLE ((size_t)4096)

static const struct {
    const char *bytes;
    size_t len;
    const char *name;
} MARKS[] = {
    {"\xFF\xFE\0\0", 4, "UTF-32"}, /* before UTF-16LE, which it begins with */
    {"\0\0\xFE\xFF", 4, "UTF-32"}, {"\xEF\xBB\xBF", 3, "UTF-8"},
    {"\xFF\xFE", 2, "UTF-16LE"},   {"\xFE\xFF", 2, "UTF-16BE"},
};

const char *charset_of_mark(const char *bytes, size_t size, size_t *mark)
{
    for (size_t i = 0; i < sizeof(MARKS) / sizeof(*MARKS); i++) {
        if (size >= MARKS[i].len && memcmp(bytes, MARKS[i].bytes, MARKS[i].len) == 0) {
            *mark = MARKS[i].len;
            return MARKS[i].name;
        }
    }
    *mark = 0;
    return NULL;
}

/* What the units of two bytes are in one of the orders. */
struct units {
    size_t all;
    size_t ascii;
    size_t common; /* of a script in use, ASCII among them */
    size_t zero;   /* U+0000: no text */
};

static bool is_ascii_text(unsigned code)
{
    return (code >= 0x20 && code < 0x7F) || code == '\n' || code == '\r' || code == '\t';
}

/* Latin, Greek, Cyrillic, Hebrew, Arabic; the punctuation and scripts of East Asia. */
static bool is_common(unsigned code)
{
    static const struct {
        unsigned first, last;
    } ranges[] = {
        {0x00A0, 0x06FF}, {0x1E00, 0x206F}, {0x3000, 0x30FF},
        {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3}, {0xFF00, 0xFFEF},
    };
    for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return is_ascii_text(code);
}

static struct units count_units(const char *bytes, size_t size, bool is_little)
{
    struct units units = {.all = 0};
    for (size_t i = 0; i + 1 < size; i += 2) {
        unsigned first = (unsigned char)bytes[i], second = (unsigned char)bytes[i + 1];
        unsigned code = is_little ? second << 8 | first : first << 8 | second;
        units.all++;
        units.ascii += is_ascii_text(code);
        units.common += is_common(code);
        units.zero += code == 0;
    }
    return units;
}

static bool is_better(struct units one, struct units other)
{
    return one.ascii != other.ascii ? one.ascii > other.ascii : one.common > other.common;
}

const char *charset_utf16_order(const char *bytes, size_t size, size_t *mark)
{
    *mark = 2;
    if (size >= 2 && memcmp(bytes, "\xFF\xFE", 2) == 0)
        return "UTF-16LE";
    if (size >= 2 && memcmp(bytes, "\xFE\xFF", 2) == 0)
        return "UTF-16BE";
    *mark = 0;
    size = size < SAMPLE ? size : SAMPLE;
    struct units little = count_units(bytes, size, true);
    struct units big = count_units(bytes, size, false);
    return is_better(little, big) ? "UTF-16LE" : "UTF-16BE";
}

/* Units of which each byte by itself is ASCII: of these there are few in UTF-16, where the
 * second half of a letter is any byte. */
static size_t count_narrow(const char *bytes, size_t size)
{
    size_t narrow = 0;
    for (size_t i = 0; i + 1 < size; i += 2)
        narrow += is_ascii_text((unsigned char)bytes[i]) &&
                  is_ascii_text((unsigned char)bytes[i + 1]);
    return narrow;
}

const char *charset_likely_wide(const char *bytes, size_t size)
{
    size = size < SAMPLE ? size : SAMPLE;
    struct units little = count_units(bytes, size, true);
    struct units big = count_units(bytes, size, false);
    bool is_little = is_better(little, big);
    struct units best = is_little ? little : big;
    bool has_ascii = best.ascii > 0 && best.ascii >= best.all / 50;
    bool is_text = best.zero == 0 && best.common > best.all / 2;
    if (!has_ascii || !is_text || count_narrow(bytes, size) > best.all / 2)
        return NULL;
    return is_little ? "UTF-16LE" : "UTF-16BE";
}
