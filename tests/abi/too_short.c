/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A descriptor that says that it ends before its list of formats. */
#include "mock.h"

MOCK_FORMAT("mock-too-short", .syntax = "json", .template_text = "{}", .template_len = 2);

const struct comity_plugin *comity_plugin_v1(void)
{
    static const struct comity_plugin plugin = {.struct_size =
                                                    offsetof(struct comity_plugin, formats),
                                                .id = "too-short",
                                                .version = "1",
                                                .formats = mock_formats,
                                                .init = mock_init};
    return &plugin;
}
