/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the files of the XML reader share: its state, and how it fails.  For xml_*.c alone. */
#ifndef COMITY_SYNTAX_XML_READER_H
#define COMITY_SYNTAX_XML_READER_H

#include "syntax/tree.h"

#include <libxml/parser.h>

/* Attributes and namespace declarations of one element. */
#define XML_MAX_ATTRIBUTES 1024u
/* Namespace declarations in force at one place: libxml2 looks through them for each name. */
#define XML_MAX_NAMESPACES 256u

/* Character data since the last tag: lent from the text as long as it is the same bytes. */
struct xml_run {
    bool is_begun;
    bool is_decoded;   /* it stands in `decoded`, not in the text */
    size_t start, len; /* in the text; `start` holds for both */
    struct buffer decoded;
};

/* Namespace names, one copy each: the parser's own go away with it. */
struct xml_names {
    struct xml_name {
        const xmlChar
            *key; /* the parser keeps one copy of a name, so that its address will do */
        const char *copy;
    } * slots;
    size_t capacity, count; /* capacity: 0 or a power of two */
};

struct xml_reader {
    struct tree *tree;
    const char *text;
    size_t size;
    const struct limits *limits;
    struct syntax_error *error;
    xmlParserCtxtPtr parser;
    comity_status status; /* not COMITY_OK: it failed, and all that comes is void */
    bool is_ending;       /* the parser was told that no more comes */
    bool has_bracket;     /* there is a ']' in the text */
    bool is_empty_tag;    /* the tag that was just opened closes itself */
    bool is_cut_tag;      /* it has no end: the parser is about to say so */
    size_t at;            /* scanner: one past the last tag */
    uint32_t open, depth; /* innermost open element, 0 = none; how many are open */
    uint32_t namespaces;  /* declarations in force */
    struct xml_run run;
    struct xml_names names;
    /* Prefixes in force, the innermost last; for the value of xsi:type. */
    struct xml_prefix {
        const xmlChar *prefix, *uri; /* the parser's; prefix NULL = the default */
    } prefixes[XML_MAX_NAMESPACES];
};

/* --- xml_error.c */

/* Notes the first failure and silences the parser; later ones change nothing. */
__attribute__((format(printf, 5, 6))) void xml_fail(struct xml_reader *reader, const char *code,
                                                    size_t offset, const char *hint,
                                                    const char *format, ...);
/* The same with COMITY_E_LIMIT. */
__attribute__((format(printf, 4, 5))) void xml_fail_limit(struct xml_reader *reader,
                                                          const char *code, size_t offset,
                                                          const char *format, ...);
/* There is no memory for `size` bytes: limit.memory or COMITY_E_NOMEM. */
void xml_fail_memory(struct xml_reader *reader, size_t size);
void xml_fail_doctype(struct xml_reader *reader, size_t offset);
/* The text ends before the document does. */
void xml_fail_truncated(struct xml_reader *reader);
/* What the parser found wrong. */
void xml_fail_parser(struct xml_reader *reader, const xmlError *found);

/* --- xml_tree.c: what the parser tells of the document (`user` is the reader) */

void xml_tree_start(void *user, const xmlChar *local_name, const xmlChar *prefix,
                    const xmlChar *uri, int namespace_count, const xmlChar **namespaces,
                    int attribute_count, int defaulted_count, const xmlChar **attributes);
void xml_tree_end(void *user, const xmlChar *local_name, const xmlChar *prefix,
                  const xmlChar *uri);
void xml_tree_text(void *user, const xmlChar *text, int len);
void xml_tree_section(void *user, const xmlChar *text, int len);
/* After all of it: holds that nothing was left open that the parser let pass. */
void xml_tree_finish(struct xml_reader *reader);

#endif
