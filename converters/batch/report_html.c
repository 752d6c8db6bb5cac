/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The report as one page that loads nothing and runs nothing: figures, charts with a table
 * beside each, and below them the documents that every figure leads to. */
#include "report_page.h"
#include "web_page.h"

#include "model/codes.h"
#include "model/fields.h"

/* In the order of the lists of documents. */
const struct page_table page_tables[TABLE_COUNT] = {
    {TABLE_RESULT, "result", "By result", "Entries by result", "Result", "", 1},
    {TABLE_KIND, "kind", "Documents by kind", "A bar for each kind of request", "Kind",
     "not stated", 1},
    {TABLE_FORMAT, "format", "Documents by format", "A bar for each format read", "Format",
     "not recognized", 1},
    {TABLE_STATE, "state", "Documents by requesting State", "A bar for each State", "State",
     "not stated", 1},
    {TABLE_FAILED, "failed", "Failures and their reasons", "A bar for each reason", "Reason",
     "not stated", 1},
    {TABLE_FIELD, "field", "Losses by field", "A bar for each field that documents lost",
     "Field", "not stated", 1},
    {TABLE_LOSS, "loss", "Losses by format, kind and cause", "", "Field", "not stated", 4},
    {TABLE_SKIPPED, "skipped", "Entries that hold no document", "A bar for each reason",
     "Reason", "not stated", 1},
};

static void put(struct page *page, const char *markup)
{
    buffer_text(page->out, markup);
}

size_t page_groups(const struct report_table *table)
{
    return table->count < PAGE_GROUPS ? table->count : PAGE_GROUPS;
}

static void put_text(struct page *page, struct ledger_text text, const char *unstated)
{
    if (text.len)
        visible_html(page->out, text.text, text.len);
    else {
        put(page, "<span class=\"none\">");
        put(page, unstated);
        put(page, "</span>");
    }
}

const char *page_name(enum report_table_id id, size_t key, struct ledger_text text)
{
    if (id == TABLE_STATE)
        return country_name("en", text.text, text.len);
    bool is_kind = id == TABLE_KIND || (id == TABLE_LOSS && key == 1);
    const struct code *kind = is_kind ? code_find(L_kind, text.text, text.len) : NULL;
    return kind ? kind->title : NULL;
}

/* One key as people call it. */
static void put_name_of(struct page *page, const struct page_table *table, size_t key,
                        const struct report_group *group, const char *unstated)
{
    struct ledger_text text = group->keys[key];
    const char *name = text.len ? page_name(table->id, key, text) : NULL;
    if (name)
        text = (struct ledger_text){name, strlen(name)};
    put_text(page, text, unstated);
    if (!name || table->id != TABLE_STATE)
        return;
    put(page, " <span class=\"id\">");
    visible_html(page->out, group->keys[key].text, group->keys[key].len);
    put(page, "</span>");
}

void page_key(struct page *page, const struct page_table *table,
              const struct report_group *group)
{
    for (size_t i = 0; i < table->keys; i++) {
        struct ledger_text text = group->keys[i];
        const char *name = text.len ? page_name(table->id, i, text) : table->unstated;
        put(page, i ? " \xC2\xB7 " : "");
        if (name)
            put(page, name);
        else
            visible_html(page->out, text.text, text.len);
    }
}

void page_output(struct page *page)
{
    struct buffer word;
    buffer_init(&word, 0);
    buffer_text(&word, *page->output == '-' ? "-- " : "");
    visible_shell(&word, page->output, strlen(page->output));
    visible_html(page->out, word.bytes, word.size);
    if (buffer_status(&word) != COMITY_OK)
        page->out->status = buffer_status(&word);
    buffer_free(&word);
}

/* The last part of the name of an output or ledger. */
static void put_name(struct page *page)
{
    const char *path = page->output;
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start && path[start - 1] != '/')
        start--;
    visible_html(page->out, path + start, end - start);
}

