/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Signals of a batch; see signals.h. */
#include "batch/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void ending(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
}

comity_status signals_open(struct signals *signals)
{
    sigset_t set;
    ending(&set);
    sigaddset(&set, SIGUSR1);
    signals->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signals->fd < 0 || sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return COMITY_E_IO;
    return COMITY_OK;
}

bool signals_take(struct signals *signals, struct progress *progress)
{
    struct signalfd_siginfo info;
    bool ends = false;
    while (read(signals->fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGUSR1) {
            progress_state(progress);
            continue;
        }
        sigset_t set;
        ending(&set);
        sigprocmask(SIG_UNBLOCK, &set, NULL); /* a second one has its usual effect */
        ends = true;
    }
    return ends;
}

void signals_close(struct signals *signals)
{
    if (signals->fd > 0)
        close(signals->fd);
}
