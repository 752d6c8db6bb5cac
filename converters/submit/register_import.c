/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity register import: files of authorities, all of them or none.  Brings JSON and CSV
 * to one shape, an authority with its endpoints; every fault has its place in the file. */
#include "submit/register_import.h"

#include "syntax/csv.h"
#include "syntax/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- members of a group */

bool import_is(const struct comity_node *node, const char *name)
{
    return node->name_len == strlen(name) && memcmp(node->name, name, node->name_len) == 0;
}

/* A text member as it stands, in the arena; NULL: it was told why not. */
static const char *take_text(struct import *import, uint32_t index)
{
    const struct comity_node *node = tree_node(&import->tree, index);
    const char *text = NULL;
    if (node->kind != COMITY_NODE_STRING)
        entry_fault(&import->faults, "register.type", NULL, index, NULL,
                    "'%.*s' takes a text, \"...\"", (int)node->name_len, node->name);
    else if (node->text_len && memchr(node->text, '\0', node->text_len))
        entry_fault(&import->faults, "register.type", NULL, index, NULL,
                    "'%.*s' holds the character U+0000", (int)node->name_len, node->name);
    else if (!(text = arena_copy(&import->arena, node->text_len ? node->text : "",
                                 node->text_len)))
        import->status = COMITY_E_NOMEM;
    return text;
}

/* A list of language tags, as text with commas. */
static const char *take_languages(struct import *import, uint32_t index)
{
    const struct tree *tree = &import->tree;
    struct buffer joined;
    const char *text = NULL;
    uint64_t before = import->faults.count;
    if (tree_node(tree, index)->kind != COMITY_NODE_LIST) {
        entry_fault(&import->faults, "register.type", NULL, index, NULL,
                    "'languages' takes a list of texts, [\"de\", \"en\"]");
        return NULL;
    }
    buffer_init(&joined, 64u << 10);
    for (uint32_t i = tree_node(tree, index)->first; i; i = tree_node(tree, i)->next) {
        const struct comity_node *node = tree_node(tree, i);
        bool is_text = node->kind == COMITY_NODE_STRING && node->text_len;
        if (!is_text || memchr(node->text, '\0', node->text_len))
            entry_fault(&import->faults, "register.languages", NULL, i, NULL,
                        "an entry of 'languages' is no text");
        else
            buffer_format(&joined, "%.*s,", (int)node->text_len, node->text);
    }
    buffer_char(&joined, '\0');
    if (buffer_status(&joined) == COMITY_E_LIMIT)
        entry_fault(&import->faults, "register.languages", NULL, index, NULL,
                    "there are too many languages");
    else if (buffer_status(&joined) != COMITY_OK)
        import->status = COMITY_E_NOMEM;
    else if (import->faults.count == before)
        text = authority_languages(&import->arena, joined.bytes, &import->faults);
    buffer_free(&joined);
    return text;
}

static const char *take_object(struct import *import, uint32_t index, entry_check_fn *check)
{
    const struct comity_node *node = tree_node(&import->tree, index);
    uint64_t before = import->faults.count;
    if (node->kind != COMITY_NODE_GROUP)
        entry_fault(&import->faults, "register.type", NULL, index, NULL,
                    "'%.*s' takes an object, {...}", (int)node->name_len, node->name);
    else
        check(&import->tree, index, &import->faults);
    if (import->faults.count != before)
        return NULL;
    const char *text = entry_node_text(&import->arena, &import->tree, index);
    if (!text)
        import->status = COMITY_E_NOMEM;
    return text;
}

/* An object that stands in a cell of CSV: its faults stand at the cell. */
static const char *take_cell(struct import *import, uint32_t index, const char *code,
                             const char *member, entry_check_fn *check)
{
    const char *text = take_text(import, index);
    import->cell = index;
    if (text)
        text = entry_take_object(&import->arena, text, code, member, check, &import->faults);
    import->cell = 0;
    return text;
}

static void tell_unknown(struct import *import, uint32_t index)
{
    const struct comity_node *node = tree_node(&import->tree, index);
    entry_fault(&import->faults, "register.member", NULL, index,
                "docs/submit.md lists what an authority and an endpoint have",
                "there is no %s '%.*s'", import->is_csv ? "column" : "member",
                (int)(node->name_len > 80 ? 80 : node->name_len), node->name);
}

/* Where a text member of the name is to be put; NULL: it is none. */
struct text_place {
    const char *name, **text;
};

static const char **find_place(const struct text_place *places, const struct comity_node *node)
{
    for (; places->name; places++)
        if (import_is(node, places->name))
            return places->text;
    return NULL;
}

/* --- an endpoint */

