/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the reader of ledgers and of the totals made of them: failed allocations, and
 * lines cut short.  What a report says is tested in tests/batch.
 *
 * Build: with converters/batch/{ledger_line,ledger_read,report,twins}.c, which are not in the
 * library, and tests/support/failing_alloc.c. */
#include "batch/ledger_line.h"
#include "batch/report.h"
#include "failing_alloc.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DOCUMENTS 40u

static const char head[] = "{\"batch\":{\"version\":1,\"comity\":\"0.1.0\",\"to\":\"x\"}}\n";
static const char good[] =
    "{\"entry\":\"a\\u00e9\",\"twin\":3,\"position\":2,\"size\":7,\"result\":\"done\","
    "\"format\":\"f\",\"kind\":\"k\",\"state\":\"DE\",\"output\":12,\"losses\":5,"
    "\"lost\":[{\"code\":\"c\",\"field\":\"p[0].b\",\"count\":2},"
    "{\"code\":\"d\",\"field\":\"q\",\"count\":3}],\"end\":99}";

/* A ledger of documents that are alike by twos; its path is the caller's to free. */
static char *made_ledger(void)
{
    char *path = strdup("/tmp/comity-test-ledger-XXXXXX");
    FILE *file = fdopen(mkstemp(path), "w");
    assert_non_null(file);
    fputs(head, file);
    for (unsigned i = 0; i < DOCUMENTS; i++)
        fprintf(
            file,
            "{\"entry\":\"e\\t%u\",\"position\":1,\"size\":1,\"sha256\":\"%08x%056x\","
            "\"result\":\"%s\",\"code\":\"c%u\",\"format\":\"f%u\",\"lost\":[{\"code\":\"l\","
            "\"field\":\"a[%u].b%u\",\"count\":1}]}\n",
            i, i / 2, 0u, i % 3 ? "done" : "failed", i % 5, i, i, i % 7);
    fputs("not a line\n", file);
    assert_int_equal(fclose(file), 0);
    return path;
}

static void test_a_line_is_taken_apart(void **state)
{
    (void)state;
    struct ledger_parser parser;
    struct ledger_line line = {.number = 8, .offset = 80};
    ledger_parser_init(&parser);
    assert_int_equal(ledger_parse(&parser, good, strlen(good), &line), COMITY_OK);
    assert_int_equal(line.kind, LEDGER_DOCUMENT);
    assert_int_equal(line.number, 8);
    assert_int_equal(line.offset, 80);
    assert_int_equal(line.entry.len, 3);
    assert_memory_equal(line.entry.text, "a\xC3\xA9", 3);
    assert_int_equal(line.twin, 3);
    assert_int_equal(line.output.len, 2);
    assert_int_equal(line.lost_count, 2);
    assert_int_equal(line.lost[1].count, 3);
    assert_memory_equal(line.lost[0].field.text, "p[0].b", 6);
    assert_int_equal(line.end, 99);
    assert_null(line.sha256.text);
    ledger_parser_free(&parser);
}

static void test_a_line_cut_short_at_any_byte_is_a_fault(void **state)
{
    (void)state;
    struct ledger_parser parser;
    ledger_parser_init(&parser);
    for (size_t len = 0; len < strlen(good); len++) {
        char *part = malloc(len + 1); /* exactly as long as it is */
        assert_non_null(part);
        char *exact = realloc(part, len ? len : 1);
        assert_non_null(exact);
        memcpy(exact, good, len);
        struct ledger_line line = {.number = 1};
        assert_int_equal(ledger_parse(&parser, exact, len, &line), COMITY_OK);
        assert_int_equal(line.kind, LEDGER_FAULT);
        assert_non_null(line.message);
        free(exact);
    }
    ledger_parser_free(&parser);
}

static void test_totals_survive_failed_allocations(void **state)
{
    (void)state;
    char *path = made_ledger();
    unsigned long failures = 0;
    for (unsigned long n = 0;; n++) {
        struct report report = {.reader = NULL};
        failing_alloc_after(n);
        comity_status status = ledger_open(path, &report.reader);
        if (status == COMITY_OK)
            status = report_gather(&report);
        if (status == COMITY_OK)
            status = report_place(&report, 1000);
        bool has_failed = failing_alloc_stop();
        if (status == COMITY_OK) { /* it can do without some, but not with less of the truth */
            assert_int_equal(report.documents[LEDGER_DONE] + report.documents[LEDGER_FAILED],
                             DOCUMENTS);
            assert_int_equal(report.inputs.group_count, DOCUMENTS / 2);
            assert_int_equal(report.tables[TABLE_FORMAT].count, DOCUMENTS);
            assert_int_equal(report.tables[TABLE_FIELD].count, 7);
            assert_int_equal(report.fault_count, 1);
            assert_int_equal(report.tables[TABLE_FORMAT].groups[0]->lists[0].count +
                                 report.tables[TABLE_FORMAT].groups[0]->lists[1].count,
                             1);
        } else {
            assert_true(has_failed);
            assert_int_equal(status, COMITY_E_NOMEM);
            failures++;
        }
        report_free(&report);
        if (!has_failed)
            break;
    }
    assert_true(failures > 15);
    unlink(path);
    free(path);
}

static void test_a_line_is_found_again_by_its_offset(void **state)
{
    (void)state;
    char *path = made_ledger();
    struct ledger_reader *reader = NULL;
    struct ledger_line line, again;
    assert_int_equal(ledger_open(path, &reader), COMITY_OK);
    for (unsigned i = 0; i < DOCUMENTS + 1; i++)
        assert_int_equal(ledger_next(reader, &line), COMITY_OK);
    assert_int_equal(line.number, DOCUMENTS + 1);
    assert_int_equal(ledger_at(reader, line.offset, &again), COMITY_OK);
    assert_int_equal(again.kind, LEDGER_DOCUMENT);
    assert_memory_equal(again.entry.text, "e\t39", 4);
    assert_int_equal(ledger_next(reader, &line), COMITY_OK); /* it goes on where it was */
    assert_int_equal(line.kind, LEDGER_FAULT);
    assert_int_equal(ledger_next(reader, &line), COMITY_END);
    assert_int_equal(truncate(path, (off_t)again.offset + 5), 0);
    assert_int_equal(ledger_at(reader, again.offset, &line), COMITY_E_IO);
    ledger_close(reader);
    unlink(path);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_is_taken_apart),
        cmocka_unit_test(test_a_line_cut_short_at_any_byte_is_a_fault),
        cmocka_unit_test(test_totals_survive_failed_allocations),
        cmocka_unit_test(test_a_line_is_found_again_by_its_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
