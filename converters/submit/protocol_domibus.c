/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * domibus: the default web service plugin of a Domibus gateway (BackendService_1_1): SOAP 1.2
 * with the header eb:Messaging of ebMS 3.0, the document as one payload in base64.  The
 * MessageId is made of our id, so that what is uncertain is asked for by it (statusRequest);
 * the same is how the gateway tells that the other gateway has acknowledged. */
#include "submit/protocol.h"

#include "submit/message.h"
#include "syntax/xml.h"

#include <stdio.h>
#include <string.h>

#define SOAP "http://www.w3.org/2003/05/soap-envelope"
#define EBMS "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/"
#define BACKEND "http://org.ecodex.backend/1_1/"
#define MEDIA_TYPE "application/soap+xml; charset=UTF-8"

static const char *const needed[] = {"originalSender", "finalRecipient", "fromPartyId",
                                     "fromPartyType",  "fromPartyRole",  "toPartyId",
                                     "toPartyType",    "toPartyRole",    "service",
                                     "serviceType",    "action",         NULL};

/* --- sending */

static void put_text(struct buffer *out, const char *text, bool attribute)
{
    xml_put_text(out, text, strlen(text), attribute);
}

/* An element with one attribute (its value NULL: none). */
static void put(struct buffer *out, const char *name, const char *attribute, const char *value,
                const char *text)
{
    buffer_format(out, "<eb:%s", name);
    if (value) {
        buffer_format(out, " %s=\"", attribute);
        put_text(out, value, true);
        buffer_char(out, '"');
    }
    buffer_char(out, '>');
    put_text(out, text, false);
    buffer_format(out, "</eb:%s>", name);
}

static void put_party(struct buffer *out, const struct outbox_item *item, const char *element,
                      const char *const names[3])
{
    buffer_format(out, "<eb:%s>", element);
    put(out, "PartyId", "type", protocol_party(item, names[1]), protocol_party(item, names[0]));
    put(out, "Role", NULL, NULL, protocol_party(item, names[2]));
    buffer_format(out, "</eb:%s>", element);
}

static void put_message_id(struct buffer *out, const struct outbox_item *item)
{
    buffer_format(out, "%s@comity", item->id);
}

static void put_messaging(struct buffer *out, const struct outbox_item *item)
{
    static const char *const from[] = {"fromPartyId", "fromPartyType", "fromPartyRole"};
    static const char *const to[] = {"toPartyId", "toPartyType", "toPartyRole"};
    buffer_text(out, "<eb:Messaging><eb:UserMessage>"
                     "<eb:MessageInfo><eb:MessageId>");
    put_message_id(out, item);
    buffer_text(out, "</eb:MessageId></eb:MessageInfo><eb:PartyInfo>");
    put_party(out, item, "From", from);
    put_party(out, item, "To", to);
    buffer_text(out, "</eb:PartyInfo><eb:CollaborationInfo>");
    put(out, "Service", "type", protocol_party(item, "serviceType"),
        protocol_party(item, "service"));
    put(out, "Action", NULL, NULL, protocol_party(item, "action"));
    if (*item->reference)
        put(out, "ConversationId", NULL, NULL, item->reference);
    buffer_text(out, "</eb:CollaborationInfo><eb:MessageProperties>");
    put(out, "Property", "name", "originalSender", protocol_party(item, "originalSender"));
    put(out, "Property", "name", "finalRecipient", protocol_party(item, "finalRecipient"));
    buffer_text(out, "</eb:MessageProperties><eb:PayloadInfo><eb:PartInfo href=\"cid:message\">"
                     "<eb:PartProperties>");
    put(out, "Property", "name", "MimeType", item->media_type);
    buffer_text(out, "</eb:PartProperties></eb:PartInfo></eb:PayloadInfo></eb:UserMessage>"
                     "</eb:Messaging>");
}

