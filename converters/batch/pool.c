/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Converters that share the jobs of a batch; see pool.h. */
#include "batch/pool.h"

#include "base/encoding.h"
#include "runtime/trust.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The longest frame that a worker may send: a document of the largest size, and its
 * findings. */
#define FRAME_LIMIT ((size_t)1 << 30)
/* Answers to one item, all together. */
#define ANSWERS_LIMIT ((size_t)1 << 30)
/* To load the formats, a worker may take longer than for a document. */
#define LOADING_MILLISECONDS 30000
#define FAILED_STARTS 5
/* Processor time is allowed anew no oftener than that. */
#define ALLOW_MILLISECONDS 500
/* Of documents that were made and not taken in yet; small, so that it stays in the caches. */
#define MADE_BYTES ((size_t)1 << 20)

comity_status pool_open(struct pool *pool, size_t workers, const struct comity_config *config,
                        const struct comity_options *options, const struct shared *items,
                        uint32_t deadline)
{
    memset(pool, 0, sizeof *pool);
    pool->items = items;
    pool->seat_count = workers < POOL_MAX ? workers : POOL_MAX;
    pool->deadline = deadline;
    pool->limits = (struct worker_limits)WORKER_LIMITS_INIT;
    for (size_t i = 0; i < POOL_MAX; i++) {
        pool->seats[i].worker.fd = -1;
        pool->seats[i].made = (struct shared)SHARED_INIT;
    }
    buffer_init(&pool->setup, 0);
    worker_put_setup(&pool->setup, config, options, false);
    if (!worker_program("comity-worker", pool->program, sizeof pool->program)) {
        errno = ENAMETOOLONG;
        return COMITY_E_IO;
    }
    return buffer_status(&pool->setup);
}

void pool_give(struct pool *pool, struct job *job)
{
    job_reset(job);
    job->state = JOB_WAITING;
    job->next = NULL;
    if (pool->waiting)
        pool->last_waiting->next = job;
    else
        pool->waiting = job;
    pool->last_waiting = job;
}

/* Where there is no memory to share, all goes by the line; and what goes wrong with the line is
 * seen when it is listened to. */
static comity_status seat_share(struct pool *pool, struct pool_seat *seat)
{
    struct worker *worker = &seat->worker;
    struct shared *made = &seat->made;
    if (!pool->items->freed || (!made->freed && shared_make(made, MADE_BYTES) != COMITY_OK))
        return COMITY_OK;
    worker_put_share(&worker->out, WORKER_SHARE_IN, pool->items->size, 0);
    if (worker_send_fd(worker, pool->items->read_fd) != COMITY_OK)
        return buffer_status(&worker->out);
    worker_put_share(&worker->out, WORKER_SHARE_OUT, made->size, made->written);
    return worker_send_fd(worker, made->fd) == COMITY_OK ? COMITY_OK
                                                         : buffer_status(&worker->out);
}

static comity_status seat_start(struct pool *pool, struct pool_seat *seat, int64_t now)
{
    struct buffer *out = &seat->worker.out;
    comity_status status = worker_start(&seat->worker, pool->program, &pool->limits);
    if (status != COMITY_OK)
        return status;
    status = seat_share(pool, seat);
    if (status != COMITY_OK)
        return status;
    buffer_add(out, pool->setup.bytes, pool->setup.size);
    seat->is_ready = seat->is_alone = false;
    seat->since = now;
    seat->served = 0;
    pool->restarts++;
    return worker_send(&seat->worker) == COMITY_E_NOMEM ? COMITY_E_NOMEM : COMITY_OK;
}

static void seat_put(struct pool_seat *seat, struct job *job)
{
    struct buffer *out = &seat->worker.out;
    size_t start = wire_begin(out, WORKER_ITEM);
    wire_put_u64(out, job->number);
    wire_put_text(out, job->item.entry, job->item.entry_len);
    shared_put_place(out, job->item.bytes, job->item.size, job->item.shared_end);
    wire_end(out, start);
    job->state = JOB_GIVEN;
    job->next = NULL;
    seat->jobs[(seat->first + seat->count++) % POOL_QUEUE] = job;
    seat->bytes += job->item.size;
}

/* Gives a seat what it can take: one suspect on its own, or as many others as it has room
 * for. */
static void seat_feed(struct pool *pool, struct pool_seat *seat, int64_t now)
{
    size_t before = seat->count;
    if (!seat->is_ready || seat->is_alone)
        return;
    if (pool->suspects && !seat->count) {
        struct job *job = pool->suspects;
        pool->suspects = job->next;
        seat->is_alone = true;
        seat_put(seat, job);
    }
    while (!seat->is_alone && pool->waiting && seat->count < POOL_QUEUE &&
           (!seat->count || seat->bytes + pool->waiting->item.size <= POOL_QUEUE_BYTES)) {
        struct job *job = pool->waiting;
        pool->waiting = job->next;
        seat_put(seat, job);
    }
    if (!before && seat->count)
        seat->since = now;
    /* a seat that always has work gets its processor time anew too */
    if (seat->count && (!before || seat->since - seat->allowed >= ALLOW_MILLISECONDS)) {
        seat->allowed = now;
        worker_allow(&seat->worker, pool->deadline / 1000 + 1);
    }
}

