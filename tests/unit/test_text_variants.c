/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of labelled text as people and programs really hand it on: one document a row,
 * each sloppy in its own way, and what is to come of it.
 *
 * Build: with tests/support/failing_alloc.c, linked as it says. */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

#include "text_forms.h"

/* A document; the nodes; "" where no finding is expected. */
struct variant {
    const char *what, *text, *nodes, *findings;
};

static void assert_variants(const struct text_form *form, const struct variant *variants,
                            size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct text_reading reading;
        struct buffer got, want;
        buffer_init(&got, 0);
        buffer_init(&want, 0);
        text_reading_init(&reading, form);
        comity_status status =
            text_reading_read(&reading, variants[i].text, strlen(variants[i].text));
        if (status != COMITY_OK)
            fail_msg("%s: status %d", variants[i].what, status);
        text_reading_dump(&reading, &got);
        buffer_char(&got, '\0');
        buffer_text(&want, variants[i].nodes);
        buffer_text(&want, variants[i].findings);
        buffer_char(&want, '\0');
        if (strcmp(got.bytes, want.bytes) != 0)
            fail_msg("%s:\n%s\nis read as\n%s\nexpected\n%s", variants[i].what,
                     variants[i].text, got.bytes, want.bytes);
        buffer_free(&got);
        buffer_free(&want);
        text_reading_free(&reading);
    }
}

/* What all of these say. */
#define BRAZIL "DESTINATÁRIO=Alemanha\nREFERÊNCIA=Caso 1\nFATOS=Em 2026\n"

