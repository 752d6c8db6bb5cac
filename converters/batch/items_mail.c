/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The messages of a mailbox. */
#include "batch/items_run.h"

comity_status items_take_mbox(struct run *run, struct feed *feed, uint32_t depth)
{
    (void)depth;
    return items_take_whole(run, feed);
}
