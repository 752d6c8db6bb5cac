/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a worker says of plugins: it loads them, so that what they do to the process that loads
 * them is done to this one. */
#include "base/utf8.h"
#include "base/witness.h"
#include "runtime/context.h"
#include "runtime/worker_setup.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_SHOWN 6000u

comity_status serve_page(struct server *server, bool *is_there)
{
    *is_there = server->passed >= 0;
    if (!*is_there)
        return COMITY_OK;
    void *page = mmap(NULL, sizeof(struct witness), PROT_READ | PROT_WRITE, MAP_SHARED,
                      server->passed, 0);
    close(server->passed);
    server->passed = -1;
    if (page == MAP_FAILED)
        return COMITY_E_NOMEM;
    witness_share(page);
    return COMITY_OK;
}

/* The formats of a plugin that its own code reads; what a template reads is read by ours. */
static size_t formats_of(const struct comity *context, const struct plugin *plugin,
                         const char *ids[WORKER_MAX_FORMATS])
{
    size_t count = 0;
    for (size_t i = 0; i < context->format_count && count < WORKER_MAX_FORMATS; i++) {
        const struct format *format = context->formats[i];
        if (format->plugin == plugin && !format->t && format->described.reader)
            ids[count++] = format->id;
    }
    return count;
}

/* A text that may come from anywhere, as the line takes it: short and well-formed. */
static const char *shown(struct comity *context, const char *text)
{
    size_t len = text ? strnlen(text, MAX_SHOWN) : 0;
    char *copy = text ? arena_copy(&context->arena, text, len) : NULL;
    for (size_t bad = 0; copy && (bad = utf8_invalid(copy, len)) < len;)
        copy[bad] = '?';
    return copy;
}

void serve_tell_plugins(struct server *server, struct comity *context, bool readers)
{
    struct worker_plugin told;
    for (const struct plugin *plugin = context->plugins; plugin; plugin = plugin->next) {
        told.format_count = formats_of(context, plugin, told.formats);
        if (readers && !told.format_count)
            continue;
        told.sha256 = plugin->sha256;
        told.info =
            (struct comity_plugin_info){.is_loaded = plugin->is_loaded,
                                        .path = shown(context, plugin->path),
                                        .id = shown(context, plugin->descriptor.id),
                                        .version = shown(context, plugin->descriptor.version),
                                        .vendor = shown(context, plugin->descriptor.vendor),
                                        .license = shown(context, plugin->descriptor.license),
                                        .reason = shown(context, plugin->reason)};
        worker_put_plugin(&server->out, &told);
    }
}

/* Told at once: what the file itself says on the line is to stand behind it. */
static void tell_next(void *user, const char *path)
{
    struct server *server = user;
    size_t start = wire_begin(&server->out, WORKER_LOADS);
    wire_put_string(&server->out, path);
    wire_end(&server->out, start);
    serve_flush(server, true);
}

comity_status serve_plugins(struct server *server, struct wire_frame *frame)
{
    struct worker_setup setup;
    struct load_choice choice = {.next = tell_next, .user = server};
    struct comity *context = NULL;
    const char **skipped;
    bool has_page;
    comity_status status = worker_plugins_get(frame, &setup, &choice.only, &skipped);
    choice.skipped = skipped;
    if (status == COMITY_OK)
        status = serve_page(server, &has_page);
    if (status == COMITY_OK)
        status = open_context(&setup.config, &choice, &context);
    witness_at(WITNESS_NOTHING, NULL);
    tell_next(server, NULL);
    if (status == COMITY_OK)
        serve_tell_plugins(server, context, false);
    size_t start = wire_begin(&server->out, WORKER_READY);
    wire_put_u32(&server->out, (uint32_t)status);
    wire_put_string(&server->out, NULL);
    wire_end(&server->out, start);
    comity_status sent = serve_flush(server, true);
    worker_setup_free(&setup);
    free(skipped);
    return status == COMITY_OK ? sent : status;
}
