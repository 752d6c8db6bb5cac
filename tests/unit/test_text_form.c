/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of forms of labelled text, and of what bounds their reading: what cannot be told
 * apart, places, languages, limits, memory, time.
 *
 * Build: with tests/support/failing_alloc.c, linked as it says. */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

#include "failing_alloc.h"
#include "processor_time.h"
#include "rounds.h"
#include "text_forms.h"

#include "syntax/text_match.h"

static const struct comity_node *child(const struct text_reading *reading, const char *name)
{
    uint32_t index = tree_find(&reading->tree, 1, name, strlen(name), NULL);
    if (!index)
        fail_msg("no node %s", name);
    return tree_node(&reading->tree, index);
}

static comity_status read_text(struct text_reading *reading, const char *text)
{
    return text_reading_read(reading, text, strlen(text));
}

/* --- forms */

struct clash_sample {
    const char *first, *first_number, *second, *second_number;
    uint16_t second_language;
    comity_status status;
};

static comity_status build_two(const struct clash_sample *sample, struct text_clash *clash)
{
    struct text_words words[2] = {
        {sample->first, (uint32_t)strlen(sample->first), 0},
        {sample->second, (uint32_t)strlen(sample->second), sample->second_language}};
    struct text_label labels[3] = {
        {NAMED("0"), SAID(WORDS(0, "other words"))},
        {NAMED("1"), .number = sample->first_number, .words = &words[0], .word_count = 1},
        {NAMED("2"), .number = sample->second_number, .words = &words[1], .word_count = 1}};
    struct text_form form = {.languages = three_languages,
                             .language_count = 3,
                             .labels = labels,
                             .label_count = 3,
                             .layout = {"", ". ", ": ", "", "", ""}};
    struct arena arena;
    arena_init(&arena, 0);
    comity_status status = text_form_build(&form, &arena, clash);
    arena_free(&arena);
    return status;
}

static void test_labels_that_cannot_be_told_apart_are_refused(void **state)
{
    (void)state;
    static const struct clash_sample samples[] = {
        {"Para", NULL, "De", NULL, 0, COMITY_OK},
        {"Para", NULL, "PARÁ:", NULL, 0, COMITY_E_INVALID},
        {"Para que", NULL, "Paraq\nue", NULL, 1, COMITY_E_INVALID},
        {"Para", "1", "Para", "2", 0, COMITY_OK},
        {"Para", "1", "Para", "一", 0, COMITY_E_INVALID},
        {"Para", "1", "Para", NULL, 0, COMITY_OK},
        {"Para", "", "Para", NULL, 0, COMITY_E_INVALID},
        {"Para?", NULL, "Para", NULL, 0, COMITY_OK},
    };
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct text_clash clash = {9, 9};
        if (build_two(&samples[i], &clash) != samples[i].status)
            fail_msg("%s and %s", samples[i].first, samples[i].second);
        if (samples[i].status == COMITY_OK)
            continue;
        assert_int_equal(clash.first, 1);
        assert_int_equal(clash.second, 2);
    }
}

static const struct text_label echo_labels[] = {
    {NAMED("a"), SAID(WORDS(0, "To"))}, {NAMED("b"), SAID(WORDS(0, "A"), WORDS(0, "a"))}};
static const struct text_label empty_labels[] = {{NAMED("a"), SAID(WORDS(0, " : "))}};
static const struct text_label odd_number[] = {
    {NAMED("a"), .number = "1/2", SAID(WORDS(0, "A"))}};

static void test_labels_that_cannot_be_read_at_all_are_refused(void **state)
{
    (void)state;
    static struct text_label many[TEXT_MAX_LABELS + 1];
    static const struct {
        const struct text_label *labels;
        size_t count, clash;
    } samples[] = {{echo_labels, 2, 1},
                   {empty_labels, 1, 0},
                   {odd_number, 1, 0},
                   {many, COUNT_OF(many), 0}};
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct text_form form = {.languages = one_language,
                                 .language_count = 1,
                                 .labels = samples[i].labels,
                                 .label_count = samples[i].count};
        struct text_clash clash = {9, 9};
        struct arena arena;
        arena_init(&arena, 0);
        assert_int_equal(text_form_build(&form, &arena, &clash), COMITY_E_INVALID);
        assert_int_equal(clash.first, samples[i].clash);
        assert_int_equal(clash.second, samples[i].clash);
        assert_null(form.matcher);
        arena_free(&arena);
    }
}

