/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Partial dates.  A date that is not one is told from one; nothing is guessed or padded.  Dates
 * of digits and separators, which is what nearly all are, are read as they stand; all others
 * are folded first.  Knows no language: names of months come from the caller. */
#include "model/dates.h"

#include "base/fold.h"
#include "base/utf8.h"

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

/* --- patterns */

#define MOST_MONTH 32u /* bytes of a month's name */

struct date_part {
    char letter;          /* Y, M or D */
    unsigned char width;  /* how often it stands there */
    unsigned char behind; /* bytes of the text behind it */
    unsigned char at;     /* where in the pattern that text is */
};

struct date_layout {
    struct date_part parts[3];
    unsigned char count;
    bool is_simple; /* digits of fixed width, with single ASCII characters between them */
    bool is_closed; /* text behind the last part: each part has its own */
    const char *pattern;
};

/* What nearly all patterns are; for others they would have to be taken apart each time. */
static const struct date_layout usual[] = {
    {{{'Y', 4, 1, 4}, {'M', 2, 1, 7}, {'D', 2, 0, 10}}, 3, true, false, "YYYY-MM-DD"},
    {{{'D', 2, 1, 2}, {'M', 2, 1, 5}, {'Y', 4, 0, 10}}, 3, true, false, "DD-MM-YYYY"},
    {{{'M', 2, 1, 2}, {'D', 2, 1, 5}, {'Y', 4, 0, 10}}, 3, true, false, "MM-DD-YYYY"},
};

static bool is_letter(char c)
{
    return c == 'Y' || c == 'M' || c == 'D';
}

static bool is_separator(char c)
{
    return (unsigned char)c < 0x80 && !is_letter(c);
}

static bool read_usual(const char *pattern, struct date_layout *layout)
{
    if (strlen(pattern) != 10)
        return false;
    if (memcmp(pattern, "YYYY", 4) == 0) {
        if (memcmp(pattern + 5, "MM", 2) != 0 || memcmp(pattern + 8, "DD", 2) != 0)
            return false;
        *layout = usual[0];
    } else {
        bool days_first = memcmp(pattern, "DD", 2) == 0;
        if (memcmp(pattern + 6, "YYYY", 4) != 0 ||
            memcmp(pattern, days_first ? "DD" : "MM", 2) != 0 ||
            memcmp(pattern + 3, days_first ? "MM" : "DD", 2) != 0)
            return false;
        *layout = usual[days_first ? 1 : 2];
    }
    layout->pattern = pattern;
    return is_separator(pattern[layout->parts[0].at]) &&
           is_separator(pattern[layout->parts[1].at]);
}

static size_t run_of(const char *text)
{
    size_t count = 1;
    while (text[count] == text[0])
        count++;
    return count;
}

static bool width_fits(char letter, size_t width, bool has_months)
{
    if (letter == 'Y')
        return width == 4;
    return width == 1 || width == 2 || (letter == 'M' && width == 4 && has_months);
}

static bool read_layout(const char *pattern, bool has_months, struct date_layout *layout)
{
    unsigned met = 0;
    if (read_usual(pattern, layout))
        return true;
    *layout = (struct date_layout){.is_simple = true, .pattern = pattern};
    for (const char *p = pattern; *p;) {
        unsigned bit = *p == 'Y' ? 1 : *p == 'M' ? 2 : 4;
        size_t width = run_of(p), behind = 0;
        if (!is_letter(*p) || (met & bit) || !width_fits(*p, width, has_months))
            return false;
        met |= bit;
        while (p[width + behind] && !is_letter(p[width + behind]))
            behind++;
        if (behind > DATE_MAX || (behind == 0 && p[width]))
            return false;
        layout->parts[layout->count++] =
            (struct date_part){*p, (unsigned char)width, (unsigned char)behind,
                               (unsigned char)(p + width - pattern)};
        p += width;
        if (*p && (behind > 1 || !is_separator(*p)))
            layout->is_simple = false;
        if (p[-1] != 'Y' && width != 2)
            layout->is_simple = false;
        p += behind;
    }
    layout->is_closed = layout->count && layout->parts[layout->count - 1].behind;
    layout->is_simple = layout->is_simple && !layout->is_closed;
    return (met & 1u) && met != 5u;
}

static unsigned *number_of(struct partial_date *date, char letter)
{
    return letter == 'Y' ? &date->year : letter == 'M' ? &date->month : &date->day;
}

