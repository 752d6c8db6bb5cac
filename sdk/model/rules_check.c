/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether something stands at the places of a rule (rules.def says how they are written), and
 * what to say where it does not.  Knows no rule by name. */
#include "model/rule_check.h"

#include <string.h>

#define WHAT_MAX 600u

struct span {
    const char *text;
    size_t len;
};

/* The next part of *rest before a separator, blanks at its ends aside; false at the end. */
static bool next_part(struct span *rest, char separator, struct span *part)
{
    if (!rest->len)
        return false;
    const char *end = memchr(rest->text, separator, rest->len);
    size_t len = end ? (size_t)(end - rest->text) : rest->len;
    *part = (struct span){rest->text, len};
    size_t used = len + (end != NULL);
    rest->text += used;
    rest->len -= used;
    while (part->len && part->text[0] == ' ')
        part->text++, part->len--;
    while (part->len && part->text[part->len - 1] == ' ')
        part->len--;
    return true;
}

/* "each LIST: ..." gives the list and the rest; no list where it does not begin so. */
static struct span split_each(const char *places, struct span *rest)
{
    struct span list = {places, 0};
    const char *colon = strncmp(places, "each ", 5) == 0 ? strchr(places, ':') : NULL;
    *rest = (struct span){places, strlen(places)};
    if (!colon)
        return list;
    list = (struct span){places + 5, (size_t)(colon - places) - 5};
    *rest = (struct span){colon + 1, strlen(colon + 1)};
    return list;
}

/* One step of a path, "persons[role=addressee]", and what follows it. */
struct step {
    struct span name, key, wanted, rest;
};

static struct step first_step(struct span path)
{
    struct step step = {.rest = path};
    struct span whole;
    next_part(&step.rest, '.', &whole);
    next_part(&whole, '[', &step.name);
    if (next_part(&whole, '=', &step.key))
        next_part(&whole, ']', &step.wanted);
    return step;
}

