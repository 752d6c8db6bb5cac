/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of what a template says beyond one member, one field: constants, cases, sorts of
 * entries, keys and references, what is made, texts too long for the format, texts of parts.
 *
 * Build: nothing beside libcomity-core. */
#include "template_samples.h"

static void test_constants_of_the_format_are_written_and_need_no_keeping(void **state)
{
    static const struct sample samples[] = {
        {"{\"v\":\"2\",\"a\":\"x\"}", ",\"id\":\"x\"}", "2m", NULL},
        {"{\"v\":\"1\",\"a\":\"x\"}", ",\"id\":\"x\",\"kept\":{\"t\":{\"/v\":\"1\"}}}", "1m1k",
         NULL},
        {"{\"v\":2,\"a\":\"x\"}", ",\"id\":\"x\",\"kept\":{\"t\":{\"/v\":2}}}", "1m1k", NULL},
        {"{\"a\":\"x\"}", ",\"id\":\"x\",\"kept\":{\"t\":{\"absent:/v\":true}}}", "1m", NULL},
    };
    static const char text[] =
        ROWS("{\"at\":\"v\",\"const\":[\"2\",\"1\"]},{\"at\":\"a\",\"field\":\"id\"}");
    CHECK(text, samples);
    assert_string_equal(written(*state, ",\"id\":\"x\""), "{\"v\":\"2\",\"a\":\"x\"}\n");
    compile(*state, ROWS("{\"at\":\"o/yes\",\"const\":true},{\"at\":\"a\",\"field\":\"id\"}"));
    assert_string_equal(written(*state, ""), "{\"o\":{\"yes\":true}}\n");
}

/* The two shapes of a person. */
#define PERSONS                                                               \
    "{\"at\":\"a[]\",\"each\":\"persons[]\",\"rows\":["                       \
    "{\"at\":\"natural\",\"when\":{\"type\":\"natural\"},\"rows\":["          \
    "{\"at\":\"v\",\"const\":1},{\"at\":\"name\",\"field\":\"name.full\"}]}," \
    "{\"at\":\"firm\",\"when\":{\"type\":[\"legal\",null]},\"rows\":["        \
    "{\"at\":\"name\",\"field\":\"name.full\"}]}]}"

static void test_a_case_is_said_by_its_object_and_written_where_it_holds(void **state)
{
    static const struct sample samples[] = {
        {"{\"a\":[{\"natural\":{\"v\":1,\"name\":\"x\"}}]}",
         ",\"persons\":[{\"type\":\"natural\",\"name\":{\"full\":\"x\"}}]}", "2m", NULL},
        {"{\"a\":[{\"firm\":{\"name\":\"x\"}}]}", ",\"persons\":[{\"name\":{\"full\":\"x\"}}]}",
         "1m", NULL},
        {"{\"a\":[{\"firm\":{}}]}", ",\"persons\":[{\"kept\":{\"t\":{\"/firm\":{}}}}]}", "1k",
         NULL},
    };
    CHECK(ROWS(PERSONS), samples);
    assert_string_equal(
        written(*state, ",\"persons\":[{\"type\":\"legal\",\"name\":{\"full\":\"x\"}}]"),
        "{\"a\":[{\"firm\":{\"name\":\"x\"}}]}\n");
    assert_string_equal(
        written(*state, ",\"persons\":[{\"type\":\"natural\",\"name\":{\"full\":\"x\"}}]"),
        "{\"a\":[{\"natural\":{\"v\":1,\"name\":\"x\"}}]}\n");
    struct templated *templated = *state;
    struct value *person = value_child(templated->whole.record.root, F_document_persons);
    assert_true(value_child(person, F_person_type)->flags & VALUE_ASKED);
    /* A constant alone says nothing: the case is not written for its sake. */
    assert_string_equal(written(*state, ",\"persons\":[{\"type\":\"natural\"}]"),
                        "{\"a\":[{}]}\n");
}

static void test_legal_persons_are_said_only_where_the_case_is_sure(void **state)
{
    struct templated *templated = *state;
    compile(templated, ROWS(PERSONS));
    written(templated, ",\"persons\":[{\"type\":\"legal\",\"name\":{\"full\":\"x\"}}]");
    struct value *person = value_child(templated->whole.record.root, F_document_persons);
    /* "firm" is written where nothing is said too: so it does not say "legal". */
    assert_false(value_child(person, F_person_type)->flags & VALUE_ASKED);
}

