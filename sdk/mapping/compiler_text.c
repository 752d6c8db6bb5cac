/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Templates of forms (syntax `text`): the words that a form prints, in each of its languages,
 * and what stands behind them.  Makes the form that syntax/text.h reads and writes. */
#include "io/charset.h"
#include "mapping/compiler.h"

#include <stdio.h>

/* --- words */

static bool add_words(struct compiler *c, uint32_t node, size_t language,
                      struct text_words *words, size_t room, size_t *count)
{
    const struct comity_node *text = tree_node(&c->tree, node);
    if (text->kind == COMITY_NODE_LIST) {
        for (uint32_t i = text->first; i; i = tree_node(&c->tree, i)->next)
            if (!add_words(c, i, language, words, room, count))
                return false;
        return true;
    }
    if (text->kind != COMITY_NODE_STRING || !text->text_len || *count == room) {
        compiler_fault(c, node, "template.words",
                       "words are a text, a list of texts, or such a one for each language");
        return false;
    }
    words[(*count)++] =
        (struct text_words){.text = compiler_copy(c, text->text, text->text_len),
                            .len = text->text_len,
                            .language = (uint16_t)language};
    return true;
}

size_t compiler_language(const struct compiler *c, const char *name, size_t len)
{
    const struct text_form *form = c->t->form;
    size_t i = 0;
    while (form && i < form->language_count &&
           (strlen(form->languages[i]) != len || memcmp(form->languages[i], name, len) != 0))
        i++;
    return i;
}

/* The words of a member, in the order of the form's languages as they stand there. */
static const struct text_words *find_words(struct compiler *c, uint32_t node, size_t *count)
{
    *count = 0;
    if (!node)
        return NULL;
    size_t room = 0; /* texts of all languages */
    const struct comity_node *object = tree_node(&c->tree, node);
    bool by_language = object->kind == COMITY_NODE_GROUP;
    room = 1 + object->count;
    for (uint32_t i = by_language ? object->first : 0; i; i = tree_node(&c->tree, i)->next)
        room += tree_node(&c->tree, i)->count;
    struct text_words *words = compiler_take(c, room * sizeof *words);
    if (!words)
        return NULL;
    if (!by_language) {
        if (c->t->form->language_count > 1)
            compiler_fault(c, node, "template.words",
                           "the form has several languages; say each one's words");
        add_words(c, node, 0, words, room, count);
        return words;
    }
    for (uint32_t i = object->first; i; i = tree_node(&c->tree, i)->next) {
        const struct comity_node *member = tree_node(&c->tree, i);
        size_t language = compiler_language(c, member->name, member->name_len);
        if (language == c->t->form->language_count)
            compiler_fault(c, i, "template.words", "the form has no such language");
        else
            add_words(c, i, language, words, room, count);
    }
    return words;
}

/* Every language of the form must have its words. */
static void check_languages(struct compiler *c, uint32_t node, const struct text_words *words,
                            size_t count)
{
    for (size_t k = 0; k < c->t->form->language_count; k++) {
        size_t i = 0;
        while (i < count && words[i].language != k)
            i++;
        if (i == count)
            compiler_fault(c, node, "template.words",
                           "one of the form's languages has no words here");
    }
}

/* --- the head */

static const char *const *charset_list(struct compiler *c, uint32_t list)
{
    size_t count = compiler_is_list(c, list) ? tree_node(&c->tree, list)->count : 0, n = 0;
    const char **names = compiler_take(c, (count + 1) * sizeof *names);
    for (uint32_t i = count ? tree_node(&c->tree, list)->first : 0; i && names;
         i = tree_node(&c->tree, i)->next) {
        const struct comity_node *node = tree_node(&c->tree, i);
        const char *name = node->kind == COMITY_NODE_STRING
                               ? charset_canonical(node->text, node->text_len)
                               : NULL;
        if (name)
            names[n++] = name;
        else
            compiler_fault(c, i, "template.charset", "this encoding is not known");
    }
    return names;
}

