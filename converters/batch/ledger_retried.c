/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which lines of a ledger no longer count; see ledger_retried.h. */
#include "ledger_retried.h"

#include "base/encoding.h"

#include <stdlib.h>
#include <string.h>

/* Sixty-four bits of the SHA-256 stand for an item: a ledger may have been made to be read. */
static uint64_t key_of(const struct ledger_line *line)
{
    char hex[2 * SHA256_HEX_SIZE + 32], digest[SHA256_HEX_SIZE];
    uint64_t key;
    encoding_sha256(line->entry.text, line->entry.len, hex);
    memcpy(hex + SHA256_HEX_SIZE, &line->twin, sizeof line->twin);
    memcpy(hex + SHA256_HEX_SIZE + 8, &line->value, sizeof line->value);
    encoding_sha256(hex, SHA256_HEX_SIZE + 16, digest);
    memcpy(&key, digest, sizeof key);
    return key;
}

comity_status ledger_retried_add(struct ledger_retried *retried, const struct ledger_line *line)
{
    if (line->kind != LEDGER_DOCUMENT || !line->retry)
        return COMITY_OK;
    if (retried->count == retried->room) {
        size_t room = retried->room ? 2 * retried->room : 64;
        struct retried_item *more = realloc(retried->items, room * sizeof *more);
        if (!more)
            return COMITY_E_NOMEM;
        retried->items = more;
        retried->room = room;
    }
    retried->items[retried->count++] = (struct retried_item){key_of(line), line->retry};
    return COMITY_OK;
}

/* By item, the latest retry first. */
static int by_key(const void *a, const void *b)
{
    const struct retried_item *one = a, *other = b;
    if (one->key != other->key)
        return one->key < other->key ? -1 : 1;
    return (one->retry < other->retry) - (one->retry > other->retry);
}

void ledger_retried_sort(struct ledger_retried *retried)
{
    size_t kept = 0;
    if (!retried->count)
        return;
    qsort(retried->items, retried->count, sizeof *retried->items, by_key);
    for (size_t i = 1; i < retried->count; i++)
        if (retried->items[i].key != retried->items[kept].key)
            retried->items[++kept] = retried->items[i];
    retried->count = kept + 1;
}

bool ledger_retried_hides(const struct ledger_retried *retried, const struct ledger_line *line)
{
    size_t low = 0, high = retried->count;
    if (!high || line->kind != LEDGER_DOCUMENT || line->result != LEDGER_FAILED)
        return false;
    uint64_t key = key_of(line);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (retried->items[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < retried->count && retried->items[low].key == key &&
           retried->items[low].retry > line->retry;
}

void ledger_retried_free(struct ledger_retried *retried)
{
    free(retried->items);
    *retried = (struct ledger_retried){.items = NULL};
}
