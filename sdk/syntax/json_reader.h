/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the files of the JSON reader share: its state, and how it fails.  For json_*.c alone. */
#ifndef COMITY_SYNTAX_JSON_READER_H
#define COMITY_SYNTAX_JSON_READER_H

#include "syntax/json_names.h"
#include "syntax/tree.h"

/* Groups and lists inside one another, whatever the limits say: the reader's stack is fixed,
 * and writers may recurse. */
#define JSON_MAX_DEPTH 1024u

/* One open list or group. */
struct json_frame {
    uint64_t seen[2];         /* group: a bit for each name that may have been there */
    struct json_names *names; /* group with many members: their table */
    uint32_t node, last;      /* its node, and its last child (0 = none) */
    uint32_t count;           /* children */
    bool is_group;
};

struct json_reader {
    struct tree *tree;
    const char *text, *at, *end;
    bool at_end; /* nothing follows `end` */
    const struct limits *limits;
    struct syntax_error *error;
    const char *name; /* of the member whose value comes next; NULL in a list */
    uint32_t name_len;
    uint32_t depth; /* open lists and groups: frames in use */
    struct json_frame frames[JSON_MAX_DEPTH];
};

/* Sets the error and returns COMITY_E_INVALID. */
__attribute__((format(printf, 5, 6))) comity_status
json_fail(struct json_reader *reader, const char *code, const char *where, const char *hint,
          const char *format, ...);

/* Sets the error and returns COMITY_E_LIMIT. */
__attribute__((format(printf, 4, 5))) comity_status json_fail_limit(struct json_reader *reader,
                                                                    const char *code,
                                                                    const char *where,
                                                                    const char *format, ...);

/* The arena gave nothing: limit.memory or COMITY_E_NOMEM. */
comity_status json_fail_memory(struct json_reader *reader, size_t size);

/* The text ends where `expected` should stand: JSON_MORE, or json.truncated. */
comity_status json_fail_ended(struct json_reader *reader, const char *expected);

/* Something else than `expected` stands at `where`, or nothing more. */
comity_status json_fail_found(struct json_reader *reader, const char *where,
                              const char *expected);

/* A name that the open group has already; `quote` is where the second one begins. */
comity_status json_fail_duplicate(struct json_reader *reader, uint32_t earlier,
                                  const char *quote);

/* Bytes that are not UTF-8, or whose sequence goes on after the text. */
comity_status json_fail_utf8(struct json_reader *reader, const char *where);

/* The rest of a string that is not plain ASCII.  reader->at is at its opening quote, `stop` at
 * the first byte that is not plain. */
comity_status json_read_string_rest(struct json_reader *reader, const char *stop,
                                    const char **text, uint32_t *len);

#endif