static const char *pair_text(struct compiler *c, uint32_t list, size_t index,
                             const char *fallback)
{
    uint32_t i = list && tree_node(&c->tree, list)->kind == COMITY_NODE_LIST
                     ? tree_node(&c->tree, list)->first
                     : 0;
    while (i && index-- > 0)
        i = tree_node(&c->tree, i)->next;
    if (!i || tree_node(&c->tree, i)->kind != COMITY_NODE_STRING)
        return fallback;
    return compiler_copy(c, tree_node(&c->tree, i)->text, tree_node(&c->tree, i)->text_len);
}

static void compile_layout(struct compiler *c, uint32_t object, struct text_layout *layout)
{
    static const char *const known[] = {"number", "colon", "indent", "boxes", NULL};
    if (object)
        compiler_check_members(c, object, known);
    uint32_t number = object ? compiler_get(c, object, "number") : 0,
             boxes = object ? compiler_get(c, object, "boxes") : 0;
    const char *colon = object ? compiler_text(c, object, "colon") : NULL,
               *indent = object ? compiler_text(c, object, "indent") : NULL;
    *layout = (struct text_layout){.open = pair_text(c, number, 0, ""),
                                   .close = pair_text(c, number, 1, ". "),
                                   .colon = colon ? colon : ": ",
                                   .indent = indent ? indent : "",
                                   .ticked = pair_text(c, boxes, 0, "(X)"),
                                   .blank = pair_text(c, boxes, 1, "( )")};
}

static const char *const *language_list(struct compiler *c, uint32_t list, size_t *count)
{
    size_t room = compiler_is_list(c, list) ? tree_node(&c->tree, list)->count : 0;
    const char **names = compiler_take(c, (room + 1) * sizeof *names);
    *count = 0;
    for (uint32_t i = room ? tree_node(&c->tree, list)->first : 0; i && names;
         i = tree_node(&c->tree, i)->next) {
        const struct comity_node *node = tree_node(&c->tree, i);
        if (node->kind == COMITY_NODE_STRING && node->text_len)
            names[(*count)++] = compiler_copy(c, node->text, node->text_len);
        else
            compiler_fault(c, i, "template.type", "this is not a language");
    }
    if (names && !*count)
        names[(*count)++] = "";
    return names;
}

void compiler_form(struct compiler *c)
{
    struct template *t = c->t;
    struct text_form *form = compiler_take(c, sizeof *form);
    t->form = form;
    if (!form)
        return;
    form->languages = language_list(c, compiler_get(c, 1, "languages"), &form->language_count);
    if (!form->languages)
        return;
    t->charsets = charset_list(c, compiler_get(c, 1, "charsets"));
    compile_layout(c, compiler_get(c, 1, "layout"), &form->layout);
    form->closings = find_words(c, compiler_get(c, 1, "closings"), &form->closing_count);
    t->preamble = find_words(c, compiler_get(c, 1, "preamble"), &t->preamble_count);
    struct parsed_path path;
    struct row *signature = compiler_take(c, sizeof *signature);
    if (!signature || !compiler_path(c, 1, "signature.text", false, &path))
        return;
    *signature = (struct row){.at = TEXT_SIGNATURE,
                              .field_path = "signature.text",
                              .plain_path = "signature.text",
                              .target = path.target,
                              .json_kind = COMITY_NODE_STRING};
    t->signature = signature;
}

/* --- rows */

struct labels {
    struct text_label *list;
    const struct member **members; /* by index of a label */
    uint32_t *nodes;               /* in the template, for faults */
};

