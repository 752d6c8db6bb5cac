/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The template reader's values: what a row takes, what is kept, and the groups that they
 * belong to. */
#include "mapping/reader.h"
#include "model/convention.h"
#include "syntax/json.h"

#include <stdio.h>

/* --- keeping --- */

static void put_link(struct buffer *key, const struct link *link)
{
    if (!link)
        return;
    put_link(key, link->up);
    buffer_char(key, '/');
    if (!link->name) {
        buffer_format(key, "%u", link->index);
        return;
    }
    for (uint32_t i = 0; i < link->len; i++) {
        char c = link->name[i];
        if (c == '~' || c == '/')
            buffer_text(key, c == '~' ? "~0" : "~1");
        else
            buffer_char(key, c);
    }
}

void in_keep(struct reading *r, struct value *group, const char *what, const struct link *link,
             const char *json, size_t json_len, uint32_t node)
{
    struct buffer key;
    buffer_init(&key, 0);
    buffer_text(&key, r->prefix);
    buffer_text(&key, what);
    put_link(&key, link);
    const char *key_copy =
        buffer_status(&key) == COMITY_OK
            ? arena_copy(r->record->arena, key.bytes ? key.bytes : "", key.size)
            : NULL;
    if (!key_copy ||
        !value_keep(r->record, group, r->t->id, key_copy, key.size, json, json_len, node))
        r->status = COMITY_E_NOMEM;
    buffer_free(&key);
}

/* A node as JSON. */
static void put_node(const struct reading *r, struct buffer *json, uint32_t index)
{
    const struct comity_node *node = tree_node(r->tree, index);
    /* Its bytes may be spelt in several ways, or be no JSON at all. */
    if (r->tree->is_normal)
        xml_put_normal(json, r->tree, index);
    else if (node->kind >= COMITY_NODE_STRING || r->tree->syntax != SYNTAX_JSON)
        json_put_node(json, r->tree, index);
    else
        buffer_add(json, r->tree->text + node->offset, node->end - node->offset);
}

void in_keep_json(struct reading *r, struct value *group, const char *what,
                  const struct link *link, struct buffer *json, uint32_t node)
{
    const char *copy = buffer_status(json) == COMITY_OK
                           ? arena_copy(r->record->arena, json->bytes, json->size)
                           : NULL;
    if (copy)
        in_keep(r, group, what, link, copy, json->size, node);
    else
        r->status = COMITY_E_NOMEM;
    buffer_free(json);
}

/* Keeps a node as it stands. */
void in_keep_node(struct reading *r, struct value *group, const struct link *link,
                  uint32_t index, enum fate fate)
{
    struct buffer json;
    buffer_init(&json, 0);
    put_node(r, &json, index);
    in_keep_json(r, group, "", link, &json, index);
    if (fate != FATE_NONE)
        tree_mark(r->tree, index, fate);
}

void in_keep_unexpected(struct reading *r, struct value *group, const struct link *link,
                        uint32_t index, const char *expected)
{
    char message[120];
    snprintf(message, sizeof message, "found something else than %s", expected);
    tree_report(r->tree, r->findings, index, COMITY_WARNING, "model.type", NULL,
                "it is kept as it stands, for this format alone", message);
    in_keep_node(r, group, link, index, FATE_KEPT);
}

/* --- groups --- */

static struct value *frame_slot(struct reading *r, struct frame *frame, uint16_t index)
{
    if (frame->slots[index])
        return frame->slots[index];
    const struct slot *slot = &frame->scope->slots[index];
    struct value *parent = frame_slot(r, frame, slot->parent);
    if (!parent)
        return NULL;
    struct value *group = value_child(parent, slot->field);
    uint16_t position = slot->index;
    while (group && (slot->key == FIELD_NONE ? position-- > 0
                                             : !value_child(group, slot->key) ||
                                                   !value_is(value_child(group, slot->key),
                                                             slot->wanted, slot->wanted_len)))
        group = value_next(group);
    if (!group) {
        group = value_add(r->record, parent, slot->field);
        struct value *key =
            group && slot->key != FIELD_NONE
                ? value_add_text(r->record, group, slot->key, slot->wanted, slot->wanted_len, 0)
                : NULL;
        if (key)
            key->flags |= VALUE_CONSTANT;
        else if (group) {
            group->flags |= VALUE_INDEXED;
            if (r->indexed_end <= group->position)
                r->indexed_end = group->position + 1;
        }
        if (!group || (slot->key != FIELD_NONE && !key)) {
            r->status = COMITY_E_NOMEM;
            return NULL;
        }
    }
    frame->slots[index] = group;
    return group;
}

