/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the unit tests of the XML reader share: a reading, and its tree as one line.  For unit
 * tests alone. */
#ifndef COMITY_TESTS_XML_READING_H
#define COMITY_TESTS_XML_READING_H

#include "syntax/xml.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* All that a reading needs, and what came of it. */
struct reading {
    struct limits limits;
    struct arena arena;
    struct tree tree;
    struct syntax_error error;
    struct xml_spare spare;
    char *copy; /* of the text, exactly as long as it is, so that ASan sees one byte more */
};

static inline void reading_init(struct reading *reading)
{
    *reading = (struct reading){.limits = LIMITS_INIT};
    arena_init(&reading->arena, reading->limits.memory);
    tree_init(&reading->tree, &reading->arena);
}

static inline void reading_free(struct reading *reading)
{
    xml_spare_free(&reading->spare);
    tree_free(&reading->tree);
    arena_free(&reading->arena);
    free(reading->copy);
    reading->copy = NULL;
}

static inline comity_status read_bytes(struct reading *reading, const char *text, size_t size)
{
    free(reading->copy);
    reading->copy = malloc(size ? size : 1);
    assert_non_null(reading->copy);
    memcpy(reading->copy, text, size);
    arena_reset(&reading->arena);
    return xml_read(&reading->tree, reading->copy, size, &reading->limits, &reading->spare,
                    &reading->error);
}

static inline comity_status read_text(struct reading *reading, const char *text)
{
    return read_bytes(reading, text, strlen(text));
}

/* <name{ns} @offset-end "text" children>, attributes with a '@' before the name. */
static inline void dump(const struct tree *tree, uint32_t index, size_t base, bool places,
                        struct buffer *out)
{
    const struct comity_node *node = tree_node(tree, index);
    buffer_char(out, '<');
    if (node->kind == COMITY_NODE_ATTRIBUTE)
        buffer_char(out, '@');
    if (node->name)
        buffer_add(out, node->name, node->name_len);
    if (node->ns)
        buffer_format(out, "{%s}", node->ns);
    if (places)
        buffer_format(out, " %zu-%zu", node->offset - base, node->end - base);
    if (node->text) {
        buffer_text(out, "=");
        buffer_add(out, node->text, node->text_len);
    }
    uint32_t count = 0;
    for (uint32_t i = node->first; i; i = tree_node(tree, i)->next, count++)
        dump(tree, i, base, places, out);
    assert_int_equal(count, node->count);
    buffer_char(out, '>');
}

static inline void assert_tree(struct reading *reading, const char *expected, bool places)
{
    struct buffer out;
    buffer_init(&out, 0);
    dump(&reading->tree, 1, 0, places, &out);
    buffer_char(&out, '\0');
    assert_string_equal(out.bytes, expected);
    buffer_free(&out);
}

static inline void assert_reads(const char *text, const char *expected)
{
    struct reading reading;
    reading_init(&reading);
    comity_status status = read_text(&reading, text);
    if (status != COMITY_OK)
        print_message("%s: %s\n", text, reading.error.message);
    assert_int_equal(status, COMITY_OK);
    assert_tree(&reading, expected, false);
    reading_free(&reading);
}

#endif
