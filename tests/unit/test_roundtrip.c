/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Properties, tried on random documents of fixed seeds: canonical records come back byte for
 * byte; whatever is done to a notice, it comes back as it was, and every leaf is accounted for.
 * And every allocation of a conversion fails once.
 *
 * Build: with tests/support/failing_alloc.c and made_records.c, linked as they say.
 * COMITY_PLUGIN_PATH names the folder of the plugins. */
#include "converted.h"
#include "failing_alloc.h"
#include "kit/made_records.h"
#include "notices.h"
#include "whole_record.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

/* A runner such as valgrind makes all of it slow: then a part must do. */
static unsigned tries(unsigned usual)
{
    const char *runner = getenv("UNIT_RUNNER");
    return runner && *runner ? usual / 100 : usual;
}

static void same_record(struct whole_record *whole, enum syntax_id syntax, const char *text,
                        size_t size, const char *wanted)
{
    if (whole_read(whole, syntax, text, size) != COMITY_OK)
        fail_msg("%s\n%s: %s", text, whole->found.all[0].code, whole->found.all[0].message);
    const char *back = whole_json(whole);
    if (strcmp(back, wanted) != 0)
        fail_msg("%s\ncame back as %s", wanted, back);
}

static void test_random_records_come_back_byte_for_byte(void **state)
{
    (void)state;
    struct chance chance = {20260101};
    bool met[FIELD_COUNT] = {false};
    struct whole_record whole;
    struct buffer text, xml;
    unsigned count = tries(10000);
    whole_init(&whole);
    buffer_init(&text, 0);
    buffer_init(&xml, 0);
    for (unsigned i = 0; i < count; i++) {
        buffer_clear(&text);
        made_random(&chance, &text, met);
        buffer_char(&text, '\0');
        same_record(&whole, SYNTAX_JSON, text.bytes, text.size - 1, text.bytes);
        if (i % 4 != 0)
            continue;
        buffer_clear(&xml);
        convention_write_xml(&whole.record, &xml);
        buffer_char(&xml, '\0');
        same_record(&whole, SYNTAX_XML, xml.bytes, xml.size - 1, text.bytes);
    }
    for (uint16_t id = 0; id < FIELD_COUNT && count == 10000; id++)
        if (!met[id])
            fail_msg("%s.%s was never tried", groups[field_group(id)].name, fields[id].name);
    buffer_free(&xml);
    buffer_free(&text);
    whole_free(&whole);
}

/* --- notices, and what can be done to them */

struct mutation {
    struct chance chance;
    const struct tree *tree;
    struct buffer *out;
    unsigned percent; /* how often something is done to a member */
};

static void put_mutated(struct mutation *m, uint32_t index);

static void put_name(struct mutation *m, unsigned number)
{
    struct buffer name;
    buffer_init(&name, 0);
    buffer_format(&name, "%u", number); /* so that no name stands twice */
    chance_text(&m->chance, &name);
    json_put_string(m->out, name.bytes, name.size);
    buffer_free(&name);
}

static void put_members(struct mutation *m, uint32_t index)
{
    uint32_t members[64];
    unsigned count = 0;
    for (uint32_t i = tree_node(m->tree, index)->first; i && count < 64;
         i = tree_node(m->tree, i)->next)
        members[count++] = i;
    for (unsigned i = count; i > 1 && chance_of(&m->chance, 15); i--) { /* out of order */
        unsigned other = chance_below(&m->chance, count);
        uint32_t kept = members[i - 1];
        members[i - 1] = members[other];
        members[other] = kept;
    }
    size_t start = m->out->size;
    for (unsigned i = 0; i < count; i++) {
        const struct comity_node *node = tree_node(m->tree, members[i]);
        if (chance_of(&m->chance, m->percent / 3))
            continue; /* taken out */
        if (m->out->size > start)
            buffer_char(m->out, ',');
        if (chance_of(&m->chance, m->percent / 3)) { /* one that nobody knows before it */
            put_name(m, i);
            buffer_char(m->out, ':');
            chance_json(&m->chance, 2, m->out);
            buffer_char(m->out, ',');
        }
        json_put_string(m->out, node->name, node->name_len);
        buffer_char(m->out, ':');
        put_mutated(m, members[i]);
    }
}

