/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of names of countries: every name that is written leads back to its country, and
 * one that several countries go by leads to none.
 *
 * Build: nothing beside libcomity-core. */
#include "model/codes.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

static const char *const languages[] = {"en", "es", "fr", "de", "pt", "ru", "zh", "id"};
#define LANGUAGES (sizeof(languages) / sizeof(languages[0]))

/* The text is a block of its own, so that a sanitizer sees a read past its end. */
static enum country_match find(const char *language, const char *text, size_t len, char code[3])
{
    char *bytes = test_malloc(len + !len);
    memcpy(bytes, text, len);
    memset(code, '?', 3);
    enum country_match match = country_by_name(language, bytes, len, code);
    test_free(bytes);
    if (match == COUNTRY_FOUND)
        assert_int_equal(strlen(code), 2);
    else
        assert_string_equal(code, "");
    return match;
}

/* Calls `visit` with each code of ISO 3166-1; returns how many there are. */
static size_t each_country(void (*visit)(const char *code))
{
    size_t count = 0;
    for (char a = 'A'; a <= 'Z'; a++)
        for (char b = 'A'; b <= 'Z'; b++) {
            char code[3] = {a, b, '\0'};
            if (!iso_country_known(code, 2))
                continue;
            visit(code);
            count++;
        }
    return count;
}

static void comes_back(const char *code)
{
    for (size_t i = 0; i < LANGUAGES; i++) {
        const char *name = country_name(languages[i], code, 2);
        char back[3];
        if (!name)
            fail_msg("%s has no name in %s", code, languages[i]);
        enum country_match match = find(languages[i], name, strlen(name), back);
        if (match != COUNTRY_FOUND || strcmp(back, code) != 0)
            fail_msg("%s is '%s' in %s, which is %s (%d)", code, name, languages[i], back,
                     match);
    }
}

static void test_every_name_that_is_written_leads_back(void **state)
{
    (void)state;
    assert_in_range(each_country(comes_back), 245, 260);
}

static void is_no_name(const char *code)
{
    for (size_t i = 0; i < LANGUAGES; i++) {
        char found[3];
        if (find(languages[i], code, 2, found) != COUNTRY_UNKNOWN)
            fail_msg("the code %s is a name in %s", code, languages[i]);
    }
}

static void test_codes_are_no_names(void **state)
{
    (void)state;
    assert_in_range(each_country(is_no_name), 245, 260);
}

struct naming {
    const char *language, *text, *code; /* "" where it is ambiguous; NULL: no name */
};

