/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The documents of one JSON input.  For stream.c alone. */
#ifndef COMITY_SYNTAX_STREAM_JSON_H
#define COMITY_SYNTAX_STREAM_JSON_H

#include "io/source.h"
#include "syntax/tree.h"

enum stream_json_mode {
    STREAM_JSON_START = 0,
    STREAM_JSON_VALUES,     /* between values on lines of their own */
    STREAM_JSON_BAD_VALUE,  /* before a value that was refused */
    STREAM_JSON_LIST_FIRST, /* behind the '[' of a list of documents */
    STREAM_JSON_LIST_NEXT,  /* behind one of its entries */
    STREAM_JSON_BAD_ENTRY,  /* before an entry that was refused */
    STREAM_JSON_LIST_END,   /* behind its ']' */
    STREAM_JSON_LOST
};

/* Zeroed is ready to begin. */
struct stream_json {
    enum stream_json_mode mode;
    size_t lent;                     /* bytes of the window that the last document takes */
    uint64_t lines, chars;           /* before the window: lines, characters of the last */
    uint64_t list_line, list_column; /* where the open list of documents begins */
};

/* As stream_next(). */
comity_status stream_json_next(struct stream_json *stream, struct source *source,
                               const struct limits *limits, struct tree *tree,
                               struct findings *findings);

#endif
