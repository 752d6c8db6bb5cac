/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where a JSON value ends, by its brackets and quotes. */
#ifndef COMITY_CONVERTERS_BATCH_ITEMS_JSON_H
#define COMITY_CONVERTERS_BATCH_ITEMS_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN_DEPTH 256u

enum scan_result {
    SCAN_MORE, /* all bytes were looked at, and it goes on */
    SCAN_DONE, /* its length is `at` */
    SCAN_BAD   /* no JSON: what follows may belong to something else */
};

/* All zero at the start of a value. */
struct value_scan {
    size_t at; /* bytes looked at */
    uint32_t depth;
    bool in_string;
    uint64_t is_list[SCAN_DEPTH / 64]; /* a bit for each depth */
};

/* Goes on with a value that begins with '{', '[' or '"' at bytes[0]; `size` counts from there.
 * Called again with more bytes of the same value. */
enum scan_result value_scan(struct value_scan *scan, const char *bytes, size_t size);

#endif
