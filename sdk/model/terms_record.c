/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Terms in a record.  What is resolved is noted under terminology.resolved, in the order in
 * which it was done, so that undoing it from the last to the first gives the text as it was. */
#include "model/terms_record.h"

#include "base/map.h"
#include "base/utf8.h"

#include <stdio.h>

comity_status record_each_prose(struct value *group, prose_fn *each, void *user)
{
    comity_status status = COMITY_OK;
    for (struct value *v = group->first; v && status == COMITY_OK; v = v->next) {
        if (v->form == VALUE_GROUP)
            status = record_each_prose(v, each, user);
        else if (v->form == VALUE_TEXT && fields[v->field].type == TYPE_PROSE)
            status = each(user, v);
    }
    return status;
}

/* --- resolving */

struct resolving {
    struct record *record;
    const struct terms *terms;
    const struct term_choices *choices;
    struct findings *findings;
    struct value *group; /* terminology; NULL: not there yet */
    struct value *last;  /* entry of terminology.resolved */
    struct buffer path, text;
    size_t resolved;
};

static struct value *terminology_of(struct record *record)
{
    struct value *group = value_child(record->root, F_document_terminology);
    if (!group)
        group = value_add(record, record->root, F_document_terminology);
    if (group)
        group->form = VALUE_GROUP;
    return group;
}

static bool add_text(struct resolving *r, uint16_t field, const char *text, size_t len)
{
    const char *copy = arena_copy(r->record->arena, text, len);
    return copy && value_add_text(r->record, r->last, field, copy, len, 0);
}

/* Notes one set; `at` is where its choice begins, in characters. */
static comity_status note_set(struct resolving *r, const struct value *value, const char *text,
                              const struct term_span *span, size_t at)
{
    char number[24];
    const struct term_text *chosen = &span->set->alternatives[span->choice - 1];
    const char *id = r->terms->terms[span->term].id;
    if (!r->path.size)
        value_path(value, &r->path);
    if (buffer_status(&r->path) != COMITY_OK)
        return buffer_status(&r->path);
    if (!r->group)
        r->group = terminology_of(r->record);
    r->last = r->group ? value_add(r->record, r->group, F_terminology_resolved) : NULL;
    if (!r->last)
        return COMITY_E_NOMEM;
    int digits = snprintf(number, sizeof number, "%zu", at);
    bool done = add_text(r, F_resolved_field, r->path.bytes, r->path.size) &&
                add_text(r, F_resolved_position, number, (size_t)digits) &&
                add_text(r, F_resolved_term, id, strlen(id)) &&
                add_text(r, F_resolved_choice, chosen->text, chosen->len) &&
                add_text(r, F_resolved_set, text + span->offset, span->len);
    r->resolved++;
    return done ? COMITY_OK : COMITY_E_NOMEM;
}

/* One pass over a text; false in *changed where it had no set to resolve. */
static comity_status resolve_once(struct resolving *r, struct value *value, bool *changed)
{
    struct term_walk walk;
    struct term_span span;
    size_t done = 0, at = 0;
    const char *text = value->text;
    *changed = false;
    term_walk_init(&walk, r->terms, r->choices, text, value->len);
    buffer_clear(&r->text);
    while (term_walk_next(&walk, &span)) {
        if (span.choice == TERM_BRACKETED)
            continue;
        const struct term_text *chosen = &span.set->alternatives[span.choice - 1];
        buffer_add(&r->text, text + done, span.offset - done);
        at += utf8_count(text + done, span.offset - done);
        comity_status status = note_set(r, value, text, &span, at);
        if (status != COMITY_OK)
            return status;
        buffer_add(&r->text, chosen->text, chosen->len);
        at += utf8_count(chosen->text, chosen->len);
        done = span.offset + span.len;
        *changed = true;
    }
    if (!*changed)
        return COMITY_OK;
    buffer_add(&r->text, text + done, value->len - done);
    if (buffer_status(&r->text) != COMITY_OK)
        return buffer_status(&r->text);
    value->text = arena_copy(r->record->arena, r->text.bytes, r->text.size);
    value->len = (uint32_t)r->text.size;
    return value->text ? COMITY_OK : COMITY_E_NOMEM;
}