static const struct naming namings[] = {
    /* common, official, in natural order and in that of lists, in short */
    {"en", "Germany", "DE"},
    {"en", "Federal Republic of Germany", "DE"},
    {"en", "the Federal Republic of Germany", "DE"},
    {"en", "The Netherlands", "NL"},
    {"en", "South Korea", "KR"},
    {"en", "Korea, Republic of", "KR"},
    {"en", "Republic of Korea", "KR"},
    {"en", "The Republic of Korea", "KR"},
    {"en", "Korea (Republic of)", "KR"},
    {"en", "Democratic People's Republic of Korea", "KP"},
    {"en", "Iran", "IR"},
    {"en", "Iran, Islamic Republic of", "IR"},
    {"en", "Iran (Islamic Republic of)", "IR"},
    {"en", "the Islamic Republic of Iran", "IR"},
    {"en", "Micronesia", "FM"},
    {"en", "Congo, The Democratic Republic of the", "CD"},
    {"en", "The Democratic Republic of the Congo", "CD"},
    {"en", "Republic of the Congo", "CG"},
    {"en", "British Virgin Islands", "VG"},
    {"en", "U.S. Virgin Islands", "VI"},
    {"en", "Cocos Islands", "CC"},
    {"en", "Holy See", "VA"},
    {"en", "Turkey", "TR"},
    {"en", "Türkiye", "TR"},
    {"en", "Guinea", "GN"},
    {"en", "Niger", "NE"},
    {"en", "Nigeria", "NG"},
    {"es", "República de Corea", "KR"},
    {"es", "Corea del Sur", "KR"},
    {"es", "República Islámica de Irán", "IR"},
    {"es", "Alemania", "DE"},
    {"es", "Turquía", "TR"},
    {"es", "Islas Comores", "KM"},
    {"fr", "Fédération de Russie", "RU"},
    {"fr", "Russie", "RU"},
    {"fr", "République islamique d'Iran", "IR"},
    {"fr", "République islamique d’Iran", "IR"},
    {"fr", "Îles Salomon", "SB"},
    {"fr", "Îles Malouines", "FK"},
    {"fr", "Turquie", "TR"},
    {"de", "Bundesrepublik Deutschland", "DE"},
    {"de", "Republik Korea", "KR"},
    {"de", "Islamische Republik Iran", "IR"},
    {"de", "Türkei", "TR"},
    {"pt", "Irã", "IR"},
    {"pt", "Irão", "IR"},
    {"pt", "Vietnã", "VN"},
    {"pt", "Vietname", "VN"},
    {"ru", "Российская Федерация", "RU"},
    {"ru", "Россия", "RU"},
    {"ru", "Турция", "TR"},
    {"ru", "Республика Корея", "KR"},
    {"ru", "Демократическая Республика Конго", "CD"},
    {"zh", "中国", "CN"},
    {"zh", "中华人民共和国", "CN"},
    {"zh", "柬埔寨", "KH"},
    {"id", "Perancis", "FR"},
    {"id", "Republik Islam Iran", "IR"},
    /* in other letters */
    {"en", "GERMANY", "DE"},
    {"en", "  germany\n", "DE"},
    {"en", "South\xC2\xA0 Korea", "KR"},
    {"en", "Cote d'Ivoire", "CI"},
    {"fr", "COTE D'IVOIRE", "CI"},
    {"fr", "Guinée Bissau", "GW"},
    {"es", "PERU", "PE"},
    {"es", "Me\xCC\x81xico", "MX"},
    {"de", "ÖSTERREICH", "AT"},
    {"ru", "РОССИЯ", "RU"},
    {"zh", "Ｇermany", NULL},
    {"en", "Ｇｅｒｍａｎｙ", "DE"},
    /* of several countries */
    {"en", "Congo", ""},
    {"en", "The Congo", ""},
    {"es", "Congo", ""},
    {"fr", "Congo", ""},
    {"de", "Kongo", ""},
    {"pt", "Congo", ""},
    {"ru", "Конго", ""},
    {"zh", "刚果", ""},
    {"id", "Kongo", ""},
    {"en", "Korea", ""},
    {"es", "Corea", ""},
    {"fr", "Corée", ""},
    {"de", "KOREA", ""},
    {"pt", "Coreia", ""},
    {"ru", "Корея", ""},
    {"en", "Virgin Islands", ""},
    {"es", "Islas Vírgenes", ""},
    {"fr", "Îles Vierges", ""},
    {"ru", "Виргинские острова", ""},
    {"en", "Saint Martin", ""},
    {"fr", "Saint-Martin", ""},
    /* no names, or not of this language */
    {"en", "", NULL},
    {"en", " ", NULL},
    {"en", "the", NULL},
    {"en", "The ", NULL},
    {"en", "German", NULL},
    {"en", "Germanyy", NULL},
    {"en", "Germany and France", NULL},
    {"en", "Germany?", NULL},
    {"en", "Deutschland", NULL},
    {"en", "Atlantis", NULL},
    {"en", "Germany\xFF", NULL},
    {"en", "Germany\xE5", NULL},
    {"en", "zzz", NULL},
    {"en", "aaa", NULL},
    {"de", "Germany", NULL},
    {"fr", "Syrienne arabe", NULL},
};

