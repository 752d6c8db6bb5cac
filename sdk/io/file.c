/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Atomic output files.  Knows nothing of what is written. */
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

comity_status write_all(int fd, const void *bytes, size_t size, int *error)
{
    const char *p = bytes;
    while (size) {
        ssize_t wrote = write(fd, p, size);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0) {
            *error = wrote < 0 ? errno : EIO;
            return COMITY_E_IO;
        }
        p += wrote;
        size -= (size_t)wrote;
    }
    return COMITY_OK;
}

static comity_status failed(struct output_file *file)
{
    file->error = errno;
    output_abandon(file);
    return COMITY_E_IO;
}

/* "dir/.name.XXXXXX" for "dir/name". */
static char *temporary_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) + 1 : 0, size = strlen(path) + 16;
    char *name = malloc(size);
    if (name)
        snprintf(name, size, "%.*s.%.200s.XXXXXX", (int)folder, path, path + folder);
    return name;
}

comity_status output_open(struct output_file *file, const char *path, bool overwrite)
{
    struct stat status;
    memset(file, 0, sizeof *file);
    file->fd = -1;
    file->overwrite = overwrite;
    bool exists = stat(path, &status) == 0;
    if (exists && S_ISREG(status.st_mode) && !overwrite) {
        errno = EEXIST;
        return failed(file);
    }
    if (exists && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return failed(file);
    }
    file->is_direct = exists && !S_ISREG(status.st_mode);
    file->path = strdup(path);
    file->temporary = file->is_direct ? NULL : temporary_name(path);
    if (!file->path || (!file->is_direct && !file->temporary)) {
        output_abandon(file);
        return COMITY_E_NOMEM;
    }
    file->fd = file->is_direct ? open(path, O_WRONLY | O_CLOEXEC)
                               : mkostemp(file->temporary, O_CLOEXEC);
    if (file->fd < 0) {
        int cause = errno;
        free(file->temporary);
        file->temporary = NULL; /* it was never made */
        errno = cause;
        return failed(file);
    }
    return COMITY_OK;
}

comity_status output_write(struct output_file *file, const void *bytes, size_t size)
{
    return write_all(file->fd, bytes, size, &file->error);
}

static int sync_folder(const char *path)
{
    char *copy = strdup(path);
    int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int result = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        close(fd);
    free(copy);
    return result;
}

comity_status output_commit(struct output_file *file)
{
    int fd = file->fd;
    if (!file->is_direct && fsync(fd) != 0)
        return failed(file);
    file->fd = -1;
    if (close(fd) != 0)
        return failed(file);
    if (file->is_direct) {
        output_abandon(file);
        return COMITY_OK;
    }
    unsigned flags = file->overwrite ? 0 : RENAME_NOREPLACE;
    if (renameat2(AT_FDCWD, file->temporary, AT_FDCWD, file->path, flags) != 0)
        return failed(file);
    free(file->temporary);
    file->temporary = NULL;
    if (sync_folder(file->path) != 0)
        return failed(file);
    output_abandon(file);
    return COMITY_OK;
}

void output_abandon(struct output_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    if (file->temporary)
        unlink(file->temporary);
    free(file->temporary);
    free(file->path);
    file->fd = -1;
    file->temporary = file->path = NULL;
}
