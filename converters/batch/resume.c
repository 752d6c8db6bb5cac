/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an interrupted run left; see resume.h. */
#include "batch/resume.h"

#include <errno.h>

static comity_status next(struct resume *resume)
{
    comity_status status = ledger_next(resume->reader, &resume->line);
    resume->has_line = status == COMITY_OK && resume->line.kind == LEDGER_DOCUMENT;
    return status;
}

/* What tells an item from its neighbours; its texts are copies. */
struct item_key {
    struct buffer entry;
    uint64_t twin, value;
};

static bool is_same_item(const struct item_key *key, const struct ledger_line *line)
{
    return line->twin == key->twin && line->value == key->value &&
           line->entry.len == key->entry.size &&
           memcmp(line->entry.text, key->entry.bytes, line->entry.len) == 0;
}

static void set_key(struct item_key *key, const struct ledger_line *line)
{
    buffer_clear(&key->entry);
    buffer_add(&key->entry, line->entry.text, line->entry.len);
    key->twin = line->twin;
    key->value = line->value;
}

static void count(struct resume_point *at, const struct ledger_line *line)
{
    at->done += line->result == LEDGER_DONE;
    at->failed += line->result == LEDGER_FAILED;
    at->skipped += line->result == LEDGER_SKIPPED;
    at->losses += line->losses;
}

/* Goes through the lines of one item, the first of which was read ahead.  `at` becomes the
 * place behind it. */
static comity_status pass_item(struct resume *resume, struct resume_point *at,
                               struct item_key *key, bool *is_end)
{
    comity_status status = COMITY_OK;
    set_key(key, &resume->line);
    *is_end = false;
    at->items++;
    while (status == COMITY_OK && resume->has_line && is_same_item(key, &resume->line)) {
        count(at, &resume->line);
        *is_end = resume->line.end != 0;
        if (*is_end)
            at->output = resume->line.end;
        status = next(resume);
        at->ledger = resume->line.offset;
    }
    return status == COMITY_END ? COMITY_OK : status;
}

/* All items that the ledger tells of as a whole.  In a folder the last one may have been cut in
 * the middle, if no other follows. */
static comity_status find_point(struct resume *resume, enum sink_kind kind)
{
    struct resume_point at = {.ledger = resume->line.offset};
    struct item_key key = {.twin = 0};
    comity_status status = COMITY_OK;
    buffer_init(&key.entry, 0);
    resume->point = at;
    while (status == COMITY_OK && resume->has_line) {
        bool is_end;
        resume->is_retried = resume->is_retried || resume->line.retry;
        if (kind == SINK_FOLDER)
            resume->point = at;
        status = pass_item(resume, &at, &key, &is_end);
        if (status == COMITY_OK && kind != SINK_FOLDER && is_end)
            resume->point = at;
    }
    if (status == COMITY_OK && resume->line.kind == LEDGER_SUMMARY)
        resume->point = at;
    buffer_free(&key.entry);
    return status;
}

static bool is_text(const struct ledger_text *text, const char *other)
{
    size_t len = other ? strlen(other) : 0;
    return text->len == len && (!len || memcmp(text->text, other, len) == 0);
}

static bool is_same_run(const struct ledger_line *line, const struct identity *identity)
{
    return line->version == 1 && is_text(&line->options, identity->options) &&
           is_text(&line->plugins, identity->plugins) &&
           is_text(&line->shard, identity->shard) &&
           is_text(&line->output_kind, identity->output);
}

comity_status resume_open(struct resume *resume, const char *path,
                          const struct identity *identity, enum sink_kind kind, bool *is_other)
{
    *resume = (struct resume){.kind = kind};
    *is_other = false;
    comity_status status = ledger_open(path, &resume->reader);
    if (status == COMITY_E_IO && errno == ENOENT)
        return COMITY_END;
    if (status == COMITY_OK)
        status = next(resume);
    if (status != COMITY_OK)
        return status;
    if (resume->line.kind == LEDGER_TORN)
        return COMITY_END;
    if (resume->line.kind != LEDGER_BATCH)
        return COMITY_E_INVALID;
    *is_other = !is_same_run(&resume->line, identity);
    if (*is_other)
        return COMITY_END;
    status = next(resume);
    if (status == COMITY_END || (status == COMITY_OK && !resume->has_line))
        return COMITY_END;
    if (status == COMITY_OK)
        status = find_point(resume, kind);
    if (status == COMITY_OK)
        resume_rewind(resume);
    return status == COMITY_OK && !resume->point.items ? COMITY_END : status;
}

void resume_rewind(struct resume *resume)
{
    ledger_rewind(resume->reader);
    next(resume); /* what was asked for */
    next(resume);
    resume->last = (struct resume_point){.ledger = resume->line.offset};
    resume->block = resume->last;
}

bool resume_check(struct resume *resume, const struct item *item, const char *sha256)
{
    struct ledger_line *line = &resume->line;
    struct resume_point at = resume->last;
    bool is_taken = item->outcome == ITEM_TAKEN, is_same = false, is_end = false;
    struct item_key key = {.twin = item->twin, .value = item->value};
    buffer_init(&key.entry, 0);
    buffer_add(&key.entry, item->entry, item->entry_len);
    if (resume->has_line && buffer_status(&key.entry) == COMITY_OK &&
        is_same_item(&key, line) && (!is_taken || is_text(&line->sha256, sha256)) &&
        (is_taken || is_text(&line->code, item->code)))
        is_same = pass_item(resume, &at, &key, &is_end) == COMITY_OK;
    if (is_same)
        resume->last = at;
    if (is_same && (is_end || resume->kind == SINK_FOLDER))
        resume->block = at;
    buffer_free(&key.entry);
    return is_same;
}

void resume_close(struct resume *resume)
{
    ledger_close(resume->reader);
    resume->reader = NULL;
}
