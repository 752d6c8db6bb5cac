/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/map.h"

#include <string.h>
#include <sys/auxv.h>

#define FIRST_CAPACITY 64u

static uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64u - bits);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

/* SipHash-1-3 (Aumasson, Bernstein 2012), folded to 32 bits. */
uint32_t hash_bytes(const struct hash_key *hash, const void *bytes, size_t len)
{
    const uint64_t *key = hash->words;
    const char *name = bytes;
    uint64_t v[4] = {
        key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
        key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573)};
    uint64_t word = 0;
    size_t left = len;
    for (; left >= 8; left -= 8, name += 8) {
        memcpy(&word, name, 8);
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    word = 0;
    if (left)
        memcpy(&word, name, left);
    word ^= (uint64_t)len << 56; /* lengths that differ by 256 are told apart by their words */
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
    v[2] ^= 0xFF;
    sip_round(v);
    sip_round(v);
    sip_round(v);
    uint64_t sum = v[0] ^ v[1] ^ v[2] ^ v[3];
    return (uint32_t)(sum ^ sum >> 32);
}

/* Sixteen random bytes that the kernel gave this process when it began: no system call, which
 * a sandbox might not have room for. */
struct hash_key hash_key_draw(void)
{
    struct hash_key key;
    const void *random = (const void *)(uintptr_t)getauxval(AT_RANDOM); // NOLINT
    key.words[0] = (uint64_t)(uintptr_t)&key;
    key.words[1] = 0;
    if (random)
        memcpy(key.words, random, sizeof key.words);
    return key;
}

/* The slot of a text: the one that has it, or the free one where it belongs. */
static struct map_slot *slot_of(const struct map *map, const void *text, size_t len,
                                uint32_t hash)
{
    uint32_t mask = map->capacity - 1, i = hash & mask;
    for (; map->slots[i].text; i = (i + 1) & mask) {
        const struct map_slot *slot = &map->slots[i];
        if (slot->hash == hash && slot->len == len &&
            (len == 0 || memcmp(slot->text, text, len) == 0))
            break;
    }
    return &map->slots[i];
}

/* Twice the room.  The old slots stay in the arena: together no more than the new ones. */
static bool grow(struct map *map)
{
    struct map larger = *map;
    larger.capacity = map->capacity ? map->capacity * 2 : FIRST_CAPACITY;
    larger.slots = arena_zalloc(map->arena, larger.capacity * sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (uint32_t i = 0; i < map->capacity; i++) {
        const struct map_slot *slot = &map->slots[i];
        if (slot->text)
            *slot_of(&larger, slot->text, slot->len, slot->hash) = *slot;
    }
    *map = larger;
    return true;
}

void *map_find(const struct map *map, const void *text, size_t len)
{
    return map->capacity ? slot_of(map, text, len, hash_bytes(&map->key, text, len))->value
                         : NULL;
}

void **map_add(struct map *map, const void *text, size_t len)
{
    if (!map->capacity)
        map->key = hash_key_draw();
    if (map->count >= map->capacity / 4 * 3 && !grow(map))
        return NULL;
    uint32_t hash = hash_bytes(&map->key, text, len);
    struct map_slot *slot = slot_of(map, text, len, hash);
    if (!slot->text) {
        *slot = (struct map_slot){.text = text ? text : "", .len = (uint32_t)len, .hash = hash};
        map->count++;
    }
    return &slot->value;
}
