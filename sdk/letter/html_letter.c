/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The letter as one file of HTML that loads nothing and runs nothing.  Where brackets stand, or
 * stood, both alternatives are there, and a switch shows the one or the other by style alone. */
#include "letter/frame.h"
#include "letter/html.h"
#include "letter/letter-css.h"

enum { INSIDE_NOTHING, INSIDE_TABLE, INSIDE_DETAILS, INSIDE_LIST };

static void put(struct letter *letter, const char *markup)
{
    buffer_text(letter->out, markup);
}

static uint8_t *inside(struct letter *letter)
{
    return &letter->inside[letter->depth % LETTER_DEPTH];
}

/* --- sets of terms */

/* A set with both alternatives: [first] [second], shown by the choice or by the switch. */
static void put_set(struct letter *letter, const char *text, const struct term_span *span)
{
    struct buffer *out = letter->out;
    size_t at = span->offset;
    buffer_format(out, "<span class=\"set c%u\">", (unsigned)span->choice);
    for (uint8_t i = 0; i < span->count; i++) {
        size_t start = span->alternatives[i].offset;
        put(letter, "<span class=\"k\">");
        html_text(out, text + at, start - at);
        buffer_format(out, "</span><span class=\"a%u\">", i + 1u);
        at = start + span->alternatives[i].len;
        html_text(out, text + start, at - start);
        put(letter, "</span>");
    }
    put(letter, "<span class=\"k\">");
    html_text(out, text + at, span->offset + span->len - at);
    put(letter, "</span></span>");
}

/* Text with its sets; those of class scope and number stay as they stand in every voice. */
static void put_terms(struct letter *letter, const struct term_choices *choices,
                      const char *text, size_t len)
{
    struct term_walk walk;
    struct term_span span;
    size_t done = 0;
    if (memchr(text, '[', len)) {
        term_walk_init(&walk, letter->terms, choices, text, len);
        while (term_walk_next(&walk, &span)) {
            uint8_t class = letter->terms->terms[span.term].class;
            if (span.offset < done ||
                (class != TERM_CLASS_TERM && class != TERM_CLASS_AGREEMENT))
                continue;
            html_text(letter->out, text + done, span.offset - done);
            if (!choices)
                span.choice = TERM_BRACKETED;
            put_set(letter, text, &span);
            done = span.offset + span.len;
        }
    }
    html_text(letter->out, text + done, len - done);
}

/* A document's text, with the sets that stand in it and those that stood. */
static void put_text(struct letter *letter, const char *text, size_t len,
                     const struct value *value)
{
    struct resolved_set found;
    size_t done = 0;
    while (value && fields[value->field].type == TYPE_PROSE &&
           letter_resolved_set(letter, value, done, &found)) {
        put_terms(letter, NULL, text + done, found.offset - done);
        put_set(letter, found.set, &found.span);
        done = found.offset + found.len;
    }
    put_terms(letter, NULL, text + done, len - done);
}

/* The letter's own words: English whatever the page's direction is; blanks and brackets around
 * a text are the page's. */
static void words(struct letter *letter, const char *words)
{
    size_t len = strlen(words);
    bool is_turned = letter->is_rtl && strspn(words, " ():") < len;
    if (is_turned)
        put(letter, "<span dir=\"ltr\">");
    put_terms(letter, &letter->choices, words, len);
    if (is_turned)
        put(letter, "</span>");
}

/* The same with a capital letter in front, and `end` behind it. */
static void put_label_and(struct letter *letter, const char *label, const char *end)
{
    if (letter->is_rtl)
        put(letter, "<span dir=\"ltr\">");
    if (*label >= 'a' && *label <= 'z')
        buffer_char(letter->out, (char)(*label++ - 'a' + 'A'));
    put_terms(letter, &letter->choices, label, strlen(label));
    put(letter, end);
    if (letter->is_rtl)
        put(letter, "</span>");
}

static void put_label(struct letter *letter, const char *label)
{
    put_label_and(letter, label, "");
}

static void put_articles(struct letter *letter, const char *articles)
{
    if (!articles || !*articles)
        return;
    put(letter, " <span class=\"article\" dir=\"ltr\">");
    letter_articles(articles, letter->out);
    put(letter, "</span>");
}

/* --- the page */

static void put_title(struct letter *letter)
{
    size_t len = 0;
    const char *id = value_text(letter->record->root, F_document_id, &len);
    struct buffer heading;
    const char *words = letter_heading(letter);
    buffer_init(&heading, 0);
    put(letter, "<title>");
    if (terms_resolve(letter->terms, &letter->choices, words, strlen(words), &heading) ==
        COMITY_OK)
        html_text(letter->out, heading.bytes, heading.size);
    if (id && len) {
        put(letter, " \xE2\x80\x93 ");
        html_text(letter->out, id, len);
    }
    put(letter, "</title>\n");
    buffer_free(&heading);
}

