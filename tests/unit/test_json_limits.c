/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of what bounds the JSON reader: names that stand twice, limits, time, failed
 * allocations, and the loops that take many bytes at a time.
 *
 * Build: with tests/support/failing_alloc.c, linked as it says. */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

#include "failing_alloc.h"
#include "json_reading.h"
#include "processor_time.h"
#include "rounds.h"

#include "syntax/json_scan.h"

#include <pthread.h>

/* --- names that stand twice */

/* A group of `count` members n0, n1, ...; where `again` is below count, the last is named as
 * that one. */
static void put_group(struct buffer *out, unsigned count, unsigned again)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned name = again < count && i == count - 1 ? again : i;
        /* lengths on either side of the eight bytes that a hash takes at a time */
        buffer_format(out, "%s\"n%0*u\":%u", i ? "," : "{", (int)(name % 23 + 1), name, i);
    }
    buffer_char(out, '}');
}

static void test_a_name_that_stands_twice_is_found_in_groups_of_any_size(void **state)
{
    (void)state;
    static const unsigned counts[] = {2, 3, 31, 32, 33, 34, 35, 64, 97, 98, 200, 1000, 5000};
    struct reading reading;
    reading_init(&reading);
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        unsigned count = counts[i];
        for (unsigned again = 0; again < count; again += again % 32 + 1) {
            struct buffer text;
            buffer_init(&text, 0);
            put_group(&text, count, again);
            comity_status status = read_bytes(&reading, text.bytes, text.size, true);
            assert_int_equal(status, again == count - 1 ? COMITY_OK : COMITY_E_INVALID);
            if (status != COMITY_OK)
                assert_string_equal(reading.error.code, "json.duplicate-key");
            buffer_free(&text);
        }
    }
    reading_free(&reading);
}

static void test_a_name_that_stands_twice_names_the_line_of_the_first(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    assert_int_equal(read_text(&reading, "{\n  \"x\": 1,\n  \"born\": 2,\n  \"born\": 3\n}"),
                     COMITY_E_INVALID);
    assert_string_equal(reading.error.message, "the name \"born\" stands twice in one group, "
                                               "first in line 3, column 3");
    struct place place = tree_place(&reading.tree, reading.error.offset);
    assert_int_equal(place.line, 4);
    assert_int_equal(place.column, 3);
    reading_free(&reading);
}

static void test_a_long_name_does_not_burst_the_message(void **state)
{
    (void)state;
    struct reading reading;
    struct buffer text;
    reading_init(&reading);
    buffer_init(&text, 0);
    for (int member = 0; member < 2; member++) {
        buffer_text(&text, member ? ",\"" : "{\"");
        for (int i = 0; i < 500; i++)
            buffer_text(&text, "\xE2\x82\xAC");
        buffer_text(&text, "\":1");
    }
    buffer_char(&text, '}');
    assert_int_equal(read_bytes(&reading, text.bytes, text.size, true), COMITY_E_INVALID);
    assert_non_null(strstr(reading.error.message, "...\" stands twice"));
    buffer_free(&text);
    reading_free(&reading);
}

/* --- limits */

static void put_nested(struct buffer *out, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++)
        buffer_text(out, i % 2 ? "{\"a\":" : "[");
    buffer_text(out, "1");
    for (unsigned i = depth; i > 0; i--)
        buffer_text(out, (i - 1) % 2 ? "}" : "]");
}

static void test_depth_64_is_read_and_65_is_refused(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    for (unsigned depth = 63; depth <= 66; depth++) {
        struct buffer text;
        buffer_init(&text, 0);
        put_nested(&text, depth);
        comity_status status = read_bytes(&reading, text.bytes, text.size, true);
        assert_int_equal(status, depth <= 64 ? COMITY_OK : COMITY_E_LIMIT);
        if (status != COMITY_OK) {
            assert_string_equal(reading.error.code, "limit.depth");
            assert_int_equal(reading.error.offset, 32 + 32 * 5);
        }
        buffer_free(&text);
    }
    reading_free(&reading);
}

