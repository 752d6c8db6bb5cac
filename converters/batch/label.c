/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names of items and of what is written; see label.h. */
#include "batch/label.h"

#include "base/encoding.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

/* Of the name of an output: what the entry says. */
#define PLAIN_BYTES 60
#define DIGEST_BYTES 16

/* Characters that a terminal or a reader of a log would obey: C0, DEL, C1, the two separators
 * of lines and paragraphs, and what turns the direction of writing.  And the sign that escapes
 * begin with. */
static bool is_escaped(uint32_t code)
{
    return code < 0x20 || code == '\\' || (code >= 0x7F && code < 0xA0) || code == 0x61C ||
           code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

static void escape_bytes(struct buffer *buffer, const char *bytes, size_t count)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < count; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        char text[4] = {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
        buffer_add(buffer, text, sizeof(text));
    }
}

void label_escape(struct buffer *buffer, const char *name, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint32_t code = 0;
        size_t count = utf8_decode(name + i, len - i, &code);
        if (count && !is_escaped(code))
            buffer_add(buffer, name + i, count);
        else
            escape_bytes(buffer, name + i, count ? count : 1);
        i += count ? count : 1;
    }
}

bool label_add(struct buffer *label, size_t len, const char *name)
{
    label->size = len;
    if (len)
        buffer_char(label, '/');
    label_escape(label, name, strlen(name));
    return buffer_status(label) == COMITY_OK;
}

/* The SHA-256, in hexadecimal, of an item and a position in it.  The numbers stand before
 * it, so that no name can look like another's number; the least byte first, as everywhere. */
static void digest(const struct item *item, uint64_t position, char hex[SHA256_HEX_SIZE])
{
    const uint64_t numbers[] = {item->twin, item->value, position};
    char bytes[sizeof numbers];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(numbers[i / 8] >> (8 * (i % 8)));
    encoding_sha256_both(bytes, sizeof bytes, item->entry, item->entry_len, hex);
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '.';
}

void output_name(const struct item *item, uint64_t position, const char *suffix,
                 char name[OUTPUT_NAME_SIZE])
{
    char hex[SHA256_HEX_SIZE], plain[PLAIN_BYTES + 1];
    size_t start = item->entry_len, len = 0;
    while (start && item->entry[start - 1] != '/')
        start--;
    size_t end = item->entry_len;
    for (size_t i = item->entry_len; i > start + 1; i--)
        if (item->entry[i - 1] == '.') { /* the suffix says what it was, not what it is */
            end = i - 1;
            break;
        }
    for (size_t i = start; i < end && len < PLAIN_BYTES; i++)
        if (is_plain(item->entry[i]) && (len || item->entry[i] != '.'))
            plain[len++] = item->entry[i];
        else if (len && plain[len - 1] != '-')
            plain[len++] = '-';
    while (len && plain[len - 1] == '-')
        len--;
    plain[len] = '\0';
    digest(item, position, hex);
    int at = snprintf(name, OUTPUT_NAME_SIZE, "%s-", len ? plain : "item");
    if (item->value)
        at += snprintf(name + at, OUTPUT_NAME_SIZE - (size_t)at, "%llu-",
                       (unsigned long long)item->value);
    snprintf(name + at, OUTPUT_NAME_SIZE - (size_t)at, "%.*s%s%s", DIGEST_BYTES, hex,
             *suffix ? "." : "", suffix);
}

bool output_name_is(const char *name, size_t len)
{
    if (!len || len >= OUTPUT_NAME_SIZE || name[0] == '.')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!is_plain(name[i]) && name[i] != '-')
            return false;
    return true;
}

uint64_t item_digest(const struct item *item)
{
    char hex[SHA256_HEX_SIZE];
    uint64_t number = 0;
    digest(item, 0, hex);
    for (size_t i = 0; i < 16; i++)
        number = number * 16 + (uint64_t)(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
    return number;
}
