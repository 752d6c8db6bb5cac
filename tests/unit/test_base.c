/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of sdk/base and of sdk/io/source.c.
 *
 * Build: with tests/support/failing_alloc.c and faulty_reads.c, linked as they say. */
#include "collected.h"
#include "failing_alloc.h"
#include "faulty_reads.h"

#include "base/arena.h"
#include "base/buffer.h"
#include "base/utf8.h"
#include "io/source.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int memory_file(const char *bytes, size_t size)
{
    int fd = memfd_create("test", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

/* --- arena */

static void test_arena_memory_is_aligned_and_does_not_overlap(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    char *before = NULL;
    for (size_t size = 0; size < 3000; size++) {
        char *bytes = arena_alloc(&arena, size);
        assert_non_null(bytes);
        assert_int_equal((uintptr_t)bytes % 8, 0);
        assert_ptr_not_equal(bytes, before);
        memset(bytes, (int)(size & 0xFF), size);
        if (before && size > 1)
            assert_int_equal((unsigned char)before[size - 2], (size - 1) & 0xFF);
        before = bytes;
    }
    arena_free(&arena);
    assert_int_equal(arena.total, 0);
    assert_non_null(arena_alloc(&arena, 10));
    arena_free(&arena);
}

static void test_arena_stops_at_its_limit(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 100000);
    size_t got = 0;
    while (arena_alloc(&arena, 1000))
        got += 1000;
    assert_in_range(got, 90000, 100000);
    assert_true(arena.total <= 100000);
    assert_true(arena_is_full(&arena, 1000));
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_null(arena_alloc(&arena, SIZE_MAX - 7));
    assert_null(arena_copy(&arena, "x", SIZE_MAX));
    arena_reset(&arena);
    assert_non_null(arena_alloc(&arena, 1000));
    arena_free(&arena);
    arena_init(&arena, 0);
    assert_false(arena_is_full(&arena, SIZE_MAX));
}

static void test_arena_reset_keeps_one_block_and_wipes_it(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    for (int i = 0; i < 500; i++)
        memset(arena_alloc(&arena, 1000), 'x', 1000);
    size_t rest = (size_t)(arena.end - arena.next) & ~(size_t)7;
    if (rest) /* every byte of the block that stays was in use */
        memset(arena_alloc(&arena, rest), 'x', rest);
    size_t before = arena.total;
    arena_reset(&arena);
    assert_true(arena.total < before);
    size_t left = (size_t)(arena.end - arena.next);
    size_t kept = arena.total;
    const char *bytes = arena_alloc(&arena, left & ~(size_t)7);
    for (size_t i = 0; i < (left & ~(size_t)7); i++)
        assert_int_not_equal(bytes[i], 'x');
    assert_int_equal(arena.total, kept);
    arena_free(&arena);
    arena_reset(&arena);
}

static void test_arena_goes_on_in_a_block_that_a_large_wish_passed_over(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    char *small = arena_alloc(&arena, 8);
    memset(arena_alloc(&arena, 1u << 20), 'L', 1u << 20);
    assert_ptr_equal(arena_alloc(&arena, 8), small + 8);
    arena_reset(&arena);
    arena_free(&arena);
}

static void test_arena_copies_end_in_nul(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    assert_string_equal(arena_copy(&arena, "abcdef", 3), "abc");
    assert_string_equal(arena_copy(&arena, NULL, 0), "");
    const char *zeros = arena_zalloc(&arena, 99);
    for (int i = 0; i < 99; i++)
        assert_int_equal(zeros[i], 0);
    failing_alloc_from(0);
    assert_null(arena_zalloc(&arena, 1u << 20));
    assert_null(arena_copy(&arena, zeros, 1u << 20));
    assert_true(failing_alloc_stop());
    arena_free(&arena);
}

/* --- buffer */

static void test_buffer_failure_sticks_until_it_is_cleared(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 10);
    buffer_add(&buffer, "12345", 5);
    buffer_add(&buffer, "123456", 6);
    assert_int_equal(buffer_status(&buffer), COMITY_E_LIMIT);
    buffer_char(&buffer, 'x');
    buffer_add(&buffer, "", 0);
    buffer_text(&buffer, "y");
    buffer_format(&buffer, "%d", 1);
    buffer_format(&buffer, "%s", "");
    assert_false(buffer_reserve(&buffer, 1));
    assert_int_equal(buffer.size, 5);
    buffer_clear(&buffer);
    assert_int_equal(buffer_status(&buffer), COMITY_OK);
    buffer_add(&buffer, "1234567890", 10);
    assert_int_equal(buffer_status(&buffer), COMITY_OK);
    assert_memory_equal(buffer.bytes, "1234567890", 10);
    buffer_char(&buffer, '1');
    assert_int_equal(buffer_status(&buffer), COMITY_E_LIMIT);
    buffer_free(&buffer);
    assert_null(buffer.bytes);
}

