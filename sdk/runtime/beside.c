/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files that a format keeps beside its documents: the document has a label for each, and their
 * bytes stand in a folder that the user names.  A label is never a path; a file that is there
 * is never replaced; a digest that the document states is checked. */
#include "io/file.h"
#include "io/source.h"
#include "runtime/context.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LABEL 255u

static void report(struct comity_record *record, const struct beside *file, int32_t severity,
                   const char *code, const char *hint, const char *what)
{
    char message[400];
    snprintf(message, sizeof message, "the file '%.*s' %s",
             clip(file->label, file->label_len, 120), file->label, what);
    record_report(&record->record, &record->session->findings, file->attachment, severity, code,
                  hint, message);
}

bool beside_is_label(const char *label, size_t len)
{
    if (!len || len > MAX_LABEL || label[0] == '.')
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)label[i];
        if (c < 0x20 || c == 0x7F || c == '/' || c == '\\')
            return false;
    }
    return true;
}

static bool check_label(struct comity_record *record, const struct beside *file,
                        int32_t severity)
{
    if (beside_is_label(file->label, file->label_len))
        return true;
    report(record, file, severity, "model.attachment-name",
           "give it a name without folders, of up to 255 bytes, that begins with no dot",
           "has a name that could be a path");
    return false;
}

/* "FOLDER/LABEL"; NULL: no memory. */
static char *path_of(const char *folder, const char *label, size_t len)
{
    size_t size = strlen(folder) + len + 2;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s/%.*s", folder, (int)len, label);
    return path;
}

int beside_open(const char *folder, const char *label, size_t len, int *fd)
{
    char *path = path_of(folder, label, len);
    if (!path)
        return ENOMEM;
    *fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    int error = *fd < 0 ? errno : 0;
    free(path);
    return error;
}

/* Opens the file here, or has it opened. */
static int open_file(const struct session *session, const struct beside *file, int *fd)
{
    const struct attachments *other = session->context->attachments;
    return other ? other->open(other->user, file->label, file->label_len, fd)
                 : beside_open(session->options->attachments, file->label, file->label_len, fd);
}

/* The whole of a file of the folder, in the arena; 0, or errno (EFBIG: over the limit). */
static int read_file(struct comity_record *record, const struct beside *file,
                     const char **bytes, size_t *size)
{
    struct session *session = record->session;
    struct stat status;
    struct source source;
    int fd = -1, error = open_file(session, file, &fd);
    if (error || fd < 0)
        return error ? error : EIO;
    if (fstat(fd, &status) != 0)
        error = errno;
    else if (!S_ISREG(status.st_mode))
        error = ELOOP;
    else if (status.st_size > (off_t)session->context->limits.bytes)
        error = EFBIG;
    if (!error) {
        source_init_fd(&source, fd, session->context->limits.bytes);
        comity_status read = source_fill(&source, (size_t)status.st_size);
        error = read == COMITY_OK ? 0 : source.error ? source.error : ENOMEM;
        *size = source.size;
        *bytes = error ? NULL : arena_copy(&session->arena, source.bytes, source.size);
        error = error ? error : *bytes ? 0 : ENOMEM;
        source_free(&source);
    }
    close(fd);
    return error;
}

/* --- reading */

/* True if a digest is stated, in whatever case: a form may write it in capitals. */
static bool is_digest(const struct value *stated, const char hex[SHA256_HEX_SIZE])
{
    bool same = stated->form == VALUE_TEXT && stated->len == SHA256_HEX_SIZE;
    for (uint32_t i = 0; same && i < stated->len; i++) {
        char c = stated->text[i];
        same = (c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) == hex[i];
    }
    return same;
}

static comity_status take_file(struct comity_record *record, const struct beside *file)
{
    const char *bytes = NULL;
    size_t size = 0, len = 0;
    int error = read_file(record, file, &bytes, &size);
    if (error == ENOMEM)
        return COMITY_E_NOMEM;
    if (error) {
        report(record, file, COMITY_WARNING, "io.attachment",
               "put it into the folder of --attachments",
               error == ELOOP ? "is a link, or no plain file" : strerror(error));
        return COMITY_OK;
    }
    char hex[SHA256_HEX_SIZE];
    const struct value *stated = value_child(file->attachment, F_attachment_sha256);
    encoding_sha256(bytes, size, hex);
    if (stated && !is_digest(stated, hex)) {
        report(record, file, COMITY_ERROR, "model.attachment-digest",
               "find out which is right before it is used",
               "is not the one whose SHA-256 the document states");
        return COMITY_OK;
    }
    const char *base64 = encoding_to_base64(&record->session->arena, bytes, size, &len);
    struct value *content = base64 ? value_add_text(&record->record, file->attachment,
                                                    F_attachment_content, base64, len, 0)
                                   : NULL;
    return content ? COMITY_OK : COMITY_E_NOMEM;
}

comity_status beside_take(struct comity_record *record)
{
    comity_status status = COMITY_OK;
    if (!record->session->options->attachments)
        return COMITY_OK;
    for (const struct beside *file = record->record.files; file && status == COMITY_OK;
         file = file->next)
        if (!value_child(file->attachment, F_attachment_content) &&
            check_label(record, file, COMITY_WARNING))
            status = take_file(record, file);
    return status;
}

/* --- writing */

/* An attachment whose bytes are not written into the document. */
struct aside {
    struct aside *next;
    struct value *attachment;
    const struct value *content;
    const char *bytes;
    size_t size;
};

