/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the JSON reader and writer.
 *
 * Build: with tests/support/failing_alloc.c, linked as it says. */
#include "failing_alloc.h"

#include "syntax/json.h"
#include "syntax/json_scan.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* All that a reading needs, and what came of it. */
struct reading {
    struct limits limits;
    struct arena arena;
    struct tree tree;
    struct syntax_error error;
    size_t used;
    char *copy; /* of the text, exactly as long as it is, so that ASan sees one byte more */
};

static void reading_init(struct reading *reading)
{
    *reading = (struct reading){.limits = LIMITS_INIT};
    arena_init(&reading->arena, reading->limits.memory);
    tree_init(&reading->tree, &reading->arena);
}

static void reading_free(struct reading *reading)
{
    tree_free(&reading->tree);
    arena_free(&reading->arena);
    free(reading->copy);
}

static comity_status read_bytes(struct reading *reading, const char *text, size_t size,
                                bool at_end)
{
    free(reading->copy);
    reading->copy = malloc(size ? size : 1);
    assert_non_null(reading->copy);
    memcpy(reading->copy, text, size);
    arena_reset(&reading->arena);
    reading->used = 0;
    memset(&reading->error, 0, sizeof(reading->error));
    return json_read(&reading->tree, reading->copy, size, at_end, &reading->limits,
                     &reading->used, &reading->error);
}

static comity_status read_text(struct reading *reading, const char *text)
{
    return read_bytes(reading, text, strlen(text), true);
}

/* A text with its length: some hold NUL. */
struct sample {
    const char *text;
    size_t size;
    const char *code;
    size_t offset;
};
#define GOOD(text) {text, sizeof(text) - 1, NULL, 0}
#define BAD(text, code, offset) {text, sizeof(text) - 1, "json." code, offset}

