/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What all commands share: options, findings for people and programs, exit status. */
#ifndef COMITY_CONVERTERS_CLI_H
#define COMITY_CONVERTERS_CLI_H

#include "runtime/isolate.h"

#include <comity/comity.h>
#include <stdio.h>

/* Exit status: a contract; README.md lists it. */
enum exit_status {
    EXIT_DONE = 0,
    EXIT_PROGRAM = 1,
    EXIT_USAGE = 2,
    EXIT_PART = 3,
    EXIT_INPUT = 4,
    EXIT_FAIL_ON = 5,
    EXIT_UNRECOGNIZED = 6,
    EXIT_PLUGIN = 7,
    EXIT_IO = 8,
    EXIT_REFUSED = 9,      /* by the remote end, for good */
    EXIT_UNAVAILABLE = 10, /* the remote end, at present */
    EXIT_INTERRUPTED = 11
};

/* Which options a command takes, beside those of every command. */
#define TAKES_FROM 1u
#define TAKES_TO 2u
#define TAKES_OUTPUT 4u
#define TAKES_CONVERSION 8u /* --report --fail-on --set ... */
#define TAKES_VIA 16u
#define TAKES_KIND 32u
#define TAKES_HTML 64u
#define TAKES_ISOLATE 128u /* --isolate, which is process where nobody says otherwise */

/* Options that a command takes along to a worker. */
#define CLI_JSON 1u
#define CLI_QUIET 2u

/* Text findings of one code on standard error, before the rest is only counted. */
#define MAX_ALIKE 20
#define MAX_CODES 64

#define MAX_SETTINGS 256
#define MAX_PLUGIN_PATHS 32

struct cli;
struct cli_remote;

/* An option of one command alone. */
struct cli_option {
    const char *name;
    char letter;    /* or 0 */
    bool has_value; /* else `value` is NULL */
    int (*take)(struct cli *cli,
                const char *value); /* EXIT_DONE, or told and what to end with */
};
#define MAX_OWN_OPTIONS 32
#define MAX_GIVEN (2 * MAX_SETTINGS + 64)

struct cli {
    const char *command;
    bool json, html, quiet, verbose, overwrite;
    bool is_open;     /* cli_open() */
    bool is_isolated; /* --isolate process: a worker does what `context` would */
    const char *from, *to, *via, *output, *report_path;
    struct comity_config config;
    struct comity_options options;
    struct comity_setting settings[MAX_SETTINGS];
    const char *plugin_paths[MAX_PLUGIN_PATHS + 1];
    size_t plugin_path_count;
    char *overlay, *profile, *choices, *catalogue; /* files that options name */
    char **inputs;                                 /* what is left of argv */
    int input_count;
    const struct cli_option *own; /* options of the command alone; ends with no name; or NULL */
    void *own_user;               /* for them */
    const char *given[MAX_GIVEN]; /* common options as they were given: "to", its value or "" */
    size_t given_count;
    struct comity *context;
    struct isolate *isolate;
    const struct cli_remote *remote; /* in a worker: the process that it works for */
    bool is_utf8;    /* no text that is read or written can be in another encoding */
    uint64_t memory; /* that a worker may take beyond the usual, in bytes; 0: none */
    /* Before an input is read, in the program's own process: may put other bytes in its place.
     * Anything but COMITY_OK, told and counted already, passes it over.  May be NULL. */
    comity_status (*opening)(struct cli *cli, const char *name, struct comity_input *input,
                             void *user);
    void *opening_user;
    uint32_t seconds; /* that a document may take in another process; 0: ISOLATE_SECONDS */
    FILE *findings;   /* where findings go: standard error, or output for validate */
    FILE *report;     /* --report, or NULL */
    struct comity_result result;
    uint64_t io_failures, plugin_failures;
    bool output_failed, out_of_memory, wrong_usage;
    bool differs; /* what was compared is not the same */
    struct {
        char *code;
        uint64_t count;
    } alike[MAX_CODES]; /* how often each code was met */
};

