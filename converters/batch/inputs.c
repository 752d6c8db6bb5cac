/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The files that a batch is to read; see inputs.h.  Links are not followed, devices and pipes
 * inside folders not opened: each is told of instead. */
#include "batch/inputs.h"

#include "batch/label.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void inputs_init(struct inputs *inputs, char **names, int count)
{
    memset(inputs, 0, sizeof *inputs);
    inputs->names = names;
    inputs->count = count;
    buffer_init(&inputs->label, 0);
}

void inputs_list(struct inputs *inputs, FILE *list, char separator)
{
    inputs->list = list;
    inputs->separator = separator;
}

uint64_t inputs_size(const struct inputs *inputs)
{
    struct stat status;
    uint64_t size = 0;
    for (int i = 0; i < inputs->count; i++) {
        if (stat(inputs->names[i], &status) != 0 || !S_ISREG(status.st_mode))
            return 0;
        size += (uint64_t)status.st_size;
    }
    return inputs->list ? 0 : size;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name); /* the same in every locale */
}

static int is_real(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static comity_status refuse(struct inputs *inputs, struct input *input, const char *code,
                            const char *message)
{
    input->fd = -1;
    input->name = inputs->label.bytes;
    input->code = code;
    snprintf(inputs->message, sizeof inputs->message, "%s", message);
    input->message = inputs->message;
    return COMITY_OK;
}

static comity_status refuse_errno(struct inputs *inputs, struct input *input)
{
    char message[200];
    if (errno == ELOOP)
        return refuse(inputs, input, "archive.link", "the entry is a link, not a file");
    snprintf(message, sizeof message, "the input cannot be read: %s", strerror(errno));
    return refuse(inputs, input, "io.read", message);
}

static comity_status enter(struct inputs *inputs, struct input *input, int fd)
{
    struct folder *folder = &inputs->folders[inputs->depth];
    if (inputs->depth == INPUTS_DEPTH) {
        close(fd);
        return refuse(inputs, input, "limit.nesting",
                      "more than 64 folders inside one another");
    }
    *folder = (struct folder){.fd = fd, .name_len = inputs->label.size - 1};
    folder->count = scandirat(fd, ".", &folder->entries, is_real, by_bytes);
    if (folder->count < 0) {
        close(fd);
        return refuse_errno(inputs, input);
    }
    inputs->depth++;
    return COMITY_END;
}

/* COMITY_OK: `input` is filled; COMITY_END: it was a folder, go on with what is in it. */
static comity_status take(struct inputs *inputs, struct input *input, int fd)
{
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0)
        return refuse_errno(inputs, input);
    if (S_ISDIR(status.st_mode))
        return enter(inputs, input, fd);
    *input = (struct input){.fd = fd, .name = inputs->label.bytes};
    return COMITY_OK;
}

/* True of what may be opened: opening a pipe would wait for ever. */
static bool is_openable(int folder, const struct dirent *entry)
{
    struct stat status;
    if (entry->d_type == DT_REG || entry->d_type == DT_DIR)
        return true;
    if (fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return true; /* openat() tells why */
    return S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) || S_ISLNK(status.st_mode);
}

/* The label becomes its first `len` bytes and a name, and ends in NUL. */
static bool set_label(struct inputs *inputs, size_t len, const char *name)
{
    bool is_set = label_add(&inputs->label, len, name);
    buffer_char(&inputs->label, '\0');
    return is_set && buffer_status(&inputs->label) == COMITY_OK;
}

static comity_status next_of_folder(struct inputs *inputs, struct input *input)
{
    struct folder *folder = &inputs->folders[inputs->depth - 1];
    if (folder->at == folder->count) {
        free(folder->entries);
        close(folder->fd);
        inputs->depth--;
        return COMITY_END;
    }
    const char *name = folder->entries[folder->at]->d_name;
    comity_status status;
    if (!set_label(inputs, folder->name_len, name))
        status = COMITY_E_NOMEM;
    else if (!is_openable(folder->fd, folder->entries[folder->at]))
        status = refuse(inputs, input, "archive.device",
                        "the entry is a device, a pipe or a socket, not a file");
    else
        status =
            take(inputs, input, openat(folder->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    free(folder->entries[folder->at++]);
    return status;
}

/* The label of an input is its own name, so that it is the same on every machine. */
static comity_status open_named(struct inputs *inputs, struct input *input, const char *path)
{
    size_t end = strlen(path), start;
    while (end > 1 && path[end - 1] == '/')
        end--;
    for (start = end; start && path[start - 1] != '/';)
        start--;
    bool is_stdin = strcmp(path, "-") == 0 && !inputs->labels;
    char *name = is_stdin ? strdup("stdin") : strndup(path + start, end - start);
    const char *label = inputs->labels ? inputs->labels[inputs->at - 1] : name;
    int flags = O_RDONLY | O_CLOEXEC | (inputs->labels ? O_NOFOLLOW | O_NONBLOCK : 0);
    bool is_set = name && set_label(inputs, 0, label);
    free(name);
    if (!is_set)
        return COMITY_E_NOMEM;
    return take(inputs, input,
                is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, flags));
}

/* A listed file is named as the list names it: its names may differ in their folders alone. */
static comity_status next_of_list(struct inputs *inputs, struct input *input)
{
    ssize_t len = getdelim(&inputs->line, &inputs->line_room, inputs->separator, inputs->list);
    if (len < 0 && !feof(inputs->list))
        return COMITY_E_IO;
    if (len < 0) {
        inputs->list = NULL;
        return COMITY_END;
    }
    if (len && inputs->line[len - 1] == inputs->separator)
        inputs->line[--len] = '\0';
    if (!len)
        return COMITY_END;
    if (!set_label(inputs, 0, inputs->line))
        return COMITY_E_NOMEM;
    return take(inputs, input, open(inputs->line, O_RDONLY | O_CLOEXEC));
}

bool inputs_wait(const struct inputs *inputs)
{
    return inputs->list && !inputs->depth && inputs->at == inputs->count;
}

comity_status inputs_next(struct inputs *inputs, struct input *input)
{
    for (;;) {
        comity_status status;
        if (inputs->depth)
            status = next_of_folder(inputs, input);
        else if (inputs->at < inputs->count)
            status = open_named(inputs, input, inputs->names[inputs->at++]);
        else if (inputs->list)
            status = next_of_list(inputs, input);
        else
            return COMITY_END;
        input->number = inputs->at;
        if (status != COMITY_END)
            return status;
    }
}

void inputs_free(struct inputs *inputs)
{
    for (; inputs->depth; inputs->depth--) {
        struct folder *folder = &inputs->folders[inputs->depth - 1];
        for (; folder->at < folder->count; folder->at++)
            free(folder->entries[folder->at]);
        free(folder->entries);
        close(folder->fd);
    }
    free(inputs->line);
    buffer_free(&inputs->label);
}