static void test_entries_of_several_sorts_keep_their_order(void **state)
{
    static const struct sample sorts[] = {
        {"{\"a\":[{\"k\":\"tel\",\"v\":\"1\"},{\"k\":\"pass\",\"v\":\"2\"}]}",
         ",\"persons\":[{\"identity_documents\":[{\"number\":\"2\"}],"
         "\"accounts\":[{\"value\":\"1\"}]}]}",
         "4m", NULL},
        {"{\"a\":[{\"k\":\"pass\",\"v\":\"2\"},{\"k\":\"tel\",\"v\":\"1\"},{\"k\":\"pass\","
         "\"v\":\"3\"}]}",
         ",\"persons\":[{\"identity_documents\":[{\"number\":\"2\"},{\"number\":\"3\"}],"
         "\"accounts\":[{\"value\":\"1\"}]}],\"kept\":{\"t\":{\"sorts:/a\":[1,0,1]}}}",
         "6m", NULL},
        {"{\"a\":[{\"k\":\"tel\",\"v\":\"1\"},{\"k\":\"fax\",\"v\":\"9\"},{\"k\":\"tel\","
         "\"v\":\"3\"}]}",
         ",\"persons\":[{\"accounts\":[{\"value\":\"1\"},{\"value\":\"3\"}]}],\"kept\":{\"t\":{"
         "\"/a/1\":{\"k\":\"fax\",\"v\":\"9\"}}}}",
         "4m2k", NULL},
    };
    CHECK(ROWS("{\"at\":\"a[]\",\"each\":\"persons[0].accounts[]\",\"rows\":[{\"at\":\"k\","
               "\"const\":\"tel\"},{\"at\":\"v\",\"field\":\"value\"}]},"
               "{\"at\":\"a[]\",\"each\":\"persons[0].identity_documents[]\",\"rows\":[{\"at\":"
               "\"k\",\"const\":\"pass\"},{\"at\":\"v\",\"field\":\"number\"}]}"),
          sorts);
    assert_string_equal(written(*state, ",\"persons\":[{\"identity_documents\":[{\"number\":"
                                        "\"2\"}]}]"),
                        "{\"a\":[{\"k\":\"pass\",\"v\":\"2\"}]}\n");
}

/* Names and values: each name is a field of its own. */
static void test_an_entry_may_be_chosen_by_its_constant(void **state)
{
    static const struct sample samples[] = {
        {"{\"a\":[{\"k\":\"id\",\"v\":\"x\"},{\"k\":\"text\",\"v\":\"y\"}]}",
         ",\"id\":\"x\",\"purpose\":{\"text\":\"y\"}}", "4m", NULL},
        {"{\"a\":[{\"k\":\"text\",\"v\":\"y\"},{\"k\":\"other\",\"v\":\"z\"}]}",
         ",\"purpose\":{\"text\":\"y\"},\"kept\":{\"t\":{\"/a/1\":{\"k\":\"other\",\"v\":\"z\"}"
         "}}}",
         "2m2k", NULL},
        {"{\"a\":[{\"k\":\"text\",\"v\":\"y\"},{\"k\":\"id\",\"v\":\"x\",\"w\":1}]}",
         ",\"id\":\"x\",\"purpose\":{\"text\":\"y\"},\"kept\":{\"t\":{\"/a/[k=id]/w\":1,"
         "\"sorts:/a\":[1,0]}}}",
         "4m1k", NULL},
        {"{\"a\":[{\"k\":\"id\",\"v\":\"x\"},{\"k\":\"id\",\"v\":\"z\"}]}",
         ",\"id\":\"x\",\"kept\":{\"t\":{\"/a/1\":{\"k\":\"id\",\"v\":\"z\"}}}}", "2m2k", NULL},
    };
    CHECK(ROWS("{\"at\":\"a[k=id]/v\",\"field\":\"id\"},"
               "{\"at\":\"a[k=text]/v\",\"field\":\"purpose.text\"}"),
          samples);
    assert_string_equal(written(*state, ",\"purpose\":{\"text\":\"y\"}"),
                        "{\"a\":[{\"k\":\"text\",\"v\":\"y\"}]}\n");
    assert_string_equal(written(*state, ""), "{}\n");
}

