/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity: finds the command and runs it. */
#include "isolated.h"

#include "runtime/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *program; /* that does it instead of this one; or NULL */
    const char *summary;
};

/* These load libraries that the others do without: an archive's; libcurl, SQLite and what
 * signs. */
#define BATCH "comity-batch"
#define SENDER "comity-submit"

static const struct command commands[] = {
    {"convert", command_convert, NULL, "documents from one format to another"},
    {"batch", NULL, BATCH, "archives, folders and streams of documents, resumable"},
    {"detect", command_detect, NULL, "which format a document is, and why"},
    {"validate", command_validate, NULL,
     "syntax and model of documents, all findings in one run"},
    {"roundtrip", command_roundtrip, NULL,
     "reads, writes and reads again: does anything change?"},
    {"diff", command_diff, NULL, "differences of two documents in the canonical model"},
    {"show", command_show, NULL, "a request as a person reads it, as text or HTML"},
    {"terms", command_terms, NULL,
     "the convention's bracketed terms, in documents and plain text"},
    {"formats", command_formats, NULL,
     "formats, their mapping as a table, faults of a template"},
    {"plugins", command_plugins, NULL, "what is loaded, and why a file was refused"},
    {"doctor", command_doctor, NULL, "what holds plugins back on this machine, tried out"},
    {"explain", command_explain, NULL, "what a finding's code means and what to do about it"},
    {"submit", NULL, SENDER, "requests into the outbox, for the other State's authority"},
    {"outbox", NULL, SENDER, "what is to be sent: shows it, sends it, tries again"},
    {"inbox", NULL, SENDER, "what other States sent: keeps, matches and acknowledges it"},
    {"register", NULL, SENDER, "authorities of States and their endpoints"},
    {"stats", NULL, SENDER,
     "requests in and out by kind, State and result, and times to answer"},
    {"audit", NULL, SENDER, "the account of what was transferred and destroyed"},
};

static void print_help(FILE *to)
{
    fputs("usage: comity COMMAND [OPTION...] [ARGUMENT...]\n\n"
          "Converts requests for mutual legal assistance between formats and a canonical\n"
          "convention schema, and accounts for every value on the way.\n\n",
          to);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fputs("\n'comity COMMAND --help' says more.\n\n"
          "Exit status: 0 done, 1 error in the program, 2 wrong usage, 3 part of the items\n"
          "failed, 4 input is invalid, 5 stopped by --fail-on, 6 format not recognized,\n"
          "7 plugin missing, refused or failed, 8 input or output failed, 9 the remote end\n"
          "refused for good, 10 it cannot be reached at present, 11 interrupted.\n",
          to);
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

/* The program that does a command instead of this one; NULL: none.  validate checks signatures
 * with libraries that it does not load else; options may be cut short as far as they are
 * clear. */
static const char *program_of(const struct command *command, char **argv)
{
    static const char option[] = "--signature";
    for (char **at = argv + 2; strcmp(argv[1], "validate") == 0 && *at; at++)
        if (strlen(*at) > 3 && strncmp(*at, option, strlen(*at)) == 0)
            return SENDER;
    if (argv[2] && strcmp(argv[1], "plugins") == 0 &&
        (strcmp(argv[2], "check") == 0 || strcmp(argv[2], "new") == 0))
        return "comity-kit";
    return command->program;
}

static int run(const struct command *command, int argc, char **argv)
{
    const char *program = program_of(command, argv);
    return program ? become(program, argv) : command->run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    if (!hold_streams())
        return EXIT_IO;
    cli_keep_memory();
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
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return run(&commands[i], argc, argv);
    fputs("comity: there is no command '", stderr);
    cli_print_safely(stderr, argv[1]);
    fputs("'\n\n", stderr);
    print_help(stderr);
    return EXIT_USAGE;
}