static comity_status resolve_value(void *user, struct value *value)
{
    struct resolving *r = user;
    bool changed = memchr(value->text, '[', value->len) != NULL;
    buffer_clear(&r->path);
    for (int pass = 0; changed; pass++) {
        if (pass > TERM_NESTING) {
            record_report(r->record, r->findings, value, COMITY_ERROR, "limit.nesting", NULL,
                          "sets of terms stand deeper inside one another than 16");
            return COMITY_E_LIMIT;
        }
        comity_status status = resolve_once(r, value, &changed);
        if (status != COMITY_OK)
            return status;
    }
    return COMITY_OK;
}

/* --- restoring */

/* One noted set, found again in its text. */
struct noted {
    struct noted *before; /* noted before it, of the same text */
    struct value *entry;
    const char *set, *choice;
    size_t set_len, choice_len, position;
    bool is_done;
};

struct prose {
    struct value *value;
    struct noted *last;
};

struct restoring {
    struct record *record;
    const struct terms *terms;
    struct map proses; /* path to struct prose */
    struct buffer path;
    struct buffer text;
};

static comity_status remember_prose(void *user, struct value *value)
{
    struct restoring *r = user;
    buffer_clear(&r->path);
    value_path(value, &r->path);
    if (buffer_status(&r->path) != COMITY_OK)
        return buffer_status(&r->path);
    char *path = arena_copy(r->record->arena, r->path.bytes, r->path.size);
    struct prose *prose = arena_zalloc(r->record->arena, sizeof *prose);
    void **slot = path && prose ? map_add(&r->proses, path, r->path.size) : NULL;
    if (!slot)
        return COMITY_E_NOMEM;
    prose->value = value;
    *slot = prose;
    return COMITY_OK;
}

static bool read_position(const char *text, size_t len, size_t *position)
{
    *position = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9' || i == 10)
            return false;
        *position = 10 * *position + (size_t)(text[i] - '0');
    }
    return len > 0;
}

/* Takes a note to its text; only what the catalogue knows as a set is ever put back. */
static void take_note(const struct restoring *r, struct noted *noted)
{
    size_t len = 0, id_len = 0;
    struct term_span span = {0};
    const struct value *entry = noted->entry;
    if (entry->form != VALUE_GROUP)
        return;
    const char *field = value_text(entry, F_resolved_field, &len);
    struct prose *prose = field ? map_find(&r->proses, field, len) : NULL;
    const char *position = value_text(entry, F_resolved_position, &len);
    const char *id = value_text(entry, F_resolved_term, &id_len);
    noted->set = value_text(entry, F_resolved_set, &noted->set_len);
    noted->choice = value_text(entry, F_resolved_choice, &noted->choice_len);
    if (!prose || !position || !id || !noted->set || !noted->choice ||
        !read_position(position, len, &noted->position) ||
        !terms_match(r->terms, noted->set, noted->set_len, 0, &span) ||
        span.len != noted->set_len || terms_find(r->terms, id, id_len) != span.term)
        return;
    bool is_known = false;
    for (size_t i = 0; i < span.count; i++)
        is_known = is_known || (span.set->alternatives[i].len == noted->choice_len &&
                                memcmp(span.set->alternatives[i].text, noted->choice,
                                       noted->choice_len) == 0);
    if (!is_known)
        return;
    noted->before = prose->last;
    prose->last = noted;
}

/* Byte offset of a character that is `more` characters behind text[at]; `len`: none is. */
static size_t forward(const char *text, size_t len, size_t at, size_t more)
{
    while (more && at < len) {
        at += utf8_sequence(text + at, len - at);
        more--;
    }
    return more ? len : at;
}

/* Undoes the notes from `first` to the end of a chain that ascends in the text. */
static comity_status restore_run(struct restoring *r, struct value *value, struct noted **run,
                                 size_t count)
{
    size_t done = 0, at = 0, characters = 0;
    buffer_clear(&r->text);
    for (size_t i = count; i-- > 0;) {
        struct noted *noted = run[i];
        if (noted->position < characters)
            continue;
        at = forward(value->text, value->len, at, noted->position - characters);
        characters = noted->position;
        if (value->len - at < noted->choice_len ||
            memcmp(value->text + at, noted->choice, noted->choice_len) != 0)
            continue;
        buffer_add(&r->text, value->text + done, at - done);
        buffer_add(&r->text, noted->set, noted->set_len);
        done = at += noted->choice_len;
        characters += utf8_count(noted->choice, noted->choice_len);
        noted->is_done = true;
    }
    buffer_add(&r->text, value->text + done, value->len - done);
    if (buffer_status(&r->text) != COMITY_OK)
        return buffer_status(&r->text);
    value->text = arena_copy(r->record->arena, r->text.bytes, r->text.size);
    value->len = (uint32_t)r->text.size;
    return value->text ? COMITY_OK : COMITY_E_NOMEM;
}

