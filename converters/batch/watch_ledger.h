/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The ledger of a watched folder: one that goes on where it ended. */
#ifndef COMITY_CONVERTERS_BATCH_WATCH_LEDGER_H
#define COMITY_CONVERTERS_BATCH_WATCH_LEDGER_H

#include "batch/run.h"

/* Opens it behind the lines of all files before number `first`, the first that is still in
 * work/ (UINT64_MAX: none is); *next becomes larger than every number that it tells of.  A run
 * of other options or plugins begins with a line that says so.  COMITY_E_USAGE: it is the
 * ledger of another batch; COMITY_E_IO with ledger.error. */
comity_status watch_ledger_open(struct batch_run *run, uint64_t first, uint64_t *next);

#endif
