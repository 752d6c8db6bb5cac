/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * https: a POST of the document as it is.  The other end knows it by its Idempotency-Key
 * (draft-ietf-httpapi-idempotency-key-header-07), which is the item's id; 202 says that it was
 * taken and that more will follow. */
#include "submit/protocol.h"

#include <stdio.h>

static comity_status headers(const struct outbox_item *item,
                             comity_status (*add)(void *user, const char *line), void *user)
{
    char line[80];
    snprintf(line, sizeof line, "Idempotency-Key: \"%s\"", item->id);
    return add(user, line);
}

static void judge(const struct outbox_item *item, const struct answer *answer,
                  struct verdict *verdict)
{
    if (answer->status == 200 || answer->status == 201 || answer->status == 204)
        verdict->state = OUTBOX_DELIVERED;
    else if (answer->status == 202)
        verdict->state = OUTBOX_ACCEPTED;
    else
        protocol_judge_status(item, answer, verdict);
}

const struct protocol protocol_https = {
    .name = "https", .has_identity = true, .headers = headers, .judge = judge};
