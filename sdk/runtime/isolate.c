/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Conversion in a worker; see isolate.h.  What comes back is read as if it were hostile.
 *
 * How long a worker may take: what counts is the time in which it gets no further, as the page
 * that both share tells, and in which it is not waiting for an input that has nothing to read.
 * A worker that computes is stopped when it has used that much processor time, so that one on a
 * machine with much else to do is not; one that sleeps is stopped by the clock. */
#include "runtime/isolate.h"

#include "base/utf8.h"
#include "base/witness.h"
#include "runtime/context.h"
#include "runtime/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The longest frame that a worker may send: a document of the largest size. */
#define FRAME_LIMIT ((size_t)1 << 30)
/* How often a silent worker is looked at; more than that is not counted at once, since it was
 * this process that was stopped, or the machine. */
#define SLICE_MILLISECONDS 500
/* One that works, but not for long enough: the machine is busy.  There is an end to that
 * too. */
#define BUSY_FACTOR 6
#define USUAL_BYTES ((uint64_t)64 << 20)
/* Findings between two steps, and over a file for each of its bytes, that nobody reads. */
#define MANY_FINDINGS 1000000u
#define FINDINGS_OF_BYTE 16u

struct isolate {
    struct worker worker;
    struct witness *page;
    comity_finding_fn *finding;
    void *user;
    const char *file; /* of the input at hand; NULL while formats are loaded */
    char *syntax;
    uint64_t id;             /* of the stream at hand */
    uint64_t limit;          /* milliseconds */
    uint64_t silent;         /* milliseconds without a step */
    uint64_t beats;          /* that were seen */
    uint64_t used;           /* processor time when the last step was seen */
    const char *attachments; /* the folder of files beside documents, or NULL */
    /* of the stream at hand */
    uint64_t told, told_before; /* findings: all, and those when the last step was seen */
    uint64_t most_told;
    uint64_t records, bytes;
};

/* --- what is told */

static void report(const struct isolate *self, const char *code, const char *message,
                   const char *hint)
{
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = COMITY_ERROR,
                                     .code = code,
                                     .message = message,
                                     .file = self->file,
                                     .hint = hint};
    char name[sizeof self->page->name];
    uint32_t what = self->page ? self->page->what : WITNESS_NOTHING;
    /* Nonsense is heard when who said it is done. */
    if (what == WITNESS_NOTHING && self->file && strcmp(code, "worker.answer") == 0)
        what = WITNESS_READS;
    memcpy(name, self->page ? self->page->name : "", self->page ? sizeof name : 1);
    name[sizeof name - 1] = '\0';
    size_t len = strlen(name);
    if (!len || utf8_invalid(name, len) < len)
        what = WITNESS_NOTHING;
    if (what == WITNESS_LOADS)
        finding.file = name;
    if (what == WITNESS_READS)
        finding.format = name;
    if (self->finding)
        self->finding(self->user, &finding);
}

/* Ends the worker, and says over what it failed; `message` NULL: as it ended by itself. */
static comity_status lose(struct isolate *self, const char *code, const char *message)
{
    char words[300];
    worker_stop(&self->worker);
    uint32_t what = self->page->what;
    if (!message)
        worker_describe_end(self->worker.wait_status,
                            what == WITNESS_LOADS   ? "while it loaded this file"
                            : what == WITNESS_READS ? "over a document of this format"
                                                    : "over this input",
                            words, sizeof words);
    report(self, code, message ? message : words,
           what == WITNESS_NOTHING ? NULL
                                   : "the plugin is at fault, or the format is not fit "
                                     "for this input; nothing else was harmed");
    return COMITY_E_PLUGIN;
}

/* --- time */

static uint64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* True where the worker says that it waits for its input, and has reason to. */
static bool waits_for_input(const struct isolate *self, int fd)
{
    struct pollfd input = {.fd = fd, .events = POLLIN};
    return fd >= 0 && self->page->waits && poll(&input, 1, 0) == 0;
}

/* Counts the time that went by; false where the worker's is over. */
static bool has_time(struct isolate *self, uint64_t passed, int fd)
{
    uint64_t beats = self->page->beats;
    if (beats != self->beats || waits_for_input(self, fd)) {
        self->beats = beats;
        self->silent = 0;
        self->used = worker_used(&self->worker);
        return true;
    }
    self->silent += passed < 2 * SLICE_MILLISECONDS ? passed : SLICE_MILLISECONDS;
    if (self->silent < self->limit)
        return true;
    uint64_t used = worker_used(&self->worker) - self->used;
    bool sleeps = used * 20 < self->silent;
    return !sleeps && used < self->limit && self->silent < BUSY_FACTOR * self->limit;
}

/* --- what is heard */

