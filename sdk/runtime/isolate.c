/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Conversion in a worker; see isolate.h.  What comes back is read as if it were hostile.
 *
 * How long a worker may take: what counts is the time in which it gets no further, as the page
 * that both share tells, and in which it is not waiting for an input that has nothing to read.
 * A worker that computes is stopped when it has used that much processor time, so that one on a
 * machine with much else to do is not; one that sleeps is stopped by the clock. */
#include "runtime/isolate_inside.h"

#include "base/utf8.h"
#include "runtime/set_aside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How often a silent worker is looked at; more than that is not counted at once, since it was
 * this process that was stopped, or the machine. */
#define SLICE_MILLISECONDS 500
#define SLICE_MICROSECONDS (SLICE_MILLISECONDS * UINT64_C(1000))
/* One that works, but not for long enough: the machine is busy.  There is an end to that
 * too. */
#define BUSY_FACTOR 6
/* The longest frame that a worker may send: a document of the largest size; and one that holds
 * none. */
#define FRAME_LIMIT ((size_t)1 << 30)
#define SHORT_FRAME ((size_t)16 << 20)
/* What of a file takes no more than the time of a document. */
#define FILE_BYTES ((uint64_t)256 << 10)
#define USUAL_BYTES ((uint64_t)64 << 20)
/* What is sent before the worker is there: its line holds more than that. */
#define AT_ONCE ((size_t)64 << 10)
/* Findings between two steps, and over a file for each of its bytes, that nobody reads. */
#define MANY_FINDINGS 1000000u
#define FINDINGS_OF_BYTE 16u
/* Formats that are read by code, of all plugins. */
#define MANY_READERS 65536u

/* --- what is told */

/* What the worker was at, as the page says.  Nonsense is heard when it may be at the next
 * file. */
static uint32_t was_at(const struct isolate *self, const char *code)
{
    uint32_t what = self->page ? self->page->what : WITNESS_NOTHING;
    bool is_past = self->is_ready || strcmp(code, "worker.answer") == 0;
    return what == WITNESS_LOADS && is_past ? WITNESS_NOTHING : what;
}

static void report(struct isolate *self, const char *code, const char *message,
                   const char *hint)
{
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = COMITY_ERROR,
                                     .code = code,
                                     .message = message,
                                     .file = self->file,
                                     .hint = hint};
    char name[sizeof self->page->name];
    uint32_t what = was_at(self, code);
    if (self->finds_culprit && strcmp(code, "worker.answer") == 0) {
        self->has_culprit = true;
        return;
    }
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

/* Remembers a plugin that ended the worker.  Who reads is known from before anything foreign
 * was read; a name of a format that no code reads is of nobody.  True where the plugin is not
 * loaded again for it. */
static bool set_aside(const struct isolate *self, uint32_t what)
{
    char name[sizeof self->page->name];
    memcpy(name, self->page->name, sizeof name);
    name[sizeof name - 1] = '\0';
    if (what == WITNESS_LOADS)
        return set_aside_record(name, true);
    if (what != WITNESS_READS)
        return false;
    for (const struct isolate_reader *r = self->readers; r; r = r->next)
        if (strcmp(r->format, name) == 0) {
            set_aside_record(r->path, false);
            break;
        }
    return false;
}

/* Ends the worker, and says over what it failed; `message` NULL: as it ended by itself. */
static comity_status lose(struct isolate *self, const char *code, const char *message)
{
    char words[300];
    worker_stop(&self->worker);
    uint32_t what = was_at(self, code);
    if (what == WITNESS_LOADS && strcmp(code, "limit.time") == 0)
        message = "the converter was stopped: to load this file took longer than it may";
    if (!message)
        worker_describe_end(self->worker.wait_status,
                            what == WITNESS_LOADS   ? "while it loaded this file"
                            : what == WITNESS_READS ? "over a document of this format"
                                                    : "over this input",
                            words, sizeof words);
    const char *hint = what == WITNESS_NOTHING ? NULL
                                               : "the plugin is at fault, or the format is not "
                                                 "fit for this input; nothing else was harmed";
    if (strcmp(code, "limit.time") != 0 && set_aside(self, what))
        hint = "it is set aside and not loaded again; comity plugins clear FILE lets it be "
               "tried again";
    report(self, code, message ? message : words, hint);
    return COMITY_E_PLUGIN;
}

/* --- time */

static uint64_t microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * MICROSECONDS + (uint64_t)now.tv_nsec / 1000;
}

static uint64_t used_by(const struct isolate *self)
{
    return worker_used(&self->worker) * 1000;
}

/* True where the worker says that it waits for its input, and has reason to. */
static bool waits_for_input(const struct isolate *self, int fd)
{
    struct pollfd input = {.fd = fd, .events = POLLIN};
    return fd >= 0 && self->page->waits && poll(&input, 1, 0) == 0;
}

/* Counts the time that went by; false where the worker's is over.  Steps are the worker's own
 * word: for a file there is an end to them. */
