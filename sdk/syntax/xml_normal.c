/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the tree of elements and attributes to the tree of groups, lists and texts.  Knows
 * nothing of any format but the prefixes that it gives to namespaces. */
#include "syntax/xml_normal.h"

#include "base/map.h"
#include "syntax/json.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_NAMES 64u /* a power of two */

struct name_entry {
    const char *ns, *name, *normal; /* normal NULL: the slot is free */
    uint32_t name_len, normal_len;
    uint32_t hash;
    uint32_t parent; /* in which it was met last, and how many runs of it there */
    uint16_t runs;
    bool is_attribute;
};

struct normalizer {
    const struct tree *from;
    struct tree to;
    const struct xml_namespaces *namespaces;
    struct name_entry *names; /* calloc()ed; a slot by hash */
    uint32_t name_room, name_count;
    struct hash_key key;
    bool failed;
};

/* --- names */

/* The table's prefix of a namespace; NULL where it has none. */
static const char *prefix_of(const struct xml_namespaces *namespaces, const char *uri)
{
    const char *wanted = uri ? uri : "";
    bool is_default_taken = false;
    for (size_t i = 0; i < namespaces->count; i++) {
        if (strcmp(namespaces->all[i].uri, wanted) == 0)
            return namespaces->all[i].prefix;
        is_default_taken = is_default_taken || !*namespaces->all[i].prefix;
    }
    if (uri && strcmp(uri, XML_SCHEMA_INSTANCE) == 0)
        return "xsi";
    if (uri && strcmp(uri, "http://www.w3.org/XML/1998/namespace") == 0)
        return "xml";
    return uri || is_default_taken ? NULL : "";
}

static const char *make_name(struct arena *arena, const struct xml_namespaces *namespaces,
                             const struct comity_node *node, uint32_t *len)
{
    bool is_attribute = node->kind == COMITY_NODE_ATTRIBUTE;
    /* An attribute without prefix is in no namespace, whatever the default is. */
    const char *prefix = is_attribute && !node->ns ? "" : prefix_of(namespaces, node->ns);
    const char *space = prefix ? prefix : node->ns ? node->ns : "";
    if (!is_attribute && prefix && !*prefix) { /* as it stands */
        *len = node->name_len;
        return node->name;
    }
    size_t room = strlen(space) + node->name_len + 4;
    char *name = arena_alloc(arena, room);
    if (!name)
        return NULL;
    char *end = name;
    if (is_attribute)
        *end++ = '@';
    if (!prefix)
        *end++ = '{';
    memcpy(end, space, strlen(space));
    end += strlen(space);
    if (!prefix || *prefix)
        *end++ = prefix ? ':' : '}';
    memcpy(end, node->name, node->name_len);
    *len = (uint32_t)(end - name) + node->name_len;
    return name;
}

static struct name_entry *find_slot(struct name_entry *names, uint32_t room,
                                    const struct name_entry *wanted)
{
    for (uint32_t i = wanted->hash;; i++) {
        struct name_entry *entry = &names[i & (room - 1)];
        if (!entry->normal || (entry->ns == wanted->ns && entry->name_len == wanted->name_len &&
                               entry->is_attribute == wanted->is_attribute &&
                               memcmp(entry->name, wanted->name, wanted->name_len) == 0))
            return entry;
    }
}

static bool grow_names(struct normalizer *n)
{
    uint32_t room = n->name_room ? n->name_room * 2 : FIRST_NAMES;
    struct name_entry *names = calloc(room, sizeof *names);
    if (!names)
        return false;
    for (uint32_t i = 0; i < n->name_room; i++)
        if (n->names[i].normal)
            *find_slot(names, room, &n->names[i]) = n->names[i];
    free(n->names);
    n->names = names;
    n->name_room = room;
    return true;
}

/* The name's entry, made where it is new; NULL where there is no memory. */
static struct name_entry *find_name(struct normalizer *n, const struct comity_node *node)
{
    struct name_entry wanted = {.ns = node->ns,
                                .name = node->name,
                                .name_len = node->name_len,
                                .hash = hash_bytes(&n->key, node->name, node->name_len),
                                .is_attribute = node->kind == COMITY_NODE_ATTRIBUTE};
    if (n->name_count * 2 >= n->name_room && !grow_names(n))
        return NULL;
    struct name_entry *entry = find_slot(n->names, n->name_room, &wanted);
    if (!entry->normal) {
        wanted.normal = make_name(n->from->arena, n->namespaces, node, &wanted.normal_len);
        if (!wanted.normal)
            return NULL;
        *entry = wanted;
        n->name_count++;
    }
    return entry;
}

