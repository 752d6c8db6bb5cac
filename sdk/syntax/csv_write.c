/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the normal form of a document, as JSON, to rows. */
#include "syntax/csv.h"
#include "syntax/json.h"

#include <string.h>

static void put_field(struct buffer *out, const char *text, size_t len)
{
    bool quoted = len && (memchr(text, ',', len) || memchr(text, '"', len) ||
                          memchr(text, '\n', len) || memchr(text, '\r', len));
    if (!quoted) {
        buffer_add(out, text, len);
        return;
    }
    buffer_char(out, '"');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"')
            buffer_char(out, '"');
        buffer_char(out, text[i]);
    }
    buffer_char(out, '"');
}

/* `row` 0: the document has none, and is one row of what it says itself. */
static void put_row(const struct tree *tree, const struct csv_layout *layout, uint32_t row,
                    struct buffer *out)
{
    for (const char *const *column = layout->columns; *column; column++) {
        size_t len = strlen(*column);
        uint32_t index = row ? tree_find(tree, row, *column, len, NULL) : 0;
        if (!index)
            index = tree_find(tree, 1, *column, len, NULL);
        if (column != layout->columns)
            buffer_char(out, ',');
        if (index && tree_node(tree, index)->text)
            put_field(out, tree_node(tree, index)->text, tree_node(tree, index)->text_len);
    }
    buffer_char(out, '\n');
}

static size_t count_lost(const struct tree *tree, const struct csv_layout *layout,
                         uint32_t parent)
{
    size_t lost = 0;
    for (uint32_t i = tree_node(tree, parent)->first; i; i = tree_node(tree, i)->next) {
        const struct comity_node *node = tree_node(tree, i);
        bool is_known = node->kind == COMITY_NODE_LIST;
        for (const char *const *column = layout->columns; *column && !is_known; column++)
            is_known = node->text && strlen(*column) == node->name_len &&
                       memcmp(*column, node->name, node->name_len) == 0;
        lost += !is_known;
    }
    return lost;
}

comity_status csv_from_json(const char *json, size_t len, const struct csv_layout *layout,
                            bool header, struct arena *arena, struct buffer *out, size_t *lost)
{
    struct tree tree;
    struct limits limits = LIMITS_INIT;
    struct syntax_error error;
    size_t used = 0;
    *lost = 0;
    tree_init(&tree, arena);
    comity_status status = json_read(&tree, json, len, true, &limits, &used, &error);
    if (status == COMITY_OK && tree_node(&tree, 1)->kind != COMITY_NODE_GROUP)
        status = COMITY_E_INVALID;
    for (const char *const *column = layout->columns; header && *column; column++) {
        put_field(out, *column, strlen(*column));
        buffer_char(out, column[1] ? ',' : '\n');
    }
    if (status == COMITY_OK) {
        uint32_t rows = tree_find(&tree, 1, CSV_ROWS, sizeof CSV_ROWS - 1, NULL);
        uint32_t row = rows ? tree_node(&tree, rows)->first : 0;
        *lost = count_lost(&tree, layout, 1);
        if (!row)
            put_row(&tree, layout, 0, out);
        for (; row; row = tree_node(&tree, row)->next) {
            *lost += count_lost(&tree, layout, row);
            put_row(&tree, layout, row, out);
        }
        status = buffer_status(out);
    }
    tree_free(&tree);
    return status == COMITY_E_LIMIT ? COMITY_E_INVALID : status;
}