struct value *in_group(struct reading *r, struct frame *frame, const struct target *target)
{
    if (!target->from_root)
        return frame_slot(r, frame, target->slot);
    return frame_slot(r, r->root, target->slot);
}

void in_open_entry(struct reading *r, const struct member *each, struct value *group,
                   struct frame *inner)
{
    *inner = (struct frame){.scope = each->scope};
    inner->slots[0] = group;
    if (each->key != FIELD_NONE) {
        struct constant key = {
            .target = {.field = each->key}, .text = each->wanted, .len = each->wanted_len};
        in_constant(r, inner, &key);
    }
    for (size_t i = 0; i < each->scope->constant_count; i++)
        in_constant(r, inner, &each->scope->constants[i]);
}

void in_membership(struct reading *r, struct frame *frame, const struct membership *of)
{
    struct constant constant = {.target = of->target};
    if (!of->count || of->or_absent)
        return; /* it may be so although nothing says it */
    constant.text = of->texts[0].text;
    constant.len = of->texts[0].len;
    in_constant(r, frame, &constant);
}

uint32_t in_first_entry(const struct reading *r, uint32_t run)
{
    const struct comity_node *node = tree_node(r->tree, run);
    return node->kind == COMITY_NODE_LIST ? node->first : run;
}

uint32_t in_next_entry(const struct reading *r, uint32_t *run, uint32_t entry)
{
    const struct comity_node *first = tree_node(r->tree, *run);
    if (entry != *run && tree_node(r->tree, entry)->next)
        return tree_node(r->tree, entry)->next;
    if (!r->tree->is_normal)
        return 0;
    for (uint32_t i = first->next; i; i = tree_node(r->tree, i)->next) {
        const struct comity_node *node = tree_node(r->tree, i);
        if (node->name_len == first->name_len &&
            memcmp(node->name, first->name, node->name_len) == 0) {
            *run = i;
            return in_first_entry(r, i);
        }
    }
    return 0;
}

/* A list of one where the format would write its entry alone. */
void in_one_listed(struct reading *r, const struct member *member, struct frame *frame,
                   const struct link *link, uint32_t index)
{
    const struct comity_node *node = tree_node(r->tree, index);
    if (member->single && node->count == 1 && r->tree->syntax != SYNTAX_XML)
        in_keep(r, frame->slots[0], "list:", link, "true", 4, 0);
}

void in_constant(struct reading *r, struct frame *frame, const struct constant *constant)
{
    struct value *group = in_group(r, frame, &constant->target);
    if (!group || value_child(group, constant->target.field))
        return;
    struct value *value = value_add_text(r->record, group, constant->target.field,
                                         constant->text, constant->len, 0);
    if (value)
        value->flags |= VALUE_CONSTANT;
    else
        r->status = COMITY_E_NOMEM;
}

/* --- values --- */

void in_warn(struct reading *r, const struct value *value, size_t offset, const char *code,
             const char *expected)
{
    char message[400];
    snprintf(message, sizeof message, "%s is '%.*s'; expected %s", fields[value->field].name,
             clip(value->text, value->len, 100), value->text, expected);
    record_report_part(r->record, r->findings, value, offset, COMITY_WARNING, code,
                       "the value stays as written", message);
}

static void trace(struct reading *r, const struct row *row, uint32_t index,
                  const struct value *value)
{
    char message[300];
    snprintf(message, sizeof message, "%s -> %s: '%.*s'", row->at, row->field_path,
             clip(value->text, value->len, 100), value->text);
    record_report(r->record, r->findings, value, COMITY_NOTE, "model.trace", NULL, message);
    (void)index;
}

