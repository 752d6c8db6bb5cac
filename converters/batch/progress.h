/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How far a batch is, for people at a terminal and, as JSON lines, for programs. */
#ifndef COMITY_CONVERTERS_BATCH_PROGRESS_H
#define COMITY_CONVERTERS_BATCH_PROGRESS_H

#include "batch/settle.h"
#include "cli.h"

struct progress {
    struct cli *cli;
    const struct settling *settled;
    bool is_terminal, is_shown;
    int64_t begun, shown;   /* milliseconds */
    uint64_t expected;      /* bytes of all inputs; 0: not known */
    uint64_t read;          /* of them */
    uint64_t skipped_items; /* done by a run before */
};

void progress_init(struct progress *progress, struct cli *cli, const struct settling *settled);
/* Where it is time to; `now` in milliseconds of the monotonic clock. */
void progress_show(struct progress *progress, int64_t now);
/* In any case: SIGUSR1. */
void progress_state(struct progress *progress);
/* Clears the line of a terminal and sums up. */
void progress_end(struct progress *progress);

#endif
