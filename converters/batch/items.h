/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Takes an input apart into items: a file as it is, the entries of an archive, the messages of
 * a mailbox, the values of a JSON stream, and any of these inside one another.  Streamed: one
 * item is in memory at a time, and nothing is unpacked to disk.  Names are labels, never paths.
 * Knows nothing of formats and of what becomes of the items. */
#ifndef COMITY_CONVERTERS_BATCH_ITEMS_H
#define COMITY_CONVERTERS_BATCH_ITEMS_H

#include <comity/plugin.h>
#include <stdbool.h>

/* Counted on what really comes out, never on what a header declares.  Over `entry_bytes`, a
 * limit of names or `depth` one entry is refused, and the next one read; over any other the
 * rest of the input is given up, which the refused item of the entry being read says. */
struct item_limits {
    uint64_t entries;     /* limit.entries: of one input, nested ones included; of a JSON stream
                           * the values too, unless it is the plain input itself */
    uint64_t entry_bytes; /* limit.bytes: of one item, one message, one value */
    uint64_t total_bytes; /* limit.total: of all that one input unpacks to */
    uint64_t ratio;       /* limit.ratio: bytes out for each byte in, after `ratio_floor` */
    uint64_t ratio_floor; /* bytes */
    uint32_t depth;       /* limit.nesting: archives inside the input's own archive, in one
                           * another; a compressed tar is one, a JSON stream none */
    uint32_t name_bytes;  /* limit.name: of the name of one entry */
    uint32_t name_depth;  /* limit.name: folders in the name of one entry */
    uint32_t seconds;     /* limit.time: to bring forth one entry, waits for input aside */
};
#define ITEM_LIMITS_INIT                                                                       \
    {                                                                                          \
        100000, (uint64_t)64 << 20, (uint64_t)4 << 30, 200, (uint64_t)1 << 20, 2, 4096, 32, 10 \
    }

enum item_outcome {
    ITEM_TAKEN,   /* bytes to convert */
    ITEM_SKIPPED, /* holds no document: a folder, an empty file, the body beside attachments */
    ITEM_REFUSED  /* a link, a device, over a limit, damaged, encrypted: see code */
};

struct item {
    enum item_outcome outcome;
    /* Where it stands: the names on the way, joined by '/': "in.zip/more.tar/2021/a.json";
     * "in.json.gz/in.json"; "in.mbox/#12/request.xml", and "part-2" for a part without a name.
     * UTF-8 without control characters: other bytes and '\\' stand as \xNN, so that two
     * different names stay different.  Nothing else is changed: "/etc/x" and "../x" stay. */
    const char *entry;
    size_t entry_len;
    uint64_t twin;   /* 0, or how many entries of the same name came before it */
    uint64_t value;  /* of a JSON stream: its number in the file, from 1; 0: the whole file */
    uint64_t offset; /* where its bytes begin in its file (the entry): bytes from 0, */
    uint64_t line, column; /* line and column from 1, in characters; 1, 1 for whole files */
    const char *bytes;
    size_t size;
    uint64_t shared_end; /* of bytes that stand in shared memory, else 0 */
    const char *code;    /* of what was not taken: "archive.link", "limit.ratio" */
    const char *message; /* one sentence: what was found, what was expected */
    uint64_t at;         /* of a damaged archive: the offset in its bytes, where known */
};

/* A zip is read as a stream, so that a pipe and a file give the same.  Its folder, behind the
 * entries, is only counted: a link in it is a file that holds the link's target.
 *
 * All is lent for the length of the call.  Anything but COMITY_OK ends the reading and is what
 * items_read() returns. */
typedef comity_status item_fn(void *user, const struct item *item);

/* Makes the process fit for items_read() in a sandbox where it may only read, write, poll and
 * get memory: loads what the libraries would load at first use, and sets TZ.  A program linked
 * with this has no iconv_open() any more, so that no letter can name an encoding that a module
 * would have to be loaded for: it takes inputs apart, and converts none.  COMITY_E_NOMEM. */
comity_status items_prepare(void);

/* Takes apart what a descriptor gives, from where it stands to its end; `name` becomes the
 * first part of every entry.  The same bytes give the same items in the same order, whatever
 * the locale.  A damaged or refused input is an item of its own, and no failure.  The
 * descriptor stays the caller's.  COMITY_E_IO (errno is set), COMITY_E_NOMEM. */
comity_status items_read(int fd, const char *name, const struct item_limits *limits,
                         item_fn *each, void *user);

#endif
