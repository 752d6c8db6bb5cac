/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writing a form: its labels in one of its languages, in the form's order or the source's, and
 * behind each what the record says.  In another encoding than UTF-8, what it cannot say is
 * rendered in Latin letters, and told. */
#include "io/charset_encode.h"
#include "io/transliterate.h"
#include "mapping/writer.h"
#include "syntax/json.h"

#include <stdio.h>

/* A text on its way, and where it came from. */
struct saying {
    struct buffer text;
    const char *field; /* canonical path, or NULL */
    uint32_t node;     /* of the input; 0 = none */
    bool is_kept;      /* as this form had it */
    bool has_parts;    /* of which each is looked at */
    bool is_combined;  /* what another form combined */
    struct buffer composed; /* struct composed: the values of a text of parts */
};

/* --- encodings */

/* Ends a saying; one that memory was short for is no shorter one. */
static void said_free(struct writing *w, struct saying *said)
{
    if (buffer_status(&said->text) != COMITY_OK)
        w->status = buffer_status(&said->text);
    buffer_free(&said->text);
    buffer_free(&said->composed);
}

static void fit(struct writing *w, struct saying *said)
{
    if (!w->encoder || buffer_status(&said->text) != COMITY_OK || !said->text.size ||
        charset_encoder_fits(w->encoder, said->text.bytes, said->text.size) == said->text.size)
        return;
    struct buffer latin;
    size_t changed = 0, lost = 0;
    char message[200];
    buffer_init(&latin, 0);
    comity_status status = *w->latin ? COMITY_OK : transliterator_new(w->encoder, w->latin);
    if (status == COMITY_OK)
        status = transliterate(*w->latin, said->text.bytes, said->text.size, &latin, &changed,
                               &lost);
    if (status != COMITY_OK) {
        w->status = status;
        buffer_free(&latin);
        return;
    }
    buffer_free(&said->text);
    said->text = latin;
    const char *name = charset_encoder_name(w->encoder);
    snprintf(message, sizeof message,
             "%s has no letters for %zu characters; they are written in Latin letters", name,
             changed);
    if (changed)
        out_report(w, said->node, COMITY_WARNING, "charset.transliterated", said->field,
                   "write UTF-8 where the receiver takes it", message);
    snprintf(message, sizeof message, "%s cannot say %zu characters; '?' stands for them", name,
             lost);
    if (lost)
        out_report(w, said->node, COMITY_LOSS, "charset.unsaid", said->field,
                   "write UTF-8 where the receiver takes it", message);
}

/* The form's own words must be sayable: a form is not transliterated. */
static bool form_fits(struct writing *w)
{
    const struct text_form *form = w->t->form;
    for (size_t i = 0; w->encoder && i < form->label_count; i++) {
        const struct text_label *label = &form->labels[i];
        for (size_t k = 0; k < label->word_count; k++) {
            const struct text_words *words = &label->words[k];
            if (words->language != w->language_index ||
                charset_encoder_fits(w->encoder, words->text, words->len) == words->len)
                continue;
            char message[300];
            snprintf(message, sizeof message, "%s cannot say the form's own label '%.100s'",
                     charset_encoder_name(w->encoder), words->text);
            out_report(w, w->record->root->node, COMITY_ERROR, "charset.form", NULL,
                       "choose an encoding of the form's language, or UTF-8", message);
            w->failed = true;
            return false;
        }
    }
    return true;
}

/* --- what stands behind a label */

/* A piece kept under `what` for a label, or for the text `where` of it ("before", "after"). */
static struct kept *kept_at(struct writing *w, struct out_frame *frame, const char *what,
                            const char *where, const char *name, uint32_t len)
{
    if (!frame->kept)
        return NULL;
    struct buffer step;
    size_t path = w->path.size;
    buffer_init(&step, 0);
    if (where)
        buffer_format(&step, "(%s ", where);
    buffer_add(&step, name, len);
    if (where)
        buffer_char(&step, ')');
    if (buffer_status(&step) == COMITY_OK)
        out_step(w, step.bytes, (uint32_t)step.size);
    else
        w->status = buffer_status(&step);
    buffer_free(&step);
    struct kept *kept = out_kept(w, frame, what);
    w->path.size = path;
    return kept;
}

static void say_kept(struct writing *w, struct kept *kept, struct saying *said)
{
    struct scalar scalar;
    kept->flags |= VALUE_ASKED;
    said->node = kept->node;
    said->is_kept = true;
    if (out_kept_scalar(w, kept, &scalar))
        buffer_add(&said->text, scalar.text, scalar.len);
}

