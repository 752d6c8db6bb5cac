/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Figures of requests in and out (article 63): by kind, State and result, and how long answers
 * took.  Holds codes alone, none of what documents say: what is no code of the convention or of
 * ISO 3166-1 is counted as "other". */
#ifndef COMITY_CONVERTERS_SUBMIT_STATS_H
#define COMITY_CONVERTERS_SUBMIT_STATS_H

#include "base/buffer.h"
#include "submit/store.h"

#include <stddef.h>

enum stats_direction { STATS_OUT, STATS_IN };
#define STATS_DIRECTIONS 2
/* Result is that of requests alone; kind and State count answers and what nobody asked for
 * too. */
enum stats_by { STATS_KIND, STATS_STATE, STATS_RESULT };
#define STATS_TABLES 3

/* Durations in seconds; in order once they have been gathered. */
struct stats_times {
    int64_t *seconds;
    size_t count, room;
};

struct stats_group {
    char key[40]; /* a code, or "other", or "not stated" */
    uint64_t documents;
    uint64_t requests;        /* among them */
    uint64_t answered;        /* by a decision that is no postponement, or by a result */
    uint64_t open;            /* sent, or come, and not answered */
    int64_t oldest;           /* since when the oldest open one is; 0: none */
    struct stats_times times; /* from sent (or received) to answered */
};

struct stats_table {
    struct stats_group *groups; /* the more documents the earlier, then by key */
    size_t count, room;
};

struct stats {
    struct stats_group all[STATS_DIRECTIONS];
    struct stats_table tables[STATS_DIRECTIONS][STATS_TABLES];
    /* what was asked for: times from, and before; 0 and INT64_MAX: any; State or NULL */
    int64_t from, until;
    const char *state;
    int64_t now;
};

/* Gathers all figures: `from`, `until`, `state` and `now` are given, the rest is empty.  The
 * caller frees what is there, whatever comes back: COMITY_E_IO with the store's message,
 * COMITY_E_NOMEM. */
comity_status stats_gather(struct store *store, struct stats *stats);
void stats_free(struct stats *stats);

/* Of durations: the middle one (of two the mean), the 90th percentile (nearest rank), the
 * longest.  0 where there are none. */
int64_t stats_median(const struct stats_times *times);
int64_t stats_percentile_90(const struct stats_times *times);
int64_t stats_longest(const struct stats_times *times);

/* "out", "in"; "kind", "state", "result". */
extern const char *const stats_directions[STATS_DIRECTIONS];
extern const char *const stats_names[STATS_TABLES];

/* Each appends all of it.  Durations are whole days and hours: "P12DT5H" in CSV and JSON, 12 d
 * 5 h for people. */
void stats_text(const struct stats *stats, struct buffer *out);
void stats_csv(const struct stats *stats, struct buffer *out); /* RFC 4180 */
void stats_json(const struct stats *stats, struct buffer *out);
void stats_html(const struct stats *stats, struct buffer *out);
/* What forms share. */
#define STATS_TIME 32
void stats_duration(int64_t seconds, char text[STATS_TIME]);
void stats_duration_iso(int64_t seconds, char text[STATS_TIME]);
void stats_date(int64_t seconds, char text[STATS_TIME]); /* "2026-11-29"; "" for 0 */
/* The last day of the period, for 0 and INT64_MAX "". */
void stats_last_day(const struct stats *stats, char text[STATS_TIME]);

#endif