/* Waits for the next frame.  COMITY_E_PLUGIN: the worker is gone, which was told. */
static comity_status hear(struct isolate *self, int fd, struct wire_frame *frame)
{
    comity_status received = COMITY_OK;
    for (;;) {
        comity_status status = worker_frame(&self->worker, FRAME_LIMIT, frame);
        if (status == COMITY_OK)
            return COMITY_OK;
        if (status != COMITY_END)
            return lose(self, "worker.answer", "the converter answered what is no answer");
        if (received == COMITY_END)
            return lose(self, "worker.crash", NULL);
        if (received != COMITY_OK)
            return received;
        uint64_t before = milliseconds();
        bool is_ready = worker_wait(&self->worker, SLICE_MILLISECONDS);
        if (!has_time(self, milliseconds() - before, fd))
            return lose(self, "limit.time",
                        "the converter was stopped: a document took longer than it may");
        if (is_ready && worker_send(&self->worker) == COMITY_E_NOMEM)
            return COMITY_E_NOMEM;
        if (is_ready)
            received = worker_receive(&self->worker);
    }
}

static comity_status nonsense(struct isolate *self)
{
    return lose(self, "worker.answer", "the converter answered what is no answer");
}

/* Begins to count what comes back over an input. */
static void begin_counting(struct isolate *self, int fd)
{
    struct stat info;
    bool is_file = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    self->told = self->told_before = self->records = self->bytes = 0;
    self->most_told =
        is_file ? MANY_FINDINGS + FINDINGS_OF_BYTE * (uint64_t)info.st_size : UINT64_MAX;
}

/* True where more findings come than there can be. */
static bool is_flood(struct isolate *self)
{
    uint64_t beats = self->page->beats;
    if (beats != self->beats) {
        self->beats = beats;
        self->silent = 0;
        self->used = worker_used(&self->worker);
        self->told_before = self->told;
    }
    self->told++;
    return self->told > self->most_told || self->told - self->told_before > MANY_FINDINGS;
}

/* Hands a finding on.  Names of files are of any bytes, but of an input only its own can be. */
static bool relay(struct isolate *self, struct wire_frame *frame)
{
    struct comity_finding finding;
    if (!worker_get_finding(frame, &finding) || is_flood(self))
        return false;
    size_t len = finding.file ? strlen(finding.file) : 0;
    bool is_own = finding.file && self->file && strcmp(finding.file, self->file) == 0;
    if (self->file && !is_own && finding.file && utf8_invalid(finding.file, len) < len)
        return false;
    if (self->finding)
        self->finding(self->user, &finding);
    return true;
}

/* --- opening */

static comity_status cannot_start(const struct isolate *self, const char *program)
{
    char message[400];
    snprintf(message, sizeof message, "the converter %.200s cannot be started: %s", program,
             strerror(errno));
    report(self, "worker.start", message, "--isolate none converts in this process");
    return COMITY_E_IO;
}

