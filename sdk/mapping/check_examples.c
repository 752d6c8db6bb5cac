/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The examples that a template holds: each is read, its values are compared, and it is written
 * back.  They are run by `comity formats check`, never where a template is loaded. */
#include "mapping/checker.h"
#include "model/convention.h"
#include "syntax/json.h"

#include <stdio.h>

struct example {
    struct compiler *c;
    uint32_t node;
    struct arena arena;
    struct findings findings;
    char reason[300]; /* the first error, and where in the source; "" = none */
    struct record record;
    struct tree tree;
    struct buffer source;
};

static void take_reason(void *user, const struct comity_finding *finding)
{
    struct example *example = user;
    if (finding->severity != COMITY_ERROR || example->reason[0])
        return;
    snprintf(example->reason, sizeof example->reason, ": %s (line %llu, column %llu of it)",
             finding->message, (unsigned long long)finding->line,
             (unsigned long long)finding->column);
}

/* The document of the example as bytes: text as it is, a JSON value as JSON. */
static void take_source(struct example *example, uint32_t node)
{
    const struct comity_node *source = tree_node(&example->c->tree, node);
    if (example->c->t->syntax != SYNTAX_JSON && source->kind == COMITY_NODE_STRING)
        buffer_add(&example->source, source->text, source->text_len);
    else
        json_put_node(&example->source, &example->c->tree, node);
}

static void compare_value(struct example *example, uint32_t node)
{
    const struct comity_node *wanted = tree_node(&example->c->tree, node);
    struct value *value = NULL;
    const char *error = NULL;
    char message[500];
    comity_status status = record_path(&example->record, wanted->name, wanted->name_len,
                                       PATH_FIND, &value, &error);
    if (status == COMITY_E_USAGE)
        snprintf(message, sizeof message, "the canonical schema has no such field: %s",
                 error ? error : "");
    else if (wanted->kind == COMITY_NODE_NULL && status != COMITY_END)
        snprintf(message, sizeof message, "the example has a value here, and should have none");
    else if (wanted->kind != COMITY_NODE_NULL &&
             (status != COMITY_OK || wanted->kind != COMITY_NODE_STRING ||
              value->form != VALUE_TEXT || !value_is(value, wanted->text, wanted->text_len)))
        snprintf(message, sizeof message, "the example gives '%.*s' for this field",
                 status == COMITY_OK && value->form == VALUE_TEXT
                     ? clip(value->text, value->len, 200)
                     : 0,
                 status == COMITY_OK && value->form == VALUE_TEXT ? value->text : "");
    else
        return;
    check_report(example->c, node, COMITY_ERROR, "template.example", message);
}

/* Where the first difference is. */
struct difference {
    const struct tree *was;
    char message[400];
};

static void take_difference(void *user, uint32_t node, const char *what)
{
    struct difference *difference = user;
    struct buffer path;
    if (difference->message[0])
        return;
    buffer_init(&path, 0);
    tree_path(difference->was, node, &path);
    snprintf(difference->message, sizeof difference->message, ", at %.*s: %s",
             clip(path.bytes ? path.bytes : "", path.size, 200), path.bytes ? path.bytes : "",
             what);
    buffer_free(&path);
}

/* A form is compared as it is written, all else by what it says. */
static bool is_same_form(const struct buffer *was, const struct buffer *is)
{
    size_t left = was->size, right = is->size;
    while (left && was->bytes[left - 1] == '\n') /* of a line, not of the document */
        left--;
    while (right && is->bytes[right - 1] == '\n')
        right--;
    return left == right && memcmp(was->bytes, is->bytes, left) == 0;
}

static void compare_source(struct example *example)
{
    struct compiler *c = example->c;
    struct buffer out;
    struct tree was = {0}, is = {0};
    struct text_found found;
    struct difference difference = {.was = &was};
    char message[800];
    buffer_init(&out, 0);
    example->reason[0] = '\0';
    comity_status status = check_write(c, &example->record, &example->findings, &out);
    bool is_same = status == COMITY_OK;
    if (is_same && c->t->form) {
        is_same = is_same_form(&example->source, &out);
    } else if (is_same) {
        status = check_parse(c, example->source.bytes, example->source.size, &example->arena,
                             &was, &found, &example->findings);
        if (status == COMITY_OK)
            status = check_parse(c, out.bytes, out.size, &example->arena, &is, &found,
                                 &example->findings);
        if (status == COMITY_OK)
            tree_compare(&was, &is, take_difference, &difference);
        is_same = status == COMITY_OK && !difference.message[0];
    }
    snprintf(message, sizeof message,
             "the example is not the same after it was read and written again%s%s",
             difference.message, status == COMITY_OK ? "" : example->reason);
    if (!is_same)
        check_report(c, example->node, COMITY_ERROR, "template.example", message);
    tree_free(&was);
    tree_free(&is);
    buffer_free(&out);
}

static void run_example(struct compiler *c, uint32_t node)
{
    static const char *const known[] = {"source", "canonical", "note", NULL};
    struct example example = {.c = c, .node = node};
    char message[400];
    compiler_check_members(c, node, known);
    uint32_t source = compiler_get(c, node, "source"),
             canonical = compiler_get(c, node, "canonical");
    if (!source || !canonical || tree_node(&c->tree, canonical)->kind != COMITY_NODE_GROUP) {
        check_report(c, node, COMITY_ERROR, "template.example",
                     "an example has a `source`, and a `canonical` object of path: text");
        return;
    }
    example.findings = (struct findings){.emit = take_reason, .user = &example};
    arena_init(&example.arena, 0);
    buffer_init(&example.source, 0);
    take_source(&example, source);
    comity_status status =
        check_read(c, example.source.bytes ? example.source.bytes : "", example.source.size,
                   &example.record, &example.arena, &example.tree, &example.findings);
    if (status != COMITY_OK) {
        snprintf(message, sizeof message, "the example cannot be read%s", example.reason);
        check_report(c, node, COMITY_ERROR, "template.example", message);
    } else {
        for (uint32_t i = tree_node(&c->tree, canonical)->first; i;
             i = tree_node(&c->tree, i)->next)
            compare_value(&example, i);
        compare_source(&example);
    }
    tree_free(&example.tree);
    buffer_free(&example.source);
    arena_free(&example.arena);
}

void check_examples(struct compiler *c)
{
    uint32_t list = compiler_get(c, 1, "examples");
    if (!compiler_is_list(c, list))
        return;
    for (uint32_t i = tree_node(&c->tree, list)->first; i; i = tree_node(&c->tree, i)->next) {
        if (tree_node(&c->tree, i)->kind == COMITY_NODE_GROUP)
            run_example(c, i);
        else
            check_report(c, i, COMITY_ERROR, "template.example", "an example is an object");
    }
}
