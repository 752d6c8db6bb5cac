/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity plugins: what is loaded, and why a file was refused. */
#include "cli.h"

#include <cjson/cJSON.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: comity plugins\n"
    "       comity plugins why FILE\n"
    "       comity plugins check [OPTION...] FILE\n"
    "       comity plugins new [--kind c|template] NAME\n\n"
    "Lists the plugins that were found; says why a file was refused; tries what a plugin\n"
    "promises; or makes a folder to write one in.  'comity plugins check --help' says more.\n";

static void print_plugin(const struct comity_plugin_info *info, bool json)
{
    if (!json) {
        printf("%s  ", info->is_loaded ? "loaded " : "refused");
        cli_print_safely(stdout, info->id ? info->id : "-");
        putchar(' ');
        cli_print_safely(stdout, info->version ? info->version : "");
        fputs("  ", stdout);
        cli_print_safely(stdout, info->path);
        fputs(info->reason ? ": " : "", stdout);
        cli_print_safely(stdout, info->reason ? info->reason : "");
        putchar('\n');
        return;
    }
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "path", info->path);
    cJSON_AddBoolToObject(object, "loaded", info->is_loaded != 0);
    const char *const texts[][2] = {{"id", info->id},
                                    {"version", info->version},
                                    {"vendor", info->vendor},
                                    {"license", info->license},
                                    {"reason", info->reason}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i][1])
            cJSON_AddStringToObject(object, texts[i][0], texts[i][1]);
    cli_print_object(stdout, object);
}

/* Looks at the folder of one file alone and tells what became of the file. */
static void explain_file(struct cli *cli, const char *path)
{
    char *copy = strdup(path);
    const char *folders[] = {copy ? dirname(copy) : ".", NULL};
    const char *name = strrchr(path, '/');
    struct comity_plugin_info info;
    bool found = false;
    cli->config.plugin_paths = folders;
    cli->config.no_default_paths = 1;
    cli->config.finding = NULL;
    if (cli_open(cli))
        for (size_t i = 0; comity_plugin_at(cli->context, i, &info) == COMITY_OK; i++) {
            const char *other = strrchr(info.path, '/');
            if (strcmp(other ? other + 1 : info.path, name ? name + 1 : path) != 0 &&
                strcmp(info.path, folders[0]) != 0)
                continue;
            print_plugin(&info, cli->json);
            found = true;
            if (!info.is_loaded)
                cli->plugin_failures++;
        }
    if (!found && cli->context) {
        cli_report(cli, COMITY_ERROR, "plugin.refused", path,
                   "there is no such plugin: a plugin is a file that ends in .so or .json",
                   NULL);
        cli->plugin_failures++;
    }
    free(copy);
}

int command_plugins(int argc, char **argv)
{
    struct cli cli;
    int status = cli_parse(&cli, argc, argv, 0, help);
    if (status != EXIT_DONE)
        return status;
    bool why = cli.input_count == 2 && strcmp(cli.inputs[0], "why") == 0;
    if (cli.input_count && !why) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    if (why) {
        explain_file(&cli, cli.inputs[1]);
        return cli_finish(&cli);
    }
    cli.config.finding = NULL; /* the list itself says what was refused */
    struct comity_plugin_info info;
    if (cli_open(&cli))
        for (size_t i = 0; comity_plugin_at(cli.context, i, &info) == COMITY_OK; i++)
            print_plugin(&info, cli.json);
    return cli_finish(&cli);
}
