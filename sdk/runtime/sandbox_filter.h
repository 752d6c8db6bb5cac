/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What stands in the filters of system calls for numbers that are known only when one is
 * loaded.  No process has such a number, and no line. */
#ifndef COMITY_RUNTIME_SANDBOX_FILTER_H
#define COMITY_RUNTIME_SANDBOX_FILTER_H

enum sandbox_filter_mark { FILTER_PROCESS = 0x7F000001, FILTER_LINE = 0x7F000002 };

#endif
