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
    struct findings silent;
    struct record record;
    struct tree tree;
    struct buffer source;
};

/* The document of the example as bytes: text as it is, a JSON value as JSON. */
static void take_source(struct example *example, uint32_t node)
{
    const struct comity_node *source = tree_node(&example->c->tree, node);
    if (example->c->t->form && source->kind == COMITY_NODE_STRING)
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

static void compare_source(struct example *example)
{
    struct buffer out;
    buffer_init(&out, 0);
    comity_status status = check_write(example->c, &example->record, &example->silent, &out);
    size_t size = out.size;
    while (size && out.bytes[size - 1] == '\n') /* of a line, not of the document */
        size--;
    size_t wanted = example->source.size;
    while (wanted && example->source.bytes[wanted - 1] == '\n')
        wanted--;
    if (status != COMITY_OK || size != wanted ||
        memcmp(out.bytes, example->source.bytes, size) != 0)
        check_report(example->c, example->node, COMITY_ERROR, "template.example",
                     "the example is not the same after it was read and written again");
    buffer_free(&out);
}

static void run_example(struct compiler *c, uint32_t node)
{
    static const char *const known[] = {"source", "canonical", "note", NULL};
    struct example example = {.c = c, .node = node};
    compiler_check_members(c, node, known);
    uint32_t source = compiler_get(c, node, "source"),
             canonical = compiler_get(c, node, "canonical");
    if (!source || !canonical || tree_node(&c->tree, canonical)->kind != COMITY_NODE_GROUP) {
        check_report(c, node, COMITY_ERROR, "template.example",
                     "an example has a `source`, and a `canonical` object of path: text");
        return;
    }
    arena_init(&example.arena, 0);
    buffer_init(&example.source, 0);
    take_source(&example, source);
    comity_status status =
        check_read(c, example.source.bytes ? example.source.bytes : "", example.source.size,
                   &example.record, &example.arena, &example.tree, &example.silent);
    if (status != COMITY_OK) {
        check_report(c, node, COMITY_ERROR, "template.example", "the example cannot be read");
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
