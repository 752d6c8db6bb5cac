/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Linear time as a ratio of one run: what else the machine does, and valgrind, do not count. */
#ifndef COMITY_TESTS_PROCESSOR_TIME_H
#define COMITY_TESTS_PROCESSOR_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* Seconds that the processor has worked for this process. */
static inline double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Seconds of one try with an input of a size. */
typedef double timed_try(void *context, size_t size);

struct growth {
    double once, four_times; /* seconds; the least of several tries */
    bool is_linear;
};

/* Compares an input of `size` with one four times as large.  True if that took no more than
 * twice four times as long: what takes the square of it takes sixteen times as long.  What
 * disturbs a try (a full cache, pages that are new to the process) makes it longer and never
 * shorter, so the least of several tries counts. */
static inline struct growth growth_of(timed_try *try_, void *context, size_t size)
{
    struct growth growth = {.once = try_(context, size)};
    for (int i = 1; i < 3; i++) {
        double taken = try_(context, size);
        growth.once = taken < growth.once ? taken : growth.once;
    }
    double least = growth.once > 0.01 ? growth.once : 0.01; /* shorter is noise */
    for (int i = 0; i < 5 && !growth.is_linear; i++) {
        double taken = try_(context, 4 * size);
        growth.four_times = i == 0 || taken < growth.four_times ? taken : growth.four_times;
        growth.is_linear = growth.four_times < 8 * least;
    }
    return growth;
}

#endif
