/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Gathers the totals of a ledger.  Knows nothing of how they are shown. */
#include "report.h"

#include "base/utf8.h"

#include <stdlib.h>

static const char *const result_words[] = {"done", "failed", "skipped"};

/* --- keys */

struct ledger_text report_key(struct ledger_text text)
{
    if (text.len > KEY_LIMIT)
        text.len = utf8_cut(text.text, text.len, KEY_LIMIT);
    return text;
}

void report_field(struct buffer *out, struct ledger_text field)
{
    size_t plain = 0;
    for (size_t at = 0; at < field.len; at++) {
        size_t end = at + 1;
        if (field.text[at] != '[')
            continue;
        while (end < field.len && field.text[end] >= '0' && field.text[end] <= '9')
            end++;
        if (end == at + 1 || end == field.len || field.text[end] != ']')
            continue;
        buffer_add(out, field.text + plain, at + 1 - plain);
        plain = at = end;
    }
    buffer_add(out, field.text + plain, field.len - plain);
}

/* --- groups */

static struct report_group *new_group(struct report *report, struct report_table *table,
                                      const struct ledger_text keys[GROUP_KEYS], void **slot)
{
    if (table->count == table->capacity) {
        size_t capacity = table->capacity ? table->capacity * 2 : 64;
        void *more = realloc(table->groups, capacity * sizeof *table->groups);
        if (!more)
            return NULL;
        table->groups = more;
        table->capacity = capacity;
    }
    struct report_group *group = arena_zalloc(&report->arena, sizeof *group);
    for (size_t i = 0; group && i < GROUP_KEYS; i++) {
        if (!keys[i].len)
            continue;
        group->keys[i].len = keys[i].len;
        group->keys[i].text = arena_copy(&report->arena, keys[i].text, keys[i].len);
        if (!group->keys[i].text)
            return NULL;
    }
    if (group)
        *slot = table->groups[table->count++] = group;
    return group;
}

/* The group of these keys; NULL: no memory. */
static struct report_group *find_group(struct report *report, struct report_table *table,
                                       const struct ledger_text keys[GROUP_KEYS], bool may_add)
{
    struct buffer *joined = &report->key;
    buffer_clear(joined);
    for (size_t i = 0; i < GROUP_KEYS; i++) { /* no text holds a NUL */
        buffer_add(joined, keys[i].text, keys[i].len);
        buffer_char(joined, '\0');
    }
    if (buffer_status(joined) != COMITY_OK)
        return NULL;
    struct report_group *group = map_find(&table->map, joined->bytes, joined->size);
    if (group)
        return group;
    if (!may_add || table->count == GROUP_LIMIT)
        return &table->others;
    char *copy = arena_copy(&report->arena, joined->bytes, joined->size);
    void **slot = copy ? map_add(&table->map, copy, joined->size) : NULL;
    return slot ? new_group(report, table, keys, slot) : NULL;
}

typedef void group_fn(struct report_group *group, const struct ledger_line *line,
                      uint64_t values, size_t limit);

/* Calls `each` for the group of a table to which the line belongs. */
static comity_status in_table(struct report *report, enum report_table_id table,
                              const struct ledger_text keys[GROUP_KEYS], group_fn *each,
                              const struct ledger_line *line, uint64_t values)
{
    bool is_first_time = !report->list_limit;
    struct report_group *group =
        find_group(report, &report->tables[table], keys, is_first_time);
    if (!group)
        return COMITY_E_NOMEM;
    each(group, line, values, report->list_limit);
    return COMITY_OK;
}

static comity_status by_one(struct report *report, enum report_table_id table,
                            struct ledger_text key, group_fn *each,
                            const struct ledger_line *line)
{
    struct ledger_text keys[GROUP_KEYS] = {report_key(key)};
    return in_table(report, table, keys, each, line, 0);
}

static comity_status by_loss(struct report *report, const struct ledger_loss *loss,
                             group_fn *each, const struct ledger_line *line)
{
    struct buffer *reduced = &report->previous;
    size_t start = reduced->size; /* behind what stands there for other work */
    report_field(reduced, loss->field);
    if (buffer_status(reduced) != COMITY_OK)
        return COMITY_E_NOMEM;
    struct ledger_text field = {reduced->bytes + start, reduced->size - start};
    field = report_key(field);
    struct ledger_text keys[GROUP_KEYS] = {report_key(line->format), report_key(line->kind_of),
                                           report_key(loss->code), field};
    struct ledger_text alone[GROUP_KEYS] = {field};
    comity_status status = in_table(report, TABLE_LOSS, keys, each, line, loss->count);
    if (status == COMITY_OK)
        status = in_table(report, TABLE_FIELD, alone, each, line, loss->count);
    reduced->size = start;
    return status;
}

