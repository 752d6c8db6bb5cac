/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How the XML reader fails: one code, one sentence, and the exact byte, out of what libxml2
 * reports.  Must not know the tree that is built, but for the element that is open. */
#include "syntax/xml_reader.h"
#include "syntax/xml_scan.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 5, 0))) static void note(struct xml_reader *reader,
                                                       const char *code, size_t offset,
                                                       const char *hint, const char *format,
                                                       va_list list)
{
    struct syntax_error *error = reader->error;
    error->code = code;
    error->hint = hint;
    error->offset = offset;
    int len = vsnprintf(error->message, sizeof(error->message), format, list);
    /* A sentence that was cut must not end inside a character. */
    if (len >= (int)sizeof(error->message))
        error->message[utf8_invalid(error->message, strlen(error->message))] = '\0';
    /* Not xmlStopParser(): it frees what the parser, deeper in the stack, still reads. */
    if (reader->parser)
        reader->parser->disableSAX = 1;
}

void xml_fail(struct xml_reader *reader, const char *code, size_t offset, const char *hint,
              const char *format, ...)
{
    if (reader->status != COMITY_OK)
        return;
    va_list list;
    va_start(list, format);
    note(reader, code, offset, hint, format, list);
    va_end(list);
    reader->status = COMITY_E_INVALID;
}

void xml_fail_limit(struct xml_reader *reader, const char *code, size_t offset,
                    const char *format, ...)
{
    if (reader->status != COMITY_OK)
        return;
    va_list list;
    va_start(list, format);
    note(reader, code, offset, NULL, format, list);
    va_end(list);
    reader->status = COMITY_E_LIMIT;
}

void xml_fail_memory(struct xml_reader *reader, size_t size)
{
    const struct arena *arena = reader->tree->arena;
    if (arena_is_full(arena, size))
        xml_fail_limit(reader, "limit.memory", reader->at,
                       "the document takes more than %zu bytes of working memory",
                       arena->limit);
    if (reader->status == COMITY_OK)
        reader->status = COMITY_E_NOMEM;
}

void xml_fail_doctype(struct xml_reader *reader, size_t offset)
{
    xml_fail(reader, "xml.doctype", offset,
             "take the DOCTYPE out; it can pull in other files, and nothing here needs one",
             "found a DOCTYPE, which is never read; expected the first element");
}

static unsigned long line_of(const struct xml_reader *reader, size_t offset)
{
    return (unsigned long)tree_place(reader->tree, offset).line;
}

/* The name in the start tag of the open element, as it is written. */
static size_t open_name(const struct xml_reader *reader, const char **name)
{
    const struct comity_node *node = tree_node(reader->tree, reader->open);
    *name = reader->text + node->offset + 1;
    return (size_t)(node->name - *name) + node->name_len;
}

static int as_precision(size_t len)
{
    return len < 60 ? (int)len : 60;
}

void xml_fail_truncated(struct xml_reader *reader)
{
    const char *hint = "the file may have been cut short";
    if (!reader->open) {
        xml_fail(reader, "xml.truncated", reader->size, hint,
                 "the text ends before the document does");
        return;
    }
    const char *name = NULL;
    size_t len = open_name(reader, &name);
    xml_fail(reader, "xml.truncated", reader->size, hint,
             "the text ends inside the element <%.*s> of line %lu", as_precision(len), name,
             line_of(reader, tree_node(reader->tree, reader->open)->offset));
}

/* --- what libxml2 found */

/* What is known of an error when it is told. */
struct found {
    const xmlError *error;
    size_t offset; /* where the parser stood */
};

static bool is_root_closed(const struct xml_reader *reader)
{
    return !reader->open && reader->tree->count > 0;
}

/* True if the piece of markup that `at` begins could still become whole. */
static bool is_cut_markup(const struct xml_reader *reader, size_t at, bool may_be_tag)
{
    const char *text = reader->text;
    size_t size = reader->size;
    if (xml_scan_may_become(text, size, at, "<!--") ||
        (may_be_tag && xml_scan_may_become(text, size, at, "<![CDATA[")) ||
        xml_scan_aside(text, size, at) > size)
        return true;
    if (!may_be_tag)
        return false;
    if (xml_scan_has(text, size, at, "<![CDATA["))
        return xml_scan_past(text, size, at, "]]>") > size;
    return xml_scan_tag_end(text, size, at) > size;
}

