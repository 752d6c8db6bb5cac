/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A spread of the items of a batch, met once and in no known number: those whose names have the
 * least digests, which is a draw at random that comes out the same each time. */
#ifndef COMITY_CONVERTERS_BATCH_SAMPLE_H
#define COMITY_CONVERTERS_BATCH_SAMPLE_H

#include "batch/job.h"

struct sample {
    struct sample_draw {
        uint64_t digest;
        struct job *job;
    } * draws; /* a heap: the greatest digest first */
    size_t count, wanted, bytes;
    uint64_t met; /* items, of which these were drawn */
};

/* COMITY_E_NOMEM. */
comity_status sample_open(struct sample *sample, size_t wanted);
/* Takes a job, which may be freed at once or later. */
void sample_offer(struct sample *sample, struct job *job);
/* Puts the draws into the order of the items; they are the caller's then. */
void sample_sort(struct sample *sample);
void sample_close(struct sample *sample);

#endif
