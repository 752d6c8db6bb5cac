/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the canonical formats: every field of the table there and back in both
 * syntaxes, what is kept, and faults with their code and place.
 *
 * Build: with tests/support/failing_alloc.c and made_records.c, linked as they say. */
#include "failing_alloc.h"
#include "kit/made_records.h"
#include "whole_record.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

#define HEAD "{\"schema\":\"" SCHEMA_URN "\",\"kind\":\"decision\""
#define XML_HEAD "<document xmlns=\"" SCHEMA_URN "\"><kind>decision</kind>"

static int set_up(void **state)
{
    struct whole_record *whole = calloc(1, sizeof(*whole));
    whole_init(whole);
    *state = whole;
    return 0;
}

static int tear_down(void **state)
{
    whole_free(*state);
    free(*state);
    return 0;
}

static void show_first(const struct whole_record *whole)
{
    if (whole->found.count)
        fail_msg("%s at %s: %s", whole->found.all[0].code, whole->found.all[0].source,
                 whole->found.all[0].message);
}

/* Every leaf has been looked at, and none is lost. */
static void check_leaves(const struct whole_record *whole)
{
    for (uint32_t i = 1; i < whole->tree.count; i++) {
        const struct comity_node *node = tree_node(&whole->tree, i);
        if (tree_is_leaf(&whole->tree, node) && node->fate != FATE_MAPPED &&
            node->fate != FATE_KEPT)
            fail_msg("node %u (%.*s) has fate %u", i, (int)node->name_len,
                     node->name ? node->name : "", node->fate);
    }
}

static void same_through_json(struct whole_record *whole, const char *text, size_t size)
{
    if (whole_read(whole, SYNTAX_JSON, text, size) != COMITY_OK)
        show_first(whole);
    check_leaves(whole);
    const char *back = whole_json(whole);
    assert_int_equal(whole->out.size, size + 1);
    assert_memory_equal(back, text, size);
}

static void same_through_xml(struct whole_record *whole, const char *text, size_t size)
{
    struct buffer xml;
    buffer_init(&xml, 0);
    if (whole_read(whole, SYNTAX_JSON, text, size) != COMITY_OK)
        show_first(whole);
    convention_write_xml(&whole->record, &xml);
    assert_int_equal(buffer_status(&xml), COMITY_OK);
    buffer_char(&xml, '\0');
    if (whole_read(whole, SYNTAX_XML, xml.bytes, xml.size - 1) != COMITY_OK)
        show_first(whole);
    check_leaves(whole);
    const char *back = whole_json(whole);
    if (whole->out.size != size + 1 || memcmp(back, text, size) != 0)
        fail_msg("%.3000s\nbecame\n%.3000s\nby\n%.3000s", text, back, xml.bytes);
    buffer_free(&xml);
}

/* --- there and back */

static void test_every_field_of_the_table_comes_back_through_json(void **state)
{
    for (unsigned entries = 1; entries < 4; entries++) {
        struct buffer text;
        buffer_init(&text, 0);
        made_full(&text, entries);
        same_through_json(*state, text.bytes, text.size);
        assert_int_equal(((struct whole_record *)*state)->found.count, 0);
        buffer_free(&text);
    }
}

static void test_every_field_of_the_table_comes_back_through_xml(void **state)
{
    for (unsigned entries = 1; entries < 4; entries++) {
        struct buffer text;
        buffer_init(&text, 0);
        made_full(&text, entries);
        buffer_char(&text, '\0');
        same_through_xml(*state, text.bytes, text.size - 1);
        assert_int_equal(((struct whole_record *)*state)->found.count, 0);
        buffer_free(&text);
    }
}

