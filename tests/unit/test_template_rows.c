/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of reading and writing by a template: what each member of a row does, in both
 * directions, and what becomes of the leaves.
 *
 * Build: nothing beside libcomity-core. */
#include "template_samples.h"

/* --- values */

static void test_a_value_keeps_its_text_and_its_json_type(void **state)
{
    static const struct sample samples[] = {
        {"{\"a\":\"x\"}", ",\"id\":\"x\"}", "1m", NULL},
        {"{\"a\":\"\\\"\\u0001\"}", ",\"id\":\"\\\"\\u0001\"}", "1m", NULL},
        {"{\"a\":12.50}", ",\"id\":\"12.50\",\"kept\":{\"t\":{\"/a\":12.50}}}", "1m", NULL},
        {"{\"a\":true}", ",\"id\":\"true\",\"kept\":{\"t\":{\"/a\":true}}}", "1m", NULL},
        {"{\"a\":null}", ",\"kept\":{\"t\":{\"/a\":null}}}", "1k", NULL},
        {"{\"a\":[]}", ",\"kept\":{\"t\":{\"/a\":[]}}}", "1k", "model.type"},
        {"{\"a\":{}}", ",\"kept\":{\"t\":{\"/a\":{}}}}", "1k", "model.type"},
        {"{\"a\":[\"x\",1]}", ",\"kept\":{\"t\":{\"/a\":[\"x\",1]}}}", "2k", "model.type"},
        {"{\"a\":{\"b\":1}}", ",\"kept\":{\"t\":{\"/a\":{\"b\":1}}}}", "1k", "model.type"},
        {"{}", "}", "1?", NULL},
    };
    CHECK(ROWS("{\"at\":\"a\",\"field\":\"id\"}"), samples);
}

static void test_numbers_and_booleans_are_written_as_such(void **state)
{
    static const struct sample numbers[] = {
        {"{\"a\":12.50}", ",\"id\":\"12.50\"}", "1m", NULL},
        {"{\"a\":-0E+7}", ",\"id\":\"-0E+7\"}", "1m", NULL},
        {"{\"a\":1234567890123456789012345678901234567890}",
         ",\"id\":\"1234567890123456789012345678901234567890\"}", "1m", NULL},
        {"{\"a\":\"12\"}", ",\"id\":\"12\",\"kept\":{\"t\":{\"/a\":\"12\"}}}", "1m", NULL},
        {"{\"a\":false}", ",\"id\":\"false\",\"kept\":{\"t\":{\"/a\":false}}}", "1m", NULL},
    };
    static const struct sample booleans[] = {
        {"{\"a\":true}", ",\"emergency\":{\"direct\":true}}", "1m", NULL},
        {"{\"a\":false}", ",\"emergency\":{\"direct\":false}}", "1m", NULL},
    };
    CHECK(ROWS("{\"at\":\"a\",\"field\":\"id\",\"type\":\"number\"}"), numbers);
    CHECK(ROWS("{\"at\":\"a\",\"field\":\"emergency.direct\",\"type\":\"boolean\"}"), booleans);
    assert_string_equal(written(*state, ",\"emergency\":{\"direct\":false}"),
                        "{\"a\":false}\n");
}

static void test_a_value_that_the_json_type_cannot_say_is_not_written(void **state)
{
    struct templated *templated = *state;
    compile(templated, ROWS("{\"at\":\"a\",\"field\":\"id\",\"type\":\"number\"}"));
    assert_string_equal(written(templated, ",\"id\":\"12,5\""), "{}\n");
    struct value *value = value_child(templated->whole.record.root, F_document_id);
    assert_false(value->flags & VALUE_ASKED);
    assert_string_equal(written(templated, ",\"id\":\"12.5\""), "{\"a\":12.5}\n");
    value = value_child(templated->whole.record.root, F_document_id);
    assert_true(value->flags & VALUE_ASKED);
}

