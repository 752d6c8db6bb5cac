/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finds and loads plugins and templates.  A refusal keeps its reason and disturbs nobody.
 * Knows nothing of conversion. */
#include "base/witness.h"
#include "runtime/allow_list.h"
#include "runtime/context.h"
#include "runtime/object.h"
#include "runtime/set_aside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef COMITY_PLUGIN_DIR
#define COMITY_PLUGIN_DIR "/usr/local/lib/comity/plugins/1"
#endif

#define MAX_TEMPLATE_BYTES (4u << 20)

static void refuse(struct comity *context, struct plugin *plugin, const char *reason)
{
    char message[600];
    plugin->reason = arena_copy(&context->arena, reason, strlen(reason));
    snprintf(message, sizeof message, "%s is not loaded: %s", plugin->path, reason);
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = COMITY_WARNING,
                                     .code = "plugin.refused",
                                     .message = message,
                                     .file = plugin->path,
                                     .hint = "comity plugins why FILE says more"};
    findings_add(&context->findings, &finding);
}

/* Copies what both sides know and leaves the rest zero. */
static void take_struct(void *ours, size_t our_size, const void *theirs, uint32_t their_size)
{
    memset(ours, 0, our_size);
    memcpy(ours, theirs, their_size < our_size ? their_size : our_size);
}

static const char *check_format(const struct comity_format *format)
{
    if (!format->id || !*format->id || !format->title)
        return "a format has no id or no title";
    bool is_text = format->syntax && strcmp(format->syntax, "text") == 0;
    bool is_lines = format->syntax && strcmp(format->syntax, "lines") == 0;
    if (!format->syntax || (!is_text && !is_lines && strcmp(format->syntax, "json") != 0 &&
                            strcmp(format->syntax, "xml") != 0))
        return "a format's syntax is none of json, xml, text and lines";
    if (is_lines != (format->lines != NULL) || (is_lines && format->template_text))
        return "a format of syntax lines has lines and no template, and no other has lines";
    for (const struct comity_line *line = format->lines; line && line->name; line++)
        if (!line->columns)
            return "a sort of line has no columns";
    if (is_text && !format->template_text)
        return "a format of syntax text has no template";
    if (!format->template_text && !format->reader && !format->writer)
        return "a format has no template, reader or writer";
    if (!format->template_text && format->reader && !format->probe)
        return "a format has a reader and no probe";
    if (format->reader && !COMITY_HAS(comity_reader, format->reader, read))
        return "a format's reader has no read()";
    if (format->writer && !COMITY_HAS(comity_writer, format->writer, write))
        return "a format's writer has no write()";
    return NULL;
}

static comity_status take_format(struct comity *context, struct plugin *plugin,
                                 const struct comity_format *theirs, const char **reason)
{
    struct format format = {.kind = FORMAT_PLUGIN, .plugin = plugin};
    take_struct(&format.described, sizeof format.described, theirs, theirs->struct_size);
    *reason = check_format(&format.described);
    if (*reason)
        return COMITY_E_PLUGIN;
    format.id = format.described.id;
    format.title = format.described.title;
    format.syntax = strcmp(format.described.syntax, "xml") == 0     ? SYNTAX_XML
                    : strcmp(format.described.syntax, "text") == 0  ? SYNTAX_TEXT
                    : strcmp(format.described.syntax, "lines") == 0 ? SYNTAX_LINES
                                                                    : SYNTAX_JSON;
    format.kinds = format.described.kinds;
    if (format.described.template_text) {
        struct findings findings = context->findings;
        findings.file = plugin->path;
        comity_status status =
            template_compile(&context->arena, format.described.template_text,
                             format.described.template_len, &findings, &format.t);
        if (status != COMITY_OK) {
            *reason = "a template has faults, which stand above";
            return status == COMITY_E_NOMEM ? status : COMITY_E_PLUGIN;
        }
        if (strcmp(format.t->id, format.id) != 0) {
            *reason = "a template's id is not that of its format";
            return COMITY_E_PLUGIN;
        }
        if ((format.t->form != NULL) != (format.syntax == SYNTAX_TEXT)) {
            *reason = "a template's syntax is not that of its format";
            return COMITY_E_PLUGIN;
        }
    }
    return add_format(context, &format, NULL);
}

static const char *check_descriptor(const struct comity_plugin *theirs)
{
    if (!theirs)
        return "comity_plugin_v1() returned nothing";
    if (theirs->struct_size < offsetof(struct comity_plugin, init))
        return "the descriptor is smaller than the first version of it";
    if (!theirs->id || !*theirs->id || !theirs->version || !theirs->formats)
        return "the descriptor lacks id, version or formats";
    return NULL;
}

