/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The context and its registry of formats: the built-in ones and those of plugins.  The first
 * format of an id wins; later ones are listed as shadowed. */
#include "io/charset.h"
#include "runtime/context.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_BYTES 4000000000u

/* Every form can be had in another encoding, and in each of its languages. */
static const struct comity_option form_options[] = {
    {"charset", "text", "",
     "encoding, as windows-1251; found out where none is given, and "
     "UTF-8 for writing"},
    {"language", "text", "", "language of the labels that are written, as es"},
    {NULL, NULL, NULL, NULL}};

/* Tables and lines are read in any encoding, and written in UTF-8. */
static const struct comity_option text_options[] = {
    {"charset", "text", "",
     "encoding of what is read, as windows-1252; UTF-8 where none is given"},
    {NULL, NULL, NULL, NULL}};

const char *comity_version(void)
{
    return PACKAGE_VERSION;
}

comity_status add_format(struct comity *context, const struct format *format,
                         struct format **result)
{
    if (context->format_count == context->format_room) {
        size_t room = context->format_room ? 2 * context->format_room : 16;
        struct format **more = realloc(context->formats, room * sizeof *more);
        if (!more)
            return COMITY_E_NOMEM;
        context->formats = more;
        context->format_room = room;
    }
    struct format *added = arena_alloc(&context->arena, sizeof *added);
    if (!added)
        return COMITY_E_NOMEM;
    *added = *format;
    if (added->t && added->t->form && !added->described.options)
        added->described.options = form_options;
    else if (added->t && !added->described.options)
        added->described.options = added->t->options;
    bool is_text = added->syntax == SYNTAX_CSV || added->syntax == SYNTAX_LINES;
    if (is_text && !added->described.options)
        added->described.options = text_options;

    for (size_t i = 0; i < context->format_count; i++)
        if (strcmp(context->formats[i]->id, format->id) == 0)
            added->is_shadowed = true;
    if (added->t && !added->kinds) {
        const char **kinds =
            arena_zalloc(&context->arena, (added->t->kind_count + 1) * sizeof *kinds);
        if (!kinds)
            return COMITY_E_NOMEM;
        size_t count = 0;
        for (size_t i = 0; i < added->t->kind_count; i++) {
            size_t k = 0; /* several rules may tell the same kind */
            while (k < count && strcmp(kinds[k], added->t->kinds[i].kind) != 0)
                k++;
            if (k == count)
                kinds[count++] = added->t->kinds[i].kind;
        }
        added->kinds = kinds;
    }
    char maker[200];
    snprintf(maker, sizeof maker, "%s %s",
             added->plugin ? added->plugin->descriptor.id : added->id,
             added->plugin ? added->plugin->descriptor.version : "template");
    added->maker = arena_copy(&context->arena, maker, strlen(maker));
    if (!added->maker)
        return COMITY_E_NOMEM;
    context->formats[context->format_count++] = added;
    if (result)
        *result = added;
    return COMITY_OK;
}

comity_status comity_open(const struct comity_config *config, struct comity **opened)
{
    return open_context(config, NULL, opened);
}

comity_status open_context(const struct comity_config *config, const struct load_choice *choice,
                           struct comity **opened)
{
    static const struct format built_in[] = {
        {.id = "convention-json",
         .title = "Canonical convention schema, JSON",
         .kind = FORMAT_CONVENTION_JSON,
         .syntax = SYNTAX_JSON},
        {.id = "convention-xml",
         .title = "Canonical convention schema, XML",
         .kind = FORMAT_CONVENTION_XML,
         .syntax = SYNTAX_XML},
        {.id = "letter-html",
         .title = "Letter as a person reads it, one file of HTML (written only)",
         .kind = FORMAT_LETTER_HTML,
         .syntax = SYNTAX_TEXT},
        {.id = "letter-text",
         .title = "Letter as a person reads it, plain text (written only)",
         .kind = FORMAT_LETTER_TEXT,
         .syntax = SYNTAX_TEXT},
    };
    *opened = NULL;
    struct comity *context = calloc(1, sizeof *context);
    if (!context)
        return COMITY_E_NOMEM;
    arena_init(&context->arena, 0);
    context->limits = (struct limits)LIMITS_INIT;
    if (config->max_bytes) /* offsets inside a document have 32 bits */
        context->limits.bytes = config->max_bytes < MAX_BYTES ? config->max_bytes : MAX_BYTES;
    if (config->max_depth)
        context->limits.depth = config->max_depth;
    if (config->max_members)
        context->limits.members = config->max_members;
    context->findings.emit = config->finding;
    context->findings.user = config->user;
    comity_status status = COMITY_OK;
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in && status == COMITY_OK; i++)
        status = add_format(context, &built_in[i], NULL);
    if (status == COMITY_OK)
        status = terminology_load(context, config);
    if (status == COMITY_OK)
        status = load_plugins(context, config, choice);
    if (status != COMITY_OK) {
        comity_close(context);
        return status;
    }
    *opened = context;
    return COMITY_OK;
}

