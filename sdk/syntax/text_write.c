/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writing labelled text so that the reader finds the same values in it: whatever in a value
 * would be taken for the form's own words is kept from the beginning of a line.  Knows nothing
 * of what an item means. */
#include "syntax/text_match.h"

#include <string.h>

/* --- lines that the reader would take for something else than a value */

/* Behind everything that cannot be seen, line breaks included. */
static const char *skip_unseen(const char *at, const char *end)
{
    for (;;) {
        at = text_skip_blanks(at, end);
        if (at == end || !text_is_break(*at))
            return at;
        at++;
    }
}

/* A number, or part of one, and a label on the next line: joined by a space they would be a
 * label with its number. */
static bool is_number_of_label(const struct text_form *form, const char *at, const char *end)
{
    struct text_number number;
    struct text_match match;
    at = text_skip_blanks(at, end);
    if (at == end || !text_may_be_number(at, end) || !text_read_number(at, end, true, &number))
        return false;
    return text_match_line(form, skip_unseen(number.after, end), end, TEXT_LABEL_WORDS, &match);
}

static bool is_taken(const struct text_form *form, const char *at, const char *end)
{
    struct text_match match;
    return text_match_line(form, at, end, TEXT_LABEL_WORDS | TEXT_GUIDANCE_WORDS, &match) ||
           text_closes(form, at, end) || is_number_of_label(form, at, end) ||
           text_begins_mojibake(form, at, end);
}

/* True where nothing on the line can be seen: blanks and characters without width. */
static bool is_unseen(const char *line, const char *line_end)
{
    return text_skip_blanks(line, line_end) == line_end;
}

/* --- labels */

static const struct text_words *words_in(const struct text_words *words, size_t count,
                                         uint16_t language)
{
    for (size_t i = 0; i < count; i++)
        if (words[i].language == language)
            return &words[i];
    return count ? &words[0] : NULL;
}

static void put(struct buffer *out, const char *text)
{
    if (text)
        buffer_text(out, text);
}

/* Empty lines, number and words.  Returns the words' last character. */
static char put_label(struct buffer *out, const struct text_form *form,
                      const struct text_label *label, uint16_t language)
{
    const struct text_words *words = words_in(label->words, label->word_count, language);
    for (uint32_t i = 0; i < label->gap && out->size; i++)
        buffer_char(out, '\n');
    if (label->number && *label->number) {
        put(out, form->layout.open);
        buffer_text(out, label->number);
        put(out, form->layout.close);
    }
    if (!words || !words->len)
        return '\0';
    buffer_add(out, words->text, words->len);
    return words->text[words->len - 1];
}

/* The length of the layout's colon without white space at its end. */
static size_t colon_len(const struct text_form *form)
{
    const char *colon = form->layout.colon ? form->layout.colon : "";
    return (size_t)(text_trim_end(colon, colon + strlen(colon)) - colon);
}

/* --- the place of the value */

/* Takes back what was written behind `size`; it may be personal data. */
static void take_back(struct buffer *out, size_t size)
{
    if (out->size <= size)
        return;
    explicit_bzero(out->bytes + size, out->size - size);
    out->size = size;
}

/* A value, and how its first line ends. */
struct writing {
    const struct text_form *form;
    struct buffer *out;
    size_t label, words_end; /* where the label begins and ends in `out` */
    const char *text, *end, *line_end;
};

/* Writes a colon and the value's first line; false, and nothing is written, where the reader
 * would not find the line's text again. */
static bool try_colon(const struct writing *w, const char *colon, size_t len,
                      const char *blanks)
{
    struct buffer *out = w->out;
    struct text_match match = {.start = NULL};
    bool is_own_line = memchr(colon, '\n', len) != NULL;
    if (is_own_line && (is_taken(w->form, w->text, w->end) || is_unseen(w->text, w->line_end)))
        return false;
    buffer_add(out, colon, len);
    buffer_text(out, blanks);
    size_t value = out->size;
    buffer_add(out, w->text, (size_t)(w->line_end - w->text));
    if (buffer_status(out) != COMITY_OK)
        return true;
    const char *end = out->bytes + out->size, *line = out->bytes + w->label;
    bool found = text_match_line(w->form, line, end, TEXT_LABEL_WORDS, &match) &&
                 match.end <= out->bytes + w->words_end &&
                 text_skip_space(match.value, end) == out->bytes + value;
    if (!found)
        take_back(out, w->words_end);
    return found;
}

/* What stands between the label and the value: as the form has it, unless the value would
 * become part of it. */
