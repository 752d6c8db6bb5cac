/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls of read() that are short, interrupted, or fail on demand.
 *
 * Build: compile faulty_reads.c into the test and link it statically with what it tests, with
 *     -Wl,--wrap=read */
#ifndef COMITY_TESTS_FAULTY_READS_H
#define COMITY_TESTS_FAULTY_READS_H

#include <stddef.h>

/* All zero: read() as it is. */
struct faulty_reads {
    size_t most;            /* bytes that one read gives; 0 = as many as asked for */
    unsigned interruptions; /* so many of the next reads end with EINTR */
    unsigned waits;         /* and so many with EAGAIN */
    unsigned long good;     /* so many more reads pass before `error` counts */
    int error;              /* errno of all reads from then on; 0 = none */
};

extern struct faulty_reads faulty_reads;

#endif
