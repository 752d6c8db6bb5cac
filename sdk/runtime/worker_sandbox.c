/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a worker may do once it is ready, held by limits, Landlock and seccomp, each alone: read
 * and write the descriptors that it has, compute, take memory, end.  To open a file is refused,
 * so that a library may do without; to start a program or to reach for the network ends the
 * process. */
#include "io/charset.h"
#include "runtime/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

void sandbox_prepare(bool encodings)
{
    if (encodings)
        charset_hold_tables();
    tzset(); /* which reads a file, as gmtime_r() would */
}

/* What is allowed. */
static const int allowed[] = {
    SCMP_SYS(read),           SCMP_SYS(readv),
    SCMP_SYS(pread64),        SCMP_SYS(lseek),
    SCMP_SYS(recvmsg),        SCMP_SYS(recvfrom),
    SCMP_SYS(poll),           SCMP_SYS(ppoll),
    SCMP_SYS(close),          SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),     SCMP_SYS(brk),
    SCMP_SYS(munmap),         SCMP_SYS(mremap),
    SCMP_SYS(madvise),        SCMP_SYS(futex),
    SCMP_SYS(getrandom),      SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),   SCMP_SYS(time),
    SCMP_SYS(nanosleep),      SCMP_SYS(clock_nanosleep),
    SCMP_SYS(getpid),         SCMP_SYS(gettid),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),    SCMP_SYS(restart_syscall),
    SCMP_SYS(sched_yield),    SCMP_SYS(exit),
    SCMP_SYS(exit_group),     SCMP_SYS(getrusage),
    SCMP_SYS(uname),
};

/* What is allowed to a worker on its line, and on the streams that lead nowhere: an input may
 * be a terminal, which could be written to.  All of it traps where a plugin is watched. */
static const int spoken[] = {SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(sendto),
                             SCMP_SYS(sendmsg)};

/* What is refused with EACCES instead: libraries try it and do without. */
static const int refused[] = {
    SCMP_SYS(open),   SCMP_SYS(openat),    SCMP_SYS(stat),     SCMP_SYS(lstat),
    SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
    SCMP_SYS(ioctl),  SCMP_SYS(sysinfo),   SCMP_SYS(prctl),    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(umask),  SCMP_SYS(chdir),     SCMP_SYS(getcwd),   SCMP_SYS(statx),
};

/* What is allowed with some arguments alone: memory that does not hold code; signals to this
 * process, as abort() sends one; to look at descriptors, and not to have signals sent by
 * them. */
static int allow_in_part(scmp_filter_ctx filter)
{
    static const int memory[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
    static const int looks[] = {F_GETFD, F_GETFL};
    int failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                                  SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
    for (size_t i = 0; i < 2; i++) {
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, memory[i], 1,
                                   SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), memory[i], 1,
                                   SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
                                   SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)looks[i]));
    }
    return failed;
}

static int add_rules(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
    int failed = 0;
    for (size_t i = 0; i < count; i++)
        failed |= seccomp_rule_add(filter, action, calls[i], 0);
    return failed;
}
#define ADD_RULES(filter, action, calls) \
    add_rules(filter, action, calls, sizeof calls / sizeof calls[0])

static comity_status load(scmp_filter_ctx filter, int failed)
{
    failed |= seccomp_load(filter);
    seccomp_release(filter);
    return failed ? COMITY_E_UNSUPPORTED : COMITY_OK;
}

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

/* A plugin may have started a thread while it was loaded: the filter is for all of them. */
static comity_status close_seccomp(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter)
        return COMITY_E_NOMEM;
    int failed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    failed |= ADD_RULES(filter, SCMP_ACT_ALLOW, allowed);
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(rt_sigaction), 0);
    for (size_t i = 0; i < sizeof spoken / sizeof spoken[0]; i++) {
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, spoken[i], 1,
                                   SCMP_A0(SCMP_CMP_LE, WORKER_FD));
        failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), spoken[i], 1,
                                   SCMP_A0(SCMP_CMP_GT, WORKER_FD));
    }
    failed |= ADD_RULES(filter, SCMP_ACT_ERRNO(EACCES), refused);
    failed |= allow_in_part(filter);
    return load(filter, failed);
}

comity_status sandbox_watch(int line)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
    if (!filter)
        return COMITY_E_NOMEM;
    int failed = ADD_RULES(filter, SCMP_ACT_ALLOW, allowed);
    failed |= allow_in_part(filter);
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
                               SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)line));
    return load(filter, failed);
}

/* Landlock is not everywhere, and what it withholds the filter withholds too. */
comity_status sandbox_close_layers(unsigned layers)
{
    comity_status status = layers & SANDBOX_LIMITS ? close_limits() : COMITY_OK;
    if (status == COMITY_OK && (layers & SANDBOX_LANDLOCK))
        landlock_close();
    return status == COMITY_OK && (layers & SANDBOX_SECCOMP) ? close_seccomp() : status;
}

comity_status sandbox_close(const struct worker_limits *limits)
{
    (void)limits;
    return sandbox_close_layers(SANDBOX_ALL);
}
