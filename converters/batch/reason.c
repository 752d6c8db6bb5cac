/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Why an item stands aside; see reason.h. */
#include "batch/reason.h"

#include <cjson/cJSON.h>

static void add_text(cJSON *object, const char *name, const char *text)
{
    if (text)
        cJSON_AddStringToObject(object, name, text);
}

static void add_number(cJSON *object, const char *name, uint64_t number)
{
    if (number)
        cJSON_AddNumberToObject(object, name, (double)number);
}

static void add_finding(cJSON *list, const struct comity_finding *finding)
{
    static const char *const severities[] = {"note", "warning", "loss", "error"};
    cJSON *object = cJSON_CreateObject();
    add_text(object, "severity", severities[finding->severity]);
    add_text(object, "code", finding->code);
    add_text(object, "message", finding->message);
    if (finding->line) { /* of `input`, which begins where the item begins */
        add_number(object, "line", finding->line);
        add_number(object, "column", finding->column);
        cJSON_AddNumberToObject(object, "offset", (double)finding->offset);
    }
    add_text(object, "source", finding->source);
    add_text(object, "field", finding->field);
    add_text(object, "format", finding->format);
    add_text(object, "hint", finding->hint);
    cJSON_AddItemToArray(list, object);
}

/* What was found on the way, document by document; the maker of the last that failed. */
static void add_answers(cJSON *reason, cJSON *list, const struct job *job)
{
    const struct buffer *answers = &job->answers;
    uint64_t more = 0;
    size_t whole = 0;
    struct wire_frame frame;
    char maker[200] = "";
    for (size_t at = 0; at < answers->size; at += whole) {
        struct comity_finding finding;
        struct worker_document document;
        if (wire_next(answers->bytes + at, answers->size - at, answers->size, &frame, &whole) !=
            COMITY_OK)
            break;
        if (frame.kind == WORKER_FINDING && worker_get_finding(&frame, &finding)) {
            if (cJSON_GetArraySize(list) < REASON_FINDINGS)
                add_finding(list, &finding);
            else
                more++;
        }
        if (frame.kind == WORKER_DOCUMENT && worker_get_document(&frame, NULL, &document) &&
            !document.is_done && document.maker && strlen(document.maker) < sizeof maker)
            memcpy(maker, document.maker, strlen(document.maker) + 1);
    }
    add_text(reason, "plugin", *maker ? maker : NULL);
    add_number(reason, "findings_more", more);
}

comity_status reason_write(const struct job *job, const char *from, const char *to,
                           struct buffer *reason)
{
    cJSON *object = cJSON_CreateObject();
    const struct item *item = &job->item;
    add_text(object, "entry", item->entry);
    add_number(object, "twin", item->twin);
    add_number(object, "value", item->value);
    add_number(object, "line", item->line);
    add_number(object, "column", item->column);
    if (item->outcome == ITEM_TAKEN)
        cJSON_AddNumberToObject(object, "offset", (double)item->offset);
    add_text(object, "sha256", job->sha256[0] ? job->sha256 : NULL);
    add_text(object, "from", from);
    add_text(object, "to", to);
    cJSON *list = cJSON_CreateArray();
    if (job->fault || item->code) {
        const struct comity_finding finding = {.severity = COMITY_ERROR,
                                               .code = job->fault ? job->fault : item->code,
                                               .message =
                                                   job->fault ? job->message : item->message,
                                               .line = item->at ? 1 : 0,
                                               .column = 1,
                                               .offset = item->at};
        add_finding(list, &finding);
    }
    add_answers(object, list, job);
    cJSON_AddItemToObject(object, "findings", list);
    char *text = cJSON_Print(object);
    cJSON_Delete(object);
    if (!text)
        return COMITY_E_NOMEM;
    buffer_text(reason, text);
    buffer_char(reason, '\n');
    cJSON_free(text);
    return buffer_status(reason);
}