static void test_labels_are_found_by_the_names_of_their_nodes(void **state)
{
    (void)state;
    static const struct text_form *const forms[] = {&brazil, &states, &china, &russia};
    for (size_t f = 0; f < COUNT_OF(forms); f++) {
        struct text_reading reading;
        text_reading_init(&reading, forms[f]);
        for (size_t i = 0; i < reading.form.label_count; i++) {
            const struct text_label *label = &reading.form.labels[i];
            assert_ptr_equal(text_label_named(&reading.form, label->name, label->name_len),
                             label);
            assert_null(text_label_named(&reading.form, label->name, label->name_len - 1));
        }
        assert_null(text_label_named(&reading.form, TEXT_PREAMBLE, sizeof TEXT_PREAMBLE - 1));
        assert_null(text_label_named(&reading.form, "", 0));
        text_reading_free(&reading);
    }
}

static void test_hits_count_different_labels(void **state)
{
    (void)state;
    static const char text[] = "To: x\nDe: y\nFrom: z\nTo:\nReference: w\nThe matter at hand\n";
    struct text_reading reading;
    text_reading_init(&reading, &states);
    assert_int_equal(text_label_hits(&reading.form, text, sizeof(text) - 1, false), 4);
    assert_int_equal(text_label_hits(&reading.form, text, 6, false), 1);
    assert_int_equal(text_label_hits(&reading.form, "{\"To\": 1}", 9, false), 0);
    assert_int_equal(text_label_hits(&reading.form, "", 0, false), 0);
    char *long_text = malloc(65536 + 12);
    assert_non_null(long_text);
    memset(long_text, '\n', 65536);
    memcpy(long_text + 65536 - 6, "To: x\nFrom: y\n", 14);
    assert_int_equal(text_label_hits(&reading.form, long_text, 65536 + 8, false), 1);
    free(long_text);
    text_reading_free(&reading);
}

static void test_the_language_of_most_labels_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint16_t language;
        uint32_t labels;
    } samples[] = {{"To: x\nFrom: y", 0, 2},
                   {"Para: x\nDe: y", 1, 2}, /* Spanish as well as Portuguese */
                   {"Para: x\nOs fatos: y", 2, 2},
                   {"Para: x\nThe facts: y\nReference: z", 0, 3},
                   {"To: x\nDe: y\nReferencia: z\nLos hechos: w", 1, 4},
                   {"To: x\nOs fatos: y", 0, 2}};
    struct text_reading reading;
    text_reading_init(&reading, &states);
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        assert_int_equal(read_text(&reading, samples[i].text), COMITY_OK);
        assert_int_equal(reading.found.language, samples[i].language);
        assert_int_equal(reading.found.labels, samples[i].labels);
    }
    text_reading_free(&reading);
}

/* --- places */

static void assert_place(const struct text_reading *reading, const char *name, uint32_t offset,
                         uint32_t end, uint64_t line, uint64_t column)
{
    const struct comity_node *node = child(reading, name);
    struct place place = tree_place(&reading->tree, node->offset);
    if (node->offset != offset || node->end != end || place.line != line ||
        place.column != column)
        fail_msg("%s: %u to %u, %llu:%llu", name, node->offset, node->end,
                 (unsigned long long)place.line, (unsigned long long)place.column);
}

static void test_nodes_know_where_they_stand(void **state)
{
    (void)state;
    struct text_reading reading;
    text_reading_init(&reading, &brazil);
    assert_int_equal(read_text(&reading, " T\u00E9\n"
                                         "SIGILO\n"
                                         "Tramita\u00E7\u00E3o em sigilo?"
                                         "\n (X) SIM ( ) N\u00C3O\nz\n"
                                         " 2. REMETENTE :  \n"
                                         "3. Autoridade\n"
                                         "   requerente:\n"
                                         "\n   \u00E9x\n   y \n\n"
                                         "_____\n  Z\n"),
                     COMITY_OK);
    assert_int_equal(reading.collected.count, 0);
    assert_int_equal(tree_node(&reading.tree, 1)->offset, 0);
    assert_int_equal(tree_node(&reading.tree, 1)->end, reading.tree.size);
    assert_int_equal(tree_node(&reading.tree, 1)->kind, COMITY_NODE_GROUP);
    assert_int_equal(tree_node(&reading.tree, 1)->count, 6);
    assert_place(&reading, TEXT_PREAMBLE, 1, 11, 1, 2);
    assert_place(&reading, "SIGILO", 37, 53, 4, 2);
    assert_place(&reading, "(after SIGILO)", 54, 55, 5, 1);
    assert_place(&reading, "REMETENTE", 71, 71, 6, 16);
    assert_place(&reading, "AUTORIDADE", 107, 115, 10, 4);
    assert_place(&reading, TEXT_SIGNATURE, 126, 127, 14, 3);
    assert_int_equal(child(&reading, "AUTORIDADE")->text_len, 5);
    text_reading_free(&reading);
}

