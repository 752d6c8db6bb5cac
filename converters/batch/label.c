/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names of items and of what is written; see label.h. */
#include "batch/label.h"

#include "base/encoding.h"
#include "base/utf8.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Of the name of an output: what the entry says. */
#define PLAIN_BYTES 60
#define DIGEST_BYTES 16

size_t label_add(char *label, size_t size, size_t len, const char *name)
{
    size_t left = strlen(name);
    if (len + (len != 0) + 4 * left >= size)
        return 0;
    if (len)
        label[len++] = '/';
    while (left) {
        uint32_t code = 0;
        size_t bytes = utf8_decode(name, left, &code);
        bool is_plain = bytes && code >= 0x20 && code != '\\' && (code < 0x7F || code >= 0xA0);
        if (!is_plain) {
            len += (size_t)snprintf(label + len, 5, "\\x%02x", (unsigned char)*name);
            bytes = 1;
        } else {
            memcpy(label + len, name, bytes);
            len += bytes;
        }
        name += bytes;
        left -= bytes;
    }
    label[len] = '\0';
    return len;
}

/* The beginning of the SHA-256, in hexadecimal, of an item and a position in it. */
static void digest(const struct item *item, uint64_t position, char hex[SHA256_HEX_SIZE])
{
    char text[8192 + 80];
    size_t len = item->entry_len < 8192 ? item->entry_len : 8192;
    memcpy(text, item->entry, len);
    len +=
        (size_t)snprintf(text + len, 80, "\n%llu\n%llu\n%llu", (unsigned long long)item->twin,
                         (unsigned long long)item->value, (unsigned long long)position);
    encoding_sha256(text, len, hex);
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

uint32_t item_shard(const struct item *item, uint32_t count)
{
    char hex[SHA256_HEX_SIZE];
    uint32_t number = 0;
    digest(item, 0, hex);
    for (size_t i = 0; i < 7; i++)
        number = number * 16 + (uint32_t)(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
    return number % count;
}
