/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A command's work on documents, here or in a worker; see isolated.h. */
#include "isolated.h"

#include "cli_output.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of memory, for each byte of an input that is held as a whole: its text, its tree, what it
 * becomes and what comes back. */
#define BYTES_OF_BYTE 32u

struct running {
    struct cli *cli;
    const struct cli_body *body;
    struct cli_output output;
    unsigned char last; /* byte of the piece before */
    char *const *inputs;
    int count, met; /* of them; those that were asked for */
};

/* True of text that can be shown on a terminal: what a document says was made safe before.
 * `*last`: the byte before, since a character may stand in two pieces. */
static bool is_plain(const unsigned char *bytes, size_t size, unsigned char *last)
{
    for (size_t i = 0; i < size; i++) {
        bool is_control = (bytes[i] < 0x20 && bytes[i] != '\n') || bytes[i] == 0x7F;
        bool is_c1 = bytes[i] >= 0x80 && bytes[i] < 0xA0 && (*last < 0x80 || *last == 0xC2);
        if (is_control || is_c1)
            return false;
        *last = bytes[i];
    }
    return true;
}

static int take_bytes(void *user, const void *bytes, size_t size)
{
    struct running *self = user;
    if (!self->body->gives_data && !is_plain(bytes, size, &self->last)) {
        cli_report(self->cli, COMITY_ERROR, "worker.answer", NULL,
                   "the converter answered what is no answer", NULL);
        self->cli->plugin_failures++;
        return 1;
    }
    if (self->body->gives_data)
        return cli_output_write(&self->output, bytes, size);
    fwrite(bytes, 1, size, stdout);
    return 0;
}

int cli_as_file(const struct comity_input *input)
{
    int error = 0, fd = memfd_create("comity-input", MFD_CLOEXEC);
    if (fd >= 0 && (write_all(fd, input->bytes, input->size, &error) != COMITY_OK ||
                    lseek(fd, 0, SEEK_SET) != 0)) {
        close(fd);
        errno = error ? error : errno;
        fd = -1;
    }
    return fd;
}

static int open_input(void *user, const char *name, int *fd)
{
    struct running *self = user;
    struct cli *cli = self->cli;
    struct comity_input input;
    cli->options.file = name;
    for (int i = self->met; i < self->count; i++)
        if (self->inputs[i] == name)
            self->met = i + 1;
    if (!cli_input(cli, name, &input))
        return EIO;
    struct comity_input opened = input;
    comity_status status =
        cli->opening ? cli->opening(cli, name, &opened, cli->opening_user) : COMITY_OK;
    if (status == COMITY_E_NOMEM)
        cli_status(cli, status);
    if (status == COMITY_OK && opened.bytes) {
        cli_input_close(&input);
        *fd = cli_as_file(&opened);
        if (*fd < 0)
            cli_input_fault(cli, name, errno);
        return *fd < 0 ? EIO : 0;
    }
    if (status != COMITY_OK)
        cli_input_close(&input);
    else
        *fd = input.fd;
    return status != COMITY_OK ? EIO : 0;
}

static void close_input(void *user, int fd)
{
    struct comity_input input = {.fd = fd};
    (void)user;
    cli_input_close(&input);
}

/* More than usual, for inputs that are held as a whole. */
static uint64_t memory_for(const struct cli *cli)
{
    struct stat info;
    uint64_t most = 0;
    for (int i = 0; i < cli->input_count; i++)
        if (stat(cli->inputs[i], &info) == 0 && S_ISREG(info.st_mode) &&
            (uint64_t)info.st_size > most)
            most = (uint64_t)info.st_size;
    return most < UINT64_MAX / BYTES_OF_BYTE ? most * BYTES_OF_BYTE : 0;
}

static void add_outcome(struct cli *cli, const struct isolate_outcome *outcome)
{
    cli->result = outcome->result;
    cli->io_failures += outcome->io_failures;
    cli->plugin_failures += outcome->plugin_failures;
    cli->out_of_memory |= (outcome->flags & ISOLATE_NO_MEMORY) != 0;
    cli->wrong_usage |= (outcome->flags & ISOLATE_USAGE) != 0;
    cli->differs |= (outcome->flags & ISOLATE_DIFFERS) != 0;
}

static void run_isolated(struct cli *cli, const struct cli_body *body)
{
    char dash[] = "-";
    char *standard_input[] = {dash};
    bool is_given = cli->input_count || body->takes_none;
    struct running self = {.cli = cli,
                           .body = body,
                           .output = {.cli = cli},
                           .inputs = is_given ? cli->inputs : standard_input,
                           .count = is_given ? cli->input_count : 1};
    struct isolate_command command = {
        .name = body->name,
        .flags = (cli->json ? CLI_JSON : 0) | (cli->quiet ? CLI_QUIET : 0),
        .via = cli->via,
        .inputs = self.inputs,
        .input_count = (uint32_t)self.count,
        .write = take_bytes,
        .open = open_input,
        .close = close_input,
        .user = &self,
    };
    if (cli->via)
        cli->options.to = cli->via; /* where it is a template's path, it is read at once */
    if (body->holds_all)
        cli->memory = memory_for(cli);
    cli->is_utf8 = body->takes_none || (!body->any_encoding && cli_inputs_are_utf8(cli));
    if (!cli_open(cli))
        return;
    struct isolate_outcome outcome = {.result = COMITY_RESULT_INIT};
    comity_status status = isolate_command(cli->isolate, &cli->options, &command, &outcome);
    uint64_t failed = cli->result.failed_input, errors = cli->result.errors;
    add_outcome(cli, &outcome);
    cli->result.failed_input += failed; /* those that were not even let in */
    cli->result.errors += errors;
    cli_status(cli, status);
    if (cli_has_lost_worker(cli) && status == COMITY_E_PLUGIN && !body->takes_none)
        cli_tell_untried(cli, self.inputs + self.met, self.count - self.met);
    cli_output_end(&self.output);
}

int cli_run(struct cli *cli, const struct cli_body *body)
{
    if (cli->is_isolated)
        run_isolated(cli, body);
    else
        body->run(cli);
    return cli_finish(cli);
}