/* The first thing that a plugin's init() tells, which is why it fails where it does. */
struct overheard {
    struct findings *findings;
    char message[300];
};

static void overhear(void *user, const struct comity_finding *finding)
{
    struct overheard *overheard = user;
    if (!overheard->message[0])
        snprintf(overheard->message, sizeof overheard->message, "%.*s",
                 clip(finding->message, strlen(finding->message), 200), finding->message);
    findings_add(overheard->findings, finding);
}

/* True if the plugin begins; otherwise `why` is filled in. */
static bool begin(struct comity *context, const struct plugin *plugin, char *why, size_t size)
{
    struct overheard overheard = {.findings = &context->findings};
    struct findings told = {.emit = overhear, .user = &overheard, .file = plugin->path};
    if (!plugin->descriptor.init || host_init(&plugin->descriptor, &told) == COMITY_OK)
        return true;
    snprintf(why, size, "its init() failed%s%s", overheard.message[0] ? ": " : "",
             overheard.message);
    return false;
}

static comity_status take_plugin(struct comity *context, struct plugin *plugin,
                                 const struct comity_plugin *theirs)
{
    const char *reason = check_descriptor(theirs);
    if (reason) {
        refuse(context, plugin, reason);
        return COMITY_OK;
    }
    take_struct(&plugin->descriptor, sizeof plugin->descriptor, theirs, theirs->struct_size);
    size_t before = context->format_count;
    char why[400];
    bool is_begun = begin(context, plugin, why, sizeof why);
    if (!is_begun)
        reason = why;
    for (size_t i = 0; !reason && theirs->formats[i]; i++) {
        comity_status status = take_format(context, plugin, theirs->formats[i], &reason);
        if (status == COMITY_E_NOMEM)
            return status;
    }
    if (reason) {
        context->format_count = before; /* all of a plugin or nothing */
        if (is_begun && plugin->descriptor.deinit)
            plugin->descriptor.deinit();
        refuse(context, plugin, reason);
        return COMITY_OK;
    }
    plugin->is_loaded = true;
    return COMITY_OK;
}

static struct plugin *new_plugin(struct comity *context, const char *path)
{
    struct plugin *plugin = arena_zalloc(&context->arena, sizeof *plugin);
    if (!plugin)
        return NULL;
    plugin->path = arena_copy(&context->arena, path, strlen(path));
    if (!plugin->path)
        return NULL;
    *(context->last_plugin ? &context->last_plugin->next : &context->plugins) = plugin;
    context->last_plugin = plugin;
    context->plugin_count++;
    return plugin;
}

/* --- files that may be loaded */

/* What holds for all files of one call. */
struct loading {
    struct comity *context;
    const struct load_choice *choice; /* or NULL: all there is */
    struct allow_list allowed;
    struct set_aside aside;
};

/* A file of a folder that is trusted. */
struct candidate {
    struct plugin *plugin;
    const struct trust_folder *folder;
    const char *name;
    char reason[TRUST_REASON]; /* why it is refused */
};

/* Why whoever asked does not want it, or NULL. */
static const char *skipped(const struct loading *loading, const char *path)
{
    const char *const *skip = loading->choice ? loading->choice->skipped : NULL;
    for (; skip && skip[0]; skip += 2)
        if (strcmp(skip[0], path) == 0)
            return skip[1];
    return NULL;
}

/* True where what was read is neither unlisted nor set aside. */
static bool is_wanted(const struct loading *loading, struct candidate *candidate,
                      const char *sha256)
{
    char real[2 * PATH_MAX];
    snprintf(real, sizeof real, "%s/%s", candidate->folder->path, candidate->name);
    return !allow_list_refuses(&loading->allowed, sha256, candidate->reason) &&
           !set_aside_refuses(&loading->aside, real, sha256, candidate->reason);
}

static comity_status load_object(const struct loading *loading, struct candidate *candidate)
{
    struct plugin *plugin = candidate->plugin;
    object_entry *entry = NULL;
    int fd = trust_open_file(candidate->folder, candidate->name, candidate->reason);
    int sealed =
        fd < 0 ? -1 : trust_seal(fd, candidate->name, plugin->sha256, candidate->reason);
    if (sealed >= 0 && is_wanted(loading, candidate, plugin->sha256))
        entry = object_load(sealed, plugin->sha256, candidate->reason);
    else if (sealed >= 0)
        close(sealed);
    if (fd >= 0)
        close(fd);
    if (entry)
        return take_plugin(loading->context, plugin, entry());
    refuse(loading->context, plugin, candidate->reason);
    return COMITY_OK;
}

