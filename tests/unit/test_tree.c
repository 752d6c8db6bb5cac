/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the located tree: places, paths, leaves, reports.
 *
 * Build: with tests/support/failing_alloc.c, linked as it says. */
#include "collected.h"
#include "failing_alloc.h"
#include "processor_time.h"
#include "rounds.h"

#include "io/charset.h"
#include "syntax/json.h"
#include "syntax/tree.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

struct fixture {
    struct limits limits;
    struct arena arena;
    struct tree tree;
    struct buffer path;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture->limits = (struct limits)LIMITS_INIT;
    arena_init(&fixture->arena, 0);
    tree_init(&fixture->tree, &fixture->arena);
    buffer_init(&fixture->path, 0);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    buffer_free(&fixture->path);
    tree_free(&fixture->tree);
    arena_free(&fixture->arena);
    free(fixture);
    return 0;
}

static void read_json(struct fixture *fixture, const char *text, size_t size)
{
    size_t used = 0;
    struct syntax_error error;
    assert_int_equal(
        json_read(&fixture->tree, text, size, true, &fixture->limits, &used, &error),
        COMITY_OK);
}

static const char *path_of(struct fixture *fixture, uint32_t index)
{
    buffer_clear(&fixture->path);
    tree_path(&fixture->tree, index, &fixture->path);
    buffer_char(&fixture->path, '\0');
    return fixture->path.bytes;
}

/* --- nodes */

static void test_nodes_are_zeroed_and_counted_up_to_a_limit(void **state)
{
    struct fixture *fixture = *state;
    struct tree *tree = &fixture->tree;
    for (uint32_t i = 1; i <= 1000; i++) {
        assert_int_equal(tree_add(tree, 1000), i);
        assert_int_equal(tree_node(tree, i)->kind, COMITY_NODE_NONE);
        assert_int_equal(tree_node(tree, i)->next, 0);
        assert_int_equal(tree_index(tree, tree_node(tree, i)), i);
        memset(tree_node(tree, i), 0xAA, sizeof(struct comity_node));
    }
    assert_int_equal(tree_add(tree, 1000), 0);
    tree_reset(tree);
    assert_int_equal(tree_add(tree, 1000), 1);
    assert_int_equal(tree_node(tree, 1)->kind, COMITY_NODE_NONE);
}

static void test_nodes_survive_failed_allocations(void **state)
{
    struct fixture *fixture = *state;
    for (unsigned long n = 0; n < 2; n++) {
        failing_alloc_after(n);
        assert_int_equal(tree_add(&fixture->tree, 10), 0);
        assert_true(failing_alloc_stop());
        tree_free(&fixture->tree);
    }
    for (uint32_t i = 1; i < 256; i++)
        assert_int_equal(tree_add(&fixture->tree, 1000), i);
    failing_alloc_after(0);
    assert_int_equal(tree_add(&fixture->tree, 1000), 0);
    assert_true(failing_alloc_stop());
    assert_int_equal(tree_add(&fixture->tree, 1000), 256);
}

static void test_children_are_found_by_name(void **state)
{
    struct fixture *fixture = *state;
    const char *text = "{\"a\":1,\"bb\":2,\"\":{\"a\":3}}";
    read_json(fixture, text, strlen(text));
    assert_int_equal(tree_find(&fixture->tree, 1, "a", 1, NULL), 2);
    assert_int_equal(tree_find(&fixture->tree, 1, "bb", 2, NULL), 3);
    assert_int_equal(tree_find(&fixture->tree, 1, "b", 1, NULL), 0);
    assert_int_equal(tree_find(&fixture->tree, 1, "", 0, NULL), 4);
    assert_int_equal(tree_find(&fixture->tree, 4, "a", 1, NULL), 5);
    assert_int_equal(tree_find(&fixture->tree, 1, "a", 1, "urn:x"), 0);
    assert_int_equal(tree_find(&fixture->tree, 2, "a", 1, NULL), 0);
}

/* --- places */

static struct place slow_place(const char *text, size_t offset)
{
    struct place place = {.offset = offset, .line = 1, .column = 1};
    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n') {
            place.line++;
            place.column = 1;
        } else if (((unsigned char)text[i] & 0xC0) != 0x80) {
            place.column++;
        }
    }
    return place;
}

static void assert_same_place(struct place a, struct place b)
{
    assert_int_equal(a.offset, b.offset);
    assert_int_equal(a.line, b.line);
    assert_int_equal(a.column, b.column);
}

