/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Values of the record as entries, lists, tables and words, by the field table alone: a new
 * field is shown without a line here.  Marks as asked what it shows. */
#include "letter/frame.h"

#include <stdio.h>

#define COLUMNS_MAX 6u

static void mark(struct value *value)
{
    value->flags |= VALUE_ASKED;
}

static bool is_text(const struct value *value)
{
    return value && value->form == VALUE_TEXT;
}

/* What the text of a group is written in: its own field `language`, else what is around it. */
static void enter_language(struct letter *letter, const struct value *group)
{
    for (const struct value *v = group->first; v; v = v->next)
        if (fields[v->field].type == TYPE_LANGUAGE && !fields[v->field].list && is_text(v)) {
            letter->language = v->text;
            letter->language_len = v->len;
        }
}

/* --- single values */

static void show_bytes(struct letter *letter, const struct value *value)
{
    char words[80];
    size_t pads = 0, digits = 0;
    for (uint32_t i = 0; i < value->len; i++) {
        pads += value->text[i] == '=';
        digits += value->text[i] > ' ';
    }
    snprintf(words, sizeof words, "%zu bytes, which this letter does not show",
             digits / 4 * 3 >= pads ? digits / 4 * 3 - pads : 0);
    letter->form->words(letter, words); /* not marked: the bytes themselves are lost */
}

static void show_text(struct letter *letter, struct value *value, enum text_style style)
{
    const struct letter_form *form = letter->form;
    if (fields[value->field].type == TYPE_BASE64) {
        show_bytes(letter, value);
        return;
    }
    mark(value);
    if (!value->len)
        form->words(letter, "(stated, and empty)");
    else if (fields[value->field].type == TYPE_DIGEST)
        form->text(letter, value->text, value->len, STYLE_EXACT, value);
    else if (!letter_spell(letter, value))
        form->text(letter, value->text, value->len, style, value);
}

/* --- groups that read better as words in a line than as a table */

static void show_child(struct letter *letter, struct value *child)
{
    if (child)
        show_text(letter, child, STYLE_INLINE);
}

static void show_quantity(struct letter *letter, struct value *group)
{
    struct value *number = value_child(group, F_quantity_value);
    struct value *unit = value_child(group, F_quantity_unit);
    show_child(letter, number);
    if (number && unit)
        letter->form->words(letter, " ");
    bool is_one = is_text(number) && value_is(number, "1", 1);
    const char *word = is_text(unit) ? letter_unit(unit->text, unit->len, is_one) : NULL;
    if (word) {
        mark(unit);
        letter->form->words(letter, word);
    } else {
        show_child(letter, unit);
    }
}

/* "VALUE (OTHER)" or "OTHER: VALUE". */
static void show_pair(struct letter *letter, struct value *value, struct value *other,
                      bool in_front)
{
    const struct letter_form *form = letter->form;
    if (in_front)
        show_child(letter, other);
    if (in_front && other && value)
        form->words(letter, ": ");
    show_child(letter, value);
    if (in_front || !other)
        return;
    form->words(letter, value ? " (" : "(");
    show_child(letter, other);
    form->words(letter, ")");
}

static bool show_line(struct letter *letter, struct value *group)
{
    switch (fields[group->field].ref) {
    case G_quantity:
        show_quantity(letter, group);
        return true;
    case G_money:
        show_child(letter, value_child(group, F_money_amount));
        letter->form->words(letter, " ");
        show_child(letter, value_child(group, F_money_currency));
        return true;
    case G_identifier:
        show_pair(letter, value_child(group, F_identifier_value),
                  value_child(group, F_identifier_scheme), false);
        return true;
    case G_contact:
        show_pair(letter, value_child(group, F_contact_value),
                  value_child(group, F_contact_type), true);
        return true;
    default:
        return false;
    }
}

/* --- values, lists and groups */

static void show_group(struct letter *letter, struct value *group)
{
    mark(group);
    if (!group->first) {
        letter->form->words(letter, "(stated, and empty)");
        return;
    }
    if (show_line(letter, group))
        return;
    letter->form->table(letter, NULL, 0, 0);
    letter_entries(letter, group, SECTION_ANY);
    letter->form->table_end(letter);
}

static void show_value(struct letter *letter, struct value *value)
{
    if (value->form == VALUE_GROUP)
        show_group(letter, value);
    else if (value->form == VALUE_TEXT)
        show_text(letter, value,
                  fields[value->field].type == TYPE_PROSE ? STYLE_PROSE : STYLE_BLOCK);
    else {
        mark(value);
        letter->form->words(letter, "(stated as an empty list)");
    }
}

void letter_values(struct letter *letter, struct value *first)
{
    if (!value_next(first)) {
        show_value(letter, first);
        return;
    }
    letter->form->list(letter);
    for (struct value *v = first; v; v = value_next(v)) {
        letter->form->item(letter);
        show_value(letter, v);
        letter->form->item_end(letter);
    }
    letter->form->list_end(letter);
}

