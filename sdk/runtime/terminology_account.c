/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The account of terms.  Transliterating, cutting and taking apart can change a set of terms
 * without losing the value, in as many ways as there are formats; so that none is overlooked,
 * what was written is read again, and the sets on both sides are counted.  Only documents with
 * sets in their prose pay for it. */
#include "base/map.h"
#include "runtime/context.h"

#include <stdio.h>

/* How often a term stands in a text, before and after. */
struct count {
    struct count *next;
    const char *path;
    uint16_t term;
    const struct value *value; /* before; NULL: it had none */
    uint64_t before, after;
};

struct tally {
    struct arena arena;
    struct map map; /* path and term to struct count */
    struct count *first, **last;
    const struct terms *terms;
    struct buffer key;
    bool is_after;
    uint64_t sets;
    int64_t missing[TERMS_MAX]; /* by term: sets before, less sets after, wherever they stand */
};

static struct count *new_count(struct tally *tally, const struct value *value, size_t path_len,
                               uint16_t term)
{
    struct count *count = arena_zalloc(&tally->arena, sizeof *count);
    char *key = arena_copy(&tally->arena, tally->key.bytes, tally->key.size);
    char *path = arena_copy(&tally->arena, tally->key.bytes, path_len);
    void **slot = count && key && path ? map_add(&tally->map, key, tally->key.size) : NULL;
    if (!slot)
        return NULL;
    count->path = path;
    count->term = term;
    count->value = tally->is_after ? NULL : value;
    *slot = count;
    *tally->last = count;
    tally->last = &count->next;
    return count;
}

static comity_status count_set(struct tally *tally, const struct value *value, size_t path_len,
                               uint16_t term)
{
    tally->key.size = path_len;
    buffer_char(&tally->key, '\n'); /* no path holds one */
    buffer_text(&tally->key, tally->terms->terms[term].id);
    if (buffer_status(&tally->key) != COMITY_OK)
        return buffer_status(&tally->key);
    struct count *count = map_find(&tally->map, tally->key.bytes, tally->key.size);
    if (!count)
        count = new_count(tally, value, path_len, term);
    if (!count)
        return COMITY_E_NOMEM;
    ++*(tally->is_after ? &count->after : &count->before);
    tally->missing[term] += tally->is_after ? -1 : 1;
    tally->sets++;
    return COMITY_OK;
}

static comity_status count_prose(void *user, struct value *value)
{
    struct tally *tally = user;
    struct term_walk walk;
    struct term_span span;
    comity_status status = COMITY_OK;
    if (!memchr(value->text, '[', value->len))
        return COMITY_OK;
    buffer_clear(&tally->key);
    value_path(value, &tally->key);
    size_t path_len = tally->key.size;
    term_walk_init(&walk, tally->terms, NULL, value->text, value->len);
    while (status == COMITY_OK && term_walk_next(&walk, &span))
        status = count_set(tally, value, path_len, span.term);
    return status;
}

static comity_status count_read(void *user, struct comity_record *record)
{
    return record_each_prose(record->record.root, count_prose, user);
}

/* Writes the record once more, alone in its output, and reads that. */
static comity_status read_again(const struct record_writer *writer,
                                struct comity_record *record, struct tally *tally)
{
    const struct session *session = record->session;
    struct findings silent = {.emit = NULL};
    struct record_writer again;
    struct buffer out;
    struct comity_options options = COMITY_OPTIONS_INIT;
    options.from = writer->spec ? writer->spec : writer->format->id;
    options.fail_on = COMITY_ERROR + 1;
    options.no_provenance = 1;
    buffer_init(&out, 0);
    comity_status status = record_writer_init(&again, writer->format, writer->spec, &silent);
    record_forget(&record->record);
    if (status == COMITY_OK)
        status = write_document(&again, record, &out);
    if (status == COMITY_OK) {
        finish_writing(&again, &out);
        status = buffer_status(&out);
    }
    record_writer_free(&again);
    struct comity_input input = {.bytes = out.bytes, .size = out.size};
    tally->is_after = true;
    if (status == COMITY_OK)
        status = comity_read(session->context, &options, &input, count_read, tally, NULL);
    buffer_free(&out);
    return status;
}

static void tell(struct comity_record *record, const struct format *format,
                 const struct tally *tally, const struct count *count)
{
    char message[300];
    struct findings *findings = &record->session->findings;
    /* What is lost with its text has a finding of its own; what stands elsewhere now has only
     * moved with its text. */
    bool is_lost = count->value && !(count->value->flags & VALUE_ASKED);
    bool has_moved = tally->missing[count->term] <= 0 || count->after > count->before;
    int32_t severity = is_lost || has_moved ? COMITY_NOTE : COMITY_WARNING;
    snprintf(
        message, sizeof message,
        "the set of the term '%.60s' stands here %llu times in brackets, and %llu times in "
        "what %.60s makes of it",
        tally->terms->terms[count->term].id, (unsigned long long)count->before,
        (unsigned long long)count->after, format->id);
    if (count->value)
        record_report(&record->record, findings, count->value, severity, "term.changed", NULL,
                      message);
    else
        record_report_at(&record->record, findings, record->node, severity, "term.changed",
                         count->path, NULL, message);
}

comity_status terminology_account(const struct record_writer *writer,
                                  struct comity_record *record)
{
    struct session *session = record->session;
    struct tally tally = {.terms = &session->context->terms};
    arena_init(&tally.arena, session->context->limits.memory);
    tally.map.arena = &tally.arena;
    tally.last = &tally.first;
    buffer_init(&tally.key, 0);
    comity_status status = record_each_prose(record->record.root, count_prose, &tally);
    if (status == COMITY_OK && tally.sets && format_can_read(writer->format)) {
        struct findings loud = session->findings;
        session->findings.emit = NULL;
        status = read_again(writer, record, &tally);
        session->findings = loud;
        session->findings.format = writer->format->id;
        for (const struct count *c = tally.first; c && status != COMITY_E_NOMEM; c = c->next)
            if (c->before != c->after)
                tell(record, writer->format, &tally, c);
        session->findings.format = loud.format;
        if (status != COMITY_E_NOMEM)
            status = COMITY_OK; /* what could not be read again is told by its counts */
    }
    buffer_free(&tally.key);
    arena_free(&tally.arena);
    return status;
}
