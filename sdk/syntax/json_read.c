/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The strict JSON reader: one value to a located tree, without recursion.  Text and numbers
 * point into the input; nothing is copied but strings with escapes.  Knows nothing of streams
 * of documents, nor of any format.
 *
 * RFC 8259 in full; beyond it, as RFC 7493 (I-JSON) wants: UTF-8 alone, no name twice in a
 * group, no half of a surrogate pair; and no NUL, which would end text early elsewhere. */
#include "syntax/json.h"

#include "syntax/json_reader.h"
#include "syntax/json_scan.h"

#include <string.h>

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline void skip_blanks(struct json_reader *reader)
{
    const char *at = reader->at, *end = reader->end;
    /* Indentation is made of long runs, all else of one blank or none. */
    if (at < end && *at == ' ')
        at++;
    if (at >= end || !is_blank(*at)) {
        reader->at = at;
        return;
    }
    uint64_t word = JSON_EACH_BYTE(' ');
    while (at < end && is_blank(*at)) {
        at++;
        for (; end - at >= 8; at += 8) {
            memcpy(&word, at, sizeof(word));
            if (word != JSON_EACH_BYTE(' '))
                break;
        }
    }
    reader->at = at;
}

/* --- nodes */

/* The way out of the hot path: more room, or a limit. */
static comity_status grow_tree(struct json_reader *reader)
{
    struct tree *tree = reader->tree;
    size_t bytes = (size_t)tree->capacity * 2 * sizeof(*tree->nodes);
    if (reader->limits->memory && bytes > reader->limits->memory)
        return json_fail_limit(reader, "limit.memory", reader->at,
                               "the document takes more than %zu bytes of working memory",
                               reader->limits->memory);
    return tree_add(tree, UINT32_MAX) ? COMITY_OK : COMITY_E_NOMEM;
}

/* Adds the node of the value at reader->at to the open list or group; `*index` tells which. */
static inline comity_status add_node(struct json_reader *reader, uint32_t kind, uint32_t *index)
{
    struct tree *tree = reader->tree;
    uint32_t here = tree->count;
    if (here > reader->limits->members)
        return json_fail_limit(reader, "limit.members", reader->at,
                               "the document holds more than %lu values",
                               (unsigned long)reader->limits->members);
    if (here >= tree->capacity) {
        comity_status status = grow_tree(reader);
        if (status != COMITY_OK)
            return status;
    }
    tree->count = here + 1;
    tree->nodes[here] = (struct comity_node){.name = reader->name,
                                             .name_len = reader->name_len,
                                             .offset = (uint32_t)(reader->at - reader->text),
                                             .kind = (uint8_t)kind};
    if (reader->depth) {
        struct json_frame *frame = &reader->frames[reader->depth - 1];
        if (frame->last)
            tree->nodes[frame->last].next = here;
        else
            tree->nodes[frame->node].first = here;
        frame->last = here;
        frame->count++;
    }
    *index = here;
    return COMITY_OK;
}

/* Adds a scalar whose text is known and that ends at `end`. */
static inline comity_status add_scalar(struct json_reader *reader, uint32_t kind,
                                       const char *text, uint32_t len, const char *end)
{
    uint32_t index = 0;
    comity_status status = add_node(reader, kind, &index);
    if (status != COMITY_OK)
        return status;
    struct comity_node *node = &reader->tree->nodes[index];
    node->text = text;
    node->text_len = len;
    node->end = (uint32_t)(end - reader->text);
    reader->at = end;
    return COMITY_OK;
}

/* --- scalars */

static inline comity_status read_string(struct json_reader *reader, const char **text,
                                        uint32_t *len)
{
    const char *start = reader->at + 1;
    const char *stop = json_read_run(start, reader->end);
    if (stop >= reader->end || *stop != '"')
        return json_read_string_rest(reader, stop, text, len);
    *text = start;
    *len = (uint32_t)(stop - start);
    reader->at = stop + 1;
    return COMITY_OK;
}

static comity_status read_text(struct json_reader *reader)
{
    const char *open = reader->at, *text = NULL;
    uint32_t len = 0;
    comity_status status = read_string(reader, &text, &len);
    if (status != COMITY_OK)
        return status;
    const char *end = reader->at;
    reader->at = open;
    return add_scalar(reader, COMITY_NODE_STRING, text, len, end);
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && is_digit(*at))
        at++;
    return at;
}

