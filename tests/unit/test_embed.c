/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the embedding API (comity/comity.h) against the plugins that were built: the
 * context, bytes to bytes, findings by callback, and writes that fail.
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
#include <unistd.h>

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

/* --- the context */

static void test_the_context_tells_its_formats_and_plugins(void **state)
{
    struct converted *converted = *state;
    struct comity_format_info info;
    struct comity_plugin_info plugin;
    size_t count = comity_format_count(converted->context), met = 0;
    assert_true(count >= 6);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(comity_format_at(converted->context, i, &info), COMITY_OK);
        assert_int_equal(info.struct_size, sizeof(info));
        assert_non_null(info.title);
        assert_false(info.is_shadowed);
        bool is_letter = strncmp(info.id, "letter-", strlen("letter-")) == 0;
        assert_true(info.can_write && (info.can_read || is_letter));
        assert_false(info.can_read && is_letter); /* for persons alone */
        if (strcmp(info.id, "convention-json") == 0 || strcmp(info.id, "convention-xml") == 0) {
            assert_string_equal(info.syntax, info.id + strlen("convention-"));
            assert_null(info.plugin);
            assert_null(info.kinds);
            met++;
        } else if (strcmp(info.id, "interpol-red") == 0) {
            assert_string_equal(info.plugin, "interpol");
            assert_string_equal(info.kinds[0], "provisional-arrest");
            assert_null(info.kinds[1]);
            met++;
        }
    }
    assert_int_equal(met, 3);
    assert_int_equal(comity_format_at(converted->context, count, &info), COMITY_END);
    assert_true(comity_plugin_count(converted->context) >= 1);
    assert_int_equal(comity_plugin_at(converted->context, 0, &plugin), COMITY_OK);
    assert_true(plugin.is_loaded);
    assert_null(plugin.reason);
    assert_int_equal(comity_plugin_at(converted->context, 999, &plugin), COMITY_END);
    assert_true(strspn(comity_version(), "0123456789.") > 2);
    comity_close(NULL);
}

static void test_a_folder_that_is_not_there_is_a_warning(void **state)
{
    (void)state;
    struct converted converted;
    const char *folders[] = {"/nonexistent/plugins", NULL};
    struct comity_config config = COMITY_CONFIG_INIT;
    struct comity_plugin_info plugin;
    converted_init(&converted);
    config.no_default_paths = 1;
    config.plugin_paths = folders;
    config.finding = collected_emit;
    config.user = &converted.found;
    assert_int_equal(comity_open(&config, &converted.context), COMITY_OK);
    assert_int_equal(converted.found.count, 1);
    assert_string_equal(converted.found.all[0].code, "plugin.refused");
    assert_int_equal(converted.found.all[0].severity, COMITY_WARNING);
    assert_int_equal(comity_format_count(converted.context), 4); /* convention-, letter- */
    assert_int_equal(comity_plugin_at(converted.context, 0, &plugin), COMITY_OK);
    assert_false(plugin.is_loaded);
    assert_non_null(plugin.reason);
    converted_free(&converted);
}

static void test_the_mapping_of_a_format_is_shown(void **state)
{
    struct converted *converted = *state;
    assert_int_equal(
        comity_format_table(converted->context, "interpol-red", converted_write, converted),
        COMITY_OK);
    assert_non_null(strstr(converted_text(converted), "date YYYY/MM/DD"));
    buffer_clear(&converted->out);
    assert_int_equal(
        comity_format_table(converted->context, "convention-xml", converted_write, converted),
        COMITY_OK);
    assert_true(converted->out.size > 0);
    assert_int_equal(
        comity_format_table(converted->context, "none", converted_write, converted),
        COMITY_E_PLUGIN);
    converted->writes_left = 0;
    assert_int_equal(
        comity_format_table(converted->context, "interpol-red", converted_write, converted),
        COMITY_E_IO);
}

static void test_codes_are_explained(void **state)
{
    (void)state;
    assert_non_null(comity_explain("json.duplicate-key"));
    assert_non_null(comity_explain("loss.field"));
    assert_null(comity_explain("nonsense"));
    assert_null(comity_explain(""));
}

