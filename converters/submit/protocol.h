/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How an endpoint is spoken to: what is put around an item's bytes, and what an answer means.
 * Each protocol is one file. */
#ifndef COMITY_CONVERTERS_SUBMIT_PROTOCOL_H
#define COMITY_CONVERTERS_SUBMIT_PROTOCOL_H

#include "submit/outbox.h"

/* What came back. */
struct answer {
    long status;         /* of HTTP */
    int64_t retry_after; /* seconds; 0: nothing was said */
    const char *body;    /* whole, and no longer than is allowed */
    size_t size;
};

struct protocol {
    const char *name;
    /* the other end knows an item that it has had before, and does nothing twice */
    bool has_identity;
    /* Header lines, "Name: value", each added by the protocol; NULL: none. */
    comity_status (*headers)(const struct outbox_item *item,
                             comity_status (*add)(void *user, const char *line), void *user);
    /* What an answer means.  `verdict` stands on OUTBOX_REJECTED without a reason. */
    void (*judge)(const struct outbox_item *item, const struct answer *answer,
                  struct verdict *verdict);
};

/* NULL where there is none of that name. */
const struct protocol *protocol_find(const char *name);

extern const struct protocol protocol_https, protocol_hi1;

/* What the status of HTTP alone says: to be tried again (408, 409, 425, 429, 5xx), or
 * refused. */
void protocol_judge_status(const struct answer *answer, struct verdict *verdict);

#endif
