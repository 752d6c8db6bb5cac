/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the way from an input's bytes to an XML document: encodings and places.
 *
 * Build: with tests/support/failing_alloc.c, linked as it says. */
#include "collected.h"
#include "xml_reading.h"

#include "syntax/stream.h"
#include "syntax/stream_xml.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <libxml/parser.h>

/* --- from bytes */

struct run {
    struct reading reading;
    struct source source;
    struct stream_xml_state state;
    struct collected found;
};

static comity_status run_bytes(struct run *run, const char *bytes, size_t size,
                               const char *charset)
{
    reading_init(&run->reading);
    run->reading.copy = malloc(size ? size : 1);
    assert_non_null(run->reading.copy);
    memcpy(run->reading.copy, bytes, size);
    source_init_memory(&run->source, run->reading.copy, size);
    stream_xml_init(&run->state);
    collected_init(&run->found);
    return stream_xml_next(&run->source, &run->reading.limits, charset, &run->reading.tree,
                           &run->found.findings, &run->state);
}

static void run_free(struct run *run)
{
    stream_xml_free(&run->state);
    source_free(&run->source);
    reading_free(&run->reading);
}

/* ASCII as UTF-16. */
static size_t widen(const char *text, bool big, bool mark, char *bytes)
{
    size_t size = 0;
    if (mark) {
        memcpy(bytes, big ? "\xFE\xFF" : "\xFF\xFE", 2);
        size = 2;
    }
    for (; *text; text++) {
        bytes[size++] = big ? '\0' : *text;
        bytes[size++] = big ? *text : '\0';
    }
    return size;
}

static void test_an_input_is_one_document_and_then_none(void **state)
{
    (void)state;
    struct run run;
    assert_int_equal(run_bytes(&run, "<a>x</a>\n", 9, NULL), COMITY_OK);
    assert_tree(&run.reading, "<a 0-8=x>", true);
    assert_int_equal(stream_xml_next(&run.source, &run.reading.limits, NULL, &run.reading.tree,
                                     &run.found.findings, &run.state),
                     COMITY_END);
    assert_int_equal(run.found.count, 0);
    run_free(&run);
}

static void test_white_space_is_no_document(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
    } cases[] = {{"", 0},         {" \r\n\t", 4},        {"\xEF\xBB\xBF", 3},
                 {"\xFF\xFE", 2}, {"\xEF\xBB\xBF\n", 4}, {"\xFE\xFF\0 \0\n", 6}};
    struct run run;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(run_bytes(&run, cases[i].bytes, cases[i].size, NULL), COMITY_END);
        assert_int_equal(run.found.count, 0);
        run_free(&run);
    }
}

static void test_places_count_from_before_the_mark(void **state)
{
    (void)state;
    struct run run;
    assert_int_equal(run_bytes(&run, "\xEF\xBB\xBF<a>\n é&x;</a>", 17, NULL), COMITY_E_INVALID);
    assert_int_equal(run.found.count, 1);
    assert_string_equal(run.found.all[0].code, "xml.entity");
    assert_int_equal(run.found.all[0].line, 2);
    assert_int_equal(run.found.all[0].column, 3);
    assert_int_equal(run.found.all[0].offset, 10);
    run_free(&run);
    assert_int_equal(run_bytes(&run, "\xEF\xBB\xBF<a/>", 7, NULL), COMITY_OK);
    assert_int_equal(tree_place(&run.reading.tree, 0).offset, 3);
    assert_int_equal(tree_place(&run.reading.tree, 0).column, 1);
    run_free(&run);
}

static void test_utf16_has_the_places_of_its_bytes(void **state)
{
    (void)state;
    char bytes[400];
    struct run run;
    for (unsigned i = 0; i < 4; i++) {
        bool big = i & 1u, mark = i & 2u;
        size_t start = mark ? 2 : 0;
        size_t size =
            widen("<?xml version='1.0' encoding='UTF-16'?>\n<a>\n &x;</a>", big, mark, bytes);
        assert_int_equal(run_bytes(&run, bytes, size, NULL), COMITY_E_INVALID);
        assert_string_equal(run.found.all[0].code, "xml.entity");
        assert_int_equal(run.found.all[0].line, 3);
        assert_int_equal(run.found.all[0].column, 2);
        assert_int_equal(run.found.all[0].offset, start + 90);
        run_free(&run);

        size = widen(" \n<a><b>x</b></a>", big, mark, bytes);
        assert_int_equal(run_bytes(&run, bytes, size, NULL), COMITY_OK);
        assert_tree(&run.reading, "<a<b=x>>", false);
        struct place place =
            tree_place(&run.reading.tree, tree_node(&run.reading.tree, 2)->offset);
        assert_int_equal(place.offset, start + 10);
        assert_int_equal(place.line, 2);
        assert_int_equal(place.column, 4);
        run_free(&run);

        size = widen("<a>x", big, mark, bytes);
        memcpy(bytes + size, big ? "\xDC\x00" : "\x00\xDC", 2);
        assert_int_equal(run_bytes(&run, bytes, size + 2, NULL), COMITY_E_INVALID);
        assert_string_equal(run.found.all[0].code, "charset.invalid");
        assert_int_equal(run.found.all[0].offset, size);
        assert_int_equal(run.found.all[0].column, 5);
        run_free(&run);
    }
}

