/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A template's JSON to the tables that reading and writing walk through.  Every fault is
 * reported at its line.  Knows nothing of documents. */
#include "mapping/template.h"
#include "syntax/json.h"

#include <stdio.h>

struct compiler {
    struct arena *arena;
    struct tree tree;
    struct findings *findings;
    struct template *t;
    struct scope *scope; /* of the rows at hand */
    bool failed;
    comity_status status;
};

static void fault(struct compiler *c, uint32_t node, const char *code, const char *message)
{
    tree_report(&c->tree, c->findings, node, COMITY_ERROR, code, NULL,
                "docs/templates.md describes the template", message);
    c->failed = true;
}

static void *take(struct compiler *c, size_t size)
{
    void *memory = arena_zalloc(c->arena, size);
    if (!memory)
        c->status = COMITY_E_NOMEM;
    return memory;
}

static const char *copy(struct compiler *c, const char *text, size_t len)
{
    const char *memory = arena_copy(c->arena, text, len);
    if (!memory)
        c->status = COMITY_E_NOMEM;
    return memory ? memory : "";
}

static uint32_t get(struct compiler *c, uint32_t group, const char *name)
{
    return tree_find(&c->tree, group, name, strlen(name), NULL);
}

/* Text of a member, or NULL where it is absent or no string. */
static const char *get_text(struct compiler *c, uint32_t group, const char *name)
{
    uint32_t i = get(c, group, name);
    if (!i)
        return NULL;
    const struct comity_node *node = tree_node(&c->tree, i);
    if (node->kind != COMITY_NODE_STRING) {
        fault(c, i, "template.type", "this is not a text");
        return NULL;
    }
    return copy(c, node->text, node->text_len);
}

static bool is_true(struct compiler *c, uint32_t group, const char *name)
{
    uint32_t i = get(c, group, name);
    return i && tree_node(&c->tree, i)->kind == COMITY_NODE_TRUE;
}

/* Refuses members that the template language does not know. */
static void check_members(struct compiler *c, uint32_t group, const char *const *known)
{
    for (uint32_t i = tree_node(&c->tree, group)->first; i; i = tree_node(&c->tree, i)->next) {
        const struct comity_node *node = tree_node(&c->tree, i);
        const char *const *name = known;
        while (*name && (strlen(*name) != node->name_len ||
                         memcmp(*name, node->name, node->name_len) != 0))
            name++;
        if (!*name)
            fault(c, i, "template.unknown-member", "the template language has no such member");
    }
}

/* --- canonical paths --- */

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
    slot->wanted = copy(c, equals + 1, slot->wanted_len);
    return slot->key != FIELD_NONE && fields[slot->key].type != TYPE_GROUP;
}

struct parsed_path {
    struct target target;
    bool whole_list;             /* ends in [] */
    uint16_t key;                /* ends in [key=value]: the list itself, filtered */
    const char *wanted;
    uint32_t wanted_len;
};

/* Compiles "persons[0].birth.date"; a leading '/' starts at the document.  The last step may
 * be a list as a whole ("[]") or, where `list` is asked for, filtered ("[type=alias]"). */
static bool parse_path(struct compiler *c, uint32_t node, const char *path, bool list,
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
            fault(c, node, "template.field", "the canonical schema has no such field");
            return false;
        }
        p += len;
        bool entry = *p == '[', whole = entry && p[1] == ']';
        if (entry) {
            size_t inside = strcspn(p, "]");
            if (!fields[slot.field].list || !p[inside] ||
                (!whole && !parse_entry(c, p + 1, inside - 1, &slot))) {
                fault(c, node, "template.field", "what stands in brackets names no entry");
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
            fault(c, node, "template.field", "the path goes on where there is no group");
            return false;
        }
        out->target.slot = scope_slot(c, scope, &slot);
        if (c->failed && out->target.slot == 0) {
            fault(c, node, "template.field", "the template touches too many groups");
            return false;
        }
        group = fields[slot.field].ref;
        if (!*p) /* a group as such: quantities and their like */
            return true;
        p++;
    }
}

/* --- the parts of a row --- */