void comity_close(struct comity *context)
{
    if (!context)
        return;
    for (struct plugin *plugin = context->plugins; plugin; plugin = plugin->next)
        if (plugin->is_loaded && plugin->descriptor.deinit)
            plugin->descriptor.deinit();
    xml_spare_free(&context->spare);
    for (struct held_template *held = context->held; held; held = held->next)
        buffer_free(&held->findings);
    free(context->formats);
    arena_free(&context->arena);
    free(context);
}

bool is_letter(const struct format *format)
{
    return format->kind == FORMAT_LETTER_TEXT || format->kind == FORMAT_LETTER_HTML;
}

bool format_can_read(const struct format *format)
{
    if (is_letter(format))
        return false;
    return format->kind != FORMAT_PLUGIN || format->t || format->described.reader;
}

bool format_can_write(const struct format *format)
{
    return format->kind != FORMAT_PLUGIN || format->t || format->described.writer;
}

bool is_template_path(const char *spec)
{
    size_t len = strlen(spec);
    return strchr(spec, '/') || (len > 5 && strcmp(spec + len - 5, ".json") == 0);
}

/* One "name=value" of a format's options; false at their end. */
static bool next_option(const char **text, const char **name, size_t *name_len,
                        const char **value, size_t *value_len)
{
    size_t len = strcspn(*text, ",");
    const char *equals = memchr(*text, '=', len);
    *name = *text;
    *name_len = equals ? (size_t)(equals - *text) : len;
    *value = equals ? equals + 1 : *text + len;
    *value_len = equals ? len - *name_len - 1 : 0;
    *text += len + ((*text)[len] == ',');
    return len > 0;
}

static bool options_known(const struct format *format, const char *text)
{
    const char *name, *value;
    size_t name_len, value_len;
    bool any = false;
    while (next_option(&text, &name, &name_len, &value, &value_len)) {
        const struct comity_option *option = format->described.options;
        while (option && option->name &&
               (strlen(option->name) != name_len || memcmp(option->name, name, name_len) != 0))
            option++;
        if (!option || !option->name)
            return false;
        any = true;
    }
    return any;
}

const char *format_option(const struct format *format, const char *spec, const char *wanted,
                          size_t *len)
{
    const char *name, *value;
    size_t name_len;
    const char *text = spec ? strchr(spec, ':') : NULL;
    text = text ? text + 1 : "";
    while (next_option(&text, &name, &name_len, &value, len))
        if (strlen(wanted) == name_len && memcmp(wanted, name, name_len) == 0)
            return value;
    for (const struct comity_option *o = format->described.options; o && o->name; o++)
        if (strcmp(o->name, wanted) == 0) {
            *len = o->fallback ? strlen(o->fallback) : 0;
            return o->fallback;
        }
    return NULL;
}

/* Reports that an option has a value that it cannot have. */
static comity_status bad_option(const struct format *format, const char *name,
                                const char *value, size_t len, const char *expected,
                                struct findings *findings)
{
    char message[400];
    snprintf(message, sizeof message, "%s takes no %s '%.*s'; expected %s", format->id, name,
             (int)(len > 60 ? 60 : len), value, expected);
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = COMITY_ERROR,
                                     .code = "plugin.bad-option",
                                     .message = message,
                                     .format = format->id,
                                     .hint = "comity formats ID lists a format's options"};
    findings_add(findings, &finding);
    return COMITY_E_USAGE;
}

