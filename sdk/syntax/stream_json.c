/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The documents of one JSON input, each read where it stands in the window: the entries of a
 * list at the top, without the list being held; and values on lines of their own, which may
 * take several lines.  Knows nothing of what a document means.
 *
 * After a bad value the next document is looked for where a line begins with '{' or '[':
 * what is printed over several lines is indented inside, so that this is the next value and
 * not a piece of the bad one.  The search begins at the bad value's own first line, since the
 * commonest fault is a line cut short, found only when the good line after it has begun.
 * In a list there is no such mark: there an entry is passed over by its brackets where its
 * grammar is whole (limits, a name that stands twice), and all else loses the list. */
#include "syntax/stream_json.h"

#include "base/utf8.h"
#include "syntax/json.h"

#include <stdio.h>
#include <string.h>

#define SMALL_PIECES 16u /* of one document; see widen() */

/* Drops bytes of the window and keeps count of lines and characters. */
static void consume(struct stream_json *stream, struct source *source, size_t count)
{
    const char *at = source->bytes, *end = at + count;
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        if (!line_end)
            break;
        stream->lines++;
        stream->chars = 0;
        at = line_end + 1;
    }
    stream->chars += utf8_count(at, (size_t)(end - at));
    source_consume(source, count);
}

/* Makes the tree say where the window stands. */
static void locate(const struct stream_json *stream, const struct source *source,
                   struct tree *tree)
{
    tree_reset(tree);
    tree->syntax = SYNTAX_JSON;
    tree->text = source->bytes;
    tree->size = source->size;
    tree->offset = source->offset;
    tree->line = stream->lines + 1;
    tree->column = stream->chars + 1;
}

/* --- errors of the stream itself */

/* The rest cannot be read: says so in the message, and for good. */
static comity_status lose(struct stream_json *stream, struct tree *tree,
                          struct findings *findings, struct syntax_error *error,
                          const char *consequence)
{
    size_t len = strlen(error->message);
    snprintf(error->message + len, sizeof(error->message) - len, "; %s", consequence);
    tree_report_syntax(tree, findings, error);
    stream->mode = STREAM_JSON_LOST;
    return COMITY_E_CORRUPT;
}

/* A list that is broken.  One that has not left its own line so far is a bad line among others;
 * of one over several lines nobody can tell where its entries would go on. */
static comity_status lose_list(struct stream_json *stream, struct tree *tree,
                               struct findings *findings, struct syntax_error *error)
{
    if (stream->list_line == stream->lines + 1) {
        tree_report_syntax(tree, findings, error);
        stream->mode = STREAM_JSON_BAD_VALUE;
        return COMITY_E_INVALID;
    }
    return lose(stream, tree, findings, error, "the rest of the list cannot be read");
}

/* "'x'" or a number: what stands at an offset of the window. */
static void describe(const struct source *source, size_t offset, char text[16])
{
    uint32_t code = 0;
    if (!utf8_decode(source->bytes + offset, source->size - offset, &code))
        snprintf(text, 16, "byte %02X", (unsigned)(unsigned char)source->bytes[offset]);
    else if (code > 0x20 && code < 0x7F)
        snprintf(text, 16, "'%c'", (char)code);
    else
        snprintf(text, 16, "U+%04lX", (unsigned long)code);
}

static void set_trailing(const struct source *source, size_t offset, struct syntax_error *error)
{
    char found[16];
    describe(source, offset, found);
    error->code = "json.trailing-text";
    error->hint = "write each document on a line of its own, or all of them as one list";
    error->offset = offset;
    snprintf(error->message, sizeof(error->message),
             "found %s behind the value; expected the end of the line", found);
}

/* --- getting about */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Up to the first byte that is not white space; COMITY_END where there is none. */
static comity_status skip_space(struct stream_json *stream, struct source *source)
{
    for (;;) {
        size_t i = 0;
        while (i < source->size && (is_blank(source->bytes[i]) || source->bytes[i] == '\n'))
            i++;
        consume(stream, source, i);
        if (source->size)
            return COMITY_OK;
        if (source->at_end)
            return COMITY_END;
        comity_status status = source_fill(source, 1);
        if (status < 0)
            return status;
    }
}

