/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sends what is due, many at once: one thread, libcurl's multi handle, one commit for all that
 * ended meanwhile.  One process at a time does this for a store. */
#ifndef COMITY_CONVERTERS_SUBMIT_SENDING_H
#define COMITY_CONVERTERS_SUBMIT_SENDING_H

#include "submit/outbox.h"

struct sending_options {
    bool once;                    /* what is due, and no more; else until it is stopped */
    int at_once;                  /* transfers, of all endpoints */
    int64_t base_wait, most_wait; /* seconds: of the first try again, and of any */
};
#define SENDING_OPTIONS_INIT \
    {                        \
        false, 32, 10, 3600  \
    }

struct sending_counts {
    uint64_t states[OUTBOX_STATES]; /* what became of attempts */
    bool is_stopped;                /* by a signal */
};

/* Told of each item after its outcome is durable. */
typedef void sending_told_fn(void *user, const struct outbox_item *item,
                             const struct verdict *verdict);

/* COMITY_E_USAGE: another process sends (store->message).  COMITY_E_IO with store->message. */
comity_status sending_run(struct store *store, const struct sending_options *options,
                          sending_told_fn *told, void *user, struct sending_counts *counts);

/* Seconds until the next attempt: any time up to base * 2^attempts and `most`, drawn anew each
 * time, so that many who were turned away do not come back at once. */
int64_t sending_wait(int64_t base, int64_t most, int64_t attempts);

#endif
