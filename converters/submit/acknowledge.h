/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Acknowledgements of requests that came (61.23): made, written, and put into the outbox.  They
 * say what is known and nothing else: which request, of which kind and date, when it came, and
 * between which States. */
#ifndef COMITY_CONVERTERS_SUBMIT_ACKNOWLEDGE_H
#define COMITY_CONVERTERS_SUBMIT_ACKNOWLEDGE_H

#include "submit/inbox.h"
#include "submit/routing.h"

/* A request as an acknowledgement tells of it; texts are lent, "" where nothing is stated. */
struct acknowledged {
    const char *kind;
    const char *reference, *scheme; /* the requesting side's, and who gave it */
    const char *issued;
    const char *requesting, *requested; /* States */
    const char *format;                 /* that it came in, with its options */
    int64_t received;                   /* seconds since 1970 */
};

/* Makes the acknowledgement, for the authority of the requesting State that the register names
 * for requests of that kind, else its central one; in the format of the request where that can
 * say it without a loss, else in that of the endpoint.  The item is the caller's to free, and
 * to add.  COMITY_E_INVALID with a fault: "inbox.no-reference", "inbox.no-route" or
 * "inbox.not-acknowledged". */
comity_status acknowledge(const struct cli *cli, struct store *store,
                          const struct acknowledged *request, struct outbox_item *item,
                          struct routing_fault *fault);

#endif