static void read_endpoint(struct import *import, uint32_t group, struct endpoint_text *text)
{
    const struct text_place places[] = {{import->is_csv ? "endpoint" : "name", &text->name},
                                        {"url", &text->url},
                                        {"protocol", &text->protocol},
                                        {"format", &text->format},
                                        {NULL, NULL}};
    const struct tree *tree = &import->tree;
    for (uint32_t i = tree_node(tree, group)->first; i; i = tree_node(tree, i)->next) {
        const struct comity_node *node = tree_node(tree, i);
        const char **place = find_place(places, node);
        if (place)
            *place = take_text(import, i);
        else if (import_is(node, "settings") && import->is_csv)
            text->settings =
                take_cell(import, i, "register.settings", "settings", endpoint_check_settings);
        else if (import_is(node, "settings"))
            text->settings = take_object(import, i, endpoint_check_settings);
        else
            tell_unknown(import, i);
    }
}

static void take_endpoint(struct import *import, uint32_t group, int64_t authority)
{
    struct endpoint_text text = {.name = NULL};
    uint64_t before = import->faults.count;
    import->group = group;
    if (tree_node(&import->tree, group)->kind != COMITY_NODE_GROUP) {
        entry_fault(&import->faults, "register.type", NULL, group, NULL,
                    "an endpoint is an object, {...}");
        return;
    }
    read_endpoint(import, group, &text);
    bool is_read = import->faults.count == before; /* else a text that was told of is missing */
    if (is_read)
        endpoint_check(&text, &import->faults);
    if (is_read && text.name)
        endpoint_check_name(text.name, &import->faults);
    if (import->faults.count == before && import->status == COMITY_OK)
        import_put_endpoint(import, &text, authority);
}

/* --- an authority */

static void take_endpoints(struct import *import, uint32_t list, int64_t authority)
{
    const struct tree *tree = &import->tree;
    if (tree_node(tree, list)->kind != COMITY_NODE_LIST) {
        entry_fault(&import->faults, "register.type", NULL, list, NULL,
                    "'endpoints' takes a list of objects, [{...}]");
        return;
    }
    for (uint32_t i = tree_node(tree, list)->first; i; i = tree_node(tree, i)->next)
        if (!import->is_csv || tree_node(tree, i)->first) /* a row may have no endpoint */
            take_endpoint(import, i, authority);
}

/* Reads the members of an authority; gives the list of its endpoints, 0: none. */
static uint32_t read_authority(struct import *import, uint32_t group,
                               struct authority *authority)
{
    const char *languages = NULL;
    const struct text_place places[] = {{"state", &authority->state},
                                        {"role", &authority->role},
                                        {"territory", &authority->territory},
                                        {"name", &authority->name},
                                        {"address", &authority->address},
                                        {import->is_csv ? "languages" : NULL, &languages},
                                        {NULL, NULL}};
    const struct tree *tree = &import->tree;
    const char *list = import->is_csv ? CSV_ROWS : "endpoints";
    uint32_t endpoints = 0;
    for (uint32_t i = tree_node(tree, group)->first; i; i = tree_node(tree, i)->next) {
        const struct comity_node *node = tree_node(tree, i);
        const char **place = find_place(places, node);
        if (place)
            *place = take_text(import, i);
        else if (import_is(node, list))
            endpoints = i;
        else if (import_is(node, "declarations") && import->is_csv)
            authority->declarations = take_cell(import, i, "register.declarations",
                                                "declarations", authority_check_declarations);
        else if (import_is(node, "declarations"))
            authority->declarations = take_object(import, i, authority_check_declarations);
        else if (import_is(node, "languages"))
            authority->languages = take_languages(import, i);
        else if (import->is_csv || !import_is(node, "id")) /* another register's number */
            tell_unknown(import, i);
    }
    if (languages)
        authority->languages = authority_languages(&import->arena, languages, &import->faults);
    return endpoints;
}

static void take_authority(struct import *import, uint32_t group)
{
    struct authority authority = {.id = 0};
    uint64_t before = import->faults.count;
    import->group = group;
    import->entries++;
    if (tree_node(&import->tree, group)->kind != COMITY_NODE_GROUP) {
        entry_fault(&import->faults, "register.type", NULL, group, NULL,
                    "an authority is an object, {...}");
        return;
    }
    uint32_t endpoints = read_authority(import, group, &authority);
    if (import->faults.count == before)
        authority_check(&authority, &import->faults);
    if (import->faults.count == before && import->status == COMITY_OK)
        import_put_authority(import, &authority);
    if (endpoints && import->status == COMITY_OK)
        take_endpoints(import, endpoints, authority.id);
}

