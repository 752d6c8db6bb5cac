/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Requests as labelled and numbered text: a form is a list of labels, in one or several
 * languages, each with what stands behind it.
 *
 * A tree made by text_read() has syntax SYNTAX_TEXT and a root of kind GROUP.  Its children, in
 * the order of the document:
 *   - an item: kind STRING, name = the label's name, text = the value; NULL where the label
 *     stands alone;
 *   - a row of tick boxes: kind STRING, text = the name of the one option that is ticked, or
 *     that stands there alone without a box; NULL where none is; else what was written;
 *   - a heading: kind NONE (no leaf), name = the label's name, where it stood;
 *   - text outside every label: kind STRING, named TEXT_PREAMBLE (before the first label),
 *     TEXT_SIGNATURE (from the first closing word on, behind the last item), or
 *     "(before NAME)" and "(after NAME)" (guidance; text behind tick boxes or a heading).
 * Values are verbatim but for what is layout: white space at their ends, the layout's indent,
 * and line ends, which become LF.  Knows nothing of what an item means. */
#ifndef COMITY_SYNTAX_TEXT_H
#define COMITY_SYNTAX_TEXT_H

#include "syntax/tree.h"

#define TEXT_PREAMBLE "(preamble)"
#define TEXT_SIGNATURE "(signature)"
#define TEXT_MAX_LABELS 250u

enum text_kind { TEXT_ITEM, TEXT_TICKS, TEXT_HEADING };

/* One way to spell something, in one of the form's languages.  The first of a language is the
 * one that is written; a line feed in it is where the form breaks its label. */
struct text_words {
    const char *text;
    uint32_t len;
    uint16_t language; /* index in text_form.languages */
};

struct text_option {
    const char *name; /* what the node's text becomes */
    const struct text_words *words;
    size_t word_count;
};

struct text_label {
    uint8_t kind;     /* enum text_kind */
    const char *name; /* of the node made for it */
    uint32_t name_len;
    const char *number; /* as the form prints it: "5", "五", "3.1", "a", "IV"; NULL = none */
    const struct text_words *words;
    size_t word_count;
    const struct text_words *guidance; /* beginnings of guidance printed before the label */
    size_t guidance_count;
    const struct text_option *options; /* TEXT_TICKS */
    size_t option_count;
    uint32_t gap;  /* empty lines that the writer puts before it */
    bool is_annex; /* no label of the form's own: others may have it too */
};

/* How the writer lays an item out: open number close label colon value. */
struct text_layout {
    const char *open, *close;   /* around the number: "" and ". ", or "（" and "）" */
    const char *colon;          /* behind the label: ": ", "：", ":\n\t" */
    const char *indent;         /* before each further line of a value */
    const char *ticked, *blank; /* "(X)" and "( )" */
};

struct text_matcher;

struct text_form {
    const char *const *languages; /* BCP 47; one at least, "" where the form names none */
    size_t language_count;
    const struct text_label *labels; /* in the form's own order */
    size_t label_count;
    /* Words that begin the closing part, after the items; a sentence that begins with them does
     * not. */
    const struct text_words *closings;
    size_t closing_count;
    struct text_layout layout;
    const struct text_matcher *matcher; /* text_form_build() makes it */
};

/* Why a form cannot be built: two labels that a reader could not tell apart; or one label (both
 * are the same) that has the same words twice in a language, words without a letter, or a
 * number that is none. */
struct text_clash {
    size_t first, second; /* indices of labels */
};

/* Prepares a form for reading; the matcher is the arena's.  COMITY_E_INVALID and `*clash` where
 * two labels fold to the same words and number (in any language), and where there are more than
 * TEXT_MAX_LABELS; COMITY_E_NOMEM. */
comity_status text_form_build(struct text_form *form, struct arena *arena,
                              struct text_clash *clash);

/* How many different labels of the form a text (UTF-8, well formed) shows; `own_only`: without
 * those of its annex.  Reads at most the first 64 KiB. */
size_t text_label_hits(const struct text_form *form, const char *text, size_t size,
                       bool own_only);

struct text_found {
    uint32_t labels;   /* different labels found */
    uint16_t language; /* that most of them were in */
};

/* Reads one form.  `text` is UTF-8 and well formed and must outlive the tree, whose place in
 * the input (offset, line, column, map) the caller has set.
 *
 * Findings, each with its place, all warnings that leave the rest to be read: `text.number` (a
 * number that is not the form's), `text.label-twice` (a second candidate for a label; the
 * better one is taken, the other stays text of the value that it stands in), `text.damaged`
 * (U+FFFD in a value or label, or a label with letters that a wrong character set made),
 * `text.ticks` (more than one box ticked, or something else than boxes), `text.control`
 * (control characters that text does not have).
 * COMITY_E_INVALID with `text.no-label` where no label is found; COMITY_E_LIMIT with
 * `limit.members`, `limit.bytes` or `limit.memory`; COMITY_E_NOMEM. */
comity_status text_read(struct tree *tree, const struct text_form *form, const char *text,
                        size_t size, const struct limits *limits, struct findings *findings,
                        struct text_found *found);

/* A label by the name of its node; NULL where there is none. */
const struct text_label *text_label_named(const struct text_form *form, const char *name,
                                          size_t len);

/* --- writing: the same form, in one of its languages --- */

/* Appends an item: gap (not at the very start of `out`), number, label, value and a line feed.
 * Without value (`value` NULL or `len` 0): the label alone.  Any value of UTF-8 without white
 * space at its ends is read back as it was, but for this: a further line that the reader would
 * take for a label, a closing word or guidance is joined to the line before it by a space; the
 * result is how many lines were.  CR and CRLF become line feeds.  A first line that the layout
 * puts on a line of its own stands behind the colon instead where it would be so taken. */
size_t text_write_item(struct buffer *out, const struct text_form *form,
                       const struct text_label *label, uint16_t language, const char *value,
                       size_t len);

/* True where a reader gives the value back as it is, but for lines that are joined: it has no
 * white space at its ends and no carriage returns. */
bool text_is_kept(const char *value, size_t len);

/* Appends a row of tick boxes; `option` is the name of the ticked one, NULL = none.  False
 * where the label has no such option (nothing is written). */
bool text_write_ticks(struct buffer *out, const struct text_form *form,
                      const struct text_label *label, uint16_t language, const char *option,
                      size_t len);

/* Appends a heading. */
void text_write_heading(struct buffer *out, const struct text_form *form,
                        const struct text_label *label, uint16_t language);

/* Appends text that stands outside every label, as it is, with a line feed behind it and
 * `gap_before` empty lines before it. */
void text_write_outside(struct buffer *out, const char *text, size_t len, uint32_t gap_before);

/* True if the text, put behind the last item, would be read as the closing part. */
bool text_is_closing(const struct text_form *form, const char *text, size_t len);

#endif
