/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity inbox add: each document is kept, matched and acknowledged in one transaction, with
 * its line of the account; a document of which that fails leaves nothing behind. */
#include "submit/acknowledge.h"
#include "submit/arrival.h"
#include "submit/command_inbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BYTES_MOST ((uint64_t)64 << 20)

/* --- the input */

static void tell(struct inbox_request *self, int severity, const char *code,
                 const char *message, const char *hint)
{
    cli_report(self->cli, severity, code, self->cli->options.file, message, hint);
}

static void tell_input(struct inbox_request *self, int error)
{
    char message[300];
    snprintf(message, sizeof message, "the input cannot be read: %s", strerror(error));
    tell(self, COMITY_ERROR, "io.read", message, NULL);
    self->cli->io_failures++;
}

static void tell_size(struct inbox_request *self, uint64_t most)
{
    char message[200];
    snprintf(message, sizeof message, "the input has more than %llu bytes",
             (unsigned long long)most);
    tell(self, COMITY_ERROR, "limit.bytes", message, "--limit bytes=NUMBER allows more");
    self->cli->result.failed_input++;
}

/* All of an input, as far as a document may be long: it is kept as it came. */
static bool read_whole(struct inbox_request *self, int fd, struct buffer *bytes)
{
    uint64_t most = self->cli->config.max_bytes ? self->cli->config.max_bytes : BYTES_MOST;
    buffer_init(bytes, 0);
    for (;;) {
        if (!buffer_reserve(bytes, (size_t)1 << 16)) {
            self->cli->out_of_memory = true;
            return false;
        }
        ssize_t got = read(fd, bytes->bytes + bytes->size, (size_t)1 << 16);
        if (got == 0)
            return true;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            tell_input(self, errno);
            return false;
        }
        bytes->size += (size_t)got;
        if (bytes->size > most) {
            tell_size(self, most);
            return false;
        }
    }
}

/* --- one document */

static void tell_match(struct inbox_request *self, const struct inbox_match *match)
{
    if (match->count > 1)
        tell(self, COMITY_WARNING, "inbox.several",
             "several requests have the reference that is answered; the newest that has not "
             "ended was taken",
             "comity inbox show says which; comity outbox list shows them all");
    if (match->count)
        self->matched++;
    else
        tell(self, COMITY_WARNING, "inbox.unmatched",
             match->is_elsewhere
                 ? "it answers a request that another State was sent, by its reference"
                 : "it answers a request that was not sent from here, by its reference",
             "compare answers.reference with comity outbox list; the document is kept");
}

static comity_status send_acknowledgement(struct inbox_request *self, struct arrival *arrival,
                                          struct outbox_item *item)
{
    bool is_new = false;
    item->retain = self->retain ? item->made + self->retain : 0;
    comity_status status = outbox_add(&self->store, item, item->made, &is_new);
    if (status == COMITY_OK)
        status = inbox_acknowledged(&self->store, &arrival->entry, item);
    self->acknowledged += status == COMITY_OK;
    return status;
}

/* What cannot be acknowledged is kept even so. */
static comity_status acknowledge_it(struct inbox_request *self, struct arrival *arrival)
{
    const struct inbox_entry *entry = &arrival->entry;
    const struct acknowledged request = {.kind = entry->kind,
                                         .reference = entry->reference,
                                         .scheme = arrival->scheme,
                                         .issued = arrival->issued,
                                         .requesting = arrival->requesting,
                                         .requested = arrival->requested,
                                         .format = entry->format,
                                         .received = entry->at};
    struct outbox_item item = {.number = 0};
    struct routing_fault fault = {.code = NULL};
    comity_status status = acknowledge(self->cli, &self->store, &request, &item, &fault);
    if (status == COMITY_OK)
        status = send_acknowledgement(self, arrival, &item);
    if (status == COMITY_E_INVALID && fault.code) {
        tell(self, COMITY_WARNING, fault.code, fault.message, fault.hint);
        status = COMITY_OK;
    }
    outbox_free_item(&item);
    return status;
}

static bool wants_acknowledgement(const struct inbox_request *self,
                                  const struct arrival *arrival)
{
    return !self->no_acknowledge && !arrival->entry.acknowledgement &&
           !arrival->entry.is_notice && routing_is_request(arrival->entry.kind);
}

static comity_status keep_it(struct inbox_request *self, struct arrival *arrival, bool *is_new)
{
    struct inbox_match match;
    struct inbox_entry *entry = &arrival->entry;
    comity_status status = inbox_add(&self->store, entry, entry->at, is_new);
    if (status == COMITY_OK && *is_new && routing_is_answer(entry->kind)) {
        status = inbox_match(&self->store, entry, entry->at, &match);
        if (status == COMITY_OK)
            tell_match(self, &match);
    }
    if (status == COMITY_OK && wants_acknowledgement(self, arrival))
        status = acknowledge_it(self, arrival);
    return status;
}

/* In one transaction: all of it, or nothing. */
static comity_status take_in(struct inbox_request *self, struct arrival *arrival)
{
    bool is_new = false;
    arrival->entry.at = (int64_t)time(NULL);
    arrival->entry.retain = self->retain ? arrival->entry.at + self->retain : 0;
    comity_status status = store_begin(&self->store);
    if (status == COMITY_OK)
        status = keep_it(self, arrival, &is_new);
    if (status == COMITY_OK && !self->is_dry)
        status = store_commit(&self->store);
    if (status != COMITY_OK || self->is_dry)
        store_rollback(&self->store);
    if (status != COMITY_OK)
        return status;
    self->added += is_new;
    self->known += !is_new;
    if (!is_new)
        tell(self, COMITY_NOTE, "inbox.known", "the document has come before",
             "comity inbox show says what became of it");
    return COMITY_OK;
}

/* As it now stands in the store, or would. */
static void show_it(struct inbox_request *self, struct arrival *arrival)
{
    char message[200];
    struct inbox_entry entry;
    if (self->cli->quiet)
        return;
    comity_status status =
        inbox_find(&self->store, arrival->entry.id, &entry, message, sizeof message);
    inbox_print(self->cli, status == COMITY_OK ? &entry : &arrival->entry);
    if (status == COMITY_OK)
        inbox_free(&entry);
}

static bool take_input(struct cli *cli, const char *name, const struct comity_input *input,
                       void *user)
{
    struct inbox_request *self = user;
    struct arrival *first = NULL;
    struct buffer bytes;
    (void)name;
    comity_status status = COMITY_OK;
    if (read_whole(self, input->fd, &bytes)) {
        status = arrivals_read(cli, bytes.size ? bytes.bytes : "", bytes.size, &first);
        cli_status(cli, status);
    }
    for (struct arrival *at = first; at && self->status == COMITY_OK; at = at->next) {
        self->status = take_in(self, at);
        if (self->status == COMITY_OK)
            show_it(self, at);
    }
    arrivals_free(first);
    buffer_free(&bytes);
    bool goes_on = status != COMITY_E_PLUGIN || cli_has_lost_worker(cli);
    return goes_on && self->status == COMITY_OK && !cli->out_of_memory;
}

void inbox_take_in(struct inbox_request *request)
{
    cli_each(request->cli, take_input, request);
    if (request->cli->quiet)
        return;
    fprintf(stderr, "%llu %s, %llu there already, %llu matched, %llu acknowledged\n",
            (unsigned long long)request->added, request->is_dry ? "would be added" : "added",
            (unsigned long long)request->known, (unsigned long long)request->matched,
            (unsigned long long)request->acknowledged);
}