comity_status format_charset(const struct format *format, const char *spec,
                             struct findings *findings, const char **charset)
{
    size_t len;
    bool is_text =
        (format->t && format->t->form) || format->described.options == text_options;
    const char *name = is_text ? format_option(format, spec, "charset", &len) : NULL;
    *charset = NULL;
    if (!name || !len)
        return COMITY_OK;
    *charset = charset_canonical(name, len);
    return *charset ? COMITY_OK
                    : bad_option(format, "charset", name, len,
                                 "an encoding such as UTF-8, UTF-16, windows-1251 or GB18030",
                                 findings);
}

comity_status format_check_written(const struct format *format, const char *spec,
                             struct findings *findings)
{
    const char *charset = NULL;
    comity_status status = format_charset(format, spec, findings, &charset);
    if (status != COMITY_OK || !charset || strcmp(charset, "UTF-8") == 0)
        return status;
    return bad_option(format, "charset", charset, strlen(charset), "UTF-8 where it is written",
                      findings);
}

comity_status format_language(const struct format *format, const char *spec,
                              struct findings *findings, const char **language)
{
    size_t len;
    const char *name = format_option(format, spec, "language", &len);
    const struct text_form *form = format->t->form;
    *language = NULL;
    if (!name || !len)
        return COMITY_OK;
    for (size_t i = 0; i < form->language_count && !*language; i++)
        if (strlen(form->languages[i]) == len && memcmp(form->languages[i], name, len) == 0)
            *language = form->languages[i];
    return *language ? COMITY_OK
                     : bad_option(format, "language", name, len,
                                  "one of the languages of the form's labels", findings);
}

comity_status format_choose(const struct format *format, const char *spec,
                            struct findings *findings, struct template_writer *writer)
{
    const struct comity_option *options = format->t->options;
    for (size_t i = 0; i < format->t->option_count; i++) {
        size_t len = 0;
        const char *text = format_option(format, spec, options[i].name, &len);
        if (text != options[i].fallback && !template_choose(writer, i, text, len))
            return bad_option(format, options[i].name, text, len, options[i].help, findings);
    }
    return COMITY_OK;
}

/* How many letters of an id stand in a file's name, as far as it can be told: all or none. */
static size_t likeness(const char *path, const char *id, size_t len)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    size_t name_len = dot ? (size_t)(dot - name) : strlen(name);
    if (len && memmem(name, name_len, id, len))
        return len;
    return name_len && memmem(id, len, name, name_len) ? name_len : 0;
}

/* The refused file that could have known a format: one of its name, else the first. */
static bool tell_refused(const struct comity *context, const char *id, size_t len, char *hint,
                         size_t size)
{
    const struct plugin *found = NULL;
    size_t best = 0;
    for (const struct plugin *plugin = context->plugins; plugin; plugin = plugin->next) {
        size_t like = plugin->is_loaded ? 0 : likeness(plugin->path, id, len);
        if (plugin->is_loaded || (found && like <= best))
            continue;
        found = plugin;
        best = like;
    }
    if (!found || !found->reason)
        return false;
    snprintf(hint, size, "%.250s, which could know it, was not loaded: %.350s", found->path,
             found->reason);
    return true;
}

struct format *find_format(struct comity *context, const char *spec, struct findings *findings)
{
    struct format *format = NULL;
    if (is_template_path(spec)) {
        const struct held_template *held = tell_held(context, spec, findings);
        if (held && held->is_missing)
            return NULL;
        for (size_t i = 0; i < context->format_count; i++)
            if (context->formats[i]->path && strcmp(context->formats[i]->path, spec) == 0)
                return context->formats[i];
        comity_status status = load_template(context, spec, -1, false, findings, &format);
        return status == COMITY_OK ? format : NULL;
    }
    size_t len = strcspn(spec, ":");
    for (size_t i = 0; i < context->format_count; i++) {
        format = context->formats[i];
        if (strlen(format->id) == len && memcmp(format->id, spec, len) == 0)
            break;
        format = NULL;
    }
    char message[400], refused[700];
    const char *code = NULL, *hint = NULL;
    if (!format) {
        code = "plugin.unknown-format";
        hint = "comity formats lists the formats; comity plugins says what was not loaded";
        if (tell_refused(context, spec, len, refused, sizeof refused))
            hint = refused;
        snprintf(message, sizeof message, "there is no format '%.*s'",
                 (int)(len > 100 ? 100 : len), spec);
    } else if (spec[len] == ':' && !options_known(format, spec + len + 1)) {
        code = "plugin.unknown-option";
        hint = "comity formats ID lists a format's options";
        snprintf(message, sizeof message, "%s takes no option '%.100s'", format->id,
                 spec + len + 1);
    }
    if (!code)
        return format;
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = COMITY_ERROR,
                                     .code = code,
                                     .message = message,
                                     .hint = hint};
    findings_add(findings, &finding);
    return NULL;
}

