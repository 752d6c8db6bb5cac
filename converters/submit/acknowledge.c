/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Acknowledgements; see acknowledge.h. */
#include "submit/acknowledge.h"

#include "submit/account.h"
#include "submit/protocol.h"
#include "submit/submit_sign.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct making {
    const char *format;
    struct outbox_item *item;
    char syntax[16]; /* of what was written */
    char why[300];   /* it cannot be written so */
};

static cJSON *group(cJSON *in, const char *name)
{
    cJSON *there = cJSON_GetObjectItemCaseSensitive(in, name);
    return there ? there : cJSON_AddObjectToObject(in, name);
}

/* What is not stated is left out; false: no memory. */
static bool put(cJSON *in, const char *name, const char *text)
{
    return !*text || cJSON_AddStringToObject(in, name, text);
}

/* The acknowledgement as a canonical document; NULL: no memory. */
static char *make_canonical(const struct acknowledged *request)
{
    char at[ACCOUNT_TIME];
    cJSON *all = cJSON_CreateObject();
    account_time(request->received, at);
    cJSON *answers = group(all, "answers"), *reference = group(answers, "reference");
    cJSON *requesting = group(all, "requesting"), *requested = group(all, "requested");
    bool is_whole =
        put(all, "schema", "urn:comity:convention:1") && put(all, "kind", "acknowledgement") &&
        put(all, "issued", at) && put(reference, "scheme", request->scheme) &&
        put(reference, "value", request->reference) && put(answers, "kind", request->kind) &&
        put(answers, "issued", request->issued) && put(answers, "received", at) &&
        put(requesting, "state", request->requesting) &&
        put(requested, "state", request->requested);
    char *text = is_whole ? cJSON_PrintUnformatted(all) : NULL;
    cJSON_Delete(all);
    return text;
}

static int take(void *user, const void *bytes, size_t size)
{
    struct making *making = user;
    return routing_take_payload(making->item, bytes, size) ? 0 : 1;
}

static comity_status write_it(void *user, struct document *document)
{
    struct making *making = user;
    comity_status status = document_write(document, making->format, take, making);
    snprintf(making->syntax, sizeof making->syntax, "%s", document->syntax);
    return status;
}

static void remember(void *user, const struct comity_finding *finding)
{
    struct making *making = user;
    if (finding->severity >= COMITY_LOSS && !*making->why)
        snprintf(making->why, sizeof making->why, "%s", finding->message);
}

/* Writes it in a format; nothing of it may be lost.  COMITY_E_INVALID: the format cannot say
 * it, or what writes it failed. */
static comity_status try_format(const struct cli *cli, const struct comity_input *canonical,
                                struct making *making, const char *format)
{
    struct documents documents;
    struct comity_options options = COMITY_OPTIONS_INIT;
    struct comity_result result = COMITY_RESULT_INIT;
    options.from = "convention-json";
    options.to = format;
    options.fail_on = COMITY_LOSS;
    options.finding = remember;
    options.user = making;
    making->format = format;
    making->why[0] = '\0';
    comity_status status = documents_open(&documents, cli, &options);
    if (status == COMITY_OK)
        status =
            documents_read(&documents, &options, canonical, false, write_it, making, &result);
    documents_close(&documents);
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

static comity_status name_format(struct outbox_item *item, const struct making *making)
{
    char *copy = strdup(making->format); /* it may be the endpoint's own */
    free(item->endpoint.format);
    item->endpoint.format = copy;
    item->media_type = copy ? strdup(routing_media_type(making->syntax)) : NULL;
    return item->media_type ? COMITY_OK : COMITY_E_NOMEM;
}

static comity_status sign(struct outbox_item *item, const char *syntax,
                          struct routing_fault *fault)
{
    comity_status status =
        submit_sign(item, *syntax ? syntax : NULL, fault->message, sizeof fault->message);
    return status == COMITY_E_INVALID
               ? refuse(fault, "inbox.not-acknowledged", "acknowledge it in another way")
               : status;
}

/* In the request's format, else in that of the endpoint.  `is_free`: the endpoint's protocol
 * carries other formats than its own (HI-1 does not). */
static comity_status try_formats(const struct cli *cli, const struct acknowledged *request,
                                 bool is_free, struct making *making)
{
    char *text = make_canonical(request);
    if (!text)
        return COMITY_E_NOMEM;
    const struct comity_input canonical = {.bytes = text, .size = strlen(text)};
    comity_status status =
        is_free ? try_format(cli, &canonical, making, request->format) : COMITY_E_INVALID;
    if (status == COMITY_E_INVALID)
        status = try_format(cli, &canonical, making, making->item->endpoint.format);
    cJSON_free(text);
    return status;
}

static comity_status write_item(const struct cli *cli, const struct acknowledged *request,
                                struct outbox_item *item, struct routing_fault *fault)
{
    struct making making = {.item = item};
    const struct protocol *protocol = protocol_find(item->endpoint.protocol);
    if (!protocol) {
        snprintf(fault->message, sizeof fault->message,
                 "the endpoint's protocol is none that this version can speak");
        return refuse(fault, "inbox.not-acknowledged", "acknowledge it in another way");
    }
    comity_status status =
        try_formats(cli, request, strcmp(protocol->name, "hi1") != 0, &making);
    if (status == COMITY_OK)
        status = name_format(item, &making);
    if (status == COMITY_OK)
        return sign(item, making.syntax, fault);
    if (status != COMITY_E_INVALID)
        return status;
    snprintf(fault->message, sizeof fault->message,
             "neither the request's format nor that of the endpoint can say it: %.250s",
             *making.why ? making.why : "it is not written");
    return refuse(fault, "inbox.not-acknowledged", "acknowledge it in another way");
}

comity_status acknowledge(const struct cli *cli, struct store *store,
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
        status = write_item(cli, request, item, fault);
    return status;
}
