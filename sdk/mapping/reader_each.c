/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading lists of groups: entries of several sorts, told apart by their constants, and entries
 * that refer to a group which another list defines. */
#include "mapping/reader.h"
#include "model/convention.h"

#include <stdio.h>

/* --- sorts */

static bool has_constants(const struct tree *tree, const struct member *parent, uint32_t index);

static uint32_t child_of(const struct tree *tree, uint32_t index, const struct member *member)
{
    return tree_find(tree, index, member->name, member->name_len, NULL);
}

/* True if the list has each entry that must be there. */
static bool has_entries(const struct tree *tree, const struct member *sorts, uint32_t list)
{
    for (const struct member *sort = sorts; sort; sort = sort->other) {
        bool must = false, found = false;
        for (uint16_t i = 0; i < sort->count; i++)
            must = must || sort->members[i]->always;
        bool is_list = list && tree_node(tree, list)->kind == COMITY_NODE_LIST;
        for (uint32_t i = is_list ? tree_node(tree, list)->first : list; i && must && !found;
             i = is_list ? tree_node(tree, i)->next : 0)
            found = has_constants(tree, sort, i);
        if (must && !found)
            return false;
    }
    return true;
}

/* True if the object (0: it is not there) states every constant that the members have, but for
 * those of objects with rows of their own. */
static bool has_constants(const struct tree *tree, const struct member *parent, uint32_t index)
{
    for (uint16_t i = 0; i < parent->count; i++) {
        const struct member *member = parent->members[i];
        if (member->kind == MEMBER_ENTRY &&
            !has_entries(tree, member, child_of(tree, index, member)))
            return false;
        if (member->kind != MEMBER_CONST && (member->kind != MEMBER_OBJECT || member->is_block))
            continue;
        uint32_t node = child_of(tree, index, member);
        if (member->kind == MEMBER_CONST ? !node || !fixed_find(member, tree_node(tree, node))
                                         : !has_constants(tree, member, node))
            return false;
    }
    return true;
}

/* The sort that an entry is; NULL where it is none. */
static const struct member *sort_of(const struct reading *r, const struct member *member,
                                    uint32_t index, uint32_t *rank)
{
    *rank = 0;
    if (!member->other && member->kind != MEMBER_ENTRY)
        return member;
    for (; member; member = member->other, ++*rank)
        if (has_constants(r->tree, member, index))
            return member;
    return NULL;
}

/* In which order the sorts stood, where it is not one after the other. */
static void keep_sorts(struct reading *r, struct frame *frame, const struct link *link,
                       struct buffer *sorts)
{
    buffer_char(sorts, ']');
    in_keep_json(r, frame->slots[0], "sorts:", link, sorts, 0);
}

/* --- keys */

static struct keyed *find_key(struct reading *r, uint16_t field, const char *key, size_t len)
{
    struct keyed *known = map_find(&r->by_key, key, len);
    while (known && known->list->row->target.field != field)
        known = known->same_key;
    return known;
}

static void add_key(struct reading *r, const struct member *list, struct value *group,
                    const struct comity_node *key, uint32_t node, bool is_defined)
{
    struct keyed *known = arena_alloc(r->record->arena, sizeof *known);
    r->by_key.arena = r->record->arena;
    void **slot = known ? map_add(&r->by_key, key->text, key->text_len) : NULL;
    if (!slot) {
        r->status = COMITY_E_NOMEM;
        return;
    }
    *known = (struct keyed){.next = r->keys,
                            .same_key = *slot,
                            .list = list,
                            .key = key->text,
                            .key_len = key->text_len,
                            .node = node,
                            .is_defined = is_defined,
                            .group = group};
    r->keys = known;
    *slot = known;
}

static struct value *new_group(struct reading *r, const struct member *member,
                               struct frame *frame, uint32_t index)
{
    struct value *parent = in_group(r, frame, &member->row->target);
    struct value *group =
        parent ? value_add(r->record, parent, member->row->target.field) : NULL;
    if (!group)
        r->status = COMITY_E_NOMEM;
    else
        group->node = index;
    return group;
}

/* The group of an entry that has a key, or refers to one. */
static struct value *keyed_group(struct reading *r, const struct member *member,
                                 struct frame *frame, uint32_t index)
{
    uint32_t at = tree_at(r->tree, index, member->key_at);
    const struct comity_node *key = tree_node(r->tree, at);
    if (!at || key->kind != COMITY_NODE_STRING)
        return new_group(r, member, frame, index);
    struct keyed *known = find_key(r, member->row->target.field, key->text, key->text_len);
    if (known && (member->refers || !known->is_defined)) {
        if (!member->refers) {
            known->is_defined = true;
            known->group->node = index;
        }
        return known->group;
    }
    const struct joined *joined = r->t->joined;
    if (known && !(joined && strcmp(joined->id, member->key_at) == 0)) /* then it is told */
        tree_report(r->tree, r->findings, at, COMITY_WARNING, "model.key-twice", NULL,
                    "give each its own; both are read",
                    "two entries have the same key; what refers to it means the first");
    struct value *group = new_group(r, member, frame, index);
    if (group && !known)
        add_key(r, member, group, key, at, !member->refers);
    return group;
}

