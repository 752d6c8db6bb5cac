/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whose documents are: the plugin's own are taken for its format, samples as well as what it
 * writes itself, and those of other formats are not. */
#include "kit/checker.h"

#include "kit/made_records.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define MADE_RECORDS 20 /* of which the first that is written counts */

static const char canonical[] = "convention-json";

struct verdict {
    struct subject *subject;
    const struct sample *sample; /* NULL: a document of `format` */
    const char *format;
    const char *written; /* what of ours was written in `format`, which is ours; or NULL */
};

static void judge(void *user, const struct comity_match *matches, size_t count)
{
    const struct verdict *verdict = user;
    struct subject *subject = verdict->subject;
    bool is_tie = count > 1 && matches[0].score == matches[1].score;
    const char *best = count ? matches[0].format : "none";
    if (verdict->sample && (strcmp(best, verdict->sample->format) != 0 || is_tie))
        fault(subject, "the sample %s is taken for %s%s%s", verdict->sample->name, best,
              is_tie ? " or " : "", is_tie ? matches[1].format : "");
    if (verdict->written && (strcmp(best, verdict->format) != 0 || is_tie))
        fault(subject,
              "%s is not recognized in what it writes itself, %s: that is taken for %s%s%s",
              verdict->format, verdict->written, best, is_tie ? " or " : "",
              is_tie ? matches[1].format : "");
    bool is_foreign = !verdict->sample && !verdict->written;
    for (size_t i = 0; is_foreign && i < count && matches[i].score == matches[0].score; i++)
        if (own_format(subject, matches[i].format))
            fault(subject, "a document of %s is taken for %s (%s)", verdict->format,
                  matches[i].format, matches[i].why ? matches[i].why : "");
}

static void recognize(struct comity *context, struct verdict *verdict, const char *bytes,
                      size_t size)
{
    struct comity_options options = COMITY_OPTIONS_INIT;
    struct comity_input input = {.bytes = bytes, .size = size};
    comity_detect(context, &options, &input, judge, verdict, NULL);
}

/* What a format writes of a made record: that with everything, or the first that it takes. */
static void recognize_made(struct comity *context, struct subject *subject, const char *format)
{
    struct verdict verdict = {.subject = subject, .format = format, .written = "a made record"};
    struct buffer record;
    struct conversion made;
    struct kinds kinds;
    struct filling filling;
    bool met[FIELD_COUNT], is_written = false;
    buffer_init(&record, 0);
    conversion_init(&made);
    find_kinds(subject->alone, format, &kinds);
    made_full(&record, 2);
    for (uint64_t i = 0; i < MADE_RECORDS && !is_written; i++) {
        struct chance chance = {subject->seed + i};
        is_written = write_filled(subject->alone, format, &kinds, i, &record, &filling, &made);
        buffer_clear(&record);
        made_random(&chance, &record, met);
    }
    if (is_written)
        recognize(context, &verdict, made.out.bytes, made.out.size);
    conversion_free(&made);
    buffer_free(&record);
}

static void take_out_kept(cJSON *json)
{
    cJSON_DeleteItemFromObjectCaseSensitive(json, "kept");
    for (cJSON *child = json->child; child; child = child->next)
        take_out_kept(child);
}

/* Canonical documents without what was kept of the format that they were read from. */
static void put_without_kept(const struct buffer *documents, struct buffer *out)
{
    const char *at = documents->bytes, *end = documents->bytes + documents->size;
    while (at < end) {
        const char *next = NULL;
        cJSON *json = cJSON_ParseWithLengthOpts(at, (size_t)(end - at), &next, false);
        if (!json)
            return;
        take_out_kept(json);
        char *text = cJSON_PrintUnformatted(json);
        buffer_text(out, text ? text : "");
        buffer_char(out, '\n');
        cJSON_free(text);
        cJSON_Delete(json);
        for (at = next; at < end && strchr(" \t\r\n", *at); at++)
            continue;
    }
}

static void recognize_bare(struct comity *context, struct subject *subject,
                           const struct sample *sample)
{
    char written[120];
    struct verdict verdict = {.subject = subject, .format = sample->format, .written = written};
    struct buffer bare;
    struct conversion made;
    buffer_init(&bare, 0);
    conversion_init(&made);
    snprintf(written, sizeof written, "the sample %.60s without what was kept", sample->name);
    convert_sample(subject->alone, canonical, sample, &made);
    put_without_kept(&made.out, &bare);
    if (bare.size)
        convert_bytes(subject->alone, canonical, sample->format, bare.bytes, bare.size, &made);
    if (bare.size && made.out.size)
        recognize(context, &verdict, made.out.bytes, made.out.size);
    conversion_free(&made);
    buffer_free(&bare);
}

void try_recognized(struct subject *subject)
{
    struct comity *context = open_beside_others(subject);
    for (size_t i = 0; i < subject->sample_count; i++) {
        const struct sample *sample = &subject->samples[i];
        const struct comity_format_info *format = own_format(subject, sample->format);
        struct verdict verdict = {.subject = subject, .sample = sample};
        if (!format)
            continue;
        recognize(context, &verdict, sample->bytes, sample->size);
        if (format->can_read && format->can_write)
            recognize_bare(context, subject, sample);
    }
    for (size_t i = 0; i < subject->format_count; i++)
        if (subject->formats[i].can_read && subject->formats[i].can_write)
            recognize_made(context, subject, subject->formats[i].id);
}

void try_foreign(struct subject *subject)
{
    struct conversion made;
    struct comity_format_info other;
    size_t tried = 0;
    struct comity *context = open_beside_others(subject);
    conversion_init(&made);
    for (size_t f = 0; comity_format_at(context, f, &other) == COMITY_OK; f++) {
        struct verdict verdict = {.subject = subject, .format = other.id};
        if (!other.can_write || other.is_shadowed || own_format(subject, other.id))
            continue;
        for (size_t i = 0; i < subject->sample_count; i++) {
            if (!subject->samples[i].format)
                continue;
            convert_sample(context, other.id, &subject->samples[i], &made);
            tried += made.out.size > 0;
            if (made.out.size)
                recognize(context, &verdict, made.out.bytes, made.out.size);
        }
    }
    remark(subject, "%zu documents of other formats", tried);
}
