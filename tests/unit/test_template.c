/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of compiling a template: every fault with its code and line, detection, and the
 * flat table.
 *
 * Build: with tests/support/failing_alloc.c, linked as it says. */
#include "failing_alloc.h"
#include "templated.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

static int set_up(void **state)
{
    struct templated *templated = calloc(1, sizeof(*templated));
    templated_init(templated);
    *state = templated;
    return 0;
}

static int tear_down(void **state)
{
    templated_free(*state);
    free(*state);
    return 0;
}

#define ID "{\"comity_template\":1,\"id\":\"t\",\"title\":\"T\",\"syntax\":\"json\",\n"
#define KINDS "\"kinds\":[\"decision\"],\n"
#define DETECT "\"detect\":{\"all\":[\"a\"],\"score\":50},\n"
#define ROWS "\"rows\":[{\"at\":\"a\",\"field\":\"id\"}]\n"
/* The row stands in line 5. */
#define ROW(row) ID KINDS DETECT "\"rows\":[\n" row "]}"
/* The member stands in line 4. */
#define WITH(member) ID KINDS DETECT member ",\n" ROWS "}"

struct fault {
    const char *text, *code;
    uint64_t line;
};

static void check_faults(struct templated *templated, const struct fault *faults, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct fault *fault = &faults[i];
        comity_status status = templated_compile(templated, fault->text);
        const struct collected_one *found = &templated->found.all[0];
        if (status != COMITY_E_INVALID || templated->t || templated->found.count == 0)
            fail_msg("%s: status %d, %zu findings", fault->text, (int)status,
                     templated->found.count);
        if (strcmp(found->code, fault->code) != 0 || found->line != fault->line ||
            found->severity != COMITY_ERROR)
            fail_msg("%s: %s in line %u: %s", fault->text, found->code, (unsigned)found->line,
                     found->message);
    }
}

