/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether the sandbox holds: for each layer a worker is started that has closed this layer
 * alone, and tries what it must not get away with: one as commands start it, a copy of this
 * process, and one as batches do, the program comity-worker.  Nothing is said of a layer
 * but what became of the deed, or what the kernel itself tells of the worker. */
#include "doctor.h"

#include "isolated.h"
#include "runtime/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MILLISECONDS 10000
#define NAP_MILLISECONDS 200
/* A descriptor that a worker must not inherit. */
#define DECOY 100

enum { TRIED_DONE, TRIED_REFUSED, TRIED_ENDED, TRIED_SILENT, TRIED_NOTHING };

/* What the kernel tells of a worker that is ready. */
struct seen {
    int no_new_privileges, seccomp; /* -1: not told */
    struct rlimit memory, core, file_size, processes, locked, queues;
};

struct trial {
    const char *who; /* did it */
    int outcome;
    int error; /* of TRIED_REFUSED and TRIED_NOTHING */
    int64_t milliseconds;
    struct seen seen;
};

static int64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A number of /proc/PID/status; -1 where it is not told. */
static int status_number(pid_t pid, const char *name)
{
    char path[64], line[256];
    int number = -1;
    snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    FILE *file = fopen(path, "re");
    while (file && number < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
            number = (int)strtol(line + strlen(name) + 1, NULL, 10);
    if (file)
        fclose(file);
    return number;
}

static void look_at(pid_t pid, struct seen *seen)
{
    const struct {
        int resource;
        struct rlimit *limit;
    } limits[] = {{RLIMIT_AS, &seen->memory},       {RLIMIT_CORE, &seen->core},
                  {RLIMIT_FSIZE, &seen->file_size}, {RLIMIT_NPROC, &seen->processes},
                  {RLIMIT_MEMLOCK, &seen->locked},  {RLIMIT_MSGQUEUE, &seen->queues}};
    seen->no_new_privileges = status_number(pid, "NoNewPrivs");
    seen->seccomp = status_number(pid, "Seccomp");
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        if (prlimit(pid, (__rlimit_resource_t)limits[i].resource, NULL, limits[i].limit) != 0)
            *limits[i].limit = (struct rlimit){RLIM_INFINITY, RLIM_INFINITY};
}

/* The next frame; COMITY_END: the worker is gone, COMITY_E_LIMIT: it says nothing. */
static comity_status hear(struct worker *worker, int patience, struct wire_frame *frame)
{
    int64_t until = milliseconds() + patience;
    for (;;) {
        comity_status status = worker_frame(worker, 4096, frame);
        if (status != COMITY_END)
            return status;
        int64_t left = until - milliseconds();
        if (left <= 0)
            return COMITY_E_LIMIT;
        if (!worker_wait(worker, (int)left))
            continue;
        if (worker_send(worker) != COMITY_OK || worker_receive(worker) != COMITY_OK)
            return COMITY_END;
    }
}

static void ask(struct worker *worker, unsigned layers, enum worker_deed deed)
{
    size_t start = wire_begin(&worker->out, WORKER_TRY);
    wire_put_u32(&worker->out, layers);
    wire_put_u32(&worker->out, deed);
    wire_end(&worker->out, start);
    worker_send(worker);
}

/* Has a worker that is ready do it. */
static void do_deed(struct worker *worker, unsigned layers, enum worker_deed deed,
                    struct trial *trial)
{
    struct wire_frame frame;
    look_at(worker->pid, &trial->seen);
    ask(worker, layers, deed);
    comity_status status =
        hear(worker, deed == DEED_SLEEP ? NAP_MILLISECONDS : PATIENCE_MILLISECONDS, &frame);
    worker_send(worker);
    if (status == COMITY_OK && frame.kind == WORKER_TRIED) {
        trial->error = (int)wire_u32(&frame);
        trial->outcome = !wire_is_done(&frame) ? TRIED_NOTHING
                         : trial->error        ? TRIED_REFUSED
                                               : TRIED_DONE;
    } else {
        trial->outcome = status == COMITY_E_LIMIT ? TRIED_SILENT : TRIED_ENDED;
    }
}

/* `serve`: of a copy; NULL: it is a program. */
static struct trial try_once(unsigned layers, enum worker_deed deed, int (*serve)(void))
{
    struct trial trial = {.who = serve ? "a copy of comity" : "comity-worker",
                          .outcome = TRIED_NOTHING,
                          .seen = {.no_new_privileges = -1}};
    struct worker_limits limits = WORKER_LIMITS_INIT;
    struct worker worker = {.fd = -1};
    struct wire_frame frame;
    char program[4096];
    int64_t begun = milliseconds();
    comity_status status = COMITY_E_IO;
    errno = ENAMETOOLONG;
    if (serve)
        status = worker_copy(&worker, serve, &limits);
    else if (worker_program("comity-worker", program, sizeof program))
        status = worker_start(&worker, program, &limits);
    if (status != COMITY_OK) {
        trial.error = errno;
        return trial;
    }
    ask(&worker, layers, deed);
    comity_status ready;
    status = hear(&worker, PATIENCE_MILLISECONDS, &frame);
    bool is_ready = status == COMITY_OK && frame.kind == WORKER_READY &&
                    worker_get_status(&frame, &ready) && ready == COMITY_OK;
    if (is_ready)
        do_deed(&worker, layers, deed, &trial);
    worker_stop(&worker);
    trial.milliseconds = milliseconds() - begun;
    /* only the kernel's own answer to a forbidden call counts as an end by the sandbox */
    if (trial.outcome == TRIED_ENDED &&
        !(WIFSIGNALED(worker.wait_status) && WTERMSIG(worker.wait_status) == SIGSYS))
        trial.outcome = TRIED_NOTHING;
    return trial;
}

static bool is_held(const struct trial *trial)
{
    return trial->outcome == TRIED_REFUSED || trial->outcome == TRIED_ENDED;
}

/* True of what a worker does that is as it should be. */
static bool is_as_wanted(enum worker_deed deed, const struct trial *trial)
{
    return deed == DEED_NOTHING ? trial->outcome == TRIED_DONE
           : deed == DEED_SLEEP ? trial->outcome == TRIED_SILENT
                                : is_held(trial);
}

static struct rlimit higher(struct rlimit one, struct rlimit other)
{
    return (struct rlimit){
        one.rlim_cur > other.rlim_cur ? one.rlim_cur : other.rlim_cur,
        one.rlim_max > other.rlim_max ? one.rlim_max : other.rlim_max,
    };
}

/* Of two workers, what the less bounded one may. */
static struct seen worse(const struct seen *one, const struct seen *other)
{
    struct seen seen = {
        .memory = higher(one->memory, other->memory),
        .core = higher(one->core, other->core),
        .file_size = higher(one->file_size, other->file_size),
        .processes = higher(one->processes, other->processes),
        .locked = higher(one->locked, other->locked),
        .queues = higher(one->queues, other->queues),
        .no_new_privileges = one->no_new_privileges,
        .seccomp = one->seccomp,
    };
    if (other->no_new_privileges != 1)
        seen.no_new_privileges = other->no_new_privileges;
    if (other->seccomp != 2)
        seen.seccomp = other->seccomp;
    return seen;
}

/* Has both kinds of a worker do it; what the worse of them got away with. */
static struct trial try_deed(unsigned layers, enum worker_deed deed)
{
    struct trial copy = try_once(layers, deed, isolated_worker);
    struct trial program = try_once(layers, deed, NULL);
    copy.seen = program.seen = worse(&copy.seen, &program.seen);
    return is_as_wanted(deed, &copy) ? program : copy;
}

static void tell(struct doctor *doctor, bool is_good, const char *name, const char *good,
                 const char *bad, const char *hint)
{
    doctor_tell(doctor, is_good ? DOCTOR_GOOD : DOCTOR_FAILED, name, is_good ? NULL : hint,
                "%s", is_good ? good : bad);
}

/* --- layers */

static const char no_isolation[] =
    "plugins cannot be held back here: convert only what is trusted, with --isolate none";

static bool check_process(struct doctor *doctor)
{
    struct trial trial = try_deed(SANDBOX_ALL, DEED_NOTHING);
    if (trial.outcome == TRIED_DONE) {
        doctor_tell(doctor, DOCTOR_GOOD, "sandbox.process", NULL,
                    "a copy of comity and comity-worker started, locked themselves in and "
                    "answered; the latter in %d ms",
                    (int)trial.milliseconds);
        return true;
    }
    doctor_tell(
        doctor, DOCTOR_FAILED, "sandbox.process",
        "see that comity-worker stands beside comity or in its libexec folder, and that "
        "the kernel has seccomp",
        "%s could not be started and lock itself in%s%s", trial.who, trial.error ? ": " : "",
        trial.error ? strerror(trial.error) : "");
    return false;
}

static void check_inherited(struct doctor *doctor)
{
    struct trial environment = try_deed(SANDBOX_ALL, DEED_ENVIRONMENT);
    tell(doctor, is_held(&environment), "sandbox.environment", "a worker's is empty",
         "a worker has variables of this process", no_isolation);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int decoy = null >= 0 ? dup2(null, DECOY) : -1; /* dup2() lets it be inherited */
    struct trial descriptor = try_deed(SANDBOX_ALL, DEED_DESCRIPTOR);
    tell(doctor, decoy >= 0 && is_held(&descriptor), "sandbox.descriptors",
         "a worker has its line alone", "a worker has descriptors of this process",
         no_isolation);
    if (decoy >= 0)
        close(decoy);
    if (null >= 0)
        close(null);
}

struct attempt {
    enum worker_deed deed;
    const char *what;
};

/* Tries all of them; `names` becomes those that were let happen. */
static bool all_held(unsigned layers, const struct attempt *attempts, size_t count, char *names,
                     size_t size)
{
    bool all = true;
    *names = '\0';
    for (size_t i = 0; i < count; i++) {
        struct trial trial = try_deed(layers, attempts[i].deed);
        if (is_held(&trial))
            continue;
        size_t len = strlen(names);
        snprintf(names + len, size - len, "%s%s", all ? "" : ", ", attempts[i].what);
        all = false;
    }
    return all;
}

static void check_seccomp(struct doctor *doctor)
{
    static const struct attempt attempts[] = {
        {DEED_OPEN, "open a file"},      {DEED_CREATE, "make a file"},
        {DEED_SOCKET, "make a socket"},  {DEED_EXEC, "run a program"},
        {DEED_FORK, "start a process"},  {DEED_SIGNAL, "signal another process"},
        {DEED_CODE, "make memory code"},
    };
    char names[300];
    struct trial nothing = try_deed(SANDBOX_ALL, DEED_NOTHING);
    bool holds = all_held(SANDBOX_SECCOMP, attempts, sizeof attempts / sizeof attempts[0],
                          names, sizeof names);
    tell(doctor, nothing.seen.no_new_privileges == 1, "sandbox.no-new-privileges",
         "a worker can gain none", "a worker may gain privileges", no_isolation);
    if (holds && nothing.seen.seccomp == 2)
        doctor_tell(doctor, DOCTOR_GOOD, "sandbox.seccomp", NULL,
                    "a worker cannot open or make a file, make a socket, run a program, start "
                    "or signal a process, or make code: each was tried");
    else
        doctor_tell(doctor, DOCTOR_FAILED, "sandbox.seccomp", no_isolation,
                    "the filter of system calls is not in force%s%s",
                    *names ? "; a worker could " : "", names);
}

static void check_landlock(struct doctor *doctor)
{
    static const struct attempt attempts[] = {
        {DEED_OPEN, "open a file"},       {DEED_CREATE, "make a file"},
        {DEED_CONNECT, "connect by TCP"},                                          /* from 4 */
        {DEED_BIND, "listen by TCP"},     {DEED_SIGNAL, "signal another process"}, /* from 6 */
    };
    char names[300];
    int revision = landlock_revision();
    size_t count = revision >= 6 ? 5 : revision >= 4 ? 4 : 2;
    static const char hint[] = "a kernel of 6.12 or later with CONFIG_SECURITY_LANDLOCK, and "
                               "landlock in lsm=, has all "
                               "of it; without it seccomp alone holds a worker";
    if (!revision) {
        doctor_tell(doctor, DOCTOR_WARNING, "sandbox.landlock", hint,
                    "this kernel has none, or does not use it");
        return;
    }
    if (!all_held(SANDBOX_LANDLOCK, attempts, count, names, sizeof names)) {
        doctor_tell(doctor, DOCTOR_WARNING, "sandbox.landlock", hint,
                    "ABI %d is there, but not in force: a worker could %s", revision, names);
        return;
    }
    doctor_tell(doctor, revision >= 6 ? DOCTOR_GOOD : DOCTOR_WARNING, "sandbox.landlock",
                revision >= 6 ? NULL : hint,
                "ABI %d: a worker has no files%s%s; each was tried", revision,
                revision >= 4 ? ", no TCP" : "", revision >= 6 ? ", no signals to others" : "");
}

static void check_limit(struct doctor *doctor, const char *name, const struct rlimit *limit,
                        rlim_t most, const char *of)
{
    char text[120];
    if (limit->rlim_max == RLIM_INFINITY)
        snprintf(text, sizeof text, "none on %s", of);
    else
        snprintf(text, sizeof text, "%s: at most %llu", of,
                 (unsigned long long)limit->rlim_max);
    tell(doctor, limit->rlim_max <= most && limit->rlim_cur <= limit->rlim_max, name, text,
         text, no_isolation);
}

static void check_limits(struct doctor *doctor)
{
    struct worker_limits limits = WORKER_LIMITS_INIT;
    struct trial trial = try_deed(SANDBOX_ALL, DEED_MEMORY);
    if (trial.seen.memory.rlim_max <= limits.memory && is_held(&trial))
        doctor_tell(doctor, DOCTOR_GOOD, "sandbox.limit.memory", NULL,
                    "at most %llu bytes; more was refused",
                    (unsigned long long)trial.seen.memory.rlim_max);
    else
        doctor_tell(doctor, DOCTOR_WARNING, "sandbox.limit.memory",
                    "a build with a sanitizer has none; any other should",
                    "a worker may take any amount of memory");
    check_limit(doctor, "sandbox.limit.core", &trial.seen.core, 0, "bytes of a core file");
    check_limit(doctor, "sandbox.limit.file-size", &trial.seen.file_size, 0, "bytes of a file");
    check_limit(doctor, "sandbox.limit.processes", &trial.seen.processes, 0, "processes");
    check_limit(doctor, "sandbox.limit.locked", &trial.seen.locked, 0,
                "bytes of locked memory");
    check_limit(doctor, "sandbox.limit.queues", &trial.seen.queues, 0,
                "bytes of message queues");
}

static void check_deadline(struct doctor *doctor)
{
    struct trial trial = try_deed(SANDBOX_ALL, DEED_SLEEP);
    if (trial.outcome == TRIED_SILENT)
        doctor_tell(doctor, DOCTOR_GOOD, "sandbox.deadline", NULL,
                    "a worker that slept was ended after %d ms; a document has %u s",
                    (int)trial.milliseconds, ISOLATE_SECONDS);
    else
        doctor_tell(doctor, DOCTOR_FAILED, "sandbox.deadline", no_isolation,
                    "a worker that was to sleep did not");
}

void doctor_sandbox(struct doctor *doctor)
{
    if (!check_process(doctor))
        return;
    check_inherited(doctor);
    check_seccomp(doctor);
    check_landlock(doctor);
    check_limits(doctor);
    check_deadline(doctor);
}
