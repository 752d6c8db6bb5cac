/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Look-ups in the ISO tables that generate_iso.c made.  Knows no format's own codes. */
#include "model/codes.h"

#include "base/bytes.h"
#include "model/country_key.h"

/* Where the names of one language are in the tables (country_tables.c). */
struct country_language {
    char tag[3];
    uint32_t first_byte;  /* in country_keys */
    uint32_t first_block; /* in country_key_blocks */
    uint32_t key_count;
};

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

/* --- names of countries */

static const struct country_language *country_language(const char *tag)
{
    if (!tag[0] || !tag[1] || (tag[2] && tag[2] != '-'))
        return NULL;
    for (size_t i = 0; i < sizeof country_languages / sizeof country_languages[0]; i++)
        if (country_languages[i].tag[0] == lower(tag[0]) &&
            country_languages[i].tag[1] == lower(tag[1]))
            return &country_languages[i];
    return NULL;
}

static int compare(const char *key, size_t len, const unsigned char *other, size_t other_len)
{
    int order = memcmp(key, other, len < other_len ? len : other_len);
    return order ? order : (len > other_len) - (len < other_len);
}

/* The first key of a block is there in full. */
static const unsigned char *block_start(const struct country_language *language, size_t block)
{
    return country_keys + language->first_byte +
           country_key_blocks[language->first_block + block];
}

/* The last block whose first key is not behind the wanted one; the first where all are. */
static size_t find_block(const struct country_language *language, const char *key, size_t len)
{
    size_t low = 0, high = (language->key_count + COUNTRY_BLOCK - 1) / COUNTRY_BLOCK;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        const unsigned char *first = block_start(language, middle);
        *(compare(key, len, first + 3, first[1]) < 0 ? &high : &low) = middle;
    }
    return low;
}

/* Index of the key's country, or COUNTRY_SEVERAL; -1 where there is no such key. */
static int find_key(const struct country_language *language, const char *key, size_t len)
{
    size_t block = find_block(language, key, len);
    size_t left = language->key_count - block * COUNTRY_BLOCK;
    const unsigned char *at = block_start(language, block);
    unsigned char current[COUNTRY_KEY_MAX];
    for (size_t i = 0; i < left && i < COUNTRY_BLOCK; i++) {
        size_t shared = at[0], more = at[1];
        memcpy(current + shared, at + 3, more);
        if (compare(key, len, current, shared + more) == 0)
            return at[2];
        at += 3 + more;
    }
    return -1;
}

enum country_match country_by_name(const char *language, const char *text, size_t len,
                                   char code[3])
{
    char key[COUNTRY_KEY_MAX];
    const struct country_language *found = country_language(language);
    size_t key_len = found ? country_key(found->tag, text, len, key) : 0;
    int country = key_len ? find_key(found, key, key_len) : -1;
    code[0] = code[1] = code[2] = '\0';
    if (country < 0)
        return COUNTRY_UNKNOWN;
    if (country == COUNTRY_SEVERAL)
        return COUNTRY_AMBIGUOUS;
    memcpy(code, country_codes[country], 2);
    return COUNTRY_FOUND;
}

const char *country_name(const char *language, const char *code, size_t len)
{
    const struct country_language *found = country_language(language);
    if (!found || len != 2)
        return NULL;
    size_t low = 0, high = COUNTRY_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(country_codes[middle], code, 2);
        if (order == 0)
            return country_name_texts + country_name_starts[found - country_languages][middle];
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    return NULL;
}

/* --- languages */

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
