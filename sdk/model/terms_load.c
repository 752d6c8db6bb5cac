/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Catalogues of terms and profiles of choices, out of JSON.  Every fault is told at its place.
 * Knows nothing of texts. */
#include "model/terms-en.h"
#include "model/terms.h"
#include "syntax/json.h"

#include <stdio.h>

static const char *const class_names[] = {"term", "agreement", "scope", "number"};

/* --- reading, for both */

struct load {
    struct terms *terms;
    struct tree tree;
    struct findings *findings;
    const char *code, *hint; /* of faults */
    comity_status status;
};

static void fault(struct load *load, uint32_t node, const char *message)
{
    tree_report(&load->tree, load->findings, node, COMITY_ERROR, load->code, NULL, load->hint,
                message);
    load->status = COMITY_E_INVALID;
}

/* Parses the one value that a file holds. */
static comity_status parse(struct load *load, const char *text, size_t len)
{
    static const struct limits limits = LIMITS_INIT;
    struct tree *tree = &load->tree;
    comity_status status = json_read_whole(tree, text, len, &limits, load->findings);
    if (status != COMITY_OK)
        return status;
    if (tree_node(tree, 1)->kind != COMITY_NODE_GROUP) {
        fault(load, 1, "found no JSON object here; expected one");
        return load->status;
    }
    return COMITY_OK;
}

static const struct comity_node *member(const struct load *load, uint32_t node,
                                        const char *name)
{
    uint32_t found = tree_find(&load->tree, node, name, strlen(name), NULL);
    return found ? tree_node(&load->tree, found) : NULL;
}

static bool is_string(const struct comity_node *node)
{
    return node && node->kind == COMITY_NODE_STRING && node->text_len;
}

/* The characters of an id, which stands in findings, paths and options. */
static bool is_id(const struct comity_node *node)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    bool is_good = node->text_len <= 60;
    for (uint32_t i = 0; i < node->text_len && is_good; i++)
        is_good = memchr(letters, node->text[i], sizeof letters - 1) != NULL;
    return is_good;
}

static bool is_text(const struct comity_node *node, const char *text)
{
    return node->text_len == strlen(text) && memcmp(node->text, text, node->text_len) == 0;
}

/* Reports members that nobody would read: a misspelt one would be a lost choice. */
static void check_members(struct load *load, uint32_t node, const char *const *known)
{
    for (uint32_t i = tree_node(&load->tree, node)->first; i;
         i = tree_node(&load->tree, i)->next) {
        const struct comity_node *entry = tree_node(&load->tree, i);
        const char *const *name = known;
        while (*name && !(strlen(*name) == entry->name_len &&
                          memcmp(*name, entry->name, entry->name_len) == 0))
            name++;
        if (!*name)
            fault(load, i, "a catalogue has no such member here");
    }
}

/* --- catalogues */

comity_status terms_init(struct terms *terms, struct arena *arena)
{
    *terms = (struct terms){.arena = arena};
    memset(terms->heads, 0xFF, sizeof terms->heads);
    terms->terms = arena_zalloc(arena, TERMS_MAX * sizeof *terms->terms);
    return terms->terms ? COMITY_OK : COMITY_E_NOMEM;
}

static struct term_set *new_set(struct terms *terms)
{
    if (terms->set_count == terms->set_room) {
        size_t room = terms->set_room ? 2 * terms->set_room : 32;
        struct term_set *sets = arena_alloc(terms->arena, room * sizeof *sets);
        if (!sets)
            return NULL;
        if (terms->set_count)
            memcpy(sets, terms->sets, terms->set_count * sizeof *sets);
        terms->sets = sets;
        terms->set_room = room;
    }
    struct term_set *set = &terms->sets[terms->set_count];
    memset(set, 0, sizeof *set);
    return set;
}

/* True if words can stand inside brackets and be found there again. */
static bool are_words(const struct comity_node *node)
{
    if (!is_string(node) || node->text[0] == ' ' || node->text[node->text_len - 1] == ' ')
        return false;
    for (uint32_t i = 0; i < node->text_len; i++) {
        unsigned char c = (unsigned char)node->text[i];
        if (c < ' ' || c == '[' || c == ']' || (c == ' ' && node->text[i + 1] == ' '))
            return false;
    }
    return true;
}

static void take_alternatives(struct load *load, uint32_t node, struct term_set *set,
                              uint8_t *count)
{
    const struct comity_node *list = member(load, node, "alternatives");
    if (!list || list->kind != COMITY_NODE_LIST || list->count < 2 ||
        list->count > TERM_ALTERNATIVES) {
        fault(load, list ? tree_index(&load->tree, list) : node,
              "expected \"alternatives\": a list of two to eight texts");
        return;
    }
    for (uint32_t i = list->first; i; i = tree_node(&load->tree, i)->next) {
        const struct comity_node *words = tree_node(&load->tree, i);
        if (!are_words(words)) {
            fault(load, i, "expected words with single spaces between them, and no brackets");
            return;
        }
        char *copy = arena_copy(load->terms->arena, words->text, words->text_len);
        if (!copy) {
            load->status = COMITY_E_NOMEM;
            return;
        }
        set->alternatives[(*count)++] = (struct term_text){copy, words->text_len};
    }
}

