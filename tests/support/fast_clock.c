/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * To be loaded before a program: its clock runs eight times as fast, so that what it does once
 * a second is done so often that a test can cut it off before and behind.  Processes that it
 * starts with an environment of their own keep the common clock. */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define TIMES 8

int clock_gettime(clockid_t clock, struct timespec *now)
{
    long result = syscall(SYS_clock_gettime, clock, now);
    if (result != 0 || clock != CLOCK_MONOTONIC)
        return (int)result;
    long nanoseconds = now->tv_nsec * TIMES;
    now->tv_sec = now->tv_sec * TIMES + nanoseconds / 1000000000;
    now->tv_nsec = nanoseconds % 1000000000;
    return 0;
}
