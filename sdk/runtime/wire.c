/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Frames between processes; see wire.h. */
#include "runtime/wire.h"

/* Stands for the length of a text that is NULL. */
#define NO_TEXT UINT32_MAX

size_t wire_begin(struct buffer *out, uint32_t kind)
{
    size_t start = out->size;
    wire_put_u32(out, 0);
    wire_put_u32(out, kind);
    return start;
}

void wire_end(struct buffer *out, size_t start)
{
    size_t len = out->size - start - WIRE_HEAD;
    uint32_t number = (uint32_t)len;
    if (buffer_status(out) != COMITY_OK)
        return;
    if (len > UINT32_MAX)
        out->status = COMITY_E_LIMIT;
    else
        memcpy(out->bytes + start, &number, sizeof number);
}

void wire_put_u32(struct buffer *out, uint32_t number)
{
    buffer_add(out, (const char *)&number, sizeof number);
}

void wire_put_u64(struct buffer *out, uint64_t number)
{
    buffer_add(out, (const char *)&number, sizeof number);
}

void wire_put_text(struct buffer *out, const char *text, size_t len)
{
    if (len >= NO_TEXT)
        out->status = COMITY_E_LIMIT;
    wire_put_u32(out, text ? (uint32_t)len : NO_TEXT);
    if (!text)
        return;
    buffer_add(out, text, len);
    buffer_char(out, '\0');
}

void wire_put_string(struct buffer *out, const char *text)
{
    wire_put_text(out, text, text ? strlen(text) : 0);
}

comity_status wire_next(const char *bytes, size_t size, size_t limit, struct wire_frame *frame,
                        size_t *whole)
{
    uint32_t len;
    if (size < WIRE_HEAD)
        return COMITY_END;
    memcpy(&len, bytes, sizeof len);
    if (len > limit)
        return COMITY_E_LIMIT;
    if (size - WIRE_HEAD < len)
        return COMITY_END;
    memcpy(&frame->kind, bytes + sizeof len, sizeof frame->kind);
    frame->at = bytes + WIRE_HEAD;
    frame->end = frame->at + len;
    frame->is_bad = false;
    *whole = WIRE_HEAD + (size_t)len;
    return COMITY_OK;
}

static bool take(struct wire_frame *frame, void *into, size_t size)
{
    memset(into, 0, size);
    if (frame->is_bad || (size_t)(frame->end - frame->at) < size) {
        frame->is_bad = true;
        return false;
    }
    memcpy(into, frame->at, size);
    frame->at += size;
    return true;
}

uint32_t wire_u32(struct wire_frame *frame)
{
    uint32_t number;
    take(frame, &number, sizeof number);
    return number;
}

uint64_t wire_u64(struct wire_frame *frame)
{
    uint64_t number;
    take(frame, &number, sizeof number);
    return number;
}

const char *wire_text(struct wire_frame *frame, size_t *len)
{
    uint32_t number;
    *len = 0;
    if (!take(frame, &number, sizeof number) || number == NO_TEXT)
        return NULL;
    const char *text = frame->at;
    if ((size_t)(frame->end - text) <= number || text[number] != '\0') {
        frame->is_bad = true;
        return NULL;
    }
    frame->at += (size_t)number + 1;
    *len = number;
    return text;
}

const char *wire_string(struct wire_frame *frame)
{
    size_t len;
    const char *text = wire_text(frame, &len);
    if (text && memchr(text, '\0', len)) {
        frame->is_bad = true;
        return NULL;
    }
    return text;
}

bool wire_is_done(const struct wire_frame *frame)
{
    return !frame->is_bad && frame->at == frame->end;
}