static void add_constants(struct compiler *c, uint32_t object, struct constant **list,
                          size_t *count)
{
    const struct comity_node *node = tree_node(&c->tree, object);
    if (node->kind != COMITY_NODE_GROUP) {
        fault(c, object, "template.type", "this is not an object of field: text");
        return;
    }
    *list = take(c, node->count * sizeof **list);
    for (uint32_t i = node->first; i && c->status == COMITY_OK; i = tree_node(&c->tree, i)->next) {
        const struct comity_node *member = tree_node(&c->tree, i);
        struct parsed_path path;
        if (member->kind != COMITY_NODE_STRING)
            fault(c, i, "template.type", "a constant is a text");
        else if (parse_path(c, i, copy(c, member->name, member->name_len), false, &path))
            (*list)[(*count)++] =
                (struct constant){.target = path.target,
                                  .path = copy(c, member->name, member->name_len),
                                  .text = copy(c, member->text, member->text_len),
                                  .len = member->text_len};
    }
}

static const struct code_table *find_table(struct compiler *c, const char *name)
{
    for (size_t i = 0; i < c->t->table_count; i++)
        if (strcmp(c->t->tables[i].name, name) == 0)
            return &c->t->tables[i];
    return NULL;
}

static void row_codec(struct compiler *c, uint32_t object, struct row *row)
{
    const char *type = get_text(c, object, "type"), *date = get_text(c, object, "date"),
               *table = get_text(c, object, "codes");
    row->json_kind = COMITY_NODE_STRING;
    if (type && strcmp(type, "number") == 0)
        row->json_kind = COMITY_NODE_NUMBER;
    else if (type && strcmp(type, "boolean") == 0)
        row->json_kind = COMITY_NODE_TRUE;
    else if (type && strcmp(type, "text") != 0)
        fault(c, get(c, object, "type"), "template.type", "type is text, number or boolean");
    if (date) {
        row->codec = CODEC_DATE;
        row->pattern = date;
        if (!strstr(date, "YYYY") || strlen(date) != 10)
            fault(c, get(c, object, "date"), "template.date",
                  "a date's pattern holds YYYY, MM, DD and two separators");
    }
    if (table && strcmp(table, "iso-639-2") == 0) {
        row->codec = CODEC_LANGUAGE;
    } else if (table) {
        row->codec = CODEC_CODES;
        row->codes = find_table(c, table);
        if (!row->codes)
            fault(c, get(c, object, "codes"), "template.codes",
                  "the template has no such code table");
    }
}

static void row_unknown(struct compiler *c, uint32_t object, struct row *row)
{
    uint32_t list = get(c, object, "unknown");
    if (!list)
        return;
    row->unknown = take(c, tree_node(&c->tree, list)->count * sizeof *row->unknown);
    for (uint32_t i = tree_node(&c->tree, list)->first; i && row->unknown;
         i = tree_node(&c->tree, i)->next) {
        const struct comity_node *node = tree_node(&c->tree, i);
        row->unknown[row->unknown_count++] =
            (struct constant){.target = {.field = node->kind},
                              .text = copy(c, node->text ? node->text : "", node->text_len),
                              .len = node->text_len};
    }
}

static void row_also(struct compiler *c, uint32_t object, struct row *row)
{
    const char *fallback = get_text(c, object, "else");
    uint32_t list = get(c, object, "also");
    size_t room = (fallback ? 1u : 0u) + (list ? tree_node(&c->tree, list)->count : 0);
    if (!room)
        return;
    row->also = take(c, room * sizeof *row->also);
    struct parsed_path path;
    if (fallback && parse_path(c, get(c, object, "else"), fallback, false, &path) &&
        row->also) {
        row->also[row->also_count++] = path.target;
        row->has_fallback = true;
    }
    for (uint32_t i = list ? tree_node(&c->tree, list)->first : 0; i && row->also;
         i = tree_node(&c->tree, i)->next) {
        const struct comity_node *node = tree_node(&c->tree, i);
        if (node->kind != COMITY_NODE_STRING)
            fault(c, i, "template.type", "this is not a canonical path");
        else if (parse_path(c, i, copy(c, node->text, node->text_len), false, &path))
            row->also[row->also_count++] = path.target;
    }
}