static const struct sample good_samples[] = {
    GOOD("{}"),
    GOOD("[]"),
    GOOD("[ ]"),
    GOOD("{ \t\r\n }"),
    GOOD("\"\""),
    GOOD("0"),
    GOOD("-0"),
    GOOD("true"),
    GOOD("false"),
    GOOD("null"),
    GOOD("[1,2,3]"),
    GOOD("[ 1 , 2 , 3 ]"),
    GOOD("[\n1\n,\n2\n]"),
    GOOD("[\r\n\t1]"),
    GOOD("[[],[[]],{}]"),
    GOOD("{\"\":0}"),
    GOOD("{\"a\":{\"a\":{\"a\":null}}}"),
    GOOD("{\"a\":1,\"A\":2}"),
    GOOD("{\"ab\":1,\"aab\":2,\"abb\":3,\"axb\":4,\"ayb\":5}"),
    GOOD("{\"a\":1,\"b\":{\"a\":1},\"c\":[{\"a\":1},{\"a\":1}]}"),
    GOOD("[1.0,1.50,100.00]"),
    GOOD("[1e2,1E2,1e+2,1E-2,0e0,-0.0e-0]"),
    GOOD("[123456789012345678901234567890123456789]"),
    GOOD("[-1,-0.1,0.1,10,9007199254740993]"),
    GOOD("[1e400,-1e400,1e-400]"),
    GOOD("[0.00000000000000000000000000000000000000000000000000001]"),
    GOOD("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
    GOOD("\"\\u0001\\u001f\\u007f\\u00e9\\u20AC\\uFFFF\""),
    GOOD("\"\\uD83D\\uDE00\\udbff\\udfff\""),
    GOOD("\"\\uD800\\uDC00 and more\""),
    GOOD("\"\x7F\""),
    GOOD("\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""),
    GOOD("\"\xEF\xBF\xBF\xF4\x8F\xBF\xBF\xED\x9F\xBF\xEE\x80\x80\""),
    GOOD("\"\xE2\x80\xA8\xE2\x80\xA9\""),
    GOOD("\"/ // /* # ' ` \""),
    GOOD("\"[{]},:\""),
    GOOD("\"\\\\u0000\""),
    GOOD("\"twelve bytes\""),
    GOOD("\"a text of more than sixteen bytes, then a \\\"quote\\\" and \xC3\xA9 more\""),
    GOOD("{\"\\u0061\":1,\"b\":2}"),
    GOOD("{\"\\\"\":1,\"\\\\\":2}"),
    GOOD("{\"\xD0\x96\":1,\"\xD0\x97\":2}"),
    GOOD("[null,true,false,0,\"\",[],{}]"),
    GOOD("[\"\\u0020\",\"\\u000A\"]"),
    GOOD("{\"a\" : 1 , \"b\" : [ ] , \"c\" : { } }"),
    GOOD("{\n    \"a\": [\n        1,\n                        2\n    ]\n}"),
    GOOD("[                                                                        1]"),
};

static const struct sample bad_samples[] = {
    BAD("", "truncated", 0),
    BAD("[", "truncated", 1),
    BAD("{", "truncated", 1),
    BAD("[1", "truncated", 2),
    BAD("[1,", "truncated", 3),
    BAD("[\"a", "truncated", 1),
    BAD("\"", "truncated", 0),
    BAD("\"abc\\", "truncated", 0),
    BAD("\"abc\\u12", "truncated", 0),
    BAD("\"\\ud83d", "truncated", 0),
    BAD("\"\\ud83d\\", "truncated", 0),
    BAD("\"\\ud83d\\ude0", "truncated", 0),
    BAD("{\"a\"", "truncated", 4),
    BAD("{\"a\":", "truncated", 5),
    BAD("{\"a\":1", "truncated", 6),
    BAD("{\"a\":1,", "truncated", 7),
    BAD("tru", "truncated", 3),
    BAD("-", "truncated", 1),
    BAD("1.", "truncated", 2),
    BAD("1e", "truncated", 2),
    BAD("1e+", "truncated", 3),
    BAD("]", "syntax", 0),
    BAD("}", "syntax", 0),
    BAD(",", "syntax", 0),
    BAD(":", "syntax", 0),
    BAD("*", "syntax", 0),
    BAD("[1,]", "syntax", 3),
    BAD("[1,,2]", "syntax", 3),
    BAD("[,1]", "syntax", 1),
    BAD("[,]", "syntax", 1),
    BAD("[1 2]", "syntax", 3),
    BAD("[1:2]", "syntax", 2),
    BAD("[\"a\":1]", "syntax", 4),
    BAD("[}", "syntax", 1),
    BAD("[1}", "syntax", 2),
    BAD("{]", "syntax", 1),
    BAD("{\"a\":1]", "syntax", 6),
    BAD("{,}", "syntax", 1),
    BAD("{1:1}", "syntax", 1),
    BAD("{a:1}", "syntax", 1),
    BAD("{'a':1}", "syntax", 1),
    BAD("{\"a\" 1}", "syntax", 5),
    BAD("{\"a\",1}", "syntax", 4),
    BAD("{\"a\":}", "syntax", 5),
    BAD("{\"a\":1,}", "syntax", 7),
    BAD("{\"a\":1,,\"b\":2}", "syntax", 7),
    BAD("{\"a\":1 \"b\":2}", "syntax", 7),
    BAD("{\"a\"::1}", "syntax", 5),
    BAD("{[]:1}", "syntax", 1),
    BAD("{null:1}", "syntax", 1),
    BAD("['a']", "syntax", 1),
    BAD("[`a`]", "syntax", 1),
    BAD("// no\n1", "syntax", 0),
    BAD("[1/* no */]", "syntax", 2),
    BAD("[1,// no\n2]", "syntax", 3),
    BAD("[True]", "syntax", 1),
    BAD("[nil]", "syntax", 2),
    BAD("[nULL]", "syntax", 2),
    BAD("[trux]", "syntax", 4),
    BAD("[undefined]", "syntax", 1),
    BAD("[\v1]", "syntax", 1),
    BAD("[\f1]", "syntax", 1),
    BAD("[\xC2\xA0"
        "1]",
        "syntax", 1),
    BAD("[\xEF\xBB\xBF"
        "1]",
        "syntax", 1),
    BAD("[\xE2\x80\x9C"
        "a\xE2\x80\x9D]",
        "syntax", 1),
    BAD("[\\u0031]", "syntax", 1),
    BAD("[(1)]", "syntax", 1),
    BAD("[=]", "syntax", 1),
    BAD("[01]", "number", 2),
    BAD("[-01]", "number", 3),
    BAD("[00]", "number", 2),
    BAD("[1.]", "number", 3),
    BAD("[1.e2]", "number", 3),
    BAD("[.5]", "number", 1),
    BAD("[-.5]", "number", 2),
    BAD("[+1]", "number", 1),
    BAD("[--1]", "number", 2),
    BAD("[-]", "number", 2),
    BAD("[- 1]", "number", 2),
    BAD("[1e]", "number", 3),
    BAD("[1e+]", "number", 4),
    BAD("[1e1.5]", "number", 4),
    BAD("[1.2.3]", "number", 4),
    BAD("[1-2]", "number", 2),
    BAD("[0x10]", "number", 2),
    BAD("[0b1]", "number", 2),
    BAD("[1_000]", "number", 2),
    BAD("[1a]", "number", 2),
    BAD("[1L]", "number", 2),
    BAD("[NaN]", "number", 1),
    BAD("[Infinity]", "number", 1),
    BAD("[-Infinity]", "number", 2),
    BAD("[-NaN]", "number", 2),
    BAD("\"a\tb\"", "control-character", 2),
    BAD("\"a\nb\"", "control-character", 2),
    BAD("\"a\rb\"", "control-character", 2),
    BAD("\"\x01\"", "control-character", 1),
    BAD("\"more than sixteen bytes\x1F\"", "control-character", 24),
    BAD("{\"a\nb\":1}", "control-character", 3),
    BAD("\"a\0b\"", "nul", 2),
    BAD("[\0]", "nul", 1),
    BAD("[1\0]", "nul", 2),
    BAD("[1.\0]", "nul", 3),
    BAD("\0", "nul", 0),
    BAD("\"x\\u0000\"", "nul", 2),
    BAD("{\"na\\u0000me\":1}", "nul", 4),
    BAD("\"\\x41\"", "escape", 1),
    BAD("\"\\'\"", "escape", 1),
    BAD("\"\\a\"", "escape", 1),
    BAD("\"\\0\"", "escape", 1),
    BAD("\"\\\0\"", "escape", 1),
    BAD("\"\\U00e9\"", "escape", 1),
    BAD("\"\\ \"", "escape", 1),
    BAD("\"\\\n\"", "escape", 1),
    BAD("\"\\\xC3\xA9\"", "escape", 1),
    BAD("\"ab\\uZZZZ\"", "escape", 3),
    BAD("\"\\u12\"", "escape", 1),
    BAD("\"\\u00G0\"", "escape", 1),
    BAD("\"\\u 123\"", "escape", 1),
    BAD("\"\\u+123\"", "escape", 1),
    BAD("\"\\ud83d\\uZZZZ\"", "escape", 7),
    BAD("\"\\ud800\"", "unpaired-surrogate", 1),
    BAD("\"\\udc00\"", "unpaired-surrogate", 1),
    BAD("\"a\\ud800x\"", "unpaired-surrogate", 2),
    BAD("\"\\ud800\\n\"", "unpaired-surrogate", 1),
    BAD("\"\\ud800\\ud800\\udc00\"", "unpaired-surrogate", 1),
    BAD("\"\\ud800\\u0041\"", "unpaired-surrogate", 1),
    BAD("\"\\udc00\\ud800\"", "unpaired-surrogate", 1),
    BAD("\"\xFF\"", "invalid-utf8", 1),
    BAD("\"a\x80\"", "invalid-utf8", 2),
    BAD("\"\xC0\xAF\"", "invalid-utf8", 1),
    BAD("\"\xED\xA0\x80\"", "invalid-utf8", 1),
    BAD("\"\xF4\x90\x80\x80\"", "invalid-utf8", 1),
    BAD("\"\xE2\x82\"", "invalid-utf8", 1),
    BAD("\"\xC3\xA9\xC3\"", "invalid-utf8", 3),
    BAD("\"more than sixteen bytes \xE9 t\xE9\"", "invalid-utf8", 25),
    BAD("{\"\xFF\":1}", "invalid-utf8", 2),
    BAD("[\xFF]", "invalid-utf8", 1),
    BAD("[1\xFF]", "invalid-utf8", 2),
    BAD("\xE9", "invalid-utf8", 0),
    BAD("{\"a\":1,\"a\":2}", "duplicate-key", 7),
    BAD("{\"a\":1,\"a\":1}", "duplicate-key", 7),
    BAD("{\"\":1,\"\":2}", "duplicate-key", 6),
    BAD("{\"a\":1,\"\\u0061\":2}", "duplicate-key", 7),
    BAD("{\"\\u0061\":1,\"a\":2}", "duplicate-key", 12),
    BAD("{\"a\":{\"b\":1,\"c\":2,\"b\":3}}", "duplicate-key", 18),
    BAD("{\"\\ud83d\\ude00\":1,\"\xF0\x9F\x98\x80\":2}", "duplicate-key", 18),
};

/* --- what is read */

static void test_good_texts_are_read_whole_and_written_the_same_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good_samples); i++) {
        const struct sample *sample = &good_samples[i];
        struct reading reading;
        struct buffer once, twice;
        reading_init(&reading);
        buffer_init(&once, 0);
        buffer_init(&twice, 0);
        if (read_bytes(&reading, sample->text, sample->size, true) != COMITY_OK)
            fail_msg("%s: %s", sample->text, reading.error.message);
        assert_int_equal(reading.used, sample->size);
        assert_int_equal(reading.tree.size, sample->size);
        json_put_node(&once, &reading.tree, 1);
        assert_int_equal(read_bytes(&reading, once.bytes, once.size, true), COMITY_OK);
        json_put_node(&twice, &reading.tree, 1);
        assert_int_equal(once.size, twice.size);
        assert_memory_equal(once.bytes, twice.bytes, once.size);
        buffer_free(&once);
        buffer_free(&twice);
        reading_free(&reading);
    }
}