/* Memory of one document serves the next, instead of going back to the kernel in between. */
void cli_keep_memory(void);
/* As it is before any option. */
void cli_init(struct cli *cli, const char *command);
/* Reads the options of a command; EXIT_DONE, or what to exit with (told already). */
int cli_parse(struct cli *cli, int argc, char **argv, unsigned takes, const char *help);
/* The same with options of the command's own. */
int cli_parse_own(struct cli *cli, int argc, char **argv, unsigned takes, const char *help,
                  const struct cli_option *own, void *user);
/* Tells of wrong usage and gives its status. */
int cli_usage(struct cli *cli, const char *what, const char *argument);
/* A number of digits alone, up to `most`; false where it is none. */
bool cli_number(const char *text, uint64_t most, uint64_t *number);
/* True where no input can be in another encoding than UTF-8, as far as can be seen before they
 * are read. */
bool cli_inputs_are_utf8(const struct cli *cli);
/* Makes the context, or starts what converts instead; false (told already) where that fails.
 * Once is enough. */
bool cli_open(struct cli *cli);
/* True where the worker ended over an input: the next has another, and goes on. */
bool cli_has_lost_worker(const struct cli *cli);
/* Tells of each input that a worker which ended did not come to. */
void cli_tell_untried(struct cli *cli, char *const *names, int count);
/* Ends the report with its summary and gives the exit status of what was done. */
int cli_finish(struct cli *cli);
/* A finding of the command's own. */
void cli_report(struct cli *cli, int32_t severity, const char *code, const char *file,
                const char *message, const char *hint);
/* Prints a finding as a line of JSON. */
void cli_print_finding(FILE *to, const struct comity_finding *finding);
/* Shows a finding; fits comity_finding_fn with a struct cli. */
void cli_finding(void *user, const struct comity_finding *finding);
/* Frees what options had read. */
void cli_free_files(struct cli *cli);
/* Says how many findings of a code were not shown; frees the counts. */
void cli_print_counts(struct cli *cli);
/* Opens an input by name, "-" is standard input; false (told already) where that fails. */
bool cli_input(struct cli *cli, const char *name, struct comity_input *input);
/* Tells that an input cannot be read, by errno. */
void cli_input_fault(struct cli *cli, const char *name, int error);
void cli_input_close(struct comity_input *input);
/* Counts what a library call returned. */
void cli_status(struct cli *cli, comity_status status);
/* Reads a whole file into memory that the caller frees; NULL (told already) on failure. */
char *cli_read_all(struct cli *cli, const struct comity_input *input, const char *name,
                   size_t *size);

/* Calls `each` for every input that can be opened (standard input where none is named), with
 * the context made and the input's name set for findings, until it returns false. */
typedef bool cli_each_fn(struct cli *cli, const char *name, const struct comity_input *input,
                         void *user);
void cli_each(struct cli *cli, cli_each_fn *each, void *user);

/* Prints text of a document with control characters escaped: none may reach a terminal. */
void cli_print_safely(FILE *to, const char *text);
/* Prints an object on a line of its own and frees it. */
struct cJSON;
void cli_print_object(FILE *to, struct cJSON *object);

/* Converts all inputs to cli->to and -o, and gives the exit status. */
int cli_convert(struct cli *cli);

int command_doctor(int argc, char **argv);
int command_batch(int argc, char **argv);
int command_convert(int argc, char **argv);
int command_detect(int argc, char **argv);
int command_validate(int argc, char **argv);
int command_roundtrip(int argc, char **argv);
int command_diff(int argc, char **argv);
int command_formats(int argc, char **argv);
int command_plugins(int argc, char **argv);
int command_plugins_trust(int argc, char **argv);
int command_plugins_distrust(int argc, char **argv);
int command_plugins_clear(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_show(int argc, char **argv);
int command_terms(int argc, char **argv);

#endif
