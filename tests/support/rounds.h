/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How often a test tries what chance makes, and how large an input is: less under a runner such
 * as valgrind, which makes all of it slow. */
#ifndef COMITY_TESTS_ROUNDS_H
#define COMITY_TESTS_ROUNDS_H

#include <stdbool.h>
#include <stdlib.h>

static inline bool is_under_runner(void)
{
    const char *runner = getenv("UNIT_RUNNER");
    return runner && *runner;
}

static inline int rounds(int usual)
{
    return is_under_runner() ? usual / 20 : usual;
}

#endif
