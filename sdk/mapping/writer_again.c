/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A text that is several values, read again as a reader of the format will: a value that does
 * not come back, and one that the document does not state, are told.  Knows nothing of how the
 * text was put together. */
#include "mapping/reader.h"
#include "mapping/writer.h"
#include "model/convention.h"

#include <stdio.h>

bool out_read_again(struct writing *w, const struct row *row, const char *text, size_t len,
                    struct record *said)
{
    struct findings silent = {0};
    struct reading r = {.t = w->t,
                        .record = said,
                        .findings = &silent,
                        .prefix = "",
                        .language = w->language,
                        .language_index = w->language_index};
    struct frame frame = {.scope = &w->t->scope};
    comity_status status = record_init(said, w->record->arena, NULL);
    if (status == COMITY_OK) {
        frame.slots[0] = said->root;
        r.root = &frame;
        in_parts(&r, row, &frame, text, len, 0);
        status = r.status;
    }
    if (status != COMITY_OK)
        w->status = status;
    return status == COMITY_OK;
}

/* --- values by their place, without the numbers of entries, and text */

struct again {
    struct writing *w;
    struct map said, stated; /* place and text to how often; of what is read, of the record */
    bool has_stated;
    struct buffer told; /* places that something was told of, each with a line end */
    const char *text;   /* that is read */
    size_t len, rest_at;
    uint32_t node;
};

static void put_place(const struct value *value, struct buffer *out)
{
    if (!value->parent)
        return;
    put_place(value->parent, out);
    if (value->parent->parent)
        buffer_char(out, '.');
    buffer_text(out, fields[value->field].name);
}

/* How often a value was met, to be changed; NULL: no memory. */
static uintptr_t *count_of(struct again *a, struct map *map, const struct value *value)
{
    struct buffer key;
    buffer_init(&key, 0);
    put_place(value, &key);
    buffer_char(&key, '\0');
    buffer_add(&key, value->text, value->len);
    const char *copy = buffer_status(&key) == COMITY_OK
                           ? arena_copy(a->w->record->arena, key.bytes, key.size)
                           : NULL;
    map->arena = a->w->record->arena;
    void **slot = copy ? map_add(map, copy, key.size) : NULL;
    if (!slot)
        a->w->status = COMITY_E_NOMEM;
    buffer_free(&key);
    return (uintptr_t *)slot;
}

static void count_values(struct again *a, struct map *map, const struct value *group)
{
    for (const struct value *v = group->first; v; v = v->next) {
        uintptr_t *count = v->form == VALUE_TEXT ? count_of(a, map, v) : NULL;
        if (count)
            ++*count;
        if (v->form == VALUE_GROUP && v->field != F_document_combined)
            count_values(a, map, v);
    }
}

/* True if one place is the other or holds it, or a group was told of that holds both. */
static bool is_told(const struct again *a, const char *place, size_t len)
{
    const char *at = a->told.bytes, *end = at + a->told.size;
    for (size_t size; at < end; at += size + 1) {
        size = (size_t)((const char *)memchr(at, '\n', (size_t)(end - at)) - at);
        size_t least = size < len ? size : len;
        if (memcmp(at, place, least) == 0 &&
            (size == len || (size < len ? place[least] : at[least]) == '.'))
            return true;
    }
    return false;
}

/* Notes that a place is told of; false where it was. */
static bool note_told(struct again *a, const struct value *value)
{
    struct buffer place;
    buffer_init(&place, 0);
    put_place(value, &place);
    bool is_new = buffer_status(&place) == COMITY_OK && !is_told(a, place.bytes, place.size);
    if (is_new) {
        buffer_add(&a->told, place.bytes, place.size);
        buffer_char(&a->told, '\n');
    }
    buffer_free(&place);
    return is_new;
}

/* --- what is told */

static void tell_lost(struct again *a, const struct composed *composed)
{
    char message[240];
    note_told(a, composed->group);
    snprintf(message, sizeof message,
             composed->is_parted
                 ? "%s holds what parts the values of this text, or white space that is taken "
                   "for layout; a reader takes it otherwise"
                 : "nothing tells a reader of this text what %s is; it stays part of the text",
             fields[composed->value->field].name);
    out_report_value(a->w, composed->group, COMITY_WARNING, "text.parted",
                     composed->is_parted
                         ? "take it out of the value, or choose another format"
                         : "state what the format tells it by (a person's name, say), or "
                           "choose another format",
                     message);
}

