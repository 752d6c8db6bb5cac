/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * convention-json: the record as JSON, there and back, by the field table. */
#include "model/convention.h"
#include "syntax/json.h"

#include <stdio.h>

static void read_group(struct convention_reader *reader, uint32_t index, struct value *group,
                       uint16_t id);

/* Field by name, beginning where the last one was found: members mostly stand in order. */
static uint16_t find_field(uint16_t group, const struct comity_node *node, uint16_t *hint)
{
    for (uint16_t id = *hint; id < groups[group].end; id++)
        if (fields[id].name_len == node->name_len &&
            memcmp(fields[id].name, node->name, node->name_len) == 0) {
            *hint = (uint16_t)(id + 1);
            return id;
        }
    return field_by_name(group, node->name, node->name_len);
}

/* JSON text of a kept value: its own bytes where they are compact, else written anew. */
static void keep_json(struct convention_reader *reader, struct value *group, const char *format,
                      uint32_t index)
{
    struct comity_node *node = tree_node(reader->tree, index);
    struct buffer json;
    buffer_init(&json, 0);
    json_put_node(&json, reader->tree, index);
    const char *text = buffer_status(&json) == COMITY_OK
                           ? arena_copy(reader->record->arena, json.bytes, json.size)
                           : NULL;
    if (!text || !value_keep(reader->record, group, format, node->name, node->name_len, text,
                             json.size, index))
        reader->status = COMITY_E_NOMEM;
    tree_mark(reader->tree, index, FATE_KEPT);
    buffer_free(&json);
}

static void read_kept(struct convention_reader *reader, uint32_t index, struct value *group)
{
    const struct tree *tree = reader->tree;
    if (tree_node(tree, index)->kind != COMITY_NODE_GROUP) {
        convention_error(reader, index, "model.type", NULL,
                         "kept is not an object; expected one member for each format");
        return;
    }
    if (!tree_node(tree, index)->first)
        tree_node(tree, index)->fate = FATE_KEPT;
    for (uint32_t f = tree_node(tree, index)->first; f; f = tree_node(tree, f)->next) {
        const struct comity_node *node = tree_node(tree, f);
        if (node->kind != COMITY_NODE_GROUP) {
            convention_error(reader, f, "model.type", NULL,
                             "what is kept for a format is not an object");
            continue;
        }
        const char *format = arena_copy(reader->record->arena, node->name, node->name_len);
        if (!format) {
            reader->status = COMITY_E_NOMEM;
            return;
        }
        if (!node->first)
            tree_node(tree, f)->fate = FATE_KEPT;
        for (uint32_t i = node->first; i; i = tree_node(tree, i)->next)
            keep_json(reader, group, format, i);
    }
}

static void wrong_type(struct convention_reader *reader, uint32_t index, uint16_t field)
{
    static const char *const found[] = {"nothing",  "null",   "false",  "true",
                                        "a number", "a text", "a list", "an object"};
    char message[300];
    const char *expected = fields[field].type == TYPE_GROUP     ? "an object"
                           : fields[field].type == TYPE_BOOLEAN ? "true or false"
                                                                : "a text";
    uint8_t kind = tree_node(reader->tree, index)->kind;
    bool list = fields[field].list && kind != COMITY_NODE_LIST;
    snprintf(message, sizeof message, "%s is %s; expected %s%s", fields[field].name,
             found[kind < 8 ? kind : 0], list ? "a list, each entry " : "", expected);
    convention_error(reader, index, "model.type",
                     kind == COMITY_NODE_NUMBER ? "numbers are written as text, so that no "
                                                  "digit is changed on the way"
                     : kind == COMITY_NODE_NULL ? "leave out what is not stated"
                                                : NULL,
                     message);
}

static void read_one(struct convention_reader *reader, uint32_t index, struct value *group,
                     uint16_t field)
{
    struct comity_node *node = tree_node(reader->tree, index);
    uint8_t type = fields[field].type;
    if (type == TYPE_GROUP && node->kind == COMITY_NODE_GROUP) {
        struct value *child = value_add(reader->record, group, field);
        if (!child) {
            reader->status = COMITY_E_NOMEM;
            return;
        }
        child->node = index;
        if (!node->first)
            node->fate = FATE_MAPPED;
        read_group(reader, index, child, fields[field].ref);
    } else if (type == TYPE_BOOLEAN &&
               (node->kind == COMITY_NODE_TRUE || node->kind == COMITY_NODE_FALSE)) {
        bool yes = node->kind == COMITY_NODE_TRUE;
        convention_text(reader, group, field, yes ? "true" : "false", yes ? 4 : 5, index);
    } else if (type != TYPE_GROUP && type != TYPE_BOOLEAN && node->kind == COMITY_NODE_STRING) {
        convention_text(reader, group, field, node->text, node->text_len, index);
    } else {
        wrong_type(reader, index, field);
    }
}

