/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of terms in a record: resolved, noted and restored, with memory that runs out.
 *
 * Build: with tests/support/failing_alloc.c. */
#include "failing_alloc.h"
#include "model/convention.h"
#include "model/terms_record.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

static struct arena arena;
static struct terms terms;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 0);
    assert_int_equal(terms_init(&terms, &arena), COMITY_OK);
    assert_int_equal(terms_add_shipped(&terms), COMITY_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static comity_status put(struct record *record, const char *path, const char *text)
{
    const char *error = NULL;
    struct value *value = NULL;
    return record_put(record, path, text, strlen(text), 0, &value, &error);
}

/* The record that the cases are about; COMITY_E_NOMEM. */
static comity_status make(struct record *record, struct arena *own)
{
    comity_status status = record_init(record, own, NULL);
    if (status == COMITY_OK)
        status = put(record, "id", "[data] [information]");
    if (status == COMITY_OK)
        status = put(record, "facts.summary",
                     "\xC3\xA9 [data] [information], [[data][information]] [information]");
    if (status == COMITY_OK)
        status = put(record, "persons[0].remarks", "[their]\n[its] quay");
    return status;
}

static comity_status resolve(struct record *record, enum term_voice voice)
{
    struct findings findings = {.emit = NULL};
    struct term_choices choices;
    terms_choose(&terms, voice, &choices);
    return record_resolve_terms(record, &terms, &choices,
                                voice == TERM_VOICE_DATA ? "data" : "information", &findings);
}

static comity_status restore(struct record *record)
{
    struct findings findings = {.emit = NULL};
    return record_restore_terms(record, &terms, &findings);
}

static void is_written(struct record *record, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    convention_write_json(record, &out);
    buffer_char(&out, '\0');
    assert_int_equal(buffer_status(&out), COMITY_OK);
    assert_string_equal(out.bytes, expected);
    buffer_free(&out);
}

static const char as_made[] =
    "{\"schema\":\"urn:comity:convention:1\",\"id\":\"[data] "
    "[information]\",\"persons\":[{\"remarks\":\"[their]\\n[its] quay\"}],"
    "\"facts\":{\"summary\":\"\xC3\xA9 [data] [information], [[data][information]] "
    "[information]\"}}";

static void test_what_is_resolved_is_noted_and_restored(void **state)
{
    (void)state;
    struct record record;
    assert_int_equal(make(&record, &arena), COMITY_OK);
    is_written(&record, as_made);
    assert_int_equal(resolve(&record, TERM_VOICE_DATA), COMITY_OK);
    is_written(
        &record,
        "{\"schema\":\"urn:comity:convention:1\",\"id\":\"[data] "
        "[information]\",\"terminology\":{\"voice\":\"data\",\"resolved\":["
        "{\"field\":\"persons[0].remarks\",\"position\":\"0\",\"term\":\"their\",\"choice\":"
        "\"their\",\"set\":\"[their]\\n[its]\"},"
        "{\"field\":\"facts.summary\",\"position\":\"2\",\"term\":\"data\",\"choice\":\"data\","
        "\"set\":\"[data] [information]\"},"
        "{\"field\":\"facts.summary\",\"position\":\"9\",\"term\":\"data\",\"choice\":\"data\","
        "\"set\":\"[data][information]\"},"
        "{\"field\":\"facts.summary\",\"position\":\"8\",\"term\":\"data\",\"choice\":\"data\","
        "\"set\":\"[data] [information]\"}]},\"persons\":[{\"remarks\":\"their quay\"}],"
        "\"facts\":{\"summary\":\"\xC3\xA9 data, data\"}}");
    assert_int_equal(restore(&record), COMITY_OK);
    is_written(&record, as_made);
}

static void test_the_choices_of_a_record_are_those_that_it_states(void **state)
{
    (void)state;
    struct record record;
    struct term_choices choices;
    uint16_t data = terms_find(&terms, "data", 4), their = terms_find(&terms, "their", 5);
    assert_int_equal(make(&record, &arena), COMITY_OK);
    assert_false(record_choices(&record, &terms, &choices));
    assert_int_equal(terms_choice(&terms, &choices, data), TERM_BRACKETED);
    assert_int_equal(put(&record, "terminology.voice", "information"), COMITY_OK);
    assert_true(record_choices(&record, &terms, &choices));
    assert_int_equal(terms_choice(&terms, &choices, their), 2);
    assert_int_equal(put(&record, "terminology.voice", "mixed"), COMITY_OK);
    assert_int_equal(put(&record, "terminology.terms[0].id", "data"), COMITY_OK);
    assert_int_equal(put(&record, "terminology.terms[0].choice", "data"), COMITY_OK);
    assert_true(record_choices(&record, &terms, &choices));
    assert_int_equal(terms_choice(&terms, &choices, their), 1);
    assert_int_equal(terms_choice(&terms, &choices, terms_find(&terms, "cybercrime", 10)),
                     TERM_BRACKETED);
}

/* Whatever allocation fails is told, and a record is never left half done in silence. */
static void test_each_failed_allocation_is_told(void **state)
{
    (void)state;
    for (unsigned long n = 0;; n++) {
        struct arena own;
        struct record record;
        arena_init(&own, 0);
        failing_alloc_after(n);
        comity_status status = make(&record, &own);
        if (status == COMITY_OK)
            status = resolve(&record, TERM_VOICE_DATA);
        if (status == COMITY_OK)
            status = resolve(&record, TERM_VOICE_INFORMATION);
        if (status == COMITY_OK)
            status = restore(&record);
        bool failed = failing_alloc_stop();
        assert_int_equal(status, failed ? COMITY_E_NOMEM : COMITY_OK);
        if (!failed)
            is_written(&record, as_made);
        arena_free(&own);
        if (!failed)
            break;
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest cases[] = {
        CASE(test_what_is_resolved_is_noted_and_restored),
        CASE(test_the_choices_of_a_record_are_those_that_it_states),
        CASE(test_each_failed_allocation_is_told),
    };
    return cmocka_run_group_tests(cases, NULL, NULL);
}