static void test_places_are_right_in_whatever_order_they_are_asked_for(void **state)
{
    struct fixture *fixture = *state;
    static const char *const pieces[] = {"abc",  "\n", "\xC3\xA9", "\xF0\x9F\x98\x80",
                                         "\r\n", " "};
    struct buffer text;
    buffer_init(&text, 0);
    srand(3);
    for (int i = 0; i < 2000; i++)
        buffer_text(&text, pieces[(size_t)rand() % (i % 500 < 250 ? 6 : 1)]);
    for (int with_notes = 0; with_notes < 2; with_notes++) {
        if (with_notes)
            assert_int_equal(tree_add(&fixture->tree, 10), 1);
        fixture->tree.text = text.bytes;
        fixture->tree.size = text.size;
        for (int i = 0; i < rounds(5000); i++) {
            size_t offset = (size_t)rand() % (text.size + 1);
            if (i % 3)
                offset = (size_t)i % (text.size + 1);
            assert_same_place(tree_place(&fixture->tree, offset),
                              slow_place(text.bytes, offset));
        }
        assert_same_place(tree_place(&fixture->tree, text.size + 99),
                          slow_place(text.bytes, text.size));
    }
    buffer_free(&text);
}

static void test_places_begin_where_the_document_does(void **state)
{
    struct fixture *fixture = *state;
    const char *text = "{\"a\":\n1}";
    read_json(fixture, text, strlen(text));
    fixture->tree.offset = 1000;
    fixture->tree.line = 20;
    fixture->tree.column = 5;
    assert_same_place(tree_place(&fixture->tree, 0), (struct place){1000, 20, 5});
    assert_same_place(tree_place(&fixture->tree, 1), (struct place){1001, 20, 6});
    assert_same_place(tree_place(&fixture->tree, 6), (struct place){1006, 21, 1});
    /* one that was never told where it is */
    fixture->tree.line = fixture->tree.column = 0;
    assert_same_place(tree_place(&fixture->tree, 1), (struct place){1001, 1, 2});
    struct tree empty;
    tree_init(&empty, NULL);
    assert_same_place(tree_place(&empty, 5), (struct place){0, 1, 1});
}

static void test_places_of_an_earlier_text_are_forgotten(void **state)
{
    struct fixture *fixture = *state;
    char text[] = "[1,\n\n\n2]";
    read_json(fixture, text, strlen(text));
    assert_int_equal(tree_place(&fixture->tree, 6).line, 4);
    memcpy(text, "[1,2,3,4]", 9);
    read_json(fixture, text, 9);
    assert_same_place(tree_place(&fixture->tree, 7), (struct place){7, 1, 8});
}

static void test_places_of_converted_text_are_those_of_the_input(void **state)
{
    struct fixture *fixture = *state;
    const char *latin = "\"\xE9\xE9\xE9\"";
    struct buffer utf8;
    struct charset_map *map = NULL;
    size_t bad = 0;
    buffer_init(&utf8, 0);
    assert_int_equal(charset_to_utf8("ISO-8859-1", latin, 5, 0, &utf8, &map, &bad), COMITY_OK);
    assert_int_equal(utf8.size, 8);
    read_json(fixture, utf8.bytes, utf8.size);
    fixture->tree.map = map;
    charset_map_start(map, 2); /* the conversion began behind a mark of two bytes */
    assert_same_place(tree_place(&fixture->tree, 3), (struct place){4, 1, 3});
    assert_same_place(tree_place(&fixture->tree, 7), (struct place){6, 1, 5});
    charset_map_free(map);
    buffer_free(&utf8);
}

/* --- paths: JSON */

static void test_json_pointers_are_escaped(void **state)
{
    struct fixture *fixture = *state;
    const char *text = "{\"a\":[10,[20,{\"b/c~d\":30}],{}],\"\":1,\"~1\":2,\"\xC3\xA9\":3}";
    static const char *const expected[] = {"",     "",       "/a",     "/a/0",
                                           "/a/1", "/a/1/0", "/a/1/1", "/a/1/1/b~1c~0d",
                                           "/a/2", "/",      "/~01",   "/\xC3\xA9"};
    read_json(fixture, text, strlen(text));
    assert_int_equal(fixture->tree.count, sizeof(expected) / sizeof(*expected));
    for (uint32_t i = 1; i < fixture->tree.count; i++)
        assert_string_equal(path_of(fixture, i), expected[i]);
    assert_string_equal(path_of(fixture, 0), "");
    assert_string_equal(path_of(fixture, 9999), "");
}

