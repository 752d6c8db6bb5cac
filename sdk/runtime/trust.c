/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which files may be loaded; see trust.h. */
#include "runtime/trust.h"

#include "base/encoding.h"
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8u
#endif
/* A larger shared object nobody has; a copy of it takes memory. */
#define MAX_OBJECT_BYTES ((off_t)256 << 20)
#define PIECE_BYTES ((size_t)1 << 16)

static void failed(const char *path, char reason[TRUST_REASON])
{
    int error = errno;
    snprintf(reason, TRUST_REASON, "%.900s cannot be opened: %s", path, strerror(error));
    errno = error;
}

/* True where nobody but root and the user could have changed it.  A parent that all may write
 * to is harmless where it is sticky: there nobody may rename what is another's. */
static bool is_safe(const struct stat *status, bool is_parent, const char *path,
                    char reason[TRUST_REASON])
{
    bool is_sticky = is_parent && (status->st_mode & S_ISVTX);
    errno = EPERM;
    if (status->st_uid != 0 && status->st_uid != geteuid())
        snprintf(reason, TRUST_REASON,
                 "%.900s belongs to the user %lu; it must be root's, or yours (chown)", path,
                 (unsigned long)status->st_uid);
    else if ((status->st_mode & S_IWOTH) && !is_sticky)
        snprintf(reason, TRUST_REASON,
                 "everybody may write to %.900s; chmod o-w takes that away", path);
    else if ((status->st_mode & S_IWGRP) && !is_sticky)
        snprintf(reason, TRUST_REASON,
                 "its group may write to %.900s; chmod g-w takes that away", path);
    else
        return true;
    return false;
}

/* All folders of a path without links, from the root down to itself. */
static bool are_parents_safe(const char *real, char reason[TRUST_REASON])
{
    char part[PATH_MAX];
    struct stat status;
    for (const char *end = real; end; end = strchr(end + 1, '/')) {
        size_t len = end == real ? 1 : (size_t)(end - real);
        memcpy(part, real, len);
        part[len] = '\0';
        if (lstat(part, &status) != 0) {
            failed(part, reason);
            return false;
        }
        if (!is_safe(&status, true, part, reason))
            return false;
    }
    if (lstat(real, &status) == 0)
        return is_safe(&status, true, real, reason);
    failed(real, reason);
    return false;
}

/* The path of a named folder or file with what is above it resolved, and itself not.  False
 * with errno where there is no such place. */
static bool resolve(const char *path, char parent[PATH_MAX], char real[PATH_MAX])
{
    char above[PATH_MAX];
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/') /* a link must not be followed for its slash */
        len--;
    size_t start = len;
    while (start && path[start - 1] != '/')
        start--;
    const char *name = path + start;
    size_t name_len = len - start;
    errno = ENAMETOOLONG;
    if (len >= sizeof above)
        return false;
    bool is_dots = name[0] == '.' && (name_len == 1 || (name_len == 2 && name[1] == '.'));
    if (!name_len || is_dots) { /* these are no links, and what they mean is real */
        memcpy(above, path, len);
        above[len] = '\0';
        if (!realpath(len ? above : ".", real))
            return false;
        memcpy(parent, real, strlen(real) + 1);
        char *slash = strrchr(parent, '/');
        slash[slash == parent] = '\0';
        return true;
    }
    memcpy(above, path, start);
    above[start] = '\0';
    if (!realpath(start ? above : ".", parent))
        return false;
    errno = ENAMETOOLONG;
    return (size_t)snprintf(real, PATH_MAX, "%s/%.*s", strcmp(parent, "/") == 0 ? "" : parent,
                            (int)name_len, name) < PATH_MAX;
}

bool trust_open_folder(const char *path, struct trust_folder *folder, char reason[TRUST_REASON])
{
    char parent[PATH_MAX];
    struct stat status;
    folder->fd = -1;
    if (!resolve(path, parent, folder->path) || lstat(folder->path, &status) != 0) {
        failed(path, reason);
        return false;
    }
    if (!S_ISDIR(status.st_mode)) {
        snprintf(reason, TRUST_REASON, "%s: %.900s",
                 S_ISLNK(status.st_mode) ? "it is a link" : "it is no folder", path);
        errno = EPERM;
        return false;
    }
    if (!are_parents_safe(parent, reason))
        return false;
    folder->fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder->fd < 0 || fstat(folder->fd, &status) != 0)
        failed(path, reason);
    else if (is_safe(&status, false, folder->path, reason))
        return true;
    trust_close_folder(folder);
    return false;
}

void trust_close_folder(struct trust_folder *folder)
{
    int error = errno;
    if (folder->fd >= 0)
        close(folder->fd);
    folder->fd = -1;
    errno = error;
}

