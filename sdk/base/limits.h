/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How much of anything one document may take.  Every limit has a code of its own. */
#ifndef COMITY_BASE_LIMITS_H
#define COMITY_BASE_LIMITS_H

#include <stddef.h>
#include <stdint.h>

struct limits {
    size_t bytes;     /* limit.bytes: bytes of one document of the input */
    uint32_t depth;   /* limit.depth: groups and lists inside one another */
    uint32_t members; /* limit.members: values of one document, of any kind */
    size_t memory;    /* limit.memory: bytes of working memory for one document */
};

#define LIMITS_INIT                               \
    {                                             \
        64u << 20, 64u, 2000000u, (size_t)1 << 30 \
    }

#endif
