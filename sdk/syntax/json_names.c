/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The member names of one open group.  The table lives in the document's arena and holds nodes,
 * which have their names already.  Knows names as bytes and nothing else of JSON. */
#include "syntax/json_names.h"

#include <string.h>

struct json_name {
    uint32_t hash;
    uint32_t node; /* 0 = free */
};

#define FIRST_CAPACITY 128u

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
    uint32_t hash = hash_bytes(&names->key, name, len);
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
    names->key = hash_key_draw();
    uint32_t earlier = 0;
    for (uint32_t i = tree->nodes[group].first; i; i = tree->nodes[i].next) {
        const struct comity_node *node = &tree->nodes[i];
        if (!json_names_add(names, tree, node->name, node->name_len, i, &earlier))
            return NULL;
    }
    return names;
}