/* Checks what was opened, which nobody can exchange any more. */
static bool is_good_file(int fd, const char *path, char reason[TRUST_REASON])
{
    struct stat status;
    if (fstat(fd, &status) != 0) {
        failed(path, reason);
        return false;
    }
    if (!S_ISREG(status.st_mode)) {
        snprintf(reason, TRUST_REASON, "it is no regular file: %.900s", path);
        errno = EPERM;
        return false;
    }
    return is_safe(&status, false, path, reason);
}

int trust_open_file(const struct trust_folder *folder, const char *name,
                    char reason[TRUST_REASON])
{
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", strcmp(folder->path, "/") == 0 ? "" : folder->path,
             name);
    /* a pipe of that name must not be waited for */
    int fd = openat(folder->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ELOOP) {
        snprintf(reason, TRUST_REASON, "it is a link: %.900s", path);
        return -1;
    }
    if (fd < 0) {
        failed(path, reason);
        return -1;
    }
    if (is_good_file(fd, path, reason))
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

int trust_open_path(const char *path, char reason[TRUST_REASON])
{
    char parent[PATH_MAX], real[PATH_MAX];
    struct trust_folder folder;
    if (!resolve(path, parent, real)) {
        failed(path, reason);
        return -1;
    }
    if (!trust_open_folder(parent, &folder, reason))
        return -1;
    int fd = trust_open_file(&folder, strrchr(real, '/') + 1, reason);
    trust_close_folder(&folder);
    return fd;
}

char *trust_read(int fd, size_t most, size_t *size, char reason[TRUST_REASON])
{
    struct stat status;
    *size = 0;
    errno = EFBIG;
    if (fstat(fd, &status) != 0 || (size_t)status.st_size > most) {
        snprintf(reason, TRUST_REASON, "it cannot be read: %s", strerror(errno));
        return NULL;
    }
    size_t room = (size_t)status.st_size;
    char *text = malloc(room + 1);
    while (text && *size < room) {
        ssize_t got = pread(fd, text + *size, room - *size, (off_t)*size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            snprintf(reason, TRUST_REASON, "it cannot be read: %s", strerror(errno));
            free(text);
            return NULL;
        }
        if (got == 0)
            break;
        *size += (size_t)got;
    }
    if (text)
        text[*size] = '\0';
    return text;
}

/* --- copies that stay as they are */

static bool digest_mapped(int fd, char sha256[TRUST_SHA256])
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return false;
    size_t size = (size_t)status.st_size;
    void *bytes = size ? mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0) : NULL;
    if (bytes == MAP_FAILED)
        return false;
    encoding_sha256(size ? bytes : "", size, sha256);
    sha256[TRUST_SHA256 - 1] = '\0';
    if (size)
        munmap(bytes, size);
    return true;
}

static bool copy_all(int from, int to)
{
    char piece[PIECE_BYTES];
    int error = 0;
    for (off_t at = 0;;) {
        ssize_t got = pread(from, piece, sizeof piece, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        at += got;
        errno = EFBIG;
        if (at > MAX_OBJECT_BYTES)
            return false;
        if (write_all(to, piece, (size_t)got, &error) != COMITY_OK) {
            errno = error;
            return false;
        }
    }
}

int trust_seal(int fd, const char *name, char sha256[TRUST_SHA256], char reason[TRUST_REASON])
{
    char shown[200]; /* as maps of the process and debuggers name it */
    snprintf(shown, sizeof shown, "%.180s", name);
    int copy = memfd_create(shown, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
    if (copy < 0 && errno == EINVAL) /* a kernel before 6.3 */
        copy = memfd_create(shown, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    if (copy >= 0 && copy_all(fd, copy) && fcntl(copy, F_ADD_SEALS, seals) == 0 &&
        digest_mapped(copy, sha256))
        return copy;
    int error = errno;
    snprintf(reason, TRUST_REASON, "it cannot be copied: %s", strerror(error));
    if (copy >= 0)
        close(copy);
    errno = error;
    return -1;
}

bool trust_digest(int fd, char sha256[TRUST_SHA256], char reason[TRUST_REASON])
{
    int copy = trust_seal(fd, "comity", sha256, reason);
    if (copy < 0)
        return false;
    close(copy);
    return true;
}

void trust_make_folders(const char *file)
{
    char folder[PATH_MAX];
    for (const char *slash = file + 1; (slash = strchr(slash, '/')); slash++) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - file), file);
        mkdir(folder, 0700);
    }
}

bool trust_user_file(const char *variable, const char *usual, const char *name,
                     char path[PATH_MAX])
{
    const char *folder = secure_getenv(variable);
    const char *home = secure_getenv("HOME");
    int size = -1;
    if (folder && folder[0] == '/')
        size = snprintf(path, PATH_MAX, "%s/comity/%s", folder, name);
    else if (home && home[0] == '/')
        size = snprintf(path, PATH_MAX, "%s/%s/comity/%s", home, usual, name);
    return size > 0 && size < PATH_MAX;
}

bool trust_is_digest(const char *text, size_t len)
{
    return len == TRUST_SHA256 - 1 && strspn(text, "0123456789abcdef") >= len;
}
