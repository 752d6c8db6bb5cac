/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity batch report: its options, its ledger, and what it exits with. */
#include "cli_output.h"
#include "command_batch.h"
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".ledger.jsonl"
#define PAGE_ROWS ((size_t)20000) /* documents that a page names, of all groups together */

static const char help[] =
    "usage: comity batch report [OPTION...] OUT\n\n"
    "Tells what a batch did. OUT is its output, or its ledger.\n\n"
    "  --json               one JSON object; of lists, a JSON line for each row\n"
    "  --html FILE          a page with charts instead, every figure with its documents\n"
    "  --overwrite          replace that file\n\n"
    "Lists, with a row for each document, or for each of its losses:\n"
    "  --lost               what documents lost\n"
    "  --duplicates         items of the same bytes, documents of the same output\n"
    "  --format ID          of documents of this format\n"
    "  --kind KIND          of this canonical kind\n"
    "  --state STATE        of this requesting State; '' of these three: not stated\n"
    "  --result RESULT      done, failed or skipped\n"
    "  --code CODE          that failed or were skipped for this, or lost something so\n"
    "  --field FIELD        that lost this: persons[].build, or one: persons[0].build\n\n"
    "Columns: entry, position, result, code, field, how many values.\n";

/* --- the ledger */

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* True for a file that begins as a ledger does, whatever its name. */
static bool looks_like_ledger(const char *path)
{
    char head[9] = "";
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return false;
    FILE *file = fopen(path, "re");
    size_t got = file ? fread(head, 1, sizeof head, file) : 0;
    if (file)
        fclose(file);
    return got == sizeof head && memcmp(head, "{\"batch\":", sizeof head) == 0;
}

/* The ledger that an output has, which the caller frees; NULL: no memory. */
static char *ledger_of(const char *output)
{
    size_t len = strlen(output);
    while (len > 1 && output[len - 1] == '/')
        len--;
    char *path = malloc(len + sizeof SUFFIX);
    if (!path)
        return NULL;
    memcpy(path, output, len);
    memcpy(path + len, SUFFIX, sizeof SUFFIX);
    if (ends_with(output, SUFFIX) || (access(path, F_OK) != 0 && looks_like_ledger(output)))
        path[len] = '\0';
    return path;
}

/* --- what is wrong with it */

static void tell_faults(struct cli *cli, const char *path, const struct report *report)
{
    char message[600];
    for (size_t i = 0; i < report->fault_count && i < FAULT_LIMIT; i++) {
        const struct report_fault *fault = &report->faults[i];
        snprintf(message, sizeof message, "line %llu, byte %llu: %s",
                 (unsigned long long)fault->number, (unsigned long long)fault->offset,
                 fault->message);
        cli_report(cli, COMITY_ERROR, "batch.ledger", path, message, NULL);
    }
    if (report->fault_count > FAULT_LIMIT) {
        snprintf(message, sizeof message, "and %llu more lines of it are bad",
                 (unsigned long long)(report->fault_count - FAULT_LIMIT));
        cli_report(cli, COMITY_ERROR, "batch.ledger", path, message, NULL);
    }
    if (!report->lines)
        cli_report(cli, COMITY_ERROR, "batch.ledger", path, "the ledger is empty", NULL);
    if (!report->is_torn)
        return;
    snprintf(message, sizeof message,
             "line %llu has no end and is left out: the batch still runs, or was interrupted",
             (unsigned long long)report->lines);
    cli_report(cli, COMITY_WARNING, "batch.torn", path, message,
               "comity batch --resume goes on with it");
}

static void tell_failure(struct cli *cli, const char *path, comity_status status)
{
    char message[300];
    int error = errno;
    cli_status(cli, status);
    if (status != COMITY_E_IO)
        return;
    snprintf(message, sizeof message, "the ledger cannot be read: %s",
             error == ESPIPE ? "it is not a file" : strerror(error));
    cli_report(cli, COMITY_ERROR, "io.read", path, message, NULL);
}

/* --- the report */

static comity_status write_report(struct report *report, const struct report_request *request,
                                  struct sheet *sheet)
{
    comity_status status = COMITY_OK;
    if (request->html)
        status = report_html(report, request, sheet);
    else if (request->duplicates)
        status = report_duplicates(report, request, sheet);
    else if (request->lists)
        status = report_lines(report, request, sheet);
    else if (request->json)
        status = report_json(report, sheet);
    else
        report_text(report, request, sheet);
    sheet_flush(sheet, true);
    return status;
}

static int exit_status(const struct cli *cli, const struct report *report)
{
    if (cli->out_of_memory)
        return EXIT_PROGRAM;
    if (cli->output_failed || cli->io_failures)
        return EXIT_IO;
    if (!report->fault_count)
        return report->lines ? EXIT_DONE : EXIT_INPUT;
    uint64_t good = report->has_batch;
    for (int i = 0; i < LEDGER_RESULTS; i++)
        good += report->documents[i];
    return good ? EXIT_PART : EXIT_INPUT;
}

