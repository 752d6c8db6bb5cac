/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The parts of a batch: are they all there, whole, and of one batch?  And which of them has the
 * next item; see merge.h. */
#include "batch/merge.h"

#include "batch/ledger_write.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Shards that are missing are named up to here. */
#define NAMED_MAX 20

static comity_status refuse(struct cli *cli, comity_status status, const char *path,
                            const char *message, const char *hint)
{
    cli_report(cli, COMITY_ERROR, status == COMITY_E_USAGE ? "batch.parts" : "batch.part", path,
               message, hint);
    cli->wrong_usage = cli->wrong_usage || status == COMITY_E_USAGE;
    cli->output_failed = cli->output_failed || status != COMITY_E_USAGE;
    return status;
}

const char *part_text(const struct merge_part *part, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(part->head, name));
}

/* --- one part */

static bool take_shard(struct merge_part *part)
{
    const char *text = part_text(part, "shard"), *slash = text ? strchr(text, '/') : NULL;
    char head[12] = "";
    if (!slash || slash - text > 10)
        return false;
    memcpy(head, text, (size_t)(slash - text));
    return cli_number(head, 1000000, &part->shard) &&
           cli_number(slash + 1, 1000000, &part->shards) && part->shard &&
           part->shard <= part->shards;
}

static comity_status take_head(struct merge_part *part, struct cli *cli)
{
    comity_status status = ledger_next(part->reader, &part->line);
    if (status == COMITY_E_NOMEM)
        return status;
    if (status != COMITY_OK || part->line.kind != LEDGER_BATCH || part->line.version != 1)
        return refuse(cli, COMITY_E_INVALID, part->path,
                      "beside it stands no ledger of a batch", NULL);
    cJSON *line = cJSON_ParseWithLength(part->line.whole.text, part->line.whole.len);
    part->head = cJSON_DetachItemFromObjectCaseSensitive(line, "batch");
    cJSON_Delete(line);
    if (!part->head)
        return COMITY_E_NOMEM;
    if (!take_shard(part))
        return refuse(cli, COMITY_E_USAGE, part->path, "it is not the output of one shard",
                      "name the outputs of runs with --shard I/N");
    return part_next(part);
}

/* The last line says that the run came to its end, and what all its inputs held. */
static comity_status take_summary(struct merge_part *part, struct cli *cli)
{
    struct ledger_line line;
    ledger_last(part->reader, &line);
    if (line.kind != LEDGER_SUMMARY)
        return refuse(cli, COMITY_E_INVALID, part->path, "the shard was not finished",
                      "comity batch --resume goes on with it");
    if (line.retries)
        return refuse(cli, COMITY_E_USAGE, part->path,
                      "what had failed in the shard was tried again",
                      "merge the shards first, then try again with comity batch retry");
    part->items = line.items;
    if (line.inputs.len == SHA256_TEXT - 1)
        memcpy(part->inputs, line.inputs.text, line.inputs.len);
    return COMITY_OK;
}

static comity_status part_open(struct merge_part *part, struct cli *cli, const char *path,
                               enum sink_kind kind)
{
    char *ledger = ledger_path(path), message[300];
    size_t size = strlen(path) + sizeof ".quarantine";
    comity_status status = COMITY_E_NOMEM;
    part->path = path;
    part->quarantine = malloc(size);
    source_init(&part->source, path, kind);
    if (ledger && part->quarantine) {
        size_t len = strlen(ledger) - strlen(".ledger.jsonl"); /* without a '/' at the end */
        snprintf(part->quarantine, size, "%.*s.quarantine", (int)len, ledger);
        status = ledger_open(ledger, &part->reader);
    }
    if (status == COMITY_E_IO) {
        snprintf(message, sizeof message, "its ledger cannot be read: %s", strerror(errno));
        status =
            refuse(cli, status, path, message, "name the output of a run with --shard I/N");
    }
    free(ledger);
    if (status == COMITY_OK)
        status = take_summary(part, cli);
    return status == COMITY_OK ? take_head(part, cli) : status;
}

comity_status part_next(struct merge_part *part)
{
    comity_status status = ledger_next(part->reader, &part->line);
    part->has_line = status == COMITY_OK && part->line.kind != LEDGER_SUMMARY;
    return status == COMITY_END ? COMITY_OK : status;
}

/* --- all of them */

static bool is_same(const struct merge_part *a, const struct merge_part *b, const char *name)
{
    const char *one = part_text(a, name), *other = part_text(b, name);
    return one == other || (one && other && strcmp(one, other) == 0);
}

/* What makes two parts those of one batch; NULL where they are. */
static const char *difference(const struct merge_part *a, const struct merge_part *b)
{
    static const struct {
        const char *name, *message;
    } members[] = {{"comity", "it was made by another version of comity than the first part"},
                   {"from", "it was read from another format than the first part"},
                   {"to", "it was converted to another format than the first part"},
                   {"output", "its output is of another kind than that of the first part"},
                   {"options", "it was made with other options than the first part"},
                   {"plugins", "it was made by other plugins than the first part"}};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (!is_same(a, b, members[i].name))
            return members[i].message;
    if (a->shards != b->shards)
        return "it is of another number of shards than the first part";
    if (a->items != b->items || strcmp(a->inputs, b->inputs) != 0)
        return "it is of other inputs than the first part";
    return NULL;
}

