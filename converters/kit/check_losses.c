/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Nothing is lost in silence and nothing made up: records with everything that the model knows,
 * and the samples' own, are written and read again; a value that is gone or new must have been
 * told of.  Entries of lists may move up, so places are compared without their numbers. */
#include "kit/checker.h"

#include "kit/made_records.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_VALUES 8192
#define RANDOM_RECORDS 60
#define MAX_TOLD 5 /* values of one record that are named */

struct value {
    char path[160]; /* without the numbers of entries */
    uint64_t hash;  /* of its text */
    char text[60];  /* its beginning */
    bool is_met;
    bool is_bare; /* a group that holds nothing but what is kept for its format */
};

struct values {
    struct value *all;
    size_t count;
    char last[400]; /* place of the last, with its numbers */
};

static void strip_numbers(char *to, size_t size, const char *from)
{
    size_t used = 0;
    for (; *from && used + 1 < size; from++) {
        if (*from == '[') {
            from += strcspn(from, "]");
            if (!*from)
                break;
            continue;
        }
        to[used++] = *from;
    }
    to[used] = '\0';
}

static void add_value(struct values *values, const char *path, const char *text, size_t len)
{
    if (values->count == MAX_VALUES)
        return;
    struct value *value = &values->all[values->count++];
    strip_numbers(value->path, sizeof value->path, path);
    value->hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < len; i++)
        value->hash = (value->hash ^ (unsigned char)text[i]) * 0x100000001b3u;
    snprintf(value->text, sizeof value->text, "%.*s", (int)(len < 50 ? len : 50), text);
    value->is_met = value->is_bare = false;
}

/* What is kept comes behind all else of its group.  An entry that a format fills with what it
 * demands is the empty group that it was, though it is not empty when it is read. */
static void take_value(void *user, const char *path, const char *text, size_t len)
{
    struct values *values = user;
    char group[sizeof values->last];
    bool is_kept = strncmp(path, "kept:", 5) == 0;
    int size = (int)(is_kept ? strcspn(path + 5, ":") : strlen(path));
    snprintf(group, sizeof group, "%.*s", size, is_kept ? path + 5 : path);
    size_t own = strlen(group);
    bool is_within = strncmp(values->last, group, own) == 0 &&
                     (!values->last[own] || values->last[own] == '.');
    if (is_kept && own && !is_within) {
        add_value(values, group, "", 0);
        if (values->count)
            values->all[values->count - 1].is_bare = true;
    }
    snprintf(values->last, sizeof values->last, "%s", group);
    add_value(values, path, text, len);
}

static comity_status take_record(void *user, struct comity_record *record)
{
    return comity_record_each(record, take_value, user);
}

static void read_values(struct comity *context, const char *format,
                        const struct buffer *document, struct values *values)
{
    struct comity_options options = COMITY_OPTIONS_INIT;
    struct comity_input input = {.bytes = document->size ? document->bytes : "",
                                 .size = document->size};
    options.from = format;
    options.no_provenance = 1;
    values->count = 0;
    values->last[0] = '\0';
    comity_read(context, &options, &input, take_record, values, NULL);
}

static void match_values(struct values *was, struct values *is)
{
    for (size_t i = 0; i < was->count; i++)
        for (size_t k = 0; k < is->count && !was->all[i].is_met; k++)
            if (!is->all[k].is_met && is->all[k].hash == was->all[i].hash &&
                strcmp(is->all[k].path, was->all[i].path) == 0)
                was->all[i].is_met = is->all[k].is_met = true;
}

/* True where a finding of the conversion names the value's place, or one above or below it. */
static bool is_told(const struct conversion *conversion, const char *path)
{
    char field[sizeof noted[0].field];
    for (size_t i = 0; i < conversion->noted_count && i < MAX_NOTED; i++) {
        if (!noted[i].field[0])
            continue;
        strip_numbers(field, sizeof field, noted[i].field);
        size_t len = strlen(field), other = strlen(path);
        size_t least = len < other ? len : other;
        if (strncmp(field, path, least) == 0 &&
            (len == other || (len < other ? path[least] : field[least]) == '.'))
            return true;
    }
    return false;
}

