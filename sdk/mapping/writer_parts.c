/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writing a text that is several values: as it stood where this form had it, else put together
 * from its parts. */
#include "mapping/parts.h"
#include "mapping/writer.h"

#define MAX_WRITTEN 64u

/* --- texts as they stood */

/* Marks in `group` what `said` says alike. */
static void mark_said(struct value *group, const struct value *said)
{
    for (const struct value *v = said->first; v; v = v->next)
        for (struct value *other = value_child(group, v->field); other;
             other = value_next(other)) {
            bool single = !fields[v->field].list;
            if (v->form == VALUE_TEXT
                    ? !value_is(other, v->text, v->len)
                    : other->form != v->form || !(single || record_includes(other, v)))
                continue;
            other->flags |= VALUE_ASKED;
            mark_said(other, v);
            break;
        }
}

/* What the text says of the record need not be said elsewhere. */
static void mark_parts(struct writing *w, const struct row *row, const struct value *text)
{
    struct record said;
    if (out_read_again(w, row, text->text, text->len, &said))
        mark_said(w->record->root, said.root);
}

/* The text is written whole: so is what is said about it. */
static void take_combined(struct value *text)
{
    for (struct value *v = text->parent->first; v; v = v->next)
        v->flags |= VALUE_ASKED;
}

/* --- texts put together */

struct composing {
    struct writing *w;
    const struct parts *parts;
    const struct composing *outer; /* the parts in which these are one; or NULL */
    struct value *group;           /* whose they are */
    struct buffer *composed; /* struct composed: what was written */
    struct buffer *text;
    uint32_t *node; /* where the first value stood */
    struct target written[MAX_WRITTEN];
    size_t count;
};

static bool is_written(const struct composing *c, const struct target *target)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->written[i].slot == target->slot && c->written[i].field == target->field &&
            c->written[i].from_root == target->from_root)
            return true;
    return false;
}

static void put_between(struct composing *c, const struct parts *parts, size_t start)
{
    if (c->text->size > start)
        buffer_text(c->text, parts->between ? parts->between : " ");
}

/* Notes what was written, and whether it holds what parts the values of the text. */
static void note_composed(struct composing *c, struct value *value, struct slice written)
{
    const struct composing *at = c;
    while (at && !parts_split(at->parts, written))
        at = at->outer;
    struct composed composed = {value, c->group->parent ? c->group : value, at != NULL};
    buffer_add(c->composed, (const char *)&composed, sizeof composed);
}

/* One segment of a value, or of several between fixed words; false where none of its patterns
 * can say the values. */
static bool put_segment(struct composing *c, const struct parts *parts,
                        const struct piece *piece, struct out_frame *frame,
                        struct value *const *values, size_t start)
{
    char scratch[PATTERN_MAX_HOLES][CODEC_SCRATCH];
    struct slice source[PATTERN_MAX_HOLES];
    for (size_t i = 0; i < piece->hole_count; i++) {
        source[i].text = values[i]->text;
        source[i].len = codec_source(piece->holes[i], c->w->language, &source[i].text,
                                     values[i]->len, scratch[i]);
    }
    const struct pattern *pattern = piece_written(piece, c->w->language_index, source);
    if (!pattern)
        return false;
    put_between(c, parts, start);
    buffer_add(c->text, pattern->literals[0].text, pattern->literals[0].len);
    for (size_t i = 0; i < pattern->hole_count; i++) {
        const struct slice *value = &source[pattern->holes[i]];
        buffer_add(c->text, value->text, value->len);
        buffer_add(c->text, pattern->literals[i + 1].text, pattern->literals[i + 1].len);
    }
    for (size_t i = 0; i < piece->hole_count; i++) {
        out_take(c->w, piece->holes[i], frame, values[i]);
        out_tell_date(c->w, piece->holes[i], values[i]);
        note_composed(c, values[i], source[i]);
        if (!*c->node)
            *c->node = values[i]->node;
    }
    return true;
}

static void compose_values(struct composing *c, const struct parts *parts,
                           const struct piece *piece, struct out_frame *frame, size_t start)
{
    struct value *values[PATTERN_MAX_HOLES];
    for (size_t i = 0; i < piece->hole_count; i++) {
        const struct row *row = piece->holes[i];
        values[i] = out_target(c->w, frame, &row->target);
        if (!values[i] || values[i]->form != VALUE_TEXT || is_written(c, &row->target) ||
            !out_fits(c->w, row, frame))
            return;
    }
    if (!piece->patterns[0].hole_count) { /* words that mean one thing */
        const struct code_pair *pair = &piece->holes[0]->codes->pairs[0];
        if (!value_is(values[0], pair->value, pair->value_len))
            return;
    }
    bool any = false; /* else the next piece of the same field may say it */
    for (; values[0]; values[0] = piece->is_list ? value_next(values[0]) : NULL)
        if (values[0]->form == VALUE_TEXT && put_segment(c, parts, piece, frame, values, start))
            any = true;
    for (size_t i = 0; any && i < piece->hole_count && c->count < MAX_WRITTEN; i++)
        c->written[c->count++] = piece->holes[i]->target;
}

