/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Documents, here or in a worker; see documents.h. */
#include "submit/documents.h"

#include "isolated.h"
#include "runtime/context.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct documents documents_of(const struct cli *cli)
{
    return (struct documents){.context = cli->context, .isolate = cli->isolate};
}

comity_status documents_open(struct documents *documents, const struct cli *cli,
                             const struct comity_options *options)
{
    *documents = documents_of(cli);
    if (!documents->isolate)
        return COMITY_OK;
    documents->isolate = NULL;
    documents->is_own = true;
    const struct isolate_kind kind = {.seconds = cli->seconds ? cli->seconds : ISOLATE_SECONDS};
    return isolate_open(&cli->config, options, &kind, &documents->isolate);
}

void documents_close(struct documents *documents)
{
    if (documents->is_own)
        isolate_close(documents->isolate);
    *documents = (struct documents){.context = NULL};
}

/* --- reading */

struct reading {
    document_fn *each;
    void *user;
    bool lacks;
};

static comity_status take_here(void *user, struct comity_record *record)
{
    struct reading *reading = user;
    struct document document = {
        .record = record, .format = record->format->id, .is_notice = check_is_notice(record)};
    if (reading->lacks)
        document.lacks = (int64_t)check_lacks(record);
    record_place(record, &document.start, &document.end);
    return reading->each(reading->user, &document);
}

static comity_status take_there(void *user, struct isolate_document *remote)
{
    struct reading *reading = user;
    struct document document = {.remote = remote,
                                .format = remote->format,
                                .start = remote->start,
                                .end = remote->end,
                                .lacks = (int64_t)remote->lacks,
                                .is_notice = remote->is_notice};
    return reading->each(reading->user, &document);
}

static comity_status read_there(const struct documents *documents,
                                const struct comity_options *options,
                                const struct comity_input *input, struct reading *reading,
                                struct comity_result *result)
{
    const struct isolate_target target = {
        .document = take_there, .lacks = reading->lacks, .user = reading};
    int fd = input->bytes ? cli_as_file(input) : input->fd;
    if (fd < 0)
        return COMITY_E_IO;
    comity_status status = isolate_convert(documents->isolate, options, fd, &target, result);
    if (input->bytes)
        close(fd);
    return status;
}

comity_status documents_read(const struct documents *documents,
                             const struct comity_options *options,
                             const struct comity_input *input, bool lacks, document_fn *each,
                             void *user, struct comity_result *result)
{
    struct reading reading = {each, user, lacks};
    return documents->isolate
               ? read_there(documents, options, input, &reading, result)
               : comity_read(documents->context, options, input, take_here, &reading, result);
}

/* --- what is asked */

char *document_copy(struct document *document, const char *path)
{
    size_t len = 0;
    const char *text = document->remote ? isolate_document_get(document->remote, path, &len)
                                        : comity_record_get(document->record, path, &len);
    if (document->remote && document->remote->status != COMITY_OK)
        return NULL;
    return text && !memchr(text, '\0', len) ? strndup(text, len) : strdup("");
}

size_t document_count(struct document *document, const char *path)
{
    return document->remote ? isolate_document_count(document->remote, path)
                            : comity_record_count(document->record, path);
}

comity_status document_write(struct document *document, const char *to, comity_write_fn *write,
                             void *user)
{
    const char *syntax = NULL;
    comity_status status;
    if (document->remote) {
        status = isolate_document_write(document->remote, to, write, user);
        syntax = document->remote->syntax;
    } else {
        status = comity_record_write(document->record, to, write, user);
        syntax = format_syntax(document->record->session->context, to);
    }
    snprintf(document->syntax, sizeof document->syntax, "%s", syntax ? syntax : "");
    return status;
}
