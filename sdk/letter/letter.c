/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a letter says, from its head to what was kept, in one pass.  Knows nothing of how it
 * looks. */
#include "letter/frame.h"

#include <stdio.h>
#include <stdlib.h>

/* --- the head: heading, both sides, particulars */

static bool write_side(struct letter *letter, uint16_t root, const char *label)
{
    if (!value_child(letter->record->root, root))
        return false;
    letter->form->section(letter, 0, label, NULL);
    letter_root(letter, root, SECTION_ANY);
    letter->form->section_end(letter);
    return true;
}

static void write_particulars(struct letter *letter)
{
    static const uint16_t particulars[] = {
        F_document_kind,     F_document_id,         F_document_answers,
        F_document_issued,   F_document_urgency,    F_document_channel,
        F_document_language, F_document_instrument, F_document_deadlines};
    const struct letter_form *form = letter->form;
    bool any = false;
    for (size_t i = 0; i < sizeof particulars / sizeof *particulars; i++) {
        struct value *value = value_child(letter->record->root, particulars[i]);
        if (!value || value->flags & VALUE_ASKED)
            continue;
        if (!any) {
            form->section(letter, 0, "Particulars", NULL);
            form->table(letter, "Particulars", 0, 0);
        }
        any = true;
        form->entry(letter, letter_label(particulars[i]));
        letter_values(letter, value);
        form->entry_end(letter);
    }
    if (!any)
        return;
    form->table_end(letter);
    form->section_end(letter);
}

/* --- sections */

static void write_lacking(void *user, const struct rule *rule, const struct value *near,
                          const char *field, const char *what)
{
    struct letter *letter = user;
    (void)near;
    (void)field;
    struct letter_section section = {
        .rule = rule, .root = FIELD_NONE, .state = SECTION_INCOMPLETE};
    letter->form->missing(letter, &section, what);
}

static const char *section_label(const struct letter_section *section)
{
    return section->rule ? section->rule->label : letter_label(section->root);
}

static void refer(struct letter *letter, const struct letter_claim *claim)
{
    struct letter_anchor anchor = {0, letter_label(claim->root)};
    if (!plan_is_head(claim->root)) {
        size_t there = plan_section_of(&letter->plan, claim->root, claim->sub);
        anchor.number = letter->plan.sections[there].number;
        anchor.label = section_label(&letter->plan.sections[there]);
    }
    letter->form->reference(letter, &anchor);
}

/* Calls `each` for the fields of the document that answer an item, each once; true where one of
 * them showed something. */
typedef bool claim_fn(struct letter *letter, const struct letter_claim *claim);
static bool each_claim(struct letter *letter, size_t number, claim_fn *each)
{
    const struct letter_plan *plan = &letter->plan;
    bool any = false;
    for (size_t i = 0; i < plan->claim_count; i++) {
        const struct letter_claim *claim = &plan->claims[i];
        bool is_done = claim->section != number;
        for (size_t k = 0; k < i && !is_done; k++)
            is_done = plan->claims[k].section == number && plan->claims[k].root == claim->root;
        if (!is_done && each(letter, claim))
            any = true;
    }
    return any;
}

static bool show_claim(struct letter *letter, const struct letter_claim *claim)
{
    return !plan_is_head(claim->root) && letter_root(letter, claim->root, claim->section);
}

static bool refer_to_claim(struct letter *letter, const struct letter_claim *claim)
{
    refer(letter, claim);
    return true;
}

/* The values that answer an item, or where they are shown. */
static void write_claims(struct letter *letter, size_t number)
{
    if (each_claim(letter, number, show_claim) || each_claim(letter, number, refer_to_claim))
        return;
    /* Stated, and no place has it: a form's merged item covers it. */
    struct letter_claim combined = {F_document_combined, FIELD_NONE, (uint16_t)number};
    if (value_child(letter->record->root, F_document_combined))
        refer(letter, &combined);
}

static void write_section(struct letter *letter, size_t number)
{
    const struct letter_section *section = &letter->plan.sections[number];
    const struct rule *rule = section->rule;
    letter->form->section(letter, section->number, section_label(section),
                          rule ? rule->article : fields[section->root].articles);
    if (!rule)
        letter_root(letter, section->root, number);
    else if (section->state == SECTION_STATED || section->state == SECTION_INCOMPLETE)
        write_claims(letter, number);
    if (section->state == SECTION_INCOMPLETE)
        rule_is_met(rule, letter->record, NULL, write_lacking, letter);
    else if (section->state != SECTION_STATED)
        letter->form->missing(letter, section, NULL);
    letter->form->section_end(letter);
}