/* UTF-16 and UTF-32 show by their mark, or by the zeros that ASCII has there. */
static bool is_wide(const struct source *source)
{
    size_t head = source->size < 4 ? source->size : 4;
    if (head >= 2 && (memcmp(source->bytes, "\xFE\xFF", 2) == 0 ||
                      memcmp(source->bytes, "\xFF\xFE", 2) == 0))
        return true;
    return memchr(source->bytes, '\0', head) != NULL;
}

/* The very start: a mark of UTF-8 is passed over, other encodings are refused. */
static comity_status begin(struct stream_json *stream, struct source *source, struct tree *tree,
                           struct findings *findings)
{
    comity_status status = source_fill(source, 4);
    if (status < 0 && status != COMITY_E_LIMIT)
        return status;
    stream->mode = STREAM_JSON_VALUES;
    if (is_wide(source)) {
        struct syntax_error error = {
            .code = "json.invalid-utf8",
            .hint = "JSON is UTF-8 only (RFC 8259, section 8.1); convert the file to UTF-8",
            .message = "the input looks like UTF-16 or UTF-32; expected UTF-8"};
        locate(stream, source, tree);
        return lose(stream, tree, findings, &error, "nothing of it can be read");
    }
    if (source->size >= 3 && memcmp(source->bytes, "\xEF\xBB\xBF", 3) == 0)
        source_consume(source, 3);
    return COMITY_OK;
}

/* Past a bad value: to a line that begins with '{' or '[', or to the end.  Holds no more than
 * the window as it is. */
static comity_status skip_value(struct stream_json *stream, struct source *source)
{
    for (;;) {
        const char *line_end = memchr(source->bytes, '\n', source->size);
        size_t passed = line_end ? (size_t)(line_end - source->bytes) + 1 : source->size;
        consume(stream, source, passed);
        if (!source->size) {
            comity_status status = source_fill(source, 1);
            if (status < 0)
                return status;
        }
        if (!source->size)
            break;
        if (line_end && (source->bytes[0] == '{' || source->bytes[0] == '['))
            break;
    }
    stream->mode = STREAM_JSON_VALUES;
    return COMITY_OK;
}

/* Where an entry is within its brackets and quotes. */
struct nesting {
    uint64_t depth;
    bool in_string, is_escaped;
};

/* True where the byte ends the entry (and does not belong to it). */
static bool ends_entry(struct nesting *nesting, char c)
{
    if (nesting->in_string) {
        if (nesting->is_escaped)
            nesting->is_escaped = false;
        else if (c == '\\')
            nesting->is_escaped = true;
        else if (c == '"')
            nesting->in_string = false;
        return false;
    }
    if (c == '"')
        nesting->in_string = true;
    else if (c == '{' || c == '[')
        nesting->depth++;
    else if (nesting->depth == 0)
        return c == ',' || c == ']' || c == '}';
    else if (c == '}' || c == ']')
        nesting->depth--;
    return false;
}

/* Past a bad entry of a list, to what follows it.  Holds no more than the window as it is. */
static comity_status skip_entry(struct stream_json *stream, struct source *source)
{
    struct nesting nesting = {.depth = 0};
    for (;;) {
        size_t i = 0;
        while (i < source->size && !ends_entry(&nesting, source->bytes[i]))
            i++;
        bool found = i < source->size;
        consume(stream, source, i);
        if (found || source->at_end)
            break;
        comity_status status = source_fill(source, 1);
        if (status < 0)
            return status;
    }
    stream->mode = STREAM_JSON_LIST_NEXT;
    return COMITY_OK;
}

/* --- one document */

/* What follows a value of `used` bytes on its last line: nothing, or it was not alone.
 * `*length` becomes its length with the line's end. */
static comity_status check_line(const struct source *source, size_t used, size_t *length,
                                struct syntax_error *error)
{
    size_t i = used;
    while (i < source->size && is_blank(source->bytes[i]))
        i++;
    *length = i;
    if (i == source->size)
        return source->at_end ? COMITY_OK : JSON_MORE;
    if (source->bytes[i] == '\n') {
        *length = i + 1;
        return COMITY_OK;
    }
    set_trailing(source, i, error);
    return COMITY_E_INVALID;
}

