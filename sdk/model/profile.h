/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a State demands of requests beside the convention: a JSON object, checked strictly
 * (docs/rules.md describes it).  Knows no rule. */
#ifndef COMITY_MODEL_PROFILE_H
#define COMITY_MODEL_PROFILE_H

#include "base/arena.h"
#include "syntax/tree.h"

/* One more item that requests must contain. */
struct demand {
    const char *place;        /* canonical path, without entry numbers */
    const char *article;      /* of the State's law, as written; or NULL */
    const char *advice;       /* or NULL */
    const char *const *kinds; /* ends with NULL; NULL = all */
};

struct profile {
    const char *state;               /* ISO 3166-1 alpha-2 */
    const char *const *languages;    /* 61.11; ends with NULL; NULL = not said */
    const char *const *declarations; /* "71.2"; ends with NULL; NULL = none */
    bool demands_dual_criminality;   /* 61.6 */
    const struct demand *demands;
    size_t demand_count;
};

/* Reads a profile; its strings live in the arena.  COMITY_E_INVALID: all faults are
 * reported. */
comity_status profile_read(struct profile *profile, struct arena *arena, const char *text,
                           size_t len, struct findings *findings);

/* True if the State has made a declaration under a paragraph ("71.2").  False of NULL. */
bool profile_declares(const struct profile *profile, const char *paragraph);

/* True if a word stands in a list that ends with NULL. */
bool profile_lists(const char *const *list, const char *text, size_t len);

#endif
