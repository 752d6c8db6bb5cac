/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of reading labelled text: one rule a test.
 *
 * Build: with tests/support/failing_alloc.c, linked as it says. */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

#include "failing_alloc.h"
#include "text_forms.h"

#include "base/utf8.h"
#include "syntax/text_match.h"

#include <time.h>

/* Reads a text and compares nodes and findings with what is expected (text_reading_dump()). */
static void assert_reads(const struct text_form *form, const char *text, const char *expected)
{
    struct text_reading reading;
    struct buffer out;
    buffer_init(&out, 0);
    text_reading_init(&reading, form);
    if (text_reading_read(&reading, text, strlen(text)) != COMITY_OK)
        fail_msg("refused: %s", text);
    text_reading_dump(&reading, &out);
    buffer_char(&out, '\0');
    if (strcmp(out.bytes, expected) != 0)
        fail_msg("%s\nis read as\n%s\nexpected\n%s", text, out.bytes, expected);
    buffer_free(&out);
    text_reading_free(&reading);
}

/* --- values */

static void test_a_whole_form_is_read(void **state)
{
    (void)state;
    assert_reads(&brazil,
                 "FORMULÁRIO\n\n"
                 "TRAMITAÇÃO EM SIGILO?  (X) SIM  ( ) NÃO\n"
                 "AS LOCALIDADES SÃO FRONTEIRIÇAS ENTRE SI?  ( ) SIM  ( ) NÃO\n\n"
                 "1. DESTINATÁRIO: Às autoridades\n"
                 "2. REMETENTE:\n"
                 "3. AUTORIDADE REQUERENTE: 1ª Vara\n"
                 "   Rua X\n\n   CEP\n"
                 "4. REFERÊNCIA: Caso\n"
                 "\nAtenciosamente,\nFulano\n",
                 "(preamble)=FORMULÁRIO\nSIGILO=yes\nFRONTEIRA=null\n"
                 "DESTINATÁRIO=Às autoridades\nREMETENTE=null\n"
                 "AUTORIDADE=1ª Vara\\nRua X\\n\\nCEP\nREFERÊNCIA=Caso\n"
                 "(signature)=Atenciosamente,\\nFulano\n");
    assert_reads(&states,
                 "Para:\n\tAutoridad\nDe:\n\tJuzgado\n\tLima\nLa materia en cuestión\n"
                 "Los hechos:\n\tEl 3\nDocumentos\nnecesarios:\n\tDatos\n",
                 "To=Autoridad\nFrom=Juzgado\\nLima\nMatter\nFacts=El 3\nDocuments=Datos\n");
    assert_reads(
        &china,
        "请求书\n（一）请求机关的名称：司法部\n（三）本案适用的法律规定：《刑法》\n此致\n",
        "(preamble)=请求书\nauthority=司法部\nlaw=《刑法》\n(signature)=此致\n");
    assert_reads(&russia, "1) Орган, от которого исходит запрос: СУ\n3.1) Данные о лицах: Ив\n",
                 "authority=СУ\npersons=Ив\n");
}

static void test_ends_of_values_are_trimmed_and_line_ends_become_lf(void **state)
{
    (void)state;
    assert_reads(&brazil, "5. FATOS: \t\u3000a \r\nb\rc\u00A0\n \u3000\r\n\t\n",
                 "FATOS=a \\nb\\nc\n");
    assert_reads(&brazil, "\r\n5. FATOS:\r\n\r\na\r\n\r\nb\r\n2. REMETENTE: x",
                 "FATOS=a\\n\\nb\nREMETENTE=x\n");
    assert_reads(&brazil, "5. FATOS:\n\n\n2. REMETENTE:   \n \n",
                 "FATOS=null\nREMETENTE=null\n");
}

