/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of streams of JSON documents, and of telling syntaxes apart.
 *
 * Build: with tests/support/failing_alloc.c and faulty_reads.c, linked as they say. */
#include "collected.h"
#include "failing_alloc.h"
#include "faulty_reads.h"
#include "processor_time.h"
#include "rounds.h"
#include "stream_samples.h"

#include "syntax/json.h"
#include "syntax/stream.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define MOST_STEPS 100000

/* What came of a stream: for each call its status, and of documents the text and the place. */
struct outcome {
    struct buffer log;
    struct collected collected;
    size_t documents, bad;
    comity_status last;
};

struct setup {
    struct limits limits;
    size_t window; /* limit of the source */
    bool by_descriptor;
};

static void note_document(struct outcome *outcome, const struct tree *tree)
{
    struct place place = tree_place(tree, 0);
    buffer_format(&outcome->log, "@%llu:%llu:%llu ", (unsigned long long)place.offset,
                  (unsigned long long)place.line, (unsigned long long)place.column);
    json_put_node(&outcome->log, tree, 1);
    buffer_char(&outcome->log, '\n');
    outcome->documents++;
}

static void run_source(struct outcome *outcome, struct source *source,
                       const struct limits *limits)
{
    struct arena arena;
    struct tree tree;
    struct stream *stream = NULL;
    arena_init(&arena, limits->memory);
    tree_init(&tree, &arena);
    outcome->last = stream_open(SYNTAX_JSON, source, limits, NULL, NULL, &stream);
    for (int step = 0; step < MOST_STEPS && outcome->last != COMITY_E_NOMEM; step++) {
        outcome->last = stream_next(stream, &tree, &outcome->collected.findings);
        if (outcome->last == COMITY_OK) {
            note_document(outcome, &tree);
        } else if (outcome->last == COMITY_E_INVALID || outcome->last == COMITY_E_LIMIT) {
            buffer_format(&outcome->log, "bad %d\n", (int)outcome->last);
            outcome->bad++;
        } else {
            break;
        }
        arena_reset(&arena);
    }
    stream_free(stream);
    tree_free(&tree);
    arena_free(&arena);
}

static struct outcome *run(const struct setup *setup, const char *text, size_t size)
{
    struct outcome *outcome = calloc(1, sizeof(*outcome));
    assert_non_null(outcome);
    buffer_init(&outcome->log, 0);
    collected_init(&outcome->collected);
    struct source source;
    int fd = -1;
    /* A copy exactly as long as the text, so that ASan sees one byte more. */
    char *copy = malloc(size ? size : 1);
    memcpy(copy, text, size);
    if (setup->by_descriptor) {
        fd = memfd_create("test", MFD_CLOEXEC);
        assert_int_equal(write(fd, text, size), size);
        lseek(fd, 0, SEEK_SET);
        source_init_fd(&source, fd, setup->window);
    } else {
        source_init_memory(&source, copy, size);
    }
    run_source(outcome, &source, &setup->limits);
    source_free(&source);
    if (fd >= 0)
        close(fd);
    free(copy);
    buffer_char(&outcome->log, '\0');
    return outcome;
}

static void outcome_free(struct outcome *outcome)
{
    buffer_free(&outcome->log);
    free(outcome);
}

static const struct setup plain = {.limits = LIMITS_INIT};

static void put_findings(const struct collected *collected, struct buffer *out)
{
    for (size_t i = 0; i < collected->count; i++) {
        const struct collected_one *one = &collected->all[i];
        buffer_format(out, "%s%s@%llu:%llu:%llu", i ? " " : "", one->code,
                      (unsigned long long)one->line, (unsigned long long)one->column,
                      (unsigned long long)one->offset);
    }
    buffer_char(out, '\0');
}

static void check(const struct expectation *expected, const struct setup *setup)
{
    struct outcome *outcome = run(setup, expected->text, expected->size);
    struct buffer findings;
    buffer_init(&findings, 0);
    put_findings(&outcome->collected, &findings);
    bool is_wide = !expected->findings; /* a NUL in the first four bytes */
    const char *log = is_wide ? "" : expected->log;
    const char *found = is_wide ? "json.invalid-utf8@1:1:0" : expected->findings;
    if (strcmp(outcome->log.bytes, log) || strcmp(findings.bytes, found) ||
        outcome->last != expected->last)
        fail_msg("%s\ngave\n%s%d, %s\nexpected\n%s%d, %s", expected->text, outcome->log.bytes,
                 (int)outcome->last, findings.bytes, log, (int)expected->last, found);
    buffer_free(&findings);
    outcome_free(outcome);
}