static comity_status set_aside(struct comity_record *record, struct aside **asides)
{
    struct arena *arena = &record->session->arena;
    for (struct value *v = value_child(record->record.root, F_document_attachments); v;
         v = value_next(v)) {
        struct value *content =
            v->form == VALUE_GROUP ? value_child(v, F_attachment_content) : NULL;
        struct aside *aside = content ? arena_zalloc(arena, sizeof *aside) : NULL;
        if (!content)
            continue;
        if (!aside)
            return COMITY_E_NOMEM;
        comity_status status = encoding_from_base64(arena, content->text, content->len,
                                                    &aside->bytes, &aside->size);
        if (status == COMITY_E_INVALID)
            continue; /* is told already, and stays where it is */
        if (status != COMITY_OK)
            return status;
        value_remove(content);
        aside->attachment = v;
        aside->content = content;
        aside->next = *asides;
        *asides = aside;
    }
    return COMITY_OK;
}

/* Puts contents back; those that the document has a label for are written beside it. */
static comity_status put_back(struct comity_record *record, const struct aside *aside)
{
    for (; aside; aside = aside->next) {
        struct value *value =
            value_add_text(&record->record, aside->attachment, F_attachment_content,
                           aside->content->text, aside->content->len, aside->content->node);
        if (!value)
            return COMITY_E_NOMEM;
        value->flags = aside->content->flags & (uint8_t)~VALUE_ASKED;
        for (struct beside *file = record->record.files; file; file = file->next)
            if (file->attachment == aside->attachment) {
                file->bytes = aside->bytes;
                file->size = aside->size;
                value->flags |= VALUE_ASKED;
            }
    }
    return COMITY_OK;
}

comity_status beside_write(struct record_writer *writer, struct comity_record *record,
                           struct buffer *out)
{
    struct aside *asides = NULL;
    comity_status status = COMITY_OK;
    record->record.files = NULL;
    if (record->session->options->attachments && writer->format->t->has_files)
        status = set_aside(record, &asides);
    if (status == COMITY_OK)
        status = template_write(&writer->templated, &record->record, &record->session->findings,
                                out);
    comity_status back = put_back(record, asides);
    return status == COMITY_OK ? back : status;
}

/* True if another attachment of the document has the label, and other bytes. */
static bool is_taken(const struct beside *file)
{
    for (const struct beside *other = file->next; other; other = other->next)
        if (other->bytes && other->label_len == file->label_len &&
            memcmp(other->label, file->label, file->label_len) == 0 &&
            (other->size != file->size || memcmp(other->bytes, file->bytes, file->size) != 0))
            return true;
    return false;
}

/* True if a plain file holds these bytes. */
static bool holds(const char *path, const char *bytes, size_t size)
{
    char chunk[16384];
    struct stat status;
    size_t at = 0;
    ssize_t got = 0;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool is_same =
        fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && (uint64_t)status.st_size == size;
    while (is_same && (got = read(fd, chunk, sizeof chunk)) > 0) {
        is_same = (size_t)got <= size - at && memcmp(bytes + at, chunk, (size_t)got) == 0;
        at += (size_t)got;
    }
    close(fd);
    return is_same && got == 0 && at == size;
}

static int store(const char *path, const char *bytes, size_t size)
{
    struct output_file output;
    struct stat there;
    /* What is there is no output, were it a pipe that nobody reads. */
    if (lstat(path, &there) == 0)
        return holds(path, bytes, size) ? 0 : EEXIST;
    comity_status status = output_open(&output, path, false);
    if (status == COMITY_E_IO && output.error == EEXIST)
        return holds(path, bytes, size) ? 0 : EEXIST;
    if (status == COMITY_OK)
        status = output_write(&output, bytes, size);
    if (status == COMITY_OK)
        status = output_commit(&output);
    if (status == COMITY_OK)
        return 0;
    int error = status == COMITY_E_NOMEM ? ENOMEM : output.error ? output.error : EIO;
    output_abandon(&output);
    return error;
}

int beside_store(const char *folder, const char *label, size_t len, const char *bytes,
                 size_t size)
{
    char *path = path_of(folder, label, len);
    if (!path)
        return ENOMEM;
    mkdir(folder, 0700); /* where that fails, the file says why */
    int error = store(path, bytes, size);
    free(path);
    return error;
}

static comity_status put_file(struct comity_record *record, const struct beside *file)
{
    const struct attachments *other = record->session->context->attachments;
    int error =
        other ? other->store(other->user, file->label, file->label_len, file->bytes, file->size)
              : beside_store(record->session->options->attachments, file->label,
                             file->label_len, file->bytes, file->size);
    if (!error)
        return COMITY_OK;
    if (error == ENOMEM)
        return COMITY_E_NOMEM;
    bool is_there = error == EEXIST;
    report(record, file, COMITY_ERROR, "io.attachment",
           is_there ? "name another folder with --attachments, or rename the attachment" : NULL,
           is_there ? "is in the folder already, with other bytes" : strerror(error));
    return is_there ? COMITY_E_INVALID : COMITY_E_IO;
}

comity_status beside_put(struct comity_record *record)
{
    const char *folder = record->session->options->attachments;
    comity_status status = COMITY_OK;
    bool has_files = false;
    for (const struct beside *file = folder ? record->record.files : NULL; file;
         file = file->next) {
        if (!file->bytes)
            continue;
        has_files = true;
        if (!check_label(record, file, COMITY_ERROR))
            return COMITY_E_INVALID;
        if (is_taken(file)) {
            report(record, file, COMITY_ERROR, "io.attachment",
                   "rename one: --set attachments[0].name=...",
                   "stands for two attachments of the document");
            return COMITY_E_INVALID;
        }
    }
    for (const struct beside *file = has_files ? record->record.files : NULL;
         file && status == COMITY_OK; file = file->next)
        if (file->bytes)
            status = put_file(record, file);
    return status;
}