static void test_the_indent_of_further_lines_is_layout(void **state)
{
    (void)state;
    /* the form's own: three blanks */
    assert_reads(&brazil, "FATOS: a\n   b\n     c\n\n   d", "FATOS=a\\nb\\n  c\\n\\nd\n");
    /* what the lines have in common, where it is not the form's */
    assert_reads(&brazil, "FATOS: a\n  b\n   c\n \n  d", "FATOS=a\\nb\\n c\\n\\nd\n");
    assert_reads(&brazil, "FATOS: a\n\tb\n\t c", "FATOS=a\\nb\\n c\n");
    assert_reads(&brazil, "FATOS: a\n\u3000b\n\u3000c", "FATOS=a\\nb\\nc\n");
    assert_reads(&brazil, "FATOS: a\n\tb\n   c", "FATOS=a\\n\tb\\n   c\n");
    assert_reads(&brazil, "FATOS: a\nb\n   c", "FATOS=a\\nb\\n   c\n");
    /* a first line of its own counts too */
    assert_reads(&brazil, "FATOS:\n  a\n  b\n", "FATOS=a\\nb\n");
    assert_reads(&brazil, "FATOS:\na\n  b\n", "FATOS=a\\n  b\n");
    assert_reads(&states, "The facts:\n\ta\n\t\tb", "Facts=a\\n\tb\n");
    /* a form without indent leaves the lines alone */
    assert_reads(&china, "（三）本案适用的法律规定：甲\n  乙\n  丙", "law=甲\\n  乙\\n  丙\n");
}

/* --- labels */

static void test_a_label_needs_a_colon_or_its_number_or_its_line(void **state)
{
    (void)state;
    assert_reads(&states, "To: x\nFrom the start\nDe acuerdo con: y",
                 "To=x\\nFrom the start\\nDe "
                 "acuerdo con: y\n");
    assert_reads(&states, "To\nx\nFrom\ny", "To=x\nFrom=y\n");
    assert_reads(&states, "To - x\nFrom – y\nReference— z\nThe facts -- w\nDescription - - v",
                 "To=x\nFrom=y\nReference=z\nFacts=w\nDescription=- v\n");
    assert_reads(&states, "To: x\nFrom-y\nFrom -y\nFrom. y",
                 "To=x\\nFrom-y\\nFrom -y\\nFrom. y\n");
    assert_reads(&states, "To:: x\nFrom：y\nReference :- z\nThe facts.: w\nDescription.\nv",
                 "To=x\nFrom=y\nReference=z\nFacts=w\nDescription=v\n");
    assert_reads(&brazil, "4. REFERÊNCIA Caso\n5. FATOS. Em\n7 FATOS x",
                 "REFERÊNCIA=Caso\nFATOS=Em\\n7 FATOS x\n");
    assert_reads(&states, "To: x\nFrom- y", "To=x\\nFrom- y\n");
    assert_reads(&states, "To: x\nFrom: : y", "To=x\nFrom=: y\n");
    assert_reads(&states, "To: x\n the From: y", "To=x\\nthe From: y\n");
    assert_reads(&states, "To: x\nTomorrow: y\nFromage\nDes: z",
                 "To=x\\nTomorrow: y\\nFromage\\nDes: z\n");
}

static void test_the_longest_label_wins(void **state)
{
    (void)state;
    assert_reads(&brazil, "1. DESTINATÁRIO (PARA): x", "DESTINATÁRIO=x\n");
    assert_reads(&brazil, "1. DESTINATÁRIO (DE): x", "DESTINATÁRIO=(DE): x\n");
    assert_reads(&brazil, "DESTINATARIO ( Para ) x\nFATOS: y",
                 "(preamble)=DESTINATARIO ( Para ) x\nFATOS=y\n");
}

static void test_letters_count_without_case_accent_width_and_space(void **state)
{
    (void)state;
    assert_reads(&brazil,
                 "destinatario: a\n４．ｒｅｆｅｒｅｎｃｉａ： b\n"
                 "6. Transcric\u0327a\u0303o\n dos\tDispositivos\n\u3000legais: c\n"
                 "F A T O S : d\n7. Descri\u00ADção da assis\u200Btência solicitada: e",
                 "DESTINATÁRIO=a\nREFERÊNCIA=b\nLEGAIS=c\nFATOS=d\nDESCRIÇÃO=e\n");
    assert_reads(&russia, "ОРГАН, ОТ КОТОРОГО ИСХОДИТ ЗАПРОС: x\nеще: y",
                 "authority=x\nitem=y\n");
}

