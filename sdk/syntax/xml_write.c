/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * XML text out: what can be carried at all, and how it is escaped.  Must not know elements,
 * formats or the record. */
#include "syntax/xml.h"

#include "syntax/xml_scan.h"

bool xml_can_carry(const char *text, size_t len)
{
    return xml_scan_forbidden(text, len) == len;
}

/* The reference that stands for a character, or NULL where it may stand as it is. */
static const char *reference_for(char c, bool attribute)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;"; /* "]]>" may not stand in text */
    case '\r':
        return "&#13;"; /* else a reader makes it a line feed */
    case '"':
        return attribute ? "&quot;" : NULL;
    case '\t':
        return attribute ? "&#9;" : NULL; /* else a reader makes these a blank */
    case '\n':
        return attribute ? "&#10;" : NULL;
    default:
        return NULL;
    }
}

void xml_put_text(struct buffer *out, const char *text, size_t len, bool attribute)
{
    size_t plain = 0; /* start of what stands as it is */
    for (size_t i = 0; i < len; i++) {
        const char *reference = reference_for(text[i], attribute);
        if (!reference)
            continue;
        buffer_add(out, text + plain, i - plain);
        buffer_text(out, reference);
        plain = i + 1;
    }
    buffer_add(out, text + plain, len - plain);
}
