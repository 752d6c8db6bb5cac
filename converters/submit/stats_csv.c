/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Figures as CSV (RFC 4180): a row for each group, and one for all of a direction. */
#include "submit/stats.h"

#include <string.h>

static void put_field(struct buffer *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        buffer_text(out, text);
        return;
    }
    buffer_char(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            buffer_char(out, '"');
        buffer_char(out, *text);
    }
    buffer_char(out, '"');
}

static void put_duration(struct buffer *out, const struct stats_times *times, int64_t seconds)
{
    char text[STATS_TIME] = "";
    if (times->count)
        stats_duration_iso(seconds, text);
    buffer_char(out, ',');
    put_field(out, text);
}

static void put_row(struct buffer *out, const char *direction, const char *by, const char *key,
                    const struct stats_group *group)
{
    char oldest[STATS_TIME];
    stats_date(group->oldest, oldest);
    put_field(out, direction);
    buffer_char(out, ',');
    put_field(out, by);
    buffer_char(out, ',');
    put_field(out, key);
    buffer_format(out, ",%llu,%llu,%llu,%llu", (unsigned long long)group->documents,
                  (unsigned long long)group->requests, (unsigned long long)group->answered,
                  (unsigned long long)group->open);
    put_duration(out, &group->times, stats_median(&group->times));
    put_duration(out, &group->times, stats_percentile_90(&group->times));
    put_duration(out, &group->times, stats_longest(&group->times));
    buffer_format(out, ",%s\r\n", oldest);
}

void stats_csv(const struct stats *stats, struct buffer *out)
{
    buffer_text(out, "direction,by,key,documents,requests,answered,open,median,percentile_90,"
                     "longest,oldest_open\r\n");
    for (int d = 0; d < STATS_DIRECTIONS; d++) {
        put_row(out, stats_directions[d], "all", "", &stats->all[d]);
        for (int by = 0; by < STATS_TABLES; by++)
            for (size_t i = 0; i < stats->tables[d][by].count; i++)
                put_row(out, stats_directions[d], stats_names[by],
                        stats->tables[d][by].groups[i].key, &stats->tables[d][by].groups[i]);
    }
}
