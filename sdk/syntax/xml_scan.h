/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the pieces of an XML text begin and end, told from its bytes alone.  libxml2 decides
 * what is well formed; this finds the same pieces again, to know their places and to lend
 * their bytes.  Every function stays within `size`, be the text well formed or not.  Knows
 * nothing of the tree.  For xml_*.c and stream_xml.c alone. */
#ifndef COMITY_SYNTAX_XML_SCAN_H
#define COMITY_SYNTAX_XML_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static inline bool xml_scan_is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static inline size_t xml_scan_blanks(const char *text, size_t size, size_t at)
{
    while (at < size && xml_scan_is_blank(text[at]))
        at++;
    return at;
}

/* True if `prefix` stands at `at`. */
static inline bool xml_scan_has(const char *text, size_t size, size_t at, const char *prefix)
{
    size_t len = strlen(prefix);
    return at <= size && size - at >= len && memcmp(text + at, prefix, len) == 0;
}

/* True if the text ends at `at` or within what could become `prefix`. */
static inline bool xml_scan_may_become(const char *text, size_t size, size_t at,
                                       const char *prefix)
{
    size_t len = strlen(prefix);
    return at <= size && size - at < len && memcmp(text + at, prefix, size - at) == 0;
}

/* One past the next `stop`; `size` + 1 where there is none. */
static inline size_t xml_scan_past(const char *text, size_t size, size_t at, const char *stop)
{
    size_t len = strlen(stop);
    const char *found = at < size ? memmem(text + at, size - at, stop, len) : NULL;
    return found ? (size_t)(found - text) + len : size + 1;
}

/* True if `at`, which is at a '<', begins a tag, or something that is not well formed. */
static inline bool xml_scan_is_tag(const char *text, size_t size, size_t at)
{
    return size - at < 2 || (text[at + 1] != '!' && text[at + 1] != '?');
}

/* One past the comment or processing instruction at `at`; `at` where there is neither;
 * `size` + 1 where it is not closed. */
static inline size_t xml_scan_aside(const char *text, size_t size, size_t at)
{
    if (xml_scan_has(text, size, at, "<!--"))
        return xml_scan_past(text, size, at + 4, "-->");
    if (xml_scan_has(text, size, at, "<?"))
        return xml_scan_past(text, size, at + 2, "?>");
    return at;
}

/* The first byte from `at` on that is neither blank nor in a comment or processing
 * instruction; the start of one that is not closed. */
static inline size_t xml_scan_misc(const char *text, size_t size, size_t at)
{
    for (;;) {
        at = xml_scan_blanks(text, size, at);
        size_t next = xml_scan_aside(text, size, at);
        if (next == at || next > size)
            return at;
        at = next;
    }
}

/* The first byte of character data from `at` on: behind comments, processing instructions, and
 * the brackets of CDATA sections. */
static inline size_t xml_scan_data(const char *text, size_t size, size_t at)
{
    while (at < size && text[at] == '<' && !xml_scan_is_tag(text, size, at)) {
        size_t next = xml_scan_aside(text, size, at);
        if (xml_scan_has(text, size, at, "<![CDATA[")) {
            next = at + 9;
            if (!xml_scan_has(text, size, next, "]]>"))
                return next;
            next += 3;
        }
        if (next == at || next > size)
            return at;
        at = next;
    }
    return at;
}

/* The '<' of the next tag from `at` (character data) on.  `size`: the text ends before it.
 * `*is_cut`, where that is because a comment, processing instruction or CDATA section is not
 * closed. */
static inline size_t xml_scan_tag(const char *text, size_t size, size_t at, bool *is_cut)
{
    *is_cut = false;
    for (;;) {
        const char *found = at < size ? memchr(text + at, '<', size - at) : NULL;
        if (!found)
            return size;
        at = (size_t)(found - text);
        if (xml_scan_is_tag(text, size, at))
            return at;
        size_t next = xml_scan_aside(text, size, at);
        if (xml_scan_has(text, size, at, "<![CDATA["))
            next = xml_scan_past(text, size, at + 9, "]]>");
        if (next == at)
            return at;
        *is_cut = next > size;
        if (*is_cut)
            return size;
        at = next;
    }
}

/* One attribute or namespace declaration of a start tag. */
struct xml_scan_attribute {
    size_t name, name_len, prefix_len; /* prefix_len: without the colon, 0 = no prefix */
    size_t value, value_len;           /* between the quotes */
};

/* The attribute from `*at` on, which moves behind it; false where there is none: `*at` is then
 * at what stands there instead ('>', '/', or `size`). */
static inline bool xml_scan_next_attribute(const char *text, size_t size, size_t *at,
                                           struct xml_scan_attribute *attribute)
{
    size_t i = xml_scan_blanks(text, size, *at);
    *at = i;
    *attribute = (struct xml_scan_attribute){.name = i};
    for (; i < size && text[i] != '=' && !xml_scan_is_blank(text[i]); i++) {
        if (text[i] == '>' || text[i] == '/' || text[i] == '<')
            return false;
        if (text[i] == ':' && !attribute->prefix_len)
            attribute->prefix_len = i - attribute->name;
    }
    attribute->name_len = i - attribute->name;
    i = xml_scan_blanks(text, size, i);
    if (i >= size || text[i] != '=')
        return false;
    i = xml_scan_blanks(text, size, i + 1);
    if (i >= size || (text[i] != '"' && text[i] != '\''))
        return false;
    const char *quote = memchr(text + i + 1, text[i], size - i - 1);
    if (!quote)
        return false;
    attribute->value = i + 1;
    attribute->value_len = (size_t)(quote - text) - attribute->value;
    *at = (size_t)(quote - text) + 1;
    return true;
}

static inline bool xml_scan_is_declaration(const char *text,
                                           const struct xml_scan_attribute *attribute)
{
    size_t len = attribute->prefix_len ? attribute->prefix_len : attribute->name_len;
    return len == 5 && memcmp(text + attribute->name, "xmlns", 5) == 0;
}

/* One past the '>' of the tag whose '<' is at `at`; `size` + 1 where it is not closed. */
static inline size_t xml_scan_tag_end(const char *text, size_t size, size_t at)
{
    for (size_t i = at + 1; i < size; i++) {
        if (text[i] == '>')
            return i + 1;
        if (text[i] != '"' && text[i] != '\'')
            continue;
        const char *quote = memchr(text + i + 1, text[i], size - i - 1);
        if (!quote)
            break;
        i = (size_t)(quote - text);
    }
    return size + 1;
}

/* The first character that XML 1.0 does not allow, not even as a reference (production Char);
 * `len` where there is none.  The text is valid UTF-8. */
static inline size_t xml_scan_forbidden(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 && !xml_scan_is_blank(text[i]))
            return i;
        /* U+FFFE and U+FFFF */
        if (c == 0xEF && len - i >= 3 && (unsigned char)text[i + 1] == 0xBF &&
            (unsigned char)text[i + 2] >= 0xBE)
            return i;
    }
    return len;
}

#endif
