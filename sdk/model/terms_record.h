/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Terms in a record: which choices it states, and sets in its prose, resolved and restored.
 * Only fields that the table marks as prose are looked at. */
#ifndef COMITY_MODEL_TERMS_RECORD_H
#define COMITY_MODEL_TERMS_RECORD_H

#include "model/record.h"
#include "model/terms.h"

/* Calls `each` for every text that is prose, in the order of the record, until it fails. */
typedef comity_status prose_fn(void *user, struct value *value);
comity_status record_each_prose(struct value *group, prose_fn *each, void *user);

/* The choices that a record states (terms_statement.c): its voice, or term by term where that
 * is mixed.  False where it states none; all stays bracketed then. */
bool record_choices(const struct record *record, const struct terms *terms,
                    struct term_choices *choices);

/* The alternative that a text names: its number, its words or "bracketed"; -1: none of
 * these. */
int term_choice_of(const struct terms *terms, uint16_t term, const char *text, size_t len);

/* Resolves the sets in all prose, and notes in the record which stood where.  Sets that were
 * resolved before are resolved anew.  `voice`: how the record calls its voice afterwards,
 * "data", "information" or "mixed".  COMITY_E_LIMIT (reported), COMITY_E_NOMEM. */
comity_status record_resolve_terms(struct record *record, const struct terms *terms,
                                   const struct term_choices *choices, const char *voice,
                                   struct findings *findings);

/* Puts back the sets that the record knows of, where the choice still stands; warns where it
 * does not. */
comity_status record_restore_terms(struct record *record, const struct terms *terms,
                                   struct findings *findings);

/* --- terms_statement.c */

/* Tells where what a record states of its terms does not hold together: choices that the
 * catalogue has not, agreement chosen otherwise than its term, brackets where a voice is
 * stated, two choices of one term. */
void record_check_terms(struct record *record, const struct terms *terms,
                        struct findings *findings);

#endif