static bool say_value(struct writing *w, const struct row *row, struct out_frame *frame,
                      struct value *value, struct kept *kept, struct saying *said)
{
    char scratch[CODEC_SCRATCH];
    const char *text = value->text;
    if (value->form != VALUE_TEXT || !out_fits(w, row, frame))
        return false;
    if (kept && out_kept_is_value(w, row, kept, value)) {
        say_kept(w, kept, said);
    } else {
        size_t len = codec_source(row, w->language, &text, value->len, scratch);
        if (!len)
            return false; /* a label alone says nothing, not an empty text */
        buffer_add(&said->text, text, len);
        out_tell_date(w, row, value);
    }
    if (kept)
        kept->flags |= VALUE_ASKED; /* or overtaken by a value that was changed since */
    said->node = value->node;
    out_take(w, row, frame, value);
    return true;
}

/* What other forms combined stands in where this one has nothing of its own to say. */
static bool say_combined(struct writing *w, const struct row *row, struct saying *said)
{
    struct value *text = out_combined(w, row);
    if (!text)
        return false;
    buffer_add(&said->text, text->text, text->len);
    said->node = text->node;
    said->is_combined = true;
    return true;
}

static bool say(struct writing *w, const struct member *member, struct out_frame *frame,
                struct saying *said)
{
    const struct row *row = member->row;
    struct kept *kept = kept_at(w, frame, "", NULL, member->name, member->name_len);
    said->field = *row->plain_path ? row->field_path : NULL;
    if (row->is_kept) {
        if (kept)
            say_kept(w, kept, said);
        return kept != NULL;
    }
    if (row->parts) {
        said->field = row->parts->main;
        said->has_parts = true;
        if (out_compose(w, row, frame, &said->text, &said->composed, &said->node)) {
            if (kept)
                kept->flags |= VALUE_ASKED;
            return true;
        }
        if (kept)
            say_kept(w, kept, said); /* the label alone */
        return kept || say_combined(w, row, said);
    }
    struct value *value = out_target(w, frame, &row->target);
    bool is_absent = kept_at(w, frame, "absent:", NULL, member->name, member->name_len) != NULL;
    if (!value && !kept && row->has_fallback && !is_absent)
        value = out_target(w, frame, &row->also[0]);
    if (value && say_value(w, row, frame, value, kept, said))
        return true;
    if (kept && !value) {
        say_kept(w, kept, said);
        return true;
    }
    return say_combined(w, row, said);
}

/* --- labels */

static void write_outside(struct writing *w, struct out_frame *frame, const char *where,
                          const struct text_label *label, uint32_t gap)
{
    struct kept *kept = kept_at(w, frame, "", where, label->name, label->name_len);
    if (!kept)
        return;
    struct saying said = {0};
    buffer_init(&said.text, 0);
    say_kept(w, kept, &said);
    fit(w, &said);
    text_write_outside(w->out, said.text.bytes, said.text.size, gap);
    said_free(w, &said);
}

/* White space that a reader takes for layout does not come back. */
static void tell_layout(struct writing *w, const struct saying *said)
{
    if (said->is_kept || said->has_parts || buffer_status(&said->text) != COMITY_OK ||
        text_is_kept(said->text.bytes, said->text.size))
        return;
    out_report(
        w, said->node, COMITY_WARNING, "text.layout", said->field,
        "take the white space out of it if nothing depends on it",
        "white space at the ends of the value, or carriage returns in it, cannot be told "
        "from the form's layout; a reader leaves them out");
}

static void write_said(struct writing *w, const struct text_label *label, struct saying *said)
{
    const struct text_form *form = w->t->form;
    if (label->kind == TEXT_TICKS && text_write_ticks(w->out, form, label, w->language_index,
                                                      said->text.bytes, said->text.size))
        return;
    if (label->kind == TEXT_TICKS && !said->is_kept) {
        out_report(w, said->node, COMITY_LOSS, "text.ticks", said->field, NULL,
                   "none of the boxes stands for the value");
        text_write_ticks(w->out, form, label, w->language_index, NULL, 0);
        return;
    }
    tell_layout(w, said);
    fit(w, said);
    size_t joined = text_write_item(w->out, form, label, w->language_index,
                                    said->text.bytes ? said->text.bytes : "", said->text.size);
    if (joined)
        out_report(w, said->node, COMITY_WARNING, "text.line-joined", said->field, NULL,
                   "a line of the value looks like a label; it is written on the line before");
}

