/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity doctor: what this machine gives to hold plugins back, and what else is needed. */
#include "doctor.h"

#include "base/buffer.h"
#include "isolated.h"
#include "runtime/worker.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <libxml/xmlversion.h>
#include <nettle/version.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char help[] =
    "usage: comity doctor\n\n"
    "Says what holds plugins and documents back on this machine, by trying it: for each layer\n"
    "of the sandbox a worker does what it must not get away with.  Also versions, plugins and\n"
    "folders.  A warning is no failure; each says what to do.  Exit status 7 where documents\n"
    "cannot be isolated, so that every command but with --isolate none would fail.\n";

static const char *const states[] = {"ok", "warning", "failed"};

void doctor_tell(struct doctor *doctor, enum doctor_state state, const char *name,
                 const char *hint, const char *format, ...)
{
    char text[1000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    doctor->warnings += state == DOCTOR_WARNING;
    doctor->failures += state == DOCTOR_FAILED;
    if (doctor->cli->json) {
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "check", name);
        cJSON_AddStringToObject(object, "state", states[state]);
        cJSON_AddStringToObject(object, "text", text);
        if (hint)
            cJSON_AddStringToObject(object, "hint", hint);
        cli_print_object(stdout, object);
        return;
    }
    if (doctor->cli->quiet && state == DOCTOR_GOOD)
        return;
    printf("%-8s %-26s ", states[state], name);
    cli_print_safely(stdout, text);
    putchar('\n');
    if (hint)
        printf("%35s %s\n", "", hint);
}

static void tell_versions(struct doctor *doctor)
{
    struct utsname system;
    if (uname(&system) == 0)
        doctor_tell(doctor, DOCTOR_GOOD, "kernel", NULL, "%s %s %s", system.sysname,
                    system.release, system.machine);
    doctor_tell(doctor, DOCTOR_GOOD, "version", NULL, "comity %s, ABI of plugins 1.%u",
                comity_version(), (unsigned)COMITY_ABI_MINOR);
    doctor_tell(doctor, DOCTOR_GOOD, "libraries", NULL, "cJSON %s, libxml2 %s, nettle %d.%d",
                cJSON_Version(), LIBXML_DOTTED_VERSION, nettle_version_major(),
                nettle_version_minor());
}

/* The programs that comity starts. */
static void check_programs(struct doctor *doctor)
{
    static const char *const names[] = {"comity-worker", "comity-batch", "comity-reader",
                                        "comity-submit", "comity-kit"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[4096];
        bool is_there = worker_program(names[i], path, sizeof path) && access(path, X_OK) == 0;
        doctor_tell(doctor, is_there ? DOCTOR_GOOD : DOCTOR_WARNING, "program",
                    is_there ? NULL : "install it beside comity, or in its libexec folder",
                    "%s%s", path, is_there ? "" : " cannot be run");
    }
}

/* --- plugins */

static int take_numbers(void *user, const void *bytes, size_t size)
{
    buffer_add(user, bytes, size);
    return 0;
}

static int open_none(void *user, const char *name, int *fd)
{
    (void)user;
    (void)name;
    *fd = -1;
    return ENOENT;
}

static void close_none(void *user, int fd)
{
    (void)user;
    (void)fd;
}

static void check_folder(struct doctor *doctor, const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0)
        doctor_tell(doctor, DOCTOR_WARNING, "plugins.folder",
                    "make the folder, or take it out of the list", "%s: %s", path,
                    strerror(errno));
    else if (!S_ISDIR(info.st_mode) || access(path, R_OK | X_OK) != 0)
        doctor_tell(doctor, DOCTOR_WARNING, "plugins.folder", "name a folder that can be read",
                    "%s is no folder that can be read", path);
    else if (info.st_mode & (S_IWGRP | S_IWOTH))
        doctor_tell(doctor, DOCTOR_WARNING, "plugins.folder",
                    "chmod go-w, so that nobody else can put plugins there",
                    "%s can be written by others", path);
    else
        doctor_tell(doctor, DOCTOR_GOOD, "plugins.folder", NULL, "%s", path);
}

static void check_folders(struct doctor *doctor)
{
    const char *path = secure_getenv("COMITY_PLUGIN_PATH");
    char *list = path ? strdup(path) : NULL, *rest = list;
    for (size_t i = 0; i < doctor->cli->plugin_path_count; i++)
        check_folder(doctor, doctor->cli->plugin_paths[i]);
    for (char *folder; (folder = strsep(&rest, ":"));)
        if (*folder)
            check_folder(doctor, folder);
    free(list);
    struct stat info;
    if (stat(COMITY_PLUGIN_DIR, &info) == 0)
        check_folder(doctor, COMITY_PLUGIN_DIR);
}

