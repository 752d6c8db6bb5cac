/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of reading and writing by a template: lists of values and of groups, streams of
 * documents, and how a kind is told.
 *
 * Build: with tests/support/failing_alloc.c, linked as it says. */
#include "failing_alloc.h"
#include "template_samples.h"

/* --- lists of values */

static void test_entries_of_a_list_come_back_each_in_its_place(void **state)
{
    struct templated *templated = *state;
    static const struct sample samples[] = {
        {"{\"a\":[\"x\",\"y\"]}", ",\"basis\":{\"treaties\":[\"x\",\"y\"]}}", "2m", NULL},
        {"{\"a\":[]}", ",\"basis\":{\"treaties\":[]}}", "1m", NULL},
        {"{\"a\":null}", "}", "1m", NULL},
        {"{\"a\":[null]}", ",\"kept\":{\"t\":{\"/a/0\":null}}}", "1k", NULL},
        {"{\"a\":[null,\"x\",null]}",
         ",\"basis\":{\"treaties\":[\"x\"]},\"kept\":{\"t\":{\"/a/0\":null,\"/a/2\":null}}}",
         "1m2k", NULL},
        {"{\"a\":[\"x\",7,{\"b\":[]},[],true,\"-\",\"y\"]}",
         ",\"basis\":{\"treaties\":[\"x\",\"7\",\"true\",\"y\"]},\"kept\":{\"t\":{\"/a/1\":7,"
         "\"/a/2\":{\"b\":[]},\"/a/3\":[],\"/a/4\":true,\"/a/5\":\"-\"}}}",
         "4m3k", "model.type+"},
        {"{\"a\":\"x\"}", ",\"kept\":{\"t\":{\"/a\":\"x\"}}}", "1k", "model.type"},
        {"{\"a\":{\"b\":1,\"c\":[]}}", ",\"kept\":{\"t\":{\"/a\":{\"b\":1,\"c\":[]}}}}", "2k",
         "model.type"},
    };
    CHECK(ROWS("{\"at\":\"a[]\",\"field\":\"basis.treaties[]\",\"absent\":\"null\",\"unknown\":"
               "[\"-\"]}"),
          samples);
    assert_string_equal(written(templated, ",\"basis\":{\"treaties\":[\"x\"]}"),
                        "{\"a\":[\"x\"]}\n");
    assert_string_equal(written(templated, ",\"basis\":{\"treaties\":[]}"), "{\"a\":[]}\n");
    assert_string_equal(written(templated, ",\"basis\":{}"), "{\"a\":null}\n");
}

static void test_codes_in_a_list_keep_their_spelling(void **state)
{
    static const struct sample samples[] = {
        {"{\"a\":[\"GER\",\"ger\",\"LEZ\"]}",
         ",\"persons\":[{\"languages\":[\"de\",\"de\",\"lez\"]}],\"kept\":{\"t\":{\"/a/"
         "1\":\"ger\"}"
         "}}",
         "3m", NULL},
        {"{\"a\":[\"XYQ\",\"FRE\"]}", ",\"persons\":[{\"languages\":[\"XYQ\",\"fr\"]}]}", "2m",
         "model.language"},
    };
    CHECK(ROWS("{\"at\":\"a[]\",\"field\":\"persons[0].languages[]\",\"codes\":\"iso-639-2\"}"),
          samples);
}

/* --- lists of groups */