/* The label alone, or nothing, where there is nothing to say. */
static void write_absent(struct writing *w, const struct member *member,
                         const struct text_label *label, struct out_frame *frame)
{
    struct kept *absent = kept_at(w, frame, "absent:", NULL, member->name, member->name_len);
    if (absent)
        absent->flags |= VALUE_ASKED;
    if (member->required)
        out_require(w, member);
    if (absent || member->required || member->absent == ABSENT_OMIT)
        return;
    if (label->kind == TEXT_TICKS)
        text_write_ticks(w->out, w->t->form, label, w->language_index, NULL, 0);
    else
        text_write_item(w->out, w->t->form, label, w->language_index, NULL, 0);
}

/* A reader knows of no text that several forms wrote: it takes it for the label's own value. */
static void tell_combined(struct writing *w, const struct saying *said, size_t own)
{
    bool is_other = !said->is_combined && own > 0;
    if (said->field && (said->is_combined || said->text.size > own))
        out_report(w, said->node, is_other ? COMITY_WARNING : COMITY_NOTE, "text.combined",
                   said->field, NULL,
                   is_other ? "texts of other items stand behind the value; a reader takes all "
                              "of it for one"
                            : "a text of other items stands there whole; a reader takes it for "
                              "this value");
}

/* What a reader will find, `own` bytes of which are the label's own. */
static void check_said(struct writing *w, const struct row *row, const struct saying *said,
                       size_t own)
{
    if (!row->parts)
        tell_combined(w, said, own);
    else if (said->composed.size || said->is_combined || said->text.size > own)
        out_check_parts(w, row, &said->composed, &said->text, said->is_combined ? 0 : own,
                        said->node);
}

/* A label that takes what the others have left waits for them, wherever it stands. */
struct waiting {
    bool is_one, is_first;
    size_t index, at; /* of the label; of its place in the output */
};

static void write_label(struct writing *w, size_t index, struct out_frame *frame,
                        struct waiting *waiting)
{
    const struct member *member = w->t->label_members[index];
    if (waiting && member && member->takes_rest) {
        bool is_first = w->out->size == 0;
        if (is_first) /* what follows stands behind something */
            buffer_char(w->out, '\n');
        *waiting = (struct waiting){true, is_first, index, w->out->size};
        return;
    }
    struct text_label label = w->t->form->labels[index];
    size_t before = w->out->size;
    write_outside(w, frame, "before", &label, label.gap);
    if (w->out->size > before)
        label.gap = 0;
    if (!member) {
        text_write_heading(w->out, w->t->form, &label, w->language_index);
    } else {
        struct saying said = {0};
        buffer_init(&said.text, 0);
        buffer_init(&said.composed, 0);
        bool has = say(w, member, frame, &said);
        size_t own = said.text.size;
        if (member->takes_rest) {
            out_combined_rest(w, &said.text);
            has = has || said.text.size > 0;
        }
        if (has)
            check_said(w, member->row, &said, own);
        if (has)
            write_said(w, &label, &said);
        else
            write_absent(w, member, &label, frame);
        said_free(w, &said);
    }
    write_outside(w, frame, "after", &label, 0);
}

static void write_preamble(struct writing *w, struct out_frame *frame)
{
    static const char name[] = TEXT_PREAMBLE;
    struct kept *kept = kept_at(w, frame, "", NULL, name, sizeof name - 1),
                *absent = kept_at(w, frame, "absent:", NULL, name, sizeof name - 1);
    struct saying said = {0};
    buffer_init(&said.text, 0);
    if (kept)
        say_kept(w, kept, &said);
    if (absent)
        absent->flags |= VALUE_ASKED;
    for (size_t i = 0; i < w->t->preamble_count && !kept && !absent; i++)
        if (w->t->preamble[i].language == w->language_index) {
            buffer_add(&said.text, w->t->preamble[i].text, w->t->preamble[i].len);
            break;
        }
    fit(w, &said);
    if (said.text.size)
        text_write_outside(w->out, said.text.bytes, said.text.size, 0);
    said_free(w, &said);
}

