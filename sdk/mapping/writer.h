/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the two halves of the template writer share: template_write.c and writer_values.c. */
#ifndef COMITY_MAPPING_WRITER_H
#define COMITY_MAPPING_WRITER_H

#include "mapping/template.h"

struct writing {
    const struct template *t;
    struct record *record;
    struct findings *findings;
    struct buffer *out;
    struct buffer path;     /* where we are below the group that keeps: "/a/b" */
    struct out_frame *root; /* groups of the document's scope */
    const char *prefix;     /* "" or "stream:" */
    size_t hole;            /* where documents go in what encloses them; 0 = not met */
    size_t said;            /* members written that say something, unlike null for nothing */
    bool failed;
    comity_status status;
};

/* The groups of one scope, looked for when they are needed. */
struct out_frame {
    const struct scope *scope;
    struct value *slots[TEMPLATE_MAX_SLOTS];
    bool looked[TEMPLATE_MAX_SLOTS];
    struct kept *kept; /* first piece kept for this format in the group, or NULL */
    size_t base;       /* where this group's path begins in writing.path */
};

/* Begins the groups of a scope at its own group. */
void out_frame_init(struct writing *w, struct out_frame *frame, const struct scope *scope,
                    struct value *group);
/* The first value of a target's field, or NULL. */
struct value *out_target(struct writing *w, struct out_frame *frame,
                         const struct target *target);
/* Goes down to a member: one step more in the path. */
void out_step(struct writing *w, const char *name, uint32_t len);
/* The piece kept under `what` for the place where we are; NULL where there is none. */
struct kept *out_kept(struct writing *w, const struct out_frame *frame, const char *what);
/* Writes a kept piece as it stands. */
void out_put_kept(struct writing *w, struct kept *kept);
/* The piece kept for an entry of the list where we are, or NULL. */
struct kept *out_kept_entry(struct writing *w, struct out_frame *frame, uint32_t index);
/* What stands for a member without value; false where nothing does. */
bool out_absent(struct writing *w, const struct member *member, struct out_frame *frame);
/* Writes a member of one value; false where nothing was written. */
bool out_value(struct writing *w, const struct member *member, struct out_frame *frame);
/* Writes a list of values; false where nothing was written. */
bool out_entries(struct writing *w, const struct member *member, struct out_frame *frame);
/* A comma, unless nothing stands behind `start` yet. */
void out_comma(struct writing *w, size_t start);
/* True where the list is said by something else than its entries: then it is written. */
bool out_whole_list(struct writing *w, struct out_frame *frame, struct value *value);
/* Reports that the format requires what the document does not state. */
void out_report_required(struct writing *w, const char *field, const char *message);

#endif
