/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Puts a file of one folder into another; see carry.h. */
#include "batch/carry.h"

#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536

static comity_status copy_bytes(int from, int into)
{
    char chunk[CHUNK];
    ssize_t got;
    int error = 0;
    while ((got = read(from, chunk, sizeof chunk)) > 0)
        if (write_all(into, chunk, (size_t)got, &error) != COMITY_OK) {
            errno = error;
            return COMITY_E_IO;
        }
    return got < 0 ? COMITY_E_IO : COMITY_OK;
}

static comity_status copy_file(int from, int into, const char *name)
{
    comity_status status = COMITY_E_IO;
    int target = -1, source = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (source < 0)
        return COMITY_E_IO;
    unlinkat(into, CARRY_PARTIAL, 0); /* of a run that was cut off */
    target =
        openat(into, CARRY_PARTIAL, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (target >= 0)
        status = copy_bytes(source, target);
    int error = errno;
    if (target >= 0 && close(target) != 0 && status == COMITY_OK) {
        status = COMITY_E_IO;
        error = errno;
    }
    close(source);
    errno = error;
    if (status == COMITY_OK && renameat(into, CARRY_PARTIAL, into, name) != 0)
        status = COMITY_E_IO;
    return status;
}

/* Links are not to be had everywhere: between file systems, on some of them, of files that
 * have very many already, or of others' files. */
static bool has_no_link(int error)
{
    return error == EXDEV || error == EPERM || error == EMLINK || error == EOPNOTSUPP ||
           error == ENOSYS || error == EACCES;
}

comity_status carry_file(int from, int into, const char *name, uint64_t size)
{
    struct stat info;
    if (fstatat(from, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return COMITY_E_IO;
    if (!S_ISREG(info.st_mode) || (size != UINT64_MAX && (uint64_t)info.st_size != size)) {
        errno = EINVAL;
        return COMITY_E_IO;
    }
    int result = linkat(from, name, into, name, 0);
    if (result != 0 && errno == EEXIST && unlinkat(into, name, 0) == 0)
        result = linkat(from, name, into, name, 0);
    if (result != 0 && has_no_link(errno))
        return copy_file(from, into, name);
    return result == 0 ? COMITY_OK : COMITY_E_IO;
}
