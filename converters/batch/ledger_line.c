/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The members of a line by a table.  Members that this version does not know are passed over:
 * a later one may write more. */
#include "ledger_line.h"

#include "syntax/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum member_type { TEXT, NUMBER, EITHER, DIGEST };

struct member {
    const char *name;
    uint8_t len, type;
    uint16_t offset; /* in struct ledger_line */
};

#define MEMBER(name, type, place)                                         \
    {                                                                     \
        name, sizeof(name) - 1, type, offsetof(struct ledger_line, place) \
    }

/* In the order in which they are written, which finds each at the first look. */
static const struct member document_members[] = {
    MEMBER("item", NUMBER, item),
    MEMBER("entry", TEXT, entry),
    MEMBER("twin", NUMBER, twin),
    MEMBER("value", NUMBER, value),
    MEMBER("position", NUMBER, position),
    MEMBER("size", NUMBER, size),
    MEMBER("sha256", DIGEST, sha256),
    MEMBER("code", TEXT, code),
    MEMBER("format", TEXT, format),
    MEMBER("plugin", TEXT, plugin),
    MEMBER("mapping", TEXT, mapping),
    MEMBER("kind", TEXT, kind_of),
    MEMBER("state", TEXT, state),
    MEMBER("output", EITHER, output),
    MEMBER("output_size", NUMBER, output_size),
    MEMBER("output_sha256", DIGEST, output_sha256),
    MEMBER("quarantine", TEXT, quarantine),
    MEMBER("retry", NUMBER, retry),
    MEMBER("mapped", NUMBER, mapped),
    MEMBER("approximated", NUMBER, approximated),
    MEMBER("kept", NUMBER, kept),
    MEMBER("dropped", NUMBER, dropped),
    MEMBER("notes", NUMBER, notes),
    MEMBER("warnings", NUMBER, warnings),
    MEMBER("losses", NUMBER, losses),
    MEMBER("errors", NUMBER, errors),
    MEMBER("lost_more", NUMBER, lost_more),
    MEMBER("end", NUMBER, end),
};

static const struct member batch_members[] = {
    MEMBER("version", NUMBER, version),  MEMBER("comity", TEXT, comity),
    MEMBER("from", TEXT, from),          MEMBER("to", TEXT, to),
    MEMBER("output", TEXT, output_kind), MEMBER("options", TEXT, options),
    MEMBER("plugins", TEXT, plugins),    MEMBER("shard", TEXT, shard),
    MEMBER("watch", NUMBER, watch),
};

static const struct member summary_members[] = {
    MEMBER("retries", NUMBER, retries),
    MEMBER("items", NUMBER, items),
    MEMBER("inputs", DIGEST, inputs),
};

struct member_list {
    const struct member *members;
    size_t count;
};
static const struct member_list document_list = {
    document_members, sizeof document_members / sizeof *document_members};
static const struct member_list summary_list = {summary_members, sizeof summary_members /
                                                                     sizeof *summary_members};
static const struct member_list batch_list = {batch_members,
                                              sizeof batch_members / sizeof *batch_members};

void ledger_parser_init(struct ledger_parser *parser)
{
    *parser = (struct ledger_parser){.lost = NULL};
    arena_init(&parser->arena, 0);
    tree_init(&parser->tree, &parser->arena);
}

void ledger_parser_free(struct ledger_parser *parser)
{
    tree_free(&parser->tree);
    arena_free(&parser->arena);
    free(parser->lost);
}

__attribute__((format(printf, 3, 4))) static comity_status
fault(struct ledger_parser *parser, struct ledger_line *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(parser->message, sizeof parser->message, format, arguments);
    va_end(arguments);
    line->kind = LEDGER_FAULT;
    line->message = parser->message;
    return COMITY_E_INVALID;
}

static bool is_name(const struct comity_node *node, const char *name, size_t len)
{
    return node->name_len == len && memcmp(node->name, name, len) == 0;
}

/* A whole number that fits 64 bits. */
static bool whole_number(const struct comity_node *node, uint64_t *number)
{
    *number = 0;
    if (node->kind != COMITY_NODE_NUMBER || !node->text_len)
        return false;
    for (uint32_t i = 0; i < node->text_len; i++) {
        unsigned digit = (unsigned)(unsigned char)node->text[i] - '0';
        if (digit > 9 || *number > (UINT64_MAX - digit) / 10)
            return false;
        *number = *number * 10 + digit;
    }
    return true;
}

