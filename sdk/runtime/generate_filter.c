/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Build-time program: prints the filters of system calls, by libseccomp.  To have them made in
 * each worker would take longer than all else that it does to lock itself in.  Not part of the
 * library. */
#include "runtime/sandbox_filter.h"

#include "runtime/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/mman.h>

/* A kernel has no longer ones. */
#define MAX_STEPS BPF_MAXINSNS
/* Filters that end the process; the machine that builds need not know them. */
#define API_LEVEL 3u
/* Calls are looked for as in a tree. */
#define AS_TREE 2u

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
                                  SCMP_A0(SCMP_CMP_EQ, FILTER_PROCESS));
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

static int add_of_worker(scmp_filter_ctx filter)
{
    int failed = ADD_RULES(filter, SCMP_ACT_ALLOW, allowed);
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(rt_sigaction), 0);
    for (size_t i = 0; i < sizeof spoken / sizeof spoken[0]; i++) {
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, spoken[i], 1,
                                   SCMP_A0(SCMP_CMP_LE, WORKER_FD));
        failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), spoken[i], 1,
                                   SCMP_A0(SCMP_CMP_GT, WORKER_FD));
    }
    failed |= ADD_RULES(filter, SCMP_ACT_ERRNO(EACCES), refused);
    return failed | allow_in_part(filter);
}

static int add_of_watched(scmp_filter_ctx filter)
{
    int failed = ADD_RULES(filter, SCMP_ACT_ALLOW, allowed);
    failed |= allow_in_part(filter);
    return failed | seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
                                     SCMP_A0(SCMP_CMP_EQ, FILTER_LINE));
}

/* The steps of a filter; 0: it cannot be made. */
static size_t export(scmp_filter_ctx filter, struct sock_filter *steps)
{
    FILE *file = tmpfile();
    size_t count = 0;
    if (file && seccomp_export_bpf(filter, fileno(file)) == 0) {
        rewind(file);
        count = fread(steps, sizeof *steps, MAX_STEPS, file);
    }
    if (file)
        fclose(file);
    return count;
}

static size_t count_of(const struct sock_filter *steps, size_t count, uint32_t number)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += steps[i].k == number;
    return found;
}

/* Prints a filter as a table; false where it is not what it should be. */
static bool print(const char *name, uint32_t otherwise, int (*add)(scmp_filter_ctx),
                  size_t lines)
{
    static struct sock_filter steps[MAX_STEPS];
    scmp_filter_ctx filter = seccomp_init(otherwise);
    if (!filter)
        return false;
    int failed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, AS_TREE);
    failed |= add(filter);
    size_t count = failed ? 0 : export(filter, steps);
    seccomp_release(filter);
    if (!count || count_of(steps, count, FILTER_PROCESS) != 1 ||
        count_of(steps, count, FILTER_LINE) != lines)
        return false;
    printf("static const struct sock_filter %s[] = {\n", name);
    for (size_t i = 0; i < count; i++)
        printf("{0x%X, %u, %u, 0x%X},\n", steps[i].code, steps[i].jt, steps[i].jf, steps[i].k);
    puts("};");
    return true;
}

int main(void)
{
    seccomp_api_set(API_LEVEL);
    puts("/* Made by generate-filter. */");
    if (!print("worker_filter", SCMP_ACT_KILL_PROCESS, add_of_worker, 0) ||
        !print("watched_filter", SCMP_ACT_TRAP, add_of_watched, 1)) {
        fputs("generate-filter: libseccomp does not make the filter\n", stderr);
        return 1;
    }
    return ferror(stdout) || fclose(stdout) ? 1 : 0;
}
