/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One worker as the process that started it sees it: what conversion and the questions about
 * plugins share.  Only sdk/runtime/isolate*.c include it. */
#ifndef COMITY_RUNTIME_ISOLATE_INSIDE_H
#define COMITY_RUNTIME_ISOLATE_INSIDE_H

#include "base/witness.h"
#include "runtime/isolate.h"
#include "runtime/worker.h"

/* Of a second: what times are counted in here. */
#define MICROSECONDS UINT64_C(1000000)

/* The plugin whose code reads a format, as the worker told before it read anything. */
struct isolate_reader {
    struct isolate_reader *next;
    char *format, *path;
};

struct isolate {
    struct worker worker;
    struct witness *page;
    struct isolate_reader *readers;
    comity_finding_fn *finding;
    void *user;
    int (*serve)(void);  /* what a copy of this process runs; NULL: a program is started */
    const char *instead; /* what can be done where no worker can be had; or NULL */
    const char *file;    /* of the input at hand; NULL while formats are loaded */
    char *syntax;
    const char *attachments; /* the folder of files beside documents, or NULL */
    uint64_t memory;         /* bytes that it may take beyond the usual */
    uint64_t id;             /* of the stream at hand */
    bool is_ready;           /* it has loaded all that it may load */
    bool finds_culprit; /* who talks nonsense while it is loaded is looked for at the end */
    bool has_culprit;   /* and there is one */
    uint64_t limit;     /* microseconds */
    uint64_t silent;    /* microseconds without a step */
    uint64_t beats;     /* that were seen */
    uint64_t used;      /* microseconds of processor time when the last step was seen */
    size_t reader_count;
    /* of the stream at hand */
    uint64_t told, told_before; /* findings: all, and those when the last step was seen */
    uint64_t most_told;
    uint64_t passed, most_time; /* microseconds that it was waited for */
    uint64_t records, refused, pieces, bytes;
    bool is_refused;    /* a piece was not taken: those that follow are not either */
    bool is_over;       /* of all in one stream: what is found in the rest is not told */
    struct shared made; /* memory where larger pieces stand */
};

/* Starts a worker; `first` puts the frame that it begins with. */
typedef void isolate_first_fn(struct buffer *out, const void *user);
comity_status isolate_start(struct isolate *self, const struct comity_config *config,
                            isolate_first_fn *first, const void *user);
/* Ends it and frees what it holds, but not itself. */
void isolate_stop(struct isolate *self);
/* Waits for the next frame; `fd`: of the input, or -1.  COMITY_E_PLUGIN: the worker is gone,
 * which was told. */
comity_status isolate_hear(struct isolate *self, int fd, struct wire_frame *frame);
/* Ends a worker that said what is no answer, and tells. */
comity_status isolate_nonsense(struct isolate *self);
extern const char isolate_no_answer[];
/* Which plugins say what is no answer when they are loaded: each is set aside, and told to
 * `finding`.  False where none does. */
bool isolate_find_culprits(const struct comity_config *config, comity_finding_fn *finding,
                           void *user);
/* Something else is asked for: its findings go there, and its time begins. */
void isolate_begin(struct isolate *self, comity_finding_fn *finding, void *user);
/* Begins to count what comes back over an input; `fd`: of it, or -1. */
void isolate_count(struct isolate *self, int fd);
/* Counts one more; true where more comes than there can be. */
bool isolate_is_flood(struct isolate *self);
/* Bytes go where they belong, and the worker is told what became of them. */
comity_status isolate_take_bytes(struct isolate *self, struct wire_frame *frame,
                                 comity_write_fn *write, void *user);
/* Opens or stores a file beside a document: its name is a label, whoever says otherwise. */
comity_status isolate_take_file(struct isolate *self, struct wire_frame *frame);
/* Hands a document to target->document; `fd`: of the input. */
comity_status isolate_take_document(struct isolate *self, struct wire_frame *frame, int fd,
                                    const struct isolate_target *target);
/* One of the few words that become part of a file's name. */
bool isolate_is_syntax(const char *text);
/* Hands a finding on; false where it is none. */
bool isolate_relay(struct isolate *self, struct wire_frame *frame);

#endif
