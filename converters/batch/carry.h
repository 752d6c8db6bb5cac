/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Puts a file of one folder into another, where it appears as a whole: as a link to the same
 * bytes where the file system allows it, else as a copy.  The first stays as it is. */
#ifndef COMITY_CONVERTERS_BATCH_CARRY_H
#define COMITY_CONVERTERS_BATCH_CARRY_H

#include <comity/plugin.h>

/* A name for a file that is being written; no document has it. */
#define CARRY_PARTIAL ".comity-partial"

/* An older file of that name is replaced.  COMITY_E_IO with errno: EINVAL where it is no plain
 * file, or not of `size` bytes (UINT64_MAX: of any size). */
comity_status carry_file(int from, int into, const char *name, uint64_t size);

#endif
