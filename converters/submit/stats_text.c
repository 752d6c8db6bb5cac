/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Figures as tables for a terminal. */
#include "submit/stats.h"

#include "batch/visible.h"

#include <stdio.h>
#include <string.h>

#define KEY_COLUMNS 32

static void put_number(struct buffer *out, uint64_t number, int columns)
{
    buffer_format(out, "%*llu", columns, (unsigned long long)number);
}

static void put_duration(struct buffer *out, const struct stats_times *times, int64_t seconds)
{
    char text[STATS_TIME] = "-";
    if (times->count)
        stats_duration(seconds, text);
    buffer_format(out, "%12s", text);
}

static void put_group(struct buffer *out, const struct stats_group *group, const char *key)
{
    char oldest[STATS_TIME];
    stats_date(group->oldest, oldest);
    buffer_text(out, "  ");
    visible_padded(out, key, strlen(key), KEY_COLUMNS);
    put_number(out, group->documents, 9);
    put_number(out, group->answered, 9);
    put_number(out, group->open, 6);
    put_duration(out, &group->times, stats_median(&group->times));
    put_duration(out, &group->times, stats_percentile_90(&group->times));
    put_duration(out, &group->times, stats_longest(&group->times));
    buffer_format(out, "  %10s\n", *oldest ? oldest : "-");
}

static void put_heading(struct buffer *out, const char *name)
{
    buffer_text(out, "  ");
    visible_padded(out, name, strlen(name), KEY_COLUMNS);
    buffer_format(out, "%9s%9s%6s%12s%12s%12s  %10s\n", "documents", "answered", "open",
                  "median", "90 %", "longest", "oldest");
}

static void put_direction(struct buffer *out, const struct stats *stats, int direction)
{
    const struct stats_group *all = &stats->all[direction];
    buffer_format(out, "%s: %llu documents, %llu of them requests\n",
                  direction == STATS_OUT ? "Out" : "In", (unsigned long long)all->documents,
                  (unsigned long long)all->requests);
    for (int by = 0; by < STATS_TABLES; by++) {
        const struct stats_table *table = &stats->tables[direction][by];
        if (!table->count)
            continue;
        put_heading(out, stats_names[by]);
        for (size_t i = 0; i < table->count; i++)
            put_group(out, &table->groups[i], table->groups[i].key);
        buffer_char(out, '\n');
    }
    if (!all->documents)
        return;
    put_heading(out, "");
    put_group(out, all, "all");
    buffer_char(out, '\n');
}

void stats_text(const struct stats *stats, struct buffer *out)
{
    char first[STATS_TIME], last[STATS_TIME];
    stats_date(stats->from, first);
    stats_last_day(stats, last);
    if (*first || *last)
        buffer_format(out, "From %s to %s\n", *first ? first : "the beginning",
                      *last ? last : "today");
    if (stats->state)
        buffer_format(out, "With %s\n", stats->state);
    for (int d = 0; d < STATS_DIRECTIONS; d++)
        put_direction(out, stats, d);
}
