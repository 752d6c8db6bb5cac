/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Allocations that fail on demand; see failing_alloc.h for how to link. */
#include "failing_alloc.h"

#include <errno.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

/* A test has one thread. */
static struct {
    bool is_on, goes_on, has_failed;
    unsigned long left;
} plan;

static void start(unsigned long n, bool goes_on)
{
    plan.is_on = true;
    plan.goes_on = goes_on;
    plan.has_failed = false;
    plan.left = n;
}

void failing_alloc_after(unsigned long n)
{
    start(n, false);
}

void failing_alloc_from(unsigned long n)
{
    start(n, true);
}

bool failing_alloc_stop(void)
{
    plan.is_on = false;
    return plan.has_failed;
}

static bool fails_now(void)
{
    if (!plan.is_on)
        return false;
    if (plan.left > 0) {
        plan.left--;
        return false;
    }
    if (plan.has_failed && !plan.goes_on)
        return false;
    plan.has_failed = true;
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails_now() ? NULL : __real_realloc(old, size);
}