static void test_numbers_are_compared_by_what_they_mean(void **state)
{
    (void)state;
    static const char *const fours[] = {"4.",   "4)",     "(4)", "4 -",    "４．",  "（4）",
                                        "4 ",   "[4]",    "4.-", "4.)",    "④",     "⒋",
                                        "⑷",    "4º",     "4ª.", "4–",     "04.",   " 4 . ",
                                        "四、", "（四）", "㈣",  "【四】", "(４).", "4. \t"};
    for (size_t i = 0; i < COUNT_OF(fours); i++) {
        char text[64];
        snprintf(text, sizeof(text), "%s REFERÊNCIA Caso", fours[i]);
        assert_reads(&brazil, text, "REFERÊNCIA=Caso\n");
    }
    assert_reads(&china, "11. 保密（X）是\n(3) 本案适用的法律规定：x", "secret=yes\nlaw=x\n");
    assert_reads(&china, "一一、保密（X）是", "secret=yes\n");
    assert_reads(&russia, "3.1 Данные о лицах x\n(A) Ещё y", "persons=x\nitem=y\n");
    assert_reads(&russia, "3.1. Данные о лицах x\nа) Ещё: y",
                 "persons=x\nitem=y\n!text.number 2:1\n");
    /* on a line of its own */
    assert_reads(&brazil, "4.\nREFERÊNCIA\nx\n5)\n\nFATOS y", "REFERÊNCIA=x\nFATOS=y\n");
    assert_reads(&brazil, "4. REFERÊNCIA: see\n4.\nFATOS: y", "REFERÊNCIA=see\\n4.\nFATOS=y\n");
}

static void test_another_number_is_said_and_the_label_counts(void **state)
{
    (void)state;
    assert_reads(&brazil, "1. DESTINATÁRIO: x\n  7) REFERÊNCIA: y\n3.1 FATOS:\nz",
                 "DESTINATÁRIO=x\nREFERÊNCIA=y\nFATOS=z\n!text.number 2:3\n!text.number 3:1\n");
    assert_reads(&brazil, "7) REFERÊNCIA y\nFATOS: z", "(preamble)=7) REFERÊNCIA y\nFATOS=z\n");
    /* a form without numbers has nothing to compare */
    assert_reads(&states, "1. To: x\nII. From: y\n(c) Reference: z",
                 "To=x\nFrom=y\nReference=z\n");
    /* no numbers at all */
    assert_reads(&states, "33333. To: x\n1/2 From: y\nReference: z",
                 "(preamble)=33333. To: x\\n1/2 From: y\nReference=z\n");
    struct text_reading reading;
    text_reading_init(&reading, &brazil);
    assert_int_equal(text_reading_read(&reading, "\n 7. FATOS: x", 13), COMITY_OK);
    const struct collected_one *one = &reading.collected.all[0];
    assert_string_equal(one->message,
                        "the label \"FATOS\" stands with another number; in the form it is 5");
    assert_string_equal(one->source, "FATOS");
    assert_int_equal(one->severity, COMITY_WARNING);
    assert_int_equal(one->offset, 2);
    text_reading_free(&reading);
}

static void test_of_several_candidates_the_best_is_taken(void **state)
{
    (void)state;
    /* the right number */
    assert_reads(&brazil, "FATOS: a\n2. FATOS: b\n5. FATOS c\n",
                 "(preamble)=FATOS: a\\n2. FATOS: b\nFATOS=c\n"
                 "!text.label-twice 1:1\n!text.label-twice 2:4\n");
    /* a colon */
    assert_reads(&states, "To: x\nFrom - a\nFrom: b\nReference\nReference: c",
                 "To=x\\nFrom - a\nFrom=b\\nReference\nReference=c\n"
                 "!text.label-twice 2:1\n!text.label-twice 4:1\n");
    /* the form's order: after "From", before "The facts" */
    assert_reads(&states,
                 "To: x\nReference: a\nFrom: y\nReference: b\nThe facts: z\nReference: c",
                 "To=x\\nReference: a\nFrom=y\nReference=b\nFacts=z\\nReference: c\n"
                 "!text.label-twice 2:1\n!text.label-twice 6:1\n");
    assert_reads(&states, "Reference: a\nThe facts: z\nFrom: y\nReference: b",
                 "Reference=a\nFacts=z\nFrom=y\\nReference: b\n!text.label-twice 4:1\n");
    /* the first */
    assert_reads(
        &states, "To: x\nTo: y\nFrom: z\nDe: w",
        "To=x\\nTo: y\nFrom=z\\nDe: w\n!text.label-twice 2:1\n!text.label-twice 4:1\n");
    /* letters that are whole */
    assert_reads(&brazil, "REFER?NCIA: a\nREFERÊNCIA: b",
                 "(preamble)=REFER?NCIA: a\nREFERÊNCIA=b\n!text.label-twice 1:1\n");
    struct text_reading reading;
    text_reading_init(&reading, &brazil);
    text_reading_read(&reading, "FATOS: a\nFATOS: b\n", 18);
    assert_string_equal(
        reading.collected.all[0].message,
        "the label \"FATOS\" stands here too; the one in line 1, column 1 counts");
    assert_string_equal(reading.collected.all[0].source, "FATOS");
    text_reading_free(&reading);
}

