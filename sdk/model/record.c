/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The record: values, what is kept, and canonical paths.  Knows the field table, but no
 * syntax and no format. */
#include "model/record.h"

#include "base/utf8.h"

#include <stdio.h>

static struct value *new_value(struct record *record, uint16_t field, uint8_t form)
{
    struct value *value = arena_alloc(record->arena, sizeof *value);
    if (value)
        *value = (struct value){.field = field, .form = form};
    return value;
}

comity_status record_init(struct record *record, struct arena *arena, struct tree *tree)
{
    record->arena = arena;
    record->tree = tree;
    record->is_carried = false;
    memset(record->recent, 0, sizeof record->recent);
    record->root = new_value(record, FIELD_NONE, VALUE_GROUP);
    return record->root ? COMITY_OK : COMITY_E_NOMEM;
}

struct value *value_add(struct record *record, struct value *group, uint16_t field)
{
    uint8_t form = fields[field].type == TYPE_GROUP ? VALUE_GROUP : VALUE_TEXT;
    struct value *value = new_value(record, field, form);
    if (!value)
        return NULL;
    value->parent = group;
    value->tail = value;
    struct value *before = NULL;
    for (struct value *v = group->first; v && v->field <= field; v = before->next) {
        before = v->tail;
        if (v->field == field)
            v->tail = value;
    }
    struct value **link = before ? &before->next : &group->first;
    value->next = *link;
    *link = value;
    if (!value->next)
        group->last = value;
    if (before && before->field == field)
        value->position = before->position + 1;
    return value;
}

struct value *value_add_text(struct record *record, struct value *group, uint16_t field,
                             const char *text, size_t len, uint32_t node)
{
    struct value *value = value_add(record, group, field);
    if (!value)
        return NULL;
    value->text = text;
    value->len = (uint32_t)len;
    value->node = node;
    return value;
}

bool record_add_file(struct record *record, struct value *attachment, const char *label,
                     size_t len)
{
    struct beside *file = arena_alloc(record->arena, sizeof *file);
    if (!file)
        return false;
    *file = (struct beside){.next = record->files,
                            .attachment = attachment,
                            .label = label,
                            .label_len = (uint32_t)len};
    record->files = file;
    return true;
}

void value_remove(struct value *value)
{
    struct value *group = value->parent, *before = NULL;
    for (struct value *child = group->first; child != value; child = child->next)
        before = child;
    struct value *first = value_child(group, value->field);
    if (first == value && value_next(value))
        value->next->tail = value->tail;
    else if (first->tail == value)
        first->tail = before;
    *(before ? &before->next : &group->first) = value->next;
    if (group->last == value)
        group->last = before;
    for (struct value *v = value_next(value); v; v = value_next(v))
        v->position--;
    value->flags |= VALUE_REMOVED;
}

struct value *value_remove_all(struct value *group, uint16_t field)
{
    struct value *first = value_child(group, field), *before = NULL;
    if (!first)
        return NULL;
    for (struct value *child = group->first; child != first; child = child->tail->next)
        before = child->tail;
    *(before ? &before->next : &group->first) = first->tail->next;
    if (group->last == first->tail)
        group->last = before;
    first->tail->next = NULL;
    for (struct value *v = first; v; v = v->next)
        v->flags |= VALUE_REMOVED;
    return first;
}

void value_arrange(struct value *group, struct value *const *all, size_t count)
{
    struct value *first = value_child(group, all[0]->field), *before = NULL;
    struct value *behind = first->tail->next;
    for (struct value *child = group->first; child != first; child = child->tail->next)
        before = child->tail;
    if (group->last == first->tail)
        group->last = all[count - 1];
    for (size_t i = 0; i < count; i++) {
        all[i]->position = (uint32_t)i;
        all[i]->next = i + 1 < count ? all[i + 1] : behind;
    }
    all[0]->tail = all[count - 1];
    *(before ? &before->next : &group->first) = all[0];
}

