/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Between the two halves of an import: what reads files (register_import.c), and what puts
 * entries into the register and keeps account of them (register_import_put.c). */
#ifndef COMITY_CONVERTERS_SUBMIT_REGISTER_IMPORT_H
#define COMITY_CONVERTERS_SUBMIT_REGISTER_IMPORT_H

#include "base/map.h"
#include "submit/register.h"

struct import {
    struct cli *cli;
    struct store *store;
    const char *file;
    struct findings findings; /* with their places */
    struct entry_faults faults;
    struct limits limits;
    struct tree tree; /* of the file, or of one of its values */
    struct arena arena;
    bool is_csv;
    uint32_t group; /* the authority or endpoint at hand */
    uint32_t cell;  /* whose text is looked at, or 0 */
    struct arena kept;
    struct map seen;                /* what was put, to the place (struct import_place) */
    uint64_t entries, counts[2][3]; /* authorities and endpoints, by enum register_change */
    comity_status status;           /* what stops all: no memory, no store */
};

/* Reads a file and puts what is in it. */
void import_text(struct import *import, const char *text, size_t size);
/* Put what was checked.  Faults are told. */
void import_put_authority(struct import *import, struct authority *authority);
void import_put_endpoint(struct import *import, const struct endpoint_text *text,
                         int64_t authority);
/* True where a node has this name. */
bool import_is(const struct comity_node *node, const char *name);

#endif
