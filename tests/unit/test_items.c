/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of taking inputs apart: JSON streams above all, against the stream that `convert`
 * reads; archives in tests/batch.
 *
 * Build: with tests/support/failing_alloc.c and faulty_reads.c, linked as they say. */
#include "collected.h"
#include "failing_alloc.h"
#include "faulty_reads.h"
#include "stream_samples.h"

#include "base/arena.h"
#include "base/buffer.h"
#include "batch/items.h"
#include "batch/items_json.h"
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
#include <unistd.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define MOST_STEPS 100000

/* --- good documents, by the reader of `convert` */

static size_t good_by_stream(const char *text, size_t size)
{
    struct limits limits = LIMITS_INIT;
    struct collected *collected = calloc(1, sizeof(*collected));
    struct source source;
    struct arena arena;
    struct tree tree;
    struct stream *stream = NULL;
    size_t good = 0;
    collected_init(collected);
    arena_init(&arena, limits.memory);
    tree_init(&tree, &arena);
    source_init_memory(&source, text, size);
    comity_status status = stream_open(SYNTAX_JSON, &source, &limits, NULL, NULL, &stream);
    for (int step = 0; step < MOST_STEPS; step++) {
        status = stream_next(stream, &tree, &collected->findings);
        if (status != COMITY_OK && status != COMITY_E_INVALID && status != COMITY_E_LIMIT)
            break;
        good += status == COMITY_OK && tree.text[0] == '{';
        arena_reset(&arena);
    }
    stream_free(stream);
    tree_free(&tree);
    arena_free(&arena);
    source_free(&source);
    free(collected);
    return good;
}

/* --- items */

struct taken {
    struct buffer log; /* a line an item: "value@offset:line:column code text" */
    const char *text;  /* of the input, or NULL */
    size_t size, good, items;
    comity_status answer; /* of each call */
};

static comity_status note(void *user, const struct item *item)
{
    struct taken *taken = user;
    taken->items++;
    if (item->outcome == ITEM_TAKEN) {
        taken->good += good_by_stream(item->bytes, item->size);
        if (taken->text) {
            assert_true(item->offset + item->size <= taken->size);
            assert_memory_equal(taken->text + item->offset, item->bytes, item->size);
        }
    }
    buffer_format(&taken->log, "%llu@%llu:%llu:%llu %s ", (unsigned long long)item->value,
                  (unsigned long long)item->offset, (unsigned long long)item->line,
                  (unsigned long long)item->column, item->code ? item->code : "+");
    buffer_add(&taken->log, item->bytes, item->size);
    buffer_char(&taken->log, '\n');
    return taken->answer;
}

static comity_status take(struct taken *taken, const char *text, size_t size,
                          const struct item_limits *limits)
{
    struct item_limits usual = ITEM_LIMITS_INIT;
    int fd = memfd_create("test", MFD_CLOEXEC);
    assert_int_equal(write(fd, text, size), size);
    lseek(fd, 0, SEEK_SET);
    buffer_init(&taken->log, 0);
    comity_status status = items_read(fd, "in", limits ? limits : &usual, note, taken);
    close(fd);
    buffer_char(&taken->log, '\0');
    return status;
}

static void gives(const char *text, size_t size, const char *log)
{
    struct taken taken = {.text = text, .size = size};
    assert_int_equal(take(&taken, text, size, NULL), COMITY_OK);
    assert_string_equal(taken.log.bytes, log);
    buffer_free(&taken.log);
}

