/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The time that waits go by: it never goes back, and says nothing of the day. */
#ifndef COMITY_CONVERTERS_CLOCK_H
#define COMITY_CONVERTERS_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t clock_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif
