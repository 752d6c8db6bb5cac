/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the JSON reader says when it refuses a text: what was found, what was expected, what
 * to do about it.  Never a value of the document: findings go to logs. */
#include "base/utf8.h"
#include "syntax/json.h"
#include "syntax/json_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_NAME 60u /* bytes of a member name in a message */

static void set_error(struct json_reader *reader, const char *code, const char *where,
                      const char *hint)
{
    reader->error->code = code;
    reader->error->hint = hint;
    reader->error->offset = (size_t)(where - reader->text);
}

comity_status json_fail(struct json_reader *reader, const char *code, const char *where,
                        const char *hint, const char *format, ...)
{
    va_list list;
    set_error(reader, code, where, hint);
    va_start(list, format);
    vsnprintf(reader->error->message, sizeof(reader->error->message), format, list);
    va_end(list);
    return COMITY_E_INVALID;
}

comity_status json_fail_limit(struct json_reader *reader, const char *code, const char *where,
                              const char *format, ...)
{
    va_list list;
    set_error(reader, code, where, "raise the limit if such documents are to be expected");
    va_start(list, format);
    vsnprintf(reader->error->message, sizeof(reader->error->message), format, list);
    va_end(list);
    return COMITY_E_LIMIT;
}

comity_status json_fail_memory(struct json_reader *reader, size_t size)
{
    if (!arena_is_full(reader->tree->arena, size))
        return COMITY_E_NOMEM;
    return json_fail_limit(reader, "limit.memory", reader->at,
                           "the document takes more than %zu bytes of working memory",
                           reader->tree->arena->limit);
}

comity_status json_fail_ended(struct json_reader *reader, const char *expected)
{
    if (!reader->at_end)
        return JSON_MORE;
    if (!reader->depth)
        return json_fail(reader, "json.truncated", reader->end, NULL,
                         "the text ends in the middle of a value; expected %s", expected);
    const struct json_frame *frame = &reader->frames[reader->depth - 1];
    struct place place = tree_place(reader->tree, reader->tree->nodes[frame->node].offset);
    return json_fail(reader, "json.truncated", reader->end, "the file may have been cut short",
                     "the text ends inside the %s that opens in line %llu, column %llu; "
                     "expected %s",
                     frame->is_group ? "group" : "list", (unsigned long long)place.line,
                     (unsigned long long)place.column, expected);
}

comity_status json_fail_utf8(struct json_reader *reader, const char *where)
{
    if (!reader->at_end && reader->end - where < 4)
        return JSON_MORE;
    return json_fail(reader, "json.invalid-utf8", where,
                     "save the file as UTF-8; JSON has no other encoding",
                     "byte %02X does not begin a character of UTF-8 here",
                     (unsigned)(unsigned char)*where);
}

static bool begins(const struct json_reader *reader, const char *where, const char *word)
{
    size_t len = strlen(word);
    return (size_t)(reader->end - where) >= len && memcmp(where, word, len) == 0;
}

/* True for what is meant as a number, but is none in JSON. */
static bool is_foreign_number(const struct json_reader *reader, const char *where)
{
    return *where == '+' || *where == '.' || begins(reader, where, "NaN") ||
           begins(reader, where, "Infinity");
}

/* The mistakes that are made most. */
static const char *hint_for(const struct json_reader *reader, const char *where)
{
    const char *before = where;
    while (before > reader->text && (before[-1] == ' ' || before[-1] == '\t' ||
                                     before[-1] == '\r' || before[-1] == '\n'))
        before--;
    bool after_comma = before > reader->text && before[-1] == ',';
    if (after_comma && (*where == ']' || *where == '}' || *where == ','))
        return "JSON has no comma behind the last entry";
    if (*where == '\'')
        return "JSON has no single quotes; use \"";
    if (*where == '/' || *where == '#')
        return "JSON has no comments";
    if (begins(reader, where, "\xEF\xBB\xBF"))
        return "take the byte-order mark away; it may stand at the very start only";
    if (begins(reader, where, "True") || begins(reader, where, "False") ||
        begins(reader, where, "None") || begins(reader, where, "TRUE") ||
        begins(reader, where, "FALSE") || begins(reader, where, "NULL"))
        return "JSON spells them true, false and null";
    if ((*where >= 'a' && *where <= 'z') || (*where >= 'A' && *where <= 'Z') || *where == '_')
        return "names and text stand in double quotes";
    return NULL;
}

comity_status json_fail_found(struct json_reader *reader, const char *where,
                              const char *expected)
{
    uint32_t code = 0;
    if (where >= reader->end)
        return json_fail_ended(reader, expected);
    if (*where == '\0')
        return json_fail(reader, "json.nul", where, "the file may be UTF-16 or damaged",
                         "found a NUL byte; expected %s", expected);
    if (!utf8_decode(where, (size_t)(reader->end - where), &code))
        return json_fail_utf8(reader, where);
    if (is_foreign_number(reader, where))
        return json_fail(reader, "json.number", where,
                         "JSON has no NaN, no Infinity, no '+' and no '.' in front of a number",
                         "found '%c', which begins no JSON number; expected %s", *where,
                         expected);
    if (code > 0x20 && code < 0x7F)
        return json_fail(reader, "json.syntax", where, hint_for(reader, where),
                         "found '%c'; expected %s", *where, expected);
    return json_fail(reader, "json.syntax", where, hint_for(reader, where),
                     "found the character U+%04lX; expected %s", (unsigned long)code, expected);
}

comity_status json_fail_duplicate(struct json_reader *reader, uint32_t earlier,
                                  const char *quote)
{
    const struct comity_node *node = &reader->tree->nodes[earlier];
    size_t offset = node->offset;
    /* A name without escapes points into the text. */
    if (node->name > reader->text && node->name < reader->end)
        offset = (size_t)(node->name - reader->text) - 1;
    struct place place = tree_place(reader->tree, offset);
    size_t raw = (size_t)(reader->at - quote) - 2; /* as written: nothing that needs escaping */
    size_t shown = utf8_cut(quote + 1, raw, SHOWN_NAME);
    return json_fail(reader, "json.duplicate-key", quote,
                     "keep one of the two; which of them counts, only the sender can tell",
                     "the name \"%.*s%s\" stands twice in one group, first in line %llu, "
                     "column %llu",
                     (int)shown, quote + 1, shown < raw ? "..." : "",
                     (unsigned long long)place.line, (unsigned long long)place.column);
}
