/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The report as one JSON object, written as it goes. */
#include "report.h"

#include "syntax/json.h"

static void put_count(struct buffer *out, const char *name, uint64_t count)
{
    buffer_format(out, "\"%s\":%llu", name, (unsigned long long)count);
}

/* A text, or null where it is not stated. */
static void put_key(struct buffer *out, const char *name, struct ledger_text text)
{
    buffer_format(out, "\"%s\":", name);
    if (text.len)
        json_put_string(out, text.text, text.len);
    else
        buffer_text(out, "null");
}

static void put_batch(struct report *report, struct buffer *out)
{
    const struct ledger_line *batch = &report->batch;
    const struct {
        const char *name;
        struct ledger_text text;
    } members[] = {{"comity", batch->comity},   {"from", batch->from},
                   {"to", batch->to},           {"output", batch->output_kind},
                   {"options", batch->options}, {"plugins", batch->plugins},
                   {"shard", batch->shard}};
    bool is_first = true;
    buffer_text(out, "\"batch\":{");
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (!members[i].text.text)
            continue;
        buffer_text(out, is_first ? "" : ",");
        put_key(out, members[i].name, members[i].text);
        is_first = false;
    }
    buffer_text(out, "},");
}

static void put_totals(const struct report *report, struct buffer *out)
{
    const struct {
        const char *name;
        uint64_t count;
    } totals[] = {
        {"lines", report->lines},
        {"items", report->items},
        {"documents", report->documents[LEDGER_DONE] + report->documents[LEDGER_FAILED]},
        {"done", report->documents[LEDGER_DONE]},
        {"failed", report->documents[LEDGER_FAILED]},
        {"skipped", report->documents[LEDGER_SKIPPED]},
        {"input_bytes", report->input_bytes},
        {"output_bytes", report->output_bytes},
        {"mapped", report->mapped},
        {"approximated", report->approximated},
        {"kept", report->kept},
        {"dropped", report->dropped},
        {"notes", report->notes},
        {"warnings", report->warnings},
        {"losses", report->losses},
        {"errors", report->errors},
        {"lost_more", report->lost_more},
        {"bad_lines", report->fault_count},
    };
    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++) {
        put_count(out, totals[i].name, totals[i].count);
        buffer_char(out, ',');
    }
    buffer_format(out, "\"finished\":%s,\"torn\":%s", report->is_finished ? "true" : "false",
                  report->is_torn ? "true" : "false");
}

/* The counts of a group, behind its keys. */
static void put_group_counts(const struct report_group *group, enum report_table_id id,
                             struct buffer *out)
{
    put_count(out, "documents", group->all);
    if (id == TABLE_FIELD || id == TABLE_LOSS) {
        buffer_char(out, ',');
        put_count(out, "values", group->values);
        return;
    }
    if (id == TABLE_FAILED || id == TABLE_SKIPPED)
        return;
    buffer_char(out, ',');
    put_count(out, "done", group->documents[LEDGER_DONE]);
    buffer_char(out, ',');
    put_count(out, "failed", group->documents[LEDGER_FAILED]);
}

static void put_table(struct report *report, enum report_table_id id, const char *name,
                      const char *const keys[], size_t key_count, struct sheet *sheet)
{
    const struct report_table *table = &report->tables[id];
    struct buffer *out = &sheet->text;
    buffer_format(out, ",\"%s\":[", name);
    for (size_t i = 0; i < table->count; i++) {
        buffer_text(out, i ? ",{" : "{");
        for (size_t k = 0; k < key_count; k++) {
            put_key(out, keys[k], table->groups[i]->keys[k]);
            buffer_char(out, ',');
        }
        put_group_counts(table->groups[i], id, out);
        buffer_char(out, '}');
        sheet_flush(sheet, false);
    }
    if (table->others.all) {
        buffer_text(out, ",{\"others\":true,");
        put_group_counts(&table->others, id, out);
        buffer_char(out, '}');
    }
    buffer_char(out, ']');
}

static void put_faults(const struct report *report, struct buffer *out)
{
    buffer_text(out, ",\"faults\":[");
    for (size_t i = 0; i < report->fault_count && i < FAULT_LIMIT; i++) {
        const struct report_fault *fault = &report->faults[i];
        buffer_text(out, i ? ",{" : "{");
        put_count(out, "line", fault->number);
        buffer_char(out, ',');
        put_count(out, "offset", fault->offset);
        buffer_text(out, ",\"message\":");
        json_put_string(out, fault->message, strlen(fault->message));
        buffer_char(out, '}');
    }
    buffer_char(out, ']');
}

/* One entry of a group of twins. */
static void put_entry(const struct ledger_line *line, struct buffer *out)
{
    buffer_text(out, "{\"entry\":");
    json_put_string(out, line->entry.text, line->entry.len);
    if (line->twin)
        buffer_format(out, ",\"twin\":%llu", (unsigned long long)line->twin);
    if (line->value)
        buffer_format(out, ",\"value\":%llu", (unsigned long long)line->value);
    buffer_format(out, ",\"position\":%llu}", (unsigned long long)line->position);
}

static comity_status put_twins(struct report *report, const struct twins *twins,
                               const char *name, struct sheet *sheet)
{
    struct buffer *out = &sheet->text;
    buffer_format(out, "\"%s\":[", name);
    for (size_t g = 0; g < twins->group_count; g++) {
        const struct twin_group *group = &twins->groups[g];
        for (size_t i = 0; i < group->count; i++) {
            struct ledger_line line;
            comity_status status =
                ledger_at(report->reader, twins->entries[group->first + i].offset, &line);
            if (status != COMITY_OK)
                return status;
            struct ledger_text digest =
                twins == &report->inputs ? line.sha256 : line.output_sha256;
            if (i == 0)
                buffer_format(out, "%s{\"sha256\":\"%.*s\",\"count\":%zu,\"entries\":[",
                              g ? "," : "", (int)digest.len, digest.text, group->count);
            buffer_text(out, i ? "," : "");
            put_entry(&line, out);
            sheet_flush(sheet, false);
        }
        buffer_text(out, "]}");
    }
    buffer_char(out, ']');
    return COMITY_OK;
}

comity_status report_json(struct report *report, struct sheet *sheet)
{
    static const char *const format[] = {"format"}, *const kind[] = {"kind"},
                             *const state[] = {"state"}, *const code[] = {"code"},
                             *const field[] = {"field"},
                             *const loss[] = {"format", "kind", "code", "field"};
    struct buffer *out = &sheet->text;
    buffer_char(out, '{');
    if (report->has_batch)
        put_batch(report, out);
    put_totals(report, out);
    put_table(report, TABLE_FORMAT, "formats", format, 1, sheet);
    put_table(report, TABLE_KIND, "kinds", kind, 1, sheet);
    put_table(report, TABLE_STATE, "states", state, 1, sheet);
    put_table(report, TABLE_FAILED, "failures", code, 1, sheet);
    put_table(report, TABLE_SKIPPED, "skipped_by_code", code, 1, sheet);
    put_table(report, TABLE_FIELD, "fields", field, 1, sheet);
    put_table(report, TABLE_LOSS, "lost", loss, 4, sheet);
    put_faults(report, out);
    buffer_text(out, ",\"duplicates\":{");
    comity_status status = put_twins(report, &report->inputs, "input", sheet);
    buffer_char(out, ',');
    if (status == COMITY_OK)
        status = put_twins(report, &report->outputs, "output", sheet);
    buffer_text(out, "}}\n");
    return status;
}