int batch_report(struct cli *cli, const struct report_request *request)
{
    struct report report = {.reader = NULL};
    struct cli_output output = {.cli = cli};
    struct sheet sheet = {.write = cli_output_write, .user = &output};
    char *path = ledger_of(request->output);
    comity_status status = path ? ledger_open(path, &report.reader) : COMITY_E_NOMEM;
    if (status == COMITY_OK)
        status = ledger_hide_retried(report.reader);
    const char *earlier = cli->output; /* of a batch that reports of itself */
    cli->output = request->html;
    if (status == COMITY_OK && !request->lists)
        status = report_gather(&report);
    if (status == COMITY_OK && request->html)
        status = report_place(&report, PAGE_ROWS);
    if (status == COMITY_OK)
        status = write_report(&report, request, &sheet);
    if (status == COMITY_OK && buffer_status(&sheet.text) != COMITY_OK)
        status = buffer_status(&sheet.text);
    if (status == COMITY_OK)
        tell_faults(cli, path, &report);
    else
        tell_failure(cli, path, status);
    if (status != COMITY_OK && output.is_open)
        output_abandon(&output.file);
    else
        cli_output_end(&output);
    int result = exit_status(cli, &report);
    cli->output = earlier;
    report_free(&report);
    buffer_free(&sheet.text);
    free(path);
    return result;
}

/* --- options */

static struct report_filter *filter_of(struct cli *cli)
{
    struct report_request *request = cli->own_user;
    request->lists = true;
    return &request->filter;
}

static int take_html(struct cli *cli, const char *value)
{
    ((struct report_request *)cli->own_user)->html = value;
    return EXIT_DONE;
}

static int take_overwrite(struct cli *cli, const char *value)
{
    (void)value;
    cli->overwrite = true;
    return EXIT_DONE;
}

static int take_duplicates(struct cli *cli, const char *value)
{
    (void)value;
    ((struct report_request *)cli->own_user)->duplicates = true;
    return EXIT_DONE;
}

static int take_lost(struct cli *cli, const char *value)
{
    (void)value;
    filter_of(cli)->lost = true;
    return EXIT_DONE;
}

static int take_format(struct cli *cli, const char *value)
{
    filter_of(cli)->format = value;
    return EXIT_DONE;
}

static int take_kind(struct cli *cli, const char *value)
{
    filter_of(cli)->kind = value;
    return EXIT_DONE;
}

static int take_field(struct cli *cli, const char *value)
{
    filter_of(cli)->field = value;
    return EXIT_DONE;
}

static int take_code(struct cli *cli, const char *value)
{
    filter_of(cli)->code = value;
    return EXIT_DONE;
}

static int take_state(struct cli *cli, const char *value)
{
    filter_of(cli)->state = value;
    return EXIT_DONE;
}

static int take_result(struct cli *cli, const char *value)
{
    static const char *const words[] = {"done", "failed", "skipped"};
    for (int i = 0; i < LEDGER_RESULTS; i++)
        if (strcmp(value, words[i]) == 0) {
            filter_of(cli)->result = i;
            return EXIT_DONE;
        }
    return cli_usage(cli, "--result takes done, failed or skipped, not", value);
}

static const struct cli_option own[] = {
    {"html", 0, true, take_html},     {"overwrite", 0, false, take_overwrite},
    {"lost", 0, false, take_lost},    {"duplicates", 0, false, take_duplicates},
    {"format", 0, true, take_format}, {"kind", 0, true, take_kind},
    {"field", 0, true, take_field},   {"code", 0, true, take_code},
    {"state", 0, true, take_state},   {"result", 0, true, take_result},
    {NULL, 0, false, NULL},
};

static int check(struct cli *cli, struct report_request *request)
{
    if (cli->input_count != 1)
        return cli_usage(cli,
                         cli->input_count ? "one batch at a time; there is no place for"
                                          : "which batch? name its output or its ledger",
                         cli->input_count ? cli->inputs[1] : NULL);
    request->output = cli->inputs[0];
    request->json = cli->json;
    if (request->lists && request->duplicates)
        return cli_usage(cli, "--duplicates is a list of its own, without --lost and filters",
                         NULL);
    if (request->html && (request->lists || request->duplicates || request->json))
        return cli_usage(cli, "--html writes the whole report, without --json and lists", NULL);
    return EXIT_DONE;
}

int command_batch_report(int argc, char **argv)
{
    struct cli cli;
    struct report_request request = {.filter = {.result = -1}};
    int status = cli_parse_own(&cli, argc, argv, 0, help, own, &request);
    if (status != EXIT_DONE)
        return status;
    status = check(&cli, &request);
    if (status == EXIT_DONE) {
        status = batch_report(&cli, &request);
        cli_print_counts(&cli);
    }
    cli_free_files(&cli);
    return status;
}
