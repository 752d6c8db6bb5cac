/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity explain: what a finding's code means. */
#include "cli.h"

#include "model/fields.h"

#include <cjson/cJSON.h>
#include <string.h>

static const char help[] = "usage: comity explain CODE...\n\n"
                           "Says what the code of a finding means and what to do about it.\n";

/* Prints text with lines of at most 78 bytes, where words allow it. */
static void print_wrapped(const char *text)
{
    size_t used = 0;
    while (*text) {
        size_t len = strcspn(text, " \n");
        if (used && used + 1 + len > 78) {
            putchar('\n');
            used = 0;
        }
        printf("%s%.*s", used ? " " : "", (int)len, text);
        used += len + (used > 0);
        text += len;
        if (*text == '\n') {
            putchar('\n');
            used = 0;
        }
        text += *text != '\0';
    }
    putchar('\n');
}

static void print_kinds(void)
{
    puts("\nThe kinds, with the articles of the convention:");
    for (size_t i = 0; i < code_count; i++)
        if (codes[i].list == L_kind)
            printf("  %-32s %-18s %s\n", codes[i].value, codes[i].articles, codes[i].title);
}

int command_explain(int argc, char **argv)
{
    struct cli cli;
    int status = cli_parse(&cli, argc, argv, 0, help);
    if (status != EXIT_DONE)
        return status;
    if (!cli.input_count) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    for (int i = 0; i < cli.input_count; i++) {
        const char *text = comity_explain(cli.inputs[i]);
        if (!text) {
            fputs("comity explain: there is no code '", stderr);
            cli_print_safely(stderr, cli.inputs[i]);
            fputs("'\n", stderr);
            status = EXIT_USAGE;
            continue;
        }
        if (cli.json) {
            cJSON *object = cJSON_CreateObject();
            cJSON_AddStringToObject(object, "code", cli.inputs[i]);
            cJSON_AddStringToObject(object, "text", text);
            cli_print_object(stdout, object);
            continue;
        }
        puts(cli.inputs[i]);
        print_wrapped(text);
        if (strcmp(cli.inputs[i], "model.kind") == 0)
            print_kinds();
    }
    if (fflush(stdout) == 0)
        return status;
    fputs("comity explain: standard output could not be written\n", stderr);
    return EXIT_IO;
}
