/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The letter as plain text in UTF-8, at most 80 columns wide, for terminals and paper.  Text of
 * right-to-left scripts stands in logical order, as terminals and editors expect it. */
#include "letter/frame.h"
#include "letter/width.h"
#include "letter/wrap.h"

#include <stdio.h>

#define STEP 2u

/* Our own words are never nested too deep: what fails here is memory. */
static void add_resolved(struct letter *letter, const char *words, struct buffer *out)
{
    comity_status status =
        terms_resolve(letter->terms, &letter->choices, words, strlen(words), out);
    if (status != COMITY_OK && letter->out->status == COMITY_OK)
        letter->out->status = status;
}

static void make_prefix(const struct letter *letter, char *prefix, size_t size)
{
    size_t indent = letter->indent < size - 3 ? letter->indent : size - 3;
    memset(prefix, ' ', indent);
    prefix[indent] = '\0';
    if (letter->bullet && indent >= STEP)
        prefix[indent - STEP] = '-';
}

/* Prints a line or paragraph at the present place. */
static void print(struct letter *letter, const char *text, size_t len, size_t hang)
{
    char prefix[2 * LETTER_DEPTH + 8];
    make_prefix(letter, prefix, sizeof prefix);
    wrap_text(letter->out, prefix, letter->indent + hang, text, len);
    letter->bullet = false;
}

static void add_label(struct letter *letter, struct buffer *line)
{
    size_t start = line->size;
    add_resolved(letter, letter->label, line);
    if (line->size > start && line->bytes[start] >= 'a' && line->bytes[start] <= 'z')
        line->bytes[start] = (char)(line->bytes[start] - 'a' + 'A');
    buffer_char(line, ':');
}

/* The label in front of what is inside it, on a line of its own. */
static void print_label(struct letter *letter)
{
    struct buffer line;
    if (!letter->label)
        return;
    buffer_init(&line, 0);
    add_label(letter, &line);
    print(letter, line.bytes, line.size, STEP);
    letter_free_buffer(letter, &line);
    letter->label = NULL;
}

/* What was said since: behind its label where it fits on one line, else below it. */
static void print_piece(struct letter *letter)
{
    struct buffer *piece = &letter->piece;
    if (buffer_status(piece) != COMITY_OK || (!piece->size && !letter->label))
        return;
    bool has_label = letter->label != NULL;
    if (has_label) {
        struct buffer line;
        buffer_init(&line, 0);
        add_label(letter, &line);
        size_t columns = width_of_text(line.bytes, line.size) + 1 + letter->indent +
                         width_of_text(piece->bytes, piece->size);
        bool fits = columns <= WRAP_COLUMNS &&
                    (!piece->size || !memchr(piece->bytes, '\n', piece->size));
        if (fits && piece->size) {
            buffer_char(&line, ' ');
            buffer_add(&line, piece->bytes, piece->size);
            buffer_clear(piece);
        }
        print(letter, line.bytes, line.size, STEP);
        letter_free_buffer(letter, &line);
        letter->label = NULL;
    }
    if (piece->size) {
        size_t more = has_label ? STEP : 0;
        letter->indent += more;
        print(letter, piece->bytes, piece->size, 0);
        letter->indent -= more;
    }
    buffer_clear(piece);
}

static void blank_line(struct letter *letter)
{
    const struct buffer *out = letter->out;
    if (out->size > 1 && out->bytes[out->size - 1] == '\n' && out->bytes[out->size - 2] != '\n')
        buffer_char(letter->out, '\n');
}

static void rule_line(struct letter *letter, char c, size_t columns)
{
    for (size_t i = 0; i < columns; i++)
        buffer_char(letter->out, c);
    buffer_char(letter->out, '\n');
}

bool letter_is_text(const char *text, size_t len)
{
    size_t size = 0;
    while (size < len && text[size] == '=')
        size++;
    return size == WRAP_COLUMNS && size < len && text[size] == '\n';
}

static void open_letter(struct letter *letter)
{
    struct buffer line;
    const char *article = letter->plan.kind ? letter->plan.kind->article : "";
    rule_line(letter, '=', WRAP_COLUMNS);
    buffer_init(&line, 0);
    add_resolved(letter, letter_heading(letter), &line);
    if (*article) {
        buffer_char(&line, '\n');
        size_t start = line.size;
        letter_articles(article, &line);
        if (line.size > start)
            line.bytes[start] = 'A';
    }
    wrap_text(letter->out, "", 0, line.bytes, line.size);
    letter_free_buffer(letter, &line);
    rule_line(letter, '=', WRAP_COLUMNS);
}

static void close_letter(struct letter *letter)
{
    blank_line(letter);
}

static void summary(struct letter *letter)
{
    static const struct {
        uint8_t state;
        const char *words;
    } lines[] = {{SECTION_MISSING, "Not stated"},
                 {SECTION_INCOMPLETE, "Incomplete"},
                 {SECTION_WANTED, "Not stated, where possible"}};
    struct buffer line;
    buffer_init(&line, 0);
    blank_line(letter);
    for (size_t s = 0; s < sizeof lines / sizeof *lines; s++) {
        buffer_clear(&line);
        for (size_t i = 0; i < letter->plan.count; i++) {
            const struct letter_section *section = &letter->plan.sections[i];
            if (!section->rule || section->state != lines[s].state)
                continue;
            buffer_format(&line, "%s%s", line.size ? ", " : "", section->rule->article);
        }
        if (!line.size)
            continue;
        char prefix[40];
        snprintf(prefix, sizeof prefix, "%s: ", lines[s].words);
        wrap_text(letter->out, prefix, STEP, line.bytes, line.size);
    }
    letter_free_buffer(letter, &line);
}

