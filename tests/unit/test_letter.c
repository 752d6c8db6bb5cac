/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of what letters are made with: columns, lines, escaping; and of a letter when
 * memory fails.
 *
 * Build: with tests/support/failing_alloc.c and made_records.c. */
#include "failing_alloc.h"
#include "letter/html.h"
#include "letter/letter.h"
#include "letter/width.h"
#include "letter/wrap.h"
#include "kit/made_records.h"
#include "whole_record.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

static void test_columns_are_those_of_a_terminal(void **state)
{
    (void)state;
    assert_int_equal(width_of_text("abc\xC3\xA9", 5), 4);
    assert_int_equal(width_of_text("e\xCC\x81", 3), 1);
    assert_int_equal(width_of_text("\xE8\x99\x9A\xE5\x8F\xB8", 6), 4);
    assert_int_equal(width_of_text("\xE2\x80\x8F", 3), 0);
    assert_int_equal(width_of(0x1F512), 2);
    assert_int_equal(width_of(0x10FFFF), 1);
}

static void wraps(const char *first, size_t indent, const char *text, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    wrap_text(&out, first, indent, text, strlen(text));
    buffer_char(&out, '\0');
    assert_string_equal(out.bytes, expected);
    buffer_free(&out);
}

#define TEN "123456789 "
#define WORD "xxxxxxxxxxxxxxxxxxxx"

static void test_lines_break_at_blanks_and_long_words_are_cut(void **state)
{
    (void)state;
    wraps("", 0, "", "\n");
    wraps("- ", 2, "a\n\nb", "- a\n\n  b\n");
    wraps("", 2, TEN TEN TEN TEN TEN TEN TEN "1234567890 more",
          TEN TEN TEN TEN TEN TEN TEN "1234567890\n  more\n");
    wraps("", 0, WORD WORD WORD WORD "yz", WORD WORD WORD WORD "\nyz\n");
    wraps("", 0, WORD WORD WORD WORD " z", WORD WORD WORD WORD "\nz\n");
}

static void test_lines_of_wide_characters_break_between_them_and_not_before_a_stop(void **state)
{
    (void)state;
    struct buffer text, out;
    buffer_init(&text, 0);
    buffer_init(&out, 0);
    for (int i = 0; i < 40; i++)
        buffer_text(&text, "\xE8\x99\x9A");
    buffer_text(&text, "\xE3\x80\x82"); /* an ideographic full stop */
    wrap_text(&out, "", 0, text.bytes, text.size);
    const char *end = memchr(out.bytes, '\n', out.size);
    assert_non_null(end);
    assert_int_equal(width_of_text(out.bytes, (size_t)(end - out.bytes)), 78);
    assert_int_equal(out.size, text.size + 2);
    buffer_free(&text);
    buffer_free(&out);
}

static void test_what_is_markup_is_escaped_and_controls_are_seen(void **state)
{
    (void)state;
    struct buffer out;
    static const char text[] = "<a b='c'>\"&\x1B\r\n\r\x7F\xC2\x9B\xFF";
    buffer_init(&out, 0);
    html_text(&out, text, sizeof text - 1);
    html_language(&out, "zh-Hans", 7);
    html_language(&out, "x\" onload=\"", 10);
    html_language(&out, NULL, 0);
    buffer_char(&out, '\0');
    assert_string_equal(out.bytes,
                        "&lt;a b=&#39;c&#39;&gt;&quot;&amp;\xE2\x90\x9B\n\xE2\x90\x8D"
                        "\xE2\x90\xA1\xEF\xBF\xBD\xEF\xBF\xBD lang=\"zh-Hans\""
                        " lang=\"\" lang=\"\"");
    buffer_free(&out);
}

static void test_a_letter_is_whole_or_fails_when_memory_does(void **state)
{
    (void)state;
    struct whole_record whole;
    struct buffer json, letter, again;
    struct arena arena;
    struct terms terms;
    arena_init(&arena, 0);
    assert_int_equal(terms_init(&terms, &arena), COMITY_OK);
    assert_int_equal(terms_add_shipped(&terms), COMITY_OK);
    buffer_init(&json, 0);
    buffer_init(&letter, 0);
    buffer_init(&again, 0);
    made_full(&json, 2);
    whole_init(&whole);
    assert_int_equal(whole_read(&whole, SYNTAX_JSON, json.bytes, json.size), COMITY_OK);
    for (int kind = LETTER_TEXT; kind <= LETTER_HTML; kind++) {
        buffer_clear(&letter);
        assert_int_equal(
            letter_write(&whole.record, &terms, NULL, (enum letter_kind)kind, &letter),
            COMITY_OK);
        for (unsigned long n = 0;; n += 1 + n / 8) {
            buffer_free(&again);
            failing_alloc_after(n);
            comity_status status =
                letter_write(&whole.record, &terms, NULL, (enum letter_kind)kind, &again);
            if (!failing_alloc_stop())
                break;
            if (status == COMITY_OK) {
                assert_int_equal(again.size, letter.size);
                assert_memory_equal(again.bytes, letter.bytes, letter.size);
            } else {
                assert_int_equal(status, COMITY_E_NOMEM);
            }
        }
    }
    whole_free(&whole);
    buffer_free(&json);
    buffer_free(&letter);
    buffer_free(&again);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_are_those_of_a_terminal),
        cmocka_unit_test(test_lines_break_at_blanks_and_long_words_are_cut),
        cmocka_unit_test(
            test_lines_of_wide_characters_break_between_them_and_not_before_a_stop),
        cmocka_unit_test(test_what_is_markup_is_escaped_and_controls_are_seen),
        cmocka_unit_test(test_a_letter_is_whole_or_fails_when_memory_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
