/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of dates as formats write them: parts without zeros, months by name, text of
 * several bytes between the parts, full-width digits, and which patterns are good.
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

static const char *const spanish[] = {"enero",      "febrero", "marzo",     "abril",
                                      "mayo",       "junio",   "julio",     "agosto",
                                      "septiembre", "octubre", "noviembre", "diciembre"};
static const char *const english[] = {"January",   "February", "March",    "April",
                                      "May",       "June",     "July",     "August",
                                      "September", "October",  "November", "December"};
static const char *const german[] = {"Januar",    "Februar", "März",     "April",
                                     "Mai",       "Juni",    "Juli",     "August",
                                     "September", "Oktober", "November", "Dezember"};
static const char *const russian[] = {"января",   "февраля", "марта",  "апреля",
                                      "мая",      "июня",    "июля",   "августа",
                                      "сентября", "октября", "ноября", "декабря"};
static const char *const short_names[] = {"Jan.", "Feb.", "March", "Apr.", "May",  "June",
                                          "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."};

static const struct date_style styles[] = {
    {"YYYY-MM-DD", NULL},         {"DD.MM.YYYY", NULL},
    {"MM/DD/YYYY", NULL},         {"YYYY-DD-MM", NULL},
    {"D.M.YYYY", NULL},           {"D. M. YYYY", NULL},
    {"DD.MM.YYYY.", NULL},        {"YYYY. MM. DD.", NULL},
    {"YYYY年M月D日", NULL},       {"YYYY年MM月DD日", NULL},
    {"YYYY년 M월 D일", NULL},     {"M/D/YYYY", NULL},
    {"YYYY M D", NULL},           {"D de MMMM de YYYY", spanish},
    {"DD MMMM YYYY", spanish},    {"D MMMM YYYY", english},
    {"MMMM D, YYYY", english},    {"YYYY MMMM D", english},
    {"D. MMMM YYYY", german},     {"D MMMM YYYY г.", russian},
    {"D MMMM YYYY", short_names},
};
#define STYLES (sizeof(styles) / sizeof(styles[0]))

/* The text is a block of its own, so that a sanitizer sees a read past its end. */
static bool reads(const struct date_style *style, const char *text, size_t len,
                  struct partial_date *date, bool *exact)
{
    char *bytes = test_malloc(len + !len);
    memcpy(bytes, text, len);
    bool found = date_read_style(style, bytes, len, date, exact);
    test_free(bytes);
    return found;
}

static void test_what_is_written_is_read_back_exactly(void **state)
{
    (void)state;
    static const unsigned years[] = {1, 85, 999, 1000, 1985, 2024, 9999};
    for (size_t i = 0; i < STYLES; i++)
        for (size_t y = 0; y < sizeof(years) / sizeof(years[0]); y++)
            for (unsigned month = 0; month <= 12; month++)
                for (unsigned day = 0; day <= (month ? 28u : 0u); day++) {
                    struct partial_date date = {years[y], month, day}, back;
                    char out[DATE_MAX];
                    bool exact = false;
                    size_t len = date_write_style(&styles[i], &date, out);
                    if (!len || !reads(&styles[i], out, len, &back, &exact) || !exact)
                        fail_msg("%s: %u-%u-%u is '%.*s'", styles[i].pattern, date.year, month,
                                 day, (int)len, out);
                    assert_memory_equal(&back, &date, sizeof(date));
                }
}

static void test_no_other_date_is_written_alike(void **state)
{
    (void)state;
    for (size_t i = 0; i < STYLES; i++) {
        char all[13][32][DATE_MAX] = {{{0}}};
        for (unsigned month = 1; month <= 12; month++)
            for (unsigned day = 0; day <= 28; day++) {
                struct partial_date date = {2024, month, day};
                date_write_style(&styles[i], &date, all[month][day]);
                for (unsigned m = 1; m <= month; m++)
                    for (unsigned d = 0; d <= (m < month ? 28 : day - !!day); d++)
                        if (m < month || d < day)
                            assert_memory_not_equal(all[month][day], all[m][d], DATE_MAX);
            }
    }
}

