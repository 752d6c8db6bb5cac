/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One XML input as one document.  Which encoding it has is settled here, in the order of
 * XML 1.0, appendix F: what the caller knows, the byte-order mark, the first '<', the
 * declaration; what contradicts itself is refused, since a guess could change a name.  Must
 * not know the grammar beyond the XML declaration. */
#include "syntax/stream_xml.h"

#include "base/utf8.h"
#include "io/charset.h"
#include "syntax/xml.h"
#include "syntax/xml_scan.h"

#include <stdarg.h>
#include <stdio.h>

#define FIRST_WINDOW ((size_t)256 << 10)
#define DECLARATION_MAX ((size_t)1 << 10) /* no honest XML declaration is longer */

/* A piece of text: the name of an encoding. */
struct name {
    const char *text;
    size_t len;
};

/* What the first bytes say. */
struct opening {
    const char *charset; /* canonical name; NULL: they look like plain ASCII */
    size_t mark;         /* length of the byte-order mark, 0 = none */
};

/* One document on its way. */
struct input {
    struct source *source;
    const struct limits *limits;
    struct tree *tree;
    struct findings *findings;
    struct stream_xml_state *state;
};

void stream_xml_init(struct stream_xml_state *state)
{
    *state = (struct stream_xml_state){.done = false};
    buffer_init(&state->utf8, 0);
}

void stream_xml_free(struct stream_xml_state *state)
{
    charset_map_free(state->map);
    buffer_free(&state->utf8);
    stream_xml_init(state);
}

/* --- the bytes */

/* Reports at a byte of the text as it now is in the tree. */
__attribute__((format(printf, 6, 7))) static comity_status
refuse(struct input *input, comity_status status, const char *code, size_t offset,
       const char *hint, const char *format, ...)
{
    struct syntax_error error = {.code = code, .hint = hint, .offset = offset};
    va_list list;
    va_start(list, format);
    vsnprintf(error.message, sizeof(error.message), format, list);
    va_end(list);
    tree_report_syntax(input->tree, input->findings, &error);
    return status;
}

/* The bytes as they are become the text of the tree: enough to report a place. */
static void show_bytes(struct input *input)
{
    struct tree *tree = input->tree;
    tree_reset(tree);
    tree->syntax = SYNTAX_XML;
    tree->text = input->source->bytes;
    tree->size = input->source->size;
    tree->offset = input->source->offset;
    tree->line = 1;
    tree->column = 1;
}

/* The whole input into the window. */
static comity_status read_whole(struct input *input)
{
    struct source *source = input->source;
    size_t most = input->limits->bytes < SIZE_MAX ? input->limits->bytes : SIZE_MAX - 1;
    comity_status status = COMITY_OK;
    while (!source->at_end && source->size <= most) {
        size_t before = source->size;
        size_t want = before < FIRST_WINDOW / 2 ? FIRST_WINDOW : before * 2;
        if (want > most + 1)
            want = most + 1;
        status = source_fill(source, want);
        if (status < 0 && status != COMITY_E_LIMIT)
            return status;
        if (source->size == before)
            break;
    }
    show_bytes(input);
    if (status == COMITY_E_LIMIT || source->size > most)
        return refuse(input, COMITY_E_LIMIT, "limit.bytes", 0,
                      "raise the limit if such documents are to be expected",
                      "the document is longer than %zu bytes",
                      source->limit && source->limit < most ? source->limit : most);
    return COMITY_OK;
}

/* --- which encoding */

static bool begins_with(const char *bytes, size_t size, const char *head, size_t len)
{
    return size >= len && memcmp(bytes, head, len) == 0;
}

/* "UTF-32" is none of ours, but better named than read as UTF-16 with zeros. */
static struct opening look_at_opening(const char *bytes, size_t size)
{
    static const struct {
        const char *head;
        size_t len, mark;
        const char *charset;
    } openings[] = {
        {"\xFF\xFE\0\0", 4, 4, "UTF-32"}, {"\0\0\xFE\xFF", 4, 4, "UTF-32"},
        {"<\0\0\0", 4, 0, "UTF-32"},      {"\0\0\0<", 4, 0, "UTF-32"},
        {"\xEF\xBB\xBF", 3, 3, "UTF-8"},  {"\xFF\xFE", 2, 2, "UTF-16LE"},
        {"\xFE\xFF", 2, 2, "UTF-16BE"},
    };
    for (size_t i = 0; i < sizeof(openings) / sizeof(*openings); i++)
        if (begins_with(bytes, size, openings[i].head, openings[i].len))
            return (struct opening){openings[i].charset, openings[i].mark};
    /* UTF-16 without a mark: the first character that is not blank is '<'. */
    size_t at = 0;
    while (at + 2 < size && bytes[at + 1] == '\0' && xml_scan_is_blank(bytes[at]))
        at += 2;
    if (size - at >= 2 && bytes[at] == '<' && bytes[at + 1] == '\0')
        return (struct opening){"UTF-16LE", 0};
    at = 0;
    while (at + 2 < size && bytes[at] == '\0' && xml_scan_is_blank(bytes[at + 1]))
        at += 2;
    if (size - at >= 2 && bytes[at] == '\0' && bytes[at + 1] == '<')
        return (struct opening){"UTF-16BE", 0};
    return (struct opening){NULL, 0};
}

