/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The files that an endpoint's settings name: whether they are there, and whether others could
 * read the key or change whom is trusted.  Keeps nothing of what stands in them. */
#include "submit/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOKED_AT (256u << 10) /* bytes in which the mark of a PEM file must stand */

struct named_file {
    const char *member, *path;
    const char *mark; /* that a PEM file of its sort has */
    bool is_key;
};

/* True where the file's first bytes hold the mark; what was read is wiped. */
static bool has_mark(int fd, const char *mark)
{
    char *bytes = malloc(LOOKED_AT);
    size_t size = 0;
    ssize_t got = 1;
    while (bytes && got > 0 && size < LOOKED_AT) {
        got = read(fd, bytes + size, LOOKED_AT - size);
        size += got > 0 ? (size_t)got : 0;
    }
    bool is_there = bytes && size && memmem(bytes, size, mark, strlen(mark));
    if (bytes)
        explicit_bzero(bytes, LOOKED_AT);
    free(bytes);
    return is_there;
}

/* The rights of a file whose content others must not see, or not change. */
static void check_rights(const struct named_file *file, const struct stat *status,
                         struct entry_faults *faults)
{
    if (file->is_key && (status->st_uid != geteuid() || (status->st_mode & 0177)))
        entry_fault(faults, "register.key-open", file->member, 0,
                    "chmod 600, and make it your own; if others could read it, have a new key",
                    "the key %.200s is not your own file with mode 0600 (its mode is %04o)",
                    file->path, (unsigned)status->st_mode & 07777u);
    else if (!file->is_key && (status->st_mode & 022))
        entry_fault(faults, "register.file", file->member, 0, "chmod go-w",
                    "others may change the file %.200s (its mode is %04o)", file->path,
                    (unsigned)status->st_mode & 07777u);
}

static void check_file(const struct named_file *file, struct entry_faults *faults)
{
    struct stat status;
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &status) != 0) {
        entry_fault(faults, "register.file", file->member, 0, NULL,
                    "the file %.200s of '%s' cannot be opened: %s", file->path, file->member,
                    errno == ELOOP ? "it is a link" : strerror(errno));
    } else if (!S_ISREG(status.st_mode)) {
        entry_fault(faults, "register.file", file->member, 0, NULL,
                    "%.200s, named as '%s', is no file", file->path, file->member);
    } else {
        check_rights(file, &status, faults);
        if (!has_mark(fd, file->mark))
            entry_fault(faults, "register.file", file->member, 0, "give it as PEM",
                        "the file %.200s of '%s' holds no '%s'", file->path, file->member,
                        file->mark);
    }
    if (fd >= 0)
        close(fd);
}

void endpoint_check_files(const struct endpoint *endpoint, struct entry_faults *faults)
{
    static const struct named_file sorts[] = {
        {"certificate", NULL, "CERTIFICATE-----", false},
        {"key", NULL, "PRIVATE KEY-----", true},
        {"ca", NULL, "CERTIFICATE-----", false},
    };
    for (size_t i = 0; i < sizeof sorts / sizeof sorts[0]; i++) {
        struct named_file file = sorts[i];
        file.path = endpoint_text(endpoint, file.member);
        if (file.path)
            check_file(&file, faults);
    }
}
