/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Rows of tick boxes: "(X) SIM  ( ) NÃO", or with the boxes behind the words.  Knows nothing
 * of what an option means. */
#include "base/utf8.h"
#include "syntax/text_match.h"

#include <string.h>

enum token_kind { TOKEN_NONE, TOKEN_BLANK_BOX, TOKEN_TICKED_BOX, TOKEN_OPTION };

struct token {
    enum token_kind kind;
    uint16_t option;
    const char *end;
};

struct row {
    const struct text_form *form;
    uint16_t label;
    const char *end;
};

/* --- boxes */

static bool is_one_of(uint32_t code, const uint32_t *codes)
{
    while (*codes && *codes != code)
        codes++;
    return *codes != 0;
}

/* What ticks a pair of brackets: x, v and their likes, and signs that are ticks anyway. */
static bool is_tick(uint32_t code)
{
    static const uint32_t ticks[] = {'x',    'X',    'v',    'V',    '*',    0xD7,
                                     0x425,  0x445,  0x3A7,  0x3C7,  0x221A, 0x2022,
                                     0x25A0, 0x25CF, 0x2611, 0x2612, 0x2705, 0x2713,
                                     0x2714, 0x2717, 0x2718, 0xFF38, 0xFF58, 0};
    return is_one_of(code, ticks);
}

/* Boxes of one character. */
static enum token_kind box_sign(uint32_t code)
{
    static const uint32_t blank[] = {0x2610, 0x25A1, 0x25CB, 0x2B1C, 0};
    static const uint32_t ticked[] = {0x2611, 0x2612, 0x2705, 0x2713, 0x2714, 0x2717,
                                      0x2718, 0x221A, 0x25A0, 0x25CF, 0};
    if (is_one_of(code, blank))
        return TOKEN_BLANK_BOX;
    return is_one_of(code, ticked) ? TOKEN_TICKED_BOX : TOKEN_NONE;
}

static const char *skip_filling(const char *at, const char *end)
{
    const char *before;
    do {
        before = at;
        at = text_skip_blanks(at, end);
        while (at < end && (*at == '_' || *at == '.'))
            at++;
    } while (at != before);
    return at;
}

/* "( )", "[x]", "（√）". */
static bool read_brackets(const char *at, const char *end, struct token *token)
{
    static const uint32_t opens[] = {'(', '[', 0xFF08, 0xFF3B, 0x3010, 0x3014, 0};
    static const uint32_t shuts[] = {')', ']', 0xFF09, 0xFF3D, 0x3011, 0x3015, 0};
    uint32_t code = 0;
    size_t size = utf8_decode(at, (size_t)(end - at), &code);
    if (!size || !is_one_of(code, opens))
        return false;
    at = skip_filling(at + size, end);
    size = utf8_decode(at, (size_t)(end - at), &code);
    token->kind = TOKEN_BLANK_BOX;
    if (size && is_tick(code)) {
        token->kind = TOKEN_TICKED_BOX;
        at = skip_filling(at + size, end);
        size = utf8_decode(at, (size_t)(end - at), &code);
    }
    token->end = at + size;
    return size && is_one_of(code, shuts);
}

static bool read_literal(const char *literal, const char *at, const char *end,
                         struct token *token)
{
    size_t len = literal ? strlen(literal) : 0;
    token->end = at + len;
    return len && (size_t)(end - at) >= len && memcmp(at, literal, len) == 0;
}

static bool read_box(const struct row *row, const char *at, struct token *token)
{
    uint32_t code = 0;
    token->kind = TOKEN_TICKED_BOX;
    if (read_literal(row->form->layout.ticked, at, row->end, token))
        return true;
    token->kind = TOKEN_BLANK_BOX;
    if (read_literal(row->form->layout.blank, at, row->end, token))
        return true;
    if (read_brackets(at, row->end, token))
        return true;
    size_t size = utf8_decode(at, (size_t)(row->end - at), &code);
    token->kind = size ? box_sign(code) : TOKEN_NONE;
    token->end = at + size;
    return token->kind != TOKEN_NONE;
}

/* --- options */

/* The text behind the folded words, or NULL; blanks inside them do not count. */
static const char *skip_words(const struct text_option_key *key, const char *at,
                              const char *end)
{
    uint32_t matched = 0;
    while (matched < key->len) {
        uint32_t folded[FOLD_MAX];
        size_t count = 0;
        if (at == end || text_is_break(*at))
            return NULL;
        at += fold_char(at, (size_t)(end - at), folded, &count);
        for (size_t i = 0; i < count; i++) {
            if (folded[i] == ' ')
                continue;
            if (matched == key->len || folded[i] != key->chars[matched])
                return NULL;
            matched++;
        }
    }
    return at;
}

