/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which digests stand more than once.  Of each entry are kept the first 16 bytes of its digest
 * and where it stands: 24 bytes.  Knows nothing of ledgers. */
#ifndef COMITY_CONVERTERS_BATCH_TWINS_H
#define COMITY_CONVERTERS_BATCH_TWINS_H

#include <comity/plugin.h>
#include <stdbool.h>

#define TWIN_BYTES 16u /* two contents with these alike cannot be made, even on purpose */

struct twin {
    unsigned char digest[TWIN_BYTES];
    uint64_t offset;
};

/* Entries with one digest: entries[first] and so on, in the order of their offsets. */
struct twin_group {
    size_t first, count;
};

struct twins {
    struct twin *entries;
    size_t count, capacity;
    struct twin_group *groups; /* after twins_sort(): largest first, then by digest */
    size_t group_count;
};

void twins_free(struct twins *twins);

/* Adds an entry by its digest in hexadecimal.  COMITY_E_NOMEM. */
comity_status twins_add(struct twins *twins, const char *hex, uint64_t offset);

/* Sorts, forgets the entries that stand alone, and makes the groups.  COMITY_E_NOMEM. */
comity_status twins_sort(struct twins *twins);

#endif
