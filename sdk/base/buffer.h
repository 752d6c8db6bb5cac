/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bytes that grow up to a limit.  A failure sticks: appends after it do nothing, and
 * buffer_status() tells at the end, so that writers stay readable. */
#ifndef COMITY_BASE_BUFFER_H
#define COMITY_BASE_BUFFER_H

#include <comity/plugin.h>
#include <stdbool.h>
#include <string.h>

struct buffer {
    char *bytes;
    size_t size, capacity;
    size_t limit; /* most bytes it may hold; 0 = no limit */
    comity_status status;
};

void buffer_init(struct buffer *buffer, size_t limit);
/* Wipes and frees. */
void buffer_free(struct buffer *buffer);
/* Empties it and forgets a failure; keeps the memory. */
void buffer_clear(struct buffer *buffer);

/* Room for `more` bytes behind the present ones; false where there is none. */
bool buffer_reserve(struct buffer *buffer, size_t more);

/* COMITY_OK, or why an earlier append failed. */
static inline comity_status buffer_status(const struct buffer *buffer)
{
    return buffer->status;
}

static inline void buffer_add(struct buffer *buffer, const char *text, size_t len)
{
    if (buffer->capacity - buffer->size < len && !buffer_reserve(buffer, len))
        return;
    if (len)
        memcpy(buffer->bytes + buffer->size, text, len);
    buffer->size += len;
}

static inline void buffer_char(struct buffer *buffer, char c)
{
    if (buffer->capacity == buffer->size && !buffer_reserve(buffer, 1))
        return;
    buffer->bytes[buffer->size++] = c;
}

void buffer_text(struct buffer *buffer, const char *text);
__attribute__((format(printf, 2, 3))) void buffer_format(struct buffer *buffer,
                                                         const char *format, ...);

#endif
