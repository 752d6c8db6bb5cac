/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which format a document is.  Each format scores 0..100; a tie at the top is an error that
 * names both. */
#include "letter/letter.h"
#include "runtime/context.h"
#include "syntax/json.h"

#include <stdio.h>
#include <stdlib.h>

#define HEAD_BYTES 65536u

static bool is_convention(const struct format *format, const struct tree *tree)
{
    const struct comity_node *root = tree_node(tree, 1);
    if (format->syntax != tree->syntax || tree->count < 2)
        return false;
    if (tree->syntax == SYNTAX_XML)
        return root->ns && strcmp(root->ns, SCHEMA_URN) == 0;
    uint32_t schema =
        root->kind == COMITY_NODE_GROUP ? tree_find(tree, 1, "schema", 6, NULL) : 0;
    const struct comity_node *node = tree_node(tree, schema);
    return schema && node->kind == COMITY_NODE_STRING &&
           node->text_len == sizeof SCHEMA_URN - 1 &&
           memcmp(node->text, SCHEMA_URN, node->text_len) == 0;
}

static int32_t score(const struct format *format, const struct tree *tree, struct buffer *why)
{
    if (is_letter(format))
        return 0;
    if (format->kind != FORMAT_PLUGIN) {
        if (!is_convention(format, tree))
            return 0;
        buffer_text(why, "names the schema " SCHEMA_URN);
        return 100;
    }
    /* What is no JSON and no XML comes as text. */
    bool is_text = format->syntax == SYNTAX_CSV || format->syntax == SYNTAX_LINES;
    enum syntax_id syntax = is_text ? SYNTAX_TEXT : format->syntax;
    if (syntax != tree->syntax || !format_can_read(format))
        return 0;
    if (format->t)
        return template_score(format->t, tree, why);
    const struct comity_node *root = tree_node(tree, 1);
    size_t size = root->end - root->offset;
    int32_t points = format->described.probe((const uint8_t *)tree->text + root->offset,
                                             size < HEAD_BYTES ? size : HEAD_BYTES);
    buffer_text(why, "its plugin's probe says so");
    return points < 0 || points > 100 ? 0 : points;
}

static int by_score(const void *a, const void *b)
{
    const struct comity_match *left = a, *right = b;
    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    return strcmp(left->format, right->format);
}

static bool is_letter_text(const struct tree *tree)
{
    return tree->syntax == SYNTAX_TEXT && letter_is_text(tree->text, tree->size);
}

size_t match_formats(struct comity *context, const struct tree *tree,
                     struct comity_match *matches, struct buffer *why)
{
    size_t count = 0, starts[MAX_MATCHES];
    buffer_clear(why);
    if (is_letter_text(tree))
        return 0;
    for (size_t i = 0; i < context->format_count && count < MAX_MATCHES; i++) {
        const struct format *format = context->formats[i];
        size_t start = why->size;
        int32_t points = format->is_shadowed ? 0 : score(format, tree, why);
        if (points <= 0) {
            why->size = start;
            continue;
        }
        buffer_char(why, '\0');
        starts[count] = start;
        matches[count++] = (struct comity_match){
            .struct_size = sizeof matches[0], .score = points, .format = format->id};
    }
    for (size_t i = 0; i < count; i++) /* the buffer has stopped moving */
        matches[i].why = buffer_status(why) == COMITY_OK ? why->bytes + starts[i] : "";
    qsort(matches, count, sizeof matches[0], by_score);
    return count;
}

struct format *detect_format(struct comity *context, const struct tree *tree,
                             struct findings *findings)
{
    struct comity_match matches[MAX_MATCHES];
    struct buffer why;
    struct format *format = NULL;
    buffer_init(&why, 0);
    size_t count = match_formats(context, tree, matches, &why);
    if (count == 0) {
        bool is_written_only = is_letter_text(tree);
        tree_report(
            tree, findings, 1, COMITY_ERROR, "plugin.unknown-format", NULL,
            is_written_only ? "read the document that it was made from"
                            : "name the format with -f; comity formats lists them",
            is_written_only
                ? "the document is a letter (letter-text), a format that is written only"
                : "no format recognizes the document");
    } else if (count > 1 && matches[0].score == matches[1].score) {
        char message[300];
        snprintf(message, sizeof message,
                 "the document may be %s (%s) or %s (%s), both score %d", matches[0].format,
                 matches[0].why, matches[1].format, matches[1].why, (int)matches[0].score);
        tree_report(tree, findings, 1, COMITY_ERROR, "plugin.tie", NULL,
                    "name the format with -f", message);
    } else {
        for (size_t i = 0; i < context->format_count && !format; i++)
            if (strcmp(context->formats[i]->id, matches[0].format) == 0)
                format = context->formats[i];
    }
    buffer_free(&why);
    return format;
}