/* Undoes the notes of one text, the last pass first.  More passes than resolving makes are not
 * believed. */
static comity_status restore_prose(struct restoring *r, struct prose *prose)
{
    comity_status status = COMITY_OK;
    size_t total = 0;
    for (struct noted *n = prose->last; n; n = n->before)
        total++;
    struct noted **run = arena_alloc(r->record->arena, total * sizeof(struct noted *));
    if (!run)
        return COMITY_E_NOMEM;
    struct noted *next = prose->last;
    for (int pass = 0; next && pass <= TERM_NESTING && status == COMITY_OK; pass++) {
        size_t count = 0;
        size_t bound = SIZE_MAX;
        for (; next && next->position < bound; next = next->before) {
            bound = next->position;
            run[count++] = next;
        }
        status = restore_run(r, prose->value, run, count);
    }
    return status;
}

static comity_status restore_notes(struct restoring *r, struct noted *notes, size_t count)
{
    comity_status status = record_each_prose(r->record->root, remember_prose, r);
    for (size_t i = 0; i < count && status == COMITY_OK; i++)
        take_note(r, &notes[i]);
    for (size_t i = 0; i < count && status == COMITY_OK; i++) {
        size_t len = 0;
        const char *field = notes[i].entry->form == VALUE_GROUP
                                ? value_text(notes[i].entry, F_resolved_field, &len)
                                : NULL;
        struct prose *prose = field ? map_find(&r->proses, field, len) : NULL;
        if (!prose || !prose->last)
            continue;
        status = restore_prose(r, prose);
        prose->last = NULL;
    }
    return status;
}

/* Puts the notes that were not undone back into the record. */
static comity_status keep_notes(struct record *record, struct value *group,
                                const struct noted *notes, size_t count, size_t *kept)
{
    *kept = 0;
    value_remove_all(group, F_terminology_resolved);
    for (size_t i = 0; i < count; i++) {
        const struct value *old = notes[i].entry;
        if (notes[i].is_done)
            continue;
        struct value *entry = value_add(record, group, F_terminology_resolved);
        if (!entry)
            return COMITY_E_NOMEM;
        entry->form = old->form;
        entry->node = old->node;
        entry->flags = old->flags;
        entry->first = old->first;
        entry->last = old->last;
        for (struct value *v = entry->first; v; v = v->next)
            v->parent = entry;
        ++*kept;
    }
    return COMITY_OK;
}

/* Undoes what can be undone, and tells of what cannot. */
static comity_status undo(struct record *record, const struct terms *terms,
                          struct findings *findings, size_t *kept)
{
    struct value *group = value_child(record->root, F_document_terminology);
    struct value *first =
        group && group->form == VALUE_GROUP ? value_child(group, F_terminology_resolved) : NULL;
    *kept = 0;
    if (!first || first->form == VALUE_EMPTY_LIST) {
        if (first)
            value_remove(first);
        return COMITY_OK;
    }
    size_t count = first->tail->position + 1, i = 0;
    struct noted *notes = arena_zalloc(record->arena, count * sizeof *notes);
    if (!notes)
        return COMITY_E_NOMEM;
    for (struct value *v = first; v; v = value_next(v))
        notes[i++].entry = v;
    struct restoring r = {.record = record, .terms = terms, .proses = {.arena = record->arena}};
    buffer_init(&r.path, 0);
    buffer_init(&r.text, 0);
    comity_status status = restore_notes(&r, notes, count);
    buffer_free(&r.text);
    buffer_free(&r.path);
    for (i = 0; i < count && status == COMITY_OK; i++)
        if (!notes[i].is_done)
            record_report(record, findings, notes[i].entry, COMITY_WARNING, "term.not-restored",
                          NULL,
                          "the choice noted here no longer stands at its place in the text");
    return status == COMITY_OK ? keep_notes(record, group, notes, count, kept) : status;
}

/* --- the record's own words for it */

/* Sets a text of the terminology group, or takes it out where `text` is NULL. */
static comity_status state(struct record *record, struct value *group, uint16_t field,
                           const char *text)
{
    struct value *value = value_child(group, field);
    if (!text) {
        value_remove_all(group, field);
        return COMITY_OK;
    }
    if (!value)
        value = value_add(record, group, field);
    if (!value)
        return COMITY_E_NOMEM;
    value->form = VALUE_TEXT;
    value->text = text;
    value->len = (uint32_t)strlen(text);
    return COMITY_OK;
}

