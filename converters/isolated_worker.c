/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The worker's side of a command; see isolated.h.  What the command prints goes to the line by
 * a stream of its own, so that it is the same code as in the program. */
#include "isolated.h"

#include "base/witness.h"
#include "runtime/worker.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define MAX_INPUTS (1u << 24)
#define STREAM_BYTES (1u << 16)

static const struct cli_body *const bodies[] = {
    &body_detect,          &body_diff,          &body_doctor,    &body_formats,
    &body_formats_check,   &body_formats_table, &body_roundtrip, &body_terms_check,
    &body_terms_inventory, &body_terms_resolve, &body_validate};

static void tell(void *user, const struct comity_finding *finding)
{
    struct server *server = user;
    fflush(stdout); /* the order in which it was said */
    worker_put_finding(&server->out, finding);
    serve_flush(server, false);
}

static bool ask_input(void *user, uint32_t index, struct comity_input *input)
{
    struct server *server = user;
    int32_t error;
    int fd;
    fflush(stdout);
    size_t start = wire_begin(&server->out, WORKER_OPEN);
    wire_put_u32(&server->out, index);
    wire_end(&server->out, start);
    comity_status status = serve_ask(server, WORKER_OPENED, &error, &fd);
    *input = (struct comity_input){.fd = status == COMITY_OK && !error ? fd : -1};
    return input->fd >= 0;
}

static int write_data(void *user, const void *bytes, size_t size)
{
    return serve_bytes(user, bytes, size);
}

static ssize_t write_line(void *cookie, const char *bytes, size_t size)
{
    return serve_bytes(cookie, bytes, size) == 0 ? (ssize_t)size : 0;
}

static bool open_stream(struct server *server)
{
    FILE *stream = fopencookie(server, "w", (cookie_io_functions_t){.write = write_line});
    if (!stream || setvbuf(stream, NULL, _IOFBF, STREAM_BYTES) != 0)
        return false;
    stdout = stream;
    return true;
}

/* The command as the other process sent it; NULL: it is none.  All that is lent by the frame
 * is copied. */
static const struct cli_body *get_command(struct wire_frame *frame, struct cli *cli)
{
    const struct cli_body *body = NULL;
    const char *name = wire_string(frame);
    for (size_t i = 0; name && i < sizeof bodies / sizeof bodies[0]; i++)
        if (strcmp(bodies[i]->name, name) == 0)
            body = bodies[i];
    uint32_t flags = wire_u32(frame);
    const char *via = wire_string(frame);
    uint32_t count = wire_u32(frame);
    if (!body || count > MAX_INPUTS)
        return NULL;
    cli->command = body->name;
    cli->json = flags & CLI_JSON;
    cli->quiet = flags & CLI_QUIET;
    cli->via = via ? strdup(via) : NULL;
    cli->inputs = calloc(count + 1u, sizeof *cli->inputs);
    if (!cli->inputs || (via && !cli->via))
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        const char *input = wire_string(frame);
        cli->inputs[i] = input ? strdup(input) : NULL;
        if (!cli->inputs[i])
            return NULL;
    }
    cli->input_count = (int)count;
    return wire_is_done(frame) ? body : NULL;
}

static void tell_outcome(struct server *server, const struct cli *cli)
{
    uint32_t flags = (cli->out_of_memory ? ISOLATE_NO_MEMORY : 0) |
                     (cli->wrong_usage ? ISOLATE_USAGE : 0) |
                     (cli->differs ? ISOLATE_DIFFERS : 0);
    size_t start = wire_begin(&server->out, WORKER_DONE);
    wire_put_u32(&server->out, flags);
    wire_put_u64(&server->out, cli->io_failures);
    wire_put_u64(&server->out, cli->plugin_failures);
    worker_put_result(&server->out, &cli->result);
    wire_end(&server->out, start);
    serve_flush(server, true);
}

comity_status isolated_serve(struct server *server, struct comity *context,
                             struct comity_options *options, struct wire_frame *frame)
{
    static struct cli cli;
    const struct cli_remote remote = {tell, ask_input, write_data, server};
    cli_init(&cli, "");
    const struct cli_body *body = get_command(frame, &cli);
    if (!body || !open_stream(server))
        return COMITY_E_INVALID;
    cli.context = context;
    cli.is_open = true;
    cli.remote = &remote;
    cli.options = *options;
    cli.options.finding = cli_finding;
    cli.options.user = &cli;
    cli.from = options->from;
    cli.findings = stdout;
    body->run(&cli);
    fflush(stdout);
    witness_at(WITNESS_NOTHING, NULL);
    tell_outcome(server, &cli);
    return COMITY_OK;
}

int isolated_worker(void)
{
    mallopt(M_MMAP_THRESHOLD, 1 << 25); /* memory of one document serves the next */
    mallopt(M_TRIM_THRESHOLD, 1 << 25);
    mallopt(M_TOP_PAD, 1 << 20);
    return serve_conversions(isolated_serve);
}