/* --- files */

static void take_list(struct import *import, uint32_t list)
{
    const struct tree *tree = &import->tree;
    for (uint32_t i = tree_node(tree, list)->first; i && import->status == COMITY_OK;
         i = tree_node(tree, i)->next)
        take_authority(import, i);
}

static void fault_of_file(struct import *import, const char *code, const char *hint,
                          const char *message)
{
    struct syntax_error error = {.code = code, .hint = hint};
    snprintf(error.message, sizeof error.message, "%s", message);
    tree_report_syntax(&import->tree, &import->findings, &error);
}

static void read_csv(struct import *import, const char *text, size_t size)
{
    static const char *const columns[] = {
        "state",    "role", "territory", "name",   "address",  "languages", "declarations",
        "endpoint", "url",  "protocol",  "format", "settings", NULL};
    static const char *const shared[] = {"state",   "role",      "territory",    "name",
                                         "address", "languages", "declarations", NULL};
    static const struct csv_layout layout = {columns, shared};
    struct tree *tree = &import->tree;
    uint64_t bad = 0;
    tree->text = text;
    tree->size = size;
    tree->syntax = SYNTAX_CSV;
    import->is_csv = true;
    if (!csv_header_hits(&layout, text, size)) {
        fault_of_file(import, "register.member",
                      "the first line names them: state,role,territory,name,...",
                      "the file is neither JSON nor CSV with the columns of the register");
        return;
    }
    comity_status status = csv_read(tree, &layout, &import->limits, &import->findings, &bad);
    if (status == COMITY_E_NOMEM)
        import->status = status;
    uint32_t list =
        tree->count > 1 ? tree_find(tree, 1, CSV_DOCUMENTS, sizeof CSV_DOCUMENTS - 1, NULL) : 0;
    if (list && status == COMITY_OK)
        take_list(import, list);
}

/* Passes over the beginning of the text: what is read next has its place behind that. */
static void move_on(struct tree *tree, const char **text, size_t *size, size_t by)
{
    tree->text = *text;
    tree->size = *size;
    struct place place = tree_place(tree, by);
    tree_reset(tree);
    tree->offset = place.offset;
    tree->line = place.line;
    tree->column = place.column;
    *text += by;
    *size -= by;
}

/* One value behind another: an object a line, or however they stand. */
static void read_values(struct import *import, const char *text, size_t size)
{
    struct tree *tree = &import->tree;
    while (import->status == COMITY_OK) {
        size_t at = 0, used = 0;
        struct syntax_error error = {.code = NULL};
        while (at < size && memchr(" \t\r\n", text[at], 4))
            at++;
        move_on(tree, &text, &size, at);
        if (!size)
            return;
        comity_status status =
            json_read(tree, text, size, true, &import->limits, &used, &error);
        if (status == COMITY_E_NOMEM) {
            import->status = status;
            return;
        }
        if (status == COMITY_OK) {
            take_authority(import, 1);
        } else { /* what the next line is can be told again */
            tree->text = text;
            tree->size = size;
            tree_report_syntax(tree, &import->findings, &error);
            const char *end = memchr(text + error.offset, '\n', size - error.offset);
            used = end ? (size_t)(end - text) : size;
        }
        move_on(tree, &text, &size, used);
        arena_reset(&import->arena);
    }
}

static void read_list(struct import *import, const char *text, size_t size)
{
    comity_status status =
        json_read_whole(&import->tree, text, size, &import->limits, &import->findings);
    if (status == COMITY_E_NOMEM)
        import->status = status;
    if (status == COMITY_OK)
        take_list(import, 1);
}

void import_text(struct import *import, const char *text, size_t size)
{
    struct tree *tree = &import->tree;
    uint64_t entries = import->entries, faults = import->findings.counts[COMITY_ERROR];
    arena_init(&import->arena, import->limits.memory);
    tree_init(tree, &import->arena);
    import->is_csv = false;
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        tree->offset = 3;
        text += 3;
        size -= 3;
    }
    size_t at = 0;
    while (at < size && memchr(" \t\r\n", text[at], 4))
        at++;
    char first = at < size ? text[at] : '\0';
    if (first == '[')
        read_list(import, text, size);
    else if (first == '{')
        read_values(import, text, size);
    else if (first)
        read_csv(import, text, size);
    bool is_good = import->status == COMITY_OK && first != '[' &&
                   import->findings.counts[COMITY_ERROR] == faults;
    if (is_good && import->entries == entries) {
        tree->text = text;
        tree->size = size;
        fault_of_file(import, "register.empty", NULL, "the file holds no authority");
    }
    tree_free(tree);
    arena_free(&import->arena);
}
