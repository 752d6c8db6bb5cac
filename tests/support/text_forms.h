/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Forms of labelled text, of several countries, for unit tests of their reading and writing:
 * invented, but laid out as real ones are.  And one reading, with all that it needs. */
#ifndef COMITY_TESTS_TEXT_FORMS_H
#define COMITY_TESTS_TEXT_FORMS_H

#include "collected.h"

#include "syntax/text.h"

#include <stdlib.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define WORDS(language, text)            \
    {                                    \
        text, sizeof(text) - 1, language \
    }
#define NAMED(text) .name = text, .name_len = sizeof(text) - 1
#define SAID(...)                                      \
    .words = (const struct text_words[]){__VA_ARGS__}, \
    .word_count = COUNT_OF(((const struct text_words[]){__VA_ARGS__}))
#define GUIDED(...)                                       \
    .guidance = (const struct text_words[]){__VA_ARGS__}, \
    .guidance_count = COUNT_OF(((const struct text_words[]){__VA_ARGS__}))
#define CLOSED(...)                                       \
    .closings = (const struct text_words[]){__VA_ARGS__}, \
    .closing_count = COUNT_OF(((const struct text_words[]){__VA_ARGS__}))

static const struct text_words yes_words[] = {WORDS(0, "SIM")};
static const struct text_words no_words[] = {WORDS(0, "N\u00C3O")};
static const struct text_option yes_or_no[] = {{"yes", yes_words, 1}, {"no", no_words, 1}};

static const char *const one_language[] = {""};
static const char *const three_languages[] = {"en", "es", "pt"};

/* Numbered, with a colon on the line, and boxes. */
static const struct text_label brazil_labels[] = {
    {.kind = TEXT_TICKS,
     NAMED("SIGILO"),
     SAID(WORDS(0, "TRAMITA\u00C7\u00C3O EM SIGILO?")),
     .options = yes_or_no,
     .option_count = 2,
     .gap = 1},
    {.kind = TEXT_TICKS,
     NAMED("FRONTEIRA"),
     SAID(WORDS(0, "AS LOCALIDADES S\u00C3O FRONTEIRI\u00C7AS ENTRE SI?")),
     .options = yes_or_no,
     .option_count = 2},
    {NAMED("DESTINAT\u00C1RIO"), .number = "1",
     SAID(WORDS(0, "DESTINAT\u00C1RIO"), WORDS(0, "DESTINAT\u00C1RIO (PARA)")), .gap = 1},
    {NAMED("REMETENTE"), .number = "2", SAID(WORDS(0, "REMETENTE"))},
    {NAMED("AUTORIDADE"), .number = "3", SAID(WORDS(0, "AUTORIDADE REQUERENTE"))},
    {NAMED("REFER\u00CANCIA"), .number = "4", SAID(WORDS(0, "REFER\u00CANCIA"))},
    {NAMED("FATOS"), .number = "5", SAID(WORDS(0, "FATOS"))},
    {NAMED("LEGAIS"), .number = "6",
     SAID(WORDS(0, "TRANSCRI\u00C7\u00C3O DOS DISPOSITIVOS LEGAIS"))},
    {NAMED("DESCRI\u00C7\u00C3O"), .number = "7",
     SAID(WORDS(0, "DESCRI\u00C7\u00C3O DA ASSIST\u00CANCIA SOLICITADA"))},
};

static const struct text_form brazil = {
    .languages = one_language,
    .language_count = 1,
    .labels = brazil_labels,
    .label_count = COUNT_OF(brazil_labels),
    CLOSED(WORDS(0, "Atenciosamente"), WORDS(0, "Bras\u00EDlia,")),
    .layout = {"", ". ", ": ", "   ", "(X)", "( )"},
};

/* Three languages, guidance before the labels, values on lines of their own. */
static const struct text_label states_labels[] = {
    {NAMED("To"), SAID(WORDS(0, "To"), WORDS(1, "Para"), WORDS(2, "Para")),
     GUIDED(WORDS(0, "Central Authority of the requested"),
            WORDS(1, "Autoridad Central del Estado requerido"))},
    {NAMED("From"), SAID(WORDS(0, "From"), WORDS(1, "De"), WORDS(2, "De"))},
    {NAMED("Reference"),
     SAID(WORDS(0, "Reference"), WORDS(1, "Referencia"), WORDS(2, "Refer\u00EAncia")),
     GUIDED(WORDS(0, "Name by which"), WORDS(1, "Nombre por el cual"))},
    {.kind = TEXT_HEADING,
     NAMED("Matter"),
     SAID(WORDS(0, "The matter at hand"), WORDS(1, "La materia en cuesti\u00F3n"),
          WORDS(2, "A mat\u00E9ria em quest\u00E3o")),
     .gap = 1},
    {NAMED("Facts"), SAID(WORDS(0, "The facts"), WORDS(1, "Los hechos"), WORDS(2, "Os fatos"))},
    {NAMED("Documents"), SAID(WORDS(0, "Documents\nneeded"), WORDS(1, "Documentos\nnecesarios"),
                              WORDS(2, "Documentos\nnecess\u00E1rios"))},
    {NAMED("Description"), SAID(WORDS(0, "Description"), WORDS(1, "Descripci\u00F3n"),
                                WORDS(2, "Descri\u00E7\u00E3o"))},
};

