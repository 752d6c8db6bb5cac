/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Starts a check in a child, hears it out, and says how it ended. */
#include "kit/run_check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MEMORY_BYTES ((rlim_t)4 << 30)
#define MOST_WORDS ((size_t)256 << 10)

/* What it prints goes to a file that nobody sees, and is a fault of its own. */
static int redirect_output(void)
{
    int file = memfd_create("comity-check-output", MFD_CLOEXEC);
    int nowhere = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (file < 0 || nowhere < 0 || dup2(nowhere, 0) < 0 || dup2(file, 1) < 0 ||
        dup2(file, 2) < 0)
        _exit(EXIT_FAILURE);
    return file;
}

static void lower_limits(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* its shadow is larger than any limit */
    struct rlimit memory = {MEMORY_BYTES, MEMORY_BYTES};
    setrlimit(RLIMIT_AS, &memory);
#endif
}

static void tell_printed(struct subject *subject, int file)
{
    fflush(NULL);
    off_t size = lseek(file, 0, SEEK_CUR);
    if (size > 0)
        fault(subject, "it printed %lld bytes: what is to be said goes to report()",
              (long long)size);
}

static void be_child(struct subject *subject, const struct check *check)
{
    int file = redirect_output();
    lower_limits();
    if (chdir(subject->scratch) != 0)
        _exit(EXIT_FAILURE);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setenv("SOURCE_DATE_EPOCH", "1767225600", 1); /* what is made of the clock is the same */
    if (!(check->needs & OPENS_ITSELF)) {
        open_alone(subject);
        find_formats(subject, check->needs & TELLS_FORMATS);
    }
    check->run(subject);
    tell_printed(subject, file);
    *subject->mark = 0;
    if (check->needs & NEEDS_READING && !subject->faults && !reads_a_sample(subject))
        skip(subject, "no sample is read, so there is nothing to try it with");
    finish(subject);
}

static uint64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Everything that the child says until it ends; false where its time is over. */
static bool hear_out(int line, uint64_t until, struct buffer *words)
{
    char some[4096];
    for (;;) {
        uint64_t now = milliseconds();
        struct pollfd ready = {.fd = line, .events = POLLIN};
        if (now >= until)
            return false;
        if (poll(&ready, 1, (int)(until - now)) <= 0)
            continue;
        ssize_t got = read(line, some, sizeof some);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return true;
        if (words->size < MOST_WORDS)
            buffer_add(words, some, (size_t)got);
    }
}

/* Waits for a child that has hung up, or stops one that has not; how it ended. */
static int end_of(pid_t child, bool hung_up)
{
    struct timespec moment = {0, 1000000};
    int status = 0;
    for (int i = 0; hung_up && i < 2000; i++) {
        if (waitpid(child, &status, WNOHANG) == child)
            return status;
        nanosleep(&moment, NULL);
    }
    kill(-child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

static bool ran_to_its_end(const struct buffer *words)
{
    return words->size >= 3 && memcmp(words->bytes + words->size - 3, "E \n", 3) == 0;
}

static void tell_end(const struct subject *subject, int status, bool in_time, unsigned seconds,
                     struct buffer *words)
{
    if (words->size && words->bytes[words->size - 1] != '\n')
        buffer_char(words, '\n');
    if (!in_time)
        buffer_format(words, "F it did not end in %u seconds", seconds);
    else if (WIFSIGNALED(status))
        buffer_format(words, "F it was ended by signal %d (%s)", WTERMSIG(status),
                      strsignal(WTERMSIG(status)));
    else
        buffer_format(words, "F it ended the process by itself, with status %d",
                      WEXITSTATUS(status));
    if (*subject->mark)
        buffer_format(words, " over a damaged sample (--reproduce %llu:%llu)",
                      (unsigned long long)subject->seed,
                      (unsigned long long)(*subject->mark - 1));
    buffer_char(words, '\n');
}

static enum outcome outcome_of(const struct buffer *words)
{
    enum outcome outcome = PASSED;
    for (size_t i = 0; i < words->size; i++) {
        if (i && words->bytes[i - 1] != '\n')
            continue;
        if (words->bytes[i] == 'F')
            return FAILED;
        if (words->bytes[i] == 'S')
            outcome = SKIPPED;
    }
    return outcome;
}

static const char *why_not(const struct subject *subject, const struct check *check)
{
    if (check->needs & NEEDS_OBJECT && !subject->is_object)
        return "S it is of shared objects; this is a template\n";
    if (check->needs & NEEDS_TEMPLATE && subject->is_object)
        return "S it is of templates; this is a shared object\n";
    if (subject->is_refused && !(check->needs & WORKS_UNLOADED))
        return "S it is not loaded, as stands above\n";
    if (check->needs & NEEDS_SAMPLES && !subject->sample_count)
        return "F there are no samples: put documents of the format into the folder samples "
               "beside the plugin, or name a folder with --samples\n";
    return NULL;
}

bool run_check(struct subject *subject, const struct check *check, unsigned seconds,
               struct checked *checked)
{
    int line[2], status;
    buffer_init(&checked->words, 0);
    const char *reason = why_not(subject, check);
    if (reason) {
        buffer_text(&checked->words, reason);
        checked->outcome = outcome_of(&checked->words);
        return true;
    }
    if (pipe2(line, O_CLOEXEC) != 0)
        return false;
    *subject->mark = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        close(line[0]);
        subject->line = line[1];
        be_child(subject, check);
    }
    close(line[1]);
    bool in_time =
        child > 0 && hear_out(line[0], milliseconds() + seconds * 1000, &checked->words);
    close(line[0]);
    if (child < 0)
        return false;
    status = end_of(child, in_time);
    kill(-child, SIGKILL); /* what it started and left */
    if (ran_to_its_end(&checked->words))
        checked->words.size -= 3;
    else
        tell_end(subject, status, in_time, seconds, &checked->words);
    subject->is_refused |= *subject->mark == MARK_REFUSED;
    checked->outcome = outcome_of(&checked->words);
    return true;
}
