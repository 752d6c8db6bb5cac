/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity batch --watch: what is dropped into a folder is converted as it comes. */
#ifndef COMITY_CONVERTERS_BATCH_WATCH_H
#define COMITY_CONVERTERS_BATCH_WATCH_H

#include "batch/batch.h"

/* Watches cli->inputs[0], documents go to cli->output; until a signal ends it.  Gives the exit
 * status. */
int batch_watch(struct cli *cli, const struct batch_options *options);

#endif