static void test_bad_texts_are_refused_with_their_code_and_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad_samples); i++) {
        const struct sample *sample = &bad_samples[i];
        struct reading reading;
        reading_init(&reading);
        comity_status status = read_bytes(&reading, sample->text, sample->size, true);
        if (status != COMITY_E_INVALID)
            fail_msg("%s: accepted", sample->text);
        if (strcmp(reading.error.code, sample->code) || reading.error.offset != sample->offset)
            fail_msg("%s: %s at %zu (%s), expected %s at %zu", sample->text, reading.error.code,
                     reading.error.offset, reading.error.message, sample->code, sample->offset);
        assert_true(strlen(reading.error.message) > 10);
        reading_free(&reading);
    }
}

static void test_what_follows_a_value_is_left_alone(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t used;
    } samples[] = {{"{} x", 2},  {"[1]]", 3},  {"\"a\"b", 3}, {"1 2", 1},
                   {"true,", 4}, {"nullx", 4}, {"{}{}", 2},   {"12]", 2}};
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct reading reading;
        reading_init(&reading);
        assert_int_equal(read_text(&reading, samples[i].text), COMITY_OK);
        assert_int_equal(reading.used, samples[i].used);
        reading_free(&reading);
    }
}

static const char rich[] = "{\"name\": \"Kov\xC3\xA1\xC4\x8D \xF0\x9F\x98\x80\", \"n\": [-1.50e+3, "
                           "true,null , false],\r\n \"e\\u0073c\": \"a\\ud83d\\ude00\\n\\\"\", "
                           "\"g\":{\"x\":{},\"y\":[ ]}}";

