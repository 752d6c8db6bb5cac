/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From rows to documents.  A row that cannot be read costs that row alone: reading goes on at
 * the line behind the one where it began. */
#include "syntax/csv.h"

#include <stdio.h>
#include <string.h>

#define MAX_COLUMNS 512u

struct csv_field {
    const char *text;
    uint32_t len, offset, end;
};

struct csv_reading {
    struct tree *tree;
    const struct csv_layout *layout;
    const struct limits *limits;
    struct findings *findings;
    size_t at;  /* where the next row begins */
    size_t row; /* where this one began */
    uint64_t *bad;
    struct csv_field fields[MAX_COLUMNS];
    size_t count;
    struct csv_field names[MAX_COLUMNS]; /* of the header */
    size_t name_count;
    bool is_shared[MAX_COLUMNS];
    const char *known[MAX_COLUMNS]; /* the layout's own name, NULL: it has none */
    uint32_t list, last_document, document, last_member, rows, last_row;
    size_t bare_row; /* where a document begins whose first row has nothing of its own */
    size_t first[MAX_COLUMNS]; /* the document's shared values: place of the node, 0 = none */
    comity_status status;
};

/* --- findings */

static void report(struct csv_reading *r, size_t offset, const char *code, const char *hint,
                   const char *message)
{
    struct place place = tree_place(r->tree, offset);
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = COMITY_ERROR,
                                     .code = code,
                                     .message = message,
                                     .line = place.line,
                                     .column = place.column,
                                     .offset = place.offset,
                                     .hint = hint};
    findings_add(r->findings, &finding);
}

/* Leaves the row out, and goes on at the next line. */
static void leave_row(struct csv_reading *r, size_t offset, const char *code,
                      const char *message)
{
    const struct tree *tree = r->tree;
    const char *end = memchr(tree->text + r->row, '\n', tree->size - r->row);
    report(r, offset, code, "mend the row; the others are read", message);
    r->at = end ? (size_t)(end - tree->text) + 1 : tree->size;
    ++*r->bad;
}

/* --- one row */

static bool is_row_end(const struct tree *tree, size_t at)
{
    return at == tree->size || tree->text[at] == '\n' ||
           (tree->text[at] == '\r' && at + 1 < tree->size && tree->text[at + 1] == '\n');
}

/* A field in quotes, from behind the first one on; false (reported) where it does not end. */
static bool read_quoted(struct csv_reading *r, size_t *at, struct csv_field *field)
{
    const struct tree *tree = r->tree;
    size_t open = *at, doubled = 0;
    for (++*at; *at < tree->size; ++*at) {
        if (tree->text[*at] != '"')
            continue;
        if (*at + 1 == tree->size || tree->text[*at + 1] != '"')
            break;
        doubled++;
        ++*at;
    }
    if (*at == tree->size) {
        leave_row(r, open, "csv.quote", "the quote that opens here is never closed");
        return false;
    }
    size_t size = *at - open - 1;
    field->text = tree->text + open + 1;
    field->len = (uint32_t)(size - doubled);
    ++*at;
    if (!is_row_end(tree, *at) && tree->text[*at] != ',') {
        leave_row(r, *at, "csv.quote",
                  "something stands behind a closing quote; a quote in a field is doubled");
        return false;
    }
    if (!doubled)
        return true;
    char *text = arena_alloc(tree->arena, field->len + 1);
    if (!text) {
        r->status = COMITY_E_NOMEM;
        return false;
    }
    size_t to = 0;
    for (size_t i = 0; i < size; i++) {
        text[to++] = field->text[i];
        i += field->text[i] == '"';
    }
    field->text = text;
    return true;
}

