/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Rows of a template: what stands at which member, where it goes, and how. */
#include "mapping/compiler.h"
#include "syntax/json.h"

bool compiler_flag(struct compiler *c, uint32_t group, const char *name)
{
    uint32_t i = compiler_get(c, group, name);
    uint8_t kind = i ? tree_node(&c->tree, i)->kind : COMITY_NODE_FALSE;
    if (kind != COMITY_NODE_TRUE && kind != COMITY_NODE_FALSE)
        compiler_fault(c, i, "template.type", "this is neither true nor false");
    return kind == COMITY_NODE_TRUE;
}

/* True if the member is a list; one that is absent is none, and no fault. */
bool compiler_is_list(struct compiler *c, uint32_t i)
{
    if (i && tree_node(&c->tree, i)->kind != COMITY_NODE_LIST)
        compiler_fault(c, i, "template.type", "this is not a list");
    return i && tree_node(&c->tree, i)->kind == COMITY_NODE_LIST;
}

void compiler_constants(struct compiler *c, uint32_t object, struct constant **list,
                        size_t *count)
{
    const struct comity_node *node = tree_node(&c->tree, object);
    if (node->kind != COMITY_NODE_GROUP) {
        compiler_fault(c, object, "template.type", "this is not an object of field: text");
        return;
    }
    *list = compiler_take(c, node->count * sizeof **list);
    for (uint32_t i = node->first; i && c->status == COMITY_OK;
         i = tree_node(&c->tree, i)->next) {
        const struct comity_node *member = tree_node(&c->tree, i);
        struct parsed_path path;
        if (member->kind != COMITY_NODE_STRING)
            compiler_fault(c, i, "template.type", "a constant is a text");
        else if (compiler_text_path(c, i, compiler_copy(c, member->name, member->name_len),
                                    &path))
            (*list)[(*count)++] =
                (struct constant){.target = path.target,
                                  .path = compiler_copy(c, member->name, member->name_len),
                                  .text = compiler_copy(c, member->text, member->text_len),
                                  .len = member->text_len};
    }
}

static void row_unknown(struct compiler *c, uint32_t object, struct row *row)
{
    uint32_t list = compiler_get(c, object, "unknown");
    if (!compiler_is_list(c, list))
        return;
    row->unknown = compiler_take(c, tree_node(&c->tree, list)->count * sizeof *row->unknown);
    for (uint32_t i = tree_node(&c->tree, list)->first; i && row->unknown;
         i = tree_node(&c->tree, i)->next) {
        const struct comity_node *node = tree_node(&c->tree, i);
        if (node->kind == COMITY_NODE_LIST || node->kind == COMITY_NODE_GROUP) {
            compiler_fault(c, i, "template.type", "this is not a single value");
            continue;
        }
        row->unknown[row->unknown_count++] = (struct constant){
            .target = {.field = node->kind},
            .text = compiler_copy(c, node->text ? node->text : "", node->text_len),
            .len = node->text_len};
    }
}

static void row_also(struct compiler *c, uint32_t object, struct row *row)
{
    const char *fallback = compiler_text(c, object, "else");
    uint32_t list = compiler_get(c, object, "also");
    if (!compiler_is_list(c, list))
        list = 0;
    size_t room = (fallback ? 1u : 0u) + (list ? tree_node(&c->tree, list)->count : 0);
    if (!room)
        return;
    row->also = compiler_take(c, room * sizeof *row->also);
    struct parsed_path path;
    if (fallback && compiler_text_path(c, compiler_get(c, object, "else"), fallback, &path) &&
        row->also) {
        row->also[row->also_count++] = path.target;
        row->has_fallback = true;
    }
    for (uint32_t i = list ? tree_node(&c->tree, list)->first : 0; i && row->also;
         i = tree_node(&c->tree, i)->next) {
        const struct comity_node *node = tree_node(&c->tree, i);
        if (node->kind != COMITY_NODE_STRING)
            compiler_fault(c, i, "template.type", "this is not a canonical path");
        else if (compiler_text_path(c, i, compiler_copy(c, node->text, node->text_len), &path))
            row->also[row->also_count++] = path.target;
    }
}

/* A quantity: the number goes to its value, the unit stands beside it. */
static void row_unit(struct compiler *c, uint32_t object, struct row *row,
                     const struct parsed_path *path)
{
    const char *unit = compiler_text(c, object, "unit");
    bool group = fields[path->target.field].type == TYPE_GROUP;
    bool quantity = group && !path->whole_list;
    if (!unit && group)
        compiler_fault(c, object, "template.field",
                       "the field is a group; name the field inside it");
    if (!unit)
        return;
    if (!quantity || fields[path->target.field].ref != G_quantity) {
        compiler_fault(c, object, "template.field",
                       "unit goes with a field that is a quantity");
        return;
    }
    row->target.field = F_quantity_value;
    row->with = compiler_take(c, sizeof *row->with);
    if (!row->with)
        return;
    row->with[row->with_count++] =
        (struct constant){.target = {row->target.from_root, row->target.slot, F_quantity_unit},
                          .path = "unit",
                          .text = unit,
                          .len = (uint32_t)strlen(unit)};
}