static void test_a_list_of_one_may_stand_without_its_list(void **state)
{
    static const struct sample samples[] = {
        {"{\"a\":\"x\"}", ",\"basis\":{\"treaties\":[\"x\"]}}", "1m", NULL},
        {"{\"a\":[\"x\",\"y\"]}", ",\"basis\":{\"treaties\":[\"x\",\"y\"]}}", "2m", NULL},
        {"{\"a\":[\"x\"]}",
         ",\"basis\":{\"treaties\":[\"x\"]},\"kept\":{\"t\":{\"list:/a\":true}}}", "1m", NULL},
        {"{\"a\":7}", ",\"basis\":{\"treaties\":[\"7\"]},\"kept\":{\"t\":{\"/a/0\":7}}}", "1m",
         NULL},
    };
    static const struct sample objects[] = {
        {"{\"a\":{\"n\":\"x\"}}", ",\"persons\":[{\"name\":{\"full\":\"x\"}}]}", "1m", NULL},
        {"{\"a\":[{\"n\":\"x\"}]}",
         ",\"persons\":[{\"name\":{\"full\":\"x\"}}],\"kept\":{\"t\":{\"list:/a\":true}}}",
         "1m", NULL},
        {"{\"a\":[{\"n\":\"x\"},{\"n\":\"y\"}]}",
         ",\"persons\":[{\"name\":{\"full\":\"x\"}},{\"name\":{\"full\":\"y\"}}]}", "2m", NULL},
    };
    CHECK(ROWS("{\"at\":\"a[]\",\"field\":\"basis.treaties[]\",\"single\":true}"), samples);
    CHECK(ROWS("{\"at\":\"a[]\",\"each\":\"persons[]\",\"single\":true,\"rows\":[{\"at\":\"n\","
               "\"field\":\"name.full\"}]}"),
          objects);
}

/* A list that defines persons, and one that says which of them are suspects. */
#define KEYED                                                                      \
    "{\"at\":\"a[]\",\"each\":\"persons[]\",\"key\":\"id\",\"rows\":["             \
    "{\"at\":\"id\",\"made\":\"key\",\"prefix\":\"P\"},"                           \
    "{\"at\":\"n\",\"field\":\"name.full\"}]},"                                    \
    "{\"at\":\"s[]\",\"each\":\"persons[]\",\"ref\":\"of/id\",\"when\":{\"role\":" \
    "\"suspect\"},\"rows\":[{\"at\":\"of/id\",\"made\":\"ref\"},"                  \
    "{\"at\":\"j\",\"field\":\"occupation\"}]}"

static void test_entries_that_refer_to_one_another_are_one_group(void **state)
{
    static const struct sample samples[] = {
        {"{\"a\":[{\"id\":\"x1\",\"n\":\"A\"},{\"id\":\"x2\",\"n\":\"B\"}],"
         "\"s\":[{\"of\":{\"id\":\"x2\"},\"j\":\"keeper\"}]}",
         ",\"persons\":[{\"name\":{\"full\":\"A\"},\"kept\":{\"t\":{\"/"
         "id\":\"x1\"}}},{\"role\":"
         "\"suspect\",\"name\":{\"full\":\"B\"},\"occupation\":\"keeper\",\"kept\":{\"t\":{"
         "\"/id\":\"x2\"}}}]}",
         "4m2k", NULL},
        {"{\"s\":[{\"of\":{\"id\":\"x1\"},\"j\":\"keeper\"}],\"a\":[{\"id\":\"x1\",\"n\":\"A\"}"
         "]"
         "}",
         ",\"persons\":[{\"role\":\"suspect\",\"name\":{\"full\":\"A\"},\"occupation\":"
         "\"keeper\",\"kept\":{\"t\":{\"/id\":\"x1\"}}}],\"kept\":{\"t\":{\"order:\":[\"s\","
         "\"a\"]}}}",
         "3m1k", NULL},
    };
    CHECK(ROWS(KEYED), samples);
    assert_string_equal(
        written(*state, ",\"persons\":[{\"name\":{\"full\":\"A\"}},{\"role\":\"suspect\","
                        "\"name\":{\"full\":\"B\"}}]"),
        "{\"a\":[{\"id\":\"P1\",\"n\":\"A\"},{\"id\":\"P2\",\"n\":\"B\"}],"
        "\"s\":[{\"of\":{\"id\":\"P2\"}}]}\n");
    assert_string_equal(
        written(*state, ",\"persons\":[{\"kept\":{\"t\":{\"/id\":\"P2\"}}},{\"role\":"
                        "\"suspect\"}]"),
        "{\"a\":[{\"id\":\"P2\"},{\"id\":\"P2_\"}],\"s\":[{\"of\":{\"id\":\"P2_\"}}]}\n");
}

