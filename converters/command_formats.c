/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity formats: the formats, one format's mapping as a flat table, a template's faults. */
#include "cli.h"

#include "runtime/context.h"

#include <cjson/cJSON.h>
#include <string.h>

static const char help[] =
    "usage: comity formats\n"
    "       comity formats ID\n"
    "       comity formats check FILE\n\n"
    "Lists the formats; or prints the mapping of one as a table that a person who knows the\n"
    "format can check; or tells the faults of a template.\n";

static void print_line(const struct comity_format_info *info)
{
    printf("%-18s %-5s %c%c  %-20s %s%s\n", info->id, info->syntax, info->can_read ? 'r' : '-',
           info->can_write ? 'w' : '-', info->plugin ? info->plugin : "(built in)", info->title,
           info->is_shadowed ? " (shadowed)" : "");
}

static void print_object(const struct comity_format_info *info)
{
    cJSON *object = cJSON_CreateObject(), *kinds = cJSON_CreateArray();
    cJSON_AddStringToObject(object, "id", info->id);
    cJSON_AddStringToObject(object, "title", info->title);
    cJSON_AddStringToObject(object, "syntax", info->syntax);
    cJSON_AddBoolToObject(object, "read", info->can_read != 0);
    cJSON_AddBoolToObject(object, "write", info->can_write != 0);
    cJSON_AddBoolToObject(object, "shadowed", info->is_shadowed != 0);
    if (info->plugin) {
        cJSON_AddStringToObject(object, "plugin", info->plugin);
        cJSON_AddStringToObject(object, "version", info->plugin_version);
        cJSON_AddStringToObject(object, "path", info->plugin_path);
    }
    for (size_t i = 0; info->kinds && info->kinds[i]; i++)
        cJSON_AddItemToArray(kinds, cJSON_CreateString(info->kinds[i]));
    cJSON_AddItemToObject(object, "kinds", kinds);
    cli_print_object(stdout, object);
}

static void list_formats(struct cli *cli)
{
    struct comity_format_info info;
    if (!cli->json)
        printf("%-18s %-5s %s  %-20s %s\n", "id", "syntax", "rw", "plugin", "title");
    for (size_t i = 0; comity_format_at(cli->context, i, &info) == COMITY_OK; i++)
        (cli->json ? print_object : print_line)(&info);
}

static int print_bytes(void *user, const void *bytes, size_t size)
{
    return fwrite(bytes, 1, size, user) == size ? 0 : 1;
}

static void check_template(struct cli *cli, const char *path)
{
    struct findings findings = {.emit = cli_finding, .user = cli};
    struct format *format = NULL;
    cli->findings = stdout;
    comity_status status = load_template(cli->context, path, true, &findings, &format);
    if (status == COMITY_E_PLUGIN)
        cli->io_failures++;
    else if (status != COMITY_OK)
        cli->result.failed_input++;
    else if (!cli->json)
        printf("%s: %s has no faults\n", path, format->id);
}

int command_formats(int argc, char **argv)
{
    struct cli cli;
    int status = cli_parse(&cli, argc, argv, 0, help);
    if (status != EXIT_DONE)
        return status;
    bool check = cli.input_count > 0 && strcmp(cli.inputs[0], "check") == 0;
    if ((check && cli.input_count < 2) || (!check && cli.input_count > 1)) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    if (!cli_open(&cli))
        return cli_finish(&cli);
    if (check)
        for (int i = 1; i < cli.input_count; i++)
            check_template(&cli, cli.inputs[i]);
    else if (cli.input_count)
        cli_status(&cli, comity_format_table(cli.context, cli.inputs[0], print_bytes, stdout));
    else
        list_formats(&cli);
    return cli_finish(&cli);
}