/* A path without what stands in brackets: "persons.birth.date". */
static const char *plain_path(struct compiler *c, const char *path)
{
    char *plain = compiler_take(c, strlen(path) + 1);
    size_t size = 0;
    for (const char *p = *path == '/' ? path + 1 : path; *p && plain; p++) {
        if (*p == '[')
            p += strcspn(p, "]");
        else
            plain[size++] = *p;
        if (!*p)
            break;
    }
    return plain ? plain : "";
}

struct row *compiler_row(struct compiler *c, uint32_t object, const char *at, const char *field,
                         bool list, struct parsed_path *path)
{
    struct row *row = compiler_take(c, sizeof *row);
    if (!row || !compiler_path(c, object, field, list, path))
        return NULL;
    row->at = at;
    row->node = object;
    row->field_path = field;
    row->plain_path = plain_path(c, field);
    row->target = path->target;
    row->note = compiler_text(c, object, "note");
    compiler_codec(c, object, row);
    row_unknown(c, object, row);
    row_also(c, object, row);
    if (!list)
        row_unit(c, object, row, path);
    uint32_t with = compiler_get(c, object, "with");
    if (with && row->with_count)
        compiler_fault(c, with, "template.row", "a row has a unit, or with, but not both");
    else if (with)
        compiler_constants(c, with, &row->with, &row->with_count);
    return row;
}

static struct row *compile_row(struct compiler *c, uint32_t object, struct parsed_path *path,
                               bool list)
{
    const char *at = compiler_text(c, object, "at"), *field = compiler_text(c, object, "field");
    if (!field)
        field = compiler_text(c, object, "each");
    if (!at || !field) {
        compiler_fault(c, object, "template.row", "a row needs at, and field or each");
        return NULL;
    }
    return compiler_row(c, object, at, field, list, path);
}

struct member *compiler_member(struct compiler *c, uint32_t node, struct member *parent,
                               const char *name, size_t len)
{
    for (uint16_t i = 0; i < parent->count; i++)
        if (parent->members[i].name_len == len &&
            memcmp(parent->members[i].name, name, len) == 0)
            return &parent->members[i];
    if (!parent->members)
        parent->members = compiler_take(c, TEMPLATE_MAX_MEMBERS * sizeof *parent->members);
    if (!parent->members || parent->count == TEMPLATE_MAX_MEMBERS) {
        compiler_fault(c, node, "template.row", "an object has too many members");
        return NULL;
    }
    struct member *member = &parent->members[parent->count++];
    struct buffer literal;
    buffer_init(&literal, 0);
    json_put_string(&literal, name, len);
    buffer_char(&literal, ':');
    member->name = compiler_copy(c, name, len);
    member->name_len = (uint32_t)len;
    member->literal = compiler_copy(c, literal.bytes ? literal.bytes : "", literal.size);
    member->literal_len = (uint32_t)literal.size;
    if (buffer_status(&literal) != COMITY_OK)
        c->status = COMITY_E_NOMEM;
    buffer_free(&literal);
    return member;
}

struct member *compiler_walk(struct compiler *c, uint32_t node, struct member *parent,
                             const char *at, bool *list)
{
    struct member *member = parent;
    for (const char *p = at;;) {
        size_t len = strcspn(p, "/");
        bool last = p[len] == '\0';
        *list = len > 2 && p[len - 2] == '[' && p[len - 1] == ']';
        if (len == 0 || (*list && !last)) {
            compiler_fault(c, node, "template.at",
                           "the path of members has an empty step or a list inside");
            return NULL;
        }
        bool was_there = false;
        for (uint16_t i = 0; i < member->count; i++)
            was_there = was_there ||
                        (member->members[i].name_len == len - (*list ? 2 : 0) &&
                         memcmp(member->members[i].name, p, member->members[i].name_len) == 0);
        member = compiler_member(c, node, member, p, len - (*list ? 2 : 0));
        if (!member)
            return NULL;
        if (was_there && (last || member->kind != MEMBER_OBJECT)) {
            compiler_fault(c, node, "template.at", "two rows describe the same member");
            return NULL;
        }
        if (last)
            return member;
        member->kind = MEMBER_OBJECT;
        p += len + 1;
    }
}

static uint8_t absent_rule(struct compiler *c, uint32_t object, bool list)
{
    const char *text = compiler_text(c, object, "absent");
    if (!text)
        return ABSENT_OMIT;
    if (strcmp(text, "null") == 0)
        return ABSENT_NULL;
    if (strcmp(text, "empty") == 0 && list)
        return ABSENT_EMPTY;
    if (strcmp(text, "omit") != 0)
        compiler_fault(c, compiler_get(c, object, "absent"), "template.absent",
                       "absent is null or omit, or empty where at ends in []");
    return ABSENT_OMIT;
}

