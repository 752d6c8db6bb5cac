/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * ISO 3166-1 and ISO 639-2, from the iso-codes package at build time.  Constant; any thread. */
#ifndef COMITY_MODEL_CODES_H
#define COMITY_MODEL_CODES_H

#include <stdbool.h>
#include <stddef.h>

/* True for an ISO 3166-1 alpha-2 code, in capitals. */
bool iso_country_known(const char *code, size_t len);

/* A language of ISO 639-2: its two codes, in lower case, and its BCP 47 tag. */
struct iso_language {
    char bibliographic[4], terminological[4], tag[4];
};

/* A language by its ISO 639-2 bibliographic or terminological code in any case; NULL where the
 * code is not known. */
const struct iso_language *iso_language_find(const char *code, size_t len);

/* The same language's BCP 47 tag: "GER" and "DEU" give "de", "LEZ" gives "lez"; or NULL. */
const char *iso_language_tag(const char *code, size_t len);

/* ISO 639-2 bibliographic code, in lower case, of a BCP 47 tag that is a language alone: "de"
 * gives "ger".  NULL where there is none. */
const char *iso_language_bibliographic(const char *tag, size_t len);

#endif
