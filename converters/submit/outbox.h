/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is to be sent, and what became of it.  An item's identity, a UUID of version 5 of its
 * endpoint, its request and the digest of its bytes, stands in the store before the first
 * byte is sent: the same request to the same endpoint is the same item, however often it is
 * submitted and whatever breaks.  Knows nothing of how items are sent. */
#ifndef COMITY_CONVERTERS_SUBMIT_OUTBOX_H
#define COMITY_CONVERTERS_SUBMIT_OUTBOX_H

#include "base/encoding.h"
#include "submit/endpoint.h"

/* queued: it waits for its time.  sending: it was given out, and whether it arrived is not
 * known. accepted: the other end has taken it and will say more.  delivered: it is done.
 * rejected: the other end refused it for good.  held: a person decides.  dead: it was given
 * up. */
enum outbox_state {
    OUTBOX_QUEUED,
    OUTBOX_SENDING,
    OUTBOX_ACCEPTED,
    OUTBOX_DELIVERED,
    OUTBOX_REJECTED,
    OUTBOX_HELD,
    OUTBOX_DEAD
};
#define OUTBOX_STATES 7
const char *outbox_state_name(enum outbox_state state);

struct outbox_item {
    int64_t number;
    char id[UUID_TEXT];
    enum outbox_state state;
    struct endpoint endpoint; /* as it was when the item was queued */
    char *fault;              /* what is wrong with it, so that nothing may be sent; or NULL */
    char *media_type, *kind, *reference, *to_state, *channel, *reason;
    char *answers, *outcome; /* when it is put: of an answer, the request's reference and what
                                was decided; or NULL */
    char *payload;
    size_t size;
    char sha256[SHA256_HEX_SIZE + 1];
    int64_t attempts, made, next, retain; /* times: seconds since 1970; 0: never */
    int64_t ask;                          /* when it is asked what became of it; 0: never */
};
void outbox_free_item(struct outbox_item *item);

/* What became of an attempt. */
struct verdict {
    enum outbox_state state; /* OUTBOX_QUEUED: to be tried again */
    int64_t wait;            /* seconds until then, at least; 0: as the client sees fit */
    long status;             /* of HTTP; 0: there was no answer */
    const char *receipt;     /* name of the receipt: "answer", an e-CODEX evidence */
    const char *body;        /* of the answer; may be NULL */
    size_t size;
    bool is_uncertain; /* held since it may have arrived, or not: asking may tell */
    char reason[300];  /* a sentence; "" where there is nothing to be said */
};

/* A UUID of version 5 in the name space of what is sent and received. */
void outbox_name(const char *const texts[3], char id[UUID_TEXT]);
/* Makes the identity of an item out of its endpoint, reference and digest. */
void outbox_identify(struct outbox_item *item);
/* Adds an item, or finds it: *is_new tells, and item->number and item->state become those in
 * the store.  Adds a line to the account.  Durable when it returns. */
comity_status outbox_put(struct store *store, struct outbox_item *item, int64_t now,
                         bool *is_new);
/* The same within a transaction of the caller's. */
comity_status outbox_add(struct store *store, struct outbox_item *item, int64_t now,
                         bool *is_new);

/* Gives out items that were due by `due`, at most so many: they are sending from then on,
 * durably, and the account says so.  Each item is the callee's to free.  `endpoint` NULL: of
 * any. */
typedef comity_status outbox_item_fn(void *user, struct outbox_item *item);
comity_status outbox_take(struct store *store, int64_t now, int64_t due, int most,
                          outbox_item_fn *each, void *user);
/* Gives out items that are due to be asked for, at most so many; each is due again later.  It
 * stays in its state until outbox_settle_asked(). */
comity_status outbox_take_asked(struct store *store, int64_t now, int64_t due, int most,
                                outbox_item_fn *each, void *user);
/* Notes what was learnt, within a transaction of the caller's; nothing where that is nothing
 * new.  COMITY_END: the item is in another state by now. */
comity_status outbox_settle_asked(struct store *store, const struct outbox_item *item,
                                  const struct verdict *verdict, int64_t now);
/* What a run that was cut off has left sending: queued again where the protocol has an identity
 * by which the other end knows it, else held. */
comity_status outbox_recover(struct store *store, int64_t now);
/* Notes what became of an attempt, within a transaction of the caller's: with its receipt,
 * and in the account. */
comity_status outbox_settle(struct store *store, const struct outbox_item *item,
                            const struct verdict *verdict, int64_t now);
/* Notes an answer of the other State to an item, within a transaction of the caller's: a
 * receipt named by the answer's kind, with its digest; and what was accepted is delivered,
 * with a line of the account.  COMITY_END: there is no such item. */
comity_status outbox_answered(struct store *store, int64_t number, const char *kind,
                              const char *sha256, int64_t now);

/* Items by state (OUTBOX_STATES: all), oldest first, without their payload. */
comity_status outbox_each(struct store *store, int state, outbox_item_fn *each, void *user);
/* By id or the beginning of one that is not ambiguous; with its payload.  COMITY_END: none. */
comity_status outbox_find(struct store *store, const char *id, struct outbox_item *item,
                          char *message, size_t size);
/* A person's word: queued again at once (held, rejected, dead), held (queued), or dead.
 * COMITY_END: the item is no longer in the state in which it was found. */
comity_status outbox_decide(struct store *store, const struct outbox_item *item,
                            enum outbox_state state, const char *reason, int64_t now);
/* Destroys the content of what is ended and past its time, and says so in the account. */
comity_status outbox_purge(struct store *store, int64_t now, int64_t *purged);

typedef comity_status receipt_fn(void *user, int64_t at, const char *name, long status,
                                 const char *sha256, const char *body, size_t size);
comity_status outbox_receipts(struct store *store, const struct outbox_item *item,
                              receipt_fn *each, void *user);

#endif
