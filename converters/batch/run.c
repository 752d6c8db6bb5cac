/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The run of a batch: items come from the reader, go to the converters, and are settled in
 * their order.  One thread and one wait for all of them. */
#include "batch/run.h"

#include "base/encoding.h"
#include "batch/label.h"
#include "batch/report.h"
#include "clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Items on their way: enough that no converter waits for the slowest of them. */
#define HELD_FOR_EACH 600
#define HELD_BYTES ((size_t)16 << 20)
/* What is done survives the machine at least so often. */
#define SYNC_MILLISECONDS 1000
#define LINES_BYTES ((size_t)8 << 20)
/* What is done is put away for at most so long before signals and deadlines are looked at:
 * where each document is a file, hundreds of them take a second. */
#define SETTLE_MILLISECONDS 100

/* --- items, as they come */

/* An item that a run before has done. */
static comity_status check_item(struct batch_run *run, const struct item *item)
{
    char sha256[SHA256_TEXT] = "";
    if (item->outcome == ITEM_TAKEN)
        encoding_sha256(item->bytes, item->size, sha256);
    run->progress.skipped_items++;
    if (resume_check(&run->resume, item, sha256))
        return COMITY_OK;
    run->is_again = true;
    return COMITY_OK;
}

static comity_status add_job(struct batch_run *run, struct job *job)
{
    if (run->last)
        run->last->after = job;
    else
        run->first = job;
    run->last = job;
    run->held++;
    run->held_bytes += job->item.size;
    if (job->state == JOB_WAITING)
        pool_give(&run->pool, job);
    return COMITY_OK;
}

/* The room of an item that is not needed any more, given back after those before it. */
static void free_room(struct batch_run *run, const struct item *item)
{
    if (run->last && item->shared_end)
        run->last->shared_end = item->shared_end;
    else
        shared_free(&run->items, item->shared_end);
}

static comity_status take_new(struct batch_run *run, const struct item *item)
{
    struct item own = *item;
    if (run->options->sample)
        own.shared_end = 0; /* nobody knows how long it is kept */
    struct job *job = job_new(&own, run->number);
    if (!job)
        return COMITY_E_NOMEM;
    job->place = run->whole.items;
    job->input = (size_t)reading_number(&run->reading);
    if (!run->options->sample)
        return add_job(run, job);
    sample_offer(&run->sample, job);
    free_room(run, item);
    return COMITY_OK;
}

comity_status run_take(void *user, const struct item *item)
{
    struct batch_run *run = user;
    bool is_ours = true;
    comity_status status = COMITY_OK;
    if (run->is_again)
        return COMITY_OK; /* what is on its way is not asked for any more */
    if (run->options->shards) {
        whole_add(&run->whole, item);
        is_ours = item_digest(item) % run->options->shards == run->options->shard;
    }
    if (is_ours && ++run->number > run->known)
        return take_new(run, item);
    if (is_ours)
        status = check_item(run, item);
    free_room(run, item);
    return status;
}

/* An item of a retry. */
static comity_status take_job(void *user, struct job *job)
{
    struct batch_run *run = user;
    job->number = ++run->number;
    return add_job(run, job);
}

/* All that were drawn, once no more come. */
static comity_status give_sample(struct batch_run *run)
{
    comity_status status = COMITY_OK;
    sample_sort(&run->sample);
    for (size_t i = 0; i < run->sample.count && status == COMITY_OK; i++)
        status = add_job(run, run->sample.draws[i].job);
    return status;
}

static bool has_room(const struct batch_run *run)
{
    return !run->is_read && !run->is_stopped && !run->is_again &&
           run->held < HELD_FOR_EACH * run->pool.seat_count && run->held_bytes < HELD_BYTES;
}

/* --- what is done, in the order of the items */

comity_status run_sync(struct batch_run *run, int64_t now)
{
    run->synced = now;
    if (!run->ledger.ready)
        return COMITY_OK;
    comity_status status = sink_sync(&run->sink);
    if (status == COMITY_OK)
        status = quarantine_sync(&run->quarantine);
    if (status == COMITY_OK)
        status = ledger_writer_flush(&run->ledger, true);
    if (status == COMITY_OK)
        settle_clear(&run->settling);
    return status;
}

