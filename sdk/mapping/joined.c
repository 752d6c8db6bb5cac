/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which entries of a list belong together: a union of those that name one another.  Knows no
 * more of an entry than its key, the keys that it refers to, and whether a document begins
 * with it. */
#include "mapping/joined.h"

#include "base/map.h"

#include <stdio.h>
#include <string.h>

#define NO_PART UINT32_MAX

struct joined_parts {
    uint32_t *nodes; /* the entries, those of one document side by side */
    uint32_t *begin; /* where each document's entries begin, and behind the last */
    uint32_t count;  /* documents */
    uint32_t shown;
};

/* Entries, and keys that no entry has, as they are found to belong together. */
struct joining {
    const struct joined *by;
    struct tree *tree;
    uint32_t list;
    uint32_t *nodes; /* of the entries */
    uint32_t *up;    /* of entries, then of foreign keys: another of the same document */
    uint32_t *part;  /* of entries */
    uint32_t entries, items;
    struct map keys; /* number in `up`, plus one */
};

static uint32_t root_of(struct joining *j, uint32_t item)
{
    while (j->up[item] != item) {
        j->up[item] = j->up[j->up[item]];
        item = j->up[item];
    }
    return item;
}

/* The smaller one is the root, so that documents stand in the order of their entries. */
static void join(struct joining *j, uint32_t a, uint32_t b)
{
    a = root_of(j, a);
    b = root_of(j, b);
    j->up[a > b ? a : b] = a > b ? b : a;
}

/* The keys that an entry refers to: one, or a list; 0 behind the last.  `*is_one` tells them
 * apart, since what is found by its name is looked for once an entry. */
static uint32_t first_reference(const struct joining *j, uint32_t entry, bool *is_one)
{
    uint32_t at = tree_at(j->tree, j->nodes[entry], j->by->refs);
    *is_one = !at || tree_node(j->tree, at)->kind != COMITY_NODE_LIST;
    return at && tree_node(j->tree, at)->kind == COMITY_NODE_LIST
               ? tree_node(j->tree, at)->first
               : at;
}

static uint32_t next_reference(const struct joining *j, uint32_t reference, bool is_one)
{
    return is_one ? 0 : tree_node(j->tree, reference)->next;
}

static comity_status add_entries(struct joining *j)
{
    uint32_t room = tree_node(j->tree, j->list)->count;
    j->nodes = arena_alloc(j->tree->arena, room * sizeof *j->nodes);
    j->part = arena_alloc(j->tree->arena, room * sizeof *j->part);
    if (!j->nodes || !j->part)
        return COMITY_E_NOMEM;
    for (uint32_t i = tree_node(j->tree, j->list)->first; i; i = tree_node(j->tree, i)->next)
        j->nodes[j->entries++] = i;
    for (uint32_t e = 0; e < j->entries; e++) {
        bool is_one = false;
        for (uint32_t r = first_reference(j, e, &is_one); r; r = next_reference(j, r, is_one))
            room++;
    }
    j->up = arena_alloc(j->tree->arena, room * sizeof *j->up);
    for (uint32_t i = 0; j->up && i < room; i++)
        j->up[i] = i;
    j->items = j->entries;
    return j->up ? COMITY_OK : COMITY_E_NOMEM;
}

static comity_status add_keys(struct joining *j, struct findings *findings)
{
    for (uint32_t e = 0; e < j->entries; e++) {
        uint32_t at = tree_at(j->tree, j->nodes[e], j->by->id);
        const struct comity_node *key = tree_node(j->tree, at);
        if (!at || key->kind != COMITY_NODE_STRING)
            continue;
        void **slot = map_add(&j->keys, key->text, key->text_len);
        if (!slot)
            return COMITY_E_NOMEM;
        if (*slot) {
            tree_report(j->tree, findings, at, COMITY_WARNING, "model.key-twice", NULL,
                        "give each its own; both are read",
                        "two entries have the same key; what refers to it means both");
            join(j, e, (uint32_t)(uintptr_t)*slot - 1);
        } else {
            *slot = (void *)(uintptr_t)(e + 1u);
        }
    }
    return COMITY_OK;
}