/* What a record says of itself and of how it was read, and what a format says by being it. */
static bool is_of_the_record(const char *path)
{
    static const char *const own[] = {"schema", "kind", "language", "terminology"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strcmp(path, own[i]) == 0)
            return true;
    return strncmp(path, "provenance", 10) == 0 || strncmp(path, "combined", 8) == 0 ||
           strncmp(path, "kept:", 5) == 0;
}

static size_t tell_difference(struct subject *subject, const struct conversion *written,
                            const struct values *values, const char *what, const char *record,
                            const char *format)
{
    size_t told = 0;
    for (size_t i = 0; i < values->count; i++) {
        const struct value *value = &values->all[i];
        if (value->is_met || value->is_bare || is_of_the_record(value->path) ||
            is_told(written, value->path))
            continue;
        if (told++ < MAX_TOLD)
            fault(subject, "%s to %s: %s is %s and no finding tells of it: \"%s\"", record,
                  format, value->path, what, value->text);
    }
    if (told > MAX_TOLD)
        fault(subject, "%s to %s: %zu values are %s in silence", record, format, told, what);
    return told;
}

struct comparison {
    struct subject *subject;
    struct values was, is;
    struct conversion written;
    size_t done;
};

/* `source`: the command that prints the record. */
static void compare(struct comparison *c, const char *format, const struct buffer *record,
                    const char *name, const char *source)
{
    struct comity *context = c->subject->alone;
    convert_bytes(context, "convention-json", format, record->bytes, record->size, &c->written);
    if (!c->written.out.size)
        return; /* refused, which try_damaged() wants told */
    c->done++;
    read_values(context, "convention-json", record, &c->was);
    read_values(context, format, &c->written.out, &c->is);
    match_values(&c->was, &c->is);
    size_t told = tell_difference(c->subject, &c->written, &c->was, "lost", name, format);
    told += tell_difference(c->subject, &c->written, &c->is, "made up", name, format);
    if (told)
        remark(c->subject,
               "to see it: %s | comity convert -v -f convention-json -t %s; then give the "
               "field a place, keep() it, or report what becomes of it",
               source, format);
}

static void compare_made(struct comparison *c, const struct comity_format_info *format)
{
    struct buffer record;
    bool met[FIELD_COUNT];
    char name[64], source[80];
    buffer_init(&record, 0);
    made_full(&record, 2);
    compare(c, format->id, &record, "a record with everything",
            "comity plugins check --made all");
    for (uint64_t i = 0; i < RANDOM_RECORDS; i++) {
        struct chance chance = {c->subject->seed + i};
        buffer_clear(&record);
        made_random(&chance, &record, met);
        snprintf(name, sizeof name, "the made record %llu",
                 (unsigned long long)(c->subject->seed + i));
        snprintf(source, sizeof source, "comity plugins check --made %llu",
                 (unsigned long long)(c->subject->seed + i));
        compare(c, format->id, &record, name, source);
    }
    buffer_free(&record);
}

void try_losses(struct subject *subject)
{
    struct comparison c = {.subject = subject};
    struct conversion read;
    char source[400];
    c.was.all = calloc(MAX_VALUES, sizeof *c.was.all);
    c.is.all = calloc(MAX_VALUES, sizeof *c.is.all);
    if (!c.was.all || !c.is.all)
        skip(subject, "there is no memory for it");
    conversion_init(&c.written);
    conversion_init(&read);
    watch_conduct(subject);
    for (size_t f = 0; f < subject->format_count; f++) {
        const struct comity_format_info *format = &subject->formats[f];
        if (!format->can_read || !format->can_write)
            continue;
        for (size_t i = 0; i < subject->sample_count; i++) {
            if (subject->samples[i].format != format->id)
                continue;
            convert_sample(subject->alone, "convention-json", &subject->samples[i], &read);
            snprintf(source, sizeof source, "comity convert -f %.60s -t convention-json %.255s",
                     format->id, subject->samples[i].name);
            if (read.out.size)
                compare(&c, format->id, &read.out, subject->samples[i].name, source);
        }
        compare_made(&c, format);
    }
    if (!c.done)
        skip(subject, "no record was both written and read");
    remark(subject, "%zu records", c.done);
}
