/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Nothing is lost in silence and nothing made up: records with everything that the model knows,
 * and the samples' own, are written and read again; a value that is gone or new must have been
 * told of.  Entries of lists may move up, so places are compared without their numbers. */
#include "kit/checker.h"

#include "kit/made_records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_VALUES 8192
#define RANDOM_RECORDS 60
#define MAX_TOLD 12 /* fields of one format that are named */

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
    char last[400];  /* place of the last, with its numbers */
    char error[200]; /* the first of reading them, or "" */
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

/* An empty list says no more than none; its path has no number at its end. */
static bool is_empty_list(const char *path, size_t len)
{
    uint16_t field = made_field(G_document, path);
    return !len && field != FIELD_NONE && fields[field].list && path[strlen(path) - 1] != ']';
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
    if (is_kept || !is_empty_list(path, len))
        add_value(values, path, text, len);
}

static comity_status take_record(void *user, struct comity_record *record)
{
    return comity_record_each(record, take_value, user);
}

static void take_error(void *user, const struct comity_finding *finding)
{
    struct values *values = user;
    if (finding->severity == COMITY_ERROR && !values->error[0])
        snprintf(values->error, sizeof values->error, "%s", finding->message);
}

/* False where the document is not read; values->error says why. */
static bool read_values(struct comity *context, const char *format,
                        const struct buffer *document, const struct filling *filling,
                        struct values *values)
{
    struct comity_options options = COMITY_OPTIONS_INIT;
    struct comity_input input = {.bytes = document->size ? document->bytes : "",
                                 .size = document->size};
    options.from = format;
    options.no_provenance = 1;
    options.settings = filling ? filling->all : NULL;
    options.setting_count = filling ? filling->count : 0;
    options.finding = take_error;
    options.user = values;
    values->error[0] = '\0';
    values->count = 0;
    values->last[0] = '\0';
    return comity_read(context, &options, &input, take_record, values, NULL) == COMITY_OK;
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

struct comparison {
    struct subject *subject;
    const struct comity_format_info *format;
    struct values was, is;
    struct conversion written;
    struct filling filling;   /* of the record at hand */
    struct kinds kinds;       /* of the format */
    size_t done, made, again; /* records; of the format: made ones, and with what was told */
    char refusal[200];        /* why the first of the made ones was refused */
    struct told {
        char path[160];
        const char *what;
    } told[MAX_TOLD]; /* of the format */
    size_t told_count;
};

/* True where it was told of another record of the format; else it is told from now on. */
static bool was_told(struct comparison *c, const char *path, const char *what)
{
    for (size_t i = 0; i < c->told_count; i++)
        if (c->told[i].what == what && strcmp(c->told[i].path, path) == 0)
            return true;
    if (c->told_count == MAX_TOLD)
        return true;
    struct told *told = &c->told[c->told_count++];
    snprintf(told->path, sizeof told->path, "%s", path);
    told->what = what;
    return false;
}

/* Each field is told once, of the first record that shows it; how many differ. */
static size_t tell_difference(struct comparison *c, const struct values *values,
                              const char *what, const char *record)
{
    size_t count = 0;
    for (size_t i = 0; i < values->count; i++) {
        const struct value *value = &values->all[i];
        if (value->is_met || value->is_bare || is_of_the_record(value->path) ||
            is_told(&c->written, value->path))
            continue;
        count++;
        if (!was_told(c, value->path, what))
            fault(c->subject, "%s to %s: %s is %s and no finding tells of it: \"%s\"", record,
                  c->format->id, value->path, what, value->text);
    }
    return count;
}

/* The folder of the plugin as the user named it, for a shell. */
static void name_folder(const struct subject *subject, char *words, size_t size)
{
    const char *slash = strrchr(subject->path, '/');
    size_t len = slash > subject->path ? (size_t)(slash - subject->path) : 1;
    shell_word(words, size, slash ? subject->path : ".", len);
}

/* The command that does it again; `is_unread`: what it writes is not read. */
static void tell_way(const struct comparison *c, const char *source, bool is_unread)
{
    char folder[600], settings[MAX_FILLED * 110] = "", back[900] = "";
    const char *format = c->format->id;
    size_t size = 0;
    name_folder(c->subject, folder, sizeof folder);
    for (size_t i = 0; i < c->filling.count && size + 260 < sizeof settings; i++) {
        char setting[250], word[250];
        int len = snprintf(setting, sizeof setting, "%s=%s", c->filling.all[i].field,
                           c->filling.all[i].value);
        shell_word(word, sizeof word, setting, (size_t)len);
        size += (size_t)snprintf(settings + size, sizeof settings - size, " --set %s", word);
    }
    if (is_unread)
        snprintf(back, sizeof back,
                 " | comity convert --plugin-path %s -f %.60s -t convention-json", folder,
                 format);
    remark(c->subject,
           "to see it: %s | comity convert%s --plugin-path %s%s -f convention-json -t %s%s%s",
           source, is_unread ? "" : " -v", folder, settings, format, back,
           is_unread
               ? ""
               : "; then give the field a place, keep() it, or report what becomes of it");
}

/* Reads again what stands in `written` and tells what became of the record's values. */
static void compare(struct comparison *c, const struct buffer *record, const char *name,
                    const char *source)
{
    static const char unread[] = "not read";
    struct comity *context = c->subject->alone;
    const char *format = c->format->id;
    c->done++;
    read_values(context, "convention-json", record, &c->filling, &c->was);
    if (!read_values(context, format, &c->written.out, NULL, &c->is)) {
        if (was_told(c, "", unread)) {
            c->again++;
            return;
        }
        fault(c->subject, "%s to %s: what was written is not read again: %s", name, format,
              c->is.error);
        tell_way(c, source, true);
        return;
    }
    match_values(&c->was, &c->is);
    size_t told = c->told_count;
    size_t count = tell_difference(c, &c->was, "lost", name);
    count += tell_difference(c, &c->is, "made up", name);
    if (c->told_count > told)
        tell_way(c, source, false);
    else if (count)
        c->again++;
}

static void compare_made(struct comparison *c, const struct buffer *record, size_t number,
                         const char *name, const char *source)
{
    if (write_filled(c->subject->alone, c->format->id, &c->kinds, number, record, &c->filling,
                     &c->written)) {
        c->made++;
        compare(c, record, name, source);
    } else if (!c->refusal[0]) {
        snprintf(c->refusal, sizeof c->refusal, "%s", first_error(&c->written));
    }
}

static void compare_all_made(struct comparison *c)
{
    struct buffer record;
    bool met[FIELD_COUNT];
    char name[64], source[80];
    buffer_init(&record, 0);
    c->made = 0;
    c->refusal[0] = '\0';
    find_kinds(c->subject->alone, c->format->id, &c->kinds);
    made_full(&record, 2);
    compare_made(c, &record, 0, "a record with everything", "comity plugins check --made all");
    for (uint64_t i = 0; i < RANDOM_RECORDS; i++) {
        unsigned long long seed = c->subject->seed + i;
        struct chance chance = {seed};
        buffer_clear(&record);
        made_random(&chance, &record, met);
        snprintf(name, sizeof name, "the made record %llu", seed);
        snprintf(source, sizeof source, "comity plugins check --made %llu", seed);
        compare_made(c, &record, (size_t)i, name, source);
    }
    buffer_free(&record);
    remark(c->subject, "%s: %zu of %d made records%s%s", c->format->id, c->made,
           RANDOM_RECORDS + 1,
           c->made <= RANDOM_RECORDS ? "; the others were refused, the first for: " : "",
           c->refusal);
}

static void compare_samples(struct comparison *c)
{
    struct conversion read;
    char source[1400], path[600], folder[600];
    conversion_init(&read);
    c->filling.count = 0;
    for (size_t i = 0; i < c->subject->sample_count; i++) {
        const struct sample *sample = &c->subject->samples[i];
        if (sample->format != c->format->id)
            continue;
        convert_sample(c->subject->alone, "convention-json", sample, &read);
        if (!read.out.size)
            continue;
        convert_bytes(c->subject->alone, "convention-json", c->format->id, read.out.bytes,
                      read.out.size, &c->written);
        shell_word(path, sizeof path, sample->path, strlen(sample->path));
        name_folder(c->subject, folder, sizeof folder);
        snprintf(source, sizeof source,
                 "comity convert --plugin-path %s -f %.60s -t convention-json %s", folder,
                 c->format->id, path);
        if (c->written.out.size)
            compare(c, &read.out, sample->name, source);
    }
    conversion_free(&read);
}

void try_losses(struct subject *subject)
{
    struct comparison c = {.subject = subject};
    c.was.all = calloc(MAX_VALUES, sizeof *c.was.all);
    c.is.all = calloc(MAX_VALUES, sizeof *c.is.all);
    if (!c.was.all || !c.is.all)
        skip(subject, "there is no memory for it");
    conversion_init(&c.written);
    watch_conduct(subject);
    for (size_t f = 0; f < subject->format_count; f++) {
        c.format = &subject->formats[f];
        if (!c.format->can_read || !c.format->can_write)
            continue;
        c.told_count = c.again = 0;
        compare_samples(&c);
        compare_all_made(&c);
        if (c.again)
            remark(subject, "%s: the same of %zu more records", c.format->id, c.again);
    }
    if (!c.done)
        skip(subject, "no record was both written and read");
}
