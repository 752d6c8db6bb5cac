/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a template says of a document as a whole: how the format is told, which kinds it carries
 * and by what they show, and when one message is several documents. */
#include "mapping/compiler.h"

#include <stdio.h>

const struct member *compiler_find(const struct member *member, const char *at, bool is_flat)
{
    size_t len = is_flat ? strlen(at) : strcspn(at, "/");
    for (uint16_t i = 0; i < member->count; i++) {
        const struct member *child = member->members[i];
        if (child->name_len != len || memcmp(child->name, at, len) != 0)
            continue;
        return at[len] ? compiler_find(child, at + len + 1, false) : child;
    }
    return NULL;
}

bool compiler_is_said(const struct member *member)
{
    const struct row *row = member ? member->row : NULL;
    return member && (!row || !row->is_kept || row->made || row->fallback);
}

static void compile_condition(struct compiler *c, uint32_t object, struct condition *when)
{
    static const char *const known[] = {"has",    "at",   "equals", "contains",
                                        "unless", "only", NULL};
    const char *at = compiler_text(c, object, "at"), *has = compiler_text(c, object, "has"),
               *equals = compiler_text(c, object, "equals"),
               *contains = compiler_text(c, object, "contains");
    compiler_check_members(c, object, known);
    when->kind = has ? WHEN_HAS : equals ? WHEN_EQUALS : WHEN_CONTAINS;
    when->at = has ? has : at;
    when->text = equals ? equals : contains;
    when->text_len = when->text ? (uint32_t)strlen(when->text) : 0;
    when->is_typed = c->t->form != NULL;
    uint32_t unless = compiler_get(c, object, "unless");
    when->unless = unless ? compiler_texts(c, unless) : NULL;
    if (!when->at || (!has && !when->text)) {
        compiler_fault(c, object, "template.when",
                       "a condition is has, or at with equals or contains");
        when->kind = WHEN_ALWAYS;
    }
}

/* The option by which the user lets the kind be written: {"version": "2"}. */
static void compile_chosen(struct compiler *c, uint32_t object, struct kind_rule *rule)
{
    const struct comity_node *node = tree_node(&c->tree, tree_node(&c->tree, object)->first);
    const struct template *t = c->t;
    for (size_t i = 0; object && i < t->option_count; i++)
        for (size_t k = 0; k < t->option_members[i]->fixed_count; k++)
            if (node->text && strlen(t->options[i].name) == node->name_len &&
                memcmp(t->options[i].name, node->name, node->name_len) == 0 &&
                t->option_members[i]->fixed[k].text_len == node->text_len &&
                memcmp(t->option_members[i]->fixed[k].text, node->text, node->text_len) == 0) {
                rule->option = i;
                rule->chosen = t->option_members[i]->fixed[k].text;
            }
    if (object && !rule->chosen)
        compiler_fault(c, object, "template.option",
                       "`chosen` is an object of one option of the rows and one of its texts");
}

/* The list that is written for this kind alone, where the condition looks into one; or NULL. */
static const struct row *list_of_kind(struct compiler *c, const struct member *document,
                                      const struct kind_rule *rule)
{
    const char *end = rule->when.at ? strstr(rule->when.at, "[]") : NULL;
    const char *at =
        end ? compiler_copy(c, rule->when.at, (size_t)(end - rule->when.at)) : NULL;
    const struct member *sort = at ? compiler_find(document, at, false) : NULL;
    for (; sort; sort = sort->kind == MEMBER_EACH ? sort->other : NULL)
        for (size_t i = 0; i < sort->when_count; i++) {
            const struct membership *of = &sort->when[i];
            bool is_kind = of->target.from_root && of->target.field == F_document_kind;
            for (size_t k = 0; is_kind && k < of->count; k++)
                if (of->texts[k].len == rule->kind_len &&
                    memcmp(of->texts[k].text, rule->kind, rule->kind_len) == 0)
                    return sort->row;
        }
    return NULL;
}

static void compile_kinds(struct compiler *c, uint32_t list, const struct member *document)
{
    static const char *const known[] = {"kind", "when", "own", "only", "chosen", NULL};
    struct template *t = c->t;
    t->kinds = compiler_take(c, tree_node(&c->tree, list)->count * sizeof *t->kinds);
    for (uint32_t i = tree_node(&c->tree, list)->first; i && t->kinds;
         i = tree_node(&c->tree, i)->next) {
        bool group = tree_node(&c->tree, i)->kind == COMITY_NODE_GROUP;
        if (group)
            compiler_check_members(c, i, known);
        if (group && !compiler_is_meant(c, i))
            continue;
        uint32_t when = group ? compiler_get(c, i, "when") : 0;
        const struct comity_node *node = tree_node(&c->tree, i);
        const char *kind = group ? compiler_text(c, i, "kind")
                           : node->kind == COMITY_NODE_STRING
                               ? compiler_copy(c, node->text, node->text_len)
                               : NULL;
        if (!kind || !code_find(L_kind, kind, strlen(kind))) {
            compiler_fault(c, i, "template.kind", "the convention has no such kind");
            continue;
        }
        struct kind_rule *rule = &t->kinds[t->kind_count++];
        rule->kind = kind;
        rule->kind_len = (uint32_t)strlen(kind);
        rule->is_own = group && compiler_flag(c, i, "own");
        compile_chosen(c, group ? compiler_get(c, i, "chosen") : 0, rule);
        if (!when)
            continue;
        compile_condition(c, when, &rule->when);
        const struct member *member =
            rule->when.at ? compiler_find(document, rule->when.at, c->t->form != NULL) : NULL;
        rule->when.row = member ? member->row : NULL;
        if (!rule->when.row && !rule->is_own)
            rule->list = list_of_kind(c, document, rule);
        /* What stands in a list is said by the constants of its entries. */
        if (rule->when.kind != WHEN_ALWAYS && !rule->is_own &&
            !(compiler_is_said(member) && (member->row || member->kind == MEMBER_CONST)) &&
            !strstr(rule->when.at, "[]"))
            compiler_fault(c, when, "template.when",
                           "no row writes the member of the condition: it needs one with "
                           "`const`, or with a `field`, as \"kind\" with `codes`");
    }
    if (!t->kind_count)
        compiler_fault(c, list, "template.kind",
                       "the template names no kind that it can carry");
}

