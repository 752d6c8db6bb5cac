/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin of ill will: one format a misdeed, "hostile-segv" and so on, done when a document is
 * read.  A document with a member "good" is read as it should be.  What can be refused without
 * an end to the process gives a document where it was not refused, and fails where it was. */
#include "mock.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define DESCRIPTORS 1024
#define ALL_OF_LOCALE 6

static volatile int is_true = 1;

static void do_segv(void)
{
    volatile int *volatile nowhere = NULL; /* or the compiler sees that nothing is done */
    *nowhere = 1;
}

static void do_loop(void)
{
    while (is_true)
        continue;
}

static void do_sleep(void)
{
    while (is_true)
        sleep(1000);
}

static void do_exit(void)
{
    exit(0); /* which would be a success, if the status alone were believed */
}

static void do_abort(void)
{
    abort();
}

/* Takes more memory than any worker has, and uses it: what it did not get, too.  There is an
 * end, for the sake of the machine of who runs this without a sandbox. */
static void do_memory(void)
{
    size_t size = (size_t)16 << 20;
    for (int i = 0; i < 256; i++) {
        char *more = malloc(size);
        memset(more, 1, size);
    }
}

static int deeper(volatile char *above)
{
    volatile char room[4096];
    room[0] = above ? above[0] : 0;
    return is_true ? deeper(room) + room[0] : 0;
}

static void do_stack(void)
{
    deeper(NULL);
}

static void do_fork(void)
{
    for (int i = 0; i < 8; i++)
        if (fork() == 0)
            _exit(0);
}

static void *nothing(void *user)
{
    return user;
}

static void do_thread(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, nothing, NULL);
}

static void do_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0)
        close(fd);
}

static void do_exec(void)
{
    static char *const arguments[] = {(char *)(uintptr_t) "true", NULL};
    execv("/bin/true", arguments);
}

static void do_kill(void)
{
    kill(getppid(), SIGKILL);
}

static void write_everywhere(const char *bytes, size_t size)
{
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        if (write(fd, bytes, size) < 0)
            continue;
}

/* What cannot be a frame: its length would be 2^31 and more. */
static void do_write(void)
{
    char garbage[256];
    memset(garbage, 0xA5, sizeof garbage);
    write_everywhere(garbage, sizeof garbage);
}

/* A frame of a kind that there is not, whole in form; and one that is longer than may be. */
static void do_frame(void)
{
    const uint32_t head[3] = {4, 4711, 0};
    write_everywhere((const char *)head, sizeof head);
}

static void do_long(void)
{
    const uint32_t head[2] = {0x7FFFFFFF, 19};
    write_everywhere((const char *)head, sizeof head);
    while (is_true)
        write_everywhere((const char *)head, sizeof head);
}

static void do_stop(void)
{
    raise(SIGSTOP);
}

/* Deaf to all that can be ignored, the end of its processor time too. */
static void do_signal(void)
{
    for (int number = 1; number < 65; number++)
        signal(number, SIG_IGN);
    do_loop();
}

/* --- what takes the host's functions for granted */

/* Values without end: what each put() answers is not looked at. */
static void do_puts(struct comity_call *call, struct comity_doc *doc)
{
    char path[48];
    (void)call;
    for (unsigned i = 0; is_true; i++) {
        snprintf(path, sizeof path, "offences[%u].title", i);
        host->put(doc, path, "x", 1, NULL);
    }
}

static void report(struct comity_call *call)
{
    const struct comity_diag diag = {.struct_size = sizeof diag,
                                     .severity = COMITY_NOTE,
                                     .code = "hostile.again",
                                     .message = "the same once more"};
    host->report(call, &diag);
}

static void do_reports(struct comity_call *call, struct comity_doc *doc)
{
    (void)doc;
    while (is_true)
        report(call);
}

/* Reports with the call of the document before, which failed and is over. */
static void do_late(struct comity_call *call, struct comity_doc *doc)
{
    static struct comity_call *before;
    (void)doc;
    if (before)
        report(before);
    before = call;
}

/* --- what may be refused: true where it was not */

static int may_open(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static int may_create(void)
{
    return open("hostile-was-here", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0;
}

static int may_umask(void)
{
    umask(0777);
    return umask(0777) == 0777;
}

static int may_chdir(void)
{
    return chdir("/") == 0;
}

/* It works in any process that has the locale; what matters is who else feels it. */
static int may_locale(void)
{
    char *(*change)(int, const char *) = NULL;
    void *symbol = dlsym(RTLD_DEFAULT, "setlocale");
    memcpy(&change, &symbol, sizeof change);
    change(ALL_OF_LOCALE, "C.UTF-8");
    return 0;
}

static int may_code(void)
{
    size_t size = 4096;
    int all = PROT_READ | PROT_WRITE | PROT_EXEC;
    void *memory = mmap(NULL, size, all, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory != MAP_FAILED)
        return 1;
    memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory != MAP_FAILED && mprotect(memory, size, PROT_READ | PROT_EXEC) == 0;
}

#define READER(name, misdeed)                                                                  \
    static comity_status read_##name(struct comity_call *call, const struct comity_node *root, \
                                     struct comity_doc *doc)                                   \
    {                                                                                          \
        if (!host->node_find(call, root, "good") && !(misdeed))                                \
            return COMITY_E_PLUGIN;                                                            \
        return mock_put(call, doc, root, "id", "id");                                          \
    }                                                                                          \
    static const struct comity_reader reader_##name = {.struct_size = sizeof reader_##name,    \
                                                       .read = read_##name};                   \
    static const struct comity_format format_##name = {.struct_size =                          \
                                                           sizeof(struct comity_format),       \
                                                       .id = "hostile-" #name,                 \
                                                       .title = "mock hostile-" #name,         \
                                                       .syntax = "json",                       \
                                                       .probe = mock_probe,                    \
                                                       .reader = &reader_##name};

#define DOES(name) READER(name, (do_##name(), 0))
#define ASKS(name) READER(name, (do_##name(call, doc), 0))
#define TRIES(name) READER(name, may_##name())

DOES(segv)
DOES(loop)
DOES(sleep)
DOES(exit)
DOES(abort)
DOES(memory)
DOES(stack)
DOES(fork)
DOES(thread)
DOES(socket)
DOES(exec)
DOES(kill)
DOES(write)
DOES(frame)
DOES(long)
DOES(stop)
DOES(signal)
ASKS(puts)
ASKS(reports)
ASKS(late)
TRIES(open)
TRIES(create)
TRIES(umask)
TRIES(chdir)
TRIES(locale)
TRIES(code)

static const struct comity_format *const mock_formats[] = {
    &format_segv,    &format_loop,   &format_sleep,
    &format_exit,    &format_abort,  &format_memory,
    &format_stack,   &format_fork,   &format_thread,
    &format_socket,  &format_exec,   &format_kill,
    &format_write,   &format_frame,  &format_long,
    &format_stop,    &format_signal, &format_puts,
    &format_reports, &format_late,   &format_open,
    &format_create,  &format_umask,  &format_chdir,
    &format_locale,  &format_code,   NULL};

MOCK_PLUGIN("hostile", .init = mock_init)
