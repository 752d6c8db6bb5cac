/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Options of all commands. */
#include "cli.h"

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
    OPT_KIND,
    OPT_OWN /* the command's own follow */
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
    "  --trace              a note for each value: which field it became, or that it is kept\n";

static const char isolate_help[] =
    "\nOn commands that read documents:\n"
    "  --isolate HOW        process (default): plugins and documents are in another process,\n"
    "                       which can open no file, reach no network, and is stopped after\n"
    "                       10 s in which it gets no further; none: in this one, for plugins\n"
    "                       and documents that are trusted\n";

int cli_usage(struct cli *cli, const char *what, const char *argument)
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
    return cli_usage(cli, "--fail-on takes error, loss, warning or never, not", rank);
}

static int parse_set(struct cli *cli, const char *text)
{
    const char *equals = strchr(text, '=');
    /* A '=' inside brackets chooses an entry: links[relation=self].uri=... */
    for (const char *open = strchr(text, '['); equals && open && open < equals;
         open = strchr(open + 1, '[')) {
        const char *close = strchr(open, ']');
        if (close && close > equals)
            equals = strchr(close, '=');
    }
    if (!equals || equals == text)
        return cli_usage(cli, "--set takes FIELD=VALUE, not", text);
    if (cli->options.setting_count == MAX_SETTINGS)
        return cli_usage(cli, "too many --set; use --overlay", NULL);
    char *field = strndup(text, (size_t)(equals - text));
    if (!field)
        return EXIT_PROGRAM;
    cli->settings[cli->options.setting_count++] =
        (struct comity_setting){.field = field, .value = equals + 1};
    return EXIT_DONE;
}

bool cli_number(const char *text, uint64_t most, uint64_t *number)
{
    *number = 0;
    for (const char *p = text; *p; p++) {
        uint64_t digit = (uint64_t)(unsigned char)*p - '0';
        if (digit > 9 || digit > most || *number > (most - digit) / 10)
            return false;
        *number = *number * 10 + digit;
    }
    return *text != '\0';
}