static void add_suspect(struct pool *pool, struct job *job)
{
    struct job **at = &pool->suspects;
    while (*at && (*at)->number < job->number)
        at = &(*at)->next;
    job_reset(job);
    job->is_suspect = true;
    job->state = JOB_WAITING;
    job->next = *at;
    *at = job;
}

/* Ends a worker.  What it had is suspected, or, where it was tried alone, at fault. */
static void seat_lose(struct pool *pool, struct pool_seat *seat, const char *code,
                      const char *message)
{
    bool was_alone = seat->is_alone;
    worker_stop(&seat->worker);
    pool->crashes++;
    for (; seat->count; seat->count--) {
        struct job *job = seat->jobs[seat->first];
        seat->first = (seat->first + 1) % POOL_QUEUE;
        if (!was_alone) {
            add_suspect(pool, job);
            continue;
        }
        job_reset(job);
        job->state = JOB_DONE;
        job->fault = code;
        if (message)
            snprintf(job->message, sizeof job->message, "%s", message);
        else
            worker_describe_end(seat->worker.wait_status, "over this document", job->message,
                                sizeof job->message);
    }
    seat->bytes = 0;
    seat->is_ready = seat->is_alone = false;
}

static bool seat_done(struct pool_seat *seat, struct wire_frame *frame, int64_t now)
{
    struct job *job = seat->count ? seat->jobs[seat->first] : NULL;
    uint64_t id = wire_u64(frame);
    comity_status status;
    bool is_status = worker_get_status(frame, &status);
    const char *sha256 = wire_string(frame);
    if (!job || id != job->number || !is_status || !sha256 ||
        !trust_is_digest(sha256, strlen(sha256)))
        return false;
    struct comity_result result = COMITY_RESULT_INIT;
    if (!worker_get_result(frame, &result) || !wire_is_done(frame) ||
        !worker_is_consistent(status, &result) || result.documents != job->made)
        return false;
    job->result = result;
    memcpy(job->sha256, sha256, SHA256_TEXT);
    job->status = status;
    job->state = JOB_DONE;
    seat->first = (seat->first + 1) % POOL_QUEUE;
    seat->count--;
    seat->bytes -= job->item.size;
    seat->since = now;
    seat->is_alone = false;
    seat->served++;
    return true;
}

/* True where the last answer's bytes are those of its digest.  They stand at its end, where the
 * worker can change them no more. */
static bool is_of_digest(const struct buffer *answers, const struct worker_document *document)
{
    char sha256[SHA256_TEXT] = "";
    encoding_sha256(answers->bytes + answers->size - document->size - 1, document->size,
                    sha256);
    return strcmp(sha256, document->sha256) == 0;
}

/* Takes a finding as a whole, and the document whose turn it is: nobody further on has to doubt
 * an answer. */
static bool seat_answer(struct pool_seat *seat, struct job *job, struct wire_frame frame)
{
    const char *start = frame.at - WIRE_HEAD;
    size_t size = (size_t)(frame.end - start);
    struct comity_finding finding;
    struct worker_document document = {.shared_end = 0};
    if (frame.kind == WORKER_FINDING) {
        if (!worker_get_finding(&frame, &finding))
            return false;
    } else if (frame.kind != WORKER_DOCUMENT ||
               !worker_get_document(&frame, &seat->made, &document) ||
               document.position != ++job->documents) {
        return false;
    }
    job->made += document.is_done;
    if (!document.shared_end) {
        buffer_add(&job->answers, start, size);
    } else {
        worker_put_document(&job->answers, NULL, &document);
        seat->made.written = document.shared_end;
        shared_free(&seat->made, document.shared_end);
    }
    return buffer_status(&job->answers) == COMITY_OK && job->answers.size < ANSWERS_LIMIT &&
           (!document.is_done || is_of_digest(&job->answers, &document));
}

