/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Endpoints that are being sent to; see peers.h. */
#include "submit/peers.h"

#include "submit/sending.h"

#include <stdlib.h>
#include <string.h>

struct peer *peers_find(struct peers *peers, const char *url)
{
    struct peer *peer = peers->first;
    while (peer && strcmp(peer->url, url) != 0)
        peer = peer->next;
    if (peer || !(peer = calloc(1, sizeof *peer)))
        return peer;
    peer->url = strdup(url);
    if (!peer->url) {
        free(peer);
        return NULL;
    }
    peer->next = peers->first;
    peers->first = peer;
    return peer;
}

void peers_free(struct peers *peers)
{
    while (peers->first) {
        struct peer *peer = peers->first;
        peers->first = peer->next;
        free(peer->url);
        free(peer);
    }
}

int64_t peer_closed(const struct peer *peer, int64_t now)
{
    return peer->until > now ? peer->until - now : 0;
}

bool peer_may_begin(const struct peer *peer, int64_t most, int64_t now)
{
    if (peer_closed(peer, now))
        return false;
    return peer->running < (peer->failures >= PEER_FAILURES ? 1 : most);
}

void peer_ended(struct peer *peer, bool is_back, int64_t wait, int64_t base, int64_t most,
                int64_t now)
{
    peer->failures = is_back ? 0 : peer->failures + 1;
    int64_t extra = peer->failures - PEER_FAILURES;
    if (extra >= 0) {
        int64_t pause = base + sending_wait(base, most, extra + 1);
        pause = pause < most ? pause : most;
        wait = wait > pause ? wait : pause;
    }
    if (wait > 0 && peer->until < now + wait)
        peer->until = now + wait;
}
