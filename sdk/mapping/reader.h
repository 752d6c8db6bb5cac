/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the parts of the template reader share: template_read.c and reader_*.c. */
#ifndef COMITY_MAPPING_READER_H
#define COMITY_MAPPING_READER_H

#include "base/map.h"
#include "mapping/template.h"

/* Where we are below the group that keeps; made into text only when something is kept. */
struct link {
    const struct link *up;
    const char *name; /* NULL: an entry of a list */
    uint32_t len, index;
};

struct frame;

/* A group that entries of other lists refer to. */
struct keyed {
    struct keyed *next, *same_key;
    const struct member *list; /* that defines it */
    const char *key;
    uint32_t key_len;
    uint32_t node; /* where it is defined or, until then, referred to */
    bool is_defined;
    struct value *group;
};

struct reading {
    const struct template *t;
    struct record *record;
    struct tree *tree;
    struct findings *findings;
    struct frame *root;      /* groups of the document's scope */
    const char *prefix;      /* "" or "stream:" before the keys of what is kept */
    const char *language;    /* of the form's labels; NULL where the format has none */
    uint16_t language_index; /* the same, in the form's list */
    uint32_t indexed_end;    /* behind the last position of a group with VALUE_INDEXED */
    struct keyed *keys;      /* in the order of reading, the last first */
    struct map by_key;       /* the same, for each text the first; others behind it */
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
/* The same of what `json` holds, which is freed. */
void in_keep_json(struct reading *r, struct value *group, const char *what,
                  const struct link *link, struct buffer *json, uint32_t node);
void in_keep_node(struct reading *r, struct value *group, const struct link *link,
                  uint32_t index, enum fate fate);
void in_keep_unexpected(struct reading *r, struct value *group, const struct link *link,
                        uint32_t index, const char *expected);
/* The group that a target's field belongs to, made where it is missing; NULL: no memory. */
struct value *in_group(struct reading *r, struct frame *frame, const struct target *target);
/* Begins the groups of an entry at its own group, with what the format says of each: the key
 * that tells its sort, and constants. */
void in_open_entry(struct reading *r, const struct member *each, struct value *group,
                   struct frame *inner);
/* What the format itself says, unless the document has said it. */
void in_constant(struct reading *r, struct frame *frame, const struct constant *constant);
/* What a member's being there says. */
void in_membership(struct reading *r, struct frame *frame, const struct membership *of);
/* Warns that a second place says what the first has said otherwise, and is kept. */
void in_warn_twice(struct reading *r, const char *field, uint32_t index);
/* The entries of a list at `run`, one by one; a value alone is a list of itself.  Of XML, also
 * those of its name that stand apart.  0: no more. */
uint32_t in_first_entry(const struct reading *r, uint32_t run);
uint32_t in_next_entry(const struct reading *r, uint32_t *run, uint32_t entry);
/* A list of one where the format would write its entry alone. */
void in_one_listed(struct reading *r, const struct member *member, struct frame *frame,
                   const struct link *link, uint32_t index);
/* Warns that a value was not understood and stays as written; `offset`: its place in the
 * tree's text. */
void in_warn(struct reading *r, const struct value *value, size_t offset, const char *code,
             const char *expected);
/* One scalar to its field, and to those that say the same. */
void in_scalar(struct reading *r, const struct row *row, struct frame *frame,
               const struct link *link, uint32_t index);

/* --- reader_each.c: lists of groups, of several sorts, that refer to one another */
void in_each(struct reading *r, const struct member *member, struct frame *frame,
             const struct link *link, uint32_t index);
/* Warns of references to what is not there. */
void in_missing(struct reading *r);

/* --- template_read.c */
bool in_is_scalar(const struct comity_node *node);
/* An empty list: canonical, unless that is what the writer puts for nothing. */
void in_empty(struct reading *r, const struct member *member, struct frame *frame,
              const struct link *link, uint32_t index);
void in_members(struct reading *r, const struct member *parent, struct frame *frame,
                const struct link *link, uint32_t index);

/* --- reader_parts.c: a text that is several values; `node` is where it stands, 0 = nowhere */
void in_parts(struct reading *r, const struct row *row, struct frame *frame, const char *text,
              size_t len, uint32_t node);

/* --- reader_form.c: the labels of a form, in the language they were found in */
void in_form(struct reading *r, struct frame *frame, uint16_t language);

#endif
