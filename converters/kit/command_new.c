/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity plugins new: a folder in which a plugin can be written at once.  What is in it stands
 * in sdk/kit and is compiled in; @ID@ and @MARK@ in it become the plugin's own. */
#include "kit/kit.h"

#include "cli.h"

#include "base/buffer.h"
#include "kit/c-makefile.h"
#include "kit/c-plugin.h"
#include "kit/c-readme.h"
#include "kit/c-sample.h"
#include "kit/template-makefile.h"
#include "kit/template-plugin.h"
#include "kit/template-readme.h"
#include "kit/template-sample.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_ID 40

static const char help[] =
    "usage: comity plugins new [--kind c|template] NAME\n\n"
    "Makes the folder NAME with a plugin that works, samples, a Makefile and a README: the "
    "format\n"
    "in it is invented; make it yours.  NAME, of small letters, digits and hyphens, becomes "
    "the\n"
    "format's id.\n\n"
    "  --kind KIND          template (default): a JSON file, no C; c: a shared object\n";

struct kit_file {
    const char *name; /* "@ID@" becomes the id */
    const char *text;
};

static const struct kit_file of_c[] = {{"@ID@.c", kit_c_plugin},
                                       {"Makefile", kit_c_makefile},
                                       {"README.md", kit_c_readme},
                                       {"samples/request.json", kit_c_sample},
                                       {NULL, NULL}};
static const struct kit_file of_template[] = {{"@ID@.json", kit_template_plugin},
                                              {"Makefile", kit_template_makefile},
                                              {"README.md", kit_template_readme},
                                              {"samples/request.json", kit_template_sample},
                                              {NULL, NULL}};

struct making {
    const struct kit_file *files;
    const char *id;
    char mark[MAX_ID + 1]; /* the id as a member's name */
    char folder[64];       /* the one that is made, under another name until it is whole */
};

static int take_kind(struct cli *cli, const char *value)
{
    struct making *making = cli->own_user;
    making->files = strcmp(value, "c") == 0 ? of_c : of_template;
    return making->files == of_c || strcmp(value, "template") == 0
               ? EXIT_DONE
               : cli_usage(cli, "a plugin is of the kind c or template, not", value);
}

static bool is_id(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return len && len <= MAX_ID && !text[len] && text[0] >= 'a' && text[len - 1] != '-';
}

/* A text of the kit with the plugin's own names. */
static void put_text(struct buffer *out, const struct making *making, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "@");
        buffer_add(out, text, len);
        text += len;
        if (strncmp(text, "@ID@", 4) == 0) {
            buffer_text(out, making->id);
            text += 4;
        } else if (strncmp(text, "@MARK@", 6) == 0) {
            buffer_text(out, making->mark);
            text += 6;
        } else if (*text) {
            buffer_char(out, *text++);
        }
    }
}

static bool write_file(int folder, const char *name, const struct buffer *text)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    bool is_good = fd >= 0;
    for (size_t sent = 0; is_good && sent < text->size;) {
        ssize_t some = write(fd, text->bytes + sent, text->size - sent);
        is_good = some > 0 || (some < 0 && errno == EINTR);
        sent += some > 0 ? (size_t)some : 0;
    }
    return fd >= 0 && close(fd) == 0 && is_good;
}

static bool make_file(const struct making *making, int folder, const struct kit_file *file)
{
    struct buffer name, text;
    buffer_init(&name, 0);
    buffer_init(&text, 0);
    put_text(&name, making, file->name);
    buffer_char(&name, '\0');
    put_text(&text, making, file->text);
    bool is_good = buffer_status(&name) == COMITY_OK && buffer_status(&text) == COMITY_OK &&
                   write_file(folder, name.bytes, &text);
    buffer_free(&name);
    buffer_free(&text);
    return is_good;
}

static void remove_files(const struct making *making)
{
    int folder = open(making->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (const struct kit_file *file = making->files; folder >= 0 && file->name; file++) {
        struct buffer name;
        buffer_init(&name, 0);
        put_text(&name, making, file->name);
        buffer_char(&name, '\0');
        if (buffer_status(&name) == COMITY_OK)
            unlinkat(folder, name.bytes, 0);
        buffer_free(&name);
    }
    if (folder >= 0) {
        unlinkat(folder, "samples", AT_REMOVEDIR);
        close(folder);
    }
    rmdir(making->folder);
}

/* All of it, or nothing. */
static bool make_folder(const struct making *making)
{
    int folder = mkdir(making->folder, 0755) == 0
                     ? open(making->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                     : -1;
    bool is_good = folder >= 0 && mkdirat(folder, "samples", 0755) == 0;
    for (const struct kit_file *file = making->files; is_good && file->name; file++)
        is_good = make_file(making, folder, file);
    int error = errno;
    if (folder >= 0)
        close(folder);
    errno = error;
    return is_good && rename(making->folder, making->id) == 0;
}

int command_new(int argc, char **argv)
{
    static const struct cli_option own[] = {{"kind", 0, true, take_kind}, {0}};
    struct making making = {.files = of_template};
    struct stat there;
    struct cli cli;
    int status = cli_parse_own(&cli, argc, argv, 0, help, own, &making);
    if (status != EXIT_DONE)
        return status;
    if (cli.input_count != 2) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    making.id = cli.inputs[1];
    if (!is_id(making.id))
        return cli_usage(&cli, "a name has small letters, digits and hyphens, 40 at most, not",
                         making.id);
    for (size_t i = 0; making.id[i]; i++)
        making.mark[i] = making.id[i] == '-' ? '_' : making.id[i];
    snprintf(making.folder, sizeof making.folder, ".%s.%ld", making.id, (long)getpid());
    umask(022); /* what is made is for others to read, and to load */
    errno = EEXIST;
    if (lstat(making.id, &there) == 0 || !make_folder(&making)) {
        cli_report(&cli, COMITY_ERROR, "io.write", making.id, strerror(errno),
                   "choose a name that is not there yet, in a folder that can be written to");
        cli_print_counts(&cli);
        remove_files(&making);
        return EXIT_IO;
    }
    if (!cli.quiet)
        printf("%s/: next, cd %s && make check\n", making.id, making.id);
    return fflush(stdout) ? EXIT_IO : EXIT_DONE;
}