/* The same by looking for the node everywhere. */
static bool slow_path(const struct tree *tree, uint32_t here, uint32_t index,
                      struct buffer *path)
{
    if (here == index)
        return true;
    uint32_t position = 0;
    for (uint32_t i = tree->nodes[here].first; i; i = tree->nodes[i].next, position++) {
        size_t size = path->size;
        if (tree->nodes[here].kind == COMITY_NODE_LIST)
            buffer_format(path, "/%u", position);
        else
            buffer_format(path, "/%.*s", (int)tree->nodes[i].name_len, tree->nodes[i].name);
        if (slow_path(tree, i, index, path))
            return true;
        path->size = size;
    }
    return false;
}

static void put_random(struct buffer *out, int depth)
{
    int entries = rand() % (depth ? 40 : 60);
    if (depth > 2 || rand() % 4 == 0) {
        buffer_text(out, "1");
        return;
    }
    bool is_group = rand() % 2;
    buffer_char(out, is_group ? '{' : '[');
    for (int i = 0; i < entries; i++) {
        if (i)
            buffer_char(out, ',');
        if (is_group)
            buffer_format(out, "\"m%d\":", i);
        put_random(out, depth + 1);
    }
    buffer_char(out, is_group ? '}' : ']');
}

static void test_json_pointers_are_right_in_whatever_order_they_are_asked_for(void **state)
{
    struct fixture *fixture = *state;
    srand(11);
    for (int round = 0; round < (is_under_runner() ? 3 : 20); round++) {
        struct buffer text, expected;
        buffer_init(&text, 0);
        buffer_init(&expected, 0);
        put_random(&text, 0);
        read_json(fixture, text.bytes, text.size);
        for (int i = 0; i < 500; i++) {
            uint32_t index = (uint32_t)rand() % (fixture->tree.count - 1) + 1;
            if (i > 250) /* in order, too */
                index = ((uint32_t)i - 250) % (fixture->tree.count - 1) + 1;
            buffer_clear(&expected);
            assert_true(slow_path(&fixture->tree, 1, index, &expected));
            buffer_char(&expected, '\0');
            assert_string_equal(path_of(fixture, index), expected.bytes);
        }
        buffer_free(&text);
        buffer_free(&expected);
    }
}

/* The time to report something of each value of a list of `count` groups. */
static double seconds_for(void *context, size_t count)
{
    struct fixture *fixture = context;
    struct buffer text;
    struct findings findings = {.emit = NULL};
    buffer_init(&text, 0);
    for (size_t i = 0; i < count; i++)
        buffer_format(&text, "%s{\"a\":1}", i ? "," : "[");
    buffer_char(&text, ']');
    read_json(fixture, text.bytes, text.size);
    double start = processor_seconds();
    for (uint32_t i = 1; i < fixture->tree.count; i++)
        tree_report(&fixture->tree, &findings, i, COMITY_LOSS, "x", NULL, NULL, "y");
    double taken = processor_seconds() - start;
    assert_int_equal(findings.counts[COMITY_LOSS], 2 * count + 1);
    buffer_free(&text);
    return taken;
}

static void test_reports_about_all_of_a_long_list_take_linear_time(void **state)
{
    struct growth time = growth_of(seconds_for, *state, (size_t)rounds(75000));
    if (!time.is_linear)
        fail_msg("%.3f s, and %.3f s for four times as many", time.once, time.four_times);
}

/* --- paths: XML */

static uint32_t add_node(struct tree *tree, uint32_t parent, uint32_t kind, const char *name,
                         const char *text)
{
    uint32_t index = tree_add(tree, 100000);
    struct comity_node *node = tree_node(tree, index);
    node->kind = (uint8_t)kind;
    node->name = name;
    node->name_len = name ? (uint32_t)strlen(name) : 0;
    node->text = text;
    node->text_len = text ? (uint32_t)strlen(text) : 0;
    if (!parent)
        return index;
    uint32_t *link = &tree_node(tree, parent)->first;
    while (*link)
        link = &tree_node(tree, *link)->next;
    *link = index;
    tree_node(tree, parent)->count++;
    return index;
}

