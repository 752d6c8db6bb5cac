/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the parts of the template reader share: template_read.c and reader_*.c. */
#ifndef COMITY_MAPPING_READER_H
#define COMITY_MAPPING_READER_H

#include "mapping/template.h"

/* Where we are below the group that keeps; made into text only when something is kept. */
struct link {
    const struct link *up;
    const char *name; /* NULL: an entry of a list */
    uint32_t len, index;
};

struct frame;

struct reading {
    const struct template *t;
    struct record *record;
    struct tree *tree;
    struct findings *findings;
    struct frame *root;      /* groups of the document's scope */
    const char *prefix;      /* "" or "stream:" before the keys of what is kept */
    const char *language;    /* of the form's labels; NULL where the format has none */
    uint16_t language_index; /* the same, in the form's list */
    bool trace;
    comity_status status;
};

/* The groups of one scope, made as they are needed. */
struct frame {
    const struct scope *scope;
    struct value *slots[TEMPLATE_MAX_SLOTS];
};

/* Carries JSON for the way back, under `what` and the place `link` (in_keep_node: a node as it
 * stands). */
void in_keep(struct reading *r, struct value *group, const char *what, const struct link *link,
             const char *json, size_t json_len, uint32_t node);
void in_keep_node(struct reading *r, struct value *group, const struct link *link,
                  uint32_t index, enum fate fate);
void in_keep_unexpected(struct reading *r, struct value *group, const struct link *link,
                        uint32_t index, const char *expected);
/* The group that a target's field belongs to, made where it is missing; NULL: no memory. */
struct value *in_group(struct reading *r, struct frame *frame, const struct target *target);
/* What the format itself says, unless the document has said it. */
void in_constant(struct reading *r, struct frame *frame, const struct constant *constant);
/* Warns that a value was not understood and stays as written. */
void in_warn(struct reading *r, const struct value *value, const char *code,
             const char *expected);
/* One scalar to its field, and to those that say the same. */
void in_scalar(struct reading *r, const struct row *row, struct frame *frame,
               const struct link *link, uint32_t index);

/* --- reader_parts.c: a text that is several values; `node` is where it stands, 0 = nowhere */
void in_parts(struct reading *r, const struct row *row, struct frame *frame, const char *text,
              size_t len, uint32_t node);

/* --- reader_form.c: the labels of a form, in the language they were found in */
void in_form(struct reading *r, struct frame *frame, uint16_t language);

#endif
