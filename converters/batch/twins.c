/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "twins.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY ((size_t)1 << 10)

void twins_free(struct twins *twins)
{
    free(twins->entries);
    free(twins->groups);
    *twins = (struct twins){.entries = NULL};
}

static unsigned hex_digit(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
}

comity_status twins_add(struct twins *twins, const char *hex, uint64_t offset)
{
    if (twins->count == twins->capacity) {
        size_t capacity = twins->capacity ? twins->capacity * 2 : FIRST_CAPACITY;
        if (capacity > SIZE_MAX / 2 / sizeof(struct twin))
            return COMITY_E_NOMEM;
        struct twin *more = realloc(twins->entries, capacity * sizeof *more);
        if (!more)
            return COMITY_E_NOMEM;
        twins->entries = more;
        twins->capacity = capacity;
    }
    struct twin *entry = &twins->entries[twins->count++];
    entry->offset = offset;
    for (size_t i = 0; i < TWIN_BYTES; i++)
        entry->digest[i] =
            (unsigned char)(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
    return COMITY_OK;
}

static int by_digest(const void *a, const void *b)
{
    const struct twin *one = a, *other = b;
    int order = memcmp(one->digest, other->digest, TWIN_BYTES);
    if (order)
        return order;
    return (one->offset > other->offset) - (one->offset < other->offset);
}

/* Before the groups are sorted they stand in the order of the digests, and so their entries. */
static int by_size(const void *a, const void *b)
{
    const struct twin_group *one = a, *other = b;
    if (one->count != other->count)
        return one->count < other->count ? 1 : -1;
    return (one->first > other->first) - (one->first < other->first);
}

/* How many entries from `first` on have its digest. */
static size_t run_length(const struct twins *twins, size_t first)
{
    size_t end = first + 1;
    while (end < twins->count &&
           memcmp(twins->entries[end].digest, twins->entries[first].digest, TWIN_BYTES) == 0)
        end++;
    return end - first;
}

/* Moves what stands more than once to the front. */
static size_t drop_single(struct twins *twins)
{
    size_t kept = 0, groups = 0;
    for (size_t at = 0, run = 0; at < twins->count; at += run) {
        run = run_length(twins, at);
        if (run == 1)
            continue;
        memmove(&twins->entries[kept], &twins->entries[at], run * sizeof *twins->entries);
        kept += run;
        groups++;
    }
    twins->count = kept;
    return groups;
}

comity_status twins_sort(struct twins *twins)
{
    if (!twins->count)
        return COMITY_OK;
    qsort(twins->entries, twins->count, sizeof *twins->entries, by_digest);
    size_t groups = drop_single(twins);
    if (!groups) {
        twins_free(twins);
        return COMITY_OK;
    }
    struct twin *fewer = realloc(twins->entries, twins->count * sizeof *fewer);
    if (fewer) { /* else it stays as large as it was */
        twins->entries = fewer;
        twins->capacity = twins->count;
    }
    twins->groups = malloc(groups * sizeof *twins->groups);
    if (!twins->groups)
        return COMITY_E_NOMEM;
    for (size_t at = 0; at < twins->count;) {
        size_t run = run_length(twins, at);
        twins->groups[twins->group_count++] = (struct twin_group){at, run};
        at += run;
    }
    qsort(twins->groups, twins->group_count, sizeof *twins->groups, by_size);
    return COMITY_OK;
}