static const char *const plain_documents[] = {
    HEAD "}",
    HEAD ",\"persons\":[],\"links\":[]}",
    HEAD ",\"persons\":[{}],\"facts\":{}}",
    HEAD ",\"persons\":[{},{\"languages\":[]},{\"name\":{}}]}",
    HEAD ",\"facts\":{\"summary\":\"\"},\"basis\":{\"treaties\":[\"\",\"\"]}}",
    HEAD ",\"facts\":{\"summary\":\"  two  blanks  \"}}",
    HEAD ",\"facts\":{\"summary\":\"\\t\\r\\n\\r\"}}",
    HEAD ",\"facts\":{\"summary\":\"]]><!--<![CDATA[&amp;\"}}",
    HEAD ",\"facts\":{\"summary\":\"\\u0001\\u001f\\u007f\"}}",
    HEAD ",\"facts\":{\"summary\":\"\xEF\xBF\xBE\"}}",
    HEAD ",\"facts\":{\"summary\":\"\xC2\x85\xE2\x80\xA8\xEF\xBB\xBF\xF4\x8F\xBF\xBF\"}}",
    HEAD ",\"kept\":{\"a\":{\"/x\":null}}}",
    HEAD ",\"kept\":{\"a\":{\"order:\":[\"b\",\"a\"],\"/x\":{\"y\":[1.50,-0,1E+400]}},"
         "\"b\":{\"/x\":\"\\u0001\"}}}",
    HEAD
    ",\"persons\":[{\"kept\":{\"a\":{\"/\\u0001\":1,\"/\\n\\t\":2,\"\":3,\"/\\u007f\":4}}}]}",
    HEAD
    ",\"persons\":[{\"key\":\"p\",\"kept\":{\"a\":{\"/b\":[]}}},{\"kept\":{\"a\":{\"/b\":{}}"
    "}}],\"kept\":{\"\\\"<&>\":{\"/\\\"<&>'\":\"\\\"<&>'\"}}}",
};

static void test_empty_things_odd_texts_and_what_is_kept_come_back(void **state)
{
    for (size_t i = 0; i < sizeof(plain_documents) / sizeof(plain_documents[0]); i++) {
        same_through_json(*state, plain_documents[i], strlen(plain_documents[i]));
        same_through_xml(*state, plain_documents[i], strlen(plain_documents[i]));
    }
}

static void test_numbers_that_are_kept_keep_all_their_digits(void **state)
{
    static const char text[] =
        HEAD ",\"kept\":{\"a\":{\"/n\":1234567890123456789012345678901234567890.10}}}";
    same_through_json(*state, text, strlen(text));
    same_through_xml(*state, text, strlen(text));
}

static void test_white_space_and_order_of_the_source_do_not_matter(void **state)
{
    struct whole_record *whole = *state;
    static const char text[] = "{ \"facts\" : {\"language\":\"de\", \"summary\":\"\\u0041\"},\n"
                               "\"kind\":\"decision\" ,\"schema\":\"urn:comity:convention:1\"}";
    assert_int_equal(whole_read(whole, SYNTAX_JSON, text, strlen(text)), COMITY_OK);
    assert_string_equal(whole_json(whole),
                        HEAD ",\"facts\":{\"summary\":\"A\",\"language\":\"de\"}}");
}

static void test_text_that_xml_cannot_carry_goes_as_base64(void **state)
{
    struct whole_record *whole = *state;
    static const char text[] =
        HEAD ",\"facts\":{\"summary\":\"\\u0001a\",\"language\":\"de\"}}";
    assert_int_equal(whole_read(whole, SYNTAX_JSON, text, strlen(text)), COMITY_OK);
    buffer_clear(&whole->out);
    convention_write_xml(&whole->record, &whole->out);
    buffer_char(&whole->out, '\0');
    assert_non_null(strstr(whole->out.bytes, "<summary encoding=\"base64\">AWE=</summary>"));
    assert_non_null(strstr(whole->out.bytes, "<language>de</language>"));
}

/* --- faults */

struct fault {
    const char *text, *code;
    uint64_t line, column;
    const char *source;
};

/* Each text has one fault, and is refused for it. */
static void check_faults(struct whole_record *whole, enum syntax_id syntax,
                         const struct fault *faults, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct fault *fault = &faults[i];
        comity_status status = whole_read(whole, syntax, fault->text, strlen(fault->text));
        const struct collected_one *found = &whole->found.all[0];
        if (status != COMITY_E_INVALID || whole->found.count == 0)
            fail_msg("%s: status %d, %zu findings", fault->text, (int)status,
                     whole->found.count);
        if (strcmp(found->code, fault->code) != 0 || found->line != fault->line ||
            found->column != fault->column || strcmp(found->source, fault->source) != 0 ||
            found->severity != COMITY_ERROR)
            fail_msg("%s: %s at %u:%u %s: %s", fault->text, found->code, (unsigned)found->line,
                     (unsigned)found->column, found->source, found->message);
    }
}