static void test_a_value_of_one_line_is_lent_by_the_text(void **state)
{
    (void)state;
    struct text_reading reading;
    text_reading_init(&reading, &brazil);
    assert_int_equal(read_text(&reading, "FATOS: abc \r\nREMETENTE: a\nb"), COMITY_OK);
    assert_ptr_equal(child(&reading, "FATOS")->text, reading.copy + 7);
    assert_ptr_equal(child(&reading, "REMETENTE")->text, reading.copy + 24);
    text_reading_free(&reading);
}

static void test_a_path_is_the_name_of_the_node(void **state)
{
    (void)state;
    struct text_reading reading;
    struct buffer path;
    buffer_init(&path, 0);
    text_reading_init(&reading, &brazil);
    assert_int_equal(read_text(&reading, "x\nREFER\u00CANCIA: y"), COMITY_OK);
    tree_path(&reading.tree, 1, &path);
    buffer_char(&path, '|');
    tree_path(&reading.tree, 2, &path);
    buffer_char(&path, '|');
    tree_path(&reading.tree, 3, &path);
    buffer_char(&path, '\0');
    assert_string_equal(path.bytes, "|(preamble)|REFER\u00CANCIA");
    buffer_free(&path);
    text_reading_free(&reading);
}

static void test_the_place_of_the_document_counts(void **state)
{
    (void)state;
    struct text_reading reading;
    text_reading_init(&reading, &brazil);
    const struct charset_map *map = (const struct charset_map *)&reading;
    reading.tree.map = map; /* nothing is reported, so that it is not looked into */
    assert_int_equal(read_text(&reading, "FATOS: x"), COMITY_OK);
    assert_ptr_equal(reading.tree.map, map);
    reading.tree.map = NULL;
    reading.tree.offset = 1000;
    reading.tree.line = 50;
    reading.tree.column = 3;
    assert_int_equal(read_text(&reading, "9. FATOS: x\n9. REMETENTE: y"), COMITY_OK);
    assert_int_equal(reading.collected.all[0].offset, 1000);
    assert_int_equal(reading.collected.all[0].line, 50);
    assert_int_equal(reading.collected.all[0].column, 3);
    assert_int_equal(reading.collected.all[1].offset, 1012);
    assert_int_equal(reading.collected.all[1].line, 51);
    assert_int_equal(reading.collected.all[1].column, 1);
    text_reading_free(&reading);
}

/* --- limits */

static void assert_refused(struct text_reading *reading, comity_status expected,
                           const char *code, uint64_t line)
{
    static const char text[] = "T\nFATOS: a\n   b\nREMETENTE: c\n";
    assert_int_equal(read_text(reading, text), expected);
    assert_int_equal(reading->collected.count, 1);
    assert_string_equal(reading->collected.all[0].code, code);
    assert_int_equal(reading->collected.all[0].severity, COMITY_ERROR);
    assert_int_equal(reading->collected.all[0].line, line);
}

static void test_a_text_without_labels_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "\n", "x", "Fatos gerais", "Atenciosamente", "5.", "{\"FATOS\": 1}", "\uFEFF"};
    struct text_reading reading;
    text_reading_init(&reading, &brazil);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        assert_int_equal(read_text(&reading, texts[i]), COMITY_E_INVALID);
        assert_int_equal(reading.collected.count, 1);
        assert_string_equal(reading.collected.all[0].code, "text.no-label");
        assert_int_equal(reading.collected.all[0].line, 1);
        assert_int_equal(reading.found.labels, 0);
    }
    assert_int_equal(read_text(&reading, "FATOS"), COMITY_OK);
    text_reading_free(&reading);
}

