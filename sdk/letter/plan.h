/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What stands in which section of a letter: first the convention's items in its order, then
 * what no item names.  Knows nothing of how a letter looks. */
#ifndef COMITY_LETTER_PLAN_H
#define COMITY_LETTER_PLAN_H

#include "model/rules.h"

#define ROOT_FIELDS (E_document - S_document)
#define PLAN_SECTIONS 160u
#define PLAN_CLAIMS 512u
#define SECTION_NONE 0xFFFFu

enum section_state {
    SECTION_STATED,
    SECTION_INCOMPLETE, /* a part of what the item asks for is there */
    SECTION_WANTED,     /* nothing is there, and "where possible" it should */
    SECTION_MISSING     /* nothing is there, and it shall */
};

struct letter_section {
    const struct rule *rule; /* NULL: a field that no rule names */
    uint16_t root;           /* that field; FIELD_NONE where there is a rule */
    uint8_t state;           /* enum section_state */
    bool is_left_out;        /* nothing of its own to show, and not asked for */
    uint16_t number;         /* from 1, of those that are not left out */
};

/* That a field of the document, or a part of its groups, answers a section's item. */
struct letter_claim {
    uint16_t root, sub; /* FIELD_NONE: all of it */
    uint16_t section;
};

struct letter_plan {
    const struct kind *kind; /* NULL where none is stated, or no known one */
    struct letter_section sections[PLAN_SECTIONS];
    size_t count;
    struct letter_claim claims[PLAN_CLAIMS];
    size_t claim_count;
    uint16_t owners[ROOT_FIELDS]; /* section that shows a field but for what others claim */
    size_t missing, wanted;       /* sections that lack something that shall, should be there */
};

void plan_make(struct letter_plan *plan, const struct record *record);

/* True of the fields at the head of a letter and at its end, which no section shows. */
bool plan_is_head(uint16_t root);

/* The section in which a part of a field's groups is shown. */
uint16_t plan_section_of(const struct letter_plan *plan, uint16_t root, uint16_t sub);

#endif