static bool has_time(struct isolate *self, uint64_t passed, int fd)
{
    uint64_t beats = self->page->beats;
    bool waits = waits_for_input(self, fd);
    if (passed >= 2 * SLICE_MICROSECONDS)
        passed = SLICE_MICROSECONDS;
    if (!waits)
        self->passed += passed;
    if (self->passed > self->most_time)
        return false;
    if (beats != self->beats || waits) {
        self->beats = beats;
        self->silent = 0;
        self->used = used_by(self);
        return true;
    }
    self->silent += passed;
    if (self->silent < self->limit)
        return true;
    uint64_t used = used_by(self) - self->used;
    bool sleeps = used * 20 < self->silent;
    return !sleeps && used < self->limit && self->silent < BUSY_FACTOR * self->limit;
}

/* --- what is heard */

/* True of a frame that announces more than its kind can be. */
static bool is_too_long(const struct worker *worker)
{
    uint32_t head[2];
    if (worker->in.size - worker->taken < sizeof head)
        return false;
    memcpy(head, worker->in.bytes + worker->taken, sizeof head);
    return head[0] > SHORT_FRAME && head[1] != WORKER_BYTES && head[1] != WORKER_STORE;
}

comity_status isolate_hear(struct isolate *self, int fd, struct wire_frame *frame)
{
    comity_status received = COMITY_OK;
    for (;;) {
        comity_status status = is_too_long(&self->worker)
                                   ? COMITY_E_LIMIT
                                   : worker_frame(&self->worker, FRAME_LIMIT, frame);
        if (status == COMITY_OK)
            return COMITY_OK;
        if (status != COMITY_END)
            return isolate_nonsense(self);
        if (received == COMITY_END)
            return lose(self, "worker.crash", NULL);
        if (received != COMITY_OK)
            return received;
        uint64_t before = microseconds();
        bool is_ready = worker_wait(&self->worker, SLICE_MILLISECONDS);
        if (!has_time(self, microseconds() - before, fd))
            return lose(self, "limit.time",
                        "the converter was stopped: a document took longer than it may");
        if (is_ready && worker_send(&self->worker) == COMITY_E_NOMEM)
            return COMITY_E_NOMEM;
        if (is_ready)
            received = worker_receive(&self->worker);
    }
}

const char isolate_no_answer[] = "the converter answered what is no answer";

comity_status isolate_nonsense(struct isolate *self)
{
    return lose(self, "worker.answer", isolate_no_answer);
}

void isolate_count(struct isolate *self, int fd)
{
    struct stat info;
    bool is_file = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    self->told = self->told_before = self->records = self->refused = 0;
    self->pieces = self->bytes = 0;
    self->passed = 0;
    self->is_refused = self->is_over = false;
    self->most_time =
        is_file ? self->limit * BUSY_FACTOR * (2 + (uint64_t)info.st_size / FILE_BYTES)
                : UINT64_MAX;
    self->most_told =
        is_file ? MANY_FINDINGS + FINDINGS_OF_BYTE * (uint64_t)info.st_size : UINT64_MAX;
}

bool isolate_is_flood(struct isolate *self)
{
    uint64_t beats = self->page->beats;
    if (beats != self->beats) {
        self->beats = beats;
        self->silent = 0;
        self->used = used_by(self);
        self->told_before = self->told;
    }
    self->told++;
    return self->told > self->most_told || self->told - self->told_before > MANY_FINDINGS;
}

/* Names of files are of any bytes, but of an input only its own can be. */
bool isolate_relay(struct isolate *self, struct wire_frame *frame)
{
    struct comity_finding finding;
    if (!worker_get_finding(frame, &finding) || isolate_is_flood(self))
        return false;
    size_t len = finding.file ? strlen(finding.file) : 0;
    bool is_own = finding.file && self->file && strcmp(finding.file, self->file) == 0;
    if (self->file && !is_own && finding.file && utf8_invalid(finding.file, len) < len)
        return false;
    if (self->finding && !self->is_over)
        self->finding(self->user, &finding);
    return true;
}

/* --- opening */

static comity_status cannot_start(struct isolate *self, const char *program)
{
    char message[400];
    snprintf(message, sizeof message, "the converter %.200s cannot be started: %s", program,
             strerror(errno));
    report(self, "worker.start", message, self->instead);
    return COMITY_E_IO;
}

