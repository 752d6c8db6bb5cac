/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finding catalogued sets in a text, and choosing among their alternatives.  A '[' is compared
 * with the few sets that begin with the same byte, and none of them is longer than its words,
 * so that a text of nothing but brackets costs no more than another. */
#include "model/terms.h"

#include "base/utf8.h"

/* Length of the white space at text[at]: what Unicode calls so, since letters that were typed
 * or scanned have no-break and ideographic spaces too. */
static size_t space_at(const char *text, size_t len, size_t at)
{
    unsigned char c = (unsigned char)text[at];
    if (c == ' ' || (c >= '\t' && c <= '\r'))
        return 1;
    if (c < 0xC2)
        return 0;
    uint32_t code = 0;
    size_t size = utf8_decode(text + at, len - at, &code);
    bool is_space = code == 0x85 || code == 0xA0 || code == 0x1680 ||
                    (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 ||
                    code == 0x202F || code == 0x205F || code == 0x3000;
    return is_space ? size : 0;
}

static size_t skip_spaces(const char *text, size_t len, size_t at)
{
    for (size_t more = 1; at < len && more; at += more)
        more = space_at(text, len, at);
    return at;
}

/* Where "[words]" that begins at text[at] ends; 0 where it does not stand there. */
static size_t match_alternative(const struct term_text *words, const char *text, size_t len,
                                size_t at)
{
    if (at >= len || text[at] != '[')
        return 0;
    at++;
    for (uint32_t i = 0; i < words->len; i++) {
        if (at >= len)
            return 0;
        if (words->text[i] != ' ') {
            if (words->text[i] != text[at++])
                return 0;
            continue;
        }
        size_t behind = skip_spaces(text, len, at);
        if (behind == at)
            return 0;
        at = behind;
    }
    return at < len && text[at] == ']' ? at + 1 : 0;
}

static bool match_set(const struct terms *terms, const struct term_set *set, const char *text,
                      size_t len, size_t at, struct term_span *span)
{
    span->offset = at;
    span->set = set;
    span->term = set->term;
    span->count = terms->terms[set->term].count;
    for (size_t i = 0; i < span->count; i++) {
        if (i)
            at = skip_spaces(text, len, at);
        size_t end = match_alternative(&set->alternatives[i], text, len, at);
        if (!end)
            return false;
        span->alternatives[i].offset = at + 1;
        span->alternatives[i].len = end - at - 2;
        at = end;
    }
    span->len = at - span->offset;
    return true;
}

bool terms_match(const struct terms *terms, const char *text, size_t len, size_t at,
                 struct term_span *span)
{
    bool found = false;
    if (at + 1 >= len || text[at] != '[')
        return false;
    uint16_t next = terms->heads[(unsigned char)text[at + 1]];
    for (; next != TERM_NONE; next = terms->sets[next].next) {
        struct term_span other;
        if (!match_set(terms, &terms->sets[next], text, len, at, &other) ||
            (found && other.len <= span->len))
            continue;
        other.choice = span->choice;
        *span = other; /* the longest: a set may begin as another does */
        found = true;
    }
    return found;
}

uint16_t terms_find(const struct terms *terms, const char *id, size_t len)
{
    for (size_t i = 0; i < terms->count; i++)
        if (strlen(terms->terms[i].id) == len && memcmp(terms->terms[i].id, id, len) == 0)
            return (uint16_t)i;
    return TERM_NONE;
}

/* --- choosing */

void terms_choose(const struct terms *terms, enum term_voice voice,
                  struct term_choices *choices)
{
    memset(choices, 0, sizeof *choices);
    for (size_t i = 0; i < terms->count; i++)
        if (terms->terms[i].class == TERM_CLASS_TERM ||
            terms->terms[i].class == TERM_CLASS_AGREEMENT)
            choices->of[i] = (uint8_t)voice;
}

uint8_t terms_choice(const struct terms *terms, const struct term_choices *choices,
                     uint16_t term)
{
    while (choices->of[term] == TERM_FOLLOWS && terms->terms[term].follows != TERM_NONE)
        term = terms->terms[term].follows;
    return choices->of[term] == TERM_FOLLOWS ? TERM_BRACKETED : choices->of[term];
}

/* --- sets in a text */

void term_walk_init(struct term_walk *walk, const struct terms *terms,
                    const struct term_choices *choices, const char *text, size_t len)
{
    walk->terms = terms;
    walk->choices = choices;
    walk->text = text;
    walk->len = len;
    walk->at = 0;
    memset(walk->nearest, TERM_FOLLOWS, sizeof walk->nearest);
}

static uint8_t choose(struct term_walk *walk, uint16_t index)
{
    const struct term *term = &walk->terms->terms[index];
    if (!walk->choices)
        return TERM_BRACKETED;
    bool agrees =
        term->class == TERM_CLASS_AGREEMENT && walk->choices->of[index] == TERM_FOLLOWS;
    uint8_t choice = agrees ? walk->nearest[term->root] : TERM_FOLLOWS;
    if (choice == TERM_FOLLOWS)
        choice = terms_choice(walk->terms, walk->choices, index);
    if (choice > term->count)
        choice = TERM_BRACKETED; /* a term with more alternatives than what agrees with it */
    if (term->class == TERM_CLASS_TERM)
        walk->nearest[term->root] = choice;
    return choice;
}

bool term_walk_next(struct term_walk *walk, struct term_span *span)
{
    while (walk->at < walk->len) {
        const char *open = memchr(walk->text + walk->at, '[', walk->len - walk->at);
        if (!open)
            break;
        walk->at = (size_t)(open - walk->text);
        if (terms_match(walk->terms, walk->text, walk->len, walk->at, span)) {
            span->choice = choose(walk, span->term);
            walk->at += span->len;
            return true;
        }
        walk->at++;
    }
    walk->at = walk->len;
    return false;
}

size_t terms_resolve_once(const struct terms *terms, const struct term_choices *choices,
                          const char *text, size_t len, struct buffer *out)
{
    struct term_walk walk;
    struct term_span span;
    size_t done = 0, resolved = 0;
    term_walk_init(&walk, terms, choices, text, len);
    while (term_walk_next(&walk, &span)) {
        if (span.choice == TERM_BRACKETED)
            continue;
        const struct term_text *chosen = &span.set->alternatives[span.choice - 1];
        buffer_add(out, text + done, span.offset - done);
        buffer_add(out, chosen->text, chosen->len);
        done = span.offset + span.len;
        resolved++;
    }
    buffer_add(out, text + done, len - done);
    return resolved;
}

comity_status terms_resolve(const struct terms *terms, const struct term_choices *choices,
                            const char *text, size_t len, struct buffer *out)
{
    struct buffer last;
    comity_status status = COMITY_OK;
    size_t start = out->size;
    int depth = 0;
    buffer_init(&last, 0);
    size_t resolved = terms_resolve_once(terms, choices, text, len, out);
    while (resolved && buffer_status(out) == COMITY_OK && depth++ < TERM_NESTING) {
        buffer_clear(&last);
        buffer_add(&last, out->bytes + start, out->size - start);
        status = buffer_status(&last);
        if (status != COMITY_OK)
            break;
        out->size = start;
        resolved = terms_resolve_once(terms, choices, last.bytes, last.size, out);
    }
    buffer_free(&last);
    if (buffer_status(out) != COMITY_OK)
        return buffer_status(out);
    return status == COMITY_OK && resolved ? COMITY_E_LIMIT : status;
}
