/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the XML reader and writer: what becomes of a good document.
 *
 * Build: with tests/support/failing_alloc.c, linked as it says. */
#include "rounds.h"
#include "xml_reading.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <libxml/parser.h>

/* --- the tree */

static void test_elements_attributes_and_text_become_nodes(void **state)
{
    (void)state;
    assert_reads("<a/>", "<a=>");
    assert_reads("<a></a>", "<a=>");
    assert_reads("<a>x</a>", "<a=x>");
    assert_reads("<a> </a >", "<a= >");
    assert_reads("<?xml version='1.0' encoding='UTF-16' standalone='yes'?>\n<a/>\n", "<a=>");
    assert_reads("<!-- <b> --><?p <c> ?><a/><!-- -->\n<?q?>", "<a=>");
    assert_reads("<a b = '1'\n c=\"2\"/>", "<a=<@b=1><@c=2>>");
    assert_reads("<a>\n  <b>1</b>\n  <c/>\n</a>", "<a<b=1><c=>>");
    assert_reads("<a><b><c><d/></c></b><e/></a>", "<a<b<c<d=>>><e=>>");
    assert_reads("<a x='y'>z</a>", "<a=z<@x=y>>");
    assert_reads("<a x='y'><b/></a>", "<a<@x=y><b=>>");
}

static void test_mixed_text_becomes_nodes_in_order(void **state)
{
    (void)state;
    assert_reads("<a>one <b>two</b> three</a>", "<a<=one ><b=two><= three>>");
    assert_reads("<a><b/>tail</a>", "<a<b=><=tail>>");
    assert_reads("<a i='1'> x <b/> <c/>\n</a>", "<a<@i=1><= x ><b=><c=>>");
    assert_reads("<a>x<!-- c -->y<b/></a>", "<a<=xy><b=>>");
    assert_reads("<a><b/><!-- c --> <?p?></a>", "<a<b=>>");
}

static void test_comments_and_cdata_join_the_text_around_them(void **state)
{
    (void)state;
    assert_reads("<a>te<!-- <x> -->xt</a>", "<a=text>");
    assert_reads("<a>te<?p x?>xt</a>", "<a=text>");
    assert_reads("<a><!-- c --></a>", "<a=>");
    assert_reads("<a><![CDATA[]]></a>", "<a=>");
    assert_reads("<a><![CDATA[<b>&amp;</b>]]></a>", "<a=<b>&amp;</b>>");
    assert_reads("<a>x<![CDATA[<]]>y<![CDATA[>]]>z</a>", "<a=x<y>z>");
    assert_reads("<a><![CDATA[]]><![CDATA[x]]></a>", "<a=x>");
    assert_reads("<a>q<![CDATA[<![CDATA[]]></a>", "<a=q<![CDATA[>");
    assert_reads("<a><![CDATA[]]]]><![CDATA[>]]></a>", "<a=]]>>");
    assert_reads("<a><![CDATA[ ]]><b/></a>", "<a<b=>>");
    assert_reads("<a>]] ></a>", "<a=]] >>");
}

static void test_references_become_characters(void **state)
{
    (void)state;
    assert_reads("<a>&lt;&gt;&amp;&quot;&apos;</a>", "<a=<>&\"'>");
    assert_reads("<a b='&lt;&gt;&amp;&quot;&apos;'/>", "<a=<@b=<>&\"'>>");
    assert_reads("<a>&#65;&#x42;&#xE9;&#x1F600;</a>", "<a=ABé😀>");
    assert_reads("<a b='&#65;&#38;&#x26;&amp;'/>", "<a=<@b=A&&&>>");
    assert_reads("<a b='&#38;#38;'/>", "<a=<@b=&#38;>>");
    assert_reads("<a b='&amp;amp;&#38;#38;'/>", "<a=<@b=&amp;&#38;>>");
    assert_reads("<a>&#38;lt; &amp;#60;</a>", "<a=&lt; &#60;>");
    assert_reads("<a>x&amp;</a>", "<a=x&>");
}

static void test_line_ends_are_those_of_xml(void **state)
{
    (void)state;
    assert_reads("<a>\r\nx\ry\n</a>", "<a=\nx\ny\n>");
    assert_reads("<a>x&#13;&#10;y</a>", "<a=x\r\ny>");
    assert_reads("<a b='x\r\ny\tz&#10;&#9;'/>", "<a=<@b=x y z\n\t>>");
    assert_reads("<a><![CDATA[x\r\ny]]></a>", "<a=x\ny>");
}

static void test_a_greater_sign_may_stand_in_an_attribute(void **state)
{
    (void)state;
    assert_reads("<a b='/>' c=\"'>'\"><d e='>'/></a>", "<a<@b=/>><@c='>'><d=<@e=>>>>");
}