static const char *stated(struct record *record, const struct value *group, uint16_t field)
{
    size_t len = 0;
    const char *text = group ? value_text(group, field, &len) : NULL;
    return text ? arena_copy(record->arena, text, len) : NULL;
}

/* Names the choices of a profile in the record, by their words. */
static comity_status state_terms(struct record *record, struct value *group,
                                 const struct terms *terms, const struct term_choices *choices)
{
    value_remove_all(group, F_terminology_terms);
    for (size_t i = 0; i < terms->count; i++) {
        if (choices->of[i] == TERM_FOLLOWS)
            continue;
        const char *words = "bracketed";
        for (size_t s = 0; s < terms->set_count && choices->of[i]; s++)
            if (terms->sets[s].term == i) {
                words = terms->sets[s].alternatives[choices->of[i] - 1].text;
                break;
            }
        struct value *entry = value_add(record, group, F_terminology_terms);
        if (!entry ||
            !value_add_text(record, entry, F_term_id, terms->terms[i].id,
                            strlen(terms->terms[i].id), 0) ||
            !value_add_text(record, entry, F_term_choice, words, strlen(words), 0))
            return COMITY_E_NOMEM;
    }
    return COMITY_OK;
}

static void drop_if_empty(struct value *group)
{
    if (group && group->form == VALUE_GROUP && !group->first && !group->kept)
        value_remove(group);
}

static comity_status state_voice(struct resolving *r, const char *before, const char *voice)
{
    struct record *record = r->record;
    struct value *group = value_child(record->root, F_document_terminology);
    bool is_open = before && (strcmp(before, "bracketed") == 0 || strcmp(before, "mixed") == 0);
    if (!r->resolved && !is_open) {
        if (before && strcmp(before, voice) != 0)
            record_report(record, r->findings, value_child(group, F_terminology_voice),
                          COMITY_WARNING, "term.voice", NULL,
                          "the record states another voice, and has no set to resolve: its "
                          "words stay as they are");
        drop_if_empty(group);
        return COMITY_OK;
    }
    group = terminology_of(record);
    comity_status status =
        group ? state(record, group, F_terminology_voice, voice) : COMITY_E_NOMEM;
    if (status == COMITY_OK)
        status = state(record, group, F_terminology_restores, before);
    if (status == COMITY_OK && strcmp(voice, "mixed") == 0)
        status = state_terms(record, group, r->terms, r->choices);
    return status;
}

comity_status record_resolve_terms(struct record *record, const struct terms *terms,
                                   const struct term_choices *choices, const char *voice,
                                   struct findings *findings)
{
    struct resolving r = {
        .record = record, .terms = terms, .choices = choices, .findings = findings};
    size_t kept = 0;
    struct value *group = value_child(record->root, F_document_terminology);
    bool was_resolved = group && (value_child(group, F_terminology_resolved) ||
                                  value_child(group, F_terminology_restores));
    const char *before =
        stated(record, group, was_resolved ? F_terminology_restores : F_terminology_voice);
    buffer_init(&r.path, 0);
    buffer_init(&r.text, 0);
    comity_status status = undo(record, terms, findings, &kept);
    if (status == COMITY_OK)
        status = record_each_prose(record->root, resolve_value, &r);
    if (status == COMITY_OK)
        status = state_voice(&r, before, voice);
    buffer_free(&r.text);
    buffer_free(&r.path);
    return status;
}

comity_status record_restore_terms(struct record *record, const struct terms *terms,
                                   struct findings *findings)
{
    size_t kept = 0;
    struct value *group = value_child(record->root, F_document_terminology);
    bool was_resolved = group && group->form == VALUE_GROUP &&
                        (value_child(group, F_terminology_resolved) ||
                         value_child(group, F_terminology_restores));
    if (!was_resolved)
        return COMITY_OK;
    comity_status status = undo(record, terms, findings, &kept);
    if (status != COMITY_OK)
        return status;
    if (kept)
        return state(record, group, F_terminology_voice, "mixed");
    const char *before = stated(record, group, F_terminology_restores);
    const char *voice = stated(record, group, F_terminology_voice);
    bool was_mixed = before && strcmp(before, "mixed") == 0;
    if (voice && strcmp(voice, "mixed") == 0 && !was_mixed)
        value_remove_all(group, F_terminology_terms);
    status = state(record, group, F_terminology_voice, before);
    if (status == COMITY_OK)
        status = state(record, group, F_terminology_restores, NULL);
    drop_if_empty(group);
    return status;
}
