/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the bytes of an input come from: a descriptor or memory, read through one window
 * that grows no further than its limit.  Knows nothing of what the bytes mean. */
#ifndef COMITY_IO_SOURCE_H
#define COMITY_IO_SOURCE_H

#include <comity/plugin.h>
#include <stdbool.h>

struct source {
    const char *bytes; /* the window: bytes not yet consumed */
    size_t size;       /* bytes in the window */
    uint64_t offset;   /* of bytes[0], from the start of the input */
    bool at_end;       /* nothing comes after the window */
    int fd;            /* -1: memory */
    char *buffer;      /* the window's own memory; NULL for memory inputs */
    size_t capacity, limit;
    int error;      /* errno of a failed read, 0 = none */
    size_t touched; /* most bytes of `buffer` that ever held input: what to wipe */
};

/* Reads from a descriptor, which stays the caller's.  The window grows to `limit` bytes
 * (0: as far as memory goes). */
void source_init_fd(struct source *source, int fd, size_t limit);
/* Reads from memory, which the caller keeps until source_free(). */
void source_init_memory(struct source *source, const char *bytes, size_t size);
void source_free(struct source *source);

/* Reads on until the window holds at least `want` bytes or the input ends.
 * COMITY_E_IO (see `error`), COMITY_E_NOMEM, or COMITY_E_LIMIT where `want` is over the
 * limit and the input does not end within it (one byte more is read to know that).  The
 * window may move: pointers into it are void afterwards. */
comity_status source_fill(struct source *source, size_t want);

/* Drops `count` bytes from the front of the window. */
void source_consume(struct source *source, size_t count);

#endif
