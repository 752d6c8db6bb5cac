/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * SIGINT and SIGTERM end a batch cleanly, a second one at once; SIGUSR1 asks where it
 * stands. */
#ifndef COMITY_CONVERTERS_BATCH_SIGNALS_H
#define COMITY_CONVERTERS_BATCH_SIGNALS_H

#include "batch/progress.h"

struct signals {
    int fd; /* readable when one has come */
};

comity_status signals_open(struct signals *signals);
/* Takes what has come; true where the batch is to end. */
bool signals_take(struct signals *signals, struct progress *progress);
void signals_close(struct signals *signals);

#endif
