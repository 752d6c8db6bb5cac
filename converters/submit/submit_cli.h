/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the commands that send share. */
#ifndef COMITY_CONVERTERS_SUBMIT_SUBMIT_CLI_H
#define COMITY_CONVERTERS_SUBMIT_SUBMIT_CLI_H

#include "cli.h"

#include "submit/outbox.h"

/* The word that a command begins with, one of `words` (the last is NULL), with at least `least`
 * arguments behind it and at most `most`; NULL: told already. */
const char *submit_word(struct cli *cli, const char *const *words, int least, int most);
/* Tells what went wrong with the store, and gives the exit status. */
int submit_failed(struct cli *cli, const struct store *store);
/* One item on a line: as a table's row, or as JSON. */
void submit_print_item(const struct cli *cli, const struct outbox_item *item);

#endif
