/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the reader of labelled text says.  Knows nothing of how labels are found. */
#include "syntax/text_report.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SHOWN 60u /* bytes of a label in a message */

__attribute__((format(printf, 7, 8))) static void say(const struct text_reporter *reporter,
                                                      uint32_t index, int32_t severity,
                                                      const char *code, size_t offset,
                                                      const char *hint, const char *format, ...)
{
    struct syntax_error error = {.code = code, .hint = hint, .offset = offset};
    va_list list;
    va_start(list, format);
    vsnprintf(error.message, sizeof error.message, format, list);
    va_end(list);
    tree_report_at(reporter->tree, reporter->findings, index, severity, &error);
}

/* A label as a message shows it: on one line, and not too long. */
struct shown {
    char text[SHOWN + 4];
};

static struct shown show(const char *text, size_t len)
{
    struct shown shown;
    size_t cut = utf8_cut(text, len, SHOWN);
    memcpy(shown.text, text, cut);
    for (size_t i = 0; i < cut; i++)
        if ((unsigned char)shown.text[i] < ' ')
            shown.text[i] = ' ';
    memcpy(shown.text + cut, cut < len ? "..." : "", cut < len ? 4 : 1);
    return shown;
}

void text_report_number(const struct text_reporter *reporter, uint32_t index,
                        const struct text_label *label, size_t offset)
{
    say(reporter, index, COMITY_WARNING, "text.number", offset, NULL,
        "the label \"%s\" stands with another number; in the form it is %s",
        show(label->name, label->name_len).text,
        show(label->number, strlen(label->number)).text);
}

void text_report_twice(const struct text_reporter *reporter, uint32_t index,
                       const struct text_label *label, size_t offset, struct place taken)
{
    say(reporter, index, COMITY_WARNING, "text.label-twice", offset,
        "if the value before it ends here, the labels are mixed up",
        "the label \"%s\" stands here too; the one in line %llu, column %llu counts",
        show(label->name, label->name_len).text, (unsigned long long)taken.line,
        (unsigned long long)taken.column);
}

void text_report_damaged_label(const struct text_reporter *reporter, uint32_t index,
                               const struct text_words *words, size_t offset, size_t end)
{
    say(reporter, index, COMITY_WARNING, "text.damaged", offset,
        "the text was read in the wrong encoding on its way; its values are changed too",
        "found \"%s\"; expected \"%s\"", show(reporter->tree->text + offset, end - offset).text,
        show(words->text, words->len).text);
}

void text_report_lost(const struct text_reporter *reporter, uint32_t index, size_t offset,
                      size_t end)
{
    const char *text = reporter->tree->text;
    const char *at = text + offset, *stop = text + end;
    while (stop - at >= 3 && (at = memchr(at, 0xEF, (size_t)(stop - at - 2)))) {
        if ((unsigned char)at[1] == 0xBF && (unsigned char)at[2] == 0xBD) {
            say(reporter, index, COMITY_WARNING, "text.damaged", (size_t)(at - text),
                "get the text again in its own encoding",
                "a character was lost here before the text came; U+FFFD stands for it");
            return;
        }
        at++;
    }
}

void text_report_ticks(const struct text_reporter *reporter, uint32_t index,
                       const struct text_label *label, size_t offset, size_t ticked)
{
    if (ticked > 1)
        say(reporter, index, COMITY_WARNING, "text.ticks", offset, "tick one",
            "%zu boxes of \"%s\" are ticked; expected one", ticked,
            show(label->name, label->name_len).text);
    else
        say(reporter, index, COMITY_WARNING, "text.ticks", offset, NULL,
            "found something else than tick boxes behind \"%s\"",
            show(label->name, label->name_len).text);
}

/* --- control characters */

#define ONES UINT64_C(0x0101010101010101)
#define HIGH_BITS (ONES << 7)

/* True for U+0000 to U+001F but for what text has, U+007F, and U+0080 to U+009F. */
static bool is_control(const unsigned char *at, const unsigned char *end)
{
    if (*at == 0xC2)
        return at + 1 < end && at[1] < 0xA0;
    if (*at >= ' ')
        return *at == 0x7F;
    return *at != '\t' && *at != '\n' && *at != '\r' && *at != '\f';
}

/* Bytes that take a closer look: below 20, 7F, C2 (some others are marked too). */
static uint64_t suspects(uint64_t word)
{
    uint64_t low = (word - ONES * 0x20) & ~word;
    uint64_t delete = word ^ (ONES * 0x7F), lead = word ^ (ONES * 0xC2);
    delete = (delete - ONES) & ~delete;
    lead = (lead - ONES) & ~lead;
    return (low | delete | lead) & HIGH_BITS;
}

void text_report_controls(const struct text_reporter *reporter)
{
    const unsigned char *text = (const unsigned char *)reporter->tree->text;
    const unsigned char *end = text + reporter->tree->size;
    for (const unsigned char *at = text; at < end;) {
        uint64_t word;
        size_t step = (size_t)(end - at) < sizeof word ? (size_t)(end - at) : sizeof word;
        if (step == sizeof word) {
            memcpy(&word, at, sizeof word);
            if (!suspects(word)) {
                at += sizeof word;
                continue;
            }
        }
        for (const unsigned char *stop = at + step; at < stop; at++) {
            if (!is_control(at, end))
                continue;
            unsigned code = *at == 0xC2 ? at[1] : *at;
            say(reporter, 0, COMITY_WARNING, "text.control", (size_t)(at - text), NULL,
                "found the control character U+%04X, which text does not have", code);
            return;
        }
    }
}

/* --- ends */

comity_status text_fail_no_label(const struct text_reporter *reporter)
{
    say(reporter, 0, COMITY_ERROR, "text.no-label", 0, "name the format with -f",
        "none of the form's %zu labels stands in the text", reporter->form->label_count);
    return COMITY_E_INVALID;
}

comity_status text_fail_bytes(const struct text_reporter *reporter)
{
    say(reporter, 0, COMITY_ERROR, "limit.bytes", 0,
        "raise the limit if such documents are to be expected",
        "the document is longer than %zu bytes", reporter->limits->bytes);
    return COMITY_E_LIMIT;
}

comity_status text_fail_members(const struct text_reporter *reporter, size_t offset)
{
    say(reporter, 0, COMITY_ERROR, "limit.members", offset,
        "raise the limit if such documents are to be expected",
        "the document holds more than %lu values", (unsigned long)reporter->limits->members);
    return COMITY_E_LIMIT;
}

comity_status text_fail_memory(const struct text_reporter *reporter, size_t offset, size_t size)
{
    if (!arena_is_full(reporter->tree->arena, size))
        return COMITY_E_NOMEM;
    say(reporter, 0, COMITY_ERROR, "limit.memory", offset,
        "raise the limit if such documents are to be expected",
        "the document takes more than %zu bytes of working memory",
        reporter->tree->arena->limit);
    return COMITY_E_LIMIT;
}
