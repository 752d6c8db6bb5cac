/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Memory for what dies together.  What an arena holds may be personal data, so that every
 * byte given out is wiped before it goes back to malloc or to the next document.  Knows
 * nothing of what it holds. */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
    struct arena_block *next;
    size_t size; /* room behind this header */
    size_t used; /* of it given out; not kept up to date for the current block */
};

#define FIRST_BLOCK ((size_t)16 << 10)
#define LARGEST_STEP ((size_t)4 << 20) /* blocks double up to here */

static char *block_bytes(struct arena_block *block)
{
    return (char *)block + sizeof(*block);
}

/* Writes down how much of the current block is in use. */
static void settle(struct arena *arena)
{
    if (arena->blocks)
        arena->blocks->used = (size_t)(arena->next - block_bytes(arena->blocks));
}

static void make_current(struct arena *arena, struct arena_block *block)
{
    arena->next = block ? block_bytes(block) + block->used : NULL;
    arena->end = block ? block_bytes(block) + block->size : NULL;
}

static void wipe(struct arena_block *block)
{
    explicit_bzero(block_bytes(block), block->used);
    block->used = 0;
}

void arena_init(struct arena *arena, size_t limit)
{
    *arena = (struct arena){.limit = limit};
}

void arena_free(struct arena *arena)
{
    settle(arena);
    for (struct arena_block *block = arena->blocks; block;) {
        struct arena_block *next = block->next;
        wipe(block);
        free(block);
        block = next;
    }
    arena_init(arena, arena->limit);
}

void arena_reset(struct arena *arena)
{
    if (!arena->blocks)
        return;
    settle(arena);
    struct arena_block *largest = arena->blocks;
    for (struct arena_block *block = arena->blocks; block; block = block->next)
        if (block->size > largest->size)
            largest = block;
    for (struct arena_block *block = arena->blocks; block;) {
        struct arena_block *next = block->next;
        wipe(block);
        if (block != largest)
            free(block);
        block = next;
    }
    largest->next = NULL;
    arena->blocks = largest;
    arena->total = sizeof(*largest) + largest->size;
    make_current(arena, largest);
}

bool arena_is_full(const struct arena *arena, size_t size)
{
    if (!arena->limit)
        return false;
    size_t left = arena->total < arena->limit ? arena->limit - arena->total : 0;
    size_t need = sizeof(struct arena_block) + 8u;
    return left < need || size > left - need;
}

/* How large the next block shall be: twice the current one, unless the limit or the wish
 * says otherwise.  0 where not even the wish fits. */
static size_t next_block_size(const struct arena *arena, size_t wish)
{
    size_t size =
        arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK - sizeof(struct arena_block);
    if (size > LARGEST_STEP)
        size = LARGEST_STEP;
    if (size < wish)
        size = wish;
    if (!arena_is_full(arena, size))
        return size;
    return arena_is_full(arena, wish) ? 0 : wish;
}

void *arena_grow(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 4)
        return NULL;
    size_t rounded = (size + 7u + !size) & ~(size_t)7u;
    size_t room = next_block_size(arena, rounded);
    if (!room)
        return NULL;
    struct arena_block *block = malloc(sizeof(*block) + room);
    if (!block)
        return NULL;
    settle(arena);
    *block = (struct arena_block){.size = room, .used = rounded};
    arena->total += sizeof(*block) + room;
    /* One outsized wish must not throw away the room that the current block still has. */
    if (arena->blocks && room - rounded < (size_t)(arena->end - arena->next)) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        block->next = arena->blocks;
        arena->blocks = block;
        make_current(arena, block);
    }
    return block_bytes(block);
}

void *arena_zalloc(struct arena *arena, size_t size)
{
    void *bytes = arena_alloc(arena, size);
    if (bytes)
        memset(bytes, 0, size);
    return bytes;
}

char *arena_copy(struct arena *arena, const char *text, size_t len)
{
    if (len == SIZE_MAX)
        return NULL;
    char *copy = arena_alloc(arena, len + 1);
    if (!copy)
        return NULL;
    if (len)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}
