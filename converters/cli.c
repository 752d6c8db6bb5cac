/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inputs and exit status of all commands. */
#include "isolated.h"

#include "base/witness.h"
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void cli_keep_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, 8 << 20);
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
    mallopt(M_TOP_PAD, 1 << 20);
}

void cli_free_files(struct cli *cli)
{
    free(cli->overlay);
    free(cli->profile);
    free(cli->choices);
    free(cli->catalogue);
    for (size_t i = 0; i < cli->options.setting_count; i++)
        free((char *)(uintptr_t)cli->settings[i].field); /* made by --set */
    cli->options.setting_count = 0;
}

static int (*serve_here)(void);

void cli_serve_by(int (*serve)(void))
{
    serve_here = serve;
}

static comity_status start_worker(struct cli *cli)
{
    const struct isolate_kind kind = {.seconds = cli->seconds ? cli->seconds : ISOLATE_SECONDS,
                                      .memory = cli->memory,
                                      .serve = serve_here,
                                      .is_utf8 = cli->is_utf8};
    return isolate_open(&cli->config, &cli->options, &kind, &cli->isolate);
}

bool cli_open(struct cli *cli)
{
    if (cli->is_open)
        return true;
    if (cli->report_path && strcmp(cli->report_path, "-") == 0)
        cli->report = stderr;
    else if (cli->report_path)
        cli->report = fopen(cli->report_path, "we");
    if (cli->report_path && !cli->report) {
        fputs("comity: the report ", stderr);
        cli_print_safely(stderr, cli->report_path);
        fprintf(stderr, " cannot be written: %s\n", strerror(errno));
        cli->output_failed = true;
        return false;
    }
    /* Findings are many and small: one write for many, and all of them at the end. */
    setvbuf(stderr, NULL, _IOFBF, 1u << 16);
    comity_status status =
        cli->is_isolated ? start_worker(cli) : comity_open(&cli->config, &cli->context);
    if (status == COMITY_E_INVALID) /* a catalogue with faults */
        cli->result.failed_input++;
    cli_status(cli, status);
    cli->is_open = status == COMITY_OK;
    return cli->is_open;
}

void cli_input_fault(struct cli *cli, const char *name, int error)
{
    char message[300];
    snprintf(message, sizeof message, "the input cannot be read: %s", strerror(error));
    cli_report(cli, COMITY_ERROR, "io.read", name, message, NULL);
    cli->io_failures++;
}

/* Only inputs that the command was given are asked for, by their number. */
static bool remote_input(struct cli *cli, const char *name, struct comity_input *input)
{
    for (int i = 0; i < cli->input_count; i++)
        if (cli->inputs[i] == name)
            return cli->remote->open(cli->remote->user, (uint32_t)i, input);
    return false;
}

/* That a name is a folder's is told by the first read. */
bool cli_input(struct cli *cli, const char *name, struct comity_input *input)
{
    if (cli->remote)
        return remote_input(cli, name, input);
    *input = (struct comity_input){
        .fd = strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC)};
    if (input->fd < 0)
        cli_input_fault(cli, name, errno);
    return input->fd >= 0;
}

void cli_input_close(struct comity_input *input)
{
    if (input->fd > STDERR_FILENO)
        close(input->fd);
}

char *cli_read_all(struct cli *cli, const struct comity_input *input, const char *name,
                   size_t *size)
{
    size_t room = 1u << 16;
    char *text = malloc(room);
    *size = 0;
    for (;;) {
        if (text && *size == room) {
            char *more = room > SIZE_MAX / 4 ? NULL : realloc(text, room *= 2);
            if (!more)
                free(text);
            text = more;
        }
        if (!text) {
            cli->out_of_memory = true;
            return NULL;
        }
        witness_waits(true);
        ssize_t got = read(input->fd, text + *size, room - *size);
        witness_waits(false);
        if (got == 0)
            return text;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            cli_input_fault(cli, name, errno);
            free(text);
            return NULL;
        }
        *size += (size_t)got;
    }
}

bool cli_has_lost_worker(const struct cli *cli)
{
    return cli->isolate && isolate_is_gone(cli->isolate);
}

void cli_tell_untried(struct cli *cli, char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        cli_report(cli, COMITY_ERROR, "worker.untried", names[i],
                   "the input was not looked at: the converter ended before it",
                   "give it again, without what ended the converter");
}

static void tell_errors(void *user, const struct comity_finding *finding)
{
    if (finding->severity == COMITY_ERROR)
        cli_finding(user, finding);
}

/* In the place of a worker that ended over an input, for the next; what was found when the
 * formats were loaded was told. */
