/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Memory that is counted, and that runs out on demand.  This program's malloc() stands before
 * the C library's for all that is in the process, plugins included; memory that the host takes
 * from its arenas is met by wrapping them (-Wl,--wrap). */
#include "kit/checker.h"

#include "base/arena.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES 12
#define OWN_FRAMES 2 /* fails_now() and what called it */

static struct {
    bool is_on, has_failed;
    unsigned long left;
    void *frames[FRAMES];
    int depth;
} plan; /* a check that uses it has one thread */
static atomic_long taken;

void fail_allocation_after(unsigned long n)
{
    plan.left = n;
    plan.has_failed = false;
    plan.is_on = true;
}

void prepare_to_fail(void)
{
    plan.depth = backtrace(plan.frames, FRAMES); /* which loads a library the first time */
}

const char *where_it_failed(void)
{
    static char words[600];
    size_t size = 0;
    words[0] = '\0';
    for (int i = OWN_FRAMES; i < plan.depth && size < sizeof words - 120; i++) {
        Dl_info info;
        if (!dladdr(plan.frames[i], &info) || !info.dli_fname)
            continue;
        const char *slash = strrchr(info.dli_fname, '/');
        size += (size_t)snprintf(words + size, sizeof words - size, "%s%.60s+0x%tx",
                                 size ? ", " : "", slash ? slash + 1 : info.dli_fname,
                                 (char *)plan.frames[i] - (char *)info.dli_fbase);
    }
    return words;
}

bool allocations_are_good(void)
{
    plan.is_on = false;
    return plan.has_failed;
}

long blocks_taken(void)
{
    return atomic_load(&taken);
}

static bool fails_now(void)
{
    if (!plan.is_on || plan.has_failed)
        return false;
    if (plan.left-- > 0)
        return false;
    plan.has_failed = true;
    plan.depth = backtrace(plan.frames, FRAMES);
    errno = ENOMEM;
    return true;
}

void *__real_arena_zalloc(struct arena *arena, size_t size);
void *__wrap_arena_zalloc(struct arena *arena, size_t size);
char *__real_arena_copy(struct arena *arena, const char *text, size_t len);
char *__wrap_arena_copy(struct arena *arena, const char *text, size_t len);

void *__wrap_arena_zalloc(struct arena *arena, size_t size)
{
    return fails_now() ? NULL : __real_arena_zalloc(arena, size);
}

char *__wrap_arena_copy(struct arena *arena, const char *text, size_t len)
{
    return fails_now() ? NULL : __real_arena_copy(arena, text, len);
}

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

static void *counted(void *block)
{
    if (block)
        atomic_fetch_add_explicit(&taken, 1, memory_order_relaxed);
    return block;
}

void *malloc(size_t size)
{
    return fails_now() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *old, size_t size)
{
    if (!old)
        return malloc(size);
    if (size == 0) {
        free(old);
        return NULL;
    }
    return fails_now() ? NULL : __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size)
{
    return fails_now() ? NULL : counted(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    *block = memalign(alignment, size);
    return *block ? 0 : ENOMEM;
}

void free(void *block)
{
    if (block)
        atomic_fetch_sub_explicit(&taken, 1, memory_order_relaxed);
    __libc_free(block);
}

bool can_fail_allocations(void)
{
    return true;
}

#else

bool can_fail_allocations(void)
{
    return false;
}

#endif