/* --- conversion */

static void test_bytes_become_bytes(void **state)
{
    struct converted *converted = *state;
    struct buffer canonical;
    buffer_init(&canonical, 0);
    assert_int_equal(run(converted, NULL, "convention-json", RED_NOTICE), COMITY_OK);
    assert_int_equal(converted->result.documents, 1);
    assert_non_null(strstr(converted_text(converted), "\"family\":\"TESTA\""));
    assert_non_null(
        strstr(converted_text(converted), "\"provenance\":[{\"format\":\"interpol-red\""));
    buffer_add(&canonical, converted->out.bytes, converted->out.size);
    assert_int_equal(
        converted_run(converted, NULL, "interpol-red", canonical.bytes, canonical.size),
        COMITY_OK);
    assert_string_equal(converted_text(converted), RED_NOTICE "\n");
    buffer_free(&canonical);
}

static void test_a_descriptor_is_read_and_left_open(void **state)
{
    struct converted *converted = *state;
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], RED_NOTICE, strlen(RED_NOTICE)), strlen(RED_NOTICE));
    close(ends[1]);
    struct comity_input input = {.fd = ends[0]};
    converted->options.to = "convention-json";
    assert_int_equal(comity_convert(converted->context, &converted->options, &input,
                                    converted_write, converted, NULL),
                     COMITY_OK);
    assert_non_null(strstr(converted_text(converted), "TESTA"));
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
    collected_init(&converted->found);
    assert_int_equal(comity_convert(converted->context, &converted->options, &input,
                                    converted_write, converted, NULL),
                     COMITY_E_IO);
    assert_int_equal(converted_met(converted, "io.read"), 1);
}

static void test_no_clock_and_no_provenance_where_none_is_wanted(void **state)
{
    struct converted *converted = *state;
    converted->options.no_provenance = 1;
    assert_int_equal(run(converted, "interpol-red", "convention-json", RED_NOTICE), COMITY_OK);
    assert_null(strstr(converted_text(converted), "provenance"));
}

static void test_findings_name_file_line_and_format(void **state)
{
    struct converted *converted = *state;
    converted->options.file = "in.json";
    assert_int_equal(run(converted, "interpol-red", "convention-json",
                         "{\"entity_id\":\"1\",\n \"sex_id\":\"?\",\"arrest_warrants\":[]}"),
                     COMITY_OK);
    assert_int_equal(converted->found.count, 1);
    assert_int_equal(converted->result.warnings, 1);
    const struct collected_one *found = &converted->found.all[0];
    assert_string_equal(found->code, "model.code");
    assert_string_equal(found->source, "/sex_id");
    assert_string_equal(found->field, "persons[0].sex");
    assert_int_equal(found->line, 2);
    assert_int_equal(found->column, 11);
    assert_int_equal(found->offset, 28);
}

static void test_results_add_up(void **state)
{
    struct converted *converted = *state;
    struct comity_input input = {.bytes = RED_NOTICE, .size = strlen(RED_NOTICE)};
    converted->options.to = "convention-json";
    for (uint64_t i = 1; i < 4; i++) {
        assert_int_equal(comity_convert(converted->context, &converted->options, &input,
                                        converted_write, converted, &converted->result),
                         COMITY_OK);
        assert_int_equal(converted->result.documents, i);
        assert_int_equal(converted->result.mapped % i, 0);
    }
}

static void test_a_bad_document_does_not_stop_the_others(void **state)
{
    struct converted *converted = *state;
    assert_int_equal(run(converted, NULL, "convention-json",
                         RED_NOTICE "\n{\"a\":1,\"a\":2}\n{\"what\":1}\n" RED_NOTICE "\n"),
                     COMITY_E_INVALID);
    assert_int_equal(converted->result.documents, 2);
    assert_int_equal(converted->result.failed_input, 1);
    assert_int_equal(converted->result.failed_unknown, 1);
    assert_int_equal(converted->result.errors, 2);
    assert_int_equal(converted_met(converted, "json.duplicate-key"), 1);
    assert_int_equal(converted_met(converted, "plugin.unknown-format"), 1);
    for (size_t i = 0; i < converted->found.count; i++)
        if (strcmp(converted->found.all[i].code, "plugin.unknown-format") == 0)
            assert_int_equal(converted->found.all[i].line, 3);
    converted_text(converted);
    const char *second = strchr(converted->out.bytes, '\n');
    assert_true(second && second[1] == '{' && strchr(second + 1, '\n')[1] == '\0');
}