static void test_each_object_of_a_list_is_a_group(void **state)
{
    struct templated *templated = *state;
    static const struct sample samples[] = {
        {"{\"a\":[{\"n\":\"x\"},{\"n\":\"y\",\"o\":\"z\"}]}",
         ",\"persons\":[{\"name\":{\"full\":\"x\"}},{\"name\":{\"full\":\"y\"},\"occupation\":"
         "\"z\"}]}",
         "3m", NULL},
        {"{\"a\":[]}", ",\"persons\":[]}", "1m", NULL},
        {"{\"a\":[{}]}", ",\"persons\":[{\"kept\":{\"t\":{\"absent:/n\":true}}}]}", "1m", NULL},
        {"{\"a\":[{\"n\":null,\"q\":[1],\"o\":\"z\"}]}",
         ",\"persons\":[{\"occupation\":\"z\",\"kept\":{\"t\":{\"/"
         "q\":[1],\"order:\":[\"n\",\"q\","
         "\"o\"]}}}]}",
         "2m1k", NULL},
        {"{\"a\":[null,{\"n\":\"x\"},7,{\"n\":\"y\"},[]]}",
         ",\"persons\":[{\"name\":{\"full\":\"x\"}},{\"name\":{\"full\":\"y\"}}],\"kept\":{"
         "\"t\":"
         "{\"/a/0\":null,\"/a/2\":7,\"/a/4\":[]}}}",
         "2m3k", "model.type+"},
        {"{\"a\":null}", ",\"kept\":{\"t\":{\"/a\":null}}}", "1k", NULL},
        {"{\"a\":{\"n\":\"x\"}}", ",\"kept\":{\"t\":{\"/a\":{\"n\":\"x\"}}}}", "1k",
         "model.type"},
    };
    CHECK(ROWS("{\"at\":\"a[]\",\"each\":\"persons[]\",\"rows\":[{\"at\":\"n\",\"field\":"
               "\"name.full\",\"absent\":\"null\"},{\"at\":\"o\",\"field\":\"occupation\"}]}"),
          samples);
    assert_string_equal(written(templated, ",\"persons\":[{},{\"occupation\":\"z\"}]"),
                        "{\"a\":[{\"n\":null},{\"n\":null,\"o\":\"z\"}]}\n");
}

static void test_groups_inside_groups_keep_their_own(void **state)
{
    static const struct sample samples[] = {
        {"{\"a\":[{\"b\":[{\"v\":\"1\",\"q\":0},{\"v\":null}]},{\"b\":[],\"q\":1}]}",
         ",\"persons\":[{\"identifiers\":[{\"scheme\":\"s\",\"value\":\"1\",\"kept\":{\"t\":{"
         "\"/q\":0}}},{\"scheme\":\"s\",\"kept\":{\"t\":{\"/v\":null}}}]},{\"identifiers\":[],"
         "\"kept\":{\"t\":{\"/q\":1}}}]}",
         "2m3k", NULL},
    };
    CHECK(ROWS("{\"at\":\"a[]\",\"each\":\"persons[]\",\"rows\":[{\"at\":\"b[]\",\"each\":"
               "\"identifiers[]\",\"constants\":{\"scheme\":\"s\"},\"rows\":[{\"at\":\"v\","
               "\"field\":\"value\"}]}]}"),
          samples);
}

#define NAMES                                                                                  \
    ROWS(                                                                                      \
        "{\"at\":\"a[]\",\"each\":\"persons[role=sought].other_names[type=alias]\","           \
        "\"absent\":"                                                                          \
        "\"null\",\"rows\":[{\"at\":\"n\",\"field\":\"name.full\"}]},"                         \
        "{\"at\":\"b[]\",\"each\":\"persons[role=sought].other_names[type=former]\",\"rows\":" \
        "["                                                                                    \
        "{\"at\":\"n\",\"field\":\"name.full\"}]},"                                            \
        "{\"at\":\"c\",\"field\":\"persons[role=sought].other_names[type=birth].name.full\"}")

