/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text in lines of fixed columns, as a tree: the columns are a plugin's, as data
 * (comity/plugin.h). */
#ifndef COMITY_SYNTAX_LINES_H
#define COMITY_SYNTAX_LINES_H

#include "base/limits.h"
#include "syntax/tree.h"

/* Reads tree->text behind its root, which is there: a group for each line of a known sort, with
 * a leaf for each column that is not blank; "rest" for what stands outside of all columns, and
 * a leaf "line" for a line of no sort.  Blanks at the ends of a column are no part of it.
 * COMITY_E_LIMIT (reported), COMITY_E_NOMEM. */
comity_status lines_read(struct tree *tree, const struct comity_line *lines,
                         const struct limits *limits, struct findings *findings);

#endif
