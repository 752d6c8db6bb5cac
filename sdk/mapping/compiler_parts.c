/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Parts of a template's row: a text that is several values.  Makes the patterns that parts.c
 * matches and fills. */
#include "base/fold.h"
#include "mapping/compiler.h"
#include "mapping/parts.h"

#include <stdio.h>

/* A text without its blanks, as letters that are compared; `to` NULL: only counted. */
static uint32_t fold_literal(const char *text, size_t len, uint32_t *to)
{
    uint32_t made = 0;
    for (size_t at = 0; at < len;) {
        uint32_t code[FOLD_MAX];
        size_t count;
        at += fold_char(text + at, len - at, code, &count);
        for (size_t i = 0; i < count; i++)
            if (code[i] != ' ' && ++made && to)
                to[made - 1] = code[i];
    }
    return made;
}

bool compiler_literal(struct compiler *c, const char *text, size_t len, struct literal *out)
{
    uint32_t count = fold_literal(text, len, NULL);
    uint32_t *folded = compiler_take(c, (count + 1) * sizeof *folded);
    out->text = compiler_copy(c, text, len);
    out->len = (uint32_t)len;
    out->folded = folded;
    out->folded_len = folded ? fold_literal(text, len, folded) : 0;
    return folded != NULL;
}

/* --- patterns */

/* The hole that a name in braces stands for; the number of holes where it is not known. */
static size_t hole_named(const char *const *names, size_t count, const char *name, size_t len)
{
    size_t i = 0;
    while (i < count && (strlen(names[i]) != len || memcmp(names[i], name, len) != 0))
        i++;
    return i;
}

/* What stands in braces: nothing, a name, or how the value begins and ends around "…". */
static bool parse_hole(struct compiler *c, const char *inside, size_t len,
                       const char *const *names, size_t name_count, struct pattern *out)
{
    static const char dots[] = "…";
    const char *gap = memmem(inside, len, dots, sizeof dots - 1);
    size_t hole = 0, n = out->hole_count;
    if (gap) {
        size_t before = (size_t)(gap - inside), after = len - before - (sizeof dots - 1);
        if (!compiler_literal(c, inside, before, &out->begins[n]) ||
            !compiler_literal(c, gap + sizeof dots - 1, after, &out->ends[n]))
            return false;
    } else if (len) {
        hole = hole_named(names, name_count, inside, len);
    }
    if (hole >= name_count)
        return false;
    out->holes[n] = (uint8_t)hole;
    out->hole_count++;
    return true;
}

static bool parse_pattern(struct compiler *c, const char *text, const char *const *names,
                          size_t name_count, struct pattern *out)
{
    const char *p = text;
    out->text = text;
    for (;;) {
        size_t len = strcspn(p, "{");
        if (!compiler_literal(c, p, len, &out->literals[out->hole_count]))
            return false;
        p += len;
        if (!*p)
            return out->hole_count > 0 || out->literals[0].folded_len > 0;
        size_t inside = strcspn(p, "}");
        if (!p[inside] || out->hole_count == PATTERN_MAX_HOLES)
            return false;
        if (out->hole_count > 0 && !out->literals[out->hole_count].folded_len)
            return false; /* nothing would tell where one value ends and the next begins */
        if (!parse_hole(c, p + 1, inside - 1, names, name_count, out))
            return false;
        p += inside + 1;
    }
}

struct pattern_list {
    const char *const *names; /* of the piece's holes */
    struct pattern *patterns;
    size_t count, room;
};

