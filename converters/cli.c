/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Options, findings, inputs and exit status of all commands. */
#include "cli.h"

#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OPT_JSON = 1000,
    OPT_HTML,
    OPT_HELP,
    OPT_VERSION,
    OPT_PLUGIN_PATH,
    OPT_REPORT,
    OPT_FAIL_ON,
    OPT_TERMINOLOGY,
    OPT_TERMS_CATALOGUE,
    OPT_CHECK,
    OPT_ISOLATE,
    OPT_ATTACHMENTS,
    OPT_TRACE,
    OPT_OVERWRITE,
    OPT_SET,
    OPT_OVERLAY,
    OPT_VIA,
    OPT_LIMIT,
    OPT_PROFILE,
    OPT_KIND
};

static const char common_help[] =
    "\nOn every command:\n"
    "  --json               machine form of what is printed\n"
    "  -q                   show errors only\n"
    "  -v                   show notes too, and where plugins were looked for\n"
    "  --plugin-path DIR    look for plugins here first (may stand several times)\n"
    "  --limit NAME=VALUE   bytes, depth or members of one document\n"
    "  --help, --version\n";

static const char conversion_help[] =
    "\nOn commands that convert:\n"
    "  --report FILE        findings as JSON lines and a summary; - is standard error\n"
    "  --fail-on RANK       error (default), loss, warning or never: a finding of this rank "
    "or\n"
    "                       a graver one stops its document, and nothing of it is written\n"
    "  --set FIELD=VALUE    set a canonical field in each document\n"
    "  --attachments DIR    folder of the files that a format keeps beside its documents\n"
    "  --overlay FILE       a partial canonical document laid over each document\n"
    "  --check              also the convention's rules on what a document must contain\n"
    "  --profile FILE       and what a State demands besides (JSON)\n"
    "  --terminology WHICH  keep (default): sets of terms, [..] [..], stay as they are; data,\n"
    "                       information: resolve them; bracketed: restore them; FILE: choices\n"
    "                       term by term\n"
    "  --terms-catalogue FILE  terms beside the shipped ones\n"
    "  --isolate none       convert in this process\n"
    "  --trace              a note for each value that a template takes (with -v)\n";

static int usage(struct cli *cli, const char *what, const char *argument)
{
    fprintf(stderr, "comity %s: %s%s", cli->command, what, argument ? " " : "");
    cli_print_safely(stderr, argument ? argument : "");
    fprintf(stderr, "\nTry 'comity %s --help'.\n", cli->command);
    return EXIT_USAGE;
}

static int parse_fail_on(struct cli *cli, const char *rank)
{
    static const char *const ranks[] = {"warning", "loss", "error", "never"};
    for (int i = 0; i < 4; i++)
        if (strcmp(rank, ranks[i]) == 0) {
            cli->options.fail_on = COMITY_WARNING + i;
            return EXIT_DONE;
        }
    return usage(cli, "--fail-on takes error, loss, warning or never, not", rank);
}

static int parse_set(struct cli *cli, char *text)
{
    char *equals = strchr(text, '=');
    /* A '=' inside brackets chooses an entry: links[relation=self].uri=... */
    for (char *open = strchr(text, '['); equals && open && open < equals;
         open = strchr(open + 1, '[')) {
        char *close = strchr(open, ']');
        if (close && close > equals)
            equals = strchr(close, '=');
    }
    if (!equals || equals == text)
        return usage(cli, "--set takes FIELD=VALUE, not", text);
    if (cli->options.setting_count == MAX_SETTINGS)
        return usage(cli, "too many --set; use --overlay", NULL);
    *equals = '\0';
    cli->settings[cli->options.setting_count++] =
        (struct comity_setting){.field = text, .value = equals + 1};
    return EXIT_DONE;
}

static int parse_limit(struct cli *cli, const char *text)
{
    const char *equals = strchr(text, '=');
    unsigned long long number = 0;
    for (const char *p = equals ? equals + 1 : ""; *p; p++) {
        if (*p < '0' || *p > '9' || number > 1000000000000ull)
            return usage(cli, "--limit takes NAME=NUMBER, not", text);
        number = number * 10 + (unsigned)(*p - '0');
    }
    if (number && strncmp(text, "bytes=", 6) == 0 && number <= 4000000000u)
        cli->config.max_bytes = number;
    else if (number && strncmp(text, "depth=", 6) == 0 && number <= 200)
        cli->config.max_depth = (uint32_t)number;
    else if (number && strncmp(text, "members=", 8) == 0 && number <= 400000000u)
        cli->config.max_members = (uint32_t)number;
    else
        return usage(cli, "--limit takes bytes (to 4000000000), depth (to 200) or members, not",
                     text);
    return EXIT_DONE;
}