static void test_dates_keep_their_precision_and_what_is_none_stays(void **state)
{
    static const struct sample samples[] = {
        {"{\"a\":\"1985/03/07\"}", ",\"sentence\":{\"order\":{\"date\":\"1985-03-07\"}}}", "1m",
         NULL},
        {"{\"a\":\"1985/03\"}", ",\"sentence\":{\"order\":{\"date\":\"1985-03\"}}}", "1m",
         NULL},
        {"{\"a\":\"1985\"}", ",\"sentence\":{\"order\":{\"date\":\"1985\"}}}", "1m", NULL},
        {"{\"a\":\"1985/03/00\"}",
         ",\"sentence\":{\"order\":{\"date\":\"1985-03\"}},\"kept\":{\"t\":{\"/a\":"
         "\"1985/03/00\"}}}",
         "1a", NULL},
        {"{\"a\":\"1985/00/00\"}",
         ",\"sentence\":{\"order\":{\"date\":\"1985\"}},\"kept\":{\"t\":{\"/a\":"
         "\"1985/00/00\"}}}",
         "1a", NULL},
        {"{\"a\":\"31/02/1980\"}", ",\"sentence\":{\"order\":{\"date\":\"31/02/1980\"}}}", "1m",
         "model.date"},
        {"{\"a\":\"1985-03-07\"}",
         ",\"sentence\":{\"order\":{\"date\":\"1985-03-07\"}},\"kept\":{\"t\":{\"/a\":"
         "\"1985-03-07\"}}}",
         "1m", "model.date"},
        {"{\"a\":1985}",
         ",\"sentence\":{\"order\":{\"date\":\"1985\"}},\"kept\":{\"t\":{\"/a\":1985}}}", "1m",
         NULL},
        {"{\"a\":\"\"}", ",\"sentence\":{\"order\":{\"date\":\"\"}}}", "1m", "model.date"},
    };
    CHECK(ROWS("{\"at\":\"a\",\"field\":\"sentence.order.date\",\"date\":\"YYYY/MM/DD\"}"),
          samples);
}

static void test_codes_go_by_their_table_and_others_stay(void **state)
{
    static const struct sample samples[] = {
        {"{\"a\":\"M\"}", ",\"urgency\":\"urgent\"}", "1m", NULL},
        {"{\"a\":\"X\"}", ",\"urgency\":\"X\"}", "1m", "model.code"},
        {"{\"a\":\"urgent\"}", ",\"urgency\":\"urgent\",\"kept\":{\"t\":{\"/a\":\"urgent\"}}}",
         "1m", "model.code"},
        {"{\"a\":\"U\"}", ",\"urgency\":\"urgent\",\"kept\":{\"t\":{\"/a\":\"U\"}}}", "1a",
         NULL},
        {"{\"a\":\"\"}", ",\"urgency\":\"\"}", "1m", "model.code"},
    };
    CHECK(HEAD "\"codes\":{\"x\":{\"M\":\"urgent\",\"U\":\"urgent\",\"N\":\"normal\"}},"
               "\"rows\":[{\"at\":\"a\",\"field\":\"urgency\",\"codes\":\"x\"}]}",
          samples);
    assert_string_equal(written(*state, ",\"urgency\":\"normal\""), "{\"a\":\"N\"}\n");
}

static void test_languages_go_by_their_bibliographic_code(void **state)
{
    static const struct sample samples[] = {
        {"{\"a\":\"GER\"}", ",\"language\":\"de\"}", "1m", NULL},
        {"{\"a\":\"ger\"}", ",\"language\":\"de\",\"kept\":{\"t\":{\"/a\":\"ger\"}}}", "1m",
         NULL},
        {"{\"a\":\"DEU\"}", ",\"language\":\"de\",\"kept\":{\"t\":{\"/a\":\"DEU\"}}}", "1m",
         NULL},
        {"{\"a\":\"LEZ\"}", ",\"language\":\"lez\"}", "1m", NULL},
        {"{\"a\":\"de\"}", ",\"language\":\"de\",\"kept\":{\"t\":{\"/a\":\"de\"}}}", "1m",
         "model.language"},
        {"{\"a\":\"XYQ\"}", ",\"language\":\"XYQ\"}", "1m", "model.language"},
    };
    CHECK(ROWS("{\"at\":\"a\",\"field\":\"language\",\"codes\":\"iso-639-2\"}"), samples);
}

