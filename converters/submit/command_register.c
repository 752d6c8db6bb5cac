/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity register: its options and verbs; adds and removes entries. */
#include "submit/commands.h"
#include "submit/register.h"

#include "cli.h"
#include "model/codes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: comity register add --state CODE --role ROLE --name NAME [OPTION...]\n"
    "       comity register list [--state CODE] [--role ROLE]\n"
    "       comity register show ID|NAME\n"
    "       comity register import FILE...\n"
    "       comity register check\n"
    "       comity register remove ID|--endpoint NAME\n\n"
    "The register of authorities: who receives requests for a State, in which languages, and\n"
    "where (articles 58.19, 61.10, 61.11, 67.2; docs/submit.md).\n\n"
    "  --store FOLDER       where the register is kept (default: COMITY_STORE, else\n"
    "                       ~/.local/state/comity)\n"
    "  --json               JSON, a line for each; can be imported\n\n"
    "  add                  an authority, or what has changed of one: what is not given stays\n"
    "  --state CODE         ISO 3166-1 alpha-2\n"
    "  --role ROLE          central-authority, extradition, 24-7, interpol, diplomatic or\n"
    "                       competent\n"
    "  --territory TEXT     a part of the State with a system of its own\n"
    "  --name NAME          of the authority\n"
    "  --address TEXT       where it is written to\n"
    "  --languages TAGS     that it accepts: de,en\n"
    "  --declarations JSON  what the State declared: {\"61.6\": \"...\"}\n"
    "  --endpoint NAME      where requests are sent; with --url, --protocol and --format\n"
    "  --url URL            https alone\n"
    "  --protocol NAME      https, hi1, connector-client or domibus\n"
    "  --format FORMAT      that it takes, with options: etsi-hi1-xml:version=V1.23.1\n"
    "  --settings JSON      certificate, key, ca, pins, ... (docs/submit.md)\n\n"
    "  import               JSON (a list, or an object a line) or CSV, all or nothing; - is\n"
    "                       standard input\n"
    "  check                faults and gaps of the register; 4 where there is an error\n\n";

/* --- options */

static struct register_request *request_of(struct cli *cli)
{
    return cli->own_user;
}

#define TAKE(option, member)                                     \
    static int take_##option(struct cli *cli, const char *value) \
    {                                                            \
        request_of(cli)->member = value;                         \
        return EXIT_DONE;                                        \
    }
TAKE(state, authority.state)
TAKE(role, authority.role)
TAKE(territory, authority.territory)
TAKE(name, authority.name)
TAKE(address, authority.address)
TAKE(languages, authority.languages)
TAKE(declarations, authority.declarations)
TAKE(endpoint, endpoint.name)
TAKE(url, endpoint.url)
TAKE(protocol, endpoint.protocol)
TAKE(format, endpoint.format)
TAKE(settings, endpoint.settings)
TAKE(store, folder)
#undef TAKE

static const struct cli_option of_add[] = {
    {"store", 0, true, take_store},         {"state", 0, true, take_state},
    {"role", 0, true, take_role},           {"territory", 0, true, take_territory},
    {"name", 0, true, take_name},           {"address", 0, true, take_address},
    {"languages", 0, true, take_languages}, {"declarations", 0, true, take_declarations},
    {"endpoint", 0, true, take_endpoint},   {"url", 0, true, take_url},
    {"protocol", 0, true, take_protocol},   {"format", 0, true, take_format},
    {"settings", 0, true, take_settings},   {NULL, 0, false, NULL},
};
static const struct cli_option of_list[] = {
    {"store", 0, true, take_store},
    {"state", 0, true, take_state},
    {"role", 0, true, take_role},
    {NULL, 0, false, NULL},
};
static const struct cli_option of_remove[] = {
    {"store", 0, true, take_store},
    {"endpoint", 0, true, take_endpoint},
    {NULL, 0, false, NULL},
};
static const struct cli_option of_others[] = {
    {"store", 0, true, take_store},
    {NULL, 0, false, NULL},
};

/* --- faults */

void register_store_fault(struct cli *cli, const struct store *store, comity_status status)
{
    cli_status(cli, status);
    if (status == COMITY_E_INVALID)
        cli->result.failed_input++;
    if (status != COMITY_E_NOMEM)
        cli_report(cli, COMITY_ERROR, "submit.store", NULL, store->message, NULL);
}