bool xml_is_named(const struct comity_node *node, const struct xml_namespaces *namespaces,
                  const char *name, size_t len)
{
    bool is_attribute = len > 0 && name[0] == '@';
    if (node->kind != (is_attribute ? COMITY_NODE_ATTRIBUTE : COMITY_NODE_ELEMENT))
        return false;
    const char *prefix = is_attribute && !node->ns ? "" : prefix_of(namespaces, node->ns);
    size_t before = prefix ? strlen(prefix) : 0;
    if (!prefix)
        return false;
    name += is_attribute;
    len -= is_attribute;
    if (before) {
        if (len <= before || memcmp(name, prefix, before) != 0 || name[before] != ':')
            return false;
        name += before + 1;
        len -= before + 1;
    }
    return len == node->name_len && memcmp(name, node->name, len) == 0;
}

/* --- nodes */

static uint32_t add_node(struct normalizer *n, uint8_t kind, const struct comity_node *source)
{
    uint32_t index = tree_add(&n->to, UINT32_MAX - 1);
    if (!index) {
        n->failed = true;
        return 0;
    }
    struct comity_node *node = tree_node(&n->to, index);
    node->kind = kind;
    node->offset = source->offset;
    node->end = source->end;
    return index;
}

/* Names a node; `reserved` becomes how many runs of that name stand before it. */
static void set_name(struct normalizer *n, uint32_t index, const struct comity_node *source,
                     uint32_t parent)
{
    static const struct comity_node text = {.name = XML_TEXT, .name_len = sizeof XML_TEXT - 1};
    struct name_entry *entry = find_name(n, source->kind == COMITY_NODE_TEXT ? &text : source);
    struct comity_node *node = tree_node(&n->to, index);
    if (!entry) {
        n->failed = true;
        return;
    }
    node->name = source->kind == COMITY_NODE_TEXT ? XML_TEXT : entry->normal;
    node->name_len = entry->normal_len;
    if (source->kind == COMITY_NODE_TEXT)
        node->name_len = sizeof XML_TEXT - 1;
    if (entry->parent != parent)
        entry->runs = 0;
    entry->parent = parent;
    node->reserved = entry->runs;
    if (entry->runs < INT16_MAX)
        entry->runs++;
}

/* Hangs a node behind the last child of its parent. */
static void hang(struct normalizer *n, uint32_t parent, uint32_t *last, uint32_t index)
{
    if (*last)
        tree_node(&n->to, *last)->next = index;
    else
        tree_node(&n->to, parent)->first = index;
    tree_node(&n->to, parent)->count++;
    *last = index;
}

static bool same_name(const struct comity_node *a, const struct comity_node *b)
{
    return a->kind == b->kind && a->kind != COMITY_NODE_ATTRIBUTE &&
           a->name_len == b->name_len &&
           (a->ns == b->ns || (a->ns && b->ns && strcmp(a->ns, b->ns) == 0)) &&
           (a->name_len == 0 || memcmp(a->name, b->name, a->name_len) == 0);
}

static uint32_t add_element(struct normalizer *n, uint32_t source);

static uint32_t add_text(struct normalizer *n, const struct comity_node *source)
{
    uint32_t index = add_node(n, COMITY_NODE_STRING, source);
    if (index) {
        tree_node(&n->to, index)->text = source->text ? source->text : "";
        tree_node(&n->to, index)->text_len = source->text_len;
    }
    return index;
}

static uint32_t add_any(struct normalizer *n, uint32_t source)
{
    const struct comity_node *node = tree_node(n->from, source);
    return node->kind == COMITY_NODE_ELEMENT ? add_element(n, source) : add_text(n, node);
}

/* The children from `first` on, runs of one name as lists. */
static void add_children(struct normalizer *n, uint32_t parent, uint32_t first, uint32_t *last)
{
    for (uint32_t i = first; i && !n->failed;) {
        const struct comity_node *node = tree_node(n->from, i);
        uint32_t next = node->next;
        if (!next || !same_name(node, tree_node(n->from, next))) {
            uint32_t index = add_any(n, i);
            if (index) {
                set_name(n, index, node, parent);
                hang(n, parent, last, index);
            }
            i = next;
            continue;
        }
        uint32_t list = add_node(n, COMITY_NODE_LIST, node), entry = 0;
        if (!list)
            return;
        set_name(n, list, node, parent);
        hang(n, parent, last, list);
        for (; i && !n->failed && same_name(node, tree_node(n->from, i));
             i = tree_node(n->from, i)->next) {
            tree_node(&n->to, list)->end = tree_node(n->from, i)->end;
            uint32_t index = add_any(n, i);
            if (index)
                hang(n, list, &entry, index);
        }
    }
}

