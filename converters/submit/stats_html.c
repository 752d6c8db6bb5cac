/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Figures as one page that loads nothing and runs nothing: for each direction its totals, and a
 * chart with a table beside it for each way of counting. */
#include "submit/stats.h"

#include "batch/visible.h"
#include "model/codes.h"
#include "model/fields.h"
#include "web_page.h"

#include <stdio.h>
#include <string.h>

/* Rows of a chart; the table has all of them. */
#define BARS ((size_t)12)

static const struct {
    const char *title, *about, *column;
} parts[STATS_TABLES] = {
    {"by kind", "A bar for each kind of document", "Kind"},
    {"by State", "A bar for each State", "State"},
    {"by result", "A bar for each result of requests", "Result"},
};
static const char *const titles[STATS_DIRECTIONS] = {"Out", "In"};

/* All that is shown goes through here, codes of our own too. */
static void put_text(struct buffer *out, const char *text)
{
    visible_html(out, text, strlen(text));
}

/* What people call a code. */
static const char *name_of(int by, const char *key)
{
    const char *country = by == STATS_STATE ? country_name("en", key, strlen(key)) : NULL;
    const struct code *code = by == STATS_KIND     ? code_find(L_kind, key, strlen(key))
                              : by == STATS_RESULT ? code_find(L_outcome, key, strlen(key))
                                                   : NULL;
    return code ? code->title : country ? country : key;
}

static void put_key(struct buffer *out, int by, const char *key)
{
    const char *name = name_of(by, key);
    put_text(out, name);
    if (name == key)
        return;
    buffer_text(out, " <span class=\"id\">");
    put_text(out, key);
    buffer_text(out, "</span>");
}

/* --- charts */

static void put_bar_row(struct buffer *out, int by, const struct stats_group *group,
                        uint64_t most, unsigned y)
{
    const char *name = name_of(by, group->key);
    unsigned whole = web_share(group->documents, most);
    unsigned open = web_share(group->open, most);
    open = open > whole ? whole : open;
    buffer_text(out, "<g><title>");
    put_text(out, name);
    buffer_format(out, ": %llu documents, %llu of them open</title>",
                  (unsigned long long)group->documents, (unsigned long long)group->open);
    buffer_format(out, "<text y=\"%u\">", y + 14);
    visible_html_cut(out, name, strlen(name), 34);
    buffer_format(out, "</text><text class=\"count\" x=\"100%%\" y=\"%u\">", y + 14);
    visible_number(out, group->documents);
    buffer_text(out, "</text>");
    web_bar(out, "track", 0, WEB_WHOLE, y + 21, 10);
    web_bar(out, "done", 0, whole - open, y + 21, 10);
    web_bar(out, "lost", whole - open, open, y + 21, 10);
    buffer_text(out, "</g>\n");
}

static void put_chart(struct buffer *out, const struct stats_table *table, int by,
                      const char *id, const char *title)
{
    size_t count = table->count < BARS ? table->count : BARS;
    buffer_format(out,
                  "<svg role=\"img\" aria-labelledby=\"%s-title %s-desc\" height=\"%u\" "
                  "width=\"100%%\">\n<title id=\"%s-title\">%s</title><desc id=\"%s-desc\">%s, "
                  "the largest first. The table beside it has the numbers.</desc>\n",
                  id, id, (unsigned)count * WEB_ROW, id, title, id, parts[by].about);
    for (size_t i = 0; i < count; i++)
        put_bar_row(out, by, &table->groups[i], table->groups[0].documents,
                    (unsigned)i * WEB_ROW);
    buffer_text(out, "</svg>\n");
}

/* --- tables */

static void put_number(struct buffer *out, uint64_t number)
{
    buffer_text(out, number ? "<td class=\"n\">" : "<td class=\"n none\">");
    visible_number(out, number);
    buffer_text(out, "</td>");
}

static void put_time(struct buffer *out, const struct stats_times *times, int64_t seconds)
{
    char text[STATS_TIME] = "\xE2\x80\x93";
    if (times->count)
        stats_duration(seconds, text);
    buffer_format(out, "<td class=\"n%s\">%s</td>", times->count ? "" : " none", text);
}

static void put_cells(struct buffer *out, const struct stats_group *group)
{
    put_number(out, group->documents);
    put_number(out, group->answered);
    put_number(out, group->open);
    put_time(out, &group->times, stats_median(&group->times));
    put_time(out, &group->times, stats_percentile_90(&group->times));
    put_time(out, &group->times, stats_longest(&group->times));
}