static void test_names_lead_to_their_country(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(namings) / sizeof(namings[0]); i++) {
        const struct naming *naming = &namings[i];
        char code[3];
        enum country_match match =
            find(naming->language, naming->text, strlen(naming->text), code);
        enum country_match wanted = !naming->code   ? COUNTRY_UNKNOWN
                                    : *naming->code ? COUNTRY_FOUND
                                                    : COUNTRY_AMBIGUOUS;
        if (match != wanted || (naming->code && strcmp(code, naming->code) != 0))
            fail_msg("'%s' in %s: %d '%s'", naming->text, naming->language, match, code);
    }
}

static void test_a_name_that_is_cut_short_is_never_read_past_its_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(namings) / sizeof(namings[0]); i++)
        for (size_t len = 0; len < strlen(namings[i].text); len++) {
            char code[3];
            find(namings[i].language, namings[i].text, len, code);
        }
}

static void test_a_long_text_is_no_name(void **state)
{
    (void)state;
    static char text[100000];
    char code[3];
    memset(text, 'a', sizeof(text));
    for (size_t len = 1; len < 200; len++)
        assert_int_equal(find("en", text, len, code), COUNTRY_UNKNOWN);
    assert_int_equal(find("en", text, sizeof(text), code), COUNTRY_UNKNOWN);
    /* what folds to nothing counts for nothing, however long */
    memset(text, ' ', sizeof(text));
    assert_int_equal(find("en", text, sizeof(text), code), COUNTRY_UNKNOWN);
    memcpy(text + sizeof(text) - 7, "Germany", 7);
    assert_int_equal(find("en", text, sizeof(text), code), COUNTRY_FOUND);
    assert_string_equal(code, "DE");
}

static void test_names_are_written_as_people_write_them(void **state)
{
    (void)state;
    static const struct naming written[] = {
        {"en", "South Korea", "KR"},
        {"en", "Democratic Republic of the Congo", "CD"},
        {"en", "Republic of the Congo", "CG"},
        {"en", "State of Palestine", "PS"},
        {"en", "Bonaire, Sint Eustatius and Saba", "BQ"},
        {"en", "Germany", "DE"},
        {"es", "República Democrática del Congo", "CD"},
        {"es", "Corea del Norte", "KP"},
        {"fr", "Fédération de Russie", "RU"},
        {"fr", "Îles Salomon", "SB"},
        {"de", "Bolivien", "BO"},
        {"de", "Föderierte Staaten von Mikronesien", "FM"},
        {"pt", "Vietnã", "VN"},
        {"ru", "Турция", "TR"},
        {"ru", "Республика Конго", "CG"},
        {"zh", "韩国", "KR"},
        {"id", "Perancis", "FR"},
    };
    for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++)
        assert_string_equal(country_name(written[i].language, written[i].code, 2),
                            written[i].text);
}

static void test_only_the_language_of_a_tag_counts(void **state)
{
    (void)state;
    static const char *const good[] = {"pt", "PT", "pt-BR", "pt-PT", "Pt-Latn-BR"};
    static const char *const bad[] = {"", "p", "ptt", "por", "-pt", "pt_BR", "xx", "it", "-"};
    char code[3];
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_string_equal(country_name(good[i], "DE", 2), "Alemanha");
        assert_int_equal(find(good[i], "Alemanha", 8, code), COUNTRY_FOUND);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_null(country_name(bad[i], "DE", 2));
        assert_int_equal(find(bad[i], "Alemanha", 8, code), COUNTRY_UNKNOWN);
    }
}

static void test_what_is_no_code_has_no_name(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "D", "DEU", "de", "ZZ", "\xFF\xFF", "A\xC3"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_null(country_name("en", bad[i], strlen(bad[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_name_that_is_written_leads_back),
        cmocka_unit_test(test_codes_are_no_names),
        cmocka_unit_test(test_names_lead_to_their_country),
        cmocka_unit_test(test_a_name_that_is_cut_short_is_never_read_past_its_end),
        cmocka_unit_test(test_a_long_text_is_no_name),
        cmocka_unit_test(test_names_are_written_as_people_write_them),
        cmocka_unit_test(test_only_the_language_of_a_tag_counts),
        cmocka_unit_test(test_what_is_no_code_has_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
