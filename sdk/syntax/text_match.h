/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the reader and writer of labelled text: what a form's words are when folded, and where
 * they stand in a text.  One line at a time; which of several candidates is the label is for
 * text_read.c to say. */
#ifndef COMITY_SYNTAX_TEXT_MATCH_H
#define COMITY_SYNTAX_TEXT_MATCH_H

#include "base/fold.h"
#include "syntax/text.h"

#include <string.h>

/* What words are for: a set of these is asked for. */
enum { TEXT_LABEL_WORDS = 1, TEXT_GUIDANCE_WORDS = 2, TEXT_CLOSING_WORDS = 4 };

/* Words, folded and without white space.  Keys are sorted, so that those with a common
 * beginning stand together. */
struct text_key {
    const uint32_t *chars;
    uint32_t len;
    uint16_t label, language;
    uint8_t kind;     /* one of TEXT_..._WORDS */
    bool is_question; /* ends in '?', which needs no colon */
    bool is_loose;    /* a question without its '?' */
    bool is_capital;  /* in capitals, by which it is told where no colon follows */
};

/* Words that a wrong character set may have changed.  Units are folded ASCII characters and
 * runs of others: TEXT_RUN + how many characters, how many they fold to, and those. */
#define TEXT_RUN 0x80000000u
struct text_pattern {
    const uint32_t *units;
    size_t count;
};

struct text_damageable {
    struct text_pattern pattern;
    uint32_t key;
};

struct text_option_key {
    const uint32_t *chars;
    struct text_pattern pattern; /* count 0: ASCII alone, or nothing but other characters */
    uint32_t len;
    uint16_t label, option;
};

/* Names of the nodes around a label. */
struct text_names {
    const char *before, *after;
    uint32_t before_len, after_len;
};

/* What a first byte may begin. */
enum { TEXT_BEGINS_WORDS = 1, TEXT_BEGINS_NUMBER = 2, TEXT_BEGINS_LETTERED = 4 };

struct text_matcher {
    const struct text_key *keys;
    uint32_t key_count;
    uint32_t first[129]; /* keys from first[c] on begin with c or what is above it */
    uint8_t begins[256]; /* TEXT_BEGINS_... by the first byte of a line */
    const struct text_damageable *damageable;
    size_t damageable_count;
    const struct text_option_key *options;
    size_t option_count;
    const struct text_names *names;   /* by label */
    const uint64_t *numbers;          /* by label; 0 = none */
    const struct text_label **sorted; /* by name */
    bool first_is_indented; /* the writer puts a first line of its own behind the indent */
};

/* --- characters */

static inline bool text_is_break(char c)
{
    return c == '\n' || c == '\r';
}

/* Behind blanks and characters without width; not over a line break. */
const char *text_skip_blanks_slowly(const char *at, const char *end);

static inline const char *text_skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    if (at == end || ((unsigned char)*at > ' ' && (unsigned char)*at < 0x80))
        return at;
    return text_skip_blanks_slowly(at, end);
}

/* Behind white space of every kind, line breaks included. */
const char *text_skip_space(const char *at, const char *end);

/* The start of white space at the end. */
const char *text_trim_end(const char *from, const char *to);

/* Where the line ends: at its break, or the end. */
const char *text_line_end(const char *at, const char *end);

/* The line behind the break at `at`. */
static inline const char *text_skip_break(const char *at, const char *end)
{
    if (at < end && *at == '\r' && at + 1 < end && at[1] == '\n')
        return at + 2;
    return at < end ? at + 1 : end;
}

/* Folded words, without white space; `chars` may be NULL to count. */
size_t text_fold_words(const char *text, size_t len, uint32_t *chars);

/* True if `chars` end between two words, or the text at `at` is no part of one. */
bool text_is_bounded(const uint32_t *chars, size_t len, const char *at, const char *end);

/* True for words of four letters or more without a small one. */
bool text_is_capital(const char *text, size_t len);

/* True if a line is the first of the closing part: closing words alone, or with a sign or no
 * more than a few words behind them (a name, a place) that are no sentence; or a rule. */
bool text_closes(const struct text_form *form, const char *line, const char *end);

