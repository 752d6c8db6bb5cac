/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Workers: small programs that do what touches foreign bytes, each in a sandbox of its own,
 * alive for many documents.  This header is both ends of the line: worker_*() is for the
 * process that starts one, serve_*() for the worker's program, and the frames between them.
 *
 * A worker has one descriptor, the line; it can read, write, compute and take memory, and
 * nothing else.  Bytes go in, bytes and findings come back. */
#ifndef COMITY_RUNTIME_WORKER_H
#define COMITY_RUNTIME_WORKER_H

#include "runtime/shared.h"

#include <comity/comity.h>
#include <sys/types.h>

/* --- the process that starts workers */

struct worker {
    pid_t pid; /* 0: none */
    int fd;    /* the line: does not block; -1: closed */
    int other; /* its other end, until the worker is started */
    struct buffer out, in;
    size_t sent, taken; /* of `out` and `in` */
    int wait_status;    /* once it has ended */
};

/* How much one worker may take. */
struct worker_limits {
    uint64_t memory;  /* bytes of address space; 0: no limit */
    uint32_t seconds; /* processor time for one document, beyond what was used before it */
};
#define WORKER_LIMITS_INIT    \
    {                         \
        (uint64_t)2 << 30, 10 \
    }

/* The folder of the worker programs: beside the running program where it was not installed,
 * else the compiled-in one.  `path` becomes "FOLDER/name"; false where it is too long. */
bool worker_program(const char *name, char *path, size_t size);
/* Makes the line of a worker that is to be started: what is sent by then, which must be little,
 * is there when it begins.  COMITY_E_IO with errno. */
comity_status worker_line(struct worker *worker);
/* Starts a program with an empty environment and the line as its descriptor 3.  COMITY_E_IO
 * with errno, COMITY_E_NOMEM. */
comity_status worker_start(struct worker *worker, const char *program,
                           const struct worker_limits *limits);
/* The same with a copy of this process, which runs `serve` and ends with what it returns: at a
 * fraction of the cost, since nothing is loaded again.  For a process of one thread that holds
 * nothing which a plugin may not see. */
comity_status worker_copy(struct worker *worker, int (*serve)(void),
                          const struct worker_limits *limits);
/* Sends what can be sent of `out` now.  COMITY_E_IO: the worker is gone. */
comity_status worker_send(struct worker *worker);
/* The same with a descriptor that goes along with the first byte; may block. */
comity_status worker_send_fd(struct worker *worker, int fd);
/* Takes in what is there.  COMITY_END: the worker is gone. */
comity_status worker_receive(struct worker *worker);
/* The next whole frame that was taken in; COMITY_END where there is none, COMITY_E_LIMIT where
 * it is longer than `limit`.  Lent until the next call on this worker. */
comity_status worker_frame(struct worker *worker, size_t limit, struct wire_frame *frame);
/* Waits until frames can be read or `out` can be sent, at most so long; false at the
 * deadline. */
bool worker_wait(struct worker *worker, int milliseconds);
/* Lets the worker use `seconds` of processor time from now on, by the kernel's own count. */
void worker_allow(const struct worker *worker, uint32_t seconds);
/* Milliseconds of processor time that it has used. */
uint64_t worker_used(const struct worker *worker);
/* Ends it, and does not wait for that; to be stopped all the same. */
void worker_kill(const struct worker *worker);
/* Ends it at once and forgets it; `wait_status` tells how it ended. */
void worker_stop(struct worker *worker);
/* How it ended, as a sentence; `when` as "over this document". */
void worker_describe_end(int wait_status, const char *when, char *message, size_t size);