static void test_an_input_without_document_is_told(void **state)
{
    struct converted *converted = *state;
    static const char *const texts[] = {"", " \n", "null", "[]",
                                        "{\"_embedded\":{\"notices\":[]}}"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(run(converted, NULL, "convention-json", texts[i]), COMITY_E_INVALID);
        assert_int_equal(converted_met(converted, "model.no-document"), 1);
        assert_int_equal(converted->result.failed_input, 1);
        assert_int_equal(converted->out.size, 0);
    }
}

static void test_formats_that_are_not_there_are_told(void **state)
{
    struct converted *converted = *state;
    assert_int_equal(run(converted, NULL, "none", RED_NOTICE), COMITY_E_PLUGIN);
    assert_int_equal(converted_met(converted, "plugin.unknown-format"), 1);
    assert_int_equal(run(converted, "none", "convention-json", RED_NOTICE), COMITY_E_PLUGIN);
    assert_int_equal(converted_met(converted, "plugin.unknown-format"), 1);
    assert_int_equal(run(converted, NULL, NULL, RED_NOTICE), COMITY_E_PLUGIN);
    assert_int_equal(run(converted, "interpol-red:x=1", "convention-json", RED_NOTICE),
                     COMITY_E_USAGE);
    assert_int_equal(converted_met(converted, "plugin.unknown-option"), 1);
    assert_int_equal(run(converted, NULL, "convention-json:x=1", RED_NOTICE), COMITY_E_USAGE);
    assert_int_equal(converted->out.size, 0);
}

static void test_fail_on_decides_what_stops_a_document(void **state)
{
    struct converted *converted = *state;
    static const char lossy[] =
        CANONICAL(",\"facts\":{\"summary\":\"x\"},\"persons\":[{\"role\":"
                  "\"sought\",\"name\":{\"family\":\"T\"},\"sex\":"
                  "\"male\"}],\"requesting\":{\"references\":[{\"scheme\":"
                  "\"interpol\",\"value\":\"1\"}]},\"offences\":[]");
    static const char lacking[] = CANONICAL(",\"channel\":\"interpol\"");
    assert_int_equal(run(converted, NULL, "interpol-red", lossy), COMITY_OK);
    assert_int_equal(converted->result.losses, 1);
    assert_int_equal(converted->result.dropped, 1);
    assert_int_equal(converted_met(converted, "model.implied"), 2); /* channel and id */
    assert_string_equal(converted->found.all[2].code, "loss.field");
    assert_string_equal(converted->found.all[2].field, "facts.summary");
    converted->options.fail_on = COMITY_LOSS;
    assert_int_equal(run(converted, NULL, "interpol-red", lossy), COMITY_E_INVALID);
    assert_int_equal(converted->result.failed_output, 1);
    assert_int_equal(converted->result.documents, 0);
    assert_int_equal(converted->out.size, 0);
    converted->options.fail_on = COMITY_ERROR;
    assert_int_equal(run(converted, NULL, "interpol-red", lacking), COMITY_E_INVALID);
    assert_true(converted_met(converted, "model.required") > 0);
    assert_int_equal(converted->out.size, 0);
    converted->options.fail_on = COMITY_ERROR + 1;
    assert_int_equal(run(converted, NULL, "interpol-red", lacking), COMITY_OK);
    assert_true(converted->out.size > 0);
}

static void test_a_kind_that_the_target_does_not_carry_is_refused(void **state)
{
    struct converted *converted = *state;
    assert_int_equal(run(converted, "interpol-red", "interpol-yellow", RED_NOTICE),
                     COMITY_E_INVALID);
    assert_int_equal(converted_met(converted, "model.kind"), 1);
    assert_int_equal(converted->result.failed_output, 1);
    assert_int_equal(converted->out.size, 0);
}