void letter_entries(struct letter *letter, struct value *group, size_t section)
{
    const char *language = letter->language;
    size_t language_len = letter->language_len;
    mark(group);
    enter_language(letter, group);
    for (struct value *v = group->first; v;) {
        uint16_t field = v->field;
        bool is_here = section == SECTION_ANY ||
                       plan_section_of(&letter->plan, group->field, field) == section;
        if (is_here) {
            letter->form->entry(letter, letter_label(field));
            letter_values(letter, v);
            letter->form->entry_end(letter);
        }
        while (v && v->field == field)
            v = v->next;
    }
    letter->language = language;
    letter->language_len = language_len;
}

/* --- fields of the document */

static bool has_entries(const struct letter *letter, const struct value *group, size_t section)
{
    if (section == SECTION_ANY || !group->first)
        return section == SECTION_ANY ||
               plan_section_of(&letter->plan, group->field, FIELD_NONE) == section;
    for (const struct value *v = group->first; v; v = v->next)
        if (plan_section_of(&letter->plan, group->field, v->field) == section)
            return true;
    return false;
}

/* The one text of a group that says nothing else but its language: it needs no table. */
static struct value *only_text(const struct letter *letter, const struct value *group,
                               size_t section)
{
    struct value *text = NULL;
    for (struct value *v = group->first; v; v = v->next) {
        if (section != SECTION_ANY &&
            plan_section_of(&letter->plan, group->field, v->field) != section)
            continue;
        if (fields[v->field].type != TYPE_PROSE || text || value_next(v))
            return NULL;
        text = v;
    }
    return text;
}

/* Which columns a list of plain entries has; 0 where it is none. */
static size_t find_columns(const struct value *first, uint16_t columns[COLUMNS_MAX])
{
    size_t count = 0;
    const struct group *group = &groups[fields[first->field].ref];
    bool is_used[FIELD_COUNT] = {false};
    for (const struct value *entry = first; entry; entry = value_next(entry)) {
        if (entry->form != VALUE_GROUP || !entry->first)
            return 0;
        for (const struct value *v = entry->first; v; v = v->next) {
            if (v->form != VALUE_TEXT || fields[v->field].type == TYPE_PROSE || value_next(v))
                return 0;
            is_used[v->field] = true;
        }
    }
    for (uint16_t field = group->first; field < group->end; field++) {
        if (!is_used[field])
            continue;
        if (count == COLUMNS_MAX)
            return 0;
        columns[count++] = field;
    }
    return count;
}

static void show_columns(struct letter *letter, struct value *first, const uint16_t *columns,
                         size_t count)
{
    const struct letter_form *form = letter->form;
    char caption[80];
    letter_caption(fields[first->field].ref, caption, sizeof caption);
    form->columns(letter, caption, columns, count);
    for (struct value *entry = first; entry; entry = value_next(entry)) {
        mark(entry);
        form->row(letter);
        for (size_t i = 0; i < count; i++) {
            struct value *value = value_child(entry, columns[i]);
            form->cell(letter, i == 0);
            if (value)
                show_value(letter, value);
            form->cell_end(letter, i == 0);
        }
        form->row_end(letter);
    }
    form->table_end(letter);
}

static void show_entry(struct letter *letter, struct value *entry, size_t section,
                       size_t number, size_t count)
{
    const struct letter_form *form = letter->form;
    struct value *text = only_text(letter, entry, section);
    if (count == 1 && text) {
        mark(entry);
        form->paragraph(letter);
        show_text(letter, text, STYLE_PROSE);
        form->paragraph_end(letter);
        return;
    }
    char caption[80];
    letter_caption(fields[entry->field].ref, caption, sizeof caption);
    form->table(letter, caption, number, count);
    letter_entries(letter, entry, section);
    form->table_end(letter);
}

bool letter_root(struct letter *letter, uint16_t root, size_t section)
{
    struct value *first = value_child(letter->record->root, root);
    size_t count = 0, number = 0;
    bool any = false;
    for (struct value *v = first; v; v = value_next(v))
        count++;
    if (!first)
        return false;
    uint16_t columns[COLUMNS_MAX];
    size_t column_count = 0;
    bool is_whole = section == SECTION_ANY || letter->plan.owners[root - S_document] == section;
    if (letter->form->columns && fields[root].type == TYPE_GROUP && fields[root].list &&
        is_whole && (column_count = find_columns(first, columns))) {
        show_columns(letter, first, columns, column_count);
        return true;
    }
    for (struct value *v = first; v; v = value_next(v)) {
        number++;
        if (v->form == VALUE_GROUP && v->first) {
            if (has_entries(letter, v, section)) {
                show_entry(letter, v, section, number, count);
                any = true;
            }
        } else if (is_whole) {
            letter->form->paragraph(letter);
            show_value(letter, v);
            letter->form->paragraph_end(letter);
            any = true;
        }
    }
    return any;
}
