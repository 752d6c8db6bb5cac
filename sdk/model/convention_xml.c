/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * convention-xml: the record as XML, there and back, by the field table.  One element a
 * field, repeated for a list; list="empty" says that a list is empty; encoding="base64" where
 * XML 1.0 cannot carry the text. */
#include "base/encoding.h"
#include "base/utf8.h"
#include "model/convention.h"
#include "syntax/json.h"
#include "syntax/xml.h"

#include <nettle/base64.h>
#include <stdio.h>

#define ROOT_NAME "document"

static bool name_is(const struct comity_node *node, const char *name)
{
    return node->name_len == strlen(name) && memcmp(node->name, name, node->name_len) == 0;
}

static bool text_is(const struct comity_node *node, const char *text)
{
    return node->text_len == strlen(text) && memcmp(node->text, text, node->text_len) == 0;
}

/* Indentation, or nothing. */
static bool is_blank_text(const struct comity_node *node)
{
    for (size_t i = 0; i < node->text_len; i++)
        if (!memchr(" \t\r\n", node->text[i], 4))
            return false;
    return true;
}

/* Bytes of base64 text in the arena; NULL where it is none (*status tells of memory). */
static const char *decode_base64(struct convention_reader *reader, const char *text,
                                 size_t text_len, size_t *len)
{
    const char *bytes;
    size_t size;
    comity_status status =
        encoding_from_base64(reader->record->arena, text, text_len, &bytes, &size);
    if (status == COMITY_E_NOMEM)
        reader->status = status;
    if (status != COMITY_OK || utf8_invalid(bytes, size) != size)
        return NULL;
    *len = size;
    return bytes;
}

/* The text of an element, decoded where it says so; NULL (reported) where it cannot be. */
static const char *element_text(struct convention_reader *reader, uint32_t index, size_t *len)
{
    const struct comity_node *node = tree_node(reader->tree, index);
    const char *text = node->text;
    *len = node->text_len;
    for (uint32_t i = node->first; i; i = tree_node(reader->tree, i)->next) {
        struct comity_node *child = tree_node(reader->tree, i);
        if (!name_is(child, "encoding") || child->ns)
            continue;
        child->fate = FATE_MAPPED;
        text = text_is(child, "base64") ? decode_base64(reader, node->text, node->text_len, len)
                                        : NULL;
        if (!text && reader->status == COMITY_OK)
            convention_error(
                reader, index, "model.encoding", NULL,
                "the text is not what its encoding says; expected base64 of UTF-8");
    }
    return text;
}

/* Attributes that no text element has are errors, as are elements that no group has. */
static void refuse_attributes(struct convention_reader *reader, uint32_t index, uint16_t group)
{
    for (uint32_t i = tree_node(reader->tree, index)->first; i;
         i = tree_node(reader->tree, i)->next) {
        const struct comity_node *child = tree_node(reader->tree, i);
        if (child->ns || !name_is(child, "encoding"))
            convention_unknown(reader, i, group);
    }
}

static void read_kept_item(struct convention_reader *reader, uint32_t index,
                           struct value *group)
{
    struct arena *arena = reader->record->arena;
    const struct comity_node *format = NULL, *key = NULL;
    const struct tree *tree = reader->tree;
    bool is_base64 = false;
    for (uint32_t i = tree_node(tree, index)->first; i; i = tree_node(tree, i)->next) {
        const struct comity_node *child = tree_node(tree, i);
        if (child->kind == COMITY_NODE_ATTRIBUTE && name_is(child, "format"))
            format = child;
        if (child->kind == COMITY_NODE_ATTRIBUTE && name_is(child, "key"))
            key = child;
        if (child->kind == COMITY_NODE_ATTRIBUTE && name_is(child, "key-base64")) {
            key = child;
            is_base64 = true;
        }
    }
    size_t len = 0, key_len = key ? key->text_len : 0;
    const char *key_text = key && is_base64
                               ? decode_base64(reader, key->text, key_len, &key_len)
                           : key ? key->text
                                 : NULL;
    const char *json = tree_node(tree, index)->text ? element_text(reader, index, &len) : NULL;
    if (reader->status != COMITY_OK)
        return;
    if (!name_is(tree_node(tree, index), "item") || !format || !key_text || !json) {
        convention_error(reader, index, "model.type", NULL,
                         "an item of kept needs format, key and JSON text");
        return;
    }
    struct tree check;
    struct syntax_error error;
    struct limits limits = LIMITS_INIT;
    size_t used = 0;
    tree_init(&check, arena);
    comity_status status = json_read(&check, json, len, true, &limits, &used, &error);
    tree_free(&check);
    if (status == COMITY_E_NOMEM) {
        reader->status = status;
        return;
    }
    if (status != COMITY_OK || used != len) {
        convention_error(reader, index, "model.type", NULL,
                         "the text of an item of kept is not one JSON value");
        return;
    }
    const char *format_id = arena_copy(arena, format->text, format->text_len);
    if (!format_id ||
        !value_keep(reader->record, group, format_id, key_text, key_len, json, len, index))
        reader->status = COMITY_E_NOMEM;
    tree_mark(reader->tree, index, FATE_KEPT);
}

