/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A template's JSON to the tables that reading and writing walk through: the head of it, and
 * the entry.  Every fault is reported at its line.  Knows nothing of documents. */
#include "mapping/checker.h"
#include "syntax/json.h"

#include <stdio.h>
#include <stdlib.h>

void compiler_fault(struct compiler *c, uint32_t node, const char *code, const char *message)
{
    tree_report(&c->tree, c->findings, node, COMITY_ERROR, code, NULL,
                "docs/templates.md describes the template", message);
    c->failed = true;
}

void *compiler_take(struct compiler *c, size_t size)
{
    void *memory = arena_zalloc(c->arena, size);
    if (!memory)
        c->status = COMITY_E_NOMEM;
    return memory;
}

const char *compiler_copy(struct compiler *c, const char *text, size_t len)
{
    const char *memory = arena_copy(c->arena, text, len);
    if (!memory)
        c->status = COMITY_E_NOMEM;
    return memory ? memory : "";
}

uint32_t compiler_get(struct compiler *c, uint32_t group, const char *name)
{
    return tree_find(&c->tree, group, name, strlen(name), NULL);
}

const char *compiler_text(struct compiler *c, uint32_t group, const char *name)
{
    uint32_t i = compiler_get(c, group, name);
    if (!i)
        return NULL;
    const struct comity_node *node = tree_node(&c->tree, i);
    if (node->kind != COMITY_NODE_STRING) {
        compiler_fault(c, i, "template.type", "this is not a text");
        return NULL;
    }
    return compiler_copy(c, node->text, node->text_len);
}

const char *const *compiler_texts(struct compiler *c, uint32_t list)
{
    size_t count = list ? tree_node(&c->tree, list)->count : 0;
    const char **texts = compiler_take(c, (count + 1) * sizeof *texts);
    size_t n = 0;
    for (uint32_t i = list ? tree_node(&c->tree, list)->first : 0; i && texts;
         i = tree_node(&c->tree, i)->next) {
        const struct comity_node *node = tree_node(&c->tree, i);
        if (node->kind == COMITY_NODE_STRING)
            texts[n++] = compiler_copy(c, node->text, node->text_len);
        else
            compiler_fault(c, i, "template.type", "this is not a text");
    }
    return texts;
}

void compiler_check_members(struct compiler *c, uint32_t group, const char *const *known)
{
    for (uint32_t i = tree_node(&c->tree, group)->first; i; i = tree_node(&c->tree, i)->next) {
        const struct comity_node *node = tree_node(&c->tree, i);
        const char *const *name = known;
        while (*name && (strlen(*name) != node->name_len ||
                         memcmp(*name, node->name, node->name_len) != 0))
            name++;
        if (!*name)
            compiler_fault(c, i, "template.unknown-member",
                           "the template language has no such member");
    }
}

static void add_pair(struct compiler *c, struct code_table *table,
                     const struct comity_node *code, uint32_t value)
{
    const struct comity_node *node = tree_node(&c->tree, value);
    if (node->kind != COMITY_NODE_STRING) {
        compiler_fault(c, value, "template.codes", "a code stands for a text, or for several");
        return;
    }
    table->pairs[table->count++] =
        (struct code_pair){.code = compiler_copy(c, code->name, code->name_len),
                           .value = compiler_copy(c, node->text, node->text_len),
                           .code_len = code->name_len,
                           .value_len = node->text_len};
}

/* The codes of a table; one that stands for several words is read as the first. */
static void compile_pairs(struct compiler *c, uint32_t object, struct code_table *table)
{
    const struct comity_node *node = tree_node(&c->tree, object);
    size_t room = 0;
    for (uint32_t i = node->first; i; i = tree_node(&c->tree, i)->next)
        room += tree_node(&c->tree, i)->count + 1;
    table->pairs = compiler_take(c, room * sizeof *table->pairs);
    for (uint32_t i = node->first; i && table->pairs; i = tree_node(&c->tree, i)->next) {
        const struct comity_node *code = tree_node(&c->tree, i);
        bool several = code->kind == COMITY_NODE_LIST;
        for (uint32_t k = several ? code->first : i; k;
             k = several ? tree_node(&c->tree, k)->next : 0)
            add_pair(c, table, code, k);
    }
}

