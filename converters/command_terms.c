/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity terms: the bracketed terms of documents and of plain text. */
#include "cli_output.h"
#include "isolated.h"

#include "model/terms_check.h"
#include "runtime/context.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: comity terms inventory|resolve|check [-f FORMAT] [IN...]\n\n"
    "The convention's bracketed terms, \"[data] [information]\", in documents of any format "
    "and\n"
    "in plain text (docs/terminology.md).\n\n"
    "  inventory            how often each term's set stands there\n"
    "  resolve              writes the text, or the document in its own format, with the sets\n"
    "                       resolved as --terminology data, information or FILE says\n"
    "  check                sets that are almost those of the catalogue, and mixed voices\n\n"
    "  -f FORMAT            format of the input, or text; without it each input is "
    "recognized,\n"
    "                       and what is no format is plain text\n"
    "  -o FILE              output of resolve, which appears whole or not at all\n"
    "  --overwrite          replace FILE where it exists\n";

struct terms_run {
    struct cli *cli;
    const char *name;         /* of the input at hand */
    uint64_t *counts;         /* by term: inventory */
    struct cli_output output; /* of resolve */
    uint64_t errors;          /* of check, in the document at hand */
    const char *format;
    bool is_mixed; /* documents of several formats */
    bool (*document)(struct terms_run *run, const char *format,
                     const struct comity_input *input);
    void (*text)(struct terms_run *run, const struct comity_input *input);
};

/* --- what an input is */

static void note_format(void *user, const struct comity_match *matches, size_t count)
{
    struct terms_run *run = user;
    bool is_sure = count == 1 || (count > 1 && matches[0].score > matches[1].score);
    const char *format = is_sure ? matches[0].format : NULL;
    if (!format || (run->format && strcmp(run->format, format) != 0))
        run->is_mixed = run->is_mixed || run->format || count > 1;
    if (format)
        run->format = format;
}

/* True if bytes begin as JSON's objects and XML do: then a fault in them is a fault, and they
 * are no plain text. */
static bool looks_marked_up(const struct comity_input *input)
{
    const char *bytes = input->bytes;
    size_t at = 0;
    if (input->size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        at = 3;
    while (at < input->size && memchr(" \t\r\n", bytes[at], 4))
        at++;
    return at < input->size && (bytes[at] == '{' || bytes[at] == '<');
}

/* The format of an input; NULL: plain text.  False (told): it cannot be told. */
static bool recognize(struct terms_run *run, const struct comity_input *input,
                      const char **format)
{
    struct cli *cli = run->cli;
    struct comity_options silent = COMITY_OPTIONS_INIT;
    struct comity_result result = COMITY_RESULT_INIT;
    *format = NULL;
    if (cli->from) {
        *format = strcmp(cli->from, "text") == 0 ? NULL : cli->from;
        return true;
    }
    run->format = NULL;
    run->is_mixed = false;
    comity_status status =
        comity_detect(cli->context, &silent, input, note_format, run, &result);
    if (status == COMITY_E_NOMEM) {
        cli_status(cli, status);
        return false;
    }
    *format = run->format;
    if (run->is_mixed) {
        cli_report(cli, COMITY_ERROR, "plugin.tie", run->name,
                   "the input is of several formats", "name the one with -f");
        cli->result.failed_unknown++;
        return false;
    }
    if (run->format || !result.failed_input || !looks_marked_up(input))
        return true;
    struct comity_options loud = cli->options; /* what is wrong with it, once more and aloud */
    comity_detect(cli->context, &loud, input, note_format, run, &cli->result);
    return false;
}

static bool each_input(struct cli *cli, const char *name, const struct comity_input *input,
                       void *user)
{
    struct terms_run *run = user;
    struct comity_input bytes = *input;
    const char *format = NULL;
    char *text = cli_read_all(cli, input, name, &bytes.size);
    bytes.bytes = text;
    run->name = name;
    if (text && recognize(run, &bytes, &format)) {
        if (format)
            run->document(run, format, &bytes);
        else
            run->text(run, &bytes);
    }
    free(text);
    return !cli->output_failed && !cli->out_of_memory && !cli->wrong_usage;
}

/* Reads the records of a document. */
static bool each_record(struct terms_run *run, const char *format,
                        const struct comity_input *input, comity_record_fn *each)
{
    struct cli *cli = run->cli;
    struct comity_options options = cli->options;
    options.from = format;
    options.no_provenance = 1;
    cli_status(cli, comity_read(cli->context, &options, input, each, run, &cli->result));
    return true;
}

/* --- inventory */

static void count_sets(struct terms_run *run, const char *text, size_t len)
{
    struct term_walk walk;
    struct term_span span;
    term_walk_init(&walk, &run->cli->context->terms, NULL, text, len);
    while (term_walk_next(&walk, &span))
        run->counts[span.term]++;
}

static comity_status count_prose(void *user, struct value *value)
{
    count_sets(user, value->text, value->len);
    return COMITY_OK;
}

static comity_status count_record(void *user, struct comity_record *record)
{
    return record_each_prose(record->record.root, count_prose, user);
}

static bool inventory_document(struct terms_run *run, const char *format,
                               const struct comity_input *input)
{
    return each_record(run, format, input, count_record);
}

static void inventory_text(struct terms_run *run, const struct comity_input *input)
{
    count_sets(run, input->bytes, input->size);
    run->cli->result.documents++;
}

static void print_inventory(const struct terms_run *run)
{
    const struct terms *terms = &run->cli->context->terms;
    cJSON *list = run->cli->json ? cJSON_CreateArray() : NULL;
    for (size_t i = 0; i < terms->count; i++) {
        if (!run->counts[i])
            continue;
        if (!list) {
            printf("%8llu  %s\n", (unsigned long long)run->counts[i], terms->terms[i].id);
            continue;
        }
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "term", terms->terms[i].id);
        cJSON_AddNumberToObject(object, "occurrences", (double)run->counts[i]);
        cJSON_AddItemToArray(list, object);
    }
    if (list)
        cli_print_object(stdout, list);
}