static void test_a_text_cut_at_any_byte_asks_for_more_or_is_truncated(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    assert_int_equal(read_text(&reading, rich), COMITY_OK);
    for (size_t size = 0; size < sizeof(rich) - 1; size++) {
        assert_int_equal(read_bytes(&reading, rich, size, false), JSON_MORE);
        assert_int_equal(read_bytes(&reading, rich, size, true), COMITY_E_INVALID);
        if (strcmp(reading.error.code, "json.truncated") != 0)
            assert_string_equal(reading.error.code, "json.invalid-utf8");
        assert_true(reading.error.offset <= size);
    }
    reading_free(&reading);
}

static void test_a_scalar_at_the_end_of_the_window_may_go_on(void **state)
{
    (void)state;
    static const char *const texts[] = {"1", "12", "-1.5", "1e5", "true", "null", "0"};
    struct reading reading;
    reading_init(&reading);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        assert_int_equal(read_bytes(&reading, texts[i], strlen(texts[i]), false), JSON_MORE);
        assert_int_equal(read_bytes(&reading, texts[i], strlen(texts[i]), true), COMITY_OK);
    }
    assert_int_equal(read_bytes(&reading, "\"a\"", 3, false), COMITY_OK);
    assert_int_equal(read_bytes(&reading, "[1]", 3, false), COMITY_OK);
    reading_free(&reading);
}

/* --- nodes */

static const struct comity_node *child(const struct reading *reading, const char *name)
{
    uint32_t index = tree_find(&reading->tree, 1, name, strlen(name), NULL);
    assert_int_not_equal(index, 0);
    return tree_node(&reading->tree, index);
}

static void assert_written(const struct reading *reading, const struct comity_node *node,
                           const char *written)
{
    assert_int_equal(node->end - node->offset, strlen(written));
    assert_memory_equal(reading->copy + node->offset, written, strlen(written));
}

static void test_every_node_knows_its_own_bytes(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    const char *text = "{\"t\" : \"text\", \"n\": -1.50 ,\"l\":[1, 2 ],\"g\" : { } , \"z\":null}";
    assert_int_equal(read_text(&reading, text), COMITY_OK);
    assert_written(&reading, child(&reading, "t"), "\"text\"");
    assert_written(&reading, child(&reading, "n"), "-1.50");
    assert_written(&reading, child(&reading, "l"), "[1, 2 ]");
    assert_written(&reading, child(&reading, "g"), "{ }");
    assert_written(&reading, child(&reading, "z"), "null");
    assert_written(&reading, tree_node(&reading.tree, 1), text);
    assert_int_equal(tree_node(&reading.tree, 1)->count, 5);
    assert_int_equal(child(&reading, "l")->count, 2);
    assert_int_equal(reading.tree.count, 9);
    reading_free(&reading);
}

static void test_text_without_escapes_is_not_copied(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    assert_int_equal(read_text(&reading, "{\"plain\":\"caf\xC3\xA9\",\"n\":1.0,\"e\":\"\"}"),
                     COMITY_OK);
    const struct comity_node *plain = child(&reading, "plain");
    assert_ptr_equal(plain->name, reading.copy + 2);
    assert_ptr_equal(plain->text, reading.copy + 10);
    assert_int_equal(plain->text_len, 5);
    assert_ptr_equal(child(&reading, "n")->text, reading.copy + 21);
    assert_int_equal(child(&reading, "e")->text_len, 0);
    assert_int_equal(reading.arena.total, 0);
    reading_free(&reading);
}

static void test_escapes_are_decoded(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    const char *text = "{\"\\u00e9\\n\":\"<\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u20ac\\ud83d\\ude00>\"}";
    const char *expected = "<\"\\/\b\f\n\r\tA\xE2\x82\xAC\xF0\x9F\x98\x80>";
    assert_int_equal(read_text(&reading, text), COMITY_OK);
    const struct comity_node *node = child(&reading, "\xC3\xA9\n");
    assert_int_equal(node->text_len, strlen(expected));
    assert_memory_equal(node->text, expected, strlen(expected));
    reading_free(&reading);
}

