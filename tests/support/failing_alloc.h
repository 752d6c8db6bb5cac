/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Allocations that fail on demand.  Knows nothing of what is tested.
 *
 * Build: compile failing_alloc.c into the test and link it statically with what it tests, with
 *     -Wl,--wrap=malloc,--wrap=realloc,--wrap=calloc
 *
 *     for (unsigned long n = 0;; n++) {
 *         failing_alloc_after(n);
 *         ... the calls under test ...
 *         if (!failing_alloc_stop())
 *             break;             // fewer than n + 1 allocations: all have been tried
 *     } */
#ifndef COMITY_TESTS_FAILING_ALLOC_H
#define COMITY_TESTS_FAILING_ALLOC_H

#include <stdbool.h>

/* Lets `n` allocations pass, and one fail; those after it pass again. */
void failing_alloc_after(unsigned long n);

/* Lets `n` allocations pass, and all after them fail. */
void failing_alloc_from(unsigned long n);

/* Back to normal.  True if an allocation was made to fail. */
bool failing_alloc_stop(void);

#endif
