/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Counts what one input gives, on what really comes out, and gives the rest of it up where it
 * is too much.  And hands items over.  Knows nothing of archives. */
#include "batch/items_run.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#define NANOSECONDS UINT64_C(1000000000)

uint64_t run_now(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

comity_status run_stop(struct run *run, comity_status status)
{
    if (run->stopped == COMITY_OK)
        run->stopped = status;
    return run->stopped;
}

comity_status run_emit(struct run *run, struct item *item)
{
    if (run->stopped != COMITY_OK)
        return run->stopped;
    if (!run->is_counted) {
        if (seen_count(&run->seen, run->label.bytes, run->label.size, &run->twin) != COMITY_OK)
            return run_stop(run, COMITY_E_NOMEM);
        run->is_counted = true;
    }
    item->entry = run->label.bytes;
    item->entry_len = run->label.size;
    item->twin = run->twin;
    if (!item->line)
        item->line = item->column = 1;
    if (!item->bytes)
        item->bytes = "";
    comity_status status = run->each(run->user, item);
    run->begun = run_now();
    return status == COMITY_OK ? COMITY_OK : run_stop(run, status);
}

comity_status run_refuse(struct run *run, enum item_outcome outcome, const char *code,
                         const char *format, ...)
{
    struct fault fault = {.code = code};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault.message, sizeof(fault.message), format, arguments);
    va_end(arguments);
    struct item item = {.outcome = outcome, .code = code, .message = fault.message};
    return run_emit(run, &item);
}

comity_status run_refuse_fault(struct run *run, const struct fault *fault)
{
    struct item item = {.outcome = ITEM_REFUSED,
                        .code = fault->code,
                        .message = fault->message,
                        .at = fault->at};
    return run_emit(run, &item);
}

/* Says so at the entry that was being read, and ends everything. */
static comity_status give_up(struct run *run, const char *code, const char *what,
                             uint64_t allowed, const char *unit)
{
    run_refuse(run, ITEM_REFUSED, code,
               "%s; at most %llu %s allowed, and the rest of this input is given up", what,
               (unsigned long long)allowed, unit);
    return run_stop(run, ITEMS_GIVEN_UP);
}

comity_status run_count_entry(struct run *run)
{
    if (run->stopped != COMITY_OK)
        return run->stopped;
    char what[80];
    if (++run->entries > run->limits->entries) {
        snprintf(what, sizeof(what), "this is entry %llu", (unsigned long long)run->entries);
        return give_up(run, "limit.entries", what, run->limits->entries, "entries are");
    }
    return COMITY_OK;
}

static comity_status check_output(struct run *run, uint64_t output)
{
    const struct item_limits *limits = run->limits;
    char what[120];
    if (output > limits->total_bytes) {
        snprintf(what, sizeof(what), "%llu bytes were unpacked", (unsigned long long)output);
        return give_up(run, "limit.total", what, limits->total_bytes, "are");
    }
    if (output > limits->ratio_floor && (!limits->ratio || output / limits->ratio > run->in)) {
        snprintf(what, sizeof(what), "%llu bytes became %llu", (unsigned long long)run->in,
                 (unsigned long long)output);
        return give_up(run, "limit.ratio", what, limits->ratio, "bytes for each are");
    }
    return run_check_time(run);
}

comity_status run_count_unpacked(struct run *run, size_t size)
{
    run->unpacked += size;
    return run->stopped != COMITY_OK ? run->stopped : check_output(run, run->unpacked);
}

comity_status run_count_decompressed(struct run *run, size_t size)
{
    run->decompressed += size;
    return run->stopped != COMITY_OK ? run->stopped : check_output(run, run->decompressed);
}

comity_status run_check_time(struct run *run)
{
    if (run->stopped != COMITY_OK)
        return run->stopped;
    uint64_t spent = run_now() - run->begun;
    if (spent / NANOSECONDS < run->limits->seconds)
        return COMITY_OK;
    char what[80];
    snprintf(what, sizeof(what), "%llu seconds have gone by without an entry",
             (unsigned long long)(spent / NANOSECONDS));
    return give_up(run, "limit.time", what, run->limits->seconds, "are");
}
