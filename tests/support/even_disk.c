/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * To be loaded before a program: whatever it syncs takes a fifth of a second, so that how fast
 * it ends does not depend on what others write to the same disk. */
#include <time.h>

#define SYNC_NANOSECONDS 200000000

static int take_time(void)
{
    struct timespec left = {.tv_nsec = SYNC_NANOSECONDS};
    while (nanosleep(&left, &left) != 0)
        ;
    return 0;
}

int syncfs(int fd)
{
    (void)fd;
    return take_time();
}

int fsync(int fd)
{
    (void)fd;
    return take_time();
}

int fdatasync(int fd)
{
    (void)fd;
    return take_time();
}
