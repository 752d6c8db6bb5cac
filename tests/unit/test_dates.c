/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of partial dates: patterns, parts that are not stated, the calendar, and what is
 * no date.
 *
 * Build: nothing beside libcomity-core. */
#include "model/dates.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

struct reading {
    const char *pattern, *text;
    const char *canonical; /* NULL: no such date */
    bool exact;
};

/* The text is not ended by NUL, so that reading past its end shows. */
static bool reads(const char *pattern, const char *text, struct partial_date *date, bool *exact)
{
    char bytes[64];
    size_t len = strlen(text);
    memset(bytes, '9', sizeof(bytes));
    memcpy(bytes, text, len);
    return date_read_pattern(pattern, bytes, len, date, exact);
}

static void test_patterns_read_dates_as_precise_as_they_are(void **state)
{
    (void)state;
    static const struct reading readings[] = {
        {"YYYY/MM/DD", "1985/03/07", "1985-03-07", true},
        {"YYYY/MM/DD", "1985/03", "1985-03", true},
        {"YYYY/MM/DD", "1985", "1985", true},
        {"YYYY/MM/DD", "1985/03/00", "1985-03", false},
        {"YYYY/MM/DD", "1985/00/00", "1985", false},
        {"YYYY/MM/DD", "1985/00", "1985", false},
        {"YYYY/MM/DD", "1985/00/12", NULL, false},
        {"YYYY/MM/DD", "0001/01/01", "0001-01-01", true},
        {"YYYY/MM/DD", "9999/12/31", "9999-12-31", true},
        {"YYYY-MM-DD", "1985-03-07", "1985-03-07", true},
        {"DD.MM.YYYY", "07.03.1985", "1985-03-07", true},
        {"DD.MM.YYYY", "03.1985", "1985-03", true},
        {"DD.MM.YYYY", "1985", "1985", true},
        {"DD.MM.YYYY", "00.03.1985", "1985-03", false},
        {"DD.MM.YYYY", "00.00.1985", "1985", false},
        {"DD.MM.YYYY", "31.02.1980", NULL, false},
        {"MM/DD/YYYY", "03/07/1985", "1985-03-07", true},
        {"MM/DD/YYYY", "03/1985", "1985-03", true},
        {"MM/DD/YYYY", "13/07/1985", NULL, false},
    };
    for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
        struct partial_date date;
        bool exact = !readings[i].exact, found;
        char out[32];
        found = reads(readings[i].pattern, readings[i].text, &date, &exact);
        if (found != (readings[i].canonical != NULL))
            fail_msg("%s as %s: %d", readings[i].text, readings[i].pattern, found);
        if (!found)
            continue;
        size_t len = date_write_pattern("YYYY-MM-DD", &date, out);
        assert_int_equal(len, strlen(readings[i].canonical));
        assert_memory_equal(out, readings[i].canonical, len);
        assert_int_equal(exact, readings[i].exact);
    }
}

static void test_what_is_no_date_is_told(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",           "1",           "198",        "19850",       "1985/",       "1985/3",
        "1985/3/7",   "1985/03/7",   "85/03/07",   "1985/03/07 ", " 1985/03/07", "1985-03-07",
        "1985/03-07", "1985.03",     "0000/01/01", "0000",        "1985/13",     "1985/13/01",
        "1985/04/31", "1985/02/29",  "1900/02/29", "2100/02/29",  "abcd/ef/gh",  "+985/03/07",
        "1985/0x/07", "1985/03/07T", "1985/03/-7", "١٩٨٥",        "1985/03/32",  "1985/99/99",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct partial_date date;
        bool exact;
        if (reads("YYYY/MM/DD", texts[i], &date, &exact))
            fail_msg("'%s' was taken for a date", texts[i]);
    }
}

static void test_leap_years_are_those_of_the_calendar(void **state)
{
    (void)state;
    for (unsigned year = 1; year <= 9999; year++) {
        char text[11] = {(char)('0' + year / 1000),
                         (char)('0' + year / 100 % 10),
                         (char)('0' + year / 10 % 10),
                         (char)('0' + year % 10),
                         '-',
                         '0',
                         '2',
                         '-',
                         '2',
                         '9',
                         '\0'};
        bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
        assert_int_equal(date_is_partial(text, 10), leap);
    }
}

static void test_every_day_of_a_month_is_known(void **state)
{
    (void)state;
    static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (unsigned month = 0; month < 14; month++)
        for (unsigned day = 0; day < 34; day++) {
            char text[] = {'2',
                           '0',
                           '2',
                           '6',
                           '-',
                           (char)('0' + month / 10),
                           (char)('0' + month % 10),
                           '-',
                           (char)('0' + day / 10),
                           (char)('0' + day % 10),
                           '\0'};
            bool good = month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
            assert_int_equal(date_is_partial(text, 10), good);
        }
}

