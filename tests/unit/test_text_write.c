/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of writing labelled text: how items look, and that every value comes back.
 *
 * Build: with tests/support/failing_alloc.c, linked as it says. */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

#include "failing_alloc.h"
#include "rounds.h"
#include "text_forms.h"

#include "syntax/text_match.h"

static const struct text_form *const forms[] = {&brazil, &states, &china, &russia};

static const struct text_label *named(const struct text_form *form, const char *name)
{
    const struct text_label *label = text_label_named(form, name, strlen(name));
    assert_non_null(label);
    return label;
}

static void assert_buffer(struct buffer *out, const char *expected)
{
    buffer_char(out, '\0');
    assert_int_equal(buffer_status(out), COMITY_OK);
    assert_string_equal(out->bytes, expected);
    buffer_clear(out);
}

static size_t write_item(struct buffer *out, const struct text_form *form, const char *name,
                         uint16_t language, const char *value)
{
    return text_write_item(out, form, named(form, name), language, value,
                           value ? strlen(value) : 0);
}

/* --- how it looks */

static void test_items_are_laid_out_as_the_form_has_them(void **state)
{
    (void)state;
    struct text_reading reading;
    struct buffer out;
    buffer_init(&out, 0);
    text_reading_init(&reading, &brazil);
    assert_int_equal(write_item(&out, &reading.form, "FATOS", 0, "Em 2026 ..."), 0);
    assert_buffer(&out, "5. FATOS: Em 2026 ...\n");
    write_item(&out, &reading.form, "FATOS", 0, "a\n\n  b\n");
    assert_buffer(&out, "5. FATOS: a\n\n     b\n\n");
    write_item(&out, &reading.form, "FATOS", 0, "a\r\nb\rc");
    assert_buffer(&out, "5. FATOS: a\n   b\n   c\n");
    write_item(&out, &reading.form, "FATOS", 0, NULL);
    write_item(&out, &reading.form, "DESTINATÁRIO", 0, "");
    assert_buffer(&out, "5. FATOS:\n\n1. DESTINATÁRIO:\n");
    write_item(&out, &reading.form, "DESTINATÁRIO", 0, "x"); /* no gap at the very start */
    assert_buffer(&out, "1. DESTINATÁRIO: x\n");
    text_reading_free(&reading);

    text_reading_init(&reading, &states);
    write_item(&out, &reading.form, "Documents", 1, "a\nb");
    assert_buffer(&out, "Documentos\nnecesarios:\n\ta\n\tb\n");
    write_item(&out, &reading.form, "To", 0, NULL);
    assert_buffer(&out, "To:\n");
    write_item(&out, &reading.form, "To", 9, "x"); /* no such language: the first words */
    assert_buffer(&out, "To:\n\tx\n");
    text_reading_free(&reading);

    text_reading_init(&reading, &china);
    write_item(&out, &reading.form, "law", 0, "《刑法》");
    assert_buffer(&out, "（三）本案适用的法律规定：《刑法》\n");
    text_reading_free(&reading);
    buffer_free(&out);
}

static void test_boxes_headings_and_outside_text_are_laid_out(void **state)
{
    (void)state;
    struct text_reading reading;
    struct buffer out;
    buffer_init(&out, 0);
    text_reading_init(&reading, &brazil);
    const struct text_form *form = &reading.form;
    text_write_outside(&out, "TITLE", 5, 3);
    assert_true(text_write_ticks(&out, form, named(form, "SIGILO"), 0, "yes", 3));
    assert_true(text_write_ticks(&out, form, named(form, "FRONTEIRA"), 0, NULL, 0));
    text_write_outside(&out, "Atenciosamente,\nX", 17, 2);
    assert_buffer(&out, "TITLE\n\nTRAMITAÇÃO EM SIGILO?  (X) SIM  ( ) NÃO\n"
                        "AS LOCALIDADES SÃO FRONTEIRIÇAS ENTRE SI?  ( ) SIM  ( ) NÃO\n\n\n"
                        "Atenciosamente,\nX\n");
    assert_false(text_write_ticks(&out, form, named(form, "SIGILO"), 0, "SIM", 3));
    assert_false(text_write_ticks(&out, form, named(form, "SIGILO"), 0, "ye", 2));
    assert_false(text_write_ticks(&out, form, named(form, "SIGILO"), 0, "", 0));
    assert_int_equal(out.size, 0);
    text_reading_free(&reading);

    text_reading_init(&reading, &states);
    text_write_outside(&out, "T", 1, 0);
    text_write_heading(&out, &reading.form, named(&reading.form, "Matter"), 2);
    assert_buffer(&out, "T\n\nA matéria em questão\n");
    text_reading_free(&reading);

    text_reading_init(&reading, &china);
    text_write_ticks(&out, &reading.form, named(&reading.form, "secret"), 0, "no", 2);
    assert_buffer(&out, "（十一）保密：（ ） 是  （√） 否\n");
    text_reading_free(&reading);
    buffer_free(&out);
}

