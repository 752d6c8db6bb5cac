/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * In the place of comity-worker: answers garbage, by the seed that stands in the file "seed"
 * beside it ("7 may pause"); or one lie in good form ("claims done").  It takes its frames
 * apart far enough to know when it is asked, so that lies come at every point of a
 * conversation; what it says is random, but mostly almost right. */
#include "runtime/worker.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE WORKER_FD
#define ROOM (1 << 20)

static uint64_t state;
static unsigned char out[ROOM];
static size_t size;
static uint64_t asked; /* number of the stream or item at hand */

static uint32_t dice(uint32_t sides)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % sides;
}

static void put(const void *bytes, size_t len)
{
    if (size + len <= sizeof out) {
        memcpy(out + size, bytes, len);
        size += len;
    }
}

static void put_u32(uint32_t number)
{
    put(&number, sizeof number);
}

static void put_u64(uint64_t number)
{
    put(&number, sizeof number);
}

static uint64_t odd_number(void)
{
    static const uint64_t numbers[] = {0, 1, 2, 3, 255, UINT32_MAX, INT64_MAX, UINT64_MAX};
    return numbers[dice(8)];
}

static void put_text(void)
{
    static const char *const texts[] = {
        "json", "worker.lie", "a text",   "",           "\x1b[2J",       "\xff\xfe",
        "\xc3", "../../lie",  "in\nline", "input.json", "xml/../../lie", "convention-json"};
    const char *text = texts[dice(12)];
    size_t len = strlen(text);
    switch (dice(12)) {
    case 0:
        put_u32(UINT32_MAX);
        return;
    case 1:
        put_u32((uint32_t)odd_number());
        break;
    case 2: { /* long, without an end or with one */
        static char many[60000];
        memset(many, dice(2) ? 'x' : 0x80 + (int)dice(127), sizeof many);
        put_u32(sizeof many);
        put(many, sizeof many);
        break;
    }
    default:
        put_u32((uint32_t)len);
        put(text, len);
    }
    put("", dice(20) ? 1 : 0);
}

static size_t begin(uint32_t kind)
{
    size_t start = size;
    put_u32(0);
    put_u32(kind);
    return start;
}

static void end_as(size_t start, uint32_t len)
{
    memcpy(out + start, &len, sizeof len);
}

static void end(size_t start)
{
    uint32_t len = (uint32_t)(size - start - 8);
    end_as(start, dice(60) ? len : (uint32_t)odd_number());
}

static void send_all(void)
{
    for (size_t sent = 0; sent < size;) {
        ssize_t wrote = send(LINE, out + sent, size - sent, MSG_NOSIGNAL);
        if (wrote <= 0)
            _exit(0);
        sent += (size_t)wrote;
    }
    size = 0;
}

/* The next frame's kind; the worker ends where there is none. */
static uint32_t listen_to(void)
{
    static unsigned char in[ROOM];
    uint32_t head[2];
    size_t got = 0;
    while (got < sizeof head) {
        ssize_t more = recv(LINE, (char *)head + got, sizeof head - got, 0);
        if (more <= 0)
            _exit(0);
        got += (size_t)more;
    }
    for (size_t left = head[0], at = 0; left;) {
        ssize_t more = recv(LINE, in, left < sizeof in ? left : sizeof in, 0);
        if (more <= 0)
            _exit(0);
        if (!at && more >= 8 && (head[1] == WORKER_STREAM || head[1] == WORKER_ITEM))
            memcpy(&asked, in, sizeof asked);
        at += (size_t)more;
        left -= (size_t)more;
    }
    return head[1];
}

static void say_finding(bool is_good)
{
    size_t start = begin(WORKER_FINDING);
    put_u32(is_good ? dice(4) : (uint32_t)odd_number());
    for (int i = 0; i < 3; i++)
        put_u64(is_good ? 1 : odd_number());
    for (int i = 0; i < 7; i++)
        if (is_good && i < 2) {
            put_u32(4);
            put("lie", 3);
            put("!", 2);
        } else if (is_good) {
            put_u32(UINT32_MAX);
        } else {
            put_text();
        }
    end(start);
}

static void say_done(void)
{
    static const int32_t statuses[] = {0, -3, 1, -1, -9, 100, INT32_MIN, -2};
    bool is_good = dice(3) != 0;
    size_t start = begin(WORKER_DONE);
    if (dice(4)) {
        put_u64(dice(8) ? asked : odd_number());
        put_u32((uint32_t)statuses[dice(is_good ? 2 : 8)]);
        put_u32(UINT32_MAX);
    } else { /* of a command */
        put_u32(dice(9));
        put_u64(dice(3));
        put_u64(dice(3));
    }
    for (int i = 0; i < 13; i++)
        put_u64(is_good ? dice(3) : odd_number());
    end(start);
}