static void test_streams_give_their_documents_and_findings_with_places(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(expectations); i++)
        check(&expectations[i], &plain);
}

static void test_streams_read_byte_by_byte_give_the_same(void **state)
{
    (void)state;
    struct setup setup = {.limits = LIMITS_INIT, .by_descriptor = true};
    for (size_t most = 1; most < 8; most++) {
        faulty_reads.most = most;
        for (size_t i = 0; i < COUNT_OF(expectations); i++)
            check(&expectations[i], &setup);
    }
    faulty_reads.most = 0;
}

/* A document of the input, as it is found by looking at the bytes one by one. */
static void put_expected(struct buffer *out, const char *text, size_t offset,
                         const char *document)
{
    size_t line = 1, column = 1;
    size_t mark = strncmp(text, "\xEF\xBB\xBF", 3) ? 0 : 3; /* is no character */
    for (size_t i = mark; i < offset; i++) {
        column += ((unsigned char)text[i] & 0xC0) != 0x80;
        if (text[i] == '\n') {
            line++;
            column = 1;
        }
    }
    buffer_format(out, "@%zu:%zu:%zu %s\n", offset, line, column, document);
}

/* Many documents in one input, in each of the three shapes; bad ones among them where no list
 * forbids it. */
static void make_input(int shape, struct buffer *text, struct buffer *expected)
{
    static const char *const betweens[] = {"\n", ",", " ,\n\t"};
    buffer_clear(text);
    buffer_clear(expected);
    buffer_text(text, shape ? "[" : "\xEF\xBB\xBF");
    for (int i = 0; i < 400; i++) {
        struct buffer document;
        buffer_init(&document, 0);
        buffer_format(&document, "{\"n\":%d,\"t\":\"\xC3\xA9%*s\"}", i, i * 13 % 700, "");
        buffer_char(&document, '\0');
        if (i)
            buffer_text(text, betweens[shape]);
        if (shape == 0 && i % 7 == 3) {
            buffer_text(text, "{\"bad\": \n");
            buffer_text(expected, "bad -3\n");
        }
        size_t offset = text->size;
        buffer_text(text, document.bytes);
        put_expected(expected, text->bytes, offset, document.bytes);
        buffer_free(&document);
    }
    buffer_text(text, shape ? "]" : "");
    buffer_char(expected, '\0');
}

static void test_places_are_exact_after_many_documents(void **state)
{
    (void)state;
    struct buffer text, expected;
    buffer_init(&text, 0);
    buffer_init(&expected, 0);
    for (int shape = 0; shape < 3; shape++) {
        make_input(shape, &text, &expected);
        struct setup setup = plain;
        for (size_t most = 0; most < 4000; most = most * 3 + 17) {
            setup.by_descriptor = most > 0;
            setup.window = 0;
            faulty_reads.most = most;
            struct outcome *outcome = run(&setup, text.bytes, text.size);
            assert_int_equal(outcome->last, COMITY_END);
            if (shape == 0) /* "{"bad": " is refused where the next value's line ends */
                assert_int_equal(outcome->bad, 57);
            assert_string_equal(outcome->log.bytes, expected.bytes);
            outcome_free(outcome);
        }
        faulty_reads.most = 0;
    }
    buffer_free(&text);
    buffer_free(&expected);
}

static void test_documents_across_the_ends_of_windows_are_whole(void **state)
{
    (void)state;
    struct buffer text, expected;
    struct setup setup = {.limits = LIMITS_INIT, .by_descriptor = true};
    buffer_init(&text, 0);
    buffer_init(&expected, 0);
    for (int shape = 0; shape < 2; shape++) {
        buffer_clear(&text);
        buffer_clear(&expected);
        buffer_text(&text, shape ? "[" : "");
        for (int i = 0; i < 60; i++) {
            if (i)
                buffer_text(&text, shape ? "," : "\n");
            size_t offset = text.size;
            buffer_format(&text, "\"%0*d\"", i % 10 == 9 ? 1000000 : i * 7001 % 90000, i);
            buffer_format(&expected, "@%zu:%d:%zu ", offset, shape ? 1 : i + 1,
                          shape ? offset + 1 : 1);
            buffer_add(&expected, text.bytes + offset, text.size - offset);
            buffer_char(&expected, '\n');
        }
        buffer_text(&text, shape ? "]" : "");
        buffer_char(&expected, '\0');
        for (size_t most = 0; most < 100000; most = most * 10 + 4999) {
            faulty_reads.most = most;
            struct outcome *outcome = run(&setup, text.bytes, text.size);
            assert_int_equal(outcome->last, COMITY_END);
            assert_int_equal(outcome->log.size, expected.size);
            assert_memory_equal(outcome->log.bytes, expected.bytes, expected.size);
            outcome_free(outcome);
        }
        faulty_reads.most = 0;
    }
    buffer_free(&text);
    buffer_free(&expected);
}

