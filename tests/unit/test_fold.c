/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of folding: what counts as the same text, and what does not. */
#include "failing_alloc.h"

#include "base/fold.h"
#include "base/utf8.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static void assert_folds(const char *text, size_t len, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    fold_text(text, len, &out);
    buffer_char(&out, '\0');
    if (strcmp(out.bytes, expected) != 0)
        fail_msg("\"%s\" folds to \"%s\", expected \"%s\"", text, out.bytes, expected);
    buffer_free(&out);
}

static void test_text_folds_as_people_mean_it(void **state)
{
    (void)state;
    static const char *const samples[][2] = {
        {"", ""},
        {"DESTINATARIO", "destinatario"},
        {"Destinatário", "destinatario"},
        {"Ｄｅｓｔｉｎａｔáｒｉｏ：", "destinatario:"},
        {"DESCRIÇÃO", "descricao"},
        {"DESCRIC\xCC\xA7"
         "A\xCC\x83O",
         "descricao"},
        {"1ª Vara, 2º Ofício", "1a vara, 2o oficio"},
        {"№ 5, N° 5", "no 5, n° 5"},
        {"Запрос: Ёлкин, Йошкар-Ола", "запрос: елкин, иошкар-ола"},
        {"Її", "іі"},
        {"Straße STRASSE ẞ", "strasse strasse ss"},
        {"ΟΔΟΣ οδός", "οδοσ οδοσ"},
        {"İzmir ısı", "izmir isi"},
        {"Łódź Ørsted Æsir Đorđe Œuvre", "lodz orsted aesir dorde oeuvre"},
        {"（一）请求机关的名称：", "(一)请求机关的名称:"},
        {"㈠ ① ⒈ ⑴ ㊙", "(一) 1 1. (1) 秘"},
        {"ｶﾞ \u30AC カ", "カ\u3099 カ\u3099 カ"},
        {"\uD55C\uAE00", "\u1112\u1161\u11AB\u1100\u1173\u11AF"},
        {"ﬁn Ǆ", "fin dz"},
        {"हिन्दी", "हिन्दी"}, /* vowel signs stay */
        {"ไทย กี่", "ไทย กี"},
        {"كِتَاب", "كتاب"},
    };
    for (size_t i = 0; i < COUNT_OF(samples); i++)
        assert_folds(samples[i][0], strlen(samples[i][0]), samples[i][1]);
}

static void test_dashes_quotes_and_white_space_are_one_of_each(void **state)
{
    (void)state;
    static const char dashes[] =
        "a-b\u2010c\u2011d\u2012e\u2013f\u2014g\u2015h\u2212i\uFF0Dj\uFE63k";
    assert_folds(dashes, sizeof(dashes) - 1, "a-b-c-d-e-f-g-h-i-j-k");
    static const char quotes[] = "'a«b»c“d”e„f‟g「h」i『j』k＂l";
    assert_folds(quotes, sizeof(quotes) - 1, "'a\"b\"c\"d\"e\"f\"g\"h\"i\"j\"k\"l");
    static const char single[] = "'a‘b’c‚d‹e›f＇g´hʼi′j";
    assert_folds(single, sizeof(single) - 1, "'a'b'c'd'e'f'g'h'i'j");
    static const char white[] = " \t a\u00A0b\u3000c\u2003d\u202Fe\xC2\x85"
                                "f\u2028g\r\n\r\nh\vi\f j \u1680\u205F";
    assert_folds(white, sizeof(white) - 1, "a b c d e f g h i j");
    static const char unseen[] = "\uFEFFa\u200Bb\u00ADc\u200D\u2060d\u034F\uFE0Fe\u061C";
    assert_folds(unseen, sizeof(unseen) - 1, "abcde");
    assert_folds("\u3000 \u00A0", 6, "");
}