const char *value_text(const struct value *group, uint16_t field, size_t *len)
{
    const struct value *value = group ? value_child(group, field) : NULL;
    if (!value || value->form != VALUE_TEXT)
        return NULL;
    *len = value->len;
    return value->text;
}

struct kept *value_keep(struct record *record, struct value *group, const char *format,
                        const char *key, size_t key_len, const char *json, size_t json_len,
                        uint32_t node)
{
    struct kept *kept = arena_zalloc(record->arena, sizeof *kept);
    if (!kept)
        return NULL;
    kept->format = format;
    kept->key = key;
    kept->key_len = (uint32_t)key_len;
    kept->json = json;
    kept->json_len = (uint32_t)json_len;
    kept->node = node;
    kept->last = kept;
    /* Behind the last piece of the same format, so that each format's pieces stand together. */
    struct kept **link = &group->kept;
    for (; *link; link = &(*link)->last->next) {
        struct kept *first = *link;
        if (strcmp(first->format, format) == 0) {
            link = &first->last->next;
            first->last = kept;
            break;
        }
    }
    kept->next = *link;
    *link = kept;
    return kept;
}

void value_drop_kept(struct value *group, kept_test *is_dropped, const char *format)
{
    struct kept **link = &group->kept, *first = NULL; /* of its format */
    for (struct kept *kept = group->kept; kept; kept = kept->next) {
        if (strcmp(kept->format, format) == 0 && is_dropped(kept))
            continue;
        *link = kept;
        link = &kept->next;
        if (!first || strcmp(first->format, kept->format) != 0)
            first = kept;
        first->last = kept;
    }
    *link = NULL;
    for (struct value *v = group->first; v; v = v->next)
        if (v->form == VALUE_GROUP)
            value_drop_kept(v, is_dropped, format);
}

struct kept *value_kept(const struct value *group, const char *format, const char *key,
                        size_t key_len)
{
    for (struct kept *kept = group->kept; kept; kept = kept->next)
        if (kept->key_len == key_len && memcmp(kept->key, key, key_len) == 0 &&
            strcmp(kept->format, format) == 0)
            return kept;
    return NULL;
}

void value_path(const struct value *value, struct buffer *path)
{
    if (!value->parent)
        return;
    value_path(value->parent, path);
    if (value->parent->parent)
        buffer_char(path, '.');
    buffer_text(path, fields[value->field].name);
    if (!fields[value->field].list || value->form == VALUE_EMPTY_LIST)
        return;
    buffer_format(path, "[%u]", (unsigned)value->position);
}

/* One step of a path: a name, and which entry of a list. */
struct path_step {
    const char *name, *key, *wanted;
    size_t name_len, key_len, wanted_len;
    size_t index;
    bool has_index;
};

/* Reads one step from *path; false where it is not one. */
static bool next_step(const char **path, const char *end, struct path_step *step)
{
    memset(step, 0, sizeof *step);
    const char *p = *path;
    step->name = p;
    while (p < end && *p != '.' && *p != '[')
        p++;
    step->name_len = (size_t)(p - step->name);
    if (p < end && *p == '[') {
        const char *inside = ++p;
        while (p < end && *p != ']')
            p++;
        if (p == end)
            return false;
        const char *equals = memchr(inside, '=', (size_t)(p - inside));
        if (equals) {
            step->key = inside;
            step->key_len = (size_t)(equals - inside);
            step->wanted = equals + 1;
            step->wanted_len = (size_t)(p - equals - 1);
        } else {
            step->has_index = true;
            if (inside == p || p - inside > 6)
                return false;
            for (; inside < p; inside++) {
                if (*inside < '0' || *inside > '9')
                    return false;
                step->index = step->index * 10 + (size_t)(*inside - '0');
            }
        }
        p++;
    }
    if (p < end) {
        if (*p != '.' || p + 1 == end)
            return false;
        p++;
    }
    *path = p;
    return step->name_len > 0;
}

