/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finds and loads plugins (libdl) and templates.  A refusal keeps its reason and disturbs
 * nobody.  Knows nothing of conversion. */
#include "base/witness.h"
#include "runtime/context.h"

#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef COMITY_PLUGIN_DIR
#define COMITY_PLUGIN_DIR "/usr/local/lib/comity/plugins/1"
#endif

#define MAX_TEMPLATE_BYTES (4u << 20)

typedef const struct comity_plugin *plugin_entry(void);

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
    if (!format->syntax ||
        (!is_text && strcmp(format->syntax, "json") != 0 && strcmp(format->syntax, "xml") != 0))
        return "a format's syntax is none of json, xml and text";
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
    format.syntax = strcmp(format.described.syntax, "xml") == 0    ? SYNTAX_XML
                    : strcmp(format.described.syntax, "text") == 0 ? SYNTAX_TEXT
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
    bool is_begun = !plugin->descriptor.init ||
                    host_init(&plugin->descriptor, &context->findings) == COMITY_OK;
    if (!is_begun)
        reason = "its init() failed";
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

/* Why a file or folder is not to be trusted, or NULL. */
static const char *distrust(const char *path, bool folder)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return strerror(errno);
    if (S_ISLNK(status.st_mode))
        return "it is a link";
    if (folder ? !S_ISDIR(status.st_mode) : !S_ISREG(status.st_mode))
        return folder ? "it is no folder" : "it is no regular file";
    if (status.st_mode & S_IWOTH)
        return "everybody may write to it";
    return NULL;
}

/* Why an object file cannot be mapped whole, or NULL.  The system's loader maps what the
 * headers promise, and a file that was cut short then ends the program with SIGBUS. */
static const char *incomplete(const char *path)
{
    static const char cut[] = "the file is cut short or is no shared object";
    ElfW(Ehdr) head;
    ElfW(Phdr) part;
    struct stat status;
    const char *reason = cut;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return strerror(errno);
    if (fstat(fd, &status) == 0 && pread(fd, &head, sizeof head, 0) == (ssize_t)sizeof head &&
        memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 && head.e_phentsize == sizeof part)
        reason = NULL;
    for (size_t i = 0; !reason && i < head.e_phnum; i++) {
        off_t at = (off_t)(head.e_phoff + i * sizeof part);
        uint64_t size = (uint64_t)status.st_size;
        if (pread(fd, &part, sizeof part, at) != (ssize_t)sizeof part ||
            (part.p_type == PT_LOAD &&
             (part.p_offset > size || part.p_filesz > size - part.p_offset)))
            reason = cut;
    }
    close(fd);
    return reason;
}

static comity_status load_object(struct comity *context, const char *path)
{
    struct plugin *plugin = new_plugin(context, path);
    if (!plugin)
        return COMITY_E_NOMEM;
    const char *reason = distrust(path, false);
    if (!reason)
        reason = incomplete(path);
    if (reason) {
        refuse(context, plugin, reason);
        return COMITY_OK;
    }
    /* Never closed: a plugin may leave thread-locals or exit handlers behind. */
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle) {
        const char *error = dlerror();
        refuse(context, plugin, error ? error : "it cannot be loaded");
        return COMITY_OK;
    }
    plugin_entry *entry = NULL;
    void *symbol = dlsym(handle, "comity_plugin_v1");
    memcpy(&entry, &symbol, sizeof entry);
    if (!entry) {
        refuse(context, plugin,
               "it has no symbol comity_plugin_v1: no plugin, or of another ABI version");
        return COMITY_OK;
    }
    return take_plugin(context, plugin, entry());
}

