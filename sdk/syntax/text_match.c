/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finding a form's words at the start of a line.  Most lines begin none, and are refused by
 * their first characters: the sorted keys are narrowed down character by character.  Knows
 * nothing of the lines around. */
#include "syntax/text_match.h"

#define HITS_MOST ((size_t)64 << 10) /* bytes that text_label_hits() looks at */
#define MOST_CLOSING_WORDS 8u        /* behind the words that close: a name, a post, a place */

#include "base/utf8.h"

#include <string.h>

enum separator { SEPARATOR_NONE, SEPARATOR_POINT, SEPARATOR_DASH, SEPARATOR_COLON };

struct search {
    const struct text_form *form;
    const struct text_matcher *matcher;
    const char *start, *end;
    const struct text_number *number; /* before the words; NULL = none */
    unsigned kinds;
    const char *words; /* where the words begin that are looked at */
    bool is_odd;       /* a character turned up that a wrong character set may have made */
    bool found;
    struct text_match best;
};

/* --- the words' ends */

static const char *skip_marks(const char *at, const char *end)
{
    while (at < end && (unsigned char)*at >= 0x80) {
        uint32_t folded[FOLD_MAX];
        size_t count = 0;
        size_t size = fold_char(at, (size_t)(end - at), folded, &count);
        if (count)
            break;
        at += size;
    }
    return at;
}

bool text_is_bounded(const uint32_t *chars, size_t len, const char *at, const char *end)
{
    uint32_t next = ' ';
    if (at < end && !utf8_decode(at, (size_t)(end - at), &next))
        return true;
    return !fold_is_word(chars[len - 1]) || !fold_is_word(next);
}

/* Scripts that put no blanks between words. */
static bool is_ideograph(uint32_t code)
{
    return code >= 0x2E80 && code <= 0x9FFF;
}

/* The length of a colon, or of a dash, at `at`. */
static size_t sign_at(const char *at, const char *end, uint32_t sign)
{
    uint32_t folded[FOLD_MAX];
    size_t count = 0;
    if (at == end)
        return 0;
    size_t size = fold_char(at, (size_t)(end - at), folded, &count);
    return count == 1 && folded[0] == sign ? size : 0;
}

static bool is_gap(const char *at, const char *end)
{
    return at == end || text_is_break(*at) || sign_at(at, end, ' ');
}

/* ":" "：" "::" ":-" */
static const char *skip_colons(const char *at, const char *end)
{
    for (size_t size; (size = sign_at(at, end, ':')) > 0;)
        at += size;
    size_t dash = sign_at(at, end, '-');
    return dash && is_gap(at + dash, end) ? at + dash : at;
}

/* " - " "--" "–" "—"; a hyphen inside a word is none.  NULL where there is no dash. */
static const char *skip_dashes(const char *words_end, const char *at, const char *end)
{
    const char *from = at;
    for (size_t size; (size = sign_at(at, end, '-')) > 0;)
        at += size;
    if (at == from)
        return NULL;
    bool is_hyphen = at - from == 1;
    return is_hyphen && (from == words_end || !is_gap(at, end)) ? NULL : at;
}

/* What separates the words from the value; `*value` is what is behind it. */
static enum separator read_separator(const char *words_end, const char *end, const char **value)
{
    const char *at = text_skip_blanks(words_end, end);
    *value = words_end;
    if (at == end)
        return SEPARATOR_NONE;
    const char *behind = at;
    if (*at == '.')
        behind = text_skip_blanks(at + 1, end);
    if (sign_at(behind, end, ':')) {
        *value = skip_colons(behind, end);
        return SEPARATOR_COLON;
    }
    if (*at == '.') {
        *value = at + 1;
        return SEPARATOR_POINT;
    }
    const char *dashes = skip_dashes(words_end, at, end);
    if (!dashes)
        return SEPARATOR_NONE;
    *value = dashes;
    return SEPARATOR_DASH;
}

const char *text_skip_separator(const char *words_end, const char *end, bool *has_colon)
{
    const char *value;
    *has_colon = read_separator(words_end, end, &value) == SEPARATOR_COLON;
    return value;
}

/* --- candidates */

/* How the number before the words suits a label. */
static uint8_t number_state(const struct search *s, uint16_t label)
{
    uint64_t own = s->matcher->numbers[label];
    if (!s->number)
        return TEXT_NUMBER_NONE;
    if (!own)
        return TEXT_NUMBER_FREE;
    return own == s->number->value ? TEXT_NUMBER_FITS : TEXT_NUMBER_DIFFERS;
}

static bool is_small(uint32_t code)
{
    return (code >= 'a' && code <= 'z') || (code >= 0xDF && code <= 0xFF) ||
           (code >= 0x430 && code <= 0x45F);
}

