/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Converters that share the jobs of a batch.  One that dies, hangs or answers nonsense is
 * replaced; what it had not answered is tried again, each item alone, so that exactly the
 * item that is to blame is lost.  Knows nothing of the order of jobs, nor of what becomes of
 * them. */
#ifndef COMITY_CONVERTERS_BATCH_POOL_H
#define COMITY_CONVERTERS_BATCH_POOL_H

#include "batch/job.h"

#include <poll.h>

#define POOL_MAX 256
/* Jobs that one worker has at a time: enough that it never waits for the next. */
#define POOL_QUEUE 256
#define POOL_QUEUE_BYTES ((size_t)1 << 20)

struct pool_seat {
    struct worker worker;
    struct shared made;           /* where its documents stand until they are taken in */
    struct job *jobs[POOL_QUEUE]; /* a ring: given and not answered yet */
    size_t first, count, bytes;
    int64_t since;   /* milliseconds: of the last sign of life */
    int64_t allowed; /* when it was last allowed processor time */
    bool is_ready;   /* it has loaded its formats */
    bool is_alone;   /* the one job it has is a suspect */
    uint64_t served; /* jobs since it was started */
};

struct pool {
    struct pool_seat seats[POOL_MAX];
    size_t seat_count;
    char program[4096];
    struct buffer setup;        /* the frame that each worker begins with */
    const struct shared *items; /* where the bytes of jobs may stand */
    struct worker_limits limits;
    uint32_t deadline;                  /* milliseconds for one document */
    struct job *waiting, *last_waiting; /* given to the pool and to no worker yet */
    struct job *suspects;               /* to be tried alone; in their order */
    uint64_t crashes, restarts;
    size_t failed_starts; /* in a row */
};

comity_status pool_open(struct pool *pool, size_t workers, const struct comity_config *config,
                        const struct comity_options *options, const struct shared *items,
                        uint32_t deadline);
/* Takes a job that waits; it is JOB_DONE when it is answered. */
void pool_give(struct pool *pool, struct job *job);
/* What to wait for: fills at most POOL_MAX entries, returns how many. */
size_t pool_watch(const struct pool *pool, struct pollfd *watched);
/* Milliseconds to the next deadline; -1: none. */
int pool_patience(const struct pool *pool, int64_t now);
/* Does what can be done after a wait.  COMITY_E_IO: no worker can be started (errno);
 * COMITY_E_PLUGIN, COMITY_E_USAGE, COMITY_E_INVALID: the workers refuse their setup. */
comity_status pool_work(struct pool *pool, const struct pollfd *watched, size_t count,
                        int64_t now);
/* Forgets all jobs, and ends the workers that have any. */
void pool_drop(struct pool *pool);
void pool_close(struct pool *pool);

#endif
