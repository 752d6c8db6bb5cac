/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin whose structs end as early as they may: the descriptor before init(), the
 * format after its template.  There is nothing behind them to read. */
#include <comity/plugin.h>

static const char text[] =
    "{\"comity_template\":1,\"id\":\"mock-short\",\"title\":\"mock-short\",\"source\":\"none\","
    "\"syntax\":\"json\",\"kinds\":[\"provisional-arrest\"],"
    "\"detect\":{\"all\":[\"short\"],\"score\":70},"
    "\"rows\":[{\"at\":\"short\",\"field\":\"id\"}]}";

struct short_format {
    uint32_t struct_size, reserved;
    const char *id, *title, *syntax;
    const char *const *lists[3];
    const struct comity_option *options;
    int32_t (*probe)(const uint8_t *head, size_t size);
    const char *template_text;
    size_t template_len;
};
struct short_plugin {
    uint32_t struct_size, abi_minor;
    const char *id, *version, *vendor, *license;
    const struct comity_format *const *formats;
};
_Static_assert(sizeof(struct short_plugin) == offsetof(struct comity_plugin, init), "cut");
_Static_assert(sizeof(struct short_format) == offsetof(struct comity_format, reader), "cut");

static const struct short_format format = {.struct_size = sizeof format,
                                           .id = "mock-short",
                                           .title = "mock-short",
                                           .syntax = "json",
                                           .template_text = text,
                                           .template_len = sizeof text - 1};

const struct comity_plugin *comity_plugin_v1(void)
{
    static const struct comity_format *const formats[] = {(const void *)&format, NULL};
    static const struct short_plugin plugin = {
        .struct_size = sizeof plugin, .id = "short", .version = "1", .formats = formats};
    return (const void *)&plugin;
}