static comity_status cannot_start_with(struct isolate *self, const char *program, int page)
{
    int error = errno;
    close(page);
    errno = error;
    return cannot_start(self, program);
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

comity_status isolate_start(struct isolate *self, const struct comity_config *config,
                            isolate_first_fn *first, const void *user)
{
    char program[4096] = "comity-worker";
    struct worker_limits limits = WORKER_LIMITS_INIT;
    if (config->max_bytes > USUAL_BYTES) /* larger documents take more */
        limits.memory = limits.memory / USUAL_BYTES * config->max_bytes;
    limits.memory += self->memory;
    int page = make_page(self);
    if (page < 0)
        return cannot_start(self, program);
    errno = ENAMETOOLONG;
    if (!self->serve && !worker_program("comity-worker", program, sizeof program))
        return cannot_start_with(self, program, page);
    if (worker_line(&self->worker) != COMITY_OK)
        return cannot_start_with(self, program, page);
    struct buffer *out = &self->worker.out;
    first(out, user);
    if (out->size < AT_ONCE) /* one that is gone is met when it is heard */
        worker_send_fd(&self->worker, page);
    comity_status status = self->serve ? worker_copy(&self->worker, self->serve, &limits)
                                       : worker_start(&self->worker, program, &limits);
    if (status != COMITY_OK)
        return cannot_start_with(self, program, page);
    if (out->size)
        worker_send_fd(&self->worker, page);
    close(page);
    return buffer_status(out);
}

/* It becomes part of a file's name. */
bool isolate_is_syntax(const char *text)
{
    static const char *const all[] = {"json", "xml", "html", "text", "csv", "lines"};
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
    if (!is_status || !wire_is_done(frame) || (syntax && !isolate_is_syntax(syntax)))
        return isolate_nonsense(self);
    if (status == COMITY_E_UNSUPPORTED) {
        report(self, "worker.sandbox", "the system does not let the converter lock itself in",
               self->instead);
        return COMITY_E_IO;
    }
    self->syntax = syntax ? strdup(syntax) : NULL;
    return syntax && !self->syntax ? COMITY_E_NOMEM : status;
}

struct setup {
    const struct comity_config *config;
    const struct comity_options *options;
    bool is_utf8;
};

static void put_setup(struct buffer *out, const void *user)
{
    const struct setup *setup = user;
    worker_put_setup(out, setup->config, setup->options, setup->is_utf8);
}

/* Remembers whose code reads a format. */
static comity_status take_reader(struct isolate *self, struct wire_frame *frame)
{
    struct worker_plugin plugin;
    if (!worker_get_plugin(frame, &plugin))
        return isolate_nonsense(self);
    self->reader_count += plugin.format_count;
    if (self->reader_count > MANY_READERS || isolate_is_flood(self))
        return isolate_nonsense(self);
    for (size_t i = 0; i < plugin.format_count; i++) {
        struct isolate_reader *reader = calloc(1, sizeof *reader);
        if (!reader)
            return COMITY_E_NOMEM;
        reader->format = strdup(plugin.formats[i]);
        reader->path = strdup(plugin.info.path);
        reader->next = self->readers;
        self->readers = reader;
        if (!reader->format || !reader->path)
            return COMITY_E_NOMEM;
    }
    return COMITY_OK;
}

comity_status isolate_open(const struct comity_config *config,
                           const struct comity_options *options,
                           const struct isolate_kind *kind, struct isolate **opened)
{
    struct wire_frame frame;
    struct isolate *self = calloc(1, sizeof *self);
    if (!self)
        return COMITY_E_NOMEM;
    self->worker.fd = -1;
    self->made = (struct shared)SHARED_INIT;
    self->finding = config->finding;
    self->user = config->user;
    self->limit = kind->seconds * MICROSECONDS;
    self->attachments = options->attachments;
    self->memory = kind->memory;
    self->serve = kind->serve;
    self->instead = "comity doctor says more; --isolate none has commands that take it work in "
                    "this process";
    self->finds_culprit = true;
    isolate_count(self, -1);
    const struct setup setup = {config, options, kind->is_utf8};
    comity_status status = isolate_start(self, config, put_setup, &setup);
    while (status == COMITY_OK && (status = isolate_hear(self, -1, &frame)) == COMITY_OK) {
        if (frame.kind == WORKER_READY) {
            status = take_ready(self, &frame);
            self->is_ready = true;
            break;
        }
        if (frame.kind == WORKER_PLUGIN)
            status = take_reader(self, &frame);
        else if (frame.kind != WORKER_FINDING || !isolate_relay(self, &frame))
            status = isolate_nonsense(self);
    }
    self->finds_culprit = false;
    if (self->has_culprit && !isolate_find_culprits(config, self->finding, self->user))
        report(self, "worker.answer", isolate_no_answer, NULL);
    if (status == COMITY_OK)
        *opened = self;
    else
        isolate_close(self);
    return status;
}

void isolate_stop(struct isolate *self)
{
    worker_stop(&self->worker);
    shared_close(&self->made);
    if (self->page)
        munmap(self->page, sizeof *self->page);
    while (self->readers) {
        struct isolate_reader *reader = self->readers;
        self->readers = reader->next;
        free(reader->format);
        free(reader->path);
        free(reader);
    }
    free(self->syntax);
}

void isolate_close(struct isolate *self)
{
    if (!self)
        return;
    isolate_stop(self);
    free(self);
}

bool isolate_is_gone(const struct isolate *self)
{
    return self->worker.pid == 0;
}

void isolate_dismiss(struct isolate *self)
{
    if (self)
        worker_kill(&self->worker);
}

const char *isolate_syntax(const struct isolate *self)
{
    return self->syntax;
}
