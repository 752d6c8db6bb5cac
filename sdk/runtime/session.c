/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One run through the documents of an input: bytes, trees, records.  A bad document is
 * counted and the next one is read.  Knows nothing of what is done with the records. */
#include "base/witness.h"
#include "runtime/context.h"

#include <errno.h>
#include <stdio.h>

#define HEAD_WANTED 4096u

static uint64_t failed_count(const struct comity_result *result)
{
    return result->failed_input + result->failed_unknown + result->failed_output +
           result->failed_plugin;
}

static void report_plain(struct session *session, int32_t severity, const char *code,
                         const char *message, const char *hint)
{
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = severity,
                                     .code = code,
                                     .message = message,
                                     .hint = hint};
    findings_add(&session->findings, &finding);
}

comity_status missing_format(const struct comity *context, const char *spec)
{
    size_t len = strcspn(spec, ":");
    for (size_t i = 0; i < context->format_count; i++)
        if (strlen(context->formats[i]->id) == len &&
            memcmp(context->formats[i]->id, spec, len) == 0)
            return COMITY_E_USAGE; /* the format is there: it was the option */
    return COMITY_E_PLUGIN;
}

comity_status session_open(struct session *session, struct comity *context,
                           const struct comity_options *options, struct comity_result *result)
{
    memset(session, 0, sizeof *session);
    session->context = context;
    session->options = options;
    session->result = result;
    session->findings.emit = options->finding;
    session->findings.user = options->user;
    session->findings.file = options->file;
    arena_init(&session->arena, context->limits.memory);
    arena_init(&session->settings, context->limits.memory);
    tree_init(&session->tree, &session->arena);
    comity_status status = check_open(session);
    if (status == COMITY_OK)
        status = terminology_open(session);
    if (status != COMITY_OK || !options->from)
        return status;
    session->from = find_format(context, options->from, &session->findings);
    if (!session->from)
        return missing_format(context, options->from);
    if (format_can_read(session->from))
        return format_charset(session->from, options->from, &session->findings,
                              &session->charset);
    report_plain(session, COMITY_ERROR, "plugin.cannot-read", "this format is written only",
                 "comity formats says which formats are read");
    return COMITY_E_USAGE;
}

void session_close(struct session *session)
{
    if (session->result) {
        session->result->notes += session->findings.counts[COMITY_NOTE];
        session->result->warnings += session->findings.counts[COMITY_WARNING];
        session->result->losses += session->findings.counts[COMITY_LOSS];
        session->result->errors += session->findings.counts[COMITY_ERROR];
    }
    tree_free(&session->tree);
    arena_free(&session->arena);
    arena_free(&session->settings);
}

static void report_io(struct session *session, const struct source *source)
{
    char message[200];
    snprintf(message, sizeof message, "the input cannot be read: %s", strerror(source->error));
    report_plain(session, COMITY_ERROR, "io.read", message, NULL);
}

static comity_status run_stream(struct session *session, struct source *source,
                                struct stream *stream, tree_fn *each, void *user)
{
    comity_status status;
    bool any = false;
    do {
        arena_reset(&session->arena);
        witness_at(WITNESS_NOTHING, NULL);
        status = stream_next(stream, &session->tree, &session->findings);
        if (status == COMITY_OK)
            status = each(user, session);
        else if (status == COMITY_E_INVALID || status == COMITY_E_LIMIT ||
                 status == COMITY_E_CORRUPT)
            session->result->failed_input++;
        any = any || status != COMITY_END;
    } while (status == COMITY_OK || status == COMITY_E_INVALID || status == COMITY_E_LIMIT);
    if (status == COMITY_E_IO && source->error)
        report_io(session, source);
    if (status == COMITY_E_NOMEM)
        report_plain(session, COMITY_ERROR, "limit.memory", "there is not enough memory", NULL);
    if (status == COMITY_END && !any) {
        report_plain(session, COMITY_ERROR, "model.no-document", "the input holds no document",
                     NULL);
        session->result->failed_input++;
    }
    return status == COMITY_END || status == COMITY_E_CORRUPT ? COMITY_OK : status;
}

/* A file of text holds one document. */
static comity_status run_text(struct session *session, struct source *source, tree_fn *each,
                              void *user)
{
    comity_status status = text_input_run(session, source, each, user);
    if (status == COMITY_E_IO && source->error)
        report_io(session, source);
    if (status == COMITY_E_NOMEM)
        report_plain(session, COMITY_ERROR, "limit.memory", "there is not enough memory", NULL);
    if (status != COMITY_END)
        return status;
    report_plain(session, COMITY_ERROR, "model.no-document", "the input holds no document",
                 NULL);
    session->result->failed_input++;
    return COMITY_OK;
}

