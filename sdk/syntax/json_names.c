/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The member names of one open group.  The table lives in the document's arena; its hash is
 * SipHash-1-3 with a key that an input cannot know, so that nobody can write a document
 * whose names all fall into one slot.  Knows names as bytes and nothing else of JSON. */
#include "syntax/json_names.h"

#include <string.h>
#include <sys/auxv.h>

struct json_name {
    uint32_t hash;
    uint32_t node; /* 0 = free */
};

#define FIRST_CAPACITY 128u

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
static uint32_t hash_name(const uint64_t key[2], const char *name, uint32_t len)
{
    uint64_t v[4] = {
        key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
        key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573)};
    uint64_t word = 0;
    uint32_t left = len;
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
static void draw_key(uint64_t key[2])
{
    const void *random = (const void *)(uintptr_t)getauxval(AT_RANDOM); // NOLINT
    key[0] = (uint64_t)(uintptr_t)key;
    key[1] = 0;
    if (random)
        memcpy(key, random, 16);
}

static bool is_name(const struct comity_node *node, const char *name, uint32_t len)
{
    return node->name_len == len && (len == 0 || memcmp(node->name, name, len) == 0);
}

uint32_t json_names_compare(const struct tree *tree, uint32_t group, const char *name,
                            uint32_t len)
{
    for (uint32_t i = tree->nodes[group].first; i; i = tree->nodes[i].next)
        if (is_name(&tree->nodes[i], name, len))
            return i;
    return 0;
}

/* The slot of a name: the one that has it, or the free one where it belongs. */
static struct json_name *slot_of(const struct json_names *names, const struct tree *tree,
                                 const char *name, uint32_t len, uint32_t hash)
{
    uint32_t mask = names->capacity - 1, i = hash & mask;
    for (; names->slots[i].node; i = (i + 1) & mask)
        if (names->slots[i].hash == hash &&
            is_name(&tree->nodes[names->slots[i].node], name, len))
            break;
    return &names->slots[i];
}

/* Twice the room.  The old slots stay in the arena: together no more than the new ones. */
static bool grow(struct json_names *names, struct arena *arena)
{
    uint32_t capacity = names->capacity ? names->capacity * 2 : FIRST_CAPACITY;
    struct json_name *slots = arena_zalloc(arena, capacity * sizeof(*slots));
    if (!slots)
        return false;
    for (uint32_t i = 0; i < names->capacity; i++) {
        if (!names->slots[i].node)
            continue;
        uint32_t j = names->slots[i].hash & (capacity - 1);
        while (slots[j].node)
            j = (j + 1) & (capacity - 1);
        slots[j] = names->slots[i];
    }
    names->slots = slots;
    names->capacity = capacity;
    return true;
}

bool json_names_add(struct json_names *names, struct tree *tree, const char *name, uint32_t len,
                    uint32_t index, uint32_t *earlier)
{
    if (names->count >= names->capacity / 4 * 3 && !grow(names, tree->arena))
        return false;
    uint32_t hash = hash_name(names->key, name, len);
    struct json_name *slot = slot_of(names, tree, name, len, hash);
    *earlier = slot->node;
    if (!slot->node) {
        *slot = (struct json_name){.hash = hash, .node = index};
        names->count++;
    }
    return true;
}

struct json_names *json_names_new(struct tree *tree, uint32_t group)
{
    struct json_names *names = arena_zalloc(tree->arena, sizeof(*names));
    if (!names)
        return NULL;
    draw_key(names->key);
    uint32_t earlier = 0;
    for (uint32_t i = tree->nodes[group].first; i; i = tree->nodes[i].next) {
        const struct comity_node *node = &tree->nodes[i];
        if (!json_names_add(names, tree, node->name, node->name_len, i, &earlier))
            return NULL;
    }
    return names;
}