/* Recursion is bounded: the reader takes no more than limits.depth levels. */
static uint32_t add_element(struct normalizer *n, uint32_t source)
{
    const struct comity_node *node = tree_node(n->from, source);
    if (!node->first)
        return add_text(n, node);
    uint32_t index = add_node(n, COMITY_NODE_GROUP, node), last = 0;
    if (!index)
        return 0;
    add_children(n, index, node->first, &last);
    if (!node->text || !node->text_len || n->failed)
        return index;
    uint32_t text = add_text(n, node); /* beside attributes alone */
    if (!text)
        return 0;
    tree_node(&n->to, text)->name = XML_TEXT;
    tree_node(&n->to, text)->name_len = sizeof XML_TEXT - 1;
    hang(n, index, &last, text);
    return index;
}

comity_status xml_normalize(struct tree *tree, const struct xml_namespaces *namespaces)
{
    struct normalizer *n = calloc(1, sizeof *n);
    if (!n)
        return COMITY_E_NOMEM;
    n->from = tree;
    n->namespaces = namespaces;
    n->key = hash_key_draw();
    tree_init(&n->to, tree->arena);
    uint32_t root = add_element(n, 1);
    if (root && tree_node(&n->to, root)->kind == COMITY_NODE_STRING &&
        !tree_node(&n->to, root)->text_len)
        tree_node(&n->to, root)->kind = COMITY_NODE_GROUP; /* an empty document, no text */
    if (root && !n->failed)
        set_name(n, root, tree_node(tree, 1), 0);
    bool failed = n->failed || !root;
    if (failed) {
        tree_free(&n->to);
    } else {
        n->to.syntax = tree->syntax;
        n->to.is_normal = true;
        n->to.text = tree->text;
        n->to.size = tree->size;
        n->to.offset = tree->offset;
        n->to.line = tree->line;
        n->to.column = tree->column;
        n->to.map = tree->map;
        struct tree old = *tree;
        *tree = n->to;
        tree_free(&old);
    }
    free(n->names);
    free(n);
    return failed ? COMITY_E_NOMEM : COMITY_OK;
}

/* --- keeping */

/* True if the members could not be told apart in a JSON object. */
static bool has_twins(const struct tree *tree, const struct comity_node *group)
{
    for (uint32_t i = group->first; i; i = tree_node(tree, i)->next)
        if (tree_node(tree, i)->reserved)
            return true;
    return false;
}

static bool is_attribute(const struct comity_node *node)
{
    return node->name_len > 0 && node->name[0] == '@';
}

static void put_member(struct buffer *out, const struct tree *tree, uint32_t index)
{
    const struct comity_node *node = tree_node(tree, index);
    json_put_string(out, node->name, node->name_len);
    buffer_char(out, ':');
    xml_put_normal(out, tree, index);
}

static void put_comma(struct buffer *out, size_t start)
{
    if (out->size > start)
        buffer_char(out, ',');
}

/* Content in its order: a text stands for itself, an element is an object of one member. */
static void put_mixed(struct buffer *out, const struct tree *tree, uint32_t first)
{
    buffer_text(out, "\"" XML_MIXED "\":[");
    size_t start = out->size;
    for (uint32_t i = first; i; i = tree_node(tree, i)->next) {
        const struct comity_node *node = tree_node(tree, i);
        bool is_text = node->name_len == sizeof XML_TEXT - 1 &&
                       memcmp(node->name, XML_TEXT, node->name_len) == 0;
        if (is_attribute(node))
            continue;
        put_comma(out, start);
        if (!is_text)
            buffer_char(out, '{');
        if (is_text)
            xml_put_normal(out, tree, i);
        else
            put_member(out, tree, i);
        if (!is_text)
            buffer_char(out, '}');
    }
    buffer_char(out, ']');
}

void xml_put_normal(struct buffer *out, const struct tree *tree, uint32_t index)
{
    const struct comity_node *node = tree_node(tree, index);
    bool is_group = node->kind == COMITY_NODE_GROUP;
    if (!is_group && node->kind != COMITY_NODE_LIST) {
        json_put_string(out, node->text ? node->text : "", node->text_len);
        return;
    }
    bool mixed = is_group && has_twins(tree, node);
    buffer_char(out, is_group ? '{' : '[');
    size_t start = out->size;
    for (uint32_t i = node->first; i; i = tree_node(tree, i)->next) {
        if (mixed && !is_attribute(tree_node(tree, i)))
            continue;
        put_comma(out, start);
        (is_group ? put_member : xml_put_normal)(out, tree, i);
    }
    if (mixed) {
        put_comma(out, start);
        put_mixed(out, tree, node->first);
    }
    buffer_char(out, is_group ? '}' : ']');
}
