/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Findings as people read them, and as JSON lines. */
#include "isolated.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static const char *const severity_names[] = {"note", "warning", "loss", "error"};

static void add_text(cJSON *object, const char *name, const char *text)
{
    if (text)
        cJSON_AddStringToObject(object, name, text);
}

void cli_print_object(FILE *to, cJSON *object)
{
    char *text = cJSON_PrintUnformatted(object);
    for (const unsigned char *p = (const unsigned char *)text; p && *p; p++) {
        /* which JSON allows as they are, and terminals obey */
        if (*p == 0x7F)
            fputs("\\u007f", to);
        else if (p[0] == 0xC2 && p[1] >= 0x80 && p[1] < 0xA0)
            fprintf(to, "\\u%04x", *++p);
        else
            fputc(*p, to);
    }
    if (text)
        fputc('\n', to);
    cJSON_free(text);
    cJSON_Delete(object);
}

void cli_print_finding(FILE *to, const struct comity_finding *finding)
{
    cJSON *object = cJSON_CreateObject();
    add_text(object, "severity", severity_names[finding->severity]);
    add_text(object, "code", finding->code);
    add_text(object, "message", finding->message);
    add_text(object, "file", finding->file);
    if (finding->line) {
        cJSON_AddNumberToObject(object, "line", (double)finding->line);
        cJSON_AddNumberToObject(object, "column", (double)finding->column);
        cJSON_AddNumberToObject(object, "offset", (double)finding->offset);
    }
    add_text(object, "source", finding->source);
    add_text(object, "field", finding->field);
    add_text(object, "format", finding->format);
    add_text(object, "hint", finding->hint);
    cli_print_object(to, object);
}

void cli_print_safely(FILE *to, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        bool c1 = p[0] == 0xC2 && p[1] >= 0x80 && p[1] < 0xA0;
        if (*p < 0x20 || *p == 0x7F)
            fprintf(to, "\\x%02x", *p);
        else if (c1)
            fprintf(to, "\\x%02x", *++p);
        else
            fputc(*p, to);
    }
}

static void print_text(const struct cli *cli, const struct comity_finding *finding)
{
    FILE *to = cli->findings;
    if (finding->file)
        cli_print_safely(to, finding->file);
    if (finding->line)
        fprintf(to, ":%llu:%llu", (unsigned long long)finding->line,
                (unsigned long long)finding->column);
    fprintf(to, "%s%s: ", finding->file ? ": " : "", severity_names[finding->severity]);
    cli_print_safely(to, finding->message);
    fprintf(to, " [%s]\n", finding->code);
    bool has_source = finding->source && *finding->source;
    if (has_source || finding->field) {
        fputs("    at ", to);
        cli_print_safely(to, has_source ? finding->source : finding->field);
        if (has_source && finding->field) {
            fputs(", field ", to);
            cli_print_safely(to, finding->field);
        }
        fputc('\n', to);
    }
    if (finding->hint) {
        fputs("    ", to);
        cli_print_safely(to, finding->hint);
        fputc('\n', to);
    }
}

/* What --trace asked for. */
static bool is_trace(const struct comity_finding *finding)
{
    return strcmp(finding->code, "model.trace") == 0;
}

/* True once a code was shown so often that more of it would bury the rest. */
static bool is_enough(struct cli *cli, const struct comity_finding *finding)
{
    const char *code = finding->code;
    if (cli->verbose || cli->findings == stdout || is_trace(finding))
        return false;
    for (size_t i = 0; i < MAX_CODES; i++) {
        if (!cli->alike[i].code)
            cli->alike[i].code = strdup(code);
        if (cli->alike[i].code && strcmp(cli->alike[i].code, code) == 0)
            return ++cli->alike[i].count > MAX_ALIKE;
    }
    return false;
}

void cli_print_counts(struct cli *cli)
{
    for (size_t i = 0; i < MAX_CODES && cli->alike[i].code; i++) {
        if (cli->alike[i].count > MAX_ALIKE)
            fprintf(cli->findings,
                    "and %llu more [%s]; -v shows all, --report FILE keeps them\n",
                    (unsigned long long)(cli->alike[i].count - MAX_ALIKE), cli->alike[i].code);
        free(cli->alike[i].code);
    }
}

void cli_finding(void *user, const struct comity_finding *finding)
{
    struct cli *cli = user;
    if (cli->remote) {
        cli->remote->finding(cli->remote->user, finding);
        return;
    }
    if (cli->report)
        cli_print_finding(cli->report, finding);
    if (cli->report == cli->findings || (cli->quiet && finding->severity < COMITY_ERROR) ||
        (!cli->verbose && finding->severity == COMITY_NOTE && !is_trace(finding)))
        return;
    if (cli->json)
        cli_print_finding(cli->findings, finding);
    else if (!is_enough(cli, finding))
        print_text(cli, finding);
}

void cli_report(struct cli *cli, int32_t severity, const char *code, const char *file,
                const char *message, const char *hint)
{
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = severity,
                                     .code = code,
                                     .message = message,
                                     .file = file,
                                     .hint = hint};
    cli_finding(cli, &finding);
}