bool compiler_enter(struct compiler *c, uint32_t object, struct member *member,
                    const struct parsed_path *path, struct compiler_outer *outer)
{
    *outer = (struct compiler_outer){c->scope, c->top};
    member->scope = compiler_take(c, sizeof *member->scope);
    if (fields[path->target.field].type != TYPE_GROUP || !fields[path->target.field].list ||
        (!path->whole_list && path->key == FIELD_NONE)) {
        compiler_fault(c, object, "template.field",
                       "each names a list of groups, ending in []");
        return false;
    }
    if (!member->scope)
        return false;
    member->kind = MEMBER_EACH;
    member->key = path->key;
    member->wanted = path->wanted;
    member->wanted_len = path->wanted_len;
    member->scope->group = fields[path->target.field].ref;
    member->scope->count = 1;
    c->scope = member->scope;
    c->top = member;
    uint32_t constants = compiler_get(c, object, "constants");
    if (constants)
        compiler_constants(c, constants, &member->scope->constants,
                           &member->scope->constant_count);
    return true;
}

void compiler_leave(struct compiler *c, const struct compiler_outer *outer)
{
    c->scope = outer->scope;
    c->top = outer->top;
}

static void compile_each(struct compiler *c, uint32_t object, struct member *member, bool list)
{
    static const char *const known[] = {"at",     "each", "rows",     "constants",
                                        "absent", "note", "required", NULL};
    struct parsed_path path;
    compiler_check_members(c, object, known);
    struct compiler_outer outer;
    member->kind = MEMBER_EACH;
    member->row = compile_row(c, object, &path, true);
    if (!member->row)
        return;
    if (!list)
        compiler_fault(c, object, "template.row", "at ends in [] where each is a list");
    if (compiler_enter(c, object, member, &path, &outer))
        compiler_rows(c, object, member);
    compiler_leave(c, &outer);
}

static bool same_target(const struct target *a, const struct target *b)
{
    return a->from_root == b->from_root && a->slot == b->slot && a->field == b->field;
}

/* True if a row of the scope, or a constant of it, fills the field already. */
static bool is_filled(const struct member *parent, const struct row *row)
{
    for (uint16_t i = 0; i < parent->count; i++) {
        const struct member *member = &parent->members[i];
        if (member->kind == MEMBER_OBJECT && is_filled(member, row))
            return true;
        bool value = member->kind == MEMBER_VALUE || member->kind == MEMBER_ENTRIES;
        if (value && member->row && member->row != row &&
            same_target(&member->row->target, &row->target))
            return true;
    }
    return false;
}

void compiler_check_target(struct compiler *c, uint32_t object, const struct row *row)
{
    bool filled = is_filled(c->top, row);
    for (size_t i = 0; i < c->scope->constant_count; i++)
        filled = filled || same_target(&c->scope->constants[i].target, &row->target);
    if (filled)
        compiler_fault(c, object, "template.field",
                       "another row or constant fills the same field; `also` lets two fields "
                       "have one source");
}

static void compile_value(struct compiler *c, uint32_t object, struct member *member, bool list)
{
    static const char *const known[] = {"at",      "field", "type", "date",   "codes",
                                        "unit",    "also",  "else", "absent", "required",
                                        "unknown", "note",  "with", NULL};
    struct parsed_path path;
    compiler_check_members(c, object, known);
    member->kind = list ? MEMBER_ENTRIES : MEMBER_VALUE;
    member->row = compile_row(c, object, &path, false);
    if (member->row && list != path.whole_list)
        compiler_fault(c, object, "template.row",
                       "at and field both end in [] (a list of values), or neither does");
    if (member->row)
        compiler_check_target(c, object, member->row);
}

void compiler_rows(struct compiler *c, uint32_t object, struct member *parent)
{
    uint32_t list = compiler_get(c, object, "rows");
    if (!list || tree_node(&c->tree, list)->kind != COMITY_NODE_LIST) {
        compiler_fault(c, list ? list : object, "template.row", "there is no list of rows");
        return;
    }
    for (uint32_t i = tree_node(&c->tree, list)->first; i && c->status == COMITY_OK;
         i = tree_node(&c->tree, i)->next) {
        bool is_list = false;
        const char *at = tree_node(&c->tree, i)->kind == COMITY_NODE_GROUP
                             ? compiler_text(c, i, "at")
                             : NULL;
        if (!at) {
            compiler_fault(c, i, "template.row", "a row is an object that begins with at");
            continue;
        }
        struct member *member = compiler_walk(c, i, parent, at, &is_list);
        if (!member)
            continue;
        member->required = compiler_flag(c, i, "required");
        member->absent = absent_rule(c, i, is_list);
        if (compiler_get(c, i, "each"))
            compile_each(c, i, member, is_list);
        else
            compile_value(c, i, member, is_list);
    }
}