static void test_references_to_nothing_and_keys_twice_are_told(void **state)
{
    struct templated *templated = *state;
    compile(templated, ROWS(KEYED));
    assert_int_equal(templated_open(templated,
                                    "{\"a\":[{\"id\":\"x\",\"n\":\"A\"},{\"id\":\"x\",\"n\":"
                                    "\"B\"}],\"s\":[{\"of\":{\"id\":\"y\"}}]}"),
                     COMITY_OK);
    assert_int_equal(templated_next(templated), COMITY_OK);
    const struct collected *found = &templated->whole.found;
    assert_int_equal(found->count, 2);
    assert_string_equal(found->all[0].code, "model.key-twice");
    assert_string_equal(found->all[0].source, "/a/1/id");
    assert_string_equal(found->all[1].code, "model.reference");
    assert_string_equal(found->all[1].source, "/s/0/of/id");
}

static void test_what_is_made_is_told_and_always_the_same(void **state)
{
    struct templated *templated = *state;
    char first[200];
    compile(templated, ROWS("{\"at\":\"u\",\"made\":\"uuid\"},{\"at\":\"a\",\"field\":\"id\"},"
                            "{\"at\":\"d\",\"field\":\"issued\",\"made\":\"date\"}"));
    setenv("SOURCE_DATE_EPOCH", "86400", 1);
    snprintf(first, sizeof(first), "%s", written(templated, ",\"id\":\"x\""));
    assert_int_equal(strlen(first), strlen("{\"u\":\"01234567-0123-5123-8123-0123456789ab\","
                                           "\"a\":\"x\",\"d\":\"1970-01-02\"}\n"));
    assert_int_equal(first[strlen("{\"u\":\"01234567-0123-")], '5');
    assert_non_null(strstr(first, "\"d\":\"1970-01-02\""));
    assert_int_equal(templated->whole.found.count, 2);
    assert_string_equal(templated->whole.found.all[0].code, "model.made");
    assert_string_equal(first, written(templated, ",\"id\":\"x\""));
    assert_string_not_equal(first, written(templated, ",\"id\":\"y\""));
    assert_string_equal(
        written(templated, ",\"id\":\"x\",\"issued\":\"2026-01-02\",\"kept\":{\"t\":{\"/u\":"
                           "\"mine\"}}"),
        "{\"u\":\"mine\",\"a\":\"x\",\"d\":\"2026-01-02\"}\n");
    unsetenv("SOURCE_DATE_EPOCH");
}

static void test_a_text_too_long_is_cut_and_its_whole_stands_beside_it(void **state)
{
    static const struct sample samples[] = {
        {"{\"a\":\"short\"}", ",\"id\":\"short\"}", "1m", NULL},
        {"{\"a\":\"0123456789…\",\"w\":\"0123456789abcdef\"}", ",\"id\":\"0123456789abcdef\"}",
         "2m", NULL},
        {"{\"a\":\"012345678…\",\"w\":\"012345678 abcdef\"}", ",\"id\":\"012345678 abcdef\"}",
         "2m", NULL},
        {"{\"a\":\"other\",\"w\":\"0123456789abcdef\"}",
         ",\"id\":\"other\",\"kept\":{\"t\":{\"other:/w\":[\"other\",\"0123456789abcdef\"]}}}",
         "1m1k", "model.twice"},
    };
    CHECK(ROWS("{\"at\":\"a\",\"field\":\"id\",\"max\":11,\"overflow\":\"w\"},"
               "{\"at\":\"w\",\"whole_of\":\"a\"}"),
          samples);
    struct templated *templated = *state;
    compile(templated, ROWS("{\"at\":\"a\",\"field\":\"id\",\"max\":4}"));
    assert_string_equal(written(templated, ",\"id\":\"дело\""), "{\"a\":\"дело\"}\n");
    assert_int_equal(templated->whole.found.count, 0);
    assert_string_equal(written(templated, ",\"id\":\"делом\""), "{\"a\":\"дел…\"}\n");
    assert_string_equal(templated->whole.found.all[0].code, "loss.cut");
    assert_int_equal(templated->whole.found.all[0].severity, COMITY_LOSS);
}

