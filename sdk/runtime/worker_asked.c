/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Documents that the other process asks about: what stands in a field, and how the document is
 * written in a format that is named only then. */
#include "runtime/context.h"
#include "runtime/worker.h"

#include <stdlib.h>
#include <string.h>

static void tell_value(struct server *server, struct comity_record *record, const char *path)
{
    size_t len = 0;
    const char *text = path ? comity_record_get(record, path, &len) : NULL;
    size_t start = wire_begin(&server->out, WORKER_VALUE);
    wire_put_u64(&server->out, path ? comity_record_count(record, path) : 0);
    wire_put_text(&server->out, text, len);
    wire_end(&server->out, start);
}

comity_status serve_format(struct server *server, struct comity *context,
                           struct wire_frame *frame, struct findings *findings)
{
    const char *spec = wire_string(frame);
    if (!spec || !wire_is_done(frame))
        return COMITY_E_INVALID;
    const struct format *format = find_format(context, spec, findings);
    comity_status status = format ? COMITY_OK : missing_format(context, spec);
    size_t start = wire_begin(&server->out, WORKER_KNOWN);
    wire_put_u32(&server->out, (uint32_t)status);
    wire_put_u32(&server->out, format && format_can_write(format));
    wire_put_string(&server->out, format ? syntax_name(format) : NULL);
    wire_end(&server->out, start);
    return COMITY_OK;
}

/* `to` is copied: its frame is gone when the next comes. */
static comity_status write_as(struct server *server, struct comity_record *record,
                              const char *spec)
{
    char *to = spec ? strdup(spec) : NULL;
    if (!to)
        return spec ? COMITY_E_NOMEM : COMITY_E_INVALID;
    comity_status status = comity_record_write(record, to, serve_bytes, server);
    size_t start = wire_begin(&server->out, WORKER_WRITTEN);
    wire_put_u32(&server->out, (uint32_t)status);
    wire_put_string(&server->out, format_syntax(record->session->context, to));
    wire_end(&server->out, start);
    free(to);
    return status == COMITY_E_NOMEM ? status : COMITY_OK;
}

comity_status serve_asked(struct server *server, struct comity_record *record, bool lacks)
{
    struct wire_frame frame;
    uint64_t count = lacks ? check_lacks(record) : 0, from, to;
    record_place(record, &from, &to);
    size_t start = wire_begin(&server->out, WORKER_RECORD);
    wire_put_u64(&server->out, from);
    wire_put_u64(&server->out, to);
    wire_put_u32(&server->out, check_is_notice(record));
    wire_put_u64(&server->out, count);
    wire_put_string(&server->out, record->format->id);
    wire_end(&server->out, start);
    for (;;) {
        comity_status status = serve_frame(server, &frame);
        if (status != COMITY_OK)
            return status == COMITY_END ? COMITY_E_IO : status;
        if (frame.kind == WORKER_NEXT) {
            status = (int32_t)wire_u32(&frame);
            return wire_is_done(&frame) ? status : COMITY_E_IO;
        }
        const char *words = wire_string(&frame);
        if (!wire_is_done(&frame))
            return COMITY_E_IO;
        if (frame.kind == WORKER_GET)
            tell_value(server, record, words);
        else if (frame.kind == WORKER_WRITE)
            status = write_as(server, record, words);
        else
            return COMITY_E_IO;
        if (status != COMITY_OK)
            return status;
    }
}
