/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A watched folder: what is dropped is taken in rounds, and a round is what a batch of those
 * files would be.  The converters, the output and the ledger stay from round to round.  A file
 * leaves work/ only when what was made of it survives the machine, so that what is in work/ at
 * the start is done again: to the same names, since the file's number is part of its entries'
 * names. */
#include "batch/watch.h"

#include "batch/run.h"
#include "batch/watch_folder.h"
#include "batch/watch_ledger.h"
#include "clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

/* A round: small files are many at a time, so that all converters have work and the disk is
 * waited for but once; a large one does not keep others waiting. */
#define ROUND_FILES 128
#define ROUND_BYTES ((uint64_t)4 << 20)
/* Of the findings on one file; the rest is counted. */
#define FINDINGS_MAX 1000

struct dropped {
    struct watch_file file;
    char *path, *label;
    FILE *reason; /* its findings, into: */
    char *text;
    size_t text_len;
    uint64_t findings;
    bool has_failed;
};

struct watch {
    struct batch_run run;
    struct watch_folder folder;
    struct dropped files[ROUND_FILES];
    char *paths[ROUND_FILES], *labels[ROUND_FILES];
    size_t count;
    uint64_t bytes;
    bool has_left; /* files that were in work/ at the start may be left */
    uint64_t told; /* documents that progress was shown of */
};

/* --- what is found */

/* The item that is settled is the first of all. */
static struct dropped *file_of(struct watch *watch, const struct job *job)
{
    return job && job->input && job->input <= watch->count ? &watch->files[job->input - 1]
                                                           : NULL;
}

static void take_finding(void *user, const struct comity_finding *finding)
{
    struct watch *watch = user;
    struct dropped *file = file_of(watch, watch->run.first);
    if (file && ++file->findings <= FINDINGS_MAX) {
        if (!file->reason)
            file->reason = open_memstream(&file->text, &file->text_len);
        if (file->reason)
            cli_print_finding(file->reason, finding);
    }
    cli_finding(watch->run.cli, finding);
}

static void take_settled(void *user, const struct job *job, bool failed)
{
    struct dropped *file = file_of(user, job);
    if (file)
        file->has_failed = file->has_failed || failed;
}

/* --- a round */

static comity_status add_file(struct watch *watch, const struct watch_file *file)
{
    struct dropped *dropped = &watch->files[watch->count];
    const char *in = watch->folder.path;
    size_t size = strlen(in) + strlen(file->name) + 40;
    *dropped = (struct dropped){.file = *file, .path = malloc(size), .label = malloc(size)};
    watch->paths[watch->count] = dropped->path;
    watch->labels[watch->count++] = dropped->label;
    watch->bytes += file->size;
    if (!dropped->path || !dropped->label)
        return COMITY_E_NOMEM;
    unsigned long long number = file->number;
    snprintf(dropped->path, size, "%s/work/%llu/%s", in, number, file->name);
    snprintf(dropped->label, size, "%llu/%s", number, file->name);
    return COMITY_OK;
}

static comity_status next_file(struct watch *watch, struct watch_file *file)
{
    if (watch->has_left) {
        comity_status status = watch_folder_left(&watch->folder, file);
        if (status != COMITY_END)
            return status;
        watch->has_left = false;
    }
    return COMITY_END;
}

/* Takes as many files as are there and a round has room for. */
static comity_status gather(struct watch *watch)
{
    struct watch_file file;
    comity_status status = COMITY_OK;
    int64_t now = clock_milliseconds();
    while (status == COMITY_OK && watch->count < ROUND_FILES && watch->bytes < ROUND_BYTES) {
        status = next_file(watch, &file);
        if (status == COMITY_END)
            status = watch_folder_take(&watch->folder, now, &file);
        if (status == COMITY_OK)
            status = add_file(watch, &file);
    }
    return status == COMITY_END ? COMITY_OK : status;
}