/* More of a document that the window cuts.  Whatever comes next is tried, since it may be all
 * that a sender who waits for an answer has sent; but a document that comes in small pieces
 * would be read again for each, so that patience ends, and each piece doubles the window. */
static comity_status widen(struct source *source, const struct limits *limits,
                           unsigned *patience, struct syntax_error *error)
{
    size_t before = source->size, want = *patience ? before + 1 : before * 2;
    if (limits->bytes < SIZE_MAX && want > limits->bytes + 1)
        want = before > limits->bytes ? before + 1 : limits->bytes + 1;
    comity_status status = source_fill(source, want);
    size_t gained = source->size - before;
    if (*patience && gained < before / 8)
        --*patience;
    if (status != COMITY_E_LIMIT || gained)
        return status == COMITY_E_LIMIT ? COMITY_OK : status;
    *error = (struct syntax_error){
        .code = "limit.bytes", .hint = "raise the limit if such documents are to be expected"};
    snprintf(error->message, sizeof(error->message), "the document is longer than %zu bytes",
             source->limit);
    return status;
}

/* Reads the value at the front of the window, which is widened until it fits. */
static comity_status parse(struct stream_json *stream, struct source *source,
                           const struct limits *limits, struct tree *tree,
                           struct syntax_error *error)
{
    bool in_list = stream->mode != STREAM_JSON_VALUES;
    unsigned patience = SMALL_PIECES;
    for (;;) {
        size_t used = 0;
        locate(stream, source, tree);
        comity_status status =
            json_read(tree, source->bytes, source->size, source->at_end, limits, &used, error);
        stream->lent = used;
        if (status == COMITY_OK && !in_list)
            status = check_line(source, used, &stream->lent, error);
        if (status != JSON_MORE)
            return status;
        status = widen(source, limits, &patience, error);
        if (status != COMITY_OK) {
            locate(stream, source, tree);
            return status;
        }
    }
}

/* True where the grammar of the entry is whole, so that its brackets can be trusted. */
static bool can_pass_over(const struct tree *tree, comity_status status,
                          const struct syntax_error *error)
{
    return status == COMITY_E_LIMIT || strcmp(error->code, "json.duplicate-key") == 0 ||
           strcmp(error->code, "json.unpaired-surrogate") == 0 ||
           (strcmp(error->code, "json.nul") == 0 && tree->text[error->offset] == '\\');
}

static comity_status read_document(struct stream_json *stream, struct source *source,
                                   const struct limits *limits, struct tree *tree,
                                   struct findings *findings)
{
    struct syntax_error error = {.code = NULL};
    bool in_list = stream->mode != STREAM_JSON_VALUES;
    comity_status status = parse(stream, source, limits, tree, &error);
    if (status == COMITY_OK) {
        if (in_list)
            stream->mode = STREAM_JSON_LIST_NEXT;
        return COMITY_OK;
    }
    stream->lent = 0;
    tree->size = source->size;
    if (status != COMITY_E_INVALID && status != COMITY_E_LIMIT) {
        stream->mode = STREAM_JSON_LOST;
        return status;
    }
    if (in_list && !can_pass_over(tree, status, &error))
        return lose_list(stream, tree, findings, &error);
    tree_report_syntax(tree, findings, &error);
    stream->mode = in_list ? STREAM_JSON_BAD_ENTRY : STREAM_JSON_BAD_VALUE;
    return status;
}

/* --- lists of documents */

static void open_list(struct stream_json *stream, struct source *source)
{
    stream->list_line = stream->lines + 1;
    stream->list_column = stream->chars + 1;
    stream->mode = STREAM_JSON_LIST_FIRST;
    consume(stream, source, 1);
}

static comity_status fail_list_open(struct stream_json *stream, const struct source *source,
                                    struct tree *tree, struct findings *findings)
{
    struct syntax_error error = {.code = "json.truncated",
                                 .hint = "the file may have been cut short"};
    snprintf(error.message, sizeof(error.message),
             "the text ends inside the list that opens in line %llu, column %llu",
             (unsigned long long)stream->list_line, (unsigned long long)stream->list_column);
    locate(stream, source, tree);
    return lose_list(stream, tree, findings, &error);
}

