/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Look-ups in a compiled template that reading, writing and detection share. */
#include "mapping/template.h"
#include "base/fold.h"

#include "base/bytes.h"

const struct member *member_find(const struct member *parent, const char *name, size_t len,
                                 uint16_t *hint)
{
    /* Members mostly stand in the order of the template: begin behind the last one found. */
    for (uint16_t n = 0, i = *hint; n < parent->count; n++, i++) {
        if (i >= parent->count)
            i = 0;
        const struct member *member = parent->members[i];
        if (member->name_len == len && bytes_equal(member->name, name, len)) {
            *hint = (uint16_t)(i + 1);
            return member;
        }
    }
    return NULL;
}

const struct fixed *fixed_find(const struct member *member, const struct comity_node *node)
{
    for (size_t i = 0; i < member->fixed_count; i++) {
        const struct fixed *fixed = &member->fixed[i];
        bool has_text = node->kind == COMITY_NODE_STRING || node->kind == COMITY_NODE_NUMBER;
        if (fixed->kind == node->kind &&
            (!has_text || (fixed->text_len == node->text_len &&
                           bytes_equal(fixed->text, node->text, node->text_len))))
            return fixed;
    }
    return NULL;
}

uint32_t tree_at(const struct tree *tree, uint32_t node, const char *path)
{
    while (node && *path) {
        size_t len = strcspn(path, "/");
        if (tree_node(tree, node)->kind != COMITY_NODE_GROUP)
            return 0;
        node = tree_find(tree, node, path, len, NULL);
        path += len + (path[len] == '/');
    }
    return node;
}

static bool contains(const char *text, size_t len, const char *word, bool is_typed)
{
    if (!is_typed)
        return memmem(text, len, word, strlen(word)) != NULL;
    while (len) { /* from each beginning of a word */
        uint32_t folded[FOLD_MAX];
        size_t count;
        if (fold_begins(text, len, word))
            return true;
        size_t size = fold_char(text, len, folded, &count);
        text += size;
        len -= size;
    }
    return false;
}

bool condition_says(const struct condition *when, const char *text, size_t len)
{
    if (when->kind == WHEN_EQUALS)
        return when->is_typed
                   ? fold_equal(text, len, when->text, when->text_len)
                   : len == when->text_len && memcmp(text, when->text, when->text_len) == 0;
    for (const char *const *word = when->unless; word && *word; word++)
        if (contains(text, len, *word, when->is_typed))
            return false;
    return contains(text, len, when->text, when->is_typed);
}

static bool holds_here(const struct condition *when, const struct comity_node *found)
{
    if (when->kind == WHEN_HAS)
        return found->kind != COMITY_NODE_NULL; /* null says that nothing is there */
    return found->text && condition_says(when, found->text, found->text_len);
}

/* Below a node, at a path in which "a[]" is any entry of a list, or the one that stands without
 * its list. */
static bool holds_below(const struct condition *when, const struct tree *tree, uint32_t node,
                        const char *path)
{
    if (!*path)
        return holds_here(when, tree_node(tree, node));
    if (tree_node(tree, node)->kind != COMITY_NODE_GROUP)
        return false;
    size_t len = strcspn(path, "/");
    bool any = len > 2 && path[len - 2] == '[' && path[len - 1] == ']';
    uint32_t child = tree_find(tree, node, path, any ? len - 2 : len, NULL);
    const char *rest = path + len + (path[len] == '/');
    if (!child)
        return false;
    if (!any || tree_node(tree, child)->kind != COMITY_NODE_LIST)
        return holds_below(when, tree, child, rest);
    for (uint32_t i = tree_node(tree, child)->first; i; i = tree_node(tree, i)->next)
        if (holds_below(when, tree, i, rest))
            return true;
    return false;
}

bool condition_holds(const struct condition *when, const struct tree *tree, uint32_t node)
{
    return when->kind == WHEN_ALWAYS || holds_below(when, tree, node, when->at);
}

/* The same of XML that is not yet normal, where each name may stand several times. */
static bool holds_in_xml(const struct template *t, const struct condition *when,
                         const struct tree *tree, uint32_t node, const char *path)
{
    const struct comity_node *here = tree_node(tree, node);
    size_t len = strcspn(path, "/");
    const char *rest = path + len + (path[len] == '/');
    if (!*path || strcmp(path, XML_TEXT) == 0)
        return when->kind == WHEN_HAS || (here->text && holds_here(when, here));
    if (len > 2 && path[len - 2] == '[' && path[len - 1] == ']')
        len -= 2;
    for (uint32_t i = here->first; i; i = tree_node(tree, i)->next)
        if (xml_is_named(tree_node(tree, i), &t->namespaces, path, len) &&
            holds_in_xml(t, when, tree, i, rest))
            return true;
    return false;
}

/* XML is told by its root, and by what must hold of it. */
static int32_t xml_score(const struct template *t, const struct tree *tree, struct buffer *why)
{
    if (!xml_is_named(tree_node(tree, 1), &t->namespaces, t->root_name, strlen(t->root_name)))
        return 0;
    buffer_format(why, "its root is %s", t->root_name);
    for (size_t i = 0; i < t->detect_count; i++) {
        if (!holds_in_xml(t, &t->detect[i], tree, 1, t->detect[i].at))
            return 0;
        buffer_format(why, ", with %s", t->detect[i].at);
    }
    return t->detect_score;
}

/* A form is told by its labels: half of the score for enough of them, the rest for all. */
static int32_t form_score(const struct template *t, const struct tree *tree, struct buffer *why)
{
    size_t labels = text_label_hits(t->form, tree->text, tree->size, true);
    if (labels < t->detect_labels)
        return 0;
    buffer_format(why, "shows %zu of its labels", labels);
    if (labels > t->main_labels)
        labels = t->main_labels;
    return t->detect_score / 2 +
           (int32_t)((size_t)t->detect_score * labels / (2 * t->main_labels));
}

/* Comma-separated values are told by their header: by all columns, or less surely by half. */
static int32_t csv_score(const struct template *t, const struct tree *tree, struct buffer *why)
{
    size_t hits = csv_header_hits(&t->csv, tree->text, tree->size), count = 0;
    while (t->csv.columns[count])
        count++;
    if (hits * 2 < count)
        return 0;
    buffer_format(why, "its header has %zu of %zu columns", hits, count);
    return hits == count ? t->detect_score : t->detect_score / 2;
}

comity_status template_normalize(const struct template *t, struct tree *tree)
{
    return tree->syntax == SYNTAX_XML ? xml_normalize(tree, &t->namespaces) : COMITY_OK;
}

int32_t template_score(const struct template *t, const struct tree *tree, struct buffer *why)
{
    if (t->syntax == SYNTAX_CSV && tree->syntax == SYNTAX_TEXT)
        return csv_score(t, tree, why);
    if (t->syntax != tree->syntax || tree->count < 2)
        return 0;
    if (t->form)
        return form_score(t, tree, why);
    if (t->syntax == SYNTAX_XML)
        return xml_score(t, tree, why);
    if (!t->detect_count)
        return 0;
    for (size_t i = 0; i < t->detect_count; i++)
        if (t->detect[i].kind == WHEN_HAS ? !tree_at(tree, 1, t->detect[i].at)
                                          : !condition_holds(&t->detect[i], tree, 1))
            return 0; /* a member that is null tells the format all the same */
    buffer_text(why, "has");
    for (size_t i = 0; i < t->detect_count; i++) {
        buffer_text(why, i ? ", " : " ");
        buffer_text(why, t->detect[i].at);
    }
    return t->detect_score;
}
