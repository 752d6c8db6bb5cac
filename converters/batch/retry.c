/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What stands aside, brought forth again; see retry.h. */
#include "batch/retry.h"

#include "batch/identity.h"
#include "batch/label.h"
#include "batch/ledger_write.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Of what a batch writes for itself, no file is larger: an item has a limit. */
#define FILE_LIMIT ((size_t)1 << 30)
#define CHUNK ((size_t)64 << 10)

/* --- what the batch was asked for */

static cJSON *read_head(const char *output)
{
    char *path = ledger_path(output), *line = NULL;
    size_t room = 0;
    FILE *file = path ? fopen(path, "re") : NULL;
    cJSON *head = file && getline(&line, &room, file) > 0 ? cJSON_Parse(line) : NULL;
    if (file)
        fclose(file);
    free(line);
    free(path);
    return head;
}

char **retry_arguments(const char *output, size_t *count)
{
    cJSON *head = read_head(output);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(head, "batch"), "arguments");
    char **arguments = NULL;
    *count = 0;
    if (cJSON_IsArray(list))
        arguments = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *arguments);
    for (const cJSON *name = arguments ? list->child : NULL; name && name->next;
         name = name->next->next) {
        const char *value = cJSON_GetStringValue(name->next);
        if (!cJSON_IsString(name) || !value || identity_is_of_run(name->valuestring))
            continue;
        size_t size = strlen(name->valuestring) + strlen(value) + 4;
        char *argument = malloc(size);
        if (argument)
            snprintf(argument, size, "--%s%s%s", name->valuestring, *value ? "=" : "", value);
        if (argument)
            arguments[(*count)++] = argument;
    }
    cJSON_Delete(head);
    return arguments;
}

void retry_free_arguments(char **arguments)
{
    for (size_t i = 0; arguments && arguments[i]; i++)
        free(arguments[i]);
    free(arguments);
}

/* --- what failed */

static comity_status next(struct retrying *self)
{
    comity_status status;
    do
        status = ledger_next(self->reader, &self->line);
    while (status == COMITY_OK &&
           (self->line.kind != LEDGER_DOCUMENT || self->line.result != LEDGER_FAILED));
    self->has_line = status == COMITY_OK;
    return status == COMITY_END ? COMITY_OK : status;
}

/* Sums up what there is, and finds where it ends.  `hidden` failures count no more. */
static comity_status sum_up(struct retrying *self)
{
    comity_status status;
    bool is_whole = false;
    uint64_t retry = 0;
    while ((status = ledger_next(self->reader, &self->line)) == COMITY_OK) {
        const struct ledger_line *line = &self->line;
        if (line->kind == LEDGER_SUMMARY || line->kind == LEDGER_TORN)
            self->ledger = line->offset;
        is_whole = is_whole || line->kind == LEDGER_SUMMARY;
        if (line->kind != LEDGER_DOCUMENT)
            continue;
        self->done += line->result == LEDGER_DONE;
        self->failed += line->result == LEDGER_FAILED;
        self->skipped += line->result == LEDGER_SKIPPED;
        self->losses += line->losses;
        self->output = line->end ? line->end : self->output;
        retry = line->retry > retry ? line->retry : retry;
        self->ledger = 0; /* behind the last line, unless one follows */
    }
    if (!self->ledger)
        self->ledger = self->line.offset;
    self->retry = retry;
    self->is_whole = is_whole;
    if (status != COMITY_END)
        return status;
    return is_whole || retry ? COMITY_OK : COMITY_E_INVALID;
}

comity_status retry_open(struct retrying *self, const char *output)
{
    char *path = ledger_path(output);
    size_t size = strlen(output) + sizeof ".quarantine";
    comity_status status = COMITY_E_NOMEM;
    *self = (struct retrying){.quarantine = malloc(size)};
    if (path && self->quarantine) {
        snprintf(self->quarantine, size, "%s.quarantine", output);
        status = ledger_open(path, &self->reader);
    }
    free(path);
    if (status == COMITY_OK)
        status = ledger_hide_retried(self->reader);
    if (status == COMITY_OK)
        status = sum_up(self);
    if (status != COMITY_OK)
        return status;
    ledger_rewind(self->reader);
    status = next(self);
    self->retry += self->has_line;
    /* one that was cut off at its very end is still to be ended */
    bool is_ended = self->is_whole && access(output, F_OK) == 0;
    return status == COMITY_OK && !self->has_line && is_ended ? COMITY_END : status;
}

