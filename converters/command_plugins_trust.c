/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity plugins trust, distrust and clear: which plugins may be loaded, and which of those
 * that ended the converter may be tried again.  No plugin is loaded in this process. */
#include "cli.h"
#include "runtime/allow_list.h"
#include "runtime/set_aside.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char trust_help[] =
    "usage: comity plugins trust FILE...\n"
    "       comity plugins trust --all\n"
    "       comity plugins trust --list\n\n"
    "Adds plugins to the user's list of those that may be loaded, by their SHA-256; --all "
    "adds\n"
    "all that load today.  Once there is a list, what is not on it is refused.  --list shows\n"
    "it.\n";
static const char distrust_help[] =
    "usage: comity plugins distrust FILE|SHA256\n\n"
    "Takes a plugin off the user's list of those that may be loaded.\n";
static const char clear_help[] =
    "usage: comity plugins clear FILE\n"
    "       comity plugins clear --all\n\n"
    "Lets a plugin be tried again that was set aside since it ended the converter.\n";

struct trusting {
    struct cli cli;
    bool all, list;
    char path[PATH_MAX]; /* of the user's list */
    struct arena arena;
    struct allow_list lists; /* as they are */
    struct buffer text;      /* the user's list as it will be */
    struct buffer digests;   /* of what was added, one behind the other, each with a NUL */
    size_t added, unlisted, found;
    const char *file; /* the one at hand; NULL: all */
    int lock;         /* that keeps others from the list; or -1 */
};

static int take_all(struct cli *cli, const char *value)
{
    struct trusting *self = cli->own_user;
    (void)value;
    self->all = true;
    return EXIT_DONE;
}

static int take_list(struct cli *cli, const char *value)
{
    struct trusting *self = cli->own_user;
    (void)value;
    self->list = true;
    return EXIT_DONE;
}

static void fail(struct cli *cli, const char *code, const char *file, const char *message)
{
    cli_report(cli, COMITY_ERROR, code, file, message, NULL);
    cli->plugin_failures++;
}

/* Reads the lists, and the text of the user's own, which nobody else changes until the end;
 * false (told already) where that fails. */
static bool open_lists(struct trusting *self)
{
    char reason[TRUST_REASON];
    arena_init(&self->arena, 0);
    buffer_init(&self->text, 0);
    buffer_init(&self->digests, 0);
    if (!allow_list_path(self->path)) {
        fail(&self->cli, "plugin.allow-list", NULL,
             "there is no place for a list: neither HOME nor XDG_CONFIG_HOME is set");
        return false;
    }
    if (!self->list)
        self->lock = allow_list_lock(self->path);
    if (allow_list_read(&self->arena, NULL, &self->lists) != COMITY_OK) {
        self->cli.out_of_memory = true;
        return false;
    }
    if (*self->lists.reason) {
        fail(&self->cli, "plugin.allow-list", NULL, self->lists.reason);
        return false;
    }
    int fd = trust_open_path(self->path, reason);
    size_t size = 0;
    char *text = fd < 0 ? NULL : trust_read(fd, SIZE_MAX / 2, &size, reason);
    if (fd >= 0)
        close(fd);
    if (text)
        buffer_add(&self->text, text, size);
    else
        buffer_text(&self->text, "# Plugins that may be loaded: SHA256  id version  name\n");
    if (size && text[size - 1] != '\n')
        buffer_char(&self->text, '\n');
    free(text);
    return true;
}

static int finish(struct trusting *self)
{
    if (buffer_status(&self->text) != COMITY_OK || buffer_status(&self->digests) != COMITY_OK)
        self->cli.out_of_memory = true;
    buffer_free(&self->text);
    buffer_free(&self->digests);
    arena_free(&self->arena);
    if (self->lock >= 0)
        close(self->lock);
    return cli_finish(&self->cli);
}

/* Puts the list in its place; false (told already) where that fails. */
static bool write_list(struct trusting *self)
{
    char reason[TRUST_REASON];
    if (buffer_status(&self->text) != COMITY_OK)
        return false;
    if (allow_list_write(self->path, &self->text, reason))
        return true;
    cli_report(&self->cli, COMITY_ERROR, "plugin.allow-list", self->path, reason, NULL);
    self->cli.io_failures++;
    return false;
}

static void add_text(cJSON *object, const char *name, const char *text)
{
    if (text)
        cJSON_AddStringToObject(object, name, text);
}

static void print_entry(const struct cli *cli, const char *what, const char *sha256,
                        const char *id, const char *version, const char *name, const char *list)
{
    if (cli->json) {
        cJSON *object = cJSON_CreateObject();
        add_text(object, "what", what);
        add_text(object, "sha256", sha256);
        add_text(object, "id", id);
        add_text(object, "version", version);
        add_text(object, "name", name);
        add_text(object, "list", list);
        cli_print_object(stdout, object);
        return;
    }
    printf("%s  %.64s  ", what, sha256);
    const char *const parts[] = {id, " ", version, "  ", name};
    for (size_t i = 0; i < 5; i++)
        cli_print_safely(stdout, parts[i]);
    putchar('\n');
}

