/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of what generate-iso reads names of countries with: gettext catalogues of both
 * byte orders, whole and damaged, and names as lists write them.
 *
 * Build: sdk/model/country_catalogue.c and country_forms.c, which are not in the library. */
#include "model/country_catalogue.h"
#include "model/country_forms.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

#define ENTRIES 3u
static const char *const originals[ENTRIES] = {"", "Germany", "Peru"};
static const char *const translations[ENTRIES] = {"Content-Type: text/plain; charset=UTF-8\n",
                                                  "Alemania", "Perú"};

struct file {
    unsigned char bytes[512];
    size_t size;
    bool big_endian;
};

static void put_number(struct file *file, size_t offset, size_t number)
{
    for (size_t i = 0; i < 4; i++)
        file->bytes[offset + (file->big_endian ? 3 - i : i)] =
            (unsigned char)(number >> (8 * i));
}

static void put_texts(struct file *file, size_t table, const char *const *texts)
{
    for (size_t i = 0; i < ENTRIES; i++) {
        size_t len = strlen(texts[i]);
        put_number(file, table + 8 * i, len);
        put_number(file, table + 8 * i + 4, file->size);
        memcpy(file->bytes + file->size, texts[i], len + 1);
        file->size += len + 1;
    }
}

#define ORIGINALS 28u
#define TRANSLATIONS (ORIGINALS + 8 * ENTRIES)

static struct file make_file(bool big_endian)
{
    struct file file = {.big_endian = big_endian};
    file.size = TRANSLATIONS + 8 * ENTRIES;
    put_number(&file, 0, 0x950412DE);
    put_number(&file, 8, ENTRIES);
    put_number(&file, 12, ORIGINALS);
    put_number(&file, 16, TRANSLATIONS);
    put_texts(&file, ORIGINALS, originals);
    put_texts(&file, TRANSLATIONS, translations);
    return file;
}

/* Opens the first `size` bytes, in a block of their own, and looks for what might be there. */
static bool opens(const struct file *file, size_t size)
{
    struct country_catalogue catalogue;
    unsigned char *bytes = test_malloc(size + !size);
    memcpy(bytes, file->bytes, size);
    bool good = country_catalogue_open(&catalogue, bytes, size);
    for (size_t i = 0; good && i < ENTRIES; i++)
        country_catalogue_find(&catalogue, originals[i]);
    test_free(bytes);
    return good;
}

static void test_catalogues_of_both_byte_orders_are_read(void **state)
{
    (void)state;
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        struct file file = make_file(big_endian);
        struct country_catalogue catalogue;
        assert_true(country_catalogue_open(&catalogue, file.bytes, file.size));
        assert_string_equal(country_catalogue_find(&catalogue, "Germany"), "Alemania");
        assert_string_equal(country_catalogue_find(&catalogue, "Peru"), "Perú");
        assert_null(country_catalogue_find(&catalogue, "Per"));
        assert_null(country_catalogue_find(&catalogue, "France"));
    }
}

static void test_a_catalogue_that_is_cut_short_is_refused(void **state)
{
    (void)state;
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        struct file file = make_file(big_endian);
        assert_true(opens(&file, file.size));
        for (size_t size = 0; size < file.size; size++)
            assert_false(opens(&file, size));
    }
}

static void test_numbers_that_point_outside_are_refused(void **state)
{
    (void)state;
    static const size_t offsets[] = {
        0, 8, 12, 16, ORIGINALS, ORIGINALS + 4, TRANSLATIONS + 8, TRANSLATIONS + 12};
    static const size_t numbers[] = {0xFFFFFFFF, 0x80000000, 0x20000003, 0xFFFFFFE3, 511};
    for (int big_endian = 0; big_endian < 2; big_endian++)
        for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
            for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++) {
                struct file file = make_file(big_endian);
                put_number(&file, offsets[i], numbers[k]);
                if (opens(&file, file.size))
                    fail_msg("%zu at %zu", numbers[k], offsets[i]);
            }
}

static void test_a_text_without_its_end_is_refused(void **state)
{
    (void)state;
    struct file file = make_file(false);
    size_t end = 0;
    while (memcmp(file.bytes + end, "Alemania", 9) != 0)
        end++;
    file.bytes[end + 8] = 'n';
    assert_false(opens(&file, file.size));
}

static void test_damaged_bytes_do_no_harm(void **state)
{
    (void)state;
    for (size_t at = 0; at < make_file(false).size; at++)
        for (unsigned byte = 0; byte < 256; byte += 5) {
            struct file file = make_file(false);
            file.bytes[at] = (unsigned char)byte;
            opens(&file, file.size);
        }
}

