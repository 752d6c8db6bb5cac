/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The worker's side of a setup frame. */
#ifndef COMITY_RUNTIME_WORKER_SETUP_H
#define COMITY_RUNTIME_WORKER_SETUP_H

#include "runtime/worker.h"

/* More plugin paths or settings than that nobody has. */
#define MAX_SETUP 1024u

struct worker_setup {
    struct comity_config config;
    struct comity_options options;
    bool is_utf8;
    char *bytes; /* that both lend from */
    const char **paths;
    struct comity_setting *settings;
};
comity_status worker_setup_get(struct wire_frame *frame, struct worker_setup *setup);
/* The configuration of a WORKER_PLUGINS; skipped becomes pairs that end with NULL, to be
 * freed. */
comity_status worker_plugins_get(struct wire_frame *frame, struct worker_setup *setup,
                                 const char **only, const char ***skipped);
void worker_setup_free(struct worker_setup *setup);

#endif
