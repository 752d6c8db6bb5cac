/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Values of labelled text: what belongs to them and what to the layout.  A value that needs no
 * change is lent by the text itself.  Knows nothing of labels. */
#include "syntax/text_match.h"

#include <string.h>

/* --- white space */

/* The length of the white space at `at` (not at the end), 0 where there is none. */
static size_t space_at(const char *at, const char *end)
{
    uint32_t folded[FOLD_MAX];
    size_t count = 0;
    if ((unsigned char)*at < 0x80)
        return fold_ascii(*at) == ' ';
    size_t size = fold_char(at, (size_t)(end - at), folded, &count);
    return count == 1 && folded[0] == ' ' ? size : 0;
}

const char *text_skip_blanks_slowly(const char *at, const char *end)
{
    while (at < end && !text_is_break(*at)) {
        uint32_t folded[FOLD_MAX];
        size_t count = 0;
        size_t size = fold_char(at, (size_t)(end - at), folded, &count);
        if (count > 1 || (count == 1 && folded[0] != ' '))
            break;
        at += size;
    }
    return at;
}

const char *text_skip_space(const char *at, const char *end)
{
    while (at < end) {
        size_t size = space_at(at, end);
        if (!size)
            break;
        at += size;
    }
    return at;
}

const char *text_trim_end(const char *from, const char *to)
{
    while (to > from) {
        const char *last = to - 1;
        while (last > from && ((unsigned char)*last & 0xC0u) == 0x80u)
            last--;
        if (space_at(last, to) != (size_t)(to - last))
            break;
        to = last;
    }
    return to;
}

#define ONES UINT64_C(0x0101010101010101)

/* Nonzero where one of the eight bytes is `byte`. */
static uint64_t has_byte(uint64_t word, unsigned char byte)
{
    uint64_t zero = word ^ (ONES * byte);
    return (zero - ONES) & ~zero & (ONES << 7);
}

const char *text_line_end(const char *at, const char *end)
{
    for (; end - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        if (has_byte(word, '\n') | has_byte(word, '\r'))
            break;
    }
    while (at < end && !text_is_break(*at))
        at++;
    return at;
}

bool text_is_rule(const char *at, const char *end)
{
    at = text_skip_blanks(at, end);
    int count = 0;
    for (; at < end && *at == '_'; at++)
        count += count < 5;
    at = text_skip_blanks(at, end);
    return count == 5 && (at == end || text_is_break(*at));
}

/* --- indents */

/* The part of `indent` (len bytes of white space, whole characters) that the line has too. */
static size_t shared_indent(const char *indent, size_t len, const char *line, const char *end)
{
    size_t shared = 0;
    while (shared < len && shared < (size_t)(end - line)) {
        size_t size = space_at(indent + shared, indent + len);
        if (!size || (size_t)(end - line) < shared + size ||
            memcmp(indent + shared, line + shared, size) != 0)
            break;
        shared += size;
    }
    return shared;
}

/* What is taken off each line: all of it or nothing, or as much of it as there is. */
struct margin {
    const char *text;
    size_t len;
    bool is_indent;
};

/* Looks at the lines from `line` on for what they have in common: the layout's indent where all
 * of them have it, else whatever white space they begin with. */
static struct margin find_margin(const struct text_part *part, const char *line)
{
    size_t indent = strlen(part->indent);
    bool all_have_it = true, is_first = true;
    struct margin common = {line, 0, false};
    while (line < part->to) {
        const char *line_end = text_line_end(line, part->to);
        const char *text = text_skip_space(line, line_end);
        if (text < line_end) {
            all_have_it = all_have_it && (size_t)(line_end - line) >= indent &&
                          memcmp(line, part->indent, indent) == 0;
            size_t blanks = (size_t)(text - line);
            if (is_first)
                common = (struct margin){line, blanks, false};
            else
                common.len = shared_indent(common.text, common.len, line, text);
            is_first = false;
        }
        line = text_skip_break(line_end, part->to);
    }
    return all_have_it ? (struct margin){part->indent, indent, true} : common;
}

static size_t margin_of(struct margin margin, const char *line, const char *end)
{
    if (!margin.is_indent)
        return shared_indent(margin.text, margin.len, line, end);
    bool has_it = (size_t)(end - line) >= margin.len && !memcmp(line, margin.text, margin.len);
    return has_it ? margin.len : 0;
}

/* The text without margins and with LF for each line break; never longer than it was. */
static uint32_t copy_lines(const struct text_part *part, struct margin margin, char *out)
{
    const char *line = part->from;
    char *start = out;
    for (;;) {
        const char *line_end = text_line_end(line, part->to);
        memcpy(out, line, (size_t)(line_end - line));
        out += line_end - line;
        if (line_end == part->to)
            break;
        *out++ = '\n';
        line = text_skip_break(line_end, part->to);
        line += margin_of(margin, line, part->to); /* a margin holds no line break */
    }
    return (uint32_t)(out - start);
}

/* The start of the line that `at` is on, not before `from`. */
static const char *line_of(const char *from, const char *at)
{
    while (at > from && !text_is_break(at[-1]))
        at--;
    return at;
}

bool text_take(struct arena *arena, struct text_part *part, const char **text, uint32_t *len)
{
    const char *begin = part->from;
    part->to = text_trim_end(part->from, part->to);
    part->from = text_skip_space(part->from, part->to);
    *text = part->from;
    *len = (uint32_t)(part->to - part->from);
    const char *line_end = text_line_end(part->from, part->to);
    if (line_end == part->to)
        return true;
    bool has_returns = memchr(line_end, '\r', (size_t)(part->to - line_end)) != NULL;
    struct margin margin = {"", 0, false};
    if (*part->indent) {
        const char *first = line_of(begin, part->from);
        margin = find_margin(part, first > begin && part->first_counts
                                       ? first
                                       : text_skip_break(line_end, part->to));
    }
    if (!has_returns && !margin.len)
        return true;
    char *copy = arena_alloc(arena, *len);
    if (!copy)
        return false;
    *len = copy_lines(part, margin, copy);
    *text = copy;
    return true;
}