/* --- resolve */

static bool resolve_document(struct terms_run *run, const char *format,
                             const struct comity_input *input)
{
    struct cli *cli = run->cli;
    struct comity_options options = cli->options;
    options.from = options.to = format;
    options.no_provenance = 1;
    comity_status status = comity_convert(cli->context, &options, input, cli_output_write,
                                          &run->output, &cli->result);
    if (!(status == COMITY_E_IO && cli->output_failed))
        cli_status(cli, status);
    return true;
}

/* The choices of plain text: those of a session without a document. */
static void resolve_text(struct terms_run *run, const struct comity_input *input)
{
    struct cli *cli = run->cli;
    struct comity_options options = cli->options;
    struct session session;
    struct buffer out;
    options.from = NULL; /* "text" is no format */
    buffer_init(&out, 0);
    comity_status status = session_open(&session, cli->context, &options, &cli->result);
    if (status == COMITY_OK && !session.voice) /* a text knows of no sets that it had */
        buffer_add(&out, input->bytes, input->size);
    else if (status == COMITY_OK)
        status = terms_resolve(&cli->context->terms, &session.choices, input->bytes,
                               input->size, &out);
    session_close(&session);
    if (status == COMITY_E_LIMIT) {
        cli_report(cli, COMITY_ERROR, "limit.nesting", run->name,
                   "sets of terms stand deeper inside one another than 16", NULL);
        cli->result.failed_input++;
    } else if (status != COMITY_OK) {
        cli_status(cli, status);
    } else if (cli_output_write(&run->output, out.bytes ? out.bytes : "", out.size) == 0) {
        cli->result.documents++;
    }
    buffer_free(&out);
}

/* --- check */

struct text_place {
    struct terms_run *run;
    const char *text;
    size_t at;
    uint64_t line, column;
};

static void tell_in_text(void *user, const struct term_fault *fault)
{
    struct text_place *place = user;
    if (fault->offset < place->at) { /* a second look at the text: from its beginning */
        place->at = 0;
        place->line = place->column = 1;
    }
    for (; place->at < fault->offset; place->at++) {
        unsigned char c = (unsigned char)place->text[place->at];
        place->line += c == '\n';
        place->column = c == '\n' ? 1 : place->column + ((c & 0xC0) != 0x80);
    }
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = fault->severity,
                                     .code = fault->code,
                                     .message = fault->message,
                                     .file = place->run->name,
                                     .line = place->line,
                                     .column = place->column,
                                     .offset = fault->offset};
    place->run->errors += fault->severity >= place->run->cli->options.fail_on;
    cli_finding(place->run->cli, &finding);
}

/* Counts a document that was checked: one with errors is bad as it stands. */
static void count_checked(struct terms_run *run)
{
    struct comity_result *result = &run->cli->result;
    if (!run->errors)
        result->documents++;
    else if (run->cli->options.fail_on == COMITY_ERROR)
        result->failed_input++;
    else
        result->failed_output++;
}