static void test_each_document_is_an_item_at_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *log;
    } rows[] = {
        {"{\"a\":1}\n{\"b\":2}\n", "1@0:1:1 + {\"a\":1}\n2@8:2:1 + {\"b\":2}\n"},
        {"[{\"a\":1}, {\"b\":2}]", "1@1:1:2 + {\"a\":1}\n2@10:1:11 + {\"b\":2}\n"},
        {"[\n {},\n {\"\xC3\xA9\":1} ,{}\n]\n",
         "1@3:2:2 + {}\n2@8:3:2 + {\"\xC3\xA9\":1}\n3@18:3:11 + {}\n"},
        {"\xEF\xBB\xBF{}\n{}", "1@3:1:1 + {}\n2@6:2:1 + {}\n"},
        {"{\"a\":\n[\n{\"x\":1},\n{}\n]\n}\n{}",
         "1@0:1:1 + {\"a\":\n[\n{\"x\":1},\n{}\n]\n}\n2@24:7:1 + {}\n"},
        {"[[1],[2]]\n{}", "1@1:1:2 + [1]\n2@5:1:6 + [2]\n3@10:2:1 + {}\n"},
        {"[{\"s\":\"]},\\\"\\\\\"},{}]", "1@1:1:2 + {\"s\":\"]},\\\"\\\\\"}\n2@17:1:18 + {}\n"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        gives(rows[i].text, strlen(rows[i].text), rows[i].log);
}

static void test_a_file_of_one_value_keeps_every_byte(void **state)
{
    (void)state;
    static const char *const texts[] = {"{\"a\":1}",
                                        "{\"a\":1}\n",
                                        "\xEF\xBB\xBF \n{\n  \"a\": [\n    {}\n  ]\n}\n\n \t",
                                        "{\"a\":1",
                                        "{\"a\":\"\n\"}",
                                        "{} x",
                                        "17\n",
                                        "null"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        char log[100];
        snprintf(log, sizeof(log), "0@0:1:1 + %s\n", texts[i]);
        gives(texts[i], strlen(texts[i]), log);
    }
}

static void test_a_bad_line_takes_no_other_with_it(void **state)
{
    (void)state;
    static const char *const bad[] = {"{\"a\":1",
                                      "{\"a\":",
                                      "{\"a\"",
                                      "{\"a",
                                      "{\"a\":\"x",
                                      "{\"a\":\"x\\",
                                      "{\"a\":1,",
                                      "{\"a\":[1,2",
                                      "{\"a\":[1,2}",
                                      "{\"a\":{\"b\":1}",
                                      "{\"a\":1}}",
                                      "{\"a\":1} {}",
                                      "{\"a\":tru",
                                      "{\"a\":1]",
                                      "%%%",
                                      "null",
                                      "{\"a\":[",
                                      "[{\"a\":1}",
                                      "[1,",
                                      "[",
                                      "]",
                                      "}",
                                      "{\"a\":\"\xFF\"}",
                                      "{\"a\":1,\"a\":2}",
                                      "\"x"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        char text[200];
        int size = snprintf(text, sizeof(text),
                            "{\"n\":1}\n{\"n\":2}\n%s\n{\"n\":3}\n{\"n\":4}\n", bad[i]);
        struct taken taken = {.text = text, .size = (size_t)size};
        assert_int_equal(take(&taken, text, (size_t)size, NULL), COMITY_OK);
        if (taken.good < 4 || taken.good < good_by_stream(text, (size_t)size))
            fail_msg("behind %s: %zu good\n%s", bad[i], taken.good, taken.log.bytes);
        buffer_free(&taken.log);
    }
}

static void test_a_bad_entry_of_a_list_with_lines_takes_no_other_with_it(void **state)
{
    (void)state;
    static const char text[] = "[\n  {\"a\": 1},\n  {\"a\": \"x,\n    \"b\": {}\n  },\n"
                               "  {\"a\": 2}\n]\n";
    gives(text, sizeof(text) - 1,
          "1@4:2:3 + {\"a\": 1}\n2@16:3:3 + {\"a\": \"x,\n    \"b\": {}\n  },\n\n"
          "3@45:6:3 + {\"a\": 2}\n");
}

static void test_faults_between_entries_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *log;
    } rows[] = {
        {"[{}][{}]\n{}", "1@1:1:2 + {}\n2@4:1:5 json.trailing-text \n3@9:2:1 + {}\n"},
        {"[{},\n{}", "1@1:1:2 + {}\n2@5:2:1 + {}\n3@7:2:3 json.truncated \n"},
        {"[{}\n{}\n", "1@1:1:2 + {}\n2@4:2:1 json.syntax \n3@4:2:1 + {}\n"},
        {"[{} {}]\n{}", "1@1:1:2 + {}\n2@4:1:5 json.syntax \n3@8:2:1 + {}\n"},
        {"[\n{}\n{}\n]", "1@2:2:1 + {}\n2@5:3:1 json.syntax \n3@5:3:1 + {}\n"},
        {"[{},]", "1@1:1:2 + {}\n2@4:1:5 json.syntax \n"},
        {"[]", "0@0:1:1 archive.empty \n"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        gives(rows[i].text, strlen(rows[i].text), rows[i].log);
}

/* --- the same good documents as `convert` finds, and no fewer */

static void is_no_worse(const char *text, size_t size)
{
    struct taken taken = {.text = text, .size = size};
    assert_int_equal(take(&taken, text, size, NULL), COMITY_OK);
    size_t good = good_by_stream(text, size);
    if (taken.good < good)
        fail_msg("%zu good documents, not %zu, of:\n%.*s\nitems:\n%s", taken.good, good,
                 (int)size, text, taken.log.bytes);
    assert_true(taken.items > 0);
    buffer_free(&taken.log);
}

static void test_all_sample_streams_give_what_convert_finds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(expectations); i++)
        is_no_worse(expectations[i].text, expectations[i].size);
}