void in_missing(struct reading *r)
{
    for (struct keyed *known = r->keys; known; known = known->next)
        if (!known->is_defined) {
            char message[200];
            snprintf(message, sizeof message, "nothing has the key '%.*s' that this refers to",
                     clip(known->key, known->key_len, 60), known->key);
            tree_report(r->tree, r->findings, known->node, COMITY_WARNING, "model.reference",
                        NULL, "what the reference itself says is read", message);
        }
}

/* --- entries */

/* Of XML, an element of text alone: the member that speaks of it; NULL where there is none. */
static const struct member *text_member(const struct reading *r, const struct member *member,
                                        uint32_t index)
{
    uint16_t hint = 0;
    if (tree_node(r->tree, index)->kind != COMITY_NODE_STRING)
        return NULL;
    return member_find(member, XML_TEXT, sizeof XML_TEXT - 1, &hint);
}

/* Of XML, an element with nothing in it: an entry that states nothing. */
static bool is_bare(const struct reading *r, uint32_t index)
{
    const struct comity_node *node = tree_node(r->tree, index);
    return r->t->syntax == SYNTAX_XML && node->kind == COMITY_NODE_STRING && !node->text_len;
}

static void read_entry(struct reading *r, const struct member *member, struct frame *frame,
                       uint32_t index)
{
    struct frame inner;
    struct link base = {.name = member->name, .len = member->name_len};
    struct value *group = member->key_at ? keyed_group(r, member, frame, index)
                                         : new_group(r, member, frame, index);
    if (!group)
        return;
    in_open_entry(r, member, group, &inner);

    for (size_t i = 0; i < member->when_count; i++)
        in_membership(r, &inner, &member->when[i]);
    if (!tree_node(r->tree, index)->first)
        tree_node(r->tree, index)->fate = FATE_MAPPED;
    const struct member *text = text_member(r, member, index);
    struct link step = {.name = XML_TEXT, .len = sizeof XML_TEXT - 1};
    if (text && text->kind == MEMBER_VALUE)
        in_scalar(r, text->row, &inner, &step, index);
    else if (!is_bare(r, index))
        in_members(r, member, &inner, member->refers ? &base : NULL, index);
}

static bool is_object(const struct reading *r, const struct member *member, uint32_t index)
{
    return tree_node(r->tree, index)->kind == COMITY_NODE_GROUP || is_bare(r, index) ||
           text_member(r, member, index) != NULL;
}

void in_each(struct reading *r, const struct member *member, struct frame *frame,
             const struct link *link, uint32_t index)
{
    bool is_list = tree_node(r->tree, index)->kind == COMITY_NODE_LIST, in_order = true;
    uint32_t first = in_first_entry(r, index), run = index, last = 0, rank = 0;
    struct buffer sorts;
    uint64_t seen = 0; /* entries that stand once */
    if (!first)
        in_empty(r, member, frame, link, index);
    if (is_list)
        in_one_listed(r, member, frame, link, index);
    buffer_init(&sorts, 0);
    struct link entry = {.up = link};
    for (uint32_t i = first; i && r->status == COMITY_OK;
         i = in_next_entry(r, &run, i), entry.index++) {
        const struct member *sort =
            is_object(r, member, i) ? sort_of(r, member, i, &rank) : NULL;
        if (sort && sort->kind == MEMBER_ENTRY && rank < 64 && seen >> rank & 1u)
            sort = NULL; /* the first is it */
        if (!is_object(r, member, i)) {
            in_keep_unexpected(r, frame->slots[0], &entry, i, "an object");
        } else if (!sort) {
            in_keep_node(r, frame->slots[0], &entry, i, FATE_KEPT);
        } else {
            if (member->other)
                buffer_format(&sorts, "%c%u", sorts.size ? ',' : '[', rank);
            in_order = in_order && rank >= last;
            last = rank;
            if (sort->kind == MEMBER_ENTRY) {
                struct link step = {.up = link, .name = sort->entry, .len = sort->entry_len};
                seen |= rank < 64 ? UINT64_C(1) << rank : 0;
                in_members(r, sort, frame, &step, i);
            } else {
                read_entry(r, sort, frame, i);
            }
        }
    }
    if (!in_order)
        keep_sorts(r, frame, link, &sorts);
    buffer_free(&sorts);
}
