/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All items of the inputs, of which a shard converts some: their number, and a digest by which
 * shards of the same inputs know one another. */
#ifndef COMITY_CONVERTERS_BATCH_WHOLE_H
#define COMITY_CONVERTERS_BATCH_WHOLE_H

#include "batch/items.h"
#include "runtime/worker.h"

struct whole {
    uint64_t items;
    char digest[SHA256_TEXT]; /* "" where there are none */
};

/* Adds the next item: its name, and its bytes or why it has none. */
void whole_add(struct whole *whole, const struct item *item);

#endif
