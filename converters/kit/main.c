/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity-kit: `comity plugins check` and `comity plugins new`.  comity becomes this program; it
 * is not started by hand.  It is one of its own because its malloc() can be made to fail. */
#include "kit/kit.h"

#include "cli.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
    umask(077);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* what is cut off is taken away again */
    if (argc > 2 && strcmp(argv[1], "plugins") == 0 && strcmp(argv[2], "check") == 0)
        return command_check(argc - 1, argv + 1);
    if (argc > 2 && strcmp(argv[1], "plugins") == 0 && strcmp(argv[2], "new") == 0)
        return command_new(argc - 1, argv + 1);
    fputs("comity-kit is started by comity; it has no use of its own\n", stderr);
    return EXIT_USAGE;
}