static void say_something(void)
{
    size_t start;
    uint32_t kind;
    switch (dice(12)) {
    case 0:
    case 1:
        say_finding(true);
        return;
    case 2:
        say_finding(false);
        return;
    case 3:
        say_done();
        return;
    case 4:
        start = begin(WORKER_RECORD);
        end(start);
        return;
    case 5:
        start = begin(WORKER_OPEN);
        put_u32(dice(3) ? 0 : (uint32_t)odd_number());
        end(start);
        return;
    case 6:
        start = begin(dice(2) ? WORKER_FILE : WORKER_STORE);
        put_text();
        put_text();
        end(start);
        return;
    case 7:
        kind = dice(2) ? dice(40) : (uint32_t)odd_number();
        start = begin(kind);
        for (uint32_t i = dice(6); i; i--)
            put_text();
        end(start);
        return;
    case 8:
        for (uint32_t i = dice(300); i; i--) {
            unsigned char byte = (unsigned char)dice(256);
            put(&byte, 1);
        }
        return;
    case 9:
        start = begin(WORKER_DOCUMENT);
        put_u64(dice(3));
        put_u32(dice(3));
        for (int i = 0; i < 5; i++)
            put_text();
        for (int i = 0; i < 4; i++)
            put_u64(odd_number());
        put_u64(dice(2) ? 0 : odd_number());
        put_text();
        end(start);
        return;
    default:
        start = begin(WORKER_BYTES);
        put_text();
        end(start);
    }
}

static void be_ready(void)
{
    size_t start = begin(WORKER_READY);
    put_u32(dice(8) ? 0 : (uint32_t)odd_number());
    if (dice(6))
        put_u32(UINT32_MAX);
    else
        put_text();
    end(start);
    send_all();
}

/* --- lies in good form */

/* What is known of a format: a syntax that becomes a path, none at all, or one of a format that
 * is not there but can be written. */
static int claim_known(const char *what)
{
    size_t start = begin(WORKER_KNOWN);
    put_u32(strcmp(what, "absent") == 0 ? (uint32_t)COMITY_E_PLUGIN : 0);
    put_u32(1);
    if (strcmp(what, "path") == 0) {
        put_u32(5);
        put("/../x", 6);
    } else {
        put_u32(UINT32_MAX);
    }
    end_as(start, (uint32_t)(size - start - 8));
    send_all();
    listen_to();
    return 0;
}

static void frame(uint32_t kind, const void *bytes, size_t len)
{
    size_t start = begin(kind);
    put(bytes, len);
    end_as(start, (uint32_t)(size - start - 8));
    send_all();
}

static void piece(const char *text)
{
    size_t start = begin(WORKER_BYTES);
    put_u32((uint32_t)strlen(text));
    put(text, strlen(text) + 1);
    end_as(start, (uint32_t)(size - start - 8));
    send_all();
    listen_to(); /* what became of it */
}

static int claim(const char *what)
{
    bool is_record = strcmp(what, "record") == 0;
    const uint32_t ready[2] = {strcmp(what, "status") == 0 ? (uint32_t)-5 : 0, UINT32_MAX};
    size_t start;
    listen_to();
    frame(WORKER_READY, ready, sizeof ready);
    listen_to();
    if (strncmp(what, "known ", 6) == 0)
        return claim_known(what + 6);
    if (strcmp(what, "split") == 0) {
        piece("\xC2");
        piece("\x9B"
              "31mred");
    }
    if (strcmp(what, "twice") == 0) { /* the same input again: it may be one that blocks */
        const uint32_t first = 0;
        frame(WORKER_OPEN, &first, sizeof first);
        listen_to();
        frame(WORKER_OPEN, &first, sizeof first);
        listen_to();
    }
    while (strcmp(what, "drip") == 0) { /* steps that are none, each too short to be counted */
        frame(WORKER_RECORD, "", 0);
        usleep(200);
    }
    if (strcmp(what, "long") == 0) {
        const uint32_t head[2] = {1u << 30, WORKER_FINDING};
        put(head, sizeof head);
        send_all();
        listen_to();
    }
    if (is_record)
        frame(WORKER_RECORD, "", 0);
    start = begin(WORKER_DONE);
    if (is_record) {
        put_u64(asked);
        put_u32(0);
        put_u32(UINT32_MAX);
    } else {
        put_u32(0);
        put_u64(strcmp(what, "overflow") == 0 ? UINT64_MAX : 0);
        put_u64(0);
    }
    for (int i = 0; i < 13; i++)
        put_u64(is_record && i == 0 ? 1 : 0); /* documents */
    end_as(start, (uint32_t)(size - start - 8));
    send_all();
    listen_to();
    return 0;
}

int main(int argc, char **argv)
{
    char path[4096], text[32] = "";
    (void)argc;
    snprintf(path, sizeof path, "%.*s/seed", (int)(strrchr(argv[0], '/') - argv[0]), argv[0]);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, text, sizeof text - 1) <= 0)
        return 1;
    if (strncmp(text, "claims ", 7) == 0)
        return claim(text + 7);
    state = strtoull(text, NULL, 10) * 2654435761u + 1;
    for (int i = 0; i < 8; i++)
        dice(2);
    uint32_t way = dice(16);
    listen_to();
    if (way == 0) { /* garbage at once */
        say_something();
        send_all();
    }
    be_ready();
    if (listen_to() == WORKER_SETUP)
        return 0;
    for (uint64_t said = 0;; said++) {
        if (way == 1 || way == 2) /* findings without end */
            say_finding(true);
        else if (way == 3 && said > 3) /* asks, and does not listen */
            say_something();
        else if (way == 4 && said == 2 && strstr(text, "may pause"))
            pause();
        else
            say_something();
        if (way == 5 && said == 3) { /* ends inside a frame */
            size /= 2;
            send_all();
            return (int)dice(3);
        }
        if (size > ROOM / 2 || way > 2)
            send_all();
        if (way > 8 && said > 40)
            return 0;
    }
}
