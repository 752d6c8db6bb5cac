/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "visible.h"

#include "base/utf8.h"
#include "letter/html.h"
#include "letter/width.h"

/* What would be seen as something else than it is: it turns the direction of writing, breaks a
 * line, or cannot be seen.  Joiners stay, since Persian and Hindi are written with them. */
static bool misleads(uint32_t code)
{
    return (code >= 0x80 && code < 0xA0) || code == 0x61C || code == 0x200B || code == 0x200E ||
           code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF ||
           (code >= 0xFFF9 && code <= 0xFFFB) || (code >= 0xE0000 && code <= 0xE007F);
}

void visible_text(struct buffer *out, const char *text, size_t len)
{
    size_t plain = 0; /* where what is copied as it is begins */
    for (size_t at = 0; at < len;) {
        uint32_t code = 0;
        size_t size = utf8_decode(text + at, len - at, &code);
        if (size && code >= 0x20 && code != 0x7F && !misleads(code)) {
            at += size;
            continue;
        }
        buffer_add(out, text + plain, at - plain);
        if (size && code > 0x7F)
            buffer_format(out, "\\u%04x", (unsigned)code);
        else
            buffer_format(out, "\\x%02x", (unsigned)(unsigned char)text[at]);
        at += size ? size : 1;
        plain = at;
    }
    buffer_add(out, text + plain, len - plain);
}

void visible_html(struct buffer *out, const char *text, size_t len)
{
    struct buffer safe;
    buffer_init(&safe, 0);
    visible_text(&safe, text, len);
    html_text(out, safe.bytes, safe.size);
    if (buffer_status(&safe) != COMITY_OK)
        out->status = buffer_status(&safe);
    buffer_free(&safe);
}

void visible_html_cut(struct buffer *out, const char *text, size_t len, size_t columns)
{
    struct buffer safe;
    buffer_init(&safe, 0);
    visible_text(&safe, text, len);
    size_t end = safe.size;
    if (width_of_text(safe.bytes, safe.size) > columns) {
        size_t width = 0;
        for (end = 0; end < safe.size;) {
            uint32_t code = 0;
            size_t size = utf8_decode(safe.bytes + end, safe.size - end, &code);
            width += (size_t)width_of(code);
            if (!size || width >= columns)
                break;
            end += size;
        }
    }
    html_text(out, safe.bytes, end);
    if (end < safe.size)
        buffer_text(out, "\xE2\x80\xA6");
    if (buffer_status(&safe) != COMITY_OK)
        out->status = buffer_status(&safe);
    buffer_free(&safe);
}

void visible_number(struct buffer *out, uint64_t number)
{
    char digits[32];
    size_t at = sizeof digits;
    for (unsigned count = 1;; count++) {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
        if (!number)
            break;
        if (count % 3 == 0)
            digits[--at] = ',';
    }
    buffer_add(out, digits + at, sizeof digits - at);
}

void visible_share(struct buffer *out, uint64_t part, uint64_t whole)
{
    if (!whole)
        return;
    double share = (double)part * 1000.0 / (double)whole + 0.5;
    unsigned tenths = (unsigned)share;
    if (part < whole && tenths >= 1000)
        tenths = 999;
    if (part && !tenths)
        buffer_text(out, "< 0.1 %");
    else
        buffer_format(out, "%u.%u %%", tenths / 10, tenths % 10);
}

static bool is_plain_in_shell(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        bool is_word =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_word && c != '.' && c != '_' && c != '/' && c != '-' && c != ':' && c != ',')
            return false;
    }
    return len > 0;
}

void visible_shell(struct buffer *out, const char *text, size_t len)
{
    struct buffer safe;
    if (is_plain_in_shell(text, len)) {
        buffer_add(out, text, len);
        return;
    }
    buffer_init(&safe, 0);
    visible_text(&safe, text, len);
    bool is_safe = safe.size == len; /* every escape is longer than what it stands for */
    buffer_free(&safe);
    buffer_text(out, is_safe ? "'" : "$'");
    for (size_t i = 0; i < len; i++) {
        if (!is_safe &&
            (text[i] < 0x20 || text[i] == 0x7F || text[i] == '\\' || text[i] == '\''))
            buffer_format(out, "\\x%02x", (unsigned)(unsigned char)text[i]);
        else if (text[i] == '\'')
            buffer_text(out, "'\\''");
        else
            buffer_char(out, text[i]);
    }
    buffer_char(out, '\'');
}

void visible_padded(struct buffer *out, const char *text, size_t len, size_t columns)
{
    struct buffer safe;
    buffer_init(&safe, 0);
    visible_text(&safe, text, len);
    size_t width = width_of_text(safe.bytes, safe.size);
    buffer_add(out, safe.bytes, safe.size);
    for (; width < columns; width++)
        buffer_char(out, ' ');
    if (buffer_status(&safe) != COMITY_OK)
        out->status = buffer_status(&safe);
    buffer_free(&safe);
}