/* --- the end: terminology, what was kept, where the record came from */

static void write_cell(struct letter *letter, const char *label, const char *text, size_t len,
                       enum text_style style)
{
    letter->form->entry(letter, label);
    letter->form->text(letter, text, len, style, NULL);
    letter->form->entry_end(letter);
}

static void write_kept(struct letter *letter, struct value *group, bool *any)
{
    const struct letter_form *form = letter->form;
    for (struct kept *kept = group->kept; kept; kept = kept->next) {
        struct buffer path;
        if (!kept_is_value(kept))
            continue; /* how the source was laid out */
        if (!*any)
            form->section(letter, 0, "Kept from the source", NULL);
        *any = true;
        kept->flags |= VALUE_ASKED;
        form->table(letter, "Kept value", 0, 0);
        buffer_init(&path, 4096);
        value_path(group, &path);
        if (buffer_status(&path) == COMITY_OK && path.size)
            write_cell(letter, "Where", path.bytes, path.size, STYLE_EXACT);
        write_cell(letter, "For the format", kept->format, strlen(kept->format), STYLE_INLINE);
        write_cell(letter, "Under", kept->key, kept->key_len, STYLE_EXACT);
        write_cell(letter, "As it stood", kept->json, kept->json_len, STYLE_EXACT);
        form->table_end(letter);
        buffer_free(&path);
    }
    for (struct value *v = group->first; v; v = v->next)
        if (v->form == VALUE_GROUP)
            write_kept(letter, v, any);
}

static void write_end(struct letter *letter)
{
    static const struct {
        uint16_t root;
        const char *label;
    } ends[] = {{F_document_terminology, "Terms"},
                {F_document_provenance, "Where this record came from"}};
    bool any = false;
    letter->language = NULL; /* what follows is the record's, not the author's */
    write_kept(letter, letter->record->root, &any);
    if (any)
        letter->form->section_end(letter);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        write_side(letter, ends[i].root, ends[i].label);
}

static bool is_right_to_left(const char *tag, size_t len)
{
    static const char *const languages[] = {"ar", "fa", "he", "ur", "ps",
                                            "sd", "ug", "yi", "dv", "ckb"};
    const char *dash = memchr(tag, '-', len);
    size_t primary = dash ? (size_t)(dash - tag) : len;
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        if (strlen(languages[i]) == primary && memcmp(languages[i], tag, primary) == 0)
            return true;
    return false;
}

static void write_all(struct letter *letter)
{
    struct value *root = letter->record->root;
    struct value *kind = value_child(root, F_document_kind);
    if (kind && letter->plan.kind)
        kind->flags |= VALUE_ASKED; /* the heading says it */
    letter->form->open(letter);
    write_side(letter, F_document_requesting, "Requesting side");
    write_side(letter, F_document_requested, "Requested side");
    write_particulars(letter);
    letter->form->summary(letter);
    for (size_t i = 0; i < letter->plan.count; i++)
        if (!letter->plan.sections[i].is_left_out)
            write_section(letter, i);
    write_end(letter);
    letter->form->close(letter);
}

comity_status letter_write(struct record *record, const struct terms *terms,
                           const struct term_choices *choices, enum letter_kind kind,
                           struct buffer *out)
{
    struct letter *letter = calloc(1, sizeof *letter);
    if (!letter)
        return COMITY_E_NOMEM;
    letter->record = record;
    letter->terms = terms;
    letter->form = kind == LETTER_HTML ? &letter_html_form : &letter_text_form;
    letter->out = out;
    letter->language = value_text(record->root, F_document_language, &letter->language_len);
    letter->is_rtl =
        letter->language && is_right_to_left(letter->language, letter->language_len);
    buffer_init(&letter->piece, 0);
    if (choices)
        letter->choices = *choices;
    else
        record_choices(record, terms, &letter->choices);
    plan_make(&letter->plan, record);
    record_forget(record);
    write_all(letter);
    comity_status status = buffer_status(&letter->piece);
    if (status == COMITY_OK)
        status = buffer_status(out);
    buffer_free(&letter->piece);
    free(letter);
    return status;
}
