/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * ISO 3166-1 and ISO 639-2, from the iso-codes package at build time.  Constant; any thread. */
#ifndef COMITY_MODEL_CODES_H
#define COMITY_MODEL_CODES_H

#include <stdbool.h>
#include <stddef.h>

/* True for an ISO 3166-1 alpha-2 code, in capitals. */
bool iso_country_known(const char *code, size_t len);

/* BCP 47 tag of an ISO 639-2 bibliographic or terminological code in any case: "GER" and "DEU"
 * give "de", "LEZ" gives "lez".  NULL where the code is not known. */
const char *iso_language_tag(const char *code, size_t len);

/* ISO 639-2 bibliographic code, in lower case, of a BCP 47 tag that is a language alone: "de"
 * gives "ger".  NULL where there is none. */
const char *iso_language_bibliographic(const char *tag, size_t len);

#endif
