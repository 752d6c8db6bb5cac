/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the files of the HTML report share.  Everything that came with documents gets into the
 * page by visible_html(). */
#ifndef COMITY_CONVERTERS_BATCH_REPORT_PAGE_H
#define COMITY_CONVERTERS_BATCH_REPORT_PAGE_H

#include "report.h"
#include "visible.h"

#define PAGE_BARS ((size_t)10) /* of a chart, and rows before a table is folded */
#define PAGE_TWINS ((size_t)20)

struct page {
    struct report *report;
    struct sheet *sheet;
    struct buffer *out;
    const char *output; /* as it was named, for command lines */
};

/* How a table of the report is shown. */
struct page_table {
    enum report_table_id id;
    const char *name;  /* in anchors */
    const char *title; /* of its section */
    const char *about; /* what one bar is, for those who do not see it */
    const char *column;
    const char *unstated;
    size_t keys;
};
extern const struct page_table page_tables[TABLE_COUNT];

void page_key(struct page *page, const struct page_table *table,
              const struct report_group *group);
/* What people call a kind or a State, out of the tables of the library; NULL where there is no
 * other name than the id. */
const char *page_name(enum report_table_id id, size_t key, struct ledger_text text);
/* Groups that are shown with their documents. */
size_t page_groups(const struct report_table *table);
/* The output or ledger as a word of a command line. */
void page_output(struct page *page);
/* The command line that lists all documents of a group. */
void page_command(struct page *page, const struct page_table *table,
                  const struct report_group *group, int result);

/* A chart of the largest groups. */
void page_chart(struct page *page, const struct page_table *table);
/* The bar that divides all documents by result. */
void page_result_bar(struct page *page);

/* The lists that all figures lead to. */
comity_status page_documents(struct page *page);
comity_status page_twins(struct page *page);

#endif
