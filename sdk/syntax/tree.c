/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The located tree: its nodes, and where they stand.  There are no parent pointers: a path is
 * found by walking down, since the child that holds node i is the last one whose index is not
 * above i.  Knows nothing of any format.
 *
 * Findings come by the thousand and mostly in the order of the document.  Counting lines and
 * entries from the start for each would be quadratic, so that a tree notes where the last
 * count ended. */
#include "syntax/tree.h"

#include "base/utf8.h"
#include "io/charset.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 256u
#define PATH_LIMIT ((size_t)64 << 10) /* bytes of one path; longer ones are left out */
#define WORTH_NOTING 16u              /* siblings passed; fewer are as well passed again */

struct tree_notes {
    /* tree_place(): */
    const char *text; /* the text that the place belongs to */
    size_t offset;    /* bytes from its start */
    uint64_t lines;   /* line breaks before that */
    uint64_t chars;   /* characters since the last of them */
    /* tree_path(): */
    uint32_t parent; /* 0 = nothing noted */
    uint32_t child;  /* one of its children */
    uint32_t passed; /* how many siblings stand before it */
    uint32_t rank;   /* how many of them are told from it by position alone */
};

void tree_init(struct tree *tree, struct arena *arena)
{
    *tree = (struct tree){.syntax = SYNTAX_JSON, .line = 1, .column = 1, .arena = arena};
}

void tree_free(struct tree *tree)
{
    free(tree->notes);
    free(tree->nodes);
    tree_init(tree, tree->arena);
}

void tree_reset(struct tree *tree)
{
    tree->count = 0;
    tree->text = NULL;
    tree->size = 0;
    tree->map = NULL;
    tree->parts = NULL;
    tree->parted = 0;
    tree->is_normal = false;
    if (tree->notes)
        *tree->notes = (struct tree_notes){.text = NULL};
}

static bool grow(struct tree *tree)
{
    if (tree->capacity > UINT32_MAX / 2)
        return false;
    if (!tree->notes)
        tree->notes = calloc(1, sizeof(*tree->notes));
    if (!tree->notes)
        return false;
    uint32_t capacity = tree->capacity ? tree->capacity * 2 : FIRST_CAPACITY;
    struct comity_node *nodes = realloc(tree->nodes, capacity * sizeof(*nodes));
    if (!nodes)
        return false;
    if (!tree->capacity)
        nodes[0] = (struct comity_node){.kind = COMITY_NODE_NONE};
    tree->nodes = nodes;
    tree->capacity = capacity;
    return true;
}

uint32_t tree_add(struct tree *tree, uint32_t limit)
{
    uint32_t index = tree->count ? tree->count : 1;
    if (index > limit || (index >= tree->capacity && !grow(tree)))
        return 0;
    tree->nodes[index] = (struct comity_node){.kind = COMITY_NODE_NONE};
    tree->count = index + 1;
    return index;
}

static bool same_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
    return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

uint32_t tree_find(const struct tree *tree, uint32_t parent, const char *name, size_t name_len,
                   const char *ns)
{
    for (uint32_t i = tree->nodes[parent].first; i; i = tree->nodes[i].next) {
        const struct comity_node *node = &tree->nodes[i];
        if (!node->name || !same_text(node->name, node->name_len, name, name_len))
            continue;
        if (!ns || (node->ns && strcmp(node->ns, ns) == 0))
            return i;
    }
    return 0;
}

static bool element_is_leaf(const struct tree *tree, const struct comity_node *node)
{
    for (uint32_t i = node->first; i; i = tree->nodes[i].next)
        if (tree->nodes[i].kind != COMITY_NODE_ATTRIBUTE)
            return false;
    return node->text_len > 0 || !node->first;
}

bool tree_is_leaf(const struct tree *tree, const struct comity_node *node)
{
    switch (node->kind) {
    case COMITY_NODE_NONE:
        return false;
    case COMITY_NODE_LIST:
    case COMITY_NODE_GROUP:
        return node->first == 0;
    case COMITY_NODE_ELEMENT:
        return element_is_leaf(tree, node);
    default:
        return true;
    }
}

/* --- places */

/* From one place on to a later one. */
static void step_forward(const char *text, struct tree_notes *at, size_t offset)
{
    const char *from = text + at->offset, *to = text + offset;
    for (;;) {
        const char *line_end = memchr(from, '\n', (size_t)(to - from));
        if (!line_end)
            break;
        at->lines++;
        at->chars = 0;
        from = line_end + 1;
    }
    at->chars += utf8_count(from, (size_t)(to - from));
    at->offset = offset;
}

