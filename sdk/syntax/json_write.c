/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * JSON text out: strings, and nodes of a located tree as compact JSON.  Numbers go out as the
 * lexemes that they came in as.  Knows nothing of formats. */
#include "syntax/json.h"

#include "syntax/json_scan.h"

static void put_escape(struct buffer *out, unsigned char byte)
{
    static const char hex[] = "0123456789abcdef";
    char escape[6] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
    size_t len = 2;
    switch (byte) {
    case '"':
    case '\\':
        escape[1] = (char)byte;
        break;
    case '\b':
        escape[1] = 'b';
        break;
    case '\f':
        escape[1] = 'f';
        break;
    case '\n':
        escape[1] = 'n';
        break;
    case '\r':
        escape[1] = 'r';
        break;
    case '\t':
        escape[1] = 't';
        break;
    default:
        len = sizeof(escape);
    }
    buffer_add(out, escape, len);
}

void json_put_string(struct buffer *out, const char *text, size_t len)
{
    const char *at = text, *end = text + len;
    buffer_char(out, '"');
    while (at < end) {
        const char *stop = json_write_run(at, end);
        buffer_add(out, at, (size_t)(stop - at));
        at = stop;
        if (at < end)
            put_escape(out, (unsigned char)*at++);
    }
    buffer_char(out, '"');
}

/* What stands before the first, between two, and behind the last child. */
static void put_children(struct buffer *out, const struct tree *tree, uint32_t index)
{
    const struct comity_node *node = &tree->nodes[index];
    bool is_group = node->kind == COMITY_NODE_GROUP;
    buffer_char(out, is_group ? '{' : '[');
    for (uint32_t i = node->first; i; i = tree->nodes[i].next) {
        if (i != node->first)
            buffer_char(out, ',');
        if (is_group) {
            json_put_string(out, tree->nodes[i].name, tree->nodes[i].name_len);
            buffer_char(out, ':');
        }
        json_put_node(out, tree, i);
    }
    buffer_char(out, is_group ? '}' : ']');
}

/* Recursion is bounded: the reader takes no more than JSON_MAX_DEPTH levels. */
void json_put_node(struct buffer *out, const struct tree *tree, uint32_t index)
{
    const struct comity_node *node = &tree->nodes[index];
    switch (node->kind) {
    case COMITY_NODE_NONE:
    case COMITY_NODE_NULL:
        buffer_text(out, "null");
        break;
    case COMITY_NODE_FALSE:
        buffer_text(out, "false");
        break;
    case COMITY_NODE_TRUE:
        buffer_text(out, "true");
        break;
    case COMITY_NODE_NUMBER:
        buffer_add(out, node->text, node->text_len);
        break;
    case COMITY_NODE_LIST:
    case COMITY_NODE_GROUP:
        put_children(out, tree, index);
        break;
    default: /* XML: what it says, as text */
        json_put_string(out, node->text, node->text_len);
    }
}
