/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The canonical record: one document as a tree of values, each of a field of the one table,
 * each knowing the node of the input that it came from.  Lives in an arena; knows nothing of
 * any format's shape. */
#ifndef COMITY_MODEL_RECORD_H
#define COMITY_MODEL_RECORD_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/bytes.h"
#include "base/finding.h"
#include "model/fields.h"
#include "syntax/tree.h"

enum value_form { VALUE_TEXT, VALUE_GROUP, VALUE_EMPTY_LIST };

#define VALUE_ASKED 1u    /* a writer has taken it */
#define VALUE_CONSTANT 2u /* the format says it, no leaf of the input does */
#define VALUE_ENVELOPE 4u /* about the record, not of it: schema, provenance */
#define VALUE_USER 8u     /* supplied by --set or --overlay */
#define VALUE_PART 16u    /* says a part of its leaf, not all of it */
#define VALUE_INDEXED 32u /* a group made for its place in the list, to be found again */
#define VALUE_REMOVED 64u /* out of its group */

/* What had no canonical place, on the group nearest to it.  `key` says what it is: "/path" a
 * value, "other:/path" one that says otherwise what stands elsewhere too (a list: what is read
 * there, and this one), "order:/path" the order of an object's members, "absent:/path" a member
 * that the format's writer would write and the source had not, "stream:..." the same of what
 * encloses a stream of documents, "written:path" how a field (from the group on) was written
 * where a reader would take it for another text, "made:path" what a writer has made for it,
 * "places:field" which entries of a list it has written, in the order in which they stand.
 * `json` is JSON text. */
#define KEPT_WRITTEN "written:"
#define KEPT_MADE "made:"
#define KEPT_PLACES "places:"
struct kept {
    struct kept *next;
    struct kept *last; /* of the same format; of the first piece of each format alone */
    const char *format, *key, *json;
    uint32_t key_len, json_len;
    uint32_t node;  /* of the input; 0 = none */
    uint32_t flags; /* VALUE_ASKED */
};

struct value {
    struct value *next;         /* sibling, in the order of the field table */
    struct value *first, *last; /* VALUE_GROUP */
    struct value *tail; /* the last of its field in its group; of the first of them alone */
    struct value *parent;
    union {
        const char *text;  /* VALUE_TEXT */
        struct kept *kept; /* VALUE_GROUP */
    };
    uint32_t len;
    uint32_t node;     /* of the input; 0 = none */
    uint32_t position; /* among the values of its field in its group, from 0 */
    uint16_t field;
    uint8_t form, flags;
};

/* A file that stands beside the document, by the label that the format has for it. */
struct beside {
    struct beside *next;
    struct value *attachment;
    const char *label;
    uint32_t label_len;
    const char *bytes; /* to be written; NULL: none are */
    size_t size;
};

#define RECORD_RECENT 16
struct record {
    struct arena *arena;
    struct value *root;
    struct tree *tree;    /* the input, for places and fates; may be NULL */
    struct beside *files; /* of the document that was read or written last */
    bool is_carried;      /* the document that was written last carries all of it */
    /* The entry of a list that was asked for last, by its field: the next one is near. */
    struct value *recent[RECORD_RECENT];
};

/* An empty record.  Its memory is the arena's. */
comity_status record_init(struct record *record, struct arena *arena, struct tree *tree);

/* First value of a field in a group, or NULL. */
static inline struct value *value_child(const struct value *group, uint16_t field)
{
    struct value *child = group->first;
    while (child && child->field < field)
        child = child->tail->next;
    return child && child->field == field ? child : NULL;
}

/* Next value of the same list, or NULL. */
static inline struct value *value_next(const struct value *value)
{
    return value->next && value->next->field == value->field ? value->next : NULL;
}

/* A new value behind the others of its field, its form by the field's type; NULL: no memory. */
struct value *value_add(struct record *record, struct value *group, uint16_t field);