/* A worker loads them, as it does for a document: none of their code runs here. */
static void check_plugins(struct doctor *doctor)
{
    struct cli *cli = doctor->cli;
    struct isolate *isolate = NULL;
    struct buffer numbers;
    struct isolate_outcome outcome = {.result = COMITY_RESULT_INIT};
    const struct isolate_command command = {.name = body_doctor.name,
                                            .write = take_numbers,
                                            .open = open_none,
                                            .close = close_none,
                                            .user = &numbers};
    size_t loaded = 0, refused = 0;
    buffer_init(&numbers, 4096);
    cli->config.finding = cli->options.finding = NULL;
    const struct isolate_kind kind = {.seconds = ISOLATE_SECONDS, .serve = isolated_worker};
    comity_status status = isolate_open(&cli->config, &cli->options, &kind, &isolate);
    if (status == COMITY_OK)
        status = isolate_command(isolate, &cli->options, &command, &outcome);
    buffer_char(&numbers, '\0');
    bool is_told = status == COMITY_OK && buffer_status(&numbers) == COMITY_OK &&
                   sscanf(numbers.bytes, "%zu %zu", &loaded, &refused) == 2;
    if (!is_told)
        doctor_tell(doctor, DOCTOR_FAILED, "plugins",
                    "comity plugins says what each of them does; take the faulty one away",
                    "a worker that was to load them failed");
    else
        doctor_tell(doctor, refused || !loaded ? DOCTOR_WARNING : DOCTOR_GOOD, "plugins",
                    refused   ? "comity plugins why FILE says why"
                    : !loaded ? "without plugins there are the canonical formats alone"
                              : NULL,
                    "%zu loaded, %zu refused", loaded, refused);
    isolate_close(isolate);
    buffer_free(&numbers);
}

/* --- the store */

/* The folder as submit finds it; false where there is no name for it. */
static bool store_path(char *path, size_t size)
{
    const char *named = getenv("COMITY_STORE"), *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    if (named && *named)
        return (size_t)snprintf(path, size, "%s", named) < size;
    if (state && *state)
        return (size_t)snprintf(path, size, "%s/comity", state) < size;
    return home && *home && (size_t)snprintf(path, size, "%s/.local/state/comity", home) < size;
}

/* The folder, or where it is not there yet the nearest one above it. */
static bool stat_nearest(const char *path, struct stat *info, char *nearest, size_t size)
{
    snprintf(nearest, size, "%s", path);
    for (;;) {
        if (stat(nearest, info) == 0)
            return true;
        char *slash = strrchr(nearest, '/');
        if (errno != ENOENT || !slash)
            return false;
        slash[slash == nearest] = '\0';
        if (slash == nearest && stat(nearest, info) != 0)
            return false;
    }
}

static void check_store(struct doctor *doctor)
{
    char path[3000], nearest[3000];
    struct stat info;
    static const char hint[] = "name a folder of your own with COMITY_STORE (mode 0700)";
    if (!store_path(path, sizeof path)) {
        doctor_tell(doctor, DOCTOR_WARNING, "store", hint,
                    "submit has no folder: neither COMITY_STORE nor HOME is set");
        return;
    }
    if (!stat_nearest(path, &info, nearest, sizeof nearest)) {
        doctor_tell(doctor, DOCTOR_WARNING, "store", hint, "%s: %s", path, strerror(errno));
        return;
    }
    bool is_there = strcmp(path, nearest) == 0;
    bool is_own = !is_there || (info.st_uid == geteuid() && !(info.st_mode & 077));
    if (!S_ISDIR(info.st_mode) || !is_own || access(nearest, R_OK | W_OK | X_OK) != 0)
        doctor_tell(doctor, DOCTOR_WARNING, "store", hint,
                    "%s is no folder that this user alone can use", nearest);
    else
        doctor_tell(doctor, DOCTOR_GOOD, "store", NULL, "%s%s", path,
                    is_there ? "" : " (made when it is needed)");
}

int command_doctor(int argc, char **argv)
{
    struct cli cli;
    struct doctor doctor = {.cli = &cli};
    int status = cli_parse(&cli, argc, argv, 0, help);
    if (status != EXIT_DONE)
        return status;
    if (cli.input_count)
        return cli_usage(&cli, "there is nothing to be named, but here stands", cli.inputs[0]);
    tell_versions(&doctor);
    check_programs(&doctor);
    doctor_sandbox(&doctor);
    if (!doctor.failures)
        check_plugins(&doctor);
    check_folders(&doctor);
    check_store(&doctor);
    if (!cli.json)
        printf("%llu failed, %llu warning%s\n", (unsigned long long)doctor.failures,
               (unsigned long long)doctor.warnings, doctor.warnings == 1 ? "" : "s");
    status = cli_finish(&cli);
    return status == EXIT_DONE && doctor.failures ? EXIT_PLUGIN : status;
}
