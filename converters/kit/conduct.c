/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a plugin conducts itself: a process that is stopped at the call which no plugin may make,
 * and a look at what no plugin may change. */
#include "kit/checker.h"

#include "base/encoding.h"
#include "runtime/worker.h"

#include <dirent.h>
#include <locale.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

static struct subject *watched;

static void stop_at_call(int number, siginfo_t *what, void *context)
{
    (void)number, (void)context;
    allocations_are_good();
    char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, what->si_syscall);
    fault(watched,
          "it called %s() (number %d): a plugin opens no file and no socket, starts nothing, "
          "prints nothing and leaves signals, umask and folder alone",
          name ? name : "what has no name", what->si_syscall);
    finish(watched);
}

void watch_conduct(struct subject *subject)
{
    struct sigaction action = {.sa_sigaction = stop_at_call, .sa_flags = SA_SIGINFO};
    watched = subject;
    sandbox_prepare(true);
    if (sigaction(SIGSYS, &action, NULL) != 0 || sandbox_watch(subject->line) != COMITY_OK)
        remark(subject, "this system has no seccomp filter: forbidden calls are not seen");
}

static unsigned entries(const char *folder)
{
    unsigned count = 0;
    DIR *open = opendir(folder);
    for (struct dirent *entry; open && (entry = readdir(open));)
        count += entry->d_name[0] != '.';
    if (open)
        closedir(open);
    return count;
}

static void add_signals(struct buffer *state)
{
    sigset_t blocked;
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    for (int number = 1; number < 65; number++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) != 0)
            continue;
        buffer_format(state, "%d %p %d,", number, (void *)(uintptr_t)action.sa_handler,
                      sigismember(&blocked, number));
    }
}

void look_around(struct surroundings *now)
{
    struct buffer state;
    memset(now, 0, sizeof *now);
    snprintf(now->locale, sizeof now->locale, "%s", setlocale(LC_ALL, NULL));
    if (!getcwd(now->folder, sizeof now->folder))
        snprintf(now->folder, sizeof now->folder, "none");
    now->umask = umask(0);
    umask(now->umask);
    now->descriptors = entries("/proc/self/fd");
    now->threads = entries("/proc/self/task");
    buffer_init(&state, 0);
    for (char **variable = environ; variable && *variable; variable++)
        buffer_format(&state, "%s\n", *variable);
    encoding_sha256(state.bytes, state.size, now->environment);
    buffer_clear(&state);
    add_signals(&state);
    encoding_sha256(state.bytes, state.size, now->signals);
    buffer_free(&state);
}

void compare_surroundings(struct subject *subject, const struct surroundings *before,
                          const char *when)
{
    struct surroundings now;
    look_around(&now);
    if (strcmp(now.locale, before->locale) != 0)
        fault(subject, "the locale was changed %s, from %s to %s", when, before->locale,
              now.locale);
    if (strcmp(now.folder, before->folder) != 0)
        fault(subject, "the folder was changed %s, from %s to %s", when, before->folder,
              now.folder);
    if (strcmp(now.environment, before->environment) != 0)
        fault(subject, "the environment was changed %s", when);
    if (strcmp(now.signals, before->signals) != 0)
        fault(subject, "a signal's handler or mask was changed %s", when);
    if (now.umask != before->umask)
        fault(subject, "the umask was changed %s, from %03o to %03o", when, before->umask,
              now.umask);
    if (now.threads > before->threads)
        fault(subject, "threads that were started %s go on: %u", when,
              now.threads - before->threads);
}