static const struct variant brazil_variants[] = {
    {"as printed", "1. DESTINATÁRIO: Alemanha\n4. REFERÊNCIA: Caso 1\n5. FATOS: Em 2026\n",
     BRAZIL, ""},
    {"colons here and there",
     "1. DESTINATÁRIO: Alemanha\n4. REFERÊNCIA Caso 1\n5. FATOS Em 2026", BRAZIL, ""},
    {"older label",
     "1. DESTINATÁRIO (PARA): Alemanha\n4. REFERÊNCIA: Caso 1\n5. FATOS: Em 2026", BRAZIL, ""},
    {"no accents", "1. DESTINATARIO: Alemanha\n4. REFERENCIA: Caso 1\n5. FATOS: Em 2026",
     BRAZIL, ""},
    {"small letters", "1. destinatário: Alemanha\n4. referência: Caso 1\n5. fatos: Em 2026",
     BRAZIL, ""},
    {"spaced letters",
     "1. D E S T I N A T Á R I O: Alemanha\n4. R E F E R Ê N C I A: Caso 1\n"
     "5. F A T O S: Em 2026",
     BRAZIL, ""},
    {"no numbers", "DESTINATÁRIO: Alemanha\nREFERÊNCIA: Caso 1\nFATOS: Em 2026", BRAZIL, ""},
    {"brackets", "(1) DESTINATÁRIO: Alemanha\n(4) REFERÊNCIA: Caso 1\n( 5 ) FATOS: Em 2026",
     BRAZIL, ""},
    {"points and dashes",
     "1.- DESTINATÁRIO: Alemanha\n4 – REFERÊNCIA: Caso 1\n5 - FATOS: Em 2026", BRAZIL, ""},
    {"no blanks", "1.DESTINATÁRIO:Alemanha\n4)REFERÊNCIA:Caso 1\n5-FATOS:Em 2026", BRAZIL, ""},
    {"blanks before colons",
     "1 . DESTINATÁRIO : Alemanha\n4 ) REFERÊNCIA\t: Caso 1\n5. FATOS  :Em "
     "2026",
     BRAZIL, ""},
    {"CRLF", "1. DESTINATÁRIO: Alemanha\r\n4. REFERÊNCIA: Caso 1\r\n5. FATOS: Em 2026\r\n",
     BRAZIL, ""},
    {"CR alone", "1. DESTINATÁRIO: Alemanha\r4. REFERÊNCIA: Caso 1\r5. FATOS: Em 2026\r",
     BRAZIL, ""},
    {"indented", "  1. DESTINATÁRIO: Alemanha\n\t4. REFERÊNCIA: Caso 1\n \t 5. FATOS: Em 2026",
     BRAZIL, ""},
    {"no-break spaces",
     "1.\u00A0DESTINATÁRIO\u00A0:\u00A0Alemanha\n\u00A04.\u00A0REFERÊNCIA: Caso 1"
     "\u00A0\n5. FATOS: Em 2026",
     BRAZIL, ""},
    {"a byte-order mark",
     "\uFEFF1. DESTINATÁRIO: Alemanha\n4. REFERÊNCIA: Caso 1\n5. FATOS: Em "
     "2026",
     BRAZIL, ""},
    {"accents apart",
     "1. DESTINATA\u0301RIO: Alemanha\n4. REFERE\u0302NCIA: Caso 1\n5. FATOS: Em "
     "2026",
     BRAZIL, ""},
    {"values below",
     "1. DESTINATÁRIO:\nAlemanha\n\n4. REFERÊNCIA\n\nCaso 1\n5. FATOS\n   Em 2026", BRAZIL, ""},
    {"numbers above", "1.\nDESTINATÁRIO: Alemanha\n4.\nREFERÊNCIA: Caso 1\n5.\nFATOS: Em 2026",
     BRAZIL, ""},
    {"page breaks",
     "1. DESTINATÁRIO: Alemanha\n\f4. REFERÊNCIA: Caso 1\n\f\n5. FATOS: Em 2026\f", BRAZIL, ""},
    {"labels broken up",
     "1. DESTINA\nTÁRIO: Alemanha\n4. REFE\nRÊN\nCIA: Caso 1\n5. FATOS: Em 2026", BRAZIL, ""},
    {"soft hyphens",
     "1. DESTINA\u00ADTÁRIO: Alemanha\n4. REFERÊN\u00ADCIA: Caso 1\n5. FATOS: Em "
     "2026",
     BRAZIL, ""},
    {"full width",
     "１．ＤＥＳＴＩＮＡＴÁＲＩＯ：Alemanha\n４．ＲＥＦＥＲÊＮＣＩＡ：Caso "
     "1\n５．ＦＡＴＯＳ：Em 2026",
     BRAZIL, ""},
    {"dashes for colons", "DESTINATÁRIO - Alemanha\nREFERÊNCIA — Caso 1\nFATOS – Em 2026",
     BRAZIL, ""},
    {"many colons", "DESTINATÁRIO::: Alemanha\nREFERÊNCIA :- Caso 1\nFATOS.: Em 2026", BRAZIL,
     ""},
    {"ordinals", "1º DESTINATÁRIO: Alemanha\n4ª) REFERÊNCIA: Caso 1\n5°. FATOS: Em 2026",
     BRAZIL, ""},
    {"circled", "① DESTINATÁRIO: Alemanha\n④REFERÊNCIA: Caso 1\n⑤ FATOS Em 2026", BRAZIL, ""},
    {"zero before", "01. DESTINATÁRIO: Alemanha\n04. REFERÊNCIA: Caso 1\n05) FATOS: Em 2026",
     BRAZIL, ""},
    {"numbered anew", "1. DESTINATÁRIO: Alemanha\n2. REFERÊNCIA: Caso 1\n3. FATOS: Em 2026",
     BRAZIL, "!text.number 2:1\n!text.number 3:1\n"},
    {"lettered", "a) DESTINATÁRIO: Alemanha\nb) REFERÊNCIA: Caso 1\nc) FATOS: Em 2026", BRAZIL,
     "!text.number 1:1\n!text.number 2:1\n!text.number 3:1\n"},
    {"Roman", "I. DESTINATÁRIO: Alemanha\nIV. REFERÊNCIA: Caso 1\nV) FATOS: Em 2026", BRAZIL,
     "!text.number 1:1\n!text.number 2:1\n!text.number 3:1\n"},
    {"lost letters",
     "1. DESTINAT\uFFFDRIO: Alemanha\n4. REFER\uFFFDNCIA: Caso 1\n5. FATOS: Em 2026", BRAZIL,
     "!text.damaged 1:4\n!text.damaged 2:4\n"},
    {"question marks", "1. DESTINAT?RIO: Alemanha\n4. REFER?NCIA Caso 1\n5. FATOS: Em 2026",
     BRAZIL, "!text.damaged 1:4\n!text.damaged 2:4\n"},
    {"UTF-8 as Windows-1252",
     "1. DESTINATÃ\xC2\x81RIO: Alemanha\n4. REFERÃŠNCIA: Caso 1\n5. FATOS: "
     "Em 2026",
     BRAZIL, "!text.control 1:13\n!text.damaged 1:4\n!text.damaged 2:4\n"},
    {"Latin-1 as CP850", "1. DESTINAT┴RIO: Alemanha\n4. REFER╩NCIA: Caso 1\n5. FATOS: Em 2026",
     BRAZIL, "!text.damaged 1:4\n!text.damaged 2:4\n"},
    {"signed",
     "1. DESTINATÁRIO: Alemanha\n4. REFERÊNCIA: Caso 1\n5. FATOS: Em 2026\n\n\n"
     "________________\nFulano de Tal",
     BRAZIL "(signature)=Fulano de Tal\n", ""},
    {"a title",
     "\n\n   FORMULÁRIO\n   de 2026\n\n1. DESTINATÁRIO: Alemanha\n4. REFERÊNCIA: Caso 1\n"
     "5. FATOS: Em 2026",
     "(preamble)=FORMULÁRIO\\n   de 2026\n" BRAZIL, ""},
    {"a list in a value",
     "1. DESTINATÁRIO: Alemanha\n4. REFERÊNCIA: 1. Caso\n2. Remetente é X\n"
     "5. FATOS: 1) a\n2) b",
     "DESTINATÁRIO=Alemanha\nREFERÊNCIA=1. Caso\nREMETENTE=é X\nFATOS=1) a\\n2) b\n", ""},
    {"a label in a sentence",
     "1. DESTINATÁRIO: Alemanha, fatos: x\nFatos novos: y\nOs FATOS: z\n"
     "5. FATOS: Em 2026",
     "DESTINATÁRIO=Alemanha, fatos: x\\nFatos novos: y\\nOs FATOS: z\nFATOS=Em 2026\n", ""},
    {"a table of contents",
     "DESTINATÁRIO\nREFERÊNCIA\nFATOS\n\n1. DESTINATÁRIO: Alemanha\n"
     "4. REFERÊNCIA: Caso 1\n5. FATOS: Em 2026",
     "(preamble)=DESTINATÁRIO\\nREFERÊNCIA\\nFATOS\n" BRAZIL,
     "!text.label-twice 1:1\n!text.label-twice 2:1\n!text.label-twice 3:1\n"},
    {"a quoted form", "5. FATOS: o pedido dizia\nREFERÊNCIA: Caso 0\n4. REFERÊNCIA: Caso 1",
     "FATOS=o pedido dizia\\nREFERÊNCIA: Caso 0\nREFERÊNCIA=Caso 1\n",
     "!text.label-twice 2:1\n"},
    {"out of order", "5. FATOS: Em 2026\n1. DESTINATÁRIO: Alemanha\n",
     "FATOS=Em 2026\nDESTINATÁRIO=Alemanha\n", ""},
};