/* A million brackets, whatever the limit says, with a stack of 256 KiB. */
static void *read_brackets(void *context)
{
    static char brackets[1000000];
    struct reading reading;
    uint32_t *reached = context;
    memset(brackets, '[', sizeof(brackets));
    reading_init(&reading);
    reading.limits.depth = UINT32_MAX;
    if (json_read(&reading.tree, brackets, sizeof(brackets), true, &reading.limits,
                  &reading.used, &reading.error) == COMITY_E_LIMIT)
        *reached = (uint32_t)reading.error.offset;
    for (size_t i = 0; i < 1024; i++)
        brackets[1024 + i] = ']';
    if (json_read(&reading.tree, brackets, 2048, true, &reading.limits, &reading.used,
                  &reading.error) == COMITY_OK) {
        struct buffer out;
        buffer_init(&out, 0);
        json_put_node(&out, &reading.tree, 1);
        *reached += (uint32_t)out.size;
        buffer_free(&out);
    }
    reading_free(&reading);
    return NULL;
}

static void test_a_million_brackets_do_not_exhaust_a_small_stack(void **state)
{
    (void)state;
    pthread_attr_t attributes;
    pthread_t thread;
    uint32_t reached = 0;
    pthread_attr_init(&attributes);
    assert_int_equal(pthread_attr_setstacksize(&attributes, (size_t)256 << 10), 0);
    assert_int_equal(pthread_create(&thread, &attributes, read_brackets, &reached), 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    assert_int_equal(reached, 1024 + 2048);
}

static void test_values_are_counted_up_to_the_limit(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    reading.limits.members = 4;
    assert_int_equal(read_text(&reading, "[1,2,3]"), COMITY_OK);
    assert_int_equal(read_text(&reading, "[1,2,[3]]"), COMITY_E_LIMIT);
    assert_string_equal(reading.error.code, "limit.members");
    assert_int_equal(reading.error.offset, 6);
    reading_free(&reading);
}

static void test_bytes_are_counted_up_to_the_limit(void **state)
{
    (void)state;
    struct reading reading;
    reading_init(&reading);
    reading.limits.bytes = 10;
    assert_int_equal(read_text(&reading, "\"12345678\""), COMITY_OK);
    assert_int_equal(read_text(&reading, "1234567890"), COMITY_OK);
    assert_int_equal(read_text(&reading, "\"12345678\"  and something else"), COMITY_OK);
    static const char *const long_ones[] = {"\"123456789\"", "12345678901", "[1,2,3,4,5]",
                                            "\"this one never ends", "[1,2,3,4,5,6,7,8"};
    for (size_t i = 0; i < COUNT_OF(long_ones); i++) {
        assert_int_equal(read_text(&reading, long_ones[i]), COMITY_E_LIMIT);
        assert_string_equal(reading.error.code, "limit.bytes");
    }
    assert_int_equal(read_text(&reading, "[1,2,3 x 4,5,6,7]"), COMITY_E_INVALID);
    reading_free(&reading);
}

static void test_memory_is_counted_up_to_the_limit(void **state)
{
    (void)state;
    struct reading reading;
    struct buffer text;
    reading_init(&reading);
    arena_init(&reading.arena, 40000);
    reading.limits.memory = 40000;
    buffer_init(&text, 0);
    buffer_text(&text, "[\"\\n");
    for (int i = 0; i < 50000; i++)
        buffer_char(&text, 'x');
    buffer_text(&text, "\"]");
    assert_int_equal(read_bytes(&reading, text.bytes, text.size, true), COMITY_E_LIMIT);
    assert_string_equal(reading.error.code, "limit.memory");
    buffer_clear(&text);
    put_group(&text, 600, 600);
    assert_int_equal(read_bytes(&reading, text.bytes, text.size, true), COMITY_E_LIMIT);
    assert_string_equal(reading.error.code, "limit.memory");
    reading.limits.memory = 1u << 20;
    put_group(&text, 3000, 3000);
    assert_int_equal(read_bytes(&reading, text.bytes, text.size, true), COMITY_OK);
    buffer_clear(&text);
    put_group(&text, 3000, 3000);
    assert_int_equal(read_bytes(&reading, text.bytes, text.size, true), COMITY_E_LIMIT);
    assert_string_equal(reading.error.code, "limit.memory");
    buffer_free(&text);
    reading_free(&reading);
}

/* The time to read a group of `count` members, each time into memory that is new: a small one
 * that is read again is quicker than a large one by more than its size. */
static double seconds_for(void *context, size_t count)
{
    (void)context;
    struct reading reading;
    struct buffer text;
    reading_init(&reading);
    buffer_init(&text, 0);
    put_group(&text, (unsigned)count, (unsigned)count);
    double start = processor_seconds();
    assert_int_equal(read_bytes(&reading, text.bytes, text.size, true), COMITY_OK);
    double taken = processor_seconds() - start;
    buffer_free(&text);
    reading_free(&reading);
    return taken;
}

static void test_groups_of_a_million_members_take_linear_time(void **state)
{
    (void)state;
    struct growth time = growth_of(seconds_for, NULL, (size_t)rounds(250000));
    print_message("# %.3f s, four times as many: %.3f s\n", time.once, time.four_times);
    assert_true(time.is_linear);
}

/* --- allocations that fail */

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    struct buffer text;
    buffer_init(&text, 0);
    buffer_text(&text, "[\"esc\\naped\",");
    put_group(&text, 700, 700);
    buffer_text(&text, ",\"\\u00e9\"]");
    for (int persistent = 0; persistent < 2; persistent++) {
        for (unsigned long n = 0;; n++) {
            struct reading reading;
            reading_init(&reading);
            (persistent ? failing_alloc_from : failing_alloc_after)(n);
            comity_status status = json_read(&reading.tree, text.bytes, text.size, true,
                                             &reading.limits, &reading.used, &reading.error);
            bool failed = failing_alloc_stop();
            assert_int_equal(status, failed ? COMITY_E_NOMEM : COMITY_OK);
            reading_free(&reading);
            if (!failed) {
                assert_true(n > 4);
                break;
            }
        }
    }
    buffer_free(&text);
}