/* And back to an earlier one. */
static void step_back(const char *text, struct tree_notes *at, size_t offset)
{
    const char *to = text + offset;
    uint64_t lines = 0;
    const char *from = to;
    for (const char *end = text + at->offset;; lines++) {
        from = memchr(from, '\n', (size_t)(end - from));
        if (!from)
            break;
        from++;
    }
    if (lines == 0) {
        at->chars -= utf8_count(to, at->offset - offset);
    } else {
        const char *line_end = memrchr(text, '\n', offset);
        const char *line = line_end ? line_end + 1 : text;
        at->chars = utf8_count(line, (size_t)(to - line));
        at->lines -= lines;
    }
    at->offset = offset;
}

struct place tree_place(const struct tree *tree, size_t offset)
{
    struct tree_notes start = {.text = tree->text};
    struct tree_notes *at = tree->notes ? tree->notes : &start;
    if (offset > tree->size)
        offset = tree->size;
    if (at->text != tree->text || at->offset > tree->size) {
        at->text = tree->text;
        at->offset = 0;
        at->lines = at->chars = 0;
    }
    if (offset > at->offset)
        step_forward(tree->text, at, offset);
    else if (offset < at->offset)
        step_back(tree->text, at, offset);

    struct place place = {.line = (tree->line ? tree->line : 1) + at->lines};
    place.column = at->chars + 1;
    if (at->lines == 0 && tree->column)
        place.column += tree->column - 1;
    place.offset = tree->map ? charset_map_offset(tree->map, offset) : tree->offset + offset;
    return place;
}

/* --- paths */

static void put_pointer_token(struct buffer *path, const struct comity_node *node)
{
    for (uint32_t i = 0; i < node->name_len; i++) {
        if (node->name[i] == '~')
            buffer_add(path, "~0", 2);
        else if (node->name[i] == '/')
            buffer_add(path, "~1", 2);
        else
            buffer_char(path, node->name[i]);
    }
}

/* What a path tells apart by position: elements of one name; texts; entries of a list. */
static bool is_counted_with(const struct tree *tree, const struct comity_node *a,
                            const struct comity_node *b)
{
    if (tree->syntax != SYNTAX_XML)
        return true;
    if (a->kind != b->kind || a->kind == COMITY_NODE_ATTRIBUTE)
        return false;
    return same_text(a->name, a->name_len, b->name, b->name_len);
}

/* The entry that holds node `index`, of the list of which a part alone is linked. */
static uint32_t entry_towards(const struct tree *tree, uint32_t index, uint32_t *passed)
{
    uint32_t low = 0, high = tree->entry_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        *(tree->entries[middle] <= index ? &low : &high) = middle;
    }
    *passed = low;
    return tree->entries[low];
}

/* The child of `parent` that holds node `index`; `*passed` becomes how many siblings stand
 * before it. */
static uint32_t child_towards(const struct tree *tree, uint32_t parent, uint32_t index,
                              uint32_t *passed)
{
    const struct tree_notes *noted = tree->notes;
    uint32_t child = tree->nodes[parent].first;
    if (parent == tree->parted)
        return entry_towards(tree, index, passed);
    *passed = 0;
    if (noted->parent == parent && noted->child <= index) {
        child = noted->child;
        *passed = noted->passed;
    }
    while (tree->nodes[child].next && tree->nodes[child].next <= index) {
        child = tree->nodes[child].next;
        ++*passed;
    }
    return child;
}

/* How many siblings before `child` are counted with it. */
static uint32_t rank_of(const struct tree *tree, uint32_t parent, uint32_t child,
                        uint32_t passed)
{
    const struct tree_notes *noted = tree->notes;
    const struct comity_node *node = &tree->nodes[child];
    if (tree->syntax != SYNTAX_XML || tree->is_normal)
        return passed;
    uint32_t from = tree->nodes[parent].first, rank = 0;
    if (noted->parent == parent && noted->child <= child &&
        is_counted_with(tree, node, &tree->nodes[noted->child])) {
        from = noted->child;
        rank = noted->rank;
    }
    for (; from != child; from = tree->nodes[from].next)
        rank += is_counted_with(tree, node, &tree->nodes[from]);
    return rank;
}

/* Notes a child that took long to reach, unless a longer way to what encloses it is noted. */
static void note_path(const struct tree *tree, uint32_t parent, uint32_t child, uint32_t rank,
                      uint32_t passed)
{
    struct tree_notes *noted = tree->notes;
    if (passed < WORTH_NOTING)
        return;
    const struct comity_node *outer = &tree->nodes[noted->child];
    uint32_t offset = tree->nodes[parent].offset;
    if (noted->parent && noted->parent != parent && noted->passed > passed &&
        offset >= outer->offset && offset < outer->end)
        return;
    noted->parent = parent;
    noted->child = child;
    noted->rank = rank;
    noted->passed = passed;
}

/* True if a later sibling is counted with `child`. */
static bool has_later_twin(const struct tree *tree, uint32_t child)
{
    const struct comity_node *node = &tree->nodes[child];
    for (uint32_t i = node->next; i; i = tree->nodes[i].next)
        if (is_counted_with(tree, node, &tree->nodes[i]))
            return true;
    return false;
}