/* The values of a group that was written, one after the other, are told of once. */
static void check_written(struct again *a, const struct buffer *composed)
{
    const struct composed *all = (const struct composed *)(const void *)composed->bytes;
    const struct value *told = NULL;
    for (size_t i = 0; i < composed->size / sizeof *all; i++) {
        uintptr_t *count = count_of(a, &a->said, all[i].value);
        if (count && *count) {
            --*count;
            continue;
        }
        if (all[i].group != told)
            tell_lost(a, &all[i]);
        told = all[i].group;
    }
}

static bool is_stated(struct again *a, const struct value *value)
{
    if (!a->has_stated)
        count_values(a, &a->stated, a->w->record->root);
    a->has_stated = true;
    uintptr_t *count = count_of(a, &a->stated, value);
    return count && *count;
}

static void tell_made(struct again *a, const struct value *value)
{
    struct buffer path;
    char message[300];
    bool is_rest = a->len > a->rest_at && memmem(a->text + a->rest_at, a->len - a->rest_at,
                                                 value->text, value->len);
    buffer_init(&path, 0);
    value_path(value, &path);
    buffer_char(&path, '\0');
    snprintf(message, sizeof message, "a reader takes '%.*s' in this text for %s",
             clip(value->text, value->len, 60), value->text, fields[value->field].name);
    if (buffer_status(&path) == COMITY_OK)
        out_report(a->w, a->node, is_rest ? COMITY_NOTE : COMITY_WARNING,
                   is_rest ? "text.combined" : "text.parted", path.bytes,
                   is_rest ? NULL : "take it out of the value, or choose another format",
                   message);
    else
        a->w->status = buffer_status(&path);
    buffer_free(&path);
}

static void check_read(struct again *a, const struct value *group)
{
    for (const struct value *v = group->first; v; v = v->next) {
        if (v->form == VALUE_GROUP && v->field != F_document_combined)
            check_read(a, v);
        if (v->form != VALUE_TEXT || v->flags & VALUE_CONSTANT)
            continue;
        uintptr_t *count = count_of(a, &a->said, v);
        if (count && *count && !is_stated(a, v) && note_told(a, v))
            tell_made(a, v);
    }
}

/* The text as it arrives: a form has line ends of one sort. */
static void put_arriving(const struct writing *w, const struct buffer *text, size_t from,
                         size_t to, struct buffer *out)
{
    for (size_t i = from; i < to; i++) {
        bool is_return = w->t->form && text->bytes[i] == '\r';
        if (!is_return)
            buffer_char(out, text->bytes[i]);
        else if (i + 1 == text->size || text->bytes[i + 1] != '\n')
            buffer_char(out, '\n');
    }
}

void out_check_parts(struct writing *w, const struct row *row, const struct buffer *composed,
                     const struct buffer *text, size_t rest_at, uint32_t node)
{
    struct record said;
    struct buffer arriving;
    struct again a = {.w = w, .node = node};
    if (buffer_status(text) != COMITY_OK || buffer_status(composed) != COMITY_OK)
        return;
    buffer_init(&arriving, 0);
    buffer_init(&a.told, 0);
    put_arriving(w, text, 0, rest_at, &arriving);
    a.rest_at = arriving.size;
    put_arriving(w, text, rest_at, text->size, &arriving);
    a.text = arriving.bytes;
    a.len = arriving.size;
    if (buffer_status(&arriving) != COMITY_OK) {
        w->status = buffer_status(&arriving);
    } else if (a.len && out_read_again(w, row, a.text, a.len, &said)) {
        count_values(&a, &a.said, said.root);
        check_written(&a, composed);
        check_read(&a, said.root);
    }
    if (buffer_status(&a.told) != COMITY_OK)
        w->status = buffer_status(&a.told);
    buffer_free(&a.told);
    buffer_free(&arriving);
}