static void test_limits_are_kept(void **state)
{
    (void)state;
    struct text_reading reading;
    text_reading_init(&reading, &brazil);
    reading.limits.members = 2;
    assert_refused(&reading, COMITY_E_LIMIT, "limit.members", 2);
    reading.limits.members = 3;
    assert_refused(&reading, COMITY_E_LIMIT, "limit.members", 4);
    reading.limits.members = 4;
    assert_int_equal(read_text(&reading, "T\nFATOS: a\n   b\nREMETENTE: c\n"), COMITY_OK);
    reading.limits.bytes = 28;
    assert_refused(&reading, COMITY_E_LIMIT, "limit.bytes", 1);
    reading.limits.bytes = 29;
    assert_int_equal(read_text(&reading, "T\nFATOS: a\n   b\nREMETENTE: c\n"), COMITY_OK);
    text_reading_free(&reading);
}

static void test_memory_is_counted_up_to_the_limit(void **state)
{
    (void)state;
    struct text_reading reading;
    struct buffer text;
    buffer_init(&text, 0);
    text_reading_init(&reading, &brazil);
    arena_free(&reading.arena);
    arena_init(&reading.arena, 40000);
    buffer_text(&text, "REMETENTE: x\n");
    for (int i = 0; i < 2000; i++)
        buffer_text(&text, "FATOS:\n");
    assert_int_equal(text_reading_read(&reading, text.bytes, text.size), COMITY_E_LIMIT);
    assert_string_equal(reading.collected.all[0].code, "limit.memory");
    buffer_clear(&text);
    buffer_text(&text, "REMETENTE: x\nFATOS: ");
    for (int i = 0; i < 2000; i++)
        buffer_text(&text, "a\n   abcdefghijklmnopqrstuvwxyz");
    assert_int_equal(text_reading_read(&reading, text.bytes, text.size), COMITY_E_LIMIT);
    assert_string_equal(reading.collected.all[0].code, "limit.memory");
    assert_int_equal(reading.collected.all[0].line, 2);
    arena_free(&reading.arena);
    arena_init(&reading.arena, 0);
    assert_int_equal(text_reading_read(&reading, text.bytes, text.size), COMITY_OK);
    buffer_free(&text);
    text_reading_free(&reading);
}

/* A text with something of everything, and more candidates than there is room for at first. */
static void put_much(struct buffer *text)
{
    buffer_text(text, "T\nTRAMITA\u00C7\u00C3O EM SIGILO? (X) SIM\ny\n9. REMETENTE: x\n   y\n");
    buffer_text(text, "REFER?NCIA: \uFFFD\x01\n");
    for (int i = 0; i < 100; i++)
        buffer_text(text, "FATOS: a\n");
    buffer_text(text, "Atenciosamente,\n");
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    struct buffer text;
    buffer_init(&text, 0);
    put_much(&text);
    for (int persistent = 0; persistent < 2; persistent++) {
        for (unsigned long n = 0;; n++) {
            struct text_reading reading;
            text_reading_init(&reading, &brazil);
            (persistent ? failing_alloc_from : failing_alloc_after)(n);
            comity_status status =
                text_read(&reading.tree, &reading.form, text.bytes, text.size, &reading.limits,
                          &reading.collected.findings, &reading.found);
            bool failed = failing_alloc_stop();
            /* Without memory a finding loses its path, and nothing else. */
            assert_true(status == COMITY_OK || (failed && status == COMITY_E_NOMEM));
            if (status == COMITY_OK)
                assert_int_equal(reading.collected.count, 1 + 1 + 1 + 1 + 99);
            text_reading_free(&reading);
            if (!failed) {
                assert_true(n > 4);
                break;
            }
        }
    }
    buffer_free(&text);
}

static void test_every_allocation_of_a_form_may_fail(void **state)
{
    (void)state;
    for (unsigned long n = 0;; n++) {
        struct text_form form = states;
        struct text_clash clash;
        struct arena arena;
        arena_init(&arena, 0);
        failing_alloc_after(n);
        comity_status status = text_form_build(&form, &arena, &clash);
        bool failed = failing_alloc_stop();
        assert_int_equal(status, failed ? COMITY_E_NOMEM : COMITY_OK);
        assert_int_equal(form.matcher != NULL, !failed);
        arena_free(&arena);
        if (!failed)
            break;
    }
    for (size_t limit = 100; limit < 200000; limit *= 2) {
        struct text_form form = states;
        struct text_clash clash;
        struct arena arena;
        arena_init(&arena, limit);
        comity_status status = text_form_build(&form, &arena, &clash);
        assert_int_equal(status, limit < 200      ? COMITY_E_NOMEM
                                 : limit > 100000 ? COMITY_OK
                                                  : status);
        arena_free(&arena);
    }
}