static void test_buffer_formats_text_of_every_length(void **state)
{
    (void)state;
    char text[3000];
    memset(text, 'a', sizeof(text));
    for (int len = 0; len < 2999; len += 7) {
        struct buffer buffer;
        buffer_init(&buffer, (size_t)len + 4);
        buffer_text(&buffer, "<");
        buffer_format(&buffer, "%.*s%d", len, text, 42);
        buffer_text(&buffer, ">");
        assert_int_equal(buffer_status(&buffer), COMITY_OK);
        assert_int_equal(buffer.size, len + 4);
        assert_memory_equal(buffer.bytes + len + 1, "42>", 3);
        buffer_free(&buffer);
    }
}

static void test_buffer_refuses_sizes_that_overflow(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 0);
    buffer_char(&buffer, 'a');
    assert_false(buffer_reserve(&buffer, SIZE_MAX));
    assert_int_equal(buffer_status(&buffer), COMITY_E_NOMEM);
    buffer_clear(&buffer);
    failing_alloc_after(0);
    assert_false(buffer_reserve(&buffer, 5000));
    failing_alloc_stop();
    assert_int_equal(buffer_status(&buffer), COMITY_E_NOMEM);
    buffer_clear(&buffer);
    failing_alloc_after(0);
    buffer_format(&buffer, "%5000d", 1);
    failing_alloc_stop();
    assert_int_equal(buffer_status(&buffer), COMITY_E_NOMEM);
    buffer_free(&buffer);
}

static void test_buffer_cleared_is_wiped(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 0);
    buffer_text(&buffer, "secret");
    buffer_clear(&buffer);
    assert_memory_equal(buffer.bytes, "\0\0\0\0\0\0", 6);
    buffer_free(&buffer);
}

/* --- findings */

static void test_findings_are_counted_by_severity(void **state)
{
    (void)state;
    struct findings findings = {.file = "in.json", .format = "some"};
    struct comity_finding finding = {.struct_size = sizeof(finding), .code = "x"};
    const int32_t severities[] = {COMITY_NOTE, COMITY_LOSS, COMITY_LOSS, COMITY_ERROR, 99, -5};
    for (size_t i = 0; i < sizeof(severities) / sizeof(*severities); i++) {
        finding.severity = severities[i];
        findings_add(&findings, &finding);
    }
    assert_int_equal(findings_at_least(&findings, COMITY_NOTE), 6);
    assert_int_equal(findings_at_least(&findings, -1), 6);
    assert_int_equal(findings_at_least(&findings, COMITY_WARNING), 4);
    assert_int_equal(findings_at_least(&findings, COMITY_LOSS), 4);
    assert_int_equal(findings_at_least(&findings, COMITY_ERROR), 2);
    assert_int_equal(findings_at_least(&findings, COMITY_ERROR + 1), 0);
}

static void expect_names(void *user, const struct comity_finding *finding)
{
    const char *const *names = user;
    assert_string_equal(finding->file, names[0]);
    assert_string_equal(finding->format, names[1]);
}

static void test_findings_name_the_file_where_they_name_none(void **state)
{
    (void)state;
    const char *names[2] = {"in.json", "some"};
    struct findings findings = {
        .file = "in.json", .format = "some", .emit = expect_names, .user = names};
    struct comity_finding finding = {.struct_size = sizeof(finding), .code = "x"};
    findings_add(&findings, &finding);
    assert_null(finding.file);
    finding.file = names[0] = "other.json";
    finding.format = names[1] = "other";
    findings_add(&findings, &finding);
}

/* --- UTF-8 */

/* Decodes without a care, then looks at the result: another way to say the same. */
static size_t slow_sequence(const unsigned char *bytes, size_t len)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t need = bytes[0] < 0x80             ? 1
                  : (bytes[0] & 0xE0) == 0xC0 ? 2
                  : (bytes[0] & 0xF0) == 0xE0 ? 3
                  : (bytes[0] & 0xF8) == 0xF0 ? 4
                                              : 0;
    if (!need || need > len)
        return 0;
    uint32_t code = need == 1 ? bytes[0] : bytes[0] & (0x7Fu >> need);
    for (size_t i = 1; i < need; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (bytes[i] & 0x3F);
    }
    if (code < least[need] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return 0;
    return need;
}

