/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Labels: names made harmless to read, and how often each has come.  Knows nothing of where
 * the names come from, and no locale. */
#include "batch/items_run.h"

#include <stdio.h>
#include <stdlib.h>

size_t label_push(struct run *run, const char *name, size_t len)
{
    size_t mark = run->label.size;
    if (mark)
        buffer_char(&run->label, '/');
    label_escape(&run->label, name, len);
    run->is_counted = false;
    if (buffer_status(&run->label) != COMITY_OK)
        run_stop(run, COMITY_E_NOMEM);
    return mark;
}

void label_pop(struct run *run, size_t mark)
{
    run->label.size = mark;
    run->is_counted = false;
}

bool label_fits(const struct item_limits *limits, const char *name, size_t len,
                struct fault *fault)
{
    size_t folders = 0;
    for (size_t i = 0; i + 1 < len; i++)
        folders += name[i] == '/';
    fault->code = "limit.name";
    if (len > limits->name_bytes) {
        snprintf(fault->message, FAULT_TEXT, "the name has %zu bytes; at most %lu are allowed",
                 len, (unsigned long)limits->name_bytes);
        return false;
    }
    if (folders > limits->name_depth) {
        snprintf(fault->message, FAULT_TEXT,
                 "the name has %zu folders; at most %lu are allowed", folders,
                 (unsigned long)limits->name_depth);
        return false;
    }
    return true;
}

/* --- how often */

/* Sixty-four bits stand for a label.  Should two labels ever meet in one, the second is said to
 * have a twin, which makes its name longer and nothing wrong. */
struct seen_slot {
    uint64_t hash, count; /* count 0: free */
};

static struct seen_slot *find_slot(const struct seen *seen, uint64_t hash)
{
    uint64_t i = hash & (seen->capacity - 1);
    while (seen->slots[i].count && seen->slots[i].hash != hash)
        i = (i + 1) & (seen->capacity - 1);
    return &seen->slots[i];
}

static comity_status grow(struct seen *seen)
{
    struct seen wider = *seen;
    wider.capacity = seen->capacity ? seen->capacity * 2 : 64;
    wider.slots = calloc((size_t)wider.capacity, sizeof(*wider.slots));
    if (!wider.slots)
        return COMITY_E_NOMEM;
    for (uint64_t i = 0; i < seen->capacity; i++)
        if (seen->slots[i].count)
            *find_slot(&wider, seen->slots[i].hash) = seen->slots[i];
    free(seen->slots);
    *seen = wider;
    return COMITY_OK;
}

comity_status seen_count(struct seen *seen, const char *label, size_t len, uint64_t *before)
{
    if (seen->count * 4 >= seen->capacity * 3 && grow(seen) != COMITY_OK)
        return COMITY_E_NOMEM;
    uint64_t hash = (uint64_t)hash_bytes(&seen->keys[0], label, len) << 32 |
                    hash_bytes(&seen->keys[1], label, len);
    struct seen_slot *slot = find_slot(seen, hash);
    if (!slot->count)
        seen->count++;
    slot->hash = hash;
    *before = slot->count++;
    return COMITY_OK;
}

void seen_free(struct seen *seen)
{
    free(seen->slots);
    seen->slots = NULL;
}