/* A quantity: the number goes to its value, the unit stands beside it. */
static void row_unit(struct compiler *c, uint32_t object, struct row *row,
                     const struct parsed_path *path)
{
    const char *unit = get_text(c, object, "unit");
    bool quantity = fields[path->target.field].type == TYPE_GROUP && !path->whole_list;
    if (!unit && quantity)
        fault(c, object, "template.field", "the field is a group; name the field inside it");
    if (!unit)
        return;
    if (!quantity || fields[path->target.field].ref != G_quantity) {
        fault(c, object, "template.field", "unit goes with a field that is a quantity");
        return;
    }
    row->target.field = F_quantity_value;
    row->with = take(c, sizeof *row->with);
    if (!row->with)
        return;
    row->with[row->with_count++] = (struct constant){
        .target = {row->target.from_root, row->target.slot, F_quantity_unit},
        .path = "unit",
        .text = unit,
        .len = (uint32_t)strlen(unit)};
}

static struct row *compile_row(struct compiler *c, uint32_t object, struct parsed_path *path,
                               bool list)
{
    struct row *row = take(c, sizeof *row);
    const char *at = get_text(c, object, "at"), *field = get_text(c, object, "field");
    if (!field)
        field = get_text(c, object, "each");
    if (!row || !at || !field) {
        fault(c, object, "template.row", "a row needs at, and field or each");
        return NULL;
    }
    if (!parse_path(c, object, field, list, path))
        return NULL;
    row->at = at;
    row->field_path = field;
    row->target = path->target;
    row->note = get_text(c, object, "note");
    row_codec(c, object, row);
    row_unknown(c, object, row);
    row_also(c, object, row);
    if (!list)
        row_unit(c, object, row, path);
    uint32_t with = get(c, object, "with");
    if (with && row->with_count)
        fault(c, with, "template.row", "a row has a unit, or with, but not both");
    else if (with)
        add_constants(c, with, &row->with, &row->with_count);
    return row;
}

/* --- the members that rows describe --- */

static struct member *add_member(struct compiler *c, uint32_t node, struct member *parent,
                                 const char *name, size_t len)
{
    for (uint16_t i = 0; i < parent->count; i++)
        if (parent->members[i].name_len == len &&
            memcmp(parent->members[i].name, name, len) == 0)
            return &parent->members[i];
    if (!parent->members)
        parent->members = take(c, TEMPLATE_MAX_MEMBERS * sizeof *parent->members);
    if (!parent->members || parent->count == TEMPLATE_MAX_MEMBERS) {
        fault(c, node, "template.row", "an object has too many members");
        return NULL;
    }
    struct member *member = &parent->members[parent->count++];
    struct buffer literal;
    buffer_init(&literal, 0);
    json_put_string(&literal, name, len);
    buffer_char(&literal, ':');
    member->name = copy(c, name, len);
    member->name_len = (uint32_t)len;
    member->literal = copy(c, literal.bytes ? literal.bytes : "", literal.size);
    member->literal_len = (uint32_t)literal.size;
    buffer_free(&literal);
    return member;
}

/* Makes the members along a path "a/b[]"; the last one is returned, `list` tells of []. */
static struct member *walk(struct compiler *c, uint32_t node, struct member *parent,
                           const char *at, bool *list)
{
    struct member *member = parent;
    for (const char *p = at;;) {
        size_t len = strcspn(p, "/");
        bool last = p[len] == '\0';
        *list = len > 2 && p[len - 2] == '[' && p[len - 1] == ']';
        if (len == 0 || (*list && !last)) {
            fault(c, node, "template.at", "the path of members has an empty step or a list inside");
            return NULL;
        }
        bool was_there = false;
        for (uint16_t i = 0; i < member->count; i++)
            was_there = was_there || (member->members[i].name_len == len - (*list ? 2 : 0) &&
                                      memcmp(member->members[i].name, p,
                                             member->members[i].name_len) == 0);
        member = add_member(c, node, member, p, len - (*list ? 2 : 0));
        if (!member)
            return NULL;
        if (was_there && (last || member->kind != MEMBER_OBJECT)) {
            fault(c, node, "template.at", "two rows describe the same member");
            return NULL;
        }
        if (last)
            return member;
        member->kind = MEMBER_OBJECT;
        p += len + 1;
    }
}