static void test_xpaths_count_only_where_names_repeat(void **state)
{
    struct fixture *fixture = *state;
    struct tree *tree = &fixture->tree;
    tree->syntax = SYNTAX_XML;
    uint32_t root = add_node(tree, 0, COMITY_NODE_ELEMENT, "Request", NULL);
    add_node(tree, root, COMITY_NODE_ATTRIBUTE, "id", "1");
    uint32_t first = add_node(tree, root, COMITY_NODE_ELEMENT, "Party", NULL);
    add_node(tree, first, COMITY_NODE_ATTRIBUTE, "id", "2");
    add_node(tree, root, COMITY_NODE_ELEMENT, "Note", "text");
    uint32_t second = add_node(tree, root, COMITY_NODE_ELEMENT, "Party", NULL);
    add_node(tree, second, COMITY_NODE_TEXT, NULL, "one");
    add_node(tree, second, COMITY_NODE_ELEMENT, "b", "two");
    add_node(tree, second, COMITY_NODE_TEXT, NULL, "three");
    uint32_t third = add_node(tree, root, COMITY_NODE_ELEMENT, "id", NULL);
    add_node(tree, third, COMITY_NODE_TEXT, NULL, "only");
    add_node(tree, third, COMITY_NODE_ELEMENT, "c", NULL);
    static const char *const expected[] = {"",
                                           "/Request",
                                           "/Request/@id",
                                           "/Request/Party[1]",
                                           "/Request/Party[1]/@id",
                                           "/Request/Note",
                                           "/Request/Party[2]",
                                           "/Request/Party[2]/text()[1]",
                                           "/Request/Party[2]/b",
                                           "/Request/Party[2]/text()[2]",
                                           "/Request/id",
                                           "/Request/id/text()",
                                           "/Request/id/c"};
    for (uint32_t i = 1; i < tree->count; i++)
        assert_string_equal(path_of(fixture, i), expected[i]);
    for (uint32_t i = tree->count - 1; i > 0; i--)
        assert_string_equal(path_of(fixture, i), expected[i]);
}

static void test_xpaths_of_many_siblings_are_right(void **state)
{
    struct fixture *fixture = *state;
    struct tree *tree = &fixture->tree;
    tree->syntax = SYNTAX_XML;
    uint32_t root = add_node(tree, 0, COMITY_NODE_ELEMENT, "r", NULL);
    for (int i = 0; i < 200; i++)
        add_node(tree, root, COMITY_NODE_ELEMENT, i % 5 == 4 ? "b" : "a", "x");
    srand(5);
    for (int i = 0; i < rounds(3000); i++) {
        unsigned position = (unsigned)(i < 400 ? i / 2 : rand() % 200);
        char expected[32];
        if (position % 5 == 4)
            snprintf(expected, sizeof(expected), "/r/b[%u]", position / 5 + 1);
        else
            snprintf(expected, sizeof(expected), "/r/a[%u]", position - position / 5 + 1);
        assert_string_equal(path_of(fixture, position + 2), expected);
    }
}

/* --- leaves */

static void test_json_leaves_are_scalars_and_what_is_empty(void **state)
{
    struct fixture *fixture = *state;
    const char *text = "[null,true,false,1,\"\",[],{},[1],{\"a\":1}]";
    static const bool expected[] = {false, false, true,  true, true,  true, true,
                                    true,  true,  false, true, false, true};
    read_json(fixture, text, strlen(text));
    for (uint32_t i = 1; i < fixture->tree.count; i++)
        assert_int_equal(tree_is_leaf(&fixture->tree, tree_node(&fixture->tree, i)),
                         expected[i]);
}

static void test_xml_leaves_are_attributes_and_elements_without_elements(void **state)
{
    struct fixture *fixture = *state;
    struct tree *tree = &fixture->tree;
    tree->syntax = SYNTAX_XML;
    uint32_t root = add_node(tree, 0, COMITY_NODE_ELEMENT, "r", NULL);
    uint32_t attribute = add_node(tree, root, COMITY_NODE_ATTRIBUTE, "id", "1");
    uint32_t empty = add_node(tree, root, COMITY_NODE_ELEMENT, "empty", NULL);
    uint32_t texted = add_node(tree, root, COMITY_NODE_ELEMENT, "texted", "t");
    add_node(tree, texted, COMITY_NODE_ATTRIBUTE, "x", "1");
    uint32_t bare = add_node(tree, root, COMITY_NODE_ELEMENT, "bare", NULL);
    add_node(tree, bare, COMITY_NODE_ATTRIBUTE, "x", "1");
    uint32_t mixed = add_node(tree, root, COMITY_NODE_ELEMENT, "mixed", NULL);
    uint32_t words = add_node(tree, mixed, COMITY_NODE_TEXT, NULL, "words");
    assert_false(tree_is_leaf(tree, tree_node(tree, root)));
    assert_true(tree_is_leaf(tree, tree_node(tree, attribute)));
    assert_true(tree_is_leaf(tree, tree_node(tree, empty)));
    assert_true(tree_is_leaf(tree, tree_node(tree, texted)));
    assert_false(tree_is_leaf(tree, tree_node(tree, bare)));
    assert_false(tree_is_leaf(tree, tree_node(tree, mixed)));
    assert_true(tree_is_leaf(tree, tree_node(tree, words)));
}