static void check_failures(struct batch_run *run)
{
    const struct settling *s = &run->settling;
    uint64_t all = s->done + s->failed;
    bool is_over = s->failed > run->options->max_failed ||
                   (run->options->max_ratio < 1 && all >= 100 &&
                    (double)s->failed > run->options->max_ratio * (double)all);
    if (!is_over || run->is_stopped)
        return;
    cli_report(run->cli, COMITY_ERROR, "batch.max-failed", run->sink.path,
               "more documents failed than may; the batch is stopped and can be resumed",
               "see the quarantine; --max-failed and --max-failed-ratio say how many may");
    run->is_over = run->is_stopped = true;
}

static bool has_done(const struct batch_run *run)
{
    return run->first && run->first->state == JOB_DONE;
}

static comity_status settle_done(struct batch_run *run, int64_t now)
{
    comity_status status = COMITY_OK;
    while (status == COMITY_OK && has_done(run) && !run->is_stopped &&
           clock_milliseconds() - now < SETTLE_MILLISECONDS) {
        struct job *job = run->first;
        if (!job->sha256[0] && job->item.outcome == ITEM_TAKEN)
            encoding_sha256(job->item.bytes, job->item.size, job->sha256);
        uint64_t failed = run->settling.failed;
        status = settle(&run->settling, job);
        if (run->settled)
            run->settled(run->user, job, run->settling.failed != failed);
        run->first = job->after;
        if (!run->first)
            run->last = NULL;
        run->held--;
        run->held_bytes -= job->item.size;
        shared_free(&run->items, job->shared_end);
        job_free(job);
        if (status == COMITY_OK)
            status = settle_end_item(&run->settling);
        check_failures(run);
    }
    if (status == COMITY_OK &&
        (now - run->synced >= SYNC_MILLISECONDS || run->ledger.ready > LINES_BYTES))
        status = run_sync(run, now);
    return status;
}

/* --- the loop */

comity_status run_step(struct batch_run *run)
{
    struct pollfd watched[POOL_MAX + 2];
    size_t seats = pool_watch(&run->pool, watched);
    struct pollfd *signals = &watched[seats], *reader = &watched[seats + 1];
    int64_t now = clock_milliseconds();
    int patience = pool_patience(&run->pool, now);
    *signals = (struct pollfd){.fd = run->signals.fd, .events = POLLIN};
    *reader =
        (struct pollfd){.fd = has_room(run) ? run->reading.worker.fd : -1, .events = POLLIN};
    if (!has_room(run))
        run->reading.since = now; /* the reader waits for us, not we for it */
    if (patience < 0 || patience > 200)
        patience = 200;
    if (has_done(run) || (has_room(run) && (run->retrying || !reading_listens(&run->reading))))
        patience = 0;
    if (poll(watched, seats + 2, patience) < 0 && errno != EINTR)
        return COMITY_E_IO;
    now = clock_milliseconds();
    run->progress.read = reading_position(&run->reading);
    comity_status status = pool_work(&run->pool, watched, seats, now);
    if (status == COMITY_OK && (signals->revents & POLLIN))
        run->is_stopped = signals_take(&run->signals, &run->progress) || run->is_stopped;
    if (status == COMITY_OK && has_room(run)) {
        status = run->retrying ? retry_next(run->retrying) : reading_work(&run->reading, now);
        if (status == COMITY_END) {
            run->is_read = true;
            status = give_sample(run);
        }
    }
    if (status == COMITY_OK)
        status = settle_done(run, now);
    progress_show(&run->progress, now);
    return status;
}

