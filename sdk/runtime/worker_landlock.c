/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Landlock, the second layer of the sandbox: rights that the kernel itself withholds, whatever
 * system call asks for them.  What it is told are numbers that the kernel never changes, so a
 * build on an older system has it as well. */
#include "runtime/worker.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same on every architecture. */
#define CREATE_RULESET 444
#define RESTRICT_SELF 446
#define ASK_REVISION 1u

struct ruleset {
    uint64_t files, network, scopes;
};

/* The rights that each revision can withhold: all that it knows of. */
static const struct {
    int revision;
    struct ruleset rights;
} known[] = {
    {1, {.files = 0x1FFF}},   /* to read, write, run, make, remove */
    {2, {.files = 1u << 13}}, /* to move to another folder */
    {3, {.files = 1u << 14}}, /* to cut */
    {4, {.network = 3}},      /* to bind and to connect TCP */
    {5, {.files = 1u << 15}}, /* ioctl() on devices */
    {6, {.scopes = 3}},       /* abstract sockets and signals of others */
};

int landlock_revision(void)
{
    long revision = syscall(CREATE_RULESET, NULL, (size_t)0, ASK_REVISION);
    return revision > 0 ? (int)revision : 0;
}

bool landlock_close(void)
{
    struct ruleset all = {0};
    int revision = landlock_revision();
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (revision >= known[i].revision) {
            all.files |= known[i].rights.files;
            all.network |= known[i].rights.network;
            all.scopes |= known[i].rights.scopes;
        }
    if (!revision)
        return false;
    long fd = syscall(CREATE_RULESET, &all, sizeof all, 0u);
    if (fd < 0)
        return false;
    long result =
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? syscall(RESTRICT_SELF, (int)fd, 0u) : -1;
    close((int)fd);
    return result == 0;
}
