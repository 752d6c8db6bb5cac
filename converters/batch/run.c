/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The run of a batch: items come from the reader, go to the converters, and are settled in their
 * order.  One thread and one wait for all of them. */
#include "batch/batch.h"
#include "batch/label.h"
#include "batch/ledger_write.h"
#include "batch/pool.h"
#include "batch/progress.h"
#include "batch/reading.h"
#include "batch/settle.h"
#include "batch/signals.h"

#include "base/encoding.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Items on their way: enough that no converter waits for the slowest of them. */
#define HELD_FOR_EACH 160
#define HELD_BYTES ((size_t)16 << 20)
/* What is done survives the machine at least so often. */
#define SYNC_MILLISECONDS 1000
#define LINES_BYTES ((size_t)8 << 20)

struct run {
    struct cli *cli;
    const struct batch_options *options;
    struct inputs inputs;
    struct reading reading;
    struct pool pool;
    struct sink sink;
    struct ledger_writer ledger;
    struct quarantine quarantine;
    struct settling settling;
    struct progress progress;
    struct signals signals;
    struct job *first, *last; /* in the order of the items */
    size_t held, held_bytes;
    uint64_t number; /* of the last item that was met */
    int64_t synced;
    bool is_read;    /* there are no more items */
    bool is_stopped; /* by a signal, or by --max-failed */
    bool is_over;    /* --max-failed */
};

static int64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- items, as they come */

static comity_status take_item(void *user, const struct item *item)
{
    struct run *run = user;
    if (run->options->shards && item_shard(item, run->options->shards) != run->options->shard)
        return COMITY_OK;
    struct job *job = job_new(item, ++run->number);
    if (!job)
        return COMITY_E_NOMEM;
    if (run->last)
        run->last->after = job;
    else
        run->first = job;
    run->last = job;
    run->held++;
    run->held_bytes += item->size;
    if (job->state == JOB_WAITING)
        pool_give(&run->pool, job);
    return COMITY_OK;
}

static bool has_room(const struct run *run)
{
    return !run->is_read && !run->is_stopped &&
           run->held < HELD_FOR_EACH * run->pool.seat_count && run->held_bytes < HELD_BYTES;
}

/* --- what is done, in the order of the items */

static comity_status end_block(struct run *run)
{
    comity_status status = sink_end_block(&run->sink);
    if (status == COMITY_OK)
        ledger_end_block(&run->ledger, run->sink.offset);
    return status;
}

static comity_status sync_all(struct run *run, int64_t now)
{
    run->synced = now;
    if (!run->ledger.ready)
        return COMITY_OK;
    comity_status status = sink_sync(&run->sink);
    if (status == COMITY_OK)
        status = quarantine_sync(&run->quarantine);
    return status == COMITY_OK ? ledger_writer_flush(&run->ledger, true) : status;
}

static void check_failures(struct run *run)
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

static comity_status settle_done(struct run *run, int64_t now)
{
    comity_status status = COMITY_OK;
    while (status == COMITY_OK && run->first && run->first->state == JOB_DONE &&
           !run->is_over) {
        struct job *job = run->first;
        if (!job->sha256[0] && job->item.outcome == ITEM_TAKEN)
            encoding_sha256(job->item.bytes, job->item.size, job->sha256);
        status = settle(&run->settling, job);
        run->first = job->after;
        if (!run->first)
            run->last = NULL;
        run->held--;
        run->held_bytes -= job->item.size;
        job_free(job);
        if (status == COMITY_OK && run->sink.kind == SINK_FOLDER)
            ledger_end_item(&run->ledger);
        else if (status == COMITY_OK && sink_is_block(&run->sink))
            status = end_block(run);
        check_failures(run);
    }
    if (status == COMITY_OK &&
        (now - run->synced >= SYNC_MILLISECONDS || run->ledger.ready > LINES_BYTES))
        status = sync_all(run, now);
    return status;
}

/* --- the loop */

static comity_status wait_and_work(struct run *run)
{
    struct pollfd watched[POOL_MAX + 2];
    size_t seats = pool_watch(&run->pool, watched);
    struct pollfd *signals = &watched[seats], *reader = &watched[seats + 1];
    int64_t now = milliseconds();
    int patience = pool_patience(&run->pool, now);
    *signals = (struct pollfd){.fd = run->signals.fd, .events = POLLIN};
    *reader =
        (struct pollfd){.fd = has_room(run) ? run->reading.worker.fd : -1, .events = POLLIN};
    if (patience < 0 || patience > 200)
        patience = 200;
    if (has_room(run) && !run->reading.is_open)
        patience = 0;
    if (poll(watched, seats + 2, patience) < 0 && errno != EINTR)
        return COMITY_E_IO;
    now = milliseconds();
    comity_status status = pool_work(&run->pool, watched, seats, now);
    if (status == COMITY_OK && (signals->revents & POLLIN))
        run->is_stopped = signals_take(&run->signals, &run->progress) || run->is_stopped;
    if (status == COMITY_OK && has_room(run)) {
        status = reading_work(&run->reading, now);
        if (status == COMITY_END) {
            run->is_read = true;
            status = COMITY_OK;
        }
    }
    if (status == COMITY_OK)
        status = settle_done(run, now);
    progress_show(&run->progress, now);
    return status;
}

