/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Frames between a process and the workers that it started: a length, a kind, numbers and
 * texts.  What comes back from a worker is read as if it were hostile: every length is
 * checked, and a frame that is wrong anywhere is wrong as a whole.  Knows nothing of what
 * frames mean. */
#ifndef COMITY_RUNTIME_WIRE_H
#define COMITY_RUNTIME_WIRE_H

#include "base/buffer.h"

/* Length of what follows it, and kind: 4 bytes each, in the order of the machine. */
#define WIRE_HEAD 8u

/* --- writing: begin, put, end.  A failure sticks to the buffer. */
size_t wire_begin(struct buffer *out, uint32_t kind);
void wire_end(struct buffer *out, size_t start);
void wire_put_u32(struct buffer *out, uint32_t number);
void wire_put_u64(struct buffer *out, uint64_t number);
/* Text that may be NULL; a NUL is put behind it, so that a reader can lend it as it stands. */
void wire_put_text(struct buffer *out, const char *text, size_t len);
void wire_put_string(struct buffer *out, const char *text);

/* --- reading.  What is asked for after the end is 0 or NULL, and `is_bad`. */
struct wire_frame {
    uint32_t kind;
    const char *at, *end;
    bool is_bad;
};

/* The frame at the beginning of `size` bytes.  *whole becomes its size with the head.
 * COMITY_END where it is not there as a whole yet; COMITY_E_LIMIT where it is longer than
 * `limit`. */
comity_status wire_next(const char *bytes, size_t size, size_t limit, struct wire_frame *frame,
                        size_t *whole);
uint32_t wire_u32(struct wire_frame *frame);
uint64_t wire_u64(struct wire_frame *frame);
/* Lent by the frame; NULL where NULL was put. */
const char *wire_text(struct wire_frame *frame, size_t *len);
/* The same, and bad where a NUL stands inside. */
const char *wire_string(struct wire_frame *frame);
/* True where all was read, and all of it was good. */
bool wire_is_done(const struct wire_frame *frame);

#endif
