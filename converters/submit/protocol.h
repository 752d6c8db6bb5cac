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

/* One request of HTTP, as a protocol makes it. */
struct call {
    const char *path;       /* behind the endpoint's own, "/a/b"; NULL: nothing */
    const char *parameters; /* behind "?"; NULL: none */
    const char *media_type; /* NULL: the item's */
    struct buffer body;     /* what is sent; where it is not `wrapped`: the item's own bytes */
    struct buffer text;     /* for what path and parameters point to */
    bool wrapped;
    bool is_get; /* nothing is sent */
};

struct protocol {
    const char *name;
    /* the other end knows an item that it has had before, and does nothing twice */
    bool has_identity;
    /* what the settings must say in "parties"; NULL ends */
    const char *const *parties;
    /* What is sent; NULL: a POST of the item's bytes.  `call` stands empty. */
    void (*make)(const struct outbox_item *item, struct call *call);
    /* Header lines, "Name: value", each added by the protocol; NULL: none. */
    comity_status (*headers)(const struct outbox_item *item,
                             comity_status (*add)(void *user, const char *line), void *user);
    /* What an answer means.  `verdict` stands on OUTBOX_REJECTED without a reason. */
    void (*judge)(const struct outbox_item *item, const struct answer *answer,
                  struct verdict *verdict);
    /* How to ask what became of an item that was accepted, or of which it is not known whether
     * it arrived; NULL: there is no way. */
    void (*ask)(const struct outbox_item *item, struct call *call);
    /* What the answer to that means.  `verdict` stands on the item's own state: then nothing
     * is new; a reason says why nothing was learnt. */
    void (*judge_asked)(const struct outbox_item *item, const struct answer *answer,
                        struct verdict *verdict);
};

/* NULL where there is none of that name. */
const struct protocol *protocol_find(const char *name);

extern const struct protocol protocol_https, protocol_hi1, protocol_connector_client,
    protocol_domibus;

/* What the status of HTTP alone says: to be tried again (408, 409, 425, 429, 5xx), or
 * refused.  Where the other end knows no identity, it may have been done nevertheless, unless
 * the status says that it was not looked at (425, 429, 503). */
void protocol_judge_status(const struct outbox_item *item, const struct answer *answer,
                           struct verdict *verdict);

/* One of the endpoint's parties; NULL: not given. */
const char *protocol_party(const struct outbox_item *item, const char *name);

#endif