/* --- numbers */

static void test_numbers_are_told_from_what_looks_like_them(void **state)
{
    (void)state;
    static const char *const good[] = {"0",    "-0",   "1",     "10",      "-10",    "0.0", "0.10",
                                       "1e1",  "1E1",  "1e+1",  "1e-1",    "0e0",    "1.5e300",
                                       "-1.5E-300", "123456789012345678901234567890"};
    static const char *const bad[] = {"",   "-",   "+1",  "01",   "-01", "1.",   ".1",  "1.e1",
                                      "1e", "1e+", "1e-", "e1",   "1 ",  " 1",   "1,",  "0x1",
                                      "1.1.1", "--1", "1e1e1", "1e1.1", "Inf", "NaN", "1f"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(json_is_number(good[i], strlen(good[i])));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(json_is_number(bad[i], strlen(bad[i])));
    assert_true(json_is_number("12x", 2));
}

static void test_no_digit_of_a_number_is_changed(void **state)
{
    (void)state;
    static const char *const numbers[] = {"9007199254740991", "5555555555555551", "1.10",
                                          "100.00", "1e400", "0.1e-7", "-0",
                                          "123456789012345678901234567890.123456789"};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct reading reading;
        struct buffer out;
        reading_init(&reading);
        buffer_init(&out, 0);
        assert_int_equal(read_text(&reading, numbers[i]), COMITY_OK);
        json_put_node(&out, &reading.tree, 1);
        assert_int_equal(out.size, strlen(numbers[i]));
        assert_memory_equal(out.bytes, numbers[i], out.size);
        buffer_free(&out);
        reading_free(&reading);
    }
}

/* --- names that stand twice */

/* A group of `count` members n0, n1, ...; where `again` is below count, the last is named as
 * that one. */
static void put_group(struct buffer *out, unsigned count, unsigned again)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned name = again < count && i == count - 1 ? again : i;
        /* lengths on either side of the eight bytes that a hash takes at a time */
        buffer_format(out, "%s\"n%0*u\":%u", i ? "," : "{", (int)(name % 23 + 1), name, i);
    }
    buffer_char(out, '}');
}

static void test_a_name_that_stands_twice_is_found_in_groups_of_any_size(void **state)
{
    (void)state;
    static const unsigned counts[] = {2, 3, 31, 32, 33, 34, 35, 64, 97, 98, 200, 1000, 5000};
    struct reading reading;
    reading_init(&reading);
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        unsigned count = counts[i];
        for (unsigned again = 0; again < count; again += again % 32 + 1) {
            struct buffer text;
            buffer_init(&text, 0);
            put_group(&text, count, again);
            comity_status status = read_bytes(&reading, text.bytes, text.size, true);
            assert_int_equal(status, again == count - 1 ? COMITY_OK : COMITY_E_INVALID);
            if (status != COMITY_OK)
                assert_string_equal(reading.error.code, "json.duplicate-key");
            buffer_free(&text);
        }
    }
    reading_free(&reading);
}

static void test_a_name_that_stands_twice_names_the_line_of_the_first(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    assert_int_equal(read_text(&reading, "{\n  \"x\": 1,\n  \"born\": 2,\n  \"born\": 3\n}"),
                     COMITY_E_INVALID);
    assert_string_equal(reading.error.message, "the name \"born\" stands twice in one group, "
                                               "first in line 3, column 3");
    struct place place = tree_place(&reading.tree, reading.error.offset);
    assert_int_equal(place.line, 4);
    assert_int_equal(place.column, 3);
    reading_free(&reading);
}

static void test_a_long_name_does_not_burst_the_message(void **state)
{
    (void)state;
    struct reading reading;
    struct buffer text;
    reading_init(&reading);
    buffer_init(&text, 0);
    for (int member = 0; member < 2; member++) {
        buffer_text(&text, member ? ",\"" : "{\"");
        for (int i = 0; i < 500; i++)
            buffer_text(&text, "\xE2\x82\xAC");
        buffer_text(&text, "\":1");
    }
    buffer_char(&text, '}');
    assert_int_equal(read_bytes(&reading, text.bytes, text.size, true), COMITY_E_INVALID);
    assert_non_null(strstr(reading.error.message, "...\" stands twice"));
    buffer_free(&text);
    reading_free(&reading);
}

/* --- places in messages */

static void test_quote_left_open_names_its_line(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    assert_int_equal(read_text(&reading, "{\n \"\xC3\xA9\": \"abc\n}"), COMITY_E_INVALID);
    assert_string_equal(reading.error.message,
                        "a line ends inside the string that opens in line 2, column 7");
    struct place place = tree_place(&reading.tree, reading.error.offset);
    assert_int_equal(place.line, 2);
    assert_int_equal(place.column, 11);
    assert_int_equal(read_text(&reading, "[\n\n  \"abc}"), COMITY_E_INVALID);
    assert_string_equal(reading.error.code, "json.truncated");
    place = tree_place(&reading.tree, reading.error.offset);
    assert_int_equal(place.line, 3);
    assert_int_equal(place.column, 3);
    reading_free(&reading);
}

