/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether two documents say the same. */
#include "syntax/tree.h"

#include <string.h>

struct comparison {
    const struct tree *was, *is;
    tree_differ_fn *differ;
    void *user;
};

static void differs(struct comparison *c, uint32_t node, const char *what)
{
    c->differ(c->user, node, what);
}

static bool same_text(const char *a, uint32_t a_len, const char *b, uint32_t b_len)
{
    return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0) && !a == !b;
}

static bool same_name(const struct comity_node *a, const struct comity_node *b)
{
    return same_text(a->name, a->name_len, b->name, b->name_len) && !a->ns == !b->ns &&
           (!a->ns || strcmp(a->ns, b->ns) == 0);
}

/* The first child from `node` on that is no attribute, or 0. */
static uint32_t behind_attributes(const struct tree *tree, uint32_t node)
{
    while (node && tree_node(tree, node)->kind == COMITY_NODE_ATTRIBUTE)
        node = tree_node(tree, node)->next;
    return node;
}

/* Attributes have no order in XML; a name stands once. */
static void compare_attributes(struct comparison *c, uint32_t was, uint32_t is)
{
    uint32_t left = tree_node(c->was, was)->first, right = tree_node(c->is, is)->first;
    uint32_t left_end = behind_attributes(c->was, left),
             right_end = behind_attributes(c->is, right), found = 0;
    for (uint32_t i = left; i != left_end; i = tree_node(c->was, i)->next) {
        const struct comity_node *a = tree_node(c->was, i);
        uint32_t k = right;
        while (k != right_end && !same_name(a, tree_node(c->is, k)))
            k = tree_node(c->is, k)->next;
        if (k == right_end) {
            differs(c, i, "this attribute did not come back");
            continue;
        }
        const struct comity_node *b = tree_node(c->is, k);
        found++;
        if (!same_text(a->text, a->text_len, b->text, b->text_len))
            differs(c, i, "the value came back changed");
    }
    for (uint32_t k = right; k != right_end; k = tree_node(c->is, k)->next)
        found--;
    if (found)
        differs(c, was, "more attributes came back than were there");
}

static void compare_nodes(struct comparison *c, uint32_t was, uint32_t is)
{
    const struct comity_node *a = tree_node(c->was, was), *b = tree_node(c->is, is);
    if (a->kind != b->kind) {
        differs(c, was, "the value came back as another kind of value");
        return;
    }
    if (!same_text(a->text, a->text_len, b->text, b->text_len)) {
        differs(c, was, "the value came back changed");
        return;
    }
    compare_attributes(c, was, is);
    uint32_t left = behind_attributes(c->was, a->first),
             right = behind_attributes(c->is, b->first);
    for (; left && right;
         left = tree_node(c->was, left)->next, right = tree_node(c->is, right)->next) {
        if (!same_name(tree_node(c->was, left), tree_node(c->is, right))) {
            differs(c, left, "something else came back in the place of this member");
            return;
        }
        compare_nodes(c, left, right);
    }
    if (left)
        differs(c, left, "this value did not come back");
    if (right)
        differs(c, was, "more came back than was there");
}

void tree_compare(const struct tree *was, const struct tree *is, tree_differ_fn *differ,
                  void *user)
{
    struct comparison comparison = {was, is, differ, user};
    compare_nodes(&comparison, 1, 1);
}
