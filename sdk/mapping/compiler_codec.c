/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a row's value is spelt in the format: type, date, codes, country.  Knows nothing of where
 * the value stands. */
#include "mapping/compiler.h"
#include "model/codes.h"
#include "model/convention.h"

#include <stdio.h>

static const struct code_table *find_table(struct compiler *c, const char *name)
{
    for (size_t i = 0; i < c->t->table_count; i++)
        if (strcmp(c->t->tables[i].name, name) == 0)
            return &c->t->tables[i];
    return NULL;
}

/* A pattern that can say every part of a date. */
static bool is_good(const struct date_style *style)
{
    return date_pattern_is_good(style->pattern, style->months != NULL) &&
           strchr(style->pattern, 'M') && strchr(style->pattern, 'D');
}

static void row_date(struct compiler *c, uint32_t object, struct row *row)
{
    uint32_t date = compiler_get(c, object, "date");
    if (!date)
        return;
    bool list = tree_node(&c->tree, date)->kind == COMITY_NODE_LIST;
    size_t count = list ? tree_node(&c->tree, date)->count : 1, n = 0;
    struct date_style *styles = compiler_take(c, (count + 1) * sizeof *styles);
    for (uint32_t i = list ? tree_node(&c->tree, date)->first : date; i && styles;
         i = list ? tree_node(&c->tree, i)->next : 0) {
        const struct comity_node *node = tree_node(&c->tree, i);
        struct date_style style = {NULL, c->t->months};
        if (node->kind == COMITY_NODE_STRING)
            style.pattern = compiler_copy(c, node->text, node->text_len);
        if (style.pattern && is_good(&style))
            styles[n++] = style;
        else
            compiler_fault(c, i, "template.date",
                           "a date's pattern holds YYYY, MM or M or MMMM, and DD or D, each "
                           "once; MMMM needs the list `months` in the head");
    }
    if (!n)
        return;
    row->codec = CODEC_DATE;
    row->dates = styles;
}

const char *const *compiler_months(struct compiler *c)
{
    uint32_t list = compiler_get(c, 1, "months");
    if (!list)
        return NULL;
    const char **names = compiler_take(c, 12 * sizeof *names);
    size_t n = 0;
    for (uint32_t i = compiler_is_list(c, list) ? tree_node(&c->tree, list)->first : 0;
         i && names && n < 12; i = tree_node(&c->tree, i)->next) {
        const struct comity_node *node = tree_node(&c->tree, i);
        names[n++] = node->kind == COMITY_NODE_STRING
                         ? compiler_copy(c, node->text, node->text_len)
                         : "";
    }
    if (n == 12 && tree_node(&c->tree, list)->count == 12 && date_months_are_good(names))
        return names;
    compiler_fault(c, list, "template.date",
                   "months is a list of twelve names that a reader can tell apart");
    return NULL;
}

static void row_country(struct compiler *c, uint32_t object, struct row *row)
{
    const char *language = compiler_text(c, object, "country");
    if (!language)
        return;
    row->codec = CODEC_COUNTRY;
    row->language = strcmp(language, "*") == 0 ? NULL : language;
    if (row->language ? !country_name(language, "FR", 2) : !c->t->form)
        compiler_fault(c, compiler_get(c, object, "country"), "template.country",
                       "there are no country names in this language");
}

void compiler_codec(struct compiler *c, uint32_t object, struct row *row)
{
    const char *type = compiler_text(c, object, "type"),
               *table = compiler_text(c, object, "codes");
    row->json_kind = COMITY_NODE_STRING;
    if (type && strcmp(type, "number") == 0)
        row->json_kind = COMITY_NODE_NUMBER;
    else if (type && strcmp(type, "boolean") == 0)
        row->json_kind = COMITY_NODE_TRUE;
    else if (type && strcmp(type, "text") != 0)
        compiler_fault(c, compiler_get(c, object, "type"), "template.type",
                       "type is text, number or boolean");
    if (c->t->syntax != SYNTAX_JSON)
        row->json_kind = COMITY_NODE_STRING; /* all else has texts alone */
    row_date(c, object, row);
    const char *time = compiler_text(c, object, "time");
    if (time)
        row->codec = strcmp(time, "digits") == 0 ? CODEC_DIGITS : CODEC_TIME;
    row_country(c, object, row);
    if (table && strcmp(table, "iso-639-2") == 0) {
        row->codec = CODEC_LANGUAGE;
    } else if (table) {
        if (row->codec == CODEC_NONE)
            row->codec = CODEC_CODES;
        row->codes = find_table(c, table);
        if (!row->codes) {
            char message[200];
            snprintf(message, sizeof message,
                     "the template has no such code table: '%.*s' is no member of codes in "
                     "its head",
                     clip(table, strlen(table), 80), table);
            compiler_fault(c, compiler_get(c, object, "codes"), "template.codes", message);
        }
    }
}
