/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Starting a worker and speaking with it; see worker.h.  Knows nothing of what is said. */
#include "runtime/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* So much is read or kept for the line at once; the kernel may hold less. */
#define LINE_BYTES (1 << 18)
#define MOST_FILES (1 << 20)
/* A worker that takes nothing of the line for so long is gone. */
#define STUCK_MILLISECONDS 10000
/* A buffer that held a larger frame is given back. */
#define LARGE_BYTES ((size_t)4 << 20)

bool worker_program(const char *name, char *path, size_t size)
{
    char self[4096];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    self[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(self, '/');
    if (slash &&
        (size_t)snprintf(path, size, "%.*s/%s", (int)(slash - self), self, name) < size &&
        access(path, X_OK) == 0)
        return true;
    return (size_t)snprintf(path, size, "%s/%s", COMITY_WORKER_DIR, name) < size;
}

/* Kernels before 5.9 have no close_range(): one by one, then. */
static void close_others(void)
{
    struct rlimit files;
    if (close_range(WORKER_FD + 1, ~0u, 0) == 0)
        return;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur > MOST_FILES)
        files.rlim_cur = MOST_FILES;
    for (int fd = WORKER_FD + 1; fd < (int)files.rlim_cur; fd++)
        close(fd);
}

/* What a new program would not have: handlers of signals, and the environment, which others
 * could read in the memory of a copy. */
static void forget(void)
{
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN &&
            action.sa_handler != SIG_DFL)
            signal(number, SIG_DFL);
    }
    for (char **at = environ; at && *at; at++)
        explicit_bzero(*at, strlen(*at));
    clearenv();
}

/* Behind fork(): nothing here may take memory or a lock. */
static void become(const char *program, int (*serve)(void), int line,
                   const struct worker_limits *limits)
{
    static char *const environment[] = {NULL};
    char *const arguments[] = {(char *)(uintptr_t)program, NULL};
    struct rlimit none = {0, 0};
    struct rlimit memory = {limits->memory, limits->memory}, held;
    if (getrlimit(RLIMIT_AS, &held) == 0 && held.rlim_max < limits->memory)
        memory = (struct rlimit){held.rlim_max, held.rlim_max};
    sigset_t all;
    sigemptyset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_IGN); /* of a terminal, which sends it to all: who started us decides */
    int nowhere = open("/dev/null", O_RDWR);
    if (nowhere < 0 || dup2(nowhere, 0) < 0 || dup2(nowhere, 1) < 0 || dup2(nowhere, 2) < 0)
        _exit(126);
    if (line != WORKER_FD && dup2(line, WORKER_FD) < 0)
        _exit(126);
    fcntl(WORKER_FD, F_SETFD, 0);
    close_others();
    setrlimit(RLIMIT_CORE, &none);
#ifdef __SANITIZE_ADDRESS__ /* its shadow is larger than any limit */
    memory.rlim_cur = memory.rlim_max = RLIM_INFINITY;
#endif
    if (limits->memory && setrlimit(RLIMIT_AS, &memory) != 0)
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (serve) {
        prctl(PR_SET_NAME, "comity-worker");
        forget();
        _exit(serve());
    }
    execve(program, arguments, environment);
    _exit(127);
}

comity_status worker_line(struct worker *worker)
{
    int line[2], size = LINE_BYTES;
    *worker = (struct worker){.fd = -1};
    buffer_init(&worker->out, 0);
    buffer_init(&worker->in, 0);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line) != 0)
        return COMITY_E_IO;
    for (int i = 0; i < 2; i++)
        setsockopt(line[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    worker->fd = line[0];
    worker->other = line[1];
    return COMITY_OK;
}

static comity_status start(struct worker *worker, const char *program, int (*serve)(void),
                           const struct worker_limits *limits)
{
    if (worker->fd < 0 && worker_line(worker) != COMITY_OK)
        return COMITY_E_IO;
    pid_t pid = program && access(program, X_OK) != 0 ? -1 : fork();
    if (pid == 0)
        become(program, serve, worker->other, limits);
    int error = errno;
    close(worker->other);
    if (pid < 0 || fcntl(worker->fd, F_SETFL, O_NONBLOCK) != 0) {
        worker_stop(worker);
        errno = error;
        return COMITY_E_IO;
    }
    worker->pid = pid;
    return COMITY_OK;
}

comity_status worker_start(struct worker *worker, const char *program,
                           const struct worker_limits *limits)
{
    return start(worker, program, NULL, limits);
}

comity_status worker_copy(struct worker *worker, int (*serve)(void),
                          const struct worker_limits *limits)
{
    return start(worker, NULL, serve, limits);
}

comity_status worker_send(struct worker *worker)
{
    if (buffer_status(&worker->out) != COMITY_OK)
        return buffer_status(&worker->out);
    while (worker->sent < worker->out.size) {
        ssize_t sent = send(worker->fd, worker->out.bytes + worker->sent,
                            worker->out.size - worker->sent, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && (errno == EAGAIN || errno == ENOBUFS))
            return COMITY_OK;
        if (sent <= 0)
            return COMITY_E_IO;
        worker->sent += (size_t)sent;
    }
    buffer_clear(&worker->out);
    worker->sent = 0;
    return COMITY_OK;
}

comity_status worker_send_fd(struct worker *worker, int fd)
{
    char control[CMSG_SPACE(sizeof fd)] = {0};
    while (worker->out.size > worker->sent) {
        struct iovec part = {worker->out.bytes + worker->sent, worker->out.size - worker->sent};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = sizeof control};
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(header), &fd, sizeof fd);
        ssize_t sent = sendmsg(worker->fd, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            struct pollfd ready = {.fd = worker->fd, .events = POLLOUT};
            if (poll(&ready, 1, STUCK_MILLISECONDS) == 0)
                return COMITY_E_IO;
        } else if (sent < 0 && errno != EINTR) {
            return COMITY_E_IO;
        } else if (sent > 0) {
            worker->sent += (size_t)sent;
            return worker_send(worker);
        }
    }
    return COMITY_OK;
}

