/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The convention's rules on a record that was read, and what the user's profile of a State
 * demands besides, as findings.  Knows no rule and no kind by name. */
#include "model/rules.h"
#include "runtime/context.h"

#include <stdio.h>

#define MESSAGE_MAX 1200u

struct checked {
    struct comity_record *record;
    bool is_notice; /* no request yet: nothing in it is an error */
};

static uint32_t node_near(const struct comity_record *record, const struct value *value)
{
    while (value && !value->node)
        value = value->parent;
    return value ? value->node : record->node;
}

static void report(const struct checked *checked, const struct value *near, int32_t severity,
                   const char *code, const char *field, const char *hint, const char *message)
{
    struct comity_record *record = checked->record;
    if (checked->is_notice && severity == COMITY_ERROR)
        severity = COMITY_WARNING;
    record_report_at(&record->record, &record->session->findings, node_near(record, near),
                     severity, code, field, hint, message);
}

static void report_fault(void *user, const struct rule *rule, const struct value *near,
                         const char *field, const char *what)
{
    char message[MESSAGE_MAX];
    snprintf(message, sizeof message, "%s (article %s: %s)", what, rule->article, rule->label);
    report(user, near, rule->level == RULE_SHOULD ? COMITY_WARNING : COMITY_ERROR, rule->code,
           field, rule->advice, message);
}

bool check_is_notice(const struct comity_record *record)
{
    const struct template *t = record->format->t;
    const struct comity *context = record->session->context;
    const struct value *entry = value_child(record->record.root, F_document_provenance);
    if (t && t->is_notice)
        return true;
    for (; entry; entry = value_next(entry)) {
        size_t len = 0;
        const char *id =
            entry->form == VALUE_GROUP ? value_text(entry, F_provenance_format, &len) : NULL;
        for (size_t i = 0; id && i < context->format_count; i++) {
            const struct format *format = context->formats[i];
            if (format->t && format->t->is_notice && strlen(format->id) == len &&
                memcmp(format->id, id, len) == 0)
                return true;
        }
    }
    return false;
}

/* An item that the profile's State asks for and the convention does not. */
static void check_demand(const struct checked *checked, const struct kind *kind,
                         const struct demand *demand)
{
    const struct record *record = &checked->record->record;
    const struct rule asked = {.places = demand->place};
    char message[MESSAGE_MAX];
    if ((demand->kinds && !profile_lists(demand->kinds, kind->id, strlen(kind->id))) ||
        rule_is_stated(&asked, record))
        return;
    const char *article = demand->article ? demand->article : "";
    snprintf(message, sizeof message, "%.200s is missing, which %s demands%s%.*s%s",
             demand->place, checked->record->session->profile.state,
             demand->article ? " (" : "", clip(article, strlen(article), 200), article,
             demand->article ? ")" : "");
    report(checked, record->root, COMITY_ERROR, "rule.demanded", demand->place, demand->advice,
           message);
}

/* The profile that counts for a request: none if it goes to another State. */
static const struct profile *profile_for(const struct checked *checked, const struct kind *kind)
{
    const struct record *record = &checked->record->record;
    const struct profile *profile = &checked->record->session->profile;
    const struct value *party = value_child(record->root, F_document_requested);
    const struct value *state = party ? value_child(party, F_party_state) : NULL;
    char message[120];
    if (!profile->state || kind->sort != KIND_REQUEST)
        return NULL;
    if (!state || value_is(state, profile->state, strlen(profile->state)))
        return profile;
    snprintf(message, sizeof message, "the request goes to %.*s; the profile is that of %s",
             clip(state->text, state->len, 40), state->text, profile->state);
    report(checked, state, COMITY_WARNING, "rule.other-state", "requested.state",
           "use the profile of the requested State", message);
    return NULL;
}

void check_rules(struct comity_record *record)
{
    const struct comity_options *options = record->session->options;
    struct checked checked = {record, check_is_notice(record)};
    size_t len = options->kind ? strlen(options->kind) : 0, at = 0;
    const char *id =
        options->kind ? options->kind : value_text(record->record.root, F_document_kind, &len);
    const struct kind *kind = id ? kind_find(id, len) : NULL;
    if (!kind)
        return; /* the model has said so */
    const struct profile *profile = profile_for(&checked, kind);
    const struct rule *rule;
    while ((rule = rules_next(kind, &at)) != NULL)
        if (rule->level != RULE_MAY)
            rule_is_met(rule, &record->record, profile, report_fault, &checked);
    for (size_t i = 0; profile && i < profile->demand_count; i++)
        check_demand(&checked, kind, &profile->demands[i]);
}

struct lacks {
    struct findings before;
    uint64_t count;
};

static void tell_lack(void *user, const struct comity_finding *finding)
{
    struct lacks *lacks = user;
    struct comity_finding warning = *finding;
    lacks->count += finding->severity >= COMITY_WARNING;
    if (warning.severity > COMITY_WARNING)
        warning.severity = COMITY_WARNING;
    if (lacks->before.emit)
        lacks->before.emit(lacks->before.user, &warning);
}

uint64_t check_lacks(struct comity_record *record)
{
    struct session *session = record->session;
    struct lacks lacks = {.before = session->findings};
    if (session->options->check)
        return 0;
    session->findings.emit = tell_lack;
    session->findings.user = &lacks;
    check_rules(record);
    session->findings = lacks.before;
    return lacks.count;
}

void record_place(const struct comity_record *record, uint64_t *start, uint64_t *end)
{
    const struct tree *tree = record->record.tree;
    const struct comity_node *node = tree_node(tree, record->node);
    bool is_whole = record->node <= 1 || !node->end;
    *start = tree_place(tree, is_whole ? 0 : node->offset).offset;
    *end = tree_place(tree, is_whole ? tree->size : node->end).offset;
}

comity_status check_open(struct session *session)
{
    const struct comity_options *options = session->options;
    struct findings findings = session->findings;
    if (options->kind && !kind_find(options->kind, strlen(options->kind))) {
        struct comity_finding finding = {.struct_size = sizeof finding,
                                         .severity = COMITY_ERROR,
                                         .code = "model.kind",
                                         .message = "the convention has no such kind",
                                         .source = options->kind,
                                         .hint = "comity explain model.kind lists them"};
        findings_add(&session->findings, &finding);
        return COMITY_E_USAGE;
    }
    if (!options->profile)
        return COMITY_OK;
    findings.file = options->profile_file;
    comity_status status = profile_read(&session->profile, &session->settings, options->profile,
                                        options->profile_len, &findings);
    memcpy(session->findings.counts, findings.counts, sizeof findings.counts);
    return status == COMITY_E_INVALID ? COMITY_E_USAGE : status;
}