static void test_dates_are_written_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        struct date_style style;
        struct partial_date date;
        const char *text;
    } writings[] = {
        {{"YYYY年M月D日", NULL}, {1985, 3, 5}, "1985年3月5日"},
        {{"YYYY年M月D日", NULL}, {1985, 12, 15}, "1985年12月15日"},
        {{"YYYY年M月D日", NULL}, {1985, 3, 0}, "1985年3月"},
        {{"YYYY年M月D日", NULL}, {1985, 0, 0}, "1985年"},
        {{"YYYY년 M월 D일", NULL}, {1985, 3, 0}, "1985년 3월"},
        {{"DD.MM.YYYY.", NULL}, {1985, 3, 0}, "03.1985."},
        {{"D.M.YYYY", NULL}, {1985, 3, 5}, "5.3.1985"},
        {{"D.M.YYYY", NULL}, {1985, 3, 0}, "3.1985"},
        {{"D de MMMM de YYYY", spanish}, {1985, 3, 5}, "5 de marzo de 1985"},
        {{"D de MMMM de YYYY", spanish}, {1985, 3, 0}, "marzo de 1985"},
        {{"D de MMMM de YYYY", spanish}, {1985, 0, 0}, "1985"},
        {{"MMMM D, YYYY", english}, {1985, 3, 5}, "March 5, 1985"},
        {{"MMMM D, YYYY", english}, {1985, 3, 0}, "March 1985"},
        {{"MM.YYYY", NULL}, {1985, 3, 0}, "03.1985"},
        {{"YYYY", NULL}, {1985, 0, 0}, "1985"},
        /* nothing is left out */
        {{"MM.YYYY", NULL}, {1985, 3, 5}, ""},
        {{"YYYY", NULL}, {1985, 3, 0}, ""},
        /* no dates, no names */
        {{"YYYY-MM-DD", NULL}, {1985, 2, 30}, ""},
        {{"YYYY-MM-DD", NULL}, {1985, 13, 1}, ""},
        {{"YYYY-MM-DD", NULL}, {1985, 0, 1}, ""},
        {{"YYYY-MM-DD", NULL}, {0, 1, 1}, ""},
        {{"YYYY-MM-DD", NULL}, {10000, 1, 1}, ""},
        {{"D MMMM YYYY", NULL}, {1985, 3, 5}, ""},
        {{"YYYYMMDD", NULL}, {1985, 3, 5}, ""},
    };
    for (size_t i = 0; i < sizeof(writings) / sizeof(writings[0]); i++) {
        char out[DATE_MAX + 1];
        size_t len = date_write_style(&writings[i].style, &writings[i].date, out);
        out[len] = '\0';
        assert_string_equal(out, writings[i].text);
    }
}

struct reading {
    struct date_style style;
    const char *text;
    struct partial_date date; /* a year of 0: no such date */
    bool exact;
};

