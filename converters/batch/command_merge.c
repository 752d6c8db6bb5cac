/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity batch merge: its options, and its words. */
#include "batch/command_batch.h"
#include "batch/merge.h"

static const char help[] =
    "usage: comity batch merge -o OUT PART...\n\n"
    "Puts the outputs of all shards of a batch together: OUT, its ledger and its quarantine\n"
    "are those of a run without --shard.  PART is the output of a run with --shard I/N; all N\n"
    "are named, in any order, and stay as they are.  Files of folders are linked where the\n"
    "file system allows it, else copied.\n\n"
    "  -o OUT               output, of the kind of the parts\n"
    "  --overwrite          replace what is there\n";

int command_batch_merge(int argc, char **argv)
{
    struct cli cli;
    int status = cli_parse(&cli, argc, argv, TAKES_OUTPUT, help);
    if (status != EXIT_DONE)
        return status;
    if (!cli.output || !cli.input_count) {
        cli_free_files(&cli);
        return cli_usage(
            &cli, cli.output ? "PART says what to merge" : "-o OUT says where the documents go",
            NULL);
    }
    return batch_merge(&cli);
}
