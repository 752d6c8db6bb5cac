/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which documents lost what, and which are alike: lines of the ledger that answer a question,
 * as text with tabs or as JSON lines. */
#include "report.h"
#include "visible.h"

#include "syntax/json.h"

static const char *const result_words[] = {"done", "failed", "skipped"};

/* --- what is asked for */

/* A text as it stands, or as it is shown where it is long. */
static bool is_asked(const char *asked, struct ledger_text text)
{
    size_t len = asked ? strlen(asked) : 0;
    if (!asked)
        return true;
    return (text.len == len && (!len || memcmp(text.text, asked, len) == 0)) ||
           (report_key(text).len == len && len && memcmp(text.text, asked, len) == 0);
}

/* A field is asked for with the numbers of its lists, or without them. */
static bool is_field_asked(const struct report_filter *filter, struct ledger_text field,
                           struct buffer *work)
{
    if (is_asked(filter->field, field))
        return true;
    buffer_clear(work);
    report_field(work, field);
    return is_asked(filter->field, (struct ledger_text){work->bytes, work->size});
}

static bool is_loss_asked(const struct report_filter *filter, const struct ledger_loss *loss,
                          struct buffer *work)
{
    return is_asked(filter->code, loss->code) && is_field_asked(filter, loss->field, work);
}

static bool is_document_asked(const struct report_filter *filter,
                              const struct ledger_line *line)
{
    return line->kind == LEDGER_DOCUMENT && is_asked(filter->format, line->format) &&
           is_asked(filter->kind, line->kind_of) && is_asked(filter->state, line->state) &&
           (filter->result < 0 || filter->result == (int)line->result);
}

/* --- showing it */

static void put_member(struct buffer *out, const char *name, struct ledger_text text)
{
    if (!text.text)
        return;
    buffer_format(out, ",\"%s\":", name);
    json_put_string(out, text.text, text.len);
}

/* Which entry it is: {"entry":...,"twin":...,"value":...,"position":... and open. */
static void put_json_place(struct buffer *out, const struct ledger_line *line)
{
    buffer_text(out, "{\"entry\":");
    json_put_string(out, line->entry.text, line->entry.len);
    if (line->twin)
        buffer_format(out, ",\"twin\":%llu", (unsigned long long)line->twin);
    if (line->value)
        buffer_format(out, ",\"value\":%llu", (unsigned long long)line->value);
    buffer_format(out, ",\"position\":%llu", (unsigned long long)line->position);
}

static void put_json_row(struct buffer *out, const struct ledger_line *line,
                         const struct ledger_loss *loss)
{
    put_json_place(out, line);
    buffer_format(out, ",\"result\":\"%s\"", result_words[line->result]);
    if (loss) {
        put_member(out, "code", loss->code);
        put_member(out, "field", loss->field);
        buffer_format(out, ",\"count\":%llu", (unsigned long long)loss->count);
    } else
        put_member(out, "code", line->code);
    put_member(out, "format", line->format);
    put_member(out, "kind", line->kind_of);
    put_member(out, "state", line->state);
    put_member(out, "output", line->output);
    put_member(out, "quarantine", line->quarantine);
    buffer_text(out, "}\n");
}

/* The name of an entry, told from others of that name. */
static void put_entry(struct buffer *out, const struct ledger_line *line)
{
    visible_text(out, line->entry.text, line->entry.len);
    if (line->twin)
        buffer_format(out, " (twin %llu)", (unsigned long long)line->twin);
    if (line->value)
        buffer_format(out, " (value %llu)", (unsigned long long)line->value);
}

static void put_row(struct buffer *out, const struct ledger_line *line,
                    const struct ledger_loss *loss)
{
    struct ledger_text code = loss ? loss->code : line->code;
    put_entry(out, line);
    buffer_format(out, "\t%llu\t%s\t", (unsigned long long)line->position,
                  result_words[line->result]);
    visible_text(out, code.text, code.len);
    buffer_char(out, '\t');
    if (loss) {
        visible_text(out, loss->field.text, loss->field.len);
        buffer_format(out, "\t%llu", (unsigned long long)loss->count);
    } else
        buffer_char(out, '\t');
    buffer_char(out, '\n');
}

/* A row for each loss where losses are asked for, else one for the document. */
static void put_line(struct sheet *sheet, const struct report_request *request,
                     const struct ledger_line *line, struct buffer *work)
{
    const struct report_filter *filter = &request->filter;
    void (*put)(struct buffer *, const struct ledger_line *, const struct ledger_loss *) =
        request->json ? put_json_row : put_row;
    if (!filter->lost && !filter->field &&
        (!filter->code || is_asked(filter->code, line->code)))
        put(&sheet->text, line, NULL);
    else
        for (size_t i = 0; i < line->lost_count; i++)
            if (is_loss_asked(filter, &line->lost[i], work))
                put(&sheet->text, line, &line->lost[i]);
    sheet_flush(sheet, false);
}

comity_status report_lines(struct report *report, const struct report_request *request,
                           struct sheet *sheet)
{
    struct buffer work;
    struct ledger_line line;
    comity_status status = COMITY_OK;
    buffer_init(&work, 0);
    while (status == COMITY_OK && !sheet->has_failed) {
        status = ledger_next(report->reader, &line);
        if (status == COMITY_OK)
            status = report_check(report, &line);
        if (status == COMITY_OK && is_document_asked(&request->filter, &line))
            put_line(sheet, request, &line, &work);
    }
    if (buffer_status(&work) != COMITY_OK)
        status = buffer_status(&work);
    buffer_free(&work);
    return status == COMITY_END ? COMITY_OK : status;
}

/* --- documents that are alike */

static comity_status put_group(struct report *report, const struct twins *twins,
                               const struct twin_group *group, const char *what, bool json,
                               struct sheet *sheet)
{
    bool is_input = twins == &report->inputs;
    struct buffer *out = &sheet->text;
    for (size_t i = 0; i < group->count; i++) {
        struct ledger_line line;
        comity_status status =
            ledger_at(report->reader, twins->entries[group->first + i].offset, &line);
        if (status != COMITY_OK)
            return status;
        struct ledger_text digest = is_input ? line.sha256 : line.output_sha256;
        if (i == 0 && json)
            buffer_format(out,
                          "{\"same\":\"%s\",\"sha256\":\"%.*s\",\"count\":%zu,\"entries\":[",
                          what, (int)digest.len, digest.text, group->count);
        else if (i == 0)
            buffer_format(out, "%.*s\t%s\t%zu\n", (int)digest.len, digest.text, what,
                          group->count);
        if (json) {
            buffer_text(out, i ? "," : "");
            put_json_place(out, &line);
            buffer_char(out, '}');
        } else {
            buffer_text(out, "    ");
            put_entry(out, &line);
            if (line.position > 1)
                buffer_format(out, "\t%llu", (unsigned long long)line.position);
            buffer_char(out, '\n');
        }
        sheet_flush(sheet, false);
    }
    buffer_text(out, json ? "]}\n" : "");
    return COMITY_OK;
}

comity_status report_duplicates(struct report *report, const struct report_request *request,
                                struct sheet *sheet)
{
    const struct twins *all[] = {&report->inputs, &report->outputs};
    static const char *const what[] = {"input", "output"};
    comity_status status = COMITY_OK;
    for (int i = 0; i < 2; i++)
        for (size_t g = 0; g < all[i]->group_count && status == COMITY_OK; g++)
            status =
                put_group(report, all[i], &all[i]->groups[g], what[i], request->json, sheet);
    return status;
}