static void test_faults_of_json_are_told_with_their_place(void **state)
{
    static const struct fault faults[] = {
        {"[]", "model.type", 1, 1, ""},
        {"7", "model.type", 1, 1, ""},
        {"\"x\"", "model.type", 1, 1, ""},
        {"{\"kind\":\"decision\"}", "model.schema", 1, 1, ""},
        {"{\"schema\":\"urn:x\",\n\"kind\":\"decision\"}", "model.schema", 1, 11, "/schema"},
        {"{\"schema\":1,\"kind\":\"decision\"}", "model.schema", 1, 11, "/schema"},
        {"{\"schema\":\"" SCHEMA_URN "\"}", "model.required", 1, 1, ""},
        {"{\"schema\":\"" SCHEMA_URN "\",\n \"kind\":\"request\"}", "model.kind", 2, 9,
         "/kind"},
        {"{\"schema\":\"" SCHEMA_URN "\",\n\"kind\":7}", "model.type", 2, 8, "/kind"},
        {HEAD ",\n\"persons\":{}}", "model.type", 2, 11, "/persons"},
        {HEAD ",\n\"persons\":[\n7]}", "model.type", 3, 1, "/persons/0"},
        {HEAD ",\n\"persons\":[{\"name\":[]}]}", "model.type", 2, 20, "/persons/0/name"},
        {HEAD ",\n\"persons\":[{\"name\":null}]}", "model.type", 2, 20, "/persons/0/name"},
        {HEAD ",\n\"persons\":[null]}", "model.type", 2, 12, "/persons/0"},
        {HEAD ",\n\"id\":12}", "model.type", 2, 6, "/id"},
        {HEAD ",\n\"id\":true}", "model.type", 2, 6, "/id"},
        {HEAD ",\n\"id\":[\"12\"]}", "model.type", 2, 6, "/id"},
        {HEAD ",\n\"emergency\":{\"direct\":\"true\"}}", "model.type", 2, 23,
         "/emergency/direct"},
        {HEAD ",\n\"emergency\":{\"direct\":1}}", "model.type", 2, 23, "/emergency/direct"},
        {HEAD ",\n\"facts\":\"text\"}", "model.type", 2, 9, "/facts"},
        {HEAD ",\n\"persons\":[{\"nationalities\":\"LV\"}]}", "model.type", 2, 29,
         "/persons/0/nationalities"},
        {HEAD ",\n\"extra\":1}", "model.unknown-field", 2, 9, "/extra"},
        {HEAD ",\n\"facts\":{\"Summary\":\"\"}}", "model.unknown-field", 2, 20,
         "/facts/Summary"},
        {HEAD ",\n\"\":{}}", "model.unknown-field", 2, 4, "/"},
        {HEAD ",\n\"kept\":[]}", "model.type", 2, 8, "/kept"},
        {HEAD ",\n\"kept\":{\"a\":[]}}", "model.type", 2, 13, "/kept/a"},
        {HEAD ",\n\"kept\":null}", "model.type", 2, 8, "/kept"},
        {HEAD ",\n\"facts\":{\"schema\":\"x\"}}", "model.unknown-field", 2, 19,
         "/facts/schema"},
    };
    check_faults(*state, SYNTAX_JSON, faults, sizeof(faults) / sizeof(faults[0]));
}