/* True where a frame is what a converter may say at this point. */
static bool seat_hear(struct pool *pool, struct pool_seat *seat, struct wire_frame *frame,
                      comity_status *refused, int64_t now)
{
    struct job *job = seat->count ? seat->jobs[seat->first] : NULL;
    if (frame->kind == WORKER_READY && !seat->is_ready) {
        comity_status status;
        bool is_status = worker_get_status(frame, &status);
        wire_string(frame);
        if (!is_status || !wire_is_done(frame))
            return false;
        *refused = status;
        seat->is_ready = status == COMITY_OK;
        pool->failed_starts = 0;
        return true;
    }
    if (frame->kind == WORKER_FINDING && !seat->is_ready) {
        struct comity_finding finding;
        return worker_get_finding(frame, &finding); /* told by who loaded them before */
    }
    if (frame->kind == WORKER_DONE)
        return seat_done(seat, frame, now);
    return job && seat_answer(seat, job, *frame);
}

/* Takes in what a worker says.  False where it is gone or talks nonsense; then it was ended. */
static bool seat_listen(struct pool *pool, struct pool_seat *seat, comity_status *refused,
                        int64_t now)
{
    struct wire_frame frame;
    comity_status received = worker_receive(&seat->worker), status;
    while ((status = worker_frame(&seat->worker, FRAME_LIMIT, &frame)) == COMITY_OK)
        if (!seat_hear(pool, seat, &frame, refused, now))
            break;
    if (*refused != COMITY_OK) {
        worker_stop(&seat->worker);
        return false;
    }
    if (status == COMITY_END && received == COMITY_OK)
        return true;
    bool is_nonsense = status != COMITY_END;
    if (!seat->is_ready)
        pool->failed_starts++;
    if (is_nonsense)
        seat_lose(pool, seat, "worker.answer", "the converter answered what is no answer");
    else
        seat_lose(pool, seat, "worker.crash", NULL);
    return false;
}

size_t pool_watch(const struct pool *pool, struct pollfd *watched)
{
    for (size_t i = 0; i < pool->seat_count; i++) {
        const struct worker *worker = &pool->seats[i].worker;
        watched[i] = (struct pollfd){.fd = worker->fd, .events = POLLIN};
        if (worker->sent < worker->out.size)
            watched[i].events |= POLLOUT;
    }
    return pool->seat_count;
}

/* When a worker's time is over, in milliseconds from now; INT64_MAX where it has nothing to
 * do. */
static int64_t seat_patience(const struct pool *pool, const struct pool_seat *seat, int64_t now)
{
    if (seat->worker.pid == 0 || (seat->is_ready && !seat->count))
        return INT64_MAX;
    return seat->since + (seat->is_ready ? pool->deadline : LOADING_MILLISECONDS) - now;
}

int pool_patience(const struct pool *pool, int64_t now)
{
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < pool->seat_count; i++) {
        int64_t left = seat_patience(pool, &pool->seats[i], now);
        least = left < least ? left : least;
    }
    if (least == INT64_MAX)
        return -1;
    return least > 0 ? (int)least + 1 : 0;
}

static bool has_work(const struct pool *pool)
{
    return pool->waiting || pool->suspects;
}

comity_status pool_work(struct pool *pool, const struct pollfd *watched, size_t count,
                        int64_t now)
{
    comity_status refused = COMITY_OK;
    for (size_t i = 0; i < count; i++) {
        struct pool_seat *seat = &pool->seats[i];
        if (seat->worker.pid && (watched[i].revents & (POLLIN | POLLHUP | POLLERR)))
            seat_listen(pool, seat, &refused, now);
        if (refused != COMITY_OK)
            return refused;
        if (seat->worker.pid && seat_patience(pool, seat, now) <= 0) {
            pool->failed_starts += !seat->is_ready;
            seat_lose(pool, seat, "limit.time",
                      "the converter was stopped: the document took longer than it may");
        }
    }
    for (size_t i = 0; i < pool->seat_count; i++) {
        struct pool_seat *seat = &pool->seats[i];
        if (pool->failed_starts >= FAILED_STARTS) {
            errno = ECHILD;
            return COMITY_E_IO;
        }
        if (!seat->worker.pid && has_work(pool)) {
            comity_status status = seat_start(pool, seat, now);
            if (status != COMITY_OK)
                return status;
        }
        if (!seat->worker.pid)
            continue;
        seat_feed(pool, seat, now);
        if (worker_send(&seat->worker) == COMITY_E_NOMEM)
            return COMITY_E_NOMEM;
    }
    return COMITY_OK;
}

void pool_drop(struct pool *pool)
{
    for (size_t i = 0; i < pool->seat_count; i++) {
        struct pool_seat *seat = &pool->seats[i];
        if (!seat->count)
            continue;
        worker_stop(&seat->worker);
        seat->first = seat->count = seat->bytes = 0;
        seat->is_ready = seat->is_alone = false;
    }
    pool->waiting = pool->last_waiting = pool->suspects = NULL;
}

void pool_close(struct pool *pool)
{
    for (size_t i = 0; i < pool->seat_count; i++) {
        worker_stop(&pool->seats[i].worker);
        shared_close(&pool->seats[i].made);
    }
    buffer_free(&pool->setup);
}
