/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Compiled gettext catalogues, as the manual of GNU gettext describes them ("The Format of GNU
 * MO Files"): a header, and two tables of (length, offset), one for the originals and one for
 * the translations, in either byte order.  Everything is looked at once when the catalogue is
 * opened, so that later look-ups stay inside it.  Knows no country. */
#include "model/country_catalogue.h"

#include "base/utf8.h"

#include <string.h>

#define MAGIC 0x950412DEu
#define HEADER_SIZE 20u
#define PAIR_SIZE 8u

static uint32_t number_at(const struct country_catalogue *catalogue, size_t offset)
{
    const unsigned char *bytes = catalogue->bytes + offset;
    uint32_t number = 0;
    for (size_t i = 0; i < 4; i++)
        number = number << 8 | bytes[catalogue->big_endian ? i : 3 - i];
    return number;
}

static const char *text_at(const struct country_catalogue *catalogue, uint32_t table,
                           uint32_t entry)
{
    size_t offset = number_at(catalogue, table + (size_t)entry * PAIR_SIZE + 4);
    return (const char *)catalogue->bytes + offset;
}

static bool is_table(const struct country_catalogue *catalogue, uint32_t table)
{
    size_t size = catalogue->size;
    if (table > size || catalogue->count > (size - table) / PAIR_SIZE)
        return false;
    for (uint32_t i = 0; i < catalogue->count; i++) {
        size_t len = number_at(catalogue, table + (size_t)i * PAIR_SIZE);
        size_t offset = number_at(catalogue, table + (size_t)i * PAIR_SIZE + 4);
        if (offset >= size || len >= size - offset || catalogue->bytes[offset + len] != '\0' ||
            utf8_invalid((const char *)catalogue->bytes + offset, len) != len)
            return false;
    }
    return true;
}

bool country_catalogue_open(struct country_catalogue *catalogue, const void *bytes, size_t size)
{
    *catalogue = (struct country_catalogue){.bytes = bytes, .size = size};
    if (size < HEADER_SIZE)
        return false;
    catalogue->big_endian = catalogue->bytes[0] == 0x95;
    /* Minor revisions add tables that are not needed here. */
    if (number_at(catalogue, 0) != MAGIC || number_at(catalogue, 4) >> 16 > 1)
        return false;
    catalogue->count = number_at(catalogue, 8);
    catalogue->originals = number_at(catalogue, 12);
    catalogue->translations = number_at(catalogue, 16);
    if (!is_table(catalogue, catalogue->originals) ||
        !is_table(catalogue, catalogue->translations))
        return false;
    const char *header = country_catalogue_find(catalogue, "");
    return header && strstr(header, "charset=UTF-8");
}

const char *country_catalogue_find(const struct country_catalogue *catalogue,
                                   const char *original)
{
    for (uint32_t i = 0; i < catalogue->count; i++) {
        if (strcmp(text_at(catalogue, catalogue->originals, i), original) != 0)
            continue;
        const char *text = text_at(catalogue, catalogue->translations, i);
        return *text ? text : NULL;
    }
    return NULL;
}
