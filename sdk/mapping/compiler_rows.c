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
    const char *name = compiler_get(c, object, "instead") ? "instead" : "else";
    const char *fallback = compiler_text(c, object, name);
    uint32_t list = compiler_get(c, object, "also");
    if (!compiler_is_list(c, list))
        list = 0;
    size_t room = (fallback ? 1u : 0u) + (list ? tree_node(&c->tree, list)->count : 0);
    if (!room)
        return;
    row->also = compiler_take(c, room * sizeof *row->also);
    struct parsed_path path;
    if (fallback && compiler_text_path(c, compiler_get(c, object, name), fallback, &path) &&
        row->also) {
        row->also[row->also_count++] = path.target;
        row->has_fallback = true;
        row->is_instead = name[0] == 'i';
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

/* Room for one more: at each power of two, twice as much. */
static bool make_room(struct compiler *c, struct member *parent)
{
    if (parent->count & (parent->count - 1u))
        return true;
    size_t room = parent->count ? 2 * (size_t)parent->count : 1;
    struct member **members = compiler_take(c, room * sizeof(struct member *));
    if (members && parent->count)
        memcpy(members, parent->members, parent->count * sizeof(struct member *));
    parent->members = members ? members : parent->members;
    return members != NULL;
}

struct member *compiler_member(struct compiler *c, uint32_t node, struct member *parent,
                               const char *name, size_t len)
{
    for (uint16_t i = 0; i < parent->count; i++)
        if (parent->members[i]->name_len == len &&
            memcmp(parent->members[i]->name, name, len) == 0)
            return parent->members[i];
    if (parent->count == TEMPLATE_MAX_MEMBERS) {
        compiler_fault(c, node, "template.row", "an object has too many members");
        return NULL;
    }
    struct member *member = make_room(c, parent) ? compiler_take(c, sizeof *member) : NULL;
    if (!member)
        return NULL;
    parent->members[parent->count++] = member;
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

/* A further row for the same list: its entries are of several sorts. */
static struct member *another_sort(struct compiler *c, uint32_t node, struct member *first)
{
    struct member *sort = compiler_take(c, sizeof *sort);
    struct member *last = first;
    unsigned count = 1;
    if (!sort)
        return NULL;
    for (; last->other; last = last->other)
        count++;
    if (count >= TEMPLATE_MAX_SORTS) {
        compiler_fault(c, node, "template.row", "a list has 64 sorts of entries at the most");
        return NULL;
    }
    last->other = sort;
    sort->name = first->name;
    sort->name_len = first->name_len;
    sort->literal = first->literal;
    sort->literal_len = first->literal_len;
    return sort;
}

static bool is_list_of_sorts(const struct member *member)
{
    return member->kind == MEMBER_EACH || member->kind == MEMBER_ENTRY;
}

static void add_constant(struct compiler *c, uint32_t node, struct member *entry,
                         const char *name, size_t name_len, const char *text, size_t len)
{
    struct member *member = compiler_member(c, node, entry, name, name_len);
    struct fixed *fixed = compiler_take(c, sizeof *fixed);
    if (!member || !fixed)
        return;
    *fixed = compiler_fixed(c, text, len, COMITY_NODE_STRING);
    member->kind = MEMBER_CONST;
    member->fixed = fixed;
    member->fixed_count = 1;
}

static void note_deep(struct compiler *c, struct deep_entry found)
{
    struct deep_entry *deep = compiler_take(c, sizeof *deep);
    if (!deep)
        return;
    *deep = found;
    deep->next = c->deep;
    c->deep = deep;
}

void compiler_deep_entries(struct compiler *c)
{
    for (const struct deep_entry *deep = c->deep; deep; deep = deep->next) {
        const struct member *member = deep->entry;
        const char *p = deep->at, *end = p + deep->at_len;
        for (uint16_t hint = 0; member && p < end;) {
            const char *slash = memchr(p, '/', (size_t)(end - p)), *stop = slash ? slash : end;
            member = member_find(member, p, (size_t)(stop - p), &hint);
            p = stop + 1;
        }
        if (!member || member->kind != MEMBER_CONST ||
            member->fixed[0].text_len != deep->text_len ||
            memcmp(member->fixed[0].text, deep->text, deep->text_len) != 0)
            compiler_fault(c, deep->node, "template.at",
                           "no row with 'const' states the member that chooses the entry");
    }
}

/* The step "name[member=text]": the entry of a list that has that constant. */
static struct member *walk_entry(struct compiler *c, uint32_t node, struct member *parent,
                                 const char *step, size_t len)
{
    const char *bracket = memchr(step, '[', len);
    size_t name_len = (size_t)(bracket - step), entry_len = len - name_len;
    const char *equals = memchr(bracket, '=', entry_len);
    uint16_t before = parent->count;
    if (!equals || equals == bracket + 1) {
        compiler_fault(c, node, "template.at", "an entry is chosen by [member=text]");
        return NULL;
    }
    struct member *entry = compiler_member(c, node, parent, step, name_len);
    if (entry && parent->count == before && !is_list_of_sorts(entry)) {
        compiler_fault(c, node, "template.at", "two rows describe the same member");
        return NULL;
    }
    for (struct member *sort = parent->count == before ? entry : NULL; sort; sort = sort->other)
        if (sort->entry && sort->entry_len == entry_len &&
            memcmp(sort->entry, bracket, entry_len) == 0)
            return sort;
    if (entry && parent->count == before)
        entry = another_sort(c, node, entry);
    if (!entry)
        return NULL;
    entry->kind = MEMBER_ENTRY;
    entry->single = c->t->syntax == SYNTAX_XML;
    entry->key = FIELD_NONE;
    entry->entry = compiler_copy(c, bracket, entry_len);
    entry->entry_len = (uint32_t)entry_len;
    size_t key_len = (size_t)(equals - bracket) - 1;
    const char *key = entry->entry + 1, *text = key + key_len + 1;
    if (memchr(key, '/', key_len))
        note_deep(c, (struct deep_entry){entry, key, text, key_len, entry_len - key_len - 3,
                                         node, NULL});
    else
        add_constant(c, node, entry, key, key_len, text, entry_len - key_len - 3);
    return entry;
}

/* Length of the step at `p`; a '/' in brackets is none of the path's. */
static size_t step_len(const char *p, bool *is_entry)
{
    size_t len = strcspn(p, "/["), end = len;
    *is_entry = p[len] == '[' && p[len + 1] != ']';
    if (*is_entry)
        end = len + strcspn(p + len, "]") + 1;
    return *is_entry && p[end - 1] == ']' ? end : len + strcspn(p + len, "/");
}

struct member *compiler_walk(struct compiler *c, uint32_t node, struct member *parent,
                             const char *at, bool again, bool *list)
{
    struct member *member = parent;
    for (const char *p = at;;) {
        bool is_entry;
        size_t len = step_len(p, &is_entry);
        bool last = p[len] == '\0';
        *list = len > 2 && p[len - 2] == '[' && p[len - 1] == ']';
        if (len == 0 || (*list && !last) || (is_entry && last)) {
            compiler_fault(c, node, "template.at",
                           "the path of members has an empty step, a list inside, or ends with "
                           "the choice of an entry");
            return NULL;
        }
        if (is_entry) {
            member = walk_entry(c, node, member, p, len);
            if (!member)
                return NULL;
            p += len + 1;
            continue;
        }
        uint16_t before = member->count;
        struct member *holder = member;
        member = compiler_member(c, node, member, p, len - (*list ? 2 : 0));
        if (!member)
            return NULL;
        bool was_there = holder->count == before;
        if (was_there && last && again && is_list_of_sorts(member))
            return another_sort(c, node, member);
        if (was_there && (last || member->kind != MEMBER_OBJECT || member->when_count)) {
            compiler_fault(c, node, "template.at", "two rows describe the same member");
            return NULL;
        }
        if (last)
            return member;
        member->kind = MEMBER_OBJECT;
        p += len + 1;
    }
}
