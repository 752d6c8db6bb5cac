/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the JSON reader and writer: what is read, refused, written. */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

#include "json_reading.h"
#include "json_samples.h"
#include "rounds.h"

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

static const char rich[] =
    "{\"name\": \"Kov\xC3\xA1\xC4\x8D \xF0\x9F\x98\x80\", \"n\": [-1.50e+3, "
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
    const char *text =
        "{\"t\" : \"text\", \"n\": -1.50 ,\"l\":[1, 2 ],\"g\" : { } , \"z\":null}";
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
    const char *text =
        "{\"\\u00e9\\n\":\"<\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u20ac\\ud83d\\ude00>\"}";
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
    static const char *const good[] = {
        "0",    "-0",   "1",       "10",        "-10",
        "0.0",  "0.10", "1e1",     "1E1",       "1e+1",
        "1e-1", "0e0",  "1.5e300", "-1.5E-300", "123456789012345678901234567890"};
    static const char *const bad[] = {
        "",   "-",  "+1", "01",  "-01",   "1.",  ".1",    "1.e1",  "1e",  "1e+", "1e-", "e1",
        "1 ", " 1", "1,", "0x1", "1.1.1", "--1", "1e1e1", "1e1.1", "Inf", "NaN", "1f"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(json_is_number(good[i], strlen(good[i])));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(json_is_number(bad[i], strlen(bad[i])));
    assert_true(json_is_number("12x", 2));
}

static void test_no_digit_of_a_number_is_changed(void **state)
{
    (void)state;
    static const char *const numbers[] = {"9007199254740991",
                                          "5555555555555551",
                                          "1.10",
                                          "100.00",
                                          "1e400",
                                          "0.1e-7",
                                          "-0",
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
    } samples[] = {
        {"[1, ]", "comma"},         {"{\"a\":1 , }", "comma"}, {"['a']", "single quotes"},
        {"[/**/1]", "comments"},    {"[None]", "true, false"}, {"{a:1}", "double quotes"},
        {"[\xEF\xBB\xBF]", "mark"}, {"[NaN]", "NaN"},          {"[007]", "leading 0"}};
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

/* --- writing */

static void test_strings_are_written_with_no_more_escapes_than_needed(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 0);
    const char *text = "a\"b\\c/\b\f\n\r\t\x01\x1F\x7F\xC3\xA9\xE2\x80\xA8";
    const char *expected =
        "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\xC3\xA9\xE2\x80\xA8\"";
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

/* --- damage */

static void test_random_bytes_are_read_or_refused_within_their_bounds(void **state)
{
    (void)state;
    static const char alphabet[] = "{}[]:,\"\\u0019aE-+. \n\tdDc8tfn\xC3\xA9\xF0\x9F";
    struct reading reading;
    reading_init(&reading);
    srand(7);
    for (int round = 0; round < rounds(200000); round++) {
        char text[64];
        size_t size = 0;
        if (rand() % 2) { /* a good text with one byte changed */
            const struct sample *sample =
                &good_samples[(size_t)rand() % COUNT_OF(good_samples)];
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
        cmocka_unit_test(test_quote_left_open_names_its_line),
        cmocka_unit_test(test_bracket_left_open_names_its_line),
        cmocka_unit_test(test_common_mistakes_are_given_a_hint),
        cmocka_unit_test(test_strings_are_written_with_no_more_escapes_than_needed),
        cmocka_unit_test(test_nodes_are_written_compact),
        cmocka_unit_test(test_random_bytes_are_read_or_refused_within_their_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