static void test_a_quantity_has_the_unit_of_its_row(void **state)
{
    struct templated *templated = *state;
    static const struct sample samples[] = {
        {"{\"a\":1.73}",
         ",\"persons\":[{\"description\":{\"height\":{\"value\":\"1.73\",\"unit\":\"m\"}}}]}",
         "1m", NULL},
        {"{\"a\":0}", ",\"kept\":{\"t\":{\"/a\":0}}}", "1k", NULL},
        {"{\"a\":\"0\"}",
         ",\"persons\":[{\"description\":{\"height\":{\"value\":\"0\",\"unit\":\"m\"}}}],"
         "\"kept\":"
         "{\"t\":{\"/a\":\"0\"}}}",
         "1m", NULL},
        {"{\"a\":0.0}",
         ",\"persons\":[{\"description\":{\"height\":{\"value\":\"0.0\",\"unit\":\"m\"}}}]}",
         "1m", NULL},
        {"{\"a\":\"tall\"}",
         ",\"persons\":[{\"description\":{\"height\":{\"value\":\"tall\",\"unit\":\"m\"}}}],"
         "\"kept\":{\"t\":{\"/a\":\"tall\"}}}",
         "1m", "model.number"},
    };
    CHECK(ROWS("{\"at\":\"a\",\"field\":\"persons[0].description.height\",\"type\":\"number\","
               "\"unit\":\"m\",\"unknown\":[0]}"),
          samples);
    assert_string_equal(written(templated,
                                ",\"persons\":[{\"description\":{\"height\":{\"value\":"
                                "\"68\",\"unit\":\"in\"}}}]"),
                        "{}\n");
    assert_string_equal(
        written(templated, ",\"persons\":[{\"description\":{\"height\":{\"value\":\"68\"}}}]"),
        "{}\n");
}

static void test_a_value_that_means_not_known_is_kept_and_no_value(void **state)
{
    static const struct sample samples[] = {
        {"{\"a\":\"-\"}", ",\"kept\":{\"t\":{\"/a\":\"-\"}}}", "1k", NULL},
        {"{\"a\":0}", ",\"kept\":{\"t\":{\"/a\":0}}}", "1k", NULL},
        {"{\"a\":false}", ",\"kept\":{\"t\":{\"/a\":false}}}", "1k", NULL},
        {"{\"a\":\"0\"}", ",\"id\":\"0\"}", "1m", NULL},
        {"{\"a\":\"--\"}", ",\"id\":\"--\"}", "1m", NULL},
        {"{\"a\":true}", ",\"id\":\"true\",\"kept\":{\"t\":{\"/a\":true}}}", "1m", NULL},
    };
    CHECK(ROWS("{\"at\":\"a\",\"field\":\"id\",\"unknown\":[\"-\",0,false]}"), samples);
}

static void test_one_source_fills_several_fields(void **state)
{
    struct templated *templated = *state;
    static const struct sample samples[] = {
        {"{\"a\":\"x\"}",
         ",\"id\":\"x\",\"requesting\":{\"references\":[{\"scheme\":\"s\",\"value\":\"x\"}]}}",
         "1m", NULL},
    };
    CHECK(ROWS("{\"at\":\"a\",\"field\":\"requesting.references[scheme=s].value\",\"also\":"
               "[\"id\"]}"),
          samples);
    /* Each field of its own value: the first is written, the other is the host's to report. */
    assert_string_equal(
        written(templated,
                ",\"id\":\"y\",\"requesting\":{\"references\":[{\"scheme\":\"s\",\"value\":"
                "\"x\"}]}"),
        "{\"a\":\"x\"}\n");
    assert_false(value_child(templated->whole.record.root, F_document_id)->flags & VALUE_ASKED);
    assert_string_equal(written(templated, ",\"id\":\"y\""), "{}\n");
}

static void test_else_names_the_field_that_stands_in(void **state)
{
    struct templated *templated = *state;
    static const struct sample samples[] = {
        {"{\"a\":[{\"s\":\"LV\"}]}",
         ",\"requesting\":{\"state\":\"LV\"},\"offences\":[{\"order\":{\"state\":\"LV\"}}]}",
         "1m", NULL},
        {"{\"a\":[{\"s\":\"LV\"},{\"s\":\"EE\"}]}",
         ",\"requesting\":{\"state\":\"LV\"},\"offences\":[{\"order\":{\"state\":\"LV\"}},"
         "{\"order\":{\"state\":\"EE\"}}]}",
         "2m", NULL},
        {"{\"a\":[{\"s\":\"LV\"},{}]}",
         ",\"requesting\":{\"state\":\"LV\"},\"offences\":[{\"order\":{\"state\":\"LV\"}},{"
         "\"kept\":{\"t\":{\"absent:/s\":true}}}]}",
         "2m", NULL},
        {"{\"a\":[{\"s\":\"LV\"},{\"s\":null}]}",
         ",\"requesting\":{\"state\":\"LV\"},\"offences\":[{\"order\":{\"state\":\"LV\"}},{"
         "\"kept\":{\"t\":{\"/s\":null}}}]}",
         "1m1k", NULL},
        {"{\"a\":[{\"s\":\"LV\"},{\"s\":[1]}]}",
         ",\"requesting\":{\"state\":\"LV\"},\"offences\":[{\"order\":{\"state\":\"LV\"}},{"
         "\"kept\":{\"t\":{\"/s\":[1]}}}]}",
         "1m1k", "model.type"},
    };
    CHECK(ROWS("{\"at\":\"a[]\",\"each\":\"offences[]\",\"rows\":[{\"at\":\"s\",\"field\":"
               "\"order.state\",\"else\":\"/requesting.state\"}]}"),
          samples);
    assert_string_equal(
        written(templated, ",\"requesting\":{\"state\":\"LV\"},\"offences\":[{}]"),
        "{\"a\":[{\"s\":\"LV\"}]}\n");
}

