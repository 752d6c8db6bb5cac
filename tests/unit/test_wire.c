/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the frames between a process and its workers, which are read as if they were
 * hostile: cut short, with lengths that lie, with kinds and texts that nobody sends.
 *
 * Build: with tests/support/failing_alloc.c, linked as it says. */
#include "failing_alloc.h"

#include "runtime/worker.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>
#include <unistd.h>

#define LIMIT 4096u
static const char digest[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/* A copy that is as long as `size` says, so that a checker of memory sees each byte too far. */
static char *exact(const char *bytes, size_t size)
{
    char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    return copy;
}

static void put_finding(struct buffer *out)
{
    const struct comity_finding finding = {.struct_size = sizeof finding,
                                           .severity = COMITY_LOSS,
                                           .code = "loss.field",
                                           .message = "a message",
                                           .line = 3,
                                           .column = 4,
                                           .offset = 50,
                                           .field = "persons[0].build"};
    worker_put_finding(out, &finding);
}

static struct worker_document a_document(void)
{
    return (struct worker_document){.position = 7,
                                    .is_done = 1,
                                    .format = "convention-json",
                                    .maker = "x 1",
                                    .kind = "extradition",
                                    .sha256 = digest,
                                    .mapped = 1,
                                    .approximated = 2,
                                    .kept = 3,
                                    .dropped = 4,
                                    .bytes = "a\0b",
                                    .size = 3};
}

static comity_status next_of(const struct buffer *out, struct wire_frame *frame)
{
    size_t whole;
    return wire_next(out->bytes, out->size, LIMIT, frame, &whole);
}

/* --- what was put is got */

static void test_a_finding_comes_through(void **state)
{
    (void)state;
    struct buffer out;
    struct wire_frame frame;
    struct comity_finding got;
    buffer_init(&out, 0);
    put_finding(&out);
    assert_int_equal(next_of(&out, &frame), COMITY_OK);
    assert_int_equal(frame.kind, WORKER_FINDING);
    assert_true(worker_get_finding(&frame, &got));
    assert_int_equal(got.severity, COMITY_LOSS);
    assert_int_equal(got.line, 3);
    assert_int_equal(got.column, 4);
    assert_int_equal(got.offset, 50);
    assert_string_equal(got.code, "loss.field");
    assert_string_equal(got.field, "persons[0].build");
    assert_null(got.hint);
    buffer_free(&out);
}

static void test_a_document_comes_through_with_nul_in_its_bytes(void **state)
{
    (void)state;
    struct buffer out;
    struct wire_frame frame;
    struct worker_document put = a_document(), got;
    buffer_init(&out, 0);
    worker_put_document(&out, NULL, &put);
    assert_int_equal(next_of(&out, &frame), COMITY_OK);
    assert_true(worker_get_document(&frame, NULL, &got));
    assert_int_equal(got.position, 7);
    assert_int_equal(got.dropped, 4);
    assert_int_equal(got.size, 3);
    assert_memory_equal(got.bytes, "a\0b", 3);
    assert_null(got.state);
    buffer_free(&out);
}

static void test_frames_follow_one_another(void **state)
{
    (void)state;
    struct buffer out;
    struct wire_frame frame;
    size_t at = 0, whole = 0, count = 0;
    buffer_init(&out, 0);
    for (uint32_t kind = 1; kind <= 3; kind++) {
        size_t start = wire_begin(&out, kind);
        wire_put_u32(&out, kind * 10);
        wire_end(&out, start);
    }
    for (; wire_next(out.bytes + at, out.size - at, LIMIT, &frame, &whole) == COMITY_OK;
         at += whole) {
        assert_int_equal(frame.kind, ++count);
        assert_int_equal(wire_u32(&frame), count * 10);
        assert_true(wire_is_done(&frame));
    }
    assert_int_equal(count, 3);
    assert_int_equal(at, out.size);
    buffer_free(&out);
}

/* --- cut short */

static void test_a_frame_cut_anywhere_is_not_there_yet(void **state)
{
    (void)state;
    struct buffer out;
    struct wire_frame frame;
    size_t whole = 99;
    buffer_init(&out, 0);
    put_finding(&out);
    for (size_t size = 0; size < out.size; size++) {
        char *cut = exact(out.bytes, size);
        assert_int_equal(wire_next(cut, size, LIMIT, &frame, &whole), COMITY_END);
        assert_int_equal(whole, 99);
        free(cut);
    }
    buffer_free(&out);
}

/* The frame as a whole, but what stands in it ends too early, or goes on. */
static void each_wrong_size(const struct buffer *out, bool (*reads)(struct wire_frame *))
{
    struct wire_frame frame;
    size_t whole;
    char longer[LIMIT] = {0};
    for (size_t size = WIRE_HEAD; size < out->size; size++) {
        char *cut = exact(out->bytes, size);
        uint32_t len = (uint32_t)(size - WIRE_HEAD);
        memcpy(cut, &len, sizeof len);
        assert_int_equal(wire_next(cut, size, LIMIT, &frame, &whole), COMITY_OK);
        if (reads(&frame))
            fail_msg("%zu of %zu bytes were taken for the whole", size, out->size);
        free(cut);
    }
    uint32_t len = (uint32_t)(out->size + 1 - WIRE_HEAD);
    memcpy(longer, out->bytes, out->size);
    memcpy(longer, &len, sizeof len);
    assert_int_equal(wire_next(longer, out->size + 1, LIMIT, &frame, &whole), COMITY_OK);
    assert_false(reads(&frame));
}

static bool reads_finding(struct wire_frame *frame)
{
    struct comity_finding finding;
    return worker_get_finding(frame, &finding);
}

static bool reads_document(struct wire_frame *frame)
{
    struct worker_document document;
    return worker_get_document(frame, NULL, &document);
}

static void test_a_frame_whose_end_lies_is_refused(void **state)
{
    (void)state;
    struct buffer out;
    struct worker_document document = a_document();
    buffer_init(&out, 0);
    put_finding(&out);
    each_wrong_size(&out, reads_finding);
    buffer_clear(&out);
    worker_put_document(&out, NULL, &document);
    each_wrong_size(&out, reads_document);
    buffer_free(&out);
}

/* --- lengths that lie */

static void test_a_frame_over_the_limit_is_refused_before_it_is_there(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {LIMIT + 1, INT32_MAX, UINT32_MAX - 8, UINT32_MAX};
    struct wire_frame frame;
    size_t whole;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char head[WIRE_HEAD] = {0};
        memcpy(head, &lengths[i], 4);
        assert_int_equal(wire_next(head, sizeof head, LIMIT, &frame, &whole), COMITY_E_LIMIT);
    }
}

