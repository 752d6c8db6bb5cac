/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The outputs of shards put together: item by item, in the order of the whole, by the same
 * hands as those of a run without shards.  One document is in memory at a time. */
#include "batch/merge.h"

#include "batch/identity.h"
#include "batch/label.h"
#include "batch/progress.h"
#include "batch/settle.h"
#include "batch/signals.h"
#include "clock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINES_BYTES ((size_t)1 << 20)
/* Items between two looks at the clock and at signals. */
#define LOOK_ITEMS 64

struct merge {
    struct cli *cli;
    struct merge_parts parts;
    struct sink sink;
    struct ledger_writer ledger;
    struct quarantine quarantine;
    struct settling settling;
    struct progress progress;
    struct signals signals;
    uint64_t items;
    bool is_stopped;
};

/* --- what goes wrong */

static comity_status tell(struct merge *merge, comity_status status)
{
    struct cli *cli = merge->cli;
    const struct {
        int error;
        const char *path;
    } outputs[] = {{merge->sink.error, merge->sink.path},
                   {merge->ledger.error, merge->ledger.path},
                   {merge->quarantine.error, merge->quarantine.path}};
    for (size_t i = 0; i < 3; i++) {
        int error = outputs[i].error;
        char message[300];
        if (!error)
            continue;
        snprintf(message, sizeof message, "the output cannot be written: %s", strerror(error));
        cli_report(cli, COMITY_ERROR, "io.write", outputs[i].path, message,
                   error == EEXIST ? "--overwrite replaces it" : NULL);
        cli->output_failed = true;
        return COMITY_E_IO;
    }
    if (status == COMITY_E_NOMEM)
        cli_status(cli, status);
    return status;
}

static comity_status part_fault(struct merge *merge, const struct merge_part *part,
                                const char *message)
{
    cli_report(merge->cli, COMITY_ERROR, "batch.part", part ? part->path : merge->cli->output,
               message, "make the shard again, and merge again with --overwrite");
    merge->cli->output_failed = true;
    return COMITY_E_INVALID;
}

/* --- lines: those of the parts, without what a shard alone says */

/* Leaves out the bytes that begin at `at` with `name` up to the digits' end. */
static const char *behind_number(const char *at, size_t name)
{
    for (at += name; *at >= '0' && *at <= '9';)
        at++;
    return at;
}

static bool put_line(struct merge *merge, const struct ledger_line *line)
{
    static const char item[] = "{\"item\":", output[] = ",\"output\":", end[] = ",\"end\":";
    const char *text = line->whole.text, *until = text + line->whole.len;
    struct buffer *lines = &merge->ledger.lines;
    if (line->whole.len < sizeof item || memcmp(text, item, sizeof item - 1) != 0)
        return false;
    text = behind_number(text, sizeof item - 1);
    if (*text++ != ',')
        return false;
    if (line->end) {
        const char *last = until - 1;
        while (last > text && *last != ',')
            last--;
        if (memcmp(last, end, sizeof end - 1) != 0)
            return false;
        until = last;
    } else {
        until--;
    }
    ledger_begin(&merge->ledger);
    if (merge->sink.kind == SINK_LINES && line->result == LEDGER_DONE) {
        /* no text holds these bytes: a '"' inside one has a '\\' before it */
        const char *at = memmem(text, (size_t)(until - text), output, sizeof output - 1);
        if (!at)
            return false;
        buffer_add(lines, text, (size_t)(at - text));
        ledger_number(&merge->ledger, "output", merge->sink.lines);
        text = behind_number(at, sizeof output - 1);
    }
    buffer_add(lines, text, (size_t)(until - text));
    ledger_end(&merge->ledger);
    return true;
}

static void count(struct settling *settling, const struct ledger_line *line)
{
    settling->done += line->result == LEDGER_DONE;
    settling->failed += line->result == LEDGER_FAILED;
    settling->skipped += line->result == LEDGER_SKIPPED;
    settling->result.losses += line->losses;
}

/* --- items */

