/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the XML reader and writer, and of the way from an input's bytes to them.
 *
 * Build: with tests/support/failing_alloc.c, linked as it says. */
#include "collected.h"
#include "failing_alloc.h"

#include "syntax/stream_xml.h"
#include "syntax/xml.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <libxml/parser.h>
#include <stdlib.h>
#include <time.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* All that a reading needs, and what came of it. */
struct reading {
    struct limits limits;
    struct arena arena;
    struct tree tree;
    struct syntax_error error;
    char *copy; /* of the text, exactly as long as it is, so that ASan sees one byte more */
};

static void reading_init(struct reading *reading)
{
    *reading = (struct reading){.limits = LIMITS_INIT};
    arena_init(&reading->arena, reading->limits.memory);
    tree_init(&reading->tree, &reading->arena);
}

static void reading_free(struct reading *reading)
{
    tree_free(&reading->tree);
    arena_free(&reading->arena);
    free(reading->copy);
    reading->copy = NULL;
}

static comity_status read_bytes(struct reading *reading, const char *text, size_t size)
{
    free(reading->copy);
    reading->copy = malloc(size ? size : 1);
    assert_non_null(reading->copy);
    memcpy(reading->copy, text, size);
    arena_reset(&reading->arena);
    return xml_read(&reading->tree, reading->copy, size, &reading->limits, &reading->error);
}

static comity_status read_text(struct reading *reading, const char *text)
{
    return read_bytes(reading, text, strlen(text));
}

/* <name{ns} @offset-end "text" children>, attributes with a '@' before the name. */
static void dump(const struct tree *tree, uint32_t index, size_t base, bool places,
                 struct buffer *out)
{
    const struct comity_node *node = tree_node(tree, index);
    buffer_char(out, '<');
    if (node->kind == COMITY_NODE_ATTRIBUTE)
        buffer_char(out, '@');
    if (node->name)
        buffer_add(out, node->name, node->name_len);
    if (node->ns)
        buffer_format(out, "{%s}", node->ns);
    if (places)
        buffer_format(out, " %zu-%zu", node->offset - base, node->end - base);
    if (node->text) {
        buffer_text(out, "=");
        buffer_add(out, node->text, node->text_len);
    }
    uint32_t count = 0;
    for (uint32_t i = node->first; i; i = tree_node(tree, i)->next, count++)
        dump(tree, i, base, places, out);
    assert_int_equal(count, node->count);
    buffer_char(out, '>');
}

static void assert_tree(struct reading *reading, const char *expected, bool places)
{
    struct buffer out;
    buffer_init(&out, 0);
    dump(&reading->tree, 1, 0, places, &out);
    buffer_char(&out, '\0');
    assert_string_equal(out.bytes, expected);
    buffer_free(&out);
}

static void assert_reads(const char *text, const char *expected)
{
    struct reading reading;
    reading_init(&reading);
    comity_status status = read_text(&reading, text);
    if (status != COMITY_OK)
        print_message("%s: %s\n", text, reading.error.message);
    assert_int_equal(status, COMITY_OK);
    assert_tree(&reading, expected, false);
    reading_free(&reading);
}

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
    for (size_t pad = 0; pad < 4096 + sizeof(document); pad += pad < 3800 ? 3800 : 1) {
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
        comity_status status = xml_read(&tree, document, sizeof(document) - 1, &limits, &error);
        bool failed = failing_alloc_stop();
        assert_int_equal(status, failed ? COMITY_E_NOMEM : COMITY_OK);
        tree_free(&tree);
        arena_free(&arena);
        if (!failed)
            break;
    }
}

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
        cmocka_unit_test(test_an_input_is_one_document_and_then_none),
        cmocka_unit_test(test_white_space_is_no_document),
        cmocka_unit_test(test_places_count_from_before_the_mark),
        cmocka_unit_test(test_utf16_has_the_places_of_its_bytes),
        cmocka_unit_test(test_the_encoding_is_found_or_refused),
        cmocka_unit_test(test_marks_of_utf16_are_held_against_the_declaration),
        cmocka_unit_test(test_an_input_over_its_limit_is_refused),
        cmocka_unit_test(test_a_large_file_is_read_whole),
        cmocka_unit_test(test_what_xml_cannot_carry_is_known),
        cmocka_unit_test(test_text_is_escaped_as_xml_demands),
        cmocka_unit_test(test_what_is_written_is_read_again),
    };
    int failed = cmocka_run_group_tests_name("xml", tests, NULL, NULL);
    xmlCleanupParser();
    return failed;
}