static const struct text_form states = {
    .languages = three_languages,
    .language_count = 3,
    .labels = states_labels,
    .label_count = COUNT_OF(states_labels),
    CLOSED(WORDS(0, "Yours faithfully"), WORDS(1, "Atentamente"), WORDS(2, "Atenciosamente")),
    .layout = {"", "", ":\n\t", "\t", "[x]", "[ ]"},
};

/* Chinese numerals in full-width brackets. */
static const struct text_words chinese_yes[] = {WORDS(0, "\u662F")};
static const struct text_words chinese_no[] = {WORDS(0, "\u5426")};
static const struct text_option chinese_options[] = {{"yes", chinese_yes, 1},
                                                     {"no", chinese_no, 1}};
static const struct text_label china_labels[] = {
    {NAMED("authority"), .number = "\u4E00",
     SAID(WORDS(0, "\u8BF7\u6C42\u673A\u5173\u7684\u540D\u79F0"))},
    {NAMED("nature"), .number = "\u4E8C", SAID(WORDS(0, "\u6848\u4EF6\u6027\u8D28"))},
    {NAMED("law"), .number = "\u4E09",
     SAID(WORDS(0, "\u672C\u6848\u9002\u7528\u7684\u6CD5\u5F8B\u89C4\u5B9A"))},
    {.kind = TEXT_TICKS,
     NAMED("secret"),
     .number = "\u5341\u4E00",
     SAID(WORDS(0, "\u4FDD\u5BC6")),
     .options = chinese_options,
     .option_count = 2},
};

static const struct text_form china = {
    .languages = one_language,
    .language_count = 1,
    .labels = china_labels,
    .label_count = COUNT_OF(china_labels),
    CLOSED(WORDS(0, "\u6B64\u81F4")),
    .layout = {"\uFF08", "\uFF09", "\uFF1A", "", "\uFF08\u221A\uFF09", "\uFF08 \uFF09"},
};

/* Cyrillic, and numbers that branch. */
static const struct text_label russia_labels[] = {
    {NAMED("authority"), .number = "1",
     SAID(WORDS(0, "\u041E\u0440\u0433\u0430\u043D, \u043E\u0442 "
                   "\u043A\u043E\u0442\u043E\u0440\u043E\u0433\u043E "
                   "\u0438\u0441\u0445\u043E\u0434\u0438\u0442 "
                   "\u0437\u0430\u043F\u0440\u043E\u0441"))},
    {NAMED("persons"), .number = "3.1",
     SAID(WORDS(0, "\u0414\u0430\u043D\u043D\u044B\u0435 \u043E "
                   "\u043B\u0438\u0446\u0430\u0445"))},
    {NAMED("item"), .number = "a", SAID(WORDS(0, "\u0415\u0449\u0451"))},
};

static const struct text_form russia = {
    .languages = one_language,
    .language_count = 1,
    .labels = russia_labels,
    .label_count = COUNT_OF(russia_labels),
    .layout = {"", ") ", ": ", "", "(X)", "( )"},
};

/* --- one reading */

struct text_reading {
    struct limits limits;
    struct arena arena, forms;
    struct tree tree;
    struct text_form form;
    struct collected collected;
    struct text_found found;
    char *copy; /* of the text, exactly as long as it is, so that ASan sees one byte more */
};

static inline void text_reading_init(struct text_reading *reading, const struct text_form *form)
{
    struct text_clash clash;
    reading->limits = (struct limits)LIMITS_INIT;
    arena_init(&reading->arena, reading->limits.memory);
    arena_init(&reading->forms, 0);
    tree_init(&reading->tree, &reading->arena);
    collected_init(&reading->collected);
    reading->form = *form;
    reading->copy = NULL;
    if (text_form_build(&reading->form, &reading->forms, &clash) != COMITY_OK)
        abort();
}

static inline void text_reading_free(struct text_reading *reading)
{
    tree_free(&reading->tree);
    arena_free(&reading->arena);
    arena_free(&reading->forms);
    free(reading->copy);
}

static inline comity_status text_reading_read(struct text_reading *reading, const char *text,
                                              size_t size)
{
    free(reading->copy);
    reading->copy = malloc(size ? size : 1);
    if (!reading->copy)
        abort();
    memcpy(reading->copy, text, size);
    arena_reset(&reading->arena);
    collected_init(&reading->collected);
    return text_read(&reading->tree, &reading->form, reading->copy, size, &reading->limits,
                     &reading->collected.findings, &reading->found);
}

/* The nodes, a line each: NAME=TEXT, NAME=null, or NAME alone for a heading; then the findings:
 * !CODE LINE:COLUMN. */
static inline void text_reading_dump(const struct text_reading *reading, struct buffer *out)
{
    const struct tree *tree = &reading->tree;
    for (uint32_t i = tree_node(tree, 1)->first; i; i = tree_node(tree, i)->next) {
        const struct comity_node *node = tree_node(tree, i);
        buffer_add(out, node->name, node->name_len);
        if (node->kind == COMITY_NODE_NULL)
            buffer_text(out, "=null");
        if (node->kind == COMITY_NODE_STRING) {
            buffer_char(out, '=');
            for (uint32_t k = 0; k < node->text_len; k++) {
                if (node->text[k] == '\n')
                    buffer_text(out, "\\n");
                else
                    buffer_char(out, node->text[k]);
            }
        }
        buffer_char(out, '\n');
    }
    for (size_t i = 0; i < reading->collected.count; i++)
        buffer_format(out, "!%s %llu:%llu\n", reading->collected.all[i].code,
                      (unsigned long long)reading->collected.all[i].line,
                      (unsigned long long)reading->collected.all[i].column);
}

#endif
