/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Matching the parts of a text: segments between separators, and patterns with holes.  Shared
 * by reading and writing; knows nothing of records. */
#ifndef COMITY_MAPPING_PARTS_H
#define COMITY_MAPPING_PARTS_H

#include "mapping/template.h"

struct slice {
    const char *text;
    size_t len;
};

/* Without white space at its ends, that of other scripts included. */
struct slice slice_trim(struct slice text);

/* Takes the next segment off the front of `rest`; false where there is none.  `*exact` becomes
 * false where it is not separated as the template writes it. */
bool parts_next(const struct parts *parts, struct slice *rest, struct slice *segment,
                bool *exact);

/* True if a reader would take the value apart, or trim it, where it is a segment among others:
 * white space at its ends, carriage returns, or what separates the segments. */
bool parts_split(const struct parts *parts, struct slice value);

/* True if nothing but the value itself tells what it is. */
bool pattern_is_bare(const struct pattern *pattern);

/* True if the segment is the pattern; `holes` by the piece's own order.  `*exact` becomes false
 * where its words are spelt otherwise. */
bool pattern_match(const struct pattern *pattern, struct slice segment,
                   struct slice holes[PATTERN_MAX_HOLES], bool *exact);

/* The pattern that is written in a language of the form: the first in which the values, by the
 * piece's own order, can be told again; NULL where there is none. */
const struct pattern *piece_written(const struct piece *piece, uint16_t language,
                                    const struct slice values[PATTERN_MAX_HOLES]);

#endif
