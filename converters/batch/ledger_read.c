/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The lines of a file, with their numbers and offsets.  What stands in them is the business of
 * ledger_line.c. */
#include "ledger_read.h"

#include "ledger_line.h"
#include "ledger_retried.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK ((size_t)256 << 10)
#define ROOM (LEDGER_LINE_LIMIT + CHUNK)
#define FIRST_TRY ((size_t)4 << 10) /* bytes: most lines are shorter */

struct ledger_reader {
    int fd;
    uint64_t size;      /* of the ledger, when it was opened */
    uint64_t offset;    /* of the next byte to be read from it */
    uint64_t number;    /* lines given */
    char *room;         /* ROOM bytes: */
    size_t from, until; /* what is read and not given yet */
    char *single;       /* LEDGER_LINE_LIMIT bytes, for ledger_at() */
    struct ledger_parser parser;
    struct ledger_retried retried;
};

comity_status ledger_open(const char *path, struct ledger_reader **reader)
{
    struct ledger_reader *made = calloc(1, sizeof *made);
    struct stat status;
    *reader = NULL;
    if (!made)
        return COMITY_E_NOMEM;
    ledger_parser_init(&made->parser);
    made->room = malloc(ROOM);
    made->single = malloc(LEDGER_LINE_LIMIT);
    made->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    bool is_read = made->fd >= 0 && fstat(made->fd, &status) == 0;
    int error = errno;
    if (is_read && !S_ISREG(status.st_mode)) {
        error = S_ISDIR(status.st_mode) ? EISDIR : ESPIPE;
        is_read = false;
    }
    if (is_read && made->room && made->single) {
        made->size = (uint64_t)status.st_size;
        *reader = made;
        return COMITY_OK;
    }
    ledger_close(made);
    errno = error;
    return is_read ? COMITY_E_NOMEM : COMITY_E_IO;
}

void ledger_close(struct ledger_reader *reader)
{
    if (!reader)
        return;
    if (reader->fd >= 0)
        close(reader->fd);
    ledger_parser_free(&reader->parser);
    ledger_retried_free(&reader->retried);
    free(reader->room);
    free(reader->single);
    free(reader);
}

void ledger_rewind(struct ledger_reader *reader)
{
    reader->offset = reader->number = 0;
    reader->from = reader->until = 0;
}

/* Reads at a place, and not beyond the end that there was; *got 0 is that end. */
static comity_status read_at(struct ledger_reader *reader, uint64_t offset, char *to,
                             size_t most, size_t *got)
{
    uint64_t left = offset < reader->size ? reader->size - offset : 0;
    size_t wish = most < left ? most : (size_t)left;
    *got = 0;
    while (wish) {
        ssize_t count = pread(reader->fd, to, wish, (off_t)offset);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return COMITY_E_IO;
        *got = (size_t)count;
        break;
    }
    return COMITY_OK;
}

/* Puts more bytes behind those not given yet; *got 0: there are no more. */
static comity_status fill(struct ledger_reader *reader, size_t *got)
{
    if (reader->from) {
        memmove(reader->room, reader->room + reader->from, reader->until - reader->from);
        reader->until -= reader->from;
        reader->from = 0;
    }
    size_t most = ROOM - reader->until < CHUNK ? ROOM - reader->until : CHUNK;
    comity_status status =
        read_at(reader, reader->offset, reader->room + reader->until, most, got);
    reader->until += *got;
    reader->offset += *got;
    return status;
}

/* Passes over the rest of a line that is too long. */
static comity_status skip_line(struct ledger_reader *reader, bool *has_end)
{
    *has_end = false;
    for (;;) {
        size_t got = 0;
        reader->from = reader->until = 0;
        comity_status status = fill(reader, &got);
        if (status != COMITY_OK || !got)
            return status;
        char *end = memchr(reader->room, '\n', got);
        if (end) {
            reader->from = (size_t)(end - reader->room) + 1;
            *has_end = true;
            return COMITY_OK;
        }
    }
}

static void set_fault(struct ledger_line *line, enum ledger_kind kind, const char *message)
{
    line->kind = kind;
    line->message = message;
}

