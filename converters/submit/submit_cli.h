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
/* Ends a command: `result`, unless standard output could not be written. */
int submit_finish(struct cli *cli, int result);
/* The seconds of an option that takes days, 1 to 36500. */
int submit_take_days(struct cli *cli, const char *value, int64_t *seconds);
/* Members of an object that is printed; none for "" and NULL, nor for the time 0. */
void submit_add_text(struct cJSON *object, const char *name, const char *text);
void submit_add_time(struct cJSON *object, const char *name, int64_t at);
/* One item on a line: as a table's row, or as JSON. */
void submit_print_item(const struct cli *cli, const struct outbox_item *item);

#endif
