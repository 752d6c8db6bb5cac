/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the way from other encodings to UTF-8 and back to the place in the input. */
#include "rounds.h"

#include "base/utf8.h"
#include "io/charset.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>
#include <time.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

struct converted {
    comity_status status;
    struct buffer utf8;
    struct charset_map *map;
    size_t bad;
};

static struct converted convert(const char *name, const char *bytes, size_t size, size_t limit)
{
    struct converted made = {.map = NULL};
    buffer_init(&made.utf8, 0);
    made.status = charset_to_utf8(name, bytes, size, limit, &made.utf8, &made.map, &made.bad);
    return made;
}

static void converted_free(struct converted *made)
{
    charset_map_free(made->map);
    buffer_free(&made->utf8);
}

static void test_each_known_encoding_gives_its_letters(void **state)
{
    (void)state;
    static const struct {
        const char *name, *bytes, *utf8;
        size_t size;
    } cases[] = {
        {"UTF-8", "\xC3\xA9", "é", 2},
        {"utf-16le", "\xE9\0\x3D\xD8\0\xDE", "é😀", 6},
        {"UTF-16BE", "\0\xE9", "é", 2},
        {"US-ASCII", "a", "a", 1},
        {"iso-8859-1", "\xE9", "é", 1},
        {"Latin1", "\xE9", "é", 1},
        {"ISO-8859-2", "\xB9", "š", 1},
        {"ISO-8859-15", "\xA4", "€", 1},
        {"windows-1250", "\x9A", "š", 1},
        {"Windows-1251", "\xC6", "Ж", 1},
        {"cp1252", "\x80", "€", 1},
        {"KOI8-R", "\xF6", "Ж", 1},
        {"koi8-u", "\xA4", "є", 1},
        {"CP866", "\x86", "Ж", 1},
        {"GB18030", "\xD6\xD0\x81\x30\x86\x30", "中\xC2\xB8", 6},
        {"GBK", "\xD6\xD0", "中", 2},
        {"Shift_JIS", "\\\x93\xFA", "\\日", 3},
        {"EUC-JP", "\xC6\xFC", "日", 2},
        {"EUC-KR", "\xC7\xD1", "한", 2},
        {"Big5", "\xA4\xA4", "中", 2},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct converted made = convert(cases[i].name, cases[i].bytes, cases[i].size, 0);
        if (made.status != COMITY_OK)
            print_message("%s\n", cases[i].name);
        assert_int_equal(made.status, COMITY_OK);
        buffer_char(&made.utf8, '\0');
        assert_string_equal(made.utf8.bytes, cases[i].utf8);
        converted_free(&made);
    }
}

static void test_names_have_one_canonical_form(void **state)
{
    (void)state;
    assert_string_equal(charset_canonical("LATIN1", 6), "ISO-8859-1");
    assert_string_equal(charset_canonical("iso-8859-1 and more", 10), "ISO-8859-1");
    assert_string_equal(charset_canonical("CP1251", 6), "windows-1251");
    assert_string_equal(charset_canonical("utf-16", 6), "UTF-16");
    assert_null(charset_canonical("", 0));
    assert_null(charset_canonical("utf-8//IGNORE", 13));
}

static void test_unknown_names_are_unsupported(void **state)
{
    (void)state;
    static const char *const names[] = {"UTF-7", "ISO-2022-JP",     "EBCDIC-US",
                                        "",      "UTF-8//TRANSLIT", "/etc/passwd"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct converted made = convert(names[i], "a", 1, 0);
        assert_int_equal(made.status, COMITY_E_UNSUPPORTED);
        assert_null(made.map);
        converted_free(&made);
    }
}

