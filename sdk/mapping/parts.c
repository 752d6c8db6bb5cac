/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Matching the parts of a text.  Words are compared folded and without white space, as people
 * type them; what stands in a hole is never changed but for blanks at its ends. */
#include "mapping/parts.h"

#include "base/bytes.h"
#include "base/fold.h"

#define NOT_THERE SIZE_MAX

static bool is_letter(uint32_t code)
{
    return (code >= 'a' && code <= 'z') || (code > 0xBF && code < 0x2000);
}

/* Length of the character that ends at `end`. */
static size_t char_before(const char *text, size_t end)
{
    size_t len = 1;
    while (len < end && len < 4 && ((unsigned char)text[end - len] & 0xC0u) == 0x80u)
        len++;
    return len;
}

/* The one folded character, 0 where there is none, ' ' for white space. */
static uint32_t folded_at(const char *text, size_t len, size_t *size)
{
    uint32_t code[FOLD_MAX];
    size_t count = 0;
    *size = fold_char(text, len, code, &count);
    return count ? code[0] : 0;
}

struct slice slice_trim(struct slice text)
{
    size_t size;
    while (text.len && folded_at(text.text, text.len, &size) == ' ') {
        text.text += size;
        text.len -= size;
    }
    while (text.len) {
        size = char_before(text.text, text.len);
        size_t unused;
        if (folded_at(text.text + text.len - size, size, &unused) != ' ')
            break;
        text.len -= size;
    }
    return text;
}

/* How many bytes of the text's beginning are the literal, or NOT_THERE. */
static size_t literal_at_start(const struct literal *literal, struct slice text)
{
    size_t at = 0;
    uint32_t i = 0;
    while (i < literal->folded_len) {
        if (at == text.len)
            return NOT_THERE;
        uint32_t code[FOLD_MAX];
        size_t count;
        at += fold_char(text.text + at, text.len - at, code, &count);
        for (size_t k = 0; k < count; k++)
            if (code[k] != ' ' && (i == literal->folded_len || code[k] != literal->folded[i++]))
                return NOT_THERE;
    }
    return at;
}

/* A blank in the literal between two letters must be one in the text too. */
static bool parted_after(const struct literal *literal, struct slice text, size_t at)
{
    bool blank = literal->len && literal->text[literal->len - 1] == ' ';
    size_t size;
    return !blank || at == text.len || !literal->folded_len ||
           !is_letter(literal->folded[literal->folded_len - 1]) ||
           !is_letter(folded_at(text.text + at, text.len - at, &size));
}

static bool parted_before(const struct literal *literal, struct slice text, size_t at)
{
    size_t size = at ? char_before(text.text, at) : 0, unused;
    return !at || !literal->len || literal->text[0] != ' ' || !literal->folded_len ||
           !is_letter(literal->folded[0]) ||
           !is_letter(folded_at(text.text + at - size, size, &unused));
}

/* Where the literal begins at the text's end, or NOT_THERE. */
static size_t literal_at_end(const struct literal *literal, struct slice text)
{
    size_t at = text.len;
    for (uint32_t steps = literal->folded_len + 8; at > 0 && steps > 0; steps--) {
        at -= char_before(text.text, at);
        struct slice tail = {text.text + at, text.len - at};
        if (literal_at_start(literal, tail) == tail.len)
            return at;
    }
    return NOT_THERE;
}

/* Length of a letter that folds to no ASCII for certain: Cyrillic, Chinese; 0: it may. */
static size_t letter_size(const char *text, size_t len)
{
    unsigned char first = (unsigned char)text[0];
    if (first >= 0xD0 && first <= 0xD4 && len >= 2)
        return 2;
    return first >= 0xE4 && first <= 0xE9 && len >= 3 ? 3 : 0;
}

/* Where the literal stands first, and how many bytes it takes there; NOT_THERE. */
static size_t literal_find(const struct literal *literal, struct slice text, size_t *size)
{
    bool is_ascii = literal->folded[0] < 0x80;
    for (size_t at = 0; at < text.len;) {
        struct slice tail = {text.text + at, text.len - at};
        size_t step = is_ascii ? letter_size(tail.text, tail.len) : 0;
        if (!step && folded_at(tail.text, tail.len, &step) == literal->folded[0]) {
            *size = literal_at_start(literal, tail);
            if (*size != NOT_THERE)
                return at;
        }
        at += step;
    }
    return NOT_THERE;
}

static bool same_bytes(const struct literal *literal, const char *text, size_t len)
{
    return literal->len == len && bytes_equal(literal->text, text, len);
}

/* A blank at an end of what is written between parts must be one in the text: " - " is not the
 * hyphen of a number. */
static bool is_parted(const char *between, struct slice text, size_t at, size_t size)
{
    size_t len = strlen(between), unused;
    if (between[0] == ' ' && at > 0) {
        size_t before = char_before(text.text, at);
        if (folded_at(text.text + at - before, before, &unused) != ' ')
            return false;
    }
    return between[0] != ' ' || between[len - 1] != ' ' || at + size >= text.len ||
           folded_at(text.text + at + size, text.len - at - size, &unused) == ' ';
}

