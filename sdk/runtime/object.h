/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Shared objects in this process, each once however often it is asked for. */
#ifndef COMITY_RUNTIME_OBJECT_H
#define COMITY_RUNTIME_OBJECT_H

#include "runtime/trust.h"

struct comity_plugin;
typedef const struct comity_plugin *object_entry(void);

/* Loads a copy that trust_seal() made, which becomes the function's: it is held or closed.
 * The plugin's one function; NULL with the reason where there is none.  Any thread. */
object_entry *object_load(int sealed, const char *sha256, char reason[TRUST_REASON]);

#endif