/* Whatever stands before it, and on whichever side of a step: the very byte. */
static void test_the_first_byte_that_does_not_fit_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *name, *bad;
        size_t bad_len, unit;
    } cases[] = {
        {"windows-1251", "\x98", 1, 1},
        {"US-ASCII", "\x80", 1, 1},
        {"UTF-8", "\xED\xA0\x80", 3, 1},
        {"UTF-8", "\xF5\x80\x80\x80", 4, 1},
        {"UTF-16LE", "\x00\xDC", 2, 2},
        {"UTF-16LE", "\x00\xD8", 2, 2},
        {"UTF-16BE", "\xD8\x00\x00\x41", 4, 2},
        {"GB18030", "\xFF", 1, 1},
        {"GB18030", "\x81\x30\x81", 3, 1},
        {"Shift_JIS", "\x81", 1, 1},
        {"EUC-JP", "\xC6", 1, 1},
        {"UTF-16LE", "a", 1, 2},
    };
    static const size_t before[] = {0, 2, 4094, 4096, 4098, 8190, 8192, 100000};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t j = 0; j < COUNT_OF(before); j++) {
            size_t size = before[j] + cases[i].bad_len;
            char *bytes = malloc(size);
            assert_non_null(bytes);
            for (size_t k = 0; k < before[j]; k++)
                bytes[k] = cases[i].unit == 1                          ? 'x'
                           : (k % 2 == 0) == (cases[i].name[6] == 'L') ? 'x'
                                                                       : '\0';
            memcpy(bytes + before[j], cases[i].bad, cases[i].bad_len);
            struct converted made = convert(cases[i].name, bytes, size, 0);
            assert_int_equal(made.status, COMITY_E_INVALID);
            if (made.bad != before[j])
                print_message("%s %zu\n", cases[i].name, i);
            assert_int_equal(made.bad, before[j]);
            assert_null(made.map);
            converted_free(&made);
            free(bytes);
        }
    }
}

/* A text of characters of 1 to 4 bytes on either side, with every start of one noted. */
static size_t make_text(const char *name, char *bytes, size_t room, size_t *starts,
                        size_t *utf8_size)
{
    static const struct {
        const char *name;
        const struct {
            const char *bytes;
            size_t size, utf8;
        } units[4];
    } alphabets[] = {
        {"GB18030",
         {{"a", 1, 1},
          {"\xD6\xD0", 2, 3},
          {"\x81\x30\x86\x30", 4, 2},
          {"\x94\x39\xFC\x36", 4, 4}}},
        {"UTF-16LE",
         {{"a\0", 2, 1}, {"\x16\x04", 2, 2}, {"\x2D\x4E", 2, 3}, {"\x3D\xD8\0\xDE", 4, 4}}},
        {"UTF-16BE",
         {{"\0a", 2, 1}, {"\x04\x16", 2, 2}, {"\x4E\x2D", 2, 3}, {"\xD8\x3D\xDE\0", 4, 4}}},
        {"windows-1251", {{"a", 1, 1}, {"\xC6", 1, 2}, {"\x88", 1, 3}, {"\n", 1, 1}}},
        {"Shift_JIS", {{"a", 1, 1}, {"\x93\xFA", 2, 3}, {"\xB1", 1, 3}, {"\\", 1, 1}}},
        {"EUC-JP",
         {{"a", 1, 1}, {"\xC6\xFC", 2, 3}, {"\x8E\xB1", 2, 3}, {"\x8F\xB0\xA1", 3, 3}}},
        {"UTF-8",
         {{"a", 1, 1}, {"\xC3\xA9", 2, 2}, {"\xE4\xB8\xAD", 3, 3}, {"\xF0\x9F\x98\x80", 4, 4}}},
    };
    size_t size = 0, utf8 = 0, which = 0;
    uint32_t random = 7;
    while (strcmp(alphabets[which].name, name) != 0)
        which++;
    for (;;) {
        random = random * 1664525u + 1013904223u;
        unsigned pick = random >> 24 & 3u;
        if (size + alphabets[which].units[pick].size > room)
            break;
        for (size_t i = 0; i < alphabets[which].units[pick].utf8; i++)
            starts[utf8 + i] = size;
        memcpy(bytes + size, alphabets[which].units[pick].bytes,
               alphabets[which].units[pick].size);
        size += alphabets[which].units[pick].size;
        utf8 += alphabets[which].units[pick].utf8;
    }
    starts[utf8] = size;
    *utf8_size = utf8;
    return size;
}

