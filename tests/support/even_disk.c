/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * To be loaded before a program: whatever it syncs takes a fifth of a second, so that how fast
 * it ends does not depend on what others write to the same disk. */
#include <time.h>

#define SYNC_NANOSECONDS 200000000

static void take_time(long nanoseconds)
{
    struct timespec left = {.tv_nsec = nanoseconds};
    while (nanosleep(&left, &left) != 0)
        ;
}

static int sync_evenly(int fd)
{
    (void)fd;
    take_time(SYNC_NANOSECONDS);
    return 0;
}

int syncfs(int fd)
{
    return sync_evenly(fd);
}

int fsync(int fd)
{
    return sync_evenly(fd);
}

int fdatasync(int fd)
{
    return sync_evenly(fd);
}
