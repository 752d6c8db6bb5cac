/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Escaping, the one place where a document's text gets into HTML. */
#include "letter/html.h"

#include "base/utf8.h"

/* What stands for a character; NULL where it stands for itself. */
static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* Control characters have pictures; what HTML cannot hold at all is U+FFFD. */
static uint32_t visible(uint32_t code)
{
    if (code < 0x20 && code != '\n' && code != '\t')
        return 0x2400 + code;
    if (code == 0x7F)
        return 0x2421;
    bool is_noncharacter = (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF);
    return (code > 0x7F && code < 0xA0) || is_noncharacter ? 0xFFFD : code;
}

void html_text(struct buffer *out, const char *text, size_t len)
{
    size_t plain = 0; /* where what is copied as it is begins */
    for (size_t at = 0; at < len;) {
        uint32_t code = 0;
        const char *name = entity(text[at]);
        size_t size = utf8_decode(text + at, len - at, &code);
        bool is_line_end = code == '\r' && at + 1 < len && text[at + 1] == '\n';
        uint32_t shown = size ? visible(code) : 0xFFFD;
        size = size ? size : 1;
        if (!name && !is_line_end && shown == code) {
            at += size;
            continue;
        }
        char picture[4];
        buffer_add(out, text + plain, at - plain);
        if (name)
            buffer_text(out, name);
        else if (!is_line_end) /* of CR LF the second half is left */
            buffer_add(out, picture, utf8_encode(shown, picture));
        at += size;
        plain = at;
    }
    buffer_add(out, text + plain, len - plain);
}

void html_language(struct buffer *out, const char *tag, size_t len)
{
    bool is_good = tag && len && len <= 35;
    for (size_t i = 0; is_good && i < len; i++)
        is_good = (tag[i] >= 'a' && tag[i] <= 'z') || (tag[i] >= 'A' && tag[i] <= 'Z') ||
                  (tag[i] >= '0' && tag[i] <= '9') || tag[i] == '-';
    buffer_text(out, " lang=\"");
    if (is_good)
        buffer_add(out, tag, len);
    buffer_char(out, '"');
}
