/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which files may be loaded: those that nobody but root and the user could have put there.
 * What is checked is opened once, and what was opened is what is read: nobody can put another
 * file in its place in between.  Must not know what a file is loaded for. */
#ifndef COMITY_RUNTIME_TRUST_H
#define COMITY_RUNTIME_TRUST_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define TRUST_REASON 1200
#define TRUST_SHA256 65

/* A folder that may be trusted. */
struct trust_folder {
    int fd;
    char path[PATH_MAX]; /* without links and dots */
};

/* Opens a folder by its name.  False, with the reason, where it is a link, or where it or a
 * folder above it belongs to or can be written by others; errno is ENOENT where it is not
 * there, and no other reason leaves errno so. */
bool trust_open_folder(const char *path, struct trust_folder *folder,
                       char reason[TRUST_REASON]);
void trust_close_folder(struct trust_folder *folder);
/* Opens a file in it, by its name alone; the same.  -1 and the reason where it may not be
 * trusted.  Close it. */
int trust_open_file(const struct trust_folder *folder, const char *name,
                    char reason[TRUST_REASON]);
/* Both in one: a file by its path. */
int trust_open_path(const char *path, char reason[TRUST_REASON]);

/* All bytes of a file, and a NUL behind them, to be freed; NULL with errno and the reason
 * where it has more than `most` or cannot be read. */
char *trust_read(int fd, size_t most, size_t *size, char reason[TRUST_REASON]);
/* A copy of a file that nobody can change any more, as a descriptor, and the SHA-256 of
 * exactly that copy.  -1 with errno and the reason. */
int trust_seal(int fd, const char *name, char sha256[TRUST_SHA256], char reason[TRUST_REASON]);
/* The SHA-256 of a file; false with the reason. */
bool trust_digest(int fd, char sha256[TRUST_SHA256], char reason[TRUST_REASON]);
/* Where a file of the user's own stands: below the folder that a variable of the environment
 * names, else in HOME below `usual`; false: no place. */
bool trust_user_file(const char *variable, const char *usual, const char *name,
                     char path[PATH_MAX]);
/* Makes the folders above a file as far as they are not there, for the user alone.  What fails
 * is told by what is opened there. */
void trust_make_folders(const char *file);
/* True of 64 small hexadecimal digits. */
bool trust_is_digest(const char *text, size_t len);

#endif