static const char *path_error(struct record *record, const char *what, const char *name,
                              size_t len)
{
    char text[200];
    snprintf(text, sizeof text, "%s '%.*s'", what, (int)utf8_cut(name, len, 100), name);
    const char *copy = arena_copy(record->arena, text, strlen(text));
    return copy ? copy : what;
}

static comity_status find_by_key(struct record *record, struct value *group, uint16_t field,
                                 const struct path_step *step, int mode, struct value **found)
{
    uint16_t key = field_by_name(fields[field].ref, step->key, step->key_len);
    if (fields[field].type != TYPE_GROUP || key == FIELD_NONE || fields[key].type == TYPE_GROUP)
        return COMITY_E_USAGE;
    for (struct value *v = value_child(group, field); v; v = value_next(v)) {
        struct value *text = v->form == VALUE_GROUP ? value_child(v, key) : NULL;
        if (text && value_is(text, step->wanted, step->wanted_len)) {
            *found = v;
            return COMITY_OK;
        }
    }
    if (mode == PATH_FIND)
        return COMITY_END;
    struct value *empty = value_child(group, field);
    if (empty && empty->form == VALUE_EMPTY_LIST)
        value_remove(empty);
    *found = value_add(record, group, field);
    const char *copy = arena_copy(record->arena, step->wanted, step->wanted_len);
    if (!*found || !copy || !value_add_text(record, *found, key, copy, step->wanted_len, 0))
        return COMITY_E_NOMEM;
    return COMITY_OK;
}

static bool is_in(const struct value *value, const struct value *group, uint16_t field)
{
    return value && value->parent == group && value->field == field &&
           !(value->flags & VALUE_REMOVED);
}

static comity_status find_by_index(struct record *record, struct value *group, uint16_t field,
                                   const struct path_step *step, int mode, struct value **found)
{
    size_t index = step->index;
    struct value *v = value_child(group, field);
    if (v && v->form == VALUE_EMPTY_LIST) {
        if (mode == PATH_FIND)
            return COMITY_END;
        value_remove(v);
        v = NULL;
    }
    struct value **recent = &record->recent[field % RECORD_RECENT];
    if (v && index >= v->tail->position) { /* lists grow at their end */
        index -= v->tail->position;
        v = v->tail;
    } else if (v && is_in(*recent, group, field) && index >= (*recent)->position) {
        index -= (*recent)->position; /* and are read one by one */
        v = *recent;
    }
    for (; v && index; index--)
        v = value_next(v);
    *found = v;
    if (v) {
        *recent = v;
        return COMITY_OK;
    }
    if (mode == PATH_FIND)
        return COMITY_END;
    if (index > 0)
        return COMITY_E_USAGE; /* a list has no holes */
    *found = value_add(record, group, field);
    return *found ? COMITY_OK : COMITY_E_NOMEM;
}

/* Walks on from `*at`, which becomes NULL where the record has nothing yet.  As
 * record_path(). */
static comity_status try_step(struct record *record, struct value **at, uint16_t field,
                              const struct path_step *step)
{
    struct value none = {.form = VALUE_GROUP};
    struct value *group = *at ? *at : &none;
    *at = NULL;
    comity_status status = step->key ? find_by_key(record, group, field, step, PATH_FIND, at)
                                     : find_by_index(record, group, field, step, PATH_FIND, at);
    if (status != COMITY_END || step->key)
        return status == COMITY_END ? COMITY_OK : status;
    const struct value *v = value_child(group, field);
    size_t count = v && v->form != VALUE_EMPTY_LIST ? v->tail->position + (size_t)1 : 0;
    return step->index > count ? COMITY_E_USAGE : COMITY_OK; /* a list has no holes */
}

/* Makes nothing and goes on where nothing is: a path must be known to be good before any of it
 * is made. */
#define PATH_TRY 2