static void test_what_stands_beside_a_value_must_be_there(void **state)
{
    struct templated *templated = *state;
    static const struct sample samples[] = {
        {"{\"a\":\"x\"}",
         ",\"requested\":{\"references\":[{\"scheme\":\"own\",\"value\":\"x\"}]}}", "1m", NULL},
        {"{}", "}", "1?", NULL},
    };
    CHECK(ROWS("{\"at\":\"a\",\"field\":\"requested.references[0].value\",\"with\":"
               "{\"requested.references[0].scheme\":\"own\"}}"),
          samples);
    assert_string_equal(
        written(templated, ",\"requested\":{\"references\":[{\"scheme\":\"other\",\"value\":"
                           "\"x\"}]}"),
        "{}\n");
}

static void test_constants_are_said_by_the_format_itself(void **state)
{
    struct templated *templated = *state;
    static const struct sample samples[] = {
        {"{\"a\":\"x\"}", ",\"id\":\"x\",\"channel\":\"interpol\"}", "1m", NULL},
    };
    CHECK(HEAD "\"constants\":{\"channel\":\"interpol\"},\"rows\":[{\"at\":\"a\",\"field\":"
               "\"id\"}]}",
          samples);
    assert_string_equal(written(templated, ",\"id\":\"x\",\"channel\":\"direct\""),
                        "{\"a\":\"x\"}\n");
    assert_false(value_child(templated->whole.record.root, F_document_channel)->flags &
                 VALUE_ASKED);
}

/* --- what is absent */

static void test_absent_members_come_back_absent(void **state)
{
    static const struct sample samples[] = {
        {"{\"n\":null,\"e\":[],\"o\":\"x\"}", ",\"id\":\"x\"}", "3m", NULL},
        {"{\"n\":null,\"e\":[]}", "}", "2m", NULL},
        {"{}", ",\"kept\":{\"t\":{\"absent:/n\":true,\"absent:/e\":true}}}", "1?", NULL},
        {"{\"n\":null}", ",\"kept\":{\"t\":{\"absent:/e\":true}}}", "1m", NULL},
        {"{\"n\":\"de\",\"e\":[\"x\"]}",
         ",\"language\":\"de\",\"basis\":{\"treaties\":[\"x\"]}}", "2m", NULL},
        {"{\"n\":null,\"e\":null,\"o\":null}", ",\"kept\":{\"t\":{\"/e\":null,\"/o\":null}}}",
         "1m2k", NULL},
    };
    CHECK(ROWS("{\"at\":\"n\",\"field\":\"language\",\"absent\":\"null\"},"
               "{\"at\":\"e[]\",\"field\":\"basis.treaties[]\",\"absent\":\"empty\"},"
               "{\"at\":\"o\",\"field\":\"id\"}"),
          samples);
    assert_string_equal(written(*state, ""), "{\"n\":null,\"e\":[]}\n");
}

