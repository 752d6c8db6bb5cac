/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a process is at; see witness.h. */
#include "base/witness.h"

#include <stddef.h>
#include <string.h>

static struct witness *shared; /* NULL: nobody looks */

void witness_share(struct witness *page)
{
    shared = page;
}

void witness_at(enum witness_what what, const char *name)
{
    if (!shared)
        return;
    if (name) { /* else the last one stays: who was there may have left something behind */
        size_t len = strnlen(name, sizeof shared->name - 1);
        memcpy(shared->name, name, len);
        shared->name[len] = '\0';
    }
    shared->what = what;
    shared->beats++;
}

void witness_waits(bool waits)
{
    if (!shared)
        return;
    shared->waits = waits;
    if (!waits)
        shared->beats++;
}
