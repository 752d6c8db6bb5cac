/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Faults of bracketed terms in a text: sets that are almost those of the catalogue, and voices
 * that do not go together.  Knows nothing of records or formats. */
#ifndef COMITY_MODEL_TERMS_CHECK_H
#define COMITY_MODEL_TERMS_CHECK_H

#include "model/terms.h"

struct term_fault {
    int32_t severity;
    const char *code, *message; /* lent for the length of the call */
    size_t offset, len;         /* in the text */
};
typedef void term_fault_fn(void *user, const struct term_fault *fault);

/* Calls `each` for every fault of a text, in the order of the text; in time linear in it. */
void terms_check(const struct terms *terms, const char *text, size_t len, term_fault_fn *each,
                 void *user);

#endif
