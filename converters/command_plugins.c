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
    "       comity plugins trust FILE... | --all | --list\n"
    "       comity plugins distrust FILE|SHA256\n"
    "       comity plugins clear FILE | --all\n"
    "       comity plugins check [OPTION...] FILE\n"
    "       comity plugins new [--kind c|template] NAME\n\n"
    "Lists the plugins that were found; or says why a file was refused.  They are loaded in a\n"
    "process of their own.  The other commands: which may be loaded, what was set aside, what\n"
    "a plugin promises, a folder to write one in; 'comity plugins check --help' says more.\n";

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

struct listing {
    struct cli *cli;
    bool is_found;
};

static void list_plugin(void *user, const struct comity_plugin_info *info, const char *sha256)
{
    struct listing *listing = user;
    (void)sha256;
    print_plugin(info, listing->cli->json);
    listing->is_found = true;
}

static void explain_plugin(void *user, const struct comity_plugin_info *info,
                           const char *sha256)
{
    struct listing *listing = user;
    list_plugin(user, info, sha256);
    if (!info->is_loaded)
        listing->cli->plugin_failures++;
}

/* Looks at the folder of one file alone, and there at the file alone. */
static void explain_file(struct cli *cli, const char *path)
{
    struct listing listing = {.cli = cli};
    char *copy = strdup(path);
    const char *folders[] = {copy ? dirname(copy) : ".", NULL};
    const char *slash = strrchr(path, '/');
    cli->config.plugin_paths = folders;
    cli->config.no_default_paths = 1;
    comity_status status =
        isolate_plugins(&cli->config, slash ? slash + 1 : path, explain_plugin, &listing);
    cli_status(cli, status);
    if (!listing.is_found && status == COMITY_OK) {
        cli_report(cli, COMITY_ERROR, "plugin.refused", path,
                   "there is no such plugin: a plugin is a file that ends in .so or .json",
                   NULL);
        cli->plugin_failures++;
    }
    free(copy);
}

/* What stands in files of their own. */
static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} others[] = {
    {"trust", command_plugins_trust},
    {"distrust", command_plugins_distrust},
    {"clear", command_plugins_clear},
};

int command_plugins(int argc, char **argv)
{
    struct cli cli;
    for (size_t i = 0; argc > 1 && i < sizeof others / sizeof others[0]; i++)
        if (strcmp(argv[1], others[i].name) == 0)
            return others[i].run(argc - 1, argv + 1);
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
    struct listing listing = {.cli = &cli};
    cli_status(&cli, isolate_plugins(&cli.config, NULL, list_plugin, &listing));
    return cli_finish(&cli);
}
