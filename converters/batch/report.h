/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a ledger says in total, and which documents stand behind each number.  Everything is in
 * a fixed order: the more documents the earlier, then by name.
 *
 * Memory: 24 bytes for each item and each output, to find those that are alike, half of that
 * once more while they are sorted, and the groups, 5,000 of a table at most. */
#ifndef COMITY_CONVERTERS_BATCH_REPORT_H
#define COMITY_CONVERTERS_BATCH_REPORT_H

#include "ledger_read.h"
#include "twins.h"

#include "base/buffer.h"
#include "base/map.h"
#include "cli.h"

enum report_table_id {
    TABLE_RESULT, /* done, failed, skipped */
    TABLE_KIND,   /* of documents, the entries without one left aside: */
    TABLE_FORMAT,
    TABLE_STATE,
    TABLE_FIELD,   /* what was lost, by field alone */
    TABLE_LOSS,    /* by format, kind, code and field */
    TABLE_FAILED,  /* by code */
    TABLE_SKIPPED, /* by code */
    TABLE_COUNT
};

#define PAGE_GROUPS 100u /* of one table, whose documents are to be named */
#define GROUP_KEYS 4
#define GROUP_LIMIT 5000u /* of one table; what comes after is counted together */
#define KEY_LIMIT 200u    /* bytes of a key; what follows is left out */

/* Documents of one group and result that are to be named: the first ones. */
struct report_list {
    uint64_t *offsets, *numbers;
    size_t count;
};

struct report_group {
    struct ledger_text keys[GROUP_KEYS]; /* len 0: not stated */
    uint64_t documents[LEDGER_RESULTS];
    uint64_t all;       /* their sum */
    uint64_t values;    /* lost ones */
    uint64_t last_line; /* the document that was counted last */
    struct report_list lists[LEDGER_RESULTS];
};

struct report_table {
    struct map map;
    struct report_group **groups; /* in order, after report_gather() */
    size_t count, capacity;
    struct report_group others; /* beyond GROUP_LIMIT */
};

/* A line that is not as it should be. */
struct report_fault {
    uint64_t number, offset;
    char *message;
};
#define FAULT_LIMIT 100u /* so many are told one by one */

struct report {
    struct ledger_reader *reader;
    struct arena arena;
    struct report_table tables[TABLE_COUNT];
    struct twins inputs, outputs;
    bool has_batch, is_torn, is_finished;
    struct ledger_line batch; /* its texts are the report's own */
    uint64_t lines, items, documents[LEDGER_RESULTS];
    uint64_t input_bytes, output_bytes, mapped, approximated, kept, dropped, notes, warnings,
        losses, errors, lost_more;
    struct report_fault faults[FAULT_LIMIT];
    uint64_t fault_count;
    size_t list_limit;           /* documents named of a group, after report_place() */
    struct buffer previous, key; /* for the work of report_gather() */
};

/* What `comity batch report` is asked for. */
struct report_filter {
    const char *format, *kind, *field, *code, *state; /* NULL: any; "": not stated */
    int result;                                       /* -1: any */
    bool lost;                                        /* those that lost something */
};
struct report_request {
    const char *output; /* of the batch, or its ledger */
    const char *html;   /* the page to write, or NULL */
    bool json, lists, duplicates;
    struct report_filter filter;
};

/* Writes the report that is asked for, on standard output or to the page.  Gives the exit
 * status. */
int batch_report(struct cli *cli, const struct report_request *request);

/* --- for report*.c */

/* Reads the whole ledger once and sums it up.  COMITY_E_IO (errno is set), COMITY_E_NOMEM. */
comity_status report_gather(struct report *report);
/* Reads it again and notes which documents stand behind the groups, `total` at most. */
comity_status report_place(struct report *report, size_t total);
void report_free(struct report *report);
/* Counts a line and remembers what is wrong with it.  COMITY_E_NOMEM. */
comity_status report_check(struct report *report, const struct ledger_line *line);

/* The field with its list numbers taken out: persons[0].build becomes persons[].build. */
void report_field(struct buffer *out, struct ledger_text field);
/* As much of a text as a key has. */
struct ledger_text report_key(struct ledger_text text);

/* Text on its way out, a part at a time. */
struct sheet {
    struct buffer text;
    int (*write)(void *user, const void *bytes, size_t size);
    void *user;
    bool has_failed;
};
/* Writes what there is where it is much, or `all` of it. */
void sheet_flush(struct sheet *sheet, bool all);

void report_text(struct report *report, const struct report_request *request,
                 struct sheet *sheet);
/* COMITY_E_IO, COMITY_E_NOMEM, as ledger_at(). */
comity_status report_json(struct report *report, struct sheet *sheet);
comity_status report_html(struct report *report, const struct report_request *request,
                          struct sheet *sheet);
/* Reads the ledger itself, once. */
comity_status report_lines(struct report *report, const struct report_request *request,
                           struct sheet *sheet);
comity_status report_duplicates(struct report *report, const struct report_request *request,
                                struct sheet *sheet);

#endif
