/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the record: values in the order of the table, paths there and back, what is
 * kept, and paths that lead nowhere.
 *
 * Build: with tests/support/failing_alloc.c, linked as it says. */
#include "failing_alloc.h"
#include "whole_record.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

static int set_up(void **state)
{
    struct whole_record *whole = calloc(1, sizeof(*whole));
    whole_init(whole);
    assert_int_equal(record_init(&whole->record, &whole->arena, NULL), COMITY_OK);
    *state = whole;
    return 0;
}

static int tear_down(void **state)
{
    whole_free(*state);
    free(*state);
    return 0;
}

static comity_status put(struct whole_record *whole, const char *path, const char *text)
{
    const char *error = NULL;
    struct value *value = NULL;
    comity_status status =
        record_put(&whole->record, path, text, strlen(text), 0, &value, &error);
    if (status == COMITY_OK) {
        assert_null(error);
        assert_true(value_is(value, text, strlen(text)));
    } else {
        assert_non_null(error);
    }
    return status;
}

static void good(struct whole_record *whole, const char *path, const char *text)
{
    if (put(whole, path, text) != COMITY_OK)
        fail_msg("%s was refused", path);
}

static comity_status find(struct whole_record *whole, const char *path, struct value **value)
{
    const char *error = NULL;
    *value = NULL;
    return record_path(&whole->record, path, strlen(path), PATH_FIND, value, &error);
}

static void expect(struct whole_record *whole, const char *json)
{
    char start[] = "{\"schema\":\"" SCHEMA_URN "\"";
    const char *text = whole_json(whole);
    assert_memory_equal(text, start, sizeof(start) - 1);
    assert_string_equal(text + sizeof(start) - 1, json);
}

/* --- values */

static void test_values_stand_in_the_order_of_the_table(void **state)
{
    struct whole_record *whole = *state;
    good(whole, "links[0].uri", "u");
    good(whole, "kind", "decision");
    good(whole, "persons[0].sex", "male");
    good(whole, "id", "1");
    good(whole, "persons[0].key", "p");
    good(whole, "remarks[0].text", "r");
    expect(whole, ",\"kind\":\"decision\",\"id\":\"1\",\"persons\":[{\"key\":\"p\","
                  "\"sex\":\"male\"}],\"remarks\":[{\"text\":\"r\"}],\"links\":[{\"uri\":"
                  "\"u\"}]}");
}

static void test_entries_of_a_list_stand_in_the_order_of_their_making(void **state)
{
    struct whole_record *whole = *state;
    struct record *record = &whole->record;
    struct value *person = value_add(record, record->root, F_document_persons);
    value_add_text(record, person, F_person_languages, "de", 2, 0);
    value_add_text(record, person, F_person_key, "p", 1, 0);
    value_add_text(record, person, F_person_languages, "fr", 2, 0);
    value_add_text(record, person, F_person_nationalities, "LV", 2, 0);
    value_add_text(record, person, F_person_languages, "it", 2, 0);
    expect(whole, ",\"persons\":[{\"key\":\"p\",\"nationalities\":[\"LV\"],\"languages\":"
                  "[\"de\",\"fr\",\"it\"]}]}");
    const struct value *language = value_child(person, F_person_languages);
    assert_true(value_is(language, "de", 2));
    assert_true(value_is(value_next(value_next(language)), "it", 2));
    assert_null(value_next(value_next(value_next(language))));
    assert_null(value_child(person, F_person_sex));
    assert_null(value_next(value_child(person, F_person_key)));
}

static void test_values_are_taken_out_wherever_they_stand(void **state)
{
    struct whole_record *whole = *state;
    struct record *record = &whole->record;
    static const char *const texts[] = {"a", "b", "c"};
    for (size_t gone = 0; gone < 3; gone++) {
        struct value *made[3];
        struct value *group = value_add(record, record->root, F_document_proceeding);
        for (size_t i = 0; i < 3; i++)
            made[i] = value_add_text(record, group, (uint16_t)(F_proceeding_subject + i),
                                     texts[i], 1, 0);
        value_remove(made[gone]);
        assert_null(value_child(group, (uint16_t)(F_proceeding_subject + gone)));
        value_add_text(record, group, F_proceeding_stage, "z", 1, 0);
        size_t count = 0;
        for (const struct value *v = group->first; v; v = v->next)
            count++;
        assert_int_equal(count, 3);
        assert_int_equal(group->last->field, F_proceeding_stage);
        value_remove(group);
        assert_null(record->root->first);
        assert_null(record->root->last);
    }
}