static void put_head(struct page *page)
{
    const struct ledger_line *batch = &page->report->batch;
    web_page_head(page->out);
    put(page, "<title>Batch report \xE2\x80\x93 ");
    put_name(page);
    put(page, "</title>\n");
    web_page_body(page->out);
    put(page, "<header>\n<p class=\"kicker\">Batch report</p>\n<h1>");
    put_name(page);
    put(page, "</h1>\n<p class=\"about\">");
    if (batch->to.len) {
        put(page, "Converted to ");
        put_text(page, batch->to, "");
        put(page, batch->from.len ? " from " : "");
        if (batch->from.len)
            put_text(page, batch->from, "");
    }
    if (batch->shard.len) {
        put(page, ", shard ");
        put_text(page, batch->shard, "");
    }
    if (batch->comity.len) {
        put(page, ", by comity ");
        put_text(page, batch->comity, "");
    }
    put(page, "</p>\n</header>\n<main id=\"figures\">\n");
}

/* --- the figures at the top */

static void put_figure(struct page *page, const char *class, const char *target, uint64_t count,
                       const char *what, uint64_t whole)
{
    struct buffer *out = page->out;
    buffer_format(out, "<li class=\"%s\">", class);
    if (target)
        buffer_format(out, "<a href=\"#%s\">", target);
    put(page, "<b>");
    visible_number(out, count);
    buffer_format(out, "</b> <span class=\"what\">%s", what);
    if (whole) {
        put(page, ", ");
        visible_share(out, count, whole);
    }
    put(page, target ? "</span></a></li>\n" : "</span></li>\n");
}

/* The anchor of the list of a result; NULL where there is none. */
static const char *result_anchor(const struct page *page, const char *word, char anchor[32])
{
    const struct report_table *table = &page->report->tables[TABLE_RESULT];
    for (size_t g = 0; g < table->count; g++)
        if (memcmp(table->groups[g]->keys[0].text, word, 4) == 0) {
            snprintf(anchor, 32, "result-%zu", g + 1);
            return anchor;
        }
    return NULL;
}

static void put_figures(struct page *page)
{
    const struct report *report = page->report;
    const uint64_t *counts = report->documents;
    uint64_t all = counts[LEDGER_DONE] + counts[LEDGER_FAILED];
    char anchor[32];
    put(page, "<section id=\"result\" aria-label=\"By result\">\n<ul class=\"figures\">\n");
    put_figure(page, "all", all ? "documents" : NULL, all, all == 1 ? "document" : "documents",
               0);
    put_figure(page, "done", result_anchor(page, "done", anchor), counts[LEDGER_DONE], "done",
               all);
    put_figure(page, counts[LEDGER_FAILED] ? "failed" : "",
               result_anchor(page, "failed", anchor), counts[LEDGER_FAILED], "failed", all);
    put_figure(page, report->losses ? "lost" : "",
               report->tables[TABLE_FIELD].count ? "field" : NULL, report->losses,
               "values lost", 0);
    if (counts[LEDGER_SKIPPED])
        put_figure(page, "skipped", result_anchor(page, "skipped", anchor),
                   counts[LEDGER_SKIPPED], "entries without a document", 0);
    put(page, "</ul>\n");
    page_result_bar(page);
}

static void put_leaves(struct page *page)
{
    const struct report *report = page->report;
    uint64_t all = report->mapped + report->approximated + report->kept + report->dropped;
    if (!all)
        return;
    put(page, "<p class=\"sentence\">Of ");
    visible_number(page->out, all);
    put(page, " values in the documents ");
    visible_number(page->out, report->mapped);
    put(page, " were carried over as they stand, ");
    visible_number(page->out, report->approximated);
    put(page, " with less precision, ");
    visible_number(page->out, report->kept);
    put(page, " were kept beside for the format that they came from, and ");
    visible_number(page->out, report->dropped);
    put(page, " were dropped.</p>\n");
}

