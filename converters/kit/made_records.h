/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Canonical documents made out of the field table alone, as the one spelling that
 * convention-json writes.  For the checker of
 * plugins and unit tests; knows nothing of the code that reads and writes. */
#ifndef COMITY_CHECKER_MADE_RECORDS_H
#define COMITY_CHECKER_MADE_RECORDS_H

#include "base/buffer.h"
#include "model/fields.h"

/* The same numbers for the same seed, on every machine. */
struct chance {
    uint64_t state;
};

uint64_t chance_next(struct chance *chance);
/* A number below `most`. */
unsigned chance_below(struct chance *chance, unsigned most);
/* True in `percent` of 100 cases. */
bool chance_of(struct chance *chance, unsigned percent);

/* Appends a few characters as UTF-8: letters of several scripts, control characters, quotes,
 * what XML cannot carry; never NUL. */
void chance_text(struct chance *chance, struct buffer *text);

/* Appends a compact JSON value no deeper than `depth`. */
void chance_json(struct chance *chance, unsigned depth, struct buffer *out);

/* A document that has every field of the table, each value of its type; lists have `entries`
 * entries, those of groups one. */
void made_full(struct buffer *out, unsigned entries);

/* A field's path and a value that fits it, plain text in a shell too. */
struct fitting {
    char path[160], value[80];
};

/* The last field of a path ("persons[0].name.family") that begins in a group, or FIELD_NONE. */
uint16_t made_field(uint16_t group, const char *path);

/* Values that fit a field ("persons[0].name.family"); of a group a text and a code within it,
 * of its codes that of the number.  How many; 0 where there is no such field. */
size_t made_fitting(const char *path, unsigned number, struct fitting fitting[2]);

/* The path of a field of an entry ("title") in that of the document's lists which has one and
 * has the number `nth` among those: "offences[].title".  False where there is none such. */
bool made_entry_path(const char *path, unsigned nth, char *whole, size_t size);

/* A small document of the table's fields.  `met` (FIELD_COUNT flags) is told which. */
void made_random(struct chance *chance, struct buffer *out, bool *met);

#endif
