/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Folding, by the tables that generate_fold.c made.  Knows nothing of what is compared. */
#include "base/fold.h"

#include "base/utf8.h"

#include "base/fold-tables.inc"

#define BLOCK 64u /* as in generate_fold.c */
#define FIRST_SEQUENCE 0xD800u
#define NOTHING 0xFFFFu

#define HANGUL_FIRST 0xAC00u
#define HANGUL_LAST 0xD7A3u

/* A syllable of Hangul as its letters (Unicode, 3.12), so that it equals the same text that
 * comes in letters. */
static size_t take_hangul_apart(uint32_t code, uint32_t *folded)
{
    uint32_t index = code - HANGUL_FIRST;
    folded[0] = 0x1100u + index / 588u;
    folded[1] = 0x1161u + index % 588u / 28u;
    folded[2] = 0x11A7u + index % 28u;
    return index % 28u ? 3 : 2;
}

static size_t fold_sequence(const uint16_t *sequence, uint32_t *folded)
{
    size_t count = 0;
    while (count < FOLD_MAX && sequence[count]) {
        folded[count] = sequence[count];
        count++;
    }
    return count;
}

size_t fold_char_wide(const char *text, size_t len, uint32_t folded[FOLD_MAX], size_t *count)
{
    uint32_t code = 0xFFFD;
    const unsigned char *bytes = (const unsigned char *)text;
    size_t size;
    if (len >= 2 && bytes[0] >= 0xC2 && bytes[0] < 0xE0 && (bytes[1] & 0xC0u) == 0x80) {
        code = (bytes[0] & 0x1Fu) << 6 | (bytes[1] & 0x3Fu); /* most letters, without a call */
        size = 2;
    } else {
        size = utf8_decode(text, len, &code);
    }
    folded[0] = code;
    *count = 1;
    if (!size)
        return 1;
    if (code > 0xFFFF)
        return size;
    uint32_t entry = fold_entries[fold_rows[code / BLOCK]][code % BLOCK];
    if (entry >= FIRST_SEQUENCE && entry < FIRST_SEQUENCE + FOLD_SEQUENCES)
        *count = fold_sequence(fold_sequences[entry - FIRST_SEQUENCE], folded);
    else if (entry == NOTHING)
        *count = 0;
    else if (entry)
        folded[0] = entry;
    else if (code >= HANGUL_FIRST && code <= HANGUL_LAST)
        *count = take_hangul_apart(code, folded);
    return size;
}

bool fold_is_word(uint32_t code)
{
    if (code < 0x80)
        return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ||
               (code >= '0' && code <= '9');
    if (code > 0xFFFF) /* letters but for one plane's pictures */
        return code < 0x1F000 || code >= 0x20000;
    return word_sets[word_rows[code / BLOCK]] >> code % BLOCK & 1u;
}

/* The next folded character that is not white space; 0 at the end. */
static uint32_t next_folded(const char **at, const char *end, uint32_t *waiting, size_t *count)
{
    for (;;) {
        while (*count == 0) {
            if (*at == end)
                return 0;
            *at += fold_char(*at, (size_t)(end - *at), waiting, count);
        }
        uint32_t code = waiting[0];
        memmove(waiting, waiting + 1, --*count * sizeof *waiting);
        if (code != ' ')
            return code;
    }
}

bool fold_equal(const char *a, size_t a_len, const char *b, size_t b_len)
{
    uint32_t of_a[FOLD_MAX], of_b[FOLD_MAX], code;
    size_t count_a = 0, count_b = 0;
    const char *a_end = a + a_len, *b_end = b + b_len;
    do {
        code = next_folded(&a, a_end, of_a, &count_a);
        if (code != next_folded(&b, b_end, of_b, &count_b))
            return false;
    } while (code);
    return true;
}

bool fold_begins(const char *text, size_t len, const char *words)
{
    uint32_t of_text[FOLD_MAX], of_words[FOLD_MAX], code;
    size_t text_count = 0, words_count = 0;
    const char *end = text + len, *words_end = words + strlen(words);
    while ((code = next_folded(&words, words_end, of_words, &words_count)))
        if (code != next_folded(&text, end, of_text, &text_count))
            return false;
    return true;
}

void fold_text(const char *text, size_t len, struct buffer *out)
{
    size_t before = out->size;
    bool has_gap = false;
    for (size_t at = 0; at < len;) {
        uint32_t folded[FOLD_MAX];
        size_t count = 0;
        at += fold_char(text + at, len - at, folded, &count);
        for (size_t i = 0; i < count; i++) {
            char bytes[4];
            if (folded[i] == ' ') {
                has_gap = out->size > before;
                continue;
            }
            if (has_gap)
                buffer_char(out, ' ');
            has_gap = false;
            buffer_add(out, bytes, utf8_encode(folded[i], bytes));
        }
    }
}
