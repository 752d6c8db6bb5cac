/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One parser for many documents: nothing of one is seen in the next, and none is kept that
 * might show it. */
#include "failing_alloc.h"
#include "xml_reading.h"

#include <libxml/parser.h>
#include <pthread.h>

#define DOCUMENT "<p:a xmlns:p='u:1' b='&lt;' c='x'>x<d/>&amp;<e>1&gt;</e></p:a>"

static void test_one_parser_reads_document_after_document(void **state)
{
    (void)state;
    struct reading reading;
    struct buffer first, again;
    reading_init(&reading);
    buffer_init(&first, 0);
    buffer_init(&again, 0);
    assert_int_equal(read_text(&reading, DOCUMENT), COMITY_OK);
    dump(&reading.tree, 1, 0, true, &first);
    const void *parser = reading.spare.parser;
    assert_non_null(parser);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(read_text(&reading, "<!-- other --><q/>\n"), COMITY_OK);
        assert_int_equal(read_text(&reading, DOCUMENT), COMITY_OK);
        assert_ptr_equal(reading.spare.parser, parser);
        buffer_clear(&again);
        dump(&reading.tree, 1, 0, true, &again);
        assert_int_equal(again.size, first.size);
        assert_memory_equal(again.bytes, first.bytes, first.size);
    }
    buffer_free(&first);
    buffer_free(&again);
    reading_free(&reading);
}

static void test_a_prefix_does_not_outlive_its_document(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    assert_int_equal(read_text(&reading, "<a xmlns='u:0' xmlns:p='u:1'/>"), COMITY_OK);
    assert_int_equal(read_text(&reading, "<a/>"), COMITY_OK);
    assert_null(tree_node(&reading.tree, 1)->ns);
    assert_int_equal(read_text(&reading, "<p:a/>"), COMITY_E_INVALID);
    reading_free(&reading);
}

static void test_a_parser_that_may_remember_is_not_kept(void **state)
{
    (void)state;
    static const char *const bad[] = {"<a xmlns='u:0'><b>",
                                      "<a></b>",
                                      "<a>&x;</a>",
                                      "<a><b xmlns:p='u:1'><p:c>",
                                      "<a b='1' b='2'/>",
                                      "<a/><a/>",
                                      "<!DOCTYPE a><a/>",
                                      "<a>\x01</a>",
                                      "<a b='",
                                      "<![CDATA[</a>"};
    struct reading reading;
    reading_init(&reading);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(read_text(&reading, "<a/>"), COMITY_OK);
        assert_int_equal(read_text(&reading, bad[i]), COMITY_E_INVALID);
        const void *kept = reading.spare.parser;
        if (strstr(bad[i], "DOCTYPE")) /* refused before it */
            assert_non_null(kept);
        else
            assert_null(kept);
    }
    assert_int_equal(read_text(&reading, "<?oasis-xml-catalog catalog='file:///none'?><a/>"),
                     COMITY_OK);
    assert_null(reading.spare.parser);
    reading.limits.depth = 2;
    assert_int_equal(read_text(&reading, "<a><b><c/></b></a>"), COMITY_E_LIMIT);
    assert_null(reading.spare.parser);
    reading_free(&reading);
}

static void test_a_parser_that_met_too_many_names_is_not_kept(void **state)
{
    (void)state;
    struct reading reading;
    struct buffer text;
    reading_init(&reading);
    buffer_init(&text, 0);
    size_t met = 0, most = 0;
    for (size_t kept = 0; kept < 3; met++) {
        assert_true(met < 10000);
        buffer_clear(&text);
        buffer_text(&text, "<a>");
        for (int i = 0; i < 20; i++)
            buffer_format(&text, "<name-of-document-%zu-%d/>", met, i);
        buffer_text(&text, "</a>");
        assert_int_equal(read_bytes(&reading, text.bytes, text.size), COMITY_OK);
        const xmlParserCtxt *parser = reading.spare.parser;
        if (!parser)
            kept++;
        else if (xmlDictGetUsage(parser->dict) > most)
            most = xmlDictGetUsage(parser->dict);
    }
    assert_in_range(most, 1000, (size_t)64 << 10);
    buffer_free(&text);
    reading_free(&reading);
}

static void test_memory_may_run_out_anywhere(void **state)
{
    (void)state;
    for (unsigned long n = 0;; n++) {
        struct reading reading;
        reading_init(&reading);
        assert_int_equal(read_text(&reading, DOCUMENT), COMITY_OK);
        tree_free(&reading.tree);
        arena_free(&reading.arena);
        failing_alloc_after(n);
        comity_status status = xml_read(&reading.tree, DOCUMENT, sizeof(DOCUMENT) - 1,
                                        &reading.limits, &reading.spare, &reading.error);
        bool failed = failing_alloc_stop();
        assert_int_equal(status, failed ? COMITY_E_NOMEM : COMITY_OK);
        reading_free(&reading);
        if (!failed)
            break;
    }
}

static void *read_often(void *user)
{
    struct xml_spare *spare = user;
    struct reading reading;
    intptr_t faults = 0;
    reading_init(&reading);
    for (int i = 0; i < 200; i++)
        if (xml_read(&reading.tree, DOCUMENT, sizeof(DOCUMENT) - 1, &reading.limits, spare,
                     &reading.error) != COMITY_OK ||
            reading.tree.count != 8)
            faults++;
    reading_free(&reading);
    return (void *)faults;
}

static void test_threads_share_a_spare_parser(void **state)
{
    (void)state;
    struct xml_spare spare = {NULL};
    pthread_t threads[4];
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_often, &spare), 0);
    intptr_t faults = 0;
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        void *found;
        assert_int_equal(pthread_join(threads[i], &found), 0);
        faults += (intptr_t)found;
    }
    assert_int_equal(faults, 0);
    assert_non_null(spare.parser);
    xml_spare_free(&spare);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_parser_reads_document_after_document),
        cmocka_unit_test(test_a_prefix_does_not_outlive_its_document),
        cmocka_unit_test(test_a_parser_that_may_remember_is_not_kept),
        cmocka_unit_test(test_a_parser_that_met_too_many_names_is_not_kept),
        cmocka_unit_test(test_memory_may_run_out_anywhere),
        cmocka_unit_test(test_threads_share_a_spare_parser),
    };
    int failed = cmocka_run_group_tests_name("xml_spare", tests, NULL, NULL);
    xmlCleanupParser();
    return failed;
}
