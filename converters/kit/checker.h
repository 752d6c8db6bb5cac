/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The checker of plugins: what a plugin promises by comity/plugin.h, tried.  Each check runs in
 * a process of its own, so that a crash is a result.  This header is the inside of the child
 * that runs one; command_check.c starts them and tells what they found. */
#ifndef COMITY_CHECKER_CHECKER_H
#define COMITY_CHECKER_CHECKER_H

#include "base/buffer.h"

#include <comity/comity.h>

#define MAX_SAMPLES 256
#define MAX_OWN_FORMATS 16
#define HUGE_SAMPLE \
    (256u << 10) /* bytes; larger ones are left out where many rounds are made */

/* A document of the plugin's own format. */
struct sample {
    const char *name;
    const char *path; /* as the user may name it */
    const char *bytes;
    size_t size;
    const char *format; /* that it is read as; NULL until find_formats() */
};

/* The plugin that is checked. */
struct subject {
    const char *path;  /* as the user named it */
    const char *shown; /* that of the copy, which is loaded */
    const char *folders[2];
    const char *scratch;    /* the folder that checks run in */
    const char *allow_list; /* what else may be loaded, and this; "": all */
    bool is_object;         /* a shared object, else a template */
    struct sample *samples;
    size_t sample_count;
    uint64_t seed;
    uint64_t rounds;         /* of damaged documents */
    const char *only;        /* the number of one damaged document, or NULL: all rounds */
    volatile uint64_t *mark; /* shared with who started the check: 1 + the number at hand */
    bool is_refused;         /* a check before found that it is not loaded */
    int line;                /* where what is found goes */
    struct comity *alone;    /* a context with this plugin alone; by open_alone() */
    struct comity_format_info formats[MAX_OWN_FORMATS];
    size_t format_count;
    uint64_t faults;
};

#define NEEDS_SAMPLES 1u /* without one it is skipped */
#define NEEDS_OBJECT 2u  /* of shared objects alone */
#define NEEDS_TEMPLATE 4u
#define TELLS_FORMATS 16u  /* whose fault it is that a sample is of none */
#define WORKS_UNLOADED 32u /* a plugin that is refused can be looked at */
#define NEEDS_READING 64u  /* says nothing where no sample is read */
#define OPENS_ITSELF 8u    /* open_alone() and find_formats() are not called before it */

/* `mark` of a plugin that was refused. */
#define MARK_REFUSED UINT64_MAX

struct check {
    const char *name, *purpose;
    unsigned needs;
    void (*run)(struct subject *subject);
};
extern const struct check checks[];
extern const size_t check_count;

/* --- verdict.c: what a check found.  Nothing here takes memory. */

__attribute__((format(printf, 2, 3))) void fault(struct subject *subject, const char *format,
                                                 ...);
__attribute__((format(printf, 2, 3))) void remark(struct subject *subject, const char *format,
                                                  ...);
/* A word as a shell takes it. */
void shell_word(char *to, size_t size, const char *from, size_t len);
/* Ends the check: it cannot be done here. */
__attribute__((format(printf, 2, 3), noreturn)) void skip(struct subject *subject,
                                                          const char *format, ...);
/* Ends the check; what was not told as a fault passes. */
__attribute__((noreturn)) void finish(struct subject *subject);

/* --- subject.c */

/* Loads the plugin alone and finds its formats; a fault ends the check. */
void open_alone(struct subject *subject);
/* A context with the plugin and all others that are found. */
struct comity *open_beside_others(struct subject *subject);
/* The format of a subject's by id, or NULL. */
const struct comity_format_info *own_format(const struct subject *subject, const char *id);
/* True if at least one sample is read into a document. */
bool reads_a_sample(struct subject *subject);
/* Which format each sample is of; `tell`: one that is none of them is a fault. */
void find_formats(struct subject *subject, bool tell);

/* --- conversion.c */

#define MAX_NOTED 16384

/* What was found in one conversion; nothing here takes memory. */
struct noted {
    int32_t severity;
    uint64_t line, offset; /* in the input; of line 0 there is no offset */
    char code[48], field[160], message[200];
};