static uint8_t absent_rule(struct compiler *c, uint32_t object, uint8_t fallback)
{
    const char *text = get_text(c, object, "absent");
    if (!text)
        return fallback;
    if (strcmp(text, "null") == 0)
        return ABSENT_NULL;
    if (strcmp(text, "empty") == 0)
        return ABSENT_EMPTY;
    if (strcmp(text, "omit") != 0)
        fault(c, get(c, object, "absent"), "template.absent", "absent is null, empty or omit");
    return ABSENT_OMIT;
}

static void compile_rows(struct compiler *c, uint32_t list, struct member *parent);

static void compile_each(struct compiler *c, uint32_t object, struct member *member)
{
    static const char *const known[] = {"at",     "each", "rows",     "constants",
                                        "absent", "note", "required", NULL};
    struct parsed_path path;
    check_members(c, object, known);
    member->kind = MEMBER_EACH;
    member->row = compile_row(c, object, &path, true);
    member->scope = take(c, sizeof *member->scope);
    if (!member->row || !member->scope)
        return;
    if (fields[path.target.field].type != TYPE_GROUP || !fields[path.target.field].list ||
        (!path.whole_list && path.key == FIELD_NONE)) {
        fault(c, object, "template.field", "each names a list of groups, ending in []");
        return;
    }
    member->key = path.key;
    member->wanted = path.wanted;
    member->wanted_len = path.wanted_len;
    member->scope->group = fields[path.target.field].ref;
    member->scope->count = 1;
    struct scope *outer = c->scope;
    c->scope = member->scope;
    uint32_t constants = get(c, object, "constants");
    if (constants)
        add_constants(c, constants, &member->scope->constants, &member->scope->constant_count);
    compile_rows(c, get(c, object, "rows"), member);
    c->scope = outer;
}

static void compile_value(struct compiler *c, uint32_t object, struct member *member, bool list)
{
    static const char *const known[] = {"at",   "field", "type",   "date",     "codes", "unit",
                                        "also", "else",  "absent", "required", "unknown",
                                        "note", "with",  NULL};
    struct parsed_path path;
    check_members(c, object, known);
    member->kind = list ? MEMBER_ENTRIES : MEMBER_VALUE;
    member->row = compile_row(c, object, &path, false);
    if (member->row && list != path.whole_list)
        fault(c, object, "template.row",
              "at and field both end in [] (a list of values), or neither does");
}

static void compile_rows(struct compiler *c, uint32_t list, struct member *parent)
{
    if (!list || tree_node(&c->tree, list)->kind != COMITY_NODE_LIST) {
        fault(c, list, "template.row", "there is no list of rows");
        return;
    }
    for (uint32_t i = tree_node(&c->tree, list)->first; i && c->status == COMITY_OK;
         i = tree_node(&c->tree, i)->next) {
        bool is_list = false;
        const char *at = tree_node(&c->tree, i)->kind == COMITY_NODE_GROUP
                             ? get_text(c, i, "at")
                             : NULL;
        if (!at) {
            fault(c, i, "template.row", "a row is an object that begins with at");
            continue;
        }
        struct member *member = walk(c, i, parent, at, &is_list);
        if (!member)
            continue;
        member->required = is_true(c, i, "required");
        member->absent = absent_rule(c, i, ABSENT_OMIT);
        if (get(c, i, "each"))
            compile_each(c, i, member);
        else
            compile_value(c, i, member, is_list);
    }
}

/* --- the head of the template --- */

static void compile_tables(struct compiler *c, uint32_t object)
{
    if (!object)
        return;
    struct template *t = c->t;
    t->tables = take(c, tree_node(&c->tree, object)->count * sizeof *t->tables);
    for (uint32_t i = tree_node(&c->tree, object)->first; i && t->tables;
         i = tree_node(&c->tree, i)->next) {
        const struct comity_node *node = tree_node(&c->tree, i);
        struct code_table *table = &t->tables[t->table_count++];
        table->name = copy(c, node->name, node->name_len);
        table->pairs = take(c, node->count * sizeof *table->pairs);
        for (uint32_t k = node->first; k && table->pairs; k = tree_node(&c->tree, k)->next) {
            const struct comity_node *pair = tree_node(&c->tree, k);
            if (pair->kind != COMITY_NODE_STRING) {
                fault(c, k, "template.codes", "a code stands for a text");
                continue;
            }
            table->pairs[table->count++] =
                (struct code_pair){.code = copy(c, pair->name, pair->name_len),
                                   .value = copy(c, pair->text, pair->text_len),
                                   .code_len = pair->name_len,
                                   .value_len = pair->text_len};
        }
    }
}