/* --- frames */
enum worker_frame_kind {
    /* to a converter */
    WORKER_SETUP = 1, /* worker_put_setup() */
    WORKER_ITEM,      /* u64 id, string file, shared text: each document on its own */
    WORKER_STREAM,    /* u64 id, u32 enum worker_manner, string file; a descriptor goes along */
    WORKER_DETECT,    /* u64 id, string file, text bytes */
    WORKER_WROTE,     /* u32 failed: what became of a WORKER_BYTES */
    WORKER_SHARE_IN,  /* worker_put_share(), a descriptor goes along: where items stand */
    WORKER_SHARE_OUT, /* the same: where what is made is to stand, from then on */
    WORKER_COMMAND,   /* what a command of the program does: runtime/isolate.h */
    WORKER_OPENED,  /* i32 error: of a WORKER_OPEN or WORKER_FILE; 0: a descriptor came along */
    WORKER_STORED,  /* i32 error: of a WORKER_STORE */
    WORKER_TRY,     /* u32 layers, u32 deed: closes those layers of the sandbox, and tries */
    WORKER_PLUGINS, /* worker_put_plugins(): instead of a WORKER_SETUP, and the end */
    WORKER_GET,     /* string path: of a document that is asked about */
    WORKER_WRITE,   /* string format: the same is to be written */
    WORKER_NEXT,    /* i32 status: no more is asked about it; other than 0: it failed */
    WORKER_FORMAT,  /* string format: is it there? */
    /* from it */
    WORKER_READY = 16, /* i32 status: of comity_open() and the options; string syntax of the
                          target */
    WORKER_FINDING,    /* worker_put_finding() */
    WORKER_DOCUMENT,   /* worker_put_document() */
    WORKER_BYTES,      /* shared text: output of a WORKER_STREAM */
    WORKER_RECORD,     /* a document of a WORKER_STREAM that is not one stream.  Of one that is
                          asked about: u64 start, u64 end in the input, u32 whether it is a
                          notice, u64 what it lacks, string format */
    WORKER_VALUE,      /* u64 how many, text value or NULL: of a WORKER_GET */
    WORKER_WRITTEN,    /* i32 status, string syntax: behind the WORKER_BYTES */
    WORKER_KNOWN,      /* i32 status, u32 whether it can be written, string syntax or NULL: of a
                          WORKER_FORMAT */
    WORKER_OPEN,       /* u32 index: asks for an input of a command */
    WORKER_FILE,       /* text label: asks for a file beside the document */
    WORKER_STORE,      /* text label, text bytes: a file to be put there */
    WORKER_TRIED,      /* i32 error of the deed; 0: it was let happen */
    WORKER_DONE,       /* u64 id, i32 status, text sha256 of the bytes, then the result.  Of a
                          WORKER_STREAM, the last WORKER_BYTES may not be answered yet */
    WORKER_PLUGIN,     /* worker_put_plugin(): before WORKER_READY; of a WORKER_SETUP with a
                          page, of those alone that read by code */
    WORKER_LOADS,      /* string path of the file that is loaded now, or NULL: of a
                          WORKER_PLUGINS; what is said behind it is said by that file */
    /* to a reader of items, and from it: converters/batch/reading.h */
    WORKER_READ = 32,
    WORKER_TAKEN,
    WORKER_READ_DONE
};

/* What becomes of the documents of a WORKER_STREAM. */
enum worker_manner {
    WORKER_AS_ONE, /* as comity_convert() would write them */
    WORKER_EACH,   /* each on its own */
    WORKER_ASKED,  /* each is asked about */
    WORKER_LACKS   /* the same, and what it lacks by the convention's rules is told */
};

/* What a converter works with; `is_utf8` as in struct isolate_kind. */
void worker_put_setup(struct buffer *out, const struct comity_config *config,
                      const struct comity_options *options, bool is_utf8);
/* Which plugins are asked about: `skipped` as in load_choice. */
void worker_put_plugins(struct buffer *out, const struct comity_config *config,
                        const char *only, const char *const *skipped);
/* What a worker says of one plugin. */
#define WORKER_MAX_FORMATS 256
struct worker_plugin {
    struct comity_plugin_info info;
    const char *sha256; /* "" where nothing was read */
    size_t format_count;
    const char *formats[WORKER_MAX_FORMATS]; /* that its code reads */
};
void worker_put_plugin(struct buffer *out, const struct worker_plugin *plugin);
/* False where the frame is bad, or holds more than there can be. */
bool worker_get_plugin(struct wire_frame *frame, struct worker_plugin *plugin);
/* The part of it that the bytes of the documents depend on, without a frame. */
void worker_put_options(struct buffer *out, const struct comity_options *options);
void worker_put_finding(struct buffer *out, const struct comity_finding *finding);
/* False where the frame is bad, or a finding could not be what it says: a code that has not
 * the form of one, a text that is no UTF-8, a place that is none. */
bool worker_get_finding(struct wire_frame *frame, struct comity_finding *finding);

/* One document of an item: its bytes, or nothing where it failed. */
struct worker_document {
    uint64_t position; /* among those of its item, from 1 */
    uint32_t is_done;
    const char *format; /* that it was read by, or NULL */
    const char *maker;  /* plugin and version */
    const char *kind, *state;
    const char *sha256; /* of `bytes`, hexadecimal */
    uint64_t mapped, approximated, kept, dropped;
    const char *bytes;
    size_t size;
    uint64_t shared_end; /* of bytes that stand in shared memory, else 0 */
};
void worker_put_document(struct buffer *out, struct shared *shared,
                         const struct worker_document *document);
bool worker_get_document(struct wire_frame *frame, const struct shared *shared,
                         struct worker_document *document);

/* What a worker needs to share memory: `kind` says what for. */
void worker_put_share(struct buffer *out, uint32_t kind, size_t size, uint64_t written);
comity_status worker_join_share(struct wire_frame *frame, int *passed, struct shared *shared);

void worker_put_result(struct buffer *out, const struct comity_result *result);
/* Adds what the frame holds to the result.  False where a count cannot be. */
bool worker_get_result(struct wire_frame *frame, struct comity_result *result);
/* What can be counted: exact as a number of JSON, and far from what would overflow a sum. */
#define WORKER_MAX_COUNT ((uint64_t)1 << 53)
/* True where a document was not done. */
bool worker_has_failed(const struct comity_result *result);
/* A status that an operation may end with; false where it is none. */
bool worker_get_status(struct wire_frame *frame, comity_status *status);
/* False of what contradicts itself: done without a document or in spite of a failure, or
 * values that stood in no document. */