/* A page of memory that can be neither cut nor grown, and its descriptor; -1: there is none. */
static int make_page(struct isolate *self)
{
    int fd = memfd_create("comity-worker", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    void *page = MAP_FAILED;
    if (fd >= 0 && ftruncate(fd, sizeof *self->page) == 0 &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        page = mmap(NULL, sizeof *self->page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page != MAP_FAILED) {
        self->page = page;
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

static comity_status start(struct isolate *self, const struct comity_config *config,
                           const struct comity_options *options, uint64_t memory)
{
    char program[4096] = "comity-worker";
    struct worker_limits limits = WORKER_LIMITS_INIT;
    if (config->max_bytes > USUAL_BYTES) /* larger documents take more */
        limits.memory = limits.memory / USUAL_BYTES * config->max_bytes;
    limits.memory += memory;
    int page = make_page(self);
    if (page < 0)
        return cannot_start(self, program);
    comity_status status = COMITY_E_IO;
    errno = ENAMETOOLONG;
    if (worker_program("comity-worker", program, sizeof program))
        status = worker_start(&self->worker, program, &limits);
    if (status != COMITY_OK) {
        int error = errno;
        close(page);
        errno = error;
        return status == COMITY_E_NOMEM ? status : cannot_start(self, program);
    }
    worker_put_setup(&self->worker.out, config, options);
    status = buffer_status(&self->worker.out);
    if (status == COMITY_OK && worker_send_fd(&self->worker, page) == COMITY_E_NOMEM)
        status = COMITY_E_NOMEM; /* one that is gone is met when it is heard */
    close(page);
    return status;
}

/* It becomes part of a file's name. */
static bool is_syntax(const char *text)
{
    static const char *const all[] = {"json", "xml", "html", "text", "csv"};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (strcmp(text, all[i]) == 0)
            return true;
    return false;
}

static comity_status take_ready(struct isolate *self, struct wire_frame *frame)
{
    comity_status status;
    bool is_status = worker_get_status(frame, &status);
    const char *syntax = wire_string(frame);
    if (!is_status || !wire_is_done(frame) || (syntax && !is_syntax(syntax)))
        return nonsense(self);
    if (status == COMITY_E_UNSUPPORTED) {
        report(self, "worker.sandbox", "the system does not let the converter lock itself in",
               "--isolate none converts in this process");
        return COMITY_E_IO;
    }
    self->syntax = syntax ? strdup(syntax) : NULL;
    return syntax && !self->syntax ? COMITY_E_NOMEM : status;
}

comity_status isolate_open(const struct comity_config *config,
                           const struct comity_options *options, uint32_t seconds,
                           uint64_t memory, struct isolate **opened)
{
    struct wire_frame frame;
    struct isolate *self = calloc(1, sizeof *self);
    if (!self)
        return COMITY_E_NOMEM;
    self->worker.fd = -1;
    self->finding = config->finding;
    self->user = config->user;
    self->limit = (uint64_t)seconds * 1000;
    self->attachments = options->attachments;
    begin_counting(self, -1);
    comity_status status = start(self, config, options, memory);
    while (status == COMITY_OK && (status = hear(self, -1, &frame)) == COMITY_OK) {
        if (frame.kind == WORKER_READY) {
            status = take_ready(self, &frame);
            break;
        }
        if (frame.kind != WORKER_FINDING || !relay(self, &frame))
            status = nonsense(self);
    }
    if (status == COMITY_OK)
        *opened = self;
    else
        isolate_close(self);
    return status;
}

void isolate_close(struct isolate *self)
{
    if (!self)
        return;
    worker_stop(&self->worker);
    if (self->page)
        munmap(self->page, sizeof *self->page);
    free(self->syntax);
    free(self);
}

const char *isolate_syntax(const struct isolate *self)
{
    return self->syntax;
}

/* --- converting */

static comity_status take_done(struct isolate *self, struct wire_frame *frame,
                               const struct isolate_target *target,
                               struct comity_result *result)
{
    struct comity_result more = COMITY_RESULT_INIT;
    comity_status status;
    uint64_t id = wire_u64(frame);
    bool is_status = worker_get_status(frame, &status);
    bool has_digest = wire_string(frame) != NULL;
    bool is_sound = worker_get_result(frame, &more) && worker_is_consistent(status, &more);
    bool is_there =
        target->record ? more.documents <= self->records : status != COMITY_OK || self->bytes;
    if (!wire_is_done(frame) || id != self->id || has_digest || !is_status || !is_sound ||
        !is_there)
        return nonsense(self);
    if (result)
        worker_add_result(result, &more);
    return status;
}

/* True while the worker has taken all that it was told: one that asks and does not listen
 * would fill the memory of this process. */
static bool listens(const struct isolate *self)
{
    return self->worker.sent == self->worker.out.size;
}

static comity_status answer(struct isolate *self, uint32_t kind, int32_t error, int fd)
{
    size_t start = wire_begin(&self->worker.out, kind);
    wire_put_u32(&self->worker.out, (uint32_t)error);
    wire_end(&self->worker.out, start);
    comity_status status =
        fd >= 0 ? worker_send_fd(&self->worker, fd) : worker_send(&self->worker);
    return status == COMITY_E_NOMEM ? status : COMITY_OK;
}

/* Bytes go where they belong, and the worker is told what became of them. */
static comity_status take_bytes(struct isolate *self, struct wire_frame *frame,
                                comity_write_fn *write, void *user)
{
    size_t size;
    const char *bytes = wire_text(frame, &size);
    if (!wire_is_done(frame) || !bytes || !listens(self))
        return nonsense(self);
    self->bytes += size;
    return answer(self, WORKER_WROTE, write(user, bytes, size) != 0, -1);
}

/* Opens or stores a file beside a document: its name is a label, whoever says otherwise. */
static comity_status take_file(struct isolate *self, struct wire_frame *frame)
{
    bool is_stored = frame->kind == WORKER_STORE;
    size_t len, size = 0;
    const char *label = wire_text(frame, &len);
    const char *bytes = is_stored ? wire_text(frame, &size) : "";
    if (!wire_is_done(frame) || !label || !bytes || !self->attachments || !listens(self) ||
        !beside_is_label(label, len))
        return nonsense(self);
    int fd = -1;
    if (is_stored)
        return answer(self, WORKER_STORED,
                      beside_store(self->attachments, label, len, bytes, size), -1);
    int error = beside_open(self->attachments, label, len, &fd);
    comity_status status = answer(self, WORKER_OPENED, error, fd);
    if (fd >= 0)
        close(fd);
    return status;
}

static comity_status take(struct isolate *self, struct wire_frame *frame,
                          const struct isolate_target *target)
{
    if (frame->kind == WORKER_BYTES)
        return take_bytes(self, frame, target->write, target->user);
    if (frame->kind == WORKER_FILE || frame->kind == WORKER_STORE)
        return take_file(self, frame);
    if (frame->kind == WORKER_FINDING && relay(self, frame))
        return COMITY_OK;
    if (frame->kind != WORKER_RECORD || !target->record || !wire_is_done(frame))
        return nonsense(self);
    self->records++;
    target->record(target->user);
    return COMITY_OK;
}

/* It has had nothing to do so far. */
static void begin(struct isolate *self, const struct comity_options *options)
{
    self->finding = options->finding;
    self->user = options->user;
    self->silent = 0;
    self->used = worker_used(&self->worker);
}

comity_status isolate_convert(struct isolate *self, const struct comity_options *options,
                              int fd, const struct isolate_target *target,
                              struct comity_result *result)
{
    struct wire_frame frame;
    if (!self->worker.pid)
        return COMITY_E_PLUGIN;
    begin(self, options);
    begin_counting(self, fd);
    self->file = options->file;
    size_t start = wire_begin(&self->worker.out, WORKER_STREAM);
    wire_put_u64(&self->worker.out, ++self->id);
    wire_put_u32(&self->worker.out, target->record != NULL);
    wire_put_string(&self->worker.out, options->file);
    wire_end(&self->worker.out, start);
    comity_status status = buffer_status(&self->worker.out);
    if (status == COMITY_OK && worker_send_fd(&self->worker, fd) == COMITY_E_NOMEM)
        status = COMITY_E_NOMEM;
    while (status == COMITY_OK && (status = hear(self, fd, &frame)) == COMITY_OK) {
        if (frame.kind == WORKER_DONE) {
            status = take_done(self, &frame, target, result);
            break;
        }
        status = take(self, &frame, target);
    }
    self->file = NULL;
    return status;
}

/* --- commands */

static void put_command(struct isolate *self, const struct isolate_command *command)
{
    struct buffer *out = &self->worker.out;
    size_t start = wire_begin(out, WORKER_COMMAND);
    wire_put_string(out, command->name);
    wire_put_u32(out, command->flags);
    wire_put_string(out, command->via);
    wire_put_u32(out, command->input_count);
    for (uint32_t i = 0; i < command->input_count; i++)
        wire_put_string(out, command->inputs[i]);
    wire_end(out, start);
}

/* Opens the input that the worker asks for by its number; *fd becomes it. */
static comity_status take_open(struct isolate *self, struct wire_frame *frame,
                               const struct isolate_command *command, int *fd)
{
    uint32_t index = wire_u32(frame);
    if (!wire_is_done(frame) || index >= command->input_count || !listens(self))
        return nonsense(self);
    command->close(command->user, *fd);
    *fd = -1;
    self->file = command->inputs[index];
    int32_t error = command->open(command->user, command->inputs[index], fd);
    begin_counting(self, *fd);
    return answer(self, WORKER_OPENED, error, *fd);
}

static comity_status take_outcome(struct isolate *self, struct wire_frame *frame,
                                  struct isolate_outcome *outcome)
{
    struct comity_result more = COMITY_RESULT_INIT;
    outcome->flags = wire_u32(frame);
    outcome->io_failures = wire_u64(frame);
    outcome->plugin_failures = wire_u64(frame);
    if (!worker_get_result(frame, &more) || !wire_is_done(frame) ||
        outcome->flags > ISOLATE_OUTCOMES)
        return nonsense(self);
    worker_add_result(&outcome->result, &more);
    return COMITY_OK;
}

comity_status isolate_command(struct isolate *self, const struct comity_options *options,
                              const struct isolate_command *command,
                              struct isolate_outcome *outcome)
{
    struct wire_frame frame;
    int fd = -1;
    begin(self, options);
    begin_counting(self, -1);
    put_command(self, command);
    comity_status status = buffer_status(&self->worker.out);
    if (status == COMITY_OK && worker_send(&self->worker) == COMITY_E_NOMEM)
        status = COMITY_E_NOMEM;
    while (status == COMITY_OK && (status = hear(self, fd, &frame)) == COMITY_OK) {
        if (frame.kind == WORKER_DONE) {
            status = take_outcome(self, &frame, outcome);
            break;
        }
        if (frame.kind == WORKER_BYTES)
            status = take_bytes(self, &frame, command->write, command->user);
        else if (frame.kind == WORKER_OPEN)
            status = take_open(self, &frame, command, &fd);
        else if (frame.kind == WORKER_FILE || frame.kind == WORKER_STORE)
            status = take_file(self, &frame);
        else if (frame.kind != WORKER_FINDING || !relay(self, &frame))
            status = nonsense(self);
    }
    command->close(command->user, fd);
    self->file = NULL;
    return status;
}
