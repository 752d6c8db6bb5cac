/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity doctor, in a worker: how many plugins this one has loaded. */
#include "isolated.h"

static void count_plugins(struct cli *cli)
{
    struct comity_plugin_info info;
    size_t loaded = 0, refused = 0;
    for (size_t i = 0; comity_plugin_at(cli->context, i, &info) == COMITY_OK; i++) {
        loaded += info.is_loaded != 0;
        refused += info.is_loaded == 0;
    }
    printf("%zu %zu\n", loaded, refused);
}

const struct cli_body body_doctor = {.name = "doctor", .run = count_plugins};