static const struct reading readings[] = {
    {{"YYYY年M月D日", NULL}, "1985年3月5日", {1985, 3, 5}, true},
    {{"YYYY年M月D日", NULL}, "1985年03月05日", {1985, 3, 5}, false},
    {{"YYYY年M月D日", NULL}, "１９８５年３月５日", {1985, 3, 5}, false},
    {{"YYYY年M月D日", NULL}, "1985 年 3 月 5 日", {1985, 3, 5}, false},
    {{"YYYY年M月D日", NULL}, "1985年3月", {1985, 3, 0}, true},
    {{"YYYY年M月D日", NULL}, "1985年", {1985, 0, 0}, true},
    {{"YYYY年M月D日", NULL}, "1985年0月0日", {1985, 0, 0}, false},
    {{"YYYY年M月D日", NULL}, "1985", {0, 0, 0}, false},
    {{"YYYY年M月D日", NULL}, "1985年3月5", {0, 0, 0}, false},
    {{"YYYY年M月D日", NULL}, "1985年3", {0, 0, 0}, false},
    {{"YYYY年M月D日", NULL}, "1985年3月5日生", {0, 0, 0}, false},
    {{"YYYY年M月D日", NULL}, "生于1985年3月5日", {0, 0, 0}, false},
    {{"YYYY年M月D日", NULL}, "85年3月5日", {0, 0, 0}, false},
    {{"YYYY年M月D日", NULL}, "1985年13月5日", {0, 0, 0}, false},
    {{"YYYY年M月D日", NULL}, "1985年2月30日", {0, 0, 0}, false},
    {{"YYYY年M月D日", NULL}, "1985年003月5日", {0, 0, 0}, false},
    {{"YYYY年M月D日", NULL}, "1985年5日", {0, 0, 0}, false},
    {{"YYYY年M月D日", NULL}, "1985年③月5日", {0, 0, 0}, false},
    {{"YYYY年M月D日", NULL}, " 1985年3月5日", {0, 0, 0}, false},
    {{"YYYY年M月D日", NULL}, "1985年3月5日 ", {0, 0, 0}, false},
    {{"YYYY년 M월 D일", NULL}, "1985년3월5일", {1985, 3, 5}, false},
    {{"YYYY/MM/DD", NULL}, "１９８５/０３/０５", {1985, 3, 5}, false},
    {{"YYYY/MM/DD", NULL}, "１９８５／０３／０５", {1985, 3, 5}, false},
    {{"YYYY/MM/DD", NULL}, "１９８５", {1985, 0, 0}, false},
    {{"YYYY/MM/DD", NULL}, "１９８５/０２/３０", {0, 0, 0}, false},
    {{"YYYY/MM/DD", NULL}, "１９８５/３/５", {0, 0, 0}, false},
    {{"YYYY/MM/DD", NULL}, "1985/0\xEF\xBC", {0, 0, 0}, false},
    {{"YYYY/MM/DD", NULL}, "19²5/03/05", {0, 0, 0}, false},
    {{"YYYY MM DD", NULL}, "1985  03  05", {0, 0, 0}, false},
    {{"D.M.YYYY", NULL}, "5.3.1985", {1985, 3, 5}, true},
    {{"D.M.YYYY", NULL}, "05.03.1985", {1985, 3, 5}, false},
    {{"D.M.YYYY", NULL}, "3.1985", {1985, 3, 0}, true},
    {{"D.M.YYYY", NULL}, "1985", {1985, 0, 0}, true},
    {{"D.M.YYYY", NULL}, "5.0.1985", {0, 0, 0}, false},
    {{"D.M.YYYY", NULL}, "5.3.85", {0, 0, 0}, false},
    {{"D.M.YYYY", NULL}, "5.3.19850", {0, 0, 0}, false},
    {{"D.M.YYYY", NULL}, "5.3", {0, 0, 0}, false},
    {{"D.M.YYYY", NULL}, "5..1985", {0, 0, 0}, false},
    {{"D.M.YYYY", NULL}, "5. 3. 1985", {0, 0, 0}, false},
    {{"D.M.YYYY", NULL}, "1985.3.5", {0, 0, 0}, false},
    {{"D.M.YYYY", NULL}, "", {0, 0, 0}, false},
    {{"DD.MM.YYYY.", NULL}, "05.03.1985.", {1985, 3, 5}, true},
    {{"DD.MM.YYYY.", NULL}, "05.03.1985", {0, 0, 0}, false},
    {{"YYYY. MM. DD.", NULL}, "1985. 03.", {1985, 3, 0}, true},
    {{"YYYY. MM. DD.", NULL}, "1985.", {1985, 0, 0}, true},
    {{"D de MMMM de YYYY", spanish}, "5 de marzo de 1985", {1985, 3, 5}, true},
    {{"D de MMMM de YYYY", spanish}, "5 DE MARZO DE 1985", {1985, 3, 5}, false},
    {{"D de MMMM de YYYY", spanish}, "05 de marzo de 1985", {1985, 3, 5}, false},
    {{"D de MMMM de YYYY", spanish}, "5 de  marzo de\n1985", {1985, 3, 5}, false},
    {{"D de MMMM de YYYY", spanish}, "marzo de 1985", {1985, 3, 0}, true},
    {{"D de MMMM de YYYY", spanish}, "5 de marza de 1985", {0, 0, 0}, false},
    {{"D de MMMM de YYYY", spanish}, "5 de 3 de 1985", {0, 0, 0}, false},
    {{"D de MMMM de YYYY", spanish}, "30 de febrero de 1985", {0, 0, 0}, false},
    {{"D de MMMM de YYYY", spanish}, "5 de marzo", {0, 0, 0}, false},
    {{"D de MMMM de YYYY", spanish}, "5 marzo 1985", {0, 0, 0}, false},
    {{"MMMM D, YYYY", english}, "March 5, 1985", {1985, 3, 5}, true},
    {{"MMMM D, YYYY", english}, "March 1985", {1985, 3, 0}, true},
    {{"MMMM D, YYYY", english}, "march 5, 1985", {1985, 3, 5}, false},
    {{"MMMM D, YYYY", english}, "Ma 5, 1985", {0, 0, 0}, false},
    {{"MMMM D, YYYY", english}, "on March 5, 1985", {0, 0, 0}, false},
    {{"D. MMMM YYYY", german}, "5. März 1985", {1985, 3, 5}, true},
    {{"D. MMMM YYYY", german}, "5. MARZ 1985", {1985, 3, 5}, false},
    {{"D. MMMM YYYY", german}, "5. Ma\xCC\x88rz 1985", {1985, 3, 5}, false},
    {{"D. MMMM YYYY", german}, "5.\xC2\xA0März 1985", {1985, 3, 5}, false},
    {{"D. MMMM YYYY", german}, "5. März 1985 oder 1986", {0, 0, 0}, false},
    {{"D MMMM YYYY г.", russian}, "5 МАРТА 1985 г.", {1985, 3, 5}, false},
    {{"D MMMM YYYY г.", russian}, "5 марта 1985", {0, 0, 0}, false},
    {{"D MMMM YYYY", NULL}, "5 March 1985", {0, 0, 0}, false},
};

