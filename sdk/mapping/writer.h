/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the two halves of the template writer share: template_write.c and writer_values.c. */
#ifndef COMITY_MAPPING_WRITER_H
#define COMITY_MAPPING_WRITER_H

#include "base/map.h"
#include "mapping/template.h"

struct writing {
    const struct template *t;
    struct record *record;
    struct findings *findings;
    struct buffer *out;
    struct buffer path;              /* where we are below the group that keeps: "/a/b" */
    struct out_frame *root;          /* groups of the document's scope */
    const char *prefix;              /* "" or "stream:" */
    const char *language;            /* of the form's labels; NULL where the format has none */
    uint16_t language_index;         /* the same, in the form's list */
    struct charset_encoder *encoder; /* what must be able to say it; NULL: UTF-8 */
    struct transliterator **latin;   /* for what it cannot say */
    struct lettering **lettering;    /* for rows with letters */
    const struct fixed *const *chosen; /* of options, by their number */
    size_t hole;           /* where documents go in what encloses them; 0 = not met */
    size_t said;           /* members written that say something, unlike null for nothing */
    unsigned numbers;      /* made so far, from 0 on */
    size_t stated;         /* members written although there is nothing to say: null, [] */
    struct keys *keys;     /* of the lists that others refer to; see writer_made.c */
    struct buffer *placed; /* of a trial: the entries of lists as they are written; or NULL */
    bool is_trial;         /* nothing of it is shown: it tells what must go along, and notes */
    bool is_hashed;        /* `said_hash` is of what the document says */
    uint8_t said_hash[20]; /* SHA-1 */
    bool failed;
    comity_status status;
};

/* The groups of one scope, looked for when they are needed. */
struct out_frame {
    const struct scope *scope;
    struct value *slots[TEMPLATE_MAX_SLOTS];
    bool looked[TEMPLATE_MAX_SLOTS];
    struct kept *kept; /* first piece kept for this format in the group, or NULL */
    struct map by_key; /* the same, where there are many; else empty */
    size_t base;       /* where this group's path begins in writing.path */
};

/* Begins the groups of a scope at its own group. */
void out_frame_init(struct writing *w, struct out_frame *frame, const struct scope *scope,
                    struct value *group);
/* The group of a slot of the frame's scope, or NULL. */
struct value *out_slot(struct out_frame *frame, uint16_t index);
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

struct scalar {
    const char *text;
    size_t len;
    uint8_t kind;
};
/* Reads the JSON of a kept piece into a tree, which is the caller's to free. */
bool out_read_kept(struct writing *w, const struct kept *kept, struct tree *tree);
/* The scalar that a kept piece holds; false where it holds none (null, a list, an object). */
bool out_kept_scalar(struct writing *w, const struct kept *kept, struct scalar *out);
/* True if the kept piece is the source's own spelling of the value. */
bool out_kept_is_value(struct writing *w, const struct row *row, const struct kept *kept,
                       const struct value *value);
/* True if what must stand beside a value does: a height in metres, not in inches. */
bool out_fits(struct writing *w, const struct row *row, struct out_frame *frame);
/* Marks a value, and what its row says along with it, as written. */
void out_take(struct writing *w, const struct row *row, struct out_frame *frame,
              struct value *value);
/* Marks what the format itself says. */
void out_take_constants(struct writing *w, struct out_frame *frame);
/* The next group of the list that the member speaks of. */
struct value *out_matching(const struct member *member, struct value *group);
/* True if what the member stands for is so in the document; and marks it as written. */
bool out_when(struct writing *w, const struct member *member, struct out_frame *frame);
void out_take_when(struct writing *w, const struct member *member, struct out_frame *frame);
/* Writes a member of one value; false where nothing was written. */
bool out_value(struct writing *w, const struct member *member, struct out_frame *frame);
/* Writes a list of values; false where nothing was written. */
bool out_entries(struct writing *w, const struct member *member, struct out_frame *frame);
/* A comma, unless nothing stands behind `start` yet. */
void out_comma(struct writing *w, size_t start);
/* True where the list is said by something else than its entries: then it is written. */
bool out_whole_list(struct writing *w, struct out_frame *frame, struct value *value);
/* --- template_write.c */
void out_object(struct writing *w, const struct member *parent, struct out_frame *frame);

