/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity batch: what was asked for, and the run. */
#ifndef COMITY_CONVERTERS_BATCH_BATCH_H
#define COMITY_CONVERTERS_BATCH_BATCH_H

#include "batch/inputs.h"
#include "batch/items.h"
#include "cli.h"

/* An archive of twenty years has more entries than one that somebody sends. */
#define BATCH_LIMITS_INIT                                                                     \
    {                                                                                         \
        1000000, (uint64_t)64 << 20, (uint64_t)64 << 30, 200, (uint64_t)1 << 20, 2, 4096, 32, \
            10                                                                                \
    }

/* What the options of comity batch ask for. */
struct batch_options {
    uint64_t workers;    /* 0: one for each processor */
    uint64_t seconds;    /* for one document */
    uint64_t max_failed; /* UINT64_MAX: any number */
    double max_ratio;    /* of the documents; 1: all of them */
    uint64_t sample;     /* 0: all */
    bool resume, dry_run, watch;
    uint32_t shard, shards; /* shard from 0; shards 0: all */
    const char *files_from; /* or NULL */
    bool null_separated;
    const char *html;       /* or NULL */
    const char *shard_text; /* as it was given */
    struct item_limits limits;
};

/* Runs it; gives the exit status. */
int batch_run(struct cli *cli, const struct batch_options *options);
/* Tries again what is in the quarantine of cli->output. */
int batch_retry(struct cli *cli, const struct batch_options *options);

#endif