static void test_a_list_is_whole_whichever_of_its_documents_fails(void **state)
{
    struct converted *converted = *state;
    static const char *const lists[] = {LIST_OF(LIST_NOTICE_WITHOUT_ID "," LIST_NOTICE),
                                        LIST_OF(LIST_NOTICE "," LIST_NOTICE_WITHOUT_ID)};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(run(converted, NULL, "interpol-list", lists[i]), COMITY_E_INVALID);
        assert_int_equal(converted->result.documents, 1);
        assert_int_equal(converted->result.failed_output, 1);
        struct buffer list;
        buffer_init(&list, 0);
        buffer_add(&list, converted->out.bytes, converted->out.size);
        assert_int_equal(
            converted_run(converted, "interpol-list", "interpol-list", list.bytes, list.size),
            COMITY_OK);
        assert_int_equal(converted->result.documents, 1);
        assert_int_equal(converted->out.size, list.size);
        buffer_free(&list);
    }
}

static void test_limits_are_kept(void **state)
{
    (void)state;
    struct comity_config config = COMITY_CONFIG_INIT;
    static const char *const codes[] = {"limit.bytes", "limit.depth", "limit.members"};
    for (size_t i = 0; i < 3; i++) {
        struct converted converted;
        converted_init(&converted);
        config.no_default_paths = 1;
        config.max_bytes = i == 0 ? 100 : 0;
        config.max_depth = i == 1 ? 3 : 0;
        config.max_members = i == 2 ? 5 : 0;
        assert_int_equal(comity_open(&config, &converted.context), COMITY_OK);
        assert_int_equal(run(&converted, "convention-json", "convention-json",
                             CANONICAL(",\"persons\":[{\"name\":{\"full\":\"x\"},\"key\":"
                                       "\"p\"}],\"id\":\"1\"")),
                         COMITY_E_INVALID);
        assert_string_equal(converted.found.all[0].code, codes[i]);
        converted_free(&converted);
    }
}

static void test_a_write_that_fails_ends_the_conversion(void **state)
{
    struct converted *converted = *state;
    struct buffer many;
    buffer_init(&many, 0);
    for (int i = 0; i < 1000; i++)
        buffer_text(&many, RED_NOTICE "\n");
    assert_int_equal(
        converted_run(converted, "interpol-red", "convention-json", many.bytes, many.size),
        COMITY_OK);
    for (size_t left = 0; left < 3; left++) {
        converted->writes_left = left;
        assert_int_equal(
            converted_run(converted, "interpol-red", "convention-json", many.bytes, many.size),
            COMITY_E_IO);
        assert_true(left == 0 || converted->out.size > 0);
        assert_true(converted->out.size == 0 ||
                    converted->out.bytes[converted->out.size - 1] == '\n');
    }
    converted->writes_left = 0;
    assert_int_equal(run(converted, "interpol-red", "convention-json", RED_NOTICE),
                     COMITY_E_IO);
    buffer_free(&many);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_the_context_tells_its_formats_and_plugins),
        TEST(test_a_folder_that_is_not_there_is_a_warning),
        TEST(test_the_mapping_of_a_format_is_shown),
        TEST(test_codes_are_explained),
        TEST(test_bytes_become_bytes),
        TEST(test_a_descriptor_is_read_and_left_open),
        TEST(test_no_clock_and_no_provenance_where_none_is_wanted),
        TEST(test_findings_name_file_line_and_format),
        TEST(test_results_add_up),
        TEST(test_a_bad_document_does_not_stop_the_others),
        TEST(test_an_input_without_document_is_told),
        TEST(test_formats_that_are_not_there_are_told),
        TEST(test_fail_on_decides_what_stops_a_document),
        TEST(test_a_kind_that_the_target_does_not_carry_is_refused),
        TEST(test_a_list_is_whole_whichever_of_its_documents_fails),
        TEST(test_limits_are_kept),
        TEST(test_a_write_that_fails_ends_the_conversion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
