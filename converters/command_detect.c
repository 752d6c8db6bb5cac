/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity detect: which format each document is. */
#include "isolated.h"

#include <cjson/cJSON.h>
#include <string.h>

static const char help[] =
    "usage: comity detect [IN...]\n\n"
    "Prints the format of each document, how sure that is (0-100) and why.\n"
    "A tie is an error that names both.\n";

static void print_match(void *user, const struct comity_match *matches, size_t count)
{
    struct cli *cli = user;
    if (!count || (count > 1 && matches[0].score == matches[1].score))
        return; /* the finding says so */
    if (!cli->json) {
        cli_print_safely(stdout, cli->options.file);
        printf(": %s %d %s\n", matches[0].format, (int)matches[0].score, matches[0].why);
        return;
    }
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "file", cli->options.file);
    cJSON_AddStringToObject(object, "format", matches[0].format);
    cJSON_AddNumberToObject(object, "score", matches[0].score);
    cJSON_AddStringToObject(object, "why", matches[0].why);
    cli_print_object(stdout, object);
}

static bool detect_input(struct cli *cli, const char *name, const struct comity_input *input,
                         void *user)
{
    (void)name;
    cli_status(cli, comity_detect(cli->context, &cli->options, input, print_match, user,
                                  &cli->result));
    return true;
}

static void detect(struct cli *cli)
{
    cli_each(cli, detect_input, cli);
}

const struct cli_body body_detect = {.name = "detect", .run = detect};

int command_detect(int argc, char **argv)
{
    struct cli cli;
    int status = cli_parse(&cli, argc, argv, TAKES_ISOLATE, help);
    return status == EXIT_DONE ? cli_run(&cli, &body_detect) : status;
}
