/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity validate --signature: the signature of each document, and then the document as
 * comity validate looks at it. */
#include "submit/commands.h"
#include "submit/signature.h"
#include "validate.h"

#include <stdlib.h>

struct checking {
    struct trust *trust;
    bool is_asked, has_trust;
    struct buffer content; /* of the document at hand */
};

static int take_signature(struct cli *cli, const char *value)
{
    (void)value;
    ((struct checking *)cli->own_user)->is_asked = true;
    return EXIT_DONE;
}

static int take_trust(struct cli *cli, const char *path)
{
    struct checking *self = cli->own_user;
    struct comity_input input;
    size_t size = 0;
    if (!cli_input(cli, path, &input))
        return EXIT_IO;
    char *pem = cli_read_all(cli, &input, path, &size);
    cli_input_close(&input);
    if (!pem)
        return EXIT_IO;
    comity_status status = trust_add(self->trust, pem, size);
    free(pem);
    self->has_trust = true;
    return status == COMITY_OK
               ? EXIT_DONE
               : cli_usage(cli, "--trust takes a file of certificates (PEM); there is none in",
                           path);
}

static int ready(struct cli *cli, void *user)
{
    const struct checking *self = user;
    if (self->is_asked != self->has_trust)
        return cli_usage(cli, "--signature and --trust FILE go together", NULL);
    return EXIT_DONE;
}

static struct limits limits_of(const struct cli *cli)
{
    struct limits limits = LIMITS_INIT;
    if (cli->config.max_bytes)
        limits.bytes = (size_t)cli->config.max_bytes;
    if (cli->config.max_depth)
        limits.depth = cli->config.max_depth;
    if (cli->config.max_members)
        limits.members = cli->config.max_members;
    return limits;
}

/* Who signed is what one wants to know: it is told as `valid` is, and not as a note alone. */
static void tell(void *user, const struct comity_finding *finding)
{
    struct cli *cli = user;
    cli_finding(cli, finding);
    if (finding->severity == COMITY_ERROR)
        cli->result.errors++;
    if (finding->severity != COMITY_NOTE || cli->verbose || cli->quiet || cli->json)
        return;
    cli_print_safely(stdout, finding->file);
    fputs(": ", stdout);
    cli_print_safely(stdout, finding->message);
    putchar('\n');
}

/* Gives what was signed instead of what was read. */
static comity_status unwrap(struct cli *cli, const char *name, struct comity_input *input,
                            void *user)
{
    struct checking *self = user;
    struct limits limits = limits_of(cli);
    struct findings findings = {.emit = tell, .user = cli, .file = name};
    size_t size = 0;
    if (!self->is_asked)
        return COMITY_OK;
    char *bytes = cli_read_all(cli, input, name, &size);
    if (!bytes)
        return COMITY_E_IO;
    buffer_clear(&self->content);
    comity_status status =
        signature_verify(self->trust, bytes, size, &limits, &findings, &self->content);
    free(bytes);
    *input = (struct comity_input){.bytes = self->content.bytes ? self->content.bytes : "",
                                   .size = self->content.size,
                                   .fd = -1};
    cli->result.failed_input += status == COMITY_E_INVALID;
    return status;
}

int command_validate_signature(int argc, char **argv)
{
    static const struct cli_option own[] = {{"signature", 0, false, take_signature},
                                            {"trust", 0, true, take_trust},
                                            {NULL, 0, false, NULL}};
    struct checking self = {.trust = trust_new()};
    struct validating validating = {.own = own, .user = &self, .ready = ready, .open = unwrap};
    buffer_init(&self.content, 0);
    int status = self.trust ? validate_run(argc, argv, &validating) : EXIT_PROGRAM;
    buffer_free(&self.content);
    trust_free(self.trust);
    return status;
}