static bool is_digest(const struct comity_node *node)
{
    bool is_good = node->kind == COMITY_NODE_STRING && node->text_len == 64;
    for (uint32_t i = 0; is_good && i < 64; i++) {
        char c = node->text[i];
        is_good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
    return is_good;
}

static comity_status take(struct ledger_parser *parser, const struct comity_node *node,
                          const struct member *member, struct ledger_line *line)
{
    char *place = (char *)line + member->offset;
    uint64_t number = 0;
    if (member->type == NUMBER) {
        if (!whole_number(node, &number))
            return fault(parser, line, "'%s' is not a whole number", member->name);
        memcpy(place, &number, sizeof number);
        return COMITY_OK;
    }
    if (member->type == DIGEST && !is_digest(node))
        return fault(parser, line, "'%s' is not a SHA-256: 64 digits, 0 to 9 and a to f",
                     member->name);
    if (node->kind != COMITY_NODE_STRING &&
        !(member->type == EITHER && whole_number(node, &number)))
        return fault(parser, line, "'%s' is not a text", member->name);
    struct ledger_text text = {node->text, node->text_len};
    memcpy(place, &text, sizeof text);
    return COMITY_OK;
}

/* The member of a name; `*next` is where to look first. */
static const struct member *find_member(const struct member_list *list,
                                        const struct comity_node *node, size_t *next)
{
    for (size_t i = 0; i < list->count; i++) {
        size_t at = (*next + i) % list->count;
        const struct member *member = &list->members[at];
        if (is_name(node, member->name, member->len)) {
            *next = (at + 1) % list->count;
            return member;
        }
    }
    return NULL;
}

static bool find_result(const struct comity_node *node, enum ledger_result *result)
{
    static const char *const words[] = {"done", "failed", "skipped"};
    for (int i = 0; i < LEDGER_RESULTS && node->kind == COMITY_NODE_STRING; i++)
        if (node->text_len == strlen(words[i]) &&
            memcmp(node->text, words[i], node->text_len) == 0) {
            *result = (enum ledger_result)i;
            return true;
        }
    return false;
}

static comity_status take_loss(struct ledger_parser *parser, const struct comity_node *node,
                               struct ledger_line *line)
{
    const struct tree *tree = &parser->tree;
    struct ledger_loss loss = {.count = 1};
    bool is_good = node->kind == COMITY_NODE_GROUP;
    for (uint32_t i = is_good ? node->first : 0; i && is_good; i = tree_node(tree, i)->next) {
        const struct comity_node *member = tree_node(tree, i);
        bool is_text = member->kind == COMITY_NODE_STRING;
        if (is_name(member, "code", 4) && is_text)
            loss.code = (struct ledger_text){member->text, member->text_len};
        else if (is_name(member, "field", 5) && is_text)
            loss.field = (struct ledger_text){member->text, member->text_len};
        else if (is_name(member, "count", 5))
            is_good = whole_number(member, &loss.count);
    }
    if (!is_good || !loss.code.text)
        return fault(parser, line, "'lost' holds something else than {code, field, count}");
    parser->lost[line->lost_count++] = loss;
    return COMITY_OK;
}

static comity_status take_losses(struct ledger_parser *parser, const struct comity_node *list,
                                 struct ledger_line *line)
{
    comity_status status = COMITY_OK;
    if (list->kind != COMITY_NODE_LIST)
        return fault(parser, line, "'lost' is not a list");
    if (list->count > parser->lost_capacity) {
        struct ledger_loss *more = realloc(parser->lost, list->count * sizeof *more);
        if (!more)
            return COMITY_E_NOMEM;
        parser->lost = more;
        parser->lost_capacity = list->count;
    }
    line->lost = parser->lost;
    for (uint32_t i = list->first; i && status == COMITY_OK;
         i = tree_node(&parser->tree, i)->next)
        status = take_loss(parser, tree_node(&parser->tree, i), line);
    return status;
}

static comity_status take_members(struct ledger_parser *parser, const struct comity_node *group,
                                  const struct member_list *list, struct ledger_line *line)
{
    size_t next = 0;
    bool has_result = list != &document_list;
    comity_status status = COMITY_OK;
    for (uint32_t i = group->first; i && status == COMITY_OK;
         i = tree_node(&parser->tree, i)->next) {
        const struct comity_node *node = tree_node(&parser->tree, i);
        const struct member *member = find_member(list, node, &next);
        if (member)
            status = take(parser, node, member, line);
        else if (list == &document_list && is_name(node, "lost", 4))
            status = take_losses(parser, node, line);
        else if (list == &document_list && is_name(node, "result", 6)) {
            has_result = find_result(node, &line->result);
            if (!has_result)
                return fault(parser, line, "'result' is none of done, failed and skipped");
        }
    }
    if (status == COMITY_OK && !has_result)
        return fault(parser, line, "there is no 'result'");
    return status;
}

static comity_status take_line(struct ledger_parser *parser, struct ledger_line *line)
{
    const struct tree *tree = &parser->tree;
    const struct comity_node *root = tree_node(tree, 1);
    if (root->kind != COMITY_NODE_GROUP)
        return fault(parser, line, "the line is not an object");
    const struct comity_node *first = root->first ? tree_node(tree, root->first) : NULL;
    if (first && is_name(first, "batch", 5)) {
        line->kind = LEDGER_BATCH;
        if (first->kind != COMITY_NODE_GROUP)
            return fault(parser, line, "'batch' is not an object");
        return take_members(parser, first, &batch_list, line);
    }
    if (first && is_name(first, "summary", 7)) {
        line->kind = LEDGER_SUMMARY;
        if (first->kind != COMITY_NODE_GROUP)
            return fault(parser, line, "'summary' is not an object");
        return take_members(parser, first, &summary_list, line);
    }
    line->kind = LEDGER_DOCUMENT;
    comity_status status = take_members(parser, root, &document_list, line);
    if (status == COMITY_OK && !line->entry.text)
        return fault(parser, line, "there is no 'entry'");
    return status;
}

comity_status ledger_parse(struct ledger_parser *parser, const char *text, size_t len,
                           struct ledger_line *line)
{
    static const struct limits limits = {
        .bytes = LEDGER_LINE_LIMIT, .depth = 16, .members = 200000, .memory = (size_t)64 << 20};
    struct syntax_error error;
    size_t used = 0;
    line->whole = (struct ledger_text){text, len};
    arena_reset(&parser->arena);
    tree_reset(&parser->tree);
    if (!len || *text != '{') {
        fault(parser, line, "the line does not begin with '{'");
        return COMITY_OK;
    }
    comity_status status = json_read(&parser->tree, text, len, true, &limits, &used, &error);
    if (status == COMITY_E_INVALID || status == COMITY_E_LIMIT)
        fault(parser, line, "byte %zu of it: %s", error.offset, error.message);
    else if (status == COMITY_OK && used != len)
        fault(parser, line, "byte %zu of it: something follows the object", used);
    else if (status == COMITY_OK)
        status = take_line(parser, line);
    return status == COMITY_E_NOMEM ? status : COMITY_OK;
}
