/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Memory that two processes share: what is put is what is read, room comes back, and no place
 * that a frame names is believed. */
#include "runtime/shared.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

#define ROOM ((size_t)8192)

struct pair {
    struct shared here, there; /* who reads, and who puts */
    struct buffer out;
};

static void open_pair(struct pair *pair)
{
    assert_int_equal(shared_make(&pair->here, ROOM), COMITY_OK);
    assert_int_equal(shared_join(&pair->there, dup(pair->here.fd), ROOM, 0), COMITY_OK);
    buffer_init(&pair->out, 0);
}

static void close_pair(struct pair *pair)
{
    shared_close(&pair->here);
    shared_close(&pair->there);
    buffer_free(&pair->out);
}

/* Puts so many bytes of one letter, and reads them at the other end; returns the end of the
 * place, 0 where they came in the frame. */
static uint64_t carry(struct pair *pair, char letter, size_t size)
{
    struct wire_frame frame;
    size_t whole, len;
    uint64_t end;
    char *bytes = malloc(size + 1);
    assert_non_null(bytes);
    memset(bytes, letter, size);
    buffer_clear(&pair->out);
    size_t start = wire_begin(&pair->out, 1);
    shared_put_text(&pair->out, &pair->there, bytes, size);
    wire_end(&pair->out, start);
    assert_int_equal(wire_next(pair->out.bytes, pair->out.size, SIZE_MAX, &frame, &whole),
                     COMITY_OK);
    const char *text = shared_text(&frame, &pair->here, &len, &end);
    assert_true(wire_is_done(&frame));
    assert_int_equal(len, size);
    assert_memory_equal(text, bytes, size);
    free(bytes);
    return end;
}

static void test_bytes_come_through_again_and_again(void **state)
{
    struct pair pair;
    (void)state;
    open_pair(&pair);
    size_t shared = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t end = carry(&pair, (char)('a' + i % 26), 300 + (size_t)(i * 37) % 3000);
        shared += end != 0;
        shared_free(&pair.here, end);
    }
    assert_int_equal(shared, 1000);
    close_pair(&pair);
}

static void test_what_has_no_room_comes_in_the_frame(void **state)
{
    struct pair pair;
    (void)state;
    open_pair(&pair);
    assert_int_equal(carry(&pair, 'a', 0), 0);
    assert_int_equal(carry(&pair, 'b', 20), 0);       /* too short to be worth it */
    assert_int_equal(carry(&pair, 'c', ROOM + 1), 0); /* longer than all of it */
    uint64_t first = carry(&pair, 'd', 5000), second;
    assert_int_equal(first, 5000);
    assert_int_equal(carry(&pair, 'e', 5000), 0); /* while the other is needed */
    shared_free(&pair.here, first);
    second = carry(&pair, 'f', 5000); /* in one piece: from the beginning again */
    assert_int_equal(second, ROOM + 5000);
    shared_free(&pair.here, second);
    assert_int_equal(carry(&pair, 'g', ROOM), 0); /* it would not be in one piece */
    close_pair(&pair);
}

static void test_a_new_process_goes_on_behind_what_is_needed(void **state)
{
    struct pair pair;
    (void)state;
    open_pair(&pair);
    uint64_t end = carry(&pair, 'a', 4000);
    shared_close(&pair.there);
    assert_int_equal(shared_join(&pair.there, dup(pair.here.fd), ROOM, end), COMITY_OK);
    const char *before = pair.here.bytes;
    assert_int_equal(carry(&pair, 'b', 4000), 8000);
    assert_int_equal(before[3999], 'a');
    assert_int_equal(carry(&pair, 'c', 4000), 0);
    close_pair(&pair);
}

static void test_no_place_is_believed(void **state)
{
    static const struct {
        uint64_t end, size;
    } places[] = {{1, 2},
                  {ROOM, ROOM + 1},
                  {ROOM + 10, 20}, /* around the end */
                  {UINT64_MAX, UINT64_MAX},
                  {UINT64_MAX, ROOM},
                  {5, UINT64_MAX},
                  {UINT64_MAX, UINT64_MAX - 5}};
    struct pair pair;
    (void)state;
    open_pair(&pair);
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        struct wire_frame frame;
        size_t whole, len = 9;
        uint64_t end = 9;
        buffer_clear(&pair.out);
        size_t start = wire_begin(&pair.out, 1);
        wire_put_u64(&pair.out, places[i].end);
        wire_put_u64(&pair.out, places[i].size);
        wire_end(&pair.out, start);
        wire_next(pair.out.bytes, pair.out.size, SIZE_MAX, &frame, &whole);
        assert_null(shared_text(&frame, &pair.here, &len, &end));
        assert_false(wire_is_done(&frame));
        assert_int_equal(len, 0);
        assert_int_equal(end, 0);
        wire_next(pair.out.bytes, pair.out.size, SIZE_MAX, &frame, &whole);
        assert_null(shared_text(&frame, NULL, &len, &end)); /* where nothing is shared */
        assert_false(wire_is_done(&frame));
    }
    close_pair(&pair);
}

static void test_who_reads_can_never_write(void **state)
{
    struct pair pair;
    struct shared reads;
    (void)state;
    open_pair(&pair);
    carry(&pair, 'a', 1000);
    int fd = dup(pair.here.read_fd);
    assert_true(mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
    assert_int_equal(shared_join(&reads, fd, ROOM, 0), COMITY_OK);
    assert_int_equal(reads.bytes[999], 'a');
    char *page = reads.bytes - 4096;
    assert_int_not_equal(mprotect(page, 4096 + ROOM, PROT_READ | PROT_WRITE), 0);
    shared_close(&reads);
    close_pair(&pair);
}

static void test_nobody_can_cut_it(void **state)
{
    struct pair pair;
    (void)state;
    open_pair(&pair);
    assert_int_not_equal(ftruncate(pair.here.fd, 0), 0);
    assert_int_not_equal(ftruncate(pair.here.fd, 1 << 20), 0);
    close_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_come_through_again_and_again),
        cmocka_unit_test(test_what_has_no_room_comes_in_the_frame),
        cmocka_unit_test(test_a_new_process_goes_on_behind_what_is_needed),
        cmocka_unit_test(test_no_place_is_believed),
        cmocka_unit_test(test_who_reads_can_never_write),
        cmocka_unit_test(test_nobody_can_cut_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