static void box_options(struct compiler *c, uint32_t object, struct text_label *label,
                        struct row *row)
{
    const struct comity_node *node = tree_node(&c->tree, object);
    struct code_table *table = compiler_take(c, sizeof *table);
    struct text_option *options = compiler_take(c, (node->count + 1) * sizeof *options);
    struct text_words *words = compiler_take(c, (node->count + 1) * sizeof *words);
    struct code_pair *pairs = compiler_take(c, (node->count + 1) * sizeof *pairs);
    if (!table || !options || !words || !pairs)
        return;
    if (node->kind != COMITY_NODE_GROUP || node->count < 2 || c->t->form->language_count > 1) {
        compiler_fault(c, object, "template.boxes",
                       "boxes is an object of two options or more, word to canonical value, in "
                       "a form of one language");
        return;
    }
    for (uint32_t i = node->first; i; i = tree_node(&c->tree, i)->next) {
        const struct comity_node *option = tree_node(&c->tree, i);
        size_t n = label->option_count++;
        words[n] = (struct text_words){.text = compiler_copy(c, option->name, option->name_len),
                                       .len = option->name_len};
        options[n] =
            (struct text_option){.name = words[n].text, .words = &words[n], .word_count = 1};
        pairs[table->count++] = (struct code_pair){
            .code = words[n].text,
            .value = compiler_copy(c, option->text ? option->text : "", option->text_len),
            .code_len = option->name_len,
            .value_len = option->text_len};
        if (option->kind != COMITY_NODE_STRING)
            compiler_fault(c, i, "template.boxes", "an option stands for a text");
    }
    *table = (struct code_table){.name = "of the boxes",
                                 .expected = "one box ticked",
                                 .pairs = pairs,
                                 .count = table->count};
    label->kind = TEXT_TICKS;
    label->options = options;
    row->codec = CODEC_CODES;
    row->codes = table;
}

/* What a label's text is: one field, several parts, or nothing canonical. */
static struct row *form_row(struct compiler *c, uint32_t object, const char *name)
{
    const char *field = compiler_text(c, object, "field");
    bool is_kept = compiler_flag(c, object, "keep");
    bool has_parts = compiler_get(c, object, "parts") != 0;
    if ((field != NULL) + is_kept + has_parts != 1) {
        compiler_fault(c, object, "template.row",
                       "a row of a form has one of field, parts and keep");
        return NULL;
    }
    struct parsed_path path;
    if (has_parts)
        return compiler_parts_row(c, object, name);
    if (is_kept) {
        struct row *row = compiler_take(c, sizeof *row);
        if (row) {
            row->at = name;
            row->field_path = row->plain_path = "";
            row->json_kind = COMITY_NODE_STRING;
            row->is_kept = true;
            row->note = compiler_text(c, object, "note");
        }
        return row;
    }
    struct row *row = compiler_row(c, object, name, field, false, &path);
    if (row && path.whole_list)
        compiler_fault(c, object, "template.field",
                       "a label holds one value, and this field is a list: [0] is its first "
                       "entry; `parts` takes a text apart");
    return row;
}

/* The name of a label's node: its first words, on one line. */
static const char *label_name(struct compiler *c, const struct text_words *words)
{
    char *name = compiler_take(c, words->len + 1);
    for (uint32_t i = 0; name && i < words->len; i++)
        name[i] = words->text[i] == '\n' ? ' ' : words->text[i];
    return name ? name : "";
}

static uint32_t row_gap(struct compiler *c, uint32_t object)
{
    uint32_t gap = compiler_get(c, object, "gap");
    const struct comity_node *node = tree_node(&c->tree, gap);
    if (!gap)
        return 0;
    if (node->kind != COMITY_NODE_NUMBER || node->text_len != 1) {
        compiler_fault(c, gap, "template.type", "gap is a number of empty lines, 0 to 9");
        return 0;
    }
    return (uint32_t)(node->text[0] - '0');
}

static void form_absent(struct compiler *c, uint32_t object, struct member *member)
{
    const char *absent = compiler_text(c, object, "absent");
    member->is_annex = compiler_flag(c, object, "annex");
    member->takes_rest = compiler_flag(c, object, "takes_rest");
    member->absent = member->is_annex ? ABSENT_OMIT : ABSENT_NULL;
    if (absent && strcmp(absent, "omit") == 0)
        member->absent = ABSENT_OMIT;
    else if (absent && strcmp(absent, "label") != 0)
        compiler_fault(c, compiler_get(c, object, "absent"), "template.absent",
                       "absent is label or omit");
}