static int parse_overlay(struct cli *cli, const char *path)
{
    struct comity_input input;
    if (!cli_input(cli, path, &input))
        return EXIT_IO;
    cli->overlay = cli_read_all(cli, &input, path, &cli->options.overlay_len);
    cli_input_close(&input);
    cli->options.overlay = cli->overlay;
    return cli->overlay ? EXIT_DONE : EXIT_IO;
}

/* Reads a file that an option names; what is read is freed at the end. */
static int parse_file(struct cli *cli, const char *path, char **text, size_t *len)
{
    struct comity_input input;
    if (!cli_input(cli, path, &input))
        return EXIT_IO;
    free(*text);
    *text = cli_read_all(cli, &input, path, len);
    cli_input_close(&input);
    return *text ? EXIT_DONE : EXIT_IO;
}

/* The demands of a State are rules too: they are checked. */
static int parse_profile(struct cli *cli, const char *path)
{
    int status = parse_file(cli, path, &cli->profile, &cli->options.profile_len);
    cli->options.profile = cli->profile;
    cli->options.profile_file = path;
    cli->options.check = 1;
    return status;
}

static int parse_terminology(struct cli *cli, const char *which)
{
    static const char *const words[] = {"keep", "data", "information", "bracketed"};
    cli->options.terminology = cli->options.choices = NULL;
    for (size_t i = 0; i < 4; i++)
        if (strcmp(which, words[i]) == 0) {
            cli->options.terminology = words[i];
            return EXIT_DONE;
        }
    if (access(which, F_OK) != 0)
        return usage(cli,
                     "--terminology takes keep, data, information, bracketed or a file; there "
                     "is no",
                     which);
    int status = parse_file(cli, which, &cli->choices, &cli->options.choices_len);
    cli->options.choices = cli->choices;
    cli->options.choices_file = which;
    return status;
}

static int parse_catalogue(struct cli *cli, const char *path)
{
    int status = parse_file(cli, path, &cli->catalogue, &cli->config.terms_catalogue_len);
    cli->config.terms_catalogue = cli->catalogue;
    cli->config.terms_catalogue_file = path;
    return status;
}

static void free_files(struct cli *cli)
{
    free(cli->overlay);
    free(cli->profile);
    free(cli->choices);
    free(cli->catalogue);
}

static int parse_one(struct cli *cli, int option, unsigned takes, const char *name)
{
    bool conversion = (takes & TAKES_CONVERSION) != 0;
    if ((option == 'f' && !(takes & TAKES_FROM)) || (option == 't' && !(takes & TAKES_TO)) ||
        ((option == 'o' || option == OPT_OVERWRITE) && !(takes & TAKES_OUTPUT)) ||
        (option == OPT_VIA && !(takes & TAKES_VIA)) ||
        (option >= OPT_REPORT && option <= OPT_TRACE && !conversion) ||
        (option == OPT_KIND && !(takes & TAKES_KIND)) ||
        (option == OPT_HTML && !(takes & TAKES_HTML)) ||
        ((option == OPT_SET || option == OPT_OVERLAY || option == OPT_PROFILE) && !conversion))
        return usage(cli, "this command takes no", name);
    switch (option) {
    case 'f':
        cli->from = optarg;
        return EXIT_DONE;
    case 't':
        cli->to = optarg;
        return EXIT_DONE;
    case 'o':
        cli->output = optarg;
        return EXIT_DONE;
    case 'q':
        cli->quiet = true;
        return EXIT_DONE;
    case 'v':
        cli->verbose = true;
        return EXIT_DONE;
    case OPT_JSON:
        cli->json = true;
        return EXIT_DONE;
    case OPT_HTML:
        cli->html = true;
        return EXIT_DONE;
    case OPT_PLUGIN_PATH:
        if (cli->plugin_path_count == MAX_PLUGIN_PATHS)
            return usage(cli, "too many --plugin-path", NULL);
        cli->plugin_paths[cli->plugin_path_count++] = optarg;
        return EXIT_DONE;
    case OPT_REPORT:
        cli->report_path = optarg;
        return EXIT_DONE;
    case OPT_FAIL_ON:
        return parse_fail_on(cli, optarg);
    case OPT_TERMINOLOGY:
        return parse_terminology(cli, optarg);
    case OPT_TERMS_CATALOGUE:
        return parse_catalogue(cli, optarg);
    case OPT_CHECK:
        cli->options.check = 1;
        return EXIT_DONE;
    case OPT_ISOLATE:
        return strcmp(optarg, "none") == 0
                   ? EXIT_DONE
                   : usage(
                         cli,
                         "this version converts in its own process; --isolate takes none, not",
                         optarg);
    case OPT_ATTACHMENTS:
        cli->options.attachments = optarg;
        return EXIT_DONE;
    case OPT_TRACE:
        cli->options.trace = 1;
        return EXIT_DONE;
    case OPT_OVERWRITE:
        cli->overwrite = true;
        return EXIT_DONE;
    case OPT_SET:
        return parse_set(cli, optarg);
    case OPT_OVERLAY:
        return parse_overlay(cli, optarg);
    case OPT_PROFILE:
        return parse_profile(cli, optarg);
    case OPT_KIND:
        cli->options.kind = optarg;
        return EXIT_DONE;
    case OPT_VIA:
        cli->via = optarg;
        return EXIT_DONE;
    default:
        return parse_limit(cli, optarg);
    }
}

