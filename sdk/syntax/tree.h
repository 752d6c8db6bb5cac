/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The located tree: what every syntax makes of a document, every value with its place.
 * Nodes stand in one array in the order of the document (a parent before its children), so
 * that a tree costs no allocation a node and leaves are counted in one run.  Knows nothing of
 * any format, nor of the canonical model. */
#ifndef COMITY_SYNTAX_TREE_H
#define COMITY_SYNTAX_TREE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/finding.h"
#include "base/limits.h"

#include <comity/plugin.h>
#include <stdbool.h>

/* What became of a leaf of the input (2-interface: Loss). */
enum fate {
    FATE_NONE = 0, /* nothing looked at it yet */
    FATE_MAPPED,
    FATE_APPROXIMATED, /* a code or a date lost precision */
    FATE_KEPT,         /* no canonical place; carried in the record's kept part */
    FATE_DROPPED       /* reported as a loss */
};

enum syntax_id {
    SYNTAX_JSON = 1,
    SYNTAX_XML = 2,
    SYNTAX_TEXT = 3,
    SYNTAX_CSV = 4,
    SYNTAX_LINES = 5
};

struct comity_node {
    const char *name; /* member name, or an element's or attribute's local name */
    const char *ns;   /* XML: namespace URI, NULL = none */
    const char *text; /* of a scalar: decoded text, or a number's lexeme */
    uint32_t name_len, text_len;
    uint32_t first, next; /* index of first child and next sibling; 0 = none */
    uint32_t offset;      /* of the value, in bytes of tree->text */
    uint32_t end;         /* one past the value's last byte in tree->text */
    uint32_t count;       /* children, attributes included */
    uint8_t kind;         /* COMITY_NODE_... */
    uint8_t fate;         /* enum fate */
    uint16_t reserved;
};

struct tree_notes;
struct joined_parts;
struct charset_map; /* from offsets of the UTF-8 text back to those of the input */

struct tree {
    struct comity_node *nodes; /* nodes[0] is not used, nodes[1] is the root */
    uint32_t count;            /* nodes in use, the unused first one included */
    uint32_t capacity;
    enum syntax_id syntax;
    bool has_twins;   /* JSON: members of one name are let pass */
    bool is_normal;   /* XML, as syntax/xml_normal.h has it */
    const char *text; /* the document as UTF-8; lent by the reader of the stream */
    size_t size;
    uint64_t offset;               /* place of text[0] in the input: bytes from the start */
    uint64_t line, column;         /* the same: from 1, in characters */
    const struct charset_map *map; /* NULL: text is the input's own bytes */
    struct arena *arena;           /* decoded text and whatever else the document needs */
    struct joined_parts *parts;    /* the documents that it is, mapping/joined.h; NULL: one */
    uint32_t parted;               /* the list of which a part alone is linked; 0 = none */
    const uint32_t *entries;       /* all of that list, by which its entries are numbered */
    uint32_t entry_count;
    struct tree_notes *notes; /* where tree.c last counted to; NULL without nodes */
};

struct place {
    uint64_t offset, line, column;
};

void tree_init(struct tree *tree, struct arena *arena);
void tree_free(struct tree *tree);
/* Forgets the nodes and the text; keeps the nodes' memory, and the place of the document
 * (offset, line, column) for the reader that comes next. */
void tree_reset(struct tree *tree);

/* A new node behind all others, zeroed; 0 where there is no memory or `limit` is reached. */
uint32_t tree_add(struct tree *tree, uint32_t limit);

static inline struct comity_node *tree_node(const struct tree *tree, uint32_t index)
{
    return &tree->nodes[index];
}

static inline uint32_t tree_index(const struct tree *tree, const struct comity_node *node)
{
    return (uint32_t)(node - tree->nodes);
}

/* A child by name (and namespace, where `ns` is not NULL), or 0. */
uint32_t tree_find(const struct tree *tree, uint32_t parent, const char *name, size_t name_len,
                   const char *ns);

/* True for what the loss account counts: a scalar, null included, an empty list or group, an
 * attribute, an element without child elements (if it has text or no attribute), mixed text. */
bool tree_is_leaf(const struct tree *tree, const struct comity_node *node);

/* Line, column and offset in the input of a byte of tree->text. */
struct place tree_place(const struct tree *tree, size_t offset);

/* Appends where a node stands: a JSON Pointer ("/arrest_warrants/0/charge"), an XPath
 * ("/a:Request/a:Party[2]/@id", without prefixes), or of labelled text the label. */
void tree_path(const struct tree *tree, uint32_t index, struct buffer *path);

/* Reports a finding at a node (0: the document).  `field` and `hint` may be NULL. */
void tree_report(const struct tree *tree, struct findings *findings, uint32_t index,
                 int32_t severity, const char *code, const char *field, const char *hint,
                 const char *message);

/* A syntax error, or something less grave: a code, a sentence, and the byte of the text it is
 * about. */
struct syntax_error {
    const char *code, *hint;
    char message[240];
    size_t offset;
};

/* Reports a finding on a part of a node, at `offset` of the text. */
void tree_report_part(const struct tree *tree, struct findings *findings, uint32_t index,
                      size_t offset, struct comity_finding *finding);

/* Reports what is said about a byte of the text, in the input's own place; `index` is the node
 * that it belongs to, 0 = none. */
void tree_report_at(const struct tree *tree, struct findings *findings, uint32_t index,
                    int32_t severity, const struct syntax_error *error);

/* Reports a syntax error, in the input's own place, as a finding of severity ERROR. */
void tree_report_syntax(const struct tree *tree, struct findings *findings,
                        const struct syntax_error *error);

/* Is told of a difference: the node of the tree before that it is found at. */
typedef void tree_differ_fn(void *user, uint32_t node, const char *what);

/* Compares two documents, names and values as they are written, in their order, which the
 * attributes of XML do not have.  Says nothing where they say the same. */
void tree_compare(const struct tree *was, const struct tree *is, tree_differ_fn *differ,
                  void *user);

#endif