/* As record_path(); *last becomes the field that the path ends in. */
static comity_status walk_path(struct record *record, const char *path, size_t len, int mode,
                               struct value **value, uint16_t *last, const char **error)
{
    const char *p = path, *end = path + len;
    struct value *at = record->root;
    uint16_t group = at->parent ? fields[at->field].ref : G_document;
    *error = NULL;
    *last = FIELD_NONE;
    while (p < end) {
        struct path_step step;
        if (!next_step(&p, end, &step)) {
            *error = path_error(record, "not a canonical path:", path, len);
            return COMITY_E_USAGE;
        }
        uint16_t field = field_by_name(group, step.name, step.name_len);
        if (field == FIELD_NONE || field == F_document_schema ||
            (at && at->form != VALUE_GROUP) ||
            ((step.has_index || step.key) && !fields[field].list)) {
            *error = path_error(record, "no such field:", path, (size_t)(p - path));
            return COMITY_E_USAGE;
        }
        comity_status status = mode == PATH_TRY ? try_step(record, &at, field, &step)
                               : step.key ? find_by_key(record, at, field, &step, mode, &at)
                                          : find_by_index(record, at, field, &step, mode, &at);
        if (status == COMITY_E_USAGE)
            *error = path_error(record, "no such entry:", path, (size_t)(p - path));
        if (status != COMITY_OK)
            return status;
        if (fields[field].type != TYPE_GROUP && p < end) {
            *error = path_error(record, "not a group:", path, (size_t)(p - path));
            return COMITY_E_USAGE;
        }
        group = fields[field].ref;
        *last = field;
    }
    *value = at;
    return COMITY_OK;
}

comity_status record_path(struct record *record, const char *path, size_t len, int mode,
                          struct value **value, const char **error)
{
    comity_status status = COMITY_OK;
    uint16_t last;
    if (mode == PATH_CREATE)
        status = walk_path(record, path, len, PATH_TRY, value, &last, error);
    return status == COMITY_OK ? walk_path(record, path, len, mode, value, &last, error)
                               : status;
}

comity_status record_put(struct record *record, const char *path, const char *text, size_t len,
                         uint32_t node, struct value **value, const char **error)
{
    struct value *at = NULL;
    uint16_t last;
    comity_status status = walk_path(record, path, strlen(path), PATH_TRY, &at, &last, error);
    if (status != COMITY_OK)
        return status;
    if (last == FIELD_NONE || fields[last].type == TYPE_GROUP) {
        *error = path_error(record, "a group, not a value:", path, strlen(path));
        return COMITY_E_USAGE;
    }
    if (utf8_invalid(text, len) != len || (len && memchr(text, 0, len))) {
        *error = path_error(record, "text that is no UTF-8, or holds a NUL, for:", path,
                            strlen(path));
        return COMITY_E_USAGE;
    }
    const char *copy = arena_copy(record->arena, text, len);
    if (!copy)
        return COMITY_E_NOMEM;
    status = walk_path(record, path, strlen(path), PATH_CREATE, &at, &last, error);
    if (status != COMITY_OK)
        return status;
    at->text = copy;
    at->len = (uint32_t)len;
    at->node = node;
    if (value)
        *value = at;
    return COMITY_OK;
}

static size_t offset_of(const struct record *record, uint32_t node)
{
    const struct tree *tree = record->tree;
    return tree && node < tree->count ? tree->nodes[node].offset : 0;
}

static void report_at(const struct record *record, struct findings *findings, uint32_t node,
                      size_t offset, struct comity_finding *finding)
{
    if (record->tree && node)
        tree_report_part(record->tree, findings, node, offset, finding);
    else
        findings_add(findings, finding);
}

void record_report_at(const struct record *record, struct findings *findings, uint32_t node,
                      int32_t severity, const char *code, const char *field, const char *hint,
                      const char *message)
{
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = severity,
                                     .code = code,
                                     .message = message,
                                     .field = field,
                                     .hint = hint};
    report_at(record, findings, node, offset_of(record, node), &finding);
}