static void test_only_catalogues_in_utf8_are_read(void **state)
{
    (void)state;
    struct file file = make_file(false);
    size_t charset = 0;
    while (memcmp(file.bytes + charset, "UTF-8", 5) != 0)
        charset++;
    memcpy(file.bytes + charset, "KOI-8", 5);
    assert_false(opens(&file, file.size));
    file = make_file(false);
    file.bytes[file.size - 2] = 0xC3; /* of "Perú" */
    assert_false(opens(&file, file.size));
    file = make_file(false);
    put_number(&file, 4, 0x20000); /* a revision to come */
    assert_false(opens(&file, file.size));
}

static void test_what_has_no_translation_has_none(void **state)
{
    (void)state;
    struct file file = make_file(false);
    struct country_catalogue catalogue;
    put_number(&file, TRANSLATIONS + 16, 0);
    put_number(&file, TRANSLATIONS + 20, file.size - 1);
    assert_true(country_catalogue_open(&catalogue, file.bytes, file.size));
    assert_null(country_catalogue_find(&catalogue, "Peru"));
}

/* --- names */

static void test_names_of_lists_have_their_forms(void **state)
{
    (void)state;
    static const struct {
        const char *name, *natural, *plain, *head;
    } names[] = {
        {"Germany", "Germany", "", ""},
        {"", "", "", ""},
        {"Korea, Republic of", "Republic of Korea", "", "Korea"},
        {"Congo, The Democratic Republic of the", "The Democratic Republic of the Congo", "",
         "Congo"},
        {"Corea, República de", "República de Corea", "", "Corea"},
        {"Iran, République islamique d'", "République islamique d'Iran", "", "Iran"},
        {"Korea, Republik", "Republik Korea", "", "Korea"},
        {"Iran, Republik Islam", "Republik Islam Iran", "", "Iran"},
        {"Salomon, Îles", "Îles Salomon", "", "Salomon"},
        {"Réunion, Île de la", "Île de la Réunion", "", "Réunion"},
        {"Virgin Islands, U.S.", "U.S. Virgin Islands", "", "Virgin Islands"},
        /* not plainly to be turned */
        {"Taiwan, Province of China", "Taiwan, Province of China", "", "Taiwan"},
        {"Bonaire, Sint Eustatius and Saba", "Bonaire, Sint Eustatius and Saba", "", "Bonaire"},
        {"a, b, Republik", "a, b, Republik", "", "a"},
        {"a,Republik", "a,Republik", "", "a"},
        {"a, ", "a, ", "", "a"},
        /* brackets */
        {"Cocos (Keeling) Islands", "Cocos (Keeling) Islands", "Cocos Islands", ""},
        {"Cocos (Keeling), Îles", "Îles Cocos (Keeling)", "Îles Cocos", "Cocos"},
        {"Kokos-(Keeling-)Inseln", "Kokos-(Keeling-)Inseln", "Kokos-Inseln", ""},
        {"Malouines, Îles (Falkland)", "Îles Malouines (Falkland)", "Îles Malouines",
         "Malouines"},
        {"Saint Martin (French part)", "Saint Martin (French part)", "Saint Martin",
         "Saint Martin"},
        {"福克兰群岛(马尔维纳斯)", "福克兰群岛(马尔维纳斯)", "福克兰群岛", "福克兰群岛"},
        {"a ) b ( c", "a ) b ( c", "", ""},
        {"(a)", "(a)", "", ""},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct country_forms forms;
        assert_true(country_forms_make(names[i].name, &forms));
        assert_string_equal(forms.natural, names[i].natural);
        assert_string_equal(forms.plain, names[i].plain);
        assert_string_equal(forms.head, names[i].head);
    }
}

static void test_a_name_that_is_too_long_has_no_forms(void **state)
{
    (void)state;
    char name[COUNTRY_FORM_SIZE + 1];
    struct country_forms forms;
    memset(name, 'a', sizeof(name));
    memcpy(name + 100, ", ", 2);
    memcpy(name + COUNTRY_FORM_SIZE - 5, " of", 4);
    assert_true(country_forms_make(name, &forms));
    assert_int_equal(strlen(forms.natural), strlen(name) - 1);
    name[COUNTRY_FORM_SIZE - 2] = 'a';
    name[COUNTRY_FORM_SIZE - 1] = 'a';
    name[COUNTRY_FORM_SIZE] = '\0';
    assert_false(country_forms_make(name, &forms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_catalogues_of_both_byte_orders_are_read),
        cmocka_unit_test(test_a_catalogue_that_is_cut_short_is_refused),
        cmocka_unit_test(test_numbers_that_point_outside_are_refused),
        cmocka_unit_test(test_a_text_without_its_end_is_refused),
        cmocka_unit_test(test_damaged_bytes_do_no_harm),
        cmocka_unit_test(test_only_catalogues_in_utf8_are_read),
        cmocka_unit_test(test_what_has_no_translation_has_none),
        cmocka_unit_test(test_names_of_lists_have_their_forms),
        cmocka_unit_test(test_a_name_that_is_too_long_has_no_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
