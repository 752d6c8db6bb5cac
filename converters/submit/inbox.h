/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What came from other States: requests, and answers to what was sent.  Each document is kept
 * once, told by the digest of its bytes, with the canonical document that was made of it.  An
 * answer is matched by its reference to what was sent (61.23).  Content is destroyed when its
 * time has come, and the account says so (57.4, 63).  Knows nothing of formats. */
#ifndef COMITY_CONVERTERS_SUBMIT_INBOX_H
#define COMITY_CONVERTERS_SUBMIT_INBOX_H

#include "submit/outbox.h"

struct inbox_entry {
    int64_t number;
    char id[UUID_TEXT];
    char sha256[SHA256_HEX_SIZE + 1]; /* of the original */
    int64_t position;                 /* of the documents that stand in one original: from 0 */
    int64_t at, retain;               /* seconds since 1970; retain 0: never destroyed */
    char *kind;
    char *reference;  /* the document's own, or "" */
    char *from_state; /* or "" */
    char *answered;   /* of an answer, the reference of the request; or "" */
    char *outcome;    /* what was decided, or "" */
    char *format;     /* that it was read by */
    bool is_notice;   /* when it is added: of a service that publishes them; nobody asks here */
    int64_t lacks;    /* what the convention asks for and it has not: so many findings */
    int64_t answers, follows, acknowledgement; /* numbers; 0: none */
    char answers_id[UUID_TEXT], follows_id[UUID_TEXT], acknowledgement_id[UUID_TEXT];
    char *original, *canonical;  /* NULL: not asked for, or destroyed */
    size_t size, canonical_size; /* the original's is known after its destruction too */
    bool is_kept;                /* the content is there */
};
void inbox_free(struct inbox_entry *entry);

/* The identity of an entry, out of digest and position. */
void inbox_identify(struct inbox_entry *entry);

/* What an answer was matched to. */
struct inbox_match {
    int64_t count;     /* of what was sent, and what came, with that reference and State */
    bool is_elsewhere; /* there is some of that reference, for another State */
};

/* Each of these is done within a transaction of the caller's. */

/* Adds an entry with its content and a line of the account, or finds it: *is_new tells, and
 * number and acknowledgement become known. */
comity_status inbox_add(struct store *store, struct inbox_entry *entry, int64_t now,
                        bool *is_new);
/* Matches an answer to what was sent: of several the newest that has not ended, else the
 * newest.  Where nothing was sent, to a request that came.  An item is told of its answer. */
comity_status inbox_match(struct store *store, struct inbox_entry *entry, int64_t now,
                          struct inbox_match *match);
/* Notes which item acknowledges a request. */
comity_status inbox_acknowledged(struct store *store, struct inbox_entry *entry,
                                 const struct outbox_item *item);

/* --- for people */

/* All entries, oldest first, without their content; each is the callee's to free. */
typedef comity_status inbox_entry_fn(void *user, struct inbox_entry *entry);
comity_status inbox_each(struct store *store, inbox_entry_fn *each, void *user);
/* By id or the beginning of one that is not ambiguous, with its content.  COMITY_END: none,
 * and a sentence in `message`. */
comity_status inbox_find(struct store *store, const char *id, struct inbox_entry *entry,
                         char *message, size_t size);
/* Destroys the content of what is past its time, in a transaction of its own, durably and out
 * of the log of the file too; each has a line of the account. */
comity_status inbox_purge(struct store *store, int64_t now, int64_t *purged);

#endif
