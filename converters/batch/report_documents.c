/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The documents behind the figures of the HTML report: lists in sections that open when a
 * figure leads to them. */
#include "report_page.h"

static const char *const result_words[] = {"done", "failed", "skipped"};
static const char *const result_titles[] = {"Done", "Failed", "Skipped"};

void page_command(struct page *page, const struct page_table *table,
                  const struct report_group *group, int result)
{
    static const char *const options[TABLE_COUNT][GROUP_KEYS] = {
        [TABLE_RESULT] = {"--result"},
        [TABLE_KIND] = {"--kind"},
        [TABLE_FORMAT] = {"--format"},
        [TABLE_STATE] = {"--state"},
        [TABLE_FIELD] = {"--field"},
        [TABLE_LOSS] = {"--format", "--kind", "--code", "--field"},
        [TABLE_FAILED] = {"--code"},
        [TABLE_SKIPPED] = {"--code"}};
    bool is_loss = table->id == TABLE_FIELD || table->id == TABLE_LOSS;
    struct buffer line;
    buffer_init(&line, 0);
    buffer_text(&line, "comity batch report");
    buffer_text(&line, is_loss ? " --lost" : "");
    for (size_t i = 0; i < table->keys; i++) {
        buffer_format(&line, " %s ", options[table->id][i]);
        visible_shell(&line, group->keys[i].text ? group->keys[i].text : "",
                      group->keys[i].len);
    }
    if (result >= 0 && !is_loss && table->id != TABLE_RESULT)
        buffer_format(&line, " --result %s", result_words[result]);
    buffer_text(page->out, "<code>");
    visible_html(page->out, line.bytes, line.size);
    buffer_char(page->out, ' ');
    page_output(page);
    buffer_text(page->out, "</code>");
    if (buffer_status(&line) != COMITY_OK)
        page->out->status = buffer_status(&line);
    buffer_free(&line);
}

static bool is_same(struct ledger_text text, struct ledger_text key)
{
    text = report_key(text);
    return text.len == key.len && (!key.len || memcmp(text.text, key.text, key.len) == 0);
}

/* What a document lost of what the group is about. */
static void put_losses(struct page *page, const struct page_table *table,
                       const struct report_group *group, const struct ledger_line *line)
{
    struct buffer field;
    size_t shown = 0;
    struct ledger_text wanted = group->keys[table->id == TABLE_LOSS ? 3 : 0];
    buffer_init(&field, 0);
    for (size_t i = 0; i < line->lost_count; i++) {
        const struct ledger_loss *loss = &line->lost[i];
        buffer_clear(&field);
        report_field(&field, loss->field);
        if (!is_same((struct ledger_text){field.bytes, field.size}, wanted) ||
            (table->id == TABLE_LOSS && !is_same(loss->code, group->keys[2])))
            continue;
        buffer_text(page->out, shown++ ? "<br>" : "");
        visible_html(page->out, loss->field.text, loss->field.len);
        if (loss->count > 1) {
            buffer_text(page->out, " \xC3\x97 ");
            visible_number(page->out, loss->count);
        }
    }
    buffer_free(&field);
}

static void put_outcome(struct page *page, const struct page_table *table,
                        const struct report_group *group, const struct ledger_line *line)
{
    if (table->id == TABLE_FIELD || table->id == TABLE_LOSS) {
        put_losses(page, table, group, line);
        return;
    }
    struct ledger_text shown = line->result == LEDGER_DONE ? line->output : line->code;
    if (table->id == TABLE_FAILED)
        shown = line->quarantine;
    visible_html(page->out, shown.text, shown.len);
}

static void put_entry(struct page *page, const struct ledger_line *line)
{
    struct buffer *out = page->out;
    buffer_text(out, "<td class=\"entry\"><bdi>");
    visible_html(out, line->entry.text, line->entry.len);
    buffer_text(out, "</bdi>");
    if (line->twin)
        buffer_format(out, " (twin %llu)", (unsigned long long)line->twin);
    if (line->value)
        buffer_format(out, " (value %llu)", (unsigned long long)line->value);
    buffer_format(out, "</td><td class=\"n place\">%llu</td>",
                  (unsigned long long)line->position);
}

static const char *outcome_title(const struct page_table *table, int result)
{
    if (table->id == TABLE_FIELD || table->id == TABLE_LOSS)
        return "Lost";
    if (table->id == TABLE_FAILED)
        return "Quarantine";
    return result == LEDGER_DONE ? "Output" : "Reason";
}

static comity_status put_rows(struct page *page, const struct page_table *table,
                              const struct report_group *group, int result)
{
    const struct report_list *list = &group->lists[result];
    struct buffer *out = page->out;
    buffer_format(out,
                  "<table class=\"docs\"><thead><tr><th class=\"entry\">Entry</th>"
                  "<th class=\"n place\">Position</th><th class=\"outcome\">%s</th>"
                  "<th class=\"n line\">Line of the ledger</th></tr></thead><tbody>\n",
                  outcome_title(table, result));
    for (size_t i = 0; i < list->count; i++) {
        struct ledger_line line;
        comity_status status = ledger_at(page->report->reader, list->offsets[i], &line);
        if (status != COMITY_OK)
            return status;
        buffer_text(out, "<tr>");
        put_entry(page, &line);
        buffer_text(out, "<td class=\"outcome\"><bdi>");
        put_outcome(page, table, group, &line);
        buffer_format(out, "</bdi></td><td class=\"n line\">%llu</td></tr>\n",
                      (unsigned long long)list->numbers[i]);
        sheet_flush(page->sheet, false);
    }
    buffer_text(out, "</tbody></table>\n");
    if (group->documents[result] > list->count) {
        buffer_text(out, "<p class=\"rest\">");
        visible_number(out, group->documents[result] - list->count);
        buffer_text(out, " more; all of them: ");
        page_command(page, table, group, result);
        buffer_text(out, "</p>\n");
    }
    return COMITY_OK;
}

