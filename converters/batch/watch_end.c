/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where a dropped file ends, and what an interrupted run has left in work/; see watch_folder.h.
 *
 * A reason waits beside its file, in work/NUMBER/ under a hidden name that says where it goes:
 * so the file leaves work/ before the reason does, and what is there tells how far it came. */
#include "batch/watch_folder.h"
#include "batch/watch_names.h"

#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 10000u
/* Of a name to which something is added. */
#define NAME_BYTES 200

bool watch_leaves_alone(const char *name)
{
    static const char *const suffixes[] = {".part", ".partial", ".tmp", ".filepart"};
    size_t len = strlen(name);
    bool is_left = name[0] == '.';
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0] && !is_left; i++) {
        size_t suffix = strlen(suffixes[i]);
        is_left = len > suffix && strcmp(name + len - suffix, suffixes[i]) == 0;
    }
    return is_left;
}

uint64_t watch_number(const char *name)
{
    uint64_t number = 0;
    if (*name == '0')
        return 0;
    for (const char *p = name; *p; p++) {
        if (*p < '0' || *p > '9' || number > UINT64_MAX / 100)
            return 0;
        number = number * 10 + (uint64_t)(*p - '0');
    }
    return number;
}

void watch_end_name(const char *name, uint64_t number, unsigned n, bool is_failed,
                    char path[WATCH_PATH])
{
    int most = n || is_failed ? NAME_BYTES : WATCH_PATH - 1;
    if (!n)
        snprintf(path, WATCH_PATH, "%.*s", most, name);
    else if (n == 1)
        snprintf(path, WATCH_PATH, "%llu-%.*s", (unsigned long long)number, most, name);
    else
        snprintf(path, WATCH_PATH, "%llu-%u-%.*s", (unsigned long long)number, n, most, name);
}

/* --- ends */

static comity_status write_reason(int work, const char *path, const char *reason, size_t len)
{
    int error = 0,
        fd = openat(work, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return COMITY_E_IO;
    comity_status status = write_all(fd, reason, len, &error);
    if (status == COMITY_OK && fdatasync(fd) != 0) {
        status = COMITY_E_IO;
        error = errno;
    }
    if (close(fd) != 0 && status == COMITY_OK)
        return COMITY_E_IO;
    errno = error;
    return status;
}

static bool is_free(int folder, const char *name)
{
    struct stat info;
    return fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
}

/* COMITY_END: the name is taken. */
static comity_status end_failed(struct watch_folder *folder, const struct watch_file *file,
                                const char *name, const char *reason, size_t reason_len)
{
    char from[WATCH_PATH], waiting[2 * WATCH_PATH], beside[WATCH_PATH + sizeof WATCH_REASON];
    unsigned long long number = file->number;
    snprintf(from, sizeof from, "%llu/%s", number, file->name);
    snprintf(beside, sizeof beside, "%s" WATCH_REASON, name);
    snprintf(waiting, sizeof waiting, "%llu/.%s", number, beside);
    if (!is_free(folder->failed, beside) || !is_free(folder->failed, name))
        return COMITY_END;
    comity_status status = write_reason(folder->work, waiting, reason, reason_len);
    if (status != COMITY_OK)
        return status;
    if (renameat2(folder->work, from, folder->failed, name, RENAME_NOREPLACE) != 0) {
        int error = errno;
        unlinkat(folder->work, waiting, 0);
        errno = error;
        return error == EEXIST ? COMITY_END : COMITY_E_IO;
    }
    return renameat2(folder->work, waiting, folder->failed, beside, RENAME_NOREPLACE) == 0
               ? COMITY_OK
               : COMITY_E_IO;
}

static comity_status end_done(struct watch_folder *folder, const struct watch_file *file,
                              const char *name)
{
    char from[WATCH_PATH];
    snprintf(from, sizeof from, "%llu/%s", (unsigned long long)file->number, file->name);
    if (renameat2(folder->work, from, folder->done, name, RENAME_NOREPLACE) == 0)
        return COMITY_OK;
    return errno == EEXIST ? COMITY_END : COMITY_E_IO;
}

comity_status watch_folder_end(struct watch_folder *folder, const struct watch_file *file,
                               const char *reason, size_t reason_len)
{
    char name[WATCH_PATH], number[24];
    comity_status status = COMITY_END;
    for (unsigned n = 0; status == COMITY_END && n < TRIES; n++) {
        watch_end_name(file->name, file->number, n, reason != NULL, name);
        status = reason ? end_failed(folder, file, name, reason, reason_len)
                        : end_done(folder, file, name);
    }
    snprintf(number, sizeof number, "%llu", (unsigned long long)file->number);
    if (status == COMITY_OK)
        unlinkat(folder->work, number, AT_REMOVEDIR);
    if (status == COMITY_END)
        errno = EEXIST;
    return status == COMITY_END ? COMITY_E_IO : status;
}

/* --- what is left */

/* The number of the first file in work/; 0: there is none. */
static uint64_t first_left(struct watch_folder *folder)
{
    uint64_t least = 0;
    int fd = openat(folder->work, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *all = fd < 0 ? NULL : fdopendir(fd);
    for (struct dirent *entry = all ? readdir(all) : NULL; entry; entry = readdir(all)) {
        uint64_t number = watch_number(entry->d_name);
        if (number >= folder->next && (!least || number < least))
            least = number;
    }
    if (all)
        closedir(all);
    else if (fd >= 0)
        close(fd);
    return least;
}

/* Finds the file in work/NUMBER/, and brings a reason to its file where that has gone ahead. */
static bool find_left(struct watch_folder *folder, uint64_t number, struct watch_file *file)
{
    char name[24], path[WATCH_PATH], reason[WATCH_PATH] = "";
    struct stat info;
    snprintf(name, sizeof name, "%llu", (unsigned long long)number);
    int fd = openat(folder->work, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *all = fd < 0 ? NULL : fdopendir(fd);
    *file = (struct watch_file){.number = number};
    for (struct dirent *entry = all ? readdir(all) : NULL; entry; entry = readdir(all)) {
        if (entry->d_name[0] != '.' && !file->name)
            file->name = strdup(entry->d_name);
        else if (strlen(entry->d_name) > sizeof WATCH_REASON)
            snprintf(reason, sizeof reason, "%s", entry->d_name);
    }
    if (file->name && fstatat(fd, file->name, &info, AT_SYMLINK_NOFOLLOW) == 0)
        file->size = (uint64_t)info.st_size;
    snprintf(path, sizeof path, "%s/%.300s", name, reason);
    if (*reason && (file->name || renameat2(folder->work, path, folder->failed, reason + 1,
                                            RENAME_NOREPLACE) != 0))
        unlinkat(folder->work, path, 0);
    if (all)
        closedir(all);
    if (!file->name)
        unlinkat(folder->work, name, AT_REMOVEDIR);
    return file->name != NULL;
}

comity_status watch_folder_left(struct watch_folder *folder, struct watch_file *file)
{
    for (;;) {
        uint64_t number = first_left(folder);
        if (!number)
            return COMITY_END;
        folder->next = number + 1;
        if (find_left(folder, number, file))
            return COMITY_OK;
    }
}
