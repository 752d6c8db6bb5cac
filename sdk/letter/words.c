/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The letter's own words, in English: labels, countries, languages, dates and codes.  What is
 * not understood is left to stand as written. */
#include "letter/frame.h"
#include "model/codes.h"

#include <stdio.h>

static const struct {
    uint16_t field;
    const char *label;
} labels[] = {
#define LABEL(group, field, label) {F_##group##_##field, label},
#include "letter/labels.def"
#undef LABEL
};

const char *letter_label(uint16_t field)
{
    static const char *const empty[] = {"Its ", "The ", "An ", "A "};
    const char *title = fields[field].title;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (labels[i].field == field)
            return labels[i].label;
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        if (strncmp(title, empty[i], strlen(empty[i])) == 0)
            return title + strlen(empty[i]);
    return title;
}

void letter_caption(uint16_t group, char *caption, size_t size)
{
    snprintf(caption, size, "%s", groups[group].name);
    for (char *c = caption; *c; c++)
        if (*c == '_')
            *c = ' ';
    if (*caption >= 'a' && *caption <= 'z')
        *caption = (char)(*caption - 'a' + 'A');
}

static const struct {
    const char *tag, *name;
} languages[] = {
#define LANGUAGE(tag, name) {tag, name},
#include "letter/languages.def"
#undef LANGUAGE
};

/* "Portuguese" of "pt" and of "pt-BR"; NULL where it is not known. */
static const char *language_name(const char *tag, size_t len)
{
    const char *dash = memchr(tag, '-', len);
    size_t primary = dash ? (size_t)(dash - tag) : len;
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        if (strlen(languages[i].tag) == primary && memcmp(languages[i].tag, tag, primary) == 0)
            return languages[i].name;
    return NULL;
}

static const char *const months[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};

/* A number of exactly `count` digits at text[at]; -1 where there is none. */
static int digits_at(const char *text, size_t len, size_t at, size_t count)
{
    int number = 0;
    if (len < at + count)
        return -1;
    for (size_t i = at; i < at + count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

/* "2026-11", "2026-11-20" and "2026-11-20T14:05:00-03:00" in words; false for anything else. */
static bool date_words(const char *text, size_t len, char *words, size_t size)
{
    int year = digits_at(text, len, 0, 4);
    int month = len >= 7 && text[4] == '-' ? digits_at(text, len, 5, 2) : -1;
    int day = len >= 10 && text[7] == '-' ? digits_at(text, len, 8, 2) : -1;
    if (year < 0 || month < 1 || month > 12)
        return false;
    const char *name = months[month - 1];
    if (len == 7) {
        snprintf(words, size, "%s %04d", name, year);
        return true;
    }
    if (day < 1 || day > 31)
        return false;
    if (len == 10) {
        snprintf(words, size, "%d %s %04d", day, name, year);
        return true;
    }
    if (len < 16 || text[10] != 'T' || text[13] != ':' || digits_at(text, len, 11, 2) < 0 ||
        digits_at(text, len, 14, 2) < 0)
        return false;
    size_t zone = 16; /* behind the minutes, and seconds with their fraction */
    while (zone < len &&
           (text[zone] == ':' || text[zone] == '.' || (text[zone] >= '0' && text[zone] <= '9')))
        zone++;
    bool is_utc = zone + 1 == len && text[zone] == 'Z';
    bool is_offset = zone + 6 == len && (text[zone] == '+' || text[zone] == '-') &&
                     digits_at(text, len, zone + 1, 2) >= 0 && text[zone + 3] == ':' &&
                     digits_at(text, len, zone + 4, 2) >= 0;
    if (!is_utc && !is_offset)
        return false;
    snprintf(words, size, "%d %s %04d, %.*s (UTC%.*s)", day, name, year, (int)(zone - 11),
             text + 11, is_utc ? 0 : (int)(len - zone), text + zone);
    return true;
}

static void spell_named(struct letter *letter, const struct value *value, const char *name)
{
    const struct letter_form *form = letter->form;
    form->words(letter, name);
    form->words(letter, " (");
    form->text(letter, value->text, value->len, STYLE_INLINE, NULL);
    form->words(letter, ")");
}

static bool spell_boolean(struct letter *letter, const struct value *value)
{
    bool is_true = value_is(value, "true", 4);
    if (!is_true && !value_is(value, "false", 5))
        return false;
    letter->form->words(letter, is_true ? "yes" : "no");
    return true;
}

static bool spell_code(struct letter *letter, const struct value *value, uint16_t list)
{
    const struct kind *kind = list == L_kind ? kind_find(value->text, value->len) : NULL;
    const struct code *code = code_find(list, value->text, value->len);
    if (kind || code)
        letter->form->words(letter, kind ? kind->heading : code->title);
    return kind || code;
}

bool letter_spell(struct letter *letter, const struct value *value)
{
    const struct field *field = &fields[value->field];
    const char *name = NULL;
    char words[120];
    switch (field->type) {
    case TYPE_BOOLEAN:
        return spell_boolean(letter, value);
    case TYPE_CODE:
        return spell_code(letter, value, field->ref);
    case TYPE_DATE:
    case TYPE_TIME:
        if (!date_words(value->text, value->len, words, sizeof words))
            return false;
        letter->form->date(letter, value->text, value->len, words);
        return true;
    case TYPE_COUNTRY:
        name = country_name("en", value->text, value->len);
        break;
    case TYPE_LANGUAGE:
        name = language_name(value->text, value->len);
        break;
    default:
        break;
    }
    if (name)
        spell_named(letter, value, name);
    return name != NULL;
}

const char *letter_unit(const char *text, size_t len, bool is_one)
{
    static const struct {
        const char *unit, *one, *many;
    } units[] = {{"year", "year", "years"},      {"month", "month", "months"},
                 {"week", "week", "weeks"},      {"day", "day", "days"},
                 {"hour", "hour", "hours"},      {"minute", "minute", "minutes"},
                 {"second", "second", "seconds"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strlen(units[i].unit) == len && memcmp(units[i].unit, text, len) == 0)
            return is_one ? units[i].one : units[i].many;
    return NULL;
}

void letter_articles(const char *articles, struct buffer *out)
{
    /* The tables part articles by blanks, or by a comma and a blank. */
    size_t count = 0;
    for (const char *c = articles; *c; c += strspn(c, ", "), count++)
        c += strcspn(c, ", ");
    if (count)
        buffer_text(out, count == 1 ? "article " : "articles ");
    for (size_t i = 0; i < count; i++) {
        size_t len = strcspn(articles, ", ");
        if (i)
            buffer_text(out, i + 1 == count ? " and " : ", ");
        buffer_add(out, articles, len);
        articles += len;
        articles += strspn(articles, ", ");
    }
}

const char *letter_heading(const struct letter *letter)
{
    if (letter->plan.kind)
        return letter->plan.kind->heading;
    return value_child(letter->record->root, F_document_kind)
               ? "A document of a kind that the convention does not know"
               : "A document that does not state its kind";
}
