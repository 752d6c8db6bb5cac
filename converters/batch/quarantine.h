/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What stands aside: for each item with a document that failed a folder with its bytes as they
 * came, `input`, and `reason.json`. */
#ifndef COMITY_CONVERTERS_BATCH_QUARANTINE_H
#define COMITY_CONVERTERS_BATCH_QUARANTINE_H

#include "batch/job.h"

struct quarantine {
    char *path;
    int fd; /* -1: not made yet */
    int error;
};

/* "OUT.quarantine". */
comity_status quarantine_open(struct quarantine *quarantine, const char *output);
/* Puts an item aside under a name; it is there as a whole when this returns.  `reason` is the
 * text of its reason.json. */
comity_status quarantine_put(struct quarantine *quarantine, const char *name,
                             const struct job *job, const char *reason, size_t reason_len);
/* Puts aside what stands aside under the same name in another quarantine, a folder's path.
 * COMITY_E_IO with `error`, or, where it is not there as a whole, without. */
comity_status quarantine_carry(struct quarantine *quarantine, const char *other,
                               const char *name);
comity_status quarantine_sync(struct quarantine *quarantine);
/* Takes away what stands under a name, if anything does. */
void quarantine_remove(struct quarantine *quarantine, const char *name, size_t len);
void quarantine_close(struct quarantine *quarantine);

#endif