static void test_a_template_without_fault_compiles(void **state)
{
    struct templated *templated = *state;
    static const char *const texts[] = {
        ID KINDS DETECT ROWS "}",
        "\n\n" ID KINDS DETECT ROWS "}\n",
        ROW("{\"at\":\"b\",\"field\":\"persons[0].birth.date\",\"date\":\"DD.MM.YYYY\"}"),
        WITH("\"note\":\"n\",\"source\":\"s\",\"media_types\":[\"a/b\"]"),
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (templated_compile(templated, texts[i]) != COMITY_OK)
            fail_msg("%s: %s", texts[i], templated->found.all[0].message);
}

static void test_faults_of_the_head_are_told_with_their_line(void **state)
{
    static const struct fault faults[] = {
        {"", "json.truncated", 1},
        {"\n{\"comity_template\":1,\n\"id\" 7}", "json.syntax", 3},
        {"[]", "template.type", 1},
        {ID KINDS DETECT ROWS "}\n{}", "json.trailing-text", 6},
        {"{\"comity_template\":2,\"id\":\"t\",\"title\":\"T\",\"syntax\":\"json\",\n" KINDS
             DETECT ROWS "}",
         "template.version", 1},
        {"{\"id\":\"t\",\"title\":\"T\",\"syntax\":\"json\",\n" KINDS DETECT ROWS "}",
         "template.version", 1},
        {"{\"comity_template\":1,\"title\":\"T\",\"syntax\":\"json\",\n" KINDS DETECT ROWS "}",
         "template.head", 1},
        {"{\"comity_template\":1,\"id\":\"t\",\"title\":\"T\",\"syntax\":\"yaml\",\n" KINDS
             DETECT ROWS "}",
         "template.head", 1},
        {"{\"comity_template\":1,\n\"id\":7,\"title\":\"T\",\"syntax\":\"json\",\n" KINDS DETECT
             ROWS "}",
         "template.type", 2},
        {WITH("\"nonsense\":1"), "template.unknown-member", 4},
        {ID KINDS DETECT "\"note\":\"\"}", "template.row", 1},
        {ID KINDS DETECT "\"rows\":{}}", "template.row", 4},
        {ID DETECT ROWS "}", "template.kind", 1},
        {ID "\"kinds\":[],\n" DETECT ROWS "}", "template.kind", 2},
        {ID "\"kinds\":[\n\"request\"],\n" DETECT ROWS "}", "template.kind", 3},
        {ID "\"kinds\":[\n7],\n" DETECT ROWS "}", "template.kind", 3},
        {ID "\"kinds\":[\n{}],\n" DETECT ROWS "}", "template.kind", 3},
        {ID "\"kinds\":[{\"kind\":\"decision\",\n\"when\":{}}],\n" DETECT ROWS "}",
         "template.when", 3},
        {ID "\"kinds\":[{\"kind\":\"decision\",\n\"when\":{\"at\":\"a\"}}],\n" DETECT ROWS "}",
         "template.when", 3},
        {ID "\"kinds\":[{\"kind\":\"decision\",\n\"when\":{\"has\":\"b\"}}],\n" DETECT ROWS "}",
         "template.when", 3},
        {ID KINDS ROWS "}", "template.detect", 1},
        {ID KINDS "\"note\":\"\",\n" ROWS "}", "template.detect", 1},
        {ID KINDS "\"detect\":{\"score\":5},\n" ROWS "}", "template.detect", 3},
        {ID KINDS "\"detect\":{\"all\":[\"a\"]},\n" ROWS "}", "template.detect", 3},
        {ID KINDS "\"detect\":{\"all\":\"a\",\"score\":5},\n" ROWS "}", "template.detect", 3},
        {ID KINDS "\"detect\":{\"all\":[],\"score\":5},\n" ROWS "}", "template.detect", 3},
        {ID KINDS "\"detect\":{\"all\":[\"a\"],\"score\":\"5\"},\n" ROWS "}", "template.detect",
         3},
        {ID KINDS "\"detect\":{\"all\":[\"a\"],\"score\":101},\n" ROWS "}", "template.detect",
         3},
        {ID KINDS "\"detect\":{\"all\":[\"a\"],\"score\":-5},\n" ROWS "}", "template.detect",
         3},
        {ID KINDS "\"detect\":{\"all\":[\"a\"],\"score\":1.5},\n" ROWS "}", "template.detect",
         3},
        {ID KINDS "\"detect\":{\"all\":[\n7],\"score\":5},\n" ROWS "}", "template.when", 4},
        {WITH("\"documents\":\"a\""), "template.at", 4},
        {WITH("\"documents\":7"), "template.type", 4},
        {WITH("\"media_types\":[7]"), "template.type", 4},
        {WITH("\"codes\":{\"x\":{\"a\":1}}"), "template.codes", 4},
        {WITH("\"constants\":[]"), "template.type", 4},
        {WITH("\"constants\":{\"channel\":7}"), "template.type", 4},
        {WITH("\"constants\":{\"nonsense\":\"x\"}"), "template.field", 4},
        {WITH("\"constants\":{\"facts\":\"x\"}"), "template.field", 4},
        {WITH("\"constants\":{\"kind\":\"decision\"}"), "template.field", 4},
    };
    check_faults(*state, faults, sizeof(faults) / sizeof(faults[0]));
}

static void test_faults_of_a_row_are_told_with_their_line(void **state)
{
    static const struct fault faults[] = {
        {ROW("7"), "template.row", 5},
        {ROW("{\"field\":\"id\"}"), "template.row", 5},
        {ROW("{\"at\":\"a\"}"), "template.row", 5},
        {ROW("{\"at\":7,\"field\":\"id\"}"), "template.type", 5},
        {ROW("{\"at\":\"a\",\"field\":7}"), "template.type", 5},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\"extra\":1}"), "template.unknown-member", 5},
        {ROW("{\"at\":\"\",\"field\":\"id\"}"), "template.at", 5},
        {ROW("{\"at\":\"a//b\",\"field\":\"id\"}"), "template.at", 5},
        {ROW("{\"at\":\"a/\",\"field\":\"id\"}"), "template.at", 5},
        {ROW("{\"at\":\"a[]/b\",\"field\":\"id\"}"), "template.at", 5},
        {ROW("{\"at\":\"a\",\"field\":\"id\"},\n{\"at\":\"a\",\"field\":\"language\"}"),
         "template.at", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\"},\n{\"at\":\"a/b\",\"field\":\"language\"}"),
         "template.at", 6},
        {ROW("{\"at\":\"a/b\",\"field\":\"id\"},\n{\"at\":\"a\",\"field\":\"language\"}"),
         "template.at", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\"},\n{\"at\":\"b\",\"field\":\"id\"}"),
         "template.field", 6},
        {ROW("{\"at\":\"a[]\",\"field\":\"basis.treaties[]\"},\n"
             "{\"at\":\"b[]\",\"field\":\"basis.treaties[]\"}"),
         "template.field", 6},
        {ROW("{\"at\":\"a\",\"field\":\"nonsense\"}"), "template.field", 5},
        {ROW("{\"at\":\"a\",\"field\":\"schema\"}"), "template.field", 5},
        {ROW("{\"at\":\"a\",\"field\":\"kind\"}"), "template.field", 5},
        {ROW("{\"at\":\"a\",\"field\":\"\"}"), "template.field", 5},
        {ROW("{\"at\":\"a\",\"field\":\"persons[0]\"}"), "template.field", 5},
        {ROW("{\"at\":\"a\",\"field\":\"persons[x].key\"}"), "template.field", 5},
        {ROW("{\"at\":\"a\",\"field\":\"persons[0.key\"}"), "template.field", 5},
        {ROW("{\"at\":\"a\",\"field\":\"persons[99999].key\"}"), "template.field", 5},
        {ROW("{\"at\":\"a\",\"field\":\"persons[nonsense=1].key\"}"), "template.field", 5},
        {ROW("{\"at\":\"a\",\"field\":\"persons[name=1].key\"}"), "template.field", 5},
        {ROW("{\"at\":\"a\",\"field\":\"persons[].key\"}"), "template.field", 5},
        {ROW("{\"at\":\"a\",\"field\":\"id[0]\"}"), "template.field", 5},
        {ROW("{\"at\":\"a\",\"field\":\"id.x\"}"), "template.field", 5},
        {ROW("{\"at\":\"a\",\"field\":\"facts\"}"), "template.field", 5},
        {ROW("{\"at\":\"a[]\",\"field\":\"persons[]\"}"), "template.field", 5},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"also\":[\"facts\"]}"), "template.field", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"also\":[\"x\"]}"), "template.field", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"also\":[7]}"), "template.type", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"also\":\"language\"}"), "template.type", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"else\":\"facts\"}"), "template.field", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"else\":[]}"), "template.type", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"with\":[]}"), "template.type", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"with\":{\"language\":7}}"), "template.type",
         6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"with\":{\"facts\":\"x\"}}"), "template.field",
         6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\"unit\":\"m\"}"), "template.field", 5},
        {ROW("{\"at\":\"a\",\"field\":\"facts\",\"unit\":\"m\"}"), "template.field", 5},
        {ROW("{\"at\":\"a\",\"field\":\"persons[0].description.height\"}"), "template.field",
         5},
        {ROW("{\"at\":\"a\",\"field\":\"persons[0].description.height\",\"unit\":\"m\",\n"
             "\"with\":{\"id\":\"x\"}}"),
         "template.row", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"type\":\"date\"}"), "template.type", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"type\":7}"), "template.type", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"unknown\":0}"), "template.type", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"unknown\":[{}]}"), "template.type", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"required\":\"yes\"}"), "template.type", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"date\":\"DD.MM.YY\"}"), "template.date", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"date\":\"YYYYMMDD\"}"), "template.date", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"date\":\"YYYY/MM/XX\"}"), "template.date", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"date\":\"YYYY/MM/MM\"}"), "template.date", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"date\":\"MMDDYYYY//\"}"), "template.date", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"codes\":\"none\"}"), "template.codes", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"absent\":\"never\"}"), "template.absent", 6},
        {ROW("{\"at\":\"a\",\"field\":\"id\",\n\"absent\":\"empty\"}"), "template.absent", 6},
        {ROW("{\"at\":\"a[]\",\"field\":\"id\"}"), "template.row", 5},
        {ROW("{\"at\":\"a\",\"field\":\"basis.treaties[]\"}"), "template.row", 5},
    };
    check_faults(*state, faults, sizeof(faults) / sizeof(faults[0]));
}