static void test_an_input_cut_at_any_byte_loses_no_document_before_the_cut(void **state)
{
    (void)state;
    static const char *const inputs[] = {
        "{\"a\":1}\n{\"b\":[2,\"\xC3\xA9\"]}\n{\"c\":\n 3}\n",
        "[{\"a\":1},\n{\"b\":[2,\"\xC3\xA9\"]},{\"c\":3}]\n{}\n"};
    for (size_t i = 0; i < COUNT_OF(inputs); i++) {
        for (size_t size = 0; size < strlen(inputs[i]); size++) {
            struct outcome *outcome = run(&plain, inputs[i], size);
            struct outcome *whole = run(&plain, inputs[i], strlen(inputs[i]));
            size_t good = 0;
            while (outcome->log.bytes[good] == '@')
                good += strcspn(outcome->log.bytes + good, "\n") + 1;
            assert_memory_equal(outcome->log.bytes, whole->log.bytes, good);
            assert_true(outcome->bad <= 1 && outcome->collected.count <= 1);
            assert_int_equal(outcome->bad + (outcome->last == COMITY_E_CORRUPT),
                             outcome->collected.count);
            outcome_free(outcome);
            outcome_free(whole);
        }
    }
}

/* --- limits */

static void test_a_document_over_the_limit_is_passed_over(void **state)
{
    (void)state;
    static const char *const formats[] = {"{\"a\":1}\n{\"big\":\"%0*d\"}\n{\"b\":2}\n",
                                          "[{\"a\":1},{\"big\":\"%0*d\"},{\"b\":2}]\n"};
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        struct buffer text;
        buffer_init(&text, 0);
        buffer_format(&text, formats[i], 3000000, 0);
        for (int by_descriptor = 0; by_descriptor < 3; by_descriptor++) {
            struct setup setup = {.limits = LIMITS_INIT, .by_descriptor = by_descriptor > 0};
            setup.limits.bytes = 300000;
            setup.window = by_descriptor == 2 ? 300000 : 0;
            struct outcome *outcome = run(&setup, text.bytes, text.size);
            assert_int_equal(outcome->last, COMITY_END);
            assert_int_equal(outcome->documents, 2);
            assert_int_equal(outcome->bad, 1);
            assert_non_null(strstr(outcome->log.bytes, "{\"b\":2}\n"));
            assert_string_equal(outcome->collected.all[0].code, "limit.bytes");
            assert_int_equal(outcome->collected.all[0].offset, i ? 9 : 8);
            assert_int_equal(outcome->collected.all[0].line, i ? 1 : 2);
            outcome_free(outcome);
        }
        buffer_free(&text);
    }
}

static void test_a_document_as_long_as_the_limit_is_read(void **state)
{
    (void)state;
    struct buffer text;
    buffer_init(&text, 0);
    for (int i = 0; i < 3; i++)
        buffer_format(&text, "\"%0*d\"\n", 299998, i);
    for (int by_descriptor = 0; by_descriptor < 3; by_descriptor++) {
        struct setup setup = {.limits = LIMITS_INIT, .by_descriptor = by_descriptor > 0};
        setup.limits.bytes = 300000;
        setup.window = by_descriptor == 2 ? 300001 : 0;
        struct outcome *outcome = run(&setup, text.bytes, text.size);
        assert_int_equal(outcome->documents, 3);
        assert_int_equal(outcome->bad, 0);
        outcome_free(outcome);
    }
    buffer_free(&text);
}

static void test_a_deep_entry_of_a_list_does_not_lose_the_list(void **state)
{
    (void)state;
    struct buffer text;
    buffer_init(&text, 0);
    buffer_text(&text, "[1,");
    for (int i = 0; i < 100000; i++)
        buffer_char(&text, '[');
    for (int i = 0; i < 100000; i++)
        buffer_char(&text, ']');
    buffer_text(&text, ",2]");
    struct outcome *outcome = run(&plain, text.bytes, text.size);
    assert_string_equal(outcome->log.bytes, "@1:1:2 1\nbad -5\n@200004:1:200005 2\n");
    assert_string_equal(outcome->collected.all[0].code, "limit.depth");
    assert_int_equal(outcome->last, COMITY_END);
    outcome_free(outcome);
    buffer_free(&text);
}

