/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where a document goes; see routing.h. */
#include "submit/routing.h"

#include "model/rules.h"
#include "runtime/context.h"
#include "submit/register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- kinds */

bool routing_is_answer(const char *kind)
{
    const struct kind *found = kind_find(kind, strlen(kind));
    return found && found->sort == KIND_ANSWER;
}

bool routing_is_request(const char *kind)
{
    const struct kind *found = kind_find(kind, strlen(kind));
    return found && found->sort == KIND_REQUEST;
}

static bool comes_from_requested(const char *kind)
{
    return routing_is_answer(kind) && strcmp(kind, "no-longer-required") != 0 &&
           strcmp(kind, "use-report") != 0 && strcmp(kind, "destruction-record") != 0;
}

const char *routing_from(const char *kind)
{
    return comes_from_requested(kind) ? "requested.state" : "requesting.state";
}

const char *routing_to(const char *kind)
{
    return comes_from_requested(kind) ? "requesting.state" : "requested.state";
}

static bool is_extradition(const char *kind)
{
    return strncmp(kind, "extradition", 11) == 0 || strcmp(kind, "provisional-arrest") == 0;
}

/* The role that takes what goes by a channel (61.10); NULL: more than one may. */
static const char *channel_role(const char *channel)
{
    static const char *const roles[][2] = {{"24-7", "24-7"},
                                           {"interpol", "interpol"},
                                           {"diplomatic", "diplomatic"},
                                           {"direct", "competent"}};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (strcmp(channel, roles[i][0]) == 0)
            return roles[i][1];
    return NULL;
}

void routing_roles(const char *wanted, const char *channel, const char *kind,
                   const char *roles[2])
{
    roles[0] = "central-authority";
    roles[1] = NULL;
    if (wanted) {
        roles[0] = wanted;
    } else if (channel_role(channel)) {
        roles[0] = channel_role(channel);
    } else if (strcmp(kind, "network-24-7") == 0) {
        roles[0] = "24-7";
    } else if (is_extradition(kind)) {
        roles[0] = "extradition";
        roles[1] = "central-authority";
    }
}

/* --- the register */

static comity_status refuse(struct routing_fault *fault, const char *code, const char *hint)
{
    fault->code = code;
    fault->hint = hint;
    entry_make_text(fault->message);
    return COMITY_E_INVALID;
}

static comity_status check_language(const char *language, const char *authority,
                                    const char *languages, struct routing_fault *fault)
{
    size_t primary = strcspn(language, "-");
    bool is_known = !*language || !languages || !*languages;
    for (const char *at = languages; !is_known && at && *at; at += strspn(at, " ,")) {
        size_t len = strcspn(at, " ,");
        is_known = strcspn(at, "-, ") == primary && strncmp(at, language, primary) == 0;
        at += len;
    }
    if (is_known)
        return COMITY_OK;
    snprintf(fault->message, sizeof fault->message,
             "the request is in %.20s; %.100s accepts %.200s (article 61.11)", language,
             authority, languages);
    return refuse(fault, "submit.language",
                  "send a translation, or declare the language in the register");
}

comity_status routing_find(struct store *store, const char *territory,
                           const char *const roles[2], const char *language,
                           struct outbox_item *item, struct routing_fault *fault)
{
    char *authority = NULL, *languages = NULL;
    comity_status status = COMITY_END;
    if (!*item->to_state) {
        snprintf(fault->message, sizeof fault->message,
                 "the request does not say which State is asked");
        return refuse(fault, "submit.state", "--to STATE says it");
    }
    for (int i = 0; i < 2 && roles[i] && status == COMITY_END; i++) {
        status = register_route(store, item->to_state, roles[i], territory, &item->endpoint,
                                &authority, &languages);
        free(item->channel);
        item->channel = strdup(roles[i]);
    }
    if (status == COMITY_OK) {
        status = check_language(language, authority, languages, fault);
    } else if (status == COMITY_END) {
        snprintf(fault->message, sizeof fault->message,
                 "the register has no authority of %.20s with an endpoint for %.40s",
                 item->to_state, roles[0]);
        status = refuse(
            fault, "submit.no-route",
            "comity register add enters one; --channel and --endpoint choose another way");
    }
    free(authority);
    free(languages);
    return status;
}

/* --- the item */

comity_status routing_take_document(struct outbox_item *item, struct document *document,
                                    const char *to_state)
{
    item->reference = document_copy(document, "id");
    item->kind = document_copy(document, "kind");
    item->answers = document_copy(document, "answers.reference.value");
    item->outcome = document_copy(document, "decision.outcome");
    if (item->kind)
        item->to_state =
            to_state ? strdup(to_state) : document_copy(document, routing_to(item->kind));
    return item->reference && item->answers && item->outcome && item->to_state && item->channel
               ? COMITY_OK
               : COMITY_E_NOMEM;
}

bool routing_take_payload(struct outbox_item *item, const void *bytes, size_t size)
{
    item->payload = malloc(size + 1);
    if (!item->payload)
        return false;
    memcpy(item->payload, bytes, size);
    item->size = size;
    encoding_sha256(item->payload, size, item->sha256);
    outbox_identify(item);
    return true;
}

const char *routing_media_type(const char *syntax)
{
    if (!*syntax)
        return "application/octet-stream";
    return strcmp(syntax, "json") == 0  ? "application/json"
           : strcmp(syntax, "xml") == 0 ? "application/xml"
           : strcmp(syntax, "csv") == 0 ? "text/csv"
                                        : "text/plain";
}