comity_status session_trees(struct session *session, const struct comity_input *input,
                            enum syntax_id syntax, tree_fn *each, void *user)
{
    struct source source;
    struct stream *stream = NULL;
    /* room for one document and for what shows that it is over the limit */
    size_t window = session->context->limits.bytes + HEAD_WANTED;
    if (input->bytes)
        source_init_memory(&source, input->bytes, input->size);
    else
        source_init_fd(&source, input->fd, window);
    comity_status status = source_fill(&source, HEAD_WANTED);
    if (status == COMITY_E_IO)
        report_io(session, &source);
    if (status == COMITY_OK) {
        bool is_known = syntax != 0;
        if (!syntax)
            syntax = syntax_sniff(source.bytes, source.size);
        if (syntax == SYNTAX_CSV || syntax == SYNTAX_LINES ||
            (syntax == SYNTAX_JSON && !is_known && text_input_looks(session, &source)))
            syntax = SYNTAX_TEXT;
        if (!syntax)
            syntax = SYNTAX_JSON; /* nothing but white space: no document */
        if (syntax != SYNTAX_TEXT)
            status = stream_open(syntax, &source, &session->context->limits, NULL,
                                 &session->context->spare, &stream);
    }
    if (status == COMITY_OK)
        status = syntax == SYNTAX_TEXT ? run_text(session, &source, each, user)
                                       : run_stream(session, &source, stream, each, user);
    stream_free(stream);
    source_free(&source);
    return status;
}

/* What session_run() carries through the trees. */
struct run {
    comity_record_fn *each;
    void (*stopped)(void *user, struct comity_record *record); /* or NULL */
    void *user;
};

static comity_status read_record(struct comity_record *record, const struct format *format,
                                 uint32_t *after)
{
    struct session *session = record->session;
    comity_status status = record_init(&record->record, &session->arena, &session->tree);
    if (status != COMITY_OK)
        return status;
    record->format = format;
    if (format->t && !format->described.reader) {
        status = template_read(format->t, &record->record, &session->findings, after,
                               session->language, session->options->trace != 0);
        record->node = session->tree.parts ? 1 : *after;
        return status;
    }
    if (*after)
        return COMITY_END;
    *after = record->node = 1;
    record->record.root->node = 1;
    return format->kind == FORMAT_PLUGIN
               ? host_read(record)
               : convention_read(&record->record, &session->tree, false, &session->findings);
}

/* True if the findings of this document stop it. */
static bool is_stopped(const struct session *session, uint64_t before)
{
    return findings_at_least(&session->findings, session->options->fail_on) > before;
}

/* Counts a document that was not done, and tells who writes. */
static comity_status stop_record(const struct run *run, struct comity_record *record,
                                 uint64_t *count)
{
    ++*count;
    if (run->stopped)
        run->stopped(run->user, record);
    return COMITY_OK;
}

static comity_status run_record(struct session *session, const struct format *format,
                                const struct run *run, uint32_t *after)
{
    struct comity_record record = {.session = session};
    struct comity_result *result = session->result;
    uint64_t before = findings_at_least(&session->findings, session->options->fail_on);
    witness_at(WITNESS_READS, format->id);
    comity_status status = read_record(&record, format, after);
    if (status == COMITY_END || status == COMITY_E_NOMEM)
        return status;
    if (status == COMITY_OK && session->options->trace)
        account_trace_kept(&record);
    if (status == COMITY_OK)
        status = beside_take(&record);
    if (status == COMITY_OK && !session->options->no_provenance)
        status = supply_provenance(&record);
    if (status == COMITY_OK)
        status = supply_settings(&record);
    if (status == COMITY_OK && session->options->check)
        check_rules(&record);
    if (status == COMITY_OK)
        status = terminology_apply(&record);
    if (status == COMITY_E_NOMEM)
        return status;
    if (status == COMITY_E_PLUGIN)
        return stop_record(run, &record, &result->failed_plugin);
    if (status != COMITY_OK || is_stopped(session, before))
        return stop_record(run, &record,
                           status != COMITY_OK || session->options->fail_on == COMITY_ERROR
                               ? &result->failed_input
                               : &result->failed_output);
    status = run->each(run->user, &record);
    if (status == COMITY_E_NOMEM || status == COMITY_E_IO || status == COMITY_E_CANCELLED ||
        status == COMITY_E_USAGE)
        return status;
    if (status != COMITY_OK || is_stopped(session, before))
        return stop_record(run, &record,
                           status == COMITY_E_PLUGIN ? &result->failed_plugin
                                                     : &result->failed_output);
    result->documents++;
    account_leaves(&record, result);
    return COMITY_OK;
}

