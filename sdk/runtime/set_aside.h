/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Plugins that ended the process which loaded them or read with them: they are not loaded again
 * until somebody says so.  A line for each time, in the user's own state: "SHA256 loads|reads
 * DATE PATH".  A file counts by its path and its digest, so that one that was mended is tried.
 *
 * Once is enough while it is loaded: no input had a part in it.  While it reads, the input may
 * be at fault, and who sends inputs must not be able to take a plugin away with one of them:
 * only the third time counts. */
#ifndef COMITY_RUNTIME_SET_ASIDE_H
#define COMITY_RUNTIME_SET_ASIDE_H

#include "runtime/trust.h"

#include <comity/plugin.h>

#define SET_ASIDE_READS 3

struct set_aside {
    char *text;
    size_t size;
};

/* What stands aside; nothing where the file is not there or not to be trusted. */
comity_status set_aside_read(struct set_aside *aside);
void set_aside_free(struct set_aside *aside);
/* True where any line names the path, without links and dots. */
bool set_aside_names(const struct set_aside *aside, const char *path);
/* True where a file may not be loaded, with the reason. */
bool set_aside_refuses(const struct set_aside *aside, const char *path, const char *sha256,
                       char reason[TRUST_REASON]);

/* Remembers that the file at a path ended the process.  False where nothing can be written. */
bool set_aside_record(const char *path, bool while_loading);
/* Takes the lines of one path away, or with NULL all; *cleared becomes how many there were.
 * False with the reason. */
bool set_aside_clear(const char *path, size_t *cleared, char reason[TRUST_REASON]);

#endif