static void tell_fault(void *user, const struct entry_fault *fault)
{
    struct cli *cli = user;
    cli->wrong_usage = true;
    cli_report(cli, COMITY_ERROR, fault->code, NULL, fault->message, fault->hint);
}

void register_tell_unknown(struct cli *cli, const char *sort, const char *what)
{
    struct entry_faults faults = {.tell = tell_fault, .user = cli};
    entry_fault(&faults, "register.unknown", NULL, 0, "'comity register list' shows them",
                "the register has no %s '%.100s'", sort, what);
}

/* --- add */

/* What options gave, checked and as the register keeps it; false (told) where it is wrong. */
static bool check_given(struct cli *cli, struct register_request *request)
{
    struct authority *authority = &request->authority;
    struct endpoint_text *text = &request->endpoint;
    struct endpoint endpoint;
    struct entry_faults faults = {.tell = tell_fault, .user = cli};
    authority_check(authority, &faults);
    if (authority->languages)
        authority->languages =
            authority_languages(&request->arena, authority->languages, &faults);
    if (authority->declarations)
        authority->declarations =
            entry_take_object(&request->arena, authority->declarations, "register.declarations",
                              "declarations", authority_check_declarations, &faults);
    if (text->name) {
        if (text->settings)
            text->settings =
                entry_take_object(&request->arena, text->settings, "register.settings",
                                  "settings", endpoint_check_settings, &faults);
        endpoint_check_name(text->name, &faults);
        comity_status status = endpoint_take(&endpoint, text, &faults);
        cli_status(cli, status == COMITY_E_NOMEM ? status : COMITY_OK);
        if (status == COMITY_OK)
            endpoint_check_files(&endpoint, &faults);
        endpoint_free(&endpoint);
    }
    return !faults.count && !cli->out_of_memory;
}

static comity_status put(struct cli *cli, struct register_request *request,
                         enum register_change changes[2])
{
    struct store *store = &request->store;
    int64_t owner = 0;
    comity_status status = register_put(store, &request->authority, &changes[0]);
    if (status < COMITY_OK || !request->endpoint.name)
        return status < COMITY_OK ? status : COMITY_OK;
    status = register_put_endpoint(store, &request->endpoint, request->authority.id,
                                   &changes[1], &owner);
    if (status != COMITY_E_USAGE)
        return status < COMITY_OK ? status : COMITY_OK;
    struct entry_faults faults = {.tell = tell_fault, .user = cli};
    entry_fault(&faults, "register.name", "name", 0,
                "give it another name, or remove the one that is there",
                "the endpoint '%s' belongs to another authority, number %lld",
                request->endpoint.name, (long long)owner);
    return status;
}

static void print_added(const struct cli *cli, const struct register_request *request,
                        const enum register_change changes[2])
{
    const char *endpoint = request->endpoint.name;
    long long id = (long long)request->authority.id;
    if (cli->json) { /* the endpoint's name has been checked: nothing in it to escape */
        printf("{\"id\":%lld,\"authority\":\"%s\"", id, register_changes[changes[0]]);
        if (endpoint)
            printf(",\"endpoint\":\"%s\"", register_changes[changes[1]]);
        puts("}");
        return;
    }
    printf("authority %lld: %s\n", id, register_changes[changes[0]]);
    if (endpoint)
        printf("endpoint %s: %s\n", endpoint, register_changes[changes[1]]);
}

static void add(struct cli *cli, struct register_request *request)
{
    enum register_change changes[2] = {REGISTER_UNCHANGED, REGISTER_UNCHANGED};
    struct store *store = &request->store;
    char message[300];
    const char *format = request->endpoint.name ? request->endpoint.format : NULL;
    if (!check_given(cli, request) || (format && !cli_open(cli)))
        return;
    const char *hint =
        format ? register_wrong_format(cli, format, message, sizeof message) : NULL;
    if (hint)
        cli_report(cli, COMITY_WARNING, "register.format", NULL, message, hint);
    comity_status status = store_begin(store);
    if (status == COMITY_OK)
        status = put(cli, request, changes);
    if (status == COMITY_OK)
        status = store_commit(store);
    store_rollback(store);
    if (status == COMITY_OK && !cli->quiet)
        print_added(cli, request, changes);
    else if (status != COMITY_OK && status != COMITY_E_USAGE)
        register_store_fault(cli, store, status);
}

/* --- remove */