static void cli_init(struct cli *cli, const char *command)
{
    memset(cli, 0, sizeof *cli);
    cli->command = command;
    cli->findings = stderr;
    cli->config = (struct comity_config)COMITY_CONFIG_INIT;
    cli->options = (struct comity_options)COMITY_OPTIONS_INIT;
    cli->result = (struct comity_result)COMITY_RESULT_INIT;
    cli->config.finding = cli->options.finding = cli_finding;
    cli->config.user = cli->options.user = cli;
    cli->config.plugin_paths = cli->plugin_paths;
    cli->options.settings = cli->settings;
}

int cli_parse(struct cli *cli, int argc, char **argv, unsigned takes, const char *help)
{
    static const struct option options[] = {
        {"from", required_argument, NULL, 'f'},
        {"to", required_argument, NULL, 't'},
        {"output", required_argument, NULL, 'o'},
        {"quiet", no_argument, NULL, 'q'},
        {"verbose", no_argument, NULL, 'v'},
        {"json", no_argument, NULL, OPT_JSON},
        {"html", no_argument, NULL, OPT_HTML},
        {"help", no_argument, NULL, OPT_HELP},
        {"version", no_argument, NULL, OPT_VERSION},
        {"plugin-path", required_argument, NULL, OPT_PLUGIN_PATH},
        {"report", required_argument, NULL, OPT_REPORT},
        {"fail-on", required_argument, NULL, OPT_FAIL_ON},
        {"terminology", required_argument, NULL, OPT_TERMINOLOGY},
        {"terms-catalogue", required_argument, NULL, OPT_TERMS_CATALOGUE},
        {"check", no_argument, NULL, OPT_CHECK},
        {"isolate", required_argument, NULL, OPT_ISOLATE},
        {"attachments", required_argument, NULL, OPT_ATTACHMENTS},
        {"trace", no_argument, NULL, OPT_TRACE},
        {"overwrite", no_argument, NULL, OPT_OVERWRITE},
        {"set", required_argument, NULL, OPT_SET},
        {"overlay", required_argument, NULL, OPT_OVERLAY},
        {"via", required_argument, NULL, OPT_VIA},
        {"limit", required_argument, NULL, OPT_LIMIT},
        {"profile", required_argument, NULL, OPT_PROFILE},
        {"kind", required_argument, NULL, OPT_KIND},
        {NULL, 0, NULL, 0}};
    int option, index = 0;
    cli_init(cli, argv[0]);
    optind = 1;
    opterr = 0; /* what is wrong is told by usage(), which prints safely */
    while ((option = getopt_long(argc, argv, ":f:t:o:qv", options, &index)) != -1) {
        if (option == OPT_HELP) {
            fputs(help, stdout);
            if (takes & TAKES_CONVERSION)
                fputs(conversion_help, stdout);
            fputs(common_help, stdout);
            exit(fflush(stdout) ? EXIT_IO : EXIT_DONE);
        }
        if (option == OPT_VERSION) {
            printf("comity %s\n", comity_version());
            exit(fflush(stdout) ? EXIT_IO : EXIT_DONE);
        }
        if (option == '?' || option == ':')
            return usage(cli,
                         option == '?' ? "there is no option" : "a value is missing behind",
                         argv[optind - 1]);
        char name[3] = {'-', (char)option, '\0'};
        int status = parse_one(cli, option, takes, option < OPT_JSON ? name : argv[optind - 1]);
        if (status != EXIT_DONE) {
            cli_print_counts(cli);
            free_files(cli);
            return status;
        }
    }
    cli->inputs = argv + optind;
    cli->input_count = argc - optind;
    cli->options.from = cli->from;
    cli->options.to = cli->to;
    return EXIT_DONE;
}

bool cli_open(struct cli *cli)
{
    if (cli->report_path && strcmp(cli->report_path, "-") == 0)
        cli->report = stderr;
    else if (cli->report_path)
        cli->report = fopen(cli->report_path, "we");
    if (cli->report_path && !cli->report) {
        fputs("comity: the report ", stderr);
        cli_print_safely(stderr, cli->report_path);
        fprintf(stderr, " cannot be written: %s\n", strerror(errno));
        cli->output_failed = true;
        return false;
    }
    /* Findings are many and small: one write for many, and all of them at the end. */
    setvbuf(stderr, NULL, _IOFBF, 1u << 16);
    comity_status status = comity_open(&cli->config, &cli->context);
    cli_status(cli, status);
    if (status == COMITY_E_INVALID) /* a catalogue with faults */
        cli->result.failed_input++;
    return status == COMITY_OK;
}

