/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Figures as one line of JSON. */
#include "submit/stats.h"

#include <cjson/cJSON.h>
#include <stdio.h>

static void add_text(cJSON *object, const char *name, const char *text)
{
    if (*text)
        cJSON_AddStringToObject(object, name, text);
}

static void add_duration(cJSON *object, const char *name, int64_t seconds)
{
    char text[STATS_TIME];
    stats_duration_iso(seconds, text);
    cJSON_AddStringToObject(object, name, text);
}

static void add_group(cJSON *object, const struct stats_group *group)
{
    char oldest[STATS_TIME];
    stats_date(group->oldest, oldest);
    cJSON_AddNumberToObject(object, "documents", (double)group->documents);
    cJSON_AddNumberToObject(object, "requests", (double)group->requests);
    cJSON_AddNumberToObject(object, "answered", (double)group->answered);
    cJSON_AddNumberToObject(object, "open", (double)group->open);
    add_text(object, "oldest_open", oldest);
    if (!group->times.count)
        return;
    cJSON *time = cJSON_AddObjectToObject(object, "time");
    cJSON_AddNumberToObject(time, "count", (double)group->times.count);
    add_duration(time, "median", stats_median(&group->times));
    add_duration(time, "percentile_90", stats_percentile_90(&group->times));
    add_duration(time, "longest", stats_longest(&group->times));
}

static void add_table(cJSON *object, const struct stats *stats, int direction, int by)
{
    char name[24];
    snprintf(name, sizeof name, "by_%s", stats_names[by]);
    const struct stats_table *table = &stats->tables[direction][by];
    cJSON *list = cJSON_AddArrayToObject(object, name);
    for (size_t i = 0; i < table->count; i++) {
        cJSON *entry = cJSON_CreateObject();
        cJSON_AddStringToObject(entry, stats_names[by], table->groups[i].key);
        add_group(entry, &table->groups[i]);
        cJSON_AddItemToArray(list, entry);
    }
}

void stats_json(const struct stats *stats, struct buffer *out)
{
    char first[STATS_TIME], last[STATS_TIME];
    cJSON *object = cJSON_CreateObject();
    stats_date(stats->from, first);
    stats_last_day(stats, last);
    add_text(object, "from", first);
    add_text(object, "to", last);
    add_text(object, "state", stats->state ? stats->state : "");
    for (int d = 0; d < STATS_DIRECTIONS; d++) {
        cJSON *direction = cJSON_AddObjectToObject(object, stats_directions[d]);
        add_group(direction, &stats->all[d]);
        for (int by = 0; by < STATS_TABLES; by++)
            add_table(direction, stats, d, by);
    }
    char *text = cJSON_PrintUnformatted(object);
    if (text)
        buffer_text(out, text);
    else
        out->status = COMITY_E_NOMEM;
    buffer_char(out, '\n');
    cJSON_free(text);
    cJSON_Delete(object);
}
