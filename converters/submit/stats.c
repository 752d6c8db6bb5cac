/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Figures of requests in and out; see stats.h. */
#include "submit/stats.h"

#include "model/codes.h"
#include "model/fields.h"
#include "submit/account.h"
#include "submit/routing.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const stats_directions[STATS_DIRECTIONS] = {"out", "in"};
const char *const stats_names[STATS_TABLES] = {"kind", "state", "result"};

/* When an item of the outbox was taken by the other end. */
#define TAKEN                                                         \
    "ifnull((SELECT min(r.at) FROM receipt r WHERE r.item = o.number" \
    " AND r.status BETWEEN 200 AND 299), o.made)"
/* Of the answers `a`: what decides, and not what tells of the handling. */
#define IS_FINAL "(a.kind = 'result' OR (a.kind = 'decision' AND a.outcome <> 'postponed'))"

/* Kind, State, its state, when it began to wait, when it was answered and how; and whether it
 * is a notice, which asks for nothing.  Of several answers the first counts. */
static const char *const queries[STATS_DIRECTIONS] = {
    "SELECT o.kind, o.to_state, o.state, " TAKEN ", n.at, n.kind, n.outcome, 0 FROM item o"
    " LEFT JOIN incoming n ON n.number = (SELECT a.number FROM incoming a"
    "  WHERE a.answers = o.number AND " IS_FINAL " ORDER BY a.at, a.number LIMIT 1)"
    " WHERE o.made >= :from AND o.made < :until"
    " AND (:state IS NULL OR o.to_state = :state)",
    "SELECT i.kind, i.from_state, 'delivered', i.at, " TAKEN ", o.kind, o.outcome, i.notice"
    " FROM incoming i LEFT JOIN item o ON o.number = (SELECT a.number FROM item a"
    "  WHERE a.answers = i.reference AND i.reference <> '' AND " IS_FINAL
    "  AND a.state IN ('accepted', 'delivered')"
    "  AND (a.to_state = '' OR i.from_state = '' OR a.to_state = i.from_state)"
    "  ORDER BY a.made, a.number LIMIT 1)"
    " WHERE i.at >= :from AND i.at < :until"
    " AND (:state IS NULL OR i.from_state = :state)",
};

/* One document. */
struct counted {
    const char *keys[STATS_TABLES]; /* NULL: not in that table */
    bool is_request, is_answered, is_open;
    int64_t since, answered;
};

/* --- groups */

static struct stats_group *find_group(struct stats_table *table, const char *key)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->groups[i].key, key) == 0)
            return &table->groups[i];
    if (table->count == table->room) {
        size_t room = table->room ? table->room * 2 : 16;
        struct stats_group *more = realloc(table->groups, room * sizeof *more);
        if (!more)
            return NULL;
        table->groups = more;
        table->room = room;
    }
    struct stats_group *group = &table->groups[table->count++];
    *group = (struct stats_group){.documents = 0};
    snprintf(group->key, sizeof group->key, "%s", key);
    return group;
}

static bool add_time(struct stats_times *times, int64_t seconds)
{
    if (times->count == times->room) {
        size_t room = times->room ? times->room * 2 : 16;
        int64_t *more = realloc(times->seconds, room * sizeof *more);
        if (!more)
            return false;
        times->seconds = more;
        times->room = room;
    }
    times->seconds[times->count++] = seconds > 0 ? seconds : 0;
    return true;
}

static comity_status count(struct stats_group *group, const struct counted *one)
{
    group->documents++;
    group->requests += one->is_request;
    group->open += one->is_open;
    group->answered += one->is_answered;
    if (one->is_open && (!group->oldest || one->since < group->oldest))
        group->oldest = one->since;
    return !one->is_answered || add_time(&group->times, one->answered - one->since)
               ? COMITY_OK
               : COMITY_E_NOMEM;
}

/* --- rows */

static const char *kind_key(const char *kind)
{
    const struct code *code = code_find(L_kind, kind, strlen(kind));
    return code ? kind : "other";
}

static const char *state_key(const char *state)
{
    return !*state ? "not stated" : iso_country_known(state, strlen(state)) ? state : "other";
}

static const char *result_key(const char *kind, const char *outcome)
{
    if (strcmp(kind, "result") == 0)
        return "result";
    return !*outcome                                        ? "not stated"
           : code_find(L_outcome, outcome, strlen(outcome)) ? outcome
                                                            : "other";
}