static const struct variant states_variants[] = {
    {"as printed", "Para:\n\tBrasil\nLos hechos:\n\tEl 3\nDocumentos\nnecesarios:\n\tDatos\n",
     "To=Brasil\nFacts=El 3\nDocuments=Datos\n", ""},
    {"on one line", "Para: Brasil\nLos hechos: El 3\nDocumentos necesarios: Datos\n",
     "To=Brasil\nFacts=El 3\nDocuments=Datos\n", ""},
    {"no indent", "Para:\nBrasil\nLos hechos:\nEl 3\nde mayo\nDocumentos\nnecesarios:\nDatos\n",
     "To=Brasil\nFacts=El 3\\nde mayo\nDocuments=Datos\n", ""},
    {"another indent", "Para:\n    Brasil\nLos hechos:\n    El 3\n      de mayo\n",
     "To=Brasil\nFacts=El 3\\n  de mayo\n", ""},
    {"empty lines", "\nPara\n\n\n\tBrasil\n\n\nLos\nhechos\n\n\tEl 3\n\n\tde mayo\n",
     "To=Brasil\nFacts=El 3\\n\\nde mayo\n", ""},
    {"mixed languages", "To: Brasil\nLos hechos: El 3\nDocumentos necessários: Datos",
     "To=Brasil\nFacts=El 3\nDocuments=Datos\n", ""},
    {"Latin-1 as UTF-8", "Para: Brasil\nLa materia en cuesti\uFFFDn\nDescripci\uFFFDn: x",
     "To=Brasil\nMatter\nDescription=x\n", "!text.damaged 2:1\n!text.damaged 3:1\n"},
    {"guidance left in",
     "Autoridad Central del Estado requerido o la autoridad\ncompetente\nPara:\n"
     "\tBrasil\nNombre por el cual se identifica el caso\nReferencia:\n\tCaso",
     "(before To)=Autoridad Central del Estado requerido o la "
     "autoridad\\ncompetente\nTo=Brasil\n"
     "(before Reference)=Nombre por el cual se identifica el caso\nReference=Caso\n",
     ""},
    {"De in a sentence", "Para: x\nDe acuerdo con la ley:\nDe: y\nPara que conste",
     "To=x\\nDe acuerdo con la ley:\nFrom=y\\nPara que conste\n", ""},
};

