/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Charts of the HTML report: SVG whose bars are shares of its width and whose text is not
 * scaled, so that it can be read on any screen. */
#include "report_page.h"
#include "web_page.h"

#define ROW WEB_ROW

/* The parts of one bar: done and failed, or what was lost. */
static void put_parts(struct page *page, const struct page_table *table,
                      const struct report_group *group, uint64_t most, unsigned y)
{
    struct buffer *out = page->out;
    unsigned whole = web_share(group->all, most);
    web_bar(out, "track", 0, 10000, y, 10);
    if (table->id == TABLE_FIELD || table->id == TABLE_LOSS) {
        web_bar(out, "lost", 0, whole, y, 10);
        return;
    }
    if (table->id == TABLE_SKIPPED) {
        web_bar(out, "skipped", 0, whole, y, 10);
        return;
    }
    unsigned failed = web_share(group->documents[LEDGER_FAILED], most);
    failed = failed > whole || !group->documents[LEDGER_DONE] ? whole : failed;
    web_bar(out, "done", 0, whole - failed, y, 10);
    web_bar(out, "failed", whole - failed, failed, y, 10);
}

static void put_row(struct page *page, const struct page_table *table, size_t index,
                    uint64_t most)
{
    struct buffer *out = page->out;
    const struct report_group *group = page->report->tables[table->id].groups[index];
    struct ledger_text key = group->keys[0];
    const char *name = key.len ? page_name(table->id, 0, key) : table->unstated;
    if (name)
        key = (struct ledger_text){name, strlen(name)};
    unsigned y = (unsigned)index * ROW;
    buffer_format(out, "<a href=\"#%s-%zu\"><title>", table->name, index + 1);
    page_key(page, table, group);
    buffer_text(out, ": ");
    visible_number(out, group->all);
    buffer_text(out, "</title>");
    buffer_format(out,
                  "<rect y=\"%u\" width=\"100%%\" height=\"%u\" fill=\"none\" "
                  "pointer-events=\"all\"/><text y=\"%u\">",
                  y, ROW - 6, y + 14);
    visible_html_cut(out, key.text, key.len, 34);
    buffer_format(out, "</text><text class=\"count\" x=\"100%%\" y=\"%u\">", y + 14);
    visible_number(out, group->all);
    buffer_text(out, "</text>");
    put_parts(page, table, group, most, y + 21);
    buffer_text(out, "</a>\n");
}

void page_chart(struct page *page, const struct page_table *table)
{
    struct buffer *out = page->out;
    const struct report_table *groups = &page->report->tables[table->id];
    size_t count = groups->count < PAGE_BARS ? groups->count : PAGE_BARS;
    buffer_format(out,
                  "<svg role=\"group\" aria-labelledby=\"%s-title %s-desc\" height=\"%u\" "
                  "width=\"100%%\">\n<title id=\"%s-title\">%s</title><desc id=\"%s-desc\">%s, "
                  "the largest first. The table beside it has the numbers.</desc>\n",
                  table->name, table->name, (unsigned)count * ROW, table->name, table->title,
                  table->name, table->about);
    for (size_t i = 0; i < count; i++)
        put_row(page, table, i, groups->groups[0]->all);
    buffer_text(out, "</svg>\n");
}

void page_result_bar(struct page *page)
{
    static const char *const words[] = {"done", "failed"};
    struct buffer *out = page->out;
    const struct report_table *table = &page->report->tables[TABLE_RESULT];
    const uint64_t *counts = page->report->documents;
    uint64_t all = counts[LEDGER_DONE] + counts[LEDGER_FAILED];
    unsigned failed = web_share(counts[LEDGER_FAILED], all);
    unsigned widths[] = {10000 - failed, failed};
    if (!all)
        return;
    buffer_text(out, "<svg role=\"group\" aria-labelledby=\"result-title result-desc\" "
                     "height=\"18\" width=\"100%\">\n<title id=\"result-title\">Documents by "
                     "result</title><desc id=\"result-desc\">One bar, divided into done and "
                     "failed. The numbers stand above it.</desc>\n");
    for (unsigned r = 0; r < 2; r++)
        for (size_t g = 0; g < table->count && counts[r]; g++) {
            if (memcmp(table->groups[g]->keys[0].text, words[r], 4) != 0)
                continue;
            buffer_format(out, "<a href=\"#result-%zu\"><title>%s: ", g + 1, words[r]);
            visible_number(out, counts[r]);
            buffer_text(out, "</title>");
            web_bar(out, words[r], r ? widths[0] : 0, widths[r], 0, 18);
            buffer_text(out, "</a>\n");
        }
    buffer_text(out, "</svg>\n");
}
