/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the ISO tables and of the checks of values by their type.
 *
 * Build: nothing beside libcomity-core. */
#include "model/codes.h"
#include "model/record.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

static void test_countries_are_two_capitals_of_the_list(void **state)
{
    (void)state;
    static const char *const good[] = {"AD", "CH", "DE", "GB", "RU", "TL", "US", "ZW", "XX"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]) - 1; i++)
        assert_true(iso_country_known(good[i], 2));
    static const char *const bad[] = {"XX",  "UK", "de", "De", "ZZ",      "D",
                                      "DEU", "",   "1A", "A1", "\xC3\x84"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(iso_country_known(bad[i], strlen(bad[i])));
    size_t count = 0;
    for (int a = 0; a < 256; a++)
        for (int b = 0; b < 256; b++) {
            char code[2] = {(char)a, (char)b};
            count += iso_country_known(code, 2);
        }
    assert_in_range(count, 245, 260);
}

static void test_languages_are_found_by_both_codes_in_any_case(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"GER", "de"}, {"deu", "de"}, {"Deu", "de"},  {"FRE", "fr"}, {"fra", "fr"},
        {"chi", "zh"}, {"ZHO", "zh"}, {"LEZ", "lez"}, {"aar", "aa"}, {"zul", "zu"},
        {"eng", "en"}, {"SPA", "es"}, {"ara", "ar"},  {"zza", "zza"}};
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const char *tag = iso_language_tag(pairs[i][0], 3);
        assert_non_null(tag);
        assert_string_equal(tag, pairs[i][1]);
    }
    assert_null(iso_language_tag("xyq", 3));
    assert_null(iso_language_tag("de", 2));
    assert_null(iso_language_tag("germ", 4));
    assert_null(iso_language_tag("", 0));
    assert_null(iso_language_tag("g\xC3\xA9", 3));
}

static void test_every_language_comes_back_to_one_code(void **state)
{
    (void)state;
    size_t count = 0;
    for (char a = 'a'; a <= 'z'; a++)
        for (char b = 'a'; b <= 'z'; b++)
            for (char c = 'a'; c <= 'z'; c++) {
                char code[3] = {a, b, c};
                const char *tag = iso_language_tag(code, 3);
                if (!tag)
                    continue;
                const char *back = iso_language_bibliographic(tag, strlen(tag));
                assert_non_null(back);
                assert_int_equal(strlen(back), 3);
                assert_string_equal(iso_language_tag(back, 3), tag);
                count++;
            }
    assert_in_range(count, 480, 600);
}

static void test_bibliographic_codes_are_found_by_tag(void **state)
{
    (void)state;
    assert_string_equal(iso_language_bibliographic("de", 2), "ger");
    assert_string_equal(iso_language_bibliographic("zh", 2), "chi");
    assert_string_equal(iso_language_bibliographic("lez", 3), "lez");
    assert_null(iso_language_bibliographic("deu", 3));
    assert_null(iso_language_bibliographic("DE", 2));
    assert_null(iso_language_bibliographic("de-AT", 5));
    assert_null(iso_language_bibliographic("d", 1));
    assert_null(iso_language_bibliographic("", 0));
}

/* --- by type */

struct sample {
    uint16_t field;
    const char *text;
    const char *code; /* of the warning; NULL: it fits */
};

static void test_values_are_checked_by_the_type_of_their_field(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {F_name_full, "", NULL},
        {F_name_full, " any\ttext\n", NULL},
        {F_facts_summary, "prose", NULL},
        {F_document_id, "A 1", NULL},
        {F_document_id, "", "model.token"},
        {F_document_id, " A1", "model.token"},
        {F_document_id, "A1\n", "model.token"},
        {F_birth_date, "1985-03", NULL},
        {F_birth_date, "1985-03-07T10:20", "model.date"},
        {F_birth_date, "07.03.1985", "model.date"},
        {F_document_issued, "1985-03-07T10:20Z", NULL},
        {F_document_issued, "yesterday", "model.date"},
        {F_quantity_value, "1.50", NULL},
        {F_quantity_value, "-0E+10", NULL},
        {F_quantity_value, "01", "model.number"},
        {F_quantity_value, "1,5", "model.number"},
        {F_quantity_value, "1 ", "model.number"},
        {F_quantity_value, "", "model.number"},
        {F_quantity_value, "NaN", "model.number"},
        {F_emergency_direct, "true", NULL},
        {F_emergency_direct, "false", NULL},
        {F_emergency_direct, "True", "model.boolean"},
        {F_emergency_direct, "1", "model.boolean"},
        {F_party_state, "LV", NULL},
        {F_party_state, "914", NULL},
        {F_party_state, "LVA", "model.country"},
        {F_party_state, "91", "model.country"},
        {F_party_state, "9l4", "model.country"},
        {F_party_state, "", "model.country"},
        {F_document_language, "de", NULL},
        {F_document_language, "zh-Hant-TW", NULL},
        {F_document_language, "de-1996", NULL},
        {F_document_language, "LEZ", NULL},
        {F_document_language, "d", "model.language"},
        {F_document_language, "german", "model.language"},
        {F_document_language, "de_AT", "model.language"},
        {F_document_language, "de-", "model.language"},
        {F_document_language, "-de", "model.language"},
        {F_document_language, "12", "model.language"},
        {F_document_language, "de-abcdefghi", "model.language"},
        {F_document_language, "", "model.language"},
        {F_document_urgency, "urgent", NULL},
        {F_document_urgency, "Urgent", "model.code"},
        {F_attachment_sha256,
         "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", NULL},
        {F_attachment_sha256,
         "00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff", "model.digest"},
        {F_attachment_sha256, "00", "model.digest"},
                {F_attachment_content, "JVBE\nRi0=", NULL},
        {F_attachment_content, "", NULL},
        {F_attachment_content, "JVBERi0", "model.base64"},
        {F_attachment_content, "JVBE*i0=", "model.base64"},
        {F_attachment_content, "JV=ERi0=", "model.base64"},
        {F_link_uri, "https://example.org/", NULL},
        {F_link_uri, "https://example.org/a b", "model.uri"},
        {F_link_uri, "", "model.uri"},
    };
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        const char *expected = NULL;
        const char *code = value_check(&fields[samples[i].field], samples[i].text,
                                       strlen(samples[i].text), &expected);
        const char *wanted = samples[i].code;
        if ((code == NULL) != (wanted == NULL) || (code && strcmp(code, wanted) != 0))
            fail_msg("'%s' as %s: %s", samples[i].text, fields[samples[i].field].name,
                     code ? code : "fits");
        if (code)
            assert_non_null(expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_countries_are_two_capitals_of_the_list),
        cmocka_unit_test(test_languages_are_found_by_both_codes_in_any_case),
        cmocka_unit_test(test_every_language_comes_back_to_one_code),
        cmocka_unit_test(test_bibliographic_codes_are_found_by_tag),
        cmocka_unit_test(test_values_are_checked_by_the_type_of_their_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
