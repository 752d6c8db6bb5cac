/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * list-items NAME [LIMIT=N...] -- takes standard input apart and prints a JSON object for each
 * item, the bytes as their CRC-32, their first ones in hexadecimal.  For tests. */
#include "batch/items.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SHOWN 48u

/* A checker of memory does more at the end than the sandbox allows, and takes more memory. */
#ifdef __SANITIZE_ADDRESS__
static const bool is_checked = true;
#else
static const bool is_checked = false;
#endif

static uint32_t crc32_of(const char *bytes, size_t size)
{
    static uint32_t table[256];
    for (uint32_t i = 0; i < 256 && !table[255]; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = table[i] & 1 ? UINT32_C(0xEDB88320) ^ table[i] >> 1 : table[i] >> 1;
    }
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++)
        crc = table[(crc ^ (unsigned char)bytes[i]) & 255] ^ crc >> 8;
    return ~crc;
}

/* No byte of an entry is more than JSON allows: that is for the test to find out. */
static void print_text(const char *name, const char *text, size_t len)
{
    printf(",\"%s\":\"", name);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' || text[i] == '\\')
            putchar('\\');
        putchar(text[i]);
    }
    putchar('"');
}

static comity_status print(void *user, const struct item *item)
{
    static const char *const outcomes[] = {"taken", "skipped", "refused"};
    const bool *is_quiet = user;
    if (*is_quiet)
        return COMITY_OK;
    printf("{\"outcome\":\"%s\"", outcomes[item->outcome]);
    print_text("entry", item->entry, item->entry_len);
    printf(",\"twin\":%" PRIu64 ",\"value\":%" PRIu64 ",\"offset\":%" PRIu64, item->twin,
           item->value, item->offset);
    printf(",\"line\":%" PRIu64 ",\"column\":%" PRIu64 ",\"at\":%" PRIu64, item->line,
           item->column, item->at);
    if (item->code)
        print_text("code", item->code, strlen(item->code));
    if (item->message)
        print_text("message", item->message, strlen(item->message));
    printf(",\"size\":%zu,\"crc\":%" PRIu32 ",\"head\":\"", item->size,
           crc32_of(item->bytes, item->size));
    for (size_t i = 0; i < item->size && i < SHOWN; i++)
        printf("%02x", (unsigned)(unsigned char)item->bytes[i]);
    puts("\"}");
    return ferror(stdout) ? COMITY_E_IO : COMITY_OK;
}

static bool set_limit(struct item_limits *limits, const char *argument)
{
    const char *equals = strchr(argument, '=');
    if (!equals)
        return false;
    size_t len = (size_t)(equals - argument);
    uint64_t number = strtoull(equals + 1, NULL, 10);
    struct {
        const char *name;
        uint64_t *wide;
        uint32_t *narrow;
    } names[] = {{"entries", &limits->entries, NULL},   {"bytes", &limits->entry_bytes, NULL},
                 {"total", &limits->total_bytes, NULL}, {"ratio", &limits->ratio, NULL},
                 {"floor", &limits->ratio_floor, NULL}, {"depth", NULL, &limits->depth},
                 {"name", NULL, &limits->name_bytes},   {"folders", NULL, &limits->name_depth},
                 {"seconds", NULL, &limits->seconds}};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (strlen(names[i].name) != len || memcmp(names[i].name, argument, len) != 0)
            continue;
        if (names[i].wide)
            *names[i].wide = number;
        else
            *names[i].narrow = (uint32_t)number;
        return true;
    }
    return false;
}

/* The most memory that there was, 0 where that is not to be judged; from /proc/self/status,
 * since what the system tells of a child counts what its parent had. */
static void print_peak(int status)
{
    char text[4096];
    ssize_t size = status < 0 ? -1 : read(status, text, sizeof(text) - 1);
    text[size < 0 ? 0 : size] = '\0';
    const char *peak = strstr(text, "VmHWM:");
    printf("{\"peak\":%llu}\n", peak && !is_checked ? strtoull(peak + 6, NULL, 10) : 0);
}

/* From here on: read, write, memory, and the end.  Whatever else a library does kills it. */
static bool close_sandbox(void)
{
#define ALLOW(call)                                        \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(read),
        ALLOW(write),
        ALLOW(poll),
        ALLOW(brk),
        ALLOW(mmap),
        ALLOW(munmap),
        ALLOW(mremap),
        ALLOW(madvise),
        ALLOW(mprotect),
        ALLOW(futex),
        ALLOW(clock_gettime),
        ALLOW(exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = {.len = sizeof(filter) / sizeof(*filter), .filter = filter};
    static char buffer[1 << 16];
    setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
    if (is_checked)
        return true;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

int main(int argc, char **argv)
{
    struct item_limits limits = ITEM_LIMITS_INIT;
    bool is_quiet = false;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "quiet") == 0)
            is_quiet = true;
        else if (!set_limit(&limits, argv[i]))
            return 2;
    }
    if (items_prepare() != COMITY_OK)
        return 1;
    int self = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    if (!close_sandbox())
        return 3;
    comity_status status = items_read(0, argc > 1 ? argv[1] : "in", &limits, print, &is_quiet);
    print_peak(self);
    if (fflush(stdout) != 0)
        return 1;
    return status == COMITY_OK ? 0 : 10 - (int)status;
}