/* A new text value (the text is not copied). */
struct value *value_add_text(struct record *record, struct value *group, uint16_t field,
                             const char *text, size_t len, uint32_t node);

/* Notes the label of a file beside the document (not copied); false: no memory. */
bool record_add_file(struct record *record, struct value *attachment, const char *label,
                     size_t len);

/* Takes a value out of its group. */
void value_remove(struct value *value);

/* Takes all values of a field out of their group; the first of them, or NULL. */
struct value *value_remove_all(struct value *group, uint16_t field);

/* Puts the values of a field into another order: `all` holds each of them once, at least one.
 */
void value_arrange(struct value *group, struct value *const *all, size_t count);

/* Text of a field in a group, or NULL. */
const char *value_text(const struct value *group, uint16_t field, size_t *len);

static inline bool value_is(const struct value *value, const char *text, size_t len)
{
    return value->form == VALUE_TEXT && value->len == len &&
           bytes_equal(value->text, text, len);
}

/* Carries a piece of JSON under `key` for `format` (both must outlive the record). */
struct kept *value_keep(struct record *record, struct value *group, const char *format,
                        const char *key, size_t key_len, const char *json, size_t json_len,
                        uint32_t node);

/* Forgets pieces of a format, in the group and in all below it. */
typedef bool kept_test(const struct kept *kept);
void value_drop_kept(struct value *group, kept_test *is_dropped, const char *format);

/* A kept piece by format and key, or NULL. */
struct kept *value_kept(const struct value *group, const char *format, const char *key,
                        size_t key_len);

/* True of a piece that holds a value of the source, not how the source was laid out. */
bool kept_is_value(const struct kept *kept);

/* True if all that `said` holds stands in `group` too, kept pieces aside. */
bool record_includes(const struct value *group, const struct value *said);

/* Forgets what writers asked for, before the record is written again. */
void record_forget(struct record *record);

/* True if a `combined` group is complete and all that it covers is asked for: then its text
 * says nothing that is not said. */
bool record_is_said(const struct record *record, const struct value *combined);

/* Appends the canonical path of a value: "offences[0].title". */
void value_path(const struct value *value, struct buffer *path);

/* Where a path leads: "persons[0].name.family", "links[relation=self].uri", with entries of
 * lists by number or by the value of one of their fields.  From record->root on, which may be
 * a group of another record. */
#define PATH_FIND 0
#define PATH_CREATE 1
/* COMITY_OK with *value set; COMITY_END where nothing is there (PATH_FIND); COMITY_E_USAGE
 * where the path names no field (*error says what, lent until the next call on the arena);
 * COMITY_E_NOMEM. */
comity_status record_path(struct record *record, const char *path, size_t len, int mode,
                          struct value **value, const char **error);

/* Sets a text by path, replacing what is there.  As record_path(); COMITY_E_USAGE also for text
 * that is no UTF-8 or holds a NUL. */
comity_status record_put(struct record *record, const char *path, const char *text, size_t len,
                         uint32_t node, struct value **value, const char **error);

/* Checks a text against its field's type.  NULL where it fits, else the code of the warning;
 * `*expected` says what would have fitted. */
const char *value_check(const struct field *field, const char *text, size_t len,
                        const char **expected);

/* Reports a finding on a value, with its place in the input and its canonical path. */
void record_report(const struct record *record, struct findings *findings,
                   const struct value *value, int32_t severity, const char *code,
                   const char *hint, const char *message);

/* The same of a value that is a part of its node, at `offset` of the tree's text. */
void record_report_part(const struct record *record, struct findings *findings,
                        const struct value *value, size_t offset, int32_t severity,
                        const char *code, const char *hint, const char *message);

/* The same at a node of the input (0: nowhere), on a field that need not have a value. */
void record_report_at(const struct record *record, struct findings *findings, uint32_t node,
                      int32_t severity, const char *code, const char *field, const char *hint,
                      const char *message);

/* Marks the leaves of the input below a node. */
void tree_mark(struct tree *tree, uint32_t node, enum fate fate);

#endif