/* Steps over one number of RFC 8259, section 6.  False: `*at` is where a digit is missing. */
static bool skip_number(const char **at, const char *end)
{
    const char *next = *at;
    if (next < end && *next == '-')
        next++;
    *at = next;
    if (next < end && *next == '0')
        next++;
    else
        next = skip_digits(next, end);
    if (next == *at)
        return false;
    if (next < end && *next == '.') {
        *at = next + 1;
        next = skip_digits(*at, end);
        if (next == *at)
            return false;
    }
    if (next < end && (*next == 'e' || *next == 'E')) {
        next++;
        if (next < end && (*next == '+' || *next == '-'))
            next++;
        *at = next;
        next = skip_digits(next, end);
        if (next == *at)
            return false;
    }
    *at = next;
    return true;
}

bool json_is_number(const char *text, size_t len)
{
    const char *at = text;
    return len > 0 && skip_number(&at, text + len) && at == text + len;
}

/* True for what would make the number a different one, had the reader gone on. */
static bool clings_to_number(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '+' || c == '-' || c == '_';
}

static comity_status fail_number(struct json_reader *reader, const char *where, bool is_whole)
{
    if (where >= reader->end)
        return json_fail_ended(reader, "a digit");
    if (*where == '\0' || (unsigned char)*where >= 0x80)
        return json_fail_found(reader, where, "a digit");
    if (!is_whole)
        return json_fail(reader, "json.number", where, NULL,
                         "a number lacks a digit; expected 0 to 9 here");
    if (is_digit(*where))
        return json_fail(reader, "json.number", where,
                         "write it without the leading 0, or as text in double quotes",
                         "a number goes on after a leading 0");
    return json_fail(reader, "json.number", where,
                     "write what is not a number in double quotes",
                     "a number is followed by '%c'; expected ',' or an end", *where);
}

static comity_status read_number(struct json_reader *reader)
{
    const char *start = reader->at, *at = start;
    bool is_whole = skip_number(&at, reader->end);
    if (!is_whole || (at < reader->end && clings_to_number(*at)))
        return fail_number(reader, at, is_whole);
    /* More digits may follow; inside a list or group the missing bracket tells. */
    if (at == reader->end && !reader->at_end)
        return JSON_MORE;
    return add_scalar(reader, COMITY_NODE_NUMBER, start, (uint32_t)(at - start), at);
}

static comity_status read_literal(struct json_reader *reader, const char *word, uint32_t len,
                                  uint32_t kind)
{
    const char *start = reader->at;
    for (uint32_t i = 0; i < len; i++)
        if (start + i >= reader->end || start[i] != word[i])
            return json_fail_found(reader, start + i, word);
    if (start + len == reader->end && !reader->at_end)
        return JSON_MORE;
    return add_scalar(reader, kind, start, len, start + len);
}

/* --- lists and groups */

static comity_status open_frame(struct json_reader *reader, bool is_group)
{
    uint32_t most =
        reader->limits->depth < JSON_MAX_DEPTH ? reader->limits->depth : JSON_MAX_DEPTH;
    uint32_t index = 0;
    if (reader->depth >= most)
        return json_fail_limit(reader, "limit.depth", reader->at,
                               "more than %lu lists and groups stand inside one another",
                               (unsigned long)most);
    comity_status status =
        add_node(reader, is_group ? COMITY_NODE_GROUP : COMITY_NODE_LIST, &index);
    if (status != COMITY_OK)
        return status;
    struct json_frame *frame = &reader->frames[reader->depth++];
    *frame = (struct json_frame){.node = index, .is_group = is_group};
    reader->at++;
    return COMITY_OK;
}

static inline void close_frame(struct json_reader *reader)
{
    const struct json_frame *frame = &reader->frames[--reader->depth];
    struct comity_node *node = &reader->tree->nodes[frame->node];
    reader->at++;
    node->count = frame->count;
    node->end = (uint32_t)(reader->at - reader->text);
}

/* Reads the value at reader->at: a scalar whole, of a list or group the opening. */
static inline comity_status read_value(struct json_reader *reader)
{
    if (reader->at >= reader->end)
        return json_fail_ended(reader, "a value");
    switch (*reader->at) {
    case '"':
        return read_text(reader);
    case '{':
        return open_frame(reader, true);
    case '[':
        return open_frame(reader, false);
    case 't':
        return read_literal(reader, "true", 4, COMITY_NODE_TRUE);
    case 'f':
        return read_literal(reader, "false", 5, COMITY_NODE_FALSE);
    case 'n':
        return read_literal(reader, "null", 4, COMITY_NODE_NULL);
    default:
        if (*reader->at == '-' || is_digit(*reader->at))
            return read_number(reader);
        return json_fail_found(reader, reader->at, "a value");
    }
}