static void test_the_text_of_a_field_is_lent(void **state)
{
    struct whole_record *whole = *state;
    size_t len = 9;
    good(whole, "proceeding.subject", "theft");
    struct value *group = value_child(whole->record.root, F_document_proceeding);
    assert_memory_equal(value_text(group, F_proceeding_subject, &len), "theft", 5);
    assert_int_equal(len, 5);
    assert_null(value_text(group, F_proceeding_name, &len));
    assert_null(value_text(NULL, F_proceeding_name, &len));
    assert_null(value_text(whole->record.root, F_document_proceeding, &len));
}

/* --- paths */

static void test_paths_lead_there_and_back(void **state)
{
    struct whole_record *whole = *state;
    static const char *const paths[] = {
        "kind",
        "persons[0].name.family",
        "persons[1].name.family",
        "persons[1].other_names[0].name.given",
        "offences[0].order.authority.address.lines[0]",
        "offences[0].order.authority.address.lines[1]",
        "requesting.references[0].value",
    };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        good(whole, paths[i], paths[i]);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct value *value;
        assert_int_equal(find(whole, paths[i], &value), COMITY_OK);
        assert_true(value_is(value, paths[i], strlen(paths[i])));
        buffer_clear(&whole->out);
        value_path(value, &whole->out);
        assert_int_equal(whole->out.size, strlen(paths[i]));
        assert_memory_equal(whole->out.bytes, paths[i], whole->out.size);
    }
}

static void test_a_path_may_choose_an_entry_by_one_of_its_fields(void **state)
{
    struct whole_record *whole = *state;
    struct value *value;
    good(whole, "links[relation=self].uri", "a");
    good(whole, "links[relation=images].uri", "b");
    good(whole, "links[relation=self].uri", "c");
    assert_int_equal(find(whole, "links[1].uri", &value), COMITY_OK);
    assert_true(value_is(value, "b", 1));
    assert_int_equal(find(whole, "links[relation=self].uri", &value), COMITY_OK);
    assert_true(value_is(value, "c", 1));
    assert_int_equal(find(whole, "links[relation=thumbnail].uri", &value), COMITY_END);
    expect(whole, ",\"links\":[{\"relation\":\"self\",\"uri\":\"c\"},{\"relation\":\"images\","
                  "\"uri\":\"b\"}]}");
    good(whole, "persons[role=a.b=c].key", "p");
    assert_int_equal(find(whole, "persons[role=a.b=c]", &value), COMITY_OK);
    assert_int_equal(value->form, VALUE_GROUP);
}

static void test_a_list_without_a_number_is_its_first_entry(void **state)
{
    struct whole_record *whole = *state;
    struct value *value;
    good(whole, "persons.nationalities", "LV");
    good(whole, "persons.nationalities[1]", "EE");
    good(whole, "persons.nationalities", "LT");
    assert_int_equal(find(whole, "persons[0].nationalities[0]", &value), COMITY_OK);
    assert_true(value_is(value, "LT", 2));
    assert_int_equal(find(whole, "persons[0].nationalities[1]", &value), COMITY_OK);
    assert_true(value_is(value, "EE", 2));
}

static void expect_nationality(struct whole_record *whole, const char *path, const char *text)
{
    struct value *value;
    assert_int_equal(find(whole, path, &value), COMITY_OK);
    assert_true(value_is(value, text, strlen(text)));
}