static void test_absent_objects_come_back_absent(void **state)
{
    static const struct sample samples[] = {
        {"{\"x\":{\"y\":{\"e\":[]},\"n\":null}}", "}", "2m", NULL},
        {"{}", ",\"kept\":{\"t\":{\"absent:/x\":true}}}", "1?", NULL},
        {"{\"x\":{}}", ",\"kept\":{\"t\":{\"/x\":{}}}}", "1k", NULL},
        {"{\"x\":null}", ",\"kept\":{\"t\":{\"/x\":null}}}", "1k", "model.type"},
        {"{\"x\":[]}", ",\"kept\":{\"t\":{\"/x\":[]}}}", "1k", "model.type"},
        {"{\"x\":7}", ",\"kept\":{\"t\":{\"/x\":7}}}", "1k", "model.type"},
        {"{\"x\":{\"y\":{}}}", ",\"kept\":{\"t\":{\"/x/y\":{},\"absent:/x/n\":true}}}", "1k",
         NULL},
        {"{\"x\":{\"y\":\"s\",\"n\":null}}", ",\"kept\":{\"t\":{\"/x/y\":\"s\"}}}", "1m1k",
         "model.type"},
        {"{\"x\":{\"n\":null}}", ",\"kept\":{\"t\":{\"absent:/x/y\":true}}}", "1m", NULL},
        {"{\"x\":{\"y\":{\"e\":[\"z\"]},\"n\":null}}", ",\"basis\":{\"treaties\":[\"z\"]}}",
         "2m", NULL},
        {"{\"x\":{\"q\":1}}",
         ",\"kept\":{\"t\":{\"/x/q\":1,\"absent:/x/y\":true,\"absent:/x/n\":true}}}", "1k",
         NULL},
    };
    CHECK(ROWS("{\"at\":\"x/y/e[]\",\"field\":\"basis.treaties[]\",\"absent\":\"empty\"},"
               "{\"at\":\"x/n\",\"field\":\"language\",\"absent\":\"null\"}"),
          samples);
    assert_string_equal(written(*state, ""), "{\"x\":{\"y\":{\"e\":[]},\"n\":null}}\n");
    assert_string_equal(written(*state, ",\"kept\":{\"t\":{\"absent:/x\":true}}"), "{}\n");
    assert_string_equal(
        written(*state, ",\"language\":\"de\",\"kept\":{\"t\":{\"absent:/x\":true}}"),
        "{\"x\":{\"y\":{\"e\":[]},\"n\":\"de\"}}\n");
    assert_string_equal(written(*state, ",\"language\":\"de\",\"kept\":{\"t\":{\"/x\":{}}}"),
                        "{\"x\":{\"y\":{\"e\":[]},\"n\":\"de\"}}\n");
}

static void test_what_is_required_is_an_error_where_it_is_missing(void **state)
{
    struct templated *templated = *state;
    static const struct sample samples[] = {
        {"{\"a\":\"x\"}", ",\"id\":\"x\"}", "1m", NULL},
        {"{\"a\":null}", ",\"kept\":{\"t\":{\"/a\":null}}}", "1k", NULL},
    };
    CHECK(ROWS("{\"at\":\"a\",\"field\":\"id\",\"required\":true}"), samples);
    assert_string_equal(written(templated, ""), "");
    const struct collected *found = &templated->whole.found;
    assert_int_equal(found->count, 1);
    assert_string_equal(found->all[0].code, "model.required");
    assert_string_equal(found->all[0].field, "id");
    assert_int_equal(found->all[0].severity, COMITY_ERROR);
    /* The next document is not harmed. */
    assert_string_equal(written(templated, ",\"id\":\"x\""), "{\"a\":\"x\"}\n");
}

/* --- what the template does not know */

static void test_unknown_members_and_their_order_come_back(void **state)
{
    static const struct sample samples[] = {
        {"{\"a\":\"x\",\"q\":[1,{\"r\":null}]}",
         ",\"id\":\"x\",\"kept\":{\"t\":{\"/q\":[1,{\"r\":null}]}}}", "1m2k", NULL},
        {"{\"q\":1,\"a\":\"x\"}",
         ",\"id\":\"x\",\"kept\":{\"t\":{\"/q\":1,\"order:\":[\"q\",\"a\"]}}}", "1m1k", NULL},
        {"{\"o\":{\"b\":\"de\"},\"a\":\"x\"}",
         ",\"id\":\"x\",\"language\":\"de\",\"kept\":{\"t\":{\"order:\":[\"o\",\"a\"]}}}", "2m",
         NULL},
        {"{\"a\":\"x\",\"o\":{\"z\":1,\"b\":\"de\",\"y\":2}}",
         ",\"id\":\"x\",\"language\":\"de\",\"kept\":{\"t\":{\"/o/z\":1,\"/o/y\":2,\"order:/"
         "o\":"
         "[\"z\",\"b\",\"y\"]}}}",
         "2m2k", NULL},
        {"{\"a\":\"x\",\"\":1,\"/\":2,\"~\":3,\"~1\":4,\"a/b\":5,\"o/b\":6,\"order:\":7,"
         "\"absent:/a\":8}",
         ",\"id\":\"x\",\"kept\":{\"t\":{\"/\":1,\"/~1\":2,\"/~0\":3,\"/~01\":4,\"/a~1b\":5,"
         "\"/o~1b\":6,\"/order:\":7,\"/absent:~1a\":8}}}",
         "1m8k", NULL},
        {"{\"a\":\"x\",\"o\":{\"b\":\"de\",\"/\":{\"~\":1},\"\":2}}",
         ",\"id\":\"x\",\"language\":\"de\",\"kept\":{\"t\":{\"/o/~1\":{\"~\":1},\"/o/\":2}}}",
         "2m2k", NULL},
        {"{\"a\":\"x\",\"\\u0001\\n\":1,\"\xC3\xA9\":2}",
         ",\"id\":\"x\",\"kept\":{\"t\":{\"/\\u0001\\n\":1,\"/\xC3\xA9\":2}}}", "1m2k", NULL},
        {"{\"q\":1e400,\"p\":123456789012345678901234567890.10}",
         ",\"kept\":{\"t\":{\"/q\":1e400,\"/p\":123456789012345678901234567890.10}}}", "2k",
         NULL},
    };
    CHECK(ROWS("{\"at\":\"a\",\"field\":\"id\"},{\"at\":\"o/b\",\"field\":\"language\"}"),
          samples);
}

