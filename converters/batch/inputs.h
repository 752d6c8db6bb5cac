/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The files that a batch is to read, one after the other: those named, those of folders, in the
 * order of their names' bytes, those of a list.  Opens them and looks no further. */
#ifndef COMITY_CONVERTERS_BATCH_INPUTS_H
#define COMITY_CONVERTERS_BATCH_INPUTS_H

#include "base/buffer.h"

#include <comity/plugin.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>

#define INPUTS_DEPTH 64

struct input {
    int fd;           /* the receiver closes it; -1: it cannot be read, see code */
    const char *name; /* a label; lent until the next call */
    const char *code; /* "io.read", "archive.link", "archive.device" */
    const char *message;
    int number; /* of the name that it came from, from 1 */
};

struct inputs {
    char **names;
    int count, at;
    char **labels;  /* of the names, then links are not followed; NULL: their own */
    FILE *list;     /* of more names, or NULL */
    char separator; /* between them */
    struct folder {
        int fd;
        struct dirent **entries;
        int count, at;
        size_t name_len; /* of the label up to here */
    } folders[INPUTS_DEPTH];
    size_t depth;
    struct buffer label;
    char message[300];
    char *line; /* of the list */
    size_t line_room;
};

void inputs_init(struct inputs *inputs, char **names, int count);
/* A list of names, one a line or, where `separator` is NUL, one before each NUL. */
void inputs_list(struct inputs *inputs, FILE *list, char separator);
/* Bytes of all of them; 0 where that is not known: a folder, a list, a pipe is among them. */
uint64_t inputs_size(const struct inputs *inputs);
/* True where the next name has to be waited for. */
bool inputs_wait(const struct inputs *inputs);
/* COMITY_END after the last. */
comity_status inputs_next(struct inputs *inputs, struct input *input);
void inputs_free(struct inputs *inputs);

#endif