static comity_status tell_missing(const struct merge_parts *parts, struct cli *cli,
                                  struct merge_part *const *found)
{
    uint64_t shards = parts->parts[0].shards, missing = shards - parts->count, named = 0;
    struct buffer message;
    buffer_init(&message, 0);
    buffer_text(&message,
                missing == 1 ? "this shard is missing: " : "these shards are missing: ");
    for (uint64_t i = 0; i < shards && named < NAMED_MAX; i++)
        if (!found[i])
            buffer_format(&message, "%s%llu/%llu", named++ ? ", " : "",
                          (unsigned long long)i + 1, (unsigned long long)shards);
    if (missing > named)
        buffer_format(&message, " and %llu more", (unsigned long long)(missing - named));
    buffer_char(&message, '\0');
    comity_status status = buffer_status(&message);
    if (status == COMITY_OK)
        status = refuse(cli, COMITY_E_USAGE, cli->output, message.bytes,
                        "all shards of a batch are merged at once");
    buffer_free(&message);
    return status;
}

static comity_status check_all(struct merge_parts *parts, struct cli *cli)
{
    comity_status status = COMITY_OK;
    struct merge_part *first = &parts->parts[0];
    struct merge_part **found = calloc(first->shards, sizeof *found);
    char message[300];
    if (!found)
        return COMITY_E_NOMEM;
    for (size_t i = 0; i < parts->count && status == COMITY_OK; i++) {
        struct merge_part *part = &parts->parts[i];
        const char *other = difference(first, part);
        if (other)
            status = refuse(cli, COMITY_E_USAGE, part->path, other, NULL);
        else if (found[part->shard - 1]) {
            snprintf(message, sizeof message, "it is shard %llu/%llu, and so is %.200s",
                     (unsigned long long)part->shard, (unsigned long long)part->shards,
                     found[part->shard - 1]->path);
            status = refuse(cli, COMITY_E_USAGE, part->path, message, NULL);
        }
        if (status == COMITY_OK)
            found[part->shard - 1] = part;
    }
    if (status == COMITY_OK && parts->count < first->shards)
        status = tell_missing(parts, cli, found);
    free(found);
    return status;
}

/* The output must be none of the parts: it would be replaced while it is read. */
static comity_status check_output(const char *path, struct cli *cli)
{
    struct stat one, other;
    char *a = ledger_path(path), *b = ledger_path(cli->output);
    comity_status status = a && b ? COMITY_OK : COMITY_E_NOMEM;
    if (status == COMITY_OK && stat(a, &one) == 0 && stat(b, &other) == 0 &&
        one.st_ino == other.st_ino && one.st_dev == other.st_dev)
        status = refuse(cli, COMITY_E_USAGE, path, "it is the output too", NULL);
    free(a);
    free(b);
    return status;
}

comity_status parts_open(struct merge_parts *parts, struct cli *cli, enum sink_kind kind)
{
    size_t count = (size_t)cli->input_count;
    comity_status status = COMITY_OK;
    parts->parts = calloc(count, sizeof *parts->parts);
    parts->heap = calloc(count, sizeof *parts->heap);
    if (!parts->parts || !parts->heap)
        return COMITY_E_NOMEM;
    for (size_t i = 0; i < count && status == COMITY_OK; i++) {
        status = check_output(cli->inputs[i], cli);
        if (status == COMITY_OK) {
            parts->count = i + 1;
            status = part_open(&parts->parts[i], cli, cli->inputs[i], kind);
        }
    }
    if (status == COMITY_OK)
        status = check_all(parts, cli);
    for (size_t i = 0; i < parts->count && status == COMITY_OK; i++)
        if (parts->parts[i].has_line)
            parts->heap[parts->heap_count++] = &parts->parts[i];
    for (size_t i = parts->heap_count; i > 1; i--) { /* few: sorted is a heap too */
        for (size_t j = 1; j < i; j++)
            if (parts->heap[j - 1]->line.item > parts->heap[j]->line.item) {
                struct merge_part *swap = parts->heap[j];
                parts->heap[j] = parts->heap[j - 1];
                parts->heap[j - 1] = swap;
            }
    }
    return status;
}

struct merge_part *parts_first(const struct merge_parts *parts)
{
    return parts->heap_count ? parts->heap[0] : NULL;
}

void parts_sort(struct merge_parts *parts)
{
    struct merge_part **heap = parts->heap;
    if (!heap[0]->has_line)
        heap[0] = heap[--parts->heap_count];
    for (size_t i = 0;;) {
        size_t child = 2 * i + 1;
        if (child + 1 < parts->heap_count &&
            heap[child + 1]->line.item < heap[child]->line.item)
            child++;
        if (child >= parts->heap_count || heap[i]->line.item <= heap[child]->line.item)
            return;
        struct merge_part *swap = heap[i];
        heap[i] = heap[child];
        heap[child] = swap;
        i = child;
    }
}

void parts_close(struct merge_parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        struct merge_part *part = &parts->parts[i];
        ledger_close(part->reader);
        cJSON_Delete(part->head);
        source_close(&part->source);
        free(part->quarantine);
    }
    free(parts->parts);
    free(parts->heap);
}
