/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Beginning and end of a batch's run: what is asked for is checked, what a run before has
 * left is taken up, and what goes wrong is told. */
#include "batch/run.h"

#include "runtime/context.h"
#include "runtime/isolate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of items that are on their way; small, so that it stays in the caches. */
#define ITEMS_BYTES ((size_t)2 << 20)

/* --- what goes wrong */

static void tell_output(struct batch_run *run, const char *path, int error)
{
    char message[300];
    snprintf(message, sizeof message, "the output cannot be written: %s", strerror(error));
    cli_report(run->cli, COMITY_ERROR, "io.write", path, message,
               error == EEXIST ? "--resume goes on with it, --overwrite replaces it" : NULL);
    run->cli->output_failed = true;
}

void run_tell(struct batch_run *run, comity_status status)
{
    struct cli *cli = run->cli;
    if (run->sink.error)
        tell_output(run, run->sink.path, run->sink.error);
    else if (run->ledger.error)
        tell_output(run, run->ledger.path, run->ledger.error);
    else if (run->quarantine.error)
        tell_output(run, run->quarantine.path, run->quarantine.error);
    else if (status == COMITY_E_IO) {
        cli_report(cli, COMITY_ERROR, "worker.start", run->pool.program,
                   "the converters cannot be started", "is comity installed as a whole?");
        cli->plugin_failures++;
    } else
        cli_status(cli, status);
}

static comity_status refuse(struct batch_run *run, const char *code, const char *path,
                            const char *message, const char *hint)
{
    cli_report(run->cli, COMITY_ERROR, code, path, message, hint);
    return COMITY_E_USAGE;
}

/* --- the output */

static bool exists(const char *path)
{
    struct stat status;
    return path && lstat(path, &status) == 0;
}

static comity_status open_new(struct batch_run *run)
{
    char *path = ledger_path(run->sink.path);
    bool overwrite = run->cli->overwrite || run->options->resume;
    comity_status status = path ? COMITY_OK : COMITY_E_NOMEM;
    if (status == COMITY_OK && overwrite && exists(path))
        status = settle_forget(&run->settling, path, 0);
    bool is_made = status == COMITY_OK && !exists(path);
    if (status == COMITY_OK)
        status = ledger_writer_open(&run->ledger, run->sink.path, false, 0, overwrite);
    if (status == COMITY_OK)
        status = sink_open(&run->sink, overwrite, false, 0);
    if (status != COMITY_OK && run->sink.error && is_made)
        unlink(path);
    if (status == COMITY_OK)
        identity_write(&run->identity, run->cli, &run->ledger);
    free(path);
    return status;
}

/* Goes on behind a place of the run before. */
static comity_status open_at(struct batch_run *run, const struct resume_point *point)
{
    run->known = point->items;
    run->settling.done = point->done;
    run->settling.failed = point->failed;
    run->settling.skipped = point->skipped;
    run->settling.result.losses = point->losses;
    comity_status status =
        run->retrying
            ? ledger_writer_open_whole(&run->ledger, run->sink.path, point->ledger)
            : ledger_writer_open(&run->ledger, run->sink.path, true, point->ledger, true);
    if (status == COMITY_OK)
        status = sink_open(&run->sink, true, true, point->output);
    run->sink.lines = run->sink.kind == SINK_LINES ? point->done : 0;
    return status;
}

/* Goes on behind a whole batch; what fails no more is no longer counted as failed. */
static comity_status open_retry(struct batch_run *run)
{
    const struct retrying *retrying = run->retrying;
    const struct resume_point point = {.ledger = retrying->ledger,
                                       .output = retrying->output,
                                       .done = retrying->done,
                                       .failed = retrying->absent,
                                       .skipped = retrying->skipped,
                                       .losses = retrying->losses};
    run->settling.retry = retrying->retry;
    return open_at(run, &point);
}

