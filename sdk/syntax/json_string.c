/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * JSON strings that hold more than plain ASCII: checked first, then, where there are escapes,
 * decoded into the arena.  Knows nothing of what stands around a string. */
#include "base/utf8.h"
#include "syntax/json_reader.h"
#include "syntax/json_scan.h"

#include <string.h>

static comity_status fail_open(struct json_reader *reader)
{
    if (!reader->at_end)
        return json_fail_ended(reader, "'\"'");
    return json_fail(reader, "json.truncated", reader->at, "close the string with a '\"'",
                     "the string that opens here is not closed before the text ends");
}

static comity_status fail_control(struct json_reader *reader, const char *where)
{
    if (*where == '\0')
        return json_fail(reader, "json.nul", where, "no text may hold a NUL",
                         "found a NUL byte inside a string");
    if (*where == '\n' || *where == '\r') {
        struct place place = tree_place(reader->tree, (size_t)(reader->at - reader->text));
        return json_fail(reader, "json.control-character", where,
                         "close the string, or write the line break as \\n",
                         "a line ends inside the string that opens in line %llu, column %llu",
                         (unsigned long long)place.line, (unsigned long long)place.column);
    }
    return json_fail(reader, "json.control-character", where,
                     "write it as an escape: \\t, or \\u and four digits",
                     "found the control character U+%04X inside a string; expected an escape",
                     (unsigned)(unsigned char)*where);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The number of an escape that is known to be one. */
static uint32_t escape_unit(const char *escape)
{
    uint32_t unit = 0;
    for (int i = 2; i < 6; i++)
        unit = unit << 4 | (uint32_t)hex_digit(escape[i]);
    return unit;
}

/* Checks \uXXXX at `escape`, which begins with the backslash and the u. */
static comity_status check_unit(struct json_reader *reader, const char *escape, uint32_t *unit)
{
    for (int i = 2; i < 6; i++) {
        if (escape + i >= reader->end)
            return fail_open(reader);
        if (hex_digit(escape[i]) < 0)
            return json_fail(reader, "json.escape", escape, NULL,
                             "\\u is not followed by four hexadecimal digits");
    }
    *unit = escape_unit(escape);
    return COMITY_OK;
}

static comity_status fail_unpaired(struct json_reader *reader, const char *escape,
                                   uint32_t unit)
{
    return json_fail(
        reader, "json.unpaired-surrogate", escape, "the sender cut a character in two",
        "\\u%04lX is one half of a character; expected both halves, \\uD8xx\\uDCxx",
        (unsigned long)unit);
}

/* Checks the second half that a high surrogate at `escape` needs. */
static comity_status check_pair(struct json_reader *reader, const char *escape, uint32_t high)
{
    const char *second = escape + 6;
    uint32_t low = 0;
    if (second >= reader->end)
        return fail_open(reader);
    if (*second != '\\')
        return fail_unpaired(reader, escape, high);
    if (second + 1 >= reader->end)
        return fail_open(reader);
    if (second[1] != 'u')
        return fail_unpaired(reader, escape, high);
    comity_status status = check_unit(reader, second, &low);
    if (status != COMITY_OK)
        return status;
    if (low < 0xDC00 || low > 0xDFFF)
        return fail_unpaired(reader, escape, high);
    return COMITY_OK;
}

/* Checks the escape at `*at` and steps over it. */
static comity_status check_escape(struct json_reader *reader, const char **at)
{
    const char *escape = *at;
    uint32_t unit = 0;
    if (escape + 1 >= reader->end)
        return fail_open(reader);
    if (escape[1] != 'u') {
        if (escape[1] == '\0' || !strchr("\"\\/bfnrt", escape[1]))
            return json_fail(reader, "json.escape", escape,
                             "a backslash itself is written \\\\",
                             "a backslash is followed by none of \" \\ / b f n r t u");
        *at += 2;
        return COMITY_OK;
    }
    comity_status status = check_unit(reader, escape, &unit);
    if (status != COMITY_OK)
        return status;
    if (unit == 0)
        return json_fail(reader, "json.nul", escape, "no text may hold a NUL",
                         "found \\u0000 inside a string");
    if (unit >= 0xDC00 && unit <= 0xDFFF)
        return fail_unpaired(reader, escape, unit);
    *at += 6;
    if (unit < 0xD800 || unit > 0xDBFF)
        return COMITY_OK;
    *at += 6;
    return check_pair(reader, escape, unit);
}

/* Decodes one escape of checked text; returns its length there. */
static size_t decode_escape(const char *escape, char *out, size_t *written)
{
    static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    if (escape[1] != 'u') {
        *out = meant[strchr(plain, escape[1]) - plain];
        *written = 1;
        return 2;
    }
    uint32_t code = escape_unit(escape);
    size_t len = 6;
    if (code >= 0xD800 && code <= 0xDBFF) {
        code = 0x10000 + ((code - 0xD800) << 10) + (escape_unit(escape + 6) - 0xDC00);
        len = 12;
    }
    *written = utf8_encode(code, out);
    return len;
}

/* Decoded text is never longer than what was written. */
static comity_status decode(struct json_reader *reader, const char *from, const char *to,
                            const char **text, uint32_t *len)
{
    size_t raw = (size_t)(to - from);
    char *out = arena_alloc(reader->tree->arena, raw);
    if (!out)
        return json_fail_memory(reader, raw);
    *text = out;
    while (from < to) {
        const char *escape = memchr(from, '\\', (size_t)(to - from));
        size_t run = (size_t)((escape ? escape : to) - from);
        memcpy(out, from, run);
        out += run;
        from += run;
        if (escape) {
            size_t written = 0;
            from += decode_escape(escape, out, &written);
            out += written;
        }
    }
    *len = (uint32_t)(out - *text);
    return COMITY_OK;
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xC0u) == 0x80u;
}

