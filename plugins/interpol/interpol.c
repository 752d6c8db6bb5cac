/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The INTERPOL plugin: four templates and their descriptor.  All that it knows of the notices
 * stands in the templates beside this file. */
#include <comity/plugin.h>

#include "interpol-list.h"
#include "interpol-red.h"
#include "interpol-un.h"
#include "interpol-yellow.h"

static const char *const media_types[] = {"application/json", NULL};
static const char *const suffixes[] = {".json", ".ndjson", NULL};

#define NOTICE(name, format_id, format_title, text, text_len)                              \
    static const struct comity_format name = {.struct_size = sizeof(struct comity_format), \
                                              .id = format_id,                             \
                                              .title = format_title,                       \
                                              .syntax = "json",                            \
                                              .media_types = media_types,                  \
                                              .suffixes = suffixes,                        \
                                              .template_text = text,                       \
                                              .template_len = text_len}

NOTICE(red, "interpol-red", "INTERPOL red notice, detail of the public service", interpol_red,
       interpol_red_len);
NOTICE(yellow, "interpol-yellow", "INTERPOL yellow notice, detail of the public service",
       interpol_yellow, interpol_yellow_len);
NOTICE(un, "interpol-un", "INTERPOL-United Nations Security Council special notice, detail",
       interpol_un, interpol_un_len);
NOTICE(list, "interpol-list", "INTERPOL public service, list of notices", interpol_list,
       interpol_list_len);

static const struct comity_format *const formats[] = {&red, &yellow, &un, &list, NULL};

const struct comity_plugin *comity_plugin_v1(void)
{
    static const struct comity_plugin plugin = {.struct_size = sizeof plugin,
                                                .abi_minor = COMITY_ABI_MINOR,
                                                .id = "interpol",
                                                .version = "0.1.0",
                                                .vendor = "Comity",
                                                .license = "LGPL-2.1-or-later",
                                                .formats = formats};
    return &plugin;
}
