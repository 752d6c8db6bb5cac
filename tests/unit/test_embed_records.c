/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the embedding API (comity/comity.h) against the plugins that were built: what
 * the user supplies, detection, and records by field.
 *
 * Build: as all unit tests.  COMITY_PLUGIN_PATH names the folder of the plugins. */
#include "converted.h"
#include "notices.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>

#define CANONICAL(members) \
    "{\"schema\":\"urn:comity:convention:1\",\"kind\":\"provisional-arrest\"" members "}"

static int set_up(void **state)
{
    struct converted *converted = calloc(1, sizeof(*converted));
    converted_init(converted);
    assert_int_equal(converted_open(converted), COMITY_OK);
    assert_int_equal(converted->found.count, 0);
    *state = converted;
    return 0;
}

static int tear_down(void **state)
{
    converted_free(*state);
    free(*state);
    return 0;
}

static comity_status run(struct converted *converted, const char *from, const char *to,
                         const char *text)
{
    return converted_run(converted, from, to, text, strlen(text));
}

/* --- what the user supplies */

static void test_settings_and_overlays_supply_values(void **state)
{
    struct converted *converted = *state;
    static const struct comity_setting settings[] = {
        {"id", "A-1"}, {"persons[role=sought].name.title", "Dr"}, {"urgency", "urgent"}};
    static const char overlay[] = "\n {\"language\":\"en\",\"facts\":{\"summary\":\"s\"}}\n";
    converted->options.settings = settings;
    converted->options.setting_count = 3;
    converted->options.overlay = overlay;
    converted->options.overlay_len = strlen(overlay);
    assert_int_equal(run(converted, "interpol-red", "convention-json", RED_NOTICE), COMITY_OK);
    const char *text = converted_text(converted);
    assert_non_null(strstr(text, "\"id\":\"A-1\",\"language\":\"en\",\"urgency\":\"urgent\""));
    assert_non_null(strstr(text, "\"title\":\"Dr\""));
    assert_non_null(strstr(text, "\"facts\":{\"summary\":\"s\"}"));
    assert_non_null(strstr(text, "{\"format\":\"overlay\""));
    assert_non_null(strstr(text, "{\"format\":\"set\",\"fields\":[\"id\","));
}

static void test_what_cannot_be_supplied_is_told(void **state)
{
    struct converted *converted = *state;
    static const struct comity_setting bad[] = {{"nonsense", "x"},   {"persons", "x"},
                                                {"schema", "x"},     {"", "x"},
                                                {"kind", "no kind"}, {"persons[9].key", "x"}};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        converted->options.settings = &bad[i];
        converted->options.setting_count = 1;
        assert_int_equal(run(converted, "interpol-red", "convention-json", RED_NOTICE),
                         COMITY_E_INVALID);
        assert_true(converted->found.count > 0);
        assert_int_equal(converted->out.size, 0);
    }
    static const char *const overlays[] = {"{",     "[]", "{\"nonsense\":1}", "{\"id\":7}",
                                           "{} {}", "",   "{\"kind\":\"x\"}"};
    converted->options.setting_count = 0;
    for (size_t i = 0; i < sizeof(overlays) / sizeof(overlays[0]); i++) {
        converted->options.overlay = overlays[i];
        converted->options.overlay_len = strlen(overlays[i]);
        if (run(converted, "interpol-red", "convention-json", RED_NOTICE) != COMITY_E_INVALID)
            fail_msg("the overlay '%s' was taken", overlays[i]);
        assert_true(converted->found.count > 0);
        assert_int_equal(converted->out.size, 0);
    }
}

static void test_a_trace_tells_each_value(void **state)
{
    struct converted *converted = *state;
    converted->options.trace = 1;
    assert_int_equal(run(converted, "interpol-red", "convention-json",
                         "{\"entity_id\":\"1900/1\",\"arrest_warrants\":[]}"),
                     COMITY_OK);
    assert_int_equal(converted->result.notes, 1);
    assert_string_equal(converted->found.all[0].code, "model.trace");
    assert_string_equal(converted->found.all[0].source, "/entity_id");
}

/* --- detection */

struct detected {
    char format[64];
    int32_t score;
    size_t count;
    unsigned calls;
};