static void test_a_closing_is_told_from_other_text(void **state)
{
    (void)state;
    static const char *const closings[] = {
        "Atenciosamente,", "ATENCIOSAMENTE", "\n \n\u3000Atenciosamente\nX",
        "_____",           "\t________\nX",  "Brasília, 3 de maio"};
    static const char *const others[] = {
        "", "\n", "X\nAtenciosamente", "Atenciosamentex", "____", "_____x", "Brasília 3"};
    struct text_reading reading;
    text_reading_init(&reading, &brazil);
    for (size_t i = 0; i < COUNT_OF(closings); i++)
        if (!text_is_closing(&reading.form, closings[i], strlen(closings[i])))
            fail_msg("no closing: %s", closings[i]);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (text_is_closing(&reading.form, others[i], strlen(others[i])))
            fail_msg("a closing: %s", others[i]);
    text_reading_free(&reading);
}

/* --- what a reader would take for the form's own words */

struct joined {
    const struct text_form *form;
    const char *name;
    uint16_t language;
    const char *value, *written;
    size_t count;
};

static void test_lines_that_look_like_labels_are_joined(void **state)
{
    (void)state;
    static const struct joined samples[] = {
        {&brazil, "FATOS", 0, "a\n4. REFERÊNCIA: b", "5. FATOS: a 4. REFERÊNCIA: b\n", 1},
        {&brazil, "FATOS", 0, "a\nReferência - b\nc", "5. FATOS: a Referência - b\n   c\n", 1},
        {&brazil, "FATOS", 0, "a\nreferência", "5. FATOS: a referência\n", 1},
        {&brazil, "FATOS", 0, "a\n\n \t\nFatos:\nb", "5. FATOS: a Fatos:\n   b\n", 1},
        {&brazil, "FATOS", 0, "a\nFATOS:\nREMETENTE:", "5. FATOS: a FATOS: REMETENTE:\n", 2},
        {&brazil, "FATOS", 0, "a\n_____\nb", "5. FATOS: a _____\n   b\n", 1},
        {&brazil, "FATOS", 0, "a\n  atenciosamente, b", "5. FATOS: a atenciosamente, b\n", 1},
        {&brazil, "FATOS", 0, "a\nREFER?NCIA: b", "5. FATOS: a REFER?NCIA: b\n", 1},
        {&brazil, "FATOS", 0, "a\nAUTORIDADE\nREQUERENTE: b",
         "5. FATOS: a AUTORIDADE\n   REQUERENTE: b\n", 1},
        {&brazil, "FATOS", 0, "a\n7\nREMETENTE: b", "5. FATOS: a 7 REMETENTE: b\n", 2},
        {&brazil, "FATOS", 0, "a\n7.\n\nREMETENTE: b", "5. FATOS: a 7. REMETENTE: b\n", 2},
        {&brazil, "FATOS", 0, "a\n(                              \nc) REMETENTE: b",
         "5. FATOS: a (                               c) REMETENTE: b\n", 2},
        {&brazil, "FATOS", 0, "FATOS: b", "5. FATOS: FATOS: b\n", 0},
        {&brazil, "FATOS", 0, "a\nFATOS b", "5. FATOS: a\n   FATOS b\n", 0},
        {&brazil, "FATOS", 0, "a\n5. FATOS b", "5. FATOS: a 5. FATOS b\n", 1},
        {&brazil, "FATOS", 0, ": a", "5. FATOS: : a\n", 0},
        {&brazil, "FATOS", 0, "- a", "5. FATOS: - a\n", 0},
        /* a first line on a line of its own */
        {&states, "To", 0, "From: x", "To: From: x\n", 0},
        {&states, "To", 0, "_____\nx", "To: _____\n\tx\n", 0},
        {&states, "To", 0, "Name by which it goes", "To: Name by which it goes\n", 0},
        {&states, "To", 1, "a\nNombre por el cual", "Para:\n\ta Nombre por el cual\n", 1},
        {&states, "To", 1, "a\nLos\nhechos", "Para:\n\ta Los\n\thechos\n", 1},
        {&states, "To", 1, "\u200B\nDe: b", "Para: \u200B De: b\n", 1},
        /* no blank between the colon and the value */
        {&china, "law", 0, "：甲", "（三）本案适用的法律规定： ：甲\n", 0},
        {&china, "law", 0, "- 甲", "（三）本案适用的法律规定： - 甲\n", 0},
        {&china, "law", 0, "-甲", "（三）本案适用的法律规定：-甲\n", 0},
    };
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        const struct joined *sample = &samples[i];
        struct text_reading reading;
        struct buffer out;
        buffer_init(&out, 0);
        text_reading_init(&reading, sample->form);
        size_t count =
            write_item(&out, &reading.form, sample->name, sample->language, sample->value);
        if (count != sample->count)
            fail_msg("%s: %zu joined", sample->value, count);
        assert_buffer(&out, sample->written);
        buffer_free(&out);
        text_reading_free(&reading);
    }
}