/* The text of a file; NULL where it cannot be read, with ENOMEM where memory is short. */
static char *read_file(const char *path, size_t *size)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    char *text = NULL;
    errno = 0;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_size <= (off_t)MAX_TEMPLATE_BYTES)
        text = malloc((size_t)status.st_size + 1);
    int error = errno;
    *size = 0;
    while (text && *size < (size_t)status.st_size) {
        ssize_t got = read(fd, text + *size, (size_t)status.st_size - *size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        *size += (size_t)got;
    }
    close(fd);
    errno = error;
    return text;
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

comity_status load_template(struct comity *context, const char *path, bool check,
                            struct findings *findings, struct format **format)
{
    struct findings own = *findings;
    size_t size;
    char *text = read_file(path, &size);
    own.file = path;
    *format = NULL;
    if (!text && errno == ENOMEM)
        return COMITY_E_NOMEM;
    if (!text) {
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
    /* All of its formats, or none. */
    struct template *all[TEMPLATE_MAX_VARIANTS] = {NULL};
    size_t count = 1;
    comity_status status = COMITY_OK;
    for (size_t i = 0; status == COMITY_OK && i < count; i++) {
        status = template_compile_variant(&context->arena, text, size, i, check, &own, &all[i]);
        count = all[0] ? all[0]->variants : 1;
    }
    for (size_t i = 0; status == COMITY_OK && i < count; i++)
        status = add_template(context, path, all[i], i ? NULL : format);
    free(text);

    memcpy(findings->counts, own.counts, sizeof own.counts);
    return status;
}

static comity_status load_template_plugin(struct comity *context, const char *path)
{
    struct format *format = NULL;
    struct plugin *plugin = new_plugin(context, path);
    if (!plugin)
        return COMITY_E_NOMEM;
    const char *reason = distrust(path, false);
    comity_status status =
        reason ? COMITY_E_PLUGIN
               : load_template(context, path, false, &context->findings, &format);
    if (status == COMITY_E_NOMEM)
        return status;
    if (!format) {
        refuse(context, plugin, reason ? reason : "the template has faults, which stand above");
        return COMITY_OK;
    }
    plugin->descriptor.id = format->id;
    plugin->descriptor.version = "template";
    plugin->is_loaded = true;
    format->plugin = plugin;
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

static comity_status load_folder(struct comity *context, const char *folder, bool must_exist)
{
    struct dirent **entries = NULL;
    comity_status status = COMITY_OK;
    errno = 0;
    const char *reason = distrust(folder, true);
    int count = reason ? -1 : scandir(folder, &entries, is_plugin_file, by_bytes);
    if (count < 0) {
        if (!must_exist && errno == ENOENT)
            return COMITY_OK;
        struct plugin *plugin = new_plugin(context, folder);
        if (plugin)
            refuse(context, plugin, reason ? reason : strerror(errno));
        return plugin ? COMITY_OK : COMITY_E_NOMEM;
    }
    for (int i = 0; i < count; i++) {
        char path[4096];
        int size = snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        bool object = strcmp(strrchr(entries[i]->d_name, '.'), ".so") == 0;
        witness_at(WITNESS_LOADS, path);
        if (status == COMITY_OK && size > 0 && (size_t)size < sizeof path)
            status = object ? load_object(context, path) : load_template_plugin(context, path);
        free(entries[i]);
    }
    free(entries);
    return status;
}

comity_status load_plugins(struct comity *context, const struct comity_config *config)
{
    comity_status status = COMITY_OK;
    for (size_t i = 0; config->plugin_paths && config->plugin_paths[i] && status == COMITY_OK;
         i++)
        status = load_folder(context, config->plugin_paths[i], true);
    if (config->no_default_paths || status != COMITY_OK)
        return status;
    const char *environment = secure_getenv("COMITY_PLUGIN_PATH");
    while (environment && *environment && status == COMITY_OK) {
        char folder[4096];
        size_t len = strcspn(environment, ":");
        if (len && len < sizeof folder) {
            memcpy(folder, environment, len);
            folder[len] = '\0';
            status = load_folder(context, folder, true);
        }
        environment += len + (environment[len] == ':');
    }
    return status == COMITY_OK ? load_folder(context, COMITY_PLUGIN_DIR, false) : status;
}
