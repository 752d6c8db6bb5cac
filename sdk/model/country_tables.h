/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes the tables of country names, for the build-time program generate-iso; not part of the
 * library. */
#ifndef COMITY_MODEL_COUNTRY_TABLES_H
#define COMITY_MODEL_COUNTRY_TABLES_H

#include <stddef.h>

/* A country of ISO 3166-1 with its English names; those that it does not have are empty. */
struct country {
    char code[3];
    const char *common_name, *name, *official_name;
};

/* Prints the tables that codes.c includes, with the names in other languages from the gettext
 * catalogues below `locales`.  The countries are in the order of their codes.  Ends the program
 * with a message where that cannot be done. */
void country_tables_print(const struct country *countries, size_t count, const char *locales);

#endif
