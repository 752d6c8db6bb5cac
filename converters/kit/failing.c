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
#include <link.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES 12
#define CODE_PARTS 32
#define BY_DESCRIPTOR "/proc/self/fd/" /* what the loader names a plugin that was open */
#define OWN_FRAMES 2                   /* fails_now() and what called it */

static struct {
    bool is_on, has_failed;
    unsigned long left;
    const char *plugin; /* the name of its file, which is loaded by a descriptor */
    void *frames[FRAMES];
    int depth;
    struct {
        uintptr_t start, end;
    } code[CODE_PARTS]; /* of this program and of the plugin: what is meant to notice */
    size_t code_count;
} plan; /* a check that uses it has one thread */
static atomic_long taken;

void fail_allocation_after(unsigned long n)
{
    plan.left = n;
    plan.has_failed = false;
    plan.is_on = true;
}

/* The object that is this program, which has no name, or the plugin's. */
static int take_code(struct dl_phdr_info *object, size_t size, void *user)
{
    const struct subject *subject = user;
    (void)size;
    if (object->dlpi_name[0] && strcmp(object->dlpi_name, subject->shown) != 0 &&
        strncmp(object->dlpi_name, BY_DESCRIPTOR, sizeof BY_DESCRIPTOR - 1) != 0)
        return 0;
    for (int i = 0; i < object->dlpi_phnum && plan.code_count < CODE_PARTS; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X))
            continue;
        plan.code[plan.code_count].start = object->dlpi_addr + part->p_vaddr;
        plan.code[plan.code_count].end = plan.code[plan.code_count].start + part->p_memsz;
        plan.code_count++;
    }
    return 0;
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

void prepare_to_fail(struct subject *subject)
{
    plan.plugin = file_name(subject->shown);
    plan.code_count = 0;
    dl_iterate_phdr(take_code, subject);
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
        bool is_plugin = strncmp(info.dli_fname, BY_DESCRIPTOR, sizeof BY_DESCRIPTOR - 1) == 0;
        size += (size_t)snprintf(words + size, sizeof words - size, "%s%.60s+0x%tx",
                                 size ? ", " : "",
                                 is_plugin ? plan.plugin : file_name(info.dli_fname),
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

/* Libraries of the system are left alone: ICU, for one, does not survive it. */
static bool is_meant(const void *caller)
{
    for (size_t i = 0; i < plan.code_count; i++)
        if ((uintptr_t)caller >= plan.code[i].start && (uintptr_t)caller < plan.code[i].end)
            return true;
    return false;
}

static bool fails_now(const void *caller)
{
    if (!plan.is_on || plan.has_failed || !is_meant(caller))
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
    return fails_now(__builtin_return_address(0)) ? NULL : __real_arena_zalloc(arena, size);
}

char *__wrap_arena_copy(struct arena *arena, const char *text, size_t len)
{
    return fails_now(__builtin_return_address(0)) ? NULL : __real_arena_copy(arena, text, len);
}

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)

/* Seen by every library of the process, whatever else of this program is hidden. */
#define EVERYWHERE __attribute__((visibility("default")))

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

EVERYWHERE void *malloc(size_t size)
{
    return fails_now(__builtin_return_address(0)) ? NULL : counted(__libc_malloc(size));
}

EVERYWHERE void *calloc(size_t count, size_t size)
{
    return fails_now(__builtin_return_address(0)) ? NULL : counted(__libc_calloc(count, size));
}

EVERYWHERE void *realloc(void *old, size_t size)
{
    if (!old)
        return fails_now(__builtin_return_address(0)) ? NULL : counted(__libc_malloc(size));
    if (size == 0) {
        free(old);
        return NULL;
    }
    return fails_now(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}

EVERYWHERE void *memalign(size_t alignment, size_t size)
{
    return fails_now(__builtin_return_address(0)) ? NULL
                                                  : counted(__libc_memalign(alignment, size));
}

EVERYWHERE void *aligned_alloc(size_t alignment, size_t size)
{
    return fails_now(__builtin_return_address(0)) ? NULL
                                                  : counted(__libc_memalign(alignment, size));
}

EVERYWHERE int posix_memalign(void **block, size_t alignment, size_t size)
{
    *block = fails_now(__builtin_return_address(0)) ? NULL
                                                    : counted(__libc_memalign(alignment, size));
    return *block ? 0 : ENOMEM;
}

EVERYWHERE void free(void *block)
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
