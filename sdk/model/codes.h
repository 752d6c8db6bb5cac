/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * ISO 3166-1 and ISO 639-2, from the iso-codes package at build time; names of countries in
 * en, es, fr, de, pt, ru, zh and id.  Constant; any thread. */
#ifndef COMITY_MODEL_CODES_H
#define COMITY_MODEL_CODES_H

#include <stdbool.h>
#include <stddef.h>

/* True for an ISO 3166-1 alpha-2 code, in capitals. */
bool iso_country_known(const char *code, size_t len);

enum country_match { COUNTRY_UNKNOWN, COUNTRY_FOUND, COUNTRY_AMBIGUOUS };

/* The country with this name in a language (a BCP 47 tag, of which only the language counts:
 * "pt", "zh-Hans"); `code` becomes its ISO 3166-1 alpha-2 code with a NUL where it is found,
 * and is empty otherwise.  Case, accents, width, punctuation and an English "the" make no
 * difference.  Common, official and short names lead to their country: "Iran", "the Islamic
 * Republic of Iran", "Iran, Islamic Republic of".  One that several countries may go by is
 * ambiguous, even where it is the very name of one of them: "Congo", "Korea". */
enum country_match country_by_name(const char *language, const char *text, size_t len,
                                   char code[3]);

/* The name to write for an ISO 3166-1 alpha-2 code, as a person would: "South Korea".  It leads
 * back to that country.  NULL where the code or the language is not known. */
const char *country_name(const char *language, const char *code, size_t len);

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
