/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The forms of a country's name as lists write it: "Korea, Republic of", "Cocos (Keeling)
 * Islands".  For the build-time program generate-iso; not part of the library. */
#ifndef COMITY_MODEL_COUNTRY_FORMS_H
#define COMITY_MODEL_COUNTRY_FORMS_H

#include <stdbool.h>

#define COUNTRY_FORM_SIZE 512u

/* Forms that a name does not have are empty. */
struct country_forms {
    char natural[COUNTRY_FORM_SIZE]; /* "Republic of Korea": what stood behind the comma goes
                                        first; the name itself where there is nothing to turn,
                                        or it is not plain how */
    char plain[COUNTRY_FORM_SIZE];   /* the natural form without brackets: "Cocos Islands" */
    char head[COUNTRY_FORM_SIZE];    /* what stands before the comma or the bracket: "Korea" */
    bool has_comma;                  /* the natural form still has one */
};

/* False where the name is too long. */
bool country_forms_make(const char *name, struct country_forms *forms);

#endif
