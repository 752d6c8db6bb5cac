/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An output file that appears whole or not at all: a temporary name in the same folder, fsync,
 * rename, fsync of the folder.  Devices and pipes are written to directly. */
#ifndef COMITY_IO_FILE_H
#define COMITY_IO_FILE_H

#include <comity/plugin.h>
#include <stdbool.h>

struct output_file {
    int fd;
    bool is_direct, overwrite;
    char *path, *temporary;
    int error; /* errno of what failed */
};

/* Opens `path` for writing, mode 0600 where it is made.  COMITY_E_IO with error EEXIST where it
 * exists and `overwrite` is false. */
comity_status output_open(struct output_file *file, const char *path, bool overwrite);
/* Writes all of it. */
comity_status output_write(struct output_file *file, const void *bytes, size_t size);
/* Makes it visible under its name. */
comity_status output_commit(struct output_file *file);
/* Forgets it: nothing is visible.  Does nothing after output_commit(). */
void output_abandon(struct output_file *file);

/* Writes all bytes to a descriptor; *error becomes errno on COMITY_E_IO. */
comity_status write_all(int fd, const void *bytes, size_t size, int *error);

#endif
