/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A document read into a record by the canonical readers, with all that it needs to live.  For
 * unit tests alone. */
#ifndef COMITY_TESTS_WHOLE_RECORD_H
#define COMITY_TESTS_WHOLE_RECORD_H

#include "collected.h"

#include "model/convention.h"
#include "syntax/json.h"
#include "syntax/xml.h"

struct whole_record {
    struct arena arena;
    struct tree tree;
    struct record record;
    struct collected found;
    struct buffer out;
};

static inline void whole_init(struct whole_record *whole)
{
    arena_init(&whole->arena, 0);
    tree_init(&whole->tree, &whole->arena);
    collected_init(&whole->found);
    buffer_init(&whole->out, 0);
    whole->record.root = NULL;
}

static inline void whole_free(struct whole_record *whole)
{
    buffer_free(&whole->out);
    tree_free(&whole->tree);
    arena_free(&whole->arena);
}

/* Ready for the next document. */
static inline void whole_reset(struct whole_record *whole)
{
    tree_reset(&whole->tree);
    whole->tree.syntax = SYNTAX_JSON;
    arena_reset(&whole->arena);
    collected_init(&whole->found);
    buffer_clear(&whole->out);
}

/* Reads a canonical document (`syntax`), which must outlive the record. */
static inline comity_status whole_read(struct whole_record *whole, enum syntax_id syntax,
                                       const char *text, size_t size)
{
    struct limits limits = LIMITS_INIT;
    struct syntax_error error = {.code = "none"};
    size_t used = size;
    whole_reset(whole);
    whole->tree.syntax = syntax;
    comity_status status =
        syntax == SYNTAX_JSON
            ? json_read(&whole->tree, text, size, true, &limits, &used, &error)
            : xml_read(&whole->tree, text, size, &limits, NULL, &error);
    if (status != COMITY_OK || used != size) {
        tree_report_syntax(&whole->tree, &whole->found.findings, &error);
        return status != COMITY_OK ? status : COMITY_E_CORRUPT;
    }
    status = record_init(&whole->record, &whole->arena, &whole->tree);
    if (status != COMITY_OK)
        return status;
    return convention_read(&whole->record, &whole->tree, false, &whole->found.findings);
}

/* What the record is, ended by NUL, in `out`. */
static inline const char *whole_json(struct whole_record *whole)
{
    buffer_clear(&whole->out);
    convention_write_json(&whole->record, &whole->out);
    buffer_char(&whole->out, '\0');
    return buffer_status(&whole->out) == COMITY_OK ? whole->out.bytes : "no memory";
}

#endif
