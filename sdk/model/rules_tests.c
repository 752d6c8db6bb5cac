/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rules that ask for more than that something is stated: times, decisions, and what a State
 * has declared.  One function a rule, named in rules.def.  What is written in a way that cannot
 * be measured is no fault: nothing is guessed. */
#include "model/convention.h"
#include "model/dates.h"
#include "model/profile.h"
#include "model/rule_check.h"

#include <stdio.h>
#include <string.h>

#define DAYS_OF_PRESERVATION 60
#define DAYS_OF_PENALTY 365

static const struct value *group_of(const struct rule_check *check, uint16_t field)
{
    const struct value *group = value_child(check->record->root, field);
    return group && group->form == VALUE_GROUP ? group : NULL;
}

static bool text_is(const struct value *group, uint16_t field, const char *wanted)
{
    const struct value *value = group ? value_child(group, field) : NULL;
    return value && value_is(value, wanted, strlen(wanted));
}

/* --- times */

/* A length in days, from a quantity such as 2 months; -1 where it cannot be told.  Twelve
 * months are a year. */
static long days_of(const struct value *quantity)
{
    static const struct {
        const char *unit;
        long days;
    } units[] = {{"d", 1},       {"day", 1},   {"days", 1},   {"wk", 7},
                 {"week", 7},    {"weeks", 7}, {"mo", 30},    {"month", 30},
                 {"months", 30}, {"a", 365},   {"year", 365}, {"years", 365}};
    size_t len = 0, unit_len = 0;
    const char *number = value_text(quantity, F_quantity_value, &len);
    const char *unit = value_text(quantity, F_quantity_unit, &unit_len);
    long whole = 0;
    if (!number || !unit || !len || len > 6)
        return -1;
    for (size_t i = 0; i < len && number[i] != '.'; i++) {
        if (number[i] < '0' || number[i] > '9')
            return -1;
        whole = whole * 10 + (number[i] - '0');
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strlen(units[i].unit) == unit_len && memcmp(units[i].unit, unit, unit_len) == 0)
            return whole * units[i].days + (units[i].days == 30 ? 5 * (whole / 12) : 0);
    return -1;
}

/* The number of a day, counted from a day long ago; -1 where the text states no whole date. */
static long day_number(const struct value *group, uint16_t field)
{
    struct partial_date date;
    size_t len = 0;
    const char *text = group ? value_text(group, field, &len) : NULL;
    if (!text || !date_read(text, len > 10 ? 10 : len, &date) || !date.day)
        return -1;
    /* Years begin in March, so that the odd day comes last. */
    long year = (long)date.year - (date.month < 3);
    long month = ((long)date.month + 9) % 12;
    return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 +
           (long)date.day;
}

/* 68.7: not less than sixty days; what is not stated needs not be. */
void rule_test_preservation_lasts(struct rule_check *check)
{
    const struct value *root = check->record->root;
    const struct value *preservation = group_of(check, F_document_preservation);
    if (!preservation)
        return;
    const struct value *duration = value_child(preservation, F_preservation_duration);
    const struct value *until = value_child(preservation, F_preservation_until);
    long days = duration ? days_of(duration) : -1;
    const struct value *near = duration;
    const char *field = "preservation.duration";
    if (days < 0 && until) {
        long from = day_number(group_of(check, F_document_decision), F_decision_date);
        long to = day_number(preservation, F_preservation_until);
        if (from < 0)
            from = day_number(root, F_document_issued);
        days = from < 0 || to < 0 ? -1 : to > from ? to - from : 0;
        near = until;
        field = "preservation.until";
    }
    if (days < 0 || days >= DAYS_OF_PRESERVATION)
        return;
    char what[100];
    snprintf(what, sizeof what, "%s states %ld days, which are fewer than sixty", field, days);
    rule_fault(check, near, field, what);
}

/* 58.1: one of the offences must have a maximum of a year (58.3), unless a treaty sets another
 * minimum (58.1(b)).  A record without offences lacks these. */
void rule_test_penalty_is_a_year(struct rule_check *check)
{
    const struct value *offence = value_child(check->record->root, F_document_offences);
    const struct value *shorter = NULL;
    if (!rule_has(check, "offences.penalty.maximum|offences.penalty.text")) {
        if (offence && offence->form == VALUE_GROUP)
            rule_fault(check, offence, "offences[0].penalty.maximum",
                       "offences[0].penalty is missing");
        return;
    }
    for (; offence; offence = value_next(offence)) {
        const struct value *penalty = value_child(offence, F_offence_penalty);
        const struct value *maximum = penalty ? value_child(penalty, F_penalty_maximum) : NULL;
        if (penalty &&
            (!maximum || days_of(maximum) < 0 || days_of(maximum) >= DAYS_OF_PENALTY))
            return;
        shorter = maximum ? maximum : shorter;
    }
    if (shorter && !rule_has(check, "basis.treaties"))
        rule_fault(check, shorter, "offences[0].penalty.maximum",
                   "no offence has a maximum penalty of at least one year");
}

