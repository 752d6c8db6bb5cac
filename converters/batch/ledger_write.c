/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writing the ledger of a batch; see ledger_write.h. */
#include "batch/ledger_write.h"

#include "io/file.h"
#include "syntax/json.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

char *ledger_path(const char *output)
{
    size_t len = strlen(output);
    while (len > 1 && output[len - 1] == '/')
        len--;
    char *path = malloc(len + sizeof ".ledger.jsonl");
    if (path)
        snprintf(path, len + sizeof ".ledger.jsonl", "%.*s.ledger.jsonl", (int)len, output);
    return path;
}

comity_status ledger_writer_open(struct ledger_writer *ledger, const char *output, bool resumes,
                                 uint64_t offset, bool overwrite)
{
    int flags = O_WRONLY | O_CLOEXEC | O_NOFOLLOW;
    *ledger = (struct ledger_writer){.fd = -1, .size = offset};
    buffer_init(&ledger->lines, 0);
    ledger->path = ledger_path(output);
    if (!ledger->path)
        return COMITY_E_NOMEM;
    if (!resumes)
        flags |= O_CREAT | (overwrite ? O_TRUNC : O_EXCL);
    ledger->fd = open(ledger->path, flags, 0600);
    if (ledger->fd >= 0 && ftruncate(ledger->fd, (off_t)offset) == 0 &&
        lseek(ledger->fd, (off_t)offset, SEEK_SET) >= 0)
        return COMITY_OK;
    ledger->error = errno;
    return COMITY_E_IO;
}

comity_status ledger_writer_open_partial(struct ledger_writer *ledger, const char *output)
{
    char *path = ledger_path(output);
    size_t size = (path ? strlen(path) : 0) + sizeof LEDGER_PARTIAL;
    *ledger = (struct ledger_writer){.fd = -1, .path = path ? malloc(size) : NULL};
    buffer_init(&ledger->lines, 0);
    if (ledger->path) {
        snprintf(ledger->path, size, "%s" LEDGER_PARTIAL, path);
        ledger->fd =
            open(ledger->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        ledger->error = ledger->fd < 0 ? errno : 0;
    }
    free(path);
    return ledger->fd >= 0 ? COMITY_OK : ledger->path ? COMITY_E_IO : COMITY_E_NOMEM;
}

comity_status ledger_writer_finish(struct ledger_writer *ledger)
{
    char *name = strndup(ledger->path, strlen(ledger->path) - strlen(LEDGER_PARTIAL));
    char *parent = name ? strdup(name) : NULL;
    int folder = -1;
    if (!parent) {
        free(name);
        return COMITY_E_NOMEM;
    }
    if (rename(ledger->path, name) == 0)
        folder = open(dirname(parent), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || fsync(folder) != 0)
        ledger->error = errno;
    if (folder >= 0)
        close(folder);
    free(parent);
    free(name);
    return ledger->error ? COMITY_E_IO : COMITY_OK;
}

comity_status ledger_writer_open_whole(struct ledger_writer *ledger, const char *output,
                                       uint64_t offset)
{
    *ledger = (struct ledger_writer){.fd = -1, .size = offset, .is_kept = true};
    buffer_init(&ledger->lines, 0);
    ledger->path = ledger_path(output);
    if (!ledger->path)
        return COMITY_E_NOMEM;
    ledger->fd = open(ledger->path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (ledger->fd >= 0 && lseek(ledger->fd, (off_t)offset, SEEK_SET) >= 0)
        return COMITY_OK;
    ledger->error = errno;
    return COMITY_E_IO;
}

comity_status ledger_writer_open_memory(struct ledger_writer *ledger)
{
    *ledger = (struct ledger_writer){.fd = memfd_create("ledger", MFD_CLOEXEC)};
    buffer_init(&ledger->lines, 0);
    ledger->error = ledger->fd < 0 ? errno : 0;
    return ledger->fd < 0 ? COMITY_E_IO : COMITY_OK;
}

void ledger_begin(struct ledger_writer *ledger)
{
    ledger->last = ledger->lines.size;
    buffer_char(&ledger->lines, '{');
}

static void put_name(struct ledger_writer *ledger, const char *name)
{
    struct buffer *lines = &ledger->lines;
    size_t len = strlen(name);
    if (!buffer_reserve(lines, len + 4))
        return;
    if (lines->size && lines->bytes[lines->size - 1] != '{')
        lines->bytes[lines->size++] = ',';
    lines->bytes[lines->size++] = '"';
    memcpy(lines->bytes + lines->size, name, len);
    memcpy(lines->bytes + lines->size + len, "\":", 2);
    lines->size += len + 2;
}

void ledger_text(struct ledger_writer *ledger, const char *name, const char *text, size_t len)
{
    put_name(ledger, name);
    json_put_string(&ledger->lines, text, len);
}

void ledger_string(struct ledger_writer *ledger, const char *name, const char *text)
{
    if (text)
        ledger_text(ledger, name, text, strlen(text));
}

void ledger_number(struct ledger_writer *ledger, const char *name, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    put_name(ledger, name);
    buffer_add(&ledger->lines, digits + at, sizeof digits - at);
}

void ledger_count(struct ledger_writer *ledger, const char *name, uint64_t number)
{
    if (number)
        ledger_number(ledger, name, number);
}

void ledger_list(struct ledger_writer *ledger, const char *name)
{
    put_name(ledger, name);
    buffer_char(&ledger->lines, '[');
}

void ledger_entry(struct ledger_writer *ledger, const char *text)
{
    if (ledger->lines.bytes[ledger->lines.size - 1] != '[')
        buffer_char(&ledger->lines, ',');
    json_put_string(&ledger->lines, text, strlen(text));
}

void ledger_end(struct ledger_writer *ledger)
{
    buffer_add(&ledger->lines, "}\n", 2);
}

void ledger_end_item(struct ledger_writer *ledger)
{
    ledger->ready = ledger->lines.size;
}

void ledger_end_block(struct ledger_writer *ledger, uint64_t offset)
{
    if (buffer_status(&ledger->lines) != COMITY_OK || ledger->lines.size == ledger->ready)
        return;
    ledger->lines.size -= 2;
    ledger_number(ledger, "end", offset);
    ledger_end(ledger);
    ledger_end_item(ledger);
}

comity_status ledger_writer_flush(struct ledger_writer *ledger, bool sync)
{
    struct buffer *lines = &ledger->lines;
    comity_status status = buffer_status(lines);
    if (status == COMITY_OK)
        status = write_all(ledger->fd, lines->bytes, ledger->ready, &ledger->error);
    if (status == COMITY_OK && ledger->is_kept && ledger->ready &&
        ftruncate(ledger->fd, (off_t)(ledger->size + ledger->ready)) != 0) {
        ledger->error = errno;
        status = COMITY_E_IO;
    }
    ledger->is_kept = ledger->is_kept && !ledger->ready;
    if (status == COMITY_OK && sync && fdatasync(ledger->fd) != 0) {
        ledger->error = errno;
        status = COMITY_E_IO;
    }
    if (status != COMITY_OK)
        return status;
    ledger->size += ledger->ready;
    memmove(lines->bytes, lines->bytes + ledger->ready, lines->size - ledger->ready);
    lines->size -= ledger->ready;
    ledger->ready = 0;
    return COMITY_OK;
}

void ledger_writer_close(struct ledger_writer *ledger)
{
    if (ledger->fd >= 0)
        close(ledger->fd);
    ledger->fd = -1;
    buffer_free(&ledger->lines);
    free(ledger->path);
    ledger->path = NULL;
}