static void test_canonical_dates_have_no_empty_parts(void **state)
{
    (void)state;
    struct partial_date date;
    assert_true(date_read("1985", 4, &date));
    assert_int_equal(date.year, 1985);
    assert_int_equal(date.month, 0);
    assert_int_equal(date.day, 0);
    assert_true(date_read("1985-12", 7, &date));
    assert_int_equal(date.month, 12);
    assert_false(date_is_partial("1985-00", 7));
    assert_false(date_is_partial("1985-12-00", 10));
    assert_false(date_is_partial("1985-00-00", 10));
    assert_false(date_is_partial("1985/12/01", 10));
}

static void test_dates_are_written_with_the_parts_that_they_have(void **state)
{
    (void)state;
    static const struct {
        struct partial_date date;
        const char *pattern, *text;
    } writings[] = {
        {{1985, 3, 7}, "YYYY/MM/DD", "1985/03/07"}, {{1985, 3, 0}, "YYYY/MM/DD", "1985/03"},
        {{1985, 0, 0}, "YYYY/MM/DD", "1985"},       {{1985, 3, 7}, "DD.MM.YYYY", "07.03.1985"},
        {{1985, 3, 0}, "DD.MM.YYYY", "03.1985"},    {{85, 0, 0}, "DD.MM.YYYY", "0085"},
        {{1985, 3, 7}, "MM/DD/YYYY", "03/07/1985"}, {{1985, 3, 0}, "MM/DD/YYYY", "03/1985"},
    };
    for (size_t i = 0; i < sizeof(writings) / sizeof(writings[0]); i++) {
        char out[32];
        size_t len = date_write_pattern(writings[i].pattern, &writings[i].date, out);
        assert_int_equal(len, strlen(writings[i].text));
        assert_memory_equal(out, writings[i].text, len);
        struct partial_date back;
        bool exact = false;
        assert_true(date_read_pattern(writings[i].pattern, out, len, &back, &exact));
        assert_true(exact);
        assert_memory_equal(&back, &writings[i].date, sizeof(back));
    }
}

static void test_times_are_told_from_what_is_none(void **state)
{
    (void)state;
    static const char *const good[] = {
        "1985",
        "1985-03",
        "1985-03-07",
        "1985-03-07T10:20",
        "1985-03-07T10:20Z",
        "1985-03-07T10:20+05:30",
        "1985-03-07T10:20:30",
        "1985-03-07T23:59:60Z",
        "1985-03-07T10:20:30.123456789-11:00",
        "1985-03-07T24:00:00Z",
        "1985-03-07T00:00+14:00",
    };
    static const char *const bad[] = {
        "",
        "1985-03-07T",
        "1985-03-07T10",
        "1985-03-07T10:2",
        "1985-03-07 10:20",
        "1985-03-07t10:20",
        "1985-03-07T25:00",
        "1985-03-07T24:01",
        "1985-03-07T10:60",
        "1985-03-07T10:20:",
        "1985-03-07T10:20:3",
        "1985-03-07T10:20:61",
        "1985-03-07T10:20:30.",
        "1985-03-07T10:20:30.Z",
        "1985-03-07T10:20:30z",
        "1985-03-07T10:20+5:30",
        "1985-03-07T10:20+0530",
        "1985-03-07T10:20+15:00",
        "1985-03-07T10:20+05:60",
        "1985-03T10:20",
        "1985-02-29T10:20Z",
        "1985-03-07T10:20ZZ",
        "1985-03-07T10.20",
        "1985/03/07T10:20",
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (!date_is_time(good[i], strlen(good[i])))
            fail_msg("'%s' is a time", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (date_is_time(bad[i], strlen(bad[i])))
            fail_msg("'%s' is no time", bad[i]);
}

static void test_a_time_that_is_cut_short_is_never_read_past_its_end(void **state)
{
    (void)state;
    static const char whole[] = "1985-03-07T10:20:30.5+05:30";
    for (size_t len = 0; len < sizeof(whole) - 1; len++) {
        char *exact = test_malloc(len + !len);
        memcpy(exact, whole, len);
        bool good = len == 4 || len == 7 || len == 10 || len == 16 || len == 19 || len == 21;
        assert_int_equal(date_is_time(exact, len), good);
        test_free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns_read_dates_as_precise_as_they_are),
        cmocka_unit_test(test_what_is_no_date_is_told),
        cmocka_unit_test(test_leap_years_are_those_of_the_calendar),
        cmocka_unit_test(test_every_day_of_a_month_is_known),
        cmocka_unit_test(test_canonical_dates_have_no_empty_parts),
        cmocka_unit_test(test_dates_are_written_with_the_parts_that_they_have),
        cmocka_unit_test(test_times_are_told_from_what_is_none),
        cmocka_unit_test(test_a_time_that_is_cut_short_is_never_read_past_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