static int parse_limit(struct cli *cli, const char *text)
{
    const char *equals = strchr(text, '=');
    uint64_t number;
    if (!equals || !cli_number(equals + 1, 10000000000000u, &number))
        return cli_usage(cli, "--limit takes NAME=NUMBER, not", text);
    if (number && strncmp(text, "bytes=", 6) == 0 && number <= 4000000000u)
        cli->config.max_bytes = number;
    else if (number && strncmp(text, "depth=", 6) == 0 && number <= 200)
        cli->config.max_depth = (uint32_t)number;
    else if (number && strncmp(text, "members=", 8) == 0 && number <= 400000000u)
        cli->config.max_members = (uint32_t)number;
    else
        return cli_usage(
            cli, "--limit takes bytes (to 4000000000), depth (to 200) or members, not", text);
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
        return cli_usage(
            cli,
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

/* A command that does not take it has plugins in other processes alone, whatever is said. */
static int parse_isolate(struct cli *cli, unsigned takes, const char *how)
{
    bool is_process = strcmp(how, "process") == 0;
    cli->is_isolated = is_process && (takes & TAKES_ISOLATE);
    return is_process || strcmp(how, "none") == 0
               ? EXIT_DONE
               : cli_usage(cli, "--isolate takes process or none, not", how);
}

/* True where the command takes a common option. */
static bool is_taken(int option, unsigned takes)
{
    if (option == 'f')
        return takes & TAKES_FROM;
    if (option == 't')
        return takes & TAKES_TO;
    if (option == 'o' || option == OPT_OVERWRITE)
        return takes & TAKES_OUTPUT;
    if (option == OPT_VIA)
        return takes & TAKES_VIA;
    if (option == OPT_KIND)
        return takes & TAKES_KIND;
    if (option == OPT_HTML)
        return takes & TAKES_HTML;
    if (option == OPT_ISOLATE && (takes & TAKES_ISOLATE))
        return true;
    bool is_of_conversion = (option >= OPT_REPORT && option <= OPT_TRACE) ||
                            option == OPT_SET || option == OPT_OVERLAY || option == OPT_PROFILE;
    return !is_of_conversion || (takes & TAKES_CONVERSION);
}

static int parse_one(struct cli *cli, int option, unsigned takes, const char *name)
{
    if (!is_taken(option, takes))
        return cli_usage(cli, "this command takes no", name);
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
            return cli_usage(cli, "too many --plugin-path", NULL);
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
        return parse_isolate(cli, takes, optarg);
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

void cli_init(struct cli *cli, const char *command)
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

static const struct option common_options[] = {
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
};
#define COMMON_OPTIONS (sizeof common_options / sizeof common_options[0])

/* All that a command takes, for getopt_long(). */
struct accepted {
    struct option options[COMMON_OPTIONS + MAX_OWN_OPTIONS + 1];
    char letters[16 + 2 * MAX_OWN_OPTIONS];
};

/* The command's own stand first: of two options of one name getopt_long() takes the first. */
static void accept(struct accepted *accepted, const struct cli_option *own)
{
    static const char common[] = ":f:t:o:qv";
    char *letter = accepted->letters + sizeof common - 1;
    memcpy(accepted->letters, common, sizeof common);
    size_t count = 0;
    memset(accepted->options, 0, sizeof accepted->options);
    for (int i = 0; own && own[i].name && i < MAX_OWN_OPTIONS; i++) {
        accepted->options[count++] = (struct option){
            own[i].name, own[i].has_value ? required_argument : no_argument, NULL, OPT_OWN + i};
        if (!own[i].letter)
            continue;
        *letter++ = own[i].letter;
        if (own[i].has_value)
            *letter++ = ':';
    }
    memcpy(accepted->options + count, common_options, sizeof common_options);
    *letter = '\0';
}

static void print_help(unsigned takes, const char *help)
{
    fputs(help, stdout);
    if (takes & TAKES_CONVERSION)
        fputs(conversion_help, stdout);
    if (takes & TAKES_ISOLATE)
        fputs(isolate_help, stdout);
    fputs(common_help, stdout);
    exit(fflush(stdout) ? EXIT_IO : EXIT_DONE);
}

/* The command's own option that was met; NULL: it is a common one. */
static const struct cli_option *own_option(const struct cli *cli, int option)
{
    if (option >= OPT_OWN)
        return &cli->own[option - OPT_OWN];
    for (const struct cli_option *own = cli->own; own && own->name; own++)
        if (own->letter == option)
            return own;
    return NULL;
}

/* Remembers a common option as a long one, for who has to give it again. */
static void remember(struct cli *cli, int option)
{
    for (size_t i = 0; i < COMMON_OPTIONS; i++)
        if (common_options[i].val == option && cli->given_count + 2 <= MAX_GIVEN) {
            cli->given[cli->given_count++] = common_options[i].name;
            cli->given[cli->given_count++] = common_options[i].has_arg ? optarg : "";
            return;
        }
}

static int take_option(struct cli *cli, int option, unsigned takes, char **argv)
{
    if (option == '?' || option == ':')
        return cli_usage(cli,
                         option == '?' ? "there is no option" : "a value is missing behind",
                         argv[optind - 1]);
    const struct cli_option *own = own_option(cli, option);
    if (own)
        return own->take(cli, own->has_value ? optarg : NULL);
    char name[3] = {'-', (char)option, '\0'};
    remember(cli, option);
    return parse_one(cli, option, takes, option < OPT_JSON ? name : argv[optind - 1]);
}

int cli_parse_own(struct cli *cli, int argc, char **argv, unsigned takes, const char *help,
                  const struct cli_option *own, void *user)
{
    struct accepted accepted;
    int option, index = 0;
    cli_init(cli, argv[0]);
    cli->is_isolated = takes & TAKES_ISOLATE;
    cli->own = own;
    cli->own_user = user;
    accept(&accepted, own);
    optind = 1;
    opterr = 0; /* what is wrong is told by cli_usage(), which prints safely */
    while ((option = getopt_long(argc, argv, accepted.letters, accepted.options, &index)) !=
           -1) {
        if (option == OPT_HELP)
            print_help(takes, help);
        if (option == OPT_VERSION) {
            printf("comity %s\n", comity_version());
            exit(fflush(stdout) ? EXIT_IO : EXIT_DONE);
        }
        int status = take_option(cli, option, takes, argv);
        if (status != EXIT_DONE) {
            cli_print_counts(cli);
            cli_free_files(cli);
            return status;
        }
    }
    cli->inputs = argv + optind;
    cli->input_count = argc - optind;
    cli->options.from = cli->from;
    cli->options.to = cli->to;
    return EXIT_DONE;
}

int cli_parse(struct cli *cli, int argc, char **argv, unsigned takes, const char *help)
{
    return cli_parse_own(cli, argc, argv, takes, help, NULL, NULL);
}
