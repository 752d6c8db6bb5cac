/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The report for a terminal. */
#include "report.h"
#include "visible.h"

#include "letter/width.h"

#define ROWS ((size_t)20) /* of a table; --json has all */
#define WIDEST ((size_t)48)
#define COLUMN ((size_t)12)

/* A number at the right end of a column. */
static void put_number(struct buffer *out, uint64_t number)
{
    size_t start = out->size, room = 0;
    char digits[40];
    visible_number(out, number);
    size_t len = out->size - start;
    if (buffer_status(out) != COMITY_OK || len > sizeof digits)
        return;
    memcpy(digits, out->bytes + start, len);
    out->size = start;
    for (room = len; room < COLUMN; room++)
        buffer_char(out, ' ');
    buffer_add(out, digits, len);
}

static void put_total(struct buffer *out, const char *label, uint64_t number, uint64_t whole)
{
    buffer_text(out, "  ");
    visible_padded(out, label, strlen(label), 28);
    put_number(out, number);
    if (whole) {
        buffer_text(out, "   ");
        visible_share(out, number, whole);
    }
    buffer_char(out, '\n');
}

static void put_key_text(struct buffer *out, struct ledger_text key, const char *unstated)
{
    if (key.len)
        visible_text(out, key.text, key.len);
    else
        buffer_text(out, unstated);
}

/* The keys of a group on one line. */
static void put_keys(struct buffer *out, const struct report_group *group, size_t count,
                     const char *unstated)
{
    for (size_t i = 0; i < count; i++) {
        buffer_text(out, i ? "  " : "");
        put_key_text(out, group->keys[i], unstated);
    }
}

static size_t widest(const struct report_table *table, size_t keys, const char *unstated)
{
    struct buffer work;
    size_t width = 24;
    buffer_init(&work, 0);
    for (size_t i = 0; i < table->count && i < ROWS; i++) {
        buffer_clear(&work);
        put_keys(&work, table->groups[i], keys, unstated);
        size_t one = width_of_text(work.bytes, work.size);
        width = one > width ? one : width;
    }
    buffer_free(&work);
    return width < WIDEST ? width : WIDEST;
}

struct columns {
    const char *title, *unstated, *heads[3];
    size_t keys, count;
};

static uint64_t column_value(const struct report_group *group, enum report_table_id id,
                             size_t column)
{
    if (column == 0)
        return group->all;
    if (id == TABLE_FIELD || id == TABLE_LOSS)
        return group->values;
    return group->documents[column == 1 ? LEDGER_DONE : LEDGER_FAILED];
}

/* What a code means, as far as its first sentence goes. */
static void put_meaning(struct buffer *out, const char *code)
{
    const char *text = code ? comity_explain(code) : NULL;
    if (!text)
        return;
    buffer_text(out, "  ");
    for (; *text; text++) {
        buffer_char(out, *text == '\n' ? ' ' : *text);
        if (*text == '.' && (text[1] == ' ' || text[1] == '\n'))
            break;
    }
}

static void put_table(struct report *report, enum report_table_id id,
                      const struct columns *columns, struct buffer *out)
{
    const struct report_table *table = &report->tables[id];
    if (!table->count)
        return;
    size_t width = widest(table, columns->keys, columns->unstated);
    buffer_char(out, '\n');
    visible_padded(out, columns->title, strlen(columns->title), width + 2);
    for (size_t c = 0; c < columns->count; c++)
        buffer_format(out, "%*s", (int)COLUMN, columns->heads[c]);
    buffer_char(out, '\n');
    for (size_t i = 0; i < table->count && i < ROWS; i++) {
        const struct report_group *group = table->groups[i];
        size_t start = out->size;
        buffer_text(out, "  ");
        put_keys(out, group, columns->keys, columns->unstated);
        size_t used = buffer_status(out) == COMITY_OK
                          ? width_of_text(out->bytes + start, out->size - start)
                          : width;
        for (; used < width + 2; used++)
            buffer_char(out, ' ');
        for (size_t c = 0; c < columns->count; c++)
            put_number(out, column_value(group, id, c));
        if (id == TABLE_FAILED || id == TABLE_SKIPPED)
            put_meaning(out, group->keys[0].text);
        buffer_char(out, '\n');
    }
    if (table->count > ROWS || table->others.all)
        buffer_format(out, "  and %zu more; --json names %s\n",
                      table->count > ROWS ? table->count - ROWS : 0,
                      table->others.all ? "the first 5,000" : "all");
}