static void test_namespaces_are_names_not_prefixes(void **state)
{
    (void)state;
    assert_reads("<a xmlns='u:1'><b/></a>", "<a{u:1}<b{u:1}=>>");
    assert_reads("<p:a xmlns:p='u:1'><b/></p:a>", "<a{u:1}<b=>>");
    assert_reads("<a xmlns='u:1' b='1'/>", "<a{u:1}=<@b=1>>");
    assert_reads("<a xmlns:p='u:1' p:b='1' b='2'/>", "<a=<@b{u:1}=1><@b=2>>");
    assert_reads("<a xmlns='u:1'><b xmlns='u:2'><c/></b><d/><e xmlns=''/></a>",
                 "<a{u:1}<b{u:2}<c{u:2}=>><d{u:1}=><e=>>");
    assert_reads("<p:a xmlns:p='u:1'><p:b xmlns:p='u:2'/><p:c/></p:a>",
                 "<a{u:1}<b{u:2}=><c{u:1}=>>");
    assert_reads("<a xml:lang='de'/>", "<a=<@lang{http://www.w3.org/XML/1998/namespace}=de>>");
    assert_reads("<a b='1' xmlns:p='u:1' p:c='2' xmlns='u:2' d='3'/>",
                 "<a{u:2}=<@b=1><@c{u:1}=2><@d=3>>");
}

static void test_one_namespace_is_one_pointer(void **state)
{
    (void)state;
    struct reading reading;
    struct buffer text;
    reading_init(&reading);
    buffer_init(&text, 0);
    buffer_text(&text, "<a>");
    for (int i = 0; i < 100; i++)
        buffer_format(&text, "<b xmlns='urn:n%d'/>", i % 50);
    buffer_text(&text, "</a>");
    assert_int_equal(read_bytes(&reading, text.bytes, text.size), COMITY_OK);
    for (uint32_t i = 2; i < 52; i++) {
        char ns[16];
        snprintf(ns, sizeof(ns), "urn:n%u", i - 2);
        assert_string_equal(tree_node(&reading.tree, i)->ns, ns);
        assert_ptr_equal(tree_node(&reading.tree, i)->ns, tree_node(&reading.tree, i + 50)->ns);
    }
    buffer_free(&text);
    reading_free(&reading);
}

static void test_every_node_knows_its_place(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    assert_int_equal(read_text(&reading, "<!-- < --><p:a xmlns:p='u:1' b='>' p:c=''>\n"
                                         " <d>é</d ><!-- <x> -->t<e/>&amp;</p:a> "),
                     COMITY_OK);
    /* 10: <p:a   29: b='>'   35: p:c=''   44: <d>é</d >   54: <!-- <x> -->   66: t
     * 67: <e/>   71: &amp;   76: </p:a> */
    assert_tree(&reading,
                "<a{u:1} 10-82<@b 29-34=>><@c{u:1} 35-41=><d 44-54=é>< 66-67=t><e 67-71=>"
                "< 71-76=&>>",
                true);
    reading_free(&reading);
}

static void test_text_that_needs_no_decoding_is_lent(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    assert_int_equal(read_text(&reading, "<p:a xmlns:p='u:1' b='1'>\n<p:c>text</p:c>"
                                         "<d><![CDATA[raw]]></d><e>1&lt;2</e></p:a>"),
                     COMITY_OK);
    const char *text = reading.tree.text, *end = text + reading.tree.size;
    for (uint32_t i = 1; i < reading.tree.count; i++) {
        const struct comity_node *node = tree_node(&reading.tree, i);
        assert_true(node->name > text && node->name < end);
        if (node->text && node->text_len && memcmp(node->text, "1<2", 3) != 0)
            assert_true(node->text > text && node->text < end);
    }
    reading_free(&reading);
}

/* What xml_read.c feeds at a time. */
#define PIECE ((size_t)16 << 10)

