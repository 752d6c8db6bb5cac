/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The content items of the convention's lists, kind by kind, from content.def.  Constant; any
 * thread. */
#ifndef COMITY_MODEL_CONTENT_H
#define COMITY_MODEL_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

struct content_item {
    const char *article; /* "61.14(c)" */
    const char *list;
    const char *paths; /* plain canonical paths parted by '|'; any of them answers the item */
    const char *title;
};

/* The next item that a request of this kind shall contain; NULL at the end.  `*at` is 0 at
 * first and moves on. */
const struct content_item *content_next(const char *kind, size_t *at);

/* True if a plain path ("facts.summary", "proceeding.name") answers the item. */
bool content_answers(const struct content_item *item, const char *plain);

#endif
