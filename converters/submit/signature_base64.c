/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Base64 so strict that no two texts stand for the same bytes: libraries pass over what they do
 * not know, and then a signature could be written in more than one way. */
#include "submit/signature_parts.h"

static const char standard_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void base64_put(struct buffer *out, const char *bytes, size_t size, bool url)
{
    const char *digits = url ? url_digits : standard_digits;
    for (size_t at = 0; at < size; at += 3) {
        size_t left = size - at < 3 ? size - at : 3;
        uint32_t word = (uint32_t)(unsigned char)bytes[at] << 16;
        if (left > 1)
            word |= (uint32_t)(unsigned char)bytes[at + 1] << 8;
        if (left > 2)
            word |= (unsigned char)bytes[at + 2];
        for (size_t i = 0; i < 4; i++)
            if (i <= left)
                buffer_char(out, digits[(word >> (18 - 6 * i)) & 63]);
            else if (!url)
                buffer_char(out, '=');
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* The end of a text: `count` digits over, whose bits beyond the last byte must be zero. */
static bool take_rest(struct buffer *out, uint32_t word, unsigned count)
{
    if (count == 1 || (count == 2 && (word & 0xF)) || (count == 3 && (word & 0x3)))
        return false;
    if (count == 2)
        buffer_char(out, (char)(word >> 4));
    if (count == 3) {
        buffer_char(out, (char)(word >> 10));
        buffer_char(out, (char)((word >> 2) & 0xFF));
    }
    return true;
}

bool base64_take(struct buffer *out, const char *text, size_t len, bool url)
{
    const char *digits = url ? url_digits : standard_digits;
    uint32_t word = 0;
    unsigned count = 0, padding = 0;
    for (size_t i = 0; i < len; i++) {
        if (!url && is_blank(text[i]))
            continue;
        if (!url && text[i] == '=') {
            padding++;
            continue;
        }
        const char *digit = memchr(digits, text[i], 64);
        if (!digit || padding)
            return false;
        word = word << 6 | (uint32_t)(digit - digits);
        if (++count < 4)
            continue;
        buffer_char(out, (char)(word >> 16 & 0xFF));
        buffer_char(out, (char)(word >> 8 & 0xFF));
        buffer_char(out, (char)(word & 0xFF));
        word = count = 0;
    }
    if (!url && padding != (count ? 4 - count : 0))
        return false;
    return take_rest(out, word, count) && buffer_status(out) == COMITY_OK;
}
