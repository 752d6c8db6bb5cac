/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity doctor: what was looked at, and what was found. */
#ifndef COMITY_CONVERTERS_DOCTOR_H
#define COMITY_CONVERTERS_DOCTOR_H

#include "cli.h"

enum doctor_state { DOCTOR_GOOD, DOCTOR_WARNING, DOCTOR_FAILED };

struct doctor {
    struct cli *cli;
    uint64_t warnings, failures;
};

/* Prints one result; `hint` says what to do, NULL where there is nothing to be done. */
__attribute__((format(printf, 5, 6))) void doctor_tell(struct doctor *doctor,
                                                       enum doctor_state state,
                                                       const char *name, const char *hint,
                                                       const char *text, ...);
/* Tries each layer of the sandbox in workers of its own. */
void doctor_sandbox(struct doctor *doctor);

#endif
