/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the parts of items.h share: the bytes of one container (a feed), and the count of what
 * one input has given so far (a run).  Nothing outside includes it. */
#ifndef COMITY_CONVERTERS_BATCH_ITEMS_RUN_H
#define COMITY_CONVERTERS_BATCH_ITEMS_RUN_H

#include "base/buffer.h"
#include "base/map.h"
#include "batch/items.h"
#include "batch/label.h"

/* How often a label has come, by its hash; see items_name.c. */
struct seen {
    struct seen_slot *slots;
    uint64_t capacity, count; /* a power of two */
    struct hash_key keys[2];
};

/* A message that a fault gets where it is met. */
#define FAULT_TEXT 400u
struct fault {
    const char *code;
    char message[FAULT_TEXT];
    uint64_t at; /* offset in the bytes of the damaged archive */
};

struct run {
    const struct item_limits *limits;
    item_fn *each;
    void *user;
    struct buffer label;
    uint64_t twin;
    bool is_counted; /* twin is that of the label as it stands */
    struct seen seen;
    uint64_t in, entries;  /* bytes of the descriptor; entries met */
    uint64_t unpacked;     /* bytes that entries and messages gave, at any depth */
    uint64_t decompressed; /* bytes that gzip, xz and zstd gave */
    uint64_t begun;        /* when the last item was handed over, in ns without waits */
    comity_status stopped; /* not COMITY_OK: all reading ends, at any depth */
    int error;             /* errno of a failed read */
};

/* The rest of the input is given up, which an item has said.  No status of the interface. */
#define ITEMS_GIVEN_UP ((comity_status)1000)

/* --- the bytes of one container */

/* Puts up to `room` bytes at `space`; 0 is the end.  COMITY_E_CORRUPT: damaged, see feed.fault.
 * All else is run.stopped. */
struct feed;
typedef comity_status feed_fn(struct feed *feed, char *space, size_t room, size_t *got);

struct feed {
    struct run *run;
    feed_fn *pull;
    void *from; /* what pull() reads */
    char *buffer;
    size_t capacity, start, size; /* the window: size bytes at buffer + start */
    size_t touched;               /* most bytes of the buffer that ever held any */
    size_t kept;                  /* bytes before the window that stay there */
    uint64_t offset;              /* of the window, in the feed's bytes */
    bool at_end;                  /* nothing comes after the window */
    bool is_plain;                /* the input itself: nothing was unpacked on the way */
    comity_status status;
    struct fault fault;
};

void feed_init(struct feed *feed, struct run *run, feed_fn *pull, void *from);
/* For the next entry: empty, with the memory kept. */
void feed_restart(struct feed *feed);
void feed_free(struct feed *feed);
static inline const char *feed_bytes(const struct feed *feed)
{
    return feed->buffer + feed->start;
}
/* Until the window holds `want` bytes or the feed ends. */
comity_status feed_fill(struct feed *feed, size_t want);
void feed_consume(struct feed *feed, size_t count);
/* Reads to the end, and forgets it. */
comity_status feed_drain(struct feed *feed);
/* The next bytes past the window, or what is in it, into other memory. */
comity_status feed_take(struct feed *feed, char *space, size_t room, size_t *got);
/* Bytes of a descriptor; `from` is its int. */
feed_fn feed_pull_descriptor;

/* --- counting; each returns run.stopped */

uint64_t run_now(void);
comity_status run_stop(struct run *run, comity_status status);
comity_status run_count_entry(struct run *run);
comity_status run_count_unpacked(struct run *run, size_t size);
comity_status run_count_decompressed(struct run *run, size_t size);
comity_status run_check_time(struct run *run);

/* --- handing over; each returns run.stopped */

comity_status run_emit(struct run *run, struct item *item);
/* An item of the label as it stands that is not taken; `format` makes its message. */
__attribute__((format(printf, 4, 5))) comity_status run_refuse(struct run *run,
                                                               enum item_outcome outcome,
                                                               const char *code,
                                                               const char *format, ...);
comity_status run_refuse_fault(struct run *run, const struct fault *fault);

/* --- labels */

/* Puts '/' and a name behind the label; returns where it ended before. */
size_t label_push(struct run *run, const char *name, size_t len);
void label_pop(struct run *run, size_t mark);
/* False where the name is over a limit, which `fault` then says. */
bool label_fits(const struct item_limits *limits, const char *name, size_t len,
                struct fault *fault);
/* 0, or how often the label came before. */
comity_status seen_count(struct seen *seen, const char *label, size_t len, uint64_t *before);
void seen_free(struct seen *seen);

/* --- kinds of input */

enum content {
    CONTENT_PLAIN,
    CONTENT_JSON,
    CONTENT_GZIP,
    CONTENT_XZ,
    CONTENT_ZSTD,
    CONTENT_TAR,
    CONTENT_ZIP,
    CONTENT_MBOX
};
#define SNIFF_SIZE 4096u
enum content items_sniff(const char *head, size_t size);

/* Takes a feed apart, whatever it is.  `depth`: how many archives it stands in. */
comity_status items_take(struct run *run, struct feed *feed, uint32_t depth);
comity_status items_take_compressed(struct run *run, struct feed *feed, enum content content,
                                    uint32_t depth);
comity_status items_take_tar(struct run *run, struct feed *feed, uint32_t depth);
comity_status items_take_zip(struct run *run, struct feed *feed, uint32_t depth);
comity_status items_take_mbox(struct run *run, struct feed *feed, uint32_t depth);
/* The head is in the window. */
comity_status items_take_json(struct run *run, struct feed *feed);
/* One item as it is. */
comity_status items_take_whole(struct run *run, struct feed *feed);

#endif