/* The ledger of a run that writes nothing is in memory, for the report on it. */
static comity_status open_dry(struct batch_run *run)
{
    run->settling.quarantine = NULL;
    comity_status status = ledger_writer_open_memory(&run->ledger);
    if (status == COMITY_OK)
        identity_write(&run->identity, run->cli, &run->ledger);
    if (status == COMITY_OK && run->options->sample)
        status = sample_open(&run->sample, (size_t)run->options->sample);
    return status;
}

static comity_status open_output(struct batch_run *run)
{
    bool is_other = false;
    if (run->options->dry_run)
        return open_dry(run);
    comity_status status = quarantine_open(&run->quarantine, run->sink.path);
    if (status == COMITY_OK && run->retrying)
        return open_retry(run);
    if (status != COMITY_OK || !run->options->resume)
        return status == COMITY_OK ? open_new(run) : status;
    char *path = ledger_path(run->sink.path);
    if (!path)
        return COMITY_E_NOMEM;
    status = resume_open(&run->resume, path, &run->identity, run->sink.kind, &is_other);
    if (is_other)
        cli_report(run->cli, COMITY_WARNING, "batch.redone", path,
                   "the run before had other options, plugins or kind of output; all is done "
                   "again",
                   NULL);
    if (status == COMITY_E_INVALID)
        status = refuse(run, "batch.ledger", path, "the file is no ledger",
                        "--overwrite begins anew");
    if (status == COMITY_OK && run->resume.is_retried)
        status = refuse(run, "batch.retried", path,
                        "the batch was whole, and what had failed was tried again",
                        "comity batch retry tries again; --overwrite begins anew");
    free(path);
    if (status == COMITY_END)
        return open_new(run);
    return status == COMITY_OK ? open_at(run, &run->resume.point) : status;
}

comity_status run_again(struct batch_run *run, item_fn *take)
{
    struct resume_point point = run->resume.block;
    for (int i = 0; i < run->cli->input_count; i++)
        if (strcmp(run->cli->inputs[i], "-") == 0)
            return refuse(run, "batch.changed", run->sink.path,
                          "the input is not what the run before has read",
                          "--overwrite begins anew");
    if (run->options->files_from)
        return refuse(run, "batch.changed", run->sink.path,
                      "the list is not what the run before has read",
                      "--overwrite begins anew");
    cli_report(run->cli, COMITY_NOTE, "batch.changed", run->sink.path,
               "the input is not what the run before has read; from there on all is done again",
               NULL);
    for (struct job *job = run->first, *after; job; job = after) {
        after = job->after;
        job_free(job);
    }
    pool_drop(&run->pool);
    reading_close(&run->reading);
    inputs_free(&run->inputs);
    comity_status status = settle_forget(&run->settling, run->ledger.path, point.ledger);
    sink_close(&run->sink);
    ledger_writer_close(&run->ledger);
    run->first = run->last = NULL;
    run->held = run->held_bytes = 0;
    shared_free(&run->items, run->items.written);
    run->number = run->progress.skipped_items = 0;
    run->whole = (struct whole){.items = 0};
    run->is_read = run->is_again = false;
    inputs_init(&run->inputs, run->cli->inputs, run->cli->input_count);
    resume_rewind(&run->resume);
    if (status == COMITY_OK)
        status = reading_open(&run->reading, &run->inputs, &run->items, &run->options->limits,
                              take, run);
    return status == COMITY_OK ? open_at(run, &point) : status;
}

/* --- beginning and end */

/* Whether a format is there, as the worker knows it; what is against it is told. */
static comity_status ask_format(const struct cli *cli, const char *spec,
                                struct isolate_known *known)
{
    comity_status status =
        isolate_format(cli->isolate, spec, cli->options.finding, cli->options.user, known);
    return status == COMITY_OK ? known->status : status;
}

