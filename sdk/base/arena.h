/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Memory for what dies together: one arena a document.  Knows nothing of what it holds. */
#ifndef COMITY_BASE_ARENA_H
#define COMITY_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
    char *next, *end;           /* free room of the current block */
    struct arena_block *blocks; /* all blocks, the current one first */
    size_t total;               /* bytes taken from malloc */
    size_t limit;               /* most bytes to take; 0 = no limit */
};

/* An arena that takes at most `limit` bytes from malloc (0: as many as there are). */
void arena_init(struct arena *arena, size_t limit);

/* Frees all; the arena may be used again. */
void arena_free(struct arena *arena);

/* Forgets all that was allocated and keeps the largest block, wiped, for the next document. */
void arena_reset(struct arena *arena);

/* The slow path of arena_alloc(). */
void *arena_grow(struct arena *arena, size_t size);

/* `size` bytes, aligned to 8, not zeroed; NULL where there are none left.  No bytes at all
 * are a block like any other, so that NULL always means failure. */
static inline void *arena_alloc(struct arena *arena, size_t size)
{
    size_t rounded = (size + 7u + !size) & ~(size_t)7u;
    if (rounded < size || rounded > (size_t)(arena->end - arena->next))
        return arena_grow(arena, size);
    void *bytes = arena->next;
    arena->next += rounded;
    return bytes;
}

/* True where the limit, and not malloc, stands against `size` more bytes: tells a caller that
 * got NULL which of the two it was. */
bool arena_is_full(const struct arena *arena, size_t size);

/* As arena_alloc(), zeroed. */
void *arena_zalloc(struct arena *arena, size_t size);

/* A copy of `len` bytes with a NUL behind it; NULL where there is no memory left. */
char *arena_copy(struct arena *arena, const char *text, size_t len);

#endif
