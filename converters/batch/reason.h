/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * reason.json: why an item stands aside. */
#ifndef COMITY_CONVERTERS_BATCH_REASON_H
#define COMITY_CONVERTERS_BATCH_REASON_H

#include "batch/job.h"

/* Findings of one item that are written; the rest is counted. */
#define REASON_FINDINGS 200

/* `from` may be NULL.  COMITY_E_NOMEM. */
comity_status reason_write(const struct job *job, const char *from, const char *to,
                           struct buffer *reason);

#endif