static const struct row *row_at(const struct member *member, const char *at)
{
    size_t len = strcspn(at, "/");
    for (uint16_t i = 0; i < member->count; i++) {
        const struct member *child = &member->members[i];
        if (child->name_len != len || memcmp(child->name, at, len) != 0)
            continue;
        return at[len] ? row_at(child, at + len + 1) : child->row;
    }
    return NULL;
}

static void compile_condition(struct compiler *c, uint32_t object, struct condition *when)
{
    const char *at = get_text(c, object, "at"), *has = get_text(c, object, "has"),
               *equals = get_text(c, object, "equals"),
               *contains = get_text(c, object, "contains");
    when->kind = has ? WHEN_HAS : equals ? WHEN_EQUALS : WHEN_CONTAINS;
    when->at = has ? has : at;
    when->text = equals ? equals : contains;
    when->text_len = when->text ? (uint32_t)strlen(when->text) : 0;
    if (!when->at || (!has && !when->text)) {
        fault(c, object, "template.when", "a condition is has, or at with equals or contains");
        when->kind = WHEN_ALWAYS;
    }
}

static void compile_kinds(struct compiler *c, uint32_t list, const struct member *document)
{
    struct template *t = c->t;
    t->kinds = take(c, tree_node(&c->tree, list)->count * sizeof *t->kinds);
    for (uint32_t i = tree_node(&c->tree, list)->first; i && t->kinds;
         i = tree_node(&c->tree, i)->next) {
        bool group = tree_node(&c->tree, i)->kind == COMITY_NODE_GROUP;
        uint32_t when = group ? get(c, i, "when") : 0;
        const struct comity_node *node = tree_node(&c->tree, i);
        const char *kind = group                              ? get_text(c, i, "kind")
                           : node->kind == COMITY_NODE_STRING ? copy(c, node->text, node->text_len)
                                                              : NULL;
        if (!kind || !code_find(L_kind, kind, strlen(kind))) {
            fault(c, i, "template.kind", "the convention has no such kind");
            continue;
        }
        struct kind_rule *rule = &t->kinds[t->kind_count++];
        rule->kind = kind;
        rule->kind_len = (uint32_t)strlen(kind);
        if (!when)
            continue;
        compile_condition(c, when, &rule->when);
        rule->when.row = rule->when.at ? row_at(document, rule->when.at) : NULL;
        if (rule->when.kind != WHEN_ALWAYS && !rule->when.row)
            fault(c, when, "template.when", "no row describes the member of the condition");
    }
    if (!t->kind_count)
        fault(c, list, "template.kind", "the template names no kind that it can carry");
}

static void compile_detect(struct compiler *c, uint32_t object)
{
    struct template *t = c->t;
    uint32_t all = object ? get(c, object, "all") : 0, score = object ? get(c, object, "score") : 0;
    if (!all || !score || tree_node(&c->tree, score)->kind != COMITY_NODE_NUMBER) {
        fault(c, object, "template.detect", "detect needs a list `all` and a number `score`");
        return;
    }
    const struct comity_node *node = tree_node(&c->tree, score);
    for (uint32_t i = 0; i < node->text_len && i < 3; i++)
        t->detect_score = t->detect_score * 10 + (node->text[i] - '0');
    t->detect = take(c, tree_node(&c->tree, all)->count * sizeof *t->detect);
    for (uint32_t i = tree_node(&c->tree, all)->first; i && t->detect;
         i = tree_node(&c->tree, i)->next) {
        struct condition *when = &t->detect[t->detect_count++];
        node = tree_node(&c->tree, i);
        if (node->kind == COMITY_NODE_STRING)
            *when = (struct condition){.kind = WHEN_HAS,
                                       .at = copy(c, node->text, node->text_len)};
        else
            compile_condition(c, i, when);
    }
}

static const char *const *text_list(struct compiler *c, uint32_t list)
{
    size_t count = list ? tree_node(&c->tree, list)->count : 0;
    const char **texts = take(c, (count + 1) * sizeof *texts);
    size_t n = 0;
    for (uint32_t i = list ? tree_node(&c->tree, list)->first : 0; i && texts;
         i = tree_node(&c->tree, i)->next) {
        const struct comity_node *node = tree_node(&c->tree, i);
        if (node->kind == COMITY_NODE_STRING)
            texts[n++] = copy(c, node->text, node->text_len);
        else
            fault(c, i, "template.type", "this is not a text");
    }
    return texts;
}

