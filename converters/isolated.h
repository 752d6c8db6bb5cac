/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Commands whose work on documents a worker does as a whole: the same code, in another process.
 * This side reads the options, opens the inputs and shows what comes back; that side has the
 * plugins and the documents, and can reach nothing. */
#ifndef COMITY_CONVERTERS_ISOLATED_H
#define COMITY_CONVERTERS_ISOLATED_H

#include "cli.h"

/* What a command does with its documents, once its options are read. */
struct cli_body {
    const char *name;
    void (*run)(struct cli *cli);
    bool gives_data;   /* what it prints is data of any bytes, and no text of ours */
    bool holds_all;    /* of an input, in memory */
    bool takes_none;   /* no input: not standard input either */
    bool any_encoding; /* whatever the encoding of its inputs, texts of others may come */
};
extern const struct cli_body body_detect, body_diff, body_doctor, body_formats,
    body_formats_check, body_formats_table, body_roundtrip, body_terms_check,
    body_terms_inventory, body_terms_resolve, body_validate;

/* What the workers of this process run, which are copies of it (isolate_open()); a program that
 * does not say it has workers that are a program of their own. */
void cli_serve_by(int (*serve)(void));
/* Does it here, or in a worker, and gives the exit status of the command. */
int cli_run(struct cli *cli, const struct cli_body *body);

/* Bytes that stand in memory, as a file that has no name; -1 with errno. */
int cli_as_file(const struct comity_input *input);

/* What a command reaches for in a worker. */
struct cli_remote {
    void (*finding)(void *user, const struct comity_finding *finding);
    bool (*open)(void *user, uint32_t index, struct comity_input *input);
    int (*write)(void *user, const void *bytes, size_t size);
    void *user;
};

/* The worker's side, as cli_serve_by() takes it: serves until the line ends. */
int isolated_worker(void);
/* Of it, the part that does a command; fits serve_command_fn. */
struct server;
struct wire_frame;
comity_status isolated_serve(struct server *server, struct comity *context,
                             struct comity_options *options, struct wire_frame *frame);

#endif