/* --- numbers (text_number.c) */

struct text_number {
    uint64_t value;    /* equal for numbers that mean the same; 0 = none */
    const char *after; /* behind what closes it, and blanks */
    bool is_alone;     /* is closed by a sign, and nothing else stands on its line */
    bool is_loose;     /* a letter that no sign closes: only a label's own number */
};

/* True if the character at `at` may begin a number. */
bool text_may_be_number(const char *at, const char *end);

/* `over_lines`: a line break is no more than a blank. */
bool text_read_number(const char *at, const char *end, bool over_lines,
                      struct text_number *number);

/* The value of a number as a form states it; 0 where it is none. */
uint64_t text_number_value(const char *text, size_t len);

/* --- lines (text_match.c) */

enum { TEXT_NUMBER_NONE, TEXT_NUMBER_FITS, TEXT_NUMBER_FREE, TEXT_NUMBER_DIFFERS };

struct text_match {
    const char *start; /* the number, or the words */
    const char *words;
    const char *end;    /* of the words */
    const char *value;  /* behind colons and dashes */
    uint32_t key;       /* the first of ... */
    uint32_t key_count; /* ... so many with these words; they may be of several labels */
    uint8_t kind, number;
    bool has_colon, is_damaged;
};

/* The slow part of text_match_line(): `at` is behind the line's indent. */
bool text_match_words(const struct text_form *form, const char *at, const char *end,
                      unsigned kinds, struct text_match *match);

/* Looks for the form's words at the start of a line, behind a number or without one. */
static inline bool text_match_line(const struct text_form *form, const char *at,
                                   const char *end, unsigned kinds, struct text_match *match)
{
    at = text_skip_blanks(at, end);
    if (at == end)
        return false;
    uint8_t begins = form->matcher->begins[(unsigned char)*at];
    if (begins == TEXT_BEGINS_LETTERED && (at + 1 == end || !memchr(").- ", at[1], 4)))
        return false;
    return begins && text_match_words(form, at, end, kinds, match);
}

/* True for a line of five or more '_'. */
bool text_is_rule(const char *at, const char *end);

/* Words that a wrong character set changed, at `at`; returns what is behind them, or NULL. */
const char *text_match_damaged(const struct text_pattern *pattern, const char *at,
                               const char *end);

/* Behind the words of a label that was read in a wrong character set, and its key; or NULL. */
const char *text_match_mojibake(const struct text_form *form, uint16_t label, const char *at,
                                const char *line_end, uint32_t *key);

/* The value of the number, closed by a sign, that a line begins with, or 0; `*words` is behind
 * it. */
uint64_t text_begins_number(const char *at, const char *line_end, const char **words);

/* True if a reader might find the label of some line in it so. */
bool text_begins_mojibake(const struct text_form *form, const char *at, const char *end);

/* The text behind folded words, or NULL where it does not begin with them. */
const char *text_skip_words(const uint32_t *chars, size_t len, const char *at, const char *end);

/* Behind colons and dashes between words and a value. */
const char *text_skip_separator(const char *words_end, const char *end, bool *has_colon);

/* --- tick boxes (text_ticks.c) */

struct text_ticks {
    const char *start, *end; /* of the row */
    size_t ticked;           /* how many options are */
    uint16_t option;         /* the last of them */
    bool is_row;             /* false: something else stands there */
};

/* True if a box or an option of the label stands at `at`. */
bool text_begins_ticks(const struct text_form *form, uint16_t label, const char *at,
                       const char *end);

void text_read_ticks(const struct text_form *form, uint16_t label, const char *at,
                     const char *end, struct text_ticks *ticks);

/* --- values (text_value.c) */

/* Part of a text, and what to do with the lines after the first. */
struct text_part {
    const char *from, *to; /* trimmed by text_take() */
    const char *indent;    /* the layout's; "": lines stay as they are */
    bool first_counts;     /* the first line, where it is one of its own, is indented too */
};

/* Takes the value between part->from and part->to, trimmed, as lines that end with LF.  false:
 * no memory.  `*len` is 0 where there is none. */
bool text_take(struct arena *arena, struct text_part *part, const char **text, uint32_t *len);

#endif
