/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The account of transfers: whatever is done to a line of it is seen, and where; and which
 * addresses are public. */
#include "submit/account.h"
#include "submit/transfer.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define LINES 12

struct lines {
    char *line[LINES];
    size_t count;
};

static struct lines lines;
static struct account_head head;

static comity_status keep(void *user, int64_t number, const char *line)
{
    (void)user;
    assert_int_equal(number, lines.count + 1);
    lines.line[lines.count] = strdup(line);
    assert_non_null(lines.line[lines.count]);
    lines.count++;
    return COMITY_OK;
}

static int write_lines(void **state)
{
    char folder[] = "/tmp/comity-account-XXXXXX", path[100];
    static const char *const files[] = {"comity.db", "comity.db-wal", "comity.db-shm"};
    struct store store;
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(store_open(&store, folder), COMITY_OK);
    for (int i = 0; i < LINES; i++) {
        char item[20];
        snprintf(item, sizeof item, "item \"%d\"", i);
        const struct account_member members[] = {
            {"item", item}, {"left out", NULL}, {"state", "DE"}, {NULL, NULL}};
        assert_int_equal(account_add(&store, 1790000000 + i, "transfer", members), COMITY_OK);
    }
    assert_int_equal(account_each(&store, 1, keep, NULL), COMITY_OK);
    assert_int_equal(account_head(&store, &head), COMITY_OK);
    assert_int_equal(head.number, LINES);
    store_close(&store);
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static int free_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < lines.count; i++)
        free(lines.line[i]);
    return 0;
}

/* The number of the first bad line, LINES + 1 where only the end is missing; 0: all is good. */
static size_t first_bad(char *const *line, size_t count, const struct account_head *known)
{
    struct account_check check;
    account_check_init(&check, known);
    for (size_t i = 0; i < count; i++)
        if (!account_check_line(&check, line[i], strlen(line[i])))
            return i + 1;
    return account_check_end(&check) ? 0 : LINES + 1;
}

static void test_what_was_written_is_good(void **state)
{
    (void)state;
    assert_int_equal(first_bad(lines.line, LINES, NULL), 0);
    assert_int_equal(first_bad(lines.line, LINES, &head), 0);
}

static void test_any_bit_is_seen_in_its_line(void **state)
{
    (void)state;
    size_t tried = 0;
    for (size_t i = 0; i < LINES; i++)
        for (size_t at = 0; lines.line[i][at]; at++)
            for (int bit = 0; bit < 8; bit++) {
                char before = lines.line[i][at];
                lines.line[i][at] = (char)(before ^ (1 << bit));
                assert_int_equal(first_bad(lines.line, LINES, NULL), i + 1);
                lines.line[i][at] = before;
                tried++;
            }
    assert_true(tried > 10000);
}

static void test_a_line_taken_out_is_seen_where_it_was(void **state)
{
    char *left[LINES];
    (void)state;
    for (size_t i = 0; i + 1 < LINES; i++) {
        size_t count = 0;
        for (size_t at = 0; at < LINES; at++)
            if (at != i)
                left[count++] = lines.line[at];
        assert_int_equal(first_bad(left, count, NULL), i + 1);
    }
}

static void test_lines_that_were_moved_or_doubled_are_seen(void **state)
{
    char *left[LINES + 1];
    (void)state;
    for (size_t i = 0; i + 1 < LINES; i++) {
        memcpy(left, lines.line, sizeof lines.line);
        left[i] = lines.line[i + 1];
        left[i + 1] = lines.line[i];
        assert_int_equal(first_bad(left, LINES, NULL), i + 1);
        memcpy(left, lines.line, (i + 1) * sizeof *left);
        memcpy(left + i + 1, lines.line + i, (LINES - i) * sizeof *left);
        assert_int_equal(first_bad(left, LINES + 1, NULL), i + 2);
    }
}

static void test_an_end_that_is_cut_off_is_seen_by_the_head(void **state)
{
    (void)state;
    for (size_t count = 0; count < LINES; count++) {
        assert_int_equal(first_bad(lines.line, count, NULL), 0);
        assert_int_equal(first_bad(lines.line, count, &head), LINES + 1);
    }
    struct account_head other = head;
    other.sha256[3] = other.sha256[3] == '0' ? '1' : '0';
    assert_int_equal(first_bad(lines.line, LINES, &other), LINES);
}

static void test_only_public_addresses_are_public(void **state)
{
    static const char *const private4[] = {
        "0.0.0.0",     "10.1.2.3",    "100.64.0.1",   "127.0.0.1",       "127.255.255.255",
        "169.254.1.1", "172.16.0.1",  "172.31.9.9",   "192.0.0.8",       "192.0.2.1",
        "192.168.1.1", "198.18.0.1",  "198.51.100.7", "203.0.113.9",     "224.0.0.1",
        "240.0.0.1",   "192.88.99.1", "100.127.0.1",  "255.255.255.255", "198.19.255.1"};
    static const char *const public4[] = {"8.8.8.8",       "1.1.1.1",     "172.32.0.1",
                                          "192.167.1.1",   "100.128.0.1", "11.0.0.1",
                                          "223.255.255.1", "169.253.1.1"};
    static const char *const private6[] = {
        "::",      "::1",         "fe80::1",         "fc00::1",        "fd12::1",
        "ff02::1", "2001:db8::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:0a00:0001::1",
        "2001::1", "::127.0.0.1", "fec0::1",         "3fff::1",        "::ffff:127.0.0.1"};
    static const char *const public6[] = {"2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8",
                                          "64:ff9b::808:808", "2002:0808:0808::1"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(private4) + COUNT_OF(public4); i++) {
        bool is_public = i >= COUNT_OF(private4);
        struct sockaddr_in four = {.sin_family = AF_INET};
        const char *text = is_public ? public4[i - COUNT_OF(private4)] : private4[i];
        assert_int_equal(inet_pton(AF_INET, text, &four.sin_addr), 1);
        if (address_is_public((struct sockaddr *)&four) != is_public)
            fail_msg("%s", text);
    }
    for (size_t i = 0; i < COUNT_OF(private6) + COUNT_OF(public6); i++) {
        bool is_public = i >= COUNT_OF(private6);
        struct sockaddr_in6 six = {.sin6_family = AF_INET6};
        const char *text = is_public ? public6[i - COUNT_OF(private6)] : private6[i];
        assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
        if (address_is_public((struct sockaddr *)&six) != is_public)
            fail_msg("%s", text);
    }
    struct sockaddr other = {.sa_family = AF_UNIX};
    assert_false(address_is_public(&other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_written_is_good),
        cmocka_unit_test(test_any_bit_is_seen_in_its_line),
        cmocka_unit_test(test_a_line_taken_out_is_seen_where_it_was),
        cmocka_unit_test(test_lines_that_were_moved_or_doubled_are_seen),
        cmocka_unit_test(test_an_end_that_is_cut_off_is_seen_by_the_head),
        cmocka_unit_test(test_only_public_addresses_are_public),
    };
    return cmocka_run_group_tests(tests, write_lines, free_lines);
}
