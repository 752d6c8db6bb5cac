/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One message that is several documents: objects of one list which refer to one another by
 * their keys are one document, those that do not are another.  While one is read, its entries
 * alone are linked; the others stand where they stood. */
#ifndef COMITY_MAPPING_JOINED_H
#define COMITY_MAPPING_JOINED_H

#include "mapping/template.h"

/* True if what is linked shows what kind of request it is. */
typedef bool joined_kind_fn(const void *user);

/* Finds the documents of a tree; tree->parts stays NULL where it is one alone.  Each has an
 * entry that meets the template's `by` and a kind; what belongs to none of them goes with the
 * first.  Two entries of one key are told.  COMITY_OK or COMITY_E_NOMEM. */
comity_status joined_split(const struct template *t, struct tree *tree,
                           struct findings *findings, joined_kind_fn *has_kind,
                           const void *user);
/* How many there are. */
uint32_t joined_count(const struct tree *tree);
/* Links the entries of document `part`, from 0 on, and no others. */
void joined_show(struct tree *tree, uint32_t part);
/* Adds the leaves of the document that is shown to `counts`, by their fate; the first answers
 * for what stands around the list. */
void joined_leaves(const struct tree *tree, uint64_t counts[5]);

#endif
