/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one XML document of an input: finds out its encoding, brings it to UTF-8, reads it.
 * Knows nothing of what the document says.  For stream.c alone. */
#ifndef COMITY_SYNTAX_STREAM_XML_H
#define COMITY_SYNTAX_STREAM_XML_H

#include "io/source.h"
#include "syntax/xml.h"

/* All zero is a good start too. */
struct stream_xml_state {
    bool done;               /* the document was handed out, or cannot be */
    struct buffer utf8;      /* the text, where the input is not UTF-8 */
    struct charset_map *map; /* and the way back */
    struct xml_spare *spare; /* or NULL; lent */
};

void stream_xml_init(struct stream_xml_state *state);
void stream_xml_free(struct stream_xml_state *state);

/* See stream_next().  COMITY_OK once, then COMITY_END; COMITY_END at once where there is
 * nothing but white space. */
comity_status stream_xml_next(struct source *source, const struct limits *limits,
                              const char *charset, struct tree *tree, struct findings *findings,
                              struct stream_xml_state *state);

#endif
