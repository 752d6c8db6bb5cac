/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The plugin that is checked: a copy of it alone in a folder, its formats and its samples. */
#include "kit/checker.h"

#include <string.h>

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void tell_refusal(void *user, const struct comity_finding *finding)
{
    struct subject *subject = user;
    if (strcmp(finding->code, "plugin.refused") != 0) /* whose reason is told by itself */
        fault(subject, "%s [%s]", finding->message, finding->code);
}

/* Tells why the plugin is not in the context and ends. */
static void tell_why(struct subject *subject, const struct comity *context)
{
    struct comity_plugin_info plugin;
    for (size_t i = 0; comity_plugin_at(context, i, &plugin) == COMITY_OK; i++)
        if (strcmp(file_name(plugin.path), file_name(subject->shown)) == 0 && plugin.reason)
            fault(subject, "it is not loaded: %s", plugin.reason);
    if (!subject->faults)
        fault(subject, "it has no format that can be used");
    *subject->mark = MARK_REFUSED;
    finish(subject);
}

void open_alone(struct subject *subject)
{
    struct comity_config config = COMITY_CONFIG_INIT;
    struct comity_format_info format;
    config.plugin_paths = subject->folders;
    config.no_default_paths = 1;
    config.allow_list = ""; /* who checks it has not said yet that it may be loaded */
    config.finding = tell_refusal;
    config.user = subject;
    if (comity_open(&config, &subject->alone) != COMITY_OK) {
        fault(subject, "no context can be made");
        finish(subject);
    }
    for (size_t i = 0; comity_format_at(subject->alone, i, &format) == COMITY_OK; i++)
        if (format.plugin_path && subject->format_count < MAX_OWN_FORMATS)
            subject->formats[subject->format_count++] = format;
    if (!subject->format_count)
        tell_why(subject, subject->alone);
}

struct comity *open_beside_others(struct subject *subject)
{
    struct comity *context = NULL;
    struct comity_config config = COMITY_CONFIG_INIT;
    config.plugin_paths = subject->folders;
    config.allow_list = subject->allow_list;
    if (comity_open(&config, &context) == COMITY_OK)
        return context;
    fault(subject, "no context can be made");
    finish(subject);
}

const struct comity_format_info *own_format(const struct subject *subject, const char *id)
{
    for (size_t i = 0; id && i < subject->format_count; i++)
        if (strcmp(subject->formats[i].id, id) == 0)
            return &subject->formats[i];
    return NULL;
}

struct found_format {
    const struct subject *subject;
    const char *format;
    bool is_mixed;
};

static void take_match(void *user, const struct comity_match *matches, size_t count)
{
    struct found_format *found = user;
    const struct comity_format_info *own =
        count ? own_format(found->subject, matches[0].format) : NULL;
    if (!own || (found->format && strcmp(found->format, own->id) != 0))
        found->is_mixed = true;
    else
        found->format = own->id;
}

void find_formats(struct subject *subject, bool tell)
{
    struct comity_options options = COMITY_OPTIONS_INIT;
    for (size_t i = 0; i < subject->sample_count; i++) {
        struct sample *sample = &subject->samples[i];
        struct found_format found = {.subject = subject};
        struct comity_input input = {.bytes = sample->bytes, .size = sample->size};
        comity_detect(subject->alone, &options, &input, take_match, &found, NULL);
        if (!found.is_mixed && found.format)
            sample->format = found.format;
        else if (tell)
            fault(subject,
                  "the sample %s is not recognized as one of the plugin's formats: what "
                  "`detect` (or probe()) looks for is not in it",
                  sample->name);
    }
}

bool reads_a_sample(struct subject *subject)
{
    struct conversion read;
    bool is_read = false;
    conversion_init(&read);
    find_formats(subject, false);
    for (size_t i = 0; i < subject->sample_count && !is_read; i++) {
        const struct sample *sample = &subject->samples[i];
        const struct comity_format_info *format = own_format(subject, sample->format);
        if (!format || !format->can_read)
            continue;
        convert_sample(subject->alone, "convention-json", sample, &read);
        is_read = read.result.documents > 0;
    }
    conversion_free(&read);
    return is_read;
}
