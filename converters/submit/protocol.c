/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The protocols there are, and what the status of HTTP says in all of them; see protocol.h. */
#include "submit/protocol.h"

#include <stdio.h>
#include <string.h>

static const struct protocol *const protocols[] = {&protocol_https, &protocol_hi1};

const struct protocol *protocol_find(const char *name)
{
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (strcmp(protocols[i]->name, name) == 0)
            return protocols[i];
    return NULL;
}

void protocol_judge_status(const struct answer *answer, struct verdict *verdict)
{
    long status = answer->status;
    bool again = status == 408 || status == 409 || status == 425 || status == 429 ||
                 (status >= 500 && status <= 599);
    verdict->state = again ? OUTBOX_QUEUED : OUTBOX_REJECTED;
    verdict->wait = again ? answer->retry_after : 0;
    const char *what = again ? "is unavailable for now"
                       : status >= 300 && status <= 399
                           ? "refers elsewhere, which is not followed"
                           : "refused the request";
    snprintf(verdict->reason, sizeof verdict->reason, "the other end %s: HTTP status %ld", what,
             status);
}
