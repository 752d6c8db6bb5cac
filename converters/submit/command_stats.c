/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity stats: figures of requests in and out. */
#include "cli_output.h"
#include "model/codes.h"
#include "submit/commands.h"
#include "submit/stats.h"
#include "submit/submit_cli.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char help[] =
    "usage: comity stats [--from DATE] [--to DATE] [--state XX] [--json | --csv | --html "
    "FILE]\n"
    "\n"
    "Requests and answers that were sent and that came, by kind, State and result: how many,\n"
    "how many are open, since when the oldest is, and how long answers took.  A request is\n"
    "answered by a decision that is no postponement, or by its result.  Nothing of what\n"
    "documents say is shown.\n\n"
    "  --from DATE          what was queued, or came, from this day on: 2026-01-31 (UTC)\n"
    "  --to DATE            and to the end of this one\n"
    "  --state XX           exchanged with this State alone\n"
    "  --csv                a row for each figure (RFC 4180)\n"
    "  --html FILE          a page with charts, which loads and runs nothing\n"
    "  --overwrite          replace that file\n"
    "  --store DIR          the store (COMITY_STORE, else ~/.local/state/comity)\n";

struct stats_request {
    struct cli *cli;
    const char *store, *html;
    bool csv;
    struct stats stats;
};

static int take_store(struct cli *cli, const char *value)
{
    ((struct stats_request *)cli->own_user)->store = value;
    return EXIT_DONE;
}

static int take_html(struct cli *cli, const char *value)
{
    ((struct stats_request *)cli->own_user)->html = value;
    return EXIT_DONE;
}

static int take_csv(struct cli *cli, const char *value)
{
    (void)value;
    ((struct stats_request *)cli->own_user)->csv = true;
    return EXIT_DONE;
}

static int take_overwrite(struct cli *cli, const char *value)
{
    (void)value;
    cli->overwrite = true;
    return EXIT_DONE;
}

static int take_state(struct cli *cli, const char *value)
{
    if (!iso_country_known(value, strlen(value)))
        return cli_usage(cli, "--state takes two capitals of ISO 3166-1, and not", value);
    ((struct stats_request *)cli->own_user)->stats.state = value;
    return EXIT_DONE;
}

/* The first second of a day (UTC), "2026-01-31"; false: it is none. */
static bool take_day(const char *text, int64_t *seconds)
{
    static const char shape[] = "dddd-dd-dd";
    struct tm day = {.tm_year = 0}, again;
    size_t at = 0;
    for (; shape[at]; at++)
        if (shape[at] == 'd' ? text[at] < '0' || text[at] > '9' : text[at] != '-')
            return false;
    if (text[at])
        return false;
    day.tm_year = (int)strtol(text, NULL, 10) - 1900;
    day.tm_mon = (int)strtol(text + 5, NULL, 10) - 1;
    day.tm_mday = (int)strtol(text + 8, NULL, 10);
    again = day;
    time_t made = timegm(&again);
    *seconds = (int64_t)made;
    return again.tm_year == day.tm_year && again.tm_mon == day.tm_mon &&
           again.tm_mday == day.tm_mday;
}

static int take_from(struct cli *cli, const char *value)
{
    return take_day(value, &((struct stats_request *)cli->own_user)->stats.from)
               ? EXIT_DONE
               : cli_usage(cli, "--from takes a day like 2026-01-31, and not", value);
}

static int take_to(struct cli *cli, const char *value)
{
    int64_t *until = &((struct stats_request *)cli->own_user)->stats.until;
    if (!take_day(value, until))
        return cli_usage(cli, "--to takes a day like 2026-01-31, and not", value);
    *until += (int64_t)24 * 3600;
    return EXIT_DONE;
}

static const struct cli_option own[] = {
    {"store", 0, true, take_store}, {"html", 0, true, take_html},
    {"csv", 0, false, take_csv},    {"overwrite", 0, false, take_overwrite},
    {"state", 0, true, take_state}, {"from", 0, true, take_from},
    {"to", 0, true, take_to},       {NULL, 0, false, NULL}};

static int check(struct cli *cli, const struct stats_request *request)
{
    if (cli->input_count)
        return cli_usage(cli, "there is no place for", cli->inputs[0]);
    if ((cli->json != 0) + (request->csv != 0) + (request->html != NULL) > 1)
        return cli_usage(cli, "one of --json, --csv and --html at a time", NULL);
    if (request->stats.until <= request->stats.from)
        return cli_usage(cli, "--to lies before --from", NULL);
    return EXIT_DONE;
}

static void make(const struct stats_request *request, struct buffer *text)
{
    if (request->html)
        stats_html(&request->stats, text);
    else if (request->csv)
        stats_csv(&request->stats, text);
    else if (request->cli->json)
        stats_json(&request->stats, text);
    else
        stats_text(&request->stats, text);
}

/* Whole or not at all. */
static int show(struct stats_request *request)
{
    struct cli *cli = request->cli;
    struct cli_output output = {.cli = cli};
    struct buffer text;
    buffer_init(&text, 0);
    make(request, &text);
    cli->output = request->html;
    if (buffer_status(&text) != COMITY_OK)
        cli->out_of_memory = true;
    else
        cli_output_write(&output, text.bytes, text.size);
    cli_output_end(&output);
    buffer_free(&text);
    return cli->out_of_memory ? EXIT_PROGRAM : cli->output_failed ? EXIT_IO : EXIT_DONE;
}

int command_stats(int argc, char **argv)
{
    struct cli cli = {.command = "stats"};
    struct stats_request request = {.cli = &cli,
                                    .stats = {.until = INT64_MAX, .now = (int64_t)time(NULL)}};
    struct store store = {.db = NULL};
    int result = cli_parse_own(&cli, argc, argv, 0, help, own, &request);
    if (result == EXIT_DONE)
        result = check(&cli, &request);
    if (result != EXIT_DONE)
        return result;
    if (store_open(&store, request.store) != COMITY_OK ||
        stats_gather(&store, &request.stats) != COMITY_OK)
        result = submit_failed(&cli, &store);
    else
        result = show(&request);
    stats_free(&request.stats);
    store_close(&store);
    return submit_finish(&cli, result);
}