static void read_list(struct convention_reader *reader, uint32_t index, struct value *group,
                      uint16_t field)
{
    struct comity_node *node = tree_node(reader->tree, index);
    if (node->kind != COMITY_NODE_LIST) {
        wrong_type(reader, index, field);
        return;
    }
    if (!node->first) {
        struct value *empty = value_add(reader->record, group, field);
        if (!empty) {
            reader->status = COMITY_E_NOMEM;
            return;
        }
        empty->form = VALUE_EMPTY_LIST;
        empty->node = index;
        node->fate = FATE_MAPPED;
    }
    for (uint32_t i = node->first; i && reader->status == COMITY_OK;
         i = tree_node(reader->tree, i)->next)
        read_one(reader, i, group, field);
}

static void read_group(struct convention_reader *reader, uint32_t index, struct value *group,
                       uint16_t id)
{
    uint16_t hint = groups[id].first;
    for (uint32_t i = tree_node(reader->tree, index)->first; i && reader->status == COMITY_OK;
         i = tree_node(reader->tree, i)->next) {
        const struct comity_node *node = tree_node(reader->tree, i);
        if (node->name_len == 4 && memcmp(node->name, "kept", 4) == 0) {
            read_kept(reader, i, group);
            continue;
        }
        uint16_t field = find_field(id, node, &hint);
        if (field == FIELD_NONE)
            convention_unknown(reader, i, id);
        else if (field == F_document_schema)
            convention_schema(reader, i);
        else if (fields[field].list)
            read_list(reader, i, group, field);
        else
            read_one(reader, i, group, field);
    }
}

void convention_read_json(struct convention_reader *reader)
{
    const struct tree *tree = reader->tree;
    if (tree_node(tree, 1)->kind != COMITY_NODE_GROUP) {
        convention_error(reader, 1, "model.type", NULL,
                         "the document is not a JSON object; expected a canonical document");
        return;
    }
    if (!reader->partial && !tree_find(tree, 1, "schema", 6, NULL))
        convention_error(reader, 1, "model.schema", NULL,
                         "the document names no schema; expected " SCHEMA_URN);
    read_group(reader, 1, reader->record->root, G_document);
}

static void write_kept(const struct kept *kept, struct buffer *out)
{
    const char *format = NULL;
    buffer_text(out, "\"kept\":{");
    for (; kept; kept = kept->next) {
        if (!format || strcmp(format, kept->format) != 0) {
            if (format)
                buffer_text(out, "},");
            format = kept->format;
            json_put_string(out, format, strlen(format));
            buffer_text(out, ":{");
        } else {
            buffer_char(out, ',');
        }
        json_put_string(out, kept->key, kept->key_len);
        buffer_char(out, ':');
        buffer_add(out, kept->json, kept->json_len);
    }
    buffer_text(out, "}}");
}

static void write_members(const struct value *group, struct buffer *out, bool comma);

static void write_one(const struct value *value, struct buffer *out)
{
    if (value->form == VALUE_GROUP) {
        buffer_char(out, '{');
        write_members(value, out, false);
        buffer_char(out, '}');
    } else if (fields[value->field].type == TYPE_BOOLEAN &&
               (value_is(value, "true", 4) || value_is(value, "false", 5))) {
        buffer_add(out, value->text, value->len);
    } else {
        json_put_string(out, value->text, value->len);
    }
}

static void write_members(const struct value *group, struct buffer *out, bool comma)
{
    for (const struct value *value = group->first; value;) {
        const struct field *field = &fields[value->field];
        if (comma)
            buffer_char(out, ',');
        comma = true;
        buffer_add(out, field->literal, field->name_len + 3u);
        if (!field->list) {
            write_one(value, out);
            value = value->next;
            continue;
        }
        buffer_char(out, '[');
        size_t start = out->size;
        for (const struct value *entry = value; entry; entry = value_next(entry)) {
            if (entry->form == VALUE_EMPTY_LIST)
                continue;
            if (out->size > start)
                buffer_char(out, ',');
            write_one(entry, out);
        }
        buffer_char(out, ']');
        for (uint16_t id = value->field; value && value->field == id;)
            value = value->next;
    }
    if (group->kept) {
        if (comma)
            buffer_char(out, ',');
        write_kept(group->kept, out);
    }
}

void convention_write_json(const struct record *record, struct buffer *out)
{
    buffer_text(out, "{\"schema\":\"" SCHEMA_URN "\"");
    write_members(record->root, out, true);
    buffer_char(out, '}');
}