static uint8_t class_of(struct load *load, const struct comity_node *node)
{
    for (uint8_t i = 0; is_string(node) && i < 4; i++)
        if (is_text(node, class_names[i]))
            return i;
    fault(load, tree_index(&load->tree, node),
          "expected \"term\", \"agreement\", \"scope\" or \"number\"");
    return TERM_CLASS_TERM;
}

/* The term that another follows. */
static uint16_t followed(struct load *load, const struct comity_node *node)
{
    uint16_t follows =
        is_string(node) ? terms_find(load->terms, node->text, node->text_len) : TERM_NONE;
    if (follows == TERM_NONE)
        fault(load, tree_index(&load->tree, node),
              "this is no term that stands before it in the catalogue");
    else if (load->terms->terms[follows].class == TERM_CLASS_AGREEMENT)
        fault(load, tree_index(&load->tree, node),
              "a term can follow a term, and not what itself agrees with one");
    return follows;
}

/* A term that the catalogue has already, in another language. */
static void take_known(struct load *load, uint32_t node, const struct term_set *set,
                       uint8_t count)
{
    const struct term *term = &load->terms->terms[set->term];
    const struct comity_node *class = member(load, node, "class");
    const struct comity_node *follows = member(load, node, "follows");
    if (class && class_of(load, class) != term->class)
        fault(load, tree_index(&load->tree, class), "the term is of another class already");
    if (follows && followed(load, follows) != term->follows)
        fault(load, tree_index(&load->tree, follows), "the term follows another already");
    if (count != term->count)
        fault(load, node, "the term has another number of alternatives already");
    for (size_t i = 0; i < load->terms->set_count; i++)
        if (load->terms->sets[i].term == set->term &&
            strcmp(load->terms->sets[i].language, set->language) == 0)
            fault(load, node, "the term is in the catalogue in this language already");
}

static void take_new(struct load *load, uint32_t node, struct term_set *set, uint8_t count)
{
    struct terms *terms = load->terms;
    const struct comity_node *id = member(load, node, "id");
    const struct comity_node *class = member(load, node, "class");
    const struct comity_node *follows = member(load, node, "follows");
    if (!is_id(id))
        fault(load, tree_index(&load->tree, id),
              "an id is small letters a to z, digits and hyphens, 60 at most");
    if (terms->count == TERMS_MAX) {
        fault(load, node, "a catalogue holds at most 256 terms");
        return;
    }
    struct term *term = &terms->terms[terms->count];
    *term = (struct term){.follows = TERM_NONE, .root = (uint16_t)terms->count, .count = count};
    if (!class)
        fault(load, node, "a new term states its \"class\"");
    else
        term->class = class_of(load, class);
    if (follows)
        term->follows = followed(load, follows);
    if (term->class == TERM_CLASS_AGREEMENT && !follows)
        fault(load, node, "what agrees with a term says which: \"follows\"");
    if (load->status != COMITY_OK)
        return;
    if (term->follows != TERM_NONE) {
        term->root = terms->terms[term->follows].root;
        if (count != terms->terms[term->follows].count)
            fault(load, node, "expected as many alternatives as the term that it follows has");
    }
    term->id = arena_copy(terms->arena, id->text, id->text_len);
    if (!term->id)
        load->status = COMITY_E_NOMEM;
    set->term = (uint16_t)terms->count++;
}

static void check_twins(struct load *load, uint32_t node, const struct term_set *set,
                        uint8_t count)
{
    const struct terms *terms = load->terms;
    for (size_t i = 0; i < terms->set_count; i++) {
        const struct term_set *other = &terms->sets[i];
        bool is_same = terms->terms[other->term].count == count;
        for (size_t k = 0; k < count && is_same; k++)
            is_same = other->alternatives[k].len == set->alternatives[k].len &&
                      memcmp(other->alternatives[k].text, set->alternatives[k].text,
                             set->alternatives[k].len) == 0;
        if (is_same)
            fault(load, node, "another term of the catalogue has the same alternatives");
    }
}

static void take_set(struct load *load, uint32_t node, const char *language)
{
    static const char *const known[] = {"id", "class", "follows", "alternatives", NULL};
    struct terms *terms = load->terms;
    if (tree_node(&load->tree, node)->kind != COMITY_NODE_GROUP ||
        !is_string(member(load, node, "id"))) {
        fault(load, node, "expected an object with an \"id\"");
        return;
    }
    struct term_set *set = new_set(terms);
    uint8_t count = 0;
    if (!set) {
        load->status = COMITY_E_NOMEM;
        return;
    }
    set->language = language;
    check_members(load, node, known);
    take_alternatives(load, node, set, &count);
    if (load->status != COMITY_OK)
        return;
    check_twins(load, node, set, count);
    const struct comity_node *id = member(load, node, "id");
    set->term = terms_find(terms, id->text, id->text_len);
    if (set->term != TERM_NONE)
        take_known(load, node, set, count);
    else
        take_new(load, node, set, count);
    if (load->status != COMITY_OK)
        return;
    uint16_t *head = &terms->heads[(unsigned char)set->alternatives[0].text[0]];
    set->next = *head;
    *head = (uint16_t)terms->set_count++;
}

