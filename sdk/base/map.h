/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A table from texts to pointers, in an arena.  Its hash is SipHash-1-3 with a key that an
 * input cannot know, so that nobody can write a document whose names all fall into one slot.
 * One thread at a time. */
#ifndef COMITY_BASE_MAP_H
#define COMITY_BASE_MAP_H

#include "base/arena.h"

#include <stdint.h>

/* The key of the hash: sixteen random bytes of this process. */
struct hash_key {
    uint64_t words[2];
};

struct hash_key hash_key_draw(void);
uint32_t hash_bytes(const struct hash_key *key, const void *bytes, size_t len);

struct map_slot {
    const char *text; /* lent; NULL: free */
    uint32_t len, hash;
    void *value;
};

/* All zero but the arena is an empty one. */
struct map {
    struct arena *arena;
    struct map_slot *slots;
    uint32_t capacity, count; /* a power of two */
    struct hash_key key;
};

/* The value that stands for a text, or NULL. */
void *map_find(const struct map *map, const void *text, size_t len);

/* Where the value for a text stands, NULL in it where the text is new.  The text is not copied.
 * NULL: no memory. */
void **map_add(struct map *map, const void *text, size_t len);

#endif
