/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin that does something as soon as it is loaded, before anybody has asked it: built by
 * test_trust.py with WHILE_LOADING for the deed, MARK for a file that it makes, and ID. */
#include "mock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef MARK
#define MARK ""
#endif

static volatile int is_true = 1;

__attribute__((unused)) static void do_nothing(void)
{
}

__attribute__((unused)) static void do_segv(void)
{
    signal(SIGSEGV, SIG_DFL); /* a sanitizer would catch it, and end by itself */
    raise(SIGSEGV);
}

__attribute__((unused)) static void do_exit(void)
{
    exit(0);
}

__attribute__((unused)) static void do_loop(void)
{
    while (is_true)
        continue;
}

__attribute__((unused)) static void do_sleep(void)
{
    while (is_true)
        sleep(1000);
}

/* Speaks on the worker's line, as if it were the worker. */
__attribute__((unused)) static void do_talk(void)
{
    const unsigned head[3] = {4, 4711, 0};
    ssize_t ignored = write(3, head, sizeof head);
    (void)ignored;
}

__attribute__((constructor)) static void begin(void)
{
    if (*MARK) {
        int fd = open(MARK, O_WRONLY | O_CREAT, 0600);
        if (fd >= 0)
            close(fd);
    }
    WHILE_LOADING();
}

static comity_status read_document(struct comity_call *call, const struct comity_node *root,
                                   struct comity_doc *doc)
{
    if (host->node_find(call, root, "crash"))
        do_segv();
    return mock_put(call, doc, root, "id", "id");
}

static const struct comity_reader reader = {.struct_size = sizeof reader,
                                            .read = read_document};
MOCK_FORMAT("mock-" ID, .syntax = "json", .probe = mock_probe, .reader = &reader);
MOCK_PLUGIN(ID, .init = mock_init)
