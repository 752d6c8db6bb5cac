/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The items of the inputs, taken apart by a program of its own in a sandbox (comity-reader),
 * one input after the other.  Here a descriptor goes out and items come back. */
#ifndef COMITY_CONVERTERS_BATCH_READING_H
#define COMITY_CONVERTERS_BATCH_READING_H

#include "batch/inputs.h"
#include "batch/items.h"
#include "runtime/worker.h"

/* Inputs that the reader has before it is done with the first: it need not wait for any. */
#define READING_AHEAD 32

struct reading {
    struct inputs *inputs;
    struct item_limits limits;
    struct worker worker;
    struct shared *shared; /* where the items' bytes stand; the owner gives room back */
    struct {
        struct input input; /* with texts of its own */
        bool is_sent;
    } queue[READING_AHEAD]; /* a ring; the first is at hand */
    size_t first, count;
    bool is_ended;   /* there are no more inputs than those */
    uint64_t passed; /* bytes of the inputs that were read to their end */
    int64_t since;   /* milliseconds: of the last sign of life, or of the last look */
    char program[4096];
    item_fn *each;
    void *user;
};

comity_status reading_open(struct reading *reading, struct inputs *inputs,
                           struct shared *shared, const struct item_limits *limits,
                           item_fn *each, void *user);
/* Goes on where something was heard or an input has ended.  COMITY_END: there are no more
 * items. */
comity_status reading_work(struct reading *reading, int64_t now);
/* True where something is to be heard from the reader. */
bool reading_listens(const struct reading *reading);
/* The number of the name that the input at hand came from. */
int reading_number(const struct reading *reading);
/* How many bytes of the inputs the reader has taken so far. */
uint64_t reading_position(const struct reading *reading);
void reading_close(struct reading *reading);

/* --- the frames: WORKER_READ {limits, string name}, a descriptor goes along; WORKER_TAKEN
 * {item}; WORKER_READ_DONE {i32 status} */
void reading_put_request(struct buffer *out, const char *name,
                         const struct item_limits *limits);
bool reading_get_request(struct wire_frame *frame, const char **name,
                         struct item_limits *limits);
void reading_put_item(struct buffer *out, struct shared *shared, const struct item *item);
bool reading_get_item(struct wire_frame *frame, const struct shared *shared, struct item *item);

#endif