static comity_status loop(struct batch_run *run)
{
    comity_status status = COMITY_OK;
    run->synced = clock_milliseconds();
    while (status == COMITY_OK && !run->is_stopped && (!run->is_read || run->first)) {
        status = run_step(run);
        if (status == COMITY_OK && run->is_again)
            status = run_again(run, run_take);
    }
    /* items that were done and are gone */
    if (status == COMITY_OK && !run->is_stopped && run->number < run->known) {
        status = run_again(run, run_take);
        return status == COMITY_OK ? loop(run) : status;
    }
    if (status == COMITY_OK && !run->is_stopped)
        status = settle_end_block(&run->settling);
    if (status != COMITY_OK)
        return status;
    if (run->is_stopped)
        return run_sync(run, 0);
    if (run->options->shards) {
        run->settling.items = run->whole.items;
        run->settling.inputs = run->whole.items ? run->whole.digest : NULL;
    }
    ledger_end_item(&run->ledger);
    status = run_sync(run, 0);
    if (status == COMITY_OK)
        status = sink_finish(&run->sink);
    if (status != COMITY_OK)
        return status;
    settle_summary(&run->settling); /* now it is true */
    ledger_end_item(&run->ledger);
    return ledger_writer_flush(&run->ledger, true);
}

/* The counts of all that was done, of runs before too. */
int run_sum_up(struct batch_run *run, comity_status status)
{
    struct comity_result *result = &run->cli->result;
    const struct settling *settled = &run->settling;
    if (status != COMITY_OK)
        run_tell(run, status);
    progress_end(&run->progress);
    *result = settled->result;
    result->documents = settled->done;
    result->failed_input = settled->failed;
    result->failed_unknown = result->failed_output = result->failed_plugin = 0;
    if (status != COMITY_OK)
        return EXIT_DONE; /* which cli_finish() knows better */
    if (run->is_over)
        return EXIT_FAIL_ON;
    return run->is_stopped ? EXIT_INTERRUPTED : EXIT_DONE;
}

/* Nothing was written: what would have been is told at once. */
static int run_show(const struct batch_run *run, int stopped)
{
    char path[64];
    struct cli *cli = calloc(1, sizeof *cli);
    struct report_request request = {
        .output = path, .json = run->cli->json, .filter = {.result = -1}};
    if (!cli)
        return EXIT_PROGRAM;
    snprintf(path, sizeof path, "/proc/self/fd/%d", run->ledger.fd);
    if (run->options->sample)
        fprintf(stderr, "a sample of %zu of %llu items; nothing was written\n",
                run->sample.count, (unsigned long long)run->sample.met);
    cli->command = "batch";
    cli->json = run->cli->json;
    cli->findings = stderr;
    batch_report(cli, &request);
    cli_print_counts(cli);
    free(cli);
    return stopped;
}

static int run_whole(struct cli *cli, const struct batch_options *options,
                     struct retrying *retrying)
{
    struct batch_run *run = calloc(1, sizeof *run);
    if (!run || !run_load(cli)) {
        free(run);
        return cli_finish(cli);
    }
    run->cli = cli;
    run->options = options;
    run->retrying = retrying;
    if (retrying) {
        retrying->each = take_job;
        retrying->user = run;
    }
    comity_status status = run_open(run, run_take);
    if (status == COMITY_OK)
        status = loop(run);
    int stopped = run_sum_up(run, status);
    if (status == COMITY_OK && options->dry_run)
        stopped = run_show(run, stopped);
    run_close(run);
    free(run);
    status = cli_finish(cli);
    return stopped != EXIT_DONE ? stopped : status;
}

int batch_run(struct cli *cli, const struct batch_options *options)
{
    return run_whole(cli, options, NULL);
}

int batch_retry(struct cli *cli, const struct batch_options *options)
{
    struct retrying retrying;
    comity_status status = retry_open(&retrying, cli->output);
    int result = EXIT_DONE;
    if (status == COMITY_OK) {
        result = run_whole(cli, options, &retrying);
    } else if (status == COMITY_END) {
        if (!cli->quiet)
            fputs("nothing is in quarantine\n", stderr);
        cli_free_files(cli);
    } else {
        cli_report(cli, COMITY_ERROR, status == COMITY_E_INVALID ? "batch.ledger" : "io.read",
                   cli->output,
                   status == COMITY_E_INVALID ? "the batch was not finished"
                                              : "the ledger cannot be read",
                   "comity batch --resume goes on with an interrupted batch");
        cli->io_failures++;
        result = cli_finish(cli);
    }
    retry_close(&retrying);
    return result;
}
