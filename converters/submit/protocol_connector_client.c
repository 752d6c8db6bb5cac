/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * connector-client: the REST interface of the client of an e-CODEX connector.  A message is
 * JSON with files in base64, and the answer true or false.  Our id is its backendMessageId;
 * whether one that comes again is another message is not promised, so that what is uncertain
 * is asked for by it.  The ETSI REM evidences that the connector collects (TS 102 640-2) come
 * with the message; receipts keep their names. */
#include "submit/protocol.h"

#include "submit/message.h"
#include "syntax/json.h"

#include <stdio.h>
#include <string.h>

static const char *const needed[] = {
    "originalSender", "finalRecipient", "fromPartyId", "toPartyId", "service", "action", NULL};
static const char *const optional[] = {"fromPartyType", "fromPartyRole", "toPartyType",
                                       "toPartyRole", NULL};

/* --- sending */

static void put_member(struct buffer *out, const char *name, const char *text)
{
    buffer_char(out, out->size ? ',' : '{');
    json_put_string(out, name, strlen(name));
    buffer_char(out, ':');
    json_put_string(out, text, strlen(text));
}

static void put_parties(struct buffer *out, const struct outbox_item *item,
                        const char *const *names)
{
    for (; *names; names++) {
        const char *party = protocol_party(item, *names);
        if (party)
            put_member(out, *names, party);
    }
}

static void put_file(struct buffer *out, const struct outbox_item *item)
{
    bool is_xml = strcmp(item->media_type, "application/xml") == 0;
    bool is_json = strstr(item->media_type, "json") != NULL;
    buffer_format(out, ",\"files\":[{\"fileName\":\"%s.%s\",\"fileType\":\"%s\"", item->id,
                  is_xml    ? "xml"
                  : is_json ? "json"
                            : "txt",
                  is_xml ? "BUSINESS_CONTENT" : "BUSINESS_DOCUMENT");
    buffer_text(out, ",\"fileContent\":\"");
    encoding_put_base64(out, item->payload, item->size);
    buffer_text(out, "\"}]}");
}

static void make(const struct outbox_item *item, struct call *call)
{
    call->path = "/submissionrestservice/submitNewMessageFromBackendToConnectorClient";
    call->media_type = "application/json";
    call->wrapped = true;
    put_member(&call->body, "backendMessageId", item->id);
    if (*item->reference)
        put_member(&call->body, "conversationId", item->reference);
    put_parties(&call->body, item, needed);
    put_parties(&call->body, item, optional);
    put_file(&call->body, item);
}

static void judge(const struct outbox_item *item, const struct answer *answer,
                  struct verdict *verdict)
{
    struct message message;
    if (answer->status < 200 || answer->status > 299) {
        protocol_judge_status(item, answer, verdict);
        return;
    }
    comity_status status = message_open(&message, answer->body, answer->size);
    uint8_t said = status == COMITY_OK ? tree_node(&message.tree, 1)->kind : 0;
    if (said == COMITY_NODE_TRUE) {
        verdict->state = OUTBOX_ACCEPTED;
    } else if (said == COMITY_NODE_FALSE) {
        snprintf(verdict->reason, sizeof verdict->reason,
                 "the connector client did not take the message");
    } else {
        verdict->state = OUTBOX_HELD;
        verdict->is_uncertain = true;
        snprintf(verdict->reason, sizeof verdict->reason,
                 "the answer is neither true nor false");
    }
    message_close(&message);
}

/* --- asking */

static void ask(const struct outbox_item *item, struct call *call)
{
    call->is_get = true;
    call->path = "/restservice/getMessageByBackendMessageId";
    buffer_format(&call->text, "backendMessageId=%s", item->id);
    buffer_char(&call->text, '\0');
    call->parameters = call->text.bytes;
}

/* Evidences, the most telling first: what was delivered stays so. */
static const struct {
    const char *name;
    enum outbox_state state;
} evidences[] = {
    {"RETRIEVAL", OUTBOX_DELIVERED},
    {"DELIVERY", OUTBOX_DELIVERED},
    {"NON_RETRIEVAL", OUTBOX_REJECTED},
    {"NON_DELIVERY", OUTBOX_REJECTED},
    {"RELAY_REMMD_FAILURE", OUTBOX_REJECTED},
    {"RELAY_REMMD_REJECTION", OUTBOX_REJECTED},
    {"SUBMISSION_REJECTION", OUTBOX_REJECTED},
    {"RELAY_REMMD_ACCEPTANCE", OUTBOX_ACCEPTED},
    {"SUBMISSION_ACCEPTANCE", OUTBOX_ACCEPTED},
};

static bool has_evidence(const struct tree *tree, const char *name)
{
    if (message_is_text(message_text(tree, message_at(tree, 1, "lastConfirmationReceived")),
                        name))
        return true;
    uint32_t list = message_at(tree, 1, "evidences");
    for (uint32_t at = list ? tree_node(tree, list)->first : 0; at;
         at = tree_node(tree, at)->next)
        if (message_is_text(message_text(tree, message_at(tree, at, "confirmationType")), name))
            return true;
    return false;
}

static void judge_message(const struct tree *tree, struct verdict *verdict)
{
    verdict->state = OUTBOX_ACCEPTED;
    for (size_t i = 0; i < sizeof evidences / sizeof evidences[0]; i++) {
        if (!has_evidence(tree, evidences[i].name))
            continue;
        verdict->receipt = evidences[i].name;
        verdict->state = evidences[i].state;
        if (verdict->state == OUTBOX_REJECTED)
            snprintf(verdict->reason, sizeof verdict->reason, "the connector has evidence %s",
                     evidences[i].name);
        return;
    }
}

static void judge_asked(const struct outbox_item *item, const struct answer *answer,
                        struct verdict *verdict)
{
    struct message message;
    if (answer->status != 200) {
        /* also 404: the message is not there, or the question is unknown to this version */
        snprintf(verdict->reason, sizeof verdict->reason,
                 "the other end does not say how it stands: HTTP status %ld", answer->status);
        return;
    }
    comity_status status = message_open(&message, answer->body, answer->size);
    const struct tree *tree = &message.tree;
    bool is_read = status == COMITY_OK;
    uint32_t id = is_read ? message_at(tree, 1, "backendMessageId") : 0;
    if (!answer->size || (is_read && tree_node(tree, 1)->kind == COMITY_NODE_NULL)) {
        verdict->state = item->state == OUTBOX_HELD ? OUTBOX_QUEUED : OUTBOX_HELD;
        snprintf(verdict->reason, sizeof verdict->reason,
                 "the connector client does not have the message");
    } else if (message_is_text(message_text(tree, id), item->id)) {
        judge_message(tree, verdict);
    } else {
        snprintf(verdict->reason, sizeof verdict->reason,
                 "the answer to how it stands is not of this message");
    }
    message_close(&message);
}

const struct protocol protocol_connector_client = {.name = "connector-client",
                                                   .parties = needed,
                                                   .make = make,
                                                   .judge = judge,
                                                   .ask = ask,
                                                   .judge_asked = judge_asked};