static void on_match(void *user, const struct comity_match *matches, size_t count)
{
    struct detected *detected = user;
    detected->calls++;
    detected->count = count;
    if (!count)
        return;
    assert_int_equal(matches[0].struct_size, sizeof(matches[0]));
    assert_non_null(matches[0].why);
    snprintf(detected->format, sizeof(detected->format), "%s", matches[0].format);
    detected->score = matches[0].score;
}

static void test_formats_are_detected(void **state)
{
    struct converted *converted = *state;
    static const char *const samples[][2] = {
        {RED_NOTICE, "interpol-red"},
        {LIST_OF(LIST_NOTICE), "interpol-list"},
        {CANONICAL(""), "convention-json"},
        {"<document xmlns=\"urn:comity:convention:1\"/>", "convention-xml"},
        {"{\"entity_id\":1}", NULL},
        {"<document/>", NULL},
        {"7", NULL},
        {"null", NULL},
    };
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        struct detected detected = {.calls = 0};
        struct comity_input input = {.bytes = samples[i][0], .size = strlen(samples[i][0])};
        collected_init(&converted->found);
        comity_status status = comity_detect(converted->context, &converted->options, &input,
                                             on_match, &detected, &converted->result);
        assert_int_equal(detected.calls, 1);
        assert_int_equal(status, samples[i][1] ? COMITY_OK : COMITY_E_INVALID);
        assert_int_equal(detected.count, samples[i][1] ? 1 : 0);
        assert_int_equal(converted->found.count, samples[i][1] ? 0 : 1);
        if (samples[i][1]) {
            assert_string_equal(detected.format, samples[i][1]);
            assert_in_range(detected.score, 1, 100);
        }
    }
    assert_int_equal(converted->result.documents, 4);
    assert_int_equal(converted->result.failed_unknown, 4);
}

/* --- records */

struct seen {
    struct converted *converted;
    struct buffer values;
    unsigned records;
    comity_status answer;
};

static void on_value(void *user, const char *path, const char *text, size_t len)
{
    struct seen *seen = user;
    buffer_format(&seen->values, "%s=%.*s\n", path, (int)len, text);
}

static void expect(struct comity_record *record, const char *path, const char *wanted)
{
    size_t len = 77;
    const char *text = comity_record_get(record, path, &len);
    if (!wanted) {
        assert_null(text);
        assert_int_equal(len, 0);
        return;
    }
    assert_non_null(text);
    assert_int_equal(len, strlen(wanted));
    assert_memory_equal(text, wanted, len);
}

static comity_status use_record(void *user, struct comity_record *record)
{
    struct seen *seen = user;
    seen->records++;
    expect(record, "persons[0].name.family", "TESTA");
    expect(record, "persons[role=sought].birth.date", "1971-02");
    expect(record, "persons[0].birth.place", NULL);
    expect(record, "persons[0]", NULL);
    expect(record, "nonsense", NULL);
    expect(record, "", NULL);
    assert_int_equal(comity_record_count(record, "offences"), 2);
    assert_int_equal(comity_record_count(record, "offences[1]"), 1);
    assert_int_equal(comity_record_count(record, "offences[2]"), 0);
    assert_int_equal(comity_record_count(record, "persons[0].nationalities"), 2);
    assert_int_equal(comity_record_count(record, "kind"), 1);
    assert_int_equal(comity_record_count(record, "id"), 1);
    assert_int_equal(comity_record_count(record, "language"), 0);
    assert_int_equal(comity_record_count(record, "nonsense"), 0);
    assert_int_equal(comity_record_put(record, "language", "de", 2), COMITY_OK);
    assert_int_equal(comity_record_put(record, "persons[0].nonsense", "de", 2), COMITY_E_USAGE);
    assert_int_equal(comity_record_put(record, "others[1].state", "de", 2), COMITY_E_USAGE);
    expect(record, "language", "de");
    assert_int_equal(comity_record_each(record, on_value, seen), COMITY_OK);
    assert_int_equal(
        comity_record_write(record, "convention-json", converted_write, seen->converted),
        COMITY_OK);
    assert_int_equal(comity_record_write(record, "none", converted_write, seen->converted),
                     COMITY_E_PLUGIN);
    assert_int_equal(
        comity_record_write(record, "interpol-yellow", converted_write, seen->converted),
        COMITY_E_UNSUPPORTED);
    seen->converted->writes_left = 0;
    assert_int_equal(
        comity_record_write(record, "convention-json", converted_write, seen->converted),
        COMITY_E_IO);
    seen->converted->writes_left = SIZE_MAX;
    return seen->answer;
}