/* The fields of the next row; false where it was left out, or memory has run out. */
static bool read_row(struct csv_reading *r)
{
    const struct tree *tree = r->tree;
    size_t at = r->at;
    r->row = at;
    r->count = 0;
    for (;;) {
        if (r->count == MAX_COLUMNS) {
            leave_row(r, at, "limit.columns", "the row has more than 512 fields");
            return false;
        }
        struct csv_field *field = &r->fields[r->count++];
        *field = (struct csv_field){.text = tree->text + at, .offset = (uint32_t)at};
        if (at < tree->size && tree->text[at] == '"') {
            if (!read_quoted(r, &at, field))
                return false;
        } else {
            while (!is_row_end(tree, at) && tree->text[at] != ',')
                at++;
            field->len = (uint32_t)(at - field->offset);
        }
        field->end = (uint32_t)at;
        if (field->len && memchr(field->text, 0, field->len)) {
            leave_row(r, field->offset, "text.nul", "found U+0000; no text may hold a NUL");
            return false;
        }
        if (is_row_end(tree, at))
            break;
        at++;
    }
    while (at < tree->size && tree->text[at] != '\n')
        at++;
    r->at = at < tree->size ? at + 1 : at;
    return true;
}

/* --- nodes */

static uint32_t add_node(struct csv_reading *r, uint8_t kind, size_t offset, uint32_t parent,
                         uint32_t *last)
{
    uint32_t index = tree_add(r->tree, (uint32_t)r->limits->members);
    if (!index) {
        r->status = r->tree->count >= r->limits->members ? COMITY_E_LIMIT : COMITY_E_NOMEM;
        return 0;
    }
    struct comity_node *node = tree_node(r->tree, index);
    node->kind = kind;
    node->offset = (uint32_t)offset;
    node->end = (uint32_t)offset;
    if (*last)
        tree_node(r->tree, *last)->next = index;
    else
        tree_node(r->tree, parent)->first = index;
    tree_node(r->tree, parent)->count++;
    *last = index;
    return index;
}

static void name_node(struct csv_reading *r, uint32_t index, const char *name, size_t len)
{
    struct comity_node *node = tree_node(r->tree, index);
    node->name = name;
    node->name_len = (uint32_t)len;
}

/* The members of a document (its shared columns) or of a row (the others). */
static void add_members(struct csv_reading *r, uint32_t parent, uint32_t *last, bool shared)
{
    for (size_t i = 0; i < r->count && r->status == COMITY_OK; i++) {
        const struct csv_field *field = &r->fields[i];
        if (r->is_shared[i] != shared || !field->len)
            continue;
        uint32_t index = add_node(r, COMITY_NODE_STRING, field->offset, parent, last);
        if (!index)
            return;
        struct comity_node *node = tree_node(r->tree, index);
        node->end = field->end;
        node->text = field->text;
        node->text_len = field->len;
        name_node(r, index, r->known[i] ? r->known[i] : r->names[i].text,
                  r->known[i] ? strlen(r->known[i]) : r->names[i].len);
        if (shared)
            r->first[i] = index;
    }
}

/* True if the row says the same in each shared column as the document that is open. */
static bool is_same_document(const struct csv_reading *r)
{
    for (size_t i = 0; i < r->count && r->document; i++) {
        const struct csv_field *field = &r->fields[i];
        const struct comity_node *node = tree_node(r->tree, (uint32_t)r->first[i]);
        size_t len = r->first[i] ? node->text_len : 0;
        if (r->is_shared[i] &&
            (field->len != len || (len && memcmp(field->text, node->text, len) != 0)))
            return false;
    }
    return r->document != 0;
}

static void open_document(struct csv_reading *r)
{
    memset(r->first, 0, sizeof r->first);
    r->last_member = r->rows = r->last_row = 0;
    r->bare_row = r->row;
    r->document = add_node(r, COMITY_NODE_GROUP, r->row, r->list, &r->last_document);
    if (r->document)
        add_members(r, r->document, &r->last_member, true);
}

/* Begins the list of rows.  A first one that had nothing of its own is an entry by now. */
static void open_rows(struct csv_reading *r, bool has_bare)
{
    r->rows = add_node(r, COMITY_NODE_LIST, r->bare_row, r->document, &r->last_member);
    if (!r->rows)
        return;
    name_node(r, r->rows, CSV_ROWS, sizeof CSV_ROWS - 1);
    if (has_bare)
        add_node(r, COMITY_NODE_GROUP, r->bare_row, r->rows, &r->last_row);
}

static bool has_own(const struct csv_reading *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (!r->is_shared[i] && r->fields[i].len)
            return true;
    return false;
}