/* Reads "QUARANTINE/NAME/file"; COMITY_END where it is not there. */
static comity_status read_file(const struct retrying *self, const char *name, const char *file,
                               struct buffer *out)
{
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/%s/%s", self->quarantine, name, file) >=
        sizeof path)
        return COMITY_E_LIMIT;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? COMITY_END : COMITY_E_IO;
    ssize_t got = 1;
    buffer_init(out, FILE_LIMIT);
    while (got > 0 && buffer_reserve(out, CHUNK)) {
        got = read(fd, out->bytes + out->size, CHUNK);
        out->size += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    return got < 0 ? COMITY_E_IO : buffer_status(out);
}

static uint64_t number_of(const cJSON *object, const char *name)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(number) && number->valuedouble > 0 ? (uint64_t)number->valuedouble
                                                             : 0;
}

/* Where the item stood in its file, as reason.json remembers it. */
static void find_place(const struct retrying *self, const char *name, struct item *item)
{
    struct buffer reason;
    item->line = item->column = 1;
    if (read_file(self, name, "reason.json", &reason) != COMITY_OK)
        return;
    cJSON *object = cJSON_ParseWithLength(reason.bytes, reason.size);
    item->line = number_of(object, "line");
    item->column = number_of(object, "column");
    item->offset = number_of(object, "offset");
    item->line += !item->line;
    item->column += !item->column;
    cJSON_Delete(object);
    buffer_free(&reason);
}

/* Adds a document to those that are asked for; 0 asks for all. */
static comity_status ask(struct job *job, bool *is_all, uint64_t position)
{
    *is_all = *is_all || !position;
    uint64_t *more = realloc(job->only, (job->only_count + 1) * sizeof *more);
    if (!more)
        return COMITY_E_NOMEM;
    job->only = more;
    job->only[job->only_count++] = position;
    return COMITY_OK;
}

/* The lines of one item: which of its documents failed. */
static comity_status ask_all(struct retrying *self, struct job *job)
{
    comity_status status = COMITY_OK;
    bool is_all = false;
    while (status == COMITY_OK && self->has_line && self->line.twin == job->item.twin &&
           self->line.value == job->item.value && self->line.entry.len == job->item.entry_len &&
           memcmp(self->line.entry.text, job->item.entry, job->item.entry_len) == 0) {
        status = ask(job, &is_all, self->line.position);
        if (status == COMITY_OK)
            status = next(self);
    }
    if (is_all)
        job->only_count = 0;
    return status;
}

comity_status retry_next(struct retrying *self)
{
    char name[OUTPUT_NAME_SIZE];
    struct buffer bytes;
    const struct ledger_line *line = &self->line;
    if (!self->has_line)
        return COMITY_END;
    if (!output_name_is(line->quarantine.text, line->quarantine.len)) {
        self->absent++;
        return next(self);
    }
    memcpy(name, line->quarantine.text, line->quarantine.len);
    name[line->quarantine.len] = '\0';
    comity_status status = read_file(self, name, "input", &bytes);
    if (status == COMITY_END) {
        self->absent++;
        return next(self);
    }
    if (status != COMITY_OK)
        return status;
    struct item item = {.outcome = ITEM_TAKEN,
                        .entry = line->entry.text,
                        .entry_len = line->entry.len,
                        .twin = line->twin,
                        .value = line->value,
                        .bytes = bytes.bytes,
                        .size = bytes.size};
    find_place(self, name, &item);
    struct job *job = job_new(&item, 0);
    buffer_free(&bytes);
    status = job ? ask_all(self, job) : COMITY_E_NOMEM;
    if (status != COMITY_OK) {
        job_free(job);
        return status;
    }
    return self->each(self->user, job);
}

void retry_close(struct retrying *self)
{
    ledger_close(self->reader);
    free(self->quarantine);
    *self = (struct retrying){.reader = NULL};
}
