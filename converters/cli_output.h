/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one output of a command: standard output, or the file of -o, which appears whole or not
 * at all. */
#ifndef COMITY_CONVERTERS_CLI_OUTPUT_H
#define COMITY_CONVERTERS_CLI_OUTPUT_H

#include "cli.h"
#include "io/file.h"

struct cli_output {
    struct cli *cli;
    struct output_file file;
    bool is_open;
};

/* Tells that an output cannot be written, by errno. */
void cli_output_fault(struct cli *cli, const char *path, int error);
/* Fits comity_write_fn with a struct cli_output.  The file is made when there is something to
 * write: a failed run leaves nothing behind. */
int cli_output_write(void *user, const void *bytes, size_t size);
/* Shows the file, or forgets it where the run failed. */
void cli_output_end(struct cli_output *to);

#endif
