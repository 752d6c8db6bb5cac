/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity-batch: `comity batch`.  comity becomes this program; it is not started by hand. */
#include "batch/command_batch.h"

#include "isolated.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
    cli_keep_memory();
    cli_serve_by(isolated_worker);
    umask(077);
    signal(SIGPIPE, SIG_IGN);
    if (argc > 1 && strcmp(argv[1], "batch") == 0)
        return command_batch(argc - 1, argv + 1);
    fputs("comity-batch is started by comity; it has no use of its own\n", stderr);
    return EXIT_USAGE;
}