static void add_patterns(struct compiler *c, uint32_t node, uint16_t language,
                         const struct piece *piece, struct pattern_list *list)
{
    const struct comity_node *text = tree_node(&c->tree, node);
    if (text->kind == COMITY_NODE_LIST) {
        for (uint32_t i = text->first; i; i = tree_node(&c->tree, i)->next)
            add_patterns(c, i, language, piece, list);
        return;
    }
    struct pattern *pattern = &list->patterns[list->count];
    if (list->count < list->room && text->kind == COMITY_NODE_STRING &&
        parse_pattern(c, compiler_copy(c, text->text, text->text_len), list->names,
                      piece->hole_count, pattern)) {
        pattern->language = language;
        list->count++;
        return;
    }
    compiler_fault(c, node, "template.part",
                   "a part is text with {}, or with {name} for each of its fields and text "
                   "between them");
}

static bool has_language(const struct pattern_list *list, uint16_t language)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->patterns[i].language == language)
            return true;
    return false;
}

static size_t count_words(const struct pattern *pattern)
{
    size_t count = 0;
    for (size_t i = 0; i <= pattern->hole_count; i++)
        count += pattern->literals[i].folded_len;
    for (size_t i = 0; i < pattern->hole_count; i++)
        count += pattern->begins[i].folded_len + pattern->ends[i].folded_len;
    return count;
}

/* "tel: {}" is tried before "tel {}", which would take the colon for the value's. */
static const struct pattern **order_patterns(struct compiler *c,
                                             const struct pattern_list *list)
{
    const struct pattern **order = compiler_take(c, (list->count + 1) * sizeof *order);
    for (size_t i = 0; order && i < list->count; i++) {
        size_t at = i;
        for (; at > 0 && count_words(order[at - 1]) < count_words(&list->patterns[i]); at--)
            order[at] = order[at - 1];
        order[at] = &list->patterns[i];
    }
    return order;
}

static void piece_patterns(struct compiler *c, uint32_t object, struct piece *piece,
                           const char *const *names)
{
    uint32_t part = compiler_get(c, object, "part");
    if (!part) {
        compiler_fault(c, object, "template.part", "a part needs its text in `part`");
        return;
    }
    const struct comity_node *node = tree_node(&c->tree, part);
    bool by_language = node->kind == COMITY_NODE_GROUP;
    struct pattern_list list = {.names = names, .room = 1 + node->count};
    for (uint32_t i = by_language ? node->first : 0; i; i = tree_node(&c->tree, i)->next)
        list.room += tree_node(&c->tree, i)->count;
    list.patterns = compiler_take(c, list.room * sizeof *list.patterns);
    if (!list.patterns)
        return;
    if (!by_language)
        add_patterns(c, part, ANY_LANGUAGE, piece, &list);
    for (uint32_t i = by_language ? node->first : 0; i; i = tree_node(&c->tree, i)->next) {
        const struct comity_node *member = tree_node(&c->tree, i);
        size_t language = compiler_language(c, member->name, member->name_len);
        if (!c->t->form || language == c->t->form->language_count)
            compiler_fault(c, i, "template.words", "the form has no such language");
        else
            add_patterns(c, i, (uint16_t)language, piece, &list);
    }
    piece->patterns = list.patterns;
    piece->pattern_count = list.count;
    piece->tries = order_patterns(c, &list);
    for (size_t k = 0; by_language && c->t->form && k < c->t->form->language_count; k++)
        if (list.count && !has_language(&list, (uint16_t)k))
            compiler_fault(c, part, "template.words",
                           "one of the form's languages has no words here");
}

/* --- pieces */

/* A piece without a hole: what its words mean. */
static void piece_meaning(struct compiler *c, uint32_t object, struct piece *piece,
                          const char *means)
{
    struct code_table *table = compiler_take(c, sizeof *table);
    struct code_pair *pair = compiler_take(c, sizeof *pair);
    uint32_t part = compiler_get(c, object, "part");
    if (!table || !pair || !part)
        return;
    const struct comity_node *node = tree_node(&c->tree, part);
    if (node->kind == COMITY_NODE_LIST && node->first)
        node = tree_node(&c->tree, node->first);
    *pair = (struct code_pair){
        .code = compiler_copy(c, node->text ? node->text : "", node->text_len),
        .value = means,
        .code_len = node->text_len,
        .value_len = (uint32_t)strlen(means)};
    *table = (struct code_table){
        .name = "of the part", .expected = means, .pairs = pair, .count = 1};
    piece->holes[0]->codes = table;
    piece->holes[0]->codec = CODEC_CODES;
}