/* The text of a template that the user named; NULL where it cannot be read, with ENOMEM where
 * memory is short. */
static char *read_file(int fd, size_t *size)
{
    char reason[TRUST_REASON];
    struct stat status;
    errno = 0;
    if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return NULL;
    return trust_read(fd, MAX_TEMPLATE_BYTES, size, reason);
}

static comity_status add_template(struct comity *context, const char *path, struct template *t,
                                  struct format **format)
{
    struct format made = {.kind = FORMAT_PLUGIN,
                          .id = t->id,
                          .title = t->title,
                          .syntax = t->syntax,
                          .t = t,
                          .path = arena_copy(&context->arena, path, strlen(path))};
    if (!made.path)
        return COMITY_E_NOMEM;
    return add_format(context, &made, format);
}

/* Adds the formats of a template's text: all of them, or none. */
static comity_status take_template(struct comity *context, const char *path, const char *text,
                                   size_t size, bool check, struct findings *findings,
                                   struct format **format)
{
    struct findings own = *findings;
    struct template *all[TEMPLATE_MAX_VARIANTS] = {NULL};
    size_t count = 1;
    comity_status status = COMITY_OK;
    own.file = path;
    *format = NULL;
    for (size_t i = 0; status == COMITY_OK && i < count; i++) {
        status = template_compile_variant(&context->arena, text, size, i, check, &own, &all[i]);
        count = all[0] ? all[0]->variants : 1;
    }
    for (size_t i = 0; status == COMITY_OK && i < count; i++)
        status = add_template(context, path, all[i], i ? NULL : format);
    memcpy(findings->counts, own.counts, sizeof own.counts);
    return status;
}

comity_status load_template(struct comity *context, const char *path, int fd, bool check,
                            struct findings *findings, struct format **format)
{
    size_t size;
    /* a pipe is no template, and not waited for */
    int opened = fd < 0 ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    char *text = read_file(fd < 0 ? opened : fd, &size);
    bool is_short = !text && errno == ENOMEM;
    if (opened >= 0)
        close(opened);
    *format = NULL;
    if (is_short)
        return COMITY_E_NOMEM;
    if (text) {
        comity_status status =
            take_template(context, path, text, size, check, findings, format);
        free(text);
        return status;
    }
    char message[400];
    snprintf(message, sizeof message, "the template %s cannot be read", path);
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = COMITY_ERROR,
                                     .code = "plugin.template",
                                     .message = message,
                                     .file = path};
    findings_add(findings, &finding);
    return COMITY_E_PLUGIN;
}

/* What is hashed is what is compiled. */
static comity_status load_template_plugin(const struct loading *loading,
                                          struct candidate *candidate)
{
    struct comity *context = loading->context;
    struct plugin *plugin = candidate->plugin;
    struct format *format = NULL;
    comity_status status = COMITY_OK;
    size_t size = 0, before = context->format_count;
    int fd = trust_open_file(candidate->folder, candidate->name, candidate->reason);
    errno = 0;
    char *text = fd < 0 ? NULL : trust_read(fd, MAX_TEMPLATE_BYTES, &size, candidate->reason);
    bool is_short = fd >= 0 && !text && errno == ENOMEM;
    if (fd >= 0)
        close(fd);
    if (text) {
        encoding_sha256(text, size, plugin->sha256);
        if (is_wanted(loading, candidate, plugin->sha256)) {
            snprintf(candidate->reason, TRUST_REASON,
                     "the template has faults, which stand above");
            status = take_template(context, plugin->path, text, size, false, &context->findings,
                                   &format);
        }
    }
    free(text);
    if (is_short || status == COMITY_E_NOMEM)
        return COMITY_E_NOMEM;
    if (!format) {
        refuse(context, plugin, candidate->reason);
        return COMITY_OK;
    }
    plugin->descriptor.id = format->id;
    plugin->descriptor.version = "template";
    plugin->is_loaded = true;
    for (size_t i = before; i < context->format_count; i++) /* all that it is a template of */
        context->formats[i]->plugin = plugin;
    return COMITY_OK;
}