static void open_letter(struct letter *letter)
{
    const char *article = letter->plan.kind ? letter->plan.kind->article : "";
    put(letter, "<!DOCTYPE html>\n<html lang=\"en\" dir=\"");
    put(letter, letter->is_rtl ? "rtl" : "ltr");
    put(letter, "\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"referrer\" content=\"no-referrer\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n");
    put_title(letter);
    put(letter, "<style>\n");
    buffer_add(letter->out, letter_css, letter_css_len);
    put(letter, "</style>\n</head>\n<body>\n"
                "<a class=\"skip\" href=\"#content\">Skip to the content</a>\n"
                "<header id=\"head\">\n<div class=\"title\">\n");
    if (*article) {
        put(letter, "<p class=\"kicker\">");
        put_articles(letter, article);
        put(letter, "</p>\n");
    }
    put(letter, "<h1>");
    put_label(letter, letter_heading(letter));
    put(letter, "</h1>\n</div>\n<div class=\"sides\">\n");
}

static void close_letter(struct letter *letter)
{
    put(letter, "</main>\n<footer>\n<p>");
    words(letter,
          "This letter shows a record of the canonical convention schema.  Its own words "
          "are in English; what the document says stands as it was written.");
    put(letter, "</p>\n</footer>\n</body>\n</html>\n");
}

static void put_switch(struct letter *letter)
{
    static const struct {
        const char *id, *label, *checked;
    } views[] = {{"voice-own", "as in this document", " checked"},
                 {"voice-both", "both, in brackets", ""},
                 {"voice-1",
                  "\xE2\x80\x9C"
                  "data\xE2\x80\x9D",
                  ""},
                 {"voice-2", "\xE2\x80\x9Cinformation\xE2\x80\x9D", ""}};
    put(letter, "<fieldset class=\"switch\" dir=\"ltr\">\n"
                "<legend>Terms that the convention has in brackets</legend>\n");
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        buffer_format(letter->out,
                      "<label><input type=\"radio\" name=\"voice\" id=\"%s\"%s> %s</label>\n",
                      views[i].id, views[i].checked, views[i].label);
    put(letter, "</fieldset>\n");
}

static const struct {
    const char *css, *words;
} states[] = {[SECTION_STATED] = {"", ""},
              [SECTION_INCOMPLETE] = {"incomplete", "Incomplete"},
              [SECTION_WANTED] = {"wanted", "Not stated, where possible"},
              [SECTION_MISSING] = {"missing", "Not stated"}};

static void put_contents_entry(struct letter *letter, const struct letter_section *section)
{
    buffer_format(letter->out, "<li><a href=\"#s%u\"><span class=\"n\">%u</span> ",
                  (unsigned)section->number, (unsigned)section->number);
    put_label(letter, section->rule ? section->rule->label : letter_label(section->root));
    put(letter, "</a>");
    if (section->rule)
        put_articles(letter, section->rule->article);
    if (section->state != SECTION_STATED) {
        buffer_format(letter->out, " <strong class=\"flag %s\">", states[section->state].css);
        words(letter, states[section->state].words);
        put(letter, "</strong>");
    }
    put(letter, "</li>\n");
}

static void summary(struct letter *letter)
{
    put(letter, "</div>\n</header>\n");
    put_switch(letter);
    if (letter->plan.count) {
        put(letter, "<nav aria-labelledby=\"contents\">\n<h2 id=\"contents\">Contents</h2>\n"
                    "<ol>\n");
        for (size_t i = 0; i < letter->plan.count; i++)
            if (!letter->plan.sections[i].is_left_out)
                put_contents_entry(letter, &letter->plan.sections[i]);
        put(letter, "</ol>\n</nav>\n");
    }
    put(letter, "<main id=\"content\">\n");
}

static void section(struct letter *letter, size_t number, const char *label,
                    const char *articles)
{
    if (number)
        buffer_format(letter->out,
                      "<section id=\"s%zu\" aria-labelledby=\"h%zu\">\n<h2 id=\"h%zu\">"
                      "<span class=\"n\">%zu</span> ",
                      number, number, number, number);
    else
        put(letter, "<section>\n<h2>");
    put_label(letter, label);
    put_articles(letter, articles);
    put(letter, "</h2>\n");
}

static void section_end(struct letter *letter)
{
    put(letter, "</section>\n");
}

/* --- tables, entries, lists */

/* Seen where there are several tables; the heading above says what a single one is. */
static void put_caption(struct letter *letter, const char *caption, size_t number, size_t count)
{
    put(letter, count > 1 ? "<caption>" : "<caption class=\"none\"><span class=\"unseen\">");
    if (letter->is_rtl)
        put(letter, "<span dir=\"ltr\">");
    put(letter, caption ? caption : "Entries");
    if (count > 1)
        buffer_format(letter->out, " %zu of %zu", number, count);
    if (letter->is_rtl)
        put(letter, "</span>");
    put(letter, count > 1 ? "</caption>\n" : "</span></caption>\n");
}

static void table(struct letter *letter, const char *caption, size_t number, size_t count)
{
    letter->depth++;
    *inside(letter) = letter->depth == 1 ? INSIDE_TABLE : INSIDE_DETAILS;
    if (letter->depth > 1) {
        put(letter, "<dl>\n");
        return;
    }
    put(letter, "<table>\n");
    put_caption(letter, caption, number, count);
    put(letter, "<tbody>\n");
}