static void read_row(struct sqlite3_stmt *row, struct counted *one)
{
    const char *state = store_text(row, 2), *answer = store_text(row, 5);
    bool has_arrived = strcmp(state, "delivered") == 0 || strcmp(state, "accepted") == 0;
    *one = (struct counted){.since = store_number(row, 3), .answered = store_number(row, 4)};
    one->is_request = routing_is_request(store_text(row, 0)) && !store_number(row, 7);
    one->is_answered = one->is_request && *answer;
    one->is_open = one->is_request && !*answer && has_arrived;
    one->keys[STATS_KIND] = kind_key(store_text(row, 0));
    one->keys[STATS_STATE] = state_key(store_text(row, 1));
    if (one->is_answered)
        one->keys[STATS_RESULT] = result_key(answer, store_text(row, 6));
    else if (one->is_request)
        one->keys[STATS_RESULT] = has_arrived ? "open" : state;
}

static comity_status count_row(struct stats *stats, int direction, const struct counted *one)
{
    comity_status status = count(&stats->all[direction], one);
    for (int by = 0; by < STATS_TABLES && status == COMITY_OK; by++) {
        if (!one->keys[by])
            continue;
        struct stats_group *group = find_group(&stats->tables[direction][by], one->keys[by]);
        status = group ? count(group, one) : COMITY_E_NOMEM;
    }
    return status;
}

static comity_status gather(struct store *store, struct stats *stats, int direction)
{
    struct sqlite3_stmt *s = store_prepare(store, queries[direction]);
    if (!s)
        return COMITY_E_IO;
    store_bind_number(s, ":from", stats->from);
    store_bind_number(s, ":until", stats->until);
    store_bind_text(s, ":state", stats->state);
    comity_status status;
    while ((status = store_step(store, s)) == COMITY_OK) {
        struct counted one;
        read_row(s, &one);
        status = count_row(stats, direction, &one);
        if (status != COMITY_OK)
            break;
    }
    sqlite3_finalize(s);
    return status == COMITY_END ? COMITY_OK : status;
}

/* --- in order */

static int by_number(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

static int by_size(const void *a, const void *b)
{
    const struct stats_group *one = a, *other = b;
    if (one->documents != other->documents)
        return one->documents < other->documents ? 1 : -1;
    return strcmp(one->key, other->key);
}

static void sort_times(struct stats_times *times)
{
    if (times->count)
        qsort(times->seconds, times->count, sizeof *times->seconds, by_number);
}

static void sort_table(struct stats_table *table)
{
    if (table->count)
        qsort(table->groups, table->count, sizeof *table->groups, by_size);
    for (size_t i = 0; i < table->count; i++)
        sort_times(&table->groups[i].times);
}

comity_status stats_gather(struct store *store, struct stats *stats)
{
    comity_status status = store_run(store, "BEGIN"); /* one moment for both */
    for (int d = 0; d < STATS_DIRECTIONS && status == COMITY_OK; d++) {
        status = gather(store, stats, d);
        sort_times(&stats->all[d].times);
        for (int by = 0; by < STATS_TABLES; by++)
            sort_table(&stats->tables[d][by]);
    }
    store_rollback(store);
    return status;
}

void stats_free(struct stats *stats)
{
    for (int d = 0; d < STATS_DIRECTIONS; d++) {
        free(stats->all[d].times.seconds);
        for (int by = 0; by < STATS_TABLES; by++) {
            struct stats_table *table = &stats->tables[d][by];
            for (size_t i = 0; i < table->count; i++)
                free(table->groups[i].times.seconds);
            free(table->groups);
        }
    }
}

/* --- figures */

int64_t stats_median(const struct stats_times *times)
{
    if (!times->count)
        return 0;
    const int64_t *middle = &times->seconds[times->count / 2];
    return times->count % 2 ? *middle : middle[-1] + (*middle - middle[-1]) / 2;
}

int64_t stats_percentile_90(const struct stats_times *times)
{
    size_t rank = (times->count * 9 + 9) / 10; /* nearest rank, from 1 */
    return rank ? times->seconds[rank - 1] : 0;
}

int64_t stats_longest(const struct stats_times *times)
{
    return times->count ? times->seconds[times->count - 1] : 0;
}

void stats_duration(int64_t seconds, char text[STATS_TIME])
{
    long long hours = (long long)seconds / 3600;
    snprintf(text, STATS_TIME, "%lld d %lld h", hours / 24, hours % 24);
}

void stats_duration_iso(int64_t seconds, char text[STATS_TIME])
{
    long long hours = (long long)seconds / 3600;
    snprintf(text, STATS_TIME, "P%lldDT%lldH", hours / 24, hours % 24);
}

void stats_date(int64_t seconds, char text[STATS_TIME])
{
    char at[ACCOUNT_TIME] = "";
    if (seconds)
        account_time(seconds, at);
    snprintf(text, STATS_TIME, "%.10s", at);
}

void stats_last_day(const struct stats *stats, char text[STATS_TIME])
{
    stats_date(stats->until == INT64_MAX ? 0 : stats->until - 1, text);
}
