/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * XML 1.0 with namespaces to a located tree (libxml2's SAX2 interface, fed in small pieces;
 * no DOCTYPE, nothing fetched, any recorded error is fatal), and XML text out. */
#ifndef COMITY_SYNTAX_XML_H
#define COMITY_SYNTAX_XML_H

#include "syntax/tree.h"

#include <stdatomic.h>

/* A parser that waits for its next document, which would else be made and thrown away for
 * each.  All zero is a good start.  Threads may share it: who finds it taken makes one. */
struct xml_spare {
    _Atomic(void *) parser; /* an xmlParserCtxtPtr */
};

void xml_spare_free(struct xml_spare *spare);

/* Reads one whole XML document, given as UTF-8 (a declared encoding is ignored: the text was
 * brought to UTF-8 before), into `tree`, whose text and size it sets.  `spare`: or NULL. */
comity_status xml_read(struct tree *tree, const char *text, size_t size,
                       const struct limits *limits, struct xml_spare *spare,
                       struct syntax_error *error);

/* True if XML 1.0 can carry the text, character references included. */
bool xml_can_carry(const char *text, size_t len);

/* Appends text with what XML demands escaped; CR as &#13;, and in attributes (`attribute`)
 * white space other than the blank and the quote as references too. */
void xml_put_text(struct buffer *out, const char *text, size_t len, bool attribute);

#endif