static void add_row(struct csv_reading *r)
{
    bool is_new = !is_same_document(r);
    uint32_t last = 0, row = 0, end = r->fields[r->count - 1].end;
    if (is_new)
        open_document(r);
    bool is_entry = !is_new || has_own(r); /* one row alone may be of none */
    if (r->status == COMITY_OK && is_entry && !r->rows)
        open_rows(r, !is_new);
    if (r->status == COMITY_OK && is_entry)
        row = add_node(r, COMITY_NODE_GROUP, r->row, r->rows, &r->last_row);
    if (row)
        add_members(r, row, &last, false);
    uint32_t parents[] = {row, r->rows, r->document, r->list};
    for (size_t i = 0; i < sizeof parents / sizeof *parents; i++)
        if (parents[i])
            tree_node(r->tree, parents[i])->end = end;
}

/* --- the header */

static size_t find_name(const char *const *names, const char *text, size_t len)
{
    size_t i = 0;
    while (names[i] && (strlen(names[i]) != len || memcmp(names[i], text, len) != 0))
        i++;
    return i;
}

static bool read_header(struct csv_reading *r)
{
    if (!read_row(r))
        return false;
    for (size_t i = 0; i < r->count; i++) {
        const struct csv_field *field = &r->fields[i];
        size_t known = find_name(r->layout->columns, field->text, field->len),
               shared = find_name(r->layout->shared, field->text, field->len);
        r->names[i] = *field;
        r->known[i] = r->layout->columns[known];
        r->is_shared[i] = r->layout->shared[shared] != NULL;
        for (size_t k = 0; k < i; k++)
            if (r->names[k].len == field->len &&
                memcmp(r->names[k].text, field->text, field->len) == 0) {
                report(r, field->offset, "csv.header", "give each column a name of its own",
                       "two columns have the same name");
                return false;
            }
    }
    r->name_count = r->count;
    return true;
}

size_t csv_header_hits(const struct csv_layout *layout, const char *text, size_t size)
{
    size_t hits = 0;
    const char *end = memchr(text, '\n', size);
    size = end ? (size_t)(end - text) : size;
    if (size && text[size - 1] == '\r')
        size--;
    for (size_t at = 0; at <= size;) {
        const char *comma = at < size ? memchr(text + at, ',', size - at) : NULL;
        size_t len = (comma ? (size_t)(comma - text) : size) - at;
        const char *name = text + at;
        at += len + 1;
        if (len > 2 && name[0] == '"' && name[len - 1] == '"') {
            name++;
            len -= 2;
        }
        hits += layout->columns[find_name(layout->columns, name, len)] != NULL;
    }
    return hits;
}

comity_status csv_read(struct tree *tree, const struct csv_layout *layout,
                       const struct limits *limits, struct findings *findings, uint64_t *bad)
{
    struct csv_reading *r = arena_zalloc(tree->arena, sizeof *r);
    uint32_t last = 0;
    *bad = 0;
    uint32_t root = tree->count > 1 ? 1 : tree_add(tree, UINT32_MAX);
    if (!r || !root)
        return COMITY_E_NOMEM;
    tree_node(tree, root)->kind = COMITY_NODE_GROUP;
    tree_node(tree, root)->end = (uint32_t)tree->size;
    r->tree = tree;
    r->layout = layout;
    r->limits = limits;
    r->findings = findings;
    r->bad = bad;
    if (!read_header(r))
        return r->status != COMITY_OK ? r->status : COMITY_E_INVALID;
    r->list = add_node(r, COMITY_NODE_LIST, r->at, 1, &last);
    if (r->list)
        name_node(r, r->list, CSV_DOCUMENTS, sizeof CSV_DOCUMENTS - 1);
    while (r->at < tree->size && r->status == COMITY_OK) {
        if (!read_row(r) || (r->count == 1 && !r->fields[0].len))
            continue; /* left out, or an empty line */
        if (r->count == r->name_count) {
            add_row(r);
            continue;
        }
        char message[120];
        snprintf(message, sizeof message, "the row has %zu fields, the header has %zu",
                 r->count, r->name_count);
        leave_row(r, r->row, "csv.row", message);
    }
    if (r->status == COMITY_E_LIMIT)
        report(r, r->row, "limit.members", "raise the limit if such files are to be expected",
               "the file has more values than the limit allows");
    return r->status;
}