static void section(struct letter *letter, size_t number, const char *label,
                    const char *articles)
{
    struct buffer line;
    char prefix[32] = "";
    buffer_init(&line, 0);
    if (number)
        snprintf(prefix, sizeof prefix, "%zu. ", number);
    add_resolved(letter, label, &line);
    if (line.size && line.bytes[0] >= 'a' && line.bytes[0] <= 'z')
        line.bytes[0] = (char)(line.bytes[0] - 'a' + 'A');
    if (articles && *articles) {
        buffer_text(&line, " (");
        letter_articles(articles, &line);
        buffer_char(&line, ')');
    }
    blank_line(letter);
    size_t columns = width_of_text(line.bytes, line.size) + strlen(prefix);
    wrap_text(letter->out, prefix, strlen(prefix), line.bytes, line.size);
    rule_line(letter, '-', columns < WRAP_COLUMNS ? columns : WRAP_COLUMNS);
    letter_free_buffer(letter, &line);
}

static void section_end(struct letter *letter)
{
    letter->label = NULL;
}

static void table(struct letter *letter, const char *caption, size_t number, size_t count)
{
    if (letter->depth++) {
        print_label(letter);
        letter->indent += letter->bullet ? 0 : STEP;
        letter->inside[letter->depth % LETTER_DEPTH] = !letter->bullet;
        return;
    }
    letter->inside[letter->depth % LETTER_DEPTH] = count > 1;
    if (letter->out->size > 1 && letter->out->bytes[letter->out->size - 2] != '-')
        blank_line(letter);
    if (count <= 1)
        return;
    buffer_format(letter->out, "%s %zu of %zu\n", caption, number, count);
    letter->indent += STEP;
}

static void table_end(struct letter *letter)
{
    if (letter->inside[letter->depth % LETTER_DEPTH])
        letter->indent -= STEP;
    letter->depth--;
}

static void entry(struct letter *letter, const char *label)
{
    letter->label = label;
}

static void list(struct letter *letter)
{
    print_piece(letter);
    letter->indent += STEP;
}

static void item(struct letter *letter)
{
    letter->indent += STEP;
    letter->bullet = true;
}

static void item_end(struct letter *letter)
{
    print_piece(letter);
    letter->bullet = false;
    letter->indent -= STEP;
}

static void list_end(struct letter *letter)
{
    letter->indent -= STEP;
}

static void paragraph(struct letter *letter)
{
    if (letter->out->size > 1 && letter->out->bytes[letter->out->size - 2] != '-')
        blank_line(letter);
    letter->indent += STEP; /* no line of a document can be taken for one of the letter's */
}

static void paragraph_end(struct letter *letter)
{
    print_piece(letter);
    letter->indent -= STEP;
}

static void text(struct letter *letter, const char *text, size_t len, enum text_style style,
                 const struct value *value)
{
    (void)style;
    (void)value;
    for (size_t at = 0; at < len;)
        at += wrap_safely(&letter->piece, text + at, len - at);
}

static void words(struct letter *letter, const char *words)
{
    add_resolved(letter, words, &letter->piece);
}

static void date(struct letter *letter, const char *text, size_t len, const char *words)
{
    (void)text;
    (void)len;
    buffer_text(&letter->piece, words);
}

static void reference(struct letter *letter, const struct letter_anchor *anchor)
{
    struct buffer line;
    buffer_init(&line, 0);
    if (anchor->number)
        buffer_format(&line, "Stated under %zu: ", anchor->number);
    else
        buffer_text(&line, "Stated above: ");
    add_resolved(letter, anchor->label, &line);
    print(letter, line.bytes, line.size, STEP);
    letter_free_buffer(letter, &line);
}

static void missing(struct letter *letter, const struct letter_section *section,
                    const char *what)
{
    struct buffer line;
    const struct rule *rule = section->rule;
    buffer_init(&line, 0);
    buffer_text(&line,
                section->state == SECTION_INCOMPLETE ? "*** INCOMPLETE" : "*** NOT STATED");
    if (section->state == SECTION_WANTED)
        buffer_text(&line, " (where possible)");
    if (*rule->article)
        buffer_format(&line, " - article %s", rule->article);
    buffer_text(&line, ": ");
    if (what)
        buffer_format(&line, "%s. ", what);
    add_resolved(letter, rule->advice, &line);
    print(letter, line.bytes, line.size, 4);
    letter_free_buffer(letter, &line);
}

const struct letter_form letter_text_form = {
    .open = open_letter,
    .close = close_letter,
    .summary = summary,
    .section = section,
    .section_end = section_end,
    .table = table,
    .table_end = table_end,
    .entry = entry,
    .entry_end = print_piece,
    .list = list,
    .item = item,
    .item_end = item_end,
    .list_end = list_end,
    .paragraph = paragraph,
    .paragraph_end = paragraph_end,
    .text = text,
    .words = words,
    .date = date,
    .reference = reference,
    .missing = missing,
};
