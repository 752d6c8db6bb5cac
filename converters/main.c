/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity: finds the command and runs it. */
#include "isolated.h"

#include "runtime/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

static const struct command commands[] = {
    {"convert", command_convert, "documents from one format to another"},
    {"batch", command_batch, "archives, folders and streams of documents, resumable"},
    {"detect", command_detect, "which format a document is, and why"},
    {"validate", command_validate, "syntax and model of documents, all findings in one run"},
    {"roundtrip", command_roundtrip, "reads, writes and reads again: does anything change?"},
    {"diff", command_diff, "differences of two documents in the canonical model"},
    {"show", command_show, "a request as a person reads it, as text or HTML"},
    {"terms", command_terms, "the convention's bracketed terms, in documents and plain text"},
    {"formats", command_formats, "formats, their mapping as a table, faults of a template"},
    {"plugins", command_plugins, "what is loaded, and why a file was refused"},
    {"doctor", command_doctor, "what holds plugins back on this machine, tried out"},
    {"explain", command_explain, "what a finding's code means and what to do about it"},
};

/* These load libcurl, SQLite and what signs, and are a program of their own. */
static const struct command senders[] = {
    {"submit", NULL, "requests into the outbox, for the other State's authority"},
    {"outbox", NULL, "what is to be sent: shows it, sends it, tries again"},
    {"inbox", NULL, "what other States sent: keeps, matches and acknowledges it"},
    {"register", NULL, "authorities of States and their endpoints"},
    {"stats", NULL, "requests in and out by kind, State and result, and times to answer"},
    {"audit", NULL, "the account of what was transferred and destroyed"},
};

static void print_help(FILE *to)
{
    fputs("usage: comity COMMAND [OPTION...] [ARGUMENT...]\n\n"
          "Converts requests for mutual legal assistance between formats and a canonical\n"
          "convention schema, and accounts for every value on the way.\n\n",
          to);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
    for (size_t i = 0; i < sizeof senders / sizeof senders[0]; i++)
        fprintf(to, "  %-10s %s\n", senders[i].name, senders[i].summary);
    fputs("\n'comity COMMAND --help' says more.\n\n"
          "Exit status: 0 done, 1 error in the program, 2 wrong usage, 3 part of the items\n"
          "failed, 4 input is invalid, 5 stopped by --fail-on, 6 format not recognized,\n"
          "7 plugin missing, refused or failed, 8 input or output failed, 9 the remote end\n"
          "refused for good, 10 it cannot be reached at present, 11 interrupted.\n",
          to);
}

/* Memory of one document serves the next, instead of going back to the kernel in between. */
static void keep_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, 8 << 20);
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
    mallopt(M_TOP_PAD, 1 << 20);
}

/* What would be opened next would take the place of a standard stream that is closed, and be
 * read or written as if it were that.  Such a stream fails, as it would have done. */
static bool hold_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return false;
    return true;
}

static int become(const char *program, char **argv)
{
    char path[4096];
    if (worker_program(program, path, sizeof path))
        execv(path, argv);
    fprintf(stderr, "comity: %s cannot be started: %s\n", path, strerror(errno));
    return EXIT_PROGRAM;
}

/* validate checks signatures with libraries that it does not load else.  Options may be cut
 * short as far as they are clear. */
static bool is_of_sender(char **argv)
{
    static const char option[] = "--signature";
    for (size_t i = 0; i < sizeof senders / sizeof senders[0]; i++)
        if (strcmp(argv[1], senders[i].name) == 0)
            return true;
    for (char **at = argv + 2; strcmp(argv[1], "validate") == 0 && *at; at++)
        if (strlen(*at) > 3 && strncmp(*at, option, strlen(*at)) == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    if (!hold_streams())
        return EXIT_IO;
    keep_memory();
    cli_serve_by(isolated_worker);
    umask(077);               /* what is written holds personal particulars */
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an output that failed: 8 */
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return fflush(stdout) ? EXIT_IO : EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("comity %s\n", comity_version());
        return fflush(stdout) ? EXIT_IO : EXIT_DONE;
    }
    if (is_of_sender(argv))
        return become("comity-submit", argv);
    if (argc > 2 && strcmp(argv[1], "plugins") == 0 &&
        (strcmp(argv[2], "check") == 0 || strcmp(argv[2], "new") == 0))
        return become("comity-kit", argv);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    fputs("comity: there is no command '", stderr);
    cli_print_safely(stderr, argv[1]);
    fputs("'\n\n", stderr);
    print_help(stderr);
    return EXIT_USAGE;
}