/* --- every value comes back */

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static const char *const pieces[] = {"a",
                                     "b c",
                                     "\n",
                                     "\n",
                                     "\n\n",
                                     "\n\t",
                                     "\n   ",
                                     " ",
                                     "\t",
                                     "  ",
                                     "\u3000",
                                     "\u00A0",
                                     ":",
                                     "：",
                                     ": ",
                                     " - ",
                                     "-",
                                     "–",
                                     ".",
                                     "?",
                                     "??",
                                     "(",
                                     ")",
                                     "1",
                                     "1.",
                                     "4.",
                                     "4)",
                                     "5. ",
                                     "（三）",
                                     "三、",
                                     "3.1 ",
                                     "a)",
                                     "_____",
                                     "__",
                                     "(X)",
                                     "( ) SIM",
                                     "\uFFFD",
                                     "\u200B",
                                     "\u0301",
                                     "\uFEFF",
                                     "\f",
                                     "\v",
                                     "\u2028",
                                     "\xC2\x85",
                                     "FATOS",
                                     "Referência",
                                     "REFER?NCIA",
                                     "REFERÃŠNCIA",
                                     "DESTINATÁRIO",
                                     "(PARA)",
                                     "SIGILO?",
                                     "TRAMITAÇÃO EM SIGILO",
                                     "SIM",
                                     "Para",
                                     "De",
                                     "To",
                                     "Los",
                                     "hechos",
                                     "Documents",
                                     "needed",
                                     "Name by which",
                                     "Central Authority of the requested",
                                     "Atentamente",
                                     "Atenciosamente",
                                     "请求机关的名称",
                                     "案件性质",
                                     "此致",
                                     "Данные о лицах",
                                     "Ещё",
                                     "ещe:",
                                     "The matter at hand",
                                     "é",
                                     "😀",
                                     "\x01",
                                     "\x7F",
                                     "一"};

static void make_value(struct buffer *value, uint32_t *seed)
{
    buffer_clear(value);
    uint32_t count = next_random(seed) % 12 + 1;
    for (uint32_t i = 0; i < count; i++)
        buffer_text(value, pieces[next_random(seed) % COUNT_OF(pieces)]);
}

/* The text without white space. */
static void squeeze(const char *text, size_t len, struct buffer *out)
{
    buffer_clear(out);
    for (const char *at = text; at < text + len;) {
        const char *next = text_skip_space(at, text + len);
        if (next == at)
            buffer_char(out, *at++);
        else
            at = next;
    }
}

static void check_value(struct text_reading *reading, const struct text_label *label,
                        uint16_t language, const char *value, size_t len, bool in_company)
{
    struct buffer out, want, got;
    buffer_init(&out, 0);
    buffer_init(&want, 0);
    buffer_init(&got, 0);
    const struct text_label *other = &reading->form.labels[in_company ? 2 : 0];
    if (in_company && label != other && other->kind == TEXT_ITEM)
        text_write_item(&out, &reading->form, other, language, "x", 1);
    size_t joined = text_write_item(&out, &reading->form, label, language, value, len);
    comity_status status = text_reading_read(reading, out.bytes, out.size);
    uint32_t index = status == COMITY_OK
                         ? tree_find(&reading->tree, 1, label->name, label->name_len, NULL)
                         : 0;
    const struct comity_node *node = index ? tree_node(&reading->tree, index) : NULL;
    buffer_char(&out, '\0');
    if (!node || !node->text || node->next)
        fail_msg("lost (%d): %s", status, out.bytes);
    if (!joined && (node->text_len != len || memcmp(node->text, value, len) != 0))
        fail_msg("changed: {%.*s} to {%.*s} in {%s}", (int)len, value, (int)node->text_len,
                 node->text, out.bytes);
    squeeze(value, len, &want);
    squeeze(node->text, node->text_len, &got);
    if (want.size != got.size || memcmp(want.bytes, got.bytes, got.size) != 0)
        fail_msg("more than white space: {%.*s} to {%.*s} in {%s}", (int)len, value,
                 (int)node->text_len, node->text, out.bytes);
    buffer_free(&out);
    buffer_free(&want);
    buffer_free(&got);
}

