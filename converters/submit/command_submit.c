/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity submit: requests into the outbox, in the format and for the authority of the State
 * that is asked.  Nothing is sent here; comity outbox run does that. */
#include "runtime/context.h"
#include "submit/commands.h"
#include "submit/protocol.h"
#include "submit/register.h"
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
    "  --channel CHANNEL    central-authority, 24-7, or competent: which of its authorities;\n"
    "                       without it 24-7 for requests to the network, else the central\n"
    "                       authority (for extradition the one that the register names for "
    "it)\n"
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
    if (strcmp(value, "central-authority") != 0 && strcmp(value, "24-7") != 0 &&
        strcmp(value, "competent") != 0)
        return cli_usage(cli, "there is no such channel:", value);
    ((struct submitting *)cli->own_user)->channel = value;
    return EXIT_DONE;
}

static int take_retain(struct cli *cli, const char *value)
{
    uint64_t days;
    if (!cli_number(value, 36500, &days) || !days)
        return cli_usage(cli, "--retain takes days, from 1 to 36500, and not", value);
    ((struct submitting *)cli->own_user)->retain = (int64_t)days * 24 * 3600;
    return EXIT_DONE;
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

static char *copy(struct comity_record *record, const char *path)
{
    size_t len = 0;
    const char *text = comity_record_get(record, path, &len);
    return text && !memchr(text, '\0', len) ? strndup(text, len) : strdup("");
}

/* --- where to */

static bool is_extradition(const char *kind)
{
    return strncmp(kind, "extradition", 11) == 0 || strcmp(kind, "provisional-arrest") == 0;
}

/* The roles that may take a request of a kind, the best first. */
static void choose_roles(const struct submitting *self, const char *kind, const char *roles[2])
{
    roles[0] = "central-authority";
    roles[1] = NULL;
    if (self->channel) {
        roles[0] = self->channel;
    } else if (strcmp(kind, "network-24-7") == 0) {
        roles[0] = "24-7";
    } else if (is_extradition(kind)) {
        roles[0] = "extradition";
        roles[1] = "central-authority";
    }
}

static comity_status check_language(struct submitting *self, struct comity_record *record,
                                    const char *authority, const char *languages)
{
    char message[400];
    char *language = copy(record, "language");
    comity_status status = COMITY_OK;
    size_t primary = language ? strcspn(language, "-") : 0;
    bool is_known = !language || !*language || !languages || !*languages;
    for (const char *at = languages; !is_known && at && *at; at += strspn(at, " ,")) {
        size_t len = strcspn(at, " ,");
        is_known = strcspn(at, "-, ") == primary && strncmp(at, language, primary) == 0;
        at += len;
    }
    if (!is_known) {
        snprintf(message, sizeof message,
                 "the request is in %.20s; %.100s accepts %.200s (article 61.11)", language,
                 authority, languages);
        status = refuse(self, "submit.language", message,
                        "send a translation, or declare the language in the register");
    }
    free(language);
    return status;
}

static comity_status route(struct submitting *self, struct comity_record *record,
                           struct outbox_item *item, const char *const *roles)
{
    char *authority = NULL, *languages = NULL, message[300];
    comity_status status = COMITY_END;
    if (!*item->to_state)
        return refuse(self, "submit.state", "the request does not say which State is asked",
                      "--to STATE says it");
    for (int i = 0; i < 2 && roles[i] && status == COMITY_END; i++) {
        status = register_route(&self->store, item->to_state, roles[i], self->territory,
                                &item->endpoint, &authority, &languages);
        free(item->channel);
        item->channel = strdup(roles[i]);
    }
    if (status == COMITY_OK)
        status = check_language(self, record, authority, languages);
    else if (status == COMITY_END) {
        snprintf(message, sizeof message,
                 "the register has no authority of %.20s with an endpoint for %.40s",
                 item->to_state, roles[0]);
        status = refuse(self, "submit.no-route", message,
                        "comity register add enters one; --endpoint names another");
    }
    free(authority);
    free(languages);
    return status;
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

/* --- what */

static const char *media_type(const struct comity *context, const char *spec)
{
    const char *syntax = format_syntax(context, spec);
    if (!syntax)
        return "application/octet-stream";
    return strcmp(syntax, "json") == 0  ? "application/json"
           : strcmp(syntax, "xml") == 0 ? "application/xml"
           : strcmp(syntax, "csv") == 0 ? "text/csv"
                                        : "text/plain";
}

static int put(void *user, const void *bytes, size_t size)
{
    struct outbox_item *item = user;
    item->payload = malloc(size + 1);
    if (!item->payload)
        return 1;
    memcpy(item->payload, bytes, size);
    item->size = size;
    encoding_sha256(item->payload, size, item->sha256);
    return 0;
}

/* The identity is that of what is signed: the same request is never signed the same twice. */
static comity_status sign(struct submitting *self, struct outbox_item *item)
{
    char message[300] = "";
    outbox_identify(item);
    comity_status status =
        submit_sign(item, format_syntax(self->cli->context, item->endpoint.format), message,
                    sizeof message);
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

static comity_status submit_to(struct submitting *self, struct comity_record *record,
                               const char *const *roles)
{
    struct outbox_item item = {.reference = copy(record, "id"),
                               .kind = copy(record, "kind"),
                               .to_state = self->to_state ? strdup(self->to_state)
                                                          : copy(record, "requested.state"),
                               .channel = strdup("")};
    comity_status status = item.reference && item.kind && item.to_state && item.channel
                               ? COMITY_OK
                               : COMITY_E_NOMEM;
    if (status == COMITY_OK)
        status = self->which ? find_endpoint(self, &item) : route(self, record, &item, roles);
    if (status == COMITY_OK && !protocol_find(item.endpoint.protocol))
        status = refuse(self, "submit.protocol",
                        "the endpoint's protocol is none that this version can speak", NULL);
    if (status == COMITY_OK) {
        if (self->cli->to) {
            free(item.endpoint.format);
            item.endpoint.format = strdup(self->cli->to);
        }
        if (item.endpoint.format)
            item.media_type = strdup(media_type(self->cli->context, item.endpoint.format));
        status = item.media_type ? comity_record_write(record, item.endpoint.format, put, &item)
                                 : COMITY_E_NOMEM;
    }
    if (status == COMITY_OK)
        status = sign(self, &item);
    if (status == COMITY_OK)
        status = queue(self, &item);
    outbox_free_item(&item);
    return status;
}

static comity_status submit_record(void *user, struct comity_record *record)
{
    static const char *const central[2] = {"central-authority", NULL};
    struct submitting *self = user;
    const char *roles[2];
    char *kind = copy(record, "kind");
    if (!kind)
        return COMITY_E_NOMEM;
    choose_roles(self, kind, roles);
    comity_status status = submit_to(self, record, roles);
    /* 66.8: a request that goes to the point of contact directly goes there too */
    if (status == COMITY_OK && !self->which && strcmp(kind, "emergency-assistance") == 0 &&
        strcmp(roles[0], "24-7") == 0)
        status = submit_to(self, record, central);
    free(kind);
    self->failed += status != COMITY_OK;
    return status;
}

static bool submit_input(struct cli *cli, const char *name, const struct comity_input *input,
                         void *user)
{
    struct submitting *self = user;
    (void)name;
    cli_status(cli, comity_read(cli->context, &cli->options, input, submit_record, self,
                                &cli->result));
    return self->status == COMITY_OK;
}

int command_submit(int argc, char **argv)
{
    struct cli cli = {.command = "submit"};
    struct submitting self = {.cli = &cli};
    int result = cli_parse_own(&cli, argc, argv, TAKES_FROM | TAKES_TO | TAKES_CONVERSION, help,
                               own, &self);
    if (result != EXIT_DONE)
        return result;
    if (cli.is_isolated)
        return cli_usage(&cli, "requests are not submitted from another process", NULL);
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
