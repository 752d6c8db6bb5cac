/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sending what is due; see sending.h. */
#include "submit/sending.h"

#include "clock.h"
#include "submit/peers.h"
#include "submit/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* Items that one commit gives out: so many are sent twice at most after a crash. */
#define TAKEN_AT_ONCE 128
/* Outcomes are committed when so many have come, or this old. */
#define ENDED_AT_ONCE 64
#define ENDED_MILLISECONDS 20
#define ENDPOINT_CONNECTIONS 8
#define AGE_SECONDS (7 * 24 * 3600)
#define POLL_MILLISECONDS 500

struct sending {
    struct store *store;
    const struct sending_options *options;
    sending_told_fn *told;
    void *user;
    struct sending_counts *counts;
    CURLM *multi;
    struct peers peers;
    struct transfer *waiting, **last; /* taken, and not begun */
    struct transfer *running;
    struct transfer *ended;
    int waiting_count, running_count, ended_count;
    int64_t ended_since; /* milliseconds */
    int64_t started;     /* seconds since 1970 */
};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

int64_t sending_wait(int64_t base, int64_t most, int64_t attempts)
{
    uint64_t random = 0;
    int64_t bound = base;
    for (int64_t i = 1; i < attempts && bound < most; i++)
        bound *= 2;
    bound = bound < most ? bound : most;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        random = (uint64_t)clock_milliseconds();
    return bound > 0 ? (int64_t)(random % ((uint64_t)bound + 1)) : 0;
}

/* --- in */

static comity_status add_transfer(struct sending *self, struct outbox_item *item,
                                  bool is_question)
{
    struct transfer *transfer = transfer_make(item, is_question);
    if (!transfer)
        return COMITY_E_NOMEM;
    transfer->peer = peers_find(&self->peers, transfer->item.endpoint.url);
    *self->last = transfer;
    self->last = &transfer->next;
    self->waiting_count++;
    return transfer->peer ? COMITY_OK : COMITY_E_NOMEM;
}

static comity_status add_item(void *user, struct outbox_item *item)
{
    return add_transfer(user, item, false);
}

static comity_status add_question(void *user, struct outbox_item *item)
{
    return add_transfer(user, item, true);
}

/* --- what became of it */

static bool is_old(const struct outbox_item *item, int64_t now)
{
    return now - item->made > endpoint_number(&item->endpoint, "age_seconds", AGE_SECONDS);
}

/* Its endpoint was left alone meanwhile: it was not even tried. */
static void judge_closed(struct transfer *transfer, int64_t now)
{
    struct verdict *verdict = &transfer->verdict;
    *verdict =
        (struct verdict){.state = OUTBOX_QUEUED, .wait = peer_closed(transfer->peer, now)};
    if (transfer->is_question)
        verdict->state = transfer->item.state;
    snprintf(verdict->reason, sizeof verdict->reason,
             "not tried: the endpoint did not answer others, and is left alone for a while");
}

static void note_peer(const struct sending *self, struct transfer *transfer, int64_t now)
{
    const struct verdict *verdict = &transfer->verdict;
    bool is_silent = !verdict->status || verdict->status == 429 || verdict->status == 502 ||
                     verdict->status == 503 || verdict->status == 504;
    peer_ended(transfer->peer, !is_silent, verdict->wait, self->options->base_wait,
               self->options->most_wait, now);
}

/* When to try again, if at all. */
static void judge(struct sending *self, struct transfer *transfer, int64_t now)
{
    struct verdict *verdict = &transfer->verdict;
    const struct outbox_item *item = &transfer->item;
    if (transfer_is_ready(transfer) && !transfer->is_begun && transfer->result == CURLE_OK)
        judge_closed(transfer, now);
    else
        transfer_judge(transfer, transfer->result, verdict);
    if (transfer->is_begun)
        note_peer(self, transfer, now);
    if (transfer->is_question && verdict->state == OUTBOX_ACCEPTED && is_old(item, now)) {
        verdict->state = OUTBOX_HELD;
        snprintf(verdict->reason, sizeof verdict->reason,
                 "it was accepted, and nothing more was heard of it in time");
    }
    if (verdict->state != OUTBOX_QUEUED)
        return;
    int64_t wait =
        sending_wait(self->options->base_wait, self->options->most_wait, item->attempts);
    verdict->wait = verdict->wait > wait ? verdict->wait : wait;
    if (self->options->once && !verdict->wait)
        verdict->wait = 1; /* not in this run */
    if (!is_old(item, now + verdict->wait))
        return;
    char reason[sizeof verdict->reason];
    snprintf(reason, sizeof reason, "given up, too old; %.250s", verdict->reason);
    memcpy(verdict->reason, reason, sizeof reason);
    verdict->state = OUTBOX_DEAD;
    verdict->wait = 0;
}

