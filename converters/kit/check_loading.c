/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Checks of the file and of what it says of itself. */
#include "kit/checker.h"

#include "model/fields.h"
#include "runtime/context.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void try_load(struct subject *subject)
{
    struct surroundings before;
    look_around(&before);
    open_alone(subject);
    compare_surroundings(subject, &before, "while it was loaded");
    comity_close(subject->alone);
    subject->alone = NULL;
    subject->format_count = 0;
    open_alone(subject); /* a host may be made again in one process */
    compare_surroundings(subject, &before, "while it was loaded again");
}

/* --- exports */

struct object {
    const char *bytes;
    size_t size;
};

static const void *at(const struct object *object, uint64_t offset, uint64_t size)
{
    return offset <= object->size && size <= object->size - offset ? object->bytes + offset
                                                                   : NULL;
}

static void check_symbol(struct subject *subject, const char *name)
{
    if (strcmp(name, "comity_plugin_v1") != 0 && strcmp(name, "_init") != 0 &&
        strcmp(name, "_fini") != 0)
        fault(subject,
              "it exports '%s': a plugin exports comity_plugin_v1 alone "
              "(-fvisibility=hidden and comity-plugin.map keep the rest inside)",
              name);
}

static void check_symbols(struct subject *subject, const struct object *object,
                          const ElfW(Shdr) * table, const ElfW(Shdr) * names)
{
    const ElfW(Sym) *symbols = at(object, table->sh_offset, table->sh_size);
    const char *strings = at(object, names->sh_offset, names->sh_size);
    if (!symbols || !strings || !names->sh_size || strings[names->sh_size - 1] != '\0') {
        fault(subject, "its table of symbols is cut short");
        return;
    }
    for (size_t i = 0; i < table->sh_size / sizeof *symbols; i++) {
        unsigned bind = symbols[i].st_info >> 4;
        if (symbols[i].st_shndx != SHN_UNDEF && bind != STB_LOCAL &&
            symbols[i].st_name < names->sh_size)
            check_symbol(subject, strings + symbols[i].st_name);
    }
}

void try_exports(struct subject *subject)
{
    struct stat status;
    int fd = open(subject->shown, O_RDONLY | O_CLOEXEC);
    struct object object = {NULL, 0};
    if (fd >= 0 && fstat(fd, &status) == 0 && status.st_size > 0) {
        void *map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        object.bytes = map == MAP_FAILED ? NULL : map;
        object.size = object.bytes ? (size_t)status.st_size : 0;
    }
    const ElfW(Ehdr) *head = at(&object, 0, sizeof *head);
    if (!head || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0) {
        fault(subject, "it is no shared object");
        finish(subject);
    }
    const ElfW(Shdr) *sections =
        at(&object, head->e_shoff, (uint64_t)head->e_shnum * sizeof *sections);
    bool is_found = false;
    for (size_t i = 0; sections && i < head->e_shnum; i++) {
        if (sections[i].sh_type != SHT_DYNSYM || sections[i].sh_link >= head->e_shnum)
            continue;
        is_found = true;
        check_symbols(subject, &object, &sections[i], &sections[sections[i].sh_link]);
    }
    if (!is_found)
        fault(subject, "it has no table of dynamic symbols");
}

/* --- descriptor */

static bool is_word(const char *text)
{
    size_t len = text ? strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") : 0;
    return len && !text[len] && text[0] != '-' && text[len - 1] != '-';
}

static bool is_kind(const char *kind)
{
    return code_find(fields[F_document_kind].ref, kind, strlen(kind)) != NULL;
}

static void check_described(struct subject *subject, const struct comity_format *format)
{
    if (!is_word(format->id))
        fault(subject,
              "the format's id '%s' is not made of small letters, digits and hyphens alone",
              format->id ? format->id : "");
    for (size_t i = 0; format->kinds && format->kinds[i]; i++)
        if (!is_kind(format->kinds[i]))
            fault(subject, "%s: '%s' is no kind of request", format->id, format->kinds[i]);
    if (!format->kinds && !format->template_text)
        remark(subject, "%s does not say which kinds of request it carries", format->id);
    for (const struct comity_option *option = format->options; option && option->name; option++)
        if (!option->help || !*option->help)
            fault(subject, "%s: its option '%s' has no help", format->id, option->name);
}

void try_descriptor(struct subject *subject)
{
    typedef const struct comity_plugin *entry_function(void);
    entry_function *entry = NULL;
    void *handle = dlopen(subject->shown, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    void *symbol = handle ? dlsym(handle, "comity_plugin_v1") : NULL;
    memcpy(&entry, &symbol, sizeof entry);
    const struct comity_plugin *plugin = entry ? entry() : NULL;
    if (!plugin) {
        fault(subject, "it gives no descriptor");
        finish(subject);
    }
    if (plugin != entry())
        fault(subject, "comity_plugin_v1() does not return the same descriptor each time");
    if (plugin->abi_minor > COMITY_ABI_MINOR)
        remark(subject, "it was built for ABI 1.%u; this host has 1.%u", plugin->abi_minor,
               COMITY_ABI_MINOR);
    if (!is_word(plugin->id))
        fault(subject, "its id is not made of small letters, digits and hyphens alone");
    if (!COMITY_HAS(comity_plugin, plugin, vendor) || !*plugin->vendor)
        fault(subject, "it names no vendor: who answers for it");
    if (!COMITY_HAS(comity_plugin, plugin, license) || !*plugin->license)
        fault(subject, "it names no license");
    for (size_t i = 0; plugin->formats && plugin->formats[i]; i++)
        check_described(subject, plugin->formats[i]);
}

/* --- template */

static void tell_fault_of_template(void *user, const struct comity_finding *finding)
{
    (finding->severity == COMITY_ERROR ? fault : remark)(user, "line %llu: %s [%s]",
                                                         (unsigned long long)finding->line,
                                                         finding->message, finding->code);
}

void try_template(struct subject *subject)
{
    struct comity *context = NULL;
    struct comity_config config = COMITY_CONFIG_INIT;
    struct findings findings = {.emit = tell_fault_of_template, .user = subject};
    struct format *format = NULL;
    config.no_default_paths = 1;
    if (comity_open(&config, &context) != COMITY_OK ||
        load_template(context, subject->shown, -1, true, &findings, &format) != COMITY_OK)
        fault(subject, "it cannot be used as a template");
}