static void test_bracket_left_open_names_its_line(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    assert_int_equal(read_text(&reading, "{\"a\":\n  [1,\n   2"), COMITY_E_INVALID);
    assert_string_equal(reading.error.message, "the text ends inside the list that opens in "
                                               "line 2, column 3; expected ',' or ']'");
    reading_free(&reading);
}

static void test_common_mistakes_are_given_a_hint(void **state)
{
    (void)state;
    static const struct {
        const char *text, *hint;
    } samples[] = {{"[1, ]", "comma"},       {"{\"a\":1 , }", "comma"}, {"['a']", "single quotes"},
                   {"[/**/1]", "comments"},  {"[None]", "true, false"}, {"{a:1}", "double quotes"},
                   {"[\xEF\xBB\xBF]", "mark"}, {"[NaN]", "NaN"},        {"[007]", "leading 0"}};
    struct reading reading;
    reading_init(&reading);
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        assert_int_equal(read_text(&reading, samples[i].text), COMITY_E_INVALID);
        assert_non_null(reading.error.hint);
        if (!strstr(reading.error.hint, samples[i].hint))
            fail_msg("%s: %s", samples[i].text, reading.error.hint);
    }
    reading_free(&reading);
}

/* --- limits */

static void put_nested(struct buffer *out, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++)
        buffer_text(out, i % 2 ? "{\"a\":" : "[");
    buffer_text(out, "1");
    for (unsigned i = depth; i > 0; i--)
        buffer_text(out, (i - 1) % 2 ? "}" : "]");
}

static void test_depth_64_is_read_and_65_is_refused(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    for (unsigned depth = 63; depth <= 66; depth++) {
        struct buffer text;
        buffer_init(&text, 0);
        put_nested(&text, depth);
        comity_status status = read_bytes(&reading, text.bytes, text.size, true);
        assert_int_equal(status, depth <= 64 ? COMITY_OK : COMITY_E_LIMIT);
        if (status != COMITY_OK) {
            assert_string_equal(reading.error.code, "limit.depth");
            assert_int_equal(reading.error.offset, 32 + 32 * 5);
        }
        buffer_free(&text);
    }
    reading_free(&reading);
}

/* A million brackets, whatever the limit says, with a stack of 256 KiB. */
static void *read_brackets(void *context)
{
    static char brackets[1000000];
    struct reading reading;
    uint32_t *reached = context;
    memset(brackets, '[', sizeof(brackets));
    reading_init(&reading);
    reading.limits.depth = UINT32_MAX;
    if (json_read(&reading.tree, brackets, sizeof(brackets), true, &reading.limits,
                  &reading.used, &reading.error) == COMITY_E_LIMIT)
        *reached = (uint32_t)reading.error.offset;
    for (size_t i = 0; i < 1024; i++)
        brackets[1024 + i] = ']';
    if (json_read(&reading.tree, brackets, 2048, true, &reading.limits, &reading.used,
                  &reading.error) == COMITY_OK) {
        struct buffer out;
        buffer_init(&out, 0);
        json_put_node(&out, &reading.tree, 1);
        *reached += (uint32_t)out.size;
        buffer_free(&out);
    }
    reading_free(&reading);
    return NULL;
}