static void put_mutated(struct mutation *m, uint32_t index)
{
    const struct comity_node *node = tree_node(m->tree, index);
    if (index != 1 && chance_of(&m->chance, m->percent)) {
        chance_json(&m->chance, 2, m->out);
    } else if (node->kind == COMITY_NODE_GROUP) {
        buffer_char(m->out, '{');
        put_members(m, index);
        buffer_char(m->out, '}');
    } else if (node->kind == COMITY_NODE_LIST) {
        buffer_char(m->out, '[');
        for (uint32_t i = node->first; i; i = tree_node(m->tree, i)->next) {
            put_mutated(m, i);
            if (tree_node(m->tree, i)->next)
                buffer_char(m->out, ',');
        }
        buffer_char(m->out, ']');
    } else {
        json_put_node(m->out, m->tree, index);
    }
}

/* --- trees compared */

static bool same_nodes(const struct tree *a, uint32_t in_a, const struct tree *b, uint32_t in_b)
{
    const struct comity_node *one = tree_node(a, in_a), *other = tree_node(b, in_b);
    if (one->kind != other->kind || one->count != other->count ||
        one->name_len != other->name_len || one->text_len != other->text_len ||
        (one->name_len && memcmp(one->name, other->name, one->name_len) != 0) ||
        (one->text_len && memcmp(one->text, other->text, one->text_len) != 0))
        return false;
    uint32_t i = one->first, k = other->first;
    for (; i && k; i = tree_node(a, i)->next, k = tree_node(b, k)->next)
        if (!same_nodes(a, i, b, k))
            return false;
    return i == k;
}

struct parsed {
    struct arena arena;
    struct tree tree;
};

static void parse(struct parsed *parsed, const char *text, size_t size)
{
    struct limits limits = LIMITS_INIT;
    struct syntax_error error;
    size_t used = 0;
    arena_init(&parsed->arena, 0);
    tree_init(&parsed->tree, &parsed->arena);
    if (json_read(&parsed->tree, text, size, true, &limits, &used, &error) != COMITY_OK)
        fail_msg("%s: %s", text, error.message);
}

static uint64_t leaves(const struct tree *tree)
{
    uint64_t count = 0;
    for (uint32_t i = 1; i < tree->count; i++)
        count += tree_is_leaf(tree, tree_node(tree, i));
    return count;
}

static void forget(struct parsed *parsed)
{
    tree_free(&parsed->tree);
    arena_free(&parsed->arena);
}

/* --- there and back */

struct trial {
    const char *format, *base, *canonical_format;
    uint64_t seed;
    unsigned count, percent;
};

static void check_account(const struct converted *converted, const struct tree *tree,
                          const char *text)
{
    const struct comity_result *r = &converted->result;
    uint64_t sum = r->mapped + r->approximated + r->kept + r->dropped;
    if (r->documents != 1 || sum != leaves(tree) || r->dropped != 0 || r->losses != 0)
        fail_msg("%s\n%u documents, %u leaves of which %u+%u+%u+%u, %u losses: %s", text,
                 (unsigned)r->documents, (unsigned)leaves(tree), (unsigned)r->mapped,
                 (unsigned)r->approximated, (unsigned)r->kept, (unsigned)r->dropped,
                 (unsigned)r->losses,
                 converted->found.count
                     ? converted->found.all[converted->found.count - 1].message
                     : "");
}

static void one_notice(struct converted *there, struct converted *back, const char *text,
                       size_t size, const struct trial *trial, unsigned *refused)
{
    struct parsed source;
    parse(&source, text, size);
    if (converted_run(there, trial->format, trial->canonical_format, text, size) != COMITY_OK)
        fail_msg("%s\n%s: %s", text, there->found.all[0].code, there->found.all[0].message);
    check_account(there, &source.tree, text);
    const char *canonical = converted_text(there);
    comity_status status =
        converted_run(back, trial->canonical_format, trial->format, canonical, there->out.size);
    if (status == COMITY_E_INVALID && converted_met(back, "model.required")) {
        (*refused)++; /* what the format requires was taken out */
        assert_int_equal(back->out.size, 0);
    } else {
        if (status != COMITY_OK)
            fail_msg("%s\n%s\n%s: %s", text, canonical, back->found.all[0].code,
                     back->found.all[0].message);
        struct parsed again;
        converted_text(back);
        parse(&again, back->out.bytes, back->out.size);
        if (!same_nodes(&source.tree, 1, &again.tree, 1))
            fail_msg("%s\nby %s\ncame back as %s", text, canonical, back->out.bytes);
        assert_int_equal(back->result.losses, 0);
        assert_int_equal(back->result.dropped, 0);
        forget(&again);
    }
    forget(&source);
}