bool text_is_capital(const char *text, size_t len)
{
    size_t letters = 0;
    for (size_t at = 0; at < len;) {
        uint32_t code = 0;
        size_t size = utf8_decode(text + at, len - at, &code);
        if (!size || is_small(code))
            return false;
        letters += (code >= 'A' && code <= 'Z') || (code >= 0x410 && code <= 0x42F);
        at += size;
    }
    return letters >= 4;
}

/* "PRAZO 30/09/2026": a label without number, in capitals as the form prints it, and other
 * words behind it. */
static bool stands_out(const struct search *s, const struct text_key *key,
                       const char *words_end, const char *rest)
{
    const char *word = rest;
    while (word < s->end && !is_gap(word, s->end))
        word++;
    return key->is_capital && !s->number && !s->matcher->numbers[key->label] &&
           text_is_capital(s->words, (size_t)(words_end - s->words)) &&
           is_gap(words_end, s->end) && !text_is_capital(rest, (size_t)(word - rest));
}

/* True if what follows the words shows that they are the label. */
static bool is_shown(const struct search *s, const struct text_key *key, uint8_t number,
                     enum separator separator, const char *words_end, const char *value)
{
    const char *rest = text_skip_blanks(value, s->end);
    bool is_whole_line = rest == s->end || text_is_break(*rest);
    uint8_t kind = s->form->labels[key->label].kind;
    if (kind == TEXT_HEADING)
        return is_whole_line && separator != SEPARATOR_DASH;
    if (is_whole_line || separator >= SEPARATOR_DASH || number == TEXT_NUMBER_FITS)
        return true;
    if (separator == SEPARATOR_POINT)
        return false;
    return key->is_question || stands_out(s, key, words_end, rest) ||
           (kind == TEXT_TICKS && text_begins_ticks(s->form, key->label, rest, s->end));
}

/* Weighs `count` keys of one spelling from `first` on, whose words end at `at`. */
static void weigh_label(struct search *s, uint32_t first, uint32_t count, const char *at,
                        bool is_damaged)
{
    const struct text_key *key = &s->matcher->keys[first];
    uint8_t number = number_state(s, key->label);
    for (uint32_t i = 0; i < count && number != TEXT_NUMBER_FITS; i++) {
        /* Of several labels the one with the right number. */
        if (number_state(s, key[i].label) == TEXT_NUMBER_FITS) {
            first += i;
            count -= i;
            number = TEXT_NUMBER_FITS;
        }
    }
    key = &s->matcher->keys[first];
    if (number == TEXT_NUMBER_FITS)
        for (uint32_t i = 0; i < count; i++)
            if (key[i].label != key->label)
                count = i;
    if (s->number && s->number->is_alone && number != TEXT_NUMBER_FITS)
        return;
    const char *words_end = skip_marks(at, s->end), *value = NULL;
    if (!text_is_bounded(key->chars, key->len, words_end, s->end) &&
        !(number == TEXT_NUMBER_FITS && is_ideograph(key->chars[key->len - 1])))
        return;
    enum separator separator = read_separator(words_end, s->end, &value);
    if (!is_shown(s, key, number, separator, words_end, value))
        return;
    s->found = true;
    s->best = (struct text_match){.start = s->start,
                                  .end = words_end,
                                  .value = value,
                                  .key = first,
                                  .key_count = count,
                                  .kind = TEXT_LABEL_WORDS,
                                  .number = number,
                                  .has_colon = separator == SEPARATOR_COLON,
                                  .is_damaged = is_damaged};
}

static void weigh_others(struct search *s, uint32_t key, const char *at)
{
    const struct text_key *words = &s->matcher->keys[key];
    const char *words_end = skip_marks(at, s->end);
    bool no_blanks = is_ideograph(words->chars[words->len - 1]);
    if (!no_blanks && !text_is_bounded(words->chars, words->len, words_end, s->end))
        return;
    s->found = true;
    s->best = (struct text_match){.start = s->start,
                                  .end = words_end,
                                  .value = words_end,
                                  .key = key,
                                  .key_count = 1,
                                  .kind = words->kind};
}

/* Weighs the keys from `first` on that have `depth` characters, all of which were found. */
static void weigh(struct search *s, uint32_t first, uint32_t high, uint32_t depth,
                  const char *at)
{
    const struct text_key *keys = s->matcher->keys;
    uint32_t labels = first, exact = first, last = first;
    while (last < high && keys[last].len == depth) {
        labels += keys[last].kind == TEXT_LABEL_WORDS;
        exact += keys[last].kind == TEXT_LABEL_WORDS && !keys[last].is_loose;
        last++;
    }
    /* The longest words win; of the same, a label before guidance before a closing. */
    for (uint32_t i = last; i-- > labels;)
        if (keys[i].kind & s->kinds && !s->number)
            weigh_others(s, i, at);
    if (labels > first && s->kinds & TEXT_LABEL_WORDS)
        weigh_label(s, first, (exact > first ? exact : labels) - first, at, false);
}

