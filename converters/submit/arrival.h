/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Documents as they come in: read in whatever format, checked, and made canonical.  Opens no
 * store. */
#ifndef COMITY_CONVERTERS_SUBMIT_ARRIVAL_H
#define COMITY_CONVERTERS_SUBMIT_ARRIVAL_H

#include "cli.h"

#include "submit/inbox.h"

/* One document that could be read. */
struct arrival {
    struct arrival *next;
    struct inbox_entry entry;                       /* without its times */
    size_t start, end;                              /* of the original in the input */
    char *scheme, *issued, *requesting, *requested; /* "": not stated */
};

/* Reads all documents of an input, whose name stands in cli->options.file.  What cannot be read
 * is told, and counted in cli->result.  What a document lacks of what the convention asks for
 * is told too; it stops it with --check alone, for it has come all the same.  Each document's
 * original is its own bytes, and the whole input where nothing else stands in that.  The caller
 * frees the list. */
comity_status arrivals_read(struct cli *cli, const char *bytes, size_t size,
                            struct arrival **first);
void arrivals_free(struct arrival *first);

#endif