static void check_text(struct terms_run *run, const struct comity_input *input)
{
    struct text_place place = {run, input->bytes, 0, 1, 1};
    run->errors = 0;
    terms_check(&run->cli->context->terms, input->bytes, input->size, tell_in_text, &place);
    count_checked(run);
}

struct record_place {
    const struct comity_record *record;
    struct findings *findings;
    struct value *value;
};

static void tell_in_value(void *user, const struct term_fault *fault)
{
    struct record_place *place = user;
    char message[400];
    snprintf(message, sizeof message, "%s: %.*s", fault->message,
             clip(place->value->text + fault->offset, fault->len, 120),
             place->value->text + fault->offset);
    record_report(&place->record->record, place->findings, place->value, fault->severity,
                  fault->code, NULL, message);
}

static comity_status check_prose(void *user, struct value *value)
{
    struct record_place *place = user;
    place->value = value;
    terms_check(&place->record->session->context->terms, value->text, value->len, tell_in_value,
                place);
    return COMITY_OK;
}

static comity_status check_record(void *user, struct comity_record *record)
{
    struct terms_run *run = user;
    struct findings *findings = &record->session->findings;
    struct findings before = *findings;
    struct record_place place = {.record = record, .findings = findings};
    record_check_terms(&record->record, &record->session->context->terms, findings);
    comity_status status = record_each_prose(record->record.root, check_prose, &place);
    int32_t fail_on = run->cli->options.fail_on;
    run->errors = findings_at_least(findings, fail_on) - findings_at_least(&before, fail_on);
    if (run->errors && fail_on == COMITY_ERROR) {
        /* The reading was good: what is bad is the document, and the exit status says so. */
        memcpy(findings->counts, before.counts, sizeof before.counts);
        run->cli->result.failed_input++;
        run->cli->result.documents--;
    }
    return status;
}

static bool check_document(struct terms_run *run, const char *format,
                           const struct comity_input *input)
{
    return each_record(run, format, input, check_record);
}

/* --- the command */

static void inventory(struct cli *cli)
{
    uint64_t counts[TERMS_MAX] = {0};
    struct terms_run run = {.cli = cli,
                            .output = {.cli = cli},
                            .counts = counts,
                            .document = inventory_document,
                            .text = inventory_text};
    cli_each(cli, each_input, &run);
    if (cli->context)
        print_inventory(&run);
}

static void resolve(struct cli *cli)
{
    struct terms_run run = {
        .cli = cli, .output = {.cli = cli}, .document = resolve_document, .text = resolve_text};
    cli_each(cli, each_input, &run);
    cli_output_end(&run.output);
}

static void check(struct cli *cli)
{
    struct terms_run run = {
        .cli = cli, .output = {.cli = cli}, .document = check_document, .text = check_text};
    cli_each(cli, each_input, &run);
}

const struct cli_body body_terms_inventory = {
    .name = "terms inventory", .run = inventory, .holds_all = true};
const struct cli_body body_terms_resolve = {
    .name = "terms resolve", .run = resolve, .gives_data = true, .holds_all = true};
const struct cli_body body_terms_check = {
    .name = "terms check", .run = check, .holds_all = true};

/* The body that a word behind the command asks for; NULL: none. */
static const struct cli_body *body_of(const char *word)
{
    return strcmp(word, "inventory") == 0 ? &body_terms_inventory
           : strcmp(word, "resolve") == 0 ? &body_terms_resolve
           : strcmp(word, "check") == 0   ? &body_terms_check
                                          : NULL;
}

int command_terms(int argc, char **argv)
{
    struct cli cli;
    const struct cli_body *body = body_of(argc > 1 ? argv[1] : "");
    bool is_resolve = body == &body_terms_resolve;
    unsigned takes = TAKES_FROM | TAKES_CONVERSION | TAKES_ISOLATE;
    if (body) { /* the word goes, the command's own name stays in front */
        argv[1] = argv[0];
        argv++;
        argc--;
    }
    int status = cli_parse(&cli, argc, argv, takes | (is_resolve ? TAKES_OUTPUT : 0), help);
    if (status != EXIT_DONE)
        return status;
    bool is_chosen = cli.options.choices || cli.options.terminology;
    if (!body || (is_resolve && !is_chosen)) {
        fputs(body ? "comity terms resolve: --terminology data, information or FILE says how\n"
                   : "comity terms: inventory, resolve or check\n",
              stderr);
        cli.wrong_usage = true;
        return cli_finish(&cli);
    }
    return cli_run(&cli, body);
}