static const char stream_text[] =
    "{\"a\":[1,{\"b\":\"\\\"}\"}]}\n{\n  \"c\": {\n    \"d\": []\n  }\n}\n"
    "[{\"e\":1},\n{\"f\":{}}\n]\n{\"g\":\"\xC3\xA9\"}\n{\"h\":0}\n";

static void test_a_stream_cut_at_every_byte_gives_what_convert_finds(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof(stream_text); size++)
        is_no_worse(stream_text, size);
}

static void test_a_stream_with_any_byte_changed_gives_what_convert_finds(void **state)
{
    (void)state;
    static const char signs[] = "{}[]\",:\\\n x";
    char text[sizeof(stream_text)];
    for (size_t i = 0; i + 1 < sizeof(stream_text); i++)
        for (size_t k = 0; k + 1 < sizeof(signs); k++) {
            memcpy(text, stream_text, sizeof(text));
            text[i] = signs[k];
            is_no_worse(text, sizeof(text) - 1);
        }
}

static void test_reads_of_one_byte_give_the_same(void **state)
{
    (void)state;
    struct taken whole = {.text = stream_text, .size = sizeof(stream_text) - 1};
    struct taken pieces = whole;
    assert_int_equal(take(&whole, stream_text, whole.size, NULL), COMITY_OK);
    faulty_reads = (struct faulty_reads){.most = 1, .interruptions = 5, .waits = 3};
    assert_int_equal(take(&pieces, stream_text, whole.size, NULL), COMITY_OK);
    faulty_reads = (struct faulty_reads){.most = 0};
    assert_string_equal(whole.log.bytes, pieces.log.bytes);
    buffer_free(&whole.log);
    buffer_free(&pieces.log);
}

/* --- limits and faults */

static void test_a_value_over_the_limit_is_refused_and_the_next_is_taken(void **state)
{
    (void)state;
    struct item_limits limits = ITEM_LIMITS_INIT;
    limits.entry_bytes = 300000;
    size_t size = 1000000;
    for (int in_list = 0; in_list < 2; in_list++) {
        char *text = malloc(size + 100);
        int head = snprintf(text, 50, "%s{\"a\":1}%s\n{\"long\":\"", in_list ? "[" : "",
                            in_list ? "," : "");
        memset(text + head, in_list ? ',' : 'x', size);
        int tail = snprintf(text + head + size, 50, "\"}%s\n{\"b\":2}%s\n", in_list ? "," : "",
                            in_list ? "]" : "");
        struct taken taken = {.text = NULL};
        size_t all = (size_t)head + size + (size_t)tail;
        assert_int_equal(take(&taken, text, all, &limits), COMITY_OK);
        assert_int_equal(taken.good, 2);
        assert_int_equal(taken.items, 3);
        assert_non_null(strstr(taken.log.bytes, "limit.bytes"));
        buffer_free(&taken.log);
        free(text);
    }
}

