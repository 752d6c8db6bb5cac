/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the reader of labelled text says about a document, each with its place.  Labels are
 * named; values never are: findings go to logs. */
#ifndef COMITY_SYNTAX_TEXT_REPORT_H
#define COMITY_SYNTAX_TEXT_REPORT_H

#include "syntax/text.h"

struct text_reporter {
    struct tree *tree;
    const struct text_form *form;
    const struct limits *limits;
    struct findings *findings;
};

void text_report_number(const struct text_reporter *reporter, uint32_t index,
                        const struct text_label *label, size_t offset);

/* `taken`: where the candidate stands that counts. */
void text_report_twice(const struct text_reporter *reporter, uint32_t index,
                       const struct text_label *label, size_t offset, struct place taken);

/* A label, read between two offsets, that is `words` but for some letters. */
void text_report_damaged_label(const struct text_reporter *reporter, uint32_t index,
                               const struct text_words *words, size_t offset, size_t end);

/* U+FFFD in a value: looks for it, and says so once. */
void text_report_lost(const struct text_reporter *reporter, uint32_t index, size_t offset,
                      size_t end);

void text_report_ticks(const struct text_reporter *reporter, uint32_t index,
                       const struct text_label *label, size_t offset, size_t ticked);

/* Looks for control characters that text does not have, and reports the first. */
void text_report_controls(const struct text_reporter *reporter);

/* These return the status that the reader ends with. */
comity_status text_fail_no_label(const struct text_reporter *reporter);
comity_status text_fail_bytes(const struct text_reporter *reporter);
comity_status text_fail_members(const struct text_reporter *reporter, size_t offset);
comity_status text_fail_memory(const struct text_reporter *reporter, size_t offset,
                               size_t size);

#endif
