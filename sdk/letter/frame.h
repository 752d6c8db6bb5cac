/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Between what a letter says and how it looks: the state of one letter, and what each of its
 * two forms can do.  Only sdk/letter includes it. */
#ifndef COMITY_LETTER_FRAME_H
#define COMITY_LETTER_FRAME_H

#include "letter/letter.h"
#include "letter/plan.h"
#include "model/terms_record.h"

struct letter;

enum text_style {
    STYLE_BLOCK,  /* stands alone */
    STYLE_PROSE,  /* the same, of sentences */
    STYLE_INLINE, /* among words */
    STYLE_EXACT   /* character by character: digests, JSON */
};

/* Where a section or the head of a letter is. */
struct letter_anchor {
    size_t number;     /* of a section, from 1; 0: the head */
    const char *label; /* its words, with sets in brackets */
};

/* The forms.  Labels and words are the letter's own, in English, and may hold bracketed sets;
 * text is the document's; `value`, where it is one of the record, knows which of its sets were
 * resolved. */
struct letter_form {
    void (*open)(struct letter *letter);
    void (*close)(struct letter *letter);
    /* What the convention asks for and is not stated, in a line at the head. */
    void (*summary)(struct letter *letter);
    /* A section with its heading; `number` 0: it has none. */
    void (*section)(struct letter *letter, size_t number, const char *label,
                    const char *articles);
    void (*section_end)(struct letter *letter);
    /* A table of entries; inside an entry or an item a list of them.  `caption` may be NULL;
     * `number` of `count` where it is one of several. */
    void (*table)(struct letter *letter, const char *caption, size_t number, size_t count);
    void (*table_end)(struct letter *letter);
    void (*entry)(struct letter *letter, const char *label);
    void (*entry_end)(struct letter *letter);
    void (*list)(struct letter *letter);
    void (*item)(struct letter *letter);
    void (*item_end)(struct letter *letter);
    void (*list_end)(struct letter *letter);
    /* Text of a section's own, in no table. */
    void (*paragraph)(struct letter *letter);
    void (*paragraph_end)(struct letter *letter);
    void (*text)(struct letter *letter, const char *text, size_t len, enum text_style style,
                 const struct value *value);
    void (*words)(struct letter *letter, const char *words);
    /* A date as a person says it; `text` is how it is written. */
    void (*date)(struct letter *letter, const char *text, size_t len, const char *words);
    /* What is stated elsewhere. */
    void (*reference)(struct letter *letter, const struct letter_anchor *anchor);
    /* What is not stated; `what` (or NULL) names the fields. */
    void (*missing)(struct letter *letter, const struct letter_section *section,
                    const char *what);
    /* A table with a column for each of `columns`, of entries that are all of plain values; NULL
     * where the form has none.  Cells are entries. */
    void (*columns)(struct letter *letter, const char *caption, const uint16_t *columns,
                    size_t count);
    void (*row)(struct letter *letter);
    void (*cell)(struct letter *letter, bool is_first);
    void (*cell_end)(struct letter *letter, bool is_first);
    void (*row_end)(struct letter *letter);
};

#define LETTER_DEPTH 32

struct letter {
    struct record *record;
    const struct terms *terms;
    struct term_choices choices; /* of labels */
    const struct letter_form *form;
    struct buffer *out;
    struct letter_plan plan;
    const char *language; /* of the text at hand; NULL: not stated */
    size_t language_len;
    size_t depth; /* of tables and lists */
    /* --- of the forms */
    bool is_rtl;
    uint8_t inside[LETTER_DEPTH];
    size_t indent;
    const char *label;     /* not printed yet; or NULL */
    bool bullet, is_plain; /* is_plain: a paragraph */
    struct buffer piece;   /* the line or paragraph at hand */
};

extern const struct letter_form letter_text_form, letter_html_form;

/* --- values.c: values as entries, lists and words */

/* All values of a field from `first` on, in an entry, an item or a paragraph. */
void letter_values(struct letter *letter, struct value *first);
/* The children of a group as entries, but for those of other sections. */
void letter_entries(struct letter *letter, struct value *group, size_t section);
/* A field of the document, or what of it belongs to a section.  False where nothing does. */
bool letter_root(struct letter *letter, uint16_t root, size_t section);
#define SECTION_ANY SIZE_MAX

/* --- sets.c: sets of terms that stood in a text before they were resolved */

struct resolved_set {
    size_t offset, len; /* of what stands there now, in bytes of the text */
    const char *set;    /* as it stood, "[data] [information]" */
    size_t set_len;
    struct term_span span; /* of `set`, with the choice that was made */
};

/* The first set in a value's text from byte `from` on, by the record's notes; false where there
 * is none, or where the text has changed since. */
bool letter_resolved_set(const struct letter *letter, const struct value *value, size_t from,
                         struct resolved_set *found);

/* --- words.c: the letter's own words */

/* A field's meaning without "Its" or "The". */
const char *letter_label(uint16_t field);
/* "Identity document" of a group. */
void letter_caption(uint16_t group, char *caption, size_t size);
/* A country, language, date, code, true or false as a person reads it; false where it is none of
 * them, or is not understood. */
bool letter_spell(struct letter *letter, const struct value *value);
/* A unit as a word; NULL where it is not known. */
const char *letter_unit(const char *text, size_t len, bool is_one);
/* "article 68.2(c)", "articles 61.4 and 61.14(d)"; nothing for none. */
void letter_articles(const char *articles, struct buffer *out);
/* The heading: the kind's own, with sets in brackets. */
const char *letter_heading(const struct letter *letter);

#endif
