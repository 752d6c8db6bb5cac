/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Numbers before labels, as people write them: "1." "1)" "(1)" "1 -" "（一）" "一、" "１．"
 * "3.1" "a)" "IV." "①".  Two that mean the same have the same value, whatever their digits.
 * Knows nothing of labels. */
#include "base/utf8.h"
#include "syntax/text_match.h"

#define MOST_GLYPHS 16u
#define MOST_PARTS 4u

/* Parts of a value: digits are 1 + what they say; these are added to the others. */
#define ROMAN 0x4000u
#define LETTER 0x8000u

/* A folded character, and the one that it comes from. */
struct glyph {
    uint32_t code, raw;
    const char *at;    /* where the raw one begins */
    bool is_continued; /* the raw one folds to more than this and what is before it */
};

/* The beginning of a line, folded, with one blank for several; behind the last glyph the code
 * is 0. */
struct glyphs {
    struct glyph list[MOST_GLYPHS + 1];
    size_t count, at;
    const char *end; /* where the glyphs end */
};

static void fold_line(const char *at, const char *end, bool over_lines, struct glyphs *glyphs)
{
    size_t n = 0;
    while (at < end && (over_lines || !text_is_break(*at)) && n + FOLD_MAX <= MOST_GLYPHS) {
        uint32_t folded[FOLD_MAX], raw = 0xFFFD;
        size_t count = 0;
        utf8_decode(at, (size_t)(end - at), &raw);
        size_t size = fold_char(at, (size_t)(end - at), folded, &count);
        if (count == 1 && folded[0] == ' ' && n && glyphs->list[n - 1].code == ' ')
            count = 0;
        for (size_t i = 0; i < count; i++)
            glyphs->list[n++] = (struct glyph){folded[i], raw, at, i > 0};
        at += size;
    }
    glyphs->list[n] = (struct glyph){.at = at};
    glyphs->count = n;
    glyphs->at = 0;
    glyphs->end = at;
}

static const struct glyph *now(const struct glyphs *glyphs)
{
    return &glyphs->list[glyphs->at];
}

static uint32_t peek(const struct glyphs *glyphs, size_t ahead)
{
    size_t at = glyphs->at + ahead;
    return at < glyphs->count ? glyphs->list[at].code : 0;
}

static void skip_blanks(struct glyphs *glyphs)
{
    while (peek(glyphs, 0) == ' ')
        glyphs->at++;
}

static bool is_digit(uint32_t code)
{
    return code >= '0' && code <= '9';
}

/* Letters that a list may count with: Latin and Cyrillic. */
static bool is_letter(uint32_t code)
{
    return (code >= 'a' && code <= 'z') || (code >= 0x430 && code <= 0x44F);
}

static bool is_close(uint32_t code)
{
    return code == '.' || code == ')' || code == ']' || code == 0x3001;
}

/* --- parts of a number */

static uint32_t read_digits(struct glyphs *glyphs)
{
    uint32_t value = 0;
    for (int i = 0; i < 4 && is_digit(peek(glyphs, 0)); i++)
        value = value * 10 + (glyphs->list[glyphs->at++].code - '0');
    return is_digit(peek(glyphs, 0)) ? 0 : value + 1;
}

/* The value of a Chinese digit, 10 and 100 for what multiplies, -1 for all else. */
static int chinese_digit(uint32_t code)
{
    static const uint32_t digits[] = {0x3007, 0x4E00, 0x4E8C, 0x4E09, 0x56DB, 0x4E94,
                                      0x516D, 0x4E03, 0x516B, 0x4E5D, 0x5341};
    for (int i = 0; i <= 10; i++)
        if (digits[i] == code)
            return i;
    if (code == 0x96F6)
        return 0;
    return code == 0x4E24 ? 2 : code == 0x767E ? 100 : -1;
}

static uint32_t read_chinese(struct glyphs *glyphs)
{
    uint32_t total = 0, digits = 0;
    for (int i = 0; i < 6; i++) {
        int digit = chinese_digit(peek(glyphs, 0));
        if (digit < 0)
            break;
        glyphs->at++;
        if (digit < 10) {
            digits = digits * 10 + (uint32_t)digit;
            continue;
        }
        total += (digits ? digits : 1) * (uint32_t)digit;
        digits = 0;
    }
    return total + digits < 10000 ? total + digits + 1 : 0;
}

static uint32_t roman_digit(uint32_t code)
{
    switch (code) {
    case 'i':
        return 1;
    case 'v':
        return 5;
    case 'x':
        return 10;
    case 'l':
        return 50;
    case 'c':
        return 100;
    case 'd':
        return 500;
    case 'm':
        return 1000;
    default:
        return 0;
    }
}

/* One letter, or several that are a Roman number; what closes them must follow. */
static uint32_t read_letters(struct glyphs *glyphs, bool is_whole)
{
    size_t count = 1;
    uint32_t first = peek(glyphs, 0), value = 0, before = 0;
    while (count < 8 && roman_digit(peek(glyphs, count)))
        count++;
    if (count > 1) {
        for (size_t i = count; i-- > 0;) {
            uint32_t digit = roman_digit(peek(glyphs, i));
            if (!digit)
                return 0;
            value = digit < before ? value - digit : value + digit;
            before = digit > before ? digit : before;
        }
    }
    if (!is_close(peek(glyphs, count)) && peek(glyphs, count) != ' ' &&
        !(is_whole && peek(glyphs, count) == 0))
        return 0;
    glyphs->at += count;
    return count > 1 ? ROMAN | (value & 0x3FFFu) : LETTER | (first & 0x7FFFu);
}

