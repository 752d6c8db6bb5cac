/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One reading of a JSON text, with all that it needs.  For unit
 * tests. */
#ifndef COMITY_TESTS_JSON_READING_H
#define COMITY_TESTS_JSON_READING_H

#include "syntax/json.h"

#include <stdlib.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* All that a reading needs, and what came of it. */
struct reading {
    struct limits limits;
    struct arena arena;
    struct tree tree;
    struct syntax_error error;
    size_t used;
    char *copy; /* of the text, exactly as long as it is, so that ASan sees one byte more */
};

static inline void reading_init(struct reading *reading)
{
    *reading = (struct reading){.limits = LIMITS_INIT};
    arena_init(&reading->arena, reading->limits.memory);
    tree_init(&reading->tree, &reading->arena);
}

static inline void reading_free(struct reading *reading)
{
    tree_free(&reading->tree);
    arena_free(&reading->arena);
    free(reading->copy);
}

static inline comity_status read_bytes(struct reading *reading, const char *text, size_t size,
                                       bool at_end)
{
    free(reading->copy);
    reading->copy = malloc(size ? size : 1);
    if (!reading->copy)
        abort();
    memcpy(reading->copy, text, size);
    arena_reset(&reading->arena);
    reading->used = 0;
    memset(&reading->error, 0, sizeof(reading->error));
    return json_read(&reading->tree, reading->copy, size, at_end, &reading->limits,
                     &reading->used, &reading->error);
}

static inline comity_status read_text(struct reading *reading, const char *text)
{
    return read_bytes(reading, text, strlen(text), true);
}

#endif