/* Leaves of the keys from *low to *high, which share `depth` characters, those that go on with
 * `code`. */
static bool narrow(const struct text_key *keys, uint32_t depth, uint32_t code, uint32_t *low,
                   uint32_t *high)
{
    uint32_t from = *low, to = *high;
    if (from + 1 == to) /* one key is left: mostly so behind the first characters */
        return keys[from].len > depth && keys[from].chars[depth] == code;
    while (from < to && keys[from].len <= depth)
        from++;
    for (uint32_t end = to; from < end;) {
        uint32_t middle = from + (end - from) / 2;
        if (keys[middle].chars[depth] < code)
            from = middle + 1;
        else
            end = middle;
    }
    *low = from;
    for (uint32_t start = from; start < to;) {
        uint32_t middle = start + (to - start) / 2;
        if (keys[middle].chars[depth] > code)
            to = middle;
        else
            start = middle + 1;
    }
    *high = to;
    return from < to;
}

/* True for a character that may stand for another. */
static bool is_odd(const char *at, const char *end)
{
    return at < end && ((unsigned char)*at >= 0x80 || *at == '?');
}

static void descend(struct search *s, const char *at)
{
    const struct text_matcher *matcher = s->matcher;
    uint32_t low = 0, high = matcher->key_count, depth = 0;
    if ((unsigned char)*at < 0x80) {
        uint32_t first = fold_ascii(*at);
        low = matcher->first[first];
        high = matcher->first[first + 1];
    }
    s->is_odd = is_odd(at, s->end);
    while (at < s->end && low < high) {
        uint32_t folded[FOLD_MAX], before = depth;
        size_t count = 0;
        s->is_odd = s->is_odd || is_odd(at, s->end);
        size_t size = fold_char(at, (size_t)(s->end - at), folded, &count);
        for (size_t i = 0; i < count; i++) {
            if (folded[i] == ' ')
                continue;
            if (!narrow(matcher->keys, depth, folded[i], &low, &high))
                return;
            depth++;
        }
        at += size;
        if (depth > before && matcher->keys[low].len == depth)
            weigh(s, low, high, depth, at);
    }
}

/* --- words that a wrong character set changed */

/* Steps over the characters that stand for a run of `count`; NULL where there are too few. */
static const char *skip_damaged_run(const char *at, const char *end, uint32_t count,
                                    bool question_follows)
{
    uint32_t taken = 0;
    while (taken < 4 * count && is_odd(at, end) && !sign_at(at, end, ':')) {
        size_t size = utf8_sequence(at, (size_t)(end - at));
        at += size ? size : 1;
        taken++;
    }
    if (question_follows && taken > count && at[-1] == '?')
        at--;
    return taken < count ? NULL : at;
}

const char *text_skip_words(const uint32_t *chars, size_t len, const char *at, const char *end)
{
    size_t matched = 0;
    while (matched < len) {
        uint32_t folded[FOLD_MAX];
        size_t count = 0;
        if (at == end)
            return NULL;
        at += fold_char(at, (size_t)(end - at), folded, &count);
        for (size_t i = 0; i < count; i++) {
            if (folded[i] == ' ')
                continue;
            if (matched == len || folded[i] != chars[matched])
                return NULL;
            matched++;
        }
    }
    return at;
}

const char *text_match_damaged(const struct text_pattern *pattern, const char *at,
                               const char *end)
{
    bool is_damaged = false;
    for (size_t i = 0; i < pattern->count && at;) {
        uint32_t unit = pattern->units[i];
        const char *from = text_skip_space(at, end);
        if (unit < TEXT_RUN) {
            bool is_same = from < end && fold_ascii(*from) == unit;
            at = is_same && (unsigned char)*from < 0x80 ? from + 1 : NULL;
            i++;
            continue;
        }
        const uint32_t *folded = &pattern->units[i + 2];
        uint32_t folded_len = pattern->units[i + 1];
        i += 2 + folded_len;
        bool is_last = i == pattern->count, asks = !is_last && pattern->units[i] == '?';
        at = text_skip_words(folded, folded_len, from, end);
        if (at && (is_last || asks || !is_odd(at, end)))
            continue;
        is_damaged = true;
        at = skip_damaged_run(from, end, unit - TEXT_RUN, asks);
    }
    return is_damaged ? at : NULL;
}

