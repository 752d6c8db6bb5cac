/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A folder into which files are dropped: in/ work/ done/ failed/.  Which file is whole, taking
 * it to work/, and putting it where it ends.  Each file is taken under a number of its own, and
 * work/NUMBER/NAME says so, whatever happens.  Knows nothing of what is done with a file. */
#ifndef COMITY_CONVERTERS_BATCH_WATCH_FOLDER_H
#define COMITY_CONVERTERS_BATCH_WATCH_FOLDER_H

#include <comity/plugin.h>
#include <dirent.h>
#include <stdbool.h>

struct watch_folder {
    const char *path;
    int in, work, done, failed; /* folders */
    int notify;
    char events[8192]; /* of inotify, not looked at from `event` on */
    size_t event, event_end;
    struct dirent **list; /* of in/, at a look through all of it */
    int list_at, list_count;
    int64_t look;  /* milliseconds: when to look through all of it */
    uint64_t next; /* number for the next file */
    bool is_gone;  /* in/ is not there any more */
};

struct watch_file {
    uint64_t number;
    char *name;    /* as it was dropped; the receiver frees it */
    uint64_t size; /* bytes */
};

/* Makes what is missing of it and watches it.  COMITY_E_IO with errno: EWOULDBLOCK where
 * another one watches it. */
comity_status watch_folder_open(struct watch_folder *folder, const char *path);
/* A file that a run before had taken, in their order; COMITY_END behind the last.  Comes before
 * watch_folder_take(). */
comity_status watch_folder_left(struct watch_folder *folder, struct watch_file *file);
/* The next file that is whole, now in work/; COMITY_END where there is none for now; `now` in
 * milliseconds.  COMITY_E_IO with errno. */
comity_status watch_folder_take(struct watch_folder *folder, int64_t now,
                                struct watch_file *file);
/* Puts a file into done/, or with a reason into failed/ and the reason beside it. */
comity_status watch_folder_end(struct watch_folder *folder, const struct watch_file *file,
                               const char *reason, size_t reason_len);
void watch_folder_close(struct watch_folder *folder);

#endif