static void test_faults_of_xml_are_told_with_their_place(void **state)
{
    static const struct fault faults[] = {
        {"<document/>", "model.schema", 1, 1, "/document"},
        {"<x xmlns=\"" SCHEMA_URN "\"/>", "model.schema", 1, 1, "/x"},
        {"<document xmlns=\"urn:comity:convention:2\"/>", "model.schema", 1, 1, "/document"},
        {"<document xmlns=\"" SCHEMA_URN "\"/>", "model.required", 1, 1, "/document"},
        {"<document xmlns=\"" SCHEMA_URN "\">\n<kind>x</kind></document>", "model.kind", 2, 1,
         "/document/kind"},
        {XML_HEAD "\n<extra/></document>", "model.unknown-field", 2, 1, "/document/extra"},
        {XML_HEAD "\n<schema>x</schema></document>", "model.unknown-field", 2, 1,
         "/document/schema"},
        {XML_HEAD "\n<id xmlns=\"urn:x\">1</id></document>", "model.schema", 2, 1,
         "/document/id"},
        {XML_HEAD "\n<id xmlns=\"\">1</id></document>", "model.schema", 2, 1, "/document/id"},
        {XML_HEAD "\n<id>1</id>\n<id>2</id></document>", "model.type", 3, 1, "/document/id[2]"},
        {XML_HEAD "\n<id><x/></id></document>", "model.type", 2, 1, "/document/id"},
        {XML_HEAD "\n<facts>text</facts></document>", "model.type", 2, 1, "/document/facts"},
        {XML_HEAD "\n<id x=\"1\">1</id></document>", "model.unknown-field", 2, 5,
         "/document/id/@x"},
        {XML_HEAD "\n<facts x=\"1\"/></document>", "model.unknown-field", 2, 8,
         "/document/facts/@x"},
        {XML_HEAD "\n<id encoding=\"base64\">!</id></document>", "model.encoding", 2, 1,
         "/document/id"},
        {XML_HEAD "\n<id encoding=\"base64\">/w==</id></document>", "model.encoding", 2, 1,
         "/document/id"},
        {XML_HEAD "\n<id encoding=\"hex\">41</id></document>", "model.encoding", 2, 1,
         "/document/id"},
        {XML_HEAD "\n<persons list=\"empty\">x</persons></document>", "model.type", 2, 1,
         "/document/persons"},
        {XML_HEAD "\n<persons list=\"empty\"><key>1</key></persons></document>", "model.type",
         2, 1, "/document/persons"},
        {XML_HEAD "\n<persons list=\"empty\"/>\n<persons/></document>", "model.type", 3, 1,
         "/document/persons[2]"},
        {XML_HEAD "\n<persons/>\n<persons list=\"empty\"/></document>", "model.type", 3, 1,
         "/document/persons[2]"},
        {XML_HEAD "\n<kept><item format=\"a\">1</item></kept></document>", "model.type", 2, 7,
         "/document/kept/item"},
        {XML_HEAD "\n<kept><item key=\"a\">1</item></kept></document>", "model.type", 2, 7,
         "/document/kept/item"},
        {XML_HEAD "\n<kept><item format=\"a\" key=\"/b\"></item></kept></document>",
         "model.type", 2, 7, "/document/kept/item"},
        {XML_HEAD "\n<kept><item format=\"a\" key=\"/b\">{</item></kept></document>",
         "model.type", 2, 7, "/document/kept/item"},
        {XML_HEAD "\n<kept><item format=\"a\" key=\"/b\">1 2</item></kept></document>",
         "model.type", 2, 7, "/document/kept/item"},
        {XML_HEAD "\n<kept><item format=\"a\" key-base64=\"!\">1</item></kept></document>",
         "model.type", 2, 7, "/document/kept/item"},
        {XML_HEAD "\n<kept><x format=\"a\" key=\"/b\">1</x></kept></document>", "model.type", 2,
         7, "/document/kept/x"},
        {XML_HEAD "\n<kept>text</kept></document>", "model.type", 2, 1, "/document/kept"},
        {XML_HEAD "\n<kept><x/></kept></document>", "model.type", 2, 7, "/document/kept/x"},
    };
    check_faults(*state, SYNTAX_XML, faults, sizeof(faults) / sizeof(faults[0]));
}