struct byte_case {
    const char *bytes, *charset, *code;
    uint64_t line, column, offset;
};

static void assert_bytes(const struct byte_case *one, size_t size)
{
    struct run run;
    comity_status status = run_bytes(&run, one->bytes, size, one->charset);
    if (run.found.count != (one->code ? 1u : 0u) || (status == COMITY_OK) != !one->code)
        print_message("%s: %d %s\n", one->bytes, status, run.found.all[0].message);
    assert_int_equal(status, one->code ? COMITY_E_INVALID : COMITY_OK);
    assert_int_equal(run.found.count, one->code ? 1 : 0);
    if (one->code) {
        assert_string_equal(run.found.all[0].code, one->code);
        assert_int_equal(run.found.all[0].line, one->line);
        assert_int_equal(run.found.all[0].column, one->column);
        assert_int_equal(run.found.all[0].offset, one->offset);
    } else {
        assert_tree(&run.reading, "<a=Ж>", false);
    }
    run_free(&run);
}

static void test_the_encoding_is_found_or_refused(void **state)
{
    (void)state;
    static const struct byte_case cases[] = {
        {"<a>\xD0\x96</a>", NULL, NULL, 0, 0, 0},
        {"<a>\xC6</a>", "windows-1251", NULL, 0, 0, 0},
        {"<?xml version='1.0' encoding='windows-1251'?><a>\xC6</a>", NULL, NULL, 0, 0, 0},
        {"<?xml version='1.0' encoding='koi8-r'?><a>\xC6</a>", "cp1251", NULL, 0, 0, 0},
        {"<?xml version='1.0' encoding=\"KOI8-R\" standalone='no'?><a>\xF6</a>", NULL, NULL, 0,
         0, 0},
        {"\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8'?><a>\xD0\x96</a>", NULL, NULL, 0, 0,
         0},
        {"\xEF\xBB\xBF<?xml version='1.0' encoding='iso-8859-1'?><a/>", NULL,
         "charset.mark-contradiction", 1, 31, 33},
        {"\xEF\xBB\xBF<?xml version='1.0' encoding='UTF-16'?><a/>", NULL,
         "charset.mark-contradiction", 1, 31, 33},
        {"\xEF\xBB\xBF<a/>", "windows-1251", "charset.mark-contradiction", 1, 1, 3},
        {"<?xml version='1.0' encoding='UTF-16'?><a/>", NULL, "charset.mark-contradiction", 1,
         31, 30},
        {"\n<?xml version='1.0' encoding='UTF-16'?><a/>", NULL, "xml.syntax", 2, 6, 6},
        {"<?xml version='1.0' encoding='UTF-7'?><a/>", NULL, "charset.unknown", 1, 31, 30},
        {"<?xml version='1.0'\n encoding='x y'?><a/>", NULL, "charset.unknown", 2, 12, 31},
        {"<a/>", "ebcdic", "charset.unknown", 1, 1, 0},
        {"<a>\n\xD0\x96\xFF</a>", NULL, "charset.invalid", 2, 2, 6},
        {"<a>\xED\xA0\x80</a>", NULL, "charset.invalid", 1, 4, 3},
        {"<a/>\xC0\x80", NULL, "charset.invalid", 1, 5, 4},
        {"<?xml version='1.0' encoding='us-ascii'?><a>\x80</a>", NULL, "charset.invalid", 1, 45,
         44},
        {"<?xml version='1.0' encoding='windows-1251'?>\n<a>\xC6\x98</a>", NULL,
         "charset.invalid", 2, 5, 50},
        {"<?xml version='1.0' encoding='windows-1251'?>\n<a>\xC6</a>\n\x98", NULL,
         "charset.invalid", 3, 1, 55},
        {"<?xml version='1.0' encoding='windows-1251'?>\n<a>\xC6\xC6&x;</a>", NULL,
         "xml.entity", 2, 6, 51},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_bytes(&cases[i], strlen(cases[i].bytes));
}

static void test_marks_of_utf16_are_held_against_the_declaration(void **state)
{
    (void)state;
    char bytes[200];
    struct run run;
    static const struct {
        const char *encoding, *code;
    } cases[] = {{"UTF-8", "charset.mark-contradiction"},
                 {"windows-1251", "charset.mark-contradiction"},
                 {"UTF-16BE", "charset.mark-contradiction"},
                 {"x-none", "charset.unknown"},
                 {"utf-16", NULL},
                 {"UTF-16LE", NULL}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[100];
        snprintf(text, sizeof(text), "<?xml version='1.0' encoding='%s'?><a/>",
                 cases[i].encoding);
        size_t size = widen(text, false, true, bytes);
        assert_int_equal(run_bytes(&run, bytes, size, NULL),
                         cases[i].code ? COMITY_E_INVALID : COMITY_OK);
        if (cases[i].code) {
            assert_string_equal(run.found.all[0].code, cases[i].code);
            assert_int_equal(run.found.all[0].offset, 62);
            assert_int_equal(run.found.all[0].column, 31);
        }
        run_free(&run);
    }
    size_t size = widen("<a/>", true, true, bytes);
    assert_int_equal(run_bytes(&run, bytes, size, "UTF-16LE"), COMITY_E_INVALID);
    assert_string_equal(run.found.all[0].code, "charset.mark-contradiction");
    run_free(&run);
    assert_int_equal(run_bytes(&run, bytes, size, "utf-16"), COMITY_OK);
    run_free(&run);
    assert_int_equal(run_bytes(&run, "\xFF\xFE\0\0<\0\0\0", 8, NULL), COMITY_E_INVALID);
    assert_string_equal(run.found.all[0].code, "charset.unknown");
    run_free(&run);
}

static void test_an_input_over_its_limit_is_refused(void **state)
{
    (void)state;
    struct run run;
    reading_init(&run.reading);
    run.reading.limits.bytes = 7;
    source_init_memory(&run.source, "<a></a>\n", 8);
    stream_xml_init(&run.state);
    collected_init(&run.found);
    assert_int_equal(stream_xml_next(&run.source, &run.reading.limits, NULL, &run.reading.tree,
                                     &run.found.findings, &run.state),
                     COMITY_E_LIMIT);
    assert_string_equal(run.found.all[0].code, "limit.bytes");
    run_free(&run);
}

static void test_a_large_file_is_read_whole(void **state)
{
    (void)state;
    struct run run;
    FILE *file = tmpfile();
    assert_non_null(file);
    fputs("<?xml version='1.0' encoding='windows-1251'?><a>", file);
    for (int i = 0; i < 300000; i++)
        fputs("\xC6\xC6", file);
    fputs("</a>", file);
    rewind(file);
    reading_init(&run.reading);
    source_init_fd(&run.source, fileno(file), run.reading.limits.bytes);
    stream_xml_init(&run.state);
    collected_init(&run.found);
    assert_int_equal(stream_xml_next(&run.source, &run.reading.limits, NULL, &run.reading.tree,
                                     &run.found.findings, &run.state),
                     COMITY_OK);
    assert_int_equal(tree_node(&run.reading.tree, 1)->text_len, 1200000);
    run_free(&run);
    fclose(file);
}

/* Bytes and their number, NULs included. */
#define INPUT(text) text, sizeof(text) - 1

static void test_the_first_bytes_tell_the_syntax(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        size_t size;
        int syntax;
    } samples[] = {
        {INPUT(""), 0},
        {INPUT(" \t\r\n"), 0},
        {INPUT("\xEF\xBB\xBF"), 0},
        {INPUT("\xEF\xBB\xBF \n"), 0},
        {INPUT("\xFF\xFE"), 0},
        {INPUT("<a/>"), SYNTAX_XML},
        {INPUT(" \n<?xml version=\"1.0\"?>"), SYNTAX_XML},
        {INPUT("\xEF\xBB\xBF<a/>"), SYNTAX_XML},
        {INPUT("\xFF\xFE<\0a\0"), SYNTAX_XML},
        {INPUT("\xFE\xFF\0<\0a"), SYNTAX_XML},
        {INPUT("<\0?\0"), SYNTAX_XML},
        {INPUT("\0<\0?"), SYNTAX_XML},
        {INPUT("{}"), SYNTAX_JSON},
        {INPUT(" [1]"), SYNTAX_JSON},
        {INPUT("\xEF\xBB\xBF{}"), SYNTAX_JSON},
        {INPUT("\xFF\xFE{\0}\0"), SYNTAX_JSON},
        {INPUT("plain text"), SYNTAX_JSON},
        {INPUT("\0\0\0"), SYNTAX_JSON},
        {INPUT("\xFF"), SYNTAX_JSON},
    };
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
        assert_int_equal(syntax_sniff(samples[i].head, samples[i].size), samples[i].syntax);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_input_is_one_document_and_then_none),
        cmocka_unit_test(test_white_space_is_no_document),
        cmocka_unit_test(test_places_count_from_before_the_mark),
        cmocka_unit_test(test_utf16_has_the_places_of_its_bytes),
        cmocka_unit_test(test_the_encoding_is_found_or_refused),
        cmocka_unit_test(test_marks_of_utf16_are_held_against_the_declaration),
        cmocka_unit_test(test_an_input_over_its_limit_is_refused),
        cmocka_unit_test(test_a_large_file_is_read_whole),
        cmocka_unit_test(test_the_first_bytes_tell_the_syntax),
    };
    int failed = cmocka_run_group_tests_name("stream_xml", tests, NULL, NULL);
    xmlCleanupParser();
    return failed;
}
