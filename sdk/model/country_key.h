/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What two spellings of a country's name have in common.  Used when the table of names is made
 * and when a name is looked up, so that both sides are the same.  Knows no country. */
#ifndef COMITY_MODEL_COUNTRY_KEY_H
#define COMITY_MODEL_COUNTRY_KEY_H

#include <stddef.h>

#define COUNTRY_KEY_MAX 160u /* bytes; no name of the lists comes near */

/* Folds a name (base/fold.h) into `key`, with one blank for each run of white space, commas,
 * points, brackets, apostrophes, hyphens and slashes, none at the ends, and without an English
 * article at its beginning: "The Democratic Republic of the CONGO" and "Korea (Republic of)"
 * become "democratic republic of the congo" and "korea republic of".  Returns the key's length,
 * 0 where nothing is left or it would be too long. */
size_t country_key(const char *language, const char *text, size_t len,
                   char key[COUNTRY_KEY_MAX]);

#endif
