/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How each endpoint that is being sent to behaves: how many transfers to it run, and whether it
 * answers.  One that did not, several times in a row, is left alone for a while; then one
 * transfer tries whether it is back (a circuit breaker).  Not more than it can take is sent
 * to it, and a dead one keeps nobody else waiting. */
#ifndef COMITY_CONVERTERS_SUBMIT_PEERS_H
#define COMITY_CONVERTERS_SUBMIT_PEERS_H

#include "submit/outbox.h"

struct peer {
    struct peer *next;
    char *url;
    int64_t running;
    int64_t failures; /* in a row */
    int64_t until;    /* seconds since 1970: it is left alone till then */
};

struct peers {
    struct peer *first;
};

/* That of an endpoint, made where it is new; NULL: no memory. */
struct peer *peers_find(struct peers *peers, const char *url);
void peers_free(struct peers *peers);

/* True where one more transfer may begin, of at most so many at once. */
bool peer_may_begin(const struct peer *peer, int64_t most, int64_t now);
/* Seconds that it is still left alone; 0: it is not. */
int64_t peer_closed(const struct peer *peer, int64_t now);
/* What became of a transfer: `is_back` where there was an answer that says more than that there
 * will be one later.  `wait`: how long it asked to be left alone, 0: it did not.  After
 * PEER_FAILURES in a row it is left alone for a time between base and base * 2^n, `most` at
 * most. */
#define PEER_FAILURES 5
void peer_ended(struct peer *peer, bool is_back, int64_t wait, int64_t base, int64_t most,
                int64_t now);

#endif
