/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity formats: the formats, one format's mapping as a flat table, a template's faults. */
#include "isolated.h"

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
    if (!cli_open(cli))
        return;
    if (!cli->json)
        printf("%-18s %-5s %s  %-20s %s\n", "id", "syntax", "rw", "plugin", "title");
    for (size_t i = 0; comity_format_at(cli->context, i, &info) == COMITY_OK; i++)
        (cli->json ? print_object : print_line)(&info);
}

const struct cli_body body_formats = {
    .name = "formats", .run = list_formats, .takes_none = true};

/* --- one of them */

static int print_bytes(void *user, const void *bytes, size_t size)
{
    return fwrite(bytes, 1, size, user) == size ? 0 : 1;
}

static void print_table(struct cli *cli)
{
    if (cli_open(cli))
        cli_status(cli, comity_format_table(cli->context, cli->via, print_bytes, stdout));
}

const struct cli_body body_formats_table = {
    .name = "formats table", .run = print_table, .takes_none = true};

/* --- templates */

static void check_template(struct cli *cli, const char *path)
{
    struct findings findings = {.emit = cli_finding, .user = cli};
    struct format *format = NULL;
    struct comity_input input;
    if (!cli_input(cli, path, &input))
        return;
    comity_status status =
        load_template(cli->context, path, input.fd, true, &findings, &format);
    cli_input_close(&input);
    if (status == COMITY_E_PLUGIN)
        cli->io_failures++;
    else if (status != COMITY_OK)
        cli->result.failed_input++;
    else if (!cli->json)
        printf("%s: %s has no faults\n", path, format->id);
}

static void check_templates(struct cli *cli)
{
    for (int i = 0; cli_open(cli) && i < cli->input_count; i++)
        check_template(cli, cli->inputs[i]);
}

const struct cli_body body_formats_check = {
    .name = "formats check", .run = check_templates, .any_encoding = true};

/* --- the command */

int command_formats(int argc, char **argv)
{
    struct cli cli;
    int status = cli_parse(&cli, argc, argv, TAKES_ISOLATE, help);
    if (status != EXIT_DONE)
        return status;
    bool check = cli.input_count > 0 && strcmp(cli.inputs[0], "check") == 0;
    if ((check && cli.input_count < 2) || (!check && cli.input_count > 1)) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    if (!cli.input_count)
        return cli_run(&cli, &body_formats);
    if (!check)
        cli.via = cli.inputs[0]; /* the format that is asked for */
    else
        cli.findings = stdout;
    cli.inputs++;
    cli.input_count--;
    return cli_run(&cli, check ? &body_formats_check : &body_formats_table);
}
