/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity batch: its options, and its words. */
#include "batch/command_batch.h"
#include "batch/batch.h"
#include "batch/report.h"
#include "batch/retry.h"
#include "batch/watch.h"

#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: comity batch [-f FORMAT] -t FORMAT -o OUT IN...\n"
    "       comity batch --watch [-f FORMAT] -t FORMAT IN OUT\n\n"
    "Converts archives of documents.  IN is a folder, a tar (plain, gzip, xz, zstd), a zip, "
    "an\n"
    "mbox, a stream of JSON documents, a single document, or any of these inside one another.\n"
    "OUT is a folder, or by its suffix a tar (.tar, .tar.gz, .tar.xz, .tar.zst) or a stream "
    "of\n"
    "lines (.ndjson, .ndjson.gz, .ndjson.zst).  Beside it stand OUT.ledger.jsonl, a line a\n"
    "document, and OUT.quarantine/ with what failed and why.\n\n"
    "  comity batch report OUT   what became of it, and which documents lost what\n"
    "  comity batch retry OUT    tries again what failed\n"
    "  comity batch merge -o OUT PART...   puts the outputs of shards together\n\n"
    "  -f FORMAT            format of the documents; without it each one is recognized\n"
    "  -t FORMAT            format of the output\n"
    "  -o OUT               output\n"
    "  --files-from FILE    names of further inputs, one a line; - is standard input\n"
    "  --null               they end in NUL instead\n"
    "  -j, --jobs N         converters at work (default: one a processor)\n"
    "  --resume             go on with what an interrupted run left\n"
    "  --overwrite          replace what is there\n"
    "  --max-failed N       stop when more documents have failed\n"
    "  --max-failed-ratio R stop when more than this part of at least 100 has failed\n"
    "  --timeout SECONDS    for one document (default 10)\n"
    "  --dry-run            convert and report, and write nothing\n"
    "  --sample N           with --dry-run: a spread of N items\n"
    "  --html FILE          a report of it all as a page\n"
    "  --watch              converts what is dropped into IN/in/, as it comes\n"
    "  --shard I/N          only the items of shard I of N\n"
    "  --max-entries N, --max-total BYTES, --max-ratio N, --max-nesting N\n"
    "                       caps for each input (1000000, 64 GiB, 200, 2)\n";

static int take_jobs(struct cli *cli, const char *value)
{
    struct batch_options *options = cli->own_user;
    return cli_number(value, 256, &options->workers) && options->workers
               ? EXIT_DONE
               : cli_usage(cli, "-j takes a number from 1 to 256, not", value);
}

static int take_timeout(struct cli *cli, const char *value)
{
    struct batch_options *options = cli->own_user;
    return cli_number(value, 86400, &options->seconds) && options->seconds
               ? EXIT_DONE
               : cli_usage(cli, "--timeout takes seconds, not", value);
}

static int take_max_failed(struct cli *cli, const char *value)
{
    struct batch_options *options = cli->own_user;
    return cli_number(value, UINT64_MAX / 2, &options->max_failed)
               ? EXIT_DONE
               : cli_usage(cli, "--max-failed takes a number, not", value);
}

static int take_max_ratio(struct cli *cli, const char *value)
{
    struct batch_options *options = cli->own_user;
    uint64_t whole = 0, part = 0;
    double scale = 1;
    const char *point = strchr(value, '.');
    char head[8] = "0";
    if (point && point - value < 8)
        memcpy(head, value, (size_t)(point - value));
    for (const char *p = point; p && p[1]; p++)
        scale /= 10;
    if (!cli_number(point ? head : value, 1, &whole) ||
        (point && !cli_number(point + 1, 1000000000, &part)) || (whole && part))
        return cli_usage(cli, "--max-failed-ratio takes a number from 0 to 1, not", value);
    options->max_ratio = (double)whole + (double)part * scale;
    return EXIT_DONE;
}

static int take_resume(struct cli *cli, const char *value)
{
    (void)value;
    ((struct batch_options *)cli->own_user)->resume = true;
    return EXIT_DONE;
}

static int take_files_from(struct cli *cli, const char *value)
{
    ((struct batch_options *)cli->own_user)->files_from = value;
    return EXIT_DONE;
}

static int take_null(struct cli *cli, const char *value)
{
    (void)value;
    ((struct batch_options *)cli->own_user)->null_separated = true;
    return EXIT_DONE;
}

