/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the XML reader: what is refused, with which code and where; limits.
 *
 * Build: with tests/support/failing_alloc.c, linked as it says. */
#include "failing_alloc.h"
#include "xml_reading.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <libxml/parser.h>
#include <time.h>

/* --- what is refused */

struct bad {
    const char *text, *code;
    uint64_t line, column;
    size_t offset;
};

static void assert_refused(const struct bad *bad)
{
    struct reading reading;
    reading_init(&reading);
    comity_status status = read_text(&reading, bad->text);
    struct place place = tree_place(&reading.tree, reading.error.offset);
    if (status != COMITY_E_INVALID || strcmp(reading.error.code, bad->code) != 0 ||
        reading.error.offset != bad->offset)
        print_message("%s: %d %s %zu %s\n", bad->text, status,
                      reading.error.code ? reading.error.code : "", reading.error.offset,
                      reading.error.message);
    assert_int_equal(status, COMITY_E_INVALID);
    assert_string_equal(reading.error.code, bad->code);
    assert_int_equal(reading.error.offset, bad->offset);
    assert_int_equal(place.line, bad->line);
    assert_int_equal(place.column, bad->column);
    assert_int_equal(reading.tree.count, 0);
    assert_true(strlen(reading.error.message) > 10);
    assert_null(strchr(reading.error.message, '\n'));
    reading_free(&reading);
}

