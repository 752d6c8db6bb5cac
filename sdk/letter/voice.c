/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The voice of a letter's labels is that of its record; the convention's brackets stand where
 * the record states none. */
#include "letter/frame.h"

static bool is_choice(const struct value *value, const char *text)
{
    return value_is(value, text, strlen(text));
}

/* "bracketed", the number of an alternative, or its words. */
static uint8_t choice_of(const struct terms *terms, uint16_t term, const struct value *choice)
{
    if (is_choice(choice, "bracketed"))
        return TERM_BRACKETED;
    if (choice->len == 1 && choice->text[0] >= '1' &&
        choice->text[0] <= '0' + (int)terms->terms[term].count)
        return (uint8_t)(choice->text[0] - '0');
    for (size_t i = 0; i < terms->set_count; i++) {
        const struct term_set *set = &terms->sets[i];
        for (uint8_t k = 0; set->term == term && k < terms->terms[term].count; k++)
            if (value_is(choice, set->alternatives[k].text, set->alternatives[k].len))
                return (uint8_t)(k + 1);
    }
    return TERM_FOLLOWS; /* not understood: as if it were not stated */
}

void letter_voice(const struct record *record, const struct terms *terms,
                  struct term_choices *choices)
{
    const struct value *group = value_child(record->root, F_document_terminology);
    const struct value *voice = group ? value_child(group, F_terminology_voice) : NULL;
    enum term_voice base = TERM_VOICE_BRACKETED;
    if (voice && is_choice(voice, "data"))
        base = TERM_VOICE_DATA;
    if (voice && is_choice(voice, "information"))
        base = TERM_VOICE_INFORMATION;
    terms_choose(terms, base, choices);
    for (const struct value *term = group ? value_child(group, F_terminology_terms) : NULL;
         term; term = value_next(term)) {
        const struct value *id =
            term->form == VALUE_GROUP ? value_child(term, F_term_id) : NULL;
        const struct value *choice = id ? value_child(term, F_term_choice) : NULL;
        if (!choice || id->form != VALUE_TEXT || choice->form != VALUE_TEXT)
            continue;
        uint16_t index = terms_find(terms, id->text, id->len);
        uint8_t chosen =
            index == TERM_NONE ? TERM_FOLLOWS : choice_of(terms, index, choice);
        if (chosen != TERM_FOLLOWS)
            choices->of[index] = chosen;
    }
}