/* Each four bytes of a good frame in turn become a length from hell. */
static void each_hostile_length(const struct buffer *out, bool (*reads)(struct wire_frame *))
{
    static const uint32_t lengths[] = {
        0, 1, 0x7F, INT32_MAX, 1u << 31, UINT32_MAX, UINT32_MAX - 1, LIMIT, 0xFFFFFF00};
    struct wire_frame frame;
    size_t whole;
    for (size_t at = WIRE_HEAD; at + 4 <= out->size; at++) {
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            char *copy = exact(out->bytes, out->size);
            memcpy(copy + at, &lengths[i], 4);
            assert_int_equal(wire_next(copy, out->size, LIMIT, &frame, &whole), COMITY_OK);
            reads(&frame); /* whatever it says, nothing beyond the copy is read */
            assert_true(frame.at <= frame.end);
            free(copy);
        }
    }
}

static void test_no_length_leads_out_of_the_frame(void **state)
{
    (void)state;
    struct buffer out;
    struct worker_document document = a_document();
    buffer_init(&out, 0);
    put_finding(&out);
    each_hostile_length(&out, reads_finding);
    buffer_clear(&out);
    worker_put_document(&out, NULL, &document);
    each_hostile_length(&out, reads_document);
    buffer_free(&out);
}

static void test_a_text_needs_its_end(void **state)
{
    (void)state;
    struct buffer out;
    struct wire_frame frame;
    size_t len;
    buffer_init(&out, 0);
    size_t start = wire_begin(&out, 1);
    wire_put_string(&out, "abc");
    wire_end(&out, start);
    out.bytes[out.size - 1] = 'd';
    assert_int_equal(next_of(&out, &frame), COMITY_OK);
    assert_null(wire_text(&frame, &len));
    assert_int_equal(len, 0);
    assert_false(wire_is_done(&frame));
    buffer_free(&out);
}