/* True if nothing is wrong but that the text ends: the error came with the end, and stands in
 * the last piece of markup, or at the very end. */
static bool is_truncated(const struct xml_reader *reader, const struct found *found)
{
    if (!reader->is_ending)
        return false;
    if (is_root_closed(reader))
        return is_cut_markup(reader, xml_scan_misc(reader->text, reader->size, reader->at),
                             false);
    if (found->error->code == XML_ERR_DOCUMENT_END ||
        found->error->code == XML_ERR_DOCUMENT_EMPTY)
        return true;
    bool is_cut = false;
    size_t tag = xml_scan_tag(reader->text, reader->size, reader->at, &is_cut);
    if (is_cut || found->offset >= reader->size)
        return true;
    return tag < reader->size && is_cut_markup(reader, tag, true);
}

/* A character that XML does not allow, at or shortly behind where the parser stood. */
static bool fail_character(struct xml_reader *reader, const struct found *found)
{
    size_t end = found->offset + 4 < reader->size ? found->offset + 4 : reader->size;
    size_t from = reader->at < end ? reader->at : end;
    size_t at = from + xml_scan_forbidden(reader->text + from, end - from);
    uint32_t code = 0;
    const char *hint = "XML 1.0 cannot carry it in any form; remove or replace it";
    if (at < end && utf8_decode(reader->text + at, reader->size - at, &code)) {
        xml_fail(reader, "xml.character", at, hint,
                 "found the character U+%04lX, which XML does not allow", (unsigned long)code);
        return true;
    }
    if (found->error->code != XML_ERR_INVALID_CHAR)
        return false;
    const char *start = memrchr(reader->text, '&', found->offset);
    xml_fail(reader, "xml.character", start ? (size_t)(start - reader->text) : found->offset,
             hint, "found a reference to a character that XML does not allow");
    return true;
}

/* Where an attribute of the tag at `tag` begins: the first of that name from the `nth` on
 * (counted from 0), else the tag's own name. */
static size_t find_attribute(const struct xml_reader *reader, size_t tag, const char *prefix,
                             const char *local, unsigned nth)
{
    size_t at = tag + 1;
    struct xml_scan_attribute scanned;
    while (at < reader->size && !xml_scan_is_blank(reader->text[at]))
        at++;
    while (xml_scan_next_attribute(reader->text, reader->size, &at, &scanned)) {
        size_t skip = scanned.prefix_len ? scanned.prefix_len + 1 : 0;
        const char *name = reader->text + scanned.name;
        bool is_same = strlen(local) == scanned.name_len - skip &&
                       memcmp(name + skip, local, scanned.name_len - skip) == 0;
        if (prefix)
            is_same = is_same && strlen(prefix) == scanned.prefix_len &&
                      memcmp(name, prefix, scanned.prefix_len) == 0;
        if (is_same && nth-- == 0)
            return scanned.name;
    }
    return tag + 1;
}

/* The tag that is being read. */
static size_t current_tag(const struct xml_reader *reader)
{
    bool is_cut;
    return xml_scan_tag(reader->text, reader->size, reader->at, &is_cut);
}

static void fail_prefix(struct xml_reader *reader, const xmlError *error)
{
    /* str1: prefix; str2: local name of the attribute, and then str3: of the element. */
    size_t tag = current_tag(reader);
    size_t offset = tag + 1;
    if (error->str3 && error->str2 && error->str1)
        offset = find_attribute(reader, tag, error->str1, error->str2, 0);
    xml_fail(reader, "xml.namespace", offset, "declare it: xmlns:prefix=\"...\"",
             "found the prefix %.60s, which is not declared here", error->str1);
}

static void fail_duplicate(struct xml_reader *reader, const xmlError *error)
{
    /* 42: str1 local name, str2 prefix; 203: str1 local name, str2 namespace. */
    bool by_namespace = error->code == XML_NS_ERR_ATTRIBUTE_REDEFINED;
    size_t offset = find_attribute(reader, current_tag(reader),
                                   by_namespace ? NULL : error->str2, error->str1, 1);
    xml_fail(reader, by_namespace ? "xml.namespace" : "xml.syntax", offset, NULL,
             "the attribute %.60s stands twice in one tag", error->str1);
}

