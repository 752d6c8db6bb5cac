/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Items on their way; see job.h. */
#include "batch/job.h"

#include <stdlib.h>

/* Texts that an item lends, in the order in which they stand in `held`. */
static void hold(struct buffer *held, const char *text, size_t len, size_t *at)
{
    *at = held->size;
    buffer_add(held, text ? text : "", text ? len : 0);
    buffer_char(held, '\0');
}

struct job *job_new(const struct item *item, uint64_t number)
{
    struct job *job = calloc(1, sizeof *job);
    size_t entry, code, message, bytes;
    if (!job)
        return NULL;
    buffer_init(&job->held, 0);
    buffer_init(&job->answers, 0);
    hold(&job->held, item->entry, item->entry_len, &entry);
    hold(&job->held, item->code, item->code ? strlen(item->code) : 0, &code);
    hold(&job->held, item->message, item->message ? strlen(item->message) : 0, &message);
    hold(&job->held, item->bytes, item->shared_end ? 0 : item->size, &bytes);
    if (buffer_status(&job->held) != COMITY_OK) {
        job_free(job);
        return NULL;
    }
    const char *held = job->held.bytes;
    job->number = number;
    job->item = *item;
    job->item.entry = held + entry;
    job->item.code = item->code ? held + code : NULL;
    job->item.message = item->message ? held + message : NULL;
    if (!item->shared_end)
        job->item.bytes = held + bytes;
    job->shared_end = item->shared_end;
    job->state = item->outcome == ITEM_TAKEN ? JOB_WAITING : JOB_DONE;
    return job;
}

void job_reset(struct job *job)
{
    buffer_clear(&job->answers);
    job->documents = job->made = 0;
    job->result = (struct comity_result)COMITY_RESULT_INIT;
    job->sha256[0] = '\0';
}

void job_free(struct job *job)
{
    if (!job)
        return;
    buffer_free(&job->held);
    buffer_free(&job->answers);
    free(job->only);
    free(job);
}

bool job_asks(const struct job *job, uint64_t position)
{
    for (size_t i = 0; i < job->only_count; i++)
        if (job->only[i] == position)
            return true;
    return !job->only_count;
}