/* The entry that was asked for last is where the next is looked for. */
static void test_entries_are_found_after_one_was_taken_out_and_all_were_sorted(void **state)
{
    static const char *const states[] = {"LV", "EE", "LT", "FI", "SE"};
    struct whole_record *whole = *state;
    struct value *value, *all[4];
    char path[40];
    for (size_t i = 0; i < 5; i++) {
        snprintf(path, sizeof path, "persons[0].nationalities[%zu]", i);
        good(whole, path, states[i]);
    }
    good(whole, "persons[1].nationalities[0]", "NO");
    for (size_t gone = 2; gone < 5; gone += 2) { /* one in the midst, then the last */
        snprintf(path, sizeof path, "persons[0].nationalities[%zu]", gone);
        assert_int_equal(find(whole, path, &value), COMITY_OK);
        value_remove(value);
        if (gone == 2)
            expect_nationality(whole, path, "FI");
        good(whole, "persons[0].nationalities[4]", "DK");
    }
    expect_nationality(whole, "persons[1].nationalities[0]", "NO");
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "persons[0].nationalities[%zu]", i);
        assert_int_equal(find(whole, path, &all[3 - i]), COMITY_OK);
    }
    expect_nationality(whole, "persons[0].nationalities[4]", "DK");
    assert_int_equal(find(whole, "persons[0].nationalities[4]", &value), COMITY_OK);
    value_remove(value);
    expect_nationality(whole, "persons[0].nationalities[1]", "EE");
    value_arrange(value->parent, all, 4);
    expect_nationality(whole, "persons[0].nationalities[1]", "FI");
    expect_nationality(whole, "persons[0].nationalities[2]", "EE");
    expect_nationality(whole, "persons[0].nationalities[3]", "LV");
    assert_int_equal(find(whole, "persons[0].nationalities[4]", &value), COMITY_END);
}

static void test_an_entry_replaces_what_says_that_its_list_is_empty(void **state)
{
    struct whole_record *whole = *state;
    static const char text[] =
        "{\"schema\":\"" SCHEMA_URN "\",\"kind\":\"decision\",\"persons\":[],\"others\":[]}";
    struct value *value;
    assert_int_equal(whole_read(whole, SYNTAX_JSON, text, strlen(text)), COMITY_OK);
    assert_int_equal(find(whole, "persons[0]", &value), COMITY_END);
    assert_int_equal(find(whole, "persons[role=sought].key", &value), COMITY_END);
    good(whole, "persons[0].key", "p");
    good(whole, "others[state=LV].territory", "t");
    expect(whole, ",\"kind\":\"decision\",\"others\":[{\"state\":\"LV\",\"territory\":\"t\"}],"
                  "\"persons\":[{\"key\":\"p\"}]}");
}

static void test_a_path_that_leads_nowhere_is_told_and_changes_nothing(void **state)
{
    struct whole_record *whole = *state;
    static const char *const paths[] = {
        "",
        ".",
        "kind.",
        ".kind",
        "kinds",
        "kind[0]",
        "kind.x",
        "persons",
        "persons[0]",
        "persons[0",
        "persons[]",
        "persons[x]",
        "persons[-1]",
        "persons[1234567]",
        "persons[0]x",
        "persons[0].name",
        "persons[0].nonsense",
        "persons[0].name.family.x",
        "persons[0].name[0].family",
        "persons[2].key",
        "persons[1].key.x",
        "persons[role=x].nonsense",
        "persons[nonsense=x].key",
        "persons[name=x].key",
        "persons[0].nationalities[state=x]",
        "persons[0].nationalities[3]",
        "requesting.authority.address.lines[2]",
        "requesting..state",
        "schema",
    };
    good(whole, "kind", "decision");
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (put(whole, paths[i], "x") != COMITY_E_USAGE)
            fail_msg("'%s' was taken", paths[i]);
        const char *json = whole_json(whole) + sizeof("{\"schema\":\"" SCHEMA_URN "\"") - 1;
        if (strcmp(json, ",\"kind\":\"decision\"}") != 0)
            fail_msg("'%s' left %s", paths[i], json);
    }
}

static void test_a_path_is_as_long_as_it_says(void **state)
{
    struct whole_record *whole = *state;
    static const char path[] = "persons[role=sought].other_names[0].name.family";
    good(whole, path, "x");
    for (size_t len = 0; len < sizeof(path) - 1; len++) {
        char *cut = malloc(len + !len);
        struct value *value = NULL;
        const char *error = NULL;
        memcpy(cut, path, len);
        comity_status status = record_path(&whole->record, cut, len, PATH_FIND, &value, &error);
        assert_true(status == COMITY_OK || status == COMITY_E_USAGE || status == COMITY_END);
        free(cut);
    }
}

