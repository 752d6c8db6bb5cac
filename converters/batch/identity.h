/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What makes a run the same as another: what it was asked for, and by what it converts. */
#ifndef COMITY_CONVERTERS_BATCH_IDENTITY_H
#define COMITY_CONVERTERS_BATCH_IDENTITY_H

#include "batch/batch.h"
#include "batch/ledger_write.h"
#include "batch/sink.h"

struct identity {
    char options[SHA256_TEXT]; /* SHA-256 of all that the documents' bytes depend on */
    char plugins[SHA256_TEXT]; /* of the formats and the files that they come from */
    const char *shard, *output, *comity; /* comity: version of the program */
    bool is_watch;
};

/* COMITY_E_IO where a plugin's file cannot be read any more; COMITY_E_NOMEM. */
comity_status identity_take(struct identity *identity, const struct cli *cli,
                            const struct batch_options *options, const struct sink *sink);
/* True of an option of the run, not of the documents: "output". */
bool identity_is_of_run(const char *name);
/* The ledger's first line. */
void identity_write(const struct identity *identity, const struct cli *cli,
                    struct ledger_writer *ledger);

#endif