void in_warn_twice(struct reading *r, const char *field, uint32_t index)
{
    char message[200];
    snprintf(message, sizeof message, "%s%sis stated before, otherwise", field ? field : "it",
             field ? " " : " ");
    tree_report(r->tree, r->findings, index, COMITY_WARNING, "model.twice", field,
                "the first is read; this one is kept as it stands, for this format alone",
                message);
}

/* What a second place says otherwise than the first: kept beside what the first has said, so
 * that it is written again as long as that stands. */
static void keep_other(struct reading *r, struct value *group, const struct link *link,
                       uint32_t index, const struct value *there)
{
    struct buffer json;
    buffer_init(&json, 0);
    buffer_char(&json, '[');
    json_put_string(&json, there->text, there->len);
    buffer_char(&json, ',');
    put_node(r, &json, index);
    buffer_char(&json, ']');
    in_keep_json(r, group, "other:", link, &json, index);
    tree_mark(r->tree, index, FATE_KEPT);
    in_warn_twice(r, fields[there->field].name, index);
}

/* One scalar to its field, and to those that say the same. */
void in_scalar(struct reading *r, const struct row *row, struct frame *frame,
               const struct link *link, uint32_t index)
{
    struct comity_node *node = tree_node(r->tree, index);
    const char *text = node->text;
    size_t len = node->text_len;
    if (node->kind == COMITY_NODE_TRUE || node->kind == COMITY_NODE_FALSE) {
        text = node->kind == COMITY_NODE_TRUE ? "true" : "false";
        len = node->kind == COMITY_NODE_TRUE ? 4 : 5;
    }
    if (codec_is_unknown(row, text, len, node->kind)) {
        in_keep_node(r, frame->slots[0], link, index, FATE_KEPT);
        return;
    }
    struct decoded decoded;
    const struct field *field = &fields[row->target.field];
    const char *expected = NULL;
    if (!codec_decode(row, r->record->arena, r->language, text, len, node->kind, &decoded)) {
        r->status = COMITY_E_NOMEM;
        return;
    }
    if (field->type == TYPE_BOOLEAN &&
        value_check(field, decoded.text, decoded.len, &expected)) {
        in_keep_unexpected(r, frame->slots[0], link, index, expected); /* it has no third */
        return;
    }
    struct value *group = in_group(r, frame, &row->target);
    if (row->is_file && !record_add_file(r->record, frame->slots[0], text, len))
        r->status = COMITY_E_NOMEM;
    const struct value *there =
        group && !field->list ? value_child(group, row->target.field) : NULL;
    if (there && there->form == VALUE_TEXT) { /* two places say one thing: the first is it */
        bool is_same = value_is(there, decoded.text, decoded.len);
        if (is_same && decoded.exact)
            node->fate = FATE_MAPPED; /* a writer says it in both places */
        else if (is_same)
            in_keep_node(r, frame->slots[0], link, index, FATE_MAPPED);
        else
            keep_other(r, frame->slots[0], link, index, there);
        return;
    }
    struct value *value = group ? value_add_text(r->record, group, row->target.field,
                                                 decoded.text, decoded.len, index)
                                : NULL;
    if (!value) {
        r->status = COMITY_E_NOMEM;
        return;
    }
    for (size_t i = 0; i < row->with_count; i++)
        in_constant(r, frame, &row->with[i]);
    for (size_t i = row->is_instead; i < row->also_count; i++) {
        struct value *other = in_group(r, frame, &row->also[i]);
        if (other && !value_child(other, row->also[i].field) &&
            !value_add_text(r->record, other, row->also[i].field, decoded.text, decoded.len,
                            index))
            r->status = COMITY_E_NOMEM;
    }
    node->fate = decoded.precise ? FATE_MAPPED : FATE_APPROXIMATED;
    if (!decoded.exact)
        in_keep_node(r, frame->slots[0], link, index, FATE_NONE);
    if (!decoded.known) {
        in_warn(r, value, node->offset, decoded.code, decoded.expected);
    } else if (field->type > TYPE_PROSE) {
        const char *code = value_check(field, value->text, value->len, &expected);
        if (code)
            in_warn(r, value, node->offset, code, expected);
    }
    if (r->trace)
        trace(r, row, index, value);
}