/* 57.2: where natural persons are named, what is sent back are their particulars. */
void rule_test_retention_is_stated(struct rule_check *check)
{
    const struct value *person = value_child(check->record->root, F_document_persons);
    for (; person; person = value_next(person))
        if (person->form == VALUE_GROUP && !text_is(person, F_person_type, "legal")) {
            rule_test_places(check);
            return;
        }
}

/* --- requests */

/* 66.8: a copy goes to the central authority unless the request itself does. */
void rule_test_copy_goes_to_central_authority(struct rule_check *check)
{
    static const char *const direct[] = {"direct", "24-7", "interpol"};
    const struct value *root = check->record->root;
    bool needs_copy =
        text_is(group_of(check, F_document_emergency), F_emergency_direct, "true");
    for (size_t i = 0; i < sizeof direct / sizeof direct[0]; i++)
        needs_copy = needs_copy || text_is(root, F_document_channel, direct[i]);
    if (needs_copy)
        rule_test_places(check);
}

/* 72(b): consent, unless what is accessed is public. */
void rule_test_consent_is_stated(struct rule_check *check)
{
    if (text_is(group_of(check, F_document_access), F_access_basis, "consent"))
        rule_test_places(check);
}

/* 82.3(b): one that is said not to be final is none. */
void rule_test_order_is_final(struct rule_check *check)
{
    const struct value *order = value_child(check->record->root, F_document_orders);
    rule_test_places(check);
    for (; order; order = value_next(order))
        if (order->form == VALUE_GROUP && text_is(order, F_order_final, "false"))
            rule_fault(check, value_child(order, F_order_final), "orders[0].final",
                       "the order is said not to be final");
}

/* 84: the article has two texts. */
void rule_test_option_is_named(struct rule_check *check)
{
    const struct value *recovery = group_of(check, F_document_recovery);
    const struct value *option = recovery ? value_child(recovery, F_recovery_option) : NULL;
    rule_test_places(check);
    if (option && !value_is(option, "1", 1) && !value_is(option, "2", 1))
        rule_fault(check, option, "recovery.option", "recovery.option is neither 1 nor 2");
}

/* --- decisions */

static bool is_outcome(const struct rule_check *check, const char *outcome)
{
    return text_is(group_of(check, F_document_decision), F_decision_outcome, outcome);
}

/* True if what is answered is a request of this kind. */
static bool is_answer_to(const struct rule_check *check, const char *kind)
{
    return text_is(group_of(check, F_document_answers), F_answered_kind, kind);
}

/* The grounds of a refusal, or NULL where nothing is refused. */
static const struct value *grounds_of(const struct rule_check *check)
{
    const struct value *decision = group_of(check, F_document_decision);
    return is_outcome(check, "refused") ? value_child(decision, F_decision_grounds) : NULL;
}

void rule_test_refusal_names_ground(struct rule_check *check)
{
    if (is_outcome(check, "refused"))
        rule_test_places(check);
}

/* 61.22; an outcome in another word than the list's may be a refusal, too. */
void rule_test_refusal_has_reasons(struct rule_check *check)
{
    if (rule_has(check, "decision.outcome") && !is_outcome(check, "granted") &&
        !is_outcome(check, "granted-with-conditions") && !is_outcome(check, "postponed"))
        rule_test_places(check);
}

void rule_test_postponement_has_ground(struct rule_check *check)
{
    if (is_outcome(check, "postponed"))
        rule_test_places(check);
}

void rule_test_conditions_are_stated(struct rule_check *check)
{
    if (is_outcome(check, "granted-with-conditions"))
        rule_test_places(check);
}

/* 58.16, 61.20: fiscal matters among other grounds are no fault, alone they are. */
void rule_test_not_fiscal_alone(struct rule_check *check)
{
    const char *paragraph = check->rule->article;
    const struct value *first = grounds_of(check);
    for (const struct value *ground = first; ground; ground = value_next(ground))
        if (!value_is(ground, paragraph, strlen(paragraph)))
            return;
    if (first)
        rule_fault(check, first, "decision.grounds[0]",
                   "the refusal rests on fiscal matters alone");
}

