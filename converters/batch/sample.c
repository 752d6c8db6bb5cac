/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A spread of the items of a batch; see sample.h. */
#include "batch/sample.h"

#include "batch/label.h"

#include <stdlib.h>

/* The items of a sample are held in memory: large ones make it smaller. */
#define SAMPLE_BYTES ((size_t)256 << 20)

comity_status sample_open(struct sample *sample, size_t wanted)
{
    *sample = (struct sample){.wanted = wanted};
    sample->draws = calloc(wanted, sizeof *sample->draws);
    return sample->draws ? COMITY_OK : COMITY_E_NOMEM;
}

static void swap(struct sample_draw *a, struct sample_draw *b)
{
    struct sample_draw other = *a;
    *a = *b;
    *b = other;
}

static void rise(struct sample_draw *draws, size_t i)
{
    for (; i && draws[(i - 1) / 2].digest < draws[i].digest; i = (i - 1) / 2)
        swap(&draws[i], &draws[(i - 1) / 2]);
}

static void sink_down(struct sample_draw *draws, size_t count)
{
    for (size_t i = 0;;) {
        size_t child = 2 * i + 1;
        if (child + 1 < count && draws[child + 1].digest > draws[child].digest)
            child++;
        if (child >= count || draws[child].digest <= draws[i].digest)
            return;
        swap(&draws[i], &draws[child]);
        i = child;
    }
}

static void drop_greatest(struct sample *sample)
{
    struct sample_draw *draws = sample->draws;
    sample->bytes -= draws[0].job->item.size;
    job_free(draws[0].job);
    draws[0] = draws[--sample->count];
    sink_down(draws, sample->count);
}

void sample_offer(struct sample *sample, struct job *job)
{
    uint64_t digest = item_digest(&job->item);
    sample->met++;
    if (sample->count == sample->wanted && digest >= sample->draws[0].digest) {
        job_free(job);
        return;
    }
    if (sample->count == sample->wanted)
        drop_greatest(sample);
    sample->draws[sample->count] = (struct sample_draw){digest, job};
    rise(sample->draws, sample->count++);
    sample->bytes += job->item.size;
    while (sample->bytes > SAMPLE_BYTES && sample->count > 1) {
        drop_greatest(sample);
        sample->wanted = sample->count; /* else those that come later would be preferred */
    }
}

static int by_number(const void *a, const void *b)
{
    const struct sample_draw *one = a, *other = b;
    return (one->job->number > other->job->number) - (one->job->number < other->job->number);
}

void sample_sort(struct sample *sample)
{
    if (sample->count)
        qsort(sample->draws, sample->count, sizeof *sample->draws, by_number);
}

void sample_close(struct sample *sample)
{
    free(sample->draws);
    sample->draws = NULL;
}