void record_report_part(const struct record *record, struct findings *findings,
                        const struct value *value, size_t offset, int32_t severity,
                        const char *code, const char *hint, const char *message)
{
    struct buffer path;
    buffer_init(&path, 4096);
    if (value)
        value_path(value, &path);
    buffer_char(&path, '\0');
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = severity,
                                     .code = code,
                                     .message = message,
                                     .hint = hint};
    if (buffer_status(&path) == COMITY_OK && path.size > 1)
        finding.field = path.bytes;
    report_at(record, findings, value ? value->node : 0, offset, &finding);
    buffer_free(&path);
}

void record_report(const struct record *record, struct findings *findings,
                   const struct value *value, int32_t severity, const char *code,
                   const char *hint, const char *message)
{
    record_report_part(record, findings, value, offset_of(record, value ? value->node : 0),
                       severity, code, hint, message);
}

void tree_mark(struct tree *tree, uint32_t node, enum fate fate)
{
    uint32_t end = tree->nodes[node].end;
    for (uint32_t i = node; i < tree->count && tree->nodes[i].offset < end; i++)
        tree->nodes[i].fate = (uint8_t)fate;
}

/* --- comparing */

bool kept_is_value(const struct kept *kept)
{
    static const char *const values[] = {"/", "stream:/", "other:/"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (kept->key_len > 0 && kept->key_len >= strlen(values[i]) &&
            memcmp(kept->key, values[i], strlen(values[i])) == 0)
            return true;
    return kept->node != 0;
}

bool record_includes(const struct value *group, const struct value *said)
{
    for (const struct value *v = said->first; v; v = v->next) {
        const struct value *other = value_child(group, v->field);
        while (other &&
               !(v->form == VALUE_TEXT ? value_is(other, v->text, v->len)
                                       : other->form == v->form && record_includes(other, v)))
            other = value_next(other);
        if (!other)
            return false;
    }
    return true;
}

/* --- what writers asked for */

static void forget(struct value *group)
{
    for (struct kept *kept = group->kept; kept; kept = kept->next)
        kept->flags &= ~VALUE_ASKED;
    for (struct value *v = group->first; v; v = v->next) {
        v->flags &= (uint8_t)~VALUE_ASKED;
        if (v->form == VALUE_GROUP)
            forget(v);
    }
}

void record_forget(struct record *record)
{
    forget(record->root);
}

static bool all_asked(const struct value *group)
{
    for (const struct value *v = group->first; v; v = v->next)
        if (v->form == VALUE_GROUP ? !all_asked(v) : !(v->flags & VALUE_ASKED))
            return false;
    return true;
}

/* The same for all that stands at a plain path "offences.provisions", in every entry. */
static bool path_asked(const struct value *group, uint16_t id, const char *path, size_t len)
{
    const char *dot = memchr(path, '.', len);
    size_t step = dot ? (size_t)(dot - path) : len;
    uint16_t field = field_by_name(id, path, step);
    if (field == FIELD_NONE)
        return false;
    for (const struct value *v = value_child(group, field); v; v = value_next(v)) {
        bool good = v->form != VALUE_GROUP ? (v->flags & VALUE_ASKED) != 0
                    : dot ? path_asked(v, fields[field].ref, dot + 1, len - step - 1)
                          : all_asked(v);
        if (!good)
            return false;
    }
    return true;
}

bool record_is_said(const struct record *record, const struct value *combined)
{
    const struct value *complete = value_child(combined, F_combined_complete);
    if (!complete || !value_is(complete, "true", 4))
        return false;
    for (const struct value *cover = value_child(combined, F_combined_covers); cover;
         cover = value_next(cover))
        if (cover->form != VALUE_TEXT ||
            !path_asked(record->root, G_document, cover->text, cover->len))
            return false;
    return true;
}