void rule_test_not_bank_secrecy(struct rule_check *check)
{
    for (const struct value *ground = grounds_of(check); ground; ground = value_next(ground))
        if (value_is(ground, "61.21", 5)) {
            rule_fault(check, ground, "decision.grounds", "the refusal rests on bank secrecy");
            return;
        }
}

/* The refusal of a request of one kind may rest on these paragraphs alone. */
static void grounds_are_among(struct rule_check *check, const char *kind,
                              const char *const *allowed)
{
    for (const struct value *ground = grounds_of(check); ground; ground = value_next(ground)) {
        char what[160];
        if (!is_answer_to(check, kind) || ground->form != VALUE_TEXT ||
            profile_lists(allowed, ground->text, ground->len))
            continue;
        snprintf(what, sizeof what, "the refusal of a request for %s rests on %.*s", kind,
                 clip(ground->text, ground->len, 40), ground->text);
        rule_fault(check, ground, "decision.grounds", what);
    }
}

void rule_test_preservation_ground_is_allowed(struct rule_check *check)
{
    static const char *const allowed[] = {"68.4", "68.5(a)", "68.5(b)", NULL};
    grounds_are_among(check, "preservation", allowed);
}

void rule_test_disclosure_ground_is_allowed(struct rule_check *check)
{
    static const char *const allowed[] = {"69.2(a)", "69.2(b)", NULL};
    grounds_are_among(check, "preserved-traffic-disclosure", allowed);
}

/* --- what the requested State has declared or demands */

/* 61.11 */
void rule_test_language_is_accepted(struct rule_check *check)
{
    const struct value *root = check->record->root;
    size_t len = 0;
    const char *text = value_text(root, F_document_language, &len);
    const char *const *accepted = check->profile ? check->profile->languages : NULL;
    if (!accepted || (text && profile_lists(accepted, text, len)))
        return;
    const struct value *v = value_child(root, F_document_translations);
    for (; v; v = value_next(v)) {
        size_t language_len = 0;
        const char *language = value_text(v, F_translation_language, &language_len);
        if (language && profile_lists(accepted, language, language_len))
            return;
    }
    char what[200];
    size_t used = (size_t)snprintf(what, sizeof what, "%.*s%s; accepted:",
                                   text ? clip(text, len, 40) : 0, text ? text : "",
                                   text ? " is not accepted" : "language is missing");
    for (; *accepted && used < sizeof what - 20; accepted++)
        used += (size_t)snprintf(what + used, sizeof what - used, " %.12s", *accepted);
    rule_fault(check, value_child(root, F_document_language), "language", what);
}

/* 56.3 and 61.6; preservation needs none (68.3), unless that right was reserved (68.4). */
void rule_test_dual_criminality_is_shown(struct rule_check *check)
{
    bool is_preservation = text_is(check->record->root, F_document_kind, "preservation");
    if (check->profile && check->profile->demands_dual_criminality &&
        (!is_preservation || profile_declares(check->profile, "68.4")))
        rule_test_places(check);
}

/* 71.2: nothing is disclosed before a request under article 66 comes. */
void rule_test_emergency_request_follows(struct rule_check *check)
{
    const struct value *follow_up = group_of(check, F_document_follow_up);
    if (!profile_declares(check->profile, "71.2") ||
        text_is(follow_up, F_follow_up_intends, "emergency-assistance"))
        return;
    const struct value *related = value_child(check->record->root, F_document_related);
    for (; related; related = value_next(related))
        if (related->form == VALUE_GROUP &&
            text_is(related, F_related_category, "emergency-assistance"))
            return;
    rule_fault(check, follow_up, "follow_up.intends",
               "no emergency mutual legal assistance request is named or announced");
}

/* 71.3: subscribers alone are not worth an emergency to this State. */
void rule_test_more_than_subscriber(struct rule_check *check)
{
    const struct value *material = value_child(check->record->root, F_document_material);
    const struct value *first = material;
    if (!profile_declares(check->profile, "71.3"))
        return;
    for (; material; material = value_next(material))
        if (material->form != VALUE_GROUP ||
            !text_is(material, F_material_category, "subscriber"))
            return;
    if (first)
        rule_fault(check, first, "material[0].category",
                   "nothing but subscriber particulars is sought");
}

/* 71.7 */
void rule_test_request_follows_execution(struct rule_check *check)
{
    if (profile_declares(check->profile, "71.7") &&
        !rule_has(check, "follow_up.text|follow_up.intends"))
        rule_fault(check, NULL, "follow_up.text", "follow_up is missing");
}