/* Up to the next entry; COMITY_END where the list is closed. */
static comity_status next_entry(struct stream_json *stream, struct source *source,
                                struct tree *tree, struct findings *findings)
{
    bool on_one_line = stream->list_line == stream->lines + 1;
    comity_status status = skip_space(stream, source);
    if (status == COMITY_OK && source->bytes[0] == ']') {
        consume(stream, source, 1);
        stream->mode = STREAM_JSON_LIST_END;
        return COMITY_END;
    }
    if (status == COMITY_OK && stream->mode == STREAM_JSON_LIST_NEXT) {
        if (source->bytes[0] != ',') {
            struct syntax_error error = {.code = "json.syntax"};
            char found[16];
            describe(source, 0, found);
            snprintf(error.message, sizeof(error.message),
                     "found %s in the list of documents; expected ',' or ']'", found);
            locate(stream, source, tree);
            if (!on_one_line || stream->chars > 0 || !strchr("{[", source->bytes[0]))
                return lose_list(stream, tree, findings, &error);
            /* A line that was not closed, and the next one begins a value of its own. */
            tree_report_syntax(tree, findings, &error);
            stream->mode = STREAM_JSON_VALUES;
            return COMITY_E_INVALID;
        }
        consume(stream, source, 1);
        status = skip_space(stream, source);
    }
    return status == COMITY_END ? fail_list_open(stream, source, tree, findings) : status;
}

/* Behind the ']' only white space may stand on the line. */
static comity_status end_list(struct stream_json *stream, struct source *source,
                              struct tree *tree, struct findings *findings)
{
    size_t length = 0;
    struct syntax_error error = {.code = NULL};
    comity_status status;
    while ((status = check_line(source, 0, &length, &error)) == JSON_MORE) {
        consume(stream, source, length);
        status = source_fill(source, 1);
        if (status < 0)
            return status;
    }
    stream->mode = STREAM_JSON_VALUES;
    if (status == COMITY_OK) {
        consume(stream, source, length);
        return COMITY_OK;
    }
    locate(stream, source, tree);
    tree_report_syntax(tree, findings, &error);
    stream->mode = STREAM_JSON_BAD_VALUE;
    return status;
}

/* One step towards the next document.  COMITY_OK: the mode has changed, go on; COMITY_END and
 * errors: the call's result. */
static comity_status step(struct stream_json *stream, struct source *source, struct tree *tree,
                          struct findings *findings, bool *at_document)
{
    comity_status status = COMITY_OK;
    switch (stream->mode) {
    case STREAM_JSON_START:
        return begin(stream, source, tree, findings);
    case STREAM_JSON_BAD_VALUE:
        return skip_value(stream, source);
    case STREAM_JSON_BAD_ENTRY:
        return skip_entry(stream, source);
    case STREAM_JSON_LIST_END:
        return end_list(stream, source, tree, findings);
    case STREAM_JSON_LIST_FIRST:
    case STREAM_JSON_LIST_NEXT:
        status = next_entry(stream, source, tree, findings);
        *at_document = status == COMITY_OK;
        return status == COMITY_END ? COMITY_OK : status;
    case STREAM_JSON_VALUES:
        status = skip_space(stream, source);
        *at_document = status == COMITY_OK && source->bytes[0] != '[';
        if (status == COMITY_OK && !*at_document)
            open_list(stream, source);
        return status;
    case STREAM_JSON_LOST:
        break;
    }
    return COMITY_E_CORRUPT;
}

comity_status stream_json_next(struct stream_json *stream, struct source *source,
                               const struct limits *limits, struct tree *tree,
                               struct findings *findings)
{
    bool at_document = false;
    consume(stream, source, stream->lent);
    stream->lent = 0;
    while (!at_document) {
        comity_status status = step(stream, source, tree, findings, &at_document);
        if (status == COMITY_E_IO || status == COMITY_E_NOMEM)
            stream->mode = STREAM_JSON_LOST;
        if (status != COMITY_OK)
            return status;
    }
    return read_document(stream, source, limits, tree, findings);
}