/* 1 for a year alone, 2 with the month, 3 with the day. */
static bool is_stated(const struct date_part *part, unsigned precision)
{
    return part->letter == 'Y' || precision == 3 || (precision == 2 && part->letter == 'M');
}

/* The part whose text stands between two stated parts.  Behind the name of a month without its
 * day stands what stood before the day: "March 1985", not "March, 1985". */
static const struct date_part *gap_of(const struct date_layout *layout, size_t before,
                                      size_t part)
{
    bool named = layout->parts[before].letter == 'M' && layout->parts[before].width == 4;
    return &layout->parts[layout->is_closed || named ? before : part - 1];
}

/* --- reading digits */

/* By the length alone: 4, 7 or 10 characters. */
static bool read_simple(const struct date_layout *layout, const char *text, size_t len,
                        struct partial_date *date, bool *exact)
{
    unsigned precision = len == 10 ? 3 : len == 7 ? 2 : 1;
    const char *p = text, *end = text + len;
    if (len != 4 && precision == 1)
        return false;
    for (size_t i = 0; i < layout->count; i++) {
        const struct date_part *part = &layout->parts[i];
        bool is_year = part->letter == 'Y';
        if (!is_stated(part, precision))
            continue;
        if (p > text && (p == end || *p++ != layout->pattern[layout->parts[i - 1].at]))
            return false;
        if (end - p < (is_year ? 4 : 2))
            return false;
        if (!(is_year ? digits(p, 4, &date->year)
                      : digits(p, 2, number_of(date, part->letter))))
            return false;
        p += is_year ? 4 : 2;
    }
    *exact = precision == 1 || (date->month && (precision == 2 || date->day));
    return p == end && in_calendar(date);
}

/* --- reading folded text */

#define MOST_UNITS 160u
#define EAST_ASIAN 0x1100u /* the first character of those scripts */

/* Folded characters; a run of white space is one blank. */
struct date_units {
    uint32_t codes[MOST_UNITS];
    size_t count;
};

/* A digit is one of ASCII or of full width; a small or a circled one is none. */
static bool is_plain_digit(const char *text, size_t size)
{
    return size == 1 || (size == 3 && memcmp(text, "\xEF\xBC", 2) == 0);
}

static bool is_digit(uint32_t code)
{
    return code >= '0' && code <= '9';
}

static bool fold_units(const char *text, size_t len, struct date_units *units)
{
    units->count = 0;
    for (size_t at = 0; at < len;) {
        uint32_t folded[FOLD_MAX];
        size_t count, size = fold_char(text + at, len - at, folded, &count);
        for (size_t i = 0; i < count; i++) {
            bool again = units->count && units->codes[units->count - 1] == ' ';
            if (folded[i] == ' ' && again)
                continue;
            if (units->count == MOST_UNITS)
                return false;
            bool odd = is_digit(folded[i]) && !is_plain_digit(text + at, size);
            units->codes[units->count++] = odd ? 0xFFFD : folded[i];
        }
        at += size;
    }
    return true;
}

/* What is being read, and how far. */
struct date_reader {
    const struct date_layout *layout;
    const struct date_units *text;
    const struct date_units *months; /* folded names */
    size_t at;
};

static bool take_units(struct date_reader *reader, const struct date_units *units)
{
    const struct date_units *text = reader->text;
    if (text->count - reader->at < units->count ||
        memcmp(text->codes + reader->at, units->codes, units->count * sizeof(uint32_t)) != 0)
        return false;
    reader->at += units->count;
    return true;
}

static bool take_digits(struct date_reader *reader, size_t least, size_t most, unsigned *number)
{
    const struct date_units *text = reader->text;
    size_t count = 0;
    *number = 0;
    while (count < most && reader->at < text->count && is_digit(text->codes[reader->at])) {
        *number = *number * 10 + (unsigned)(text->codes[reader->at++] - '0');
        count++;
    }
    return count >= least;
}

static void take_blank(struct date_reader *reader)
{
    const struct date_units *text = reader->text;
    if (text->count - reader->at > 1 && text->codes[reader->at] == ' ')
        reader->at++;
}

static const char *text_behind(const struct date_layout *layout, const struct date_part *part)
{
    return layout->pattern + part->at;
}

/* What stands behind the last part that is written has no blanks at its end. */
static size_t last_behind(const struct date_layout *layout, const struct date_part *part)
{
    size_t len = part->behind;
    while (len > 0 && text_behind(layout, part)[len - 1] == ' ')
        len--;
    return len;
}

