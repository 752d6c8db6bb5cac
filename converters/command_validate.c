/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity validate: syntax, model and the convention's rules, all findings in one run. */
#include "isolated.h"
#include "validate.h"

#include <string.h>

static const char help[] =
    "usage: comity validate [-f FORMAT] [IN...]\n"
    "       comity validate --signature --trust FILE [IN...]\n\n"
    "Checks syntax, model and the convention's rules on what each kind of request and answer\n"
    "must contain, and prints all findings on standard output.  What a notice lacks is a\n"
    "warning: it is no request yet.\n\n"
    "  -f FORMAT            format of the input; without it each document is recognized\n"
    "  --kind KIND          the rules of this kind, whatever a document's own is\n"
    "  --profile FILE       what a State demands besides the convention (JSON)\n"
    "  --fail-on RANK       error (default), loss, warning or never\n"
    "  --signature          the document must be signed (XMLDSig, or JWS with the document in\n"
    "                       it) by who is trusted; one document a file\n"
    "  --trust FILE         whose signatures count: certificates (PEM), and lists of those\n"
    "                       that were revoked; may be given several times\n";

static comity_status accept(void *user, struct comity_record *record)
{
    (void)user;
    (void)record;
    return COMITY_OK;
}

static bool validate_input(struct cli *cli, const char *name, const struct comity_input *input,
                           void *user)
{
    struct comity_result before = cli->result;
    (void)user;
    comity_status status =
        comity_read(cli->context, &cli->options, input, accept, NULL, &cli->result);
    cli_status(cli, status);
    unsigned long long documents = cli->result.documents - before.documents;
    unsigned long long warnings = cli->result.warnings - before.warnings;
    if (!cli->json && !cli->quiet && status == COMITY_OK) {
        cli_print_safely(stdout, name);
        printf(": valid: %llu document%s, %llu warning%s\n", documents,
               documents == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
    }
    return status != COMITY_E_USAGE;
}

static void validate(struct cli *cli)
{
    cli_each(cli, validate_input, NULL);
}

const struct cli_body body_validate = {.name = "validate", .run = validate};

int validate_run(int argc, char **argv, const struct validating *validating)
{
    struct cli cli;
    int status = cli_parse_own(&cli, argc, argv,
                               TAKES_FROM | TAKES_CONVERSION | TAKES_KIND | TAKES_ISOLATE, help,
                               validating->own, validating->user);
    if (status == EXIT_DONE && validating->ready)
        status = validating->ready(&cli, validating->user);
    if (status != EXIT_DONE)
        return status;
    cli.findings = stdout;
    cli.options.no_provenance = 1;
    cli.options.check = 1;
    cli.opening = validating->open;
    cli.opening_user = validating->user;
    return cli_run(&cli, &body_validate);
}

/* With --signature comity is another program (main.c). */
static int take_trust(struct cli *cli, const char *value)
{
    return cli_usage(cli, "--trust goes with --signature; not", value);
}

int command_validate(int argc, char **argv)
{
    static const struct cli_option own[] = {{"trust", 0, true, take_trust},
                                            {NULL, 0, false, NULL}};
    static const struct validating plain = {.own = own};
    return validate_run(argc, argv, &plain);
}