static void begin(struct call *call, const char *header)
{
    call->media_type = MEDIA_TYPE;
    call->wrapped = true;
    buffer_text(&call->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                             "<soap:Envelope xmlns:soap=\"" SOAP "\" xmlns:eb=\"" EBMS
                             "\" xmlns:b=\"" BACKEND "\">");
    buffer_text(&call->body, header);
}

static void make(const struct outbox_item *item, struct call *call)
{
    struct buffer *out = &call->body;
    begin(call, "<soap:Header>");
    put_messaging(out, item);
    buffer_text(out, "</soap:Header><soap:Body><b:submitRequest><payload "
                     "payloadId=\"cid:message\" contentType=\"");
    put_text(out, item->media_type, true);
    buffer_text(out, "\"><value>");
    encoding_put_base64(out, item->payload, item->size);
    buffer_text(out, "</value></payload></b:submitRequest></soap:Body></soap:Envelope>\n");
}

static void ask(const struct outbox_item *item, struct call *call)
{
    struct buffer *out = &call->body;
    begin(call, "<soap:Body><b:statusRequest><messageID>");
    put_message_id(out, item);
    buffer_text(out, "</messageID></b:statusRequest></soap:Body></soap:Envelope>\n");
}

/* --- answers */

/* How the reason of an item begins that got a fault: if it is not there then, it was not for
 * being there already, and it is refused. */
static const char refused[] = "the gateway refused the message";

/* The one element in the body of a SOAP message, or 0. */
static uint32_t body(const struct tree *tree)
{
    const struct comity_node *root = tree_node(tree, 1);
    bool is_soap = root->ns && strcmp(root->ns, SOAP) == 0 && root->name_len == 8 &&
                   memcmp(root->name, "Envelope", 8) == 0;
    uint32_t found = is_soap ? message_child(tree, 1, "Body", SOAP) : 0;
    uint32_t first = found ? tree_node(tree, found)->first : 0;
    return first && !tree_node(tree, first)->next ? first : 0;
}

static bool is_named(const struct tree *tree, uint32_t node, const char *name, const char *ns)
{
    const struct comity_node *found = node ? tree_node(tree, node) : NULL;
    return found && found->ns && strcmp(found->ns, ns) == 0 &&
           found->name_len == strlen(name) && memcmp(found->name, name, found->name_len) == 0;
}

/* What a fault says: the plugin's own code and message, else the reason. */
static void tell_fault(const struct tree *tree, uint32_t fault, const char *what,
                       struct verdict *verdict)
{
    uint32_t detail = message_at(tree, fault, "Detail/FaultDetail");
    const struct comity_node *code = message_text(tree, message_at(tree, detail, "code"));
    const struct comity_node *said = message_text(tree, message_at(tree, detail, "message"));
    if (!said)
        said = message_text(tree, message_at(tree, fault, "Reason/Text"));
    snprintf(verdict->reason, sizeof verdict->reason, "%s: %.*s %.*s", what,
             message_cut(code, 40), code ? code->text : "", message_cut(said, 180),
             said ? said->text : "");
}

static void judge(const struct outbox_item *item, const struct answer *answer,
                  struct verdict *verdict)
{
    struct message message;
    comity_status status = message_open(&message, answer->body, answer->size);
    const struct tree *tree = &message.tree;
    uint32_t said = status == COMITY_OK ? body(tree) : 0;
    const struct comity_node *id = message_text(tree, message_at(tree, said, "messageID"));
    bool is_taken =
        answer->status == 200 && is_named(tree, said, "submitResponse", BACKEND) && id;
    bool is_fault =
        is_named(tree, said, "Fault", SOAP) && message_at(tree, said, "Detail/FaultDetail");
    if (is_taken) {
        verdict->state = OUTBOX_ACCEPTED;
    } else if (
        is_fault) { /* perhaps since it has the id from an attempt before: asking tells */
        bool is_again = item->attempts > 1;
        verdict->state = is_again ? OUTBOX_HELD : OUTBOX_REJECTED;
        verdict->is_uncertain = is_again;
        tell_fault(tree, said, refused, verdict);
    } else if (answer->status != 200) {
        protocol_judge_status(item, answer, verdict);
    } else {
        verdict->state = OUTBOX_HELD;
        verdict->is_uncertain = true;
        snprintf(verdict->reason, sizeof verdict->reason,
                 "the answer is none of the gateway's to a message");
    }
    message_close(&message);
}

