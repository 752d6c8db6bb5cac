/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lists of what may be loaded: lines of "SHA256  id version  name", and comments with #.  Where
 * there is none, nothing is asked; where there is one, what is on none is refused, and where
 * one is faulty or not to be trusted, everything is. */
#ifndef COMITY_RUNTIME_ALLOW_LIST_H
#define COMITY_RUNTIME_ALLOW_LIST_H

#include "base/arena.h"
#include "base/buffer.h"
#include "runtime/trust.h"

struct allow_entry {
    struct allow_entry *next;
    const char *sha256, *id, *version, *name;
    const char *file; /* of the list */
};

struct allow_list {
    struct allow_entry *entries, *last;
    const char *file;          /* the first list that is there; NULL: there is none */
    char reason[TRUST_REASON]; /* why everything is refused; "" where it is not */
};

/* The user's own list: the environment's XDG_CONFIG_HOME, or ~/.config; false: no place. */
bool allow_list_path(char path[PATH_MAX]);
/* Reads a list by name, which must be there; or, with NULL, the user's and the installation's
 * as far as they are there; or, with "", none.  The list lends from the arena. */
comity_status allow_list_read(struct arena *arena, const char *configured,
                              struct allow_list *list);
/* The entry of a digest, or NULL. */
const struct allow_entry *allow_list_find(const struct allow_list *list, const char *sha256);
/* True where something of this digest may not be loaded, with the reason. */
bool allow_list_refuses(const struct allow_list *list, const char *sha256,
                        char reason[TRUST_REASON]);

/* Appends an entry as a line.  What a plugin says of itself cannot break the line. */
void allow_list_put(struct buffer *out, const char *sha256, const char *id, const char *version,
                    const char *name);
/* Waits until nobody else changes the list at a path, and keeps others from it until the
 * descriptor is closed.  -1 where its folder cannot be had; then it cannot be written. */
int allow_list_lock(const char *path);
/* Puts a text into the place of the user's list, whole or not at all; false with the reason. */
bool allow_list_write(const char *path, const struct buffer *text, char reason[TRUST_REASON]);

#endif