/* --- hostile texts */

static void test_a_text_cut_at_any_byte_is_read_or_refused(void **state)
{
    (void)state;
    static const struct text_form *const forms[] = {&brazil, &states, &china, &russia};
    struct buffer text;
    buffer_init(&text, 0);
    put_much(&text);
    buffer_text(&text,
                "（一）请求机关的名称：（十一）保密：（√）是（\n"
                "3.1) Данные о лицах –\n\u3000Documents\n\nneeded:\n\tx\nName by which\nTo");
    text.size = text.size > 2500 ? 2500 : text.size;
    for (size_t f = 0; f < COUNT_OF(forms); f++) {
        struct text_reading reading;
        text_reading_init(&reading, forms[f]);
        for (size_t size = 0; size <= text.size; size += size < 200 || size > 900 ? 1 : 7) {
            comity_status status = text_reading_read(&reading, text.bytes, size);
            assert_true(status == COMITY_OK || status == COMITY_E_INVALID);
            uint32_t at = 0;
            for (uint32_t i = 2; status == COMITY_OK && i < reading.tree.count; i++) {
                const struct comity_node *node = tree_node(&reading.tree, i);
                assert_true(node->offset >= at && node->end >= node->offset);
                assert_true(node->end <= size);
                at = node->end;
            }
        }
        text_reading_free(&reading);
    }
    buffer_free(&text);
}

/* The time to read a text of `unit` again and again, of `size` bytes. */
static double seconds_for(void *unit, size_t size)
{
    struct text_reading reading;
    struct buffer text;
    buffer_init(&text, 0);
    text_reading_init(&reading, &brazil);
    buffer_text(&text, "TRAMITA\u00C7\u00C3O EM SIGILO?\n");
    while (text.size < size)
        buffer_text(&text, unit);
    double start = processor_seconds();
    assert_int_equal(text_reading_read(&reading, text.bytes, text.size), COMITY_OK);
    double taken = processor_seconds() - start;
    buffer_free(&text);
    text_reading_free(&reading);
    return taken;
}

static void test_time_is_linear_whatever_the_text(void **state)
{
    (void)state;
    static const char *const units[] = {"FATOS:\n",
                                        "\r",
                                        "1.\n",
                                        "D",
                                        "AUTORIDADE\n",
                                        "?",
                                        "REFER?",
                                        "(X) SIM ",
                                        "_____\n",
                                        "FATOS:\n\r\n",
                                        " \n",
                                        "\u200B\n",
                                        "9. FATOS: \n   x\n",
                                        "DESCRI????O DA "};
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        size_t size = (size_t)rounds(500000);
        struct growth time = growth_of(seconds_for, (void *)units[i], size);
        if (!time.is_linear)
            fail_msg("%.3f s for %zu bytes, %.3f s for four times as many of %s", time.once,
                     size, time.four_times, units[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels_that_cannot_be_told_apart_are_refused),
        cmocka_unit_test(test_labels_that_cannot_be_read_at_all_are_refused),
        cmocka_unit_test(test_labels_are_found_by_the_names_of_their_nodes),
        cmocka_unit_test(test_hits_count_different_labels),
        cmocka_unit_test(test_the_language_of_most_labels_is_found),
        cmocka_unit_test(test_nodes_know_where_they_stand),
        cmocka_unit_test(test_a_value_of_one_line_is_lent_by_the_text),
        cmocka_unit_test(test_a_path_is_the_name_of_the_node),
        cmocka_unit_test(test_the_place_of_the_document_counts),
        cmocka_unit_test(test_a_text_without_labels_is_refused),
        cmocka_unit_test(test_limits_are_kept),
        cmocka_unit_test(test_memory_is_counted_up_to_the_limit),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_every_allocation_of_a_form_may_fail),
        cmocka_unit_test(test_a_text_cut_at_any_byte_is_read_or_refused),
        cmocka_unit_test(test_time_is_linear_whatever_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