/* --- reports */

static void test_a_report_says_where_a_node_stands(void **state)
{
    struct fixture *fixture = *state;
    static struct collected collected;
    collected_init(&collected);
    const char *text = "{\n  \"a\": [\"\xC3\xA9\", 7]\n}";
    read_json(fixture, text, strlen(text));
    fixture->tree.offset = 100;
    fixture->tree.line = 10;
    tree_report(&fixture->tree, &collected.findings, 4, COMITY_LOSS, "loss.dropped", "a.b",
                "a hint", "a message");
    tree_report(&fixture->tree, &collected.findings, 0, COMITY_NOTE, "x", NULL, NULL, "y");
    assert_int_equal(collected.count, 2);
    const struct collected_one *one = &collected.all[0];
    assert_int_equal(one->severity, COMITY_LOSS);
    assert_string_equal(one->code, "loss.dropped");
    assert_string_equal(one->message, "a message");
    assert_string_equal(one->hint, "a hint");
    assert_string_equal(one->field, "a.b");
    assert_string_equal(one->source, "/a/1");
    assert_int_equal(one->line, 11);
    assert_int_equal(one->column, 14);
    assert_int_equal(one->offset, 116);
    assert_string_equal(collected.all[1].source, "-");
    assert_int_equal(collected.all[1].line, 10);
    assert_int_equal(collected.all[1].offset, 100);
}

static void test_a_report_without_memory_for_the_path_is_made_all_the_same(void **state)
{
    struct fixture *fixture = *state;
    static struct collected collected;
    collected_init(&collected);
    read_json(fixture, "[[1]]", 5);
    failing_alloc_from(0);
    tree_report(&fixture->tree, &collected.findings, 3, COMITY_ERROR, "x", NULL, NULL, "y");
    assert_true(failing_alloc_stop());
    assert_int_equal(collected.count, 1);
    assert_string_equal(collected.all[0].source, "-");
    assert_int_equal(collected.all[0].column, 3);
}

static void test_a_syntax_error_is_reported_in_its_place(void **state)
{
    struct fixture *fixture = *state;
    static struct collected collected;
    struct syntax_error error;
    size_t used = 0;
    const char *text = "[1,\n 2,]";
    collected_init(&collected);
    assert_int_equal(
        json_read(&fixture->tree, text, strlen(text), true, &fixture->limits, &used, &error),
        COMITY_E_INVALID);
    tree_report_syntax(&fixture->tree, &collected.findings, &error);
    assert_int_equal(collected.findings.counts[COMITY_ERROR], 1);
    assert_string_equal(collected.all[0].code, "json.syntax");
    assert_int_equal(collected.all[0].line, 2);
    assert_int_equal(collected.all[0].column, 4);
    assert_int_equal(collected.all[0].offset, 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nodes_are_zeroed_and_counted_up_to_a_limit),
        TEST(test_nodes_survive_failed_allocations),
        TEST(test_children_are_found_by_name),
        TEST(test_places_are_right_in_whatever_order_they_are_asked_for),
        TEST(test_places_begin_where_the_document_does),
        TEST(test_places_of_an_earlier_text_are_forgotten),
        TEST(test_places_of_converted_text_are_those_of_the_input),
        TEST(test_json_pointers_are_escaped),
        TEST(test_json_pointers_are_right_in_whatever_order_they_are_asked_for),
        TEST(test_reports_about_all_of_a_long_list_take_linear_time),
        TEST(test_xpaths_count_only_where_names_repeat),
        TEST(test_xpaths_of_many_siblings_are_right),
        TEST(test_json_leaves_are_scalars_and_what_is_empty),
        TEST(test_xml_leaves_are_attributes_and_elements_without_elements),
        TEST(test_a_report_says_where_a_node_stands),
        TEST(test_a_report_without_memory_for_the_path_is_made_all_the_same),
        TEST(test_a_syntax_error_is_reported_in_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