static void test_records_are_read_and_changed_by_field(void **state)
{
    struct converted *converted = *state;
    struct seen seen = {.converted = converted, .answer = COMITY_OK};
    struct comity_input input = {.bytes = RED_NOTICE, .size = strlen(RED_NOTICE)};
    static const char *const wanted[] = {
        "kind=provisional-arrest\n",
        "\npersons[0].birth.date=1971-02\n",
        "\npersons[0].nationalities[1]=XX\n",
        "\noffences[1].order.state=FR\n",
        "\nlanguage=de\n",
        "\nkept::interpol-red:/weight=0\n",
    };
    buffer_init(&seen.values, 0);
    converted->options.fail_on = COMITY_ERROR + 1;
    assert_int_equal(comity_read(converted->context, &converted->options, &input, use_record,
                                 &seen, &converted->result),
                     COMITY_OK);
    assert_int_equal(seen.records, 1);
    buffer_char(&seen.values, '\0');
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        if (!strstr(seen.values.bytes, wanted[i]))
            fail_msg("no '%s' in\n%s", wanted[i], seen.values.bytes);
    assert_null(strstr(seen.values.bytes, "kept:."));
    assert_non_null(strstr(converted_text(converted), "\"language\":\"de\""));
    assert_null(strstr(converted_text(converted), "nonsense"));
    buffer_free(&seen.values);
}

static comity_status list_values(void *user, struct comity_record *record)
{
    return comity_record_each(record, on_value, user);
}

static void test_what_a_group_keeps_is_told_with_its_path(void **state)
{
    struct converted *converted = *state;
    struct seen seen = {.converted = converted};
    static const char text[] = CANONICAL(",\"id\":\"1\",\"persons\":[{\"key\":\"p\",\"kept\":{"
                                         "\"x\":{\"/q\":7}}}],\"links\":[],\"facts\":{}");
    struct comity_input input = {.bytes = text, .size = strlen(text)};
    buffer_init(&seen.values, 0);
    assert_int_equal(
        comity_read(converted->context, &converted->options, &input, list_values, &seen, NULL),
        COMITY_OK);
    buffer_char(&seen.values, '\0');
    assert_string_equal(seen.values.bytes, "kind=provisional-arrest\nid=1\npersons[0].key=p\n"
                                           "kept:persons[0]:x:/q=7\nfacts=\nlinks=\n");
    buffer_free(&seen.values);
}

static comity_status refuse_record(void *user, struct comity_record *record)
{
    (void)record;
    return *(comity_status *)user;
}

static void test_a_record_that_the_caller_refuses_counts_as_failed(void **state)
{
    struct converted *converted = *state;
    struct comity_input input = {.bytes = RED_NOTICE "\n" RED_NOTICE,
                                 .size = 2 * strlen(RED_NOTICE) + 1};
    comity_status answer = COMITY_E_UNSUPPORTED;
    assert_int_equal(comity_read(converted->context, &converted->options, &input, refuse_record,
                                 &answer, &converted->result),
                     COMITY_E_INVALID);
    assert_int_equal(converted->result.failed_output, 2);
    assert_int_equal(converted->result.documents, 0);
    answer = COMITY_E_CANCELLED;
    assert_int_equal(comity_read(converted->context, &converted->options, &input, refuse_record,
                                 &answer, NULL),
                     COMITY_E_CANCELLED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_settings_and_overlays_supply_values),
        TEST(test_what_cannot_be_supplied_is_told),
        TEST(test_a_trace_tells_each_value),
        TEST(test_formats_are_detected),
        TEST(test_records_are_read_and_changed_by_field),
        TEST(test_what_a_group_keeps_is_told_with_its_path),
        TEST(test_a_record_that_the_caller_refuses_counts_as_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
