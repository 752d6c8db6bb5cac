/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls of read() that are short, interrupted, or fail on demand; see faulty_reads.h. */
#include "faulty_reads.h"

#include <errno.h>
#include <unistd.h>

ssize_t __real_read(int fd, void *buffer, size_t size);
ssize_t __wrap_read(int fd, void *buffer, size_t size);

struct faulty_reads faulty_reads;

ssize_t __wrap_read(int fd, void *buffer, size_t size)
{
    if (faulty_reads.interruptions) {
        faulty_reads.interruptions--;
        errno = EINTR;
        return -1;
    }
    if (faulty_reads.waits) {
        faulty_reads.waits--;
        errno = EAGAIN;
        return -1;
    }
    if (faulty_reads.error && faulty_reads.good-- == 0) {
        faulty_reads.good = 0;
        errno = faulty_reads.error;
        return -1;
    }
    if (faulty_reads.most && faulty_reads.most < size)
        size = faulty_reads.most;
    return __real_read(fd, buffer, size);
}
