/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A folder into which files are dropped; see watch_folder.h.
 *
 * Whether somebody still writes a file, the kernel knows: a lease for reading is only to be had
 * of a file that nobody has open for writing, and while it is held none can begin to.  So the
 * lease is held until the file has its new place.  Where there are no leases (some file systems
 * of a network, files of another user), a file is whole when it has not changed for a while. */
#include "batch/watch_folder.h"

#include "batch/watch_names.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Without a change for so long, a file is whole that nothing else speaks of. */
#define QUIET_SECONDS 2
/* What was not whole is looked at again; and all, since no event comes of what another machine
 * does on a file system of a network. */
#define AGAIN_MILLISECONDS 500
#define LOOK_MILLISECONDS 30000

static int open_part(int parent, const char *name)
{
    if (mkdirat(parent, name, 0700) != 0 && errno != EEXIST)
        return -1;
    return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool watch(struct watch_folder *folder)
{
    char path[64];
    folder->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", folder->in);
    return folder->notify >= 0 &&
           inotify_add_watch(folder->notify, path,
                             IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |
                                 IN_ONLYDIR) >= 0;
}

comity_status watch_folder_open(struct watch_folder *folder, const char *path)
{
    *folder = (struct watch_folder){
        .path = path, .in = -1, .work = -1, .done = -1, .failed = -1, .notify = -1, .next = 1};
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return COMITY_E_IO;
    int parent = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0)
        return COMITY_E_IO;
    folder->in = open_part(parent, "in");
    folder->work = open_part(parent, "work");
    folder->done = open_part(parent, "done");
    folder->failed = open_part(parent, "failed");
    int error = errno;
    close(parent);
    errno = error;
    if (folder->in < 0 || folder->work < 0 || folder->done < 0 || folder->failed < 0 ||
        flock(folder->work, LOCK_EX | LOCK_NB) != 0 || !watch(folder))
        return COMITY_E_IO;
    signal(SIGIO, SIG_IGN); /* somebody waits for a lease to end, which it does at once */
    return COMITY_OK;
}

/* --- taking */

static bool is_quiet(const struct stat *info)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    time_t latest = info->st_mtime > info->st_ctime ? info->st_mtime : info->st_ctime;
    time_t since = now.tv_sec - latest;
    return since > QUIET_SECONDS || since < -QUIET_SECONDS; /* a clock that was set back */
}

/* Moves a file to work/NUMBER/. */
static comity_status move_to_work(struct watch_folder *folder, const char *name,
                                  struct watch_file *file)
{
    char path[WATCH_PATH], number[24];
    snprintf(number, sizeof number, "%llu", (unsigned long long)folder->next);
    snprintf(path, sizeof path, "%s/%s", number, name);
    file->number = folder->next;
    file->name = strdup(name);
    if (!file->name)
        return COMITY_E_NOMEM;
    if ((mkdirat(folder->work, number, 0700) == 0 || errno == EEXIST) &&
        renameat2(folder->in, name, folder->work, path, RENAME_NOREPLACE) == 0) {
        folder->next++;
        return COMITY_OK;
    }
    int error = errno;
    unlinkat(folder->work, number, AT_REMOVEDIR);
    free(file->name);
    errno = error;
    return error == ENOENT ? COMITY_END : COMITY_E_IO; /* it was taken away again */
}

/* COMITY_END: not now. */
static comity_status try_take(struct watch_folder *folder, const char *name, bool is_told,
                              int64_t now, struct watch_file *file)
{
    struct stat info;
    if (watch_leaves_alone(name))
        return COMITY_END;
    int fd = openat(folder->in, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return COMITY_END;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(fd);
        return COMITY_END;
    }
    bool has_lease = fcntl(fd, F_SETLEASE, F_RDLCK) == 0, is_written = errno == EAGAIN;
    bool is_whole = has_lease ? is_told || is_quiet(&info) : !is_written && is_quiet(&info);
    comity_status status = COMITY_END;
    file->size = (uint64_t)info.st_size;
    if (is_whole)
        status = move_to_work(folder, name, file);
    else if (folder->look > now + AGAIN_MILLISECONDS)
        folder->look = now + AGAIN_MILLISECONDS;
    int error = errno;
    close(fd); /* and the lease ends */
    errno = error;
    return status;
}

/* The name of the next event; NULL where there is none. */
static const char *next_event(struct watch_folder *folder)
{
    for (;;) {
        if (folder->event == folder->event_end) {
            ssize_t got = read(folder->notify, folder->events, sizeof folder->events);
            folder->event = 0;
            folder->event_end = got > 0 ? (size_t)got : 0;
            if (got <= 0)
                return NULL;
        }
        struct inotify_event event;
        const char *at = folder->events + folder->event;
        memcpy(&event, at, sizeof event);
        folder->event += sizeof event + event.len;
        if (event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED))
            folder->is_gone = true;
        if (event.mask & IN_Q_OVERFLOW)
            folder->look = 0;
        else if (event.len)
            return at + sizeof event;
    }
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *entry)
{
    return !watch_leaves_alone(entry->d_name);
}

/* The next of all names, or NULL. */
static comity_status next_listed(struct watch_folder *folder, int64_t now, bool *is_told,
                                 const char **name)
{
    *name = next_event(folder);
    *is_told = *name != NULL;
    if (*name || folder->is_gone)
        return COMITY_OK;
    if (!folder->list && now >= folder->look) {
        folder->look = now + LOOK_MILLISECONDS;
        folder->list_at = 0;
        folder->list_count = scandirat(folder->in, ".", &folder->list, is_visible, by_bytes);
        if (folder->list_count < 0) {
            folder->list = NULL;
            return COMITY_E_IO;
        }
    }
    if (folder->list && folder->list_at < folder->list_count) {
        *name = folder->list[folder->list_at]->d_name;
    } else if (folder->list) {
        free(folder->list);
        folder->list = NULL;
    }
    return COMITY_OK;
}

comity_status watch_folder_take(struct watch_folder *folder, int64_t now,
                                struct watch_file *file)
{
    for (;;) {
        const char *name = NULL;
        bool is_told = false;
        comity_status status = next_listed(folder, now, &is_told, &name);
        if (status != COMITY_OK)
            return status;
        if (!name)
            return COMITY_END;
        status = try_take(folder, name, is_told, now, file);
        if (!is_told)
            free(folder->list[folder->list_at++]);
        if (status != COMITY_END)
            return status;
    }
}

void watch_folder_close(struct watch_folder *folder)
{
    const int fds[] = {folder->in, folder->work, folder->done, folder->failed, folder->notify};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    while (folder->list && folder->list_at < folder->list_count)
        free(folder->list[folder->list_at++]);
    free(folder->list);
    folder->list = NULL;
}