/* Calls `each` for all groups to which a document belongs. */
static comity_status each_group(struct report *report, const struct ledger_line *line,
                                group_fn *each)
{
    const char *word = result_words[line->result];
    comity_status status =
        by_one(report, TABLE_RESULT, (struct ledger_text){word, strlen(word)}, each, line);
    if (status == COMITY_OK && line->result == LEDGER_SKIPPED)
        return by_one(report, TABLE_SKIPPED, line->code, each, line);
    if (status == COMITY_OK)
        status = by_one(report, TABLE_FORMAT, line->format, each, line);
    if (status == COMITY_OK)
        status = by_one(report, TABLE_KIND, line->kind_of, each, line);
    if (status == COMITY_OK)
        status = by_one(report, TABLE_STATE, line->state, each, line);
    if (status == COMITY_OK && line->result == LEDGER_FAILED)
        status = by_one(report, TABLE_FAILED, line->code, each, line);
    for (size_t i = 0; i < line->lost_count && status == COMITY_OK; i++)
        status = by_loss(report, &line->lost[i], each, line);
    return status;
}

/* --- the first reading */

static void count_in_group(struct report_group *group, const struct ledger_line *line,
                           uint64_t values, size_t limit)
{
    (void)limit;
    group->values += values;
    if (group->last_line == line->number)
        return; /* it lost two values of a list, and is one document */
    group->last_line = line->number;
    group->documents[line->result]++;
    group->all++;
}

/* True where the line tells of another item than the line before: the documents of one item
 * follow one another. */
static bool is_new_item(struct report *report, const struct ledger_line *line)
{
    struct buffer *was = &report->previous;
    uint64_t numbers[2] = {line->twin, line->value};
    bool is_same = was->size == line->entry.len + sizeof numbers &&
                   memcmp(was->bytes, numbers, sizeof numbers) == 0 &&
                   memcmp(was->bytes + sizeof numbers, line->entry.text, line->entry.len) == 0;
    if (is_same)
        return false;
    buffer_clear(was);
    buffer_add(was, (const char *)numbers, sizeof numbers);
    buffer_add(was, line->entry.text, line->entry.len);
    return true;
}

static comity_status add_document(struct report *report, const struct ledger_line *line)
{
    bool is_new = is_new_item(report, line), is_skipped = line->result == LEDGER_SKIPPED;
    comity_status status = buffer_status(&report->previous);
    report->items += is_new;
    report->input_bytes += is_new ? line->size : 0;
    report->output_bytes += line->output_size;
    report->mapped += line->mapped;
    report->approximated += line->approximated;
    report->kept += line->kept;
    report->dropped += line->dropped;
    report->notes += line->notes;
    report->warnings += line->warnings;
    report->losses += line->losses;
    report->errors += line->errors;
    report->lost_more += line->lost_more;
    if (status == COMITY_OK && is_new && !is_skipped && line->sha256.text)
        status = twins_add(&report->inputs, line->sha256.text, line->offset);
    if (status == COMITY_OK && line->result == LEDGER_DONE && line->output_sha256.text)
        status = twins_add(&report->outputs, line->output_sha256.text, line->offset);
    return status == COMITY_OK ? each_group(report, line, count_in_group) : status;
}

static comity_status add_fault(struct report *report, const struct ledger_line *line,
                               const char *message)
{
    if (report->fault_count++ >= FAULT_LIMIT)
        return COMITY_OK;
    char *copy = arena_copy(&report->arena, message, strlen(message));
    report->faults[report->fault_count - 1] =
        (struct report_fault){line->number, line->offset, copy};
    return copy ? COMITY_OK : COMITY_E_NOMEM;
}

static comity_status add_batch(struct report *report, const struct ledger_line *line)
{
    if (line->number != 1 && line->watch && report->batch.watch)
        return COMITY_OK; /* a watch that began again with other options or plugins */
    if (line->number != 1)
        return add_fault(report, line, "'batch' stands in another line than the first");
    if (line->version != 1)
        return add_fault(report, line, "the version of the ledger is not 1");
    report->has_batch = true;
    report->batch = *line;
    struct ledger_text *texts[] = {&report->batch.comity,  &report->batch.from,
                                   &report->batch.to,      &report->batch.options,
                                   &report->batch.plugins, &report->batch.output_kind,
                                   &report->batch.shard};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!texts[i]->text)
            continue;
        texts[i]->text = arena_copy(&report->arena, texts[i]->text, texts[i]->len);
        if (!texts[i]->text)
            return COMITY_E_NOMEM;
    }
    return COMITY_OK;
}

comity_status report_check(struct report *report, const struct ledger_line *line)
{
    report->lines++;
    if (line->kind == LEDGER_TORN) {
        report->is_torn = true;
        return COMITY_OK;
    }
    if (line->kind == LEDGER_BATCH)
        return add_batch(report, line);
    if (line->kind == LEDGER_FAULT)
        return add_fault(report, line, line->message);
    if (line->kind == LEDGER_SUMMARY) {
        report->is_finished = true;
        return COMITY_OK;
    }
    report->documents[line->result]++;
    if (line->number != 1)
        return COMITY_OK;
    return add_fault(report, line,
                     "the first line does not tell of the batch; expected {\"batch\":{...}}");
}

