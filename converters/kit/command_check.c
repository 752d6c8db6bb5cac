/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity plugins check: makes the checks, each in a child, and tells what they found. */
#include "cli.h"
#include "kit/kit.h"

#include "base/encoding.h"
#include "kit/made_records.h"
#include "kit/run_check.h"
#include "runtime/allow_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECONDS 60u
#define ROUNDS 400u
#define MAX_WORDS 16
#define MAX_FILE ((off_t)64 << 20)

static const char help[] =
    "usage: comity plugins check [OPTION...] FILE\n\n"
    "Tries what a plugin (.so) or template (.json) promises, with the samples that stand in "
    "the\n"
    "folder samples beside it.  Each check has a process of its own: a crash is a result.\n\n"
    "  --samples DIR        more samples; may be given several times\n"
    "  --list               the checks, and what each is for\n"
    "  --include PATTERN    only checks whose names match, as 'probe-*'; several times\n"
    "  --exclude PATTERN    none of those; several times\n"
    "  --fuzz N             damages samples N times instead of 400\n"
    "  --seed N             of what is made by chance (1)\n"
    "  --reproduce S:N      one damaged sample again, as a fault named it\n"
    "  --made N             prints the record that a fault named (all: that with everything);\n"
    "                       without FILE\n"
    "  --timeout SECONDS    for each check (60)\n"
    "  --tap                results as TAP; --json: as lines of JSON\n\n"
    "Exit status: 0 no faults, 7 faults, 2 wrong usage, 8 FILE cannot be read.\n";

struct words {
    const char *all[MAX_WORDS];
    size_t count;
};

struct run {
    struct subject subject;
    struct words folders, include, exclude;
    bool tap, list, is_made, is_full;
    uint64_t seconds, made;
    char folder[4096], copy[4096]; /* the plugin alone */
    char scratch[4096];            /* below it: where checks run, and may leave files */
    char allowed[4096];            /* of what may be loaded, where there is one */
};

/* --- options */

/* What an option was given, several times. */
static int take_word(struct cli *cli, struct words *words, const char *value)
{
    if (words->count == MAX_WORDS)
        return cli_usage(cli, "an option is given too often, with", value);
    words->all[words->count++] = value;
    return EXIT_DONE;
}

static int take_folder(struct cli *cli, const char *value)
{
    struct run *run = cli->own_user;
    return take_word(cli, &run->folders, value);
}

static int take_include(struct cli *cli, const char *value)
{
    struct run *run = cli->own_user;
    return take_word(cli, &run->include, value);
}

static int take_exclude(struct cli *cli, const char *value)
{
    struct run *run = cli->own_user;
    return take_word(cli, &run->exclude, value);
}

static int take_number(struct cli *cli, const char *value, uint64_t *number)
{
    return cli_number(value, UINT32_MAX, number)
               ? EXIT_DONE
               : cli_usage(cli, "a number is expected, not", value);
}

static int take_fuzz(struct cli *cli, const char *value)
{
    struct run *run = cli->own_user;
    return take_number(cli, value, &run->subject.rounds);
}

static int take_seed(struct cli *cli, const char *value)
{
    struct run *run = cli->own_user;
    return take_number(cli, value, &run->subject.seed);
}

static int take_timeout(struct cli *cli, const char *value)
{
    struct run *run = cli->own_user;
    return take_number(cli, value, &run->seconds);
}

static int take_reproduce(struct cli *cli, const char *value)
{
    struct run *run = cli->own_user;
    uint64_t number;
    char seed[24];
    const char *colon = strchr(value, ':');
    size_t len = colon ? (size_t)(colon - value) : sizeof seed;
    if (len >= sizeof seed || !cli_number(colon + 1, UINT64_MAX, &number))
        return cli_usage(cli, "--reproduce takes SEED:NUMBER, not", value);
    memcpy(seed, value, len);
    seed[len] = '\0';
    run->subject.only = colon + 1;
    run->include = (struct words){{"damaged"}, 1};
    return take_number(cli, seed, &run->subject.seed);
}

static int take_made(struct cli *cli, const char *value)
{
    struct run *run = cli->own_user;
    run->is_made = true;
    run->is_full = strcmp(value, "all") == 0;
    return run->is_full || cli_number(value, UINT64_MAX, &run->made)
               ? EXIT_DONE
               : cli_usage(cli, "a number or 'all' is expected, not", value);
}

static int take_tap(struct cli *cli, const char *value)
{
    struct run *run = cli->own_user;
    (void)value;
    run->tap = true;
    return EXIT_DONE;
}

static int take_list(struct cli *cli, const char *value)
{
    struct run *run = cli->own_user;
    (void)value;
    run->list = true;
    return EXIT_DONE;
}