static void piece_value(struct compiler *c, uint32_t object, struct piece *piece)
{
    static const char *const known[] = {"part",    "field", "fields", "means",     "type",
                                        "date",    "codes", "unit",   "with",      "country",
                                        "first",   "rest",  "needs",  "tells",     "also",
                                        "unknown", "more",  "note",   "stands_in", NULL};
    const char *names[PATTERN_MAX_HOLES] = {"", "", "", ""};
    compiler_check_members(c, object, known);
    const char *field = compiler_text(c, object, "field");
    uint32_t named = compiler_get(c, object, "fields");
    struct parsed_path path;
    if (field) {
        piece->holes[0] = compiler_row(c, object, "", field, false, &path);
        piece->hole_count = piece->holes[0] ? 1 : 0;
        piece->is_list = piece->holes[0] && path.whole_list;
    } else if (named && tree_node(&c->tree, named)->kind == COMITY_NODE_GROUP) {
        for (uint32_t i = tree_node(&c->tree, named)->first; i;
             i = tree_node(&c->tree, i)->next) {
            const struct comity_node *node = tree_node(&c->tree, i);
            const char *at =
                node->kind == COMITY_NODE_GROUP
                    ? compiler_text(c, i, "field")
                    : compiler_copy(c, node->text ? node->text : "", node->text_len);
            if (piece->hole_count == PATTERN_MAX_HOLES || !at) {
                compiler_fault(c, i, "template.part", "a part has up to four named fields");
                continue;
            }
            names[piece->hole_count] = compiler_copy(c, node->name, node->name_len);
            struct row *row = compiler_row(c, i, "", at, false, &path);
            if (row)
                piece->holes[piece->hole_count++] = row;
        }
    }
    if (!piece->hole_count) {
        compiler_fault(c, object, "template.part", "a part needs a field, fields or each");
        return;
    }
    const char *means = compiler_text(c, object, "means");
    if (means)
        piece_meaning(c, object, piece, means);
    piece_patterns(c, object, piece, names);
    for (size_t i = 0; i < piece->pattern_count; i++)
        if (means ? piece->patterns[i].hole_count != 0
                  : piece->patterns[i].hole_count != piece->hole_count)
            compiler_fault(c, object, "template.part",
                           "the text of a part holds each of its fields once, and none where "
                           "it `means` something");
}

static void piece_each(struct compiler *c, uint32_t object, struct piece *piece,
                       const char *each)
{
    static const char *const known[] = {"each",  "parts",     "between", "first",
                                        "needs", "constants", "note",    NULL};
    struct parsed_path path;
    struct compiler_outer outer;
    compiler_check_members(c, object, known);
    struct member *member = compiler_take(c, sizeof *member);
    if (!member)
        return;
    member->row = compiler_row(c, object, "", each, true, &path);
    if (!member->row)
        return;
    if (compiler_enter(c, object, member, &path, &outer))
        piece->inner = compiler_parts(c, object);
    compiler_leave(c, &outer);
    piece->each = member;
    piece->is_list = true;
    bool tells = false;
    for (size_t i = 0; piece->inner && i < piece->inner->count; i++)
        tells = tells || piece->inner->pieces[i].tells;
    if (piece->inner && !tells)
        compiler_fault(c, object, "template.part",
                       "none of the parts `tells` that a segment is such a group");
}

static size_t count_covers(const struct parts *parts)
{
    size_t count = 0;
    for (size_t i = 0; i < parts->count; i++)
        count += parts->pieces[i].each ? 1 : parts->pieces[i].hole_count;
    return count;
}