static void test_a_filter_chooses_the_entries_of_a_shared_list(void **state)
{
    struct templated *templated = *state;
    static const struct sample samples[] = {
        {"{\"a\":[{\"n\":\"x\"}],\"b\":[{\"n\":\"y\"},{\"n\":\"z\"}],\"c\":\"w\"}",
         ",\"persons\":[{\"role\":\"sought\",\"other_names\":[{\"type\":\"alias\",\"name\":{"
         "\"full\":\"x\"}},{\"type\":\"former\",\"name\":{\"full\":\"y\"}},{\"type\":"
         "\"former\","
         "\"name\":{\"full\":\"z\"}},{\"type\":\"birth\",\"name\":{\"full\":\"w\"}}]}]}",
         "4m", NULL},
        {"{\"a\":null,\"c\":\"w\"}",
         ",\"persons\":[{\"role\":\"sought\",\"other_names\":[{\"type\":\"birth\",\"name\":{"
         "\"full\":\"w\"}}]}]}",
         "2m", NULL},
        {"{\"a\":[],\"b\":[],\"c\":\"w\"}",
         ",\"persons\":[{\"role\":\"sought\",\"other_names\":[{\"type\":\"birth\",\"name\":{"
         "\"full\":\"w\"}}]}],\"kept\":{\"t\":{\"/a\":[],\"/b\":[]}}}",
         "1m2k", NULL},
        {"{\"a\":[],\"b\":[{\"n\":\"y\"}]}",
         ",\"persons\":[{\"role\":\"sought\",\"other_names\":[{\"type\":\"former\",\"name\":{"
         "\"full\":\"y\"}}]}],\"kept\":{\"t\":{\"/a\":[]}}}",
         "1m1k", NULL},
        {"{\"a\":[{\"n\":\"x\"},null,{}]}",
         ",\"persons\":[{\"role\":\"sought\",\"other_names\":[{\"type\":\"alias\",\"name\":{"
         "\"full\":\"x\"}},{\"type\":\"alias\"}]}],\"kept\":{\"t\":{\"/a/1\":null}}}",
         "2m1k", "model.type"},
    };
    CHECK(NAMES, samples);
    assert_string_equal(
        written(templated, ",\"persons\":[{\"role\":\"victim\",\"other_names\":[{\"type\":"
                           "\"alias\"}]},{\"role\":\"sought\",\"other_names\":[{\"type\":"
                           "\"maiden\"},{\"type\":\"former\",\"name\":{\"full\":\"y\"}}]}]"),
        "{\"a\":null,\"b\":[{\"n\":\"y\"}]}\n");
    assert_string_equal(written(templated,
                                ",\"persons\":[{\"role\":\"sought\",\"other_names\":["
                                "]}]"),
                        "{\"a\":null}\n");
}

/* --- documents */

#define STREAM                                                                   \
    HEAD "\"documents\":\"r/"                                                    \
         "list[]\",\"rows\":[{\"at\":\"a\",\"field\":\"id\",\"required\":true}," \
         "{\"at\":\"b\",\"field\":\"language\"}]}"

/* Reads and writes all documents of an input; those that fail are left out, as the runtime
 * leaves them out. */
static const char *through(struct templated *templated, const char *source, unsigned *good)
{
    comity_status status;
    *good = 0;
    buffer_clear(&templated->back);
    assert_int_equal(templated_open(templated, source), COMITY_OK);
    do {
        status = templated_next(templated);
        if (status != COMITY_OK)
            continue;
        size_t before = templated->back.size;
        comity_status written = templated_write(templated);
        assert_true(written == COMITY_OK || written == COMITY_E_INVALID);
        if (written != COMITY_OK) {
            template_undo(&templated->writer);
            templated->back.size = before;
        } else {
            (*good)++;
        }
    } while (status != COMITY_END);
    return templated_back(templated);
}

static void test_documents_of_a_list_come_back_in_what_encloses_them(void **state)
{
    struct templated *templated = *state;
    static const char *const sources[] = {
        "{\"r\":{\"list\":[{\"a\":\"x\"}]}}",
        "{\"r\":{\"list\":[{\"a\":\"x\"},{\"a\":\"y\",\"q\":1},{\"b\":\"de\",\"a\":\"z\"}]}}",
        "{\"total\":7,\"r\":{\"list\":[{\"a\":\"x\"},{\"a\":\"y\"}],\"s\":null},\"q\":[]}",
        "{\"total\":7,\"r\":{\"s\":{\"t\":\"u\"},\"list\":[{\"a\":\"x\"}]},\"z/~\":0}",
    };
    compile(templated, STREAM);
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        unsigned good;
        const char *back = through(templated, sources[i], &good);
        size_t size = strlen(sources[i]);
        if (strncmp(back, sources[i], size) != 0 || strcmp(back + size, "\n") != 0)
            fail_msg("%s\ncame back as %s", sources[i], back);
    }
}