const char *syntax_name(const struct format *format)
{
    return format->kind == FORMAT_LETTER_HTML ? "html"
           : format->syntax == SYNTAX_XML     ? "xml"
           : format->syntax == SYNTAX_TEXT    ? "text"
           : format->syntax == SYNTAX_CSV     ? "csv"
           : format->syntax == SYNTAX_LINES   ? "lines"
                                              : "json";
}

const char *format_syntax(const struct comity *context, const char *spec)
{
    struct comity_format_info info;
    size_t id = spec ? strcspn(spec, ":") : 0;
    for (size_t i = 0; context && spec && comity_format_at(context, i, &info) == COMITY_OK; i++)
        if (strlen(info.id) == id && strncmp(info.id, spec, id) == 0)
            return info.syntax;
    return NULL;
}

const char *syntax_suffix(const char *syntax)
{
    if (!syntax)
        return "json";
    return strcmp(syntax, "text") == 0 || strcmp(syntax, "lines") == 0 ? "txt" : syntax;
}

size_t comity_format_count(const struct comity *context)
{
    return context->format_count;
}

comity_status comity_format_at(const struct comity *context, size_t index,
                               struct comity_format_info *info)
{
    if (index >= context->format_count)
        return COMITY_END;
    const struct format *format = context->formats[index];
    *info = (struct comity_format_info){
        .struct_size = sizeof *info,
        .can_read = format_can_read(format),
        .can_write = format_can_write(format),
        .is_shadowed = format->is_shadowed,
        .id = format->id,
        .title = format->title,
        .syntax = syntax_name(format),
        .plugin = format->plugin ? format->plugin->descriptor.id : NULL,
        .plugin_version = format->plugin ? format->plugin->descriptor.version : NULL,
        .plugin_path = format->plugin ? format->plugin->path : NULL,
        .kinds = format->kinds};
    return COMITY_OK;
}

comity_status comity_format_table(struct comity *context, const char *id,
                                  comity_write_fn *write, void *user)
{
    struct findings findings = context->findings;
    struct format *format = find_format(context, id, &findings);
    if (!format)
        return missing_format(context, id);
    struct buffer text;
    buffer_init(&text, 0);
    if (format->t)
        template_table(format->t, &text);
    else
        buffer_format(&text, "%s: %s\n%s\n", format->id, format->title,
                      format->kind == FORMAT_PLUGIN
                          ? "This format is read and written by code and has no mapping table."
                      : is_letter(format)
                          ? "A letter for persons to read: every value of the record, in the "
                            "convention's order. It is written, and never read."
                          : "This is the canonical schema itself: docs/schema/fields.md lists "
                            "its fields.");
    for (const struct comity_option *o = format->described.options; o && o->name; o++)
        buffer_format(&text, "option %s=%s (%s): %s\n", o->name, o->fallback ? o->fallback : "",
                      o->type ? o->type : "text", o->help ? o->help : "");
    comity_status status = buffer_status(&text);
    if (status == COMITY_OK && write(user, text.bytes, text.size) != 0)
        status = COMITY_E_IO;
    buffer_free(&text);
    return status;
}

size_t comity_plugin_count(const struct comity *context)
{
    return context->plugin_count;
}

comity_status comity_plugin_at(const struct comity *context, size_t index,
                               struct comity_plugin_info *info)
{
    const struct plugin *plugin = context->plugins;
    while (plugin && index-- > 0)
        plugin = plugin->next;
    if (!plugin)
        return COMITY_END;
    *info = (struct comity_plugin_info){.struct_size = sizeof *info,
                                        .is_loaded = plugin->is_loaded,
                                        .path = plugin->path,
                                        .id = plugin->descriptor.id,
                                        .version = plugin->descriptor.version,
                                        .vendor = plugin->descriptor.vendor,
                                        .license = plugin->descriptor.license,
                                        .reason = plugin->reason};
    return COMITY_OK;
}
