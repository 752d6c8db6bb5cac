/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads a compiled gettext catalogue (.mo), for the build-time program generate-iso.  Not part
 * of the library; knows no country. */
#ifndef COMITY_MODEL_COUNTRY_CATALOGUE_H
#define COMITY_MODEL_COUNTRY_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct country_catalogue {
    const unsigned char *bytes; /* the caller's */
    size_t size;
    bool big_endian;
    uint32_t count;                   /* of entries */
    uint32_t originals, translations; /* offsets of the two tables */
};

/* Looks at a whole catalogue; false where it is no .mo file, is cut short, points outside
 * itself, or is not in UTF-8.  `bytes` must outlive the catalogue. */
bool country_catalogue_open(struct country_catalogue *catalogue, const void *bytes,
                            size_t size);

/* The translation of a text; NULL where there is none. */
const char *country_catalogue_find(const struct country_catalogue *catalogue,
                                   const char *original);

#endif
