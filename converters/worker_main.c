/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity-worker: started by the library and the program, never by hand. */
#include "isolated.h"
#include "runtime/worker.h"

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
    _exit(isolated_worker());
}