static void test_utf8_every_sequence_of_up_to_four_bytes_is_judged_right(void **state)
{
    (void)state;
    static const unsigned char last[] = {0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF};
    unsigned char bytes[4];
    for (uint32_t i = 0; i < 1u << 24; i++) {
        bytes[0] = (unsigned char)(i >> 16);
        bytes[1] = (unsigned char)(i >> 8);
        bytes[2] = (unsigned char)i;
        /* The third and fourth byte are judged alike: their borders will do. */
        if (bytes[2] != 0 && bytes[2] != 0x7F && bytes[2] != 0x80 && bytes[2] != 0xBF &&
            bytes[2] != 0xC0 && bytes[2] != 0xFF)
            continue;
        for (size_t k = 0; k < sizeof(last); k++) {
            bytes[3] = last[k];
            for (size_t len = 1; len <= 4; len++)
                if (utf8_sequence((char *)bytes, len) != slow_sequence(bytes, len))
                    fail_msg("%02x %02x %02x %02x, %zu", bytes[0], bytes[1], bytes[2], bytes[3],
                             len);
        }
    }
    assert_int_equal(utf8_sequence("", 0), 0);
}

static void test_utf8_every_code_point_comes_back(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        char bytes[4];
        uint32_t back = 0;
        if (code >= 0xD800 && code <= 0xDFFF)
            continue;
        size_t size = utf8_encode(code, bytes);
        if (utf8_decode(bytes, size, &back) != size || back != code)
            fail_msg("U+%04X became U+%04X", code, back);
    }
    uint32_t untouched = 7;
    assert_int_equal(utf8_decode("\xFF", 1, &untouched), 0);
    assert_int_equal(untouched, 7);
}

static void test_utf8_names_the_first_byte_of_the_first_bad_sequence(void **state)
{
    (void)state;
    static const char *const bad[] = {"\xFF",
                                      "\x80",
                                      "\xC0\xAF",
                                      "\xC1\xBF",
                                      "\xE0\x80\xAF",
                                      "\xED\xA0\x80",
                                      "\xED\xBF\xBF",
                                      "\xF0\x80\x80\xAF",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xE2\x82",
                                      "\xF0\x9F\x98",
                                      "\xC3",
                                      "\xC3(",
                                      "\xE2(\xA1"};
    char text[80];
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        for (size_t before = 0; before < 40; before++) {
            memset(text, 'a', sizeof(text));
            if (before >= 6)
                memcpy(text + before - 6, "\xC3\xA9\xF0\x9F\x98\x80", 6);
            memcpy(text + before, bad[i], strlen(bad[i]));
            size_t len = before + strlen(bad[i]);
            assert_int_equal(utf8_invalid(text, len), before);
            assert_int_equal(utf8_invalid(text, before), before);
        }
    }
}

static void test_utf8_counts_characters_not_bytes(void **state)
{
    (void)state;
    const char *text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z";
    assert_int_equal(utf8_count(text, strlen(text)), 5);
    assert_int_equal(utf8_count("", 0), 0);
    struct buffer buffer;
    buffer_init(&buffer, 0);
    for (int i = 1; i < 300; i++) {
        buffer_text(&buffer, i % 3 ? "\xD0\x96" : "x");
        assert_int_equal(utf8_count(buffer.bytes, buffer.size), i);
        assert_int_equal(utf8_invalid(buffer.bytes, buffer.size), buffer.size);
    }
    buffer_free(&buffer);
}

static void test_utf8_is_cut_between_characters_only(void **state)
{
    (void)state;
    const char *text = "a\xE2\x82\xAC\xF0\x9F\x98\x80z";
    static const size_t expected[] = {0, 1, 1, 1, 4, 4, 4, 4, 8, 9, 9};
    for (size_t most = 0; most < sizeof(expected) / sizeof(*expected); most++)
        assert_int_equal(utf8_cut(text, strlen(text), most), expected[most]);
}

/* --- source */

static void test_source_of_memory_is_one_window(void **state)
{
    (void)state;
    struct source source;
    source_init_memory(&source, "abcdef", 6);
    assert_int_equal(source_fill(&source, 1000), COMITY_OK);
    assert_true(source.at_end);
    source_consume(&source, 2);
    assert_int_equal(source.offset, 2);
    assert_memory_equal(source.bytes, "cdef", 4);
    source_free(&source);
    source_init_memory(&source, NULL, 0);
    assert_int_equal(source_fill(&source, 1), COMITY_OK);
    source_free(&source);
}

