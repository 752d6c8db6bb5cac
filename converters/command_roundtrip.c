/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity roundtrip: a document to another format, back, and compared value by value with what
 * it was: members, order, values, lexemes. */
#include "isolated.h"

#include "base/witness.h"
#include "io/source.h"
#include "runtime/context.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: comity roundtrip [-f FORMAT] [--via FORMAT] [IN...]\n\n"
    "Converts each document to the format of --via (convention-json), back, and compares the\n"
    "result with the document.  Exit status 3 where anything changed.\n\n"
    "  -f FORMAT            format of the input; without it each document is recognized\n"
    "  --via FORMAT         the format in between\n";

struct trip {
    struct cli *cli;
    struct buffer between, out;
    struct record_writer writer; /* of the first format */
    const struct format *format;
    struct buffer good; /* uint64_t offsets of the inputs that came back, in order */
};

static int to_buffer(void *user, const void *bytes, size_t size)
{
    buffer_add(user, bytes, size);
    return buffer_status(user) == COMITY_OK ? 0 : 1;
}

/* Of the document in between only errors are news: its warnings are those of the input. */
static void show_error(void *user, const struct comity_finding *finding)
{
    if (finding->severity == COMITY_ERROR)
        cli_finding(user, finding);
}

static comity_status come_back(void *user, struct comity_record *record)
{
    struct trip *trip = user;
    return write_record(&trip->writer, record, &trip->out);
}

static comity_status go(void *user, struct comity_record *record)
{
    struct trip *trip = user;
    struct cli *cli = trip->cli;
    struct comity_options options = cli->options;
    const char *via = cli->via ? cli->via : "convention-json";
    if (!trip->format) {
        struct findings findings = {
            .emit = cli_finding, .user = cli, .file = cli->options.file};
        trip->format = record->format;
        comity_status made =
            record_writer_init(&trip->writer, record->format, cli->from, &findings);
        if (made != COMITY_OK)
            return made;
    }
    if (record->format != trip->format)
        return COMITY_E_UNSUPPORTED; /* one writer, one format: name it with -f */
    buffer_clear(&trip->between);
    comity_status status = comity_record_write(record, via, to_buffer, &trip->between);
    if (status != COMITY_OK)
        return status;
    struct comity_input input = {.bytes = trip->between.bytes, .size = trip->between.size};
    options.from = via;
    options.check = 0; /* told while reading */
    options.file = "(in between)";
    options.finding = show_error;
    status = comity_read(cli->context, &options, &input, come_back, trip, NULL);
    uint64_t offset = record->record.tree->offset;
    size_t size = trip->good.size;
    bool is_known = size && memcmp(trip->good.bytes + size - sizeof offset, &offset,
                                   sizeof offset) == 0; /* another document of the same list */
    if (status == COMITY_OK && !is_known)
        buffer_add(&trip->good, (const char *)&offset, sizeof offset);
    return status;
}

/* --- comparing --- */

struct compare {
    struct cli *cli;
    const struct tree *was, *is;
    uint64_t differences;
};

static void differ(void *user, uint32_t node, const char *what)
{
    struct compare *c = user;
    struct findings findings = {
        .emit = cli_finding, .user = c->cli, .file = c->cli->options.file};
    c->differences++;
    if (c->differences <= 20)
        tree_report(c->was, &findings, node, COMITY_LOSS, "roundtrip.changed", NULL, NULL,
                    what);
}

static void print_json(const char *file, uint64_t differences)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "file", file);
    cJSON_AddBoolToObject(object, "changed", differences != 0);
    cJSON_AddNumberToObject(object, "differences", (double)differences);
    cli_print_object(stdout, object);
}

/* True for the next one of those that came back; the others failed and were told. */
static bool is_good(const struct trip *trip, const struct tree *tree, size_t *expected)
{
    uint64_t offset;
    if (*expected + sizeof offset > trip->good.size)
        return false;
    memcpy(&offset, trip->good.bytes + *expected, sizeof offset);
    if (offset != tree->offset)
        return false;
    *expected += sizeof offset;
    return true;
}

/* Compares the good documents of two streams, one after the other. */
static comity_status compare_streams(struct trip *trip, const char *text, size_t size,
                                     uint64_t *differences)
{
    struct comity *context = trip->cli->context;
    struct findings silent = {0};
    struct source sources[2];
    struct stream *streams[2] = {NULL, NULL};
    struct arena arenas[2];
    struct tree trees[2];
    struct compare compare = {.cli = trip->cli, .was = &trees[0], .is = &trees[1]};
    comity_status status = COMITY_OK;
    source_init_memory(&sources[0], text, size);
    source_init_memory(&sources[1], trip->out.bytes, trip->out.size);
    for (int i = 0; i < 2; i++) {
        arena_init(&arenas[i], 0);
        tree_init(&trees[i], &arenas[i]);
        if (status == COMITY_OK)
            status = stream_open(trip->format->syntax, &sources[i], &context->limits, NULL,
                                 &context->spare, &streams[i]);
    }
    size_t expected = 0; /* of trip->good */
    while (status == COMITY_OK) {
        witness_at(WITNESS_NOTHING, NULL);
        comity_status next[2] = {COMITY_END, COMITY_END};
        for (int i = 0; i < 2; i++) {
            do {
                arena_reset(&arenas[i]);
                next[i] = stream_next(streams[i], &trees[i], &silent);
            } while (next[i] == COMITY_E_INVALID || next[i] == COMITY_E_LIMIT ||
                     (i == 0 && next[i] == COMITY_OK && !is_good(trip, &trees[0], &expected)));
            if (next[i] == COMITY_E_CORRUPT)
                next[i] = COMITY_END; /* told while reading */
        }
        status = next[0] != COMITY_OK ? next[0] : next[1];
        if (next[0] == COMITY_OK && next[1] == COMITY_OK)
            tree_compare(compare.was, compare.is, differ, &compare);
        else if (next[0] != next[1])
            differ(&compare, 0, "another number of documents came back");
    }
    for (int i = 0; i < 2; i++) {
        stream_free(streams[i]);
        source_free(&sources[i]);
        tree_free(&trees[i]);
        arena_free(&arenas[i]);
    }
    *differences = compare.differences;
    return status == COMITY_END ? COMITY_OK : status;
}