static void test_an_error_is_cut_between_characters(void **state)
{
    struct whole_record *whole = *state;
    char path[400] = "x";
    for (size_t i = 0; i < 130; i++)
        memcpy(path + 1 + 2 * i, "\xC3\xA9", 3);
    const char *error = NULL;
    assert_int_equal(record_put(&whole->record, path, "", 0, 0, NULL, &error), COMITY_E_USAGE);
    size_t len = strlen(error);
    assert_true(len > 2 && error[len - 1] == '\'');
    assert_true((unsigned char)error[len - 2] == 0xA9 || error[len - 2] == 'x');
}

/* --- what is kept */

static void test_what_is_kept_stands_by_format_in_the_order_of_its_coming(void **state)
{
    struct whole_record *whole = *state;
    struct record *record = &whole->record;
    static const char *const formats[] = {"a", "b", "a", "b", "a"};
    static const char *const keys[] = {"/1", "/2", "/3", "/4", "order:"};
    for (size_t i = 0; i < 5; i++)
        assert_non_null(value_keep(record, record->root, formats[i], keys[i], strlen(keys[i]),
                                   "null", 4, 0));
    expect(whole,
           ",\"kept\":{\"a\":{\"/1\":null,\"/3\":null,\"order:\":null},\"b\":{\"/2\":null,"
           "\"/4\":null}}}");
    assert_non_null(value_kept(record->root, "b", "/4", 2));
    assert_null(value_kept(record->root, "a", "/4", 2));
    assert_null(value_kept(record->root, "b", "/4", 1));
}

/* --- reports */

static void test_a_report_names_the_canonical_path(void **state)
{
    struct whole_record *whole = *state;
    struct value *value;
    good(whole, "persons[0].nationalities", "LV");
    good(whole, "persons[0].nationalities[1]", "EE");
    assert_int_equal(find(whole, "persons[0].nationalities[1]", &value), COMITY_OK);
    record_report(&whole->record, &whole->found.findings, value, COMITY_WARNING, "model.x", "h",
                  "m");
    record_report(&whole->record, &whole->found.findings, NULL, COMITY_LOSS, "model.y", NULL,
                  "m");
    assert_int_equal(whole->found.count, 2);
    assert_string_equal(whole->found.all[0].field, "persons[0].nationalities[1]");
    assert_string_equal(whole->found.all[0].hint, "h");
    assert_string_equal(whole->found.all[1].field, "-");
    assert_int_equal(whole->found.findings.counts[COMITY_LOSS], 1);
}

/* --- memory */

static void test_putting_survives_failed_allocations(void **state)
{
    (void)state;
    bool failed = true;
    for (unsigned long n = 0; failed; n++) {
        struct whole_record whole;
        const char *error = NULL;
        whole_init(&whole);
        failing_alloc_after(n);
        comity_status status = record_init(&whole.record, &whole.arena, NULL);
        char path[] = "offences[0].order.authority.address.lines[000]";
        for (int i = 0; status == COMITY_OK && i < 400; i++) {
            path[42] = (char)('0' + i / 100);
            path[43] = (char)('0' + i / 10 % 10);
            path[44] = (char)('0' + i % 10);
            status = record_put(&whole.record, path, path, strlen(path), 0, NULL, &error);
        }
        failed = failing_alloc_stop();
        assert_int_equal(status, failed ? COMITY_E_NOMEM : COMITY_OK);
        whole_free(&whole);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_values_stand_in_the_order_of_the_table),
        TEST(test_entries_of_a_list_stand_in_the_order_of_their_making),
        TEST(test_values_are_taken_out_wherever_they_stand),
        TEST(test_the_text_of_a_field_is_lent),
        TEST(test_paths_lead_there_and_back),
        TEST(test_a_path_may_choose_an_entry_by_one_of_its_fields),
        TEST(test_a_list_without_a_number_is_its_first_entry),
        TEST(test_entries_are_found_after_one_was_taken_out_and_all_were_sorted),
        TEST(test_an_entry_replaces_what_says_that_its_list_is_empty),
        TEST(test_a_path_that_leads_nowhere_is_told_and_changes_nothing),
        TEST(test_a_path_is_as_long_as_it_says),
        TEST(test_an_error_is_cut_between_characters),
        TEST(test_what_is_kept_stands_by_format_in_the_order_of_its_coming),
        TEST(test_a_report_names_the_canonical_path),
        TEST(test_putting_survives_failed_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
