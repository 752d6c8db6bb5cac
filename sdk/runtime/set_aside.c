/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Plugins that are not loaded again; see set_aside.h. */
#include "runtime/set_aside.h"

#include "base/buffer.h"
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_ASIDE_BYTES ((size_t)1 << 20)
#define DATE_LEN 10

/* One line, lent from the text. */
struct line {
    const char *sha256, *date, *path;
    size_t path_len;
    bool loads;
};

/* The next good line; false at the end.  What is no line is passed over: nothing is lost by it
 * but that a plugin is tried once more. */
static bool next_line(const char **at, const char *end, struct line *line)
{
    static const size_t head = TRUST_SHA256 - 1 + 7 + DATE_LEN + 1; /* "SHA256 loads DATE " */
    while (*at < end) {
        const char *start = *at;
        size_t len = strcspn(start, "\n");
        *at = start + len + (start[len] == '\n');
        if (len <= head || !trust_is_digest(start, TRUST_SHA256 - 1))
            continue;
        const char *word = start + TRUST_SHA256 - 1;
        line->loads = strncmp(word, " loads ", 7) == 0;
        if (!line->loads && strncmp(word, " reads ", 7) != 0)
            continue;
        line->sha256 = start;
        line->date = word + 7;
        line->path = start + head;
        line->path_len = len - head;
        if (line->path[-1] == ' ' && line->path[0] == '/')
            return true;
    }
    return false;
}

static bool is_about(const struct line *line, const char *path)
{
    return strlen(path) == line->path_len && memcmp(path, line->path, line->path_len) == 0;
}

static bool place(char path[PATH_MAX])
{
    return trust_user_file("XDG_STATE_HOME", ".local/state", "set-aside", path);
}

comity_status set_aside_read(struct set_aside *aside)
{
    char path[PATH_MAX], why[TRUST_REASON];
    *aside = (struct set_aside){.text = NULL};
    int fd = place(path) ? trust_open_path(path, why) : -1;
    if (fd < 0)
        return COMITY_OK;
    errno = 0;
    aside->text = trust_read(fd, MAX_ASIDE_BYTES, &aside->size, why);
    bool is_short = !aside->text && errno == ENOMEM;
    close(fd);
    if (aside->text)
        aside->size = strlen(aside->text);
    return is_short ? COMITY_E_NOMEM : COMITY_OK;
}

void set_aside_free(struct set_aside *aside)
{
    free(aside->text);
    *aside = (struct set_aside){.text = NULL};
}

bool set_aside_names(const struct set_aside *aside, const char *path)
{
    struct line line;
    const char *at = aside->text;
    while (at && next_line(&at, aside->text + aside->size, &line))
        if (is_about(&line, path))
            return true;
    return false;
}

bool set_aside_refuses(const struct set_aside *aside, const char *path, const char *sha256,
                       char reason[TRUST_REASON])
{
    struct line line, last = {.sha256 = NULL};
    const char *at = aside->text;
    int reads = 0;
    bool loads = false;
    while (at && next_line(&at, aside->text + aside->size, &line))
        if (is_about(&line, path) && memcmp(line.sha256, sha256, TRUST_SHA256 - 1) == 0) {
            last = line;
            loads = loads || line.loads;
            reads += !line.loads;
        }
    if (!loads && reads < SET_ASIDE_READS)
        return false;
    snprintf(reason, TRUST_REASON,
             "set aside on %.10s since it ended the converter %s; comity plugins clear FILE "
             "lets it be tried again",
             last.date, loads ? "while it was loaded" : "over documents, three times");
    return true;
}

/* --- writing */

bool set_aside_record(const char *path, bool while_loading)
{
    char real[PATH_MAX], file[PATH_MAX], sha256[TRUST_SHA256], why[TRUST_REASON];
    char line[PATH_MAX + 200];
    time_t now = time(NULL);
    struct tm date;
    if (!realpath(path, real) || strchr(real, '\n') || !place(file) || !gmtime_r(&now, &date))
        return false;
    int plugin = trust_open_path(real, why);
    bool is_known = plugin >= 0 && trust_digest(plugin, sha256, why);
    if (plugin >= 0)
        close(plugin);
    if (!is_known)
        return false;
    int size = snprintf(line, sizeof line, "%s %s %04d-%02d-%02d %s\n", sha256,
                        while_loading ? "loads" : "reads", date.tm_year + 1900, date.tm_mon + 1,
                        date.tm_mday, real);
    trust_make_folders(file);
    int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    struct stat status;
    bool is_written = fstat(fd, &status) == 0 && (size_t)status.st_size < MAX_ASIDE_BYTES / 2 &&
                      write(fd, line, (size_t)size) == size;
    close(fd);
    return is_written;
}

/* What stays of the lines. */
static void keep_lines(const struct set_aside *aside, const char *path, struct buffer *kept,
                       size_t *cleared)
{
    struct line line;
    const char *at = aside->text;
    while (at && next_line(&at, aside->text + aside->size, &line)) {
        if (path && !is_about(&line, path)) {
            buffer_add(kept, line.sha256, (size_t)(line.path + line.path_len - line.sha256));
            buffer_char(kept, '\n');
            continue;
        }
        ++*cleared;
    }
}

bool set_aside_clear(const char *path, size_t *cleared, char reason[TRUST_REASON])
{
    char file[PATH_MAX];
    struct set_aside aside;
    struct buffer kept;
    struct output_file out;
    *cleared = 0;
    buffer_init(&kept, 0);
    comity_status status = set_aside_read(&aside);
    if (status == COMITY_OK)
        keep_lines(&aside, path, &kept, cleared);
    set_aside_free(&aside);
    if (status == COMITY_OK)
        status = buffer_status(&kept);
    errno = ENOMEM;
    if (status == COMITY_OK && *cleared && place(file)) {
        status = output_open(&out, file, true);
        if (status == COMITY_OK)
            status = output_write(&out, kept.bytes ? kept.bytes : "", kept.size);
        if (status == COMITY_OK)
            status = output_commit(&out);
        errno = out.error;
        output_abandon(&out);
    }
    if (status != COMITY_OK)
        snprintf(reason, TRUST_REASON, "what is set aside cannot be changed: %s",
                 strerror(errno));
    buffer_free(&kept);
    return status == COMITY_OK;
}
