/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fixed columns to a tree.  Columns are counted in characters; places are bytes of the text. */
#include "syntax/lines.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

struct reading {
    struct tree *tree;
    const struct comity_line *sorts;
    uint32_t limit; /* nodes */
    uint32_t last;  /* child of the root */
};

/* One line: its bytes, without what ends it. */
struct line {
    const char *text;
    size_t start, len;
};

/* `more` characters behind a byte of the line; its end where it has fewer. */
static size_t character(const struct line *line, size_t at, size_t more)
{
    for (; more > 0 && at < line->len; more--) {
        uint32_t code;
        size_t size = utf8_decode(line->text + at, line->len - at, &code);
        at += size ? size : 1;
    }
    return at;
}

static size_t begins(const struct line *line, uint32_t column)
{
    return character(line, 0, column);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_marked(const struct line *line, const struct comity_line *sort)
{
    size_t len = sort->mark ? strlen(sort->mark) : 0;
    size_t at = begins(line, sort->mark_at);
    return len <= line->len - at &&
           memcmp(line->text + at, sort->mark ? sort->mark : "", len) == 0;
}

static uint32_t add(struct reading *r, uint32_t parent, uint32_t *last, const char *name,
                    uint8_t kind, size_t start, size_t end)
{
    uint32_t index = tree_add(r->tree, r->limit);
    if (!index)
        return 0;
    struct comity_node *node = tree_node(r->tree, index);
    node->kind = kind;
    node->name = name;
    node->name_len = (uint32_t)strlen(name);
    node->offset = (uint32_t)start;
    node->end = (uint32_t)end;
    if (kind == COMITY_NODE_STRING) {
        node->text = r->tree->text + start;
        node->text_len = (uint32_t)(end - start);
    }
    if (*last)
        tree_node(r->tree, *last)->next = index;
    else
        tree_node(r->tree, parent)->first = index;
    tree_node(r->tree, parent)->count++;
    *last = index;
    return index;
}

/* A leaf for a part of the line that is not blank; false where no node can be had. */
static bool add_part(struct reading *r, uint32_t parent, uint32_t *last, const char *name,
                     const struct line *line, size_t from, size_t to)
{
    while (from < to && is_blank(line->text[from]))
        from++;
    while (to > from && is_blank(line->text[to - 1]))
        to--;
    return from == to ||
           add(r, parent, last, name, COMITY_NODE_STRING, line->start + from, line->start + to);
}

/* Where the first column or mark begins that ends behind `at`; *end is where that one ends. */
static size_t covered(const struct line *line, const struct comity_line *sort, size_t at,
                      size_t *end)
{
    size_t from = line->len, mark = begins(line, sort->mark_at);
    size_t mark_end = mark + (sort->mark ? strlen(sort->mark) : 0);
    *end = line->len;
    if (mark_end > at && mark_end > mark) {
        from = mark;
        *end = mark_end;
    }
    for (const struct comity_column *column = sort->columns; column->name; column++) {
        size_t begin = begins(line, column->at);
        size_t stop = column->width ? character(line, begin, column->width) : line->len;
        if (stop > at && begin < from) {
            from = begin;
            *end = stop;
        }
    }
    return from;
}

/* What stands in no column. */
static bool add_rest(struct reading *r, uint32_t parent, uint32_t *last,
                     const struct line *line, const struct comity_line *sort)
{
    for (size_t at = 0, end = 0; at < line->len; at = end) {
        size_t from = covered(line, sort, at, &end);
        if (from > at && !add_part(r, parent, last, "rest", line, at, from))
            return false;
    }
    return true;
}

static bool add_line(struct reading *r, const struct line *line)
{
    const struct comity_line *sort = r->sorts;
    uint32_t last = 0;
    while (sort->name && !is_marked(line, sort))
        sort++;
    if (!sort->name)
        return add_part(r, 1, &r->last, "line", line, 0, line->len);
    uint32_t group = add(r, 1, &r->last, sort->name, COMITY_NODE_GROUP, line->start,
                         line->start + line->len);
    for (const struct comity_column *column = sort->columns; group && column->name; column++) {
        size_t from = begins(line, column->at);
        size_t to = column->width ? character(line, from, column->width) : line->len;
        if (!add_part(r, group, &last, column->name, line, from, to))
            return false;
    }
    return group && add_rest(r, group, &last, line, sort);
}

static comity_status stop(struct reading *r, struct findings *findings)
{
    char message[160];
    if (r->tree->count < r->limit)
        return COMITY_E_NOMEM;
    snprintf(message, sizeof message, "the document has more than %u values", r->limit);
    tree_report(r->tree, findings, 1, COMITY_ERROR, "limit.members", NULL,
                "raise the limit if such documents are to be expected", message);
    return COMITY_E_LIMIT;
}

comity_status lines_read(struct tree *tree, const struct comity_line *lines,
                         const struct limits *limits, struct findings *findings)
{
    struct reading r = {.tree = tree, .sorts = lines, .limit = limits->members};
    for (size_t at = 0; at < tree->size;) {
        const char *end = memchr(tree->text + at, '\n', tree->size - at);
        size_t next = end ? (size_t)(end - tree->text) + 1 : tree->size;
        struct line line = {tree->text + at, at, next - at - (end != NULL)};
        if (line.len && line.text[line.len - 1] == '\r')
            line.len--;
        size_t blank = 0;
        while (blank < line.len && is_blank(line.text[blank]))
            blank++;
        if (blank < line.len && !add_line(&r, &line))
            return stop(&r, findings);
        at = next;
    }
    return COMITY_OK;
}