static void read_element(struct convention_reader *reader, uint32_t index, struct value *group,
                         uint16_t id);

static void read_children(struct convention_reader *reader, uint32_t index, struct value *group,
                          uint16_t id)
{
    for (uint32_t i = tree_node(reader->tree, index)->first; i && reader->status == COMITY_OK;
         i = tree_node(reader->tree, i)->next) {
        const struct comity_node *child = tree_node(reader->tree, i);
        if (child->kind == COMITY_NODE_ELEMENT)
            read_element(reader, i, group, id);
        else
            convention_unknown(reader, i, id);
    }
}

/* True if the element says that its list is empty. */
static bool says_empty(struct convention_reader *reader, uint32_t index)
{
    uint32_t i = tree_find(reader->tree, index, "list", 4, NULL);
    if (!i || tree_node(reader->tree, i)->kind != COMITY_NODE_ATTRIBUTE ||
        !text_is(tree_node(reader->tree, i), "empty"))
        return false;
    tree_node(reader->tree, i)->fate = FATE_MAPPED;
    return true;
}

static void read_field(struct convention_reader *reader, uint32_t index, struct value *group,
                       uint16_t field)
{
    const struct comity_node *node = tree_node(reader->tree, index);
    const struct value *present = value_child(group, field);
    bool empty_list = fields[field].list && says_empty(reader, index);
    if (empty_list && (present || node->text_len || node->count > 1)) {
        convention_error(reader, index, "model.type", NULL,
                         "the element says that its list is empty, which it is not");
    } else if (present && present->form == VALUE_EMPTY_LIST) {
        convention_error(reader, index, "model.type", NULL,
                         "an element before says that the list is empty");
    } else if (empty_list) {
        struct value *empty = value_add(reader->record, group, field);
        if (!empty) {
            reader->status = COMITY_E_NOMEM;
            return;
        }
        empty->form = VALUE_EMPTY_LIST;
        empty->node = index;
    } else if (fields[field].type == TYPE_GROUP) {
        struct value *child = value_add(reader->record, group, field);
        if (!child) {
            reader->status = COMITY_E_NOMEM;
            return;
        }
        child->node = index;
        if (!node->first)
            tree_node(reader->tree, index)->fate = FATE_MAPPED;
        if (!is_blank_text(node)) {
            convention_error(reader, index, "model.type", NULL,
                             "the element holds text; expected the elements of a group");
            return;
        }
        read_children(reader, index, child, fields[field].ref);
    } else if (node->text) {
        size_t len;
        const char *text = element_text(reader, index, &len);
        refuse_attributes(reader, index, field_group(field));
        if (text)
            convention_text(reader, group, field, text, len, index);
    } else {
        convention_error(reader, index, "model.type", NULL,
                         "the element holds elements; expected text");
    }
}