static void test_nul_in_a_string_is_refused_and_in_a_text_is_not(void **state)
{
    (void)state;
    struct buffer out;
    struct wire_frame frame;
    size_t len;
    buffer_init(&out, 0);
    size_t start = wire_begin(&out, 1);
    wire_put_text(&out, "a\0b", 3);
    wire_end(&out, start);
    assert_int_equal(next_of(&out, &frame), COMITY_OK);
    assert_non_null(wire_text(&frame, &len));
    assert_int_equal(len, 3);
    assert_true(wire_is_done(&frame));
    assert_int_equal(next_of(&out, &frame), COMITY_OK);
    assert_null(wire_string(&frame));
    assert_false(wire_is_done(&frame));
    buffer_free(&out);
}

static void test_what_is_bad_once_stays_bad(void **state)
{
    (void)state;
    struct buffer out;
    struct wire_frame frame;
    size_t len;
    buffer_init(&out, 0);
    size_t start = wire_begin(&out, 1);
    wire_put_u32(&out, 5);
    wire_end(&out, start);
    assert_int_equal(next_of(&out, &frame), COMITY_OK);
    assert_int_equal(wire_u64(&frame), 0);
    assert_int_equal(wire_u32(&frame), 0); /* though four bytes are there */
    assert_null(wire_text(&frame, &len));
    assert_null(wire_string(&frame));
    assert_false(wire_is_done(&frame));
    buffer_free(&out);
}

/* --- what stands in it */

static bool reads_changed(struct worker_document document)
{
    struct buffer out;
    struct wire_frame frame;
    buffer_init(&out, 0);
    worker_put_document(&out, NULL, &document);
    assert_int_equal(next_of(&out, &frame), COMITY_OK);
    bool reads = reads_document(&frame);
    buffer_free(&out);
    return reads;
}

static void test_a_document_that_contradicts_itself_is_refused(void **state)
{
    (void)state;
    struct worker_document document = a_document();
    assert_true(reads_changed(document));
    document.is_done = 2;
    assert_false(reads_changed(document));
    document.is_done = 0; /* and yet it has bytes */
    assert_false(reads_changed(document));
    document = a_document();
    document.bytes = NULL;
    assert_false(reads_changed(document));
    document = a_document();
    document.format = NULL;
    assert_false(reads_changed(document));
    document = a_document();
    document.sha256 = "0123";
    assert_false(reads_changed(document));
    document.sha256 = "\"},{\"0000000000000000000000000000000000000000000000000000000000";
    assert_false(reads_changed(document));
}

static void test_a_finding_without_code_is_refused_and_a_rank_has_bounds(void **state)
{
    (void)state;
    struct buffer out;
    struct wire_frame frame;
    struct comity_finding finding = {.struct_size = sizeof finding, .message = "m"};
    buffer_init(&out, 0);
    worker_put_finding(&out, &finding);
    assert_int_equal(next_of(&out, &frame), COMITY_OK);
    assert_false(reads_finding(&frame));
    buffer_clear(&out);
    finding.code = "c";
    finding.severity = 999;
    worker_put_finding(&out, &finding);
    assert_int_equal(next_of(&out, &frame), COMITY_OK);
    assert_true(worker_get_finding(&frame, &finding));
    assert_int_equal(finding.severity, COMITY_ERROR);
    buffer_free(&out);
}

static bool is_believed(struct comity_finding finding)
{
    struct buffer out;
    struct wire_frame frame;
    buffer_init(&out, 0);
    worker_put_finding(&out, &finding);
    assert_int_equal(next_of(&out, &frame), COMITY_OK);
    bool is_read = reads_finding(&frame);
    buffer_free(&out);
    return is_read;
}

