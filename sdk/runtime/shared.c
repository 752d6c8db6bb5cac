/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Memory that two processes share; see shared.h. */
#include "runtime/shared.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* Before the bytes; a page, so that they are aligned. */
#define HEAD_BYTES ((size_t)4096)
/* What is shorter costs less in its frame. */
#define LEAST_BYTES 256u

static comity_status map(struct shared *shared, int fd, size_t size)
{
    int writes = (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY ? 0 : PROT_WRITE;
    char *memory = mmap(NULL, HEAD_BYTES + size, PROT_READ | writes, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        return COMITY_E_IO;
    shared->freed = (_Atomic uint64_t *)(void *)memory;
    shared->bytes = memory + HEAD_BYTES;
    shared->size = size;
    return COMITY_OK;
}

/* The file anew: who has a descriptor that reads cannot make its memory writable. */
static int open_to_read(int fd)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, O_RDONLY | O_CLOEXEC);
}

comity_status shared_make(struct shared *shared, size_t size)
{
    *shared = (struct shared)SHARED_INIT;
    shared->fd = memfd_create("comity", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    /* were it cut, who looks at what is gone would be killed */
    if (shared->fd >= 0 && ftruncate(shared->fd, (off_t)(HEAD_BYTES + size)) == 0 &&
        fcntl(shared->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0 &&
        (shared->read_fd = open_to_read(shared->fd)) >= 0 &&
        map(shared, shared->fd, size) == COMITY_OK)
        return COMITY_OK;
    shared_close(shared);
    return COMITY_E_IO;
}

comity_status shared_join(struct shared *shared, int fd, size_t size, uint64_t written)
{
    *shared = (struct shared)SHARED_INIT;
    comity_status status = map(shared, fd, size);
    close(fd);
    shared->written = written;
    return status;
}

void shared_close(struct shared *shared)
{
    if (shared->freed)
        munmap(shared->bytes - HEAD_BYTES, HEAD_BYTES + shared->size);
    if (shared->fd >= 0)
        close(shared->fd);
    if (shared->read_fd >= 0)
        close(shared->read_fd);
    *shared = (struct shared)SHARED_INIT;
}

/* Copies bytes where they fit in one piece; *end becomes where they end. */
static bool put(struct shared *shared, const char *bytes, size_t len, uint64_t *end)
{
    if (!shared || !shared->freed || len < LEAST_BYTES || len > shared->size)
        return false;
    uint64_t at = shared->written;
    size_t offset = (size_t)(at % shared->size);
    if (len > shared->size - offset)
        at += shared->size - offset;
    uint64_t freed = atomic_load_explicit(shared->freed, memory_order_acquire);
    if (at + len - freed > shared->size)
        return false;
    memcpy(shared->bytes + at % shared->size, bytes, len);
    *end = shared->written = at + len;
    return true;
}

void shared_put_place(struct buffer *out, const char *text, size_t len, uint64_t end)
{
    wire_put_u64(out, end);
    if (end)
        wire_put_u64(out, len);
    else
        wire_put_text(out, text, len);
}

void shared_put_text(struct buffer *out, struct shared *shared, const char *text, size_t len)
{
    uint64_t end = 0;
    if (text && !put(shared, text, len, &end))
        end = 0;
    shared_put_place(out, text, len, end);
}

const char *shared_text(struct wire_frame *frame, const struct shared *shared, size_t *len,
                        uint64_t *end)
{
    *len = 0;
    *end = wire_u64(frame);
    if (!*end)
        return wire_text(frame, len);
    uint64_t size = wire_u64(frame);
    if (!frame->is_bad && shared && shared->freed && size <= shared->size && size <= *end) {
        size_t offset = (size_t)((*end - size) % shared->size);
        if (size <= shared->size - offset) {
            *len = (size_t)size;
            return shared->bytes + offset;
        }
    }
    frame->is_bad = true;
    *end = 0;
    return NULL;
}

void shared_free(struct shared *shared, uint64_t end)
{
    if (end)
        atomic_store_explicit(shared->freed, end, memory_order_release);
}