static void put_table(struct buffer *out, const struct stats_table *table, int by,
                      const char *title)
{
    buffer_format(out,
                  "<table><caption class=\"unseen\">%s</caption><thead><tr>"
                  "<th scope=\"col\">%s</th><th class=\"n\" scope=\"col\">Documents</th>"
                  "<th class=\"n\" scope=\"col\">Answered</th>"
                  "<th class=\"n\" scope=\"col\">Open</th>"
                  "<th class=\"n\" scope=\"col\">Median</th>"
                  "<th class=\"n\" scope=\"col\">90&#160;%%</th>"
                  "<th class=\"n\" scope=\"col\">Longest</th></tr></thead><tbody>\n",
                  title, parts[by].column);
    for (size_t i = 0; i < table->count; i++) {
        buffer_text(out, "<tr><th scope=\"row\">");
        put_key(out, by, table->groups[i].key);
        buffer_text(out, "</th>");
        put_cells(out, &table->groups[i]);
        buffer_text(out, "</tr>\n");
    }
    buffer_text(out, "</tbody></table>\n");
}

static void put_part(struct buffer *out, const struct stats *stats, int direction, int by)
{
    char id[32], title[48];
    const struct stats_table *table = &stats->tables[direction][by];
    if (!table->count)
        return;
    snprintf(id, sizeof id, "%s-%s", stats_directions[direction], stats_names[by]);
    snprintf(title, sizeof title, "%s, %s", titles[direction], parts[by].title);
    buffer_format(out, "<section>\n<h2 id=\"%s\">%s</h2>\n", id, title);
    buffer_text(out,
                "<p class=\"key\"><span class=\"done\">answered, or nothing to answer</span>"
                " <span class=\"lost\">open</span></p>\n");
    put_chart(out, table, by, id, title);
    put_table(out, table, by, title);
    buffer_text(out, "</section>\n");
}

/* --- the page */

static void put_figure(struct buffer *out, const char *figure, const char *what)
{
    buffer_format(out, "<li><b>%s</b> <span class=\"what\">%s</span></li>\n", figure, what);
}

static void put_count(struct buffer *out, uint64_t count, const char *what)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)count);
    put_figure(out, text, what);
}

static void put_totals(struct buffer *out, const struct stats *stats, int direction)
{
    char text[STATS_TIME];
    const struct stats_group *all = &stats->all[direction];
    buffer_format(out, "<section aria-label=\"%s\">\n<h2 id=\"%s\">%s</h2>\n",
                  titles[direction], stats_directions[direction], titles[direction]);
    buffer_text(out, "<ul class=\"figures\">\n");
    put_count(out, all->documents, "documents");
    put_count(out, all->requests, "requests");
    put_count(out, all->answered, "answered");
    put_count(out, all->open, "open");
    if (all->oldest) {
        stats_date(all->oldest, text);
        put_figure(out, text, "oldest open");
    }
    if (all->times.count) {
        stats_duration(stats_median(&all->times), text);
        put_figure(out, text, "median time to answer");
        stats_duration(stats_percentile_90(&all->times), text);
        put_figure(out, text, "90 % within");
        stats_duration(stats_longest(&all->times), text);
        put_figure(out, text, "longest");
    }
    buffer_text(out, "</ul>\n</section>\n");
}

static void put_about(struct buffer *out, const struct stats *stats)
{
    char first[STATS_TIME], last[STATS_TIME], made[STATS_TIME];
    stats_date(stats->from, first);
    stats_last_day(stats, last);
    stats_date(stats->now, made);
    buffer_text(out, "<header>\n<p class=\"kicker\">Mutual legal assistance</p>\n<h1>Requests "
                     "in and out</h1>\n<p class=\"about\">");
    buffer_format(out, "From %s to %s", *first ? first : "the beginning", *last ? last : made);
    if (stats->state) {
        buffer_text(out, ", with ");
        put_key(out, STATS_STATE, stats->state);
    }
    buffer_format(out, "; as of %s</p>\n</header>\n<main id=\"figures\">\n", made);
}

void stats_html(const struct stats *stats, struct buffer *out)
{
    web_page_head(out);
    buffer_text(out, "<title>Requests in and out</title>\n");
    web_page_body(out);
    put_about(out, stats);
    for (int d = 0; d < STATS_DIRECTIONS; d++) {
        put_totals(out, stats, d);
        for (int by = 0; by < STATS_TABLES; by++)
            put_part(out, stats, d, by);
    }
    buffer_text(out,
                "</main>\n<footer><p>Made by <code>comity stats --html</code>. A request is "
                "answered by a decision that is no postponement, or by its result. Nothing "
                "of what documents say stands here.</p></footer>\n</body>\n</html>\n");
}
