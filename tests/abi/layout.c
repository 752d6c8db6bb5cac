/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Prints the place of every field of the plugin ABI, for layout-1.txt, and asserts that no
 * struct has padding at its end: what is appended must begin where the old size ended. */
#include <comity/plugin.h>

#include <stdio.h>

#define FIELD(tag, field) printf("%s.%s %zu\n", #tag, #field, offsetof(struct tag, field))
#define STRUCT(tag) printf("%s sizeof %zu\n", #tag, sizeof(struct tag))
#define NO_PADDING(tag, last)                                                        \
    _Static_assert(sizeof(struct tag) ==                                             \
                       offsetof(struct tag, last) + sizeof(((struct tag *)0)->last), \
                   #tag " has padding at its end")
#define WHOLE_WORDS(tag) \
    _Static_assert(sizeof(struct tag) % 8 == 0, #tag " is no multiple of 8")

NO_PADDING(comity_diag, node);
NO_PADDING(comity_host, write);
NO_PADDING(comity_option, help);
NO_PADDING(comity_column, width);
NO_PADDING(comity_line, columns);
NO_PADDING(comity_reader, read);
NO_PADDING(comity_writer, write);
NO_PADDING(comity_format, lines);
NO_PADDING(comity_plugin, extension);
#if UINTPTR_MAX > 0xffffffff
WHOLE_WORDS(comity_diag);
WHOLE_WORDS(comity_host);
WHOLE_WORDS(comity_option);
WHOLE_WORDS(comity_column);
WHOLE_WORDS(comity_line);
WHOLE_WORDS(comity_reader);
WHOLE_WORDS(comity_writer);
WHOLE_WORDS(comity_format);
WHOLE_WORDS(comity_plugin);
#endif

int main(void)
{
    printf("pointer sizeof %zu\n", sizeof(void *));
    STRUCT(comity_diag);
    FIELD(comity_diag, struct_size);
    FIELD(comity_diag, severity);
    FIELD(comity_diag, code);
    FIELD(comity_diag, message);
    FIELD(comity_diag, hint);
    FIELD(comity_diag, field);
    FIELD(comity_diag, node);
    STRUCT(comity_host);
    FIELD(comity_host, struct_size);
    FIELD(comity_host, abi_minor);
    FIELD(comity_host, name);
    FIELD(comity_host, version);
    FIELD(comity_host, extension);
    FIELD(comity_host, report);
    FIELD(comity_host, alloc);
    FIELD(comity_host, option);
    FIELD(comity_host, node_kind);
    FIELD(comity_host, node_name);
    FIELD(comity_host, node_text);
    FIELD(comity_host, node_first);
    FIELD(comity_host, node_next);
    FIELD(comity_host, node_find);
    FIELD(comity_host, put);
    FIELD(comity_host, keep);
    FIELD(comity_host, count);
    FIELD(comity_host, get);
    FIELD(comity_host, write);
    STRUCT(comity_option);
    FIELD(comity_option, name);
    FIELD(comity_option, type);
    FIELD(comity_option, fallback);
    FIELD(comity_option, help);

    STRUCT(comity_column);
    FIELD(comity_column, name);
    FIELD(comity_column, at);
    FIELD(comity_column, width);

    STRUCT(comity_line);
    FIELD(comity_line, name);
    FIELD(comity_line, mark);
    FIELD(comity_line, mark_at);
    FIELD(comity_line, reserved);
    FIELD(comity_line, columns);
    STRUCT(comity_reader);
    FIELD(comity_reader, struct_size);
    FIELD(comity_reader, reserved);
    FIELD(comity_reader, read);
    STRUCT(comity_writer);
    FIELD(comity_writer, struct_size);
    FIELD(comity_writer, reserved);
    FIELD(comity_writer, write);
    STRUCT(comity_format);
    FIELD(comity_format, struct_size);
    FIELD(comity_format, reserved);
    FIELD(comity_format, id);
    FIELD(comity_format, title);
    FIELD(comity_format, syntax);
    FIELD(comity_format, media_types);
    FIELD(comity_format, suffixes);
    FIELD(comity_format, kinds);
    FIELD(comity_format, options);
    FIELD(comity_format, probe);
    FIELD(comity_format, template_text);
    FIELD(comity_format, template_len);
    FIELD(comity_format, reader);
    FIELD(comity_format, writer);
    FIELD(comity_format, voice);
    FIELD(comity_format, lines);
    STRUCT(comity_plugin);
    FIELD(comity_plugin, struct_size);
    FIELD(comity_plugin, abi_minor);
    FIELD(comity_plugin, id);
    FIELD(comity_plugin, version);
    FIELD(comity_plugin, vendor);
    FIELD(comity_plugin, license);
    FIELD(comity_plugin, formats);
    FIELD(comity_plugin, init);
    FIELD(comity_plugin, deinit);
    FIELD(comity_plugin, extension);
    return 0;
}