static void test_patterns_read_what_people_write(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
        const struct reading *reading = &readings[i];
        struct partial_date date;
        bool exact = !reading->exact;
        bool found =
            reads(&reading->style, reading->text, strlen(reading->text), &date, &exact);
        if (found != (reading->date.year != 0))
            fail_msg("'%s' as %s: %d", reading->text, reading->style.pattern, found);
        if (!found)
            continue;
        assert_memory_equal(&date, &reading->date, sizeof(date));
        if (exact != reading->exact)
            fail_msg("'%s' as %s: exact is %d", reading->text, reading->style.pattern, exact);
    }
}

static void test_no_text_is_read_past_its_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++)
        for (size_t len = 0; len < strlen(readings[i].text); len++) {
            struct partial_date date;
            bool exact;
            reads(&readings[i].style, readings[i].text, len, &date, &exact);
            char cut[128];
            memcpy(cut, readings[i].text, len);
            cut[len] = (char)0xE5; /* begins a character that is not there */
            assert_false(reads(&readings[i].style, cut, len + 1, &date, &exact));
        }
    char endless[2000];
    memset(endless, ' ', sizeof(endless));
    memcpy(endless, "1985年", strlen("1985年"));
    struct partial_date date;
    bool exact;
    static const struct date_style style = {"YYYY年M月D日", NULL};
    assert_false(reads(&style, endless, sizeof(endless), &date, &exact));
}

/* Months of which the reader cannot tell one from another are not guessed at. */
static void test_what_can_be_read_in_two_ways_is_no_date(void **state)
{
    (void)state;
    static const char *const twice[] = {"ene", "feb", "mar", "abr", "mar", "jun",
                                        "jul", "ago", "sep", "oct", "nov", "dic"};
    static const struct date_style style = {"D MMMM YYYY", twice};
    struct partial_date date;
    bool exact;
    assert_true(reads(&style, "5 abr 1985", 10, &date, &exact));
    assert_false(reads(&style, "5 mar 1985", 10, &date, &exact));
}