static size_t find_separator(const struct parts *parts, struct slice text, size_t *size)
{
    if (!parts->separator.folded_len) {
        *size = strlen(parts->between);
        const char *end = *size == 1 ? memchr(text.text, parts->between[0], text.len)
                                     : memmem(text.text, text.len, parts->between, *size);
        return end ? (size_t)(end - text.text) : NOT_THERE;
    }
    for (size_t from = 0;;) {
        struct slice rest = {text.text + from, text.len - from};
        size_t at = literal_find(&parts->separator, rest, size);
        if (at == NOT_THERE || is_parted(parts->between, text, from + at, *size))
            return at == NOT_THERE ? at : from + at;
        from += at + *size;
    }
}

bool pattern_is_bare(const struct pattern *pattern)
{
    return pattern->hole_count == 1 && !pattern->literals[0].folded_len &&
           !pattern->literals[1].folded_len && !pattern->begins[0].folded_len &&
           !pattern->ends[0].folded_len;
}

bool parts_next(const struct parts *parts, struct slice *rest, struct slice *segment,
                bool *exact)
{
    if (!rest->len)
        return false;
    *segment = *rest;
    *rest = (struct slice){NULL, 0};
    size_t size = 0;
    size_t at = parts->between ? find_separator(parts, *segment, &size) : NOT_THERE;
    if (at == NOT_THERE) {
        *segment = slice_trim(*segment);
        return true;
    }
    *rest = (struct slice){segment->text + at + size, segment->len - at - size};
    struct slice before = {segment->text, at}, after = slice_trim(*rest);
    *segment = slice_trim(before);
    const char *end = segment->text + segment->len;
    size_t between = strlen(parts->between);
    if (!after.len || (size_t)(after.text - end) != between ||
        !bytes_equal(end, parts->between, between))
        *exact = false;
    *rest = after;
    return true;
}

bool parts_split(const struct parts *parts, struct slice value)
{
    size_t size;
    return value.len &&
           (slice_trim(value).len != value.len || memchr(value.text, '\r', value.len) ||
            (parts->between && find_separator(parts, value, &size) != NOT_THERE));
}

/* A value must begin and end as its hole says. */
static bool fits_hole(const struct pattern *pattern, size_t hole, struct slice value)
{
    if (!value.len)
        return false;
    if (pattern->begins[hole].folded_len &&
        literal_at_start(&pattern->begins[hole], value) == NOT_THERE)
        return false;
    return !pattern->ends[hole].folded_len ||
           literal_at_end(&pattern->ends[hole], value) != NOT_THERE;
}

bool pattern_match(const struct pattern *pattern, struct slice segment,
                   struct slice holes[PATTERN_MAX_HOLES], bool *exact)
{
    const struct literal *first = &pattern->literals[0],
                         *last = &pattern->literals[pattern->hole_count];
    size_t at = literal_at_start(first, segment);
    if (at == NOT_THERE || !parted_after(first, segment, at))
        return false;
    if (!pattern->hole_count) {
        *exact = *exact && same_bytes(first, segment.text, segment.len);
        return at == segment.len;
    }
    struct slice rest = {segment.text + at, segment.len - at};
    size_t end = last->folded_len ? literal_at_end(last, rest) : rest.len;
    if (end == NOT_THERE || !parted_before(last, rest, end))
        return false;
    bool same = true;
    for (size_t i = 0; i < pattern->hole_count; i++) {
        bool is_last = i + 1 == pattern->hole_count;
        const struct literal *next = &pattern->literals[i + 1];
        struct slice body = {rest.text, end};
        size_t size = rest.len - end, stop = is_last ? end : literal_find(next, body, &size);
        if (stop == NOT_THERE)
            return false;
        struct slice value = slice_trim((struct slice){rest.text, stop});
        if (!fits_hole(pattern, i, value))
            return false;
        holes[pattern->holes[i]] = value;
        /* From the end of one value to the begin of the next, all must be the literal. */
        const char *before = i ? NULL : segment.text;
        if (before && !same_bytes(first, before, (size_t)(value.text - before)))
            same = false;
        const char *behind = value.text + value.len;
        size_t gap = is_last ? (size_t)(rest.text + rest.len - behind)
                             : (size_t)(rest.text + stop + size - behind);
        struct slice tail = {rest.text + stop + size, end - stop - (is_last ? 0 : size)};
        if (!is_last) {
            struct slice trimmed = slice_trim(tail);
            gap += (size_t)(trimmed.text - tail.text);
        }
        if (!same_bytes(next, behind, gap))
            same = false;
        if (is_last)
            break;
        end -= stop + size;
        rest = (struct slice){tail.text, rest.len - stop - size};
    }
    *exact = *exact && same;
    return true;
}

/* True if the values can be told again when they stand in the pattern. */
static bool fits_holes(const struct pattern *pattern, const struct slice *values)
{
    size_t unused;
    for (size_t i = 0; i < pattern->hole_count; i++) {
        struct slice value = values[pattern->holes[i]];
        bool is_last = i + 1 == pattern->hole_count;
        if (!fits_hole(pattern, i, value) ||
            (!is_last && literal_find(&pattern->literals[i + 1], value, &unused) != NOT_THERE))
            return false;
    }
    return true;
}

const struct pattern *piece_written(const struct piece *piece, uint16_t language,
                                    const struct slice values[PATTERN_MAX_HOLES])
{
    for (size_t i = 0; i < piece->pattern_count; i++) {
        const struct pattern *pattern = &piece->patterns[i];
        if ((pattern->language == language || pattern->language == ANY_LANGUAGE) &&
            fits_holes(pattern, values))
            return pattern;
    }
    return NULL;
}
