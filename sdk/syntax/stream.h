/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The documents of one input, one after the other.
 *
 * JSON: one value, a list of documents, or a stream of values that stand on lines of their
 * own (NDJSON; a value may take several lines).  XML: one document. */
#ifndef COMITY_SYNTAX_STREAM_H
#define COMITY_SYNTAX_STREAM_H

#include "io/source.h"
#include "syntax/xml.h"

struct stream;

/* What the first bytes of an input look like: '<' is XML, all else JSON.  White space and a
 * byte-order mark are passed over; UTF-16 XML is known by its mark or its first '<'.  0 where
 * there is nothing but white space. */
enum syntax_id syntax_sniff(const char *head, size_t size);

/* `charset`: an encoding that the caller knows better (XML only), or NULL.  `spare`: see xml.h,
 * or NULL; lent. */
comity_status stream_open(enum syntax_id syntax, struct source *source,
                          const struct limits *limits, const char *charset,
                          struct xml_spare *spare, struct stream **stream);

/* The next document, into `tree` (which it resets; its arena is the caller's to reset before).
 * COMITY_OK; COMITY_END; COMITY_E_INVALID or COMITY_E_LIMIT where this document is bad and was
 * reported, and the next may be asked for; COMITY_E_CORRUPT where the rest of the stream
 * cannot be read (reported); COMITY_E_IO, COMITY_E_NOMEM (not reported).  The text of `tree`
 * is good until the next call. */
comity_status stream_next(struct stream *stream, struct tree *tree, struct findings *findings);

void stream_free(struct stream *stream);

#endif
