/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Linear time as a ratio of one run: what else the machine does, and valgrind, do not count. */
#ifndef COMITY_TESTS_PROCESSOR_TIME_H
#define COMITY_TESTS_PROCESSOR_TIME_H

#include <stdbool.h>
#include <time.h>

/* Seconds that the processor has worked for this process. */
static inline double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* True if four times as much took no more than twice four times as long: what takes the square
 * of it takes sixteen times as long. */
static inline bool is_linear(double once, double four_times)
{
    double least = 0.01; /* shorter is noise */
    return four_times < 8 * (once > least ? once : least);
}

#endif
