/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity show: documents as a person reads them. */
#include "cli.h"

static const char help[] =
    "usage: comity show [-f FORMAT] [--html] [-o FILE] [IN...]\n\n"
    "Shows requests as a person reads them: what the convention asks for in its order, with\n"
    "its articles, what is not stated marked, and everything else that the document holds.\n"
    "Text of any number of documents, or HTML: one file a document, which loads nothing and\n"
    "runs nothing.  --terminology chooses the voice of its labels and texts; without it they\n"
    "have the document's own.  --json writes the canonical document instead.\n\n"
    "  -f FORMAT            format of the input; without it each document is recognized\n"
    "  --html               HTML instead of text\n"
    "  -o FILE              output, which appears whole or not at all; -o DIR/ makes one file\n"
    "                       of each document\n"
    "  --overwrite          replace FILE where it exists\n";

int command_show(int argc, char **argv)
{
    struct cli cli;
    int status = cli_parse(
        &cli, argc, argv,
        TAKES_FROM | TAKES_OUTPUT | TAKES_CONVERSION | TAKES_HTML | TAKES_ISOLATE, help);
    if (status != EXIT_DONE)
        return status;
    cli.to = cli.json ? "convention-json" : cli.html ? "letter-html" : "letter-text";
    cli.options.to = cli.to;
    return cli_convert(&cli);
}
