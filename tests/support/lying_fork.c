/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Loaded in front of the C library: where the program makes a copy of itself, what
 * COMITY_TEST_WORKER names is run instead, with the line as its descriptor 3. */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int line = -1;

int socketpair(int domain, int type, int protocol, int ends[2])
{
    int (*real)(int, int, int, int *) =
        (int (*)(int, int, int, int *))dlsym(RTLD_NEXT, "socketpair");
    int made = real(domain, type, protocol, ends);
    if (made == 0)
        line = ends[1];
    return made;
}

pid_t fork(void)
{
    pid_t (*real)(void) = (pid_t (*)(void))dlsym(RTLD_NEXT, "fork");
    pid_t pid = real();
    char *const program = getenv("COMITY_TEST_WORKER");
    if (pid != 0 || !program)
        return pid;
    dup2(line, 3);
    for (int fd = 4; fd < 64; fd++)
        close(fd);
    execve(program, (char *const[]){program, NULL}, (char *const[]){NULL});
    _exit(127);
}
