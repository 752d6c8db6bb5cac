/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A shared object that is no plugin: it has no comity_plugin_v1. */
extern const int no_entry;
const int no_entry = 1;
