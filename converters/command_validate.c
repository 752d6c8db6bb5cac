/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity validate: syntax and model of documents, all findings in one run. */
#include "cli.h"

#include <string.h>

static const char help[] =
    "usage: comity validate [-f FORMAT] [IN...]\n\n"
    "Checks syntax and model of each document and prints all findings on standard output.\n"
    "(The convention's rules on what a request must contain are not checked yet.)\n\n"
    "  -f FORMAT            format of the input; without it each document is recognized\n"
    "  --fail-on RANK       error (default), loss, warning or never\n";

static comity_status accept(void *user, struct comity_record *record)
{
    (void)user;
    (void)record;
    return COMITY_OK;
}

int command_validate(int argc, char **argv)
{
    struct cli cli;
    int status = cli_parse(&cli, argc, argv, TAKES_FROM | TAKES_CONVERSION, help);
    if (status != EXIT_DONE)
        return status;
    cli.findings = stdout;
    cli.options.no_provenance = 1;
    static char dash[] = "-";
    char *standard_input[] = {dash};
    char **names = cli.input_count ? cli.inputs : standard_input;
    int count = cli.input_count ? cli.input_count : 1;
    for (int i = 0; (cli.context || cli_open(&cli)) && i < count; i++) {
        struct comity_input input;
        if (!cli_input(&cli, names[i], &input))
            continue;
        struct comity_result before = cli.result;
        cli.options.file = names[i];
        comity_status result =
            comity_read(cli.context, &cli.options, &input, accept, NULL, &cli.result);
        cli_status(&cli, result);
        cli_input_close(&input);
        if (!cli.json && !cli.quiet && result == COMITY_OK)
            printf("%s: valid: %llu document%s, %llu warning%s\n", names[i],
                   (unsigned long long)(cli.result.documents - before.documents),
                   cli.result.documents - before.documents == 1 ? "" : "s",
                   (unsigned long long)(cli.result.warnings - before.warnings),
                   cli.result.warnings - before.warnings == 1 ? "" : "s");
    }
    return cli_finish(&cli);
}