static const struct text_label twin_labels[] = {
    {NAMED("A"), .number = "1", SAID(WORDS(0, "A"))},
    {NAMED("first name"), .number = "1.1", SAID(WORDS(0, "Name"))},
    {NAMED("B"), .number = "2", SAID(WORDS(0, "B"))},
    {NAMED("second name"), .number = "2.1", SAID(WORDS(0, "Name"))}};
static const struct text_form twins = {.languages = one_language,
                                       .language_count = 1,
                                       .labels = twin_labels,
                                       .label_count = COUNT_OF(twin_labels),
                                       .layout = {"", ". ", ": ", "", "", ""}};

static void test_labels_with_the_same_words_are_told_by_number_or_order(void **state)
{
    (void)state;
    assert_reads(&twins, "2.1 Name: y\n1.1 Name: x", "second name=y\nfirst name=x\n");
    assert_reads(&twins, "A: a\nName: x\nB: b\nName: y",
                 "A=a\nfirst name=x\nB=b\nsecond name=y\n");
    assert_reads(&twins, "B: b\nName: y", "B=b\nsecond name=y\n");
}

/* --- what is no item */

static void test_a_heading_is_no_leaf_and_what_follows_it_is_kept(void **state)
{
    (void)state;
    assert_reads(&states, "From: y\nThe matter at hand\n\nFacts:\n x\nThe facts: z",
                 "From=y\nMatter\n(after Matter)=Facts:\\n x\nFacts=z\n");
    assert_reads(&states, "From: y\nThe Matter at hand :\nThe facts: z",
                 "From=y\nMatter\nFacts=z\n");
    assert_reads(&states, "From: y\nThe matter at hand -", "From=y\\nThe matter at hand -\n");
    assert_reads(&states, "From: y\nThe matter at hand: z", "From=y\\nThe matter at hand: z\n");
    struct text_reading reading;
    text_reading_init(&reading, &states);
    text_reading_read(&reading, "The matter at hand\nTo: x", 24);
    assert_false(tree_is_leaf(&reading.tree, tree_node(&reading.tree, 2)));
    assert_true(tree_is_leaf(&reading.tree, tree_node(&reading.tree, 3)));
    assert_false(tree_is_leaf(&reading.tree, tree_node(&reading.tree, 1)));
    text_reading_free(&reading);
}

static void test_guidance_ends_a_value_and_stands_before_its_label(void **state)
{
    (void)state;
    assert_reads(
        &states,
        "T\n\n central authority of the Requested\nState, or\n\nTo: x\n"
        "From: y\nName by which the case\nis known\nReference: z",
        "(preamble)=T\n(before To)=central authority of the Requested\\nState, or\nTo=x\n"
        "From=y\n(before Reference)=Name by which the case\\nis known\nReference=z\n");
    /* the label does not follow */
    assert_reads(&states, "To: x\nName by which\nFrom: y",
                 "To=x\n(before Reference)=Name by which\nFrom=y\n");
    assert_reads(
        &states, "To: x\nName by which\na\nCentral Authority of the requested\nb",
        "To=x\n(before Reference)=Name by which\\na\\nCentral Authority of the requested\\n"
        "b\n");
    /* its label stands before it: text */
    assert_reads(&states, "Reference: x\nName by which\nFrom: y",
                 "Reference=x\\nName by which\nFrom=y\n");
    /* two lines of one guidance; two guidances; not inside a word */
    assert_reads(
        &states,
        "Name by which\na\nNombre por el cual\nReference: x\nName by whichever\nFrom: y",
        "(before Reference)=Name by which\\na\\nNombre por el cual\n"
        "Reference=x\\nName by whichever\nFrom=y\n");
    assert_reads(&states, "Central authority of the requested\nName by which\nTo: x",
                 "(before To)=Central authority of the requested\n"
                 "(before Reference)=Name by which\nTo=x\n");
}