/* The text behind a part.  Around East Asian characters blanks are a matter of taste. */
static bool take_text(struct date_reader *reader, const struct date_part *part, bool is_last)
{
    struct date_units units;
    size_t len = is_last ? last_behind(reader->layout, part) : part->behind;
    if (!fold_units(text_behind(reader->layout, part), len, &units))
        return false;
    if (units.count == 0 || units.codes[0] < EAST_ASIAN)
        return take_units(reader, &units);
    take_blank(reader);
    while (units.codes[units.count - 1] == ' ')
        units.count--;
    if (!take_units(reader, &units))
        return false;
    take_blank(reader);
    return true;
}

/* Reads the whole text as a date of one precision, with one month where it is named. */
static bool take_date(struct date_reader *reader, unsigned precision, unsigned month,
                      struct partial_date *date)
{
    const struct date_layout *layout = reader->layout;
    const struct date_part *last = NULL;
    memset(date, 0, sizeof *date);
    reader->at = 0;
    for (size_t i = 0; i < layout->count; i++) {
        const struct date_part *part = &layout->parts[i];
        unsigned *number = number_of(date, part->letter);
        if (!is_stated(part, precision))
            continue;
        if (last &&
            !take_text(reader, gap_of(layout, (size_t)(last - layout->parts), i), false))
            return false;
        last = part;
        bool named = part->letter == 'M' && part->width == 4;
        if (named)
            *number = month;
        if (named ? !take_units(reader, &reader->months[month - 1])
                  : !take_digits(reader, part->width, part->width == 4 ? 4 : 2, number))
            return false;
    }
    if (layout->is_closed && last && !take_text(reader, last, true))
        return false;
    return reader->at == reader->text->count && in_calendar(date);
}

/* Every way to read the text; true where there is one. */
static bool read_folded(const struct date_layout *layout, const char *const *months,
                        const char *text, size_t len, struct partial_date *date)
{
    struct date_units units, names[12];
    struct date_reader reader = {layout, &units, names, 0};
    bool named = false;
    for (size_t i = 0; i < layout->count; i++)
        named = named || (layout->parts[i].letter == 'M' && layout->parts[i].width == 4);
    if (!fold_units(text, len, &units))
        return false;
    for (size_t i = 0; named && i < 12; i++)
        if (!fold_units(months[i], strlen(months[i]), &names[i]))
            return false;
    size_t ways = 0;
    for (unsigned precision = 1; precision <= layout->count; precision++)
        for (unsigned month = 1; month <= (named && precision > 1 ? 12 : 1); month++) {
            struct partial_date found;
            if (!take_date(&reader, precision, month, &found))
                continue;
            *date = found;
            ways++;
        }
    return ways == 1;
}

/* --- writing */

static size_t put_number(char *out, unsigned number, size_t width)
{
    for (size_t i = width; i-- > 0; number /= 10)
        out[i] = (char)('0' + number % 10);
    return width;
}

static size_t write_simple(const struct date_layout *layout, const struct partial_date *date,
                           unsigned precision, char *out)
{
    char *p = out;
    for (size_t i = 0; i < layout->count; i++) {
        const struct date_part *part = &layout->parts[i];
        if (!is_stated(part, precision))
            continue;
        if (p > out)
            *p++ = layout->pattern[layout->parts[i - 1].at];
        if (part->letter == 'Y')
            p += put_number(p, date->year, 4);
        else
            p += put_number(p, part->letter == 'M' ? date->month : date->day, 2);
    }
    return (size_t)(p - out);
}

static bool put_text(char *out, size_t *size, const char *text, size_t len)
{
    if (DATE_MAX - *size < len)
        return false;
    memcpy(out + *size, text, len);
    *size += len;
    return true;
}

static bool put_part(char *out, size_t *size, const struct date_part *part,
                     const struct partial_date *date, const char *const *months)
{
    char text[4];
    unsigned number = part->letter == 'Y'   ? date->year
                      : part->letter == 'M' ? date->month
                                            : date->day;
    if (part->letter == 'M' && part->width == 4)
        return put_text(out, size, months[number - 1], strlen(months[number - 1]));
    size_t width = part->width == 1 && number > 9 ? 2 : part->width;
    return put_text(out, size, text, put_number(text, number, width));
}