static void test_faults_of_a_repeated_part_are_told_with_their_line(void **state)
{
#define EACH(list, rest) ROW("{\"at\":\"a[]\",\"each\":\"" list "\"" rest "}")
#define KEY ",\"rows\":[{\"at\":\"b\",\"field\":\"key\"}]"
    static const struct fault faults[] = {
        {EACH("persons[]", ""), "template.row", 5},
        {EACH("persons[]", ",\n\"rows\":7"), "template.row", 6},
        {EACH("persons[0]", KEY), "template.field", 5},
        {EACH("facts", KEY), "template.field", 5},
        {EACH("persons[0].nationalities[]", KEY), "template.field", 5},
        {EACH("nonsense[]", KEY), "template.field", 5},
        {EACH("persons[nonsense=1]", KEY), "template.field", 5},
        {EACH("persons[]", KEY ",\n\"date\":\"YYYY/MM/DD\""), "template.unknown-member", 6},
        {EACH("persons[]", KEY ",\n\"constants\":{\"nonsense\":\"x\"}"), "template.field", 6},
        {EACH("persons[]", ",\"rows\":[\n{\"at\":\"b\",\"field\":\"id\"}]"), "template.field",
         6},
        {EACH("persons[]", ",\"rows\":[\n{\"at\":\"b\",\"field\":\"/nonsense\"}]"),
         "template.field", 6},
        {ROW("{\"at\":\"a\",\"each\":\"persons[]\"" KEY "}"), "template.row", 5},
    };
    check_faults(*state, faults, sizeof(faults) / sizeof(faults[0]));
}

