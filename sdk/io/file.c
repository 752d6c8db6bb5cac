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

/* A file without a name where the file system can (nothing is left behind by a crash), else one
 * with a temporary name.  The descriptor is -1 and errno is set on failure. */
static void open_hidden(struct output_file *file)
{
    char *copy = strdup(file->path);
    if (!copy)
        return;
    file->fd = open(dirname(copy), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    free(copy);
    if (file->fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return;
    file->temporary = temporary_name(file->path);
    file->fd = file->temporary ? mkostemp(file->temporary, O_CLOEXEC) : -1;
    if (file->fd < 0) { /* it was never made */
        int cause = errno;
        free(file->temporary);
        file->temporary = NULL;
        errno = cause;
    }
}

/* Gives a file without a name one: its own, or a temporary one that is renamed over it. */
static int name_hidden(struct output_file *file)
{
    char hidden[64];
    snprintf(hidden, sizeof hidden, "/proc/self/fd/%d", file->fd);
    if (!file->overwrite)
        return linkat(AT_FDCWD, hidden, AT_FDCWD, file->path, AT_SYMLINK_FOLLOW);
    char *name = temporary_name(file->path);
    int fd = name ? mkostemp(name, O_CLOEXEC) : -1; /* a name that nobody else has */
    if (fd < 0) {
        free(name);
        return -1;
    }
    close(fd);
    unlink(name);
    int result = linkat(AT_FDCWD, hidden, AT_FDCWD, name, AT_SYMLINK_FOLLOW);
    if (result == 0) {
        file->temporary = name;
        return 0;
    }
    free(name);
    return result;
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
    if (!file->path) {
        output_abandon(file);
        return COMITY_E_NOMEM;
    }
    if (file->is_direct)
        file->fd = open(path, O_WRONLY | O_CLOEXEC);
    else
        open_hidden(file);
    return file->fd < 0 ? failed(file) : COMITY_OK;
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
    bool is_hidden = !file->is_direct && !file->temporary;
    if (is_hidden && name_hidden(file) != 0)
        return failed(file);
    file->fd = -1;
    if (close(fd) != 0)
        return failed(file);
    if (file->is_direct || (is_hidden && !file->temporary)) {
        int synced = file->is_direct ? 0 : sync_folder(file->path);
        if (synced != 0)
            return failed(file);
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
