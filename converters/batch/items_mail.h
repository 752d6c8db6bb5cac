/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the reader of mailboxes is made of. */
#ifndef COMITY_CONVERTERS_BATCH_ITEMS_MAIL_H
#define COMITY_CONVERTERS_BATCH_ITEMS_MAIL_H

#include "batch/items_run.h"

/* One message, without its "From " line, in parts. */
comity_status mail_take_message(struct run *run, const char *bytes, size_t size,
                                uint32_t depth);

/* False where a message would make more objects than any honest one does; says so. */
bool mail_is_bounded(const char *bytes, size_t size, struct fault *fault);

#endif