static void compile_tables(struct compiler *c, uint32_t object)
{
    if (!object)
        return;
    struct template *t = c->t;
    t->tables = compiler_take(c, tree_node(&c->tree, object)->count * sizeof *t->tables);
    for (uint32_t i = tree_node(&c->tree, object)->first; i && t->tables;
         i = tree_node(&c->tree, i)->next) {
        const struct comity_node *node = tree_node(&c->tree, i);
        struct code_table *table = &t->tables[t->table_count++];
        table->name = compiler_copy(c, node->name, node->name_len);
        char expected[160];
        int size =
            snprintf(expected, sizeof expected, "a code of the table %.100s", table->name);
        table->expected = compiler_copy(c, expected, (size_t)size);
        compile_pairs(c, i, table);
    }
}

/* "20 27 2C-2E": code points in hexadecimal digits. */
static bool read_ranges(struct letters *letters, const char *text)
{
    while (*text) {
        char *end;
        struct charset_range *range = &letters->ranges[letters->count++];
        range->first = range->last = (uint32_t)strtoul(text, &end, 16);
        if (end == text)
            return false;
        if (*end == '-') {
            text = end + 1;
            range->last = (uint32_t)strtoul(text, &end, 16);
        }
        if (end == text || range->last < range->first || range->last > 0xFFFF)
            return false;
        while (*end == ' ')
            end++;
        text = end;
    }
    return letters->count > 0;
}

static void compile_letters(struct compiler *c, uint32_t object)
{
    struct template *t = c->t;
    t->letters = object
                     ? compiler_take(c, tree_node(&c->tree, object)->count * sizeof *t->letters)
                     : NULL;
    for (uint32_t i = object ? tree_node(&c->tree, object)->first : 0; i && t->letters;
         i = tree_node(&c->tree, i)->next) {
        const struct comity_node *node = tree_node(&c->tree, i);
        struct letters *letters = &t->letters[t->letters_count++];
        const char *text = node->kind == COMITY_NODE_STRING
                               ? compiler_copy(c, node->text, node->text_len)
                               : NULL;
        letters->name = compiler_copy(c, node->name, node->name_len);
        letters->ranges = compiler_take(c, (node->text_len + 1) * sizeof *letters->ranges);
        if (!text || !letters->ranges || !read_ranges(letters, text))
            compiler_fault(c, i, "template.letters",
                           "letters are code points of up to FFFF, as 20 27 2C-2E 41-5A");
    }
}

/* The root element, and the prefixes by which rows name namespaces. */
static void compile_namespaces(struct compiler *c)
{
    struct template *t = c->t;
    uint32_t object = compiler_get(c, 1, "namespaces");
    t->root_name = compiler_text(c, 1, "root");
    if (!t->root_name || !object || tree_node(&c->tree, object)->kind != COMITY_NODE_GROUP) {
        compiler_fault(c, object ? object : 1, "template.namespaces",
                       "a template of XML needs root, and namespaces: prefix to URI");
        t->root_name = t->root_name ? t->root_name : "";
        return;
    }
    struct xml_namespace *all =
        compiler_take(c, (tree_node(&c->tree, object)->count + 1) * sizeof *all);
    for (uint32_t i = tree_node(&c->tree, object)->first; i && all;
         i = tree_node(&c->tree, i)->next) {
        const struct comity_node *node = tree_node(&c->tree, i);
        if (node->kind != COMITY_NODE_STRING)
            compiler_fault(c, i, "template.namespaces", "a namespace is a text");
        else if (node->name_len && node->name[0] == '_')
            compiler_fault(c, i, "template.namespaces",
                           "prefixes that begin with _ are the program's own");
        else
            all[t->namespaces.count++] =
                (struct xml_namespace){compiler_copy(c, node->name, node->name_len),
                                       compiler_copy(c, node->text, node->text_len)};
    }
    t->namespaces.all = all;
}