static void try_notices(const struct trial *trial)
{
    struct converted there, back;
    struct parsed base;
    struct buffer text;
    unsigned refused = 0, count = tries(trial->count);
    converted_init(&there);
    converted_init(&back);
    assert_int_equal(converted_open(&there), COMITY_OK);
    assert_int_equal(converted_open(&back), COMITY_OK);
    parse(&base, trial->base, strlen(trial->base));
    buffer_init(&text, 0);
    struct mutation m = {
        .chance = {trial->seed}, .tree = &base.tree, .out = &text, .percent = trial->percent};
    for (unsigned i = 0; i < count; i++) {
        buffer_clear(&text);
        put_mutated(&m, 1);
        buffer_char(&text, '\0');
        one_notice(&there, &back, text.bytes, text.size - 1, trial, &refused);
    }
    assert_true(refused < count);
    buffer_free(&text);
    forget(&base);
    converted_free(&back);
    converted_free(&there);
}

static void test_a_notice_comes_back_whatever_is_done_to_it(void **state)
{
    (void)state;
    static const struct trial trials[] = {
        {"interpol-red", RED_NOTICE, "convention-json", 1, 100, 0},
        {"interpol-red", RED_NOTICE, "convention-json", 2, 4000, 4},
        {"interpol-red", RED_NOTICE, "convention-json", 3, 2000, 15},
        {"interpol-red", RED_NOTICE, "convention-xml", 4, 1000, 8},
    };
    for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++)
        try_notices(&trials[i]);
}

#define UN_NOTICE                                                                            \
    "{\"entity_id\":\"1900/3\",\"un_reference\":\"QX.1\",\"un_reference_date\":\"2001/02/"   \
    "03\","                                                                                  \
    "\"un_resolution\":1267,\"name\":\"TESTA\",\"forename\":\"-\",\"name_at_birth\":"        \
    "\"TESTS\","                                                                             \
    "\"date_of_birth\":\"1971\",\"sex_id\":\"M\",\"nationalities\":[\"LV\"],\"height\":0,"   \
    "\"father_name\":\"A\",\"mother_forename\":\"B\",\"aliases\":[{\"qualification\":"       \
    "\"Good\","                                                                              \
    "\"name\":\"C\"},{\"name\":\"D\",\"date_of_birth\":\"1972/"                              \
    "03\"}],\"identity_documents\":[{"                                                       \
    "\"type\":\"P\",\"nr\":\"1\",\"issued_on\":\"2000/01/01\"}],\"adresses\":[\"x\",\"y\"]," \
    "\"associates\":[{\"name\":\"E\"}],\"purposes\":[\"freeze\"],\"also_known_as\":\"F\","   \
    "\"formerly_known_as\":\"G\",\"administrators\":[{\"name\":\"H\"}],\"_embedded\":{"      \
    "\"links\":[]},\"_links\":{\"self\":{\"href\":\"https://example.org/v1/un/1900-3\"}}}"

static void test_a_listing_comes_back_whatever_is_done_to_it(void **state)
{
    (void)state;
    static const struct trial trials[] = {
        {"interpol-un", UN_NOTICE, "convention-json", 5, 100, 0},
        {"interpol-un", UN_NOTICE, "convention-json", 6, 2000, 5},
        {"interpol-un", UN_NOTICE, "convention-xml", 7, 500, 12},
    };
    for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++)
        try_notices(&trials[i]);
}