/* Length of a character of two bytes, or of three that need no closer look; 0 for all else. */
static size_t plain_character(const char *at, const char *end)
{
    unsigned char lead = (unsigned char)*at;
    if (lead >= 0xC2 && lead <= 0xDF && end - at >= 2 && continues(at[1]))
        return 2;
    if (lead >= 0xE1 && lead <= 0xEC && end - at >= 3 && continues(at[1]) && continues(at[2]))
        return 3;
    return 0;
}

/* Steps over characters above U+007F, and over a lone blank between two of them: such text
 * comes in words. */
static comity_status check_characters(struct json_reader *reader, const char **at)
{
    const char *p = *at, *end = reader->end;
    while (p < end && ((unsigned char)*p >= 0x80 ||
                       (*p == ' ' && end - p >= 2 && (unsigned char)p[1] >= 0x80))) {
        size_t size = *p == ' ' ? 1 : plain_character(p, end);
        if (!size)
            size = utf8_sequence(p, (size_t)(end - p));
        if (!size)
            return json_fail_utf8(reader, p);
        p += size;
    }
    *at = p;
    return COMITY_OK;
}

comity_status json_read_string_rest(struct json_reader *reader, const char *stop,
                                    const char **text, uint32_t *len)
{
    const char *start = reader->at + 1;
    bool has_escape = false;
    for (;; stop = json_read_run(stop, reader->end)) {
        comity_status status = COMITY_OK;
        if (stop >= reader->end)
            return fail_open(reader);
        if (*stop == '"')
            break;
        if (*stop == '\\') {
            has_escape = true;
            status = check_escape(reader, &stop);
        } else if ((unsigned char)*stop >= 0x80) {
            status = check_characters(reader, &stop);
        } else {
            return fail_control(reader, stop);
        }
        if (status != COMITY_OK)
            return status;
    }
    comity_status status = COMITY_OK;
    if (has_escape) {
        status = decode(reader, start, stop, text, len);
    } else {
        *text = start;
        *len = (uint32_t)(stop - start);
    }
    reader->at = stop + 1;
    return status;
}