static void test_a_finding_that_could_not_be_is_refused(void **state)
{
    (void)state;
    static char code[102];
    const struct comity_finding good = {
        .struct_size = sizeof good, .code = "c", .message = "m", .line = 1};
    struct comity_finding bad[12];
    memset(code, 'c', sizeof code - 1);
    for (size_t i = 0; i < 12; i++)
        bad[i] = good;
    bad[0].code = code;
    bad[1].code = "";
    bad[2].code = "a code";
    bad[3].code = "c\x1b[2J";
    bad[4].code = "\xc3\xa9";
    bad[5].message = "\xff";
    bad[6].source = "\xed\xa0\x80";
    bad[7].hint = "\xc3";
    bad[8].format = "\xfe";
    bad[9].line = (uint64_t)1 << 60;
    bad[10].column = UINT64_MAX;
    bad[11].line = 0;
    bad[11].offset = 7;
    assert_true(is_believed(good));
    for (size_t i = 0; i < 12; i++)
        assert_false(is_believed(bad[i]));
    bad[0].code = code + 1;
    assert_true(is_believed(bad[0]));
}

static void test_a_result_that_contradicts_itself_is_refused(void **state)
{
    (void)state;
    const struct comity_result none = COMITY_RESULT_INIT;
    struct comity_result one = COMITY_RESULT_INIT;
    one.documents = one.mapped = 1;
    assert_true(worker_is_consistent(COMITY_OK, &one));
    assert_true(worker_is_consistent(COMITY_E_PLUGIN, &none));
    assert_false(worker_is_consistent(COMITY_OK, &none));
    one.failed_input = 1;
    assert_false(worker_is_consistent(COMITY_OK, &one));
    assert_true(worker_is_consistent(COMITY_E_INVALID, &one));
    one.documents = 0;
    assert_false(worker_is_consistent(COMITY_E_INVALID, &one));
}

static void test_a_count_or_a_status_that_cannot_be_is_refused(void **state)
{
    (void)state;
    static const int32_t statuses[] = {0, -9, 1, -10, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < 6; i++) {
        struct buffer out;
        struct wire_frame frame;
        comity_status status;
        struct comity_result put = COMITY_RESULT_INIT, got = COMITY_RESULT_INIT;
        put.kept = i % 2 ? UINT64_MAX : 5;
        buffer_init(&out, 0);
        size_t start = wire_begin(&out, WORKER_DONE);
        wire_put_u32(&out, (uint32_t)statuses[i]);
        worker_put_result(&out, &put);
        wire_end(&out, start);
        assert_int_equal(next_of(&out, &frame), COMITY_OK);
        assert_int_equal(worker_get_status(&frame, &status), i < 2);
        assert_int_equal(worker_get_result(&frame, &got), i % 2 == 0);
        buffer_free(&out);
    }
}

static void test_memory_that_is_not_there_sticks_to_the_buffer(void **state)
{
    (void)state;
    for (unsigned long n = 0;; n++) {
        struct buffer out;
        struct wire_frame frame;
        buffer_init(&out, 0);
        failing_alloc_after(n);
        put_finding(&out);
        bool failed = failing_alloc_stop();
        if (failed)
            assert_int_equal(buffer_status(&out), COMITY_E_NOMEM);
        else
            assert_int_equal(next_of(&out, &frame), COMITY_OK);
        buffer_free(&out);
        if (!failed)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_finding_comes_through),
        cmocka_unit_test(test_a_document_comes_through_with_nul_in_its_bytes),
        cmocka_unit_test(test_frames_follow_one_another),
        cmocka_unit_test(test_a_frame_cut_anywhere_is_not_there_yet),
        cmocka_unit_test(test_a_frame_whose_end_lies_is_refused),
        cmocka_unit_test(test_a_frame_over_the_limit_is_refused_before_it_is_there),
        cmocka_unit_test(test_no_length_leads_out_of_the_frame),
        cmocka_unit_test(test_a_text_needs_its_end),
        cmocka_unit_test(test_nul_in_a_string_is_refused_and_in_a_text_is_not),
        cmocka_unit_test(test_what_is_bad_once_stays_bad),
        cmocka_unit_test(test_a_document_that_contradicts_itself_is_refused),
        cmocka_unit_test(test_a_finding_without_code_is_refused_and_a_rank_has_bounds),
        cmocka_unit_test(test_a_finding_that_could_not_be_is_refused),
        cmocka_unit_test(test_a_result_that_contradicts_itself_is_refused),
        cmocka_unit_test(test_a_count_or_a_status_that_cannot_be_is_refused),
        cmocka_unit_test(test_memory_that_is_not_there_sticks_to_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