/* With many members: a table instead of comparing all. */
static comity_status look_up_name(struct json_reader *reader, struct json_frame *frame,
                                  uint32_t *earlier)
{
    struct tree *tree = reader->tree;
    if (!frame->names)
        frame->names = json_names_new(tree, frame->node);
    /* The member's value will be the next node. */
    if (!frame->names || !json_names_add(frame->names, tree, reader->name, reader->name_len,
                                         tree->count, earlier))
        return json_fail_memory(reader, (size_t)frame->count * 24 + 1024);
    return COMITY_OK;
}

/* Refuses a name that the group has already; `quote` is where it begins in the text. */
static inline comity_status check_name(struct json_reader *reader, struct json_frame *frame,
                                       const char *quote)
{
    const unsigned char *name = (const unsigned char *)reader->name;
    uint32_t len = reader->name_len, earlier = 0;
    uint32_t ends = len ? (uint32_t)name[0] | (uint32_t)name[len - 1] << 8 : 0;
    uint32_t mixed = (ends ^ len << 16) * UINT32_C(0x9E3779B1);
    uint64_t *seen = &frame->seen[mixed >> 31], bit = UINT64_C(1) << (mixed >> 25 & 63);
    if (frame->count >= JSON_FEW_NAMES) {
        comity_status status = look_up_name(reader, frame, &earlier);
        if (status != COMITY_OK)
            return status;
    } else if (*seen & bit) {
        earlier = json_names_compare(reader->tree, frame->node, reader->name, len);
    }
    *seen |= bit;
    return earlier && !reader->tree->has_twins ? json_fail_duplicate(reader, earlier, quote)
                                               : COMITY_OK;
}

/* Reads a member's name and the colon, up to its value. */
static inline comity_status read_name(struct json_reader *reader, struct json_frame *frame)
{
    const char *quote = reader->at;
    if (quote >= reader->end || *quote != '"')
        return json_fail_found(reader, quote,
                               frame->count ? "a name in double quotes"
                                            : "a name in double quotes, or '}'");
    comity_status status = read_string(reader, &reader->name, &reader->name_len);
    if (status != COMITY_OK)
        return status;
    status = check_name(reader, frame, quote);
    if (status != COMITY_OK)
        return status;
    skip_blanks(reader);
    if (reader->at >= reader->end || *reader->at != ':')
        return json_fail_found(reader, reader->at, "':'");
    reader->at++;
    skip_blanks(reader);
    return COMITY_OK;
}

/* Reads one entry of the innermost list or group, or its end. */
static inline comity_status read_entry(struct json_reader *reader)
{
    struct json_frame *frame = &reader->frames[reader->depth - 1];
    skip_blanks(reader);
    if (reader->at < reader->end && *reader->at == (frame->is_group ? '}' : ']')) {
        close_frame(reader);
        return COMITY_OK;
    }
    if (frame->count) {
        if (reader->at >= reader->end || *reader->at != ',')
            return json_fail_found(reader, reader->at,
                                   frame->is_group ? "',' or '}'" : "',' or ']'");
        reader->at++;
        skip_blanks(reader);
    }
    reader->name = NULL;
    reader->name_len = 0;
    if (frame->is_group) {
        comity_status status = read_name(reader, frame);
        if (status != COMITY_OK)
            return status;
    } else if (!frame->count && reader->at >= reader->end) {
        return json_fail_ended(reader, "a value or ']'");
    }
    return read_value(reader);
}

/* More text than a document may have cannot be told from a document that never ends. */
static comity_status fail_bytes(struct json_reader *reader)
{
    return json_fail_limit(reader, "limit.bytes", reader->text,
                           "the document is longer than %zu bytes", reader->limits->bytes);
}

comity_status json_read(struct tree *tree, const char *text, size_t size, bool at_end,
                        const struct limits *limits, size_t *used, struct syntax_error *error)
{
    /* Offsets in the tree have 32 bits. */
    size_t most = limits->bytes < UINT32_MAX - 1u ? limits->bytes : UINT32_MAX - 1u;
    bool is_cut = size > most + 1;
    struct json_reader reader;
    reader.tree = tree;
    reader.text = reader.at = text;
    reader.end = text + (is_cut ? most + 1 : size);
    reader.at_end = at_end && !is_cut;
    reader.limits = limits;
    reader.error = error;
    reader.name = NULL;
    reader.name_len = 0;
    reader.depth = 0;

    tree_reset(tree);
    tree->syntax = SYNTAX_JSON;
    tree->text = text;
    tree->size = size;
    tree->count = 1;
    comity_status status = read_value(&reader);
    while (status == COMITY_OK && reader.depth)
        status = read_entry(&reader);

    size_t length = (size_t)(reader.at - text);
    if ((status == JSON_MORE && is_cut) || (status == COMITY_OK && length > most))
        return fail_bytes(&reader);
    if (status != COMITY_OK)
        return status;
    *used = length;
    tree->size = length;
    return COMITY_OK;
}