static void test_source_reads_whatever_size_the_reads_have(void **state)
{
    (void)state;
    static char bytes[1u << 20];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i * 7 + i / 251);
    static const size_t sizes[] = {1009, 4096, 65536, 0};
    for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
        int fd = memory_file(bytes, sizeof(bytes));
        struct source source;
        source_init_fd(&source, fd, sizeof(bytes));
        faulty_reads.most = sizes[s];
        size_t done = 0, step = 1;
        while (done < sizeof(bytes)) {
            faulty_reads.interruptions = 2;
            faulty_reads.waits = 1;
            assert_int_equal(source_fill(&source, step), COMITY_OK);
            assert_int_equal(source.offset, done);
            assert_true(source.size >= step || source.at_end);
            assert_memory_equal(source.bytes, bytes + done, source.size);
            size_t used = step < source.size ? step : source.size;
            source_consume(&source, used);
            done += used;
            step = step * 3 % 100003 + 1;
        }
        assert_int_equal(source_fill(&source, 1), COMITY_OK);
        assert_int_equal(source.size, 0);
        assert_true(source.at_end);
        faulty_reads.most = faulty_reads.interruptions = faulty_reads.waits = 0;
        source_free(&source);
        close(fd);
    }
}

static void test_source_window_stops_at_its_limit_unless_the_input_does(void **state)
{
    (void)state;
    static char bytes[1000];
    for (size_t size = 998; size <= 1000; size++) {
        int fd = memory_file(bytes, size);
        struct source source;
        source_init_fd(&source, fd, 999);
        assert_int_equal(source_fill(&source, 2000), size <= 999 ? COMITY_OK : COMITY_E_LIMIT);
        assert_int_equal(source.size, size);
        assert_int_equal(source.at_end, size <= 999);
        assert_int_equal(source_fill(&source, 2000), size <= 999 ? COMITY_OK : COMITY_E_LIMIT);
        source_consume(&source, size);
        assert_int_equal(source_fill(&source, 1), COMITY_OK);
        assert_int_equal(source.size, 0);
        assert_true(source.at_end);
        source_free(&source);
        close(fd);
    }
}

static void test_source_of_a_folder_says_so(void **state)
{
    (void)state;
    int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct source source;
    source_init_fd(&source, fd, 0);
    assert_int_equal(source_fill(&source, 1), COMITY_E_IO);
    assert_int_equal(source.error, EISDIR);
    source_free(&source);
    close(fd);
    faulty_reads.error = EIO;
    source_init_fd(&source, fd, 0);
    assert_int_equal(source_fill(&source, 1), COMITY_E_IO);
    assert_int_equal(source.error, EIO);
    faulty_reads.error = 0;
    source_free(&source);
}

static void test_source_survives_failed_allocations(void **state)
{
    (void)state;
    static char bytes[1u << 20];
    int fd = memory_file(bytes, sizeof(bytes));
    struct source source;
    source_init_fd(&source, fd, 0);
    failing_alloc_after(0);
    assert_int_equal(source_fill(&source, 1), COMITY_E_NOMEM);
    assert_true(failing_alloc_stop());
    assert_int_equal(source_fill(&source, 1), COMITY_OK);
    failing_alloc_after(0);
    assert_int_equal(source_fill(&source, 600000), COMITY_E_NOMEM);
    assert_true(failing_alloc_stop());
    assert_int_equal(source_fill(&source, 600000), COMITY_OK);
    assert_true(source.size >= 600000);
    source_free(&source);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena_memory_is_aligned_and_does_not_overlap),
        cmocka_unit_test(test_arena_stops_at_its_limit),
        cmocka_unit_test(test_arena_reset_keeps_one_block_and_wipes_it),
        cmocka_unit_test(test_arena_goes_on_in_a_block_that_a_large_wish_passed_over),
        cmocka_unit_test(test_arena_copies_end_in_nul),
        cmocka_unit_test(test_buffer_failure_sticks_until_it_is_cleared),
        cmocka_unit_test(test_buffer_formats_text_of_every_length),
        cmocka_unit_test(test_buffer_refuses_sizes_that_overflow),
        cmocka_unit_test(test_buffer_cleared_is_wiped),
        cmocka_unit_test(test_findings_are_counted_by_severity),
        cmocka_unit_test(test_findings_name_the_file_where_they_name_none),
        cmocka_unit_test(test_utf8_every_sequence_of_up_to_four_bytes_is_judged_right),
        cmocka_unit_test(test_utf8_every_code_point_comes_back),
        cmocka_unit_test(test_utf8_names_the_first_byte_of_the_first_bad_sequence),
        cmocka_unit_test(test_utf8_counts_characters_not_bytes),
        cmocka_unit_test(test_utf8_is_cut_between_characters_only),
        cmocka_unit_test(test_source_of_memory_is_one_window),
        cmocka_unit_test(test_source_reads_whatever_size_the_reads_have),
        cmocka_unit_test(test_source_window_stops_at_its_limit_unless_the_input_does),
        cmocka_unit_test(test_source_of_a_folder_says_so),
        cmocka_unit_test(test_source_survives_failed_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