static void take_out(struct cli *cli, struct register_request *request)
{
    const char *endpoint = request->endpoint.name;
    const char *what = endpoint ? endpoint : cli->inputs[0];
    uint64_t id = 0;
    if (!endpoint && !cli_number(what, INT64_MAX, &id)) {
        cli_usage(cli, "remove takes the number of an authority, not", what);
        cli->wrong_usage = true;
        return;
    }
    comity_status status = endpoint ? register_remove_endpoint(&request->store, endpoint)
                                    : register_remove(&request->store, (int64_t)id);
    if (status == COMITY_END) {
        register_tell_unknown(cli, endpoint ? "endpoint" : "authority", what);
    } else if (status != COMITY_OK) {
        register_store_fault(cli, &request->store, status);
    } else if (!cli->quiet && cli->json) {
        puts("{\"removed\":true}");
    } else if (!cli->quiet) {
        printf("%s %s: removed\n", endpoint ? "endpoint" : "authority", what);
    }
}

/* --- verbs */

struct verb {
    const char *name;
    const struct cli_option *own;
    void (*run)(struct cli *cli, struct register_request *request);
    int least, most; /* arguments */
};

static const struct verb verbs[] = {
    {"add", of_add, add, 0, 0},
    {"list", of_list, register_list, 0, 0},
    {"show", of_others, register_show, 1, 1},
    {"import", of_others, register_import, 1, 1000},
    {"check", of_others, register_review, 0, 0},
    {"remove", of_remove, take_out, 0, 1},
};

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static bool is_role(const char *role)
{
    size_t i = 0;
    while (register_roles[i] && strcmp(register_roles[i], role) != 0)
        i++;
    return register_roles[i] != NULL;
}

/* What can be told of a command line without its values. */
static int check_usage(struct cli *cli, const struct verb *verb,
                       const struct register_request *request)
{
    const struct authority *authority = &request->authority;
    const struct endpoint_text *endpoint = &request->endpoint;
    if (cli->input_count > verb->most)
        return cli_usage(cli, "there is no place for", cli->inputs[verb->most]);
    if (cli->input_count < verb->least)
        return cli_usage(cli, "an argument is missing behind", verb->name);
    if (verb->run == take_out && (cli->input_count != 0) == (endpoint->name != NULL))
        return cli_usage(cli, "remove takes the number of an authority, or --endpoint NAME",
                         NULL);
    if (verb->run == register_list) {
        if (authority->state && !iso_country_known(authority->state, strlen(authority->state)))
            return cli_usage(cli, "--state takes a code of ISO 3166-1, such as DE, not",
                             authority->state);
        if (authority->role && !is_role(authority->role))
            return cli_usage(cli, "there is no role", authority->role);
    }
    if (verb->run != add)
        return EXIT_DONE;
    if (!authority->state || !authority->role || !authority->name)
        return cli_usage(cli, "add takes --state, --role and --name", NULL);
    bool has_all = endpoint->url && endpoint->protocol && endpoint->format;
    bool has_any =
        endpoint->url || endpoint->protocol || endpoint->format || endpoint->settings;
    if (endpoint->name ? !has_all : has_any)
        return cli_usage(cli, "--endpoint, --url, --protocol and --format go together", NULL);
    return EXIT_DONE;
}

int command_register(int argc, char **argv)
{
    struct cli cli;
    struct register_request request = {.folder = NULL};
    const struct verb *verb = find_verb(argc > 1 ? argv[1] : "");
    if (verb) { /* the word goes, the command's own name stays in front */
        argv[1] = argv[0];
        argv++;
        argc--;
    }
    int status = cli_parse_own(&cli, argc, argv, TAKES_ISOLATE, help,
                               verb ? verb->own : of_others, &request);
    if (status == EXIT_DONE && !verb)
        status = cli_usage(&cli, "add, list, show, import, check or remove, not",
                           cli.input_count ? cli.inputs[0] : "nothing");
    if (status == EXIT_DONE)
        status = check_usage(&cli, verb, &request);
    if (status != EXIT_DONE)
        return status;
    arena_init(&request.arena, 64u << 20);
    comity_status opened = store_open(&request.store, request.folder);
    if (opened == COMITY_OK)
        verb->run(&cli, &request);
    else
        register_store_fault(&cli, &request.store, opened);
    store_close(&request.store);
    arena_free(&request.arena);
    return cli_finish(&cli);
}
