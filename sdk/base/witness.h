/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a process is at, on a page that the process which started it looks at too: after a crash
 * it says over what, and while nothing is heard whether anything moves.  Who shares no page
 * loses nothing: then all of this does nothing.  Must not know who looks. */
#ifndef COMITY_BASE_WITNESS_H
#define COMITY_BASE_WITNESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum witness_what { WITNESS_NOTHING, WITNESS_LOADS, WITNESS_READS };

struct witness {
    _Atomic uint64_t beats; /* documents and pieces of input so far: progress */
    _Atomic uint32_t waits; /* 1: in read(), for more of the input */
    _Atomic uint32_t what;
    char name[512]; /* of the file that is loaded, of the format that reads */
};

/* The page; it is for the whole process, and set before anything else runs. */
void witness_share(struct witness *page);
void witness_at(enum witness_what what, const char *name);
void witness_waits(bool waits);

#endif
