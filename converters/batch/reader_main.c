/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity-reader: takes inputs apart into items, in a sandbox; started by comity batch, never by
 * hand. */
#include "batch/items.h"
#include "batch/reading.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static comity_status send_item(void *user, const struct item *item)
{
    struct server *server = user;
    reading_put_item(&server->out, &server->made, item);
    return serve_flush(server, false);
}

static comity_status read_input(struct server *server, struct wire_frame *frame)
{
    const char *name;
    struct item_limits limits;
    if (frame->kind != WORKER_READ || !reading_get_request(frame, &name, &limits) ||
        server->passed < 0)
        return COMITY_E_INVALID;
    comity_status status = items_read(server->passed, name, &limits, send_item, server);
    close(server->passed);
    server->passed = -1;
    size_t start = wire_begin(&server->out, WORKER_READ_DONE);
    wire_put_u32(&server->out, (uint32_t)status);
    wire_end(&server->out, start);
    return serve_flush(server, true);
}

int main(void)
{
    struct worker_limits limits = WORKER_LIMITS_INIT;
    struct server server;
    struct wire_frame frame;
    int type = 0;
    socklen_t len = sizeof type;
    if (getsockopt(WORKER_FD, SOL_SOCKET, SO_TYPE, &type, &len) != 0) {
        fputs("comity-reader is started by comity batch; it has no use of its own\n", stderr);
        return 2;
    }
    serve_init(&server);
    comity_status status = items_prepare();
    if (status == COMITY_OK)
        status = sandbox_close(&limits);
    while (status == COMITY_OK && (status = serve_frame(&server, &frame)) == COMITY_OK)
        status = read_input(&server, &frame);
    _exit(status == COMITY_END ? 0 : 1);
}
