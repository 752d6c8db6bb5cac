/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What stands in the frames between a batch and its reader, both ways; see reading.h. */
#include "batch/reading.h"

void reading_put_request(struct buffer *out, const char *name, const struct item_limits *limits)
{
    size_t start = wire_begin(out, WORKER_READ);
    wire_put_string(out, name);
    wire_put_u64(out, limits->entries);
    wire_put_u64(out, limits->entry_bytes);
    wire_put_u64(out, limits->total_bytes);
    wire_put_u64(out, limits->ratio);
    wire_put_u64(out, limits->ratio_floor);
    wire_put_u32(out, limits->depth);
    wire_put_u32(out, limits->name_bytes);
    wire_put_u32(out, limits->name_depth);
    wire_put_u32(out, limits->seconds);
    wire_end(out, start);
}

bool reading_get_request(struct wire_frame *frame, const char **name,
                         struct item_limits *limits)
{
    *name = wire_string(frame);
    limits->entries = wire_u64(frame);
    limits->entry_bytes = wire_u64(frame);
    limits->total_bytes = wire_u64(frame);
    limits->ratio = wire_u64(frame);
    limits->ratio_floor = wire_u64(frame);
    limits->depth = wire_u32(frame);
    limits->name_bytes = wire_u32(frame);
    limits->name_depth = wire_u32(frame);
    limits->seconds = wire_u32(frame);
    return wire_is_done(frame) && *name;
}

void reading_put_item(struct buffer *out, struct shared *shared, const struct item *item)
{
    size_t start = wire_begin(out, WORKER_TAKEN);
    wire_put_u32(out, (uint32_t)item->outcome);
    wire_put_text(out, item->entry, item->entry_len);
    wire_put_u64(out, item->twin);
    wire_put_u64(out, item->value);
    wire_put_u64(out, item->offset);
    wire_put_u64(out, item->line);
    wire_put_u64(out, item->column);
    wire_put_u64(out, item->at);
    wire_put_string(out, item->code);
    wire_put_string(out, item->message);
    shared_put_text(out, shared, item->bytes, item->size);
    wire_end(out, start);
}

/* True of what may stand as the name of an entry: the rule of items.h, held here once more. */
static bool is_label(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            return false;
    return text && len;
}

bool reading_get_item(struct wire_frame *frame, const struct shared *shared, struct item *item)
{
    uint32_t outcome = wire_u32(frame);
    item->outcome = (enum item_outcome)outcome;
    item->entry = wire_text(frame, &item->entry_len);
    item->twin = wire_u64(frame);
    item->value = wire_u64(frame);
    item->offset = wire_u64(frame);
    item->line = wire_u64(frame);
    item->column = wire_u64(frame);
    item->at = wire_u64(frame);
    item->code = wire_string(frame);
    item->message = wire_string(frame);
    item->bytes = shared_text(frame, shared, &item->size, &item->shared_end);
    if (!wire_is_done(frame) || outcome > ITEM_REFUSED ||
        !is_label(item->entry, item->entry_len))
        return false;
    return outcome == ITEM_TAKEN ? item->bytes != NULL : item->code && item->message;
}
