/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity validate: syntax, model and the convention's rules, all findings in one run. */
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
    const struct validating *validating = user;
    struct comity_result before = cli->result;
    struct comity_input opened = *input;
    comity_status status =
        validating->open ? validating->open(cli, name, &opened, validating->user) : COMITY_OK;
    if (status == COMITY_OK) {
        status = comity_read(cli->context, &cli->options, &opened, accept, NULL, &cli->result);
        cli_status(cli, status);
    } else if (status == COMITY_E_NOMEM) {
        cli_status(cli, status);
    }
    unsigned long long documents = cli->result.documents - before.documents;
    unsigned long long warnings = cli->result.warnings - before.warnings;
    if (!cli->json && !cli->quiet && status == COMITY_OK) {
        cli_print_safely(stdout, name);
        printf(": valid: %llu document%s, %llu warning%s\n", documents,
               documents == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
    }
    return status != COMITY_E_USAGE;
}

int validate_run(int argc, char **argv, const struct validating *validating)
{
    struct cli cli;
    int status = cli_parse_own(&cli, argc, argv, TAKES_FROM | TAKES_CONVERSION | TAKES_KIND,
                               help, validating->own, validating->user);
    if (status == EXIT_DONE && validating->ready)
        status = validating->ready(&cli, validating->user);
    if (status != EXIT_DONE)
        return status;
    cli.findings = stdout;
    cli.options.no_provenance = 1;
    cli.options.check = 1;
    cli_each(&cli, validate_input, (void *)(uintptr_t)validating);
    return cli_finish(&cli);
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