static void test_all_faults_are_told_in_one_run(void **state)
{
    struct whole_record *whole = *state;
    static const char text[] =
        "{\"schema\":\"x\",\"kind\":\"y\",\"id\":1,\"z\":2,\"persons\":[3]}";
    static const char *const codes_met[] = {"model.schema", "model.kind", "model.type",
                                            "model.unknown-field", "model.type"};
    assert_int_equal(whole_read(whole, SYNTAX_JSON, text, strlen(text)), COMITY_E_INVALID);
    assert_int_equal(whole->found.count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(whole->found.all[i].code, codes_met[i]);
}

static void test_a_value_that_does_not_fit_stays_with_a_warning(void **state)
{
    struct whole_record *whole = *state;
    static const char text[] = HEAD
        ",\"issued\":\"yesterday\",\"urgency\":\"soon\",\"requesting\":{\"state\":\"Latvia\"}}";
    same_through_json(whole, text, strlen(text));
    assert_int_equal(whole->found.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(whole->found.all[i].severity, COMITY_WARNING);
    assert_string_equal(whole->found.all[0].code, "model.date");
    assert_string_equal(whole->found.all[0].field, "issued");
    assert_string_equal(whole->found.all[1].code, "model.code");
    assert_string_equal(whole->found.all[2].code, "model.country");
    assert_string_equal(whole->found.all[2].field, "requesting.state");
    assert_string_equal(whole->found.all[2].source, "/requesting/state");
}

/* --- memory */

static void read_and_write(enum syntax_id syntax, const char *text, size_t size,
                           const char *wanted)
{
    bool failed = true;
    for (unsigned long n = 0; failed; n++) {
        struct whole_record whole;
        whole_init(&whole);
        failing_alloc_after(n);
        comity_status status = whole_read(&whole, syntax, text, size);
        buffer_clear(&whole.out);
        if (status == COMITY_OK) {
            convention_write_xml(&whole.record, &whole.out);
            status = buffer_status(&whole.out);
        }
        buffer_clear(&whole.out);
        if (status == COMITY_OK) {
            convention_write_json(&whole.record, &whole.out);
            status = buffer_status(&whole.out);
        }
        failed = failing_alloc_stop();
        if (status != COMITY_OK && status != COMITY_E_NOMEM)
            fail_msg("allocation %lu gave %d", n, (int)status);
        if (!failed)
            assert_int_equal(status, COMITY_OK);
        if (status == COMITY_OK) {
            assert_int_equal(whole.out.size, strlen(wanted));
            assert_memory_equal(whole.out.bytes, wanted, whole.out.size);
        }
        whole_free(&whole);
    }
}

static void test_reading_and_writing_survive_failed_allocations(void **state)
{
    struct whole_record *whole = *state;
    struct buffer text, xml;
    buffer_init(&text, 0);
    buffer_init(&xml, 0);
    made_full(&text, 2);
    text.size--; /* and a kept part, which the table does not have */
    buffer_text(&text, ",\"kept\":{\"a\":{\"/\\u0001\":\"\\u0002\",\"/b\":{\"c\":[1]}}}}");
    buffer_char(&text, '\0');
    assert_int_equal(whole_read(whole, SYNTAX_JSON, text.bytes, text.size - 1), COMITY_OK);
    convention_write_xml(&whole->record, &xml);
    read_and_write(SYNTAX_JSON, text.bytes, text.size - 1, text.bytes);
    read_and_write(SYNTAX_XML, xml.bytes, xml.size, text.bytes);
    buffer_free(&xml);
    buffer_free(&text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_every_field_of_the_table_comes_back_through_json),
        TEST(test_every_field_of_the_table_comes_back_through_xml),
        TEST(test_empty_things_odd_texts_and_what_is_kept_come_back),
        TEST(test_numbers_that_are_kept_keep_all_their_digits),
        TEST(test_white_space_and_order_of_the_source_do_not_matter),
        TEST(test_text_that_xml_cannot_carry_goes_as_base64),
        TEST(test_faults_of_json_are_told_with_their_place),
        TEST(test_faults_of_xml_are_told_with_their_place),
        TEST(test_all_faults_are_told_in_one_run),
        TEST(test_a_value_that_does_not_fit_stays_with_a_warning),
        TEST(test_reading_and_writing_survive_failed_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
