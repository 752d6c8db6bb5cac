/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the catalogue of terms: sets in a text, choices, profiles, and catalogues and
 * profiles of a user's with their faults.
 *
 * Build: with tests/support/failing_alloc.c. */
#include "collected.h"
#include "failing_alloc.h"
#include "model/terms.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>

static struct arena arena;
static struct terms terms;
static struct collected found;

static int load_shipped(void **state)
{
    (void)state;
    arena_init(&arena, 0);
    assert_int_equal(terms_init(&terms, &arena), COMITY_OK);
    assert_int_equal(terms_add_shipped(&terms), COMITY_OK);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* Resolves a text in a block of its own, so that a sanitizer sees a read past it. */
static void resolves(const struct term_choices *choices, const char *text, const char *expected)
{
    size_t len = strlen(text);
    char *bytes = test_malloc(len + !len);
    struct buffer out;
    memcpy(bytes, text, len);
    buffer_init(&out, 0);
    assert_int_equal(terms_resolve(&terms, choices, bytes, len, &out), COMITY_OK);
    test_free(bytes);
    buffer_char(&out, '\0');
    assert_string_equal(out.bytes, expected);
    buffer_free(&out);
}

static void in_voice(enum term_voice voice, const char *text, const char *expected)
{
    struct term_choices choices;
    terms_choose(&terms, voice, &choices);
    resolves(&choices, text, expected);
}

static void by_profile(const char *json, const char *text, const char *expected)
{
    struct term_choices choices;
    collected_init(&found);
    assert_int_equal(terms_profile(&terms, json, strlen(json), &found.findings, &choices),
                     COMITY_OK);
    resolves(&choices, text, expected);
}

/* "[first] [second] ..." of a set. */
static void put_set(struct buffer *out, const struct term_set *set, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buffer_text(out, i ? " [" : "[");
        buffer_add(out, set->alternatives[i].text, set->alternatives[i].len);
        buffer_char(out, ']');
    }
}

static void test_each_shipped_set_is_found_as_itself(void **state)
{
    (void)state;
    assert_int_equal(terms.set_count, 19);
    for (size_t i = 0; i < terms.set_count; i++) {
        struct buffer text;
        struct term_walk walk;
        struct term_span span;
        const struct term_set *set = &terms.sets[i];
        buffer_init(&text, 0);
        put_set(&text, set, terms.terms[set->term].count);
        term_walk_init(&walk, &terms, NULL, text.bytes, text.size);
        assert_true(term_walk_next(&walk, &span));
        assert_int_equal(span.term, i);
        assert_int_equal(span.offset, 0);
        assert_int_equal(span.len, text.size);
        assert_false(term_walk_next(&walk, &span));
        buffer_free(&text);
    }
}

static void test_a_voice_takes_its_alternative_with_the_right_grammar(void **state)
{
    (void)state;
    static const char text[] = "stored [computer data] [electronic/digital information] and "
                               "[their] [its] place, if the [data are] [information is] there";
    in_voice(TERM_VOICE_DATA, text,
             "stored computer data and their place, if the data are there");
    in_voice(
        TERM_VOICE_INFORMATION, text,
        "stored electronic/digital information and its place, if the information is there");
    in_voice(TERM_VOICE_BRACKETED, text, text);
}

static void test_other_brackets_stay(void **state)
{
    (void)state;
    static const char text[] =
        "[50] [date] [...] [Option 1: x] [thirtieth] [fortieth] [fiftieth] [seventieth] "
        "[offences set forth in this Convention] [any criminal offence] [serious crimes] "
        "[data] [informations] [Data] [Information] [information] [data] [data] [ [] ]] [";
    in_voice(TERM_VOICE_DATA, text, text);
}

static void test_white_space_of_every_kind_is_folded_and_none_is_made_up(void **state)
{
    (void)state;
    in_voice(TERM_VOICE_DATA,
             "a [computer\r\n\t data]\n\n[electronic/digital\xC2\xA0information] b",
             "a computer data b");
    in_voice(TERM_VOICE_DATA, "[data][information]", "data");
    in_voice(TERM_VOICE_DATA, "[data ] [information]", "[data ] [information]");
    in_voice(TERM_VOICE_DATA, "[computerdata] [electronic/digital information]",
             "[computerdata] [electronic/digital information]");
}

static void test_a_set_inside_another_bracket_is_found(void **state)
{
    (void)state;
    in_voice(TERM_VOICE_INFORMATION, "[A] [B on [data] [information]] [C]",
             "[A] [B on information] [C]");
}

static void test_resolving_twice_changes_nothing_more(void **state)
{
    (void)state;
    in_voice(TERM_VOICE_DATA, "[[data] [information]] [information]", "data");
    in_voice(TERM_VOICE_INFORMATION, "[[data] [information]] [information]",
             "[information] [information]");
}