static void test_all_faults_are_told_in_one_run(void **state)
{
    struct templated *templated = *state;
    assert_int_equal(templated_compile(templated, ROW("7,\n{\"at\":\"a\",\"field\":\"x\"},\n"
                                                      "{\"at\":\"b\",\"field\":\"y\"}")),
                     COMITY_E_INVALID);
    assert_int_equal(templated->found.count, 3);
    for (uint64_t i = 0; i < 3; i++)
        assert_int_equal(templated->found.all[i].line, 5 + i);
}

static void test_more_members_or_groups_than_there_is_room_for_are_a_fault(void **state)
{
    struct templated *templated = *state;
    for (int sort = 0; sort < 2; sort++) {
        struct buffer text;
        buffer_init(&text, 0);
        buffer_text(&text, ID KINDS DETECT "\"rows\":[");
        for (unsigned i = 0; i < 300; i++)
            buffer_format(&text, "%s{\"at\":\"m%u\",\"field\":\"persons[%u].%s\"}",
                          i ? "," : "", i, sort ? i : i / 4,
                          sort         ? "key"
                          : i % 4 == 0 ? "key"
                          : i % 4 == 1 ? "occupation"
                          : i % 4 == 2 ? "location"
                                       : "summary");
        buffer_text(&text, "]}");
        buffer_char(&text, '\0');
        assert_int_equal(templated_compile(templated, text.bytes), COMITY_E_INVALID);
        assert_true(templated->found.count > 0);
        buffer_free(&text);
    }
}

/* --- detection */

static int32_t score(struct templated *templated, const char *text)
{
    struct buffer why;
    buffer_init(&why, 0);
    assert_int_equal(templated_open(templated, text), COMITY_OK);
    int32_t points = template_score(templated->t, &templated->whole.tree, &why);
    buffer_free(&why);
    return points;
}

static void test_a_format_is_told_by_what_its_documents_have(void **state)
{
    struct templated *templated = *state;
    assert_int_equal(
        templated_compile(templated, ID KINDS
                          "\"detect\":{\"all\":[\"a/b\",{\"at\":\"c\",\"equals\":\"x\"},"
                          "{\"at\":\"d\",\"contains\":\"y\"}],\"score\":73},\n" ROWS "}"),
        COMITY_OK);
    assert_int_equal(score(templated, "{\"a\":{\"b\":null},\"c\":\"x\",\"d\":\"xyz\"}"), 73);
    assert_int_equal(score(templated, "{\"a\":{},\"c\":\"x\",\"d\":\"xyz\"}"), 0);
    assert_int_equal(score(templated, "{\"a\":[{\"b\":1}],\"c\":\"x\",\"d\":\"xyz\"}"), 0);
    assert_int_equal(score(templated, "{\"a\":{\"b\":1},\"c\":\"xx\",\"d\":\"xyz\"}"), 0);
    assert_int_equal(score(templated, "{\"a\":{\"b\":1},\"c\":\"x\",\"d\":\"xz\"}"), 0);
    assert_int_equal(score(templated, "{\"a\":{\"b\":1},\"c\":{},\"d\":[]}"), 0);
    assert_int_equal(score(templated, "[]"), 0);
    assert_int_equal(score(templated, "7"), 0);
}

