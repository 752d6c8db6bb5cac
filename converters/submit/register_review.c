/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity register check: goes through all that stands in the register, what it names on this
 * machine, and what the convention wants of it. */
#include "submit/register.h"

#include "cli.h"
#include "runtime/context.h"

#include <stdio.h>
#include <string.h>

struct review {
    struct cli *cli;
    struct store *store;
    const struct authority *authority; /* at hand; NULL: an endpoint of none */
    const char *endpoint;              /* at hand, or NULL */
    struct entry_faults faults;
    char state[8]; /* of the authority before */
    uint64_t authorities, endpoints, own_endpoints, errors, warnings;
};

/* --- formats */

struct format_fault {
    char *message;
    size_t size;
    bool is_told;
};

static void keep_message(void *user, const struct comity_finding *finding)
{
    struct format_fault *fault = user;
    snprintf(fault->message, fault->size, "%s", finding->message);
    fault->is_told = true;
}

const char *register_wrong_format(struct cli *cli, const char *format, char *message,
                                  size_t size)
{
    static const char hint[] = "'comity formats' lists the formats of this machine";
    struct format_fault fault = {message, size, false};
    bool can_write = false;
    if (cli->isolate) {
        struct isolate_known known;
        comity_status status =
            isolate_format(cli->isolate, format, keep_message, &fault, &known);
        cli_status(cli, status);
        if (status != COMITY_OK && !fault.is_told)
            snprintf(message, size, "no converter is left to say whether %.100s can be written",
                     format);
        if (status != COMITY_OK)
            return "that is no fault of the register; comity plugins says what is loaded";
        can_write = known.can_write;
    } else {
        struct findings findings = {.emit = keep_message, .user = &fault};
        const struct format *found = find_format(cli->context, format, &findings);
        can_write = found && format_can_write(found);
    }
    if (can_write)
        return NULL;
    if (!fault.is_told)
        snprintf(message, size, "the format %.100s is never written, so nothing can be sent",
                 format);
    return hint;
}

/* --- findings */

static void report(struct review *review, int32_t severity, const struct entry_fault *fault)
{
    const struct authority *authority = review->authority;
    char source[700] = "";
    int used = 0;
    if (authority)
        used = snprintf(source, sizeof source, "authority %lld (%s, %s, %.300s)",
                        (long long)authority->id, authority->state, authority->role,
                        authority->name);
    if (review->endpoint)
        snprintf(source + used, sizeof source - (size_t)used, "%sendpoint %.120s",
                 used ? ", " : "", review->endpoint);
    entry_make_text(source);
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = severity,
                                     .code = fault->code,
                                     .message = fault->message,
                                     .source = source,
                                     .hint = fault->hint};
    review->errors += severity == COMITY_ERROR;
    review->warnings += severity == COMITY_WARNING;
    cli_finding(review->cli, &finding);
}

static void tell_fault(void *user, const struct entry_fault *fault)
{
    report(user, COMITY_ERROR, fault);
}

static void warn(struct review *review, const char *code, const char *hint, const char *message)
{
    struct entry_fault fault = {.code = code, .hint = hint};
    snprintf(fault.message, sizeof fault.message, "%s", message);
    report(review, COMITY_WARNING, &fault);
}

/* --- endpoints */

static comity_status review_endpoint(void *user, const struct endpoint_text *text)
{
    struct review *review = user;
    struct endpoint endpoint;
    struct entry_fault fault = {.code = "register.format"};
    review->endpoint = text->name;
    review->endpoints++;
    review->own_endpoints++;
    endpoint_check_name(text->name, &review->faults);
    comity_status status = endpoint_take(&endpoint, text, &review->faults);
    if (status == COMITY_OK) {
        endpoint_check_files(&endpoint, &review->faults);
        fault.hint = register_wrong_format(review->cli, text->format, fault.message,
                                           sizeof fault.message);
        if (fault.hint)
            report(review, COMITY_ERROR, &fault);
    }
    endpoint_free(&endpoint);
    review->endpoint = NULL;
    return status == COMITY_E_USAGE ? COMITY_OK : status;
}

/* --- authorities */

/* A text that came into the register by another way may be anything. */
static void review_fields(struct review *review, const struct authority *authority)
{
    struct arena arena;
    arena_init(&arena, 64u << 20);
    authority_check(authority, &review->faults);
    authority_languages(&arena, authority->languages, &review->faults);
    entry_take_object(&arena, authority->declarations, "register.declarations", "declarations",
                      authority_check_declarations, &review->faults);
    arena_free(&arena);
}

static comity_status review_authority(void *user, const struct authority *authority)
{
    struct review *review = user;
    bool is_next = strcmp(review->state, authority->state) != 0;
    review->authority = authority;
    review->authorities++;
    review->own_endpoints = 0;
    review_fields(review, authority);
    if (is_next && strcmp(authority->role, register_roles[0]) != 0) /* these stand first */
        warn(review, "register.no-central-authority",
             "every State designates one (61.10(a)) and notifies it (58.19, 61.10(c)); add it",
             "the State has other authorities in the register, but no central authority");
    snprintf(review->state, sizeof review->state, "%s", authority->state);
    if (!*authority->languages)
        warn(review, "register.no-languages", "--languages says which it accepts (61.11)",
             "the register does not say which languages the authority accepts");
    comity_status status =
        register_each_endpoint(review->store, authority->id, review_endpoint, review);
    if (status == COMITY_OK && strcmp(authority->role, "24-7") == 0 && !review->own_endpoints)
        warn(review, "register.no-endpoint", "--endpoint and --url say where (67.2)",
             "the point of contact of the 24/7 network has no endpoint");
    review->authority = NULL;
    return status;
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

void register_review(struct cli *cli, struct register_request *request)
{
    struct store *store = &request->store;
    struct review review = {.cli = cli, .store = store};
    const struct register_filter all = {.state = NULL};
    review.faults = (struct entry_faults){.tell = tell_fault, .user = &review};
    if (!cli_open(cli))
        return;
    cli->findings = stdout;
    comity_status status = store_run(store, "BEGIN"); /* all as of one moment */
    if (status == COMITY_OK)
        status = register_each(store, &all, review_authority, &review);
    if (status == COMITY_OK)
        status = register_each_endpoint(store, 0, review_endpoint, &review);
    store_rollback(store);
    if (status != COMITY_OK)
        register_store_fault(cli, store, status);
    else if (!cli->json && !cli->quiet)
        printf("%llu authorit%s, %llu endpoint%s: %llu error%s, %llu warning%s\n",
               (unsigned long long)review.authorities, review.authorities == 1 ? "y" : "ies",
               (unsigned long long)review.endpoints, plural(review.endpoints),
               (unsigned long long)review.errors, plural(review.errors),
               (unsigned long long)review.warnings, plural(review.warnings));
    cli->result.failed_input += review.errors;
}