static const struct {
    const char *name;
    enum outbox_state state;
} states[] = {
    {"READY_TO_SEND", OUTBOX_ACCEPTED},
    {"READY_TO_PULL", OUTBOX_ACCEPTED},
    {"BEING_PULLED", OUTBOX_ACCEPTED},
    {"SEND_ENQUEUED", OUTBOX_ACCEPTED},
    {"SEND_IN_PROGRESS", OUTBOX_ACCEPTED},
    {"WAITING_FOR_RECEIPT", OUTBOX_ACCEPTED},
    {"SEND_ATTEMPT_FAILED", OUTBOX_ACCEPTED},
    {"WAITING_FOR_RETRY", OUTBOX_ACCEPTED},
    {"ACKNOWLEDGED", OUTBOX_DELIVERED},
    {"ACKNOWLEDGED_WITH_WARNING", OUTBOX_DELIVERED},
    /* of a message that the same gateway receives */
    {"RECEIVED", OUTBOX_DELIVERED},
    {"RECEIVED_WITH_WARNINGS", OUTBOX_DELIVERED},
    {"DOWNLOADED", OUTBOX_DELIVERED},
    {"SEND_FAILURE", OUTBOX_REJECTED},
};

static void judge_state(const struct outbox_item *item, const struct comity_node *said,
                        struct verdict *verdict)
{
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (!message_is_text(said, states[i].name))
            continue;
        verdict->state = states[i].state;
        verdict->receipt = states[i].name;
        if (verdict->state == OUTBOX_REJECTED)
            snprintf(verdict->reason, sizeof verdict->reason,
                     "the gateway could not deliver the message: %s", states[i].name);
        return;
    }
    bool was_refused = strncmp(item->reason, refused, sizeof refused - 1) == 0;
    if (message_is_text(said, "NOT_FOUND") && was_refused) {
        verdict->state = OUTBOX_REJECTED;
        snprintf(verdict->reason, sizeof verdict->reason, "%s", item->reason);
        return;
    }
    if (message_is_text(said, "NOT_FOUND")) {
        verdict->state = item->state == OUTBOX_HELD ? OUTBOX_QUEUED : OUTBOX_HELD;
        snprintf(verdict->reason, sizeof verdict->reason,
                 "the gateway does not have the message");
        return;
    }
    snprintf(verdict->reason, sizeof verdict->reason, "the gateway says of the message: %.*s",
             message_cut(said, 60), said->text);
}

static void judge_asked(const struct outbox_item *item, const struct answer *answer,
                        struct verdict *verdict)
{
    struct message message;
    comity_status status = message_open(&message, answer->body, answer->size);
    const struct tree *tree = &message.tree;
    uint32_t said = status == COMITY_OK ? body(tree) : 0;
    const struct comity_node *state = message_text(tree, said);
    if (answer->status == 200 && is_named(tree, said, "getStatusResponse", BACKEND) && state)
        judge_state(item, state, verdict);
    else if (is_named(tree, said, "Fault", SOAP))
        tell_fault(tree, said, "the gateway does not say how it stands", verdict);
    else
        snprintf(verdict->reason, sizeof verdict->reason,
                 "the gateway does not say how it stands: HTTP status %ld", answer->status);
    message_close(&message);
}

const struct protocol protocol_domibus = {.name = "domibus",
                                          .parties = needed,
                                          .make = make,
                                          .judge = judge,
                                          .ask = ask,
                                          .judge_asked = judge_asked};