static const struct variant china_variants[] = {
    {"as printed",
     "（一）请求机关的名称：司法部\n（二）案件性质：诈骗\n（三）本案适用的法律规定：刑法",
     "authority=司法部\nnature=诈骗\nlaw=刑法\n", ""},
    {"a comma for brackets",
     "一、请求机关的名称：司法部\n二、案件性质：诈骗\n三、本案适用的法律规定：刑法",
     "authority=司法部\nnature=诈骗\nlaw=刑法\n", ""},
    {"Arabic numbers",
     "1、请求机关的名称：司法部\n(2)案件性质:诈骗\n３．本案适用的法律规定∶刑法",
     "authority=司法部\nnature=诈骗\nlaw=刑法\n", ""},
    {"no colons",
     "（一）请求机关的名称司法部\n（二）案件性质 诈骗\n（三）本案适用的法律规定\n刑法",
     "authority=司法部\nnature=诈骗\nlaw=刑法\n", ""},
    {"wide blanks",
     "\u3000\u3000（一）\u3000请求机关的\u3000名称：\u3000司法部\u3000\n\u3000（二）案件性质："
     "诈骗",
     "authority=司法部\nnature=诈骗\n", ""},
    {"no numbers", "请求机关的名称：司法部\n案件性质：诈骗\n案件性质不明：x\n",
     "authority=司法部\nnature=诈骗\\n案件性质不明：x\n", ""},
    {"wrong numbers", "（四）请求机关的名称：司法部\n（十二）案件性质：诈骗",
     "authority=司法部\nnature=诈骗\n", "!text.number 1:1\n!text.number 2:1\n"},
};

static void test_sloppy_numbered_forms_are_read(void **state)
{
    (void)state;
    assert_variants(&brazil, brazil_variants, COUNT_OF(brazil_variants));
}

static void test_sloppy_forms_of_several_languages_are_read(void **state)
{
    (void)state;
    assert_variants(&states, states_variants, COUNT_OF(states_variants));
}

static void test_sloppy_chinese_forms_are_read(void **state)
{
    (void)state;
    assert_variants(&china, china_variants, COUNT_OF(china_variants));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sloppy_numbered_forms_are_read),
        cmocka_unit_test(test_sloppy_forms_of_several_languages_are_read),
        cmocka_unit_test(test_sloppy_chinese_forms_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
