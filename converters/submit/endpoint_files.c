/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The files that an endpoint's settings name: whether they are there, whether others could
 * read the key or change whom is trusted, and what stands in them. */
#include "submit/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES ((size_t)1 << 20)
#define CHUNK ((size_t)4096)

struct named_file {
    const char *member;
    const char *mark; /* that a PEM file of its sort has; NULL: it is no PEM file */
    bool is_secret;
};

static const struct named_file sorts[] = {
    {"certificate", "CERTIFICATE-----", false},
    {"key", "PRIVATE KEY-----", true},
    {"password", NULL, true},
    {"ca", "CERTIFICATE-----", false},
    {"sign_certificate", "CERTIFICATE-----", false},
    {"sign_key", "PRIVATE KEY-----", true},
};

/* The rights of a file whose content others must not see, or not change. */
static void check_rights(const struct named_file *sort, const char *path,
                         const struct stat *status, struct entry_faults *faults)
{
    if (sort->is_secret && (status->st_uid != geteuid() || (status->st_mode & 0177)))
        entry_fault(faults, "register.key-open", sort->member, 0,
                    "chmod 600, and make it your own; if others could read it, have a new key",
                    "the %s %.200s is not your own file with mode 0600 (its mode is %04o)",
                    sort->member, path, (unsigned)status->st_mode & 07777u);
    else if (!sort->is_secret && (status->st_mode & 022))
        entry_fault(faults, "register.file", sort->member, 0, "chmod go-w",
                    "others may change the file %.200s (its mode is %04o)", path,
                    (unsigned)status->st_mode & 07777u);
}

static comity_status read_all(int fd, struct buffer *bytes)
{
    ssize_t got = 1;
    while (got > 0 && buffer_reserve(bytes, CHUNK)) {
        got = read(fd, bytes->bytes + bytes->size, CHUNK);
        bytes->size += got > 0 ? (size_t)got : 0;
    }
    return got < 0 ? COMITY_E_IO : buffer_status(bytes);
}

static void take_open(const struct named_file *sort, const char *path, bool is_handed_over,
                      int fd, struct buffer *bytes, struct entry_faults *faults)
{
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        entry_fault(faults, "register.file", sort->member, 0, NULL,
                    "%.200s, named as '%s', is no file", path, sort->member);
        return;
    }
    if (!is_handed_over) /* else systemd sees to it, with rights of its own */
        check_rights(sort, path, &status, faults);
    if (read_all(fd, bytes) != COMITY_OK)
        entry_fault(faults, "register.file", sort->member, 0, NULL,
                    "the file %.200s of '%s' cannot be read, or is too long", path,
                    sort->member);
    else if (!bytes->size ||
             (sort->mark && !memmem(bytes->bytes, bytes->size, sort->mark, strlen(sort->mark))))
        entry_fault(faults, "register.file", sort->member, 0, "give it as PEM",
                    "the file %.200s of '%s' holds no '%s'", path, sort->member,
                    sort->mark ? sort->mark : "text");
}

static void take_file(const struct named_file *sort, const char *path, struct buffer *bytes,
                      struct entry_faults *faults)
{
    char credential[4200];
    const char *name = endpoint_credential(path), *folder = getenv("CREDENTIALS_DIRECTORY");
    if (name) {
        if (!folder || (size_t)snprintf(credential, sizeof credential, "%s/%s", folder, name) >=
                           sizeof credential) {
            entry_fault(faults, "register.file", sort->member, 0, "LoadCredential= names it",
                        "systemd has handed over no '%.100s'", path);
            return;
        }
        path = credential;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0) {
        entry_fault(faults, "register.file", sort->member, 0, NULL,
                    "the file %.200s of '%s' cannot be opened: %s", path, sort->member,
                    errno == ELOOP ? "it is a link" : strerror(errno));
        return;
    }
    take_open(sort, path, name != NULL, fd, bytes, faults);
    close(fd);
}

void endpoint_read_file(const struct endpoint *endpoint, const char *member,
                        struct buffer *bytes, struct entry_faults *faults)
{
    const char *path = endpoint_text(endpoint, member);
    buffer_init(bytes, FILE_BYTES);
    for (size_t i = 0; path && i < sizeof sorts / sizeof sorts[0]; i++)
        if (strcmp(sorts[i].member, member) == 0)
            take_file(&sorts[i], path, bytes, faults);
}

void endpoint_check_files(const struct endpoint *endpoint, struct entry_faults *faults)
{
    for (size_t i = 0; i < sizeof sorts / sizeof sorts[0]; i++) {
        struct buffer bytes;
        const char *path = endpoint_text(endpoint, sorts[i].member);
        if (path && endpoint_credential(path))
            continue; /* it is there when the service runs */
        endpoint_read_file(endpoint, sorts[i].member, &bytes, faults);
        buffer_free(&bytes);
    }
}
