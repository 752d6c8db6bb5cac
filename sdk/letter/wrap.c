/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Breaking lines.  A word that is too long for a line, as a digest or an address on the web, is
 * cut where the line ends, but never between a character and what stands on it. */
#include "letter/wrap.h"

#include "base/utf8.h"
#include "letter/width.h"

/* What must not begin a line, among the marks of Chinese and Japanese. */
static bool clings(uint32_t code)
{
    static const uint16_t marks[] = {0x3001, 0x3002, 0x3009, 0x300B, 0x300D, 0x300F,
                                     0x3011, 0x3015, 0x3017, 0xFF01, 0xFF09, 0xFF0C,
                                     0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F, 0xFF3D, 0xFF5D};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (marks[i] == code)
            return true;
    return false;
}

/* What must not end one. */
static bool opens(uint32_t code)
{
    return code == 0x3008 || code == 0x300A || code == 0x300C || code == 0x300E ||
           code == 0x3010 || code == 0x3014 || code == 0xFF08 || code == 0xFF3B;
}

/* Where a line of at most `room` columns ends: bytes on it, and where the next one begins. */
static size_t line_end(const char *text, size_t len, size_t room, size_t *next)
{
    size_t at = 0, columns = 0, best = 0, best_next = 0;
    bool after_wide = false, after_opening = false;
    while (at < len) {
        uint32_t code = 0;
        size_t size = utf8_decode(text + at, len - at, &code);
        size = size ? size : 1;
        size_t width = size ? (size_t)width_of(code) : 1;
        if (code == ' ' && columns) {
            best = at;
            best_next = at + 1;
        } else if (at && width && (after_wide || width == 2) && !clings(code) &&
                   !after_opening && columns <= room) {
            best = best_next = at;
        }
        if (columns + width > room && at && code != ' ')
            break;
        if (columns + width > room && code == ' ')
            break;
        columns += width;
        if (width) {
            after_wide = width == 2;
            after_opening = opens(code);
        }
        at += size;
    }
    if (at >= len) {
        *next = len;
        return len;
    }
    if (best) {
        *next = best_next;
        return best;
    }
    *next = at; /* one word, longer than the line */
    return at;
}

static void add_line(struct buffer *out, const char *text, size_t len)
{
    while (len && text[len - 1] == ' ')
        len--;
    if (!len) { /* no blanks at the end of an empty line */
        while (out->size && out->bytes[out->size - 1] == ' ')
            out->size--;
    }
    buffer_add(out, text, len);
    buffer_char(out, '\n');
}

void wrap_text(struct buffer *out, const char *first, size_t indent, const char *text,
               size_t len)
{
    size_t used = width_of_text(first, strlen(first));
    buffer_text(out, first);
    for (;;) {
        const char *end = len ? memchr(text, '\n', len) : NULL;
        size_t paragraph = end ? (size_t)(end - text) : len, at = 0, next = 0;
        do {
            size_t room = used + 10 < WRAP_COLUMNS ? WRAP_COLUMNS - used : 10;
            size_t size = line_end(text + at, paragraph - at, room, &next);
            add_line(out, text + at, size);
            at += next;
            used = indent;
            if (at < paragraph || end)
                for (size_t i = 0; i < indent; i++)
                    buffer_char(out, ' ');
        } while (at < paragraph);
        if (!end)
            return;
        text += paragraph + 1;
        len -= paragraph + 1;
    }
}

size_t wrap_safely(struct buffer *out, const char *text, size_t len)
{
    uint32_t code = 0;
    char picture[4];
    size_t size = utf8_decode(text, len, &code);
    if (!size) {
        size = 1;
        code = 0xFFFD;
    } else if (code == '\r' && len > 1 && text[1] == '\n') {
        size = 2;
        code = '\n';
    } else if (code == 0x85 || code == 0x2028 || code == 0x2029) {
        code = '\n';
    } else if (code == '\t') {
        code = ' ';
    } else if (code == 0x7F) {
        code = 0x2421;
    } else if (code < 0x20 && code != '\n') {
        code += 0x2400;
    } else if ((code > 0x7F && code < 0xA0) || (code >= 0x202A && code <= 0x202E) ||
               (code >= 0x2066 && code <= 0x2069) || (code & 0xFFFE) == 0xFFFE) {
        code = 0xFFFD;
    }
    buffer_add(out, picture, utf8_encode(code, picture));
    return size;
}