/* --- trust */

static bool is_listed(const struct trusting *self, const char *sha256)
{
    if (allow_list_find(&self->lists, sha256))
        return true;
    for (size_t at = 0; at < self->digests.size; at += TRUST_SHA256)
        if (strcmp(self->digests.bytes + at, sha256) == 0)
            return true;
    return false;
}

/* The digest that this process sees itself: the plugin had a hand in what the worker says. */
static bool is_same(struct trusting *self, const char *path, const char *sha256)
{
    char own[TRUST_SHA256], reason[TRUST_REASON];
    int fd = trust_open_path(path, reason);
    bool is_read = fd >= 0 && trust_digest(fd, own, reason);
    if (fd >= 0)
        close(fd);
    if (is_read && strcmp(own, sha256) == 0)
        return true;
    fail(&self->cli, "plugin.refused", path,
         is_read ? "the file was changed while it was looked at" : reason);
    return false;
}

static void add_plugin(void *user, const struct comity_plugin_info *info, const char *sha256)
{
    struct trusting *self = user;
    const char *slash = strrchr(info->path, '/');
    const char *name = slash ? slash + 1 : info->path;
    self->found++;
    if (!info->is_loaded) {
        if (self->file)
            fail(&self->cli, "plugin.refused", info->path, info->reason);
        return;
    }
    bool is_new = !is_listed(self, sha256);
    if (is_new && !is_same(self, info->path, sha256))
        return;
    if (is_new) {
        allow_list_put(&self->text, sha256, info->id, info->version, name);
        buffer_add(&self->digests, sha256, TRUST_SHA256);
        self->added++;
    }
    if (is_new || self->file)
        print_entry(&self->cli, is_new ? "added " : "stands", sha256, info->id, info->version,
                    name, self->path);
}

static void count_unlisted(void *user, const struct comity_plugin_info *info,
                           const char *sha256)
{
    struct trusting *self = user;
    self->unlisted += info->is_loaded && !is_listed(self, sha256);
}

/* Asks about the plugins of all folders, or of one file, as if there were no list. */
static void look(struct trusting *self, const char *file, isolate_plugin_fn *each)
{
    struct comity_config config = self->cli.config;
    char *copy = file ? strdup(file) : NULL;
    const char *folders[] = {copy ? dirname(copy) : ".", NULL};
    const char *slash = file ? strrchr(file, '/') : NULL;
    config.allow_list = "";
    if (file) {
        config.plugin_paths = folders;
        config.no_default_paths = 1;
    }
    self->file = file;
    self->found = 0;
    comity_status status = isolate_plugins(&config, slash ? slash + 1 : file, each, self);
    cli_status(&self->cli, status);
    if (file && status == COMITY_OK && !self->found)
        fail(&self->cli, "plugin.refused", file,
             "there is no such plugin: a plugin is a file that ends in .so or .json");
    free(copy);
}

/* The first entry changes what loads: nothing is to vanish by surprise. */
static void tell_first(struct trusting *self)
{
    char message[300];
    look(self, NULL, count_unlisted);
    snprintf(message, sizeof message,
             "from now on only plugins on the list are loaded; %zu of those that load today "
             "are not on it",
             self->unlisted);
    cli_report(&self->cli, COMITY_WARNING, "plugin.allow-list", self->path, message,
               self->unlisted ? "comity plugins trust --all adds them" : NULL);
}

static void print_lists(const struct trusting *self)
{
    for (const struct allow_entry *entry = self->lists.entries; entry; entry = entry->next)
        print_entry(&self->cli, "listed", entry->sha256, entry->id, entry->version, entry->name,
                    entry->file);
    if (!self->lists.file)
        fputs("comity: there is no list; all plugins of trusted folders are loaded\n", stderr);
}

int command_plugins_trust(int argc, char **argv)
{
    static const struct cli_option own[] = {
        {"all", 0, false, take_all}, {"list", 0, false, take_list}, {NULL, 0, false, NULL}};
    static char command[] = "plugins trust";
    struct trusting self = {.lock = -1};
    argv[0] = command;
    int status = cli_parse_own(&self.cli, argc, argv, 0, trust_help, own, &self);
    if (status != EXIT_DONE)
        return status;
    if (self.all + self.list + (self.cli.input_count > 0) != 1) {
        fputs(trust_help, stderr);
        return EXIT_USAGE;
    }
    if (!open_lists(&self))
        return finish(&self);
    if (self.list) {
        print_lists(&self);
        return finish(&self);
    }
    if (self.all)
        look(&self, NULL, add_plugin);
    for (int i = 0; i < self.cli.input_count; i++)
        look(&self, self.cli.inputs[i], add_plugin);
    if (self.added && write_list(&self) && !self.lists.file)
        tell_first(&self);
    return finish(&self);
}

