/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity diff: what two documents say differently in the canonical model, whatever their
 * formats.  Where a record came from is no difference; what is kept is one only where both are
 * of the same format. */
#include "isolated.h"

#include "runtime/context.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: comity diff [-f FORMAT] A B\n\n"
    "Compares two documents, or two streams of them, in the canonical model.  Lines that "
    "begin\n"
    "with - stand in A alone, with + in B alone.  Exit status 3 where they differ.\n";

struct line {
    char *path, *text;
    uint64_t document;
};

struct side {
    struct line *lines;
    size_t count, room;
    uint64_t documents;
    const char *format; /* id of the first document's */
    bool failed;
};

static void add_line(void *user, const char *path, const char *text, size_t len)
{
    struct side *side = user;
    if (strncmp(path, "provenance", 10) == 0)
        return;
    if (side->count == side->room) {
        size_t room = side->room ? 2 * side->room : 64;
        struct line *more = realloc(side->lines, room * sizeof *more);
        if (!more) {
            side->failed = true;
            return;
        }
        side->lines = more;
        side->room = room;
    }
    struct line line = {
        .path = strdup(path), .text = strndup(text, len), .document = side->documents};
    if (!line.path || !line.text) {
        free(line.path);
        free(line.text);
        side->failed = true;
        return;
    }
    side->lines[side->count++] = line;
}

static comity_status add_record(void *user, struct comity_record *record)
{
    struct side *side = user;
    if (!side->format)
        side->format = record->format->id;
    comity_status status = comity_record_each(record, add_line, side);
    side->documents++;
    return side->failed ? COMITY_E_NOMEM : status;
}

static void free_side(struct side *side)
{
    for (size_t i = 0; i < side->count; i++) {
        free(side->lines[i].path);
        free(side->lines[i].text);
    }
    free(side->lines);
}

static void print_line(const struct cli *cli, char sign, const struct line *line)
{
    if (!cli->json) {
        printf("%c %llu: ", sign, (unsigned long long)line->document + 1);
        cli_print_safely(stdout, line->path);
        fputs(": ", stdout);
        cli_print_safely(stdout, line->text);
        putchar('\n');
        return;
    }
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "in", sign == '-' ? "A" : "B");
    cJSON_AddNumberToObject(object, "document", (double)line->document + 1);
    cJSON_AddStringToObject(object, "field", line->path);
    cJSON_AddStringToObject(object, "text", line->text);
    cli_print_object(stdout, object);
}

static int by_path(const void *a, const void *b)
{
    const struct line *left = a, *right = b;
    if (left->document != right->document)
        return left->document < right->document ? -1 : 1;
    int order = strcmp(left->path, right->path);
    return order ? order : strcmp(left->text, right->text);
}

/* Both sides are sorted: what stands in one alone is told in one run. */
static uint64_t compare(const struct cli *cli, const struct side *a, const struct side *b,
                        bool with_kept)
{
    uint64_t differences = 0;
    for (size_t i = 0, k = 0; i < a->count || k < b->count;) {
        int order = i == a->count   ? 1
                    : k == b->count ? -1
                                    : by_path(&a->lines[i], &b->lines[k]);
        const struct line *line = order <= 0 ? &a->lines[i] : &b->lines[k];
        i += order <= 0;
        k += order >= 0;
        if (order == 0 || (!with_kept && strncmp(line->path, "kept:", 5) == 0))
            continue;
        print_line(cli, order < 0 ? '-' : '+', line);
        differences++;
    }
    return differences;
}

static void read_side(struct cli *cli, const char *name, struct side *side)
{
    struct comity_input input;
    if (!cli_input(cli, name, &input))
        return;
    cli->options.file = name;
    cli_status(
        cli, comity_read(cli->context, &cli->options, &input, add_record, side, &cli->result));
    cli_input_close(&input);
    if (side->count)
        qsort(side->lines, side->count, sizeof *side->lines, by_path);
}

static void diff(struct cli *cli)
{
    struct side sides[2] = {{0}, {0}};
    for (int i = 0; cli_open(cli) && i < 2; i++)
        read_side(cli, cli->inputs[i], &sides[i]);
    if (sides[0].format && sides[1].format)
        cli->differs = compare(cli, &sides[0], &sides[1],
                               strcmp(sides[0].format, sides[1].format) == 0) != 0;
    free_side(&sides[0]);
    free_side(&sides[1]);
}

const struct cli_body body_diff = {.name = "diff", .run = diff, .holds_all = true};

int command_diff(int argc, char **argv)
{
    struct cli cli;
    int status = cli_parse(&cli, argc, argv, TAKES_FROM | TAKES_ISOLATE, help);
    if (status != EXIT_DONE)
        return status;
    if (cli.input_count != 2) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    return cli_run(&cli, &body_diff);
}
