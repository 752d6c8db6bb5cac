/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One check in a process of its own: what it says, and how it ended. */
#ifndef COMITY_CHECKER_RUN_CHECK_H
#define COMITY_CHECKER_RUN_CHECK_H

#include "kit/checker.h"

#include <stdio.h>

enum outcome { PASSED, FAILED, SKIPPED };

/* What came of one check. */
struct checked {
    enum outcome outcome;
    struct buffer words; /* lines: a letter, a blank, the words; see verdict.c */
};

/* Runs a check in a child for at most `seconds` of time.  `checked->words` is freed by the
 * caller.  False where no process could be started. */
bool run_check(struct subject *subject, const struct check *check, unsigned seconds,
               struct checked *checked);

/* How results are shown; all three take the same. */
enum manner { MANNER_TEXT, MANNER_TAP, MANNER_JSON };
void show_plan(enum manner manner, size_t count);
void show_result(enum manner manner, size_t number, const struct check *check,
                 const struct checked *checked);
void show_end(enum manner manner, const struct subject *subject, const size_t counts[3]);

#endif