/* The same of a form, whose text is a tree only by its template. */
struct form_trip {
    struct trip *trip;
    const struct comity_options *options;
    const struct tree *was; /* NULL: that tree comes first */
    uint64_t differences, documents;
};

static comity_status compare_form(void *user, struct session *session)
{
    struct form_trip *form = user;
    struct trip *trip = form->trip;
    uint16_t language;
    comity_status status = text_input_read(session, trip->format, &language);
    if (status != COMITY_OK)
        return status == COMITY_E_NOMEM ? status : COMITY_OK;
    form->documents++;
    if (form->was) {
        struct compare compare = {.cli = trip->cli, .was = form->was, .is = &session->tree};
        tree_compare(compare.was, compare.is, differ, &compare);
        form->differences += compare.differences;
        return COMITY_OK;
    }
    struct session back;
    struct comity_result result = COMITY_RESULT_INIT;
    struct comity_input input = {.bytes = trip->out.bytes, .size = trip->out.size};
    struct form_trip other = *form;
    other.was = &session->tree;
    other.documents = 0;
    status = session_open(&back, session->context, form->options, &result);
    if (status == COMITY_OK)
        status = session_trees(&back, &input, SYNTAX_TEXT, compare_form, &other);
    session_close(&back);
    if (!other.documents && status == COMITY_OK) {
        struct compare compare = {.cli = trip->cli, .was = &session->tree};
        differ(&compare, 1, "what came back is no such form");
        other.differences = 1;
    }
    form->differences = other.differences;
    return status;
}

static comity_status compare_forms(struct trip *trip, const char *text, size_t size,
                                   uint64_t *differences)
{
    struct session session;
    struct comity_result result = COMITY_RESULT_INIT;
    struct comity_options options = trip->cli->options;
    struct comity_input input = {.bytes = text, .size = size};
    struct form_trip form = {.trip = trip, .options = &options};
    options.from = trip->cli->from ? trip->cli->from : trip->format->id;
    options.finding = NULL; /* told while reading */
    options.check = 0;
    comity_status status = session_open(&session, trip->cli->context, &options, &result);
    if (status == COMITY_OK)
        status = session_trees(&session, &input, SYNTAX_TEXT, compare_form, &form);
    session_close(&session);
    *differences = form.differences;
    return status;
}

static void tell(struct trip *trip, uint64_t differences)
{
    if (differences)
        trip->cli->result.failed_output++;
    if (!trip->cli->json && !trip->cli->quiet) {
        cli_print_safely(stdout, trip->cli->options.file);
        printf(": %s, %llu difference%s\n", differences ? "changed" : "unchanged",
               (unsigned long long)differences, differences == 1 ? "" : "s");
    }
    if (trip->cli->json)
        print_json(trip->cli->options.file, differences);
}

static bool round_trip(struct cli *cli, const char *name, const struct comity_input *file,
                       void *user)
{
    (void)user;
    struct trip trip = {.cli = cli};
    size_t size = 0;
    char *text = cli_read_all(cli, file, name, &size);
    if (!text)
        return true;
    struct comity_input input = {.bytes = text, .size = size};
    buffer_init(&trip.between, 0);
    buffer_init(&trip.out, 0);
    buffer_init(&trip.good, 0);
    comity_status status =
        comity_read(cli->context, &cli->options, &input, go, &trip, &cli->result);
    if ((status == COMITY_OK || status == COMITY_E_INVALID) && trip.format) {
        finish_writing(&trip.writer, &trip.out);
        status = buffer_status(&trip.out);
        uint64_t differences = 0;
        if (status == COMITY_OK)
            status = (trip.format->syntax == SYNTAX_JSON || trip.format->syntax == SYNTAX_XML
                          ? compare_streams
                          : compare_forms)(&trip, text, size, &differences);
        if (status == COMITY_OK)
            tell(&trip, differences);
    }
    cli_status(cli, status);
    if (trip.format)
        record_writer_free(&trip.writer);
    buffer_free(&trip.between);
    buffer_free(&trip.out);
    buffer_free(&trip.good);
    free(text);
    return true;
}

static void roundtrip(struct cli *cli)
{
    cli_each(cli, round_trip, NULL);
}

const struct cli_body body_roundtrip = {
    .name = "roundtrip", .run = roundtrip, .holds_all = true};

int command_roundtrip(int argc, char **argv)
{
    struct cli cli;
    int status = cli_parse(&cli, argc, argv,
                           TAKES_FROM | TAKES_VIA | TAKES_CONVERSION | TAKES_ISOLATE, help);
    return status == EXIT_DONE ? cli_run(&cli, &body_roundtrip) : status;
}