static void put_state(struct page *page)
{
    const struct report *report = page->report;
    if (!report->is_finished)
        put(page, "<p class=\"note\">The batch still runs, or was interrupted: this is what is "
                  "known of it so far.</p>\n");
    if (!report->fault_count)
        return;
    put(page, "<p class=\"note\">");
    visible_number(page->out, report->fault_count);
    put(page, report->fault_count == 1 ? " line" : " lines");
    put(page, " of the ledger could not be understood and are not counted here:</p>\n"
              "<table><thead><tr><th class=\"n\">Line</th><th class=\"n\">Byte</th><th>What is "
              "wrong</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < report->fault_count && i < 10; i++) {
        const struct report_fault *fault = &report->faults[i];
        buffer_format(page->out, "<tr><td class=\"n\">%llu</td><td class=\"n\">%llu</td><td>",
                      (unsigned long long)fault->number, (unsigned long long)fault->offset);
        visible_html(page->out, fault->message, strlen(fault->message));
        put(page, "</td></tr>\n");
    }
    put(page, "</tbody></table>\n");
}

/* --- a table beside its chart */

/* A number that leads to its documents. */
static void put_cell(struct page *page, const struct page_table *table, size_t index,
                     uint64_t count, const char *result, const char *what)
{
    struct buffer *out = page->out;
    bool is_linked = count && index < PAGE_GROUPS;
    buffer_format(out, "<td class=\"n%s\" data-of=\" %s\">", count ? "" : " none", what);
    if (is_linked)
        buffer_format(out, "<a href=\"#%s-%zu%s\">", table->name, index + 1, result);
    visible_number(out, count);
    put(page, is_linked ? "</a></td>" : "</td>");
}

/* What a code means, as far as its first sentence goes. */
static void put_meaning(struct page *page, const char *code)
{
    const char *text = code ? comity_explain(code) : NULL, *end = text;
    while (end && *end && !(*end == '.' && (end[1] == ' ' || end[1] == '\n' || !end[1])))
        end++;
    put(page, "<td>");
    for (; text && text < end; text++) {
        char c = *text == '\n' ? ' ' : *text;
        visible_html(page->out, &c, 1);
    }
    put(page, end && *end ? ".</td>" : "</td>");
}

static bool is_lost_table(const struct page_table *table)
{
    return table->id == TABLE_FIELD || table->id == TABLE_LOSS;
}

static void put_table_row(struct page *page, const struct page_table *table, size_t index)
{
    const struct report_group *group = page->report->tables[table->id].groups[index];
    put(page, "<tr>");
    if (table->id == TABLE_LOSS)
        for (size_t k = 0; k < 3; k++) {
            put(page, "<td>");
            put_name_of(page, table, k, group, "\xE2\x80\x93");
            put(page, "</td>");
        }
    put(page, "<th scope=\"row\">");
    put_name_of(page, table, table->keys - 1, group, table->unstated);
    put(page, "</th>");
    put_cell(page, table, index, group->all, "", "documents");
    if (is_lost_table(table))
        put_cell(page, table, index, group->values, "", "values");
    else if (table->id == TABLE_FAILED || table->id == TABLE_SKIPPED)
        put_meaning(page, group->keys[0].text);
    else {
        put_cell(page, table, index, group->documents[LEDGER_DONE], "-done", "done");
        put_cell(page, table, index, group->documents[LEDGER_FAILED], "-failed", "failed");
        put(page, "<td class=\"n none share\">");
        visible_share(page->out, group->documents[LEDGER_FAILED], group->all);
        put(page, "</td>");
    }
    put(page, "</tr>\n");
    sheet_flush(page->sheet, false);
}

static void put_rows(struct page *page, const struct page_table *table, size_t from,
                     size_t until)
{
    const char *counts = "<th class=\"n\" scope=\"col\">Documents</th>"
                         "<th class=\"n\" scope=\"col\">Done</th>"
                         "<th class=\"n\" scope=\"col\">Failed</th>"
                         "<th class=\"n share\" scope=\"col\">Share failed</th>";
    if (is_lost_table(table))
        counts = "<th class=\"n\" scope=\"col\">Documents</th>"
                 "<th class=\"n\" scope=\"col\">Values</th>";
    else if (table->id == TABLE_FAILED || table->id == TABLE_SKIPPED)
        counts = "<th class=\"n\" scope=\"col\">Number</th><th scope=\"col\">Meaning</th>";
    buffer_format(page->out, "<table%s><caption class=\"unseen\">%s</caption><thead><tr>",
                  table->id == TABLE_LOSS ? " class=\"causes\"" : "", table->title);
    if (table->id == TABLE_LOSS)
        put(page, "<th scope=\"col\">Format</th><th scope=\"col\">Kind</th>"
                  "<th scope=\"col\">Cause</th>");
    buffer_format(page->out, "<th scope=\"col\">%s</th>%s</tr></thead><tbody>\n", table->column,
                  counts);
    for (size_t i = from; i < until; i++)
        put_table_row(page, table, i);
    put(page, "</tbody></table>\n");
}

