/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity-worker: started by the library and the program, never by hand. */
#include "isolated.h"
#include "runtime/worker.h"

#include <malloc.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
    int type = 0;
    socklen_t len = sizeof type;
    if (getsockopt(WORKER_FD, SOL_SOCKET, SO_TYPE, &type, &len) != 0) {
        fputs("comity-worker is started by comity; it has no use of its own\n", stderr);
        return 2;
    }
    mallopt(M_MMAP_THRESHOLD, 1 << 25); /* memory of one document serves the next */
    mallopt(M_TRIM_THRESHOLD, 1 << 25);
    mallopt(M_TOP_PAD, 1 << 20);
    _exit(serve_conversions(isolated_serve));
}