/* The encoding that an XML declaration names; its text is NULL where there is none.  Whether
 * the declaration is well formed is for the parser to say. */
static struct name declared_encoding(const char *text, size_t size)
{
    struct name none = {NULL, 0};
    if (!xml_scan_has(text, size, 0, "<?xml") || size < 6 || !xml_scan_is_blank(text[5]))
        return none;
    if (size > DECLARATION_MAX)
        size = DECLARATION_MAX;
    size_t end = xml_scan_past(text, size, 5, "?>");
    if (end > size)
        return none;
    size_t at = 5;
    struct xml_scan_attribute item;
    while (xml_scan_next_attribute(text, end - 2, &at, &item))
        if (item.name_len == 8 && memcmp(text + item.name, "encoding", 8) == 0)
            return (struct name){text + item.value, item.value_len};
    return none;
}

static bool is_utf16(struct name name)
{
    static const char label[] = "utf-16";
    if (name.len != sizeof(label) - 1)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.text[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != label[i])
            return false;
    }
    return true;
}

/* The canonical name; "UTF-16" alone means the one of the two that `opening` shows. */
static const char *resolve(struct name name, struct opening opening)
{
    if (!is_utf16(name))
        return charset_canonical(name.text, name.len);
    if (opening.charset && strncmp(opening.charset, "UTF-16", 6) == 0)
        return opening.charset;
    return "UTF-16BE"; /* RFC 2781, section 4.3 */
}

/* Up to 40 bytes of a name that was written by who knows whom, and the rest as dots. */
static void shown_name(struct name name, char shown[48])
{
    size_t len = name.len < 40 ? name.len : 40;
    for (size_t i = 0; i < len; i++)
        shown[i] = name.text[i] > ' ' && name.text[i] < 0x7F ? name.text[i] : '?';
    snprintf(shown + len, 48 - len, "%s", len < name.len ? "..." : "");
}

static comity_status refuse_unknown(struct input *input, struct name name, size_t offset)
{
    char shown[48];
    shown_name(name, shown);
    return refuse(input, COMITY_E_INVALID, "charset.unknown", offset,
                  "convert the file to UTF-8, or name its encoding",
                  "the encoding '%s' is not known here", shown);
}

static comity_status refuse_contradiction(struct input *input, struct opening opening,
                                          struct name name, size_t offset)
{
    char shown[48];
    shown_name(name, shown);
    return refuse(input, COMITY_E_INVALID, "charset.mark-contradiction", offset,
                  "find out which is right; the other would change letters",
                  "the encoding is given as '%s', but the first bytes are those of %s", shown,
                  opening.charset ? opening.charset : "an encoding of single bytes");
}

/* Holds what is declared (or known to the caller) against what the first bytes show. */
static comity_status settle(struct input *input, struct opening opening, struct name name,
                            size_t offset, const char **charset)
{
    *charset = resolve(name, opening);
    if (!*charset)
        return refuse_unknown(input, name, offset);
    bool is_wide = strncmp(*charset, "UTF-16", 6) == 0;
    bool agrees = opening.charset ? strcmp(*charset, opening.charset) == 0 : !is_wide;
    return agrees ? COMITY_OK : refuse_contradiction(input, opening, name, offset);
}

/* The encoding of the input by all that is known before it is read. */
static comity_status find_charset(struct input *input, struct opening opening,
                                  const char *known, const char **charset)
{
    const struct tree *tree = input->tree;
    *charset = opening.charset ? opening.charset : "UTF-8";
    if (strcmp(*charset, "UTF-32") == 0)
        return refuse_unknown(input, (struct name){"UTF-32", 6}, 0);
    if (known)
        return settle(input, opening, (struct name){known, strlen(known)}, 0, charset);
    /* Of UTF-16 the declaration can be read only later. */
    if (opening.charset && strcmp(opening.charset, "UTF-8") != 0)
        return COMITY_OK;
    struct name declared = declared_encoding(tree->text, tree->size);
    if (!declared.text)
        return COMITY_OK;
    return settle(input, opening, declared, (size_t)(declared.text - tree->text), charset);
}

