/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Members of a template: what a row makes of the place that it describes: a value, a list, a
 * repeated group, an object of one case, a constant. */
#include "mapping/compiler.h"
#include "syntax/json.h"

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

/* Canonical values that a member stands for: path to text, or to a list of texts and null. */
static void compile_when(struct compiler *c, uint32_t object, struct member *member)
{
    uint32_t when = compiler_get(c, object, "when");
    if (!when)
        return;
    const struct comity_node *node = tree_node(&c->tree, when);
    if (node->kind != COMITY_NODE_GROUP || !node->first) {
        compiler_fault(c, when, "template.when",
                       "when is an object of field: text, or field: [text, null]");
        return;
    }
    member->when = compiler_take(c, node->count * sizeof *member->when);
    for (uint32_t i = node->first; i && member->when; i = tree_node(&c->tree, i)->next) {
        const struct comity_node *entry = tree_node(&c->tree, i);
        struct membership *of = &member->when[member->when_count];
        struct parsed_path path;
        of->path = compiler_copy(c, entry->name, entry->name_len);
        if (strcmp(of->path, "/kind") == 0)
            of->target = (struct target){.from_root = true, .field = F_document_kind};
        else if (compiler_text_path(c, i, of->path, &path))
            of->target = path.target;
        else
            continue;
        bool is_list = entry->kind == COMITY_NODE_LIST;
        of->texts = compiler_take(c, (entry->count + 1) * sizeof *of->texts);
        for (uint32_t k = is_list ? entry->first : i; k && of->texts;
             k = is_list ? tree_node(&c->tree, k)->next : 0) {
            const struct comity_node *text = tree_node(&c->tree, k);
            if (text->kind == COMITY_NODE_STRING)
                of->texts[of->count++] = (struct wanted_text){
                    compiler_copy(c, text->text, text->text_len), text->text_len};
            else if (text->kind == COMITY_NODE_NULL && is_list)
                of->or_absent = true;
            else
                compiler_fault(c, k, "template.when", "a value of when is a text, or null");
        }
        member->when_count++;
    }
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

/* The member of each entry that tells which it is, for other lists or of one. */
static void compile_key(struct compiler *c, uint32_t object, struct member *member)
{
    const char *key = compiler_text(c, object, "key"),
               *refers = compiler_text(c, object, "ref");
    member->key_at = key ? key : refers;
    member->refers = refers != NULL;
    if (key && refers)
        compiler_fault(c, object, "template.key", "a row has a key, or ref, but not both");
    if (!key)
        return;
    const struct member **keyed =
        compiler_take(c, (c->t->keyed_count + 1) * sizeof *c->t->keyed);
    if (!keyed)
        return;
    for (size_t i = 0; i < c->t->keyed_count; i++)
        keyed[i] = c->t->keyed[i];
    keyed[c->t->keyed_count++] = member;
    c->t->keyed = keyed;
}

static void compile_each(struct compiler *c, uint32_t object, struct member *member, bool list)
{
    static const char *const known[] = {"at",   "each", "rows",     "constants", "absent",
                                        "note", "when", "required", "single",    "key",
                                        "ref",  "only", NULL};
    struct parsed_path path;
    compiler_check_members(c, object, known);
    struct compiler_outer outer;
    member->kind = MEMBER_EACH;
    member->row = compile_row(c, object, &path, true);
    if (!member->row)
        return;
    if (!list)
        compiler_fault(c, object, "template.row", "at ends in [] where each is a list");
    member->single = compiler_flag(c, object, "single") || c->t->syntax == SYNTAX_XML;
    compile_key(c, object, member);
    if (compiler_enter(c, object, member, &path, &outer)) {
        compile_when(c, object, member);
        compiler_rows(c, object, member);
    }
    compiler_leave(c, &outer);
}

/* An object with rows of its own: one case of several, where it has `when`. */
static void compile_object(struct compiler *c, uint32_t object, struct member *member,
                           bool list)
{
    static const char *const known[] = {"at",   "rows",     "when",   "absent",
                                        "note", "required", "always", NULL};
    const struct member *top = c->top;
    compiler_check_members(c, object, known);
    member->kind = MEMBER_OBJECT;
    member->is_block = true;
    member->always = compiler_flag(c, object, "always");
    if (list)
        compiler_fault(c, object, "template.row", "at ends in [] where each is a list");
    compile_when(c, object, member);
    c->top = member->when_count ? member : top;
    compiler_rows(c, object, member);
    c->top = top;
}

struct fixed compiler_fixed(struct compiler *c, const char *text, size_t len, uint8_t kind)
{
    struct buffer json;
    buffer_init(&json, 0);
    if (kind == COMITY_NODE_STRING)
        json_put_string(&json, text, len);
    else
        buffer_add(&json, text, len);
    struct fixed fixed = {.text = compiler_copy(c, text, len),
                          .text_len = (uint32_t)len,
                          .json = compiler_copy(c, json.bytes ? json.bytes : "", json.size),
                          .json_len = (uint32_t)json.size,
                          .kind = kind};
    if (buffer_status(&json) != COMITY_OK)
        c->status = COMITY_E_NOMEM;
    buffer_free(&json);
    return fixed;
}

static void add_fixed(struct compiler *c, uint32_t node, struct member *member)
{
    const struct comity_node *value = tree_node(&c->tree, node);

    if (value->kind > COMITY_NODE_STRING || value->kind < COMITY_NODE_NULL) {
        compiler_fault(c, node, "template.const", "a constant is a single value");
        return;
    }
    const char *text = value->kind == COMITY_NODE_TRUE    ? "true"
                       : value->kind == COMITY_NODE_FALSE ? "false"
                       : value->kind == COMITY_NODE_NULL  ? "null"
                       : value->text                      ? value->text
                                                          : "";
    member->fixed[member->fixed_count++] =
        compiler_fixed(c, text, value->text ? value->text_len : strlen(text), value->kind);
}

/* The user chooses which of the texts is written. */
static void add_option(struct compiler *c, uint32_t object, const struct member *member)
{
    struct template *t = c->t;
    struct buffer texts;
    if (!t->options)
        t->options = compiler_take(c, (TEMPLATE_MAX_OPTIONS + 1) * sizeof *t->options);
    if (!t->options || t->option_count == TEMPLATE_MAX_OPTIONS || member->fixed_count < 2) {
        compiler_fault(c, object, "template.const",
                       "an option chooses one of several texts; a format has four at the most");
        return;
    }
    buffer_init(&texts, 0);
    for (size_t i = 0; i < member->fixed_count; i++)
        buffer_format(&texts, "%s%s", i ? ", " : "one of ", member->fixed[i].text);
    t->options[t->option_count] = (struct comity_option){
        .name = member->option,
        .type = "text",
        .fallback = member->fixed[0].text,
        .help = compiler_copy(c, texts.bytes ? texts.bytes : "", texts.size)};
    t->option_members[t->option_count++] = member;
    if (buffer_status(&texts) != COMITY_OK)
        c->status = COMITY_E_NOMEM;
    buffer_free(&texts);
}

/* What the format itself says; a list is what a reader finds, its first what is written. */
static void compile_const(struct compiler *c, uint32_t object, struct member *member, bool list)
{
    static const char *const known[] = {"at",     "const",  "note", "only",
                                        "always", "option", NULL};
    uint32_t value = compiler_get(c, object, "const");
    const struct comity_node *node = tree_node(&c->tree, value);
    bool several = node->kind == COMITY_NODE_LIST;
    compiler_check_members(c, object, known);
    member->kind = MEMBER_CONST;
    member->always = compiler_flag(c, object, "always");
    member->fixed = compiler_take(c, (node->count + 1) * sizeof *member->fixed);
    if (list)
        compiler_fault(c, object, "template.row", "a constant is no list");
    for (uint32_t i = several ? node->first : value; i && member->fixed;
         i = several ? tree_node(&c->tree, i)->next : 0)
        add_fixed(c, i, member);
    if (!member->fixed_count)
        compiler_fault(c, object, "template.const", "there is no constant");
    member->option = compiler_text(c, object, "option");
    if (member->option)
        add_option(c, object, member);
}

static bool same_target(const struct target *a, const struct target *b)
{
    return a->from_root == b->from_root && a->slot == b->slot && a->field == b->field;
}

/* True if a row of the scope, or a constant of it, fills the field already. */
static bool is_filled(const struct member *parent, const struct row *row)
{
    for (uint16_t i = 0; i < parent->count; i++) {
        const struct member *member = parent->members[i];
        if (member->kind == MEMBER_OBJECT && !member->when_count && is_filled(member, row))
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

static void row_letters(struct compiler *c, uint32_t object, struct row *row)
{
    const char *name = compiler_text(c, object, "letters");
    for (size_t i = 0; name && i < c->t->letters_count; i++)
        if (strcmp(c->t->letters[i].name, name) == 0)
            row->letters = &c->t->letters[i];
    if (name && !row->letters)
        compiler_fault(c, compiler_get(c, object, "letters"), "template.letters",
                       "the head has no such letters");
}

static void row_first(struct compiler *c, uint32_t object, struct row *row)
{
    uint32_t at = compiler_get(c, object, "first");
    const struct comity_node *first = tree_node(&c->tree, at);
    if (at && first->kind == COMITY_NODE_NUMBER && first->text_len == 1)
        row->first = (uint32_t)(first->text[0] - '0');
    else if (at)
        compiler_fault(c, at, "template.row", "first is one digit: where counting starts");
}

static void row_made(struct compiler *c, uint32_t object, struct row *row)
{
    static const char *const rules[] = {"key",  "ref",          "uuid",   "time",
                                        "date", "microseconds", "number", NULL};
    const char *made = compiler_text(c, object, "made");
    row->prefix = compiler_text(c, object, "prefix");
    row->fallback = compiler_text(c, object, "default");
    row_letters(c, object, row);
    row_first(c, object, row);
    row->json_kind = row->json_kind ? row->json_kind : COMITY_NODE_STRING;
    if (!made)
        return;
    for (uint8_t i = 0; rules[i]; i++)
        if (strcmp(rules[i], made) == 0)
            row->made = (uint8_t)(i + 1);
    if (!row->made)
        compiler_fault(c, compiler_get(c, object, "made"), "template.made",
                       "what is made is a key, ref, uuid, time, date, microseconds or number");
    const char *of = compiler_text(c, object, "of");
    struct parsed_path path = {.whole_list = true};
    if (!of || !compiler_path(c, compiler_get(c, object, "of"), of, true, &path))
        return;
    row->has_of = true;
    row->of = path.target;
    if (row->made != MADE_REF || !path.whole_list ||
        fields[path.target.field].type != TYPE_GROUP)
        compiler_fault(c, compiler_get(c, object, "of"), "template.made",
                       "of belongs to a ref, and names the list of groups whose key is meant");
}

static void row_most(struct compiler *c, uint32_t object, struct row *row)
{
    uint32_t most = compiler_get(c, object, "max");
    row->overflow = compiler_text(c, object, "overflow");
    if (!most && !row->overflow)
        return;
    const struct comity_node *node = tree_node(&c->tree, most);
    for (uint32_t i = 0; most && node->kind == COMITY_NODE_NUMBER && i < node->text_len; i++)
        if (node->text[i] >= '0' && node->text[i] <= '9' && row->most < 100000000)
            row->most = row->most * 10 + (uint32_t)(node->text[i] - '0');
        else
            row->most = 0;
    if (row->most < 2)
        compiler_fault(c, most ? most : object, "template.max",
                       "max is how many characters the format takes, 2 or more");
}

/* Text of the format alone: kept, or made. */
static struct row *technical_row(struct compiler *c, uint32_t object)
{
    struct row *row = compiler_take(c, sizeof *row);
    if (!row)
        return NULL;
    row->at = compiler_text(c, object, "at");
    row->field_path = row->plain_path = "";
    row->node = object;
    row->is_kept = true;
    row->note = compiler_text(c, object, "note");
    row->target.field = FIELD_NONE;
    return row;
}

/* The text of a row whose value another member of the object cuts. */
static void compile_whole(struct compiler *c, uint32_t object, struct member *parent,
                          struct member *member)
{
    static const char *const known[] = {"at", "whole_of", "note", NULL};
    const char *name = compiler_text(c, object, "whole_of");
    compiler_check_members(c, object, known);
    member->kind = MEMBER_VALUE;
    for (uint16_t i = 0; name && i < parent->count; i++)
        if (strcmp(parent->members[i]->name, name) == 0 && parent->members[i]->row &&
            parent->members[i]->row->overflow &&
            strcmp(parent->members[i]->row->overflow, member->name) == 0)
            member->whole_of = parent->members[i];
    if (!member->whole_of)
        compiler_fault(c, object, "template.max",
                       "whole_of names a value above, whose `overflow` is this member");
    member->row = member->whole_of ? member->whole_of->row : technical_row(c, object);
}

static bool has_type_number(struct compiler *c, uint32_t object)
{
    const char *type = compiler_text(c, object, "type");
    return type && strcmp(type, "number") == 0;
}

/* A list of which the first entry is one field, and the others are a list. */
static bool compile_rest(struct compiler *c, uint32_t object, struct member *member)
{
    const char *field = compiler_text(c, object, "rest");
    struct parsed_path path = {.whole_list = true};
    struct row *rest = compiler_take(c, sizeof *rest);
    if (!rest || !field ||
        !compiler_path(c, compiler_get(c, object, "rest"), field, true, &path))
        return false;
    *rest = *member->row;
    rest->target = path.target;
    rest->field_path = field;
    rest->plain_path = field;
    member->rest = rest;
    if (!path.whole_list || member->kind != MEMBER_ENTRIES ||
        fields[member->row->target.field].list)
        compiler_fault(c, object, "template.row",
                       "rest is a list of values, behind a field that is none");
    return true;
}

/* A list of objects, each of one value and constants. */
static void compile_inside(struct compiler *c, uint32_t object, struct member *member)
{
    uint32_t beside = compiler_get(c, object, "beside");
    member->inside = compiler_text(c, object, "inside");
    member->inside_len = member->inside ? (uint32_t)strlen(member->inside) : 0;
    if (!member->inside && !beside)
        return;
    if (!member->inside || member->kind != MEMBER_ENTRIES)
        compiler_fault(c, object, "template.row",
                       "inside names the member of each entry of a list of values; beside are "
                       "constants next to it");
    for (uint32_t i = beside ? tree_node(&c->tree, beside)->first : 0; i;
         i = tree_node(&c->tree, i)->next) {
        const struct comity_node *node = tree_node(&c->tree, i);
        struct member *constant = compiler_member(c, i, member, node->name, node->name_len);
        if (!constant)
            return;
        constant->kind = MEMBER_CONST;
        constant->fixed = compiler_take(c, sizeof *constant->fixed);
        if (constant->fixed)
            add_fixed(c, i, constant);
    }
}

static void compile_value(struct compiler *c, uint32_t object, struct member *member, bool list)
{
    static const char *const known[] = {
        "at",       "field",  "type",     "date",    "codes",    "unit",  "also",
        "else",     "absent", "required", "unknown", "note",     "with",  "country",
        "single",   "made",   "prefix",   "max",     "overflow", "parts", "between",
        "combined", "keep",   "default",  "only",    "time",     "first", "letters",
        "inside",   "beside", "instead",  "rest",    "of",       "file",
        NULL};
    struct parsed_path path = {.whole_list = list};
    compiler_check_members(c, object, known);
    member->kind = list ? MEMBER_ENTRIES : MEMBER_VALUE;
    member->single = compiler_flag(c, object, "single") || c->t->syntax == SYNTAX_XML;
    bool is_kept = compiler_flag(c, object, "keep") ||
                   (compiler_get(c, object, "made") && !compiler_get(c, object, "field"));
    if (is_kept)
        member->row = technical_row(c, object);
    else if (compiler_get(c, object, "parts"))
        member->row = compiler_parts_row(c, object, member->name);
    else
        member->row = compile_row(c, object, &path, false);
    if (!member->row)
        return;
    row_made(c, object, member->row);
    compile_inside(c, object, member);
    if (is_kept && has_type_number(c, object))
        member->row->json_kind = COMITY_NODE_NUMBER;
    if (list && member->row->has_of) { /* as it stood; made, it is a list of one */
        member->kind = MEMBER_VALUE;
        member->is_listed = !member->single;
        path.whole_list = true;
    }
    row_most(c, object, member->row);
    member->row->is_file = compiler_flag(c, object, "file");
    c->t->has_files = c->t->has_files || member->row->is_file;
    if (member->row->is_file && (list || c->scope->group != G_attachment))
        compiler_fault(c, object, "template.row",
                       "a file is the label of an attachment, one value in its group");
    if (compiler_get(c, object, "rest"))
        path.whole_list = compile_rest(c, object, member) || path.whole_list;
    if (list != path.whole_list)
        compiler_fault(c, object, "template.row",
                       "at and field both end in [] (a list of values), or neither does");
    if (!is_kept && !member->row->parts)
        compiler_check_target(c, object, member->row);
}

bool compiler_is_meant(struct compiler *c, uint32_t object)
{
    const char *only = compiler_text(c, object, "only");
    bool is_json = only && strcmp(only, "json") == 0, is_xml = only && strcmp(only, "xml") == 0;
    if (only && !is_json && !is_xml)
        compiler_fault(c, compiler_get(c, object, "only"), "template.type",
                       "only names a syntax, json or xml");
    return !only || is_json == (c->t->syntax == SYNTAX_JSON);
}

static bool has(struct compiler *c, uint32_t row, const char *name)
{
    return compiler_get(c, row, name) != 0;
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
        if (!compiler_is_meant(c, i))
            continue;
        struct member *member = compiler_walk(c, i, parent, at, has(c, i, "each"), &is_list);
        if (!member)
            continue;
        member->required = compiler_flag(c, i, "required");
        member->absent = absent_rule(c, i, is_list);
        if (has(c, i, "each"))
            compile_each(c, i, member, is_list);
        else if (has(c, i, "const"))
            compile_const(c, i, member, is_list);
        else if (has(c, i, "whole_of"))
            compile_whole(c, i, parent, member);
        else if (has(c, i, "rows"))
            compile_object(c, i, member, is_list);
        else
            compile_value(c, i, member, is_list);
    }
}
