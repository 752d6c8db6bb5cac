/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a worker may do once it is ready, held by limits, Landlock and seccomp, each alone: read
 * and write the descriptors that it has, compute, take memory, end.  To open a file is refused,
 * so that a library may do without; to start a program or to reach for the network ends the
 * process. */
#include "io/charset.h"
#include "runtime/sandbox_filter.h"
#include "runtime/worker.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "runtime/sandbox-filter.inc"

void sandbox_prepare(bool encodings)
{
    if (encodings)
        charset_hold_tables();
    tzset(); /* which reads a file, as gmtime_r() would */
}

/* A plugin may have started a thread while it was loaded: the filter is for all of them. */
static comity_status load(const struct sock_filter *filter, size_t count, int line)
{
    struct sock_filter steps[BPF_MAXINSNS];
    struct sock_fprog program = {(unsigned short)count, steps};
    if (count > BPF_MAXINSNS || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return COMITY_E_UNSUPPORTED;
    for (size_t i = 0; i < count; i++) {
        steps[i] = filter[i];
        if (steps[i].k == FILTER_PROCESS)
            steps[i].k = (uint32_t)getpid();
        else if (steps[i].k == FILTER_LINE)
            steps[i].k = (uint32_t)line;
    }
    /* a number above 0 is a thread that it cannot be put on */
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program)
               ? COMITY_E_UNSUPPORTED
               : COMITY_OK;
}
#define LOAD(filter, line) load(filter, sizeof filter / sizeof filter[0], line)

static comity_status close_limits(void)
{
    static const struct rlimit none = {0, 0};
    static const int resources[] = {RLIMIT_CORE, RLIMIT_FSIZE, RLIMIT_NPROC, RLIMIT_MEMLOCK,
                                    RLIMIT_MSGQUEUE};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0)
        return COMITY_E_UNSUPPORTED;
    for (size_t i = 0; i < sizeof resources / sizeof resources[0]; i++)
        if (setrlimit((__rlimit_resource_t)resources[i], &none) != 0)
            return COMITY_E_UNSUPPORTED;
    return COMITY_OK;
}

comity_status sandbox_watch(int line)
{
    return LOAD(watched_filter, line);
}

/* Landlock is not everywhere, and what it withholds the filter withholds too. */
comity_status sandbox_close_layers(unsigned layers)
{
    comity_status status = layers & SANDBOX_LIMITS ? close_limits() : COMITY_OK;
    if (status == COMITY_OK && (layers & SANDBOX_LANDLOCK))
        landlock_close();
    return status == COMITY_OK && (layers & SANDBOX_SECCOMP) ? LOAD(worker_filter, WORKER_FD)
                                                             : status;
}

comity_status sandbox_close(const struct worker_limits *limits)
{
    (void)limits;
    return sandbox_close_layers(SANDBOX_ALL);
}
