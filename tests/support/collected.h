/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Findings, kept for a look at them afterwards.  For unit tests alone. */
#ifndef COMITY_TESTS_COLLECTED_H
#define COMITY_TESTS_COLLECTED_H

#include "base/finding.h"

#include <stdio.h>
#include <string.h>

#define COLLECTED_MOST 512

struct collected_one {
    int32_t severity;
    char code[48], message[256], hint[160], source[256], field[64];
    uint64_t line, column, offset;
};

struct collected {
    struct findings findings;
    size_t count;
    struct collected_one all[COLLECTED_MOST];
};

static inline void collected_emit(void *user, const struct comity_finding *finding)
{
    struct collected *collected = user;
    if (collected->count == COLLECTED_MOST)
        return;
    struct collected_one *one = &collected->all[collected->count++];
    one->severity = finding->severity;
    one->line = finding->line;
    one->column = finding->column;
    one->offset = finding->offset;
    snprintf(one->code, sizeof(one->code), "%s", finding->code);
    snprintf(one->message, sizeof(one->message), "%s", finding->message);
    snprintf(one->hint, sizeof(one->hint), "%s", finding->hint ? finding->hint : "");
    snprintf(one->source, sizeof(one->source), "%s", finding->source ? finding->source : "-");
    snprintf(one->field, sizeof(one->field), "%s", finding->field ? finding->field : "-");
}

static inline void collected_init(struct collected *collected)
{
    memset(collected, 0, sizeof(*collected));
    collected->findings.emit = collected_emit;
    collected->findings.user = collected;
}

#endif