static void take_catalogue(struct load *load)
{
    static const char *const known[] = {"language", "sets", NULL};
    const struct comity_node *language = member(load, 1, "language");
    const struct comity_node *sets = member(load, 1, "sets");
    check_members(load, 1, known);
    if (!is_string(language) || language->text_len > 35)
        fault(load, language ? tree_index(&load->tree, language) : 1,
              "expected \"language\": the tag of the catalogue's language");
    if (!sets || sets->kind != COMITY_NODE_LIST)
        fault(load, sets ? tree_index(&load->tree, sets) : 1,
              "expected \"sets\": a list of sets");
    if (load->status != COMITY_OK)
        return;
    const char *tag = arena_copy(load->terms->arena, language->text, language->text_len);
    if (!tag)
        load->status = COMITY_E_NOMEM;
    for (uint32_t i = sets->first; i && load->status != COMITY_E_NOMEM;
         i = tree_node(&load->tree, i)->next) {
        comity_status before = load->status;
        load->status = COMITY_OK; /* each set's faults are told */
        take_set(load, i, tag);
        if (before != COMITY_OK && load->status == COMITY_OK)
            load->status = before;
    }
}

comity_status terms_add(struct terms *terms, const char *json, size_t len,
                        struct findings *findings)
{
    struct arena arena;
    struct load load = {.terms = terms,
                        .findings = findings,
                        .code = "term.catalogue",
                        .hint = "docs/terminology.md says what a catalogue holds"};
    arena_init(&arena, 0);
    tree_init(&load.tree, &arena);
    comity_status status = parse(&load, json, len);
    if (status == COMITY_OK) {
        take_catalogue(&load);
        status = load.status;
    }
    tree_free(&load.tree);
    arena_free(&arena);
    return status;
}

comity_status terms_add_shipped(struct terms *terms)
{
    struct findings findings = {.emit = NULL};
    return terms_add(terms, terminology_en, terminology_en_len, &findings);
}

/* --- profiles */

static void take_choice(struct load *load, uint32_t node, struct term_choices *choices)
{
    const struct comity_node *entry = tree_node(&load->tree, node);
    uint16_t term = terms_find(load->terms, entry->name, entry->name_len);
    if (term == TERM_NONE) {
        fault(load, node, "the catalogue has no term of this id");
        return;
    }
    char expected[80];
    uint8_t count = load->terms->terms[term].count;
    if (entry->kind == COMITY_NODE_STRING && is_text(entry, "bracketed")) {
        choices->of[term] = TERM_BRACKETED;
        return;
    }
    bool is_digit = entry->kind == COMITY_NODE_NUMBER && entry->text_len == 1 &&
                    entry->text[0] >= '1' && entry->text[0] <= '0' + count;
    if (is_digit) {
        choices->of[term] = (uint8_t)(entry->text[0] - '0');
        return;
    }
    snprintf(expected, sizeof expected, "expected a number from 1 to %u, or \"bracketed\"",
             count);
    fault(load, node, expected);
}

/* Warns where what agrees with a term is told to differ from it. */
static void check_agreement(struct load *load, const struct term_choices *choices)
{
    for (uint32_t i = tree_node(&load->tree, 1)->first; i;
         i = tree_node(&load->tree, i)->next) {
        const struct comity_node *entry = tree_node(&load->tree, i);
        uint16_t term = terms_find(load->terms, entry->name, entry->name_len);
        if (term == TERM_NONE || load->terms->terms[term].class != TERM_CLASS_AGREEMENT ||
            choices->of[term] ==
                terms_choice(load->terms, choices, load->terms->terms[term].follows))
            continue;
        tree_report(&load->tree, load->findings, i, COMITY_WARNING, "term.agreement", NULL,
                    "leave it out: it follows its term by itself",
                    "this choice differs from that of the term that it agrees with");
    }
}

comity_status terms_profile(const struct terms *terms, const char *json, size_t len,
                            struct findings *findings, struct term_choices *choices)
{
    struct arena arena;
    struct load load = {.terms = (struct terms *)terms,
                        .findings = findings,
                        .code = "term.profile",
                        .hint = "comity terms inventory lists the terms of a document"};
    arena_init(&arena, 0);
    tree_init(&load.tree, &arena);
    memset(choices, TERM_FOLLOWS, sizeof *choices);
    comity_status status = parse(&load, json, len);
    if (status == COMITY_OK) {
        for (uint32_t i = tree_node(&load.tree, 1)->first; i;
             i = tree_node(&load.tree, i)->next)
            take_choice(&load, i, choices);
        check_agreement(&load, choices);
        status = load.status;
    }
    tree_free(&load.tree);
    arena_free(&arena);
    return status;
}