static void write_signature(struct writing *w, struct out_frame *frame)
{
    const struct row *row = w->t->signature;
    struct value *value = out_target(w, frame, &row->target);
    struct saying said = {.field = row->field_path};
    if (!value)
        return;
    buffer_init(&said.text, 0);
    if (say_value(w, row, frame, value, NULL, &said)) {
        tell_layout(w, &said);
        fit(w, &said);
        bool is_told = text_is_closing(w->t->form, said.text.bytes, said.text.size);
        if (!is_told) /* a rule tells where the closing part begins */
            text_write_outside(w->out, "____________________", 20, 1);
        text_write_outside(w->out, said.text.bytes, said.text.size, is_told ? 1 : 0);
    }
    said_free(w, &said);
}

/* Labels in the order of the source; `written` tells which they were. */
static void write_ordered(struct writing *w, struct out_frame *frame, struct kept *order,
                          bool *written, struct waiting *waiting)
{
    const struct text_form *form = w->t->form;
    struct tree tree;
    struct limits limits = LIMITS_INIT;
    struct syntax_error error;
    size_t used;
    order->flags |= VALUE_ASKED;
    tree_init(&tree, w->record->arena);
    comity_status status =
        json_read(&tree, order->json, order->json_len, true, &limits, &used, &error);
    if (status == COMITY_E_NOMEM)
        w->status = status;
    for (uint32_t i = status == COMITY_OK ? tree_node(&tree, 1)->first : 0; i;
         i = tree_node(&tree, i)->next) {
        const struct comity_node *node = tree_node(&tree, i);
        const struct text_label *label =
            node->kind == COMITY_NODE_STRING
                ? text_label_named(form, node->text, node->text_len)
                : NULL;
        size_t index = label ? (size_t)(label - form->labels) : form->label_count;
        if (!label || written[index])
            continue;
        written[index] = true;
        write_label(w, index, frame, waiting);
    }
    tree_free(&tree);
}

/* The language that was asked for, or the document's where the form has it, or the first. */
static void choose_language(struct writing *w)
{
    const struct text_form *form = w->t->form;
    struct value *stated = value_child(w->record->root, F_document_language);
    size_t choice = form->language_count;
    for (size_t i = 0; i < form->language_count && choice == form->language_count; i++)
        if (w->language
                ? strcmp(form->languages[i], w->language) == 0
                : stated && value_is(stated, form->languages[i], strlen(form->languages[i])))
            choice = i;
    if (choice == form->language_count)
        choice = 0;
    w->language_index = (uint16_t)choice;
    w->language = form->languages[choice];
    if (stated && form->language_count > 1 &&
        value_is(stated, w->language, strlen(w->language)))
        stated->flags |= VALUE_ASKED;
}

static void write_waiting(struct writing *w, struct out_frame *frame,
                          const struct waiting *waiting)
{
    struct buffer behind;
    buffer_init(&behind, 0);
    if (buffer_status(w->out) == COMITY_OK) {
        buffer_add(&behind, w->out->bytes + waiting->at, w->out->size - waiting->at);
        w->out->size = waiting->is_first ? 0 : waiting->at;
        write_label(w, waiting->index, frame, NULL);
        buffer_add(w->out, behind.bytes, behind.size);
    }
    if (buffer_status(&behind) != COMITY_OK)
        w->status = buffer_status(&behind);
    buffer_free(&behind);
}

static void write_labels(struct writing *w, struct out_frame *frame)
{
    bool written[TEXT_MAX_LABELS] = {false};
    struct kept *order = frame->kept ? out_kept(w, frame, "order:") : NULL;
    write_preamble(w, frame);
    struct waiting waiting = {0};
    if (order)
        write_ordered(w, frame, order, written, &waiting);
    for (size_t i = 0; i < w->t->form->label_count; i++)
        if (!written[i] && !(order && !w->t->label_members[i]))
            write_label(w, i, frame, &waiting);
    if (waiting.is_one)
        write_waiting(w, frame, &waiting);
    write_signature(w, frame);
}

void out_form(struct writing *w, struct out_frame *frame)
{
    choose_language(w);
    if (!form_fits(w))
        return;
    struct buffer *out = w->out, utf8;
    buffer_init(&utf8, 0);
    if (w->encoder)
        w->out = &utf8;
    write_labels(w, frame);
    w->out = out;
    comity_status status = buffer_status(&utf8);
    if (status == COMITY_OK && w->encoder) {
        charset_encoder_begin(w->encoder, out);
        status = charset_from_utf8(w->encoder, utf8.bytes, utf8.size, out);
    }
    if (status != COMITY_OK && w->status == COMITY_OK)
        w->status = status;
    buffer_free(&utf8);
}
