/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The convention's rules on the content of requests and answers, as data (rules.def), and
 * whether a record meets them.  Knows no format.  The tables are constant; any thread. */
#ifndef COMITY_MODEL_RULES_H
#define COMITY_MODEL_RULES_H

#include "model/record.h"

struct profile; /* what a State demands besides (model/profile.h) */

enum rule_level {
    RULE_MAY,      /* an item that need not be there */
    RULE_DECLARED, /* counts where the requested State has declared or demands it */
    RULE_SHOULD,   /* "should", "where possible", "any": a warning */
    RULE_SHALL     /* an error */
};

struct rule_check;

struct rule {
    const char *list;
    const char *code;    /* "rule.68-2-d" */
    const char *article; /* "68.2(d)"; "" where no paragraph says it */
    enum rule_level level;
    const char *places; /* see rules.def; "" where only the test knows */
    const char *label;  /* the item in the convention's words, its sets in brackets */
    const char *advice; /* what to write */
    const char *explanation;
    void (*test)(struct rule_check *check); /* or NULL: the places alone */
};

enum kind_sort { KIND_REQUEST, KIND_UNASKED, KIND_ANSWER };

/* A kind of request or answer as a heading of a letter. */
struct kind {
    const char *id;
    const char *article; /* "68", "82.1(a)"; "" where it has none */
    enum kind_sort sort;
    const char *lists;
    const char *heading; /* the article's title, its sets in brackets */
};

/* A kind by its id, or NULL. */
const struct kind *kind_find(const char *id, size_t len);
/* All kinds, in the order of the convention; NULL at the end. */
const struct kind *kind_at(size_t index);

/* The next rule of a kind, in the convention's order; NULL at the end.  `*at` is 0 at first and
 * moves on. */
const struct rule *rules_next(const struct kind *kind, size_t *at);
/* A rule by the code of its findings ("rule.68-2-d"), or NULL. */
const struct rule *rule_find(const char *code);

/* True of a rule that asks the same of every record of its kinds, whatever else they state. */
bool rule_is_plain(const struct rule *rule);

/* Called for each thing that a record lacks of a rule: `what` says it in a few words, `field`
 * is the canonical path where it belongs, and `near` the nearest value that is there. */
typedef void rule_fault_fn(void *user, const struct rule *rule, const struct value *near,
                           const char *field, const char *what);

/* True if a record meets a rule; `fault` (may be NULL) is told of what it lacks.  `profile` may
 * be NULL: then no State has declared anything.  A rule of level MAY is not met where the item
 * is absent, which is no fault of the record. */
bool rule_is_met(const struct rule *rule, const struct record *record,
                 const struct profile *profile, rule_fault_fn *fault, void *user);

/* True if something of what a rule asks for is stated, enough or not: whether there is anything
 * to show.  False of a rule without places. */
bool rule_is_stated(const struct rule *rule, const struct record *record);

/* Calls `each` for the places of a rule, one plain canonical path a time
 * ("material.custodian"), until it returns false. */
typedef bool rule_place_fn(void *user, const char *path, size_t len);
void rule_places(const struct rule *rule, rule_place_fn *each, void *user);

/* The part of a rule's places that says one of the things that it asks for, as rules.def writes
 * it: all of them must be stated, each at one of its places.  False behind the last. */
bool rule_part(const struct rule *rule, size_t index, const char **text, size_t *len);
/* True if a plain path ("facts.summary") is one of the places of such a part, or within one, or
 * holds one. */
bool rule_answers(const struct rule *rule, size_t part, const char *plain);

#endif