/* Wherever the pieces end that the parser is fed with: the same tree, and the same places. */
static void test_no_place_depends_on_how_the_parser_is_fed(void **state)
{
    (void)state;
    static const char document[] =
        "<p:a xmlns:p='u:1' b='&lt;>\r\n'>\r\n<c>te&amp;xt\r\ré😀</c><!--> ]] -->x ]]y "
        "]<![CDATA[]]\r\n]]><d e=\"é>\" p:f='>'/><?p > ?>&#x41;<![CDATA[<>]]>\r\n</p:a>\r\n";
    static const char *const fillers[][2] = {{"<x/><!--", "x"},  {"<x/><!--", ">"},
                                             {"<x/><!--", "\r"}, {"<x>", "y"},
                                             {"<x>", "]"},       {"<x>", "\r"}};
    struct reading reading;
    struct buffer text, first, out;
    buffer_init(&text, 0);
    buffer_init(&first, 0);
    buffer_init(&out, 0);
    reading_init(&reading);
    for (size_t pad = 0; pad < PIECE + sizeof(document);
         pad += pad < PIECE - 300 ? PIECE - 300 : is_under_runner() ? 7 : 1) {
        for (size_t which = 0; which < COUNT_OF(fillers); which++) {
            bool is_comment = which < 3;
            buffer_clear(&text);
            buffer_text(&text, "<r>");
            buffer_text(&text, fillers[which][0]);
            for (size_t i = 0; i < pad; i++)
                buffer_text(&text, fillers[which][1]);
            buffer_text(&text, is_comment ? "-->" : "</x>");
            size_t base = text.size;
            buffer_text(&text, document);
            buffer_text(&text, "</r>");
            comity_status status = read_bytes(&reading, text.bytes, text.size);
            if (status != COMITY_OK)
                print_message("%zu %zu: %s\n", pad, which, reading.error.message);
            assert_int_equal(status, COMITY_OK);
            struct buffer *to = first.size ? &out : &first;
            buffer_clear(to);
            dump(&reading.tree, 3, base, true, to);
            assert_int_equal(to->size, first.size);
            assert_memory_equal(to->bytes, first.bytes, first.size);
        }
    }
    buffer_free(&text);
    buffer_free(&first);
    buffer_free(&out);
    reading_free(&reading);
}

/* --- writing */

static void test_what_xml_cannot_carry_is_known(void **state)
{
    (void)state;
    static const char *const good[] = {
        "", "x", "\t\r\n", "é😀", "\xEF\xBF\xBD", "\x7F\xC2\x85", "<&>\"'"};
    static const char *const bad[] = {"\x01", "x\x08",        "\x0B",          "\x0C",
                                      "\x1F", "\xEF\xBF\xBE", "é\xEF\xBF\xBFx"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(xml_can_carry(good[i], strlen(good[i])));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(xml_can_carry(bad[i], strlen(bad[i])));
    assert_false(xml_can_carry("a\0b", 3));
}

static void test_text_is_escaped_as_xml_demands(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 0);
    xml_put_text(&out, "a<b>&\"'\r\n\t", 10, false);
    buffer_char(&out, '|');
    xml_put_text(&out, "a<b>&\"'\r\n\t", 10, true);
    buffer_char(&out, '\0');
    assert_string_equal(out.bytes, "a&lt;b&gt;&amp;\"'&#13;\n\t|"
                                   "a&lt;b&gt;&amp;&quot;'&#13;&#10;&#9;");
    buffer_free(&out);
}

static void test_what_is_written_is_read_again(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",    " ",   "\r\n\t",   "\r",    " x ",
        "]]>", "]]",  "<a>&amp;", "&#38;", "é😀\xC2\x85\xE2\x80\xA8",
        "\"'", "\n\n"};
    struct reading reading;
    struct buffer out;
    reading_init(&reading);
    buffer_init(&out, 0);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        size_t len = strlen(texts[i]);
        buffer_clear(&out);
        buffer_text(&out, "<a b=\"");
        xml_put_text(&out, texts[i], len, true);
        buffer_text(&out, "\">");
        xml_put_text(&out, texts[i], len, false);
        buffer_text(&out, "</a>");
        assert_int_equal(read_bytes(&reading, out.bytes, out.size), COMITY_OK);
        for (uint32_t node = 1; node <= 2; node++) {
            assert_int_equal(tree_node(&reading.tree, node)->text_len, len);
            assert_memory_equal(tree_node(&reading.tree, node)->text, texts[i], len);
        }
    }
    buffer_free(&out);
    reading_free(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elements_attributes_and_text_become_nodes),
        cmocka_unit_test(test_mixed_text_becomes_nodes_in_order),
        cmocka_unit_test(test_comments_and_cdata_join_the_text_around_them),
        cmocka_unit_test(test_references_become_characters),
        cmocka_unit_test(test_line_ends_are_those_of_xml),
        cmocka_unit_test(test_a_greater_sign_may_stand_in_an_attribute),
        cmocka_unit_test(test_namespaces_are_names_not_prefixes),
        cmocka_unit_test(test_one_namespace_is_one_pointer),
        cmocka_unit_test(test_every_node_knows_its_place),
        cmocka_unit_test(test_text_that_needs_no_decoding_is_lent),
        cmocka_unit_test(test_no_place_depends_on_how_the_parser_is_fed),
        cmocka_unit_test(test_what_xml_cannot_carry_is_known),
        cmocka_unit_test(test_text_is_escaped_as_xml_demands),
        cmocka_unit_test(test_what_is_written_is_read_again),
    };
    int failed = cmocka_run_group_tests_name("xml", tests, NULL, NULL);
    xmlCleanupParser();
    return failed;
}
