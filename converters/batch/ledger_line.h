/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One line of a ledger into its members.  Knows nothing of files. */
#ifndef COMITY_CONVERTERS_BATCH_LEDGER_LINE_H
#define COMITY_CONVERTERS_BATCH_LEDGER_LINE_H

#include "ledger_read.h"

#include "base/arena.h"
#include "syntax/tree.h"

/* What is used again from line to line. */
struct ledger_parser {
    struct arena arena;
    struct tree tree;
    struct ledger_loss *lost;
    size_t lost_capacity;
    char message[400];
};

void ledger_parser_init(struct ledger_parser *parser);
void ledger_parser_free(struct ledger_parser *parser);

/* Reads a line without its end; number and offset stay as they are.  A line that is not of the
 * shape becomes a LEDGER_FAULT.  COMITY_E_NOMEM. */
comity_status ledger_parse(struct ledger_parser *parser, const char *text, size_t len,
                           struct ledger_line *line);

#endif
