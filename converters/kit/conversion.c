/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One conversion with all that was found, kept without taking memory, so that a check of memory
 * sees the plugin's and the host's alone. */
#include "kit/checker.h"

#include "base/encoding.h"

#include <stdio.h>
#include <string.h>

struct noted noted[MAX_NOTED];

static void copy(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from ? from : "");
}

static void note(void *user, const struct comity_finding *finding)
{
    struct conversion *conversion = user;
    if (conversion->noted_count < MAX_NOTED) {
        struct noted *one = &noted[conversion->noted_count];
        one->line = finding->line;
        one->offset = finding->offset;
        one->severity = finding->severity;
        copy(one->code, sizeof one->code, finding->code);
        copy(one->field, sizeof one->field, finding->field);
        copy(one->message, sizeof one->message, finding->message);
    }
    conversion->noted_count++;
}

static int keep_output(void *user, const void *bytes, size_t size)
{
    struct conversion *conversion = user;
    conversion->writes++;
    buffer_add(&conversion->out, bytes, size);
    return buffer_status(&conversion->out) == COMITY_OK ? 0 : 1;
}

void conversion_init(struct conversion *conversion)
{
    memset(conversion, 0, sizeof *conversion);
    buffer_init(&conversion->out, 0);
}

void conversion_free(struct conversion *conversion)
{
    buffer_free(&conversion->out);
}

void convert(struct comity *context, const char *from, const char *to,
             const struct comity_input *input, struct conversion *conversion)
{
    struct comity_options options = COMITY_OPTIONS_INIT;
    options.from = from;
    options.to = to;
    options.no_provenance = 1;
    options.finding = note;
    options.user = conversion;
    options.settings = conversion->settings;
    options.setting_count = conversion->setting_count;
    buffer_clear(&conversion->out);
    conversion->writes = 0;
    conversion->noted_count = 0;
    conversion->result = (struct comity_result)COMITY_RESULT_INIT;
    conversion->status =
        comity_convert(context, &options, input, keep_output, conversion, &conversion->result);
}

void convert_bytes(struct comity *context, const char *from, const char *to, const char *bytes,
                   size_t size, struct conversion *conversion)
{
    struct comity_input input = {.bytes = bytes, .size = size};
    convert(context, from, to, &input, conversion);
}

void convert_sample(struct comity *context, const char *to, const struct sample *sample,
                    struct conversion *conversion)
{
    convert_bytes(context, sample->format, to, sample->bytes, sample->size, conversion);
}

const char *first_of(const struct conversion *conversion, int32_t severity)
{
    for (size_t i = 0; i < conversion->noted_count && i < MAX_NOTED; i++)
        if (noted[i].severity == severity)
            return noted[i].message;
    return "";
}

const char *first_error(const struct conversion *conversion)
{
    return first_of(conversion, COMITY_ERROR);
}

void conversion_digest(const struct conversion *conversion, char digest[65])
{
    encoding_sha256(conversion->out.size ? conversion->out.bytes : "", conversion->out.size,
                    digest);
    digest[64] = '\0';
}

bool same_output(const struct conversion *one, const struct conversion *other)
{
    return one->status == other->status && one->out.size == other->out.size &&
           (one->out.size == 0 || memcmp(one->out.bytes, other->out.bytes, one->out.size) == 0);
}
