/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names in a watched folder. */
#ifndef COMITY_CONVERTERS_BATCH_WATCH_NAMES_H
#define COMITY_CONVERTERS_BATCH_WATCH_NAMES_H

#include <comity/plugin.h>
#include <stdbool.h>

/* A number, a name, what may stand before and behind it. */
#define WATCH_PATH 400
#define WATCH_REASON ".reason.jsonl"

/* True of what is hidden, or not yet whole by its name. */
bool watch_leaves_alone(const char *name);
/* A number as a name; 0: it is none. */
uint64_t watch_number(const char *name);
/* The name under which a file ends, at the n-th try, from 0: its own, then with its number. */
void watch_end_name(const char *name, uint64_t number, unsigned n, bool is_failed,
                    char path[WATCH_PATH]);

#endif