/* The name of a group decides between two that have as many documents. */
static int by_count(const void *a, const void *b)
{
    const struct report_group *one = *(struct report_group *const *)a,
                              *other = *(struct report_group *const *)b;
    if (one->all != other->all)
        return one->all < other->all ? 1 : -1;
    if (one->values != other->values)
        return one->values < other->values ? 1 : -1;
    for (size_t i = 0; i < GROUP_KEYS; i++) {
        const struct ledger_text *x = &one->keys[i], *y = &other->keys[i];
        size_t shorter = x->len < y->len ? x->len : y->len;
        int order = shorter ? memcmp(x->text, y->text, shorter) : 0;
        if (order || x->len != y->len)
            return order ? order : (x->len > y->len) - (x->len < y->len);
    }
    return 0;
}

comity_status report_gather(struct report *report)
{
    struct ledger_line line;
    comity_status status = COMITY_OK;
    for (int i = 0; i < TABLE_COUNT; i++)
        report->tables[i].map = (struct map){.arena = &report->arena, .key = hash_key_draw()};
    while (status == COMITY_OK) {
        status = ledger_next(report->reader, &line);
        if (status == COMITY_OK)
            status = report_check(report, &line);
        if (status == COMITY_OK && line.kind == LEDGER_DOCUMENT)
            status = add_document(report, &line);
    }
    if (status != COMITY_END)
        return status;
    for (int i = 0; i < TABLE_COUNT; i++)
        if (report->tables[i].count)
            qsort(report->tables[i].groups, report->tables[i].count,
                  sizeof *report->tables[i].groups, by_count);
    status = twins_sort(&report->inputs);
    return status == COMITY_OK ? twins_sort(&report->outputs) : status;
}

/* --- the second reading */

static size_t listed(const struct report *report, size_t limit)
{
    size_t sum = 0;
    for (int i = 0; i < TABLE_COUNT; i++)
        for (size_t g = 0; g < report->tables[i].count && g < PAGE_GROUPS; g++)
            for (int r = 0; r < LEDGER_RESULTS; r++) {
                uint64_t count = report->tables[i].groups[g]->documents[r];
                sum += count < limit ? (size_t)count : limit;
            }
    return sum;
}

static comity_status make_lists(struct report *report, struct report_group *group)
{
    for (int r = 0; r < LEDGER_RESULTS; r++) {
        size_t count = report->list_limit;
        if (group->documents[r] < count)
            count = (size_t)group->documents[r];
        if (!count)
            continue;
        struct report_list *list = &group->lists[r];
        list->offsets = arena_alloc(&report->arena, count * sizeof *list->offsets);
        list->numbers = arena_alloc(&report->arena, count * sizeof *list->numbers);
        if (!list->offsets || !list->numbers)
            return COMITY_E_NOMEM;
    }
    group->last_line = 0;
    return COMITY_OK;
}

static void note_in_group(struct report_group *group, const struct ledger_line *line,
                          uint64_t values, size_t limit)
{
    struct report_list *list = &group->lists[line->result];
    (void)values;
    if (group->last_line == line->number || list->count == limit || !list->offsets)
        return;
    group->last_line = line->number;
    list->offsets[list->count] = line->offset;
    list->numbers[list->count++] = line->number;
}

comity_status report_place(struct report *report, size_t total)
{
    static const size_t limits[] = {1000, 300, 100, 30, 10, 3, 1};
    size_t last = sizeof limits / sizeof *limits - 1, at = 0;
    struct ledger_line line;
    comity_status status = COMITY_OK;
    while (at < last && listed(report, limits[at]) > total)
        at++;
    report->list_limit = limits[at];
    for (int i = 0; i < TABLE_COUNT; i++)
        for (size_t g = 0;
             g < report->tables[i].count && g < PAGE_GROUPS && status == COMITY_OK; g++)
            status = make_lists(report, report->tables[i].groups[g]);
    ledger_rewind(report->reader);
    while (status == COMITY_OK) {
        status = ledger_next(report->reader, &line);
        if (status == COMITY_OK && line.kind == LEDGER_DOCUMENT)
            status = each_group(report, &line, note_in_group);
    }
    return status == COMITY_END ? COMITY_OK : status;
}

void report_free(struct report *report)
{
    for (int i = 0; i < TABLE_COUNT; i++)
        free(report->tables[i].groups);
    twins_free(&report->inputs);
    twins_free(&report->outputs);
    buffer_free(&report->previous);
    buffer_free(&report->key);
    arena_free(&report->arena);
    ledger_close(report->reader);
}

void sheet_flush(struct sheet *sheet, bool all)
{
    if (!all && sheet->text.size < ((size_t)64 << 10))
        return;
    if (buffer_status(&sheet->text) != COMITY_OK)
        sheet->has_failed = true;
    if (!sheet->has_failed && sheet->text.size)
        sheet->has_failed = sheet->write(sheet->user, sheet->text.bytes, sheet->text.size) != 0;
    sheet->text.size = 0;
}
