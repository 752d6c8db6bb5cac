/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What stands aside; see quarantine.h. */
#include "batch/quarantine.h"

#include "batch/carry.h"
#include "batch/label.h"
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARTIAL ".comity-partial"

comity_status quarantine_open(struct quarantine *quarantine, const char *output)
{
    size_t len = strlen(output);
    while (len > 1 && output[len - 1] == '/')
        len--;
    *quarantine = (struct quarantine){.fd = -1};
    quarantine->path = malloc(len + sizeof ".quarantine");
    if (!quarantine->path)
        return COMITY_E_NOMEM;
    snprintf(quarantine->path, len + sizeof ".quarantine", "%.*s.quarantine", (int)len, output);
    return COMITY_OK;
}

static comity_status failed(struct quarantine *quarantine)
{
    quarantine->error = errno;
    return COMITY_E_IO;
}

static comity_status make(struct quarantine *quarantine)
{
    if (quarantine->fd >= 0)
        return COMITY_OK;
    if (mkdir(quarantine->path, 0700) != 0 && errno != EEXIST)
        return failed(quarantine);
    quarantine->fd = open(quarantine->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return quarantine->fd < 0 ? failed(quarantine) : COMITY_OK;
}

static void remove_folder(int parent, const char *name)
{
    int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return;
    unlinkat(folder, "input", 0);
    unlinkat(folder, "reason.json", 0);
    close(folder);
    unlinkat(parent, name, AT_REMOVEDIR);
}

static comity_status write_file(struct quarantine *quarantine, int folder, const char *name,
                                const char *bytes, size_t size)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return failed(quarantine);
    comity_status status = write_all(fd, bytes, size, &quarantine->error);
    if (close(fd) != 0 && status == COMITY_OK)
        status = failed(quarantine);
    return status;
}

/* Gives the folder its name.  An older one of the same item changes places with it first, so
 * that there is one at any time. */
static comity_status show(struct quarantine *quarantine, const char *name)
{
    int fd = quarantine->fd;
    if (renameat2(fd, PARTIAL, fd, name, RENAME_NOREPLACE) == 0)
        return COMITY_OK;
    if (errno != EEXIST || renameat2(fd, PARTIAL, fd, name, RENAME_EXCHANGE) != 0)
        return failed(quarantine);
    remove_folder(fd, PARTIAL);
    return COMITY_OK;
}

comity_status quarantine_put(struct quarantine *quarantine, const char *name,
                             const struct job *job, const char *reason, size_t reason_len)
{
    comity_status status = make(quarantine);
    if (status != COMITY_OK)
        return status;
    remove_folder(quarantine->fd, PARTIAL);
    if (mkdirat(quarantine->fd, PARTIAL, 0700) != 0)
        return failed(quarantine);
    int folder =
        openat(quarantine->fd, PARTIAL, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return failed(quarantine);
    if (job->item.outcome == ITEM_TAKEN)
        status = write_file(quarantine, folder, "input", job->item.bytes, job->item.size);
    if (status == COMITY_OK)
        status = write_file(quarantine, folder, "reason.json", reason, reason_len);
    close(folder);
    return status == COMITY_OK ? show(quarantine, name) : status;
}

static int open_other(const char *other, const char *name)
{
    int parent = open(other, O_RDONLY | O_DIRECTORY | O_CLOEXEC), folder = -1;
    if (parent >= 0) {
        folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        close(parent);
    }
    return folder;
}

comity_status quarantine_carry(struct quarantine *quarantine, const char *other,
                               const char *name)
{
    comity_status status = make(quarantine);
    int from = status == COMITY_OK ? open_other(other, name) : -1;
    if (from < 0)
        return status == COMITY_OK ? COMITY_E_IO : status;
    remove_folder(quarantine->fd, PARTIAL);
    int into = mkdirat(quarantine->fd, PARTIAL, 0700) == 0
                   ? openat(quarantine->fd, PARTIAL, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                   : -1;
    if (into < 0)
        status = failed(quarantine);
    else if ((status = carry_file(from, into, "reason.json", UINT64_MAX)) == COMITY_OK &&
             (status = carry_file(from, into, "input", UINT64_MAX)) != COMITY_OK &&
             errno == ENOENT)
        status = COMITY_OK; /* what was refused has no bytes */
    close(from);
    if (into >= 0)
        close(into);
    return status == COMITY_OK ? show(quarantine, name) : status;
}

comity_status quarantine_sync(struct quarantine *quarantine)
{
    return quarantine->fd < 0 || syncfs(quarantine->fd) == 0 ? COMITY_OK : failed(quarantine);
}

void quarantine_remove(struct quarantine *quarantine, const char *name, size_t len)
{
    char plain[OUTPUT_NAME_SIZE];
    if (output_name_is(name, len) && make(quarantine) == COMITY_OK) {
        memcpy(plain, name, len);
        plain[len] = '\0';
        remove_folder(quarantine->fd, plain);
    }
}

void quarantine_close(struct quarantine *quarantine)
{
    if (quarantine->fd >= 0) {
        close(quarantine->fd);
        rmdir(quarantine->path); /* where all that stood there has left */
    }
    quarantine->fd = -1;
    free(quarantine->path);
    quarantine->path = NULL;
}
