/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An item on its way through a batch: its bytes, and what a worker answered.  Nothing here
 * knows how items are found, nor where documents go. */
#ifndef COMITY_CONVERTERS_BATCH_JOB_H
#define COMITY_CONVERTERS_BATCH_JOB_H

#include "batch/items.h"
#include "runtime/worker.h"

enum job_state {
    JOB_WAITING, /* for a worker */
    JOB_GIVEN,   /* to one */
    JOB_DONE     /* answered, or never to be converted */
};

struct job {
    struct job *next;    /* in the list that it waits in */
    struct job *after;   /* in the order of the items */
    uint64_t number;     /* of the item in the batch, from 1 */
    uint64_t place;      /* of a shard: the item's number in the whole, from 1; else 0 */
    size_t input;        /* number of the named input that it came from, from 1 */
    struct item item;    /* its texts stand in `held`, and its bytes unless they are shared */
    uint64_t shared_end; /* what was shared up to here is not needed after this job */
    struct buffer held;
    enum job_state state;
    uint64_t *only; /* of a retry: the documents of the item that count; NULL: all */
    size_t only_count;
    bool is_suspect;          /* a worker died with it: it is tried once more, alone */
    comity_status status;     /* what the worker returned */
    uint64_t documents;       /* that it was answered with so far */
    uint64_t made;            /* of them: that hold something */
    struct buffer answers;    /* the worker's frames: findings and documents, in their order */
    char sha256[SHA256_TEXT]; /* of the bytes; "" where nobody counted it */
    struct comity_result result;
    const char *fault; /* code of what the worker did, or NULL: "worker.crash" */
    char message[160]; /* and a sentence */
};

/* A job with the item's texts in it, and its bytes unless they are shared; NULL: no memory. */
struct job *job_new(const struct item *item, uint64_t number);
void job_free(struct job *job);
/* True where a document of the item counts. */
bool job_asks(const struct job *job, uint64_t position);
/* Forgets what was answered so far. */
void job_reset(struct job *job);

#endif