static bool replace_worker(struct cli *cli)
{
    comity_finding_fn *finding = cli->config.finding;
    isolate_close(cli->isolate);
    cli->isolate = NULL;
    cli->options.file = NULL;
    cli->config.finding = tell_errors;
    comity_status status = start_worker(cli);
    cli->config.finding = finding;
    cli_status(cli, status);
    return status == COMITY_OK;
}

void cli_each(struct cli *cli, cli_each_fn *each, void *user)
{
    char dash[] = "-";
    char *standard_input[] = {dash};
    char **names = cli->input_count ? cli->inputs : standard_input;
    int count = cli->input_count ? cli->input_count : 1;
    bool go_on = cli_open(cli), has_lost = false;
    int i = 0;
    for (; go_on && i < count; i++) {
        struct comity_input input;
        if (cli_has_lost_worker(cli)) {
            has_lost = true;
            if (!replace_worker(cli))
                break;
        }
        if (!cli_input(cli, names[i], &input))
            continue;
        cli->options.file = names[i];
        struct comity_input opened = input;
        comity_status status =
            cli->opening ? cli->opening(cli, names[i], &opened, cli->opening_user) : COMITY_OK;
        if (status == COMITY_OK)
            go_on = each(cli, names[i], &opened, user);
        else if (status == COMITY_E_NOMEM)
            cli_status(cli, status);
        cli_input_close(&input);
    }
    if (has_lost)
        cli_tell_untried(cli, names + i, count - i);
}

/* True where something that makes the exit status was counted. */
static bool has_failed(const struct cli *cli)
{
    const struct comity_result *r = &cli->result;
    return r->failed_input || r->failed_unknown || r->failed_output || r->failed_plugin ||
           cli->io_failures || cli->plugin_failures || cli->out_of_memory ||
           cli->output_failed || cli->wrong_usage;
}

void cli_status(struct cli *cli, comity_status status)
{
    if (status == COMITY_E_NOMEM)
        cli->out_of_memory = true;
    else if (status == COMITY_E_IO)
        cli->io_failures++;
    else if (status == COMITY_E_PLUGIN)
        cli->plugin_failures++;
    else if (status == COMITY_E_USAGE)
        cli->wrong_usage = true;
    else if (status != COMITY_OK && status != COMITY_END && !has_failed(cli))
        cli->plugin_failures++; /* what nobody told of is a failure all the same */
}

static void print_summary(struct cli *cli)
{
    const struct comity_result *r = &cli->result;
    fprintf(
        cli->report,
        "{\"summary\":{\"mapped\":%llu,\"approximated\":%llu,\"kept\":%llu,\"dropped\":%llu,"
        "\"documents\":%llu,\"failed\":%llu}}\n",
        (unsigned long long)r->mapped, (unsigned long long)r->approximated,
        (unsigned long long)r->kept, (unsigned long long)r->dropped,
        (unsigned long long)r->documents,
        (unsigned long long)(r->failed_input + r->failed_unknown + r->failed_output +
                             r->failed_plugin));
}

static int exit_status(const struct cli *cli)
{
    const struct comity_result *r = &cli->result;
    uint64_t failed = r->failed_input + r->failed_unknown + r->failed_output +
                      r->failed_plugin + cli->io_failures;
    if (cli->out_of_memory)
        return EXIT_PROGRAM;
    if (cli->output_failed)
        return EXIT_IO;
    if (cli->wrong_usage)
        return EXIT_USAGE;
    if (cli->plugin_failures)
        return EXIT_PLUGIN;
    if (!failed)
        return cli->differs ? EXIT_PART : EXIT_DONE;
    if (r->documents)
        return EXIT_PART;
    if (r->failed_input)
        return EXIT_INPUT;
    if (r->failed_plugin)
        return EXIT_PLUGIN;
    if (r->failed_output)
        return EXIT_FAIL_ON;
    return r->failed_unknown ? EXIT_UNRECOGNIZED : EXIT_IO;
}

int cli_finish(struct cli *cli)
{
    if (cli->report && cli->is_open)
        print_summary(cli);
    if (cli->report && cli->report != stderr && (ferror(cli->report) | fclose(cli->report))) {
        fputs("comity: the report could not be written\n", stderr);
        cli->output_failed = true;
    }
    cli_print_counts(cli);
    fflush(stderr);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "comity: standard output could not be written\n");
        cli->output_failed = true;
    }
    comity_close(cli->context);
    isolate_close(cli->isolate);
    cli_free_files(cli);
    return exit_status(cli);
}