static void compile_head(struct compiler *c)
{
    static const char *const known[] = {
        "comity_template", "id",          "title",    "source", "syntax",    "kinds",
        "documents",       "detect",      "codes",    "rows",   "constants", "note",
        "media_types",     "suffixes",    "voice",    NULL};
    struct template *t = c->t;
    check_members(c, 1, known);
    uint32_t version = get(c, 1, "comity_template");
    if (!version || tree_node(&c->tree, version)->text_len != 1 ||
        tree_node(&c->tree, version)->text[0] != '1')
        fault(c, 1, "template.version", "comity_template is not 1, the only version known");
    t->id = get_text(c, 1, "id");
    t->title = get_text(c, 1, "title");
    t->source = get_text(c, 1, "source");
    const char *syntax = get_text(c, 1, "syntax");
    if (!t->id || !t->title || !syntax || strcmp(syntax, "json") != 0)
        fault(c, 1, "template.head", "a template needs id, title and syntax (json)");
    t->syntax = SYNTAX_JSON;
    t->media_types = text_list(c, get(c, 1, "media_types"));
    t->suffixes = text_list(c, get(c, 1, "suffixes"));
    t->scope.group = G_document;
    t->scope.count = 1;
    t->root.kind = MEMBER_OBJECT;
    c->scope = &t->scope;
    compile_tables(c, get(c, 1, "codes"));
    struct member *document = &t->root;
    const char *documents = get_text(c, 1, "documents");
    if (documents) {
        bool list = false;
        document = walk(c, get(c, 1, "documents"), &t->root, documents, &list);
        if (!document || !list) {
            fault(c, get(c, 1, "documents"), "template.at", "documents is a path ending in []");
            return;
        }
        document->kind = MEMBER_DOCUMENTS;
        document->absent = ABSENT_EMPTY;
        t->documents = document;
    }
    uint32_t constants = get(c, 1, "constants");
    if (constants)
        add_constants(c, constants, &t->scope.constants, &t->scope.constant_count);
    compile_rows(c, get(c, 1, "rows"), document);
    compile_detect(c, get(c, 1, "detect"));
    uint32_t kinds = get(c, 1, "kinds");
    if (kinds && tree_node(&c->tree, kinds)->kind == COMITY_NODE_LIST)
        compile_kinds(c, kinds, document);
    else
        fault(c, 1, "template.kind", "the template has no list of kinds");
}

comity_status template_compile(struct arena *arena, const char *text, size_t len,
                               struct findings *findings, struct template **compiled)
{
    struct compiler c = {.arena = arena, .findings = findings};
    struct limits limits = LIMITS_INIT;
    struct syntax_error error;
    size_t used = 0, blank = 0;
    *compiled = NULL;
    c.t = take(&c, sizeof *c.t);
    if (!c.t)
        return COMITY_E_NOMEM;
    tree_init(&c.tree, arena);
    c.tree.line = c.tree.column = 1;
    while (blank < len && strchr(" \t\r\n", text[blank]))
        blank++;
    c.tree.offset = 0;
    comity_status status = json_read(&c.tree, text + blank, len - blank, true, &limits, &used,
                                     &error);
    if (status != COMITY_OK) {
        c.tree.text = text + blank;
        c.tree.size = len - blank;
        struct place place = tree_place(&c.tree, error.offset);
        struct comity_finding finding = {.struct_size = sizeof finding,
                                         .severity = COMITY_ERROR,
                                         .code = error.code,
                                         .message = error.message,
                                         .line = place.line,
                                         .column = place.column,
                                         .offset = place.offset};
        findings_add(findings, &finding);
        c.failed = true;
    } else if (tree_node(&c.tree, 1)->kind != COMITY_NODE_GROUP) {
        fault(&c, 1, "template.type", "a template is a JSON object");
    } else {
        compile_head(&c);
    }
    tree_free(&c.tree);
    if (c.status != COMITY_OK)
        return c.status;
    *compiled = c.failed ? NULL : c.t;
    return c.failed ? COMITY_E_INVALID : COMITY_OK;
}