/* --- writer_each.c: a list of groups; false where nothing was written */
bool out_each(struct writing *w, const struct member *member, struct out_frame *frame);
/* Takes the brackets off a list of one that began at `start`, where its row says so. */
void out_single(struct writing *w, const struct member *member, struct out_frame *frame,
                size_t start, size_t count);

/* --- writer_letters.c */

/* Tells of a date or time that is written as it is, since the row's pattern cannot say it. */
void out_tell_date(struct writing *w, const struct row *row, const struct value *value);

/* Writes a value as its row says it; false where it cannot.  What a reader will take for
 * another text is noted, if the record goes along. */
bool out_encode(struct writing *w, const struct row *row, struct out_frame *frame,
                struct value *value);
/* In a trial, notes for the record that goes along what is written for a field, whose path is
 * as the template spells it: KEPT_WRITTEN, in the place of what the record says (entry
 * `position` of a list); KEPT_MADE, of the format's own accord. */
void out_note(struct writing *w, const char *prefix, const char *path,
              const struct out_frame *frame, uint32_t position, const char *text, size_t len);
void lettering_free(struct lettering *all, size_t count);

/* --- writer_made.c: what the document has not and the format needs; false: nothing */
bool out_made(struct writing *w, const struct row *row, struct out_frame *frame,
              struct buffer *text);

/* A value that was written as a part of a text. */
struct composed {
    struct value *value;
    const struct value *group; /* the entry of a list that it is of, else itself */
    bool is_parted;            /* it holds what parts the values, or may be trimmed */
};

/* --- writer_again.c: tells of what does not come back of the values of a text, and of what a
 * reader takes for other values; from `rest_at` on it is of other forms */
void out_check_parts(struct writing *w, const struct row *row, const struct buffer *composed,
                     const struct buffer *text, size_t rest_at, uint32_t node);
/* Reads a text of parts as a reader of the format will; false where memory is short. */
bool out_read_again(struct writing *w, const struct row *row, const char *text, size_t len,
                    struct record *said);

/* --- writer_parts.c: the text of a row whose parts are fields; false where it has none.
 * `*node` becomes where the first of them stood in the input, if it was 0 */
bool out_compose(struct writing *w, const struct row *row, struct out_frame *frame,
                 struct buffer *text, struct buffer *composed, uint32_t *node);
/* The same, and checks it. */
bool out_parts(struct writing *w, const struct row *row, struct out_frame *frame,
               struct buffer *text, uint32_t *node);
/* The text of another form that is mostly about what the row is, and not yet written; NULL. */
struct value *out_combined(struct writing *w, const struct row *row);
/* Appends each text of other forms that nothing has said, on lines of their own. */
void out_combined_rest(struct writing *w, struct buffer *text);

/* --- writer_form.c: a form in one of its languages */
void out_form(struct writing *w, struct out_frame *frame);

/* --- writer_report.c: what the format has to say of a document, at the node of the input
 * (0: nowhere) */
void out_report(struct writing *w, uint32_t node, int32_t severity, const char *code,
                const char *field, const char *hint, const char *message);
/* The same of a value of the record. */
void out_report_value(struct writing *w, const struct value *value, int32_t severity,
                      const char *code, const char *hint, const char *message);
/* Reports each value below a group that was written and has characters that XML has not; how
 * many those are. */
size_t out_report_unsaid(struct writing *w, const struct value *group);
/* Reports that the format requires what the document does not state. */
void out_report_required(struct writing *w, const char *field, const char *message);
/* Tells of a value that the record lacks and whoever reads the output will take it to have. */
void out_imply(struct writing *w, struct out_frame *frame, const struct target *target,
               const char *text, size_t len, int32_t severity);
/* Reports a required member without value and fails the document. */
void out_require(struct writing *w, const struct member *member);

#endif