static void test_the_closing_part_begins_behind_the_last_label(void **state)
{
    (void)state;
    assert_reads(&brazil, "FATOS: x\nAtenciosamente\nREMETENTE: y\n\nATENCIOSAMENTE,\nz\n",
                 "FATOS=x\\nAtenciosamente\nREMETENTE=y\n(signature)=ATENCIOSAMENTE,\\nz\n");
    assert_reads(&brazil, "FATOS: x\n\n______\n\n ________ \nFulano\n____",
                 "FATOS=x\n(signature)=Fulano\\n____\n");
    assert_reads(&brazil, "FATOS: x\n_____\n", "FATOS=x\n");
    assert_reads(&brazil, "FATOS: x\n____\nAtenciosamenteX",
                 "FATOS=x\\n____\\nAtenciosamenteX\n");
    assert_reads(&brazil, "FATOS: Atenciosamente", "FATOS=Atenciosamente\n");
    assert_reads(&brazil, "FATOS:\nAtenciosamente", "FATOS=null\n(signature)=Atenciosamente\n");
    assert_reads(&states, "To: x\nYours faithfully\nName by which\n",
                 "To=x\n(signature)=Yours faithfully\\nName by which\n");
    assert_reads(&china, "（三）本案适用的法律规定：甲\n此致敬礼",
                 "law=甲\n(signature)=此致敬礼\n");
}

static void test_a_sentence_that_begins_as_a_closing_is_no_closing(void **state)
{
    (void)state;
    assert_reads(&brazil, "FATOS: x\nAtenciosamente lida a carta.\ny",
                 "FATOS=x\\nAtenciosamente lida a carta.\\ny\n");
    assert_reads(&brazil,
                 "FATOS: x\nAtenciosamente a carta foi lida por todos os que ali se achavam",
                 "FATOS=x\\nAtenciosamente a carta foi lida por todos os que ali se achavam\n");
    assert_reads(&brazil, "FATOS: x\nAtenciosamente Fulano A. B.\ny",
                 "FATOS=x\n(signature)=Atenciosamente Fulano A. B.\\ny\n");
    assert_reads(&brazil, "FATOS: x\nAtenciosamente, o juiz.",
                 "FATOS=x\n(signature)=Atenciosamente, o juiz.\n");
}

/* "РќР°..." and the like: only where turning the bytes back gives the label. */
static void test_labels_of_a_wrong_character_set_are_told_by_their_number(void **state)
{
    (void)state;
    assert_reads(&china, "（一）请求机关的名称：甲\n（三）±¾°¸ÊÊÓÃµÄ·¨ÂÉ¹æ¶¨：乙",
                 "authority=甲\nlaw=乙\n!text.damaged 2:4\n");
    assert_reads(&china, "（一）请求机关的名称：甲\n（三）±¾°¸Ê：乙",
                 "authority=甲\\n（三）±¾°¸Ê：乙\n");
}

/* --- boxes */

static void test_one_ticked_box_is_the_name_of_its_option(void **state)
{
    (void)state;
    static const char *const yes[] = {"(X) SIM  ( ) NÃO",
                                      "(x)SIM()NÃO",
                                      "[X] Sim [ ] Nao",
                                      "☒ SIM ☐ NÃO",
                                      "☑ SIM □ NÃO",
                                      "✓ SIM NÃO",
                                      "（X） ＳＩＭ （ ） NÃO",
                                      "SIM (X) NÃO ( )",
                                      "SIM [x] / NÃO [ ]",
                                      "(X) SIM\n( ) NÃO",
                                      "\n(X) SIM ( ) NÃO",
                                      "\n\n  SIM (X), NÃO ( )",
                                      "( x ) SIM ( _ ) NÃO",
                                      "( ) NÃO (√) SIM",
                                      "SIM",
                                      "(Х) SIM",
                                      "SIM (X)\nNÃO ( )",
                                      ": (X) SIM ( ) NÃO",
                                      "(X) SIM ( ) N?O",
                                      "NÃƒO ( ) SIM (X)",
                                      "SIM: (X) NÃO: (__)",
                                      "[✓] SIM | [ ] NÃO",
                                      "(X)\u00A0SIM;\u3000( )\u00A0NÃO"};
    for (size_t i = 0; i < COUNT_OF(yes); i++) {
        char text[128];
        snprintf(text, sizeof(text), "TRAMITAÇÃO EM SIGILO? %s\nFATOS: x", yes[i]);
        assert_reads(&brazil, text, "SIGILO=yes\nFATOS=x\n");
    }
    assert_reads(&brazil, "Tramitação em sigilo (X) NÃO\nFATOS: x", "SIGILO=no\nFATOS=x\n");
    assert_reads(&brazil, "TRAMITAÇÃO EM SIGILO: NÃO (X)", "SIGILO=no\n");
    assert_reads(&china, "保密：（√）是（ ）否", "secret=yes\n");
    assert_reads(&china, "（十一）保密：是（ ）否（√）", "secret=no\n");
}

