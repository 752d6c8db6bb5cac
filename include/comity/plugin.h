/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity/plugin.h -- the whole contract between the runtime and a format plugin.
 *
 * Threads   [any]    any thread, several at a time
 *           [once]   one call, none beside it
 *           [handle] any thread, but never two calls for one conversion at the same time
 * Memory    each side frees only what it allocated.  What you are lent is yours until the
 *           call returns.  Text is UTF-8, given as (pointer, length in bytes), and need not
 *           end in NUL; plain `const char *` strings do.
 * Growth    append only.  `struct_size` stands first in every struct that may grow, on both
 *           sides: take the smaller of the two sizes and treat the rest as zero.
 * A plugin never prints, exits, opens files or sockets, installs signal handlers, changes
 * locale, umask or folder, and starts no thread that outlives its call. */
#ifndef COMITY_PLUGIN_H
#define COMITY_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* +1 for every field or function appended; the major is in the name of the symbol. */
#define COMITY_ABI_MINOR 2u

/* True if the side that filled *p knew `field`, and set it. */
#define COMITY_HAS(tag, p, field) \
    ((p)->struct_size >= offsetof(struct tag, field) + sizeof((p)->field) && (p)->field != 0)

/* What a function that can fail returns: 0 is good, 1 is the end, below 0 it failed.  It only
 * steers control flow; what went wrong is told by report(). */
typedef int32_t comity_status;
#define COMITY_OK 0
#define COMITY_END 1 /* no more documents */
#define COMITY_E_NOMEM (-1)
#define COMITY_E_IO (-2)
#define COMITY_E_INVALID (-3)     /* this document is bad; the next may be good */
#define COMITY_E_UNSUPPORTED (-4) /* well formed, but this format cannot carry it */
#define COMITY_E_LIMIT (-5)       /* a size, depth or count limit set by the host */
#define COMITY_E_CANCELLED (-6)
#define COMITY_E_CORRUPT (-7) /* the stream is lost; nothing more can be read from it */
#define COMITY_E_USAGE (-8)   /* the caller asked for something that does not exist */
#define COMITY_E_PLUGIN (-9)  /* a plugin is missing, refused or broke its contract */

/* How grave a finding is; a greater number is graver. */
#define COMITY_NOTE 0
#define COMITY_WARNING 1
#define COMITY_LOSS 2 /* a value that has no place in the target */
#define COMITY_ERROR 3

struct comity_call; /* one conversion in progress: reports, limits, scratch memory */
struct comity_node; /* one value of the located tree of the input */
struct comity_doc;  /* one canonical document; reached only through struct comity_host */
struct comity_out;  /* where the bytes of the output go */

/* What one node of the located tree is. */
#define COMITY_NODE_NONE 0u
#define COMITY_NODE_NULL 1u
#define COMITY_NODE_FALSE 2u
#define COMITY_NODE_TRUE 3u
#define COMITY_NODE_NUMBER 4u /* text is the lexeme as written */
#define COMITY_NODE_STRING 5u
#define COMITY_NODE_LIST 6u      /* JSON array */
#define COMITY_NODE_GROUP 7u     /* JSON object */
#define COMITY_NODE_ELEMENT 8u   /* XML element; text is set where it holds text alone */
#define COMITY_NODE_ATTRIBUTE 9u /* XML attribute; stands before the element's children */
#define COMITY_NODE_TEXT 10u     /* XML text beside child elements */

struct comity_diag {
    uint32_t struct_size;
    int32_t severity;               /* COMITY_NOTE .. COMITY_ERROR */
    const char *code;               /* stable and greppable: "csv.quote-unclosed" */
    const char *message;            /* one sentence: what was found, what was expected */
    const char *hint;               /* what to do about it, or NULL */
    const char *field;              /* canonical path, or NULL */
    const struct comity_node *node; /* where it stood in the input, or NULL */
};

/* What the host gives a plugin.  Constant for the life of the process. */
struct comity_host {
    uint32_t struct_size, abi_minor;
    const char *name, *version;
    /* [any] an addition by its id, "vendor.name/rev"; NULL = absent */
    const void *(*extension)(const char *id);
    /* [any] copies all that it is given */
    void (*report)(struct comity_call *call, const struct comity_diag *diag);
    /* [handle] zeroed memory that the host frees after the document; NULL = none left */
    void *(*alloc)(struct comity_call *call, size_t size);
    /* [handle] the value of a declared option, or its fallback */
    const char *(*option)(struct comity_call *call, const char *name);

    /* The located tree, for readers.  Reading a node's text does not mark it: what becomes of
     * a leaf is told by put() and keep(); a leaf that neither names is reported as lost. */
    uint32_t (*node_kind)(const struct comity_node *node);
    const char *(*node_name)(const struct comity_node *node, size_t *len);
    const char *(*node_text)(const struct comity_node *node, size_t *len);
    const struct comity_node *(*node_first)(struct comity_call *call,
                                            const struct comity_node *node);
    const struct comity_node *(*node_next)(struct comity_call *call,
                                           const struct comity_node *node);
    const struct comity_node *(*node_find)(struct comity_call *call,
                                           const struct comity_node *node, const char *name);

