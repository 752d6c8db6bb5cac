/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What becomes of a job that is done: its documents go to the output, a line for each to the
 * ledger, the item aside where a document of it failed.  Called in the order of the items. */
#ifndef COMITY_CONVERTERS_BATCH_SETTLE_H
#define COMITY_CONVERTERS_BATCH_SETTLE_H

#include "batch/job.h"
#include "batch/ledger_write.h"
#include "batch/quarantine.h"
#include "batch/sink.h"

struct settling {
    struct sink *sink;
    struct ledger_writer *ledger;
    struct quarantine *quarantine;
    char suffix[8]; /* of the names of documents: "json" */
    const char *from, *to;
    comity_finding_fn *finding; /* each finding, its place that in the entry; or NULL */
    void *user;
    uint64_t retry;        /* of a retry: its number, from 1; else 0 */
    uint64_t items;        /* of a shard: of the whole, and */
    const char *inputs;    /* their digest; else NULL */
    struct buffer cleared; /* names of what has left the quarantine */
    /* counted */
    uint64_t done, failed, skipped;
    struct comity_result result;
};

/* COMITY_E_IO: see sink->error, ledger->error, quarantine->error. */
comity_status settle(struct settling *settling, const struct job *job);
/* Takes away what the ledger at `path` tells of, if there is one, and no more: a run of other
 * options gives the documents other bytes, or other names. */
comity_status settle_forget(const struct settling *settling, const char *path, uint64_t offset);
/* Behind all documents of an item: ends the block where it is large enough. */
comity_status settle_end_item(struct settling *settling);
/* Ends the block as it is. */
comity_status settle_end_block(struct settling *settling);
/* Takes away what has left the quarantine; the ledger has been synced. */
void settle_clear(struct settling *settling);
/* The ledger's last line. */
void settle_summary(struct settling *settling);

#endif
