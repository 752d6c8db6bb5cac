/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Partial dates and times, read by a pattern and never padded.  Constant; any thread. */
#ifndef COMITY_MODEL_DATES_H
#define COMITY_MODEL_DATES_H

#include <stdbool.h>
#include <stddef.h>

/* A date as precise as it is known: month and day are 0 where they are not stated. */
struct partial_date {
    unsigned year, month, day;
};

/* True for YYYY, YYYY-MM and YYYY-MM-DD that name a day of the calendar. */
bool date_is_partial(const char *text, size_t len);

/* True for a partial date, or YYYY-MM-DDTHH:MM[:SS[.FFF]] with Z, an offset, or no zone. */
bool date_is_time(const char *text, size_t len);

/* Reads a canonical partial date. */
bool date_read(const char *text, size_t len, struct partial_date *date);

/* Reads a date by a pattern of YYYY, MM and DD with single separators ("YYYY/MM/DD",
 * "DD.MM.YYYY").  A text that states fewer parts follows the pattern with those left out
 * ("1985", "1985/03", "03.1985").  Month or day 00 mean that they are not known.
 * `*exact` is false where the text says the same in more words ("1985/00/00").  False where it
 * is no such date. */
bool date_read_pattern(const char *pattern, const char *text, size_t len,
                       struct partial_date *date, bool *exact);

/* Writes a date by a pattern into `out` (at least 32 bytes); returns its length. */
size_t date_write_pattern(const char *pattern, const struct partial_date *date, char *out);

#endif