static void read_element(struct convention_reader *reader, uint32_t index, struct value *group,
                         uint16_t id)
{
    const struct comity_node *node = tree_node(reader->tree, index);
    if (!node->ns || strcmp(node->ns, SCHEMA_URN) != 0) {
        convention_error(reader, index, "model.schema", NULL,
                         "the element is not of the namespace " SCHEMA_URN);
        return;
    }
    if (name_is(node, "kept")) {
        if (!node->first)
            tree_node(reader->tree, index)->fate = FATE_KEPT;
        if (!is_blank_text(node))
            convention_error(reader, index, "model.type", NULL,
                             "kept holds text; expected items");
        for (uint32_t i = node->first; i; i = tree_node(reader->tree, i)->next)
            read_kept_item(reader, i, group);
        return;
    }
    uint16_t field = field_by_name(id, node->name, node->name_len);
    if (field == FIELD_NONE || field == F_document_schema)
        convention_unknown(reader, index, id);
    else if (!fields[field].list && value_child(group, field))
        convention_error(reader, index, "model.type", NULL,
                         "the element stands twice; expected it once");
    else
        read_field(reader, index, group, field);
}

void convention_read_xml(struct convention_reader *reader)
{
    const struct comity_node *root = tree_node(reader->tree, 1);
    if (!root->ns || strcmp(root->ns, SCHEMA_URN) != 0 || !name_is(root, ROOT_NAME)) {
        convention_error(reader, 1, "model.schema", NULL,
                         "the root is not the element " ROOT_NAME " of " SCHEMA_URN);
        return;
    }
    read_children(reader, 1, reader->record->root, G_document);
}

static void indent(struct buffer *out, unsigned depth)
{
    static const char blanks[] = "\n                                ";
    buffer_add(out, blanks, 1 + (depth < 16 ? 2 * depth : 32));
}

static void put_base64(struct buffer *out, const char *text, size_t len)
{
    size_t size = BASE64_ENCODE_RAW_LENGTH(len);
    if (!buffer_reserve(out, size))
        return;
    base64_encode_raw(out->bytes + out->size, len, (const uint8_t *)text);
    out->size += size;
}

/* The rest of a start tag, the text and the end tag of a text element. */
static void write_text(struct buffer *out, const char *text, size_t len)
{
    if (xml_can_carry(text, len)) {
        buffer_char(out, '>');
        xml_put_text(out, text, len, false);
        return;
    }
    buffer_text(out, " encoding=\"base64\">");
    put_base64(out, text, len);
}

static void write_kept(const struct kept *kept, struct buffer *out, unsigned depth)
{
    indent(out, depth);
    buffer_text(out, "<kept>");
    for (; kept; kept = kept->next) {
        indent(out, depth + 1);
        buffer_text(out, "<item format=\"");
        xml_put_text(out, kept->format, strlen(kept->format), true);
        if (xml_can_carry(kept->key, kept->key_len)) {
            buffer_text(out, "\" key=\"");
            xml_put_text(out, kept->key, kept->key_len, true);
        } else {
            buffer_text(out, "\" key-base64=\"");
            put_base64(out, kept->key, kept->key_len);
        }
        buffer_char(out, '"');
        write_text(out, kept->json, kept->json_len);
        buffer_text(out, "</item>");
    }
    indent(out, depth);
    buffer_text(out, "</kept>");
}

static void write_group(const struct value *group, struct buffer *out, unsigned depth)
{
    for (const struct value *value = group->first; value; value = value->next) {
        const struct field *field = &fields[value->field];
        indent(out, depth);
        buffer_char(out, '<');
        buffer_add(out, field->name, field->name_len);
        if (value->form == VALUE_EMPTY_LIST) {
            buffer_text(out, " list=\"empty\"/>");
            continue;
        }
        if (value->form == VALUE_GROUP && !value->first && !value->kept) {
            buffer_text(out, "/>");
            continue;
        }
        if (value->form == VALUE_GROUP) {
            buffer_char(out, '>');
            write_group(value, out, depth + 1);
            indent(out, depth);
        } else {
            write_text(out, value->text, value->len);
        }
        buffer_text(out, "</");
        buffer_add(out, field->name, field->name_len);
        buffer_char(out, '>');
    }
    if (group->kept)
        write_kept(group->kept, out, depth);
}

void convention_write_xml(const struct record *record, struct buffer *out)
{
    buffer_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<" ROOT_NAME
                     " xmlns=\"" SCHEMA_URN "\">");
    write_group(record->root, out, 1);
    buffer_text(out, "\n</" ROOT_NAME ">\n");
}