static void put_table(struct page *page, const struct page_table *table)
{
    const struct report_table *listed = &page->report->tables[table->id];
    size_t shown = page_groups(listed), first = shown < PAGE_BARS ? shown : PAGE_BARS;
    put_rows(page, table, 0, first);
    if (shown > first) {
        buffer_format(page->out, "<details><summary>%zu more</summary><div>\n", shown - first);
        put_rows(page, table, first, shown);
        put(page, "</div></details>\n");
    }
    if (listed->count > shown || listed->others.all) {
        put(page, "<p class=\"rest\">and ");
        visible_number(page->out, listed->count - shown);
        put(page, " more: <code>comity batch report --json ");
        page_output(page);
        put(page, "</code></p>\n");
    }
}

static void put_section(struct page *page, enum report_table_id id)
{
    const struct page_table *table = page_tables;
    while (table->id != id)
        table++;
    if (!page->report->tables[id].count)
        return;
    buffer_format(page->out, "<section>\n<h2 id=\"%s\">%s</h2>\n", table->name, table->title);
    if (id == TABLE_KIND || id == TABLE_FORMAT || id == TABLE_STATE)
        put(page, "<p class=\"key\"><span class=\"done\">done</span> <span class=\"failed\">"
                  "failed</span></p>\n");
    if (id == TABLE_LOSS)
        put_table(page, table);
    else {
        put(page, "<div class=\"pair\"><div>\n");
        page_chart(page, table);
        put(page, "</div><div>\n");
        put_table(page, table);
        put(page, "</div></div>\n");
    }
    if (id == TABLE_LOSS && page->report->lost_more) {
        put(page, "<p class=\"rest\">");
        visible_number(page->out, page->report->lost_more);
        put(page, " more are not in the ledger one by one: it names 100 of a document.</p>\n");
    }
    put(page, "</section>\n");
}

/* --- what is alike */

static void put_twins(struct page *page, const struct twins *twins, const char *name,
                      const char *what)
{
    if (!twins->group_count)
        return;
    buffer_format(page->out, "<p><a href=\"#%s-1\">", name);
    visible_number(page->out, twins->count);
    buffer_format(page->out, "</a> %s, in ", what);
    visible_number(page->out, twins->group_count);
    put(page, twins->group_count == 1 ? " group.</p>\n" : " groups.</p>\n");
}

static void put_alike(struct page *page)
{
    const struct report *report = page->report;
    if (!report->inputs.group_count && !report->outputs.group_count)
        return;
    put(page, "<section>\n<h2 id=\"alike\">Duplicates</h2>\n");
    put_twins(page, &report->inputs, "input", "items have the same bytes as another");
    put_twins(page, &report->outputs, "output", "documents have the same output as another");
    put(page, "<p class=\"rest\">All of them: <code>comity batch report --duplicates ");
    page_output(page);
    put(page, "</code></p>\n</section>\n");
}

comity_status report_html(struct report *report, const struct report_request *request,
                          struct sheet *sheet)
{
    static const enum report_table_id order[] = {TABLE_KIND,   TABLE_FORMAT, TABLE_STATE,
                                                 TABLE_FAILED, TABLE_FIELD,  TABLE_LOSS,
                                                 TABLE_SKIPPED};
    struct page page = {report, sheet, &sheet->text, request->output};
    put_head(&page);
    put_figures(&page);
    put_leaves(&page);
    put_state(&page);
    put(&page, "</section>\n");
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        put_section(&page, order[i]);
    put_alike(&page);
    comity_status status = page_documents(&page);
    put(&page, "</main>\n<footer><p>Made from the ledger by <code>comity batch report --html"
               "</code>. Names of entries are shown with what could mislead made visible.</p>"
               "</footer>\n</body>\n</html>\n");
    return status;
}
