/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A converter: items come in, and for each its documents, findings and account go out.  It
 * loads its formats, closes its sandbox, and serves until the line ends. */
#include "runtime/context.h"
#include "runtime/worker_setup.h"

#include <unistd.h>

struct conversions {
    struct server server;
    struct worker_setup setup;
    struct comity *context;
    const struct format *to;
    /* of the item at hand */
    struct comity_result result;
    uint64_t position;            /* of the last document that was told of */
    uint64_t failed;              /* of those counted as failed: told of */
    const struct format *stopped; /* that the document which failed was read by */
};

static uint64_t failed_count(const struct comity_result *result)
{
    return result->failed_input + result->failed_unknown + result->failed_output +
           result->failed_plugin;
}

/* A document that failed is known by the count: it is told of as soon as anything follows. */
static void tell_failed(struct conversions *self)
{
    for (; self->failed < failed_count(&self->result); self->failed++) {
        struct worker_document document = {.position = ++self->position};
        if (self->stopped) {
            document.format = self->stopped->id;
            document.maker = self->stopped->maker;
        }
        self->stopped = NULL;
        worker_put_document(&self->server.out, &document);
    }
}

static void tell_finding(void *user, const struct comity_finding *finding)
{
    struct conversions *self = user;
    tell_failed(self);
    worker_put_finding(&self->server.out, finding);
    serve_flush(&self->server, false);
}

static void remember_stopped(void *user, struct comity_record *record)
{
    struct conversions *self = user;
    self->stopped = record->format;
}

/* The text of a value as a string that lives as long as the record's arena; NULL: none. */
static const char *text_of(struct comity_record *record, const char *path)
{
    size_t len;
    const char *text = comity_record_get(record, path, &len);
    return text && !memchr(text, '\0', len) ? arena_copy(record->record.arena, text, len)
                                            : NULL;
}

static void tell_document(struct conversions *self, struct comity_record *record,
                          const struct buffer *out)
{
    char sha256[SHA256_TEXT] = "";
    struct comity_result leaves = COMITY_RESULT_INIT;
    encoding_sha256(out->bytes, out->size, sha256);
    account_leaves(record, &leaves);
    struct worker_document document = {
        .position = ++self->position,
        .is_done = 1,
        .format = record->format->id,
        .maker = record->format->maker,
        .kind = text_of(record, "kind"),
        .state = text_of(record, "requesting.state"),
        .sha256 = sha256,
        .mapped = leaves.mapped,
        .approximated = leaves.approximated,
        .kept = leaves.kept,
        .dropped = leaves.dropped,
        .bytes = out->size ? out->bytes : "",
        .size = out->size,
    };
    worker_put_document(&self->server.out, &document);
}

/* One document, on its own: as convert_record(), but nothing is shared with the one before. */
static comity_status serve_record(void *user, struct comity_record *record)
{
    struct conversions *self = user;
    const struct session *session = record->session;
    struct record_writer writer;
    struct buffer out;
    tell_failed(self);
    uint64_t stopping = findings_at_least(&session->findings, session->options->fail_on);
    buffer_init(&out, 0);
    comity_status status =
        record_writer_init(&writer, self->to, session->options->to, &record->session->findings);
    if (status == COMITY_OK)
        status = write_record(&writer, record, &out);
    if (status == COMITY_E_INVALID && session->options->fail_on > COMITY_ERROR)
        status = COMITY_OK; /* the user asked for what could be written */
    finish_writing(&writer, &out);
    if (status == COMITY_OK &&
        findings_at_least(&session->findings, session->options->fail_on) > stopping)
        status = COMITY_E_INVALID;
    if (status == COMITY_OK)
        status = buffer_status(&out);
    if (status == COMITY_OK)
        tell_document(self, record, &out);
    record_writer_free(&writer);
    buffer_free(&out);
    return status == COMITY_OK ? serve_flush(&self->server, false) : status;
}

static int write_bytes(void *user, const void *bytes, size_t size)
{
    struct conversions *self = user;
    size_t start = wire_begin(&self->server.out, WORKER_BYTES);
    wire_put_text(&self->server.out, bytes, size);
    wire_end(&self->server.out, start);
    return serve_flush(&self->server, false) == COMITY_OK ? 0 : 1;
}

