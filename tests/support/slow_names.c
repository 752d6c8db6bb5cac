/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The same disk, on which each file takes 5 ms to get its name: what waits to be written is
 * much, whatever the disk is like. */
#include "even_disk.c"

#include <sys/syscall.h>
#include <unistd.h>

#define NAME_NANOSECONDS 5000000

int renameat(int from, const char *name, int to, const char *other)
{
    take_time(NAME_NANOSECONDS);
    return (int)syscall(SYS_renameat2, from, name, to, other, 0);
}