static void test_a_million_brackets_do_not_exhaust_a_small_stack(void **state)
{
    (void)state;
    pthread_attr_t attributes;
    pthread_t thread;
    uint32_t reached = 0;
    pthread_attr_init(&attributes);
    assert_int_equal(pthread_attr_setstacksize(&attributes, (size_t)256 << 10), 0);
    assert_int_equal(pthread_create(&thread, &attributes, read_brackets, &reached), 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    assert_int_equal(reached, 1024 + 2048);
}

static void test_values_are_counted_up_to_the_limit(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    reading.limits.members = 4;
    assert_int_equal(read_text(&reading, "[1,2,3]"), COMITY_OK);
    assert_int_equal(read_text(&reading, "[1,2,[3]]"), COMITY_E_LIMIT);
    assert_string_equal(reading.error.code, "limit.members");
    assert_int_equal(reading.error.offset, 6);
    reading_free(&reading);
}

static void test_bytes_are_counted_up_to_the_limit(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    reading.limits.bytes = 10;
    assert_int_equal(read_text(&reading, "\"12345678\""), COMITY_OK);
    assert_int_equal(read_text(&reading, "1234567890"), COMITY_OK);
    assert_int_equal(read_text(&reading, "\"12345678\"  and something else"), COMITY_OK);
    static const char *const long_ones[] = {"\"123456789\"", "12345678901", "[1,2,3,4,5]",
                                            "\"this one never ends", "[1,2,3,4,5,6,7,8"};
    for (size_t i = 0; i < COUNT_OF(long_ones); i++) {
        assert_int_equal(read_text(&reading, long_ones[i]), COMITY_E_LIMIT);
        assert_string_equal(reading.error.code, "limit.bytes");
    }
    assert_int_equal(read_text(&reading, "[1,2,3 x 4,5,6,7]"), COMITY_E_INVALID);
    reading_free(&reading);
}

static void test_memory_is_counted_up_to_the_limit(void **state)
{
    (void)state;
    struct reading reading;
    struct buffer text;
    reading_init(&reading);
    arena_init(&reading.arena, 40000);
    reading.limits.memory = 40000;
    buffer_init(&text, 0);
    buffer_text(&text, "[\"\\n");
    for (int i = 0; i < 50000; i++)
        buffer_char(&text, 'x');
    buffer_text(&text, "\"]");
    assert_int_equal(read_bytes(&reading, text.bytes, text.size, true), COMITY_E_LIMIT);
    assert_string_equal(reading.error.code, "limit.memory");
    buffer_clear(&text);
    put_group(&text, 600, 600);
    assert_int_equal(read_bytes(&reading, text.bytes, text.size, true), COMITY_E_LIMIT);
    assert_string_equal(reading.error.code, "limit.memory");
    reading.limits.memory = 1u << 20;
    put_group(&text, 3000, 3000);
    assert_int_equal(read_bytes(&reading, text.bytes, text.size, true), COMITY_OK);
    buffer_clear(&text);
    put_group(&text, 3000, 3000);
    assert_int_equal(read_bytes(&reading, text.bytes, text.size, true), COMITY_E_LIMIT);
    assert_string_equal(reading.error.code, "limit.memory");
    buffer_free(&text);
    reading_free(&reading);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void test_groups_of_a_million_members_take_linear_time(void **state)
{
    (void)state;
    static const unsigned counts[] = {100000, 1000000};
    struct reading reading;
    reading_init(&reading);
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct buffer text;
        buffer_init(&text, 0);
        put_group(&text, counts[i], counts[i]);
        double start = seconds();
        assert_int_equal(read_bytes(&reading, text.bytes, text.size, true), COMITY_OK);
        double taken = seconds() - start;
        print_message("# %u members: %.3f s\n", counts[i], taken);
        assert_true(taken < 1e-5 * counts[i]);
        buffer_free(&text);
    }
    reading_free(&reading);
}

/* --- allocations that fail */

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    struct buffer text;
    buffer_init(&text, 0);
    buffer_text(&text, "[\"esc\\naped\",");
    put_group(&text, 700, 700);
    buffer_text(&text, ",\"\\u00e9\"]");
    for (int persistent = 0; persistent < 2; persistent++) {
        for (unsigned long n = 0;; n++) {
            struct reading reading;
            reading_init(&reading);
            (persistent ? failing_alloc_from : failing_alloc_after)(n);
            comity_status status = json_read(&reading.tree, text.bytes, text.size, true,
                                             &reading.limits, &reading.used, &reading.error);
            bool failed = failing_alloc_stop();
            assert_int_equal(status, failed ? COMITY_E_NOMEM : COMITY_OK);
            reading_free(&reading);
            if (!failed) {
                assert_true(n > 4);
                break;
            }
        }
    }
    buffer_free(&text);
}

/* --- the loops, and writing */

static const char *slow_run(const char *at, const char *end, int (*stops)(unsigned char))
{
    while (at < end && !stops((unsigned char)*at))
        at++;
    return at;
}

static void test_fast_loops_stop_where_slow_ones_do(void **state)
{
    (void)state;
    char text[70];
    for (unsigned byte = 0; byte < 256; byte++) {
        for (size_t at = 0; at < sizeof(text); at++) {
            memset(text, 'a', sizeof(text));
            text[at] = (char)byte;
            for (size_t from = 0; from < 20; from++) {
                const char *start = text + from, *end = text + sizeof(text) - from % 3;
                const char *reads = slow_run(start, end, json_stops_reading);
                const char *writes = slow_run(start, end, json_stops_writing);
                if (json_read_run(start, end) != reads ||
                    json_read_run_portable(start, end) != reads ||
                    json_write_run(start, end) != writes ||
                    json_write_run_portable(start, end) != writes)
                    fail_msg("byte %02x at %zu from %zu", byte, at, from);
            }
        }
    }
    srand(1);
    for (int round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof(text); i++)
            text[i] = (char)(rand() % 40 ? 'a' + rand() % 26 : rand());
        const char *end = text + rand() % (int)sizeof(text);
        const char *reads = slow_run(text, end, json_stops_reading);
        const char *writes = slow_run(text, end, json_stops_writing);
        assert_ptr_equal(json_read_run(text, end), reads);
        assert_ptr_equal(json_read_run_portable(text, end), reads);
        assert_ptr_equal(json_write_run(text, end), writes);
        assert_ptr_equal(json_write_run_portable(text, end), writes);
    }
}