static void tell_done(struct conversions *self, uint64_t id, comity_status status,
                      const char *sha256)
{
    size_t start = wire_begin(&self->server.out, WORKER_DONE);
    wire_put_u64(&self->server.out, id);
    wire_put_u32(&self->server.out, (uint32_t)status);
    wire_put_string(&self->server.out, sha256);
    worker_put_result(&self->server.out, &self->result);
    wire_end(&self->server.out, start);
    serve_flush(&self->server, false);
}

static void begin_item(struct conversions *self, const char *file)
{
    self->result = (struct comity_result)COMITY_RESULT_INIT;
    self->position = self->failed = 0;
    self->stopped = NULL;
    self->setup.options.file = file;
}

static comity_status serve_item(struct conversions *self, struct wire_frame *frame)
{
    char sha256[SHA256_TEXT] = "";
    struct comity_input input = {.fd = -1};
    uint64_t id = wire_u64(frame);
    const char *file = wire_string(frame);
    input.bytes = wire_text(frame, &input.size);
    if (!wire_is_done(frame) || !input.bytes)
        return COMITY_E_INVALID;
    begin_item(self, file);
    encoding_sha256(input.bytes, input.size, sha256);
    comity_status status = session_run(self->context, &self->setup.options, &input,
                                       serve_record, remember_stopped, self, &self->result);
    tell_failed(self);
    tell_done(self, id, status, sha256);
    return status;
}

static comity_status serve_stream(struct conversions *self, struct wire_frame *frame)
{
    uint64_t id = wire_u64(frame);
    const char *file = wire_string(frame);
    struct comity_input input = {.fd = self->server.passed};
    if (!wire_is_done(frame) || input.fd < 0)
        return COMITY_E_INVALID;
    begin_item(self, file);
    comity_status status = comity_convert(self->context, &self->setup.options, &input,
                                          write_bytes, self, &self->result);
    close(input.fd);
    self->server.passed = -1;
    tell_done(self, id, status, NULL);
    return status;
}

/* Loads the formats while files may still be opened, and closes the sandbox. */
static comity_status get_ready(struct conversions *self, struct wire_frame *frame)
{
    struct worker_limits limits = WORKER_LIMITS_INIT;
    struct findings findings = {.emit = tell_finding, .user = self};
    comity_status status = worker_setup_get(frame, &self->setup);
    if (status != COMITY_OK)
        return status;
    struct comity_options *options = &self->setup.options;
    self->setup.config.finding = options->finding = tell_finding;
    self->setup.config.user = options->user = self;
    status = comity_open(&self->setup.config, &self->context);
    if (status != COMITY_OK)
        return status;
    /* Templates named by their path are read now: later no file can be opened. */
    if (options->from && !find_format(self->context, options->from, &findings))
        return missing_format(self->context, options->from);
    self->to = options->to ? find_format(self->context, options->to, &findings) : NULL;
    if (options->to && !self->to)
        return missing_format(self->context, options->to);
    sandbox_prepare();
    return sandbox_close(&limits);
}

static comity_status serve_setup(struct conversions *self, struct wire_frame *frame)
{
    comity_status status = get_ready(self, frame);
    size_t start = wire_begin(&self->server.out, WORKER_READY);
    wire_put_u32(&self->server.out, (uint32_t)status);
    wire_end(&self->server.out, start);
    serve_flush(&self->server, true);
    return status;
}

int serve_conversions(void)
{
    struct conversions self = {.context = NULL};
    struct wire_frame frame;
    comity_status status;
    serve_init(&self.server);
    status = serve_frame(&self.server, &frame);
    if (status == COMITY_OK)
        status = frame.kind == WORKER_SETUP ? serve_setup(&self, &frame) : COMITY_E_INVALID;
    if (status != COMITY_OK)
        return 1;
    while ((status = serve_frame(&self.server, &frame)) == COMITY_OK) {
        if (frame.kind == WORKER_ITEM)
            status = serve_item(&self, &frame);
        else if (frame.kind == WORKER_STREAM)
            status = serve_stream(&self, &frame);
        else
            return 1;
        if (status == COMITY_E_NOMEM) {
            serve_flush(&self.server, true);
            return 1; /* a new process has its memory to itself */
        }
    }
    return status == COMITY_END ? 0 : 1;
}