static void test_each_fault_has_its_code_and_its_place(void **state)
{
    (void)state;
    static const struct bad cases[] = {
        {"<a>\n<b></a>", "xml.syntax", 2, 4, 7},
        {"<a>\n</b>", "xml.syntax", 2, 1, 4},
        {"<a b=c/>", "xml.syntax", 1, 6, 5},
        {"<a b='<'/>", "xml.syntax", 1, 7, 6},
        {"<a b='1'c='2'/>", "xml.syntax", 1, 9, 8},
        {"<é b='1' b='2'/>", "xml.syntax", 1, 10, 10},
        {"<a>x < y</a>", "xml.syntax", 1, 7, 6},
        {"<a>x & y</a>", "xml.syntax", 1, 7, 6},
        {"<a>x]]>y</a>", "xml.syntax", 1, 5, 4},
        {"<a><!-- a -- b --></a>", "xml.syntax", 1, 11, 10},
        {" <?xml version='1.0'?><a/>", "xml.syntax", 1, 7, 6},
        {"text", "xml.syntax", 1, 1, 0},
        {"<!-- --> x <a/>", "xml.syntax", 1, 10, 9},
        {"\xEF\xBB\xBF<a/>", "xml.syntax", 1, 1, 0},
        {"<1/>", "xml.syntax", 1, 2, 1},
        {"<p:a/>", "xml.namespace", 1, 2, 1},
        {"<a>\n <b p:c='1'/></a>", "xml.namespace", 2, 5, 8},
        {"<a xmlns:p='u:1' xmlns:q='u:1' p:b='' q:b=''/>", "xml.namespace", 1, 39, 38},
        {"<a xmlns:p=''/>", "xml.namespace", 1, 1, 0},
        {"<a:b:c xmlns:a='u:1'/>", "xml.namespace", 1, 1, 0},
        {"<xmlns:a/>", "xml.namespace", 1, 2, 1},
        {"<a>\n &nbsp;</a>", "xml.entity", 2, 2, 5},
        {"<a b='\n&x;'/>", "xml.entity", 2, 1, 7},
        {"<a>x\x01</a>", "xml.character", 1, 5, 4},
        {"<a b='\x1F'/>", "xml.character", 1, 7, 6},
        {"<a><!-- \x02 --></a>", "xml.character", 1, 9, 8},
        {"<a><![CDATA[\x03]]></a>", "xml.character", 1, 13, 12},
        {"<a><?p \x04?></a>", "xml.character", 1, 8, 7},
        {"<a>é\xEF\xBF\xBE</a>", "xml.character", 1, 5, 5},
        {"<a/>\x01", "xml.character", 1, 5, 4},
        {"<a>&#0;</a>", "xml.character", 1, 4, 3},
        {"<a>&#xFFFF;</a>", "xml.character", 1, 4, 3},
        {"<a b='&#xD800;'/>", "xml.character", 1, 7, 6},
        {"<a/>x", "xml.trailing-text", 1, 5, 4},
        {"<a/>\n<b/>", "xml.trailing-text", 2, 1, 5},
        {"<a/><!-- ok -->\n&amp;", "xml.trailing-text", 2, 1, 16},
        {"<a/><![CDATA[]]>", "xml.trailing-text", 1, 5, 4},
        {"<a/></a>", "xml.trailing-text", 1, 5, 4},
        {"<a>\n", "xml.truncated", 2, 1, 4},
        {"", "xml.truncated", 1, 1, 0},
        {"<?xml version='1.0'?>", "xml.truncated", 1, 22, 21},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_refused(&cases[i]);
}

static void test_a_nul_is_refused_where_it_stands(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    assert_int_equal(read_bytes(&reading, "<a>\0</a>", 8), COMITY_E_INVALID);
    assert_string_equal(reading.error.code, "xml.character");
    assert_int_equal(reading.error.offset, 3);
    assert_int_equal(read_bytes(&reading, "<a/>\0", 5), COMITY_E_INVALID);
    assert_int_equal(reading.error.offset, 4);
    reading_free(&reading);
}

static unsigned loads;

static xmlParserInputPtr count_load(const char *url, const char *id, xmlParserCtxtPtr parser)
{
    (void)url;
    (void)id;
    (void)parser;
    loads++;
    return NULL;
}

static void test_every_doctype_is_refused_and_nothing_is_fetched(void **state)
{
    (void)state;
    static const struct bad cases[] = {
        {"<!DOCTYPE a><a/>", "xml.doctype", 1, 1, 0},
        {"<?xml version='1.0'?>\n<!-- < -->\n<!DOCTYPE a>\n<a/>", "xml.doctype", 3, 1, 33},
        {"<!DOCTYPE a [<!ELEMENT a ANY>]><a/>", "xml.doctype", 1, 1, 0},
        {"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "xml.doctype", 1, 1, 0},
        {"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "xml.doctype", 1, 1, 0},
        {"<!DOCTYPE a PUBLIC 'x' 'http://127.0.0.1/x.dtd'><a/>", "xml.doctype", 1, 1, 0},
        {"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "xml.doctype", 1,
         1, 0},
        {"<!DOCTYPE a [<!ENTITY % b SYSTEM 'file:///etc/passwd'> %b;]><a/>", "xml.doctype", 1,
         1, 0},
        {"<!DOCTYPE a [<!ENTITY b 'lol'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>"
         "<!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'><!ENTITY e '&d;&d;&d;&d;&d;&d;'>]>"
         "<a>&e;&e;&e;&e;</a>",
         "xml.doctype", 1, 1, 0},
        {"<!DOCTYPE", "xml.doctype", 1, 1, 0},
        {"<a><!DOCTYPE a></a>", "xml.doctype", 1, 4, 3},
        {"<a/><!DOCTYPE a>", "xml.doctype", 1, 5, 4},
        {"<?oasis-xml-catalog catalog='file:///etc/passwd'?>\n<!DOCTYPE a><a/>", "xml.doctype",
         2, 1, 51},
    };
    xmlExternalEntityLoader before = xmlGetExternalEntityLoader();
    xmlSetExternalEntityLoader(count_load);
    loads = 0;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_refused(&cases[i]);
    assert_reads("<?oasis-xml-catalog catalog='file:///etc/passwd'?><a/>", "<a=>");
    assert_reads("<a xmlns:i='http://www.w3.org/2001/XInclude'>"
                 "<i:include href='file:///etc/passwd'/></a>",
                 "<a<include{http://www.w3.org/2001/XInclude}=<@href=file:///etc/passwd>>>");
    assert_int_equal(loads, 0);
    xmlSetExternalEntityLoader(before);
}

static void test_a_document_cut_at_any_byte_is_truncated(void **state)
{
    (void)state;
    static const char document[] =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c -->\n<p:a xmlns:p='u:1' "
        "b='>&lt;'>\n"
        " <c>te&amp;xt&#x41;</c>x<![CDATA[<>]]><d e='1'/><?p q?>\n</p:a>";
    struct reading reading;
    reading_init(&reading);
    assert_int_equal(read_text(&reading, document), COMITY_OK);
    for (size_t size = 0; size < sizeof(document) - 1; size++) {
        comity_status status = read_bytes(&reading, document, size);
        if (status != COMITY_E_INVALID || strcmp(reading.error.code, "xml.truncated") != 0)
            print_message("%.*s: %d %s\n", (int)size, document, status, reading.error.message);
        assert_int_equal(status, COMITY_E_INVALID);
        assert_string_equal(reading.error.code, "xml.truncated");
        assert_int_equal(reading.error.offset, size);
    }
    reading_free(&reading);
}

static void test_any_changed_byte_is_read_or_refused_within_the_text(void **state)
{
    (void)state;
    static const char document[] =
        "<?xml version='1.0'?><!-- c --><p:a xmlns:p='u:1' b='>&lt;'>"
        "<c>te&amp;xt</c>x<![CDATA[<>]]><d e='1' f='2'/><?p q?></p:a>";
    static const char others[] = "<>&;'\"=/!?-[]: a\x01\n";
    struct reading reading;
    char text[sizeof(document)];
    reading_init(&reading);
    for (size_t at = 0; at < sizeof(document) - 1; at++) {
        for (size_t i = 0; i < sizeof(others) - 1; i++) {
            memcpy(text, document, sizeof(document));
            text[at] = others[i];
            comity_status status = read_bytes(&reading, text, sizeof(document) - 1);
            assert_true(status == COMITY_OK || status == COMITY_E_INVALID);
            if (status == COMITY_E_INVALID) {
                assert_non_null(reading.error.code);
                assert_true(reading.error.offset <= sizeof(document) - 1);
                if (strstr(reading.error.message, "two ways"))
                    print_message("%s\n", text);
                assert_null(strstr(reading.error.message, "two ways"));
            }
        }
    }
    reading_free(&reading);
}

static void test_the_end_tag_that_is_missing_is_named(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    assert_int_equal(read_text(&reading, "<p:a xmlns:p='u:1'>\n<p:b>\n</p:a>"),
                     COMITY_E_INVALID);
    assert_string_equal(reading.error.message,
                        "found </p:a>; expected </p:b>, which closes line 2");
    assert_int_equal(read_text(&reading, "<p:a xmlns:p='u:1'>\n<p:b>\n"), COMITY_E_INVALID);
    assert_string_equal(reading.error.message,
                        "the text ends inside the element <p:b> of line 2");
    reading_free(&reading);
}

/* --- limits */

/* `before`, `count` times `one`, `after`. */
static comity_status read_many(struct reading *reading, const char *before, const char *one,
                               size_t count, const char *after)
{
    struct buffer text;
    buffer_init(&text, 0);
    buffer_text(&text, before);
    for (size_t i = 0; i < count; i++)
        buffer_text(&text, one);
    buffer_text(&text, after);
    comity_status status = read_bytes(reading, text.bytes, text.size);
    buffer_free(&text);
    return status;
}

static void test_depth_64_is_read_and_65_refused(void **state)
{
    (void)state;
    struct reading reading;
    struct buffer end;
    reading_init(&reading);
    buffer_init(&end, 0);
    for (int i = 0; i < 64; i++)
        buffer_text(&end, "</a>");
    buffer_char(&end, '\0');
    assert_int_equal(read_many(&reading, "", "<a>", 64, end.bytes), COMITY_OK);
    assert_int_equal(read_many(&reading, "", "<a>", 64, "<b/>"), COMITY_E_LIMIT);
    assert_string_equal(reading.error.code, "limit.depth");
    assert_int_equal(reading.error.offset, 192);
    assert_int_equal(read_many(&reading, "", "<a>", 1000000, ""), COMITY_E_LIMIT);
    assert_string_equal(reading.error.code, "limit.depth");
    buffer_free(&end);
    reading_free(&reading);
}

static void test_the_limit_of_nodes_counts_attributes_and_texts(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    reading.limits.members = 5;
    assert_int_equal(read_text(&reading, "<a b='1'>x<c/>y</a>"), COMITY_OK);
    assert_int_equal(read_text(&reading, "<a b='1'>x<c/>y<d/></a>"), COMITY_E_LIMIT);
    assert_string_equal(reading.error.code, "limit.members");
    assert_int_equal(reading.error.offset, 15);
    reading_free(&reading);
}

static void test_a_limit_of_memory_is_told_apart(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    reading.arena.limit = 20000;
    assert_int_equal(read_many(&reading, "<a>", "&lt;x", 30000, "</a>"), COMITY_E_LIMIT);
    assert_string_equal(reading.error.code, "limit.memory");
    reading_free(&reading);
}

static void test_too_many_attributes_are_refused_at_once(void **state)
{
    (void)state;
    struct reading reading;
    struct buffer text;
    reading_init(&reading);
    buffer_init(&text, 0);
    buffer_text(&text, "<x>\n<a");
    for (int i = 0; i < 100000; i++)
        buffer_format(&text, " a%d=''", i);
    buffer_text(&text, "/></x>");
    clock_t start = clock();
    assert_int_equal(read_bytes(&reading, text.bytes, text.size), COMITY_E_LIMIT);
    assert_true(clock() - start < CLOCKS_PER_SEC / 10);
    assert_string_equal(reading.error.code, "limit.attributes");
    assert_int_equal(reading.error.offset, 4);

    for (int count = 1024; count <= 1025; count++) {
        buffer_clear(&text);
        buffer_text(&text, "<a");
        for (int i = 0; i < count; i++)
            buffer_format(&text, " a%d=''", i);
        buffer_text(&text, "/>");
        assert_int_equal(read_bytes(&reading, text.bytes, text.size),
                         count == 1024 ? COMITY_OK : COMITY_E_LIMIT);
    }
    assert_string_equal(reading.error.code, "limit.attributes");
    buffer_free(&text);
    reading_free(&reading);
}

static void test_too_many_namespaces_at_one_place_are_refused(void **state)
{
    (void)state;
    struct reading reading;
    struct buffer text;
    reading_init(&reading);
    buffer_init(&text, 0);
    for (int count = 256; count <= 257; count++) {
        buffer_clear(&text);
        buffer_text(&text, "<x><y xmlns:q='u:q'/><a");
        for (int i = 0; i < count; i++)
            buffer_format(&text, " xmlns:a%d='u:1'", i);
        buffer_text(&text, "/></x>");
        assert_int_equal(read_bytes(&reading, text.bytes, text.size),
                         count == 256 ? COMITY_OK : COMITY_E_LIMIT);
    }
    assert_string_equal(reading.error.code, "limit.namespaces");
    buffer_free(&text);
    reading_free(&reading);
}

static void test_large_honest_documents_are_read(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    assert_int_equal(read_many(&reading, "<a>", "<b>x</b>\n", 200000, "</a>"), COMITY_OK);
    assert_int_equal(tree_node(&reading.tree, 1)->count, 200000);
    static const struct {
        const char *before, *after;
        uint32_t len;
    } cases[] = {
        {"<a>", "</a>", 9000000},     {"<a><![CDATA[", "]]></a>", 9000000},
        {"<a>&lt;", "</a>", 9000001}, {"<a><!--", "--></a>", 0},
        {"<a><?p ", "?></a>", 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(
            read_many(&reading, cases[i].before, "123456789", 1000000, cases[i].after),
            COMITY_OK);
        assert_int_equal(tree_node(&reading.tree, 1)->text_len, cases[i].len);
    }
    reading_free(&reading);
}

static void test_markup_that_never_ends_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after, *code;
    } cases[] = {
        {"<a b='", "'/>", "limit.attributes"},  {"<", "/>", "limit.attributes"},
        {"<a>&", ";</a>", "limit.markup"},      {"<a><!--", "--></a>", "limit.markup"},
        {"<a><?p ", "?></a>", "limit.markup"},  {"<a><![CDATA[", "]]></a>", "limit.markup"},
        {"<a></", "></a>", "limit.attributes"}, {"<a><!--", "", "limit.markup"},
    };
    struct reading reading;
    reading_init(&reading);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(
            read_many(&reading, cases[i].before, "abcdefghij", 1100000, cases[i].after),
            COMITY_E_LIMIT);
        assert_string_equal(reading.error.code, cases[i].code);
    }
    reading_free(&reading);
}

static void test_memory_may_run_out_anywhere(void **state)
{
    (void)state;
    static const char document[] =
        "<p:a xmlns:p='u:1' b='&lt;' c='x'>x<d/>&amp;<e>1&gt;</e></p:a>";
    for (unsigned long n = 0;; n++) {
        struct arena arena;
        struct tree tree;
        struct limits limits = LIMITS_INIT;
        struct syntax_error error;
        arena_init(&arena, 0);
        tree_init(&tree, &arena);
        failing_alloc_after(n);
        comity_status status =
            xml_read(&tree, document, sizeof(document) - 1, &limits, NULL, &error);
        bool failed = failing_alloc_stop();
        assert_int_equal(status, failed ? COMITY_E_NOMEM : COMITY_OK);
        tree_free(&tree);
        arena_free(&arena);
        if (!failed)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_fault_has_its_code_and_its_place),
        cmocka_unit_test(test_a_nul_is_refused_where_it_stands),
        cmocka_unit_test(test_every_doctype_is_refused_and_nothing_is_fetched),
        cmocka_unit_test(test_a_document_cut_at_any_byte_is_truncated),
        cmocka_unit_test(test_any_changed_byte_is_read_or_refused_within_the_text),
        cmocka_unit_test(test_the_end_tag_that_is_missing_is_named),
        cmocka_unit_test(test_depth_64_is_read_and_65_refused),
        cmocka_unit_test(test_the_limit_of_nodes_counts_attributes_and_texts),
        cmocka_unit_test(test_a_limit_of_memory_is_told_apart),
        cmocka_unit_test(test_too_many_attributes_are_refused_at_once),
        cmocka_unit_test(test_too_many_namespaces_at_one_place_are_refused),
        cmocka_unit_test(test_large_honest_documents_are_read),
        cmocka_unit_test(test_markup_that_never_ends_is_refused),
        cmocka_unit_test(test_memory_may_run_out_anywhere),
    };
    int failed = cmocka_run_group_tests_name("xml_faults", tests, NULL, NULL);
    xmlCleanupParser();
    return failed;
}