static void test_what_differs_stays_different(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"a", "b"}, {"и", "i"},  {"а", "a"},    {"一", "二"}, {"か", "が"},
        {"1", "l"}, {"一", "-"}, {"ー", "-"},   {".", ","},   {"。", "."},
        {"क", "क्"}, {"n", "ng"}, {"\x01", "a"}, {"½", "1"},   {"😀", "😁"}};
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        struct buffer folded[2];
        for (int k = 0; k < 2; k++) {
            buffer_init(&folded[k], 0);
            fold_text(pairs[i][k], strlen(pairs[i][k]), &folded[k]);
        }
        if (folded[0].size == folded[1].size &&
            memcmp(folded[0].bytes, folded[1].bytes, folded[0].size) == 0)
            fail_msg("\"%s\" and \"%s\" fold to the same", pairs[i][0], pairs[i][1]);
        buffer_free(&folded[0]);
        buffer_free(&folded[1]);
    }
}

static void test_every_character_folds_to_what_folds_to_itself(void **state)
{
    (void)state;
    size_t changed = 0;
    for (uint32_t code = 1; code < 0x11000; code++) {
        char text[4];
        uint32_t once[FOLD_MAX], again[FOLD_MAX];
        size_t count = 99, again_count = 99;
        if (code >= 0xD800 && code <= 0xDFFF)
            continue;
        size_t len = utf8_encode(code, text);
        assert_int_equal(fold_char(text, len, once, &count), len);
        assert_true(count <= FOLD_MAX);
        changed += count != 1 || once[0] != code;
        for (size_t i = 0; i < count; i++) {
            assert_true(once[i] > 0 && once[i] < 0x110000);
            len = utf8_encode(once[i], text);
            fold_char(text, len, again, &again_count);
            if (again_count != 1 || again[0] != once[i])
                fail_msg("U+%04X folds to U+%04X, which is not folded", code, once[i]);
        }
    }
    assert_in_range(changed, 5000 + 11172, 10000 + 11172);
}

static void test_ill_formed_bytes_are_one_unknown_character_each(void **state)
{
    (void)state;
    static const char *const samples[] = {"\x80",     "\xFF",     "\xC3",
                                          "\xE2\x82", "\xC0\x80", "\xED\xA0\x80"};
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        uint32_t folded[FOLD_MAX] = {0};
        size_t count = 0;
        assert_int_equal(fold_char(samples[i], strlen(samples[i]), folded, &count), 1);
        assert_int_equal(count, 1);
        assert_int_equal(folded[0], 0xFFFD);
    }
    assert_folds("a\xFF"
                 "b",
                 3, "a\uFFFDb");
    assert_folds("a\0b", 3, "a");
}

static void test_words_are_letters_digits_and_marks(void **state)
{
    (void)state;
    static const uint32_t in_words[] = {'a',    'Z',    '0',   '9',   0xE9,    0x43D,   0x4E00,
                                        0x3042, 0xAC00, 0x301, 0x663, 0x20000, 0x10400, 0xBA};
    static const uint32_t between[] = {' ',    '_',    '.',    ':',    '@',  '[',
                                       '`',    '{',    0,      0xA0,   0xBF, 0x3002,
                                       0x2014, 0xFF1A, 0xFFFD, 0x1F600};
    for (size_t i = 0; i < COUNT_OF(in_words); i++)
        if (!fold_is_word(in_words[i]))
            fail_msg("U+%04X is no part of a word", in_words[i]);
    for (size_t i = 0; i < COUNT_OF(between); i++)
        if (fold_is_word(between[i]))
            fail_msg("U+%04X is part of a word", between[i]);
}

static void test_no_memory_shows_in_the_buffer(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 0);
    failing_alloc_after(0);
    fold_text("text", 4, &out);
    assert_true(failing_alloc_stop());
    assert_int_equal(buffer_status(&out), COMITY_E_NOMEM);
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_folds_as_people_mean_it),
        cmocka_unit_test(test_dashes_quotes_and_white_space_are_one_of_each),
        cmocka_unit_test(test_what_differs_stays_different),
        cmocka_unit_test(test_every_character_folds_to_what_folds_to_itself),
        cmocka_unit_test(test_ill_formed_bytes_are_one_unknown_character_each),
        cmocka_unit_test(test_words_are_letters_digits_and_marks),
        cmocka_unit_test(test_no_memory_shows_in_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
