/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The member names of one open group, to find a name that stands twice.  Knows names as bytes
 * and nothing else of JSON. */
#ifndef COMITY_SYNTAX_JSON_NAMES_H
#define COMITY_SYNTAX_JSON_NAMES_H

#include "base/map.h"
#include "syntax/tree.h"

/* Up to so many members are compared one by one: what nearly all groups have. */
#define JSON_FEW_NAMES 32u

/* A table, made when a group grows beyond JSON_FEW_NAMES. */
struct json_names {
    struct json_name *slots;
    uint32_t capacity; /* a power of two */
    uint32_t count;
    struct hash_key key;
};

/* The child of `group` with that name, or 0, by comparing one after the other. */
uint32_t json_names_compare(const struct tree *tree, uint32_t group, const char *name,
                            uint32_t len);

/* A table of the names of all children of `group`; NULL where there is no memory. */
struct json_names *json_names_new(struct tree *tree, uint32_t group);

/* Looks a name up and adds it where it is new, as the name of node `index` (which need not
 * exist yet).  `*earlier` becomes the node that has it already, or 0.  False where there is
 * no memory. */
bool json_names_add(struct json_names *names, struct tree *tree, const char *name, uint32_t len,
                    uint32_t index, uint32_t *earlier);

#endif