static void test_two_streams_come_back_as_two(void **state)
{
    struct templated *templated = *state;
    compile(templated, STREAM);
    assert_int_equal(templated_open(templated, "{\"p\":1,\"r\":{\"list\":[{\"a\":\"x\"}]}}"),
                     COMITY_OK);
    assert_int_equal(templated_next(templated), COMITY_OK);
    assert_int_equal(templated_write(templated), COMITY_OK);
    assert_int_equal(templated_open(templated, "{\"p\":2,\"r\":{\"list\":[{\"a\":\"y\"}]}}"),
                     COMITY_OK);
    assert_int_equal(templated_next(templated), COMITY_OK);
    assert_int_equal(templated_write(templated), COMITY_OK);
    assert_string_equal(templated_back(templated),
                        "{\"p\":1,\"r\":{\"list\":[{\"a\":\"x\"}]}}\n"
                        "{\"p\":2,\"r\":{\"list\":[{\"a\":\"y\"}]}}\n");
}

static void test_records_of_another_source_are_put_in_one_list(void **state)
{
    struct templated *templated = *state;
    compile(templated, STREAM);
    static const char *const texts[] = {CANONICAL ",\"id\":\"x\"}", CANONICAL ",\"id\":\"y\"}"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(whole_read(&templated->whole, SYNTAX_JSON, texts[i], strlen(texts[i])),
                         COMITY_OK);
        assert_int_equal(templated_write(templated), COMITY_OK);
    }
    assert_string_equal(templated_back(templated),
                        "{\"r\":{\"list\":[{\"a\":\"x\"},{\"a\":\"y\"}]}}\n");
}

static void test_a_document_that_fails_does_not_harm_what_encloses_the_others(void **state)
{
    struct templated *templated = *state;
    static const struct {
        const char *source, *back;
        unsigned good;
    } samples[] = {
        {"{\"r\":{\"list\":[{},{\"a\":\"y\"}]}}", "{\"r\":{\"list\":[{\"a\":\"y\"}]}}\n", 1},
        {"{\"r\":{\"list\":[{},{},{\"a\":\"y\"},{},{\"a\":\"z\"},{}]}}",
         "{\"r\":{\"list\":[{\"a\":\"y\"},{\"a\":\"z\"}]}}\n", 2},
        {"{\"r\":{\"list\":[7,{\"a\":\"y\"},null]}}", "{\"r\":{\"list\":[{\"a\":\"y\"}]}}\n",
         1},
        {"{\"r\":{\"list\":[{},{}]}}", "", 0},
        {"{\"r\":{\"list\":[]}}", "", 0},
        {"{\"r\":{}}", "", 0},
    };
    compile(templated, STREAM);
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        unsigned good;
        const char *back = through(templated, samples[i].source, &good);
        if (strcmp(back, samples[i].back) != 0)
            fail_msg("%s\ncame back as %s", samples[i].source, back);
        assert_int_equal(good, samples[i].good);
    }
}

