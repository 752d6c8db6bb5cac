/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Memory that two processes share: bytes that one of them puts there need not go through the
 * line, on which a frame only says where they stand.  Room comes back in the order in which it
 * was taken; where there is none, bytes travel in their frame.  Who reads checks every place,
 * and copies what must not change under it.  Knows nothing of what the bytes are. */
#ifndef COMITY_RUNTIME_SHARED_H
#define COMITY_RUNTIME_SHARED_H

#include "runtime/wire.h"

#include <stdatomic.h>
#include <stdint.h>

struct shared {
    _Atomic uint64_t
        *freed; /* as far as this the bytes are no longer needed; NULL: no memory */
    char *bytes;
    size_t size;
    uint64_t written; /* by who puts: bytes so far, in turn around `bytes` */
    int fd, read_fd;  /* by who made it, to be passed on; else -1 */
};
#define SHARED_INIT             \
    {                           \
        .fd = -1, .read_fd = -1 \
    }

/* Makes room for so many bytes; its size can no longer be changed by anybody.  COMITY_E_IO
 * (errno). */
comity_status shared_make(struct shared *shared, size_t size);
/* The same memory in the other process, by either descriptor: through `read_fd` nobody can ever
 * write.  Takes the descriptor.  What is put goes on behind `written`.  COMITY_E_IO. */
comity_status shared_join(struct shared *shared, int fd, size_t size, uint64_t written);
void shared_close(struct shared *shared);

/* Puts a text into a frame, or its place where the bytes could be put into `shared`, which may
 * be NULL. */
void shared_put_text(struct buffer *out, struct shared *shared, const char *text, size_t len);
/* The place of a text that stands in shared memory up to `end`; the text itself where that is
 * 0. */
void shared_put_place(struct buffer *out, const char *text, size_t len, uint64_t end);
/* Such a text, lent until its room is given back; *end is how far shared_free() frees it, 0
 * where it stands in the frame.  NULL and bad where there is no such place. */
const char *shared_text(struct wire_frame *frame, const struct shared *shared, size_t *len,
                        uint64_t *end);
/* Gives back all room before `end`. */
void shared_free(struct shared *shared, uint64_t end);

#endif