static void fail_mismatch(struct xml_reader *reader)
{
    const char *name = NULL;
    size_t len = open_name(reader, &name);
    size_t tag = current_tag(reader);
    size_t found_len = 0;
    while (tag + 2 + found_len < reader->size && reader->text[tag + 2 + found_len] != '>')
        found_len++;
    xml_fail(reader, "xml.syntax", tag, NULL,
             "found </%.*s>; expected </%.*s>, which closes line %lu", as_precision(found_len),
             reader->text + tag + 2, as_precision(len), name,
             line_of(reader, tree_node(reader->tree, reader->open)->offset));
}

static void fail_brackets(struct xml_reader *reader, const struct found *found)
{
    /* The parser stands at the start of the text that holds them. */
    size_t past = xml_scan_past(reader->text, reader->size, found->offset, "]]>");
    xml_fail(reader, "xml.syntax", past > reader->size ? found->offset : past - 3,
             "write it as ]]&gt;",
             "found ]]> in text; expected it only at the end of a CDATA section");
}

static void fail_entity(struct xml_reader *reader, const struct found *found)
{
    const char *start = memrchr(reader->text, '&', found->offset);
    xml_fail(reader, "xml.entity", start ? (size_t)(start - reader->text) : found->offset,
             "write the character itself, or its number: &#160;",
             "found the entity &%.60s;, but only lt, gt, amp, quot and apos are known",
             found->error->str1 ? found->error->str1 : "?");
}

/* Anything but comments and instructions behind the root. */
static bool fail_trailing(struct xml_reader *reader, const struct found *found)
{
    if (!is_root_closed(reader))
        return false;
    size_t at = xml_scan_misc(reader->text, reader->size, reader->at);
    if (at >= reader->size || found->offset < at)
        return false;
    if (xml_scan_has(reader->text, reader->size, at, "<!DOCTYPE"))
        xml_fail_doctype(reader, at);
    else
        xml_fail(reader, "xml.trailing-text", at, "give each document a file of its own",
                 "found more text behind the end of the document");
    return true;
}

/* What has no case of its own: libxml2's words, on one line. */
static void fail_otherwise(struct xml_reader *reader, const struct found *found)
{
    const char *message = found->error->message ? found->error->message : "";
    int len = (int)strcspn(message, "\n");
    bool is_namespace = (found->error->code >= 200 && found->error->code < 300) ||
                        (found->error->code >= 99 && found->error->code <= 101);
    if (is_namespace)
        xml_fail(reader, "xml.namespace", current_tag(reader), NULL,
                 "the names in this tag are not right: %.*s", len, message);
    else
        xml_fail(reader, "xml.syntax", found->offset, NULL, "not well-formed XML: %.*s", len,
                 message);
}

void xml_fail_parser(struct xml_reader *reader, const xmlError *error)
{
    long consumed = xmlByteConsumed(reader->parser);
    struct found found = {.error = error, .offset = consumed > 0 ? (size_t)consumed : 0};
    if (found.offset > reader->size)
        found.offset = reader->size;
    if (error->code == XML_ERR_NO_MEMORY) {
        reader->status = COMITY_E_NOMEM;
        return;
    }
    if (fail_character(reader, &found))
        return;
    if (is_truncated(reader, &found)) {
        xml_fail_truncated(reader);
        return;
    }
    if (fail_trailing(reader, &found))
        return;
    if (xml_scan_has(reader->text, reader->size, found.offset, "<!DOCTYPE"))
        xml_fail_doctype(reader, found.offset);
    else if (error->code == XML_NS_ERR_UNDEFINED_NAMESPACE)
        fail_prefix(reader, error);
    else if (error->code == XML_NS_ERR_ATTRIBUTE_REDEFINED ||
             error->code == XML_ERR_ATTRIBUTE_REDEFINED)
        fail_duplicate(reader, error);
    else if (error->code == XML_ERR_TAG_NAME_MISMATCH && reader->open)
        fail_mismatch(reader);
    else if (error->code == XML_ERR_MISPLACED_CDATA_END)
        fail_brackets(reader, &found);
    else if (error->code == XML_ERR_UNDECLARED_ENTITY ||
             error->code == XML_WAR_UNDECLARED_ENTITY)
        fail_entity(reader, &found);
    else
        fail_otherwise(reader, &found);
}