static void test_a_failed_document_does_not_close_the_stream_before_it(void **state)
{
    struct templated *templated = *state;
    compile(templated, STREAM);
    assert_int_equal(templated_open(templated, "{\"p\":1,\"r\":{\"list\":[{\"a\":\"x\"}]}}"),
                     COMITY_OK);
    assert_int_equal(templated_next(templated), COMITY_OK);
    assert_int_equal(templated_write(templated), COMITY_OK);
    size_t before = templated->back.size;
    assert_int_equal(templated_open(templated, "{\"p\":2,\"r\":{\"list\":[{}]}}"), COMITY_OK);
    assert_int_equal(templated_next(templated), COMITY_OK);
    assert_int_equal(templated_write(templated), COMITY_E_INVALID);
    template_undo(&templated->writer);
    templated->back.size = before;
    assert_string_equal(templated_back(templated),
                        "{\"p\":1,\"r\":{\"list\":[{\"a\":\"x\"}]}}\n");
}

/* --- kinds */

#define KINDS                                                                             \
    "{\"comity_template\":1,\"id\":\"t\",\"title\":\"T\",\"syntax\":\"json\",\"kinds\":[" \
    "{\"kind\":\"designation\",\"when\":{\"has\":\"u\"}},"                                \
    "{\"kind\":\"freezing\",\"when\":{\"at\":\"o/k\",\"equals\":\"F\"}},"                 \
    "{\"kind\":\"extradition\",\"when\":{\"at\":\"o/k\",\"contains\":\"/red/\"}}],"       \
    "\"detect\":{\"all\":[\"o\"],\"score\":50},\"rows\":[{\"at\":\"u\",\"field\":"        \
    "\"designation.reference\"},{\"at\":\"o/k\",\"field\":\"id\"}]}"

static void test_a_kind_is_told_by_what_the_document_has(void **state)
{
    struct templated *templated = *state;
    static const char *const samples[][2] = {
        {"{\"u\":\"x\"}", "designation"},
        {"{\"u\":null,\"o\":{\"k\":\"F\"}}", "freezing"},
        {"{\"o\":{\"k\":\"F\"}}", "freezing"},
        {"{\"o\":{\"k\":\"a/red/b\"}}", "extradition"},
        {"{\"o\":{\"k\":\"red\"}}", NULL},
        {"{\"o\":{}}", NULL},
        {"{}", NULL},
        {"[]", NULL},
    };
    compile(templated, KINDS);
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        assert_int_equal(templated_open(templated, samples[i][0]), COMITY_OK);
        comity_status status = templated_next(templated);
        assert_int_equal(status, samples[i][1] ? COMITY_OK : COMITY_E_INVALID);
        if (!samples[i][1]) {
            assert_int_equal(templated->whole.found.count, 1);
            continue;
        }
        size_t len = 0;
        const char *kind = value_text(templated->whole.record.root, F_document_kind, &len);
        assert_int_equal(len, strlen(samples[i][1]));
        assert_memory_equal(kind, samples[i][1], len);
    }
}

static void write_kind(struct templated *templated, const char *text, const char *wanted,
                       const char *code)
{
    char whole[512];
    snprintf(whole, sizeof(whole), "{\"schema\":\"" SCHEMA_URN "\",%s}", text);
    assert_int_equal(whole_read(&templated->whole, SYNTAX_JSON, whole, strlen(whole)),
                     COMITY_OK);
    buffer_clear(&templated->back);
    comity_status status = templated_write(templated);
    assert_int_equal(status, code ? COMITY_E_UNSUPPORTED : COMITY_OK);
    if (code) {
        assert_int_equal(templated->whole.found.count, 1);
        assert_string_equal(templated->whole.found.all[0].code, code);
    } else {
        assert_string_equal(templated_back(templated), wanted);
    }
}

static void test_a_kind_that_the_output_would_not_tell_is_refused(void **state)
{
    struct templated *templated = *state;
    compile(templated, KINDS);
    write_kind(templated, "\"kind\":\"designation\",\"designation\":{\"reference\":\"x\"}",
               "{\"u\":\"x\"}\n", NULL);
    write_kind(templated, "\"kind\":\"freezing\",\"id\":\"F\"", "{\"o\":{\"k\":\"F\"}}\n",
               NULL);
    write_kind(templated, "\"kind\":\"extradition\",\"id\":\"x/red/y\"",
               "{\"o\":{\"k\":\"x/red/y\"}}\n", NULL);
    write_kind(templated, "\"kind\":\"designation\"", NULL, "model.required");
    write_kind(templated, "\"kind\":\"freezing\",\"id\":\"G\"", NULL, "model.required");
    write_kind(templated, "\"kind\":\"extradition\"", NULL, "model.required");
    write_kind(templated, "\"kind\":\"decision\",\"id\":\"F\"", NULL, "model.kind");
}

