/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the parts of the template check share: template_check.c and check_examples.c. */
#ifndef COMITY_MAPPING_CHECKER_H
#define COMITY_MAPPING_CHECKER_H

#include "mapping/compiler.h"
#include "mapping/reader.h"

#define CHAIN_MAX 8u /* repeated parts inside one another */

/* The repeated parts that a row stands in, the innermost first. */
struct chain {
    const struct chain *up;
    const struct member *each;
};

/* Checks a template that was compiled without fault; its JSON is c->tree. */
void check_template(struct compiler *c);

/* Takes a document apart, as it is written; `tree` is the caller's to free, whatever the
 * status.  `found` is told of a form alone. */
comity_status check_parse(struct compiler *c, const char *bytes, size_t size,
                          struct arena *arena, struct tree *tree, struct text_found *found,
                          struct findings *findings);
/* Reads a document as the template does, into a record of `arena`; `tree` is the caller's to
 * free, whatever the status. */
comity_status check_read(struct compiler *c, const char *bytes, size_t size,
                         struct record *record, struct arena *arena, struct tree *tree,
                         struct findings *findings);
/* Appends the document as the template writes it. */
comity_status check_write(struct compiler *c, struct record *record, struct findings *findings,
                          struct buffer *out);
/* Reports at a node of the template; an error fails it. */
void check_report(struct compiler *c, uint32_t node, int32_t severity, const char *code,
                  const char *message);

/* Runs the examples that the template itself holds. */
void check_examples(struct compiler *c);

#endif
