/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the parts of the template compiler share.  Only template_compile.c and compiler_*.c of
 * this folder include it. */
#ifndef COMITY_MAPPING_COMPILER_H
#define COMITY_MAPPING_COMPILER_H

#include "mapping/template.h"

struct compiler {
    struct arena *arena;
    struct tree tree;
    struct findings *findings;
    struct template *t;
    size_t variant;           /* which of its syntaxes */
    struct scope *scope;      /* of the rows at hand */
    const struct member *top; /* that the scope begins at */
    struct deep_entry *deep;  /* the last of those found so far */
    bool failed;
    comity_status status;
};

/* An entry chosen by a member deeper down, "a[b/k=x]": a row of its own gives it its place. */
struct deep_entry {
    const struct member *entry;
    const char *at, *text; /* "b/k", "x" */
    size_t at_len, text_len;
    uint32_t node;
    struct deep_entry *next;
};

struct parsed_path {
    struct target target;
    bool whole_list; /* ends in [] */
    uint16_t key;    /* ends in [key=value]: the list itself, filtered */
    const char *wanted;
    uint32_t wanted_len;
};

/* Reports a fault of the template at its line. */
void compiler_fault(struct compiler *c, uint32_t node, const char *code, const char *message);
/* Zeroed memory that lives with the template; NULL sets c->status. */
void *compiler_take(struct compiler *c, size_t size);
/* A copy of a text; "" sets c->status. */
const char *compiler_copy(struct compiler *c, const char *text, size_t len);
/* A member of an object of the template; 0 where it is absent. */
uint32_t compiler_get(struct compiler *c, uint32_t group, const char *name);
/* Text of a member, or NULL where it is absent or no string. */
const char *compiler_text(struct compiler *c, uint32_t group, const char *name);
/* Refuses members that the template language does not know; the list ends with NULL. */
void compiler_check_members(struct compiler *c, uint32_t group, const char *const *known);

/* Compiles "persons[0].birth.date"; a leading '/' starts at the document.  The last step may
 * be a list as a whole ("[]") or, where `list` is asked for, filtered ("[type=alias]"). */
bool compiler_path(struct compiler *c, uint32_t node, const char *path, bool list,
                   struct parsed_path *out);

/* As compiler_path(), of a field that holds one text. */
bool compiler_text_path(struct compiler *c, uint32_t node, const char *path,
                        struct parsed_path *out);

/* Compiles an object of canonical paths and texts. */
void compiler_constants(struct compiler *c, uint32_t object, struct constant **list,
                        size_t *count);
/* A list of texts; ends with NULL. */
const char *const *compiler_texts(struct compiler *c, uint32_t list);

/* Makes the members along a path "a/b[]"; the last one is returned, `list` tells of [].
 * `again`: where it is a list of groups already, another sort of its entries. */
struct member *compiler_walk(struct compiler *c, uint32_t node, struct member *parent,
                             const char *at, bool again, bool *list);
/* Behind all rows: each entry chosen by a member deeper down has the row that states it. */
void compiler_deep_entries(struct compiler *c);
/* Compiles the rows of an object into the members of `parent`. */
void compiler_rows(struct compiler *c, uint32_t object, struct member *parent);
/* A constant of the format, of a JSON kind; the text is copied. */
struct fixed compiler_fixed(struct compiler *c, const char *text, size_t len, uint8_t kind);
/* A member by name, made where it is missing. */
struct member *compiler_member(struct compiler *c, uint32_t node, struct member *parent,
                               const char *name, size_t len);
/* A row for a canonical path, with all that its object says of how the value is spelt. */
struct row *compiler_row(struct compiler *c, uint32_t object, const char *at, const char *field,
                         bool list, struct parsed_path *path);
/* Refuses a row whose field another row or constant of the scope fills. */
void compiler_check_target(struct compiler *c, uint32_t object, const struct row *row);
/* False for a row that is of another of the template's syntaxes alone. */
bool compiler_is_meant(struct compiler *c, uint32_t object);
/* True or false in a member that may be absent. */
bool compiler_flag(struct compiler *c, uint32_t group, const char *name);
/* True if the node is a list; 0 is none, and no fault. */
bool compiler_is_list(struct compiler *c, uint32_t i);

/* The rows that follow are those of each group of a list, until compiler_leave(). */
struct compiler_outer {
    struct scope *scope;
    const struct member *top;
};
bool compiler_enter(struct compiler *c, uint32_t object, struct member *member,
                    const struct parsed_path *path, struct compiler_outer *outer);
void compiler_leave(struct compiler *c, const struct compiler_outer *outer);

/* --- compiler_document.c: what the head says of documents, whose rows are compiled */
/* The member at a path below another; `is_flat`: the path is a name, as labels are. */
const struct member *compiler_find(const struct member *member, const char *at, bool is_flat);
/* True of a member that every document may be written with.  What is only kept is written where
 * the document was of this format before, and nowhere else. */
bool compiler_is_said(const struct member *member);
void compiler_document(struct compiler *c, const struct member *document);

/* --- compiler_codec.c: how a row's value is spelt */
void compiler_codec(struct compiler *c, uint32_t object, struct row *row);
/* The names of months in the head; NULL where there are none. */
const char *const *compiler_months(struct compiler *c);

/* --- compiler_parts.c: the parts of a text; NULL after a fault */
struct parts *compiler_parts(struct compiler *c, uint32_t object);
/* A row whose text is taken apart; as a whole it is `combined` under the name `item`. */
struct row *compiler_parts_row(struct compiler *c, uint32_t object, const char *item);
/* Folds a literal of a template; white space goes. */
bool compiler_literal(struct compiler *c, const char *text, size_t len, struct literal *out);

/* --- compiler_text.c: forms */
/* The index of one of the form's languages; how many there are where it is none. */
size_t compiler_language(const struct compiler *c, const char *name, size_t len);
/* The form in the head of a template: languages, layout, closing words. */
void compiler_form(struct compiler *c);
/* Its rows: labels and where they go. */
void compiler_form_rows(struct compiler *c, struct member *parent);

#endif
