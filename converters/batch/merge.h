/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The outputs of all shards of a batch put together, as if there had been no shards.  Here is
 * what its files share: the parts, and where their documents come from. */
#ifndef COMITY_CONVERTERS_BATCH_MERGE_H
#define COMITY_CONVERTERS_BATCH_MERGE_H

#include "batch/ledger_read.h"
#include "batch/quarantine.h"
#include "batch/sink.h"
#include "cli.h"

#include <cjson/cJSON.h>

/* --- documents of a part, in the order of its ledger */
struct merge_source {
    const char *path;
    enum sink_kind kind;
    int fd;                  /* of the folder or file; -1: not opened yet */
    struct archive *archive; /* reads the file; or NULL */
    struct buffer bytes;     /* of one document */
    const char *fault;       /* what is wrong with it, as a sentence; NULL: see errno */
};

void source_init(struct merge_source *source, const char *path, enum sink_kind kind);
/* Puts the next document, which the line tells of, into a sink of the same kind.
 * COMITY_E_INVALID with `fault`; COMITY_E_IO: `fault`, else sink->error. */
comity_status source_put(struct merge_source *source, const struct ledger_line *line,
                         struct sink *sink);
void source_close(struct merge_source *source);

/* --- parts */
struct merge_part {
    const char *path; /* as it was given: the OUT of a run of one shard */
    char *quarantine; /* path */
    struct ledger_reader *reader;
    struct ledger_line line; /* read ahead */
    bool has_line;
    cJSON *head; /* what the run was asked for */
    uint64_t shard, shards, items;
    char inputs[SHA256_TEXT];
    struct merge_source source;
};

struct merge_parts {
    struct merge_part *parts;
    size_t count;
    struct merge_part **heap; /* those with lines left: the least item first */
    size_t heap_count;
};

/* Opens all parts and finds out whether they are all shards of one batch.  COMITY_E_USAGE,
 * COMITY_E_INVALID, COMITY_E_IO: told.  The kind is that of the output. */
comity_status parts_open(struct merge_parts *parts, struct cli *cli, enum sink_kind kind);
/* The part whose item comes next; NULL behind the last. */
struct merge_part *parts_first(const struct merge_parts *parts);
/* Reads the next line of that part; behind its item, parts_sort() finds the next first. */
comity_status part_next(struct merge_part *part);
void parts_sort(struct merge_parts *parts);
void parts_close(struct merge_parts *parts);

/* A member of the object that a ledger begins with; NULL: absent. */
const char *part_text(const struct merge_part *part, const char *name);

/* Puts the parts cli->inputs together into cli->output; gives the exit status. */
int batch_merge(struct cli *cli);

#endif