static bool is_chosen(const struct value *value, uint16_t field, const struct step *step)
{
    if (!step->key.len)
        return true;
    uint16_t key = field_by_name(fields[field].ref, step->key.text, step->key.len);
    const struct value *text = value->form == VALUE_GROUP ? value_child(value, key) : NULL;
    return text && value_is(text, step->wanted.text, step->wanted.len);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* True if a value says anything: white space and empty groups do not. */
static bool is_filled(const struct value *value)
{
    if (value->form == VALUE_TEXT) {
        for (uint32_t i = 0; i < value->len; i++)
            if (!is_blank(value->text[i]))
                return true;
        return false;
    }
    for (const struct value *v = value->first; v; v = v->next)
        if (is_filled(v))
            return true;
    return false;
}

/* True if something stands at a path, in any entry of each list on the way. */
static bool has_filled(const struct value *group, uint16_t id, struct span path)
{
    struct step step = first_step(path);
    uint16_t field = field_by_name(id, step.name.text, step.name.len);
    const struct value *v = field == FIELD_NONE ? NULL : value_child(group, field);
    for (; v; v = value_next(v)) {
        if (!is_chosen(v, field, &step))
            continue;
        bool found = !step.rest.len           ? is_filled(v)
                     : v->form == VALUE_GROUP ? has_filled(v, fields[field].ref, step.rest)
                                              : false;
        if (found)
            return true;
    }
    return false;
}

/* The value nearest to where a path leads. */
static const struct value *nearest(const struct value *group, uint16_t id, struct span path)
{
    for (;;) {
        struct step step = first_step(path);
        uint16_t field = field_by_name(id, step.name.text, step.name.len);
        const struct value *v = field == FIELD_NONE ? NULL : value_child(group, field);
        while (v && !is_chosen(v, field, &step))
            v = value_next(v);
        if (!v)
            return group;
        group = v;
        if (v->form != VALUE_GROUP || !step.rest.len)
            return group;
        id = fields[field].ref;
        path = step.rest;
    }
}

/* Appends a path as it would be set: "offences[0].title". */
static void write_path(struct buffer *out, uint16_t id, struct span path)
{
    while (path.len) {
        struct step step = first_step(path);
        uint16_t field = field_by_name(id, step.name.text, step.name.len);
        if (field == FIELD_NONE)
            return;
        buffer_add(out, path.text, path.len - step.rest.len - (step.rest.len > 0));
        if (fields[field].list && !step.key.len)
            buffer_text(out, "[0]");
        if (step.rest.len)
            buffer_char(out, '.');
        id = fields[field].ref;
        path = step.rest;
    }
}

/* True if one plain path is the other, or holds it; filters "[...]" aside. */
static bool is_same_place(const char *one, size_t one_len, const char *other, size_t other_len)
{
    size_t i = 0, j = 0;
    for (;;) {
        if (i < one_len && one[i] == '[')
            i += strcspn(one + i, "]") + 1;
        bool one_ends = i >= one_len, other_ends = j >= other_len;
        if (one_ends || other_ends)
            return (one_ends && (other_ends || other[j] == '.')) ||
                   (other_ends && one[i] == '.');
        if (one[i++] != other[j++])
            return false;
    }
}

/* True if a text that a form merges covers the place: it is said there, though not apart. */
static bool is_combined(const struct record *record, const char *plain, size_t len)
{
    const struct value *entry = value_child(record->root, F_document_combined);
    for (; entry; entry = value_next(entry)) {
        if (entry->form != VALUE_GROUP ||
            !has_filled(entry, G_combined, (struct span){"text", 4}))
            continue;
        const struct value *cover = value_child(entry, F_combined_covers);
        for (; cover; cover = value_next(cover))
            if (cover->form == VALUE_TEXT && is_same_place(plain, len, cover->text, cover->len))
                return true;
    }
    return false;
}

/* Where an expression is looked at: the record, or one entry of an "each" list. */
struct scope {
    const struct record *record;
    const struct value *group; /* NULL: the list has no entry */
    uint16_t id;
    struct span list; /* empty: the record itself */
};

static bool is_there(const struct scope *scope, struct span path)
{
    char plain[160];
    if (scope->group && has_filled(scope->group, scope->id, path))
        return true;
    size_t len = scope->list.len + (scope->list.len > 0) + path.len;
    if (len >= sizeof plain)
        return false;
    memcpy(plain, scope->list.text, scope->list.len);
    plain[scope->list.len] = '.';
    memcpy(plain + len - path.len, path.text, path.len);
    plain[len] = '\0';
    return is_combined(scope->record, plain, len);
}

static bool any_is_there(const struct scope *scope, struct span alternatives)
{
    struct span path;
    while (next_part(&alternatives, '|', &path))
        if (is_there(scope, path))
            return true;
    return false;
}

/* Appends the whole path of one place of a scope. */
static void write_place(struct buffer *out, const struct scope *scope, struct span path)
{
    if (scope->list.len && scope->group) {
        value_path(scope->group, out);
        buffer_char(out, '.');
    } else if (scope->list.len) {
        buffer_add(out, scope->list.text, scope->list.len);
        buffer_text(out, "[0].");
    }
    write_path(out, scope->id, path);
}

/* "a, b or c is missing", at the place of the first of them. */
static void report_missing(struct rule_check *check, const struct scope *scope,
                           struct span alternatives)
{
    struct buffer field, what;
    struct span path, rest = alternatives;
    const struct value *near = NULL;
    buffer_init(&field, WHAT_MAX);
    buffer_init(&what, WHAT_MAX);
    while (next_part(&rest, '|', &path)) {
        if (!near) {
            near = scope->group ? nearest(scope->group, scope->id, path) : check->record->root;
            write_place(&field, scope, path);
            buffer_char(&field, '\0');
        } else {
            buffer_text(&what, rest.len ? ", " : " or ");
        }
        write_place(&what, scope, path);
    }
    buffer_text(&what, " is missing");
    buffer_char(&what, '\0');
    bool is_good = buffer_status(&field) == COMITY_OK && buffer_status(&what) == COMITY_OK;
    rule_fault(check, near, is_good ? field.bytes : NULL, is_good ? what.bytes : "not stated");
    buffer_free(&field);
    buffer_free(&what);
}

static void check_scope(struct rule_check *check, const struct scope *scope, struct span rest)
{
    struct span conjunct;
    while (next_part(&rest, '&', &conjunct))
        if (!any_is_there(scope, conjunct))
            report_missing(check, scope, conjunct);
}

void rule_test_places(struct rule_check *check)
{
    struct span expression;
    struct scope scope = {check->record, check->record->root, G_document, {NULL, 0}};
    scope.list = split_each(check->rule->places, &expression);
    if (!scope.list.len) {
        check_scope(check, &scope, expression);
        return;
    }
    uint16_t field = field_by_name(G_document, scope.list.text, scope.list.len);
    scope.id = fields[field].ref;
    scope.group = value_child(check->record->root, field);
    if (scope.group && scope.group->form == VALUE_EMPTY_LIST)
        scope.group = NULL;
    do {
        check_scope(check, &scope, expression);
        scope.group = scope.group ? value_next(scope.group) : NULL;
    } while (scope.group);
}

bool rule_has(const struct rule_check *check, const char *places)
{
    struct scope scope = {check->record, check->record->root, G_document, {"", 0}};
    return any_is_there(&scope, (struct span){places, strlen(places)});
}

void rule_fault(struct rule_check *check, const struct value *near, const char *field,
                const char *what)
{
    check->failed = true;
    if (check->fault)
        check->fault(check->user, check->rule, near ? near : check->record->root, field, what);
}

bool rule_is_met(const struct rule *rule, const struct record *record,
                 const struct profile *profile, rule_fault_fn *fault, void *user)
{
    struct rule_check check = {rule, record, profile, fault, user, false};
    rule->test(&check);
    return !check.failed;
}

/* The plain places of one thing that a rule asks for; false where `each` wants no more. */
static bool each_place(struct span list, struct span conjunct, rule_place_fn *each, void *user)
{
    struct span path;
    char plain[160];
    while (next_part(&conjunct, '|', &path)) {
        size_t len = 0, start = list.len + (list.len > 0);
        if (start + path.len >= sizeof plain)
            continue;
        memcpy(plain, list.text, list.len);
        plain[list.len] = '.';
        len = start;
        for (size_t i = 0; i < path.len; i++) { /* without filters */
            if (path.text[i] == '[')
                i += strcspn(path.text + i, "]") + 1;
            if (i < path.len)
                plain[len++] = path.text[i];
        }
        plain[len] = '\0';
        if (!each(user, plain, len))
            return false;
    }
    return true;
}

void rule_places(const struct rule *rule, rule_place_fn *each, void *user)
{
    struct span rest, conjunct;
    struct span list = split_each(rule->places, &rest);
    while (next_part(&rest, '&', &conjunct))
        if (!each_place(list, conjunct, each, user))
            return;
}

bool rule_part(const struct rule *rule, size_t index, const char **text, size_t *len)
{
    struct span rest, conjunct;
    split_each(rule->places, &rest);
    while (next_part(&rest, '&', &conjunct))
        if (!index--) {
            *text = conjunct.text;
            *len = conjunct.len;
            return true;
        }
    return false;
}

bool rule_is_stated(const struct rule *rule, const struct record *record)
{
    struct span rest, conjunct;
    struct scope scope = {record, record->root, G_document, {"", 0}};
    struct span list = split_each(rule->places, &rest);
    if (list.len) {
        uint16_t field = field_by_name(G_document, list.text, list.len);
        scope.list = list;
        scope.id = fields[field].ref;
        scope.group = value_child(record->root, field);
    }
    do {
        struct span all = rest;
        while (next_part(&all, '&', &conjunct))
            if (any_is_there(&scope, conjunct))
                return true;
        scope.group = list.len && scope.group ? value_next(scope.group) : NULL;
    } while (scope.group);
    return false;
}

struct answer {
    const char *plain;
    bool found;
};

static bool is_other_place(void *user, const char *path, size_t len)
{
    struct answer *answer = user;
    answer->found = is_same_place(path, len, answer->plain, strlen(answer->plain));
    return !answer->found;
}

bool rule_answers(const struct rule *rule, size_t part, const char *plain)
{
    struct answer answer = {plain, false};
    struct span rest, conjunct;
    struct span list = split_each(rule->places, &rest);
    if (rule_part(rule, part, &conjunct.text, &conjunct.len))
        each_place(list, conjunct, is_other_place, &answer);
    return answer.found;
}