static const struct cli_option own_options[] = {{"samples", 0, true, take_folder},
                                                {"list", 0, false, take_list},
                                                {"include", 0, true, take_include},
                                                {"exclude", 0, true, take_exclude},
                                                {"fuzz", 0, true, take_fuzz},
                                                {"seed", 0, true, take_seed},
                                                {"reproduce", 0, true, take_reproduce},
                                                {"made", 0, true, take_made},
                                                {"timeout", 0, true, take_timeout},
                                                {"tap", 0, false, take_tap},
                                                {NULL, 0, false, NULL}};

static bool matches(const struct words *patterns, const char *name)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (fnmatch(patterns->all[i], name, 0) == 0)
            return true;
    return false;
}

static bool is_chosen(const struct run *run, const char *name)
{
    return (!run->include.count || matches(&run->include, name)) &&
           !matches(&run->exclude, name);
}

/* --- files */

static char *read_file(const char *path, size_t *size)
{
    struct stat status;
    char *bytes = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *size = 0;
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_size <= MAX_FILE)
        bytes = malloc((size_t)status.st_size + 1);
    while (bytes && *size < (size_t)status.st_size) {
        ssize_t got = read(fd, bytes + *size, (size_t)status.st_size - *size);
        if (got <= 0 && errno != EINTR)
            break;
        *size += got > 0 ? (size_t)got : 0;
    }
    if (fd >= 0)
        close(fd);
    return bytes;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Adds the files of a folder; false where there is none. */
static bool add_samples(struct subject *subject, const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_visible, by_bytes);
    for (int i = 0; i < count; i++) {
        char path[8192];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        struct sample sample = {.path = strdup(path)};
        if (sample.path && subject->sample_count < MAX_SAMPLES)
            sample.bytes = read_file(path, &sample.size);
        sample.name = sample.path ? strrchr(sample.path, '/') + 1 : NULL;
        if (sample.bytes)
            subject->samples[subject->sample_count++] = sample;
        else
            free((void *)(uintptr_t)sample.path);
        free(entries[i]);
    }
    free(entries);
    return count >= 0;
}

static bool find_samples(struct cli *cli, struct run *run)
{
    char beside[8192];
    const char *slash = strrchr(run->subject.path, '/');
    run->subject.samples = calloc(MAX_SAMPLES, sizeof *run->subject.samples);
    if (!run->subject.samples)
        return false;
    snprintf(beside, sizeof beside, "%.*ssamples",
             (int)(slash ? slash - run->subject.path + 1 : 0), run->subject.path);
    add_samples(&run->subject, beside);
    for (size_t i = 0; i < run->folders.count; i++) {
        if (add_samples(&run->subject, run->folders.all[i]))
            continue;
        cli_report(cli, COMITY_ERROR, "io.read", run->folders.all[i], strerror(errno), NULL);
        return false;
    }
    return true;
}

/* Where there is a list of what may be loaded, it holds for the other plugins: a list of them
 * and of this one.  False where it cannot be made. */
static bool make_list(struct run *run, const char *bytes, size_t size)
{
    char sha256[SHA256_HEX_SIZE + 1] = "", why[TRUST_REASON];
    struct arena arena;
    struct allow_list list;
    struct buffer text;
    arena_init(&arena, 0);
    buffer_init(&text, 0);
    bool is_good = allow_list_read(&arena, NULL, &list) == COMITY_OK;
    run->subject.allow_list = "";
    if (is_good && list.file) {
        encoding_sha256(bytes, size, sha256);
        allow_list_put(&text, sha256, "checked", "0", "checked");
        for (const struct allow_entry *entry = list.entries; entry; entry = entry->next)
            allow_list_put(&text, entry->sha256, entry->id, entry->version, entry->name);
        snprintf(run->allowed, sizeof run->allowed, "%.2000s/plugins.allow", run->folder);
        is_good =
            buffer_status(&text) == COMITY_OK && allow_list_write(run->allowed, &text, why);
        run->subject.allow_list = run->allowed;
    }
    buffer_free(&text);
    arena_free(&arena);
    return is_good;
}