/* Whether a file would be loaded, and what it holds. */
static comity_status look_at(const struct loading *loading, struct candidate *candidate)
{
    struct plugin *plugin = candidate->plugin;
    int fd = trust_open_file(candidate->folder, candidate->name, candidate->reason);
    bool is_read = fd >= 0 && trust_digest(fd, plugin->sha256, candidate->reason);
    if (fd >= 0)
        close(fd);
    if (!is_read || !is_wanted(loading, candidate, plugin->sha256))
        refuse(loading->context, plugin, candidate->reason);
    return COMITY_OK;
}

static int is_plugin_file(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot &&
           (strcmp(dot, ".so") == 0 || strcmp(dot, ".json") == 0);
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name); /* the same in every locale */
}

static comity_status load_file(const struct loading *loading, const char *path,
                               const struct trust_folder *folder, const char *name)
{
    struct candidate candidate = {.folder = folder, .name = name};
    candidate.plugin = new_plugin(loading->context, path);
    if (!candidate.plugin)
        return COMITY_E_NOMEM;
    const char *reason = skipped(loading, path);
    if (reason) {
        refuse(loading->context, candidate.plugin, reason);
        return COMITY_OK;
    }
    if (loading->choice && loading->choice->looks_only)
        return look_at(loading, &candidate);
    witness_at(WITNESS_LOADS, path);
    if (loading->choice && loading->choice->next)
        loading->choice->next(loading->choice->user, path);
    return strcmp(strrchr(name, '.'), ".so") == 0 ? load_object(loading, &candidate)
                                                  : load_template_plugin(loading, &candidate);
}

static comity_status load_trusted(const struct loading *loading, const char *path,
                                  const struct trust_folder *folder, struct dirent **entries,
                                  int count)
{
    const char *only = loading->choice ? loading->choice->only : NULL;
    comity_status status = COMITY_OK;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        char file[2 * PATH_MAX];
        bool is_asked = !only || strcmp(only, name) == 0;
        int size = snprintf(file, sizeof file, "%s/%s", path, name);
        if (status == COMITY_OK && is_asked && size > 0 && size < PATH_MAX)
            status = load_file(loading, file, folder, name);
        free(entries[i]);
    }
    return status;
}

static comity_status load_folder(const struct loading *loading, const char *path,
                                 bool must_exist)
{
    struct trust_folder folder;
    struct dirent **entries = NULL;
    char reason[TRUST_REASON];
    int count = -1;
    bool is_trusted = trust_open_folder(path, &folder, reason);
    if (!is_trusted && !must_exist && errno == ENOENT)
        return COMITY_OK;
    if (is_trusted) {
        count = scandirat(folder.fd, ".", &entries, is_plugin_file, by_bytes);
        snprintf(reason, sizeof reason, "%s", strerror(errno));
    }
    comity_status status = COMITY_OK;
    if (count >= 0) {
        status = load_trusted(loading, path, &folder, entries, count);
    } else {
        struct plugin *plugin = new_plugin(loading->context, path);
        if (plugin)
            refuse(loading->context, plugin, reason);
        status = plugin ? COMITY_OK : COMITY_E_NOMEM;
    }
    free(entries);
    trust_close_folder(&folder);
    return status;
}

static comity_status load_folders(const struct loading *loading,
                                  const struct comity_config *config)
{
    comity_status status = COMITY_OK;
    for (size_t i = 0; config->plugin_paths && config->plugin_paths[i] && status == COMITY_OK;
         i++)
        status = load_folder(loading, config->plugin_paths[i], true);
    if (config->no_default_paths || status != COMITY_OK)
        return status;
    const char *environment = secure_getenv("COMITY_PLUGIN_PATH");
    while (environment && *environment && status == COMITY_OK) {
        char folder[PATH_MAX];
        size_t len = strcspn(environment, ":");
        if (len && len < sizeof folder) {
            memcpy(folder, environment, len);
            folder[len] = '\0';
            status = load_folder(loading, folder, true);
        }
        environment += len + (environment[len] == ':');
    }
    return status == COMITY_OK ? load_folder(loading, COMITY_PLUGIN_DIR, false) : status;
}

comity_status load_plugins(struct comity *context, const struct comity_config *config,
                           const struct load_choice *choice)
{
    struct loading loading = {.context = context, .choice = choice};
    const char *list =
        COMITY_HAS(comity_config, config, allow_list) ? config->allow_list : NULL;
    comity_status status = allow_list_read(&context->arena, list, &loading.allowed);
    if (status == COMITY_OK)
        status = set_aside_read(&loading.aside);
    if (status == COMITY_OK)
        status = load_folders(&loading, config);
    set_aside_free(&loading.aside);
    return status;
}