static comity_status carry_aside(struct merge *merge, const struct merge_part *part)
{
    const struct ledger_text *text = &part->line.quarantine;
    char name[OUTPUT_NAME_SIZE];
    if (!text->text)
        return COMITY_OK;
    if (!output_name_is(text->text, text->len))
        return part_fault(merge, part, "the ledger names what stands aside as no batch does");
    memcpy(name, text->text, text->len);
    name[text->len] = '\0';
    comity_status status = quarantine_carry(&merge->quarantine, part->quarantine, name);
    if (status == COMITY_E_IO && !merge->quarantine.error)
        return part_fault(merge, part, "something is gone from its quarantine");
    return status;
}

static comity_status merge_line(struct merge *merge, struct merge_part *part, bool *is_aside)
{
    comity_status status = COMITY_OK;
    if (part->line.result == LEDGER_DONE)
        status = source_put(&part->source, &part->line, &merge->sink);
    if (status == COMITY_E_INVALID)
        return part_fault(merge, part, part->source.fault);
    if (status == COMITY_OK && part->line.result == LEDGER_FAILED && !*is_aside) {
        status = carry_aside(merge, part);
        *is_aside = true;
    }
    if (status != COMITY_OK)
        return status;
    if (!put_line(merge, &part->line))
        return part_fault(merge, part, "a line of its ledger is not what a shard writes");
    count(&merge->settling, &part->line);
    return part_next(part);
}

static comity_status merge_item(struct merge *merge)
{
    struct merge_part *part = parts_first(&merge->parts);
    comity_status status = COMITY_OK;
    bool is_aside = false;
    if (part->line.kind != LEDGER_DOCUMENT || !part->line.item)
        return part_fault(merge, part, "a line of its ledger is not what a shard writes");
    if (part->line.item != ++merge->items)
        return part_fault(merge, part, "an item is in no shard, or in two");
    while (status == COMITY_OK && part->has_line && part->line.item == merge->items)
        status = merge_line(merge, part, &is_aside);
    if (status != COMITY_OK)
        return status;
    parts_sort(&merge->parts);
    status = settle_end_item(&merge->settling);
    if (status == COMITY_OK && merge->ledger.ready > LINES_BYTES)
        status = ledger_writer_flush(&merge->ledger, false);
    return status;
}

static void look(struct merge *merge)
{
    merge->is_stopped = signals_take(&merge->signals, &merge->progress);
    progress_show(&merge->progress, clock_milliseconds());
}

static comity_status merge_all(struct merge *merge)
{
    comity_status status = COMITY_OK;
    while (status == COMITY_OK && parts_first(&merge->parts) && !merge->is_stopped) {
        status = merge_item(merge);
        if (merge->items % LOOK_ITEMS == 0)
            look(merge);
    }
    if (status != COMITY_OK || merge->is_stopped)
        return status;
    if (merge->items != merge->parts.parts[0].items)
        return part_fault(merge, NULL, "the last items are in no shard");
    status = settle_end_block(&merge->settling);
    if (status != COMITY_OK)
        return status;
    settle_summary(&merge->settling);
    ledger_end_item(&merge->ledger);
    status = sink_sync(&merge->sink);
    if (status == COMITY_OK)
        status = quarantine_sync(&merge->quarantine);
    if (status == COMITY_OK)
        status = ledger_writer_flush(&merge->ledger, true);
    if (status == COMITY_OK)
        status = sink_finish(&merge->sink);
    return status == COMITY_OK ? ledger_writer_finish(&merge->ledger) : status;
}

/* --- beginning */

/* The ledger begins as that of a run without --shard, to this output. */
static void put_head(struct merge *merge)
{
    const struct merge_part *part = &merge->parts.parts[0];
    struct cli *cli = calloc(1, sizeof *cli);
    struct identity identity = {.output = part_text(part, "output"),
                                .comity = part_text(part, "comity")};
    const cJSON *arguments = cJSON_GetObjectItemCaseSensitive(part->head, "arguments"), *name;
    const char *options = part_text(part, "options"), *plugins = part_text(part, "plugins");
    if (!cli) {
        merge->ledger.lines.status = COMITY_E_NOMEM;
        return;
    }
    snprintf(identity.options, sizeof identity.options, "%s", options ? options : "");
    snprintf(identity.plugins, sizeof identity.plugins, "%s", plugins ? plugins : "");
    cli->from = part_text(part, "from");
    cli->to = part_text(part, "to");
    for (name = arguments ? arguments->child : NULL;
         name && name->next && cli->given_count + 2 <= MAX_GIVEN; name = name->next->next) {
        const char *text = cJSON_GetStringValue(name),
                   *value = cJSON_GetStringValue(name->next);
        bool is_output = text && strcmp(text, "output") == 0;
        cli->given[cli->given_count++] = text ? text : "";
        cli->given[cli->given_count++] = is_output ? merge->cli->output : value ? value : "";
    }
    identity_write(&identity, cli, &merge->ledger);
    free(cli);
}