static void test_the_answer_of_a_call_ends_the_reading(void **state)
{
    (void)state;
    struct taken taken = {.answer = COMITY_E_CANCELLED};
    assert_int_equal(take(&taken, stream_text, sizeof(stream_text) - 1, NULL),
                     COMITY_E_CANCELLED);
    assert_int_equal(taken.items, 1);
    buffer_free(&taken.log);
}

static void test_a_failed_read_is_an_error(void **state)
{
    (void)state;
    for (unsigned long good = 0; good < 3; good++) {
        struct taken taken = {.text = NULL};
        faulty_reads = (struct faulty_reads){.most = 20, .good = good, .error = EIO};
        comity_status status = take(&taken, stream_text, sizeof(stream_text) - 1, NULL);
        assert_int_equal(errno, EIO);
        faulty_reads = (struct faulty_reads){.most = 0};
        assert_int_equal(status, COMITY_E_IO);
        buffer_free(&taken.log);
    }
}

/* A tar of one entry, in the oldest form. */
static void make_tar(char tar[2048], const char *name, const char *text)
{
    memset(tar, 0, 2048);
    snprintf(tar, 100, "%s", name);
    snprintf(tar + 100, 8, "0000644");
    snprintf(tar + 124, 12, "%011o", (unsigned)strlen(text));
    memset(tar + 148, ' ', 8);
    unsigned sum = 0;
    for (size_t i = 0; i < 512; i++)
        sum += (unsigned char)tar[i];
    snprintf(tar + 148, 8, "%06o", sum);
    memcpy(tar + 512, text, strlen(text));
}

static comity_status pass(void *user, const struct item *item)
{
    size_t *count = user;
    *count += item->outcome == ITEM_TAKEN;
    return COMITY_OK;
}

static void test_failed_allocations_are_no_memory_and_leak_nothing(void **state)
{
    (void)state;
    char tar[2048];
    make_tar(tar, "a.ndjson", "{\"a\":1}\n{\"b\":2}\n");
    int fd = memfd_create("test", MFD_CLOEXEC);
    assert_int_equal(write(fd, tar, sizeof(tar)), sizeof(tar));
    struct item_limits limits = ITEM_LIMITS_INIT;
    bool has_failed = true;
    for (unsigned long n = 0; has_failed; n++) {
        size_t count = 0;
        lseek(fd, 0, SEEK_SET);
        failing_alloc_after(n);
        comity_status status = items_read(fd, "in", &limits, pass, &count);
        has_failed = failing_alloc_stop();
        assert_int_equal(status, has_failed ? COMITY_E_NOMEM : COMITY_OK);
        assert_true(has_failed || count == 2);
        assert_true(has_failed || n > 3);
    }
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_document_is_an_item_at_its_place),
        cmocka_unit_test(test_a_file_of_one_value_keeps_every_byte),
        cmocka_unit_test(test_a_bad_line_takes_no_other_with_it),
        cmocka_unit_test(test_a_bad_entry_of_a_list_with_lines_takes_no_other_with_it),
        cmocka_unit_test(test_faults_between_entries_are_told),
        cmocka_unit_test(test_all_sample_streams_give_what_convert_finds),
        cmocka_unit_test(test_a_stream_cut_at_every_byte_gives_what_convert_finds),
        cmocka_unit_test(test_a_stream_with_any_byte_changed_gives_what_convert_finds),
        cmocka_unit_test(test_reads_of_one_byte_give_the_same),
        cmocka_unit_test(test_a_value_over_the_limit_is_refused_and_the_next_is_taken),
        cmocka_unit_test(test_the_answer_of_a_call_ends_the_reading),
        cmocka_unit_test(test_a_failed_read_is_an_error),
        cmocka_unit_test(test_failed_allocations_are_no_memory_and_leak_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
