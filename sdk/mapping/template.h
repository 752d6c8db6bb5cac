/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The template of a format: one description that reads and writes alike, compiled once.
 * docs/templates.md is its reference.  A compiled template is constant; any thread. */
#ifndef COMITY_MAPPING_TEMPLATE_H
#define COMITY_MAPPING_TEMPLATE_H

#include "model/record.h"

#define TEMPLATE_MAX_SLOTS 64u
#define TEMPLATE_MAX_MEMBERS 256u

enum member_kind {
    MEMBER_OBJECT,   /* an object that holds further members */
    MEMBER_VALUE,    /* one scalar */
    MEMBER_ENTRIES,  /* a list of scalars */
    MEMBER_EACH,     /* a list of objects, each one canonical group */
    MEMBER_DOCUMENTS /* a list of objects, each one document */
};

/* What a writer puts where the record has nothing. */
enum absent_rule { ABSENT_OMIT, ABSENT_NULL, ABSENT_EMPTY };

enum codec_id { CODEC_NONE, CODEC_DATE, CODEC_CODES, CODEC_LANGUAGE };

struct code_pair {
    const char *code, *value;
    uint32_t code_len, value_len;
};

struct code_table {
    const char *name, *expected; /* "a code of the table eyes" */
    struct code_pair *pairs;
    size_t count;
};

/* One step from a group to a group inside it. */
struct slot {
    uint16_t parent, field;
    uint16_t key; /* field whose text chooses the entry of a list; FIELD_NONE: by index */
    uint16_t index;
    const char *wanted; /* the text that `key` must have */
    uint32_t wanted_len;
};

/* The groups that the rows of one repeated part touch; slot 0 is the part's own group. */
struct scope {
    uint16_t group; /* enum group_id of slot 0 */
    uint16_t count;
    struct slot slots[TEMPLATE_MAX_SLOTS];
    struct constant *constants;
    size_t constant_count;
};

struct target {
    bool from_root; /* of the document's scope, not the innermost one */
    uint16_t slot, field;
};

struct constant {
    struct target target;
    const char *path; /* as the template spells it */
    const char *text;
    uint32_t len;
};

struct row {
    const char *at, *field_path; /* as the template spells them */
    struct target target;
    uint8_t codec;       /* enum codec_id */
    uint8_t json_kind;   /* COMITY_NODE_STRING, _NUMBER or _TRUE (a boolean) */
    const char *pattern; /* CODEC_DATE */
    const struct code_table *codes;
    struct constant *with; /* values that stand beside it: a unit */
    size_t with_count;
    struct target *also; /* values that say the same */
    size_t also_count;
    bool has_fallback;        /* also[0] stands in where the target is absent */
    struct constant *unknown; /* texts that mean "not known"; target unused */
    size_t unknown_count;
    const char *note;
};

struct member {
    const char *name, *literal; /* "name": with quotes and colon */
    uint32_t name_len, literal_len;
    uint8_t kind, absent;
    bool required;
    uint16_t count;
    struct member *members; /* MEMBER_OBJECT, _EACH, _DOCUMENTS: in the order of writing */
    struct row *row;        /* MEMBER_VALUE, _ENTRIES; of _EACH: its target */
    struct scope *scope;    /* MEMBER_EACH */
    uint16_t key;           /* MEMBER_EACH: only entries whose `key` is `wanted` */
    const char *wanted;
    uint32_t wanted_len;
};

enum condition_kind { WHEN_ALWAYS, WHEN_HAS, WHEN_EQUALS, WHEN_CONTAINS };

struct condition {
    uint8_t kind;
    const char *at, *text; /* path of members, "a/b"; text to compare with */
    uint32_t text_len;
    const struct row *row; /* the row at that path, for writing */
};

struct kind_rule {
    const char *kind;
    uint32_t kind_len;
    struct condition when;
};

struct template
{
    const char *id, *title, *source;
    enum syntax_id syntax;
    struct kind_rule *kinds;
    size_t kind_count;
    struct member root;       /* MEMBER_OBJECT: the document, or what encloses documents */
    struct member *documents; /* in it; NULL: the root is the document */
    struct scope scope;       /* of one document */
    struct code_table *tables;
    size_t table_count;
    struct condition *detect;
    size_t detect_count;
    int32_t detect_score;
    const char *const *media_types, *const *suffixes;
};

/* Compiles a template; all memory is the arena's, the text is copied.  Faults are reported
 * with their line in the template; COMITY_E_INVALID where there were any. */
comity_status template_compile(struct arena *arena, const char *text, size_t len,
                               struct findings *findings, struct template **compiled);

/* How likely a tree is this format, 0..100; `why` gets the reason. */
int32_t template_score(const struct template *t, const struct tree *tree, struct buffer *why);

/* The list whose entries are the documents of a tree; 0 where there is none. */
uint32_t template_documents_node(const struct template *t, const struct tree *tree);

/* Reads document number `index` of a tree into an empty record.  `after` is the node of the
 * document before it, 0 at first, and moves on. */
comity_status template_read(const struct template *t, struct record *record,
                            struct findings *findings, uint32_t *after, bool trace);

/* A writer of documents in a template's format. */
struct template_writer {
    const struct template *t;
    struct buffer tail; /* what closes the enclosing object, once one is open */
    bool open, first;
    /* before the last document, for template_undo(): */
    struct buffer former_tail;
    bool was_open, was_first, has_opened;
};

void template_writer_init(struct template_writer *writer, const struct template *t);
void template_writer_free(struct template_writer *writer);
/* Appends one document to `out`; on failure `out` holds nothing that may be shown. */
comity_status template_write(struct template_writer *writer, struct record *record,
                             struct findings *findings, struct buffer *out);
/* Forgets the document written last, whose output the caller has taken back. */
void template_undo(struct template_writer *writer);
/* Appends what closes the stream, if anything is open. */
void template_finish(struct template_writer *writer, struct buffer *out);

/* Appends the template as a flat table that a person who knows the format can check. */
void template_table(const struct template *t, struct buffer *out);

/* --- shared by reading and writing --- */

struct decoded {
    const char *text;
    size_t len;
    bool known;                  /* the text was understood (else it stands as written) */
    bool exact;                  /* encoding it again gives the source's text and JSON kind */
    bool precise;                /* nothing was lost in decoding */
    const char *code, *expected; /* of the warning, where not known */
};

/* True if the scalar means "not known" in this row. */
bool codec_is_unknown(const struct row *row, const char *text, size_t len, uint8_t kind);
/* Canonical text of a scalar of the source.  false: no memory. */
bool codec_decode(const struct row *row, struct arena *arena, const char *text, size_t len,
                  uint8_t kind, struct decoded *out);
/* What a canonical text is in the source: *text becomes it, in `scratch` (32 bytes) where need
 * be; returns its length. */
size_t codec_source(const struct row *row, const char **text, size_t len, char *scratch);
/* Appends the JSON of a canonical text; false where the row cannot say it. */
bool codec_encode(const struct row *row, const char *text, size_t len, struct buffer *out);

/* A member by name, beginning at `hint`; NULL where there is none. */
const struct member *member_find(const struct member *parent, const char *name, size_t len,
                                 uint16_t *hint);
/* The node at a path "a/b" below another; 0 where there is none. */
uint32_t tree_at(const struct tree *tree, uint32_t node, const char *path);
/* The condition, asked of a tree. */
bool condition_holds(const struct condition *when, const struct tree *tree, uint32_t node);

#endif