static void put_xpath_step(const struct tree *tree, uint32_t child, uint32_t rank,
                           struct buffer *path)
{
    const struct comity_node *node = &tree->nodes[child];
    if (node->kind == COMITY_NODE_ATTRIBUTE)
        buffer_char(path, '@');
    if (node->kind == COMITY_NODE_TEXT)
        buffer_text(path, "text()");
    else
        buffer_add(path, node->name, node->name_len);
    if (rank > 0 || has_later_twin(tree, child))
        buffer_format(path, "[%lu]", (unsigned long)rank + 1);
}

/* As an XPath, by the names that the format gives: a list is no step of its own. */
static void put_normal_path(const struct tree *tree, uint32_t index, struct buffer *path)
{
    uint32_t here = 1;
    buffer_char(path, '/');
    buffer_add(path, tree->nodes[1].name, tree->nodes[1].name_len);
    while (here != index && tree->nodes[here].first) {
        uint32_t passed = 0;
        uint32_t child = child_towards(tree, here, index, &passed);
        uint32_t rank = rank_of(tree, here, child, passed);
        note_path(tree, here, child, rank, passed);
        if (tree->nodes[here].kind == COMITY_NODE_LIST) {
            buffer_format(path, "[%lu]", (unsigned long)rank + 1);
        } else {
            buffer_char(path, '/');
            buffer_add(path, tree->nodes[child].name, tree->nodes[child].name_len);
        }
        here = child;
    }
}

void tree_path(const struct tree *tree, uint32_t index, struct buffer *path)
{
    if (index == 0 || index >= tree->count)
        return;
    if (tree->syntax == SYNTAX_TEXT) { /* one level, where labels stand once */
        buffer_add(path, tree->nodes[index].name, tree->nodes[index].name_len);
        return;
    }
    uint32_t here = 1;
    if (tree->is_normal) {
        put_normal_path(tree, index, path);
        return;
    }
    if (tree->syntax == SYNTAX_XML) {
        buffer_char(path, '/');
        put_xpath_step(tree, here, 0, path);
    }
    while (here != index && tree->nodes[here].first) {
        uint32_t passed = 0;
        uint32_t child = child_towards(tree, here, index, &passed);
        uint32_t rank = rank_of(tree, here, child, passed);
        note_path(tree, here, child, rank, passed);
        buffer_char(path, '/');
        if (tree->syntax == SYNTAX_XML || tree->syntax == SYNTAX_LINES)
            put_xpath_step(tree, child, rank, path);
        else if (tree->nodes[here].kind == COMITY_NODE_LIST)
            buffer_format(path, "%lu", (unsigned long)rank);
        else
            put_pointer_token(path, &tree->nodes[child]);
        here = child;
    }
}

/* --- reports */

static void add_at(const struct tree *tree, struct findings *findings, size_t offset,
                   struct comity_finding *finding)
{
    struct place place = tree_place(tree, offset);
    finding->struct_size = sizeof(*finding);
    finding->line = place.line;
    finding->column = place.column;
    finding->offset = place.offset;
    findings_add(findings, finding);
}

static void add_at_node(const struct tree *tree, struct findings *findings, uint32_t index,
                        size_t offset, struct comity_finding *finding)
{
    struct buffer path;
    buffer_init(&path, PATH_LIMIT);
    if (index && index < tree->count) {
        tree_path(tree, index, &path);
        buffer_char(&path, '\0');
        if (buffer_status(&path) == COMITY_OK)
            finding->source = path.bytes;
    }
    add_at(tree, findings, offset, finding);
    buffer_free(&path);
}

void tree_report(const struct tree *tree, struct findings *findings, uint32_t index,
                 int32_t severity, const char *code, const char *field, const char *hint,
                 const char *message)
{
    struct comity_finding finding = {
        .severity = severity, .code = code, .message = message, .field = field, .hint = hint};
    size_t offset = index && index < tree->count ? tree->nodes[index].offset : 0;
    add_at_node(tree, findings, index, offset, &finding);
}

void tree_report_part(const struct tree *tree, struct findings *findings, uint32_t index,
                      size_t offset, struct comity_finding *finding)
{
    add_at_node(tree, findings, index, offset, finding);
}

void tree_report_at(const struct tree *tree, struct findings *findings, uint32_t index,
                    int32_t severity, const struct syntax_error *error)
{
    struct comity_finding finding = {.severity = severity,
                                     .code = error->code,
                                     .message = error->message,
                                     .hint = error->hint};
    add_at_node(tree, findings, index, error->offset, &finding);
}

void tree_report_syntax(const struct tree *tree, struct findings *findings,
                        const struct syntax_error *error)
{
    tree_report_at(tree, findings, 0, COMITY_ERROR, error);
}