/* The fields that the text covers, each once; "persons" for all of a group. */
static void find_covers(struct compiler *c, struct parts *parts)
{
    const char **covers = compiler_take(c, (count_covers(parts) + 1) * sizeof *covers);
    size_t n = 0;
    for (size_t i = 0; i < parts->count && covers; i++) {
        const struct piece *piece = &parts->pieces[i];
        for (size_t k = 0; k < (piece->each ? 1 : piece->hole_count); k++) {
            const struct row *row = piece->each ? piece->each->row : piece->holes[k];
            size_t seen = 0;
            while (row && seen < n && strcmp(covers[seen], row->plain_path) != 0)
                seen++;
            if (row && seen == n)
                covers[n++] = row->plain_path;
        }
    }
    parts->covers = covers;
    if (!parts->main && n)
        parts->main = covers[0];
}

struct parts *compiler_parts(struct compiler *c, uint32_t object)
{
    uint32_t list = compiler_get(c, object, "parts");
    if (!list || !compiler_is_list(c, list)) {
        compiler_fault(c, object, "template.part", "there is no list of parts");
        return NULL;
    }
    struct parts *parts = compiler_take(c, sizeof *parts);
    if (!parts)
        return NULL;
    parts->between = compiler_text(c, object, "between");
    if (parts->between &&
        !compiler_literal(c, parts->between, strlen(parts->between), &parts->separator))
        return NULL;
    if (parts->between && !parts->separator.folded_len && !strchr(parts->between, '\n'))
        compiler_fault(c, object, "template.part",
                       "what stands between parts is more than blanks, or a line feed");
    parts->pieces = compiler_take(c, tree_node(&c->tree, list)->count * sizeof *parts->pieces);
    for (uint32_t i = tree_node(&c->tree, list)->first; i && parts->pieces;
         i = tree_node(&c->tree, i)->next) {
        if (tree_node(&c->tree, i)->kind != COMITY_NODE_GROUP) {
            compiler_fault(c, i, "template.part", "a part is an object");
            continue;
        }
        struct piece *piece = &parts->pieces[parts->count++];
        const char *each = compiler_text(c, i, "each");
        piece->first = compiler_flag(c, i, "first");
        piece->rest = compiler_flag(c, i, "rest");
        piece->more = compiler_flag(c, i, "more");
        piece->needs = compiler_flag(c, i, "needs");
        piece->tells = compiler_flag(c, i, "tells");
        piece->stands_in = compiler_flag(c, i, "stands_in");
        if (each)
            piece_each(c, i, piece, each);
        else
            piece_value(c, i, piece);
    }
    find_covers(c, parts);
    return parts;
}

struct row *compiler_parts_row(struct compiler *c, uint32_t object, const char *item)
{
    char path[300];
    struct parsed_path parsed;
    int size = snprintf(path, sizeof path, "combined[item=%s].text", item);
    if (size >= (int)sizeof path || strchr(item, ']')) {
        compiler_fault(c, object, "template.at",
                       "a label whose text is taken apart is short and holds no ']'");
        return NULL;
    }
    struct row *row =
        compiler_row(c, object, item, compiler_copy(c, path, (size_t)size), false, &parsed);
    struct parts *parts = row ? compiler_parts(c, object) : NULL;
    if (!parts)
        return NULL;
    uint32_t combined = compiler_get(c, object, "combined");
    parts->is_combined = combined != 0;
    if (combined && tree_node(&c->tree, combined)->kind == COMITY_NODE_STRING)
        parts->main = compiler_text(c, object, "combined");
    size_t i = 0;
    while (parts->main && parts->covers[i] && strcmp(parts->covers[i], parts->main) != 0)
        i++;
    if (parts->main && !parts->covers[i])
        compiler_fault(c, combined ? combined : object, "template.part",
                       "`combined` names the part that the text is mostly about, and no part "
                       "fills that field");
    row->parts = parts;
    return row;
}