static void test_a_text_of_parts_is_taken_apart(void **state)
{
    static const struct sample samples[] = {
        {"{\"a\":\"x, born 1985\"}",
         ",\"persons\":[{\"name\":{\"full\":\"x\"},\"birth\":{\"date\":\"1985\"}}]}", "1m",
         NULL},
        {"{\"a\":null}", ",\"kept\":{\"t\":{\"/a\":null}}}", "1k", NULL},
        {"{\"a\":\"x; born 1985\"}", ",\"persons\":[{\"name\":{\"full\":\"x; born 1985\"}}]}",
         "1m", NULL},
        {"{\"a\":\"x ,born 1985\"}",
         ",\"persons\":[{\"name\":{\"full\":\"x\"},\"birth\":{\"date\":\"1985\"}}],"
         "\"combined\":"
         "[{\"item\":\"a\",\"covers\":[\"persons.name.full\",\"persons.birth.date\"],"
         "\"text\":\"x ,born 1985\",\"complete\":true}]}",
         "1m", NULL},
    };
    CHECK(ROWS("{\"at\":\"a\",\"between\":\", \",\"parts\":[{\"part\":\"{}\",\"field\":"
               "\"persons[0].name.full\",\"first\":true},{\"part\":\"born {}\",\"field\":"
               "\"persons[0].birth.date\",\"date\":\"YYYY-MM-DD\"}]}"),
          samples);
}

/* --- faults of a template */

static void faulty(struct templated *templated, const char *rows, const char *code)
{
    char text[2048];
    snprintf(text, sizeof(text), HEAD "\"rows\":[%s]}", rows);
    assert_int_equal(templated_compile(templated, text), COMITY_E_INVALID);
    assert_string_equal(templated->found.all[0].code, code);
}

static void test_planted_faults_are_refused(void **state)
{
    faulty(*state, "{\"at\":\"a[k=1]\",\"field\":\"id\"}", "template.at");
    faulty(*state, "{\"at\":\"a[k]/v\",\"field\":\"id\"}", "template.at");
    faulty(*state, "{\"at\":\"a\",\"field\":\"id\"},{\"at\":\"a[k=1]/v\",\"keep\":true}",
           "template.at");
    faulty(*state, "{\"at\":\"a\",\"const\":{}}", "template.const");
    faulty(*state, "{\"at\":\"a\",\"const\":[]}", "template.const");
    faulty(*state, "{\"at\":\"a[]\",\"const\":1}", "template.row");
    faulty(*state, "{\"at\":\"a\",\"when\":{},\"rows\":[]}", "template.when");
    faulty(*state, "{\"at\":\"a\",\"when\":{\"id\":1},\"rows\":[]}", "template.when");
    faulty(*state, "{\"at\":\"a\",\"when\":{\"nowhere\":\"x\"},\"rows\":[]}", "template.field");
    faulty(*state, "{\"at\":\"a\",\"field\":\"id\",\"max\":1}", "template.max");
    faulty(*state, "{\"at\":\"a\",\"field\":\"id\",\"overflow\":\"w\"}", "template.max");
    faulty(*state, "{\"at\":\"w\",\"whole_of\":\"a\"}", "template.max");
    faulty(*state, "{\"at\":\"a\",\"made\":\"money\"}", "template.made");
    faulty(*state,
           "{\"at\":\"a[]\",\"each\":\"persons[]\",\"key\":\"k\",\"ref\":\"k\",\"rows\":[]}",
           "template.key");
    faulty(*state, "{\"at\":\"a\",\"field\":\"id\"},{\"at\":\"a\",\"const\":1}", "template.at");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_constants_of_the_format_are_written_and_need_no_keeping),
        TEST(test_a_case_is_said_by_its_object_and_written_where_it_holds),
        TEST(test_legal_persons_are_said_only_where_the_case_is_sure),
        TEST(test_entries_of_several_sorts_keep_their_order),
        TEST(test_an_entry_may_be_chosen_by_its_constant),
        TEST(test_a_list_of_one_may_stand_without_its_list),
        TEST(test_entries_that_refer_to_one_another_are_one_group),
        TEST(test_references_to_nothing_and_keys_twice_are_told),
        TEST(test_what_is_made_is_told_and_always_the_same),
        TEST(test_a_text_too_long_is_cut_and_its_whole_stands_beside_it),
        TEST(test_a_text_of_parts_is_taken_apart),
        TEST(test_planted_faults_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
