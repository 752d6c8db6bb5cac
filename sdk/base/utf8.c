/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * UTF-8 as RFC 3629 has it (Unicode 15, table 3-7).  Nearly all text that comes is ASCII, so
 * that the loops take 16 or 8 bytes at a time until a byte above 7F turns up.  Knows nothing
 * of other encodings. */
#include "base/utf8.h"

#include <string.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)

static uint64_t load(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof(word));
    return word;
}

static int continues(unsigned char byte)
{
    return (byte & 0xC0u) == 0x80u;
}

/* The second byte alone tells overlong forms, surrogates and what is above U+10FFFF. */
static int second_fits(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xE0:
        return second >= 0xA0 && second <= 0xBF;
    case 0xED:
        return second >= 0x80 && second <= 0x9F;
    case 0xF0:
        return second >= 0x90 && second <= 0xBF;
    case 0xF4:
        return second >= 0x80 && second <= 0x8F;
    default:
        return continues(second);
    }
}

size_t utf8_sequence(const char *text, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (!len)
        return 0;
    if (bytes[0] < 0x80)
        return 1;
    if (bytes[0] < 0xC2 || bytes[0] > 0xF4)
        return 0;
    size_t need = bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    if (len < need || !second_fits(bytes[0], bytes[1]))
        return 0;
    for (size_t i = 2; i < need; i++)
        if (!continues(bytes[i]))
            return 0;
    return need;
}

size_t utf8_decode(const char *text, size_t len, uint32_t *code)
{
    static const unsigned char payload[5] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    const unsigned char *bytes = (const unsigned char *)text;
    size_t size = utf8_sequence(text, len);
    if (!size)
        return 0;
    uint32_t value = bytes[0] & payload[size];
    for (size_t i = 1; i < size; i++)
        value = value << 6 | (bytes[i] & 0x3Fu);
    *code = value;
    return size;
}

size_t utf8_encode(uint32_t code, char *text)
{
    if (code < 0x80) {
        text[0] = (char)code;
        return 1;
    }
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[5] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = size - 1; i > 0; i--) {
        text[i] = (char)(0x80u | (code & 0x3Fu));
        code >>= 6;
    }
    text[0] = (char)(lead[size] | code);
    return size;
}

/* Two bytes, or three without a special case: nearly all that is not ASCII.  0: ask more. */
static size_t plain_sequence(const char *text, size_t len)
{
    unsigned char first = (unsigned char)text[0];
    if (first >= 0xC2 && first < 0xE0)
        return len >= 2 && continues((unsigned char)text[1]) ? 2 : 0;
    if (first > 0xE0 && first < 0xF0 && first != 0xED && len >= 3 &&
        continues((unsigned char)text[1]) && continues((unsigned char)text[2]))
        return 3;
    return 0;
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* True for eight bytes that are four letters of two bytes: Cyrillic, Greek, accents. */
static int are_pairs(const char *text)
{
    uint64_t word = load(text);
    if ((word & UINT64_C(0xC0E0C0E0C0E0C0E0)) != UINT64_C(0x80C080C080C080C0))
        return 0;
    /* The first byte is none of C0 and C1: in each half-word a bit of 1E is set. */
    uint64_t first = (word & UINT64_C(0x001E001E001E001E)) + UINT64_C(0x7FFF7FFF7FFF7FFF);
    return (first & UINT64_C(0x8000800080008000)) == UINT64_C(0x8000800080008000);
}
#else
static int are_pairs(const char *text)
{
    (void)text;
    return 0;
}
#endif

size_t utf8_invalid(const char *text, size_t len)
{
    size_t i = 0;
    while (i < len) {
        while (len - i >= 16 && !((load(text + i) | load(text + i + 8)) & HIGH_BITS))
            i += 16;
        /* At most the tail of a block, or text in another script: one at a time from here
         * until ASCII is back. */
        while (i < len && (unsigned char)text[i] < 0x80)
            i++;
        while (len - i >= 8 && are_pairs(text + i))
            i += 8;
        while (i < len && (unsigned char)text[i] >= 0x80) {
            size_t size = plain_sequence(text + i, len - i);
            if (!size)
                size = utf8_sequence(text + i, len - i);
            if (!size)
                return i;
            i += size;
        }
    }
    return len;
}

size_t utf8_count(const char *text, size_t len)
{
    size_t count = 0, i = 0;
    for (; len - i >= 8; i += 8) {
        uint64_t word = load(text + i);
        /* high bit set and the one below it clear: a byte that continues */
        uint64_t continuing = word & ~(word << 1) & HIGH_BITS;
        count += 8u - (size_t)((continuing >> 7) * UINT64_C(0x0101010101010101) >> 56);
    }
    for (; i < len; i++)
        count += !continues((unsigned char)text[i]);
    return count;
}

size_t utf8_cut(const char *text, size_t len, size_t most)
{
    if (len <= most)
        return len;
    while (most > 0 && continues((unsigned char)text[most]))
        most--;
    return most;
}