static void test_good_patterns_are_told_from_bad_ones(void **state)
{
    (void)state;
    static const char *const good[] = {
        "YYYY-MM-DD", "DD.MM.YYYY", "MM/DD/YYYY",  "YYYY年M月D日",  "D.M.YYYY",       "YYYY",
        "MM.YYYY",    "M/YYYY",     "DD.MM.YYYY.", "YYYY. MM. DD.", "D de M de YYYY",
    };
    static const char *const bad[] = {
        "",
        "DD.MM",
        "MM",
        "YY-MM-DD",
        "YYYYY-MM-DD",
        "YYYY-MMM-DD",
        "YYYY-MM-DDD",
        "YYYY-MM-MM",
        "YYYY-MM-YYYY",
        "YYYY-MM-DD-D",
        "YYYY-DD",
        "YYYYMMDD",
        "-YYYY-MM-DD",
        " YYYY",
        "el D de M de YYYY",
        "YYYY1MM-DD",
        "YYYY²MM-DD",
        "YYYY\xCC\x81MM",
        "YYYY\xFFMM-DD",
        "YYYY\nMM-DD",
        "YYYY ",
        "D MMMM YYYY",
        "MMMM",
        "YYYY this pattern is by far too long to be that of a date, is it not, MM",
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (!date_pattern_is_good(good[i], false) || !date_pattern_is_good(good[i], true))
            fail_msg("'%s' is good", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (date_pattern_is_good(bad[i], false))
            fail_msg("'%s' is no good pattern", bad[i]);
    assert_true(date_pattern_is_good("D MMMM YYYY", true));
    assert_false(date_pattern_is_good("DD.MM.MMMM.YYYY", true));
    assert_false(date_pattern_is_good("D MMMMM YYYY", true));
    for (size_t i = 0; i < STYLES; i++)
        assert_true(date_pattern_is_good(styles[i].pattern, styles[i].months != NULL));
}

/* A pattern of the greatest length, with names of the greatest length, fills DATE_MAX bytes. */
static void test_a_good_pattern_fits(void **state)
{
    (void)state;
    static const char *const names[] = {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                        "b",
                                        "c",
                                        "d",
                                        "e",
                                        "f",
                                        "g",
                                        "h",
                                        "i",
                                        "j",
                                        "k",
                                        "l"};
    struct date_style style = {"DD ----------------------- MMMM YYYY", names};
    struct partial_date date = {1985, 1, 1}, back;
    char out[DATE_MAX + 1];
    bool exact;
    assert_true(date_months_are_good(names));
    assert_false(date_pattern_is_good("DD ------------------------ MMMM YYYY", true));
    assert_true(date_pattern_is_good(style.pattern, true));
    out[DATE_MAX] = '#';
    assert_int_equal(date_write_style(&style, &date, out), DATE_MAX);
    assert_int_equal(out[DATE_MAX], '#');
    assert_true(reads(&style, out, DATE_MAX, &back, &exact));
    assert_true(exact);
    /* one byte more does not fit, and says so */
    style.pattern = "DD ------------------------ MMMM YYYY";
    assert_int_equal(date_write_style(&style, &date, out), 0);
    assert_int_equal(out[DATE_MAX], '#');
}

static void test_names_of_months_must_differ(void **state)
{
    (void)state;
    const char *names[12];
    assert_true(date_months_are_good(english));
    assert_true(date_months_are_good(russian));
    assert_true(date_months_are_good(short_names));
    static const char *const bad[] = {
        "january", "JANUARY", "Jánuary", "",         " May",
        "May ",    "5. May",  "\xFF",    "\xCC\x81", "a name that has more than 32 bytes",
        NULL};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        memcpy(names, english, sizeof(names));
        names[4] = bad[i];
        if (date_months_are_good(names))
            fail_msg("'%s' is no good name beside January", bad[i] ? bad[i] : "NULL");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read_back_exactly),
        cmocka_unit_test(test_no_other_date_is_written_alike),
        cmocka_unit_test(test_dates_are_written_as_people_write_them),
        cmocka_unit_test(test_patterns_read_what_people_write),
        cmocka_unit_test(test_no_text_is_read_past_its_end),
        cmocka_unit_test(test_what_can_be_read_in_two_ways_is_no_date),
        cmocka_unit_test(test_good_patterns_are_told_from_bad_ones),
        cmocka_unit_test(test_a_good_pattern_fits),
        cmocka_unit_test(test_names_of_months_must_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