static void test_a_form_may_have_boxes_of_its_own(void **state)
{
    (void)state;
    struct text_form form = brazil;
    form.layout.ticked = "<+>";
    form.layout.blank = "<->";
    assert_reads(&form, "TRAMITAÇÃO EM SIGILO? <+> SIM <-> NÃO", "SIGILO=yes\n");
    assert_reads(&form, "TRAMITAÇÃO EM SIGILO? <-> SIM <-> NÃO", "SIGILO=null\n");
    assert_reads(&form, "TRAMITAÇÃO EM SIGILO? ( ) SIM (X) NÃO", "SIGILO=no\n");
}

static void test_no_ticked_box_is_null_and_other_text_stands_behind(void **state)
{
    (void)state;
    assert_reads(&brazil, "TRAMITAÇÃO EM SIGILO? ( ) SIM ( ) NÃO", "SIGILO=null\n");
    assert_reads(&brazil, "TRAMITAÇÃO EM SIGILO?\n", "SIGILO=null\n");
    assert_reads(&brazil, "TRAMITAÇÃO EM SIGILO? (X) SIM ( ) NÃO\nNÃO se aplica\n\nFATOS: x",
                 "SIGILO=yes\n(after SIGILO)=NÃO se aplica\nFATOS=x\n");
    assert_reads(&brazil, "TRAMITAÇÃO EM SIGILO? SIM (X)\nNÃO se aplica\n\nFATOS: x",
                 "SIGILO=yes\n(after SIGILO)=NÃO se aplica\nFATOS=x\n");
    assert_reads(&brazil, "TRAMITAÇÃO EM SIGILO? (X) SIM\nNÃO ( ) x",
                 "SIGILO=yes\n(after SIGILO)=NÃO ( ) x\n");
    assert_reads(&brazil, "TRAMITAÇÃO EM SIGILO? (X) SIM (X) SIM", "SIGILO=yes\n");
    assert_reads(&brazil, "TRAMITAÇÃO EM SIGILO? (X) SIM Lei 1",
                 "SIGILO=yes\n(after SIGILO)=Lei 1\n");
}

static void test_ticks_that_say_two_things_or_none_are_raw(void **state)
{
    (void)state;
    assert_reads(&brazil, "TRAMITAÇÃO EM SIGILO? (X) SIM (X) NÃO\ny\nFATOS: x",
                 "SIGILO=(X) SIM (X) NÃO\n(after SIGILO)=y\nFATOS=x\n!text.ticks 1:23\n");
    assert_reads(&brazil, "TRAMITAÇÃO EM SIGILO? (X) SIM ( ) TALVEZ",
                 "SIGILO=(X) SIM ( ) TALVEZ\n!text.ticks 1:23\n");
    assert_reads(&brazil, "TRAMITAÇÃO EM SIGILO?\n   não sei\n   ainda",
                 "SIGILO=não sei\\nainda\n!text.ticks 2:4\n");
    assert_reads(&brazil, "TRAMITAÇÃO EM SIGILO? SIM (X) TALVEZ ( )",
                 "SIGILO=SIM (X) TALVEZ ( )\n!text.ticks 1:23\n");
    assert_reads(&brazil, "TRAMITAÇÃO EM SIGILO? SIM NÃO",
                 "SIGILO=SIM NÃO\n!text.ticks 1:23\n");
    assert_reads(&brazil, "TRAMITAÇÃO EM SIGILO? SIMPLES",
                 "SIGILO=SIMPLES\n!text.ticks 1:23\n");
    assert_reads(&brazil, "TRAMITAÇÃO EM SIGILO? (X) (X) SIM",
                 "SIGILO=(X) (X) SIM\n!text.ticks 1:23\n");
    struct text_reading reading;
    text_reading_init(&reading, &brazil);
    static const char text[] = "Tramitação em sigilo? (X) SIM (X) NÃO";
    text_reading_read(&reading, text, sizeof(text) - 1);
    assert_string_equal(reading.collected.all[0].message,
                        "2 boxes of \"SIGILO\" are ticked; expected one");
    text_reading_free(&reading);
}