/* "[[[data] [information]] [information]] ..." to any depth. */
static comity_status resolve_nested(size_t depth)
{
    struct term_choices choices;
    struct buffer text, out;
    buffer_init(&text, 0);
    buffer_init(&out, 0);
    for (size_t i = 0; i < depth; i++)
        buffer_char(&text, '[');
    buffer_text(&text, "data]");
    for (size_t i = 0; i < depth; i++)
        buffer_text(&text, i + 1 < depth ? " [information]]" : " [information]");
    terms_choose(&terms, TERM_VOICE_DATA, &choices);
    comity_status status = terms_resolve(&terms, &choices, text.bytes, text.size, &out);
    if (status == COMITY_OK)
        assert_int_equal(out.size, 4);
    buffer_free(&out);
    buffer_free(&text);
    return status;
}

static void test_sets_of_sets_have_a_limit(void **state)
{
    (void)state;
    assert_int_equal(resolve_nested(1), COMITY_OK);
    assert_int_equal(resolve_nested(TERM_NESTING), COMITY_OK);
    assert_int_equal(resolve_nested(TERM_NESTING + 1), COMITY_E_LIMIT);
    assert_int_equal(resolve_nested(50000), COMITY_E_LIMIT);
}

static void test_agreement_follows_the_nearest_term_before_it(void **state)
{
    (void)state;
    static const char profile[] = "{\"data\": 1, \"computer-data\": 2}";
    by_profile(profile,
               "[their] [its] [data] [information] [their] [its] [computer data] "
               "[electronic/digital information] [relate] [relates]",
               "their data their electronic/digital information relates");
    by_profile("{\"data\": 2, \"computer-data\": \"bracketed\"}",
               "[computer data] [electronic/digital information] [their] [its]",
               "[computer data] [electronic/digital information] [their] [its]");
}

static void test_a_profile_leaves_what_it_does_not_name(void **state)
{
    (void)state;
    by_profile("{\"instruments\": 3}",
               "[thirtieth] [fortieth] [fiftieth] [seventieth] [data] [information]",
               "fiftieth [data] [information]");
    by_profile("{}", "[data] [information]", "[data] [information]");
}

static void faulty_profile(const char *json, const char *code, uint64_t line, uint64_t column)
{
    struct term_choices choices;
    collected_init(&found);
    assert_int_equal(terms_profile(&terms, json, strlen(json), &found.findings, &choices),
                     COMITY_E_INVALID);
    assert_string_equal(found.all[0].code, code);
    assert_int_equal(found.all[0].line, line);
    assert_int_equal(found.all[0].column, column);
}

static void test_faults_of_a_profile_are_told_at_their_place(void **state)
{
    (void)state;
    faulty_profile("{\"data\": 3}", "term.profile", 1, 10);
    faulty_profile("{\"data\": 0}", "term.profile", 1, 10);
    faulty_profile("{\"data\": \"1\"}", "term.profile", 1, 10);
    faulty_profile("\n{\n \"dat\": 1}", "term.profile", 3, 9);
    faulty_profile("[]", "term.profile", 1, 1);
    faulty_profile("{\"data\": 1", "json.truncated", 1, 11);
    faulty_profile("{} {}", "json.trailing-text", 1, 4);
    faulty_profile("{\"data\": 1, \"data\": 2}", "json.duplicate-key", 1, 13);
}

static comity_status add(const char *json)
{
    collected_init(&found);
    return terms_add(&terms, json, strlen(json), &found.findings);
}

static void test_a_catalogue_of_another_language_shares_the_choice(void **state)
{
    (void)state;
    static const char french[] =
        "{\"language\": \"fr\", \"sets\": ["
        "{\"id\": \"data\", \"alternatives\": [\"donn\xC3\xA9"
        "es\", \"informations\"]},"
        "{\"id\": \"des\", \"class\": \"agreement\", \"follows\": \"data\","
        " \"alternatives\": [\"les donn\xC3\xA9"
        "es\", \"l\xE2\x80\x99information\"]}]}";
    assert_int_equal(add(french), COMITY_OK);
    in_voice(TERM_VOICE_INFORMATION,
             "[donn\xC3\xA9"
             "es] [informations], [les donn\xC3\xA9"
             "es] [l\xE2\x80\x99information], [data] [information]",
             "informations, l\xE2\x80\x99information, information");
}

static void faulty(const char *sets, const char *message)
{
    char json[400];
    snprintf(json, sizeof json, "{\"language\": \"xx\", \"sets\": [%s]}", sets);
    assert_int_equal(add(json), COMITY_E_INVALID);
    assert_string_equal(found.all[0].code, "term.catalogue");
    if (!strstr(found.all[0].message, message))
        fail_msg("expected '%s' in '%s'", message, found.all[0].message);
    assert_int_equal(found.all[0].line, 1);
    assert_true(found.all[0].column >= 27);
    unload(NULL);
    load_shipped(NULL);
}

