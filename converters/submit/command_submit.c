/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity submit: requests into the outbox, in the format and for the authority of the State
 * that is asked.  Nothing is sent here; comity outbox run does that. */
#include "submit/commands.h"
#include "submit/register.h"
#include "submit/routing.h"
#include "submit/submit_cli.h"
#include "submit/submit_sign.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char help[] =
    "usage: comity submit [--to STATE] [--channel CHANNEL] [-f FORMAT] IN...\n"
    "       comity submit --endpoint NAME|URL [-t FORMAT] [--protocol PROTOCOL] IN...\n\n"
    "Converts requests to the format of the authority that they are for, and puts them into\n"
    "the outbox, durably; comity outbox run sends them.  The same request to the same "
    "endpoint\n"
    "is put there once, however often it is submitted.\n\n"
    "  --to STATE           the State that is asked; without it, the one in the request\n"
    "  --territory NAME     a part of it that has a system of its own\n"
    "  --channel CHANNEL    central-authority, 24-7, interpol, diplomatic or competent: which\n"
    "                       of its authorities; without it what the request says, else 24-7\n"
    "                       for requests to the network, else the central authority (for\n"
    "                       extradition the one that the register names for it)\n"
    "  --endpoint WHICH     an endpoint of the register by its name, or a URL (https)\n"
    "  --protocol PROTOCOL  of a URL: https (default) or hi1\n"
    "  --settings JSON      of a URL: certificate, key, ca, pins, sign, internal ...\n"
    "  -f FORMAT            format of the input; without it each document is recognized\n"
    "  -t FORMAT            format to send, instead of the endpoint's\n"
    "  --retain DAYS        destroy the content so long after it was queued (outbox purge)\n"
    "  --dry-run            show what would be sent and where, and put nothing anywhere\n"
    "  --store DIR          the store (COMITY_STORE, else ~/.local/state/comity)\n\n"
    "A direct emergency request (--channel 24-7) is also put there for the central authority\n"
    "(66.8).\n";

struct submitting {
    struct cli *cli;
    struct store store;
    const char *store_folder, *to_state, *territory, *channel, *which, *protocol, *settings;
    int64_t retain; /* seconds; 0: never destroyed by itself */
    bool is_dry;
    uint64_t queued, known, failed;
    comity_status status; /* of the store */
};

#define TAKES_TEXT(name, member)                              \
    static int name(struct cli *cli, const char *value)       \
    {                                                         \
        ((struct submitting *)cli->own_user)->member = value; \
        return EXIT_DONE;                                     \
    }
TAKES_TEXT(take_store, store_folder)
TAKES_TEXT(take_to, to_state)
TAKES_TEXT(take_territory, territory)
TAKES_TEXT(take_which, which)
TAKES_TEXT(take_protocol, protocol)
TAKES_TEXT(take_settings, settings)

static int take_channel(struct cli *cli, const char *value)
{
    int i = 0;
    while (register_roles[i] && strcmp(register_roles[i], value) != 0)
        i++;
    if (!register_roles[i] || strcmp(value, "extradition") == 0)
        return cli_usage(cli, "there is no such channel:", value);
    ((struct submitting *)cli->own_user)->channel = value;
    return EXIT_DONE;
}

static int take_retain(struct cli *cli, const char *value)
{
    return submit_take_days(cli, value, &((struct submitting *)cli->own_user)->retain);
}

static int take_dry(struct cli *cli, const char *value)
{
    (void)value;
    ((struct submitting *)cli->own_user)->is_dry = true;
    return EXIT_DONE;
}

static const struct cli_option own[] = {
    {"store", 0, true, take_store},         {"to", 0, true, take_to},
    {"territory", 0, true, take_territory}, {"channel", 0, true, take_channel},
    {"endpoint", 0, true, take_which},      {"protocol", 0, true, take_protocol},
    {"settings", 0, true, take_settings},   {"retain", 0, true, take_retain},
    {"dry-run", 0, false, take_dry},        {NULL, 0, false, NULL}};

static comity_status refuse(struct submitting *self, const char *code, const char *message,
                            const char *hint)
{
    cli_report(self->cli, COMITY_ERROR, code, self->cli->options.file, message, hint);
    return COMITY_E_INVALID;
}

/* --- where to */

static comity_status route(struct submitting *self, struct document *document,
                           struct outbox_item *item, const char *const *roles)
{
    struct routing_fault fault = {.code = NULL};
    char *language = document_copy(document, "language");
    comity_status status =
        language ? routing_find(&self->store, self->territory, roles, language, item, &fault)
                 : COMITY_E_NOMEM;
    free(language);
    return fault.code ? refuse(self, fault.code, fault.message, fault.hint) : status;
}

static comity_status find_endpoint(struct submitting *self, struct outbox_item *item)
{
    char message[300];
    if (strstr(self->which, "://")) {
        comity_status status = endpoint_make(&item->endpoint, self->which, self->which,
                                             self->protocol ? self->protocol : "https",
                                             self->cli->to ? self->cli->to : "convention-json",
                                             self->settings, message, sizeof message);
        return status == COMITY_E_USAGE ? refuse(self, "submit.endpoint", message, NULL)
                                        : status;
    }
    comity_status status = endpoint_find(&self->store, self->which, &item->endpoint);
    return status == COMITY_END
               ? refuse(self, "submit.endpoint", "the register has no endpoint of that name",
                        "comity register list shows them")
               : status;
}

