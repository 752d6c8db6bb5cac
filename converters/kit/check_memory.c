/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Checks of memory: it runs out at every place where it is taken, and what was taken is given
 * back. */
#include "kit/checker.h"

#include <stdlib.h>

#define MOST_PLACES 4000u
#define ROUNDS 3

/* Output that takes no memory. */
struct sink {
    size_t bytes;
    uint64_t errors;
};

static int count_bytes(void *user, const void *bytes, size_t size)
{
    struct sink *sink = user;
    (void)bytes;
    sink->bytes += size;
    return 0;
}

static void count_errors(void *user, const struct comity_finding *finding)
{
    struct sink *sink = user;
    sink->errors += finding->severity == COMITY_ERROR;
}

static comity_status pour(struct subject *subject, const struct sample *sample, const char *to,
                          struct sink *sink, struct comity_result *result)
{
    struct comity_options options = COMITY_OPTIONS_INIT;
    struct comity_input input = {.bytes = sample->bytes, .size = sample->size};
    options.from = sample->format;
    options.to = to;
    options.no_provenance = 1;
    options.finding = count_errors;
    options.user = sink;
    *sink = (struct sink){0, 0};
    *result = (struct comity_result)COMITY_RESULT_INIT;
    return comity_convert(subject->alone, &options, &input, count_bytes, sink, result);
}

static unsigned long run_out(struct subject *subject, const struct sample *sample,
                             const char *to)
{
    struct sink whole, sink;
    struct comity_result result;
    comity_status good = pour(subject, sample, to, &whole, &result);
    unsigned long n = 0;
    for (; n < MOST_PLACES; n++) {
        fail_allocation_after(n);
        comity_status status = pour(subject, sample, to, &sink, &result);
        if (!allocations_are_good())
            break;
        if (status == COMITY_OK && sink.bytes != whole.bytes)
            fault(subject,
                  "memory ran out (at place %lu of the sample %s to %s), and another document "
                  "was written as if nothing had happened; asked for by %s",
                  n, sample->name, to, where_it_failed());
        if (status != COMITY_OK && status != COMITY_E_NOMEM && status != good && !sink.errors &&
            !result.failed_plugin)
            fault(subject,
                  "memory ran out (at place %lu of the sample %s to %s), and it failed with %d "
                  "instead of COMITY_E_NOMEM",
                  n, sample->name, to, status);
    }
    comity_status status = pour(subject, sample, to, &sink, &result);
    if (status != good || sink.bytes != whole.bytes)
        fault(subject, "after memory had run out, the sample %s gives something else",
              sample->name);
    return n;
}

/* Calls `each` for every small sample and target, and adds up what it returns. */
static unsigned long each_small(struct subject *subject,
                                unsigned long (*each)(struct subject *subject,
                                                      const struct sample *sample,
                                                      const char *to))
{
    unsigned long sum = 0;
    for (size_t i = 0; i < subject->sample_count; i++) {
        const struct sample *sample = &subject->samples[i];
        const struct comity_format_info *format = own_format(subject, sample->format);
        if (!format || !format->can_read || sample->size > HUGE_SAMPLE)
            continue;
        sum += each(subject, sample, "convention-json");
        if (format->can_write)
            sum += each(subject, sample, format->id);
    }
    return sum;
}

void try_no_memory(struct subject *subject)
{
    if (!can_fail_allocations())
        skip(subject, "a build with a sanitizer takes memory by itself");
    prepare_to_fail(subject);
    watch_conduct(subject);
    remark(subject, "%lu places", each_small(subject, run_out));
}

static unsigned long give_back(struct subject *subject, const struct sample *sample,
                               const char *to)
{
    struct sink sink;
    struct comity_result result;
    long before = 0, after = 0;
    pour(subject, sample, to, &sink, &result); /* what is taken once and kept */
    for (int i = 0; i < ROUNDS; i++) {
        before = blocks_taken();
        pour(subject, sample, to, &sink, &result);
        after = blocks_taken();
    }
    if (after > before)
        fault(subject,
              "%ld blocks of memory are not given back after the sample %s was converted to %s",
              after - before, sample->name, to);
    return 1;
}

void try_leaks(struct subject *subject)
{
    if (!can_fail_allocations())
        skip(subject, "a build with a sanitizer counts memory by itself");
    watch_conduct(subject);
    each_small(subject, give_back);
}
