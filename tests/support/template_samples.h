/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Samples of a format that go into the record and back by a template, each with what becomes of
 * it.  For unit tests alone. */
#ifndef COMITY_TESTS_TEMPLATE_SAMPLES_H
#define COMITY_TESTS_TEMPLATE_SAMPLES_H

#include "templated.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

/* What all templates of the samples begin with; CANONICAL is what all their records do. */
#define HEAD                                                                   \
    "{\"comity_template\":1,\"id\":\"t\",\"title\":\"T\",\"syntax\":\"json\"," \
    "\"kinds\":[\"decision\"],\"detect\":{\"all\":[\"a\"],\"score\":50},"
#define ROWS(rows) HEAD "\"rows\":[" rows "]}"
#define CANONICAL "{\"schema\":\"" SCHEMA_URN "\",\"kind\":\"decision\""

static inline int set_up(void **state)
{
    struct templated *templated = calloc(1, sizeof(*templated));
    templated_init(templated);
    *state = templated;
    return 0;
}

static inline int tear_down(void **state)
{
    templated_free(*state);
    free(*state);
    return 0;
}

static inline void compile(struct templated *templated, const char *text)
{
    if (templated_compile(templated, text) != COMITY_OK)
        fail_msg("%s: %s: %s", text, templated->found.all[0].code,
                 templated->found.all[0].message);
}

/* Leaves of the input by their fate: "2m1k" is two mapped and one kept. */
static inline const char *fates(struct templated *templated)
{
    static char text[64];
    static const char letters[] = "?makd";
    unsigned counts[5] = {0};
    const struct tree *tree = &templated->whole.tree;
    for (uint32_t i = 1; i < tree->count; i++)
        if (tree_is_leaf(tree, tree_node(tree, i)))
            counts[tree_node(tree, i)->fate]++;
    size_t size = 0;
    text[0] = '\0';
    for (size_t i = 0; i < 5; i++)
        if (counts[i])
            size += (size_t)snprintf(text + size, sizeof(text) - size, "%u%c", counts[i],
                                     letters[i]);
    return text;
}

struct sample {
    const char *source;    /* of the format */
    const char *canonical; /* what it becomes, behind the kind */
    const char *fates;
    const char *warning; /* code of the one finding, with '+' of several; NULL: none */
};

/* Reads a document, compares it, and writes it back as it was. */
static inline void there_and_back(struct templated *templated, const struct sample *sample)
{
    struct whole_record *whole = &templated->whole;
    assert_int_equal(templated_open(templated, sample->source), COMITY_OK);
    assert_int_equal(templated_next(templated), COMITY_OK);
    const char *json = whole_json(whole) + strlen(CANONICAL);
    if (strcmp(json, sample->canonical) != 0)
        fail_msg("%s\nbecame   %s\nexpected %s", sample->source, json, sample->canonical);
    if (strcmp(fates(templated), sample->fates) != 0)
        fail_msg("%s\nhas leaves %s, expected %s", sample->source, fates(templated),
                 sample->fates);
    char code[64] = "";
    for (size_t i = 0; i < whole->found.count && i < 2; i++)
        snprintf(code, sizeof(code), "%s%s", whole->found.all[0].code, i ? "+" : "");
    if (strcmp(code, sample->warning ? sample->warning : "") != 0)
        fail_msg("%s\nhas %zu findings, first %s", sample->source, whole->found.count, code);
    buffer_clear(&templated->back);
    if (templated_write(templated) != COMITY_OK)
        fail_msg("%s\nwas not written back: %s", sample->source,
                 whole->found.all[whole->found.count - 1].message);
    const char *back = templated_back(templated);
    size_t size = strlen(sample->source);
    if (strncmp(back, sample->source, size) != 0 || strcmp(back + size, "\n") != 0)
        fail_msg("%s\ncame back as %s", sample->source, back);
}

static inline void all_there_and_back(struct templated *templated, const char *text,
                                      const struct sample *samples, size_t count)
{
    compile(templated, text);
    for (size_t i = 0; i < count; i++)
        there_and_back(templated, &samples[i]);
}

#define CHECK(text, samples) \
    all_there_and_back(*state, text, samples, sizeof(samples) / sizeof((samples)[0]))

/* Writes a canonical document by the template at hand; "" where that is refused. */
static inline const char *written(struct templated *templated, const char *members)
{
    static char text[4096];
    snprintf(text, sizeof(text), CANONICAL "%s}", members);
    assert_int_equal(whole_read(&templated->whole, SYNTAX_JSON, text, strlen(text)), COMITY_OK);
    buffer_clear(&templated->back);
    comity_status status = templated_write(templated);
    assert_true(status == COMITY_OK || status == COMITY_E_INVALID);
    return status == COMITY_OK ? templated_back(templated) : "";
}

#endif