static void test_any_value_comes_back_unless_lines_were_joined(void **state)
{
    (void)state;
    uint32_t seed = 20261123;
    struct buffer value;
    buffer_init(&value, 0);
    for (size_t f = 0; f < COUNT_OF(forms); f++) {
        struct text_reading reading;
        text_reading_init(&reading, forms[f]);
        for (int round = 0; round < rounds(20000); round++) {
            make_value(&value, &seed);
            const char *to = text_trim_end(value.bytes, value.bytes + value.size);
            const char *from = text_skip_space(value.bytes, to);
            uint32_t label = next_random(&seed) % (uint32_t)reading.form.label_count;
            uint32_t language = next_random(&seed) % (uint32_t)reading.form.language_count;
            if (from == to || reading.form.labels[label].kind != TEXT_ITEM)
                continue;
            check_value(&reading, &reading.form.labels[label], (uint16_t)language, from,
                        (size_t)(to - from), round % 2);
        }
        text_reading_free(&reading);
    }
    buffer_free(&value);
}

static void test_a_form_that_was_written_is_read_and_written_the_same(void **state)
{
    (void)state;
    struct text_reading reading;
    struct buffer once, twice;
    buffer_init(&once, 0);
    buffer_init(&twice, 0);
    text_reading_init(&reading, &brazil);
    const struct text_form *form = &reading.form;
    for (int round = 0; round < 2; round++) {
        struct buffer *out = round ? &twice : &once;
        text_write_outside(out, "FORMULÁRIO", strlen("FORMULÁRIO"), 0);
        for (size_t i = 0; i < form->label_count; i++) {
            const struct text_label *label = &form->labels[i];
            uint32_t index =
                round ? tree_find(&reading.tree, 1, label->name, label->name_len, NULL) : 0;
            const struct comity_node *node = index ? tree_node(&reading.tree, index) : NULL;
            const char *text = node ? node->text : label->kind == TEXT_TICKS ? "no" : "a\n\nb";
            size_t len = node ? node->text_len : strlen(text);
            assert_true(!round || node);
            if (label->kind == TEXT_TICKS)
                assert_true(text_write_ticks(out, form, label, 0, text, len));
            else
                text_write_item(out, form, label, 0, text, len);
        }
        text_write_outside(out, "Atenciosamente", 14, 1);
        assert_int_equal(text_reading_read(&reading, out->bytes, out->size), COMITY_OK);
        assert_int_equal(reading.found.labels, form->label_count);
        assert_int_equal(reading.collected.count, 0);
    }
    assert_int_equal(once.size, twice.size);
    assert_memory_equal(once.bytes, twice.bytes, once.size);
    text_reading_free(&reading);
    buffer_free(&once);
    buffer_free(&twice);
}

static void test_a_full_buffer_is_told_at_the_end(void **state)
{
    (void)state;
    static const char value[] = "aaaa\nFATOS: b\n\nREMETENTE:\ncc";
    struct text_reading reading;
    text_reading_init(&reading, &brazil);
    const struct text_label *label = named(&reading.form, "FATOS");
    for (size_t limit = 1; limit < 60; limit++) {
        struct buffer out;
        buffer_init(&out, limit);
        text_write_item(&out, &reading.form, label, 0, value, sizeof(value) - 1);
        text_write_ticks(&out, &reading.form, named(&reading.form, "SIGILO"), 0, "yes", 3);
        assert_int_equal(buffer_status(&out), COMITY_E_LIMIT);
        assert_true(out.size <= limit);
        buffer_free(&out);
    }
    struct buffer out;
    buffer_init(&out, 0);
    failing_alloc_after(0);
    text_write_item(&out, &reading.form, label, 0, value, sizeof(value) - 1);
    assert_true(failing_alloc_stop());
    assert_int_equal(buffer_status(&out), COMITY_E_NOMEM);
    buffer_free(&out);
    text_reading_free(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items_are_laid_out_as_the_form_has_them),
        cmocka_unit_test(test_boxes_headings_and_outside_text_are_laid_out),
        cmocka_unit_test(test_a_closing_is_told_from_other_text),
        cmocka_unit_test(test_lines_that_look_like_labels_are_joined),
        cmocka_unit_test(test_any_value_comes_back_unless_lines_were_joined),
        cmocka_unit_test(test_a_form_that_was_written_is_read_and_written_the_same),
        cmocka_unit_test(test_a_full_buffer_is_told_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