/* Drops the frames that were read, so that the rest stands at the beginning. */
static void compact(struct worker *worker)
{
    struct buffer *in = &worker->in;
    if (!worker->taken)
        return;
    memmove(in->bytes, in->bytes + worker->taken, in->size - worker->taken);
    in->size -= worker->taken;
    worker->taken = 0;
    if (!in->size && in->capacity > LARGE_BYTES)
        buffer_free(in);
}

comity_status worker_receive(struct worker *worker)
{
    compact(worker);
    if (!buffer_reserve(&worker->in, LINE_BYTES))
        return COMITY_E_NOMEM;
    for (;;) {
        ssize_t got = recv(worker->fd, worker->in.bytes + worker->in.size, LINE_BYTES, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return COMITY_OK;
        if (got <= 0)
            return COMITY_END;
        worker->in.size += (size_t)got;
        return COMITY_OK;
    }
}

comity_status worker_frame(struct worker *worker, size_t limit, struct wire_frame *frame)
{
    size_t whole = 0;
    comity_status status = wire_next(worker->in.bytes + worker->taken,
                                     worker->in.size - worker->taken, limit, frame, &whole);
    worker->taken += whole;
    return status;
}

bool worker_wait(struct worker *worker, int milliseconds)
{
    struct pollfd ready = {.fd = worker->fd, .events = POLLIN};
    if (worker->sent < worker->out.size)
        ready.events |= POLLOUT;
    return poll(&ready, 1, milliseconds) > 0;
}

void worker_allow(const struct worker *worker, uint32_t seconds)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(worker->pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return;
    rlim_t until = (rlim_t)used.tv_sec + seconds + 1;
    struct rlimit limit = {until, RLIM_INFINITY}; /* a hard one could not be raised again */
    prlimit(worker->pid, RLIMIT_CPU, &limit, NULL);
}

uint64_t worker_used(const struct worker *worker)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(worker->pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return 0;
    return (uint64_t)used.tv_sec * 1000 + (uint64_t)used.tv_nsec / 1000000;
}

void worker_describe_end(int wait_status, const char *when, char *message, size_t size)
{
    if (WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGSYS)
        snprintf(message, size,
                 "the converter was stopped: it reached for what a converter may not do");
    else if (WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGXCPU)
        snprintf(message, size, "the converter was stopped: it used all of its processor time");
    else if (WIFSIGNALED(wait_status))
        snprintf(message, size, "the converter was ended by signal %d (%s) %s",
                 WTERMSIG(wait_status), strsignal(WTERMSIG(wait_status)), when);
    else
        snprintf(message, size, "the converter ended by itself with status %d %s",
                 WEXITSTATUS(wait_status), when);
}

void worker_kill(const struct worker *worker)
{
    if (worker->pid > 0)
        kill(worker->pid, SIGKILL);
}

void worker_stop(struct worker *worker)
{
    if (worker->fd >= 0)
        close(worker->fd);
    worker_kill(worker);
    if (worker->pid > 0) {
        while (waitpid(worker->pid, &worker->wait_status, 0) < 0 && errno == EINTR)
            continue;
    }
    buffer_free(&worker->out);
    buffer_free(&worker->in);
    worker->fd = -1;
    worker->pid = 0;
    worker->sent = worker->taken = 0;
}