bool worker_is_consistent(comity_status status, const struct comity_result *result);
void worker_add_result(struct comity_result *result, const struct comity_result *more);

/* --- the worker's program */

#define WORKER_FD 3
#define SHA256_TEXT 65

/* Takes away all rights but to read, write, compute and take memory.  Before it, what a library
 * would open later must be open.  COMITY_E_UNSUPPORTED where the kernel will not have it. */
comity_status sandbox_close(const struct worker_limits *limits);
/* Layers of it; only to look at each on its own. */
#define SANDBOX_LIMITS 1u /* no new privileges, no core, no files, no processes */
#define SANDBOX_LANDLOCK 2u
#define SANDBOX_SECCOMP 4u
#define SANDBOX_ALL 7u
comity_status sandbox_close_layers(unsigned layers);
/* The revision of Landlock that the kernel has; 0: none. */
int landlock_revision(void);
/* Takes away files, TCP, and signals and abstract sockets of others, as far as the kernel's
 * revision goes.  True where it is in force. */
bool landlock_close(void);
/* Reads what would be read later; `encodings`: opens the tables of all of them too, for good,
 * which is a good part of what a worker costs. */
void sandbox_prepare(bool encodings);
/* For the checker of plugins: what a worker may not do raises SIGSYS instead, and so does to
 * write anywhere but to `line`, or to change what signals do. */
comity_status sandbox_watch(int line);

struct findings;

/* The line's end in the worker.  It blocks. */
struct server {
    struct buffer in, out;
    size_t taken;
    int passed;                /* a descriptor that came along, or -1 */
    struct shared items, made; /* memory that was shared before, for what comes and goes */
    uint64_t told;             /* of `made`: what was put there before the last flush */
    unsigned pieces;           /* handed over, and not known to be where they belong */
    bool is_refused;           /* one of them could not be written */
};
void serve_init(struct server *server);
/* The next frame; sends what is in `out` before it waits.  COMITY_END at the line's end. */
comity_status serve_frame(struct server *server, struct wire_frame *frame);
/* Sends `out` where it has grown to a worthwhile size, or `now`. */
comity_status serve_flush(struct server *server, bool now);

/* Hands bytes over and waits until they are where they belong; fits comity_write_fn with a
 * server. */
int serve_bytes(void *user, const void *bytes, size_t size);
/* The same, but does not wait for it: a few pieces may be on their way, and one that could not
 * be written is told when a later one is handed over.  What became of the last of a stream is
 * known to who took it. */
int serve_piece(void *user, const void *bytes, size_t size);
/* Sends what was put as the last frame, and takes the answer, which has a frame's kind and an
 * error (errno) alone.  *fd becomes the descriptor that came along, or -1. */
comity_status serve_ask(struct server *server, uint32_t kind, int32_t *error, int *fd);

/* Tells of a document, and answers what is asked about it until it is done with; gives the
 * status that the other process came to.  `lacks`: tells what it lacks. */
comity_status serve_asked(struct server *server, struct comity_record *record, bool lacks);
/* Answers a WORKER_FORMAT; what is against the format goes to the findings. */
comity_status serve_format(struct server *server, struct comity *context,
                           struct wire_frame *frame, struct findings *findings);

/* Does what a command does (WORKER_COMMAND) and tells what came of it. */
typedef comity_status serve_command_fn(struct server *server, struct comity *context,
                                       struct comity_options *options,
                                       struct wire_frame *frame);
/* A converter: serves until the line ends, and gives the exit status of its program.
 * `command` may be NULL. */
int serve_conversions(serve_command_fn *command);

/* What a worker tries, so that it can be said whether its sandbox holds.  Each is refused with
 * an error, or ends the worker. */
enum worker_deed {
    DEED_NOTHING,
    DEED_ENVIRONMENT, /* a variable */
    DEED_DESCRIPTOR,  /* one that it was not given */
    DEED_OPEN,        /* a file, to read */
    DEED_CREATE,      /* a file */
    DEED_SOCKET,
    DEED_CONNECT, /* TCP, to this machine */
    DEED_BIND,    /* TCP */
    DEED_EXEC,
    DEED_FORK,
    DEED_SIGNAL, /* the process that started it */
    DEED_CODE,   /* memory that holds code */
    DEED_MEMORY, /* more than it may take */
    DEED_SLEEP,  /* without end */
    DEEDS
};
/* Serves a WORKER_TRY, and gives the exit status of the program. */
int serve_try(struct server *server, struct wire_frame *frame);

/* The page on which the other process sees what this one is at, where it came along. */
comity_status serve_page(struct server *server, bool *is_there);
/* Answers a WORKER_PLUGINS. */
comity_status serve_plugins(struct server *server, struct wire_frame *frame);
/* Tells of the plugins of a context; `readers`: of those alone that read by code. */
void serve_tell_plugins(struct server *server, struct comity *context, bool readers);

#endif