/* --- to UTF-8 */

/* The first byte that does not fit, and where it stands. */
static comity_status refuse_bytes(struct input *input, const char *charset, size_t bad,
                                  size_t text_offset)
{
    struct tree *tree = input->tree;
    struct place place = tree_place(tree, text_offset);
    char message[120];
    unsigned byte = (unsigned char)input->source->bytes[bad];
    snprintf(message, sizeof(message), "found the byte %02X, which does not fit in %s", byte,
             charset);
    struct comity_finding finding = {
        .struct_size = sizeof(finding),
        .severity = COMITY_ERROR,
        .code = "charset.invalid",
        .message = message,
        .line = place.line,
        .column = place.column,
        .offset = input->source->offset + bad,
        .hint = "the file may be damaged, or its encoding be another than it says",
    };
    findings_add(input->findings, &finding);
    return COMITY_E_INVALID;
}

static comity_status convert(struct input *input, const char *charset, size_t mark)
{
    struct source *source = input->source;
    struct stream_xml_state *state = input->state;
    struct tree *tree = input->tree;
    size_t bad = 0;
    comity_status status =
        charset_to_utf8(charset, source->bytes + mark, source->size - mark,
                        input->limits->memory, &state->utf8, &state->map, &bad);
    tree->offset = source->offset + mark;
    /* As far as it went. */
    tree->text = state->utf8.bytes ? state->utf8.bytes : "";
    tree->size = state->utf8.size;
    if (status == COMITY_E_INVALID)
        return refuse_bytes(input, charset, mark + bad, tree->size);
    if (status == COMITY_E_UNSUPPORTED)
        return refuse_unknown(input, (struct name){charset, strlen(charset)}, 0);
    if (status == COMITY_E_LIMIT)
        return refuse(input, status, "limit.memory", tree->size, NULL,
                      "as UTF-8 the document is longer than %zu bytes", input->limits->memory);
    if (status < 0)
        return status;
    charset_map_start(state->map, tree->offset);
    tree->map = state->map;
    return COMITY_OK;
}

/* UTF-8 is read where it stands. */
static comity_status check_utf8(struct input *input, size_t mark)
{
    const struct tree *tree = input->tree;
    size_t bad = utf8_invalid(tree->text, tree->size);
    return bad < tree->size ? refuse_bytes(input, "UTF-8", mark + bad, bad) : COMITY_OK;
}

/* What UTF-16 says of itself can only be read now. */
static comity_status check_declaration(struct input *input, struct opening opening)
{
    const struct tree *tree = input->tree;
    const char *charset = NULL;
    struct name declared = declared_encoding(tree->text, tree->size);
    if (!declared.text)
        return COMITY_OK;
    return settle(input, opening, declared, (size_t)(declared.text - tree->text), &charset);
}

/* The text of the tree, as UTF-8, out of the bytes of the source. */
static comity_status decode(struct input *input, const char *known)
{
    struct opening opening = look_at_opening(input->source->bytes, input->source->size);
    const char *charset = NULL;
    struct tree *tree = input->tree;
    if (opening.charset && strcmp(opening.charset, "UTF-8") == 0) {
        /* The mark is no part of the text, nor of its first line. */
        tree->text += opening.mark;
        tree->size -= opening.mark;
        tree->offset += opening.mark;
    }
    comity_status status = find_charset(input, opening, known, &charset);
    if (status < 0)
        return status;
    if (strcmp(charset, "UTF-8") == 0)
        return check_utf8(input, opening.mark);
    status = convert(input, charset, opening.mark);
    if (status < 0 || known || strncmp(charset, "UTF-16", 6) != 0)
        return status;
    return check_declaration(input, opening);
}

comity_status stream_xml_next(struct source *source, const struct limits *limits,
                              const char *charset, struct tree *tree, struct findings *findings,
                              struct stream_xml_state *state)
{
    struct input input = {source, limits, tree, findings, state};
    if (state->done) {
        source_consume(source, source->size);
        return COMITY_END;
    }
    state->done = true;
    comity_status status = read_whole(&input);
    if (status < 0)
        return status;
    status = decode(&input, charset);
    if (status < 0)
        return status;
    if (xml_scan_blanks(tree->text, tree->size, 0) == tree->size)
        return COMITY_END;
    struct syntax_error error = {.code = NULL};
    status = xml_read(tree, tree->text, tree->size, limits, state->spare, &error);
    if (error.code)
        tree_report_syntax(tree, findings, &error);
    return status;
}
