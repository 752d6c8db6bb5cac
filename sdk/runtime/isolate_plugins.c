/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What would become of plugins: a worker loads them and tells.  Where it ends, it was over the
 * file that the shared page names; another one is started that passes over that file, until
 * one gets to the end.  What it tells is read as if it were hostile. */
#include "runtime/isolate_inside.h"
#include "runtime/set_aside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many files may end a worker. */
#define MAX_CULPRITS 64
/* More of them nobody has, or longer descriptions. */
#define MAX_TOLD_BYTES ((size_t)8 << 20)
/* A plugin is a table; nobody needs longer to show it. */
#define LOAD_SECONDS 3u

struct question {
    const struct comity_config *config;
    const char *only;
    const char *skipped[2 * MAX_CULPRITS + 2]; /* paths and reasons, which are ours */
    size_t culprits;
    struct buffer told; /* frames */
};

/* What ended a worker. */
struct loss {
    const struct comity_config *config;
    char *loads; /* the file that the worker was at, as it said; NULL: none */
    char *path, *reason;
};

/* What is no answer is heard when who gave it is done: then the line says who it was, and not
 * the page. */
static void remember_loss(void *user, const struct comity_finding *finding)
{
    struct loss *loss = user;
    const char *file = finding->file ? finding->file : loss->loads;
    if (file && !loss->path && finding->severity == COMITY_ERROR) {
        if (!finding->file && strcmp(finding->code, "worker.answer") == 0)
            set_aside_record(file, true);
        loss->path = strdup(file);
        loss->reason = strdup(finding->message);
    } else if (loss->config->finding) {
        loss->config->finding(loss->config->user, finding);
    }
}

static void put_question(struct buffer *out, const void *user)
{
    const struct question *question = user;
    worker_put_plugins(out, question->config, question->only, question->skipped);
}

static comity_status take_told(struct isolate *self, struct question *question,
                               const struct wire_frame *frame)
{
    struct worker_plugin plugin;
    struct wire_frame read = *frame;
    size_t size = (size_t)(frame->end - frame->at);
    if (frame->kind != WORKER_PLUGIN || !worker_get_plugin(&read, &plugin) ||
        question->told.size + size > MAX_TOLD_BYTES)
        return isolate_nonsense(self);
    size_t start = wire_begin(&question->told, WORKER_PLUGIN);
    buffer_add(&question->told, frame->at, size);
    wire_end(&question->told, start);
    return buffer_status(&question->told);
}

static comity_status take_loads(struct isolate *self, struct loss *loss,
                                struct wire_frame *frame)
{
    const char *path = wire_string(frame);
    if (!wire_is_done(frame) || isolate_is_flood(self))
        return isolate_nonsense(self);
    free(loss->loads);
    loss->loads = path ? strdup(path) : NULL;
    return path && !loss->loads ? COMITY_E_NOMEM : COMITY_OK;
}

/* One worker.  COMITY_E_PLUGIN with a path in `loss`: that file ended it. */
static comity_status ask(struct question *question, struct loss *loss)
{
    struct isolate self = {.worker = {.fd = -1},
                           .made = SHARED_INIT,
                           .finding = remember_loss,
                           .user = loss,
                           .limit = LOAD_SECONDS * MICROSECONDS};
    struct wire_frame frame;
    buffer_clear(&question->told);
    isolate_count(&self, -1);
    comity_status status = isolate_start(&self, question->config, put_question, question);
    while (status == COMITY_OK && (status = isolate_hear(&self, -1, &frame)) == COMITY_OK) {
        if (frame.kind == WORKER_READY) {
            bool is_status = worker_get_status(&frame, &status);
            if (wire_string(&frame) || !wire_is_done(&frame) || !is_status)
                status = isolate_nonsense(&self);
            break;
        }
        status = frame.kind == WORKER_LOADS ? take_loads(&self, loss, &frame)
                                            : take_told(&self, question, &frame);
    }
    isolate_stop(&self);
    return status;
}

/* Puts a culprit on the list; false where it stands there, or there is no room: then going on
 * would have no end. */
static bool skip(struct question *question, struct loss *loss)
{
    if (!loss->path || !loss->reason || question->culprits == MAX_CULPRITS)
        return false;
    for (size_t i = 0; i < question->culprits; i++)
        if (strcmp(question->skipped[2 * i], loss->path) == 0)
            return false;
    question->skipped[2 * question->culprits] = loss->path;
    question->skipped[2 * question->culprits++ + 1] = loss->reason;
    loss->path = loss->reason = NULL;
    return true;
}

static void tell(const struct question *question, isolate_plugin_fn *each, void *user)
{
    struct wire_frame frame;
    struct worker_plugin plugin;
    size_t at = 0, whole = 0;
    while (wire_next(question->told.bytes + at, question->told.size - at, SIZE_MAX, &frame,
                     &whole) == COMITY_OK) {
        at += whole;
        if (worker_get_plugin(&frame, &plugin))
            each(user, &plugin.info, plugin.sha256);
    }
}

comity_status isolate_plugins(const struct comity_config *config, const char *only,
                              isolate_plugin_fn *each, void *user)
{
    struct question question = {.config = config, .only = only};
    comity_status status;
    bool again = true;
    buffer_init(&question.told, 0);
    do {
        struct loss loss = {.config = config};
        status = ask(&question, &loss);
        again = status == COMITY_E_PLUGIN && skip(&question, &loss);
        if (status == COMITY_E_PLUGIN && !again && loss.path && config->finding) {
            struct comity_finding finding = {.struct_size = sizeof finding,
                                             .severity = COMITY_ERROR,
                                             .code = "worker.crash",
                                             .message = loss.reason ? loss.reason : "",
                                             .file = loss.path};
            config->finding(config->user, &finding);
        }
        free(loss.loads);
        free(loss.path);
        free(loss.reason);
    } while (again);
    if (status == COMITY_OK)
        tell(&question, each, user);
    for (size_t i = 0; i < 2 * question.culprits; i++)
        free((char *)(uintptr_t)question.skipped[i]);
    buffer_free(&question.told);
    return status;
}

/* --- who it was */

struct search {
    comity_finding_fn *finding;
    void *user;
    bool has_found;
};

static bool is_aside(const char *path)
{
    struct set_aside aside;
    char *real = realpath(path, NULL);
    bool is_named = real && set_aside_read(&aside) == COMITY_OK;
    if (is_named) {
        is_named = set_aside_names(&aside, real);
        set_aside_free(&aside);
    }
    free(real);
    return is_named;
}

static void tell_culprit(void *user, const struct comity_plugin_info *info, const char *sha256)
{
    struct search *search = user;
    (void)sha256;
    if (info->is_loaded || !info->reason || strcmp(info->reason, isolate_no_answer) != 0)
        return;
    struct comity_finding finding = {
        .struct_size = sizeof finding,
        .severity = COMITY_ERROR,
        .code = "worker.answer",
        .message = info->reason,
        .file = info->path,
        .hint = is_aside(info->path)
                    ? "it is set aside and not loaded again; comity plugins clear FILE lets it "
                      "be tried again"
                    : "the plugin is at fault: take it away, or mend it"};
    search->has_found = true;
    if (search->finding)
        search->finding(search->user, &finding);
}

bool isolate_find_culprits(const struct comity_config *config, comity_finding_fn *finding,
                           void *user)
{
    struct search search = {finding, user, false};
    struct comity_config silent = *config;
    silent.finding = NULL;
    isolate_plugins(&silent, NULL, tell_culprit, &search);
    return search.has_found;
}