static comity_status follow_references(struct joining *j)
{
    for (uint32_t e = 0; e < j->entries; e++) {
        bool is_one = false;
        for (uint32_t r = first_reference(j, e, &is_one); r; r = next_reference(j, r, is_one)) {
            const struct comity_node *key = tree_node(j->tree, r);
            if (key->kind != COMITY_NODE_STRING)
                continue;
            void **slot = map_add(&j->keys, key->text, key->text_len);
            if (!slot)
                return COMITY_E_NOMEM;
            if (!*slot)
                *slot = (void *)(uintptr_t)(++j->items);
            join(j, e, (uint32_t)(uintptr_t)*slot - 1);
        }
    }
    return COMITY_OK;
}

static bool begins(const struct joining *j, uint32_t entry)
{
    const struct comity_node *found =
        tree_node(j->tree, tree_at(j->tree, j->nodes[entry], j->by->by_at));
    return found->kind == COMITY_NODE_STRING && found->text_len == j->by->by_len &&
           memcmp(found->text, j->by->by_text, j->by->by_len) == 0;
}

/* Numbers the documents that an entry begins; entries of none have NO_PART. */
static uint32_t number_parts(struct joining *j, uint32_t *of_root)
{
    uint32_t count = 0;
    memset(of_root, 0xFF, j->items * sizeof *of_root);
    for (uint32_t e = 0; e < j->entries; e++)
        if (begins(j, e) && of_root[root_of(j, e)] == NO_PART)
            of_root[root_of(j, e)] = count++;
    for (uint32_t e = 0; e < j->entries; e++)
        j->part[e] = of_root[root_of(j, e)];
    return count;
}

/* Puts the entries of each document side by side, in their order, those of none nowhere. */
static struct joined_parts *group(struct joining *j, uint32_t count)
{
    struct arena *arena = j->tree->arena;
    struct joined_parts *parts = arena_zalloc(arena, sizeof *parts);
    if (!parts)
        return NULL;
    parts->nodes = arena_alloc(arena, j->entries * sizeof *parts->nodes);
    parts->begin = arena_zalloc(arena, (count + 2) * sizeof *parts->begin);
    if (!parts->nodes || !parts->begin)
        return NULL;
    parts->count = count;
    for (uint32_t e = 0; e < j->entries; e++)
        if (j->part[e] != NO_PART)
            parts->begin[j->part[e] + 2]++;
    for (uint32_t p = 2; p < count + 2; p++)
        parts->begin[p] += parts->begin[p - 1];
    for (uint32_t e = 0; e < j->entries; e++) {
        if (j->part[e] != NO_PART)
            parts->nodes[parts->begin[j->part[e] + 1]++] = j->nodes[e];
    }
    return parts;
}

/* Links the entries of one document alone. */
static void link(struct tree *tree, uint32_t list, const struct joined_parts *parts,
                 uint32_t part)
{
    uint32_t next = 0, i = parts->begin[part + 1];
    for (; i > parts->begin[part]; next = parts->nodes[i])
        tree_node(tree, parts->nodes[--i])->next = next;
    tree_node(tree, list)->first = next;
    tree_node(tree, list)->count = parts->begin[part + 1] - parts->begin[part];
}

/* A document that does not show its kind goes with the first that does. */
static comity_status keep_kinds(struct joining *j, uint32_t *count, joined_kind_fn *has_kind,
                                const void *user)
{
    struct joined_parts *parts = group(j, *count);
    uint32_t *number = arena_alloc(j->tree->arena, *count * sizeof *number), good = 0;
    if (!parts || !number)
        return COMITY_E_NOMEM;
    for (uint32_t p = 0; p < *count; p++) {
        link(j->tree, j->list, parts, p);
        number[p] = has_kind(user) ? good++ : 0;
    }
    for (uint32_t e = 0; e < j->entries; e++)
        j->part[e] = j->part[e] == NO_PART ? 0 : number[j->part[e]];
    *count = good;
    return COMITY_OK;
}

