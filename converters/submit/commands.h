/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The commands of comity-submit, as those of cli.h. */
#ifndef COMITY_CONVERTERS_SUBMIT_COMMANDS_H
#define COMITY_CONVERTERS_SUBMIT_COMMANDS_H

int command_audit(int argc, char **argv);
int command_inbox(int argc, char **argv);
int command_outbox(int argc, char **argv);
int command_register(int argc, char **argv);
int command_stats(int argc, char **argv);
int command_submit(int argc, char **argv);
/* comity validate --signature */
int command_validate_signature(int argc, char **argv);

#endif