static comity_status loop(struct run *run)
{
    comity_status status = COMITY_OK;
    run->synced = milliseconds();
    while (status == COMITY_OK && !run->is_stopped && (!run->is_read || run->first))
        status = wait_and_work(run);
    if (status == COMITY_OK && !run->is_stopped)
        status = end_block(run);
    if (status != COMITY_OK)
        return status;
    if (run->is_stopped)
        return sync_all(run, 0);
    ledger_end_item(&run->ledger);
    status = sync_all(run, 0);
    if (status == COMITY_OK)
        status = sink_finish(&run->sink);
    return status;
}

/* --- beginning and end */

static void tell_output(struct run *run, const char *path, int error)
{
    char message[300];
    snprintf(message, sizeof message, "the output cannot be written: %s", strerror(error));
    cli_report(run->cli, COMITY_ERROR, "io.write", path, message,
               error == EEXIST ? "--resume goes on with it, --overwrite replaces it" : NULL);
    run->cli->output_failed = true;
}

static void tell_failure(struct run *run, comity_status status)
{
    if (run->sink.error)
        tell_output(run, run->sink.path, run->sink.error);
    else if (run->ledger.error)
        tell_output(run, run->ledger.path, run->ledger.error);
    else if (run->quarantine.error)
        tell_output(run, run->quarantine.path, run->quarantine.error);
    else if (status == COMITY_E_IO)
        cli_report(run->cli, COMITY_ERROR, "worker.start", run->pool.program,
                   "the converters cannot be started", "is comity installed as a whole?");
    else
        cli_status(run->cli, status);
    if (status == COMITY_E_IO && !run->cli->output_failed)
        run->cli->plugin_failures++;
}

static comity_status open_output(struct run *run)
{
    bool overwrite = run->cli->overwrite;
    comity_status status = sink_open(&run->sink, overwrite, false, 0);
    if (status == COMITY_OK)
        status = ledger_writer_open(&run->ledger, run->sink.path, false, 0, overwrite);
    if (status == COMITY_OK)
        status = quarantine_open(&run->quarantine, run->sink.path);
    return status;
}

static const char *suffix_of(const char *syntax)
{
    return strcmp(syntax, "text") == 0 ? "txt" : syntax;
}

/* What the target's documents are: "json"; where it is not known, the converters will tell. */
static const char *target_syntax(const struct cli *cli)
{
    struct comity_format_info info;
    size_t id = strcspn(cli->to, ":");
    for (size_t i = 0; comity_format_at(cli->context, i, &info) == COMITY_OK; i++)
        if (strlen(info.id) == id && strncmp(info.id, cli->to, id) == 0)
            return info.syntax;
    return "json";
}

static void begin(struct run *run)
{
    run->settling = (struct settling){.sink = &run->sink,
                                      .ledger = &run->ledger,
                                      .quarantine = &run->quarantine,
                                      .suffix = suffix_of(target_syntax(run->cli)),
                                      .from = run->cli->from,
                                      .to = run->cli->to,
                                      .finding = run->cli->options.finding,
                                      .user = run->cli->options.user,
                                      .result = COMITY_RESULT_INIT};
    progress_init(&run->progress, run->cli, &run->settling);
}

static size_t worker_count(const struct batch_options *options)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return options->workers ? (size_t)options->workers
           : processors > 0 ? (size_t)processors
                            : 1;
}

static comity_status open_all(struct run *run)
{
    struct cli *cli = run->cli;
    comity_status status = pool_open(&run->pool, worker_count(run->options), &cli->config,
                                     &cli->options, (uint32_t)run->options->seconds * 1000);
    if (status == COMITY_OK)
        status =
            reading_open(&run->reading, &run->inputs, &run->options->limits, take_item, run);
    if (status == COMITY_OK)
        status = signals_open(&run->signals);
    return status == COMITY_OK ? open_output(run) : status;
}

static int finish(struct run *run, comity_status status)
{
    struct cli *cli = run->cli;
    const struct settling *settled = &run->settling;
    if (status != COMITY_OK)
        tell_failure(run, status);
    progress_end(&run->progress);
    cli->result = settled->result;
    cli->result.documents = settled->done;
    cli->result.failed_input = settled->failed;
    cli->result.failed_unknown = cli->result.failed_output = cli->result.failed_plugin = 0;
    if (status == COMITY_OK && run->is_over)
        return EXIT_FAIL_ON;
    return status == COMITY_OK && run->is_stopped ? EXIT_INTERRUPTED : EXIT_DONE;
}

int batch_run(struct cli *cli, const struct batch_options *options)
{
    struct run *run = calloc(1, sizeof *run);
    if (!run || !cli_open(cli)) {
        free(run);
        return cli_finish(cli);
    }
    run->cli = cli;
    run->options = options;
    inputs_init(&run->inputs, cli->inputs, cli->input_count);
    sink_init(&run->sink, cli->output);
    begin(run);
    comity_status status = open_all(run);
    if (status == COMITY_OK)
        status = loop(run);
    int stopped = finish(run, status);
    pool_close(&run->pool);
    reading_close(&run->reading);
    signals_close(&run->signals);
    for (struct job *job = run->first, *after; job; job = after) {
        after = job->after;
        job_free(job);
    }
    sink_close(&run->sink);
    ledger_writer_close(&run->ledger);
    quarantine_close(&run->quarantine);
    inputs_free(&run->inputs);
    free(run);
    status = cli_finish(cli);
    return stopped != EXIT_DONE ? stopped : status;
}