static void test_a_kind_is_told_by_the_formats_own_code(void **state)
{
    struct templated *templated = *state;
    compile(
        templated,
        "{\"comity_template\":1,\"id\":\"t\",\"title\":\"T\",\"syntax\":\"json\",\"kinds\":["
        "{\"kind\":\"freezing\",\"when\":{\"at\":\"u\",\"equals\":\"1\"}},\"decision\"],"
        "\"codes\":{\"c\":{\"1\":\"urgent\",\"2\":\"normal\"}},\"detect\":{\"all\":[\"u\"],"
        "\"score\":50},\"rows\":[{\"at\":\"u\",\"field\":\"urgency\",\"codes\":\"c\"}]}");
    assert_int_equal(templated_open(templated, "{\"u\":\"1\"}"), COMITY_OK);
    assert_int_equal(templated_next(templated), COMITY_OK);
    assert_int_equal(templated_write(templated), COMITY_OK);
    assert_string_equal(templated_back(templated), "{\"u\":\"1\"}\n");
    write_kind(templated, "\"kind\":\"freezing\",\"urgency\":\"urgent\"", "{\"u\":\"1\"}\n",
               NULL);
    write_kind(templated, "\"kind\":\"freezing\",\"urgency\":\"normal\"", NULL,
               "model.required");
}

/* --- memory */

static void test_reading_and_writing_survive_failed_allocations(void **state)
{
    (void)state;
    static const char source[] =
        "{\"q\":{\"r\":[1]},\"a\":[{\"n\":\"x\",\"z\":{}},null,{}],\"b\":[],\"c\":7}";
    bool failed = true;
    for (unsigned long n = 0; failed; n++) {
        struct templated templated;
        templated_init(&templated);
        compile(&templated, NAMES);
        failing_alloc_after(n);
        comity_status status = templated_open(&templated, source);
        if (status == COMITY_OK)
            status = templated_next(&templated);
        if (status == COMITY_OK)
            status = templated_write(&templated);
        failed = failing_alloc_stop();
        if (status != COMITY_OK && status != COMITY_E_NOMEM)
            fail_msg("allocation %lu gave %d", n, (int)status);
        if (!failed)
            assert_int_equal(status, COMITY_OK);
        if (status == COMITY_OK) {
            const char *back = templated_back(&templated);
            if (strncmp(back, source, strlen(source)) != 0)
                fail_msg("allocation %lu changed it into %s", n, back);
        }
        templated_free(&templated);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_entries_of_a_list_come_back_each_in_its_place),
        TEST(test_codes_in_a_list_keep_their_spelling),
        TEST(test_each_object_of_a_list_is_a_group),
        TEST(test_groups_inside_groups_keep_their_own),
        TEST(test_a_filter_chooses_the_entries_of_a_shared_list),
        TEST(test_documents_of_a_list_come_back_in_what_encloses_them),
        TEST(test_two_streams_come_back_as_two),
        TEST(test_records_of_another_source_are_put_in_one_list),
        TEST(test_a_document_that_fails_does_not_harm_what_encloses_the_others),
        TEST(test_a_failed_document_does_not_close_the_stream_before_it),
        TEST(test_a_kind_is_told_by_what_the_document_has),
        TEST(test_a_kind_that_the_output_would_not_tell_is_refused),
        TEST(test_a_kind_is_told_by_the_formats_own_code),
        TEST(test_reading_and_writing_survive_failed_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