/* 0 where it does not fit or does not have a place for all that is stated. */
static size_t write_layout(const struct date_layout *layout, const char *const *months,
                           const struct partial_date *date, char *out)
{
    unsigned precision = date->day ? 3 : date->month ? 2 : 1;
    const struct date_part *last = NULL;
    size_t size = 0;
    if (date->year > 9999 || !in_calendar(date) || precision > layout->count)
        return 0;
    if (layout->is_simple)
        return write_simple(layout, date, precision, out);
    for (size_t i = 0; i < layout->count; i++) {
        const struct date_part *part = &layout->parts[i];
        if (!is_stated(part, precision))
            continue;
        const struct date_part *gap =
            last ? gap_of(layout, (size_t)(last - layout->parts), i) : NULL;
        if ((gap && !put_text(out, &size, text_behind(layout, gap), gap->behind)) ||
            !put_part(out, &size, part, date, months))
            return 0;
        last = part;
    }
    if (layout->is_closed && last &&
        !put_text(out, &size, text_behind(layout, last), last_behind(layout, last)))
        return 0;
    return size;
}

/* --- styles */

static bool is_ascii(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] >= 0x80)
            return false;
    return true;
}

bool date_read_style(const struct date_style *style, const char *text, size_t len,
                     struct partial_date *date, bool *exact)
{
    struct date_layout layout;
    char back[DATE_MAX];
    memset(date, 0, sizeof *date);
    *exact = false;
    if (!read_layout(style->pattern, style->months != NULL, &layout))
        return false;
    if (layout.is_simple && read_simple(&layout, text, len, date, exact))
        return true;
    /* Digits of full width are what else a simple pattern may meet. */
    if (len > DATE_MAX * 4 || (layout.is_simple && is_ascii(text, len)) ||
        !read_folded(&layout, style->months, text, len, date))
        return false;
    size_t size = write_layout(&layout, style->months, date, back);
    *exact = size == len && memcmp(back, text, len) == 0;
    return true;
}

bool date_read_pattern(const char *pattern, const char *text, size_t len,
                       struct partial_date *date, bool *exact)
{
    const struct date_style style = {pattern, NULL};
    return date_read_style(&style, text, len, date, exact);
}

size_t date_write_style(const struct date_style *style, const struct partial_date *date,
                        char *out)
{
    struct date_layout layout;
    if (!read_layout(style->pattern, style->months != NULL, &layout))
        return 0;
    return write_layout(&layout, style->months, date, out);
}

size_t date_write_pattern(const char *pattern, const struct partial_date *date, char *out)
{
    const struct date_style style = {pattern, NULL};
    return date_write_style(&style, date, out);
}

/* --- what a template may ask for */

/* Folded text without digits that does not fold to nothing. */
static bool is_good_text(const char *text, size_t len)
{
    struct date_units units;
    if (utf8_invalid(text, len) != len || !fold_units(text, len, &units) || units.count == 0)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ')
            return false;
    for (size_t i = 0; i < units.count; i++)
        if (is_digit(units.codes[i]) || units.codes[i] == 0xFFFD)
            return false;
    return true;
}

bool date_pattern_is_good(const char *pattern, bool has_months)
{
    struct date_layout layout;
    if (!read_layout(pattern, has_months, &layout))
        return false;
    size_t most = 0;
    for (size_t i = 0; i < layout.count; i++) {
        const struct date_part *part = &layout.parts[i];
        bool is_last = i + 1 == layout.count;
        bool named = part->letter == 'M' && part->width == 4;
        most += (named ? MOST_MONTH : part->letter == 'Y' ? 4 : 2) + (size_t)part->behind;
        if (is_last && !part->behind)
            continue;
        if (!is_good_text(text_behind(&layout, part),
                          is_last ? last_behind(&layout, part) : part->behind))
            return false;
    }
    return most <= DATE_MAX;
}

bool date_months_are_good(const char *const *months)
{
    struct date_units names[12];
    for (size_t i = 0; i < 12; i++) {
        size_t len = months[i] ? strlen(months[i]) : 0;
        if (len > MOST_MONTH || !is_good_text(months[i] ? months[i] : "", len))
            return false;
        fold_units(months[i], len, &names[i]);
        if (names[i].codes[0] == ' ' || names[i].codes[names[i].count - 1] == ' ')
            return false;
        for (size_t k = 0; k < i; k++)
            if (names[k].count == names[i].count &&
                memcmp(names[k].codes, names[i].codes, names[i].count * sizeof(uint32_t)) == 0)
                return false;
    }
    return true;
}

/* --- canonical dates and times */

bool date_read(const char *text, size_t len, struct partial_date *date)
{
    bool exact;
    memset(date, 0, sizeof *date);
    return read_simple(&usual[0], text, len, date, &exact) && exact;
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
