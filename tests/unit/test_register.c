/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The register: which authority and endpoint a request is routed to, and what an endpoint is
 * made of. */
#include "submit/register.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include "failing_alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct store store;
static char folder[40];

static int make_store(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/comity-register-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(store_open(&store, folder), COMITY_OK);
    return 0;
}

static int remove_store(void **state)
{
    static const char *const files[] = {"comity.db", "comity.db-wal", "comity.db-shm"};
    char path[100];
    (void)state;
    store_close(&store);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static void put(const char *state, const char *role, const char *territory, const char *name,
                const char *languages, const char *endpoint)
{
    struct authority authority = {.state = state,
                                  .role = role,
                                  .territory = territory,
                                  .name = name,
                                  .languages = languages};
    struct endpoint_text text = {endpoint, "https://a.example/", "https", "convention-json",
                                 NULL};
    enum register_change change;
    int64_t owner;
    assert_int_equal(register_put(&store, &authority, &change) < 0, 0);
    if (endpoint)
        assert_int_equal(
            register_put_endpoint(&store, &text, authority.id, &change, &owner) < 0, 0);
}

/* Where a request goes; "": nowhere. */
static void goes_to(const char *state, const char *role, const char *territory,
                    const char *expected, const char *expected_name, const char *tags)
{
    struct endpoint endpoint;
    char *name = NULL, *languages = NULL;
    comity_status status =
        register_route(&store, state, role, territory, &endpoint, &name, &languages);
    assert_int_equal(status, *expected ? COMITY_OK : COMITY_END);
    if (*expected) {
        assert_string_equal(endpoint.name, expected);
        assert_string_equal(name, expected_name);
        assert_string_equal(languages, tags);
    } else {
        assert_null(name);
        assert_null(languages);
    }
    endpoint_free(&endpoint);
    free(name);
    free(languages);
}

static void test_route_is_the_least_id_that_has_an_endpoint(void **state)
{
    (void)state;
    put("DE", "central-authority", "", "without", "de", NULL);
    put("DE", "central-authority", "North", "Z", "de,en", "z-2");
    put("DE", "central-authority", "North", "Z", NULL, "z-1");
    put("DE", "central-authority", "", "A", "", "a");
    put("DE", "24-7", "", "B", "fr", "b");
    goes_to("DE", "central-authority", NULL, "z-1", "Z", "de,en");
    goes_to("DE", "central-authority", "", "a", "A", "");
    goes_to("DE", "central-authority", "North", "z-1", "Z", "de,en");
    goes_to("DE", "24-7", NULL, "b", "B", "fr");
}

static void test_route_is_none_where_nothing_fits(void **state)
{
    (void)state;
    put("DE", "central-authority", "", "A", "de", NULL);
    put("DE", "24-7", "", "B", "de", "b");
    goes_to("DE", "central-authority", NULL, "", NULL, NULL);
    goes_to("DE", "24-7", "South", "", NULL, NULL);
    goes_to("FR", "24-7", NULL, "", NULL, NULL);
    goes_to("' OR 1=1 --", "24-7", NULL, "", NULL, NULL);
}

static void test_route_refuses_what_was_written_past_the_checks(void **state)
{
    static const char *const changes[] = {
        "UPDATE endpoint SET url='http://a.example/'",
        "UPDATE endpoint SET url='https://a.example/', settings='{\"pins\":[]}'",
        "UPDATE endpoint SET settings='{'",
    };
    (void)state;
    put("DE", "24-7", "", "B", "de", "b");
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct endpoint endpoint;
        char *name = NULL, *languages = NULL;
        assert_int_equal(store_run(&store, changes[i]), COMITY_OK);
        assert_int_equal(
            register_route(&store, "DE", "24-7", NULL, &endpoint, &name, &languages),
            COMITY_E_INVALID);
        assert_non_null(strstr(store.message, "endpoint b"));
        assert_null(endpoint.url);
        assert_int_equal(endpoint_find(&store, "b", &endpoint), COMITY_E_INVALID);
    }
}

static void test_endpoint_keeps_what_protects_where_a_member_is_wrong(void **state)
{
    char message[240] = "";
    struct endpoint endpoint;
    (void)state;
    assert_int_equal(endpoint_make(&endpoint, "https://a.example/", "https://a.example/",
                                   "https", "convention-json", NULL, message, sizeof message),
                     COMITY_OK);
    assert_int_equal(endpoint_number(&endpoint, "seconds", 30), 30);
    assert_false(endpoint_flag(&endpoint, "internal"));
    assert_null(endpoint_text(&endpoint, "ca"));
    endpoint_free(&endpoint);
    assert_int_equal(endpoint_make(&endpoint, "e", "https://a.example/", "https", "f",
                                   "{\"seconds\":7,\"internal\":true,\"ca\":\"/no/such\"}",
                                   message, sizeof message),
                     COMITY_E_USAGE);
    assert_non_null(strstr(message, "/no/such"));
    assert_int_equal(endpoint_number(&endpoint, "seconds", 30), 7);
    assert_true(endpoint_flag(&endpoint, "internal"));
    assert_string_equal(endpoint_text(&endpoint, "ca"), "/no/such");
    char *settings = endpoint_settings(&endpoint);
    assert_string_equal(settings, "{\"seconds\":7,\"internal\":true,\"ca\":\"/no/such\"}");
    free(settings);
    endpoint_free(&endpoint);
    endpoint_free(&endpoint); /* once more does no harm */
}

static void test_route_without_memory_is_told_and_leaves_nothing(void **state)
{
    (void)state;
    put("DE", "24-7", "", "B", "de", "b");
    bool is_done = false;
    for (unsigned long n = 0; !is_done; n++) {
        struct endpoint endpoint;
        char *name = NULL, *languages = NULL;
        failing_alloc_after(n);
        comity_status status =
            register_route(&store, "DE", "24-7", NULL, &endpoint, &name, &languages);
        is_done = !failing_alloc_stop();
        bool is_good = status == COMITY_OK;
        assert_true(is_good || status < COMITY_OK);
        assert_true(is_good || !is_done);
        assert_true(is_good == (name != NULL) && is_good == (endpoint.settings != NULL));
        endpoint_free(&endpoint);
        free(name);
        free(languages);
    }
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, make_store, remove_store)
    const struct CMUnitTest tests[] = {
        WITH_STORE(test_route_is_the_least_id_that_has_an_endpoint),
        WITH_STORE(test_route_is_none_where_nothing_fits),
        WITH_STORE(test_route_refuses_what_was_written_past_the_checks),
        WITH_STORE(test_route_without_memory_is_told_and_leaves_nothing),
        cmocka_unit_test(test_endpoint_keeps_what_protects_where_a_member_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