static comity_status run_tree(void *user, struct session *session)
{
    const struct run *run = user;
    const struct format *format = session->from;
    if (tree_node(&session->tree, 1)->kind == COMITY_NODE_NULL) {
        tree_report(&session->tree, &session->findings, 1, COMITY_ERROR, "model.no-document",
                    NULL, NULL, "null alone is no document");
        session->result->failed_input++;
        return COMITY_OK;
    }
    if (!format)
        format = detect_format(session->context, &session->tree, &session->findings);
    if (!format) {
        session->result->failed_unknown++;
        return COMITY_OK;
    }
    session->findings.format = format->id;
    session->is_hashed = false;
    uint32_t after = 0;
    comity_status status = COMITY_OK;
    if (format->syntax == SYNTAX_TEXT || format->syntax == SYNTAX_CSV ||
        format->syntax == SYNTAX_LINES)
        status = text_input_read(session, format, &session->language);
    else if (format->t && !format->described.reader)
        status = template_normalize(format->t, &session->tree);
    if (status == COMITY_E_INVALID || status == COMITY_E_LIMIT) {
        session->findings.format = NULL;
        return COMITY_OK;
    }
    uint64_t met = 0;
    while (status == COMITY_OK) {
        status = run_record(session, format, run, &after);
        met += status == COMITY_OK;
    }
    if (status == COMITY_END && !met) {
        tree_report(&session->tree, &session->findings, 1, COMITY_ERROR, "model.no-document",
                    NULL, NULL, "the list holds no document");
        session->result->failed_input++;
    }
    session->findings.format = NULL;
    return status == COMITY_END ? COMITY_OK : status;
}

comity_status session_run(struct comity *context, const struct comity_options *options,
                          const struct comity_input *input, comity_record_fn *each,
                          void (*stopped)(void *user, struct comity_record *record),
                          void *each_user, struct comity_result *result)
{
    struct session session;
    struct comity_result own = COMITY_RESULT_INIT;
    struct run run = {each, stopped, each_user};
    if (!result)
        result = &own;
    uint64_t failed = failed_count(result);
    comity_status status = session_open(&session, context, options, result);
    if (status == COMITY_OK)
        status = session_trees(&session, input, session.from ? session.from->syntax : 0,
                               run_tree, &run);
    session_close(&session);
    if (status == COMITY_OK && failed_count(result) > failed)
        status = COMITY_E_INVALID;
    return status;
}

comity_status comity_read(struct comity *context, const struct comity_options *options,
                          const struct comity_input *input, comity_record_fn *each,
                          void *each_user, struct comity_result *result)
{
    return session_run(context, options, input, each, NULL, each_user, result);
}

/* --- detection --- */

struct detection {
    comity_match_fn *each;
    void *user;
    struct buffer why;
};

static comity_status detect_tree(void *user, struct session *session)
{
    struct detection *detection = user;
    struct comity_match matches[MAX_MATCHES] = {{0}};
    size_t count = 0;
    if (tree_node(&session->tree, 1)->kind != COMITY_NODE_NULL)
        count = match_formats(session->context, &session->tree, matches, &detection->why);
    detection->each(detection->user, matches, count);
    bool sure = count == 1 || (count > 1 && matches[0].score > matches[1].score);
    if (sure) {
        session->result->documents++;
        return COMITY_OK;
    }
    session->result->failed_unknown++;
    if (count == 0 && tree_node(&session->tree, 1)->kind == COMITY_NODE_NULL)
        tree_report(&session->tree, &session->findings, 1, COMITY_ERROR, "model.no-document",
                    NULL, NULL, "null alone is no document");
    else
        detect_format(session->context, &session->tree, &session->findings);
    return COMITY_OK;
}

comity_status comity_detect(struct comity *context, const struct comity_options *options,
                            const struct comity_input *input, comity_match_fn *each,
                            void *each_user, struct comity_result *result)
{
    struct session session;
    struct comity_result own = COMITY_RESULT_INIT;
    struct detection detection = {.each = each, .user = each_user};
    if (!result)
        result = &own;
    uint64_t failed = failed_count(result);
    buffer_init(&detection.why, 0);
    comity_status status = session_open(&session, context, options, result);
    if (status == COMITY_OK)
        status = session_trees(&session, input, 0, detect_tree, &detection);
    session_close(&session);
    buffer_free(&detection.why);
    if (status == COMITY_OK && failed_count(result) > failed)
        status = COMITY_E_INVALID;
    return status;
}