static comity_status end_file(struct watch *watch, struct dropped *dropped)
{
    if (dropped->findings > FINDINGS_MAX && dropped->reason)
        fprintf(dropped->reason, "{\"more\":%llu}\n",
                (unsigned long long)(dropped->findings - FINDINGS_MAX));
    if (dropped->reason && fflush(dropped->reason) != 0)
        return COMITY_E_NOMEM;
    const char *text = dropped->text ? dropped->text : "";
    return watch_folder_end(&watch->folder, &dropped->file, dropped->has_failed ? text : NULL,
                            dropped->text_len);
}

static void drop_files(struct watch *watch)
{
    for (size_t i = 0; i < watch->count; i++) {
        struct dropped *dropped = &watch->files[i];
        if (dropped->reason)
            fclose(dropped->reason);
        free(dropped->text);
        free(dropped->file.name);
        free(dropped->path);
        free(dropped->label);
    }
    watch->count = 0;
    watch->bytes = 0;
}

/* How many of the round's files all is settled of. */
static size_t settled_files(const struct watch *watch)
{
    const struct batch_run *run = &watch->run;
    if (run->is_read && !run->first)
        return watch->count;
    size_t at = run->first ? run->first->input : (size_t)reading_number(&run->reading);
    return at ? at - 1 : 0;
}

static comity_status convert(struct watch *watch)
{
    struct batch_run *run = &watch->run;
    comity_status status = COMITY_OK;
    inputs_free(&run->inputs);
    inputs_init(&run->inputs, watch->paths, (int)watch->count);
    run->inputs.labels = watch->labels;
    run->reading.is_ended = run->is_read = false;
    while (status == COMITY_OK && !run->is_stopped && (!run->is_read || run->first))
        status = run_step(run);
    return status == COMITY_OK ? run_sync(run, clock_milliseconds()) : status;
}

/* *left becomes the number of files that were not converted. */
static comity_status work_round(struct watch *watch, size_t *left)
{
    comity_status status = convert(watch);
    size_t settled = status == COMITY_OK ? settled_files(watch) : 0;
    for (size_t i = 0; i < settled && status == COMITY_OK; i++) {
        status = end_file(watch, &watch->files[i]);
        if (status == COMITY_E_IO) {
            cli_report(watch->run.cli, COMITY_ERROR, "io.write", watch->files[i].path,
                       "the file cannot be moved to done/ or failed/", strerror(errno));
            watch->run.cli->output_failed = true;
        }
    }
    *left = watch->count - settled;
    drop_files(watch);
    return status;
}

/* --- the loop */

static void show_progress(struct watch *watch, int64_t now)
{
    const struct settling *settled = &watch->run.settling;
    uint64_t documents = settled->done + settled->failed + settled->skipped;
    int64_t shown = watch->run.progress.shown;
    if (documents != watch->told) /* nothing new is no news */
        progress_show(&watch->run.progress, now);
    if (watch->run.progress.shown != shown)
        watch->told = documents;
}

static comity_status wait_for_files(struct watch *watch)
{
    struct batch_run *run = &watch->run;
    int64_t now = clock_milliseconds(), patience = watch->folder.look - now;
    struct pollfd watched[2] = {{.fd = watch->folder.notify, .events = POLLIN},
                                {.fd = run->signals.fd, .events = POLLIN}};
    show_progress(watch, now);
    if (patience > 1000 || patience < 0)
        patience = patience < 0 ? 0 : 1000;
    if (poll(watched, 2, (int)patience) < 0 && errno != EINTR)
        return COMITY_E_IO;
    if (watched[1].revents & POLLIN)
        run->is_stopped = signals_take(&run->signals, &run->progress) || run->is_stopped;
    return COMITY_OK;
}

static comity_status loop(struct watch *watch, size_t *left)
{
    comity_status status = COMITY_OK;
    while (status == COMITY_OK && !watch->run.is_stopped && !watch->folder.is_gone) {
        status = gather(watch);
        if (status == COMITY_E_IO) {
            cli_report(watch->run.cli, COMITY_ERROR, "io.read", watch->folder.path,
                       "the folder cannot be read, or a file cannot be moved to work/",
                       strerror(errno));
            watch->run.cli->output_failed = true;
        }
        if (status == COMITY_OK)
            status = watch->count ? work_round(watch, left) : wait_for_files(watch);
    }
    if (status == COMITY_OK && watch->folder.is_gone) {
        cli_report(watch->run.cli, COMITY_ERROR, "watch.gone", watch->folder.path,
                   "its in/ was moved or taken away", "begin again; what is missing is made");
        watch->run.cli->output_failed = true;
    }
    return status;
}

