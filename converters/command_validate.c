/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity validate: syntax, model and the convention's rules, all findings in one run. */
#include "cli.h"

#include <string.h>

static const char help[] =
    "usage: comity validate [-f FORMAT] [IN...]\n\n"
    "Checks syntax, model and the convention's rules on what each kind of request and answer\n"
    "must contain, and prints all findings on standard output.  What a notice lacks is a\n"
    "warning: it is no request yet.\n\n"
    "  -f FORMAT            format of the input; without it each document is recognized\n"
    "  --kind KIND          the rules of this kind, whatever a document's own is\n"
    "  --profile FILE       what a State demands besides the convention (JSON)\n"
    "  --fail-on RANK       error (default), loss, warning or never\n";

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
    comity_status status =
        comity_read(cli->context, &cli->options, input, accept, user, &cli->result);
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

int command_validate(int argc, char **argv)
{
    struct cli cli;
    int status = cli_parse(&cli, argc, argv, TAKES_FROM | TAKES_CONVERSION | TAKES_KIND, help);
    if (status != EXIT_DONE)
        return status;
    cli.findings = stdout;
    cli.options.no_provenance = 1;
    cli.options.check = 1;
    cli_each(&cli, validate_input, NULL);
    return cli_finish(&cli);
}