static void input_fault(struct cli *cli, const char *name, int error)
{
    char message[300];
    snprintf(message, sizeof message, "the input cannot be read: %s", strerror(error));
    cli_report(cli, COMITY_ERROR, "io.read", name, message, NULL);
    cli->io_failures++;
}

/* That a name is a folder's is told by the first read. */
bool cli_input(struct cli *cli, const char *name, struct comity_input *input)
{
    *input = (struct comity_input){
        .fd = strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC)};
    if (input->fd < 0)
        input_fault(cli, name, errno);
    return input->fd >= 0;
}

void cli_input_close(struct comity_input *input)
{
    if (input->fd > STDERR_FILENO)
        close(input->fd);
}

char *cli_read_all(struct cli *cli, const struct comity_input *input, const char *name,
                   size_t *size)
{
    size_t room = 1u << 16;
    char *text = malloc(room);
    *size = 0;
    for (;;) {
        if (text && *size == room) {
            char *more = room > SIZE_MAX / 4 ? NULL : realloc(text, room *= 2);
            if (!more)
                free(text);
            text = more;
        }
        if (!text) {
            cli->out_of_memory = true;
            return NULL;
        }
        ssize_t got = read(input->fd, text + *size, room - *size);
        if (got == 0)
            return text;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            input_fault(cli, name, errno);
            free(text);
            return NULL;
        }
        *size += (size_t)got;
    }
}

void cli_each(struct cli *cli, cli_each_fn *each, void *user)
{
    char dash[] = "-";
    char *standard_input[] = {dash};
    char **names = cli->input_count ? cli->inputs : standard_input;
    int count = cli->input_count ? cli->input_count : 1;
    bool go_on = cli->context || cli_open(cli);
    for (int i = 0; go_on && i < count; i++) {
        struct comity_input input;
        if (!cli_input(cli, names[i], &input))
            continue;
        cli->options.file = names[i];
        go_on = each(cli, names[i], &input, user);
        cli_input_close(&input);
    }
}

void cli_status(struct cli *cli, comity_status status)
{
    if (status == COMITY_E_NOMEM)
        cli->out_of_memory = true;
    else if (status == COMITY_E_IO)
        cli->io_failures++;
    else if (status == COMITY_E_PLUGIN)
        cli->plugin_failures++;
    else if (status == COMITY_E_USAGE)
        cli->wrong_usage = true;
}

static void print_summary(struct cli *cli)
{
    const struct comity_result *r = &cli->result;
    fprintf(
        cli->report,
        "{\"summary\":{\"mapped\":%llu,\"approximated\":%llu,\"kept\":%llu,\"dropped\":%llu,"
        "\"documents\":%llu,\"failed\":%llu}}\n",
        (unsigned long long)r->mapped, (unsigned long long)r->approximated,
        (unsigned long long)r->kept, (unsigned long long)r->dropped,
        (unsigned long long)r->documents,
        (unsigned long long)(r->failed_input + r->failed_unknown + r->failed_output +
                             r->failed_plugin));
}

static int exit_status(const struct cli *cli)
{
    const struct comity_result *r = &cli->result;
    uint64_t failed = r->failed_input + r->failed_unknown + r->failed_output +
                      r->failed_plugin + cli->io_failures;
    if (cli->out_of_memory)
        return EXIT_PROGRAM;
    if (cli->output_failed)
        return EXIT_IO;
    if (cli->wrong_usage)
        return EXIT_USAGE;
    if (cli->plugin_failures)
        return EXIT_PLUGIN;
    if (!failed)
        return EXIT_DONE;
    if (r->documents)
        return EXIT_PART;
    if (r->failed_input)
        return EXIT_INPUT;
    if (r->failed_plugin)
        return EXIT_PLUGIN;
    if (r->failed_output)
        return EXIT_FAIL_ON;
    return r->failed_unknown ? EXIT_UNRECOGNIZED : EXIT_IO;
}

int cli_finish(struct cli *cli)
{
    if (cli->report && cli->context)
        print_summary(cli);
    if (cli->report && cli->report != stderr && (ferror(cli->report) | fclose(cli->report))) {
        fputs("comity: the report could not be written\n", stderr);
        cli->output_failed = true;
    }
    cli_print_counts(cli);
    fflush(stderr);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "comity: standard output could not be written\n");
        cli->output_failed = true;
    }
    comity_close(cli->context);
    free_files(cli);
    return exit_status(cli);
}
