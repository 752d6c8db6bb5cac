/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Canonical paths of a template: "persons[role=sought].birth.date" to the slots and fields that
 * reading and writing walk through. */
#include "mapping/compiler.h"
#include "model/convention.h"

#include <stdio.h>

static uint16_t scope_slot(struct compiler *c, struct scope *scope, const struct slot *wanted)
{
    for (uint16_t i = 1; i < scope->count; i++) {
        const struct slot *slot = &scope->slots[i];
        if (slot->parent == wanted->parent && slot->field == wanted->field &&
            slot->key == wanted->key && slot->index == wanted->index &&
            slot->wanted_len == wanted->wanted_len &&
            (!wanted->wanted || memcmp(slot->wanted, wanted->wanted, wanted->wanted_len) == 0))
            return i;
    }
    if (scope->count == TEMPLATE_MAX_SLOTS) {
        c->failed = true;
        return 0;
    }
    scope->slots[scope->count] = *wanted;
    return scope->count++;
}

/* Reads what stands in brackets behind a list's name; false where it fits no list. */
static bool parse_entry(struct compiler *c, const char *inside, size_t len, struct slot *slot)
{
    const char *equals = memchr(inside, '=', len);
    if (!equals) {
        for (size_t i = 0; i < len; i++) {
            if (inside[i] < '0' || inside[i] > '9' || slot->index > 6000)
                return false;
            slot->index = (uint16_t)(slot->index * 10 + (inside[i] - '0'));
        }
        return len > 0;
    }
    size_t key_len = (size_t)(equals - inside);
    if (fields[slot->field].type != TYPE_GROUP)
        return false;
    slot->key = field_by_name(fields[slot->field].ref, inside, key_len);
    slot->wanted_len = (uint32_t)(len - key_len - 1);
    slot->wanted = compiler_copy(c, equals + 1, slot->wanted_len);
    return slot->key != FIELD_NONE && fields[slot->key].type != TYPE_GROUP;
}

/* `name`, a part of `path`, is no field of its group. */
static void fault_unknown(struct compiler *c, uint32_t node, const char *path, const char *name,
                          size_t len)
{
    char message[300];
    snprintf(message, sizeof message,
             "the canonical schema has no such field: '%.*s' in '%.*s'; docs/schema/fields.md "
             "lists them",
             clip(name, len, 60), name, clip(path, strlen(path), 120), path);
    compiler_fault(c, node, "template.field", message);
}

bool compiler_path(struct compiler *c, uint32_t node, const char *path, bool list,
                   struct parsed_path *out)
{
    memset(out, 0, sizeof *out);
    out->key = FIELD_NONE;
    out->target.from_root = *path == '/';
    struct scope *scope = out->target.from_root ? &c->t->scope : c->scope;
    const char *p = path + (out->target.from_root ? 1 : 0);
    uint16_t group = scope->group;
    for (;;) {
        size_t len = strcspn(p, ".[");
        struct slot slot = {.parent = out->target.slot, .key = FIELD_NONE};
        slot.field = field_by_name(group, p, len);
        if (slot.field == FIELD_NONE) {
            fault_unknown(c, node, path, p, len);
            return false;
        }
        if (slot.field == F_document_schema ||
            (slot.field == F_document_kind && !compiler_get(c, node, "codes"))) {
            compiler_fault(c, node, "template.field",
                           "no row states the schema, nor the kind but by codes; kinds says "
                           "which there are");
            return false;
        }
        p += len;
        bool entry = *p == '[', whole = entry && p[1] == ']';
        if (entry) {
            size_t inside = strcspn(p, "]");
            if (!fields[slot.field].list || !p[inside] ||
                (!whole && !parse_entry(c, p + 1, inside - 1, &slot))) {
                compiler_fault(c, node, "template.field",
                               "what stands in brackets names no entry");
                return false;
            }
            p += inside + 1;
        }
        out->target.field = slot.field;
        if (!*p && (whole || fields[slot.field].type != TYPE_GROUP ||
                    (list && slot.key != FIELD_NONE))) {
            out->whole_list = whole;
            out->key = slot.key;
            out->wanted = slot.wanted;
            out->wanted_len = slot.wanted_len;
            return true;
        }
        if (fields[slot.field].type != TYPE_GROUP || whole || (*p && *p != '.')) {
            compiler_fault(c, node, "template.field",
                           "the path goes on where there is no group");
            return false;
        }
        out->target.slot = scope_slot(c, scope, &slot);
        if (c->failed && out->target.slot == 0) {
            compiler_fault(c, node, "template.field", "the template touches too many groups");
            return false;
        }
        group = fields[slot.field].ref;
        if (!*p) /* a group as such: quantities and their like */
            return true;
        p++;
    }
}

bool compiler_text_path(struct compiler *c, uint32_t node, const char *path,
                        struct parsed_path *out)
{
    if (!compiler_path(c, node, path, false, out))
        return false;
    if (fields[out->target.field].type != TYPE_GROUP && !out->whole_list)
        return true;
    compiler_fault(c, node, "template.field",
                   "the field is a group or a list; name a field of one text");
    return false;
}