static void table_end(struct letter *letter)
{
    put(letter, *inside(letter) == INSIDE_TABLE ? "</tbody>\n</table>\n" : "</dl>\n");
    letter->depth--;
}

static void entry(struct letter *letter, const char *label)
{
    bool is_row = *inside(letter) == INSIDE_TABLE;
    put(letter, is_row ? "<tr><th scope=\"row\">" : "<div><dt>");
    put_label_and(letter, label, is_row ? "" : ":");
    put(letter, is_row ? "</th><td>" : "</dt><dd>");
}

static void entry_end(struct letter *letter)
{
    put(letter, *inside(letter) == INSIDE_TABLE ? "</td></tr>\n" : "</dd></div>\n");
}

static void list(struct letter *letter)
{
    letter->depth++;
    *inside(letter) = INSIDE_LIST;
    put(letter, "<ul>\n");
}

static void item(struct letter *letter)
{
    put(letter, "<li>");
}

static void item_end(struct letter *letter)
{
    put(letter, "</li>\n");
}

static void list_end(struct letter *letter)
{
    put(letter, "</ul>\n");
    letter->depth--;
}

static void paragraph(struct letter *letter)
{
    put(letter, "<div class=\"paragraph\">");
}

static void paragraph_end(struct letter *letter)
{
    put(letter, "</div>\n");
}

static void columns(struct letter *letter, const char *caption, const uint16_t *columns,
                    size_t count)
{
    letter->depth++;
    *inside(letter) = INSIDE_TABLE;
    put(letter, "<table class=\"columns\">\n");
    put_caption(letter, caption, 0, 0);
    put(letter, "<thead>\n<tr>");
    for (size_t i = 0; i < count; i++) {
        put(letter, "<th scope=\"col\">");
        put_label(letter, letter_label(columns[i]));
        put(letter, "</th>");
    }
    put(letter, "</tr>\n</thead>\n<tbody>\n");
}

static void row(struct letter *letter)
{
    put(letter, "<tr>");
}

static void cell(struct letter *letter, bool is_first)
{
    put(letter, is_first ? "<th scope=\"row\">" : "<td>");
}

static void cell_end(struct letter *letter, bool is_first)
{
    put(letter, is_first ? "</th>" : "</td>");
}

static void row_end(struct letter *letter)
{
    put(letter, "</tr>\n");
}

/* --- text */

static void text(struct letter *letter, const char *text, size_t len, enum text_style style,
                 const struct value *value)
{
    if (style == STYLE_EXACT) {
        put(letter, "<code dir=\"ltr\">");
        html_text(letter->out, text, len);
        put(letter, "</code>");
        return;
    }
    /* Each text finds its direction by itself, and turns nothing around it. */
    put(letter, style == STYLE_INLINE  ? "<bdi class=\"text\""
                : style == STYLE_BLOCK ? "<div class=\"text\""
                                       : "<div class=\"text prose\"");
    html_language(letter->out, letter->language, letter->language_len);
    put(letter, " dir=\"auto\">");
    put_text(letter, text, len, value);
    put(letter, style == STYLE_INLINE ? "</bdi>" : "</div>");
}

static void date(struct letter *letter, const char *text, size_t len, const char *words)
{
    put(letter, "<time dir=\"ltr\" datetime=\"");
    html_text(letter->out, text, len);
    put(letter, "\">");
    html_text(letter->out, words, strlen(words));
    put(letter, "</time>");
}

static void reference(struct letter *letter, const struct letter_anchor *anchor)
{
    put(letter, "<p class=\"reference\">");
    words(letter, anchor->number ? "Stated under" : "Stated above:");
    if (anchor->number)
        buffer_format(letter->out, " <a href=\"#s%zu\">%zu. ", anchor->number, anchor->number);
    else
        put(letter, " <a href=\"#head\">");
    put_label(letter, anchor->label);
    put(letter, "</a></p>\n");
}

static void missing(struct letter *letter, const struct letter_section *section,
                    const char *what)
{
    const struct rule *rule = section->rule;
    buffer_format(letter->out, "<p class=\"note %s\" dir=\"ltr\"><strong>%s</strong>",
                  states[section->state].css, states[section->state].words);
    if (*rule->article) {
        put(letter, " \xE2\x80\x93 article ");
        put(letter, rule->article);
    }
    put(letter, ": ");
    if (what) {
        html_text(letter->out, what, strlen(what));
        put(letter, ". ");
    }
    put_terms(letter, &letter->choices, rule->advice, strlen(rule->advice));
    put(letter, "</p>\n");
}

const struct letter_form letter_html_form = {
    .open = open_letter,
    .close = close_letter,
    .summary = summary,
    .section = section,
    .section_end = section_end,
    .table = table,
    .table_end = table_end,
    .entry = entry,
    .entry_end = entry_end,
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
    .columns = columns,
    .row = row,
    .cell = cell,
    .cell_end = cell_end,
    .row_end = row_end,
};