/* All entries are one document after all. */
static void link_all(struct joining *j)
{
    for (uint32_t e = 0; e < j->entries; e++)
        tree_node(j->tree, j->nodes[e])->next = e + 1 < j->entries ? j->nodes[e + 1] : 0;
    tree_node(j->tree, j->list)->first = j->nodes[0];
    tree_node(j->tree, j->list)->count = j->entries;
}

static void tell(const struct joining *j, struct findings *findings, uint32_t count)
{
    char message[120];
    snprintf(message, sizeof message, "%u requests stand in one message; each is a document",
             (unsigned)count);
    tree_report(j->tree, findings, j->list, COMITY_NOTE, "model.several", NULL, NULL, message);
}

comity_status joined_split(const struct template *t, struct tree *tree,
                           struct findings *findings, joined_kind_fn *has_kind,
                           const void *user)
{
    struct joining j = {.by = t->joined, .tree = tree, .keys = {.arena = tree->arena}};
    uint32_t count;
    j.list = tree_at(tree, 1, t->joined->at);
    if (!j.list || tree_node(tree, j.list)->kind != COMITY_NODE_LIST ||
        tree_node(tree, j.list)->count < 2)
        return COMITY_OK;
    comity_status status = add_entries(&j);
    if (status == COMITY_OK)
        status = add_keys(&j, findings);
    if (status == COMITY_OK)
        status = follow_references(&j);
    uint32_t *of_root =
        status == COMITY_OK ? arena_alloc(tree->arena, j.items * sizeof *of_root) : NULL;
    if (!of_root)
        return COMITY_E_NOMEM;
    count = number_parts(&j, of_root);
    if (count > 1) {
        status = keep_kinds(&j, &count, has_kind, user);
        link_all(&j);
    }
    if (status != COMITY_OK || count < 2)
        return status;
    tell(&j, findings, count);
    tree->parts = group(&j, count);
    tree->parted = j.list;
    tree->entries = j.nodes;
    tree->entry_count = j.entries;
    return tree->parts ? COMITY_OK : COMITY_E_NOMEM;
}

uint32_t joined_count(const struct tree *tree)
{
    return tree->parts->count;
}

void joined_show(struct tree *tree, uint32_t part)
{
    link(tree, tree->parted, tree->parts, part);
    tree->parts->shown = part;
}

static void count_below(const struct tree *tree, uint32_t index, int64_t sign,
                        int64_t counts[5])
{
    const struct comity_node *node = tree_node(tree, index);
    if (tree_is_leaf(tree, node))
        counts[node->fate] += sign;
    for (uint32_t i = node->first; i; i = tree_node(tree, i)->next)
        count_below(tree, i, sign, counts);
}

void joined_leaves(const struct tree *tree, uint64_t counts[5])
{
    const struct joined_parts *parts = tree->parts;
    int64_t found[5] = {0};
    bool is_first = parts->shown == 0;
    for (uint32_t i = 1; is_first && i < tree->count; i++)
        if (tree_is_leaf(tree, tree_node(tree, i)))
            found[tree_node(tree, i)->fate]++;
    uint32_t from = parts->begin[is_first ? 1 : parts->shown],
             to = parts->begin[is_first ? parts->count : parts->shown + 1];
    for (uint32_t i = from; i < to; i++)
        count_below(tree, parts->nodes[i], is_first ? -1 : 1, found);
    for (size_t fate = 0; fate < 5; fate++)
        counts[fate] += found[fate] > 0 ? (uint64_t)found[fate] : 0;
}