static void add_ended(struct sending *self, struct transfer *transfer)
{
    judge(self, transfer, (int64_t)time(NULL));
    transfer->next = self->ended;
    self->ended = transfer;
    if (!self->ended_count++)
        self->ended_since = clock_milliseconds();
}

/* What a waiting transfer does now. */
enum turn { TURN_WAITS, TURN_BEGINS, TURN_ENDS };

static enum turn turn_of(const struct transfer *transfer, int64_t now)
{
    const struct endpoint *endpoint = &transfer->item.endpoint;
    int64_t most = endpoint_number(endpoint, "connections", ENDPOINT_CONNECTIONS);
    if (!transfer_is_ready(transfer) || peer_closed(transfer->peer, now))
        return TURN_ENDS;
    return peer_may_begin(transfer->peer, most, now) ? TURN_BEGINS : TURN_WAITS;
}

static void begin(struct sending *self, struct transfer *transfer)
{
    if (curl_multi_add_handle(self->multi, transfer->easy) != CURLM_OK) {
        transfer->result = CURLE_FAILED_INIT;
        add_ended(self, transfer);
        return;
    }
    transfer->is_begun = true;
    transfer->peer->running++;
    transfer->next = self->running;
    self->running = transfer;
    self->running_count++;
}

static void begin_waiting(struct sending *self)
{
    struct transfer **at = &self->waiting;
    int64_t now = (int64_t)time(NULL);
    while (*at && self->running_count < self->options->at_once) {
        struct transfer *transfer = *at;
        enum turn turn = turn_of(transfer, now);
        if (turn == TURN_WAITS) {
            at = &transfer->next;
            continue;
        }
        *at = transfer->next;
        if (self->last == &transfer->next)
            self->last = at;
        self->waiting_count--;
        if (turn == TURN_BEGINS)
            begin(self, transfer);
        else
            add_ended(self, transfer);
    }
}

/* --- out */

static void take_ended(struct sending *self)
{
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(self->multi, &left))) {
        struct transfer *transfer = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode result = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        curl_multi_remove_handle(self->multi, transfer->easy);
        struct transfer **at = &self->running;
        while (*at != transfer)
            at = &(*at)->next;
        *at = transfer->next;
        self->running_count--;
        transfer->peer->running--;
        transfer->result = result;
        add_ended(self, transfer);
    }
}

static comity_status settle_ended(struct sending *self)
{
    int64_t now = (int64_t)time(NULL);
    comity_status status = store_begin(self->store);
    for (struct transfer *t = self->ended; t && status == COMITY_OK; t = t->next) {
        status = t->is_question ? outbox_settle_asked(self->store, &t->item, &t->verdict, now)
                                : outbox_settle(self->store, &t->item, &t->verdict, now);
        if (status == COMITY_END) { /* a person was quicker */
            t->is_stale = true;
            status = COMITY_OK;
        }
    }
    status = store_finish(self->store, status);
    if (status != COMITY_OK)
        return status;
    while (self->ended) {
        struct transfer *transfer = self->ended;
        self->ended = transfer->next;
        bool is_news =
            !transfer->is_question || transfer->verdict.state != transfer->item.state;
        if (is_news && !transfer->is_stale)
            self->counts->states[transfer->verdict.state]++;
        if (self->told && !transfer->is_stale)
            self->told(self->user, &transfer->item, &transfer->verdict);
        transfer_free(transfer);
    }
    self->ended_count = 0;
    return COMITY_OK;
}

/* --- the loop */

static comity_status take_due(struct sending *self)
{
    if (stopped || self->waiting_count > TAKEN_AT_ONCE / 2)
        return COMITY_OK;
    int64_t now = (int64_t)time(NULL);
    int64_t due = self->options->once ? self->started : now;
    comity_status status = outbox_take(self->store, now, due, TAKEN_AT_ONCE, add_item, self);
    if (status == COMITY_OK && self->waiting_count <= TAKEN_AT_ONCE / 2)
        status = outbox_take_asked(self->store, now, due, TAKEN_AT_ONCE, add_question, self);
    return status;
}

