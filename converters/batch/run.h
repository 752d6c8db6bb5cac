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
#include "batch/whole.h"

/* `failed`: a document of the item did. */
typedef void run_settled_fn(void *user, const struct job *job, bool failed);

struct batch_run {
    struct cli *cli;
    const struct batch_options *options;
    struct inputs inputs;
    struct shared items; /* where the bytes of items stand until they are settled */
    FILE *list;          /* of inputs, or NULL */
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
    struct whole whole;      /* of a run of one shard */
    uint64_t known;          /* items that a run before has done */
    bool is_read;            /* there are no more items */
    bool is_stopped;         /* by a signal, or by --max-failed */
    bool is_over;            /* --max-failed */
    bool is_again;           /* what was done before is not what comes now: begin again */
    run_settled_fn *settled; /* each item, once it is settled; or NULL */
    void *user;
};

/* --- run.c */
/* Takes an item that was found. */
comity_status run_take(void *run, const struct item *item);
/* Waits for what happens next, and does what can be done then. */
comity_status run_step(struct batch_run *run);
/* What is settled survives the machine; `now` in milliseconds. */
comity_status run_sync(struct batch_run *run, int64_t now);
/* Sums up; gives what to exit with where that is no matter of findings alone. */
int run_sum_up(struct batch_run *run, comity_status status);

/* --- run_open.c: beginning and end */
/* Has a worker load the formats, whatever --isolate says, as the documents are in workers too.
 * False where that fails (told). */
bool run_load(struct cli *cli);
/* All but the output. */
comity_status run_prepare(struct batch_run *run, item_fn *take);
comity_status run_open(struct batch_run *run, item_fn *take);
/* Begins again where the items are not those that a run before has met. */
comity_status run_again(struct batch_run *run, item_fn *take);
/* Tells what went wrong. */
void run_tell(struct batch_run *run, comity_status status);
void run_close(struct batch_run *run);

#endif