/* A line longer than the limit: its kind depends on whether it ends at all. */
static comity_status give_too_long(struct ledger_reader *reader, struct ledger_line *line)
{
    bool has_end = false;
    comity_status status = skip_line(reader, &has_end);
    if (status == COMITY_OK)
        set_fault(line, has_end ? LEDGER_FAULT : LEDGER_TORN,
                  "the line is longer than 1 MiB, the most that a line may have");
    return status;
}

static comity_status next_line(struct ledger_reader *reader, struct ledger_line *line)
{
    size_t seen = 0; /* bytes known to hold no line end */
    *line = (struct ledger_line){.number = reader->number + 1,
                                 .offset = reader->offset - (reader->until - reader->from)};
    for (;;) {
        const char *text = reader->room + reader->from;
        size_t size = reader->until - reader->from, got = 0;
        const char *end = size > seen ? memchr(text + seen, '\n', size - seen) : NULL;
        size_t len = end ? (size_t)(end - text) : size;
        if (len >= LEDGER_LINE_LIMIT && !end) {
            reader->number++;
            return give_too_long(reader, line);
        }
        if (end) {
            reader->from += len + 1;
            reader->number++;
            if (len < LEDGER_LINE_LIMIT)
                return ledger_parse(&reader->parser, text, len, line);
            set_fault(line, LEDGER_FAULT,
                      "the line is longer than 1 MiB, the most that a line may have");
            return COMITY_OK;
        }
        seen = size;
        comity_status status = fill(reader, &got);
        if (status != COMITY_OK)
            return status;
        if (got)
            continue;
        if (!size)
            return COMITY_END;
        reader->from = reader->until;
        reader->number++;
        set_fault(line, LEDGER_TORN, "the last line has no end");
        return COMITY_OK;
    }
}

comity_status ledger_next(struct ledger_reader *reader, struct ledger_line *line)
{
    comity_status status;
    do
        status = next_line(reader, line);
    while (status == COMITY_OK && ledger_retried_hides(&reader->retried, line));
    return status;
}

void ledger_last(struct ledger_reader *reader, struct ledger_line *line)
{
    char *tail = reader->single;
    size_t got = 0;
    uint64_t start = reader->size > FIRST_TRY ? reader->size - FIRST_TRY : 0;
    *line = (struct ledger_line){.kind = LEDGER_TORN};
    if (read_at(reader, start, tail, FIRST_TRY, &got) != COMITY_OK || !got ||
        tail[got - 1] != '\n')
        return;
    char *begin = memrchr(tail, '\n', got - 1);
    if (!begin || ledger_parse(&reader->parser, begin + 1, (size_t)(tail + got - begin) - 2,
                               line) != COMITY_OK)
        line->kind = LEDGER_TORN;
}

/* The last line says whether there was a retry; where the batch was not finished, any line
 * may. */
static bool may_have_retries(struct ledger_reader *reader)
{
    struct ledger_line line;
    ledger_last(reader, &line);
    return line.kind != LEDGER_SUMMARY || line.retries;
}

comity_status ledger_hide_retried(struct ledger_reader *reader)
{
    struct ledger_line line;
    comity_status status = COMITY_OK;
    if (!may_have_retries(reader))
        return COMITY_OK;
    ledger_rewind(reader);
    while (status == COMITY_OK) {
        status = next_line(reader, &line);
        if (status == COMITY_OK)
            status = ledger_retried_add(&reader->retried, &line);
    }
    ledger_retried_sort(&reader->retried);
    ledger_rewind(reader);
    return status == COMITY_END ? COMITY_OK : status;
}

comity_status ledger_at(struct ledger_reader *reader, uint64_t offset, struct ledger_line *line)
{
    size_t size = 0;
    *line = (struct ledger_line){.offset = offset};
    for (;;) {
        size_t got = 0, most = size ? LEDGER_LINE_LIMIT - size : FIRST_TRY;
        comity_status status =
            read_at(reader, offset + size, reader->single + size, most, &got);
        if (status != COMITY_OK)
            return status;
        char *end = got ? memchr(reader->single + size, '\n', got) : NULL;
        size += got;
        if (end)
            return ledger_parse(&reader->parser, reader->single, (size_t)(end - reader->single),
                                line);
        if (!got || size >= LEDGER_LINE_LIMIT) {
            errno = ESTALE; /* it was there when it was read before */
            return COMITY_E_IO;
        }
    }
}