static bool is_busy(const struct sending *self)
{
    return self->waiting || self->running || self->ended;
}

static comity_status step(struct sending *self)
{
    int active = 0;
    comity_status status = COMITY_OK;
    begin_waiting(self);
    if (curl_multi_perform(self->multi, &active) != CURLM_OK)
        return COMITY_E_NOMEM;
    take_ended(self);
    bool is_late =
        self->ended && clock_milliseconds() - self->ended_since >= ENDED_MILLISECONDS;
    if (self->ended_count >= ENDED_AT_ONCE || is_late || (self->ended && !self->running)) {
        status = settle_ended(self);
        if (status == COMITY_OK)
            status = take_due(self);
        return status;
    }
    if (self->running)
        curl_multi_poll(self->multi, NULL, 0,
                        self->ended ? ENDED_MILLISECONDS : POLL_MILLISECONDS, NULL);
    return status;
}

/* What was taken and not begun is due again; what runs may have arrived, and is left as it
 * is. */
static comity_status give_back(struct sending *self)
{
    const struct verdict again = {.state = OUTBOX_QUEUED, .reason = "interrupted"};
    int64_t now = (int64_t)time(NULL);
    comity_status status = self->waiting ? store_begin(self->store) : COMITY_OK;
    if (!self->waiting || status != COMITY_OK)
        return status;
    for (struct transfer *t = self->waiting; t && status == COMITY_OK; t = t->next)
        if (!t->is_question)
            status = outbox_settle(self->store, &t->item, &again, now);
    return status == COMITY_OK ? store_commit(self->store) : status;
}

static comity_status loop(struct sending *self)
{
    int64_t until = 0;
    comity_status status = take_due(self);
    while (status == COMITY_OK) {
        if (stopped && !until)
            until = clock_milliseconds() + 1500;
        if (stopped && (!self->running || clock_milliseconds() > until))
            break;
        if (is_busy(self)) {
            status = step(self);
            continue;
        }
        if (self->options->once)
            break;
        struct timespec pause = {0, POLL_MILLISECONDS * 1000000L};
        nanosleep(&pause, NULL);
        status = take_due(self);
    }
    if (status == COMITY_OK && self->ended)
        status = settle_ended(self);
    if (status == COMITY_OK)
        status = give_back(self);
    return status;
}

static void free_all(struct sending *self, struct transfer *list, bool runs)
{
    while (list) {
        struct transfer *next = list->next;
        if (runs)
            curl_multi_remove_handle(self->multi, list->easy);
        transfer_free(list);
        list = next;
    }
}

/* One at a time; -1 and a message where another is at it. */
static int lock(struct store *store)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/outbox.lock", store->folder);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    snprintf(store->message, sizeof store->message,
             fd >= 0 && errno == EWOULDBLOCK ? "another process sends what is in the outbox"
                                             : "the outbox cannot be locked: %s",
             strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

comity_status sending_run(struct store *store, const struct sending_options *options,
                          sending_told_fn *told, void *user, struct sending_counts *counts)
{
    struct sending self = {
        .store = store, .options = options, .told = told, .user = user, .counts = counts};
    struct sigaction action = {.sa_handler = stop}, old[2];
    int locked = lock(store);
    *counts = (struct sending_counts){.is_stopped = false};
    if (locked < 0)
        return COMITY_E_USAGE;
    self.last = &self.waiting;
    self.started = (int64_t)time(NULL);
    stopped = 0;
    sigaction(SIGINT, &action, &old[0]);
    sigaction(SIGTERM, &action, &old[1]);
    comity_status status =
        curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? COMITY_OK : COMITY_E_NOMEM;
    if (status == COMITY_OK && !(self.multi = curl_multi_init()))
        status = COMITY_E_NOMEM;
    if (status == COMITY_OK)
        curl_multi_setopt(self.multi, CURLMOPT_MAXCONNECTS, (long)options->at_once * 2);
    if (status == COMITY_OK)
        status = outbox_recover(store, self.started);
    if (status == COMITY_OK)
        status = loop(&self);
    store_rollback(store);
    free_all(&self, self.running, true);
    free_all(&self, self.waiting, false);
    free_all(&self, self.ended, false);
    peers_free(&self.peers);
    curl_multi_cleanup(self.multi);
    curl_global_cleanup();
    sigaction(SIGINT, &old[0], NULL);
    sigaction(SIGTERM, &old[1], NULL);
    close(locked);
    counts->is_stopped = stopped;
    return status;
}