    /* Canonical documents, by path: "persons[0].name.family".
     * put() sets a value and marks `from` (may be NULL) as mapped; keep() carries a node that
     * has no canonical place, so that this format's writer can give it back. */
    /* In detail: entries of a list come one after the other, from 0 on.  COMITY_E_USAGE: there
     * is no such field, or the text is not UTF-8 without NUL.  All that is within `from` counts
     * as mapped: name the leaf, not the group around it, so that what you drop is told.  Where
     * a path is put again, the value is replaced and its former node is unread once more,
     * unless the text is the same, or goes on behind white space: so a value of several nodes
     * (lines that go on) is put whole, once from each of them.  What was kept is had with
     * get("kept:PATH") as JSON, PATH as findings tell its place. */
    comity_status (*put)(struct comity_doc *doc, const char *path, const char *text, size_t len,
                         const struct comity_node *from);
    comity_status (*keep)(struct comity_doc *doc, const struct comity_node *from);
    /* number of values at a path: 0 or 1, or the entries of a list */
    size_t (*count)(const struct comity_doc *doc, const char *path);
    /* the value at a path; marks it as asked for.  COMITY_END where there is none */
    comity_status (*get)(struct comity_doc *doc, const char *path, const char **text,
                         size_t *len);
    /* [handle] appends to the output */
    comity_status (*write)(struct comity_out *out, const void *bytes, size_t size);
};

struct comity_option { /* frozen */
    const char *name, *type, *fallback, *help;
};

/* A column of a line: `width` characters from the character `at`, counted from 0; a width of 0
 * goes to the line's end.  Blanks at its ends are no part of it. */
struct comity_column { /* frozen */
    const char *name;
    uint32_t at, width;
};

/* A sort of line, told by the text that stands at `mark_at`, counted in characters; NULL: any
 * line.  The host makes a group of each line, with its columns that are not blank as values;
 * "rest" is what stands in no column, and a line of no sort is one value, "line".  Empty lines
 * are none. */
struct comity_line { /* frozen */
    const char *name;
    const char *mark;
    uint32_t mark_at, reserved;
    const struct comity_column *columns; /* ends with a NULL name */
};

/* Makes a canonical document of a tree that the host has parsed (the format's `syntax`). */
struct comity_reader {
    uint32_t struct_size, reserved;
    /* [handle] one document; `root` is its outermost node */
    comity_status (*read)(struct comity_call *call, const struct comity_node *root,
                          struct comity_doc *doc);
};

/* Writes one canonical document. */
struct comity_writer {
    uint32_t struct_size, reserved;
    /* [handle] one document; nothing is visible outside before it returns COMITY_OK */
    comity_status (*write)(struct comity_call *call, struct comity_doc *doc,
                           struct comity_out *out);
};

struct comity_format {
    uint32_t struct_size, reserved;
    const char *id; /* unique, never reused: "interpol-red" */
    const char *title;
    const char *syntax;                  /* "json" or "xml" */
    const char *const *media_types;      /* ends with NULL; may be NULL */
    const char *const *suffixes;         /* ends with NULL; may be NULL */
    const char *const *kinds;            /* what it can carry; ends with NULL; NULL = any */
    const struct comity_option *options; /* ends with a NULL name; may be NULL */
    /* [any] pure: how likely a head of up to 64 KiB is this format, 0 (no) .. 100 (sure).
     * NULL where the template says how to tell. */
    int32_t (*probe)(const uint8_t *head, size_t size);
    const char *template_text; /* the mapping, JSON; reads and writes alike; or NULL */
    size_t template_len;
    const struct comity_reader *reader; /* instead of the template's reading; or NULL */
    const struct comity_writer *writer; /* instead of the template's writing; or NULL */
    /* The terminology that its fixed labels speak: "data", "information" or "bracketed"; NULL:
     * none of it, or the template says. */
    const char *voice;
    /* Of the syntax "lines": the sorts of lines, the first that fits counts; ends with a NULL
     * name.  One input is one document.  Since ABI 1.2. */
    const struct comity_line *lines;
};

struct comity_plugin { /* static const: the loader reads it before any other call */
    uint32_t struct_size, abi_minor;
    const char *id, *version, *vendor, *license;
    const struct comity_format *const *formats; /* ends with NULL */
    /* [once] may be NULL; may report().  Called again for a second host: count. */
    comity_status (*init)(const struct comity_host *host, struct comity_call *call);
    void (*deinit)(void);                     /* [once] may be NULL */
    const void *(*extension)(const char *id); /* [any] may be NULL */
};

#if defined(__GNUC__)
#define COMITY_EXPORT __attribute__((visibility("default")))
#else
#define COMITY_EXPORT
#endif

/* The only symbol that a plugin exports.  Returns constant data; runs no other code. */
COMITY_EXPORT const struct comity_plugin *comity_plugin_v1(void);

#ifdef __cplusplus
}
#endif
#endif