static void put_colon(const struct writing *w, char last)
{
    const char *colon = w->form->layout.colon ? w->form->layout.colon : "";
    size_t len = colon_len(w->form);
    if ((last == '?' || last == ':') && !strchr(colon, '\n') && try_colon(w, " ", 1, ""))
        return;
    if (try_colon(w, colon, strlen(colon), "") || try_colon(w, colon, len, " ") ||
        try_colon(w, ": ", 2, ""))
        return;
    /* The form's labels do not allow it: one of them goes on with this value. */
    put(w->out, colon);
    buffer_add(w->out, w->text, (size_t)(w->line_end - w->text));
}

/* --- the lines of the value */

/* Writes a line behind the one before it that can be seen; what stands between the two loses
 * its white space. */
static void join_line(const struct writing *w, size_t seen, const char *between,
                      const char *line, const char *line_end)
{
    take_back(w->out, seen);
    while (between < line) {
        const char *text = text_skip_space(between, line);
        if (text > between) {
            between = text;
            continue;
        }
        buffer_char(w->out, *between++);
    }
    buffer_char(w->out, ' ');
    line = text_skip_space(line, line_end);
    buffer_add(w->out, line, (size_t)(line_end - line));
}

/* Writes the lines behind the first; returns how many were joined. */
static size_t put_lines(const struct writing *w)
{
    size_t joined = 0, seen = w->out->size; /* where the last line ends that can be seen */
    const char *between = w->line_end;
    for (const char *line_end = w->line_end; line_end < w->end;) {
        const char *line = text_skip_break(line_end, w->end);
        line_end = text_line_end(line, w->end);
        if (is_taken(w->form, line, w->end)) {
            join_line(w, seen, between, line, line_end);
            joined++;
        } else {
            buffer_char(w->out, '\n');
            if (line < line_end)
                put(w->out, w->form->layout.indent);
            buffer_add(w->out, line, (size_t)(line_end - line));
        }
        if (!is_unseen(line, line_end)) {
            seen = w->out->size;
            between = line_end;
        }
    }
    return joined;
}

size_t text_write_item(struct buffer *out, const struct text_form *form,
                       const struct text_label *label, uint16_t language, const char *value,
                       size_t len)
{
    size_t joined = 0;
    size_t before = out->size;
    char last = put_label(out, form, label, language);
    if (!value || !len) {
        if (last != '?' && last != ':' && form->layout.colon)
            buffer_add(out, form->layout.colon, colon_len(form));
    } else {
        struct writing w = {.form = form,
                            .out = out,
                            .label = before,
                            .words_end = out->size,
                            .text = value,
                            .end = value + len,
                            .line_end = text_line_end(value, value + len)};
        while (w.label < out->size && out->bytes[w.label] == '\n')
            w.label++;
        put_colon(&w, last);
        joined = put_lines(&w);
    }
    buffer_char(out, '\n');
    return joined;
}

bool text_is_kept(const char *value, size_t len)
{
    const char *end = value + len;
    return text_skip_space(value, end) == value && text_trim_end(value, end) == end &&
           !(len && memchr(value, '\r', len));
}

/* --- the rest */

bool text_write_ticks(struct buffer *out, const struct text_form *form,
                      const struct text_label *label, uint16_t language, const char *option,
                      size_t len)
{
    size_t ticked = 0;
    while (option && ticked < label->option_count &&
           (strlen(label->options[ticked].name) != len ||
            memcmp(label->options[ticked].name, option, len) != 0))
        ticked++;
    if (option && ticked == label->option_count)
        return false;
    char last = put_label(out, form, label, language);
    put(out, last == '?' || last == ':' ? "  " : form->layout.colon);
    for (size_t i = 0; i < label->option_count; i++) {
        const struct text_words *words =
            words_in(label->options[i].words, label->options[i].word_count, language);
        buffer_text(out, i ? "  " : "");
        put(out, option && i == ticked ? form->layout.ticked : form->layout.blank);
        buffer_char(out, ' ');
        if (words)
            buffer_add(out, words->text, words->len);
    }
    buffer_char(out, '\n');
    return true;
}

void text_write_heading(struct buffer *out, const struct text_form *form,
                        const struct text_label *label, uint16_t language)
{
    put_label(out, form, label, language);
    buffer_char(out, '\n');
}

void text_write_outside(struct buffer *out, const char *text, size_t len, uint32_t gap_before)
{
    for (uint32_t i = 0; i < gap_before && out->size; i++)
        buffer_char(out, '\n');
    buffer_add(out, text, len);
    buffer_char(out, '\n');
}

bool text_is_closing(const struct text_form *form, const char *text, size_t len)
{
    const char *end = text + len;
    for (const char *line = text; line < end;) {
        const char *line_end = text_line_end(line, end);
        if (!is_unseen(line, line_end))
            return text_closes(form, line, end);
        line = text_skip_break(line_end, end);
    }
    return false;
}
