/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin that does what the document tells it to: crash, never end, take all memory, end the
 * process, speak on the line, reach for files, programs and the network.  Runs nowhere but in
 * a converter of comity batch. */
#include "mock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static __attribute__((noinline)) int fall(volatile char *from, int depth)
{
    volatile char more[4096];
    more[0] = *from;
    return depth < 0 ? more[0] : fall(more, depth + 1) + more[0];
}

static void take_memory(void)
{
    size_t size = (size_t)64 << 20;
    for (;;) {
        volatile char *block = malloc(size);
        if (!block)
            abort();
        block[0] = 1; /* so that nobody leaves it out */
    }
}

static void speak(int fd)
{
    static const char words[] = "\xFF\xFF\xFF\x7F\x13\0\0\0nobody asked for this\n";
    if (write(fd, words, sizeof words) < 0)
        _exit(9);
}

/* A good frame that says nothing good: the item is answered, and another one too. */
static void lie(void)
{
    static const char frame[] = "\4\0\0\0\x14\0\0\0\1\0\0";
    if (write(3, frame, sizeof frame) < 0)
        _exit(9);
}

/* A document in good shape, whose turn it is not. */
static void jump_the_queue(void)
{
    struct {
        uint32_t len, kind;
        uint64_t position;
        uint32_t is_done, no_text[5];
        uint64_t leaves[4];
        uint32_t no_bytes;
    } __attribute__((packed)) frame = {.len = sizeof frame - 8, .kind = 18, .position = 7};
    memset(frame.no_text, 0xFF, sizeof frame.no_text);
    memset(&frame.no_bytes, 0xFF, sizeof frame.no_bytes);
    if (write(3, &frame, sizeof frame) < 0)
        _exit(9);
}

static void run_program(void)
{
    char *const words[] = {(char *)(uintptr_t) "/bin/true", NULL};
    execve(words[0], words, NULL);
}

static void misbehave(const char *what)
{
    static const char *const program = "/etc/passwd";
    char here = 0;
    if (strcmp(what, "segv") == 0)
        raise(SIGSEGV);
    else if (strcmp(what, "abort") == 0)
        abort();
    else if (strcmp(what, "stack") == 0)
        here = (char)fall(&here, 1);
    else if (strcmp(what, "loop") == 0)
        for (volatile int i = 0;; i++)
            ;
    else if (strcmp(what, "sleep") == 0)
        sleep(1000);
    else if (strcmp(what, "memory") == 0)
        take_memory();
    else if (strcmp(what, "exit") == 0)
        exit(0);
    else if (strcmp(what, "line") == 0)
        speak(3);
    else if (strcmp(what, "lie") == 0)
        lie();
    else if (strcmp(what, "queue") == 0)
        jump_the_queue();
    else if (strcmp(what, "fork") == 0)
        fork();
    else if (strcmp(what, "socket") == 0)
        socket(AF_INET, SOCK_STREAM, 0);
    else if (strcmp(what, "exec") == 0)
        run_program();
    else if (strcmp(what, "kill") == 0)
        kill(getppid(), SIGKILL);
    else if (strcmp(what, "output") == 0) {
        speak(1);
        speak(2);
    } else if (strcmp(what, "open") == 0 && open(program, O_RDONLY) >= 0)
        abort(); /* it is refused, and the document is good */
}

static comity_status read_document(struct comity_call *call, const struct comity_node *root,
                                   struct comity_doc *doc)
{
    size_t len;
    const char *what = host->node_text(host->node_find(call, root, "do"), &len);
    char word[16] = {0}; /* the text ends by its length */
    if (what && len < sizeof word) {
        memcpy(word, what, len);
        misbehave(word);
    }
    return mock_put(call, doc, root, "id", "id");
}

static const struct comity_reader reader = {.struct_size = sizeof reader,
                                            .read = read_document};
MOCK_FORMAT("mock-hostile", .syntax = "json", .probe = mock_probe, .reader = &reader);
MOCK_PLUGIN("told-to", .init = mock_init)