static uint32_t read_part(struct glyphs *glyphs, bool is_whole)
{
    uint32_t code = peek(glyphs, 0);
    if (is_digit(code))
        return read_digits(glyphs);
    if (is_letter(code))
        return read_letters(glyphs, is_whole);
    return chinese_digit(code) >= 0 ? read_chinese(glyphs) : 0;
}

static bool is_ordinal(const struct glyph *glyph)
{
    return glyph->raw == 0xBA || glyph->raw == 0xAA || glyph->raw == 0xB0;
}

/* True where the number goes on: "3.1", "3.a)", "3a)". */
static bool has_more(const struct glyphs *glyphs, bool is_whole)
{
    size_t next = peek(glyphs, 0) == '.';
    if (is_ordinal(now(glyphs)))
        return false;
    uint32_t code = peek(glyphs, next), behind = peek(glyphs, next + 1);
    if (next && is_digit(code))
        return true;
    return is_letter(code) &&
           (is_close(behind) || (behind == ' ' && !next) || (is_whole && !behind));
}

/* All parts of a number in one value; 0 where there is none. */
static uint64_t read_parts(struct glyphs *glyphs, bool is_whole)
{
    bool has_digits = is_digit(peek(glyphs, 0));
    uint64_t value = read_part(glyphs, is_whole);
    for (unsigned i = 1; value && has_digits && i < MOST_PARTS; i++) {
        if (!has_more(glyphs, is_whole))
            break;
        glyphs->at += peek(glyphs, 0) == '.';
        uint32_t part = read_part(glyphs, is_whole);
        if (!part)
            return 0;
        value = value << 16 | part;
    }
    return value;
}

/* --- what stands around it */

static bool is_open(const struct glyph *glyph)
{
    return glyph->code == '(' || glyph->code == '[' || glyph->raw == 0x3010 ||
           glyph->raw == 0x3014;
}

static bool is_shut(const struct glyph *glyph)
{
    return glyph->code == ')' || glyph->code == ']' || glyph->raw == 0x3011 ||
           glyph->raw == 0x3015;
}

/* A digit in a circle says by itself that it is a number. */
static bool is_circled(const struct glyph *glyph)
{
    return is_digit(glyph->code) && glyph->raw >= 0x2460 && glyph->raw <= 0x2793;
}

/* Steps over what closes a number; false where nothing does. */
static bool read_close(struct glyphs *glyphs, bool opened)
{
    bool closed = false;
    skip_blanks(glyphs);
    if (opened && !is_shut(now(glyphs)))
        return false;
    for (int i = 0; i < 2 && (is_close(peek(glyphs, 0)) || is_shut(now(glyphs))); i++) {
        glyphs->at++;
        closed = true;
    }
    size_t before = glyphs->at;
    skip_blanks(glyphs);
    if (peek(glyphs, 0) == '-') {
        glyphs->at++;
        closed = true;
    } else {
        glyphs->at = before;
    }
    return closed;
}

static bool ends_line(const struct glyphs *glyphs, const char *end)
{
    const char *at = now(glyphs)->at;
    return glyphs->at == glyphs->count && (at == end || text_is_break(*at));
}

bool text_may_be_number(const char *at, const char *end)
{
    uint32_t folded[FOLD_MAX] = {0};
    size_t count = 0;
    size_t size = fold_char(at, (size_t)(end - at), folded, &count);
    if (!count)
        return false;
    uint32_t code = folded[0];
    if (is_digit(code) || code == '(' || code == '[' || code == 0x3010 || code == 0x3014 ||
        chinese_digit(code) >= 0)
        return true;
    if (!is_letter(code) || (size_t)(end - at) <= size)
        return false;
    const char *next = at + size;
    if (roman_digit(code))
        while (next < end && next - at < 8 && roman_digit(fold_ascii(*next)))
            next++;
    /* or one of the wide signs, which begin with these bytes */
    return next < end && (memchr(").- ", *next, 4) || (unsigned char)*next == 0xEF ||
                          (unsigned char)*next == 0xE3);
}

bool text_read_number(const char *at, const char *end, bool over_lines,
                      struct text_number *number)
{
    struct glyphs glyphs;
    fold_line(at, end, over_lines, &glyphs);
    bool opened = is_open(now(&glyphs));
    glyphs.at += opened;
    skip_blanks(&glyphs);
    bool has_digits = is_digit(peek(&glyphs, 0));
    number->value = read_parts(&glyphs, false);
    if (!number->value)
        return false;
    const struct glyph *last = &glyphs.list[glyphs.at - 1];
    number->is_loose = !has_digits && !opened && peek(&glyphs, 0) == ' ';
    glyphs.at += is_ordinal(now(&glyphs));
    size_t behind = glyphs.at;
    bool closed = read_close(&glyphs, opened);
    if (!closed) {
        bool has_gap = glyphs.at > behind || ends_line(&glyphs, end);
        if (opened || (!has_gap && !is_circled(last)))
            return false;
    }
    if (now(&glyphs)->is_continued)
        return false;
    number->after = text_skip_blanks(now(&glyphs)->at, end);
    number->is_alone = closed && (number->after == end || text_is_break(*number->after));
    return true;
}

uint64_t text_number_value(const char *text, size_t len)
{
    struct glyphs glyphs;
    fold_line(text, text + len, false, &glyphs);
    skip_blanks(&glyphs);
    glyphs.at += is_open(now(&glyphs));
    uint64_t value = read_parts(&glyphs, true);
    glyphs.at += is_ordinal(now(&glyphs));
    while (is_close(peek(&glyphs, 0)) || is_shut(now(&glyphs)) || peek(&glyphs, 0) == ' ')
        glyphs.at++;
    return glyphs.at == glyphs.count && glyphs.end == text + len ? value : 0;
}