/* --- the flat table */

static void test_the_table_shows_every_row(void **state)
{
    struct templated *templated = *state;
    static const char *const wanted[] = {"t: T\n",
                                         "source: where it is from\n",
                                         "kinds: decision",
                                         "told by: a (score 50)",
                                         "channel",
                                         "always 'interpol'",
                                         "codes sex",
                                         "M            male",
                                         "date DD.MM.YYYY",
                                         "ISO 639-2/B code",
                                         "unit 'cm'",
                                         "\"0\" means not known",
                                         "persons[].birth.date",
                                         "list[]/born",
                                         "null where absent",
                                         "required",
                                         "number",
                                         "true or false",
                                         "requesting.state"};
    struct buffer text;
    buffer_init(&text, 0);
    assert_int_equal(
        templated_compile(
            templated, ID KINDS DETECT
            "\"source\":\"where it is from\",\"codes\":{\"sex\":{\"M\":\"male\"}},"
            "\"constants\":{\"channel\":\"interpol\"},\"rows\":["
            "{\"at\":\"list[]\",\"each\":\"persons[]\",\"rows\":["
            "{\"at\":\"born\",\"field\":\"birth.date\",\"date\":\"DD.MM.YYYY\"},"
            "{\"at\":\"sex\",\"field\":\"sex\",\"codes\":\"sex\",\"required\":true},"
            "{\"at\":\"tall\",\"field\":\"description.height\",\"unit\":\"cm\",\"type\":"
            "\"number\","
            "\"unknown\":[0]},"
            "{\"at\":\"state\",\"field\":\"/requesting.state\"}]},"
            "{\"at\":\"tongue\",\"field\":\"language\",\"codes\":\"iso-639-2\",\"absent\":"
            "\"null\"},"
            "{\"at\":\"direct\",\"field\":\"emergency.direct\",\"type\":\"boolean\"}]}"),
        COMITY_OK);
    template_table(templated->t, &text);
    buffer_char(&text, '\0');
    assert_int_equal(buffer_status(&text), COMITY_OK);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        if (!strstr(text.bytes, wanted[i]))
            fail_msg("no '%s' in\n%s", wanted[i], text.bytes);
    assert_null(strstr(text.bytes, "persons[]./requesting"));
    buffer_free(&text);
}

/* --- memory */

static void test_compiling_survives_failed_allocations(void **state)
{
    (void)state;
    static const char text[] =
        ID KINDS DETECT "\"codes\":{\"sex\":{\"M\":\"male\"}},\"rows\":[{\"at\":\"list[]\","
                        "\"each\":\"persons[]\",\"rows\":[{\"at\":\"sex\",\"field\":\"sex\","
                        "\"codes\":\"sex\"},{\"at\":\"x/y/z\",\"field\":\"name.full\"}]}]}";
    bool failed = true;
    for (unsigned long n = 0; failed; n++) {
        struct templated templated;
        templated_init(&templated);
        failing_alloc_after(n);
        comity_status status = templated_compile(&templated, text);
        failed = failing_alloc_stop();
        if (status != (failed ? COMITY_E_NOMEM : COMITY_OK))
            fail_msg("allocation %lu gave %d", n, (int)status);
        templated_free(&templated);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_template_without_fault_compiles),
        TEST(test_faults_of_the_head_are_told_with_their_line),
        TEST(test_faults_of_a_row_are_told_with_their_line),
        TEST(test_faults_of_a_repeated_part_are_told_with_their_line),
        TEST(test_all_faults_are_told_in_one_run),
        TEST(test_more_members_or_groups_than_there_is_room_for_are_a_fault),
        TEST(test_a_format_is_told_by_what_its_documents_have),
        TEST(test_the_table_shows_every_row),
        TEST(test_compiling_survives_failed_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
