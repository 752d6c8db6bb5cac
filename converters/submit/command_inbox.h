/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The parts of comity inbox. */
#ifndef COMITY_CONVERTERS_SUBMIT_COMMAND_INBOX_H
#define COMITY_CONVERTERS_SUBMIT_COMMAND_INBOX_H

#include "submit/inbox.h"
#include "submit/submit_cli.h"

/* What the command was given, and what came of it. */
struct inbox_request {
    struct cli *cli;
    struct store store;
    const char *store_folder;
    int64_t retain; /* seconds; 0: never destroyed by itself */
    bool no_acknowledge, is_dry, is_original;
    uint64_t added, known, matched, acknowledged;
    comity_status status; /* of the store */
};

/* Takes in all inputs; cli_finish() gives the exit status. */
void inbox_take_in(struct inbox_request *request);
/* One entry on a line: as a table's row, or as JSON. */
void inbox_print(const struct cli *cli, const struct inbox_entry *entry);
/* list; show, document ID.  Each gives the exit status. */
int inbox_list(struct inbox_request *request);
int inbox_show(struct inbox_request *request, const char *id);
int inbox_document(struct inbox_request *request, const char *id);

#endif