static void test_faults_of_a_catalogue_are_told_at_their_place(void **state)
{
    (void)state;
    faulty("1", "an object");
    faulty("{\"id\": \"x\", \"class\": \"term\", \"alternatives\": [\"a\"]}", "two to eight");
    faulty("{\"id\": \"x\", \"class\": \"term\", \"alternatives\": [\"a\", \"b]\"]}",
           "no brackets");
    faulty("{\"id\": \"x\", \"class\": \"term\", \"alternatives\": [\"a  b\", \"b\"]}",
           "single spaces");
    faulty("{\"id\": \"x\", \"class\": \"word\", \"alternatives\": [\"a\", \"b\"]}",
           "\"agreement\"");
    faulty("{\"id\": \"x\", \"alternatives\": [\"a\", \"b\"]}", "\"class\"");
    faulty("{\"id\": \"x\", \"class\": \"agreement\", \"alternatives\": [\"a\", \"b\"]}",
           "\"follows\"");
    faulty("{\"id\": \"x\", \"class\": \"agreement\", \"follows\": \"their\", "
           "\"alternatives\": [\"a\", \"b\"]}",
           "agrees with one");
    faulty("{\"id\": \"x\", \"class\": \"term\", \"follows\": \"y\", "
           "\"alternatives\": [\"a\", \"b\"]}",
           "no term that stands before");
    faulty("{\"id\": \"data\", \"alternatives\": [\"a\", \"b\", \"c\"]}", "another number");
    faulty("{\"id\": \"data\", \"class\": \"scope\", \"alternatives\": [\"a\", \"b\"]}",
           "another class");
    faulty("{\"id\": \"x\", \"class\": \"term\", \"alternatives\": [\"data\", "
           "\"information\"]}",
           "same alternatives");
    faulty("{\"id\": \"x\", \"klass\": \"term\", \"alternatives\": [\"a\", \"b\"]}",
           "no such member");
}

static void test_the_longest_set_wins(void **state)
{
    (void)state;
    assert_int_equal(add("{\"language\": \"en\", \"sets\": [{\"id\": \"three\", \"class\": "
                         "\"scope\", \"alternatives\": [\"data\", \"information\", \"x\"]}]}"),
                     COMITY_OK);
    in_voice(TERM_VOICE_DATA, "[data] [information] [x] [data] [information] [y]",
             "[data] [information] [x] data [y]");
}

static void test_a_megabyte_of_brackets_and_spaces_takes_one_pass(void **state)
{
    (void)state;
    enum { SIZE = 1 << 20 };
    static const char *const pieces[] = {
        "[", "[data", "[data] ", "[ ", "[computer ", "[data] [information", "]["};
    char *text = malloc(SIZE);
    for (size_t p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
        struct term_choices choices;
        struct buffer out;
        for (size_t i = 0; i < SIZE; i++)
            text[i] = pieces[p][i % strlen(pieces[p])];
        buffer_init(&out, 0);
        terms_choose(&terms, TERM_VOICE_DATA, &choices);
        assert_int_equal(terms_resolve(&terms, &choices, text, SIZE, &out), COMITY_OK);
        assert_int_equal(out.size, SIZE);
        assert_memory_equal(out.bytes, text, SIZE);
        buffer_free(&out);
    }
    free(text);
}

static void test_a_failed_allocation_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    for (unsigned long n = 0;; n++) {
        struct arena own;
        struct terms loaded;
        arena_init(&own, 0);
        failing_alloc_after(n);
        comity_status status = terms_init(&loaded, &own);
        if (status == COMITY_OK)
            status = terms_add_shipped(&loaded);
        bool failed = failing_alloc_stop();
        arena_free(&own);
        assert_int_equal(status, failed ? COMITY_E_NOMEM : COMITY_OK);
        if (!failed)
            break;
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, load_shipped, unload)

int main(void)
{
    const struct CMUnitTest cases[] = {
        CASE(test_each_shipped_set_is_found_as_itself),
        CASE(test_a_voice_takes_its_alternative_with_the_right_grammar),
        CASE(test_other_brackets_stay),
        CASE(test_white_space_of_every_kind_is_folded_and_none_is_made_up),
        CASE(test_a_set_inside_another_bracket_is_found),
        CASE(test_resolving_twice_changes_nothing_more),
        CASE(test_sets_of_sets_have_a_limit),
        CASE(test_agreement_follows_the_nearest_term_before_it),
        CASE(test_a_profile_leaves_what_it_does_not_name),
        CASE(test_faults_of_a_profile_are_told_at_their_place),
        CASE(test_a_catalogue_of_another_language_shares_the_choice),
        CASE(test_faults_of_a_catalogue_are_told_at_their_place),
        CASE(test_the_longest_set_wins),
        CASE(test_a_megabyte_of_brackets_and_spaces_takes_one_pass),
        CASE(test_a_failed_allocation_is_told_and_leaks_nothing),
    };
    return cmocka_run_group_tests(cases, NULL, NULL);
}