/* A copy of the plugin alone in a folder that nobody else can write to. */
static bool copy_plugin(struct cli *cli, struct run *run)
{
    const char *path = run->subject.path, *slash = strrchr(path, '/');
    const char *base = getenv("TMPDIR");
    size_t size;
    char *bytes = read_file(path, &size);
    if (!bytes) {
        cli_report(cli, COMITY_ERROR, "io.read", path, strerror(errno),
                   "a plugin is a file that ends in .so or .json");
        return false;
    }
    snprintf(run->folder, sizeof run->folder, "%s/comity-check-XXXXXX",
             base && *base == '/' ? base : "/tmp");
    bool is_good = mkdtemp(run->folder) != NULL;
    if (!is_good)
        run->folder[0] = '\0';
    size_t len = (size_t)snprintf(run->copy, sizeof run->copy, "%.2000s/%.255s", run->folder,
                                  slash ? slash + 1 : path);
    int fd = is_good && len < sizeof run->copy
                 ? open(run->copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
                 : -1;
    is_good = fd >= 0 && write(fd, bytes, size) == (ssize_t)size;
    if (fd >= 0)
        is_good = close(fd) == 0 && is_good;
    snprintf(run->scratch, sizeof run->scratch, "%.2000s/work", run->folder);
    is_good = is_good && mkdir(run->scratch, 0700) == 0 && make_list(run, bytes, size);
    if (!is_good)
        cli_report(cli, COMITY_ERROR, "io.write", run->folder, strerror(errno),
                   "TMPDIR says where there is room");
    free(bytes);
    run->subject.shown = run->copy;
    run->subject.scratch = run->scratch;
    run->subject.folders[0] = run->folder;
    return is_good;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status, (void)type, (void)at;
    return remove(path);
}

/* The copy, and what a plugin under check made. */
static void remove_copy(const struct run *run)
{
    if (run->folder[0])
        nftw(run->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* --- the run */

static const struct run *at_hand; /* of a signal */

static void clean_up(int number)
{
    unlink(at_hand->copy); /* what may be called here */
    unlink(at_hand->allowed);
    rmdir(at_hand->scratch);
    rmdir(at_hand->folder);
    signal(number, SIG_DFL);
    raise(number);
}

static void list_checks(bool json)
{
    for (size_t i = 0; i < check_count; i++)
        printf(json ? "{\"check\":\"%s\",\"purpose\":\"%s\"}\n" : "%-14s  %s\n", checks[i].name,
               checks[i].purpose);
}

/* A record that `losses` made, to be converted by hand. */
static int print_made(const struct run *run)
{
    struct chance chance = {run->made};
    struct buffer record;
    bool met[FIELD_COUNT];
    buffer_init(&record, 0);
    if (run->is_full)
        made_full(&record, 2);
    else
        made_random(&chance, &record, met);
    bool is_good = buffer_status(&record) == COMITY_OK;
    if (is_good) {
        fwrite(record.bytes, 1, record.size, stdout);
        putchar('\n');
    }
    buffer_free(&record);
    return !is_good ? EXIT_PROGRAM : fflush(stdout) ? EXIT_IO : EXIT_DONE;
}

static int make_checks(struct cli *cli, struct run *run)
{
    enum manner manner = cli->json ? MANNER_JSON : run->tap ? MANNER_TAP : MANNER_TEXT;
    size_t counts[3] = {0, 0, 0}, number = 0, chosen = 0;
    for (size_t i = 0; i < check_count; i++)
        chosen += is_chosen(run, checks[i].name);
    if (!chosen)
        return cli_usage(cli, "no check has such a name; see --list", NULL);
    show_plan(manner, chosen);
    for (size_t i = 0; i < check_count; i++) {
        struct checked checked;
        if (!is_chosen(run, checks[i].name))
            continue;
        if (!run_check(&run->subject, &checks[i], (unsigned)run->seconds, &checked)) {
            cli_report(cli, COMITY_ERROR, "worker.start", run->subject.path, strerror(errno),
                       NULL);
            return EXIT_PROGRAM;
        }
        counts[checked.outcome]++;
        show_result(manner, ++number, &checks[i], &checked);
        buffer_free(&checked.words);
    }
    show_end(manner, &run->subject, counts);
    return counts[FAILED] ? EXIT_PLUGIN : EXIT_DONE;
}

static int check_file(struct cli *cli, struct run *run)
{
    const char *dot = strrchr(run->subject.path, '.');
    run->subject.is_object = dot && strcmp(dot, ".so") == 0;
    if (!run->subject.is_object && (!dot || strcmp(dot, ".json") != 0))
        return cli_usage(cli, "a plugin is a file that ends in .so or .json, not",
                         run->subject.path);
    void *mark =
        mmap(NULL, sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    run->subject.mark = mark;
    at_hand = run;
    signal(SIGINT, clean_up);
    signal(SIGTERM, clean_up);
    int status = EXIT_IO;
    if (mark != MAP_FAILED && copy_plugin(cli, run) && find_samples(cli, run))
        status = make_checks(cli, run);
    remove_copy(run);
    for (size_t i = 0; i < run->subject.sample_count; i++) {
        free((void *)(uintptr_t)run->subject.samples[i].path);
        free((void *)(uintptr_t)run->subject.samples[i].bytes);
    }
    free(run->subject.samples);
    return status;
}

int command_check(int argc, char **argv)
{
    struct cli cli;
    static struct run run = {.subject = {.seed = 1, .rounds = ROUNDS}, .seconds = SECONDS};
    int status = cli_parse_own(&cli, argc, argv, 0, help, own_options, &run);
    if (status != EXIT_DONE)
        return status;
    if (run.list) {
        list_checks(cli.json);
        return EXIT_DONE;
    }
    if (run.is_made && cli.input_count == 1)
        return print_made(&run);
    if (cli.input_count != 2) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    run.subject.path = cli.inputs[1];
    status = check_file(&cli, &run);
    cli_print_counts(&cli);
    return fflush(stdout) ? EXIT_IO : status;
}
