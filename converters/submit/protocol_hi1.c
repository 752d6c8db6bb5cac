/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * hi1: ETSI TS 103 120 over HTTPS (clause 9.3).  The status is 200 whatever happened; what
 * counts is the message that comes back, which is read as strictly as any input and must
 * answer the transaction that was sent.  The identity is that of the objects: a CREATE of
 * one that is there gets the error 3010, which says that an earlier attempt arrived. */
#include "submit/protocol.h"

#include "submit/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Annex D. */
#define CODE_TRANSIENT 3003
#define CODE_EXISTS 3010

/* The message's transaction; in JSON the header has the same names. */
static const struct comity_node *transaction(const struct tree *tree)
{
    return message_text(tree, message_at(tree, 1, "Header/TransactionIdentifier"));
}

static bool is_same_text(const struct comity_node *a, const struct comity_node *b)
{
    return a && b && a->text_len == b->text_len && memcmp(a->text, b->text, a->text_len) == 0;
}

static long error_code(const struct tree *tree, uint32_t error)
{
    char digits[12] = "";
    const struct comity_node *code = message_text(tree, message_at(tree, error, "ErrorCode"));
    if (!code || code->text_len >= sizeof digits)
        return 0;
    memcpy(digits, code->text, code->text_len);
    return strtol(digits, NULL, 10);
}

/* An error ends the item, unless it says that the object is there, or that it is no good
 * time. */
static void judge_error(const struct tree *tree, uint32_t error, struct verdict *verdict)
{
    long code = error_code(tree, error);
    if (code == CODE_EXISTS)
        return;
    verdict->state = code == CODE_TRANSIENT && verdict->state != OUTBOX_REJECTED
                         ? OUTBOX_QUEUED
                         : OUTBOX_REJECTED;
    const struct comity_node *said =
        message_text(tree, message_at(tree, error, "ErrorDescription"));
    snprintf(verdict->reason, sizeof verdict->reason, "the other end answered error %ld: %.*s",
             code, message_cut(said, 200), said ? said->text : "");
}

/* One action's answer; false where it is none. */
static bool judge_action(const struct tree *tree, uint32_t action, struct verdict *verdict)
{
    static const char *const done[] = {"CREATEResponse",  "UPDATEResponse",
                                       "DELIVERResponse", "GETResponse",
                                       "LISTResponse",    "GETCSPCONFIGResponse"};
    uint32_t error = message_at(tree, action, "ErrorInformation");
    if (error) {
        judge_error(tree, error, verdict);
        return true;
    }
    for (size_t i = 0; i < sizeof done / sizeof done[0]; i++)
        if (message_at(tree, action, done[i]))
            return true;
    return false;
}

/* How many actions stand below a node: XML repeats an element, JSON has a list. */
static size_t judge_actions(const struct tree *tree, uint32_t parent, const char *name,
                            struct verdict *verdict, bool *is_good)
{
    size_t count = 0;
    for (uint32_t at = parent ? tree_node(tree, parent)->first : 0; at;
         at = tree_node(tree, at)->next) {
        const struct comity_node *node = tree_node(tree, at);
        if (node->name_len != strlen(name) || memcmp(node->name, name, node->name_len) != 0)
            continue;
        if (node->kind == COMITY_NODE_LIST) {
            for (uint32_t entry = node->first; entry; entry = tree_node(tree, entry)->next) {
                count++;
                if (verdict)
                    *is_good = judge_action(tree, entry, verdict) && *is_good;
            }
            continue;
        }
        count++;
        if (verdict)
            *is_good = judge_action(tree, at, verdict) && *is_good;
    }
    return count;
}

static void judge_message(const struct tree *sent, const struct tree *got,
                          struct verdict *verdict)
{
    uint32_t payload = message_at(got, 1, "Payload/ResponsePayload");
    uint32_t asked = message_at(sent, 1, "Payload/RequestPayload");
    uint32_t error = message_at(got, payload, "ErrorInformation");
    bool is_good = true;
    if (!is_same_text(transaction(sent), transaction(got))) {
        verdict->state = OUTBOX_HELD;
        snprintf(verdict->reason, sizeof verdict->reason,
                 "the answer is not to this transaction");
        return;
    }
    verdict->state = OUTBOX_ACCEPTED;
    if (error) {
        judge_error(got, error, verdict);
        return;
    }
    size_t wanted = judge_actions(sent, message_at(sent, asked, "ActionRequests"),
                                  "ActionRequest", NULL, NULL);
    size_t count = judge_actions(got, message_at(got, payload, "ActionResponses"),
                                 "ActionResponse", verdict, &is_good);
    if (is_good && count == wanted)
        return;
    verdict->state = OUTBOX_HELD;
    snprintf(verdict->reason, sizeof verdict->reason,
             "the answer does not answer each of the %zu actions", wanted);
}

static void judge(const struct outbox_item *item, const struct answer *answer,
                  struct verdict *verdict)
{
    struct message sent, got;
    if (answer->status != 200) {
        protocol_judge_status(item, answer, verdict);
        return;
    }
    comity_status sent_status = message_open(&sent, item->payload, item->size);
    comity_status got_status = message_open(&got, answer->body, answer->size);
    if (sent_status == COMITY_OK && got_status == COMITY_OK) {
        judge_message(&sent.tree, &got.tree, verdict);
    } else {
        /* it was taken, or it was not: the same again tells, and does nothing twice */
        verdict->state = OUTBOX_QUEUED;
        snprintf(verdict->reason, sizeof verdict->reason, "the answer is no message of HI-1");
    }
    message_close(&sent);
    message_close(&got);
}

const struct protocol protocol_hi1 = {.name = "hi1", .has_identity = true, .judge = judge};
