/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the table of rules: it fits the table of fields and the list of kinds; and of
 * the check where memory ends.  What each rule finds is tried in tests/rules.
 *
 * Build: as all unit tests. */
#include "model/rules.h"

#include "converted.h"
#include "failing_alloc.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

#define REQUEST                                                                         \
    "{\"schema\":\"urn:comity:convention:1\",\"kind\":\"preservation\",\"id\":\"A-1\"," \
    "\"material\":[{\"description\":\"what is stored\"}],\"offences\":[{\"title\":\"t\"}]}"

/* --- the table */

static void test_every_kind_has_a_heading_and_no_other_has(void **state)
{
    (void)state;
    size_t count = 0;
    for (size_t i = 0; i < code_count; i++)
        count += codes[i].list == L_kind;
    for (size_t i = 0; kind_at(i); i++, count--) {
        const struct kind *kind = kind_at(i);
        assert_non_null(code_find(L_kind, kind->id, strlen(kind->id)));
        assert_ptr_equal(kind_find(kind->id, strlen(kind->id)), kind);
        assert_true(*kind->heading);
    }
    assert_int_equal(count, 0);
    assert_null(kind_find("preservatio", 11));
}

static bool is_field(void *user, const char *path, size_t len)
{
    (void)user;
    uint16_t group = G_document, field = FIELD_NONE;
    assert_int_equal(strlen(path), len);
    for (const char *p = path; *p; p += strcspn(p, "."), p += *p == '.') {
        field = field_by_name(group, p, strcspn(p, "."));
        if (field == FIELD_NONE)
            fail_msg("%s is no field", path);
        group = fields[field].ref;
    }
    return true;
}

static void test_every_rule_has_its_words_and_places_that_are_fields(void **state)
{
    (void)state;
    for (size_t i = 0; kind_at(i); i++) {
        const struct rule *rule;
        size_t at = 0, count = 0;
        while ((rule = rules_next(kind_at(i), &at)) != NULL) {
            count++;
            assert_ptr_equal(rule_find(rule->code), rule);
            assert_true(strncmp(rule->code, "rule.", 5) == 0);
            assert_true(*rule->article && *rule->label && *rule->advice && rule->test);
            assert_string_equal(comity_explain(rule->code), rule->explanation);
            assert_true(rule_is_plain(rule) <= (*rule->places != '\0'));
            rule_places(rule, is_field, NULL);
        }
        assert_true(count > 0 || strcmp(kind_at(i)->id, "designation") == 0);
    }
    assert_null(rule_find("rule.68-2"));
}

static void test_a_rule_is_answered_by_its_places_and_what_is_in_them(void **state)
{
    (void)state;
    const struct rule *rule = rule_find("rule.68-2-d");
    assert_true(rule_answers(rule, 0, "material.custodian"));
    assert_true(rule_answers(rule, 0, "material.custodian.name"));
    assert_true(rule_answers(rule, 0, "material"));
    assert_false(rule_answers(rule, 0, "material.custodia"));
    assert_false(rule_answers(rule, 0, "material.owner"));
    assert_false(rule_answers(rule, 0, "custodian"));
    assert_true(rule_answers(rule_find("rule.61-4-b-addressee"), 0, "persons.name.full"));
    const struct rule *several = rule_find("rule.61-14-b"); /* four things */
    assert_true(rule_answers(several, 2, "requesting.authority.name"));
    assert_false(rule_answers(several, 0, "requesting.authority.name"));
    assert_true(rule_answers(several, 0, "proceeding.subject"));
    assert_true(rule_answers(several, 1, "proceeding.subject"));
    const char *text;
    size_t len;
    assert_true(rule_part(several, 3, &text, &len));
    assert_memory_equal(text, "proceeding.authority.functions|", 31);
    assert_false(rule_part(several, 4, &text, &len));
    assert_false(rule_answers(several, 4, "proceeding.subject"));
}

/* --- the check */

static int set_up(void **state)
{
    struct converted *converted = calloc(1, sizeof(*converted));
    converted_init(converted);
    assert_int_equal(converted_open(converted), COMITY_OK);
    converted->options.check = 1;
    *state = converted;
    return 0;
}

static int tear_down(void **state)
{
    converted_free(*state);
    free(*state);
    return 0;
}

static comity_status run(struct converted *converted)
{
    return converted_run(converted, "convention-json", "convention-json", REQUEST,
                         strlen(REQUEST));
}

static void test_a_request_that_lacks_items_is_stopped_where_that_is_asked(void **state)
{
    struct converted *converted = *state;
    assert_int_equal(run(converted), COMITY_E_INVALID);
    assert_int_equal(converted->out.size, 0);
    assert_true(converted->found.count >= 6);
    converted->options.fail_on = COMITY_ERROR + 1;
    assert_int_equal(run(converted), COMITY_OK);
    converted->options.fail_on = COMITY_ERROR;
    converted->options.check = 0;
    assert_int_equal(run(converted), COMITY_OK);
}

static void test_a_kind_that_is_none_is_wrong_usage(void **state)
{
    struct converted *converted = *state;
    converted->options.kind = "preservatio";
    assert_int_equal(run(converted), COMITY_E_USAGE);
}

static void test_no_memory_is_no_good_request(void **state)
{
    struct converted *converted = *state;
    static const char profile[] = "{\"state\":\"CL\",\"languages\":[\"es\"],\"required\":"
                                  "[{\"place\":\"costs.text\",\"kinds\":[\"preservation\"]}]}";
    converted->options.profile = profile;
    converted->options.profile_len = strlen(profile);
    for (unsigned long n = 0;; n++) {
        failing_alloc_after(n);
        comity_status status = run(converted);
        bool failed = failing_alloc_stop();
        assert_true(status == COMITY_E_INVALID || (failed && status == COMITY_E_NOMEM));
        if (!failed)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_has_a_heading_and_no_other_has),
        cmocka_unit_test(test_every_rule_has_its_words_and_places_that_are_fields),
        cmocka_unit_test(test_a_rule_is_answered_by_its_places_and_what_is_in_them),
        cmocka_unit_test_setup_teardown(
            test_a_request_that_lacks_items_is_stopped_where_that_is_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_kind_that_is_none_is_wrong_usage, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_no_memory_is_no_good_request, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