static int take_sample(struct cli *cli, const char *value)
{
    struct batch_options *options = cli->own_user;
    return cli_number(value, 10000000, &options->sample) && options->sample
               ? EXIT_DONE
               : cli_usage(cli, "--sample takes a number of items, not", value);
}

static int take_dry_run(struct cli *cli, const char *value)
{
    (void)value;
    ((struct batch_options *)cli->own_user)->dry_run = true;
    return EXIT_DONE;
}

static int take_watch(struct cli *cli, const char *value)
{
    (void)value;
    ((struct batch_options *)cli->own_user)->watch = true;
    return EXIT_DONE;
}

static int take_html(struct cli *cli, const char *value)
{
    ((struct batch_options *)cli->own_user)->html = value;
    return EXIT_DONE;
}

static int take_shard(struct cli *cli, const char *value)
{
    struct batch_options *options = cli->own_user;
    const char *slash = strchr(value, '/');
    char head[12] = "";
    uint64_t shard = 0, shards = 0;
    if (slash && slash - value < 11)
        memcpy(head, value, (size_t)(slash - value));
    if (!slash || !cli_number(head, 1000000, &shard) ||
        !cli_number(slash + 1, 1000000, &shards) || !shard || shard > shards)
        return cli_usage(cli, "--shard takes I/N with I from 1 to N, not", value);
    options->shard = (uint32_t)shard - 1;
    options->shards = (uint32_t)shards;
    options->shard_text = value;
    return EXIT_DONE;
}

static int take_cap(struct cli *cli, const char *value, uint64_t *cap, uint64_t most)
{
    return cli_number(value, most, cap) && *cap
               ? EXIT_DONE
               : cli_usage(cli, "a cap takes a number from 1, not", value);
}

static int take_max_entries(struct cli *cli, const char *value)
{
    struct batch_options *options = cli->own_user;
    return take_cap(cli, value, &options->limits.entries, UINT64_MAX / 2);
}

static int take_max_total(struct cli *cli, const char *value)
{
    struct batch_options *options = cli->own_user;
    return take_cap(cli, value, &options->limits.total_bytes, UINT64_MAX / 2);
}

static int take_ratio(struct cli *cli, const char *value)
{
    struct batch_options *options = cli->own_user;
    return take_cap(cli, value, &options->limits.ratio, 1000000000);
}

static int take_nesting(struct cli *cli, const char *value)
{
    struct batch_options *options = cli->own_user;
    uint64_t depth = 0;
    int status = take_cap(cli, value, &depth, 16);
    options->limits.depth = (uint32_t)depth;
    return status;
}

static const struct cli_option own[] = {
    {"jobs", 'j', true, take_jobs},
    {"timeout", 0, true, take_timeout},
    {"max-failed", 0, true, take_max_failed},
    {"max-failed-ratio", 0, true, take_max_ratio},
    {"resume", 0, false, take_resume},
    {"files-from", 0, true, take_files_from},
    {"null", 0, false, take_null},
    {"sample", 0, true, take_sample},
    {"dry-run", 0, false, take_dry_run},
    {"watch", 0, false, take_watch},
    {"html", 0, true, take_html},
    {"shard", 0, true, take_shard},
    {"max-entries", 0, true, take_max_entries},
    {"max-total", 0, true, take_max_total},
    {"max-ratio", 0, true, take_ratio},
    {"max-nesting", 0, true, take_nesting},
    {NULL, 0, false, NULL},
};

static const struct batch_options no_options = {
    .seconds = 10, .max_failed = UINT64_MAX, .max_ratio = 1, .limits = BATCH_LIMITS_INIT};

static const char retry_help[] = "usage: comity batch retry [OPTION...] OUT\n\n"
                                 "Tries again what is in the quarantine of a finished batch, "
                                 "with the options that the batch\n"
                                 "was given and those that stand here: -f, --timeout, another "
                                 "plugin.  What is good now goes\n"
                                 "to OUT and leaves the quarantine.\n";

