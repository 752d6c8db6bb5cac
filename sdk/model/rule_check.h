/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One look at one rule of one record: what the tests of rules_tests.c are given.  Only the
 * rules include it. */
#ifndef COMITY_MODEL_RULE_CHECK_H
#define COMITY_MODEL_RULE_CHECK_H

#include "model/rules.h"

struct rule_check {
    const struct rule *rule;
    const struct record *record;
    const struct profile *profile; /* or NULL */
    rule_fault_fn *fault;          /* or NULL */
    void *user;
    bool failed;
};

/* Says what is lacking; `field` is where it belongs.  `near` may be NULL. */
void rule_fault(struct rule_check *check, const struct value *near, const char *field,
                const char *what);

/* True if something is stated at one of the paths of an expression as in rules.def. */
bool rule_has(const struct rule_check *check, const char *places);

/* The test of a rule that has places and nothing else. */
void rule_test_places(struct rule_check *check);

#define KIND(id, article, sort, lists, heading)
#define RULE(list, code, article, level, test, places, label, advice) \
    void rule_test_##test(struct rule_check *check);
#include "model/rules.def"
#undef KIND
#undef RULE

#endif