static void put_batch(const struct ledger_line *batch, struct buffer *out)
{
    buffer_text(out, "Batch to ");
    put_key_text(out, batch->to, "?");
    if (batch->from.len) {
        buffer_text(out, " from ");
        put_key_text(out, batch->from, "?");
    }
    if (batch->shard.len) {
        buffer_text(out, ", shard ");
        put_key_text(out, batch->shard, "?");
    }
    buffer_text(out, ", comity ");
    put_key_text(out, batch->comity, "?");
    buffer_text(out, "\n\n");
}

static void put_twins(const struct twins *twins, const char *label, struct buffer *out)
{
    if (!twins->group_count)
        return;
    buffer_text(out, "  ");
    visible_number(out, twins->count);
    buffer_format(out, " %s, of ", label);
    visible_number(out, twins->group_count);
    buffer_text(out, twins->group_count == 1 ? " content\n" : " contents\n");
}

static void put_state(const struct report *report, struct buffer *out)
{
    if (!report->is_finished)
        buffer_text(out,
                    "\nThe batch still runs, or was interrupted: this is what is known of it "
                    "so far.\n");
}

void report_text(struct report *report, const struct report_request *request,
                 struct sheet *sheet)
{
    static const struct columns by[] = {
        [TABLE_FORMAT] =
            {"By format", "(not recognized)", {"documents", "done", "failed"}, 1, 3},
        [TABLE_KIND] = {"By kind", "(not stated)", {"documents", "done", "failed"}, 1, 3},
        [TABLE_STATE] = {"By State", "(not stated)", {"documents", "done", "failed"}, 1, 3},
        [TABLE_FAILED] = {"Failed, by reason", "(none)", {"documents"}, 1, 1},
        [TABLE_SKIPPED] = {"Skipped, by reason", "(none)", {"entries"}, 1, 1},
        [TABLE_FIELD] = {"Lost, by field", "(none)", {"documents", "values"}, 1, 2},
        [TABLE_LOSS] =
            {"Lost, by format, kind, code and field", "-", {"documents", "values"}, 4, 2},
    };
    static const enum report_table_id order[] = {TABLE_FORMAT, TABLE_KIND,    TABLE_STATE,
                                                 TABLE_FAILED, TABLE_SKIPPED, TABLE_FIELD,
                                                 TABLE_LOSS};
    struct buffer *out = &sheet->text;
    uint64_t done = report->documents[LEDGER_DONE], failed = report->documents[LEDGER_FAILED];
    if (report->has_batch)
        put_batch(&report->batch, out);
    put_total(out, "documents", done + failed, 0);
    put_total(out, "done", done, done + failed);
    put_total(out, "failed", failed, done + failed);
    put_total(out, "entries without a document", report->documents[LEDGER_SKIPPED], 0);
    put_total(out, "losses", report->losses, 0);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        put_table(report, order[i], &by[order[i]], out);
    if (report->inputs.group_count || report->outputs.group_count) {
        buffer_text(out, "\nAlike\n");
        put_twins(&report->inputs, "items have the same bytes as another", out);
        put_twins(&report->outputs, "documents have the same output as another", out);
        buffer_text(out, "  comity batch report --duplicates ");
        visible_shell(out, request->output, strlen(request->output));
        buffer_text(out, "\n");
    }
    put_state(report, out);
}