/* The batch's own options come first, so that those given now override them. */
static int command_retry(int argc, char **argv)
{
    struct cli cli;
    struct batch_options options = no_options;
    unsigned takes = TAKES_FROM | TAKES_TO | TAKES_CONVERSION;
    size_t count = 0;
    int status = cli_parse_own(&cli, argc, argv, takes, retry_help, own, &options);
    if (status != EXIT_DONE)
        return status;
    const char *output = cli.input_count == 1 ? cli.inputs[0] : NULL;
    cli_free_files(&cli);
    if (!output)
        return cli_usage(&cli, "retry takes one OUT", NULL);
    char **arguments = retry_arguments(output, &count);
    char **all = calloc(count + (size_t)argc + 1, sizeof *all);
    if (all) {
        all[0] = argv[0];
        if (count)
            memcpy(all + 1, arguments, count * sizeof *all);
        memcpy(all + 1 + count, argv + 1, ((size_t)argc - 1) * sizeof *all);
        options = no_options;
        status = cli_parse_own(&cli, argc + (int)count, all, takes, retry_help, own, &options);
    }
    if (all && status == EXIT_DONE) {
        cli.output = output;
        status = cli.to ? batch_retry(&cli, &options)
                        : cli_usage(&cli, "there is no ledger beside", output);
    }
    free(all);
    retry_free_arguments(arguments);
    return all ? status : EXIT_PROGRAM;
}

/* The page on what was done, whatever became of it. */
static int write_page(const struct batch_options *options, const struct cli *run, int status)
{
    struct cli *cli = calloc(1, sizeof *cli);
    struct report_request request = {
        .output = run->output, .html = options->html, .filter = {.result = -1}};
    if (!cli)
        return EXIT_PROGRAM;
    cli->command = "batch";
    cli->findings = stderr;
    cli->overwrite = run->overwrite || options->resume;
    int written = batch_report(cli, &request);
    cli_print_counts(cli);
    free(cli);
    return status == EXIT_DONE ? written : status;
}

static int run_and_report(struct cli *cli, const struct batch_options *options)
{
    int status = batch_run(cli, options);
    bool has_ledger = status != EXIT_USAGE && status != EXIT_PLUGIN && status != EXIT_IO;
    return options->html && has_ledger ? write_page(options, cli, status) : status;
}

static int watch(struct cli *cli, const struct batch_options *options)
{
    bool is_part = options->resume || options->dry_run || options->shards || options->html ||
                   options->files_from || cli->overwrite;
    if (cli->input_count == 2 && !cli->output) {
        cli->output = cli->inputs[1];
        cli->input_count = 1;
    }
    const char *lacking = !cli->to ? "-t FORMAT says what to convert to"
                          : cli->input_count != 1 || !cli->output
                              ? "--watch takes the folder to watch and a folder for documents"
                          : is_part ? "--watch goes without --resume, --overwrite, --dry-run, "
                                      "--shard, --html and --files-from"
                                    : NULL;
    if (!lacking)
        return batch_watch(cli, options);
    fprintf(stderr, "comity batch: %s\n", lacking);
    cli_free_files(cli);
    return EXIT_USAGE;
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} words[] = {
    {"batch report", command_batch_report},
    {"batch merge", command_batch_merge},
    {"batch retry", command_retry},
};

int command_batch(int argc, char **argv)
{
    struct cli cli;
    struct batch_options options = no_options;
    for (size_t i = 0; argc > 1 && i < sizeof words / sizeof words[0]; i++)
        if (strcmp(argv[1], strchr(words[i].name, ' ') + 1) == 0) {
            argv[1] = (char *)(uintptr_t)words[i].name; /* as messages call it */
            return words[i].run(argc - 1, argv + 1);
        }
    int status =
        cli_parse_own(&cli, argc, argv, TAKES_FROM | TAKES_TO | TAKES_OUTPUT | TAKES_CONVERSION,
                      help, own, &options);
    if (status != EXIT_DONE)
        return status;
    if (options.watch)
        return watch(&cli, &options);
    const char *lacking = !cli.to ? "-t FORMAT says what to convert to"
                          : options.sample && !options.dry_run ? "--sample goes with --dry-run"
                          : options.html && options.dry_run
                              ? "--html is of what was written, and --dry-run writes nothing"
                          : !cli.output && !options.dry_run
                              ? "-o OUT says where the documents go"
                          : !cli.input_count && !options.files_from ? "IN says what to convert"
                                                                    : NULL;
    if (!lacking)
        return run_and_report(&cli, &options);
    fprintf(stderr, "comity batch: %s\n", lacking);
    cli_free_files(&cli);
    return EXIT_USAGE;
}
