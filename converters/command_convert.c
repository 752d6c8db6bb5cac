/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity convert: documents of all inputs to one output, or to a folder. */
#include "cli_output.h"
#include "runtime/context.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char help[] =
    "usage: comity convert [-f FORMAT] -t FORMAT [-o FILE] [IN...]\n\n"
    "Converts documents, or streams of them, from one format to another.  No IN and - are\n"
    "standard input; no -o and - are standard output.  -o DIR/ makes one file a document.\n\n"
    "  -f FORMAT            format of the input; without it each document is recognized\n"
    "  -t FORMAT            format of the output; the path of a template will do\n"
    "  -o FILE              output, which appears whole or not at all\n"
    "  --overwrite          replace FILE where it exists\n"
    "  --timeout SECONDS    a document that takes longer is stopped, and all after it (10)\n";

struct destination {
    struct cli *cli;
    struct cli_output output;
    bool to_folder;
    const char *input; /* name of the input at hand */
    uint64_t number;   /* of the document, over all inputs: names are distinct */
};

/* The syntax of the target; NULL where it is not known. */
static const char *syntax_of_target(const struct cli *cli)
{
    return cli->isolate ? isolate_syntax(cli->isolate) : format_syntax(cli->context, cli->to);
}

/* True where a file of the target holds one document alone. */
static bool holds_one(const struct cli *cli)
{
    static const char *const alone[] = {"xml", "html", "lines"};
    const char *syntax = syntax_of_target(cli);
    for (size_t i = 0; syntax && i < sizeof alone / sizeof alone[0]; i++)
        if (strcmp(syntax, alone[i]) == 0)
            return true;
    return false;
}

/* "DIR/NAME-000001.json": the input's own name, cleaned, and the document's number. */
static void document_path(const struct destination *to, char *path, size_t size)
{
    const char *name = strrchr(to->input, '/');
    char clean[101];
    size_t len = 0;
    name = name ? name + 1 : to->input;
    for (; *name && len < sizeof clean - 1; name++) {
        bool plain = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
                     (*name >= '0' && *name <= '9') || *name == '_' || *name == '-' ||
                     (*name == '.' && len);
        clean[len++] = plain ? *name : '_';
    }
    clean[len] = '\0';
    char *dot = strrchr(clean, '.');
    if (dot)
        *dot = '\0';
    const char *suffix = syntax_suffix(syntax_of_target(to->cli));
    size_t folder = strlen(to->cli->output);
    snprintf(path, size, "%s%s%s-%06llu.%s", to->cli->output,
             to->cli->output[folder - 1] == '/' ? "" : "/",
             strcmp(to->input, "-") == 0 ? "stdin" : clean, (unsigned long long)to->number,
             suffix);
}

static int write_one(void *user, const void *bytes, size_t size)
{
    struct destination *to = user;
    struct output_file file;
    char path[4096];
    document_path(to, path, sizeof path);
    comity_status status = output_open(&file, path, to->cli->overwrite);
    if (status == COMITY_OK)
        status = output_write(&file, bytes, size);
    if (status == COMITY_OK)
        status = output_commit(&file);
    if (status == COMITY_OK)
        return 0;
    cli_output_fault(to->cli, path, file.error ? file.error : ENOMEM);
    output_abandon(&file);
    return 1;
}

static void begin_document(void *user)
{
    struct destination *to = user;
    to->number++;
}

static comity_status convert_document(void *user, struct comity_record *record)
{
    struct destination *to = user;
    begin_document(to);
    return comity_record_write(record, to->cli->to, write_one, to);
}

static bool is_folder(const char *path)
{
    struct stat status;
    size_t len = path ? strlen(path) : 0;
    return len &&
           (path[len - 1] == '/' || (stat(path, &status) == 0 && S_ISDIR(status.st_mode)));
}

static comity_status convert_isolated(struct destination *to, const struct comity_input *input)
{
    struct cli *cli = to->cli;
    const struct isolate_target all = {.write = cli_output_write, .user = &to->output};
    const struct isolate_target each = {
        .write = write_one, .record = begin_document, .user = to};
    return isolate_convert(cli->isolate, &cli->options, input->fd, to->to_folder ? &each : &all,
                           &cli->result);
}

static bool convert_input(struct cli *cli, const char *name, const struct comity_input *input,
                          void *user)
{
    struct destination *to = user;
    to->input = name;
    comity_status status = cli->isolate ? convert_isolated(to, input)
                           : to->to_folder
                               ? comity_read(cli->context, &cli->options, input,
                                             convert_document, to, &cli->result)
                               : comity_convert(cli->context, &cli->options, input,
                                                cli_output_write, &to->output, &cli->result);
    if (!(status == COMITY_E_IO && cli->output_failed))
        cli_status(cli, status);
    bool goes_on = status == COMITY_OK || status == COMITY_E_INVALID || status == COMITY_E_IO ||
                   cli_has_lost_worker(cli);
    return goes_on && !cli->output_failed;
}

static void convert_all(struct destination *to)
{
    struct cli *cli = to->cli;
    cli_each(cli, convert_input, to);
    isolate_dismiss(cli->isolate);
    cli_output_end(&to->output);
}

int cli_convert(struct cli *cli)
{
    struct destination to = {
        .cli = cli, .output = {.cli = cli}, .to_folder = is_folder(cli->output)};
    cli->is_utf8 = cli->is_isolated && cli_inputs_are_utf8(cli);
    if (to.to_folder && mkdir(cli->output, 0700) != 0 && errno != EEXIST)
        cli_output_fault(cli, cli->output, errno);
    if (cli->input_count > 1 && !to.to_folder && cli_open(cli) && holds_one(cli)) {
        fputs("comity: a file of the target format holds one document; -o DIR/ makes one "
              "file of each\n",
              stderr);
        cli->wrong_usage = true;
    }
    struct stat existing;
    if (!to.to_folder && cli->output && !cli->overwrite && strcmp(cli->output, "-") != 0 &&
        stat(cli->output, &existing) == 0 && S_ISREG(existing.st_mode))
        cli_output_fault(cli, cli->output, EEXIST);
    if (!cli->output_failed && !cli->wrong_usage && cli_open(cli))
        convert_all(&to);
    return cli_finish(cli);
}

static int take_timeout(struct cli *cli, const char *value)
{
    uint64_t seconds;
    if (!cli_number(value, 86400, &seconds) || !seconds)
        return cli_usage(cli, "--timeout takes seconds, not", value);
    cli->seconds = (uint32_t)seconds;
    return EXIT_DONE;
}

static const struct cli_option own_options[] = {{"timeout", 0, true, take_timeout},
                                                {NULL, 0, false, NULL}};

int command_convert(int argc, char **argv)
{
    struct cli cli;
    int status =
        cli_parse_own(&cli, argc, argv,
                      TAKES_FROM | TAKES_TO | TAKES_OUTPUT | TAKES_CONVERSION | TAKES_ISOLATE,
                      help, own_options, NULL);
    if (status != EXIT_DONE)
        return status;
    if (!cli.to) {
        fputs("comity convert: -t FORMAT says what to convert to\n", stderr);
        return EXIT_USAGE;
    }
    return cli_convert(&cli);
}
