/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The outbox where two meet in it: a person decides about an item that a run has taken
 * meanwhile; and when what was turned away is sent again. */
#include "submit/outbox.h"
#include "submit/sending.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOW 1790000000

static char folder[] = "/tmp/comity-outbox-XXXXXX";
static struct store store;

static int open_store(void **state)
{
    (void)state;
    return mkdtemp(folder) && store_open(&store, folder) == COMITY_OK ? 0 : -1;
}

static int close_store(void **state)
{
    static const char *const files[] = {"comity.db", "comity.db-wal", "comity.db-shm"};
    (void)state;
    store_close(&store);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[100];
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static void put_item(struct outbox_item *item)
{
    char message[200];
    bool is_new = false;
    *item = (struct outbox_item){.media_type = strdup("application/json"),
                                 .kind = strdup("preservation"),
                                 .reference = strdup("R-1"),
                                 .to_state = strdup("KE"),
                                 .channel = strdup(""),
                                 .reason = strdup(""),
                                 .payload = strdup("{}"),
                                 .size = 2};
    assert_int_equal(endpoint_make(&item->endpoint, "one", "https://one.example/in", "https",
                                   "convention-json", NULL, message, sizeof message),
                     COMITY_OK);
    memset(item->sha256, 'a', SHA256_HEX_SIZE);
    outbox_identify(item);
    assert_int_equal(outbox_put(&store, item, NOW, &is_new), COMITY_OK);
    assert_true(is_new);
}

static comity_status drop_it(void *user, struct outbox_item *item)
{
    *(int *)user += 1;
    outbox_free_item(item);
    return COMITY_OK;
}

static void test_a_person_decides_about_what_was_seen_alone(void **state)
{
    struct outbox_item item, found;
    char message[200];
    int taken = 0;
    (void)state;
    put_item(&item);
    assert_int_equal(outbox_find(&store, item.id, &found, message, sizeof message), COMITY_OK);
    assert_int_equal(found.state, OUTBOX_QUEUED);
    assert_int_equal(outbox_take(&store, NOW, NOW - 1, 9, drop_it, &taken), COMITY_OK);
    assert_int_equal(taken, 0); /* it was not due then */
    assert_int_equal(outbox_take(&store, NOW, NOW, 9, drop_it, &taken), COMITY_OK);
    assert_int_equal(taken, 1);
    /* it was queued when it was found, and is on its way now */
    assert_int_equal(outbox_decide(&store, &found, OUTBOX_DEAD, "late", NOW), COMITY_END);
    outbox_free_item(&found);
    assert_int_equal(outbox_find(&store, item.id, &found, message, sizeof message), COMITY_OK);
    assert_int_equal(found.state, OUTBOX_SENDING);
    assert_int_equal(outbox_decide(&store, &found, OUTBOX_HELD, "in time", NOW), COMITY_OK);
    outbox_free_item(&found);
    outbox_free_item(&item);
}

/* Of 10,000 clients that are turned away at once no two seconds of an hour's bound see more
 * than three times the mean. */
static void test_those_who_were_turned_away_do_not_come_back_at_once(void **state)
{
    static int buckets[1801];
    int most = 0;
    (void)state;
    for (int i = 0; i < 10000; i++) {
        int64_t wait = sending_wait(10, 3600, 20);
        assert_in_range(wait, 0, 3600);
        buckets[wait / 2]++;
    }
    for (int i = 0; i < 1800; i++)
        most = buckets[i] > most ? buckets[i] : most;
    assert_true(most <= 3 * 10000 / 1800 + 5);
    for (int i = 0; i < 1000; i++) {
        assert_in_range(sending_wait(10, 3600, 1), 0, 10);
        assert_in_range(sending_wait(10, 3600, 3), 0, 40);
        assert_int_equal(sending_wait(0, 3600, 9), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_person_decides_about_what_was_seen_alone),
        cmocka_unit_test(test_those_who_were_turned_away_do_not_come_back_at_once),
    };
    return cmocka_run_group_tests(tests, open_store, close_store);
}
