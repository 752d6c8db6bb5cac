/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writing to standard output or to the file of -o; knows nothing of what is written. */
#include "cli_output.h"
#include "isolated.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void cli_output_fault(struct cli *cli, const char *path, int error)
{
    char message[300];
    snprintf(message, sizeof message, "the output cannot be written: %s", strerror(error));
    cli_report(cli, COMITY_ERROR, "io.write", path, message,
               error == EEXIST ? "--overwrite replaces it" : NULL);
    cli->output_failed = true;
}

int cli_output_write(void *user, const void *bytes, size_t size)
{
    struct cli_output *to = user;
    const char *path = to->cli->output;
    int error = 0;
    if (to->cli->remote) {
        fflush(stdout);
        to->cli->output_failed |=
            to->cli->remote->write(to->cli->remote->user, bytes, size) != 0;
        return to->cli->output_failed;
    }
    if (!path || strcmp(path, "-") == 0) {
        if (write_all(STDOUT_FILENO, bytes, size, &error) == COMITY_OK)
            return 0;
        cli_output_fault(to->cli, "standard output", error);
        return 1;
    }
    if (!to->is_open && output_open(&to->file, path, to->cli->overwrite) != COMITY_OK) {
        cli_output_fault(to->cli, path, to->file.error ? to->file.error : ENOMEM);
        return 1;
    }
    to->is_open = true;
    if (output_write(&to->file, bytes, size) == COMITY_OK)
        return 0;
    cli_output_fault(to->cli, path, to->file.error);
    return 1;
}

void cli_output_end(struct cli_output *to)
{
    struct cli *cli = to->cli;
    if (!to->is_open)
        return;
    if (cli->output_failed || cli->wrong_usage || cli->out_of_memory || cli->plugin_failures)
        output_abandon(&to->file);
    else if (output_commit(&to->file) != COMITY_OK)
        cli_output_fault(cli, cli->output, to->file.error);
}