static bool exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

/* A merge that was interrupted has left its ledger unfinished: it is begun again. */
static comity_status open_output(struct merge *merge)
{
    char *path = ledger_path(merge->sink.path), partial[4200] = "";
    comity_status status =
        path ? quarantine_open(&merge->quarantine, merge->sink.path) : COMITY_E_NOMEM;
    if (path)
        snprintf(partial, sizeof partial, "%s" LEDGER_PARTIAL, path);
    bool is_again = exists(partial), overwrite = merge->cli->overwrite || is_again;
    if (status == COMITY_OK && !overwrite && exists(path)) {
        merge->sink.error = EEXIST;
        status = COMITY_E_IO;
    }
    if (status == COMITY_OK && overwrite)
        status = settle_forget(&merge->settling, path, 0);
    if (status == COMITY_OK && is_again)
        status = settle_forget(&merge->settling, partial, 0);
    if (status == COMITY_OK)
        status = sink_open(&merge->sink, overwrite, false, 0);
    if (status == COMITY_OK)
        status = ledger_writer_open_partial(&merge->ledger, merge->sink.path);
    if (status == COMITY_OK)
        put_head(merge);
    free(path);
    return status == COMITY_OK ? ledger_writer_flush(&merge->ledger, false) : status;
}

static comity_status merge_open(struct merge *merge)
{
    struct cli *cli = merge->cli;
    struct rlimit files;
    sink_init(&merge->sink, cli->output);
    merge->ledger.fd = merge->quarantine.fd = -1;
    merge->settling = (struct settling){.sink = &merge->sink,
                                        .ledger = &merge->ledger,
                                        .quarantine = &merge->quarantine,
                                        .result = COMITY_RESULT_INIT};
    progress_init(&merge->progress, cli, &merge->settling);
    /* two files a part; an array of shards may have a thousand */
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    comity_status status = parts_open(&merge->parts, cli, merge->sink.kind);
    if (status != COMITY_OK)
        return status;
    const char *kind = part_text(&merge->parts.parts[0], "output");
    if (!kind || strcmp(kind, sink_kind_name(&merge->sink)) != 0) {
        cli_report(cli, COMITY_ERROR, "batch.parts", cli->output,
                   "the output is of another kind than those of the shards",
                   "name a folder for folders, a tar for tars, a stream for streams");
        cli->wrong_usage = true;
        return COMITY_E_USAGE;
    }
    status = signals_open(&merge->signals);
    return status == COMITY_OK ? open_output(merge) : status;
}

int batch_merge(struct cli *cli)
{
    struct merge *merge = calloc(1, sizeof *merge);
    if (!merge)
        return EXIT_PROGRAM;
    merge->cli = cli;
    merge->sink.fd = -1;
    comity_status status = merge_open(merge);
    if (status == COMITY_OK)
        status = merge_all(merge);
    if (status != COMITY_OK)
        tell(merge, status);
    else if (!merge->is_stopped)
        progress_end(&merge->progress);
    cli->result = merge->settling.result;
    cli->result.documents = merge->settling.done;
    cli->result.failed_input = merge->settling.failed;
    bool is_stopped = merge->is_stopped;
    signals_close(&merge->signals);
    sink_close(&merge->sink);
    ledger_writer_close(&merge->ledger);
    quarantine_close(&merge->quarantine);
    parts_close(&merge->parts);
    free(merge);
    int result = cli_finish(cli);
    return status == COMITY_OK && is_stopped ? EXIT_INTERRUPTED : result;
}
