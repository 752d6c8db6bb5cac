/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where in a text sets of terms stood, by what the record notes of those that were resolved
 * (terminology.resolved).  A note that does not fit its text any more is passed over. */
#include "base/utf8.h"
#include "letter/frame.h"

static bool read_number(const char *text, size_t len, size_t *number)
{
    *number = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9' || i == 9)
            return false;
        *number = *number * 10 + (size_t)(text[i] - '0');
    }
    return len > 0;
}

/* Byte offset of a character of a text; its length where there are fewer. */
static size_t offset_of(const struct value *value, size_t characters)
{
    size_t at = 0;
    while (at < value->len && characters--) {
        size_t size = utf8_sequence(value->text + at, value->len - at);
        at += size ? size : 1;
    }
    return at;
}

/* What a note says of a text; false where it does not hold. */
static bool take_note(const struct letter *letter, const struct value *note,
                      const struct value *value, struct resolved_set *set)
{
    size_t len = 0, position = 0;
    const char *number = value_text(note, F_resolved_position, &len);
    if (!number || !read_number(number, len, &position))
        return false;
    const char *choice = value_text(note, F_resolved_choice, &set->len);
    set->set = value_text(note, F_resolved_set, &set->set_len);
    if (!choice || !set->len || !set->set ||
        !terms_match(letter->terms, set->set, set->set_len, 0, &set->span) ||
        set->span.len != set->set_len)
        return false;
    set->offset = offset_of(value, position);
    if (value->len - set->offset < set->len ||
        memcmp(value->text + set->offset, choice, set->len) != 0)
        return false;
    int chosen = term_choice_of(letter->terms, set->span.term, choice, set->len);
    set->span.choice = (uint8_t)chosen;
    return chosen > 0 && chosen <= 2;
}

bool letter_resolved_set(const struct letter *letter, const struct value *value, size_t from,
                         struct resolved_set *found)
{
    const struct value *group = value_child(letter->record->root, F_document_terminology);
    const struct value *note = group ? value_child(group, F_terminology_resolved) : NULL;
    struct buffer path;
    bool any = false;
    if (!note || note->form != VALUE_GROUP)
        return false;
    buffer_init(&path, 4096);
    value_path(value, &path);
    for (; note && buffer_status(&path) == COMITY_OK; note = value_next(note)) {
        struct resolved_set set = {0};
        const struct value *field =
            note->form == VALUE_GROUP ? value_child(note, F_resolved_field) : NULL;
        if (!field || !value_is(field, path.bytes, path.size) ||
            !take_note(letter, note, value, &set) || set.offset < from ||
            (any && set.offset >= found->offset))
            continue;
        *found = set;
        any = true;
    }
    buffer_free(&path);
    return any;
}
