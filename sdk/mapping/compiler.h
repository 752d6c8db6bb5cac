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
    struct scope *scope;      /* of the rows at hand */
    const struct member *top; /* that the scope begins at */
    bool failed;
    comity_status status;
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
/* Makes the members along a path "a/b[]"; the last one is returned, `list` tells of []. */
struct member *compiler_walk(struct compiler *c, uint32_t node, struct member *parent,
                             const char *at, bool *list);
/* Compiles the rows of an object into the members of `parent`. */
void compiler_rows(struct compiler *c, uint32_t object, struct member *parent);

#endif
