/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The ledger of a watched folder; see watch_ledger.h. */
#include "batch/watch_ledger.h"

#include "batch/ledger_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct found {
    uint64_t keep; /* bytes */
    bool is_same;  /* the last head is that of this run */
    bool is_other; /* no watch has written it */
};

static bool is_text(const struct ledger_text *text, const char *other)
{
    size_t len = other ? strlen(other) : 0;
    return text->len == len && (!len || memcmp(text->text, other, len) == 0);
}

static bool is_same_run(const struct batch_run *run, const struct ledger_line *line)
{
    return is_text(&line->options, run->identity.options) &&
           is_text(&line->plugins, run->identity.plugins);
}

/* The number that an entry begins with: "17/request.json". */
static uint64_t number_of(const struct ledger_text *entry)
{
    uint64_t number = 0;
    for (size_t i = 0; i < entry->len && i < 19; i++) {
        if (entry->text[i] == '/')
            return number;
        if (entry->text[i] < '0' || entry->text[i] > '9')
            return 0;
        number = number * 10 + (uint64_t)(entry->text[i] - '0');
    }
    return 0;
}

/* Goes through the lines that are to stay. */
static comity_status find_end(struct batch_run *run, struct ledger_reader *reader,
                              uint64_t first, uint64_t *next, struct found *found)
{
    struct ledger_line line;
    comity_status status;
    while ((status = ledger_next(reader, &line)) == COMITY_OK) {
        uint64_t number = line.kind == LEDGER_DOCUMENT ? number_of(&line.entry) : 0;
        found->keep = line.offset;
        if (line.kind == LEDGER_TORN || number >= first)
            return COMITY_OK;
        if (line.kind == LEDGER_BATCH)
            found->is_same = is_same_run(run, &line);
        found->is_other =
            found->is_other || (line.number == 1 && !line.watch) || line.kind == LEDGER_SUMMARY;
        if (number >= *next)
            *next = number + 1;
    }
    found->keep = line.offset; /* the end */
    return status == COMITY_END ? COMITY_OK : status;
}

comity_status watch_ledger_open(struct batch_run *run, uint64_t first, uint64_t *next)
{
    char *path = ledger_path(run->sink.path);
    struct ledger_reader *reader = NULL;
    struct found found = {.keep = 0};
    comity_status status = path ? ledger_open(path, &reader) : COMITY_E_NOMEM;
    bool is_new = status == COMITY_E_IO && errno == ENOENT;
    free(path);
    if (status == COMITY_OK)
        status = find_end(run, reader, first, next, &found);
    else if (is_new)
        status = COMITY_OK;
    ledger_close(reader);
    if (status != COMITY_OK)
        return status;
    if (found.is_other)
        return COMITY_E_USAGE;
    status = ledger_writer_open(&run->ledger, run->sink.path, !is_new, found.keep, false);
    if (status != COMITY_OK || found.is_same)
        return status;
    run->identity.is_watch = true;
    identity_write(&run->identity, run->cli, &run->ledger);
    return ledger_writer_flush(&run->ledger, true);
}