/* The documents of a group, those that failed first. */
static comity_status put_group(struct page *page, const struct page_table *table, size_t index)
{
    static const int order[] = {LEDGER_FAILED, LEDGER_DONE, LEDGER_SKIPPED};
    const struct report_group *group = page->report->tables[table->id].groups[index];
    struct buffer *out = page->out;
    comity_status status = COMITY_OK;
    buffer_text(out, "<details><summary>");
    page_key(page, table, group);
    buffer_text(out, " <span class=\"count\">");
    visible_number(out, group->all);
    buffer_format(out, "</span></summary><div id=\"%s-%zu\">\n", table->name, index + 1);
    for (size_t i = 0; i < 3 && status == COMITY_OK; i++) {
        int result = order[i];
        if (!group->documents[result])
            continue;
        buffer_format(out, "<h4 id=\"%s-%zu-%s\">%s, ", table->name, index + 1,
                      result_words[result], result_titles[result]);
        visible_number(out, group->documents[result]);
        buffer_text(out, "</h4>\n");
        status = put_rows(page, table, group, result);
    }
    buffer_format(out,
                  "<p class=\"back\"><a href=\"#%s\">Back to the figures</a></p></div>"
                  "</details>\n",
                  table->id == TABLE_RESULT ? "result" : table->name);
    sheet_flush(page->sheet, false);
    return status;
}

comity_status page_documents(struct page *page)
{
    comity_status status = COMITY_OK;
    buffer_text(page->out, "<section id=\"documents\">\n<h2>The documents behind the figures"
                           "</h2>\n");
    for (size_t t = 0; t < TABLE_COUNT && status == COMITY_OK; t++) {
        const struct page_table *table = &page_tables[t];
        const struct report_table *groups = &page->report->tables[table->id];
        if (!groups->count)
            continue;
        buffer_format(page->out, "<h3>%s</h3>\n", table->title);
        for (size_t g = 0; g < page_groups(groups) && status == COMITY_OK; g++)
            status = put_group(page, table, g);
        if (groups->count > page_groups(groups) || groups->others.all) {
            buffer_format(page->out,
                          "<p class=\"rest\">The %zu largest are shown; the others: <code>"
                          "comity batch report --json ",
                          page_groups(groups));
            page_output(page);
            buffer_text(page->out, "</code></p>\n");
        }
    }
    if (status == COMITY_OK)
        status = page_twins(page);
    buffer_text(page->out, "</section>\n");
    return status;
}

/* --- what is alike */

static comity_status put_twin_group(struct page *page, const struct twins *twins,
                                    const char *name, size_t index)
{
    const struct twin_group *group = &twins->groups[index];
    size_t most = page->report->list_limit < 100 ? page->report->list_limit : 100;
    struct buffer *out = page->out;
    for (size_t i = 0; i < group->count && i < most; i++) {
        struct ledger_line line;
        comity_status status =
            ledger_at(page->report->reader, twins->entries[group->first + i].offset, &line);
        if (status != COMITY_OK)
            return status;
        struct ledger_text digest =
            twins == &page->report->inputs ? line.sha256 : line.output_sha256;
        if (i == 0) {
            buffer_format(out,
                          "<details><summary><code>%.*s\xE2\x80\xA6</code> <span "
                          "class=\"count\">",
                          16, digest.text ? digest.text : "");
            visible_number(out, group->count);
            buffer_format(out,
                          "</span></summary><div id=\"%s-%zu\">\n<p class=\"rest\">SHA-256 "
                          "<code>%.*s</code></p>\n<table class=\"docs\"><thead><tr><th>"
                          "Entry</th><th class=\"n place\">Position</th></tr></thead>"
                          "<tbody>\n",
                          name, index + 1, (int)digest.len, digest.text ? digest.text : "");
        }
        buffer_text(out, "<tr>");
        put_entry(page, &line);
        buffer_text(out, "</tr>\n");
        sheet_flush(page->sheet, false);
    }
    buffer_text(out, "</tbody></table>\n");
    if (group->count > most) {
        buffer_text(out, "<p class=\"rest\">");
        visible_number(out, group->count - most);
        buffer_text(out, " more; all of them: <code>comity batch report --duplicates ");
        page_output(page);
        buffer_text(out, "</code></p>\n");
    }
    buffer_text(out, "<p class=\"back\"><a href=\"#alike\">Back to the figures</a></p></div>"
                     "</details>\n");
    return COMITY_OK;
}

comity_status page_twins(struct page *page)
{
    const struct twins *all[] = {&page->report->inputs, &page->report->outputs};
    static const char *const names[] = {"input", "output"};
    static const char *const titles[] = {"Items of the same bytes",
                                         "Documents of the same output"};
    comity_status status = COMITY_OK;
    for (size_t k = 0; k < 2; k++) {
        if (!all[k]->group_count)
            continue;
        buffer_format(page->out, "<h3>%s</h3>\n", titles[k]);
        for (size_t g = 0; g < all[k]->group_count && g < PAGE_TWINS && status == COMITY_OK;
             g++)
            status = put_twin_group(page, all[k], names[k], g);
    }
    return status;
}