struct conversion {
    comity_status status;
    struct comity_result result;
    struct buffer out;
    const struct comity_setting *settings; /* given to each document; NULL: none */
    size_t setting_count;
    size_t writes;
    size_t noted_count; /* may be more than were noted */
};
extern struct noted noted[MAX_NOTED]; /* of the last conversion */

void conversion_init(struct conversion *conversion);
void conversion_free(struct conversion *conversion);
/* From one format to another; no provenance is added.  `input` of comity_convert(). */
void convert(struct comity *context, const char *from, const char *to,
             const struct comity_input *input, struct conversion *conversion);
void convert_bytes(struct comity *context, const char *from, const char *to, const char *bytes,
                   size_t size, struct conversion *conversion);
void convert_sample(struct comity *context, const char *to, const struct sample *sample,
                    struct conversion *conversion);
/* The first error of the last conversion as words for people, or "". */
const char *first_error(const struct conversion *conversion);
/* The same of findings of one severity. */
const char *first_of(const struct conversion *conversion, int32_t severity);
/* SHA-256 of the output, hexadecimal. */
void conversion_digest(const struct conversion *conversion, char digest[65]);
bool same_output(const struct conversion *one, const struct conversion *other);

/* --- filling.c */

#define MAX_FILLED 24
#define MAX_KINDS 64

/* What a record is given beside its own values, as --set gives it. */
struct filling {
    struct comity_setting all[MAX_FILLED];
    size_t count;
    char fields[MAX_FILLED][160], values[MAX_FILLED][80];
};

/* The kinds of the convention that a format carries. */
struct kinds {
    const char *all[MAX_KINDS];
    size_t count;
};
void find_kinds(struct comity *context, const char *format, struct kinds *kinds);
/* Writes a canonical record in a format.  Where it is refused for its kind it is given one that
 * the format carries, by `number` in turn, and where it is refused for what it lacks, that.
 * False where it is refused still. */
bool write_filled(struct comity *context, const char *format, const struct kinds *kinds,
                  uint64_t number, const struct buffer *record, struct filling *filling,
                  struct conversion *written);

/* --- conduct.c */

/* Ends the process with a fault as soon as it reaches for a file, a socket, another process,
 * for what is the program's (signals, umask, folder) or for its outputs. */
void watch_conduct(struct subject *subject);
/* What a plugin may not change, by name. */
struct surroundings {
    char locale[200], folder[500], environment[65], signals[65];
    unsigned umask, descriptors, threads;
};
void look_around(struct surroundings *now);
/* Tells as a fault what has changed; `when` as "while it was loaded". */
void compare_surroundings(struct subject *subject, const struct surroundings *before,
                          const char *when);

/* --- failing.c: allocations that are counted and fail on demand */

/* False where this program cannot (a build with a sanitizer). */
bool can_fail_allocations(void);
/* Lets `n` allocations pass, and one fail. */
void fail_allocation_after(unsigned long n);
/* Back to normal.  True if an allocation was made to fail. */
bool allocations_are_good(void);
/* Finds out whose allocations are to fail: the host's and the plugin's own.  Must be called
 * once the plugin is loaded, before watch_conduct(). */
void prepare_to_fail(struct subject *subject);
/* Who asked for the memory that was not given, innermost first: "FILE+0xOFFSET, ...", as
 * addr2line takes them.  Lent until the next call. */
const char *where_it_failed(void);
/* Blocks of memory that were taken and not given back. */
long blocks_taken(void);

/* --- the checks; each ends where it returns */
void try_load(struct subject *subject);
void try_exports(struct subject *subject);
void try_descriptor(struct subject *subject);
void try_template(struct subject *subject);
void try_probe_prefixes(struct subject *subject);
void try_probe_random(struct subject *subject);
void try_recognized(struct subject *subject);
void try_foreign(struct subject *subject);
void try_samples(struct subject *subject);
void try_noticed(struct subject *subject);
void try_round_trip(struct subject *subject);
void try_losses(struct subject *subject);
void try_same_bytes(struct subject *subject);
void try_places(struct subject *subject);
void try_slow_input(struct subject *subject);
void try_conduct(struct subject *subject);
void try_no_memory(struct subject *subject);
void try_leaks(struct subject *subject);
void try_limits(struct subject *subject);
void try_cancelled(struct subject *subject);
void try_threads(struct subject *subject);
void try_damaged(struct subject *subject);

#endif