static void form_label(struct compiler *c, uint32_t object, struct member *parent,
                       struct labels *labels)
{
    static const char *const known[] = {
        "at",   "heading",  "number", "field",      "parts",  "between",  "combined",
        "keep", "gap",      "annex",  "boxes",      "absent", "guidance", "type",
        "date", "codes",    "unit",   "country",    "also",   "else",     "unknown",
        "with", "required", "note",   "takes_rest", NULL};
    compiler_check_members(c, object, known);
    uint32_t heading = compiler_get(c, object, "heading"), at = compiler_get(c, object, "at");
    uint32_t node = heading ? heading : at;
    size_t index = c->t->form->label_count;
    struct text_label *label = &labels->list[index];
    label->words = find_words(c, node, &label->word_count);
    if (!label->word_count) {
        compiler_fault(c, object, "template.row", "a row of a form begins with at or heading");
        return;
    }
    check_languages(c, node, label->words, label->word_count);
    label->name = label_name(c, &label->words[0]);
    label->name_len = (uint32_t)strlen(label->name);
    label->number = compiler_text(c, object, "number");
    label->gap = row_gap(c, object);
    label->guidance =
        find_words(c, compiler_get(c, object, "guidance"), &label->guidance_count);
    label->kind = heading ? TEXT_HEADING : TEXT_ITEM;
    labels->nodes[index] = object;
    c->t->form->label_count++;
    if (heading)
        return;
    uint16_t members = parent->count;
    struct member *member = compiler_member(c, object, parent, label->name, label->name_len);
    if (!member)
        return;
    if (parent->count == members)
        compiler_fault(c, object, "template.label-twice",
                       "two rows of the form have the same label");
    member->kind = MEMBER_VALUE;
    member->required = compiler_flag(c, object, "required");
    form_absent(c, object, member);
    member->row = form_row(c, object, label->name);
    if (member->row && !member->row->parts && !member->row->is_kept)
        compiler_check_target(c, object, member->row);
    labels->members[index] = member;
    c->t->main_labels += !member->is_annex;
    label->is_annex = member->is_annex;
    uint32_t boxes = compiler_get(c, object, "boxes");
    if (boxes && member->row && !member->row->parts)
        box_options(c, boxes, label, member->row);
}

static void build_form(struct compiler *c, const struct labels *labels)
{
    struct text_clash clash;
    comity_status status = text_form_build(c->t->form, c->arena, &clash);
    if (status == COMITY_E_NOMEM) {
        c->status = status;
    } else if (status != COMITY_OK) {
        char message[300];
        snprintf(message, sizeof message,
                 "a reader could not tell this label from '%.100s' of another row",
                 labels->list[clash.first].name);
        compiler_fault(c, labels->nodes[clash.second], "template.label-twice", message);
    }
}

void compiler_form_rows(struct compiler *c, struct member *parent)
{
    uint32_t list = compiler_get(c, 1, "rows");
    if (!list || !compiler_is_list(c, list)) {
        compiler_fault(c, list ? list : 1, "template.row", "there is no list of rows");
        return;
    }
    size_t room = tree_node(&c->tree, list)->count;
    struct labels labels = {.list = compiler_take(c, (room + 1) * sizeof *labels.list),
                            .members = compiler_take(c, (room + 1) * sizeof *labels.members),
                            .nodes = compiler_take(c, (room + 1) * sizeof *labels.nodes)};
    if (!labels.list || !labels.members || !labels.nodes)
        return;
    if (room > TEXT_MAX_LABELS) {
        compiler_fault(c, list, "template.row", "a form has too many labels");
        return;
    }
    for (uint32_t i = tree_node(&c->tree, list)->first; i && c->status == COMITY_OK;
         i = tree_node(&c->tree, i)->next) {
        if (tree_node(&c->tree, i)->kind == COMITY_NODE_GROUP)
            form_label(c, i, parent, &labels);
        else
            compiler_fault(c, i, "template.row", "a row is an object");
    }
    c->t->form->labels = labels.list;
    c->t->label_members = labels.members;
    if (!c->failed && c->status == COMITY_OK)
        build_form(c, &labels);
}