/* --- damage */

static void test_damaged_labels_are_found_and_told(void **state)
{
    (void)state;
    static const char *const damaged[] = {"DESCRI\uFFFD\uFFFDO DA ASSIST\uFFFDNCIA SOLICITADA",
                                          "DESCRI??O DA ASSIST?NCIA SOLICITADA",
                                          "DESCRIÃ‡ÃƒO DA ASSISTÃŠNCIA SOLICITADA",
                                          "DESCRIÃ├O DA ASSIST╩NCIA SOLICITADA",
                                          "Descri├º├úo da assist├¬ncia solicitada",
                                          "descriÃ§Ã£o da\nassistÃªncia solicitada"};
    for (size_t i = 0; i < COUNT_OF(damaged); i++) {
        char text[160];
        snprintf(text, sizeof(text), "FATOS: x\n7. %s: y", damaged[i]);
        assert_reads(&brazil, text, "FATOS=x\nDESCRIÇÃO=y\n!text.damaged 2:4\n");
    }
    assert_reads(&states, "Descripci¾n: x\nLa materia en cuesti¾n\nRefer?ncia: y",
                 "Description=x\nMatter\nReference=y\n!text.damaged 1:1\n!text.damaged 2:1\n"
                 "!text.damaged 3:1\n");
    assert_reads(&brazil, "TRAMITA??O EM SIGILO? (X) SIM", "SIGILO=yes\n!text.damaged 1:1\n");
    /* too many, too few, other letters, no ASCII to hold on to */
    assert_reads(&brazil, "FATOS: x\nREFER?????NCIA: y\nREFERNCIA: z\nREFERENC?A: w",
                 "FATOS=x\\nREFER?????NCIA: y\\nREFERNCIA: z\\nREFERENC?A: w\n");
    assert_reads(&russia, "Ещ?: x\n1) Орган, от которого исходит запрос: y",
                 "(preamble)=Ещ?: x\nauthority=y\n");
    struct text_reading reading;
    text_reading_init(&reading, &brazil);
    text_reading_read(&reading, "REFER?NCIA: x", 13);
    assert_string_equal(reading.collected.all[0].message,
                        "found \"REFER?NCIA\"; expected \"REFERÊNCIA\"");
    assert_string_equal(reading.collected.all[0].source, "REFERÊNCIA");
    text_reading_free(&reading);
}

static const struct text_label edge_labels[] = {
    {NAMED("place"), SAID(WORDS(0, "Lieu o\u00F9 il est n\u00E9:"))},
    {NAMED("born"), SAID(WORDS(0, "Il est n\u00E9?"))},
    {NAMED("state"), SAID(WORDS(0, "\u00C9tat civil"))},
    {NAMED("few"), SAID(WORDS(0, "\u00C0\u00C9\u00CE\u00D5\u00DCabc"))}};
static const struct text_form edge = {.languages = one_language,
                                      .language_count = 1,
                                      .labels = edge_labels,
                                      .label_count = COUNT_OF(edge_labels),
                                      .layout = {"", ". ", ": ", "", "", ""}};

static void test_damage_at_the_end_of_a_label_leaves_what_follows(void **state)
{
    (void)state;
    assert_reads(&edge, "Lieu o\u00F9 il est ne\u0301: x", "place=x\n");
    assert_reads(&edge, "Lieu o? il est n?: x", "place=x\n!text.damaged 1:1\n");
    assert_reads(&edge, "Lieu o? il est n\uFFFD\uFF1Ax", "place=x\n!text.damaged 1:1\n");
    assert_reads(&edge, "Il est n?? \u00E0 Lyon", "born=\u00E0 Lyon\n!text.damaged 1:1\n");
    assert_reads(&edge, "Il est n\u00E9? x", "born=x\n");
    assert_reads(&edge, "?tat civil: x", "state=x\n!text.damaged 1:1\n");
    assert_reads(&edge, "\u00DA\u00C9tat civil: x\nIl est n\u00E9? y",
                 "state=x\nborn=y\n!text.damaged 1:1\n");
    /* too few letters to hold on to */
    assert_reads(&edge, "?????abc: x\nIl est n\u00E9? y", "(preamble)=?????abc: x\nborn=y\n");
}

