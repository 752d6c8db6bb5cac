/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A template compiled, and documents read and written by it, with all that they need to live.
 * For unit tests alone. */
#ifndef COMITY_TESTS_TEMPLATED_H
#define COMITY_TESTS_TEMPLATED_H

#include "whole_record.h"

#include "mapping/template.h"

struct templated {
    struct arena arena;
    struct collected found; /* while the template was compiled */
    struct template *t;
    struct whole_record whole;
    struct template_writer writer;
    struct buffer back; /* what the writer wrote */
    uint32_t after;     /* the document read last */
};

static inline void templated_init(struct templated *templated)
{
    memset(templated, 0, sizeof(*templated));
    arena_init(&templated->arena, 0);
    whole_init(&templated->whole);
    buffer_init(&templated->back, 0);
}

static inline void templated_free(struct templated *templated)
{
    template_writer_free(&templated->writer);
    buffer_free(&templated->back);
    whole_free(&templated->whole);
    arena_free(&templated->arena);
}

static inline comity_status templated_compile(struct templated *templated, const char *text)
{
    collected_init(&templated->found);
    comity_status status = template_compile(&templated->arena, text, strlen(text),
                                            &templated->found.findings, &templated->t);
    template_writer_free(&templated->writer);
    template_writer_init(&templated->writer, templated->t);
    return status;
}

/* Parses an input of the format; templated_next() reads its documents. */
static inline comity_status templated_open(struct templated *templated, const char *text)
{
    struct limits limits = LIMITS_INIT;
    struct syntax_error error;
    size_t used = 0;
    whole_reset(&templated->whole);
    templated->after = 0;
    return json_read(&templated->whole.tree, text, strlen(text), true, &limits, &used, &error);
}

static inline comity_status templated_next(struct templated *templated)
{
    struct whole_record *whole = &templated->whole;
    comity_status status = record_init(&whole->record, &whole->arena, &whole->tree);
    return status == COMITY_OK ? template_read(templated->t, &whole->record,
                                               &whole->found.findings, &templated->after, 0,
                                               false)
                               : status;
}

/* Writes the record at hand behind what was written before. */
static inline comity_status templated_write(struct templated *templated)
{
    return template_write(&templated->writer, &templated->whole.record,
                          &templated->whole.found.findings, &templated->back);
}

/* What was written, ended by NUL. */
static inline const char *templated_back(struct templated *templated)
{
    template_finish(&templated->writer, &templated->back);
    buffer_char(&templated->back, '\0');
    templated->back.size--;
    return buffer_status(&templated->back) == COMITY_OK ? templated->back.bytes : "no memory";
}

#endif
