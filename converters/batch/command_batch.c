/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity batch: finds the word behind it. */
#include "command_batch.h"

#include "cli.h"

#include <string.h>

int command_batch(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "report") == 0)
        return command_batch_report(argc - 1, argv + 1);
    bool is_help = argc > 1 && strcmp(argv[1], "--help") == 0;
    fputs("usage: comity batch report [OPTION...] OUT\n\n"
          "Tells what a batch did, from its ledger; 'comity batch report --help' says more.\n",
          is_help ? stdout : stderr);
    if (!is_help)
        return EXIT_USAGE;
    return fflush(stdout) ? EXIT_IO : EXIT_DONE;
}
