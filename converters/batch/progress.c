/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How far a batch is; see progress.h. */
#include "batch/progress.h"

#include "clock.h"
#include <unistd.h>

#define TERMINAL_MILLISECONDS 250
#define LINE_MILLISECONDS 10000

void progress_init(struct progress *progress, struct cli *cli, const struct settling *settled)
{
    *progress =
        (struct progress){.cli = cli, .settled = settled, .begun = clock_milliseconds()};
    progress->is_terminal = isatty(STDERR_FILENO) && !cli->quiet && !cli->json;
    progress->shown = progress->begun;
}

static double seconds(const struct progress *progress, int64_t now)
{
    return now > progress->begun ? (double)(now - progress->begun) / 1000 : 0.001;
}

/* Seconds that are left at the rate so far; -1: not known. */
static long left(const struct progress *progress, int64_t now)
{
    if (!progress->expected || !progress->read || progress->read > progress->expected)
        return -1;
    double share = (double)progress->read / (double)progress->expected;
    return (long)(seconds(progress, now) * (1 - share) / share + 0.5);
}

static void print_text(const struct progress *progress, int64_t now)
{
    const struct settling *s = progress->settled;
    uint64_t documents = s->done + s->failed;
    long rest = left(progress, now);
    fprintf(stderr, "%llu documents, %llu failed, %.0f/s", (unsigned long long)documents,
            (unsigned long long)s->failed, (double)documents / seconds(progress, now));
    if (rest >= 0)
        fprintf(stderr, ", %.0f %%, %ld:%02ld left",
                100.0 * (double)progress->read / (double)progress->expected, rest / 60,
                rest % 60);
}

static void print_json(const struct progress *progress, int64_t now)
{
    const struct settling *s = progress->settled;
    long rest = left(progress, now);
    fprintf(stderr,
            "{\"progress\":{\"done\":%llu,\"failed\":%llu,\"skipped\":%llu,\"resumed\":%llu,"
            "\"seconds\":%.1f",
            (unsigned long long)s->done, (unsigned long long)s->failed,
            (unsigned long long)s->skipped, (unsigned long long)progress->skipped_items,
            seconds(progress, now));
    if (rest >= 0)
        fprintf(stderr, ",\"left\":%ld", rest);
    fputs("}}\n", stderr);
}

static void show(struct progress *progress, int64_t now)
{
    progress->shown = now;
    if (progress->is_terminal) {
        fputs("\r\033[K", stderr);
        print_text(progress, now);
        progress->is_shown = true;
    } else {
        print_json(progress, now);
    }
    fflush(stderr);
}

void progress_show(struct progress *progress, int64_t now)
{
    int64_t pause = progress->is_terminal ? TERMINAL_MILLISECONDS : LINE_MILLISECONDS;
    if (!progress->cli->quiet && now - progress->shown >= pause)
        show(progress, now);
}

void progress_state(struct progress *progress)
{
    show(progress, clock_milliseconds());
}

void progress_end(struct progress *progress)
{
    const struct settling *s = progress->settled;
    if (progress->is_shown)
        fputs("\r\033[K", stderr);
    if (progress->cli->quiet)
        return;
    if (progress->cli->json) {
        print_json(progress, clock_milliseconds());
        return;
    }
    fprintf(stderr, "%llu done, %llu failed, %llu skipped", (unsigned long long)s->done,
            (unsigned long long)s->failed, (unsigned long long)s->skipped);
    if (progress->skipped_items)
        fprintf(stderr, ", %llu by a run before", (unsigned long long)progress->skipped_items);
    if (s->result.losses)
        fprintf(stderr, "; %llu losses", (unsigned long long)s->result.losses);
    fputc('\n', stderr);
}