/* The longest of the label's options at `at`. */
static bool read_option(const struct row *row, const char *at, struct token *token)
{
    const struct text_matcher *matcher = row->form->matcher;
    token->kind = TOKEN_NONE;
    for (size_t i = 0; i < matcher->option_count; i++) {
        const struct text_option_key *key = &matcher->options[i];
        if (key->label != row->label)
            continue;
        const char *end = skip_words(key, at, row->end);
        if (!end && key->pattern.count)
            end = text_match_damaged(&key->pattern, at, row->end);
        uint32_t last = key->chars[key->len - 1];
        if (!end || (last < 0x2E80 && !text_is_bounded(key->chars, key->len, end, row->end)))
            continue;
        if (token->kind == TOKEN_OPTION && end <= token->end)
            continue;
        *token = (struct token){TOKEN_OPTION, key->option, end};
    }
    return token->kind == TOKEN_OPTION;
}

static bool read_token(const struct row *row, const char *at, struct token *token)
{
    if (at == row->end || text_is_break(*at))
        return false;
    return read_box(row, at, token) || read_option(row, at, token);
}

bool text_begins_ticks(const struct text_form *form, uint16_t label, const char *at,
                       const char *end)
{
    struct row row = {form, label, end};
    struct token token;
    return read_token(&row, at, &token);
}

/* --- rows */

/* Behind the blanks and signs between two options, on the line. */
static const char *skip_between(const char *at, const char *end)
{
    const char *before;
    do {
        uint32_t folded[FOLD_MAX] = {0};
        size_t count = 0;
        before = at = text_skip_blanks(at, end);
        if (at == end)
            break;
        size_t size = fold_char(at, (size_t)(end - at), folded, &count);
        if (count == 1 && (folded[0] == 0x3001 || (folded[0] && folded[0] < 0x80 &&
                                                   strchr("/|,;.:-", (char)folded[0]))))
            at += size;
    } while (at != before);
    return at;
}

struct reading {
    struct row row;
    bool boxes_first, box_is_open, box_is_ticked, option_is_open;
    uint16_t last_option;
    size_t boxes, options;
    struct text_ticks *ticks;
};

static void tick(struct reading *r, uint16_t option)
{
    if (!r->ticks->ticked || r->ticks->option != option)
        r->ticks->ticked++;
    r->ticks->option = option;
}

/* False where the token does not go with those before it. */
static bool take_token(struct reading *r, const struct token *token)
{
    bool is_option = token->kind == TOKEN_OPTION;
    if (r->boxes + r->options == 0)
        r->boxes_first = !is_option;
    r->options += is_option;
    r->boxes += !is_option;
    if (is_option) {
        if (r->boxes_first && r->box_is_open && r->box_is_ticked)
            tick(r, token->option);
        r->box_is_open = false;
        r->option_is_open = true;
        r->last_option = token->option;
        return true;
    }
    bool is_ticked = token->kind == TOKEN_TICKED_BOX;
    if (r->boxes_first ? r->box_is_open : !r->option_is_open)
        return false;
    if (!r->boxes_first && is_ticked)
        tick(r, r->last_option);
    r->box_is_open = r->boxes_first;
    r->box_is_ticked = is_ticked;
    r->option_is_open = false;
    return true;
}

/* The row's next token on a further line: a box and an option, in the order of the row. */
static const char *next_line_token(const struct reading *r, const char *at)
{
    struct token token, second;
    at = text_skip_space(at, r->row.end);
    if (at == r->row.end || !read_token(&r->row, at, &token))
        return NULL;
    const char *behind = text_skip_blanks(token.end, r->row.end);
    if (!read_token(&r->row, behind, &second))
        return NULL;
    bool option_first = token.kind == TOKEN_OPTION, option_second = second.kind == TOKEN_OPTION;
    return option_first != option_second && option_first != r->boxes_first ? at : NULL;
}

/* True if a box stands in the rest of the line. */
static bool has_box(const struct row *row, const char *at)
{
    for (; at < row->end && !text_is_break(*at); at++) {
        struct token token;
        if (((unsigned char)*at & 0xC0u) != 0x80u && read_box(row, at, &token))
            return true;
    }
    return false;
}

void text_read_ticks(const struct text_form *form, uint16_t label, const char *at,
                     const char *end, struct text_ticks *ticks)
{
    struct reading r = {.row = {form, label, end}, .ticks = ticks};
    struct token token;
    at = text_skip_space(at, end);
    *ticks = (struct text_ticks){.start = at, .end = at};
    while (read_token(&r.row, at, &token)) {
        if (!take_token(&r, &token))
            return;
        ticks->end = token.end;
        at = skip_between(token.end, end);
        if (at < end && text_is_break(*at)) {
            const char *next = next_line_token(&r, at);
            if (!next)
                break;
            at = next;
        }
    }
    if (r.box_is_open || !r.options || has_box(&r.row, ticks->end))
        return;
    if (!r.boxes) { /* one of the words, and nothing else, is an answer too */
        if (r.options > 1 || text_skip_space(ticks->end, end) < end)
            return;
        tick(&r, r.last_option);
    }
    ticks->is_row = true;
}
