/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads what a State demands of requests.  Strict: a profile is short and written by hand, and
 * a misspelt member would be a demand that nobody checks. */
#include "model/profile.h"

#include "model/codes.h"
#include "model/rules.h"
#include "syntax/json.h"

#include <stdio.h>
#include <string.h>

static const char *const declarations[] = {"68.4", "71.2", "71.3", "71.7", NULL};

struct reader {
    struct profile *profile;
    struct arena *arena;
    struct tree *tree;
    struct findings *findings;
    comity_status status;
};

static void fault(struct reader *reader, uint32_t node, const char *message)
{
    tree_report(reader->tree, reader->findings, node, COMITY_ERROR, "rule.profile", NULL,
                "docs/rules.md shows a profile", message);
    if (reader->status == COMITY_OK)
        reader->status = COMITY_E_INVALID;
}

static void *take(struct reader *reader, size_t size)
{
    void *bytes = arena_zalloc(reader->arena, size);
    if (!bytes)
        reader->status = COMITY_E_NOMEM;
    return bytes;
}

static const char *read_text(struct reader *reader, uint32_t node)
{
    const struct comity_node *n = tree_node(reader->tree, node);
    if (n->kind != COMITY_NODE_STRING || !n->text_len) {
        fault(reader, node, "a text is expected here");
        return NULL;
    }
    const char *text = arena_copy(reader->arena, n->text, n->text_len);
    if (!text)
        reader->status = COMITY_E_NOMEM;
    return text;
}

bool profile_lists(const char *const *list, const char *text, size_t len)
{
    for (; list && *list; list++)
        if (strlen(*list) == len && memcmp(*list, text, len) == 0)
            return true;
    return false;
}

bool profile_declares(const struct profile *profile, const char *paragraph)
{
    return profile && profile_lists(profile->declarations, paragraph, strlen(paragraph));
}

/* A list of texts, each of which `is_good`. */
static const char *const *read_list(struct reader *reader, uint32_t node,
                                    bool (*is_good)(const char *text), const char *expected)
{
    const struct comity_node *n = tree_node(reader->tree, node);
    if (n->kind != COMITY_NODE_LIST || !n->first) {
        fault(reader, node, "a list of texts is expected here");
        return NULL;
    }
    const char **list = take(reader, (n->count + 1) * sizeof *list);
    size_t count = 0;
    for (uint32_t i = n->first; i && list; i = tree_node(reader->tree, i)->next) {
        const char *text = read_text(reader, i);
        if (text && !is_good(text))
            fault(reader, i, expected);
        else if (text)
            list[count++] = text;
    }
    return list;
}

static bool is_kind(const char *text)
{
    return kind_find(text, strlen(text)) != NULL;
}

static bool is_declaration(const char *text)
{
    return profile_lists(declarations, text, strlen(text));
}

static bool is_language(const char *text)
{
    static const struct field language = {.type = TYPE_LANGUAGE};
    const char *expected;
    return !value_check(&language, text, strlen(text), &expected);
}

/* True for a path of the field table, without entry numbers. */
static bool is_place(const char *text)
{
    uint16_t group = G_document, field = FIELD_NONE;
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, ".");
        if (field != FIELD_NONE && fields[field].type != TYPE_GROUP)
            return false;
        field = field_by_name(group, p, len);
        if (field == FIELD_NONE)
            return false;
        group = fields[field].ref;
        p += len;
        if (*p == '.' && !*++p)
            return false;
    }
    return field != FIELD_NONE;
}

static bool is_named(const struct comity_node *node, const char *name)
{
    return node->name_len == strlen(name) && memcmp(node->name, name, node->name_len) == 0;
}

static void read_demand(struct reader *reader, uint32_t node, struct demand *demand)
{
    if (tree_node(reader->tree, node)->kind != COMITY_NODE_GROUP) {
        fault(reader, node, "an object with a place is expected here");
        return;
    }
    for (uint32_t i = tree_node(reader->tree, node)->first; i;
         i = tree_node(reader->tree, i)->next) {
        const struct comity_node *member = tree_node(reader->tree, i);
        if (is_named(member, "place"))
            demand->place = read_text(reader, i);
        else if (is_named(member, "article"))
            demand->article = read_text(reader, i);
        else if (is_named(member, "advice"))
            demand->advice = read_text(reader, i);
        else if (is_named(member, "kinds"))
            demand->kinds = read_list(reader, i, is_kind, "there is no such kind");
        else
            fault(reader, i, "a required item has place, article, advice and kinds alone");
        if (is_named(member, "place") && demand->place && !is_place(demand->place))
            fault(reader, i, "no such field; docs/schema/fields.md lists them");
    }
    if (!demand->place && reader->status == COMITY_OK)
        fault(reader, node, "a required item names its place");
}

static void read_demands(struct reader *reader, uint32_t node)
{
    const struct comity_node *n = tree_node(reader->tree, node);
    struct demand *list = NULL;
    if (n->kind != COMITY_NODE_LIST)
        fault(reader, node, "a list of required items is expected here");
    else
        list = take(reader, (n->count + 1) * sizeof *list);
    for (uint32_t i = list ? n->first : 0; i; i = tree_node(reader->tree, i)->next)
        read_demand(reader, i, &list[reader->profile->demand_count++]);
    reader->profile->demands = list;
}

static void read_member(struct reader *reader, uint32_t i)
{
    struct profile *profile = reader->profile;
    const struct comity_node *member = tree_node(reader->tree, i);
    if (is_named(member, "state")) {
        profile->state = read_text(reader, i);
        if (profile->state && !iso_country_known(profile->state, strlen(profile->state)))
            fault(reader, i, "no country of ISO 3166-1, in two capital letters");
    } else if (is_named(member, "languages")) {
        profile->languages =
            read_list(reader, i, is_language, "no language tag, such as \"fr\"");
    } else if (is_named(member, "declarations")) {
        profile->declarations = read_list(reader, i, is_declaration,
                                          "a declaration is under 68.4, 71.2, 71.3 or 71.7");
    } else if (is_named(member, "dual_criminality")) {
        if (member->kind != COMITY_NODE_TRUE && member->kind != COMITY_NODE_FALSE)
            fault(reader, i, "true or false is expected here");
        profile->demands_dual_criminality = member->kind == COMITY_NODE_TRUE;
    } else if (is_named(member, "required")) {
        read_demands(reader, i);
    } else {
        fault(reader, i,
              "a profile has state, languages, declarations, dual_criminality and required "
              "alone");
    }
}

comity_status profile_read(struct profile *profile, struct arena *arena, const char *text,
                           size_t len, struct findings *findings)
{
    struct limits limits = LIMITS_INIT;
    struct tree tree;
    struct reader reader = {profile, arena, &tree, findings, COMITY_OK};
    *profile = (struct profile){0};
    tree_init(&tree, arena);
    reader.status = json_read_whole(&tree, text, len, &limits, findings);
    if (reader.status == COMITY_OK && tree_node(&tree, 1)->kind != COMITY_NODE_GROUP)
        fault(&reader, 1, "a profile is an object");
    if (reader.status == COMITY_OK) {
        for (uint32_t i = tree_node(&tree, 1)->first; i; i = tree_node(&tree, i)->next)
            read_member(&reader, i);
        if (!profile->state && reader.status == COMITY_OK)
            fault(&reader, 1, "a profile names its state");
    }
    tree_free(&tree);
    return reader.status;
}
