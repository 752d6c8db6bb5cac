/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The words that may stand behind `comity batch`. */
#ifndef COMITY_CONVERTERS_BATCH_COMMAND_BATCH_H
#define COMITY_CONVERTERS_BATCH_COMMAND_BATCH_H

int command_batch_merge(int argc, char **argv);
int command_batch_report(int argc, char **argv);

#endif
