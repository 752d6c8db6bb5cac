/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a second process costs on this machine at the least: microseconds of a fork() whose
 * copy writes to so many pages of what it got (the argument, else 100) and ends, the median
 * of 101. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 101
#define PAGE 4096

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    size_t pages = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    static double times[ROUNDS];
    char *memory = malloc((pages + 1) * PAGE);
    if (!memory)
        return 1;
    memset(memory, 1, (pages + 1) * PAGE);
    for (int i = 0; i < ROUNDS; i++) {
        double begun = now();
        pid_t pid = fork();
        if (pid == 0) {
            for (size_t p = 0; p < pages; p++)
                ((volatile char *)memory)[p * PAGE] = 2;
            _exit(0);
        }
        if (pid < 0 || waitpid(pid, NULL, 0) != pid)
            return 1;
        times[i] = now() - begun;
    }
    qsort(times, ROUNDS, sizeof times[0], by_size);
    printf("%.0f\n", times[ROUNDS / 2]);
    free(memory);
    return 0;
}
