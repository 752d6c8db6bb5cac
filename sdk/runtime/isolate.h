/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Conversion in a worker: what comity_open(), comity_convert() and comity_read() do, with the
 * same findings in the same order, but no plugin is loaded and no foreign byte is parsed in
 * this process.  A worker that ends, hangs or talks nonsense is a finding. */
#ifndef COMITY_RUNTIME_ISOLATE_H
#define COMITY_RUNTIME_ISOLATE_H

#include <comity/comity.h>

struct isolate;

/* What a document may take before its worker is stopped, where nobody says otherwise. */
#define ISOLATE_SECONDS 10u

/* What kind of a worker. */
struct isolate_kind {
    uint32_t seconds;   /* for a document */
    uint64_t memory;    /* bytes that it may take beyond the usual */
    int (*serve)(void); /* what it runs as a copy of this process (worker_copy()); NULL: the
                           program comity-worker */
    bool is_utf8; /* all inputs are in UTF-8, and nothing is written but to options->to: it need
                     not hold the tables of other encodings, which takes it a while */
};

/* Starts a worker and has it load the formats.  `config` and `options` are lent until
 * isolate_close(); options->to is what all streams are converted to.  Returns what
 * comity_open() would; COMITY_E_PLUGIN where the worker failed, COMITY_E_IO where it cannot
 * be had (both reported to config->finding). */
comity_status isolate_open(const struct comity_config *config,
                           const struct comity_options *options,
                           const struct isolate_kind *kind, struct isolate **opened);
void isolate_close(struct isolate *isolate);
/* True where the worker has ended, which was told. */
bool isolate_is_gone(const struct isolate *isolate);
/* Nothing more will be asked of it: it may end while other things are done. */
void isolate_dismiss(struct isolate *isolate);
/* The syntax of the target: NULL where it is not known. */
const char *isolate_syntax(const struct isolate *isolate);

/* A document in the worker that can be asked about, as a record by comity_record_get() and the
 * others.  Once `status` is not COMITY_OK the worker is gone (which was told), and nothing is
 * answered. */
struct isolate_document {
    struct isolate *isolate;
    const char *format;  /* that it was read by; lent for the length of the call */
    uint64_t start, end; /* of it in the input, in bytes */
    bool is_notice;
    uint64_t lacks;  /* what it lacks by the convention's rules, where that is asked for */
    char syntax[16]; /* of the format that it was written in last */
    comity_status status;
    int fd;
};
/* Lent until the next question. */
const char *isolate_document_get(struct isolate_document *document, const char *path,
                                 size_t *len);
size_t isolate_document_count(struct isolate_document *document, const char *path);
comity_status isolate_document_write(struct isolate_document *document, const char *to,
                                     comity_write_fn *write, void *user);

/* What a worker knows of a format. */
struct isolate_known {
    comity_status status; /* COMITY_OK: it is there; COMITY_E_PLUGIN, COMITY_E_USAGE */
    bool can_write;
    char syntax[16]; /* "" where it is not there */
};
/* Asks about a format by its spec; what is against it is told.  COMITY_E_PLUGIN where the
 * worker failed, or is gone. */
comity_status isolate_format(struct isolate *isolate, const char *spec,
                             comity_finding_fn *finding, void *user,
                             struct isolate_known *known);

struct isolate_target {
    comity_write_fn *write;     /* as that of comity_convert(); with `record`: once for each */
    void (*record)(void *user); /* a document begins; or NULL: all in one stream */
    /* Or asks about each, instead; a status other than COMITY_OK is a document that failed. */
    comity_status (*document)(void *user, struct isolate_document *document);
    bool lacks; /* what each lacks is told, and counted */
    void *user;
};
/* Converts what a descriptor gives.  options->file and options->finding are those of this
 * input.  COMITY_E_PLUGIN where the worker failed over it; it is gone then. */
comity_status isolate_convert(struct isolate *isolate, const struct comity_options *options,
                              int fd, const struct isolate_target *target,
                              struct comity_result *result);

/* What a command of the program does with documents, done by the worker as a whole: it asks for
 * its inputs, and gives what it prints and what it finds. */
struct isolate_command {
    const char *name;
    uint32_t flags; /* the command's own */
    const char *via;
    char *const *inputs; /* their names: only these can be asked for */
    uint32_t input_count;
    comity_write_fn *write;
    /* 0 and the descriptor, or errno; told already. */
    int (*open)(void *user, const char *name, int *fd);
    void (*close)(void *user, int fd); /* of one that may be -1 */
    void *user;
};
/* How it went.  Counts are added. */
struct isolate_outcome {
    struct comity_result result;
    uint64_t io_failures, plugin_failures;
    uint32_t flags;
};
#define ISOLATE_NO_MEMORY 1u
#define ISOLATE_USAGE 2u
#define ISOLATE_DIFFERS 4u
#define ISOLATE_OUTCOMES 7u /* all of them */

/* COMITY_E_PLUGIN where the worker failed over it (reported); it is gone then. */
comity_status isolate_command(struct isolate *isolate, const struct comity_options *options,
                              const struct isolate_command *command,
                              struct isolate_outcome *outcome);

/* --- plugins */

/* Told of one plugin, in the order in which they were found; `sha256` is "" where nothing was
 * read.  All is lent for the length of the call. */
typedef void isolate_plugin_fn(void *user, const struct comity_plugin_info *info,
                               const char *sha256);
/* What would become of the plugins of a configuration, without a line of theirs being run in
 * this process: those that end the worker which loads them, or hold it up, are refused for it,
 * and the others are told of all the same.  `only`: the name of the one file that is looked
 * at; or NULL.  COMITY_E_PLUGIN, COMITY_E_IO where no worker can be had, or none that ends well
 * (reported to config->finding); COMITY_E_INVALID as comity_open(); COMITY_E_NOMEM. */
comity_status isolate_plugins(const struct comity_config *config, const char *only,
                              isolate_plugin_fn *each, void *user);

#endif