/* --- the loops */

static const char *slow_run(const char *at, const char *end, int (*stops)(unsigned char))
{
    while (at < end && !stops((unsigned char)*at))
        at++;
    return at;
}

static void test_fast_loops_stop_where_slow_ones_do(void **state)
{
    (void)state;
    char text[70];
    for (unsigned byte = 0; byte < 256; byte++) {
        for (size_t at = 0; at < sizeof(text); at++) {
            memset(text, 'a', sizeof(text));
            text[at] = (char)byte;
            for (size_t from = 0; from < 20; from++) {
                const char *start = text + from, *end = text + sizeof(text) - from % 3;
                const char *reads = slow_run(start, end, json_stops_reading);
                const char *writes = slow_run(start, end, json_stops_writing);
                if (json_read_run(start, end) != reads ||
                    json_read_run_portable(start, end) != reads ||
                    json_write_run(start, end) != writes ||
                    json_write_run_portable(start, end) != writes)
                    fail_msg("byte %02x at %zu from %zu", byte, at, from);
            }
        }
    }
    srand(1);
    for (int round = 0; round < rounds(20000); round++) {
        for (size_t i = 0; i < sizeof(text); i++)
            text[i] = (char)(rand() % 40 ? 'a' + rand() % 26 : rand());
        const char *end = text + rand() % (int)sizeof(text);
        const char *reads = slow_run(text, end, json_stops_reading);
        const char *writes = slow_run(text, end, json_stops_writing);
        assert_ptr_equal(json_read_run(text, end), reads);
        assert_ptr_equal(json_read_run_portable(text, end), reads);
        assert_ptr_equal(json_write_run(text, end), writes);
        assert_ptr_equal(json_write_run_portable(text, end), writes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_that_stands_twice_is_found_in_groups_of_any_size),
        cmocka_unit_test(test_a_name_that_stands_twice_names_the_line_of_the_first),
        cmocka_unit_test(test_a_long_name_does_not_burst_the_message),
        cmocka_unit_test(test_depth_64_is_read_and_65_is_refused),
        cmocka_unit_test(test_a_million_brackets_do_not_exhaust_a_small_stack),
        cmocka_unit_test(test_values_are_counted_up_to_the_limit),
        cmocka_unit_test(test_bytes_are_counted_up_to_the_limit),
        cmocka_unit_test(test_memory_is_counted_up_to_the_limit),
        cmocka_unit_test(test_groups_of_a_million_members_take_linear_time),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_fast_loops_stop_where_slow_ones_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
