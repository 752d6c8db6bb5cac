/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lists of what may be loaded; see allow_list.h. */
#include "runtime/allow_list.h"

#include "base/utf8.h"
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#ifndef COMITY_SYSCONF_DIR
#define COMITY_SYSCONF_DIR "/usr/local/etc"
#endif

#define SYSTEM_LIST COMITY_SYSCONF_DIR "/comity/plugins.allow"
#define MAX_LIST_BYTES ((size_t)4 << 20)
#define MAX_WORD 100

bool allow_list_path(char path[PATH_MAX])
{
    return trust_user_file("XDG_CONFIG_HOME", ".config", "plugins.allow", path);
}

/* --- reading */

/* The next word of a line; "" where there is none. */
static char *take_word(char **at)
{
    *at += strspn(*at, " \t");
    char *word = *at;
    *at += strcspn(*at, " \t");
    if (**at)
        *(*at)++ = '\0';
    return word;
}

static comity_status take_line(struct arena *arena, char *line, const char *file,
                               unsigned number, struct allow_list *list)
{
    char *at = line + strspn(line, " \t");
    if (!*at || *at == '#')
        return COMITY_OK;
    struct allow_entry entry = {.sha256 = take_word(&at)};
    entry.id = take_word(&at);
    entry.version = take_word(&at);
    entry.name = at + strspn(at, " \t");
    if (!trust_is_digest(entry.sha256, strlen(entry.sha256)) || !*entry.id || !*entry.version ||
        !*entry.name) {
        snprintf(list->reason, TRUST_REASON,
                 "line %u of the allow-list %.900s is not 'SHA256  id version  name'", number,
                 file);
        return COMITY_OK;
    }
    entry.file = file;
    struct allow_entry *added = arena_alloc(arena, sizeof *added);
    if (!added)
        return COMITY_E_NOMEM;
    *added = entry;
    *(list->last ? &list->last->next : &list->entries) = added;
    list->last = added;
    return COMITY_OK;
}

/* The first fault stands: what is behind it is not looked at. */
static comity_status take_lines(struct arena *arena, char *text, size_t size, const char *file,
                                struct allow_list *list)
{
    comity_status status = COMITY_OK;
    unsigned number = 1;
    if (memchr(text, '\0', size)) {
        snprintf(list->reason, TRUST_REASON, "the allow-list %.900s is no text", file);
        return COMITY_OK;
    }
    for (char *line = text; status == COMITY_OK && !*list->reason && *line; number++) {
        char *end = line + strcspn(line, "\n");
        bool is_last = !*end;
        *end = '\0';
        if (end > line && end[-1] == '\r')
            end[-1] = '\0';
        status = take_line(arena, line, file, number, list);
        line = is_last ? end : end + 1;
    }
    return status;
}

/* One list.  Where it cannot be known whether it is there, it counts as not to be trusted. */
static comity_status read_list(struct arena *arena, const char *path, bool must_exist,
                               struct allow_list *list)
{
    char why[TRUST_REASON];
    size_t size;
    if (*list->reason)
        return COMITY_OK;
    int fd = trust_open_path(path, why);
    if (fd < 0 && !must_exist && (errno == ENOENT || errno == ENOTDIR))
        return COMITY_OK;
    const char *file = arena_copy(arena, path, strlen(path));
    if (!list->file)
        list->file = file;
    errno = 0;
    char *text = fd < 0 ? NULL : trust_read(fd, MAX_LIST_BYTES, &size, why);
    bool is_short = fd >= 0 && !text && errno == ENOMEM;
    if (fd >= 0)
        close(fd);
    char *kept = text && file ? arena_copy(arena, text, size) : NULL;
    bool was_read = text != NULL;
    free(text);
    if (is_short || !file || (was_read && !kept))
        return COMITY_E_NOMEM;
    if (kept)
        return take_lines(arena, kept, size, file, list);
    snprintf(list->reason, TRUST_REASON, "the allow-list is not to be trusted: %.1100s", why);
    return COMITY_OK;
}

comity_status allow_list_read(struct arena *arena, const char *configured,
                              struct allow_list *list)
{
    char path[PATH_MAX];
    *list = (struct allow_list){.entries = NULL};
    if (configured)
        return *configured ? read_list(arena, configured, true, list) : COMITY_OK;
    comity_status status =
        allow_list_path(path) ? read_list(arena, path, false, list) : COMITY_OK;
    return status == COMITY_OK ? read_list(arena, SYSTEM_LIST, false, list) : status;
}

const struct allow_entry *allow_list_find(const struct allow_list *list, const char *sha256)
{
    const struct allow_entry *entry = list->entries;
    while (entry && strcmp(entry->sha256, sha256) != 0)
        entry = entry->next;
    return entry;
}

bool allow_list_refuses(const struct allow_list *list, const char *sha256,
                        char reason[TRUST_REASON])
{
    if (*list->reason) {
        memcpy(reason, list->reason, TRUST_REASON);
        return true;
    }
    if (!list->file || allow_list_find(list, sha256))
        return false;
    snprintf(reason, TRUST_REASON,
             "it is not on the allow-list %.900s; comity plugins trust FILE adds it",
             list->file);
    return true;
}

/* --- writing */

/* A word of what a plugin says of itself, or of a name: no blanks, nothing that ends a line. */
static void put_word(struct buffer *out, const char *text, bool with_blanks)
{
    size_t len = strnlen(text, MAX_WORD);
    for (size_t i = 0; i < len;) {
        size_t step = utf8_sequence(text + i, len - i);
        bool is_plain = step > 1 ? (unsigned char)text[i] != 0xC2 : step == 1;
        is_plain = is_plain && (unsigned char)text[i] > (with_blanks && i ? 0x1F : 0x20) &&
                   text[i] != 0x7F;
        if (is_plain)
            buffer_add(out, text + i, step);
        else
            buffer_char(out, '?');
        i += step ? step : 1;
    }
    if (!len)
        buffer_char(out, '-');
}

void allow_list_put(struct buffer *out, const char *sha256, const char *id, const char *version,
                    const char *name)
{
    buffer_format(out, "%s  ", sha256);
    put_word(out, id, false);
    buffer_char(out, ' ');
    put_word(out, version, false);
    buffer_text(out, "  ");
    put_word(out, name, true);
    buffer_char(out, '\n');
}

int allow_list_lock(const char *path)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    trust_make_folders(path);
    int fd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0)
        if (errno != EINTR)
            break; /* a file system without locks */
    return fd;
}

bool allow_list_write(const char *path, const struct buffer *text, char reason[TRUST_REASON])
{
    struct output_file file;
    trust_make_folders(path);
    comity_status status = output_open(&file, path, true);
    if (status == COMITY_OK)
        status = output_write(&file, text->bytes, text->size);
    if (status == COMITY_OK)
        status = output_commit(&file);
    if (status == COMITY_OK)
        return true;
    snprintf(reason, TRUST_REASON, "%.900s cannot be written: %s", path,
             status == COMITY_E_NOMEM ? strerror(ENOMEM) : strerror(file.error));
    output_abandon(&file);
    return false;
}
