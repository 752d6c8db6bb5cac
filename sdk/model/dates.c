/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Partial dates.  A date that is not one is told from one; nothing is guessed or padded. */
#include "model/dates.h"

#include <string.h>

static bool digits(const char *text, size_t count, unsigned *number)
{
    *number = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *number = *number * 10 + (unsigned)(text[i] - '0');
    }
    return true;
}

static unsigned days_of(unsigned year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool in_calendar(const struct partial_date *date)
{
    if (date->year == 0 || date->month > 12 || (date->day && !date->month))
        return false;
    return !date->month || date->day <= days_of(date->year, date->month);
}

bool date_read_pattern(const char *pattern, const char *text, size_t len,
                       struct partial_date *date, bool *exact)
{
    memset(date, 0, sizeof *date);
    *exact = true;
    /* Parts that the text leaves out are found by its length alone: 4, 7 or 10 characters. */
    bool has_month = len == 7 || len == 10, has_day = len == 10;
    if (len != 4 && !has_month)
        return false;
    const char *p = text, *end = text + len;
    for (const char *part = pattern; *part;) {
        bool year = *part == 'Y', month = *part == 'M', day = *part == 'D';
        size_t width = year ? 4 : 2;
        if (!year && !month && !day) { /* a separator stands between two stated parts */
            char separator = *part++;
            bool next_stated =
                *part == 'Y' || (*part == 'M' && has_month) || (*part == 'D' && has_day);
            if (p > text && p < end && next_stated && *p++ != separator)
                return false;
            continue;
        }
        part += width;
        if ((month && !has_month) || (day && !has_day))
            continue;
        if ((size_t)(end - p) < width || !digits(p, width,
                                                 year    ? &date->year
                                                 : month ? &date->month
                                                         : &date->day))
            return false;
        p += width;
    }
    if (p != end)
        return false;
    if ((has_month && !date->month) || (has_day && !date->day))
        *exact = false;
    return in_calendar(date);
}

bool date_read(const char *text, size_t len, struct partial_date *date)
{
    bool exact;
    return date_read_pattern("YYYY-MM-DD", text, len, date, &exact) && exact;
}

bool date_is_partial(const char *text, size_t len)
{
    struct partial_date date;
    return date_read(text, len, &date);
}

static bool is_zone(const char *text, size_t len)
{
    unsigned hours, minutes;
    if (len == 0 || (len == 1 && *text == 'Z'))
        return true;
    return len == 6 && (*text == '+' || *text == '-') && digits(text + 1, 2, &hours) &&
           text[3] == ':' && digits(text + 4, 2, &minutes) && hours <= 14 && minutes < 60;
}

bool date_is_time(const char *text, size_t len)
{
    unsigned hours, minutes, seconds = 0;
    if (len <= 10)
        return date_is_partial(text, len);
    if (!date_is_partial(text, 10) || text[10] != 'T' || len < 16 ||
        !digits(text + 11, 2, &hours) || text[13] != ':' || !digits(text + 14, 2, &minutes) ||
        hours > 24 || minutes > 59)
        return false;
    size_t at = 16;
    if (at < len && text[at] == ':') {
        if (len < 19 || !digits(text + 17, 2, &seconds) || seconds > 60)
            return false;
        at = 19;
        if (at < len && text[at] == '.') {
            for (at++; at < len && text[at] >= '0' && text[at] <= '9';)
                at++;
            if (at == 20)
                return false;
        }
    }
    if (hours == 24 && (minutes || seconds)) /* midnight alone may end a day so */
        return false;
    return is_zone(text + at, len - at);
}

static char *put_number(char *out, unsigned number, size_t width)
{
    for (size_t i = width; i-- > 0; number /= 10)
        out[i] = (char)('0' + number % 10);
    return out + width;
}

size_t date_write_pattern(const char *pattern, const struct partial_date *date, char *out)
{
    char *p = out;
    char separator = '\0';
    for (const char *part = pattern; *part;) {
        size_t width = *part == 'Y' ? 4 : 2;
        unsigned number = *part == 'Y' ? date->year : *part == 'M' ? date->month : date->day;
        if (*part != 'Y' && *part != 'M' && *part != 'D') {
            separator = *part++;
            continue;
        }
        if (number) {
            if (p > out && separator)
                *p++ = separator;
            p = put_number(p, number, width);
        }
        part += width;
    }
    return (size_t)(p - out);
}