static comity_status check_formats(struct batch_run *run)
{
    const struct cli *cli = run->cli;
    struct isolate_known known;
    comity_status status = ask_format(cli, cli->to, &known);
    if (status != COMITY_OK)
        return status;
    snprintf(run->settling.suffix, sizeof run->settling.suffix, "%s",
             syntax_suffix(known.syntax));
    if (run->sink.kind == SINK_LINES && strcmp(run->settling.suffix, "json") != 0)
        return refuse(run, "batch.lines", run->sink.path,
                      "the documents of the target format are no lines of JSON",
                      "name a folder or a tar");
    if (cli->options.attachments)
        return refuse(run, "batch.attachments", run->sink.path,
                      "a batch has no files beside its documents",
                      "convert such documents with comity convert");
    return cli->from ? ask_format(cli, cli->from, &known) : COMITY_OK;
}

bool run_load(struct cli *cli)
{
    cli->is_isolated = true;
    return cli_open(cli);
}

static size_t worker_count(const struct batch_options *options)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return options->workers ? (size_t)options->workers
                            : (processors > 0 ? (size_t)processors : 1);
}

static comity_status open_list(struct batch_run *run)
{
    const char *path = run->options->files_from;
    if (!path)
        return COMITY_OK;
    run->list = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (run->list) {
        inputs_list(&run->inputs, run->list, run->options->null_separated ? '\0' : '\n');
        return COMITY_OK;
    }
    cli_report(run->cli, COMITY_ERROR, "io.read", path, strerror(errno), NULL);
    run->cli->io_failures++;
    return COMITY_E_INVALID;
}

comity_status run_prepare(struct batch_run *run, item_fn *take)
{
    struct cli *cli = run->cli;
    inputs_init(&run->inputs, cli->inputs, cli->input_count);
    sink_init(&run->sink, run->options->dry_run ? NULL : cli->output);
    run->settling = (struct settling){.sink = &run->sink,
                                      .ledger = &run->ledger,
                                      .quarantine = &run->quarantine,
                                      .from = cli->from,
                                      .to = cli->to,
                                      .finding = cli->options.finding,
                                      .user = cli->options.user,
                                      .result = COMITY_RESULT_INIT};
    progress_init(&run->progress, cli, &run->settling);
    if (shared_make(&run->items, ITEMS_BYTES) != COMITY_OK)
        errno = 0; /* then all goes by the lines */
    run->ledger.fd = run->quarantine.fd = run->reading.worker.fd = -1;
    comity_status status = check_formats(run);
    isolate_close(cli->isolate);
    cli->isolate = NULL;
    if (status == COMITY_OK)
        status = open_list(run);
    run->progress.expected = run->retrying ? 0 : inputs_size(&run->inputs);
    if (status == COMITY_OK)
        status = identity_take(&run->identity, cli, run->options, &run->sink);
    if (status == COMITY_OK)
        status = pool_open(&run->pool, worker_count(run->options), &cli->config, &cli->options,
                           &run->items, (uint32_t)run->options->seconds * 1000);
    if (status == COMITY_OK)
        status = reading_open(&run->reading, &run->inputs, &run->items, &run->options->limits,
                              take, run);
    if (status == COMITY_OK)
        status = signals_open(&run->signals);
    return status;
}

comity_status run_open(struct batch_run *run, item_fn *take)
{
    comity_status status = run_prepare(run, take);
    return status == COMITY_OK ? open_output(run) : status;
}

void run_close(struct batch_run *run)
{
    pool_close(&run->pool);
    reading_close(&run->reading);
    signals_close(&run->signals);
    shared_close(&run->items);
    for (struct job *job = run->first, *after; job; job = after) {
        after = job->after;
        job_free(job);
    }
    buffer_free(&run->settling.cleared);
    sample_close(&run->sample);
    sink_close(&run->sink);
    ledger_writer_close(&run->ledger);
    quarantine_close(&run->quarantine);
    inputs_free(&run->inputs);
    if (run->resume.reader)
        resume_close(&run->resume);
    if (run->list && run->list != stdin)
        fclose(run->list);
}