/* --- distrust */

/* Leaves out the lines of a digest; true where there was one. */
static bool drop_lines(struct trusting *self, const char *sha256, size_t *left)
{
    struct buffer kept;
    bool is_found = false;
    buffer_init(&kept, 0);
    for (size_t at = 0, len; at < self->text.size; at += len) {
        const char *line = self->text.bytes + at;
        const char *end = memchr(line, '\n', self->text.size - at);
        len = end ? (size_t)(end - line) + 1 : self->text.size - at;
        size_t blanks = 0;
        while (blanks < len && (line[blanks] == ' ' || line[blanks] == '\t'))
            blanks++;
        bool is_it = len - blanks >= TRUST_SHA256 - 1 &&
                     memcmp(line + blanks, sha256, TRUST_SHA256 - 1) == 0;
        is_found = is_found || is_it;
        if (!is_it) {
            buffer_add(&kept, line, len);
            *left += len > blanks + 1 && line[blanks] != '#';
        }
    }
    buffer_free(&self->text);
    self->text = kept;
    return is_found;
}

static void distrust(struct trusting *self, const char *what)
{
    char sha256[TRUST_SHA256], reason[TRUST_REASON];
    size_t left = 0;
    if (trust_is_digest(what, strlen(what))) {
        memcpy(sha256, what, sizeof sha256);
    } else {
        int fd = trust_open_path(what, reason);
        bool is_read = fd >= 0 && trust_digest(fd, sha256, reason);
        if (fd >= 0)
            close(fd);
        if (!is_read) {
            cli_report(&self->cli, COMITY_ERROR, "plugin.refused", what, reason,
                       "a plugin can be named by its SHA-256, which trust --list shows");
            self->cli.plugin_failures++;
            return;
        }
    }
    const struct allow_entry *entry = allow_list_find(&self->lists, sha256);
    if (!drop_lines(self, sha256, &left)) {
        fail(&self->cli, "plugin.allow-list", entry ? entry->file : what,
             entry ? "it stands on the installation's list, which is the administrator's"
                   : "it is on no list");
        return;
    }
    if (!write_list(self))
        return;
    print_entry(&self->cli, "gone  ", sha256, entry ? entry->id : "-",
                entry ? entry->version : "-", entry ? entry->name : "-", self->path);
    if (!left)
        cli_report(&self->cli, COMITY_WARNING, "plugin.allow-list", self->path,
                   "the list is empty, so that no plugin is loaded",
                   "without the file all plugins of trusted folders are");
}

int command_plugins_distrust(int argc, char **argv)
{
    static char command[] = "plugins distrust";
    struct trusting self = {.lock = -1};
    argv[0] = command;
    int status = cli_parse(&self.cli, argc, argv, 0, distrust_help);
    if (status != EXIT_DONE)
        return status;
    if (self.cli.input_count != 1) {
        fputs(distrust_help, stderr);
        return EXIT_USAGE;
    }
    if (open_lists(&self))
        distrust(&self, self.cli.inputs[0]);
    return finish(&self);
}

/* --- clear */

static void clear(struct cli *cli, const char *file)
{
    char real[PATH_MAX], reason[TRUST_REASON];
    size_t cleared;
    /* one that is gone is named as it was */
    const char *path = file && realpath(file, real) ? real : file;
    if (!set_aside_clear(path, &cleared, reason)) {
        cli_report(cli, COMITY_ERROR, "plugin.set-aside", file, reason, NULL);
        cli->io_failures++;
    } else if (!cleared && file) {
        fail(cli, "plugin.set-aside", file, "it is not set aside");
    } else if (cli->json) {
        cJSON *object = cJSON_CreateObject();
        add_text(object, "path", path);
        cJSON_AddNumberToObject(object, "cleared", (double)cleared);
        cli_print_object(stdout, object);
    } else {
        printf("%zu %s\n", cleared, cleared == 1 ? "entry is cleared" : "entries are cleared");
    }
}

int command_plugins_clear(int argc, char **argv)
{
    static const struct cli_option own[] = {{"all", 0, false, take_all},
                                            {NULL, 0, false, NULL}};
    static char command[] = "plugins clear";
    struct trusting self = {.lock = -1};
    argv[0] = command;
    int status = cli_parse_own(&self.cli, argc, argv, 0, clear_help, own, &self);
    if (status != EXIT_DONE)
        return status;
    if (self.cli.input_count != !self.all) {
        fputs(clear_help, stderr);
        return EXIT_USAGE;
    }
    clear(&self.cli, self.all ? NULL : self.cli.inputs[0]);
    return cli_finish(&self.cli);
}
