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

/* --- dates as formats write them
 *
 * A pattern holds each of these once, and between two of them text without digits:
 *   YYYY      the year, of four digits
 *   MM, DD    month and day, of two digits
 *   M, D      the same without a zero in front
 *   MMMM      the month by name
 * Day and month may be missing.  A text that states fewer parts follows the pattern without the
 * others: where a pattern ends with text, each part takes what stands behind it along
 * ("YYYY年M月D日": "1985年3月", "1985年"), otherwise what stands between parts stays between
 * them ("DD.MM.YYYY": "03.1985"; "MMMM D, YYYY": "March 1985"). */

#define DATE_MAX 64u /* most bytes that a date of a good pattern has */

struct date_style {
    const char *pattern;
    const char *const *months; /* twelve names, for MMMM; NULL = none */
};

/* True for a pattern as above; `has_months`: the style has names for MMMM.  For when a template
 * is compiled. */
bool date_pattern_is_good(const char *pattern, bool has_months);

/* True for twelve names of at most 32 bytes that a reader can tell apart. */
bool date_months_are_good(const char *const *months);

/* Reads a date.  Month or day 0 mean that they are not known.  Full-width digits, a month's
 * name in other letters (base/fold.h), and blanks around 年, 月 and 日 are understood; `*exact`
 * is false where date_write_style() would not write the text as it stands ("1985/00/00").
 * False where it is no such date, stands among other text, is no day of the calendar, or could
 * be read in two ways. */
bool date_read_style(const struct date_style *style, const char *text, size_t len,
                     struct partial_date *date, bool *exact);

/* Writes a date into `out` (DATE_MAX bytes, no NUL); returns its length.  0 where it is no
 * date, or the pattern is not good or has no place for a part that is stated: nothing is left
 * out. */
size_t date_write_style(const struct date_style *style, const struct partial_date *date,
                        char *out);

/* The same for a pattern without names.  For YYYY, MM and DD with single separators
 * ("YYYY/MM/DD"), 32 bytes are enough. */
bool date_read_pattern(const char *pattern, const char *text, size_t len,
                       struct partial_date *date, bool *exact);
size_t date_write_pattern(const char *pattern, const struct partial_date *date, char *out);

#endif