/* --- beginning */

static comity_status refuse(struct watch *watch, const char *code, const char *path,
                            const char *message, const char *hint)
{
    cli_report(watch->run.cli, COMITY_ERROR, code, path, message, hint);
    watch->run.cli->output_failed = true;
    return COMITY_E_INVALID;
}

static comity_status open_output(struct watch *watch)
{
    struct batch_run *run = &watch->run;
    uint64_t first = UINT64_MAX, next = 1;
    struct watch_file file;
    comity_status status = sink_open(&run->sink, false, false, 0);
    if (status == COMITY_OK && flock(run->sink.fd, LOCK_EX | LOCK_NB) != 0)
        return refuse(watch, "watch.busy", run->sink.path, "another watch writes to it", NULL);
    if (status == COMITY_OK) {
        status = watch_folder_left(&watch->folder, &file);
        if (status == COMITY_OK) {
            first = file.number;
            status = add_file(watch, &file);
            watch->has_left = true;
        }
    }
    if (status == COMITY_OK || status == COMITY_END)
        status = watch_ledger_open(run, first, &next);
    if (status == COMITY_E_USAGE)
        return refuse(watch, "batch.ledger", run->sink.path,
                      "beside it stands the ledger of another batch", "name another folder");
    if (!watch->has_left && next > watch->folder.next)
        watch->folder.next = next;
    return status;
}

static comity_status open_watch(struct watch *watch, struct cli *cli)
{
    struct batch_run *run = &watch->run;
    char message[300];
    comity_status status = run_prepare(run, run_take);
    if (status == COMITY_OK && run->sink.kind != SINK_FOLDER)
        return refuse(watch, "batch.watch", cli->output, "the output of a watch is a folder",
                      "name one, with a '/' at the end");
    if (status != COMITY_OK)
        return status;
    run->settling.quarantine = NULL; /* failed/ is that */
    run->settling.finding = take_finding;
    run->settling.user = watch;
    run->settled = take_settled;
    run->user = watch;
    status = watch_folder_open(&watch->folder, cli->inputs[0]);
    if (status == COMITY_E_IO && errno == EWOULDBLOCK)
        return refuse(watch, "watch.busy", cli->inputs[0], "another watch is at it",
                      "one folder has one watch; -j says how many converters it has");
    if (status != COMITY_OK) {
        snprintf(message, sizeof message, "it cannot be watched: %s", strerror(errno));
        return refuse(watch, "io.read", cli->inputs[0], message, NULL);
    }
    status = open_output(watch);
    if (status != COMITY_OK && !cli->output_failed)
        run_tell(run, status);
    return status;
}

int batch_watch(struct cli *cli, const struct batch_options *options)
{
    struct watch *watch = calloc(1, sizeof *watch);
    size_t left = 0;
    if (!watch || !run_load(cli)) {
        free(watch);
        return cli_finish(cli);
    }
    struct batch_run *run = &watch->run;
    run->cli = cli;
    run->options = options;
    watch->folder =
        (struct watch_folder){.in = -1, .work = -1, .done = -1, .failed = -1, .notify = -1};
    bool is_open = open_watch(watch, cli) == COMITY_OK;
    comity_status status = is_open ? loop(watch, &left) : COMITY_OK;
    if (status != COMITY_OK && !cli->output_failed)
        run_tell(run, status);
    bool is_over = run->is_over, is_broken = !is_open || status != COMITY_OK;
    if (is_open)
        progress_end(&run->progress);
    drop_files(watch);
    run_close(run);
    watch_folder_close(&watch->folder);
    free(watch);
    status = cli_finish(cli);
    if (is_broken || status != EXIT_DONE)
        return status;
    return is_over ? EXIT_FAIL_ON : left ? EXIT_INTERRUPTED : EXIT_DONE;
}
