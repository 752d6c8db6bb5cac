/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A converter: items come in, and for each its documents, findings and account go out.  It
 * loads its formats, closes its sandbox, and serves until the line ends. */
#include "base/witness.h"
#include "runtime/context.h"
#include "runtime/worker_setup.h"

#include <errno.h>
#include <unistd.h>

struct conversions {
    struct server server;
    struct worker_setup setup;
    struct comity *context;
    const struct format *to;
    uint32_t manner;  /* of the stream at hand */
    bool is_streamed; /* streams will come, and no items */
    struct attachments attachments;
    struct buffer file; /* name of the stream at hand */
    /* of the item at hand */
    struct buffer item; /* its bytes, where they stood in shared memory */
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
        worker_put_document(&self->server.out, &self->server.made, &document);
    }
}

static void tell_finding(void *user, const struct comity_finding *finding)
{
    struct conversions *self = user;
    if (!self->is_streamed)
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
    worker_put_document(&self->server.out, &self->server.made, &document);
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

/* One document on its own, as comity_record_write() gives it. */
static comity_status write_each(void *user, struct comity_record *record)
{
    struct conversions *self = user;
    const char *to = self->setup.options.to;
    size_t start = wire_begin(&self->server.out, WORKER_RECORD);
    wire_end(&self->server.out, start);
    return comity_record_write(record, to, serve_bytes, &self->server);
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
    uint64_t id = wire_u64(frame), shared_end;
    const char *file = wire_string(frame);
    input.bytes = shared_text(frame, &self->server.items, &input.size, &shared_end);
    if (!wire_is_done(frame) || !input.bytes)
        return COMITY_E_INVALID;
    if (shared_end) { /* what is looked at twice must be the same twice */
        buffer_clear(&self->item);
        buffer_add(&self->item, input.bytes, input.size);
        if (buffer_status(&self->item) != COMITY_OK)
            return buffer_status(&self->item);
        input.bytes = self->item.bytes;
    }
    begin_item(self, file);
    /* white space behind a document is the item's and not the document's */
    struct digested document = {.bytes = input.bytes, .size = input.size};
    while (document.size && strchr(" \t\r\n", document.bytes[document.size - 1]))
        document.size--;
    encoding_sha256_beginning(input.bytes, document.size, input.size, document.sha256, sha256);
    self->context->digested = &document;
    comity_status status = session_run(self->context, &self->setup.options, &input,
                                       serve_record, remember_stopped, self, &self->result);
    self->context->digested = NULL;
    tell_failed(self);
    tell_done(self, id, status, sha256);
    return status;
}

static comity_status be_asked(void *user, struct comity_record *record)
{
    struct conversions *self = user;
    return serve_asked(&self->server, record, self->manner == WORKER_LACKS);
}

static comity_status convert_stream(struct conversions *self, const struct comity_input *input)
{
    const struct comity_options *options = &self->setup.options;
    if (self->manner == WORKER_AS_ONE)
        return comity_convert(self->context, options, input, serve_piece, &self->server,
                              &self->result);
    return comity_read(self->context, options, input,
                       self->manner == WORKER_EACH ? write_each : be_asked, self,
                       &self->result);
}

static comity_status serve_stream(struct conversions *self, struct wire_frame *frame)
{
    uint64_t id = wire_u64(frame);
    self->manner = wire_u32(frame);
    const char *file = wire_string(frame);
    struct comity_input input = {.fd = self->server.passed};
    bool is_asked = self->manner == WORKER_ASKED || self->manner == WORKER_LACKS;
    if (!wire_is_done(frame) || input.fd < 0 || self->manner > WORKER_LACKS ||
        (!is_asked && !self->setup.options.to))
        return COMITY_E_INVALID;
    /* The frame is gone when the next one comes. */
    buffer_clear(&self->file);
    buffer_add(&self->file, file ? file : "", (file ? strlen(file) : 0) + 1);
    if (buffer_status(&self->file) != COMITY_OK)
        return buffer_status(&self->file);
    begin_item(self, file ? self->file.bytes : NULL);
    self->server.passed = -1; /* others may come along while it is read */
    self->server.is_refused = false;
    comity_status status = convert_stream(self, &input);
    witness_at(WITNESS_NOTHING, NULL);
    close(input.fd);
    /* the last pieces are not waited for: who takes them knows what became of them */
    tell_done(self, id, status, NULL);
    return status;
}

/* Templates named by their path are read now: later no file can be opened.  What is wrong with
 * a format is told of a stream when it is converted, as the library itself would tell it. */
static comity_status find_formats(struct conversions *self)
{
    const struct comity_options *options = &self->setup.options;
    const char *const specs[] = {options->to, options->from};
    struct findings findings = {.emit = tell_finding, .user = self};
    comity_status status = COMITY_OK;
    for (size_t i = 0; i < 2 && status == COMITY_OK; i++) {
        if (!specs[i] || (self->is_streamed && !is_template_path(specs[i])))
            continue;
        if (self->is_streamed) {
            status = hold_template(self->context, specs[i]);
            continue;
        }
        const struct format *format = find_format(self->context, specs[i], &findings);
        if (!format)
            return missing_format(self->context, specs[i]);
        self->to = i == 0 ? format : self->to;
    }
    return status;
}

/* --- files beside documents, which the other process opens and stores */

static int ask_file(void *user, const char *label, size_t len, int *fd)
{
    struct server *server = user;
    int32_t error;
    size_t start = wire_begin(&server->out, WORKER_FILE);
    wire_put_text(&server->out, label, len);
    wire_end(&server->out, start);
    return serve_ask(server, WORKER_OPENED, &error, fd) == COMITY_OK ? error : EIO;
}

static int ask_store(void *user, const char *label, size_t len, const char *bytes, size_t size)
{
    struct server *server = user;
    int32_t error;
    int fd;
    size_t start = wire_begin(&server->out, WORKER_STORE);
    wire_put_text(&server->out, label, len);
    wire_put_text(&server->out, bytes, size);
    wire_end(&server->out, start);
    return serve_ask(server, WORKER_STORED, &error, &fd) == COMITY_OK ? error : EIO;
}

/* The format of a spec; NULL where it is none, or a path. */
static const struct format *named_format(const struct comity *context, const char *spec)
{
    size_t len = spec ? strcspn(spec, ":") : 0;
    for (size_t i = 0; spec && i < context->format_count; i++) {
        const struct format *format = context->formats[i];
        if (strlen(format->id) == len && memcmp(format->id, spec, len) == 0)
            return format;
    }
    return NULL;
}

/* True of a format that no code of a plugin reads or writes, which may open what it likes. */
static bool is_plain(const struct format *format)
{
    return format && (format->t || format->kind != FORMAT_PLUGIN);
}

/* True where what is read is JSON or XML in UTF-8, by a template or ours. */
static bool reads_utf8(const struct conversions *self)
{
    const struct comity *context = self->context;
    const char *spec = self->setup.options.from;
    const struct format *from = named_format(context, spec);
    if (spec)
        return is_plain(from) && (from->syntax == SYNTAX_JSON ||
                                  (from->syntax == SYNTAX_XML && self->setup.is_utf8));
    for (size_t i = 0; i < context->format_count; i++)
        if (!is_plain(context->formats[i]) && context->formats[i]->described.reader)
            return false;
    return self->setup.is_utf8;
}

/* True where what is written (and with --via read back) is no form, whose damaged letters are
 * looked for in all encodings. */
static bool writes_utf8(const struct conversions *self)
{
    const char *spec = self->setup.options.to;
    const struct format *to = named_format(self->context, spec);
    return spec ? is_plain(to) && !(to->t && to->t->form) : self->setup.is_utf8;
}

/* Loads the formats while files may still be opened, and closes the sandbox. */
static comity_status get_ready(struct conversions *self, struct wire_frame *frame)
{
    struct worker_limits limits = WORKER_LIMITS_INIT;
    comity_status status = worker_setup_get(frame, &self->setup);
    if (status == COMITY_OK)
        status = serve_page(&self->server, &self->is_streamed);
    if (status != COMITY_OK)
        return status;
    struct comity_options *options = &self->setup.options;
    self->setup.config.finding = options->finding = tell_finding;
    self->setup.config.user = options->user = self;
    status = comity_open(&self->setup.config, &self->context);
    witness_at(WITNESS_NOTHING, NULL);
    if (status == COMITY_OK && self->is_streamed)
        serve_tell_plugins(&self->server, self->context, true);
    if (status == COMITY_OK)
        status = find_formats(self);
    if (status != COMITY_OK)
        return status;
    self->attachments = (struct attachments){ask_file, ask_store, &self->server};
    self->context->attachments = &self->attachments;
    sandbox_prepare(!reads_utf8(self) || !writes_utf8(self));
    return sandbox_close(&limits);
}

static comity_status serve_setup(struct conversions *self, struct wire_frame *frame)
{
    comity_status status = get_ready(self, frame);
    size_t start = wire_begin(&self->server.out, WORKER_READY);
    wire_put_u32(&self->server.out, (uint32_t)status);
    wire_put_string(&self->server.out, format_syntax(self->context, self->setup.options.to));
    wire_end(&self->server.out, start);
    serve_flush(&self->server, true);
    return status;
}

static comity_status answer_format(struct conversions *self, struct wire_frame *frame)
{
    struct findings findings = {.emit = tell_finding, .user = self};
    return serve_format(&self->server, self->context, frame, &findings);
}

int serve_conversions(serve_command_fn *command)
{
    struct conversions self = {.context = NULL};
    struct wire_frame frame;
    comity_status status;
    serve_init(&self.server);
    buffer_init(&self.file, 0);
    buffer_init(&self.item, 0);
    status = serve_frame(&self.server, &frame);
    if (status == COMITY_OK && frame.kind == WORKER_TRY)
        return serve_try(&self.server, &frame);
    if (status == COMITY_OK && frame.kind == WORKER_PLUGINS)
        return serve_plugins(&self.server, &frame) == COMITY_OK ? 0 : 1;
    if (status == COMITY_OK)
        status = frame.kind == WORKER_SETUP ? serve_setup(&self, &frame) : COMITY_E_INVALID;
    if (status != COMITY_OK)
        return 1;
    while ((status = serve_frame(&self.server, &frame)) == COMITY_OK) {
        if (frame.kind == WORKER_ITEM && !self.is_streamed)
            status = serve_item(&self, &frame);
        else if (frame.kind == WORKER_STREAM)
            status = serve_stream(&self, &frame);
        else if (frame.kind == WORKER_FORMAT)
            status = answer_format(&self, &frame);
        else if (frame.kind == WORKER_COMMAND && command && self.is_streamed)
            return command(&self.server, self.context, &self.setup.options, &frame) == COMITY_OK
                       ? 0
                       : 1;
        else
            return 1;
        if (status == COMITY_E_NOMEM) {
            serve_flush(&self.server, true);
            return 1; /* a new process has its memory to itself */
        }
    }
    return status == COMITY_END ? 0 : 1;
}
