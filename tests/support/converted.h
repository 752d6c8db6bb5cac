/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Conversions by the public API alone, with what they found and wrote.  For unit tests. */
#ifndef COMITY_TESTS_CONVERTED_H
#define COMITY_TESTS_CONVERTED_H

#include "collected.h"

#include "base/buffer.h"

#include <stdlib.h>

struct converted {
    struct comity *context;
    struct comity_options options;
    struct comity_result result;
    struct collected found;
    struct buffer out;
    size_t writes_left; /* so many writes pass, then all fail; SIZE_MAX: none fails */
};

static inline int converted_write(void *user, const void *bytes, size_t size)
{
    struct converted *converted = user;
    if (converted->writes_left != SIZE_MAX && converted->writes_left-- == 0) {
        converted->writes_left = 0;
        return 1;
    }
    buffer_add(&converted->out, bytes, size);
    return 0;
}

/* A context of the plugins in the folder COMITY_PLUGIN_PATH, and of no others. */
static inline comity_status converted_open(struct converted *converted)
{
    const char *folders[] = {getenv("COMITY_PLUGIN_PATH"), NULL};
    struct comity_config config = COMITY_CONFIG_INIT;
    config.no_default_paths = 1;
    config.plugin_paths = folders;
    config.finding = collected_emit;
    config.user = &converted->found;
    return comity_open(&config, &converted->context);
}

static inline void converted_init(struct converted *converted)
{
    memset(converted, 0, sizeof(*converted));
    collected_init(&converted->found);
    buffer_init(&converted->out, 0);
    converted->writes_left = SIZE_MAX;
    converted->options = (struct comity_options)COMITY_OPTIONS_INIT;
    converted->options.finding = collected_emit;
    converted->options.user = &converted->found;
}

static inline void converted_free(struct converted *converted)
{
    comity_close(converted->context);
    buffer_free(&converted->out);
}

/* Converts a text by the options at hand; what was found and written before is forgotten. */
static inline comity_status converted_run(struct converted *converted, const char *from,
                                          const char *to, const char *text, size_t size)
{
    struct comity_input input = {.bytes = text, .size = size, .fd = -1};
    converted->options.from = from;
    converted->options.to = to;
    converted->result = (struct comity_result)COMITY_RESULT_INIT;
    collected_init(&converted->found);
    buffer_clear(&converted->out);
    return comity_convert(converted->context, &converted->options, &input, converted_write,
                          converted, &converted->result);
}

/* What was written, ended by NUL. */
static inline const char *converted_text(struct converted *converted)
{
    buffer_char(&converted->out, '\0');
    converted->out.size--;
    return converted->out.bytes;
}

/* Number of findings of a code. */
static inline size_t converted_met(const struct converted *converted, const char *code)
{
    size_t count = 0;
    for (size_t i = 0; i < converted->found.count; i++)
        count += strcmp(converted->found.all[i].code, code) == 0;
    return count;
}

#endif
