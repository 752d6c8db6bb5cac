/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The commands of comity-kit, for who writes plugins. */
#ifndef COMITY_KIT_KIT_H
#define COMITY_KIT_KIT_H

/* Both are given "check" or "new" as the first argument that is no option. */
int command_check(int argc, char **argv);
int command_new(int argc, char **argv);

#endif
