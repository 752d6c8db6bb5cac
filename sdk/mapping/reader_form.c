/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading a form: the labels of a tree of syntax text to the rows of the template.  What stands
 * outside every label is kept, and so is an order that is not the form's. */
#include "mapping/reader.h"
#include "syntax/json.h"

/* The index of a label; the number of labels where the node stands outside them. */
static size_t label_index(const struct text_form *form, const struct comity_node *node)
{
    const struct text_label *label = text_label_named(form, node->name, node->name_len);
    return label ? (size_t)(label - form->labels) : form->label_count;
}

/* The language whose labels were found is the form's; where it has several, that is said. */
static void set_language(struct reading *r, struct frame *frame, uint16_t language)
{
    const struct text_form *form = r->t->form;
    r->language_index = language < form->language_count ? language : 0;
    const char *name = form->languages[r->language_index];
    r->language = name;
    if (form->language_count < 2)
        return;
    struct value *value =
        value_add_text(r->record, frame->slots[0], F_document_language, name, strlen(name), 0);
    if (value)
        value->flags |= VALUE_CONSTANT;
    else
        r->status = COMITY_E_NOMEM;
}

static bool is_named(const struct comity_node *node, const char *name)
{
    return node->name_len == strlen(name) && memcmp(node->name, name, node->name_len) == 0;
}

/* The words that the form itself prints before its labels. */
static bool is_title(const struct reading *r, const struct comity_node *node)
{
    for (size_t i = 0; i < r->t->preamble_count; i++) {
        const struct text_words *words = &r->t->preamble[i];
        if (words->len == node->text_len && memcmp(words->text, node->text, words->len) == 0 &&
            strcmp(r->t->form->languages[words->language], r->language) == 0)
            return true;
    }
    return false;
}

static void read_outside(struct reading *r, struct frame *frame, uint32_t index)
{
    struct comity_node *node = tree_node(r->tree, index);
    struct link link = {.name = node->name, .len = node->name_len};
    if (is_named(node, TEXT_SIGNATURE))
        in_scalar(r, r->t->signature, frame, &link, index);
    else if (is_named(node, TEXT_PREAMBLE) && is_title(r, node))
        node->fate = FATE_MAPPED; /* the form's own words */
    else
        in_keep_node(r, frame->slots[0], &link, index, FATE_KEPT);
}

static void read_label(struct reading *r, const struct member *member, struct frame *frame,
                       uint32_t index)
{
    struct comity_node *node = tree_node(r->tree, index);
    struct link link = {.name = member->name, .len = member->name_len};
    if (node->kind == COMITY_NODE_NULL && member->absent == ABSENT_NULL) {
        node->fate = FATE_MAPPED; /* the label alone says nothing */
    } else if (node->kind == COMITY_NODE_NULL || member->row->is_kept) {
        in_keep_node(r, frame->slots[0], &link, index, FATE_KEPT);
    } else if (member->row->parts) {
        node->fate = FATE_MAPPED;
        in_parts(r, member->row, frame, node->text, node->text_len, index);
    } else {
        in_scalar(r, member->row, frame, &link, index);
    }
}

/* Where the labels stood, if not where the form has them. */
static void keep_order(struct reading *r, struct frame *frame)
{
    struct buffer json;
    buffer_init(&json, 0);
    buffer_char(&json, '[');
    for (uint32_t i = tree_node(r->tree, 1)->first; i; i = tree_node(r->tree, i)->next) {
        const struct comity_node *node = tree_node(r->tree, i);
        if (label_index(r->t->form, node) == r->t->form->label_count)
            continue;
        if (json.size > 1)
            buffer_char(&json, ',');
        json_put_string(&json, node->name, node->name_len);
    }
    buffer_char(&json, ']');
    in_keep_json(r, frame->slots[0], "order:", NULL, &json, 0);
}

static void keep_absent(struct reading *r, struct frame *frame, const bool *seen,
                        bool has_preamble)
{
    const struct text_form *form = r->t->form;
    for (size_t i = 0; i < form->label_count; i++) {
        const struct member *member = r->t->label_members[i];
        struct link link = {.name = form->labels[i].name, .len = form->labels[i].name_len};
        if (member && !seen[i] && (member->absent != ABSENT_OMIT || member->row->has_fallback))
            in_keep(r, frame->slots[0], "absent:", &link, "true", 4, 0);
    }
    struct link preamble = {.name = TEXT_PREAMBLE, .len = sizeof TEXT_PREAMBLE - 1};
    if (r->t->preamble_count && !has_preamble)
        in_keep(r, frame->slots[0], "absent:", &preamble, "true", 4, 0);
}

void in_form(struct reading *r, struct frame *frame, uint16_t language)
{
    const struct text_form *form = r->t->form;
    bool seen[TEXT_MAX_LABELS] = {false}, in_order = true, has_preamble = false;
    size_t last = 0;
    set_language(r, frame, language);
    for (uint32_t i = tree_node(r->tree, 1)->first; i && r->status == COMITY_OK;
         i = tree_node(r->tree, i)->next) {
        const struct comity_node *node = tree_node(r->tree, i);
        size_t index = label_index(form, node);
        if (index == form->label_count) {
            has_preamble = has_preamble || is_named(node, TEXT_PREAMBLE);
            read_outside(r, frame, i);
            continue;
        }
        in_order = in_order && (index >= last);
        last = index;
        seen[index] = true;
        if (r->t->label_members[index])
            read_label(r, r->t->label_members[index], frame, i);
    }
    for (size_t i = 0; i < form->label_count; i++)
        in_order = in_order && (seen[i] || r->t->label_members[i]);
    if (!in_order)
        keep_order(r, frame);
    keep_absent(r, frame, seen, has_preamble);
}
