/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The protocols there are, and what the status of HTTP says in all of them; see protocol.h. */
#include "submit/protocol.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

static const struct protocol *const protocols[] = {
    &protocol_https, &protocol_hi1, &protocol_connector_client, &protocol_domibus};

const struct protocol *protocol_find(const char *name)
{
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (strcmp(protocols[i]->name, name) == 0)
            return protocols[i];
    return NULL;
}

void protocol_judge_status(const struct outbox_item *item, const struct answer *answer,
                           struct verdict *verdict)
{
    const struct protocol *protocol = protocol_find(item->endpoint.protocol);
    long status = answer->status;
    bool again = status == 408 || status == 409 || status == 425 || status == 429 ||
                 (status >= 500 && status <= 599);
    bool is_untouched = status == 425 || status == 429 || status == 503;
    const char *what = again ? "is unavailable for now"
                       : status >= 300 && status <= 399
                           ? "refers elsewhere, which is not followed"
                           : "refused the request";
    verdict->state = again ? OUTBOX_QUEUED : OUTBOX_REJECTED;
    verdict->wait = again ? answer->retry_after : 0;
    if (again && !is_untouched && protocol && !protocol->has_identity) {
        verdict->state = OUTBOX_HELD;
        verdict->is_uncertain = true;
        what = "does not say whether it has it";
    }
    snprintf(verdict->reason, sizeof verdict->reason, "the other end %s: HTTP status %ld", what,
             status);
}

const char *protocol_party(const struct outbox_item *item, const char *name)
{
    const cJSON *parties = cJSON_GetObjectItemCaseSensitive(item->endpoint.settings, "parties");
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(parties, name));
}