static void test_endless_white_space_and_lists_take_no_memory(void **state)
{
    (void)state;
    struct setup setup = {.limits = LIMITS_INIT, .by_descriptor = true, .window = 4096};
    setup.limits.bytes = 4000;
    struct buffer text;
    buffer_init(&text, 0);
    buffer_text(&text, "[");
    for (int i = 0; i < 50000; i++)
        buffer_format(&text, "%s%d%100s", i ? "," : "", i, "");
    buffer_text(&text, "]");
    buffer_format(&text, "%100000s\n%100000s1\n", "", "");
    struct outcome *outcome = run(&setup, text.bytes, text.size);
    assert_int_equal(outcome->documents, 50001);
    assert_int_equal(outcome->last, COMITY_END);
    outcome_free(outcome);
    buffer_free(&text);
}

/* Every line opens more than it closes: each is tried, each only as far as the depth goes. */
/* Processor seconds for `count` documents that are all left open. */
static double open_brackets(void *context, size_t count)
{
    (void)context;
    struct buffer text;
    buffer_init(&text, 0);
    for (size_t i = 0; i < count; i++)
        buffer_text(&text, "{\"a\":\n");
    double start = processor_seconds();
    struct outcome *outcome = run(&plain, text.bytes, text.size);
    double taken = processor_seconds() - start;
    int bad = (int)outcome->bad;
    outcome_free(outcome);
    buffer_free(&text);
    assert_int_equal(bad, count);
    return taken;
}

static void test_a_file_of_open_brackets_takes_linear_time(void **state)
{
    (void)state;
    struct growth time = growth_of(open_brackets, NULL, (size_t)rounds(24000));
    if (!time.is_linear)
        fail_msg("%.3f s, and %.3f s for four times as many", time.once, time.four_times);
}

/* --- senders that wait */

static void test_a_whole_line_is_given_out_before_the_next_one_comes(void **state)
{
    (void)state;
    struct limits limits = LIMITS_INIT;
    struct findings findings = {.emit = NULL};
    struct source source;
    struct stream *stream = NULL;
    struct arena arena;
    struct tree tree;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    arena_init(&arena, 0);
    tree_init(&tree, &arena);
    source_init_fd(&source, ends[0], 0);
    assert_int_equal(stream_open(SYNTAX_JSON, &source, &limits, NULL, NULL, &stream),
                     COMITY_OK);
    faulty_reads.most = 5;
    alarm(20); /* a reader that waits for more would wait for ever */
    for (int i = 0; i < 4; i++) {
        dprintf(ends[1], "{\"n\":%d,\"t\":\"some text\"} \n", i);
        assert_int_equal(stream_next(stream, &tree, &findings), COMITY_OK);
        assert_int_equal(tree_place(&tree, 0).line, i + 1);
    }
    dprintf(ends[1], "[{\"n\":1}");
    assert_int_equal(stream_next(stream, &tree, &findings), COMITY_OK);
    alarm(0);
    faulty_reads.most = 0;
    stream_free(stream);
    source_free(&source);
    tree_free(&tree);
    arena_free(&arena);
    close(ends[0]);
    close(ends[1]);
}

/* Read again for every piece, it would take hours. */
/* Processor seconds for a document of `size` digits that comes ten bytes at a time. */
static double small_pieces(void *context, size_t size)
{
    (void)context;
    struct setup setup = {.limits = LIMITS_INIT, .by_descriptor = true};
    struct buffer text;
    buffer_init(&text, 0);
    buffer_format(&text, "{\"a\":\"%0*d\"}\n", (int)size, 0);
    faulty_reads.most = 10;
    double start = processor_seconds();
    struct outcome *outcome = run(&setup, text.bytes, text.size);
    double taken = processor_seconds() - start;
    faulty_reads.most = 0;
    int documents = (int)outcome->documents;
    outcome_free(outcome);
    buffer_free(&text);
    assert_int_equal(documents, 1);
    return taken;
}

static void test_a_long_document_in_small_pieces_takes_linear_time(void **state)
{
    (void)state;
    struct growth time = growth_of(small_pieces, NULL, (size_t)rounds(1000000));
    if (!time.is_linear)
        fail_msg("%.3f s, and %.3f s for four times as many", time.once, time.four_times);
}

/* --- failures from outside */

