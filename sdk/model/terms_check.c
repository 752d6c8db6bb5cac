/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Faults of bracketed terms.  Brackets side by side are compared with the catalogue without
 * regard to case and to white space at their edges; a text's brackets that have no word of it
 * inside are nobody's business. */
#include "model/terms_check.h"

#include <stdio.h>

#define MOST_WORDS 400u /* bytes in a bracket that can be an alternative, spaces folded */

/* One bracket without another inside. */
struct bracket {
    size_t offset, len; /* from '[' to behind ']' */
    size_t size;        /* of the words; more than fit: 0 */
    char words[MOST_WORDS];
};

struct check {
    const struct terms *terms;
    const char *text;
    size_t len;
    term_fault_fn *each;
    void *user;
    struct bracket brackets[TERM_ALTERNATIVES];
    size_t count;
    bool has_term[TERMS_MAX]; /* by root: a term of it stands before */
    size_t sets[TERMS_MAX];   /* in brackets */
};

static void tell(struct check *c, int32_t severity, const char *code, size_t offset, size_t len,
                 const char *message)
{
    struct term_fault fault = {severity, code, message, offset, len};
    c->each(c->user, &fault);
}

static bool is_blank(char b)
{
    return b == ' ' || (b >= '\t' && b <= '\r');
}

static size_t skip_blanks(const struct check *c, size_t at)
{
    while (at < c->len && is_blank(c->text[at]))
        at++;
    return at;
}

/* Takes the bracket at text[at]; false where it holds another, or is too long to be a term. */
static bool take_bracket(const struct check *c, size_t at, struct bracket *bracket)
{
    bracket->offset = at++;
    bracket->size = 0;
    bool gap = false;
    for (; at < c->len && c->text[at] != '[' && c->text[at] != ']'; at++) {
        if (is_blank(c->text[at])) {
            gap = bracket->size != 0;
            continue;
        }
        if (bracket->size + 2 > MOST_WORDS)
            return false;
        if (gap)
            bracket->words[bracket->size++] = ' ';
        gap = false;
        bracket->words[bracket->size++] = c->text[at];
    }
    bracket->len = at + 1 - bracket->offset;
    return at < c->len && c->text[at] == ']' && bracket->size;
}

static char lower(char b)
{
    return b >= 'A' && b <= 'Z' ? (char)(b + ('a' - 'A')) : b;
}

static bool same_words(const struct bracket *bracket, const char *text, size_t len)
{
    if (bracket->size != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (lower(bracket->words[i]) != lower(text[i]))
            return false;
    return true;
}

static bool is_alternative(const struct bracket *bracket, const struct term_set *set, size_t i)
{
    return same_words(bracket, set->alternatives[i].text, set->alternatives[i].len);
}

/* How many of the brackets are alternatives of a set, in any order. */
static size_t alternatives_of(const struct check *c, const struct term_set *set, bool *in_order)
{
    size_t count = c->terms->terms[set->term].count, known = 0;
    *in_order = count == c->count;
    for (size_t b = 0; b < c->count; b++) {
        size_t i = 0;
        while (i < count && !is_alternative(&c->brackets[b], set, i))
            i++;
        known += i < count;
        *in_order = *in_order && i == b;
    }
    return known;
}

/* The words of one alternative of a term with the agreement of the other. */
static bool is_crossed(const struct check *c, const struct bracket *bracket,
                       const struct term_set *set, const struct term_set *of)
{
    size_t count = c->terms->terms[of->term].count;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++) {
            const struct term_text *noun = &of->alternatives[i], *other = &of->alternatives[k],
                                   *whole = &set->alternatives[k];
            if (i == k || whole->len <= other->len || bracket->size <= noun->len ||
                memcmp(whole->text, other->text, other->len) != 0)
                continue;
            size_t rest = whole->len - other->len;
            if (bracket->size == noun->len + rest &&
                memcmp(bracket->words, noun->text, noun->len) == 0 &&
                memcmp(bracket->words + noun->len, whole->text + other->len, rest) == 0)
                return true;
        }
    return false;
}

static bool has_crossed(const struct check *c)
{
    for (size_t s = 0; s < c->terms->set_count; s++) {
        const struct term_set *set = &c->terms->sets[s];
        const struct term *term = &c->terms->terms[set->term];
        for (size_t o = 0; term->class == TERM_CLASS_AGREEMENT && o < c->terms->set_count; o++)
            for (size_t b = 0; c->terms->sets[o].term == term->follows && b < c->count; b++)
                if (is_crossed(c, &c->brackets[b], set, &c->terms->sets[o]))
                    return true;
    }
    return false;
}

/* Tells what is wrong with brackets side by side that are no set. */
static void judge(struct check *c)
{
    char message[240];
    size_t best = 0, offset = c->brackets[0].offset;
    const struct term_set *nearest = NULL;
    bool best_in_order = false;
    size_t end = c->brackets[c->count - 1].offset + c->brackets[c->count - 1].len;
    for (size_t s = 0; s < c->terms->set_count; s++) {
        bool in_order = false;
        size_t known = alternatives_of(c, &c->terms->sets[s], &in_order);
        if (known <= best && !(known == best && in_order && !best_in_order))
            continue;
        best = known;
        best_in_order = in_order;
        nearest = &c->terms->sets[s];
    }
    const char *id = nearest ? c->terms->terms[nearest->term].id : "";
    size_t count = nearest ? c->terms->terms[nearest->term].count : 0;
    const char *code = "term.unknown";
    int32_t severity = COMITY_WARNING;
    snprintf(message, sizeof message,
             "these brackets are no set of the catalogue, though one is of '%.60s'", id);
    if (has_crossed(c)) {
        code = "term.agreement";
        severity = COMITY_ERROR;
        snprintf(message, sizeof message,
                 "a word in these brackets does not agree with its "
                 "term");
    } else if (!nearest) {
        if (c->count < 2)
            return;
        severity = COMITY_NOTE;
        snprintf(message, sizeof message, "these brackets are no set of the catalogue");
    } else if (best == count && c->count == count) {
        code = best_in_order ? "term.ill-formed" : "term.order";
        severity = COMITY_ERROR;
        snprintf(message, sizeof message,
                 best_in_order ? "the set '%.60s' is written otherwise than in the catalogue"
                               : "the alternatives of '%.60s' stand in another order than in "
                                 "the catalogue",
                 id);
    } else if (c->count == 1) {
        code = "term.incomplete";
        snprintf(message, sizeof message, "an alternative of '%.60s' stands alone in brackets",
                 id);
    }
    tell(c, severity, code, offset, end - offset, message);
}

