/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity validate, for the program that checks signatures before. */
#ifndef COMITY_CONVERTERS_VALIDATE_H
#define COMITY_CONVERTERS_VALIDATE_H

#include "cli.h"

struct validating {
    const struct cli_option *own; /* options besides those of every run */
    void *user;                   /* for all of these */
    /* After the options: EXIT_DONE, or told and what to end with.  May be NULL. */
    int (*ready)(struct cli *cli, void *user);
    /* Before a document is read: may put other bytes in its place.  Anything but COMITY_OK,
     * told and counted already, passes it over.  May be NULL. */
    comity_status (*open)(struct cli *cli, const char *name, struct comity_input *input,
                          void *user);
};

int validate_run(int argc, char **argv, const struct validating *validating);

#endif