/* Personal data goes nowhere for a purpose that was not declared (57). */
static comity_status check_purpose(struct submitting *self, const struct outbox_item *item)
{
    char message[300];
    if (endpoint_serves(&item->endpoint, item->kind))
        return COMITY_OK;
    snprintf(message, sizeof message,
             "the endpoint %.100s does not take requests of the kind %.60s (article 57)",
             item->endpoint.name, item->kind);
    return refuse(self, "submit.purpose", message,
                  "its setting \"purposes\" names those it does");
}

/* --- what */

static int put(void *user, const void *bytes, size_t size)
{
    return routing_take_payload(user, bytes, size) ? 0 : 1;
}

/* The identity is that of what is signed: the same request is never signed the same twice. */
static comity_status sign(struct submitting *self, struct outbox_item *item, const char *syntax)
{
    char message[300] = "";
    comity_status status = submit_sign(item, *syntax ? syntax : NULL, message, sizeof message);
    return status == COMITY_E_INVALID ? refuse(self, "submit.sign", message, NULL) : status;
}

static comity_status queue(struct submitting *self, struct outbox_item *item)
{
    bool is_new = false;
    int64_t now = (int64_t)time(NULL);
    item->retain = self->retain ? now + self->retain : 0;
    item->made = now;
    item->reason = strdup("");
    if (self->is_dry) {
        self->queued++;
        submit_print_item(self->cli, item);
        return COMITY_OK;
    }
    self->status = outbox_put(&self->store, item, now, &is_new);
    if (self->status != COMITY_OK)
        return COMITY_E_IO;
    self->queued += is_new;
    self->known += !is_new;
    if (!is_new)
        cli_report(self->cli, COMITY_NOTE, "submit.known", self->cli->options.file,
                   "the request is in the outbox already", "comity outbox show says how it is");
    if (!self->cli->quiet)
        submit_print_item(self->cli, item);
    return COMITY_OK;
}

static comity_status submit_to(struct submitting *self, struct document *document,
                               const char *const *roles)
{
    struct outbox_item item = {.channel = strdup("")};
    comity_status status = routing_take_document(&item, document, self->to_state);
    if (status == COMITY_OK)
        status = self->which ? find_endpoint(self, &item) : route(self, document, &item, roles);
    if (status == COMITY_OK)
        status = check_purpose(self, &item);
    if (status == COMITY_OK) {
        if (self->cli->to) {
            free(item.endpoint.format);
            item.endpoint.format = strdup(self->cli->to);
        }
        status = item.endpoint.format
                     ? document_write(document, item.endpoint.format, put, &item)
                     : COMITY_E_NOMEM;
    }
    if (status == COMITY_OK) {
        item.media_type = strdup(routing_media_type(document->syntax));
        status = item.media_type ? sign(self, &item, document->syntax) : COMITY_E_NOMEM;
    }
    if (status == COMITY_OK)
        status = queue(self, &item);
    outbox_free_item(&item);
    return status;
}

static comity_status submit_document(void *user, struct document *document)
{
    static const char *const central[2] = {"central-authority", NULL};
    struct submitting *self = user;
    const char *roles[2];
    char *kind = document_copy(document, "kind"), *channel = document_copy(document, "channel");
    if (!kind || !channel) {
        free(kind);
        free(channel);
        return COMITY_E_NOMEM;
    }
    routing_roles(self->channel, channel, kind, roles);
    comity_status status = submit_to(self, document, roles);
    /* 66.8: a request that goes to the point of contact directly goes there too */
    if (status == COMITY_OK && !self->which && strcmp(kind, "emergency-assistance") == 0 &&
        strcmp(roles[0], "24-7") == 0)
        status = submit_to(self, document, central);
    free(kind);
    free(channel);
    self->failed += status != COMITY_OK;
    return status;
}

static bool submit_input(struct cli *cli, const char *name, const struct comity_input *input,
                         void *user)
{
    struct submitting *self = user;
    (void)name;
    const struct documents documents = documents_of(cli);
    comity_status status = documents_read(&documents, &cli->options, input, false,
                                          submit_document, self, &cli->result);
    cli_status(cli, status);
    return self->status == COMITY_OK &&
           (status != COMITY_E_PLUGIN || cli_has_lost_worker(cli));
}

int command_submit(int argc, char **argv)
{
    struct cli cli = {.command = "submit"};
    struct submitting self = {.cli = &cli};
    int result = cli_parse_own(&cli, argc, argv,
                               TAKES_FROM | TAKES_TO | TAKES_CONVERSION | TAKES_ISOLATE, help,
                               own, &self);
    if (result != EXIT_DONE)
        return result;
    cli.options.to = cli.to; /* a template's path is read before the worker locks itself in */
    if (store_open(&self.store, self.store_folder) != COMITY_OK) {
        result = submit_failed(&cli, &self.store);
        store_close(&self.store);
        return submit_finish(&cli, result);
    }
    cli_each(&cli, submit_input, &self);
    if (self.status != COMITY_OK)
        result = submit_failed(&cli, &self.store);
    if (!cli.quiet)
        fprintf(stderr, "%llu %s, %llu there already, %llu failed\n",
                (unsigned long long)self.queued, self.is_dry ? "would be queued" : "queued",
                (unsigned long long)self.known, (unsigned long long)self.failed);
    store_close(&self.store);
    int finished = cli_finish(&cli);
    return result != EXIT_DONE ? result : finished;
}