/* A number of up to three digits. */
static bool small_number(struct compiler *c, uint32_t at, int32_t *number)
{
    const struct comity_node *node = tree_node(&c->tree, at);
    if (!at || node->kind != COMITY_NODE_NUMBER || node->text_len > 3)
        return false;
    *number = 0;
    for (uint32_t i = 0; i < node->text_len; i++) {
        if (node->text[i] < '0' || node->text[i] > '9')
            return false;
        *number = *number * 10 + (node->text[i] - '0');
    }
    return true;
}

static void compile_detect(struct compiler *c, uint32_t object)
{
    struct template *t = c->t;
    uint32_t all = object ? compiler_get(c, object, "all") : 0,
             score = object ? compiler_get(c, object, "score") : 0;
    const struct comity_node *node;
    bool good = t->form || t->syntax == SYNTAX_XML || t->syntax == SYNTAX_CSV ||
                (all && tree_node(&c->tree, all)->kind == COMITY_NODE_LIST &&
                 tree_node(&c->tree, all)->first);
    good = good && small_number(c, score, &t->detect_score);
    if (t->form) {
        int32_t labels = 0;
        good = good && !all && small_number(c, compiler_get(c, object, "labels"), &labels);
        t->detect_labels = (size_t)labels;
        good = good && labels > 0;
    }
    if (!good || t->detect_score > 100) {
        compiler_fault(c, object ? object : 1, "template.detect",
                       "detect needs a `score` of 0 to 100, and a list `all` or, for a form, a "
                       "number of `labels`");
        return;
    }
    if (t->form)
        return;
    t->detect = compiler_take(c, tree_node(&c->tree, all)->count * sizeof *t->detect);
    for (uint32_t i = tree_node(&c->tree, all)->first; i && t->detect;
         i = tree_node(&c->tree, i)->next) {
        node = tree_node(&c->tree, i);
        if (node->kind == COMITY_NODE_GROUP && !compiler_is_meant(c, i))
            continue;
        struct condition *when = &t->detect[t->detect_count++];
        if (node->kind == COMITY_NODE_STRING)
            *when = (struct condition){.kind = WHEN_HAS,
                                       .at = compiler_copy(c, node->text, node->text_len)};
        else
            compile_condition(c, i, when);
    }
}

/* A path below the root or an entry, without the brackets of a list. */
static const char *joined_path(struct compiler *c, uint32_t object, const char *name)
{
    const char *path = compiler_text(c, object, name);
    size_t len = path ? strlen(path) : 0;
    bool is_list = len > 2 && strcmp(path + len - 2, "[]") == 0;
    if (!path || (is_list != (strcmp(name, "at") == 0) && strcmp(name, "refs") != 0))
        compiler_fault(c, object, "template.joined",
                       "joined has `at`, a list ending in [], and of its entries `id`, `refs` "
                       "and `by` with `at` and `equals`");
    return path ? compiler_copy(c, path, is_list ? len - 2 : len) : NULL;
}

/* How one message is told to be several documents. */
static void compile_joined(struct compiler *c, uint32_t object)
{
    static const char *const known[] = {"at", "id", "refs", "by", NULL},
                             *const known_of_by[] = {"at", "equals", NULL};
    struct joined *joined = object ? compiler_take(c, sizeof *joined) : NULL;
    if (!joined)
        return;
    uint32_t by = compiler_get(c, object, "by");
    compiler_check_members(c, object, known);
    compiler_check_members(c, by, known_of_by);
    joined->at = joined_path(c, object, "at");
    joined->id = joined_path(c, object, "id");
    joined->refs = joined_path(c, object, "refs");
    joined->by_at = by ? compiler_text(c, by, "at") : NULL;
    joined->by_text = by ? compiler_text(c, by, "equals") : NULL;
    if (!joined->by_at || !joined->by_text)
        compiler_fault(c, object, "template.joined",
                       "`by` says with what entry a document begins: `at` and `equals`");
    else
        joined->by_len = strlen(joined->by_text);
    if (joined->at && joined->id && joined->refs && joined->by_at && joined->by_text)
        c->t->joined = joined;
}

void compiler_document(struct compiler *c, const struct member *document)
{
    compile_joined(c, compiler_get(c, 1, "joined"));
    compile_detect(c, compiler_get(c, 1, "detect"));
    uint32_t kinds = compiler_get(c, 1, "kinds");
    if (kinds && tree_node(&c->tree, kinds)->kind == COMITY_NODE_LIST)
        compile_kinds(c, kinds, document);
    else
        compiler_fault(c, 1, "template.kind", "the template has no list of kinds");
}