static void test_what_another_format_kept_is_left_alone(void **state)
{
    struct templated *templated = *state;
    compile(templated, ROWS("{\"at\":\"a\",\"field\":\"id\"}"));
    assert_string_equal(
        written(templated, ",\"id\":\"x\",\"kept\":{\"other\":{\"/a\":1,\"/q\":2}}"),
        "{\"a\":\"x\"}\n");
    struct kept *kept = value_kept(templated->whole.record.root, "other", "/q", 2);
    assert_non_null(kept);
    assert_false(kept->flags & VALUE_ASKED);
}

static void test_a_value_that_was_changed_wins_over_what_was_kept(void **state)
{
    struct templated *templated = *state;
    compile(templated, ROWS("{\"at\":\"a\",\"field\":\"id\",\"unknown\":[\"-\"]},"
                            "{\"at\":\"l[]\",\"field\":\"basis.treaties[]\"}"));
    assert_string_equal(written(templated, ",\"id\":\"x\",\"kept\":{\"t\":{\"/a\":7}}"),
                        "{\"a\":\"x\"}\n");
    assert_string_equal(written(templated, ",\"id\":\"7\",\"kept\":{\"t\":{\"/a\":7}}"),
                        "{\"a\":7}\n");
    assert_string_equal(written(templated, ",\"id\":\"x\",\"kept\":{\"t\":{\"/a\":\"-\"}}"),
                        "{\"a\":\"x\"}\n");
    assert_string_equal(written(templated, ",\"basis\":{\"treaties\":[\"x\",\"y\"]},\"kept\":{"
                                           "\"t\":{\"/l/0\":7,\"/l/2\":null}}"),
                        "{\"l\":[\"x\",\"y\",null]}\n");
    assert_string_equal(written(templated, ",\"basis\":{\"treaties\":[\"x\"]},\"kept\":{\"t\":"
                                           "{\"/l\":\"text\"}}"),
                        "{\"l\":[\"x\"]}\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_value_keeps_its_text_and_its_json_type),
        TEST(test_numbers_and_booleans_are_written_as_such),
        TEST(test_a_value_that_the_json_type_cannot_say_is_not_written),
        TEST(test_dates_keep_their_precision_and_what_is_none_stays),
        TEST(test_codes_go_by_their_table_and_others_stay),
        TEST(test_languages_go_by_their_bibliographic_code),
        TEST(test_a_quantity_has_the_unit_of_its_row),
        TEST(test_a_value_that_means_not_known_is_kept_and_no_value),
        TEST(test_one_source_fills_several_fields),
        TEST(test_else_names_the_field_that_stands_in),
        TEST(test_what_stands_beside_a_value_must_be_there),
        TEST(test_constants_are_said_by_the_format_itself),
        TEST(test_absent_members_come_back_absent),
        TEST(test_absent_objects_come_back_absent),
        TEST(test_what_is_required_is_an_error_where_it_is_missing),
        TEST(test_unknown_members_and_their_order_come_back),
        TEST(test_what_another_format_kept_is_left_alone),
        TEST(test_a_value_that_was_changed_wins_over_what_was_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