static void test_strings_are_written_with_no_more_escapes_than_needed(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 0);
    const char *text = "a\"b\\c/\b\f\n\r\t\x01\x1F\x7F\xC3\xA9\xE2\x80\xA8";
    const char *expected = "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\xC3\xA9\xE2\x80\xA8\"";
    json_put_string(&out, text, strlen(text));
    assert_int_equal(out.size, strlen(expected));
    assert_memory_equal(out.bytes, expected, out.size);
    buffer_clear(&out);
    json_put_string(&out, "", 0);
    assert_int_equal(out.size, 2);
    buffer_clear(&out);
    json_put_string(&out, "a\0b", 3);
    assert_memory_equal(out.bytes, "\"a\\u0000b\"", 10);
    buffer_free(&out);
}

static void test_nodes_are_written_compact(void **state)
{
    (void)state;
    struct reading reading;
    struct buffer out;
    reading_init(&reading);
    buffer_init(&out, 0);
    assert_int_equal(read_text(&reading, "{ \"a\" : [ 1 , true , null , false ] , \"b\\n\" : "
                                         "{ } , \"c\" : \"\\u0041\" }"),
                     COMITY_OK);
    json_put_node(&out, &reading.tree, 1);
    const char *expected = "{\"a\":[1,true,null,false],\"b\\n\":{},\"c\":\"A\"}";
    assert_int_equal(out.size, strlen(expected));
    assert_memory_equal(out.bytes, expected, out.size);
    buffer_free(&out);
    reading_free(&reading);
}

static void test_random_bytes_are_read_or_refused_within_their_bounds(void **state)
{
    (void)state;
    static const char alphabet[] = "{}[]:,\"\\u0019aE-+. \n\tdDc8tfn\xC3\xA9\xF0\x9F";
    struct reading reading;
    reading_init(&reading);
    srand(7);
    for (int round = 0; round < 200000; round++) {
        char text[64];
        size_t size = 0;
        if (rand() % 2) { /* a good text with one byte changed */
            const struct sample *sample = &good_samples[(size_t)rand() % COUNT_OF(good_samples)];
            size = sample->size < sizeof(text) ? sample->size : sizeof(text);
            memcpy(text, sample->text, size);
            text[(size_t)rand() % size] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
        } else {
            for (size = (size_t)rand() % 24; size < sizeof(text) && rand() % 30; size++)
                ;
            for (size_t i = 0; i < size; i++)
                text[i] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
        }
        comity_status whole = read_bytes(&reading, text, size, true);
        assert_true(whole == COMITY_OK || whole == COMITY_E_INVALID);
        if (whole == COMITY_E_INVALID)
            assert_true(reading.error.offset <= size && reading.error.code);
        comity_status part = read_bytes(&reading, text, size, false);
        assert_true(part == JSON_MORE || part == whole);
    }
    reading_free(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_texts_are_read_whole_and_written_the_same_again),
        cmocka_unit_test(test_bad_texts_are_refused_with_their_code_and_place),
        cmocka_unit_test(test_what_follows_a_value_is_left_alone),
        cmocka_unit_test(test_a_text_cut_at_any_byte_asks_for_more_or_is_truncated),
        cmocka_unit_test(test_a_scalar_at_the_end_of_the_window_may_go_on),
        cmocka_unit_test(test_every_node_knows_its_own_bytes),
        cmocka_unit_test(test_text_without_escapes_is_not_copied),
        cmocka_unit_test(test_escapes_are_decoded),
        cmocka_unit_test(test_numbers_are_told_from_what_looks_like_them),
        cmocka_unit_test(test_no_digit_of_a_number_is_changed),
        cmocka_unit_test(test_a_name_that_stands_twice_is_found_in_groups_of_any_size),
        cmocka_unit_test(test_a_name_that_stands_twice_names_the_line_of_the_first),
        cmocka_unit_test(test_a_long_name_does_not_burst_the_message),
        cmocka_unit_test(test_quote_left_open_names_its_line),
        cmocka_unit_test(test_bracket_left_open_names_its_line),
        cmocka_unit_test(test_common_mistakes_are_given_a_hint),
        cmocka_unit_test(test_depth_64_is_read_and_65_is_refused),
        cmocka_unit_test(test_a_million_brackets_do_not_exhaust_a_small_stack),
        cmocka_unit_test(test_values_are_counted_up_to_the_limit),
        cmocka_unit_test(test_bytes_are_counted_up_to_the_limit),
        cmocka_unit_test(test_memory_is_counted_up_to_the_limit),
        cmocka_unit_test(test_groups_of_a_million_members_take_linear_time),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_fast_loops_stop_where_slow_ones_do),
        cmocka_unit_test(test_strings_are_written_with_no_more_escapes_than_needed),
        cmocka_unit_test(test_nodes_are_written_compact),
        cmocka_unit_test(test_random_bytes_are_read_or_refused_within_their_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