static void test_lost_letters_in_a_value_are_told_once_and_stay(void **state)
{
    (void)state;
    assert_reads(&brazil, "FATOS: a\n   b\uFFFDc\uFFFD\nREMETENTE: ?\uFFFD",
                 "FATOS=a\\nb\uFFFDc\uFFFD\nREMETENTE=?\uFFFD\n!text.damaged 2:5\n"
                 "!text.damaged 3:13\n");
    assert_reads(&brazil, "\uFFFD\nFATOS: é Ã£ ?",
                 "(preamble)=\uFFFD\nFATOS=é Ã£ ?\n"
                 "!text.damaged 1:1\n");
}

static void test_the_first_control_character_is_told(void **state)
{
    (void)state;
    assert_reads(&brazil, "FATOS:\t\fa\x01\x02\x7F",
                 "FATOS=a\x01\x02\x7F\n!text.control 1:10\n");
    assert_reads(&brazil, "FATOS: é\xC2\x80", "FATOS=é\xC2\x80\n!text.control 1:9\n");
    assert_reads(&brazil,
                 "FATOS: \x7F"
                 "a234567890",
                 "FATOS=\x7F"
                 "a234567890\n!text.control 1:8\n");
    assert_reads(&brazil, "FATOS: \u00A0\u00BF º ª «»\r\n 12345678",
                 "FATOS=\u00BF º ª «»\\n12345678\n");
    /* at every place of the eight bytes that are looked at together */
    for (size_t at = 0; at < 40; at++) {
        char text[64];
        struct text_reading reading;
        text_reading_init(&reading, &brazil);
        size_t size = (size_t)snprintf(text, sizeof(text), "FATOS:%*s.", 40, "x");
        text[7 + at] = '\0';
        text_reading_read(&reading, text, size);
        assert_int_equal(reading.collected.count, 1);
        assert_int_equal(reading.collected.all[0].offset, 7 + at);
        text_reading_free(&reading);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_whole_form_is_read),
        cmocka_unit_test(test_ends_of_values_are_trimmed_and_line_ends_become_lf),
        cmocka_unit_test(test_the_indent_of_further_lines_is_layout),
        cmocka_unit_test(test_a_label_needs_a_colon_or_its_number_or_its_line),
        cmocka_unit_test(test_the_longest_label_wins),
        cmocka_unit_test(test_letters_count_without_case_accent_width_and_space),
        cmocka_unit_test(test_numbers_are_compared_by_what_they_mean),
        cmocka_unit_test(test_another_number_is_said_and_the_label_counts),
        cmocka_unit_test(test_of_several_candidates_the_best_is_taken),
        cmocka_unit_test(test_labels_with_the_same_words_are_told_by_number_or_order),
        cmocka_unit_test(test_a_heading_is_no_leaf_and_what_follows_it_is_kept),
        cmocka_unit_test(test_guidance_ends_a_value_and_stands_before_its_label),
        cmocka_unit_test(test_the_closing_part_begins_behind_the_last_label),
        cmocka_unit_test(test_a_sentence_that_begins_as_a_closing_is_no_closing),
        cmocka_unit_test(test_labels_of_a_wrong_character_set_are_told_by_their_number),
        cmocka_unit_test(test_one_ticked_box_is_the_name_of_its_option),
        cmocka_unit_test(test_a_form_may_have_boxes_of_its_own),
        cmocka_unit_test(test_no_ticked_box_is_null_and_other_text_stands_behind),
        cmocka_unit_test(test_ticks_that_say_two_things_or_none_are_raw),
        cmocka_unit_test(test_damaged_labels_are_found_and_told),
        cmocka_unit_test(test_damage_at_the_end_of_a_label_leaves_what_follows),
        cmocka_unit_test(test_lost_letters_in_a_value_are_told_once_and_stay),
        cmocka_unit_test(test_the_first_control_character_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
