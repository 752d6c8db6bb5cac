/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The state of a batch that runs; for the files that make up the run alone. */
#ifndef COMITY_CONVERTERS_BATCH_RUN_H
#define COMITY_CONVERTERS_BATCH_RUN_H

#include "batch/batch.h"
#include "batch/identity.h"
#include "batch/ledger_write.h"
#include "batch/pool.h"
#include "batch/progress.h"
#include "batch/reading.h"
#include "batch/resume.h"
#include "batch/retry.h"
#include "batch/sample.h"
#include "batch/settle.h"
#include "batch/signals.h"
#include "runtime/context.h"

struct batch_run {
    struct cli *cli;
    const struct batch_options *options;
    struct inputs inputs;
    FILE *list; /* of inputs, or NULL */
    struct reading reading;
    struct retrying *retrying; /* instead of it; or NULL */
    struct pool pool;
    struct sink sink;
    struct ledger_writer ledger;
    struct quarantine quarantine;
    struct settling settling;
    struct progress progress;
    struct signals signals;
    struct sample sample;
    struct job *first, *last; /* in the order of the items */
    size_t held, held_bytes;
    uint64_t number; /* of the last item that was met */
    int64_t synced;
    struct identity identity;
    struct resume resume;
    uint64_t known;  /* items that a run before has done */
    bool is_read;    /* there are no more items */
    bool is_stopped; /* by a signal, or by --max-failed */
    bool is_over;    /* --max-failed */
    bool is_again;   /* what was done before is not what comes now: begin again */
};

/* --- run_open.c: beginning and end */
comity_status run_open(struct batch_run *run, item_fn *take);
/* Begins again where the items are not those that a run before has met. */
comity_status run_again(struct batch_run *run, item_fn *take);
/* Tells what went wrong. */
void run_tell(struct batch_run *run, comity_status status);
void run_close(struct batch_run *run);

#endif
