/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Acknowledgements; see acknowledge.h. */
#include "submit/acknowledge.h"

#include "runtime/context.h"
#include "submit/account.h"
#include "submit/protocol.h"
#include "submit/submit_sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char empty[] =
    "{\"schema\":\"urn:comity:convention:1\",\"kind\":\"acknowledgement\"}";

struct making {
    const struct acknowledged *request;
    const char *format;
    struct outbox_item *item;
    char why[300]; /* it cannot be written so */
};

static comity_status put(struct comity_record *record, const char *field, const char *text)
{
    return *text ? comity_record_put(record, field, text, strlen(text)) : COMITY_OK;
}

static comity_status fill(struct comity_record *record, const struct acknowledged *request)
{
    char at[ACCOUNT_TIME];
    account_time(request->received, at);
    const struct {
        const char *field, *text;
    } values[] = {{"issued", at},
                  {"answers.reference.scheme", request->scheme},
                  {"answers.reference.value", request->reference},
                  {"answers.kind", request->kind},
                  {"answers.issued", request->issued},
                  {"answers.received", at},
                  {"requesting.state", request->requesting},
                  {"requested.state", request->requested}};
    comity_status status = COMITY_OK;
    for (size_t i = 0; i < sizeof values / sizeof *values && status == COMITY_OK; i++)
        status = put(record, values[i].field, values[i].text);
    return status;
}

static int take(void *user, const void *bytes, size_t size)
{
    struct making *making = user;
    return routing_take_payload(making->item, bytes, size) ? 0 : 1;
}

static comity_status write_it(void *user, struct comity_record *record)
{
    struct making *making = user;
    comity_status status = fill(record, making->request);
    return status == COMITY_OK ? comity_record_write(record, making->format, take, making)
                               : status;
}

static void remember(void *user, const struct comity_finding *finding)
{
    struct making *making = user;
    if (finding->severity >= COMITY_LOSS && !*making->why)
        snprintf(making->why, sizeof making->why, "%s", finding->message);
}

/* Writes it in a format; nothing of it may be lost. */
static comity_status try_format(struct comity *context, struct making *making,
                                const char *format)
{
    struct comity_options options = COMITY_OPTIONS_INIT;
    struct comity_result result = COMITY_RESULT_INIT;
    const struct comity_input input = {.bytes = empty, .size = sizeof empty - 1};
    options.from = "convention-json";
    options.fail_on = COMITY_LOSS;
    options.finding = remember;
    options.user = making;
    making->format = format;
    making->why[0] = '\0';
    comity_status status = comity_read(context, &options, &input, write_it, making, &result);
    if (status == COMITY_OK)
        return making->item->payload ? COMITY_OK : COMITY_E_INVALID;
    free(making->item->payload); /* it may have been written, and lost something */
    making->item->payload = NULL;
    return status == COMITY_E_NOMEM ? status : COMITY_E_INVALID;
}

static comity_status refuse(struct routing_fault *fault, const char *code, const char *hint)
{
    fault->code = code;
    fault->hint = hint;
    return COMITY_E_INVALID;
}

static comity_status find_route(struct store *store, const struct acknowledged *request,
                                struct outbox_item *item, struct routing_fault *fault)
{
    static const char *const central[2] = {"central-authority", NULL};
    const char *roles[2];
    routing_roles(NULL, "", request->kind, roles);
    comity_status status = routing_find(store, NULL, roles, "", item, fault);
    if (status == COMITY_E_INVALID && fault->code && strcmp(roles[0], central[0]) != 0) {
        fault->code = NULL;
        status = routing_find(store, NULL, central, "", item, fault);
    }
    if (status != COMITY_E_INVALID)
        return status;
    if (!fault->code) /* what the register says of the endpoint is not as it must be */
        snprintf(fault->message, sizeof fault->message, "%s", store->message);
    else if (!*request->requesting)
        snprintf(fault->message, sizeof fault->message,
                 "the request does not say which State sends it: nobody can be told that it "
                 "came");
    return refuse(fault, "inbox.no-route",
                  "comity register add enters an authority; then add the request again");
}

static comity_status name_format(const struct comity *context, struct outbox_item *item,
                                 const char *format)
{
    char *copy = strdup(format); /* it may be the endpoint's own */
    free(item->endpoint.format);
    item->endpoint.format = copy;
    item->media_type = copy ? strdup(routing_media_type(context, copy)) : NULL;
    return item->media_type ? COMITY_OK : COMITY_E_NOMEM;
}

static comity_status sign(const struct comity *context, struct outbox_item *item,
                          struct routing_fault *fault)
{
    comity_status status = submit_sign(item, format_syntax(context, item->endpoint.format),
                                       fault->message, sizeof fault->message);
    return status == COMITY_E_INVALID
               ? refuse(fault, "inbox.not-acknowledged", "acknowledge it in another way")
               : status;
}

static comity_status write_item(struct comity *context, const struct acknowledged *request,
                                struct outbox_item *item, struct routing_fault *fault)
{
    struct making making = {.request = request, .item = item};
    const struct protocol *protocol = protocol_find(item->endpoint.protocol);
    if (!protocol) {
        snprintf(fault->message, sizeof fault->message,
                 "the endpoint's protocol is none that this version can speak");
        return refuse(fault, "inbox.not-acknowledged", "acknowledge it in another way");
    }
    /* HI-1 carries its own messages alone */
    bool is_free = strcmp(protocol->name, "hi1") != 0;
    comity_status status =
        is_free ? try_format(context, &making, request->format) : COMITY_E_INVALID;
    if (status == COMITY_E_INVALID)
        status = try_format(context, &making, item->endpoint.format);
    if (status == COMITY_OK)
        status = name_format(context, item, making.format);
    if (status == COMITY_OK)
        return sign(context, item, fault);
    if (status != COMITY_E_INVALID)
        return status;
    snprintf(fault->message, sizeof fault->message,
             "neither the request's format nor that of the endpoint can say it: %.250s",
             *making.why ? making.why : "it is not written");
    return refuse(fault, "inbox.not-acknowledged", "acknowledge it in another way");
}

comity_status acknowledge(struct comity *context, struct store *store,
                          const struct acknowledged *request, struct outbox_item *item,
                          struct routing_fault *fault)
{
    *item = (struct outbox_item){.kind = strdup("acknowledgement"),
                                 .reference = strdup(request->reference),
                                 .answers = strdup(request->reference),
                                 .outcome = strdup(""),
                                 .to_state = strdup(request->requesting),
                                 .channel = strdup(""),
                                 .reason = strdup(""),
                                 .made = request->received};
    if (!item->kind || !item->reference || !item->answers || !item->to_state ||
        !item->channel || !item->reason || !item->outcome)
        return COMITY_E_NOMEM;
    if (!*request->reference) {
        snprintf(fault->message, sizeof fault->message,
                 "the request has no reference by which it could be acknowledged");
        return refuse(fault, "inbox.no-reference", "acknowledge it in another way");
    }
    comity_status status = find_route(store, request, item, fault);
    if (status == COMITY_OK)
        status = write_item(context, request, item, fault);
    return status;
}