static void test_every_leaf_of_a_list_is_accounted_for(void **state)
{
    (void)state;
    struct converted converted;
    struct parsed source;
    static const char text[] = LIST_OF(LIST_NOTICE "," LIST_NOTICE);
    converted_init(&converted);
    assert_int_equal(converted_open(&converted), COMITY_OK);
    assert_int_equal(
        converted_run(&converted, "interpol-list", "convention-json", text, strlen(text)),
        COMITY_OK);
    parse(&source, text, strlen(text));
    const struct comity_result *r = &converted.result;
    assert_int_equal(r->documents, 2);
    assert_int_equal(r->mapped + r->approximated + r->kept + r->dropped, leaves(&source.tree));
    assert_int_equal(r->dropped, 0);
    struct converted back;
    converted_init(&back);
    assert_int_equal(converted_open(&back), COMITY_OK);
    assert_int_equal(converted_run(&back, "convention-json", "interpol-list",
                                   converted_text(&converted), converted.out.size),
                     COMITY_OK);
    assert_int_equal(strncmp(converted_text(&back), text, strlen(text)), 0);
    forget(&source);
    converted_free(&back);
    converted_free(&converted);
}

/* --- memory */

static void fail_each_allocation(struct converted *converted, const char *from, const char *to,
                                 const char *text, size_t size)
{
    struct buffer wanted;
    buffer_init(&wanted, 0);
    assert_int_equal(converted_run(converted, from, to, text, size), COMITY_OK);
    buffer_add(&wanted, converted->out.bytes, converted->out.size);
    for (int goes_on = 0; goes_on < 2; goes_on++) {
        bool failed = true;
        for (unsigned long n = 0; failed; n++) {
            buffer_reserve(&converted->out, wanted.size + 1);
            (goes_on ? failing_alloc_from : failing_alloc_after)(n);
            comity_status status = converted_run(converted, from, to, text, size);
            failed = failing_alloc_stop();
            if (!failed || status == COMITY_OK) {
                assert_int_equal(status, COMITY_OK);
                assert_int_equal(converted->result.documents, 1);
                assert_int_equal(converted->out.size, wanted.size);
                assert_memory_equal(converted->out.bytes, wanted.bytes, wanted.size);
            } else {
                if (status != COMITY_E_NOMEM)
                    fail_msg("allocation %lu gave %d", n, (int)status);
                assert_int_equal(converted->out.size, 0);
            }
        }
    }
    buffer_free(&wanted);
}

static void test_a_conversion_survives_failed_allocations(void **state)
{
    (void)state;
    struct converted converted;
    struct buffer canonical;
    static const char text[] = RED_NOTICE;
    buffer_init(&canonical, 0);
    converted_init(&converted);
    assert_int_equal(converted_open(&converted), COMITY_OK);
    fail_each_allocation(&converted, "interpol-red", "convention-json", text, strlen(text));
    fail_each_allocation(&converted, NULL, "convention-json", text, strlen(text));
    buffer_add(&canonical, converted.out.bytes, converted.out.size);
    fail_each_allocation(&converted, "convention-json", "interpol-red", canonical.bytes,
                         canonical.size);
    fail_each_allocation(&converted, "convention-json", "convention-xml", canonical.bytes,
                         canonical.size);
    buffer_clear(&canonical);
    buffer_add(&canonical, converted.out.bytes, converted.out.size);
    fail_each_allocation(&converted, "convention-xml", "interpol-red", canonical.bytes,
                         canonical.size);
    buffer_free(&canonical);
    converted_free(&converted);
}

static void test_opening_survives_failed_allocations(void **state)
{
    (void)state;
    bool failed = true;
    for (unsigned long n = 0; failed; n++) {
        struct converted converted;
        converted_init(&converted);
        failing_alloc_after(n);
        comity_status status = converted_open(&converted);
        failed = failing_alloc_stop();
        if (status != (failed ? COMITY_E_NOMEM : COMITY_OK))
            fail_msg("allocation %lu gave %d", n, (int)status);
        if (failed)
            assert_null(converted.context);
        converted_free(&converted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_records_come_back_byte_for_byte),
        cmocka_unit_test(test_a_notice_comes_back_whatever_is_done_to_it),
        cmocka_unit_test(test_a_listing_comes_back_whatever_is_done_to_it),
        cmocka_unit_test(test_every_leaf_of_a_list_is_accounted_for),
        cmocka_unit_test(test_a_conversion_survives_failed_allocations),
        cmocka_unit_test(test_opening_survives_failed_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