/* The columns of comma-separated values, and those that all rows of a document share. */
static void compile_columns(struct compiler *c)
{
    struct csv_layout *csv = &c->t->csv;
    csv->columns = compiler_texts(c, compiler_get(c, 1, "columns"));
    csv->shared = compiler_texts(c, compiler_get(c, 1, "shared"));
    if (!csv->columns || !csv->shared)
        return;
    bool good = csv->columns[0] && csv->shared[0];
    for (size_t i = 0; good && csv->shared[i]; i++) {
        size_t k = 0;
        while (csv->columns[k] && strcmp(csv->columns[k], csv->shared[i]) != 0)
            k++;
        good = csv->columns[k] != NULL;
    }
    if (!good)
        compiler_fault(c, 1, "template.columns",
                       "a template of csv needs columns, and which of them the rows of a "
                       "document share");
}

/* The syntax that is compiled: one, or one of several. */
static const char *head_syntax(struct compiler *c)
{
    uint32_t i = compiler_get(c, 1, "syntax");
    const struct comity_node *node = tree_node(&c->tree, i);
    c->t->variants = 1;
    if (!i || node->kind != COMITY_NODE_LIST)
        return compiler_text(c, 1, "syntax");
    const struct comity_node *first = tree_node(&c->tree, node->first),
                             *second = tree_node(&c->tree, first->next);
    if (node->count < 1 || node->count > TEMPLATE_MAX_VARIANTS ||
        first->kind != COMITY_NODE_STRING ||
        (node->count == 2 && (second->kind != COMITY_NODE_STRING ||
                              (first->text_len == second->text_len &&
                               memcmp(first->text, second->text, first->text_len) == 0)))) {
        compiler_fault(c, i, "template.head", "a list of syntaxes is json and xml");
        return NULL;
    }
    c->t->variants = node->count;
    node = c->variant ? second : first;
    return compiler_copy(c, node->text, node->text_len);
}

static const char *variant_id(struct compiler *c, const char *syntax)
{
    char id[200];
    const char *base = compiler_text(c, 1, "id");
    if (!base || !syntax)
        return NULL;
    int size = snprintf(id, sizeof id, "%.150s-%.20s", base, syntax);
    return compiler_copy(c, id, (size_t)size);
}

/* The terminology that the format's labels speak. */
static void compile_voice(struct compiler *c)
{
    const char *voice = compiler_text(c, 1, "voice");
    if (voice && strcmp(voice, "data") != 0 && strcmp(voice, "information") != 0 &&
        strcmp(voice, "bracketed") != 0)
        compiler_fault(c, compiler_get(c, 1, "voice"), "template.voice",
                       "the voice of labels is data, information or bracketed");
    c->t->voice = voice;
}

static void compile_head(struct compiler *c)
{
    static const char *const known[] = {
        "comity_template", "id",        "title",      "source",      "syntax",
        "kinds",           "documents", "detect",     "codes",       "rows",
        "constants",       "note",      "notice",     "media_types", "suffixes",
        "months",          "examples",  "namespaces", "root",        "carries",
        "letters",         "columns",   "shared",     "voice",       "joined",
        NULL};
    static const char *const known_of_form[] = {
        "comity_template", "id",        "title",    "source",    "syntax",   "kinds",
        "detect",          "codes",     "rows",     "constants", "note",     "media_types",
        "suffixes",        "languages", "charsets", "layout",    "preamble", "closings",
        "months",          "examples",  "voice",    NULL};
    struct template *t = c->t;
    const char *syntax = head_syntax(c);
    bool is_form = syntax && strcmp(syntax, "text") == 0,
         is_csv = syntax && strcmp(syntax, "csv") == 0;
    compiler_check_members(c, 1, is_form ? known_of_form : known);
    uint32_t version = compiler_get(c, 1, "comity_template");
    if (!version || tree_node(&c->tree, version)->text_len != 1 ||
        tree_node(&c->tree, version)->text[0] != '1')
        compiler_fault(c, 1, "template.version",
                       "comity_template is not 1, the only version known");
    t->id = t->variants > 1 ? variant_id(c, syntax) : compiler_text(c, 1, "id");
    t->title = compiler_text(c, 1, "title");
    t->source = compiler_text(c, 1, "source");
    compile_voice(c);
    bool is_xml = syntax && strcmp(syntax, "xml") == 0;
    if (!t->id || !t->title || !syntax ||
        (!is_form && !is_xml && !is_csv && strcmp(syntax, "json") != 0))
        compiler_fault(c, 1, "template.head",
                       "a template needs id, title and syntax (json, xml, csv or text)");
    t->syntax = is_form ? SYNTAX_TEXT : is_xml ? SYNTAX_XML : is_csv ? SYNTAX_CSV : SYNTAX_JSON;
    if (is_csv)
        compile_columns(c);
    if (is_xml)
        compile_namespaces(c);
    t->carries = compiler_flag(c, 1, "carries");
    t->is_notice = compiler_flag(c, 1, "notice");
    t->media_types = compiler_texts(c, compiler_get(c, 1, "media_types"));
    t->suffixes = compiler_texts(c, compiler_get(c, 1, "suffixes"));
    t->scope.group = G_document;
    t->scope.count = 1;
    t->root.kind = MEMBER_OBJECT;
    c->scope = &t->scope;
    compile_tables(c, compiler_get(c, 1, "codes"));
    compile_letters(c, compiler_get(c, 1, "letters"));
    t->months = compiler_months(c);
    if (is_form)
        compiler_form(c);
}