/* Takes the brackets that stand side by side from text[at] on; where they end. */
static size_t take_row(struct check *c, size_t at)
{
    struct term_span span;
    c->count = 0;
    while (c->count < TERM_ALTERNATIVES && at < c->len && c->text[at] == '[' &&
           !terms_match(c->terms, c->text, c->len, at, &span) &&
           take_bracket(c, at, &c->brackets[c->count])) {
        at += c->brackets[c->count++].len;
        size_t next = skip_blanks(c, at);
        if (next >= c->len || c->text[next] != '[')
            break;
        at = next;
    }
    if (c->count)
        judge(c);
    return at;
}

static void take_set(struct check *c, const struct term_span *span)
{
    char message[200];
    const struct term *term = &c->terms->terms[span->term];
    c->sets[span->term]++;
    if (term->class == TERM_CLASS_TERM)
        c->has_term[term->root] = true;
    /* What holds its noun within itself needs no term before it. */
    const struct term_set *noun = NULL;
    for (size_t s = 0; s < c->terms->set_count; s++)
        if (c->terms->sets[s].term == term->root &&
            strcmp(c->terms->sets[s].language, span->set->language) == 0)
            noun = &c->terms->sets[s];
    bool holds_noun = false;
    for (size_t i = 0; noun && i + noun->alternatives[0].len <= span->set->alternatives[0].len;
         i++)
        holds_noun =
            holds_noun || memcmp(span->set->alternatives[0].text + i,
                                 noun->alternatives[0].text, noun->alternatives[0].len) == 0;
    if (term->class != TERM_CLASS_AGREEMENT || c->has_term[term->root] || holds_noun ||
        term->root == span->term || term->follows == TERM_NONE)
        return;
    snprintf(message, sizeof message,
             "'%.60s' agrees with '%.60s', and no set of that stands before it in the text",
             term->id, c->terms->terms[term->follows].id);
    tell(c, COMITY_WARNING, "term.agreement", span->offset, span->len, message);
}

/* --- voices */

static bool is_letter(char b)
{
    return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (unsigned char)b >= 0x80;
}

/* True if the words stand at text[at] as words of their own. */
static bool stands_at(const struct check *c, size_t at, const struct term_text *words)
{
    return words->len <= c->len - at && memcmp(c->text + at, words->text, words->len) == 0 &&
           (at == 0 || !is_letter(c->text[at - 1])) &&
           (at + words->len == c->len || !is_letter(c->text[at + words->len]));
}

/* Words that say a term's choice beyond doubt: several, so that no other meaning is likely. */
static bool is_telling(const struct term_text *words)
{
    return memchr(words->text, ' ', words->len) != NULL;
}

/* Counts chosen words of each term outside of brackets, and tells of the second voice. */
static void check_voices(struct check *c)
{
    char message[240];
    uint8_t said[TERMS_MAX] = {0}; /* the choice met first */
    bool is_told[TERMS_MAX] = {0};
    int depth = 0;
    for (size_t at = 0; at < c->len; at++) {
        depth += (c->text[at] == '[') - (c->text[at] == ']' && depth > 0);
        if (depth || (at && is_letter(c->text[at - 1])))
            continue;
        uint16_t s = 0;
        for (; s < c->terms->set_count; s++) {
            const struct term_set *set = &c->terms->sets[s];
            const struct term *term = &c->terms->terms[set->term];
            if (term->class != TERM_CLASS_TERM || is_told[set->term])
                continue;
            for (uint8_t i = 0; i < term->count; i++) {
                if (!is_telling(&set->alternatives[i]) ||
                    !stands_at(c, at, &set->alternatives[i]))
                    continue;
                bool is_other = said[set->term] && said[set->term] != i + 1;
                said[set->term] = said[set->term] ? said[set->term] : (uint8_t)(i + 1);
                if (!is_other && !c->sets[set->term])
                    continue;
                snprintf(message, sizeof message,
                         "'%.60s' is chosen here, and %s elsewhere in the text", term->id,
                         is_other ? "otherwise" : "stands in brackets");
                tell(c, COMITY_WARNING, "term.mixed", at, set->alternatives[i].len, message);
                is_told[set->term] = true;
            }
        }
    }
}

void terms_check(const struct terms *terms, const char *text, size_t len, term_fault_fn *each,
                 void *user)
{
    struct check c = {.terms = terms, .text = text, .len = len, .each = each, .user = user};
    for (size_t at = 0; at < len;) {
        struct term_span span;
        const char *open = memchr(text + at, '[', len - at);
        if (!open)
            break;
        at = (size_t)(open - text);
        if (terms_match(terms, text, len, at, &span)) {
            take_set(&c, &span);
            at += span.len;
            continue;
        }
        size_t end = take_row(&c, at);
        at = end > at ? end : at + 1;
    }
    check_voices(&c);
}