static void test_every_byte_leads_back_to_its_character(void **state)
{
    (void)state;
    static const char *const names[] = {"GB18030",   "UTF-16LE", "UTF-16BE", "windows-1251",
                                        "Shift_JIS", "EUC-JP",   "UTF-8"};
    const size_t room = is_under_runner() ? 5000 : 20000;
    char *bytes = malloc(room);
    size_t *starts = malloc((room * 4 + 1) * sizeof(*starts));
    assert_non_null(bytes);
    assert_non_null(starts);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        size_t utf8_size = 0;
        size_t size = make_text(names[i], bytes, room, starts, &utf8_size);
        struct converted made = convert(names[i], bytes, size, 0);
        if (made.status != COMITY_OK)
            print_message("%s %zu\n", names[i], made.bad);
        assert_int_equal(made.status, COMITY_OK);
        assert_int_equal(made.utf8.size, utf8_size);
        assert_int_equal(utf8_invalid(made.utf8.bytes, utf8_size), utf8_size);
        for (size_t at = 0; at <= utf8_size; at++)
            assert_int_equal(charset_map_offset(made.map, at), starts[at]);
        assert_int_equal(charset_map_offset(made.map, utf8_size + 100), size);
        charset_map_start(made.map, 3);
        assert_int_equal(charset_map_offset(made.map, utf8_size / 2),
                         starts[utf8_size / 2] + 3);
        assert_int_equal(charset_map_offset(made.map, utf8_size), size + 3);
        converted_free(&made);
    }
    free(starts);
    free(bytes);
}

static void test_an_empty_text_is_empty(void **state)
{
    (void)state;
    struct converted made = convert("windows-1251", "", 0, 0);
    assert_int_equal(made.status, COMITY_OK);
    assert_int_equal(made.utf8.size, 0);
    assert_int_equal(charset_map_offset(made.map, 0), 0);
    assert_int_equal(charset_map_offset(made.map, 9), 0);
    converted_free(&made);
    charset_map_free(NULL);
}

static void test_the_limit_counts_the_utf8(void **state)
{
    (void)state;
    char bytes[9000];
    memset(bytes, 0xC6, sizeof(bytes));
    struct converted made = convert("windows-1251", bytes, sizeof(bytes), 17999);
    assert_int_equal(made.status, COMITY_E_LIMIT);
    converted_free(&made);
    made = convert("windows-1251", bytes, sizeof(bytes), 18000);
    assert_int_equal(made.status, COMITY_OK);
    converted_free(&made);
}

static void test_many_places_of_a_large_text_cost_little(void **state)
{
    (void)state;
    size_t size = is_under_runner() ? 1u << 20 : 8u << 20;
    char *bytes = malloc(size);
    assert_non_null(bytes);
    memset(bytes, 0xC6, size);
    struct converted made = convert("windows-1251", bytes, size, 0);
    assert_int_equal(made.status, COMITY_OK);
    clock_t start = clock();
    for (size_t i = 0; i < (size_t)rounds(1000); i++)
        assert_int_equal(charset_map_offset(made.map, i * 16000), i * 8000);
    assert_true(clock() - start < CLOCKS_PER_SEC);
    converted_free(&made);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_known_encoding_gives_its_letters),
        cmocka_unit_test(test_names_have_one_canonical_form),
        cmocka_unit_test(test_unknown_names_are_unsupported),
        cmocka_unit_test(test_the_first_byte_that_does_not_fit_is_named),
        cmocka_unit_test(test_every_byte_leads_back_to_its_character),
        cmocka_unit_test(test_an_empty_text_is_empty),
        cmocka_unit_test(test_the_limit_counts_the_utf8),
        cmocka_unit_test(test_many_places_of_a_large_text_cost_little),
    };
    return cmocka_run_group_tests_name("charset", tests, NULL, NULL);
}