/* The rows, from the document's own object on, and what speaks of them. */
static void compile_body(struct compiler *c)
{
    struct template *t = c->t;
    struct member *document = &t->root;
    const char *documents =
        t->syntax == SYNTAX_CSV ? CSV_DOCUMENTS "[]" : compiler_text(c, 1, "documents");
    if (documents) {
        bool list = false;
        document = compiler_walk(c, compiler_get(c, 1, "documents"), &t->root, documents, false,
                                 &list);
        if (!document || !list) {
            compiler_fault(c, compiler_get(c, 1, "documents"), "template.at",
                           "documents is a path ending in []");
            return;
        }
        document->kind = MEMBER_DOCUMENTS;
        document->absent = ABSENT_EMPTY;
        t->documents = document;
    }
    uint32_t constants = compiler_get(c, 1, "constants");
    if (constants)
        compiler_constants(c, constants, &t->scope.constants, &t->scope.constant_count);
    c->top = document;
    if (t->form)
        compiler_form_rows(c, document);
    else
        compiler_rows(c, 1, document);
    compiler_deep_entries(c);
    compiler_document(c, document);
}

comity_status template_compile_variant(struct arena *arena, const char *text, size_t len,
                                       size_t variant, bool check, struct findings *findings,
                                       struct template **compiled)
{
    struct compiler c = {.arena = arena, .findings = findings, .variant = variant};
    struct limits limits = LIMITS_INIT;
    *compiled = NULL;
    c.t = compiler_take(&c, sizeof *c.t);
    if (!c.t)
        return COMITY_E_NOMEM;
    tree_init(&c.tree, arena);
    comity_status status = json_read_whole(&c.tree, text, len, &limits, findings);
    if (status == COMITY_E_NOMEM) {
        c.status = status;
    } else if (status != COMITY_OK) {
        c.failed = true;
    } else if (tree_node(&c.tree, 1)->kind != COMITY_NODE_GROUP) {
        compiler_fault(&c, 1, "template.type", "a template is a JSON object");
    } else if (!compiler_get(&c, 1, "comity_template")) {
        /* Another JSON file in a plugin folder: one fault, not one a member. */
        compiler_fault(&c, 1, "template.version",
                       "it is no template: it has no member comity_template");
    } else {
        compile_head(&c);
        if (c.status == COMITY_OK)
            compile_body(&c);
        if (check && !c.failed && c.status == COMITY_OK)
            check_template(&c);
    }
    tree_free(&c.tree);
    if (c.status != COMITY_OK)
        return c.status;
    *compiled = c.failed ? NULL : c.t;
    return c.failed ? COMITY_E_INVALID : COMITY_OK;
}

comity_status template_compile(struct arena *arena, const char *text, size_t len,
                               struct findings *findings, struct template **compiled)
{
    return template_compile_variant(arena, text, len, 0, false, findings, compiled);
}

comity_status template_check(struct arena *arena, const char *text, size_t len,
                             struct findings *findings, struct template **compiled)
{
    return template_compile_variant(arena, text, len, 0, true, findings, compiled);
}
