/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Deeds that a worker must not get away with, done in the sandbox for who asks whether it
 * holds.  They harm nothing where it does not. */
#include "runtime/worker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LAST_DESCRIPTOR 1024
#define PAGE 4096
/* More than any worker may take. */
#define MUCH ((size_t)1 << 44)

extern char **environ;

static int outcome(int result)
{
    return result < 0 ? errno : 0;
}

/* The descriptors 0 to 2 are /dev/null, and WORKER_FD is the line. */
static int find_descriptor(void)
{
    for (int fd = WORKER_FD + 1; fd < LAST_DESCRIPTOR; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            return 0;
    return EBADF;
}

static int make_file(void)
{
    int fd = open("/tmp", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
    return outcome(fd);
}

/* Port 9 of this machine: whether anybody listens there is no matter. */
static int reach(int (*act)(int, const struct sockaddr *, socklen_t), in_port_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno;
    int result = act(fd, (const struct sockaddr *)&address, sizeof address);
    int error = result < 0 ? errno : 0;
    close(fd);
    return error == ECONNREFUSED ? 0 : error;
}

static int connect_to(int fd, const struct sockaddr *address, socklen_t len)
{
    return connect(fd, address, len);
}

static int bind_to(int fd, const struct sockaddr *address, socklen_t len)
{
    return bind(fd, address, len);
}

static int run_program(void)
{
    static char *const arguments[] = {(char *)(uintptr_t) "true", NULL};
    execv("/bin/true", arguments);
    return errno;
}

static int fork_once(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    if (child > 0)
        waitpid(child, NULL, 0);
    return outcome(child);
}

static int make_code(void)
{
    void *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? errno : 0;
}

static int take_memory(void)
{
    void *memory = mmap(NULL, MUCH, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? errno : 0;
}

static int do_deed(uint32_t deed)
{
    switch (deed) {
    case DEED_ENVIRONMENT:
        return environ && environ[0] ? 0 : ENOENT;
    case DEED_DESCRIPTOR:
        return find_descriptor();
    case DEED_OPEN:
        return outcome(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    case DEED_CREATE:
        return make_file();
    case DEED_SOCKET:
        return outcome(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    case DEED_CONNECT:
        return reach(connect_to, 9);
    case DEED_BIND:
        return reach(bind_to, 0);
    case DEED_EXEC:
        return run_program();
    case DEED_FORK:
        return fork_once();
    case DEED_SIGNAL:
        return outcome(kill(getppid(), 0));
    case DEED_CODE:
        return make_code();
    case DEED_MEMORY:
        return take_memory();
    case DEED_SLEEP:
        for (;;)
            sleep(1000);
    default:
        return 0;
    }
}

/* Tells that it is ready, as a converter does: what ends it later is the deed. */
int serve_try(struct server *server, struct wire_frame *frame)
{
    uint32_t layers = wire_u32(frame), deed = wire_u32(frame);
    if (!wire_is_done(frame))
        return 1;
    sandbox_prepare(false);
    comity_status status = sandbox_close_layers(layers & SANDBOX_ALL);
    size_t start = wire_begin(&server->out, WORKER_READY);
    wire_put_u32(&server->out, (uint32_t)status);
    wire_put_string(&server->out, NULL);
    wire_end(&server->out, start);
    if (serve_flush(server, true) != COMITY_OK || serve_frame(server, frame) != COMITY_OK)
        return 1;
    int error = do_deed(deed); /* the other process had time to look at this one */
    start = wire_begin(&server->out, WORKER_TRIED);
    wire_put_u32(&server->out, (uint32_t)error);
    wire_end(&server->out, start);
    return serve_flush(server, true) == COMITY_OK ? 0 : 1;
}
