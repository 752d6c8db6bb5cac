/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Comma-separated values by RFC 4180: a header, and rows of which those that stand side by side
 * and agree in the columns of a case are one document.  Knows columns as names, and nothing of
 * what they mean. */
#ifndef COMITY_SYNTAX_CSV_H
#define COMITY_SYNTAX_CSV_H

#include "syntax/tree.h"

#define CSV_DOCUMENTS "documents" /* list of the root */
#define CSV_ROWS "rows"           /* list of a document */

/* Both end with NULL. */
struct csv_layout {
    const char *const *columns; /* in the order of writing */
    const char *const *shared;  /* those of them that all rows of a document have in common */
};

/* How many of the layout's columns the first line of a text names. */
size_t csv_header_hits(const struct csv_layout *layout, const char *text, size_t size);

/* Reads the text of a tree: {"documents": [{COLUMN: TEXT, ...,
 * "rows": [{COLUMN: TEXT, ...}]}]}.  An empty field is no member; a column that the layout does
 * not have is one of the row.  A row that is short, long or whose quote is open is reported and
 * left out; `*bad` becomes how many.  COMITY_E_INVALID (there is no header), COMITY_E_LIMIT:
 * reported.  COMITY_E_NOMEM. */
comity_status csv_read(struct tree *tree, const struct csv_layout *layout,
                       const struct limits *limits, struct findings *findings, uint64_t *bad);

/* Appends the rows of one document, an object as csv_read() makes them, behind a header if
 * `header`.  Lines end in LF.  `*lost` becomes how many members have no column.
 * COMITY_E_INVALID: `json` is no object; COMITY_E_NOMEM. */
comity_status csv_from_json(const char *json, size_t len, const struct csv_layout *layout,
                            bool header, struct arena *arena, struct buffer *out, size_t *lost);

#endif