static void compose(struct composing *c, const struct parts *parts, struct out_frame *frame,
                    size_t start);

static void compose_groups(struct composing *c, const struct parts *parts,
                           const struct piece *piece, struct out_frame *frame, size_t start)
{
    const struct member *each = piece->each;
    struct value *group = out_target(c->w, frame, &each->row->target);
    if (group && group->form == VALUE_EMPTY_LIST)
        return;
    for (group = out_matching(each, group); group;
         group = out_matching(each, value_next(group))) {
        struct out_frame inner;
        struct composing part = {.w = c->w,
                                 .parts = piece->inner,
                                 .outer = c,
                                 .group = group,
                                 .composed = c->composed,
                                 .text = c->text,
                                 .node = c->node};
        size_t before = c->text->size;
        out_frame_init(c->w, &inner, each->scope, group);
        put_between(c, parts, start);
        size_t begin = c->text->size;
        compose(&part, piece->inner, &inner, begin);
        if (c->text->size == begin) {
            c->text->size = before;
            continue;
        }
        group->flags |= VALUE_ASKED;
        out_take_constants(c->w, &inner);
    }
}

static void compose(struct composing *c, const struct parts *parts, struct out_frame *frame,
                    size_t start)
{
    for (size_t i = 0; i < parts->count; i++)
        (parts->pieces[i].each ? compose_groups : compose_values)(c, parts, &parts->pieces[i],
                                                                  frame, start);
}

bool out_compose(struct writing *w, const struct row *row, struct out_frame *frame,
                 struct buffer *text, struct buffer *composed, uint32_t *node)
{
    struct value *combined = out_target(w, frame, &row->target);
    size_t start = text->size;
    if (combined && combined->form == VALUE_TEXT) {
        buffer_add(text, combined->text, combined->len);
        *node = combined->node;
        take_combined(combined);
        mark_parts(w, row, combined);
        return true;
    }
    struct composing c = {.w = w,
                          .parts = row->parts,
                          .group = w->record->root,
                          .composed = composed,
                          .text = text,
                          .node = node};
    compose(&c, row->parts, frame, start);
    return text->size > start;
}

bool out_parts(struct writing *w, const struct row *row, struct out_frame *frame,
               struct buffer *text, uint32_t *node)
{
    struct buffer composed;
    buffer_init(&composed, 0);
    bool has = out_compose(w, row, frame, text, &composed, node);
    if (composed.size)
        out_check_parts(w, row, &composed, text, text->size, *node);
    buffer_free(&composed);
    return has;
}

/* --- texts of other forms */

/* True if a field of the cover is the row's, or holds it. */
static bool is_covered(const struct value *cover, const char *plain)
{
    size_t len = strlen(plain);
    return cover->form == VALUE_TEXT && cover->len <= len &&
           memcmp(cover->text, plain, cover->len) == 0 &&
           (plain[cover->len] == '\0' || plain[cover->len] == '.');
}

struct value *out_combined(struct writing *w, const struct row *row)
{
    const char *plain = row->parts ? row->parts->main : row->plain_path;
    for (struct value *group = value_child(w->record->root, F_document_combined);
         group && plain; group = value_next(group)) {
        if (group->form != VALUE_GROUP)
            continue;
        const struct value *main = value_child(group, F_combined_covers);
        struct value *text = value_child(group, F_combined_text);
        if (!main || !text || (text->flags & VALUE_ASKED) || !is_covered(main, plain))
            continue;
        take_combined(text);
        return text;
    }
    return NULL;
}

void out_combined_rest(struct writing *w, struct buffer *text)
{
    for (struct value *group = value_child(w->record->root, F_document_combined); group;
         group = value_next(group)) {
        struct value *whole =
            group->form == VALUE_GROUP ? value_child(group, F_combined_text) : NULL;
        if (!whole || (whole->flags & VALUE_ASKED) || record_is_said(w->record, group))
            continue;
        const struct value *item = value_child(group, F_combined_item);
        if (text->size)
            buffer_char(text, '\n');
        if (item && item->form == VALUE_TEXT) {
            buffer_add(text, item->text, item->len);
            buffer_text(text, ": ");
        }
        buffer_add(text, whole->text, whole->len);
        take_combined(whole);
    }
}
