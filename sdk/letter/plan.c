/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sections by the table of rules.  A value stands in one section alone, that of the first item
 * which it answers; an entry of a list of persons, offences and the like is not torn apart. */
#include "letter/plan.h"

#include <string.h>

bool plan_is_head(uint16_t root)
{
    static const uint16_t heads[] = {
        F_document_schema,      F_document_kind,       F_document_id,
        F_document_instrument,  F_document_language,   F_document_issued,
        F_document_urgency,     F_document_deadlines,  F_document_channel,
        F_document_answers,     F_document_requesting, F_document_requested,
        F_document_terminology, F_document_provenance};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (heads[i] == root)
            return true;
    return false;
}

static bool may_be_parted(uint16_t root)
{
    return fields[root].type == TYPE_GROUP && !plan_is_head(root) &&
           (!fields[root].list || root == F_document_material);
}

struct claiming {
    struct letter_plan *plan;
    const struct record *record;
};

static bool has_child(const struct value *entry, uint16_t sub)
{
    for (; entry; entry = value_next(entry))
        if (entry->form == VALUE_GROUP && value_child(entry, sub))
            return true;
    return false;
}

/* One place of the rule whose section is being added: "material.custodian". */
static bool claim(void *user, const char *path, size_t len)
{
    const struct claiming *claiming = user;
    struct letter_plan *plan = claiming->plan;
    const char *dot = memchr(path, '.', len);
    size_t first = dot ? (size_t)(dot - path) : len;
    uint16_t root = field_by_name(G_document, path, first), sub = FIELD_NONE;
    const struct value *entry =
        root == FIELD_NONE ? NULL : value_child(claiming->record->root, root);
    if (!entry || plan->claim_count == PLAN_CLAIMS)
        return true;
    if (dot && may_be_parted(root)) {
        const char *next = memchr(dot + 1, '.', len - first - 1);
        size_t second = next ? (size_t)(next - dot) - 1 : len - first - 1;
        sub = field_by_name(fields[root].ref, dot + 1, second);
        if (sub == FIELD_NONE || !has_child(entry, sub))
            return true;
    }
    plan->claims[plan->claim_count++] =
        (struct letter_claim){root, sub, (uint16_t)(plan->count - 1)};
    return true;
}

/* True where the item has a section; `*state` says of what sort. */
static bool has_section(const struct rule *rule, const struct record *record, uint8_t *state)
{
    bool is_met = rule->level == RULE_MAY || rule_is_met(rule, record, NULL, NULL, NULL);
    if (rule_is_stated(rule, record)) {
        *state = is_met ? SECTION_STATED : SECTION_INCOMPLETE;
        return true;
    }
    *state = rule->level == RULE_SHALL ? SECTION_MISSING : SECTION_WANTED;
    return !is_met;
}

static void add_section(struct letter_plan *plan, const struct rule *rule, uint16_t root,
                        uint8_t state)
{
    if (plan->count == PLAN_SECTIONS)
        return;
    plan->sections[plan->count++] =
        (struct letter_section){.rule = rule, .root = root, .state = state};
    if (state == SECTION_STATED)
        return;
    if (rule->level == RULE_SHALL)
        plan->missing++;
    else
        plan->wanted++;
}

static void add_items(struct letter_plan *plan, const struct record *record)
{
    struct claiming claiming = {plan, record};
    const struct rule *rule;
    size_t at = 0;
    while (plan->kind && (rule = rules_next(plan->kind, &at))) {
        uint8_t state = SECTION_STATED;
        /* Fewer than there is room for: what no item names needs its sections too. */
        if (plan->count == PLAN_SECTIONS - ROOT_FIELDS || !has_section(rule, record, &state))
            continue;
        add_section(plan, rule, FIELD_NONE, state);
        if (state == SECTION_STATED || state == SECTION_INCOMPLETE)
            rule_places(rule, claim, &claiming);
    }
}

static bool is_asked_for(const struct letter_plan *plan, uint16_t section)
{
    return plan->sections[section].rule && plan->sections[section].rule->level == RULE_SHALL;
}

/* A field belongs to the first item that names all of it; else to the first that must be there
 * and names a part, because what stands beside a part explains it.  An item that need not be
 * there has its part alone. */
static void find_owners(struct letter_plan *plan)
{
    for (size_t i = 0; i < ROOT_FIELDS; i++)
        plan->owners[i] = SECTION_NONE;
    for (int whole = 1; whole >= 0; whole--)
        for (size_t i = 0; i < plan->claim_count; i++) {
            const struct letter_claim *c = &plan->claims[i];
            uint16_t *owner = &plan->owners[c->root - S_document];
            bool is_good = whole ? c->sub == FIELD_NONE : is_asked_for(plan, c->section);
            if (*owner == SECTION_NONE && is_good)
                *owner = c->section;
        }
}

uint16_t plan_section_of(const struct letter_plan *plan, uint16_t root, uint16_t sub)
{
    uint16_t found = SECTION_NONE;
    for (size_t i = 0; i < plan->claim_count && sub != FIELD_NONE; i++) {
        const struct letter_claim *c = &plan->claims[i];
        if (c->root != root || c->sub != sub)
            continue;
        if (is_asked_for(plan, c->section))
            return c->section;
        if (found == SECTION_NONE)
            found = c->section;
    }
    return found != SECTION_NONE ? found : plan->owners[root - S_document];
}

/* True where a section shows something itself, and does not only say where it is. */
static bool has_content(const struct letter_plan *plan, uint16_t section)
{
    for (size_t i = 0; i < plan->claim_count; i++) {
        const struct letter_claim *c = &plan->claims[i];
        if (c->section == section && !plan_is_head(c->root) &&
            plan_section_of(plan, c->root, c->sub) == section)
            return true;
    }
    return false;
}

/* True of a field of which some part has no section yet. */
static bool has_rest(const struct letter_plan *plan, const struct value *entry)
{
    for (; entry; entry = value_next(entry)) {
        if (entry->form != VALUE_GROUP || !entry->first)
            return true;
        for (const struct value *v = entry->first; v; v = v->next)
            if (plan_section_of(plan, entry->field, v->field) == SECTION_NONE)
                return true;
    }
    return false;
}

static void add_rest(struct letter_plan *plan, const struct record *record)
{
    for (uint16_t root = S_document; root < E_document; root++) {
        const struct value *first = value_child(record->root, root);
        if (!first || plan_is_head(root) || plan->owners[root - S_document] != SECTION_NONE ||
            !has_rest(plan, first))
            continue;
        plan->owners[root - S_document] = (uint16_t)plan->count;
        add_section(plan, NULL, root, SECTION_STATED);
    }
}

void plan_make(struct letter_plan *plan, const struct record *record)
{
    size_t len = 0;
    uint16_t number = 0;
    const char *kind = value_text(record->root, F_document_kind, &len);
    memset(plan, 0, sizeof *plan);
    plan->kind = kind ? kind_find(kind, len) : NULL;
    add_items(plan, record);
    find_owners(plan);
    for (uint16_t i = 0; i < plan->count; i++)
        plan->sections[i].is_left_out = plan->sections[i].state == SECTION_STATED &&
                                        !is_asked_for(plan, i) && !has_content(plan, i);
    add_rest(plan, record);
    for (size_t i = 0; i < plan->count; i++)
        plan->sections[i].number = plan->sections[i].is_left_out ? 0 : ++number;
}
