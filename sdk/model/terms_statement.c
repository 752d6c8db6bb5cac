/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a record states of its terms: its voice, its choices term by term, what it notes of sets
 * that were resolved; and whether all of that holds together. */
#include "model/terms_record.h"

#include <stdio.h>

int term_choice_of(const struct terms *terms, uint16_t term, const char *text, size_t len)
{
    uint8_t count = terms->terms[term].count;
    if (len == 9 && memcmp(text, "bracketed", 9) == 0)
        return TERM_BRACKETED;
    if (len == 1 && text[0] >= '1' && text[0] <= '0' + count)
        return text[0] - '0';
    for (size_t s = 0; s < terms->set_count; s++)
        for (int i = 0; terms->sets[s].term == term && i < count; i++) {
            const struct term_text *words = &terms->sets[s].alternatives[i];
            if (words->len == len && memcmp(words->text, text, len) == 0)
                return i + 1;
        }
    return -1;
}

static void take_terms(const struct value *group, const struct terms *terms,
                       struct term_choices *choices)
{
    for (const struct value *v = value_child(group, F_terminology_terms); v;
         v = value_next(v)) {
        size_t id_len = 0, len = 0;
        if (v->form != VALUE_GROUP)
            continue;
        const char *id = value_text(v, F_term_id, &id_len);
        const char *text = value_text(v, F_term_choice, &len);
        uint16_t term = id && text ? terms_find(terms, id, id_len) : TERM_NONE;
        int choice = term == TERM_NONE ? -1 : term_choice_of(terms, term, text, len);
        if (choice >= 0)
            choices->of[term] = (uint8_t)choice;
    }
}

bool record_choices(const struct record *record, const struct terms *terms,
                    struct term_choices *choices)
{
    const struct value *group = value_child(record->root, F_document_terminology);
    const struct value *voice =
        group && group->form == VALUE_GROUP ? value_child(group, F_terminology_voice) : NULL;
    bool has_terms = group && group->form == VALUE_GROUP && !voice &&
                     value_child(group, F_terminology_terms);
    terms_choose(terms, TERM_VOICE_BRACKETED, choices);
    if (voice && value_is(voice, "data", 4))
        terms_choose(terms, TERM_VOICE_DATA, choices);
    else if (voice && value_is(voice, "information", 11))
        terms_choose(terms, TERM_VOICE_INFORMATION, choices);
    else if (has_terms || (voice && value_is(voice, "mixed", 5))) {
        memset(choices, TERM_FOLLOWS, sizeof *choices);
        take_terms(group, terms, choices);
    }
    return voice || has_terms;
}

/* --- does it hold together? */

struct holding {
    struct record *record;
    const struct terms *terms;
    struct findings *findings;
    const struct value *voice;
    uint8_t chosen[TERMS_MAX]; /* by the notes of what was resolved; 0: none */
};

static void warn(struct holding *h, const struct value *value, const char *code,
                 const char *message)
{
    record_report(h->record, h->findings, value, COMITY_WARNING, code, NULL, message);
}

/* The term that an entry names, and its choice in *choice; TERM_NONE where it names none. */
static uint16_t entry_term(struct holding *h, const struct value *entry, uint16_t id_field,
                           uint16_t choice_field, int *choice)
{
    size_t id_len = 0, len = 0;
    const char *id = entry->form == VALUE_GROUP ? value_text(entry, id_field, &id_len) : NULL;
    const char *text = id ? value_text(entry, choice_field, &len) : NULL;
    uint16_t term = id ? terms_find(h->terms, id, id_len) : TERM_NONE;
    if (id && term == TERM_NONE)
        warn(h, value_child(entry, id_field), "term.unknown-id",
             "the catalogue has no term of this id");
    *choice = term != TERM_NONE && text ? term_choice_of(h->terms, term, text, len) : -1;
    if (term != TERM_NONE && text && *choice < 0)
        warn(h, value_child(entry, choice_field), "term.choice",
             "this is no alternative of the term, and not 'bracketed'");
    return term != TERM_NONE && *choice >= 0 ? term : TERM_NONE;
}

static void check_stated(struct holding *h, const struct value *group)
{
    struct term_choices choices;
    memset(&choices, TERM_FOLLOWS, sizeof choices);
    const struct value *first = value_child(group, F_terminology_terms);
    for (const struct value *v = first; v; v = value_next(v)) {
        int choice = -1;
        uint16_t term = entry_term(h, v, F_term_id, F_term_choice, &choice);
        if (term != TERM_NONE)
            choices.of[term] = (uint8_t)choice;
    }
    for (const struct value *v = first; v; v = value_next(v)) {
        size_t len = 0;
        const char *id = v->form == VALUE_GROUP ? value_text(v, F_term_id, &len) : NULL;
        uint16_t term = id ? terms_find(h->terms, id, len) : TERM_NONE;
        if (term == TERM_NONE || h->terms->terms[term].class != TERM_CLASS_AGREEMENT ||
            choices.of[term] == TERM_FOLLOWS)
            continue;
        uint16_t follows = h->terms->terms[term].follows;
        if (choices.of[follows] != TERM_FOLLOWS &&
            choices.of[term] != terms_choice(h->terms, &choices, follows))
            warn(h, v, "term.agreement",
                 "this choice differs from that of the term that it agrees with");
    }
}

static void check_notes(struct holding *h, const struct value *group)
{
    for (const struct value *v = value_child(group, F_terminology_resolved); v;
         v = value_next(v)) {
        int choice = -1;
        uint16_t term = entry_term(h, v, F_resolved_term, F_resolved_choice, &choice);
        if (term == TERM_NONE || choice <= 0)
            continue;
        if (h->chosen[term] && h->chosen[term] != choice)
            warn(h, v, "term.mixed", "the term was resolved otherwise before");
        h->chosen[term] = (uint8_t)choice;
    }
}

/* Brackets in a text of a record that says that it has chosen. */
static comity_status check_brackets(void *user, struct value *value)
{
    struct holding *h = user;
    struct term_walk walk;
    struct term_span span;
    term_walk_init(&walk, h->terms, NULL, value->text, value->len);
    while (term_walk_next(&walk, &span)) {
        uint8_t class = h->terms->terms[span.term].class;
        if (class != TERM_CLASS_TERM && class != TERM_CLASS_AGREEMENT)
            continue;
        char message[200];
        snprintf(message, sizeof message,
                 "the set of '%.60s' stands in brackets, and the record's voice is '%.*s'",
                 h->terms->terms[span.term].id, (int)(h->voice->len < 20 ? h->voice->len : 20),
                 h->voice->text);
        warn(h, value, "term.mixed", message);
        break;
    }
    return COMITY_OK;
}

void record_check_terms(struct record *record, const struct terms *terms,
                        struct findings *findings)
{
    struct holding h = {.record = record, .terms = terms, .findings = findings};
    const struct value *group = value_child(record->root, F_document_terminology);
    if (!group || group->form != VALUE_GROUP)
        return;
    h.voice = value_child(group, F_terminology_voice);
    check_stated(&h, group);
    check_notes(&h, group);
    if (h.voice && (value_is(h.voice, "data", 4) || value_is(h.voice, "information", 11)))
        record_each_prose(record->root, check_brackets, &h);
}
