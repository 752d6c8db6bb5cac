/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Strict JSON (RFC 8259; of I-JSON, RFC 7493, what keeps a document unambiguous) to a located
 * tree, and JSON text out.  Numbers are lexemes: no digit is ever changed. */
#ifndef COMITY_SYNTAX_JSON_H
#define COMITY_SYNTAX_JSON_H

#include "syntax/tree.h"

/* json_read() needs more bytes than it was given. */
#define JSON_MORE 2

/* Reads the one value that starts at text[0] (no white space before it) into `tree`, whose
 * text and size it sets.  `*used` becomes the length of the value in bytes.
 * `at_end`: nothing follows the text, so that an unfinished value is an error and not
 * JSON_MORE.  On COMITY_E_INVALID and COMITY_E_LIMIT `error` says what and where. */
comity_status json_read(struct tree *tree, const char *text, size_t size, bool at_end,
                        const struct limits *limits, size_t *used, struct syntax_error *error);

/* Reads a text that is one value with white space around it; faults are reported.
 * COMITY_E_INVALID, COMITY_E_NOMEM. */
comity_status json_read_whole(struct tree *tree, const char *text, size_t len,
                              const struct limits *limits, struct findings *findings);

/* Length of the number at text[0] if all `len` bytes are one JSON number; false otherwise. */
bool json_is_number(const char *text, size_t len);

/* Appends a JSON string with its quotes.  Escapes what RFC 8259 demands and U+007F; all else
 * as UTF-8. */
void json_put_string(struct buffer *out, const char *text, size_t len);

/* Appends a node and all below it as compact JSON. */
void json_put_node(struct buffer *out, const struct tree *tree, uint32_t index);

#endif
