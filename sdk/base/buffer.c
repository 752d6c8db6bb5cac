/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bytes that grow up to a limit.  They may be personal data: what is left behind, in an old
 * block too, is wiped.  Knows nothing of what it holds. */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_CAPACITY ((size_t)1024)

void buffer_init(struct buffer *buffer, size_t limit)
{
    *buffer = (struct buffer){.limit = limit, .status = COMITY_OK};
}

static void wipe(struct buffer *buffer)
{
    if (buffer->size)
        explicit_bzero(buffer->bytes, buffer->size);
}

void buffer_free(struct buffer *buffer)
{
    wipe(buffer);
    free(buffer->bytes);
    buffer_init(buffer, buffer->limit);
}

void buffer_clear(struct buffer *buffer)
{
    wipe(buffer);
    buffer->size = 0;
    buffer->status = COMITY_OK;
}

/* Notes the failure.  No room is left on paper, so that the inline appends, which look at
 * nothing else, come here again and are turned away. */
static bool fail(struct buffer *buffer, comity_status status)
{
    if (buffer->status == COMITY_OK)
        buffer->status = status;
    buffer->capacity = buffer->size;
    return false;
}

static size_t next_capacity(const struct buffer *buffer, size_t need)
{
    size_t capacity = buffer->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : buffer->capacity;
    while (capacity < need)
        capacity *= 2;
    if (buffer->limit && capacity > buffer->limit)
        capacity = buffer->limit;
    return capacity;
}

bool buffer_reserve(struct buffer *buffer, size_t more)
{
    if (buffer->status != COMITY_OK)
        return fail(buffer, buffer->status);
    if (buffer->capacity - buffer->size >= more)
        return true;
    if (more > SIZE_MAX / 4 || buffer->size > SIZE_MAX / 4)
        return fail(buffer, COMITY_E_NOMEM);
    size_t need = buffer->size + more;
    if (buffer->limit && need > buffer->limit)
        return fail(buffer, COMITY_E_LIMIT);
    size_t capacity = next_capacity(buffer, need);
    /* One byte more than promised: for the NUL that vsnprintf() writes.  Not realloc(), which
     * would leave the old bytes behind in the heap. */
    char *bytes = malloc(capacity + 1);
    if (!bytes)
        return fail(buffer, COMITY_E_NOMEM);
    if (buffer->size)
        memcpy(bytes, buffer->bytes, buffer->size);
    wipe(buffer);
    free(buffer->bytes);
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return true;
}

void buffer_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

/* Prints into the free room; what vsnprintf() says it would have taken, or -1. */
__attribute__((format(printf, 2, 0))) static int print(struct buffer *buffer,
                                                       const char *format, va_list list)
{
    size_t room = buffer->capacity - buffer->size + 1;
    if (!buffer->bytes)
        return vsnprintf(NULL, 0, format, list);
    return vsnprintf(buffer->bytes + buffer->size, room, format, list);
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int printed = print(buffer, format, list);
    va_end(list);
    if (printed < 0) {
        fail(buffer, COMITY_E_INVALID);
        return;
    }
    size_t len = (size_t)printed;
    if (len > buffer->capacity - buffer->size) {
        /* The first try may have left a beginning behind; the size does not cover it. */
        if (buffer->bytes)
            explicit_bzero(buffer->bytes + buffer->size, buffer->capacity - buffer->size);
        if (!buffer_reserve(buffer, len))
            return;
        va_start(list, format);
        printed = print(buffer, format, list);
        va_end(list);
        if (printed < 0 || (size_t)printed != len) {
            fail(buffer, COMITY_E_INVALID);
            return;
        }
    }
    buffer->size += len;
}
