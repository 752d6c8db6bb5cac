/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What stands aside, brought forth again: the items of a finished batch's quarantine, in the
 * order of the ledger, and what the batch was asked for. */
#ifndef COMITY_CONVERTERS_BATCH_RETRY_H
#define COMITY_CONVERTERS_BATCH_RETRY_H

#include "batch/job.h"
#include "batch/ledger_read.h"

/* Takes a job that waits, which is then the receiver's. */
typedef comity_status retry_fn(void *user, struct job *job);

struct retrying {
    struct ledger_reader *reader;
    struct ledger_line line; /* read ahead */
    bool has_line;
    bool is_whole;                          /* the ledger ends in a summary */
    char *quarantine;                       /* path */
    uint64_t retry;                         /* number of this one, from 1 */
    uint64_t ledger, output;                /* bytes of them, behind which it goes on */
    uint64_t done, failed, skipped, losses; /* so far */
    uint64_t absent; /* items without bytes: they cannot be tried again */
    retry_fn *each;
    void *user;
};

/* `output` as the batch was given it.  COMITY_END: nothing failed.  COMITY_E_INVALID: there
 * is no whole ledger; COMITY_E_IO (errno), COMITY_E_NOMEM. */
comity_status retry_open(struct retrying *retrying, const char *output);
/* The next item; COMITY_END after the last. */
comity_status retry_next(struct retrying *retrying);
void retry_close(struct retrying *retrying);

/* The options that a batch was given, as the arguments of a command, each allocated; the
 * list ends with NULL and is freed by retry_free_arguments().  NULL where there is no such
 * ledger. */
char **retry_arguments(const char *output, size_t *count);
void retry_free_arguments(char **arguments);

#endif