static void search_damaged(struct search *s, const char *at)
{
    for (size_t i = 0; i < s->matcher->damageable_count; i++) {
        const struct text_damageable *one = &s->matcher->damageable[i];
        const char *end = text_match_damaged(&one->pattern, at, s->end);
        if (end && (!s->found || end > s->best.end))
            weigh_label(s, one->key, 1, end, true);
    }
}

/* --- a line */

static void search_from(struct search *s, const char *at)
{
    bool was_found = s->found;
    s->words = at;
    descend(s, at);
    if (s->is_odd && s->found == was_found && s->kinds & TEXT_LABEL_WORDS)
        search_damaged(s, at);
    if (s->found && !was_found)
        s->best.words = at;
}

/* Looks behind a number; true where words are found there and the number is theirs. */
static bool search_numbered(struct search *s, const char *at, bool *is_loose)
{
    struct text_number number;
    if (!text_read_number(at, s->end, false, &number))
        return false;
    *is_loose = number.is_loose;
    const char *words = number.is_alone ? text_skip_space(number.after, s->end) : number.after;
    words = text_skip_blanks(words, s->end);
    if (words == s->end || text_is_break(*words))
        return false;
    s->number = &number;
    search_from(s, words);
    s->number = NULL;
    return s->found && s->best.number == TEXT_NUMBER_FITS;
}

bool text_match_words(const struct text_form *form, const char *at, const char *end,
                      unsigned kinds, struct text_match *match)
{
    struct search s = {
        .form = form, .matcher = form->matcher, .start = at, .end = end, .kinds = kinds};
    bool is_loose = false;
    if (kinds & TEXT_LABEL_WORDS && text_may_be_number(at, end) &&
        search_numbered(&s, at, &is_loose)) {
        *match = s.best;
        return true;
    }
    s.found = s.found && !is_loose; /* "A report: ..." has no number */
    struct search plain = {
        .form = form, .matcher = form->matcher, .start = at, .end = end, .kinds = kinds};
    search_from(&plain, at);
    if (!plain.found && !s.found)
        return false;
    *match = plain.found ? plain.best : s.best;
    return true;
}

/* --- a text */

size_t text_label_hits(const struct text_form *form, const char *text, size_t size,
                       bool own_only)
{
    bool seen[TEXT_MAX_LABELS] = {false};
    size_t hits = 0;
    const char *end = text + utf8_cut(text, size, HITS_MOST);
    for (const char *line = text; line < end;) {
        struct text_match match;
        const char *at = line;
        if (text_match_line(form, line, end, TEXT_LABEL_WORDS, &match)) {
            const struct text_key *keys = &form->matcher->keys[match.key];
            uint32_t i = 0;
            while (i + 1 < match.key_count && seen[keys[i].label])
                i++;
            hits += !seen[keys[i].label] && !(own_only && form->labels[keys[i].label].is_annex);
            seen[keys[i].label] = true;
            at = match.value;
        }
        line = text_skip_break(text_line_end(at, end), end);
    }
    return hits;
}

/* --- the closing part */

/* Words from `at` to the end of the line. */
static size_t count_words(const char *at, const char *line_end)
{
    size_t count = 0;
    while ((at = text_skip_blanks(at, line_end)) < line_end) {
        count++;
        while (at < line_end && !is_gap(at, line_end))
            at++;
    }
    return count;
}

/* True for the full stop of a sentence: behind a small letter, and not of an initial. */
static bool ends_sentence(const char *from, const char *to)
{
    to = text_trim_end(from, to);
    if (to - from < 4 || to[-1] != '.')
        return false;
    uint32_t code = 0;
    size_t size = 1;
    while (size < 4 && ((unsigned char)to[-1 - (ptrdiff_t)size] & 0xC0u) == 0x80u)
        size++;
    utf8_decode(to - 1 - size, size, &code);
    return is_small(code);
}

bool text_closes(const struct text_form *form, const char *line, const char *end)
{
    struct text_match match;
    if (text_is_rule(line, end))
        return true;
    if (!text_match_line(form, line, end, TEXT_CLOSING_WORDS, &match))
        return false;
    const char *line_end = text_line_end(match.end, end);
    const char *rest = text_skip_blanks(match.end, line_end);
    if (rest == line_end || memchr(",:_/-.", *rest, 6) || (unsigned char)*rest >= 0xE2)
        return count_words(rest, line_end) <= MOST_CLOSING_WORDS;
    return count_words(rest, line_end) <= MOST_CLOSING_WORDS && !ends_sentence(rest, line_end);
}