static void test_a_read_that_fails_ends_the_stream(void **state)
{
    (void)state;
    struct setup setup = {.limits = LIMITS_INIT, .by_descriptor = true};
    const char *text = "{\"a\":1}\n{\"b\":2}\n";
    faulty_reads.most = 4;
    for (unsigned long good = 0; good <= 4; good++) {
        faulty_reads.error = EIO;
        faulty_reads.good = good;
        struct outcome *outcome = run(&setup, text, strlen(text));
        assert_int_equal(outcome->last, COMITY_E_IO);
        assert_int_equal(outcome->documents, good / 2);
        assert_int_equal(outcome->collected.count, 0);
        outcome_free(outcome);
    }
    memset(&faulty_reads, 0, sizeof(faulty_reads));
}

static void test_a_lost_stream_stays_lost(void **state)
{
    (void)state;
    struct limits limits = LIMITS_INIT;
    struct source source;
    struct stream *stream = NULL;
    struct arena arena;
    struct tree tree;
    struct findings findings = {.emit = NULL};
    arena_init(&arena, 0);
    tree_init(&tree, &arena);
    source_init_memory(&source, "[\nx]\n{}", 7);
    assert_int_equal(stream_open(SYNTAX_JSON, &source, &limits, NULL, NULL, &stream),
                     COMITY_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(stream_next(stream, &tree, &findings), COMITY_E_CORRUPT);
    assert_int_equal(findings.counts[COMITY_ERROR], 1);
    stream_free(stream);
    stream_free(NULL);
    tree_free(&tree);
    arena_free(&arena);
    source_free(&source);
    assert_int_equal(stream_open((enum syntax_id)9, &source, &limits, NULL, NULL, &stream),
                     COMITY_E_USAGE);
    assert_null(stream);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    struct limits limits = LIMITS_INIT;
    struct buffer text;
    buffer_init(&text, 0);
    buffer_format(&text, "{\"a\":\"\\n%0300000d\"}\n[{\"b\":2},{\"c\":\"\\u00e9\"}]\n", 1);
    for (int persistent = 0; persistent < 2; persistent++) {
        for (unsigned long n = 0;; n++) {
            struct outcome outcome = {.last = COMITY_OK};
            struct source source;
            int fd = memfd_create("test", MFD_CLOEXEC);
            assert_int_equal(write(fd, text.bytes, text.size), text.size);
            lseek(fd, 0, SEEK_SET);
            buffer_init(&outcome.log, 0);
            source_init_fd(&source, fd, 0);
            (persistent ? failing_alloc_from : failing_alloc_after)(n);
            run_source(&outcome, &source, &limits);
            bool failed = failing_alloc_stop();
            /* The log is the test's own memory and may be what failed. */
            if (!failed || buffer_status(&outcome.log) == COMITY_OK)
                assert_int_equal(outcome.last, failed ? COMITY_E_NOMEM : COMITY_END);
            buffer_free(&outcome.log);
            source_free(&source);
            close(fd);
            if (!failed)
                break;
        }
    }
    buffer_free(&text);
    struct stream *stream = NULL;
    struct source source;
    source_init_memory(&source, "", 0);
    failing_alloc_after(0);
    assert_int_equal(stream_open(SYNTAX_XML, &source, &limits, "x", NULL, &stream),
                     COMITY_E_NOMEM);
    assert_true(failing_alloc_stop());
}

/* --- telling syntaxes apart */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streams_give_their_documents_and_findings_with_places),
        cmocka_unit_test(test_streams_read_byte_by_byte_give_the_same),
        cmocka_unit_test(test_places_are_exact_after_many_documents),
        cmocka_unit_test(test_documents_across_the_ends_of_windows_are_whole),
        cmocka_unit_test(test_an_input_cut_at_any_byte_loses_no_document_before_the_cut),
        cmocka_unit_test(test_a_document_over_the_limit_is_passed_over),
        cmocka_unit_test(test_a_document_as_long_as_the_limit_is_read),
        cmocka_unit_test(test_a_deep_entry_of_a_list_does_not_lose_the_list),
        cmocka_unit_test(test_endless_white_space_and_lists_take_no_memory),
        cmocka_unit_test(test_a_file_of_open_brackets_takes_linear_time),
        cmocka_unit_test(test_a_whole_line_is_given_out_before_the_next_one_comes),
        cmocka_unit_test(test_a_long_document_in_small_pieces_takes_linear_time),
        cmocka_unit_test(test_a_read_that_fails_ends_the_stream),
        cmocka_unit_test(test_a_lost_stream_stays_lost),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
