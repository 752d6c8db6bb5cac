/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A worker's end of the line; see worker.h.  It runs in the sandbox: reading and writing are
 * all that it needs. */
#include "runtime/worker.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE_BYTES ((size_t)1 << 16)
/* What is ready is sent when it has grown to this. */
#define FLUSH_BYTES ((size_t)1 << 17)
/* The process that started us is trusted; this is only against a torn line. */
#define FRAME_LIMIT ((size_t)UINT32_MAX - WIRE_HEAD)
#define LARGE_BYTES ((size_t)1 << 20)
/* So many pieces of a stream may be on their way while the next is made. */
#define PIECES_AHEAD 2u

void serve_init(struct server *server)
{
    *server = (struct server){.passed = -1, .items = SHARED_INIT, .made = SHARED_INIT};
    buffer_init(&server->in, 0);
    buffer_init(&server->out, 0);
}

comity_status serve_flush(struct server *server, bool now)
{
    struct buffer *out = &server->out;
    size_t sent = 0;
    if (buffer_status(out) != COMITY_OK)
        return buffer_status(out);
    if (!now && out->size + (server->made.written - server->told) < FLUSH_BYTES)
        return COMITY_OK;
    server->told = server->made.written;
    while (sent < out->size) {
        ssize_t wrote = send(WORKER_FD, out->bytes + sent, out->size - sent, MSG_NOSIGNAL);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return COMITY_E_IO;
        sent += (size_t)wrote;
    }
    bool is_large = out->capacity > LARGE_BYTES;
    buffer_clear(out);
    if (is_large)
        buffer_free(out);
    return COMITY_OK;
}

/* Takes in what comes, and the descriptor that may come along. */
static ssize_t receive(struct server *server)
{
    char control[CMSG_SPACE(sizeof(int))];
    struct iovec part = {server->in.bytes + server->in.size, LINE_BYTES};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t got = recvmsg(WORKER_FD, &message, 0);
    struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        if (server->passed >= 0)
            close(server->passed);
        memcpy(&server->passed, CMSG_DATA(header), sizeof server->passed);
    }
    return got;
}

/* Takes frames about memory that is shared and about bytes that were handed over, which are
 * nobody's business but the line's.  COMITY_END: there is none yet. */
static comity_status next_frame(struct server *server, struct wire_frame *frame)
{
    struct buffer *in = &server->in;
    for (;;) {
        size_t whole = 0;
        comity_status status = wire_next(in->bytes + server->taken, in->size - server->taken,
                                         FRAME_LIMIT, frame, &whole);
        server->taken += whole;
        if (status == COMITY_OK && frame->kind == WORKER_WROTE && server->pieces) {
            server->pieces--;
            server->is_refused |= wire_u32(frame) != 0;
            if (!wire_is_done(frame))
                return COMITY_E_IO;
            continue;
        }
        if (status != COMITY_OK ||
            (frame->kind != WORKER_SHARE_IN && frame->kind != WORKER_SHARE_OUT))
            return status;
        struct shared *shared = frame->kind == WORKER_SHARE_IN ? &server->items : &server->made;
        status = worker_join_share(frame, &server->passed, shared);
        if (status != COMITY_OK)
            return status;
        server->told = server->made.written;
    }
}

/* Sends what is in `out`, and waits for more to come. */
static comity_status fill(struct server *server)
{
    struct buffer *in = &server->in;
    if (server->taken) {
        memmove(in->bytes, in->bytes + server->taken, in->size - server->taken);
        in->size -= server->taken;
        server->taken = 0;
    }
    if (!in->size && in->capacity > LARGE_BYTES)
        buffer_free(in);
    comity_status status = serve_flush(server, true);
    if (status != COMITY_OK)
        return status;
    if (!buffer_reserve(in, LINE_BYTES))
        return COMITY_E_NOMEM;
    ssize_t got = receive(server);
    if (got == 0)
        return COMITY_END;
    if (got < 0 && errno != EINTR)
        return COMITY_E_IO;
    in->size += got > 0 ? (size_t)got : 0;
    return COMITY_OK;
}

comity_status serve_frame(struct server *server, struct wire_frame *frame)
{
    for (;;) {
        comity_status status = next_frame(server, frame);
        if (status != COMITY_END)
            return status;
        status = fill(server);
        if (status != COMITY_OK)
            return status;
    }
}

/* --- bytes that are handed over */

/* Waits until no more than `most` pieces are on their way; COMITY_E_IO where one could not be
 * written. */
static comity_status settle(struct server *server, unsigned most)
{
    struct wire_frame frame;
    for (;;) {
        comity_status status = next_frame(server, &frame);
        if (status != COMITY_END) /* nothing else is due before */
            return status == COMITY_OK ? COMITY_E_IO : status;
        if (server->pieces <= most || (most && server->is_refused))
            return server->is_refused ? COMITY_E_IO : COMITY_OK;
        status = fill(server);
        if (status != COMITY_OK)
            return status == COMITY_END ? COMITY_E_IO : status;
    }
}

static int hand_over(struct server *server, const char *bytes, size_t size, unsigned most)
{
    if (!server->pieces)
        server->is_refused = false;
    size_t start = wire_begin(&server->out, WORKER_BYTES);
    shared_put_text(&server->out, &server->made, bytes ? bytes : "", size);
    wire_end(&server->out, start);
    server->pieces++;
    return serve_flush(server, true) != COMITY_OK || settle(server, most) != COMITY_OK;
}

int serve_bytes(void *user, const void *bytes, size_t size)
{
    return hand_over(user, bytes, size, 0);
}

int serve_piece(void *user, const void *bytes, size_t size)
{
    return hand_over(user, bytes, size, PIECES_AHEAD);
}

comity_status serve_ask(struct server *server, uint32_t kind, int32_t *error, int *fd)
{
    struct wire_frame frame;
    *error = EIO;
    *fd = -1;
    comity_status status = settle(server, 0);
    if (status == COMITY_OK)
        status = serve_frame(server, &frame);
    if (status != COMITY_OK)
        return status == COMITY_END ? COMITY_E_IO : status;
    *error = (int32_t)wire_u32(&frame);
    if (frame.kind != kind || !wire_is_done(&frame))
        return COMITY_E_INVALID;
    *fd = server->passed;
    server->passed = -1;
    return COMITY_OK;
}
