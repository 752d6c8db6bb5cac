/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a converter works with: the configuration and the options, as the process that starts it
 * was given them; see worker.h. */
#include "runtime/worker_setup.h"

#include <stdlib.h>

/* What of the environment counts in a conversion; a worker has nothing else of it. */
static const char *const passed[] = {"COMITY_PLUGIN_PATH", "SOURCE_DATE_EPOCH", "HOME",
                                     "XDG_CONFIG_HOME", "XDG_STATE_HOME"};

static void put_config(struct buffer *out, const struct comity_config *config)
{
    size_t count = 0;
    while (config->plugin_paths && config->plugin_paths[count])
        count++;
    wire_put_u32(out, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        wire_put_string(out, config->plugin_paths[i]);
    for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++)
        wire_put_string(out, secure_getenv(passed[i]));
    wire_put_u32(out, config->no_default_paths);
    wire_put_u64(out, config->max_bytes);
    wire_put_u32(out, config->max_depth);
    wire_put_u32(out, config->max_members);
    wire_put_text(out, config->terms_catalogue, config->terms_catalogue_len);
    wire_put_string(out, config->terms_catalogue_file);
    wire_put_string(out,
                    COMITY_HAS(comity_config, config, allow_list) ? config->allow_list : NULL);
}

void worker_put_setup(struct buffer *out, const struct comity_config *config,
                      const struct comity_options *options, bool is_utf8)
{
    size_t start = wire_begin(out, WORKER_SETUP);
    put_config(out, config);
    worker_put_options(out, options);
    wire_put_u32(out, options->attachments != NULL);
    wire_put_u32(out, is_utf8);
    wire_end(out, start);
}

void worker_put_plugins(struct buffer *out, const struct comity_config *config,
                        const char *only, const char *const *skipped)
{
    size_t start = wire_begin(out, WORKER_PLUGINS), count = 0;
    while (skipped[count])
        count++;
    put_config(out, config);
    wire_put_string(out, only);
    wire_put_u32(out, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        wire_put_string(out, skipped[i]);
    wire_end(out, start);
}

void worker_put_options(struct buffer *out, const struct comity_options *options)
{
    wire_put_u32(out, (uint32_t)options->fail_on);
    wire_put_string(out, options->from);
    wire_put_string(out, options->to);
    wire_put_u32(out, (uint32_t)options->setting_count);
    for (size_t i = 0; i < options->setting_count; i++) {
        wire_put_string(out, options->settings[i].field);
        wire_put_string(out, options->settings[i].value);
    }
    wire_put_text(out, options->overlay, options->overlay_len);
    wire_put_u32(out, options->trace);
    wire_put_u32(out, options->no_provenance);
    wire_put_u32(out, options->check);
    wire_put_string(out, options->kind);
    wire_put_text(out, options->profile, options->profile_len);
    wire_put_string(out, options->profile_file);
    wire_put_string(out, options->terminology);
    wire_put_text(out, options->choices, options->choices_len);
    wire_put_string(out, options->choices_file);
}

static comity_status get_config(struct wire_frame *frame, struct worker_setup *setup)
{
    struct comity_config *config = &setup->config;
    uint32_t count = wire_u32(frame);
    setup->paths = calloc((size_t)(count < MAX_SETUP ? count : 0) + 1, sizeof *setup->paths);
    if (!setup->paths)
        return COMITY_E_NOMEM;
    for (uint32_t i = 0; i < count && i < MAX_SETUP; i++)
        setup->paths[i] = wire_string(frame);
    config->plugin_paths = setup->paths;
    bool is_set = true;
    for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++) {
        const char *value = wire_string(frame);
        is_set = is_set && (!value || setenv(passed[i], value, 1) == 0);
    }
    config->no_default_paths = wire_u32(frame);
    config->max_bytes = wire_u64(frame);
    config->max_depth = wire_u32(frame);
    config->max_members = wire_u32(frame);
    config->terms_catalogue = wire_text(frame, &config->terms_catalogue_len);
    config->terms_catalogue_file = wire_string(frame);
    config->allow_list = wire_string(frame);
    return is_set ? COMITY_OK : COMITY_E_NOMEM;
}

static comity_status get_options(struct wire_frame *frame, struct worker_setup *setup)
{
    struct comity_options *options = &setup->options;
    options->fail_on = (int32_t)wire_u32(frame);
    options->from = wire_string(frame);
    options->to = wire_string(frame);
    uint32_t count = wire_u32(frame);
    setup->settings =
        calloc((size_t)(count < MAX_SETUP ? count : 0) + 1, sizeof *setup->settings);
    if (!setup->settings)
        return COMITY_E_NOMEM;
    for (uint32_t i = 0; i < count && i < MAX_SETUP; i++) {
        setup->settings[i].field = wire_string(frame);
        setup->settings[i].value = wire_string(frame);
    }
    options->settings = setup->settings;
    options->setting_count = count;
    options->overlay = wire_text(frame, &options->overlay_len);
    options->trace = wire_u32(frame);
    options->no_provenance = wire_u32(frame);
    options->check = wire_u32(frame);
    options->kind = wire_string(frame);
    options->profile = wire_text(frame, &options->profile_len);
    options->profile_file = wire_string(frame);
    options->terminology = wire_string(frame);
    options->choices = wire_text(frame, &options->choices_len);
    options->choices_file = wire_string(frame);
    return COMITY_OK;
}

/* A copy of a frame, whose own bytes are lent. */
static comity_status keep_frame(const struct wire_frame *frame, struct worker_setup *setup,
                                struct wire_frame *own)
{
    *setup =
        (struct worker_setup){.config = COMITY_CONFIG_INIT, .options = COMITY_OPTIONS_INIT};
    size_t size = (size_t)(frame->end - frame->at);
    setup->bytes = malloc(size ? size : 1);
    if (!setup->bytes)
        return COMITY_E_NOMEM;
    memcpy(setup->bytes, frame->at, size);
    *own = (struct wire_frame){.kind = frame->kind, .at = setup->bytes};
    own->end = own->at + size;
    return COMITY_OK;
}

comity_status worker_plugins_get(struct wire_frame *frame, struct worker_setup *setup,
                                 const char **only, const char ***skipped)
{
    struct wire_frame own;
    *skipped = NULL;
    comity_status status = keep_frame(frame, setup, &own);
    if (status == COMITY_OK)
        status = get_config(&own, setup);
    if (status != COMITY_OK)
        return status;
    *only = wire_string(&own);
    uint32_t count = wire_u32(&own);
    *skipped = calloc((size_t)(count < MAX_SETUP ? count : 0) + 2, sizeof **skipped);
    if (!*skipped)
        return COMITY_E_NOMEM;
    for (uint32_t i = 0; i < count && i < MAX_SETUP; i++)
        (*skipped)[i] = wire_string(&own);
    return wire_is_done(&own) ? COMITY_OK : COMITY_E_INVALID;
}

comity_status worker_setup_get(struct wire_frame *frame, struct worker_setup *setup)
{
    struct wire_frame own;
    comity_status status = keep_frame(frame, setup, &own);
    if (status == COMITY_OK)
        status = get_config(&own, setup);
    if (status == COMITY_OK)
        status = get_options(&own, setup);
    if (wire_u32(&own)) /* the folder stays with who starts us, and its name */
        setup->options.attachments = ".";
    setup->is_utf8 = wire_u32(&own);
    if (status == COMITY_OK && !wire_is_done(&own))
        status = COMITY_E_INVALID;
    return status;
}

void worker_setup_free(struct worker_setup *setup)
{
    free(setup->bytes);
    free(setup->paths);
    free(setup->settings);
}
