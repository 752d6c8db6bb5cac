/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the entries of a list stand in a document that carries its record: a format that sorts
 * them (the parties by their part, say) has them in another order than the record, and leaves
 * out those that it has no sort for.  Without a note of it, one person's values would be filled
 * in at another. */
#include "mapping/carrier.h"

#include <stdio.h>
#include <stdlib.h>

/* --- writing */

static int by_list(const void *one, const void *other)
{
    const struct placed *a = one, *b = other;
    uintptr_t list = (uintptr_t)a->entry->parent, list_of_b = (uintptr_t)b->entry->parent;
    if (list != list_of_b)
        return list < list_of_b ? -1 : 1;
    if (a->entry->field != b->entry->field)
        return a->entry->field < b->entry->field ? -1 : 1;
    return a->rank < b->rank ? -1 : a->rank > b->rank;
}

/* The note of one list, unless all of it stands in its own order. */
static bool note_list(struct record *record, const char *format, const struct placed *placed,
                      size_t count)
{
    struct value *group = placed->entry->parent;
    uint16_t field = placed->entry->field;
    struct buffer key, json;
    bool in_order = value_child(group, field)->tail->position + 1 == count;
    for (size_t i = 0; in_order && i < count; i++)
        in_order = placed[i].entry->position == i;
    if (in_order)
        return true;
    buffer_init(&key, 0);
    buffer_init(&json, 0);
    buffer_format(&key, KEPT_PLACES "%s", fields[field].name);
    for (size_t i = 0; i < count; i++)
        buffer_format(&json, "%c%u", i ? ',' : '[', (unsigned)placed[i].entry->position);
    buffer_char(&json, ']');
    bool is_good = buffer_status(&key) == COMITY_OK && buffer_status(&json) == COMITY_OK;
    const char *name = is_good ? arena_copy(record->arena, key.bytes, key.size) : NULL,
               *list = is_good ? arena_copy(record->arena, json.bytes, json.size) : NULL;
    is_good = name && list &&
              value_keep(record, group, format, name, key.size, list, json.size, 0);
    buffer_free(&key);
    buffer_free(&json);
    return is_good;
}

bool carrier_note_places(struct record *record, const char *format, struct placed *placed,
                         size_t count)
{
    if (count)
        qsort(placed, count, sizeof *placed, by_list);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && placed[end].entry->parent == placed[i].entry->parent &&
                          placed[end].entry->field == placed[i].entry->field;)
            end++;
        if (!note_list(record, format, placed + i, end - i))
            return false;
    }
    return true;
}

/* --- reading */

static const struct kept *find_note(const struct value *group, uint16_t field)
{
    const char *name = fields[field].name;
    size_t prefix = sizeof KEPT_PLACES - 1, len = strlen(name);
    for (const struct kept *kept = group->kept; kept; kept = kept->next)
        if (kept->key_len == prefix + len && memcmp(kept->key, KEPT_PLACES, prefix) == 0 &&
            memcmp(kept->key + prefix, name, len) == 0)
            return kept;
    return NULL;
}

/* The next number of a note, or `count` where it is none of a list of so many. */
static size_t next_place(const char **at, const char *end, size_t count)
{
    size_t place = 0;
    const char *begin = *at;
    for (; *at < end && **at >= '0' && **at <= '9' && place < count; (*at)++)
        place = place * 10 + (size_t)(**at - '0');
    bool is_number = *at > begin && *at < end && (**at == ',' || **at == ']');
    *at += is_number;
    return is_number && place < count ? place : count;
}

struct value **carrier_places(struct arena *arena, const struct value *first,
                              struct value *there)
{
    const struct kept *note = find_note(first->parent, first->field);
    size_t count = first->tail->position + 1u;
    if (!note || !note->json_len || note->json[0] != '[')
        return NULL;
    const char *at = note->json + 1, *end = note->json + note->json_len;
    struct value **places = arena_zalloc(arena, count * sizeof *places);
    for (; places && there; there = value_next(there)) {
        size_t place = next_place(&at, end, count);
        if (place == count || places[place])
            return NULL;
        places[place] = there;
    }
    return at == end ? places : NULL;
}
