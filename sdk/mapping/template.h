/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The template of a format: one description that reads and writes alike, compiled once.
 * docs/templates.md is its reference.  A compiled template is constant; any thread. */
#ifndef COMITY_MAPPING_TEMPLATE_H
#define COMITY_MAPPING_TEMPLATE_H

#include "io/charset_encode.h"
#include "model/dates.h"
#include "model/record.h"
#include "syntax/csv.h"
#include "syntax/text.h"
#include "syntax/xml_normal.h"

#define TEMPLATE_MAX_SLOTS 64u
#define TEMPLATE_MAX_MEMBERS 256u
#define TEMPLATE_MAX_OPTIONS 4u
#define TEMPLATE_MAX_VARIANTS 2u /* syntaxes: json, xml */
#define TEMPLATE_MAX_SORTS 64u   /* of entries of one list */

enum member_kind {
    MEMBER_OBJECT,    /* an object that holds further members */
    MEMBER_VALUE,     /* one scalar */
    MEMBER_ENTRIES,   /* a list of scalars */
    MEMBER_EACH,      /* a list of objects, each one canonical group */
    MEMBER_DOCUMENTS, /* a list of objects, each one document */
    MEMBER_ENTRY,     /* of a list: the one entry that a constant of it tells */
    MEMBER_CONST      /* a value that the format itself says */
};

/* What a writer makes up where the document has nothing; always told. */
enum made_rule {
    MADE_NOTHING,
    MADE_KEY,
    MADE_REF,
    MADE_UUID,
    MADE_TIME,
    MADE_DATE,
    MADE_MICROS,
    MADE_NUMBER
};

/* What a writer puts where the record has nothing. */
enum absent_rule { ABSENT_OMIT, ABSENT_NULL, ABSENT_EMPTY };

enum codec_id {
    CODEC_NONE,
    CODEC_DATE,
    CODEC_CODES,
    CODEC_LANGUAGE,
    CODEC_COUNTRY,
    CODEC_TIME,
    CODEC_DIGITS
};

struct code_pair {
    const char *code, *value;
    uint32_t code_len, value_len;
};

/* The characters that some texts of the format may have: "20 27 2C-2E 41-5A". */
struct letters {
    const char *name;
    struct charset_range *ranges;
    size_t count;
};

struct code_table {
    const char *name, *expected; /* "a code of the table eyes" */
    struct code_pair *pairs;
    size_t count;
};

/* --- parts: a text that is several values, taken apart and put together --- */

#define PATTERN_MAX_HOLES 4u

/* Text that a pattern states; compared folded, without white space. */
struct literal {
    const char *text;
    uint32_t len, folded_len;
    const uint32_t *folded;
};

/* "{} г.р.", "{a}，用于{b}", "{…案}": literals[0] hole[0] literals[1] ... */
#define ANY_LANGUAGE UINT16_MAX

struct pattern {
    const char *text;  /* as the template spells it */
    uint16_t language; /* of the form it is in, or ANY_LANGUAGE */
    size_t hole_count;
    struct literal literals[PATTERN_MAX_HOLES + 1];
    uint8_t holes[PATTERN_MAX_HOLES];         /* index in piece.holes */
    struct literal begins[PATTERN_MAX_HOLES]; /* how the value itself begins */
    struct literal ends[PATTERN_MAX_HOLES];   /* and ends */
};

struct parts;
struct member;

/* One kind of segment: a value, several, a meaning, or a group with parts of its own. */
struct piece {
    const struct pattern *patterns; /* the first of a language that fits is written */
    const struct pattern **tries;   /* the same, those with the most words first */
    size_t pattern_count;
    struct row *holes[PATTERN_MAX_HOLES];
    size_t hole_count;
    bool is_list;              /* may stand several times: a list of values, or groups */
    const struct member *each; /* a group for each segment; its parts are `inner` */
    const struct parts *inner;
    bool first;     /* only as the first segment */
    bool rest;      /* takes all that follows */
    bool more;      /* takes what follows up to a part that is told by its words */
    bool needs;     /* only where the piece before it was found */
    bool tells;     /* shows that a segment is its group */
    bool stands_in; /* written where the part before is absent, and read back as that */
};

struct parts {
    const char *between;      /* written between two pieces; NULL: there is one segment */
    struct literal separator; /* what is looked for: `between` without white space */
    struct piece *pieces;
    size_t count;
    bool is_combined;          /* the whole text is always carried too */
    const char *main;          /* plain path of what the text is mostly about */
    const char *const *covers; /* plain paths; ends with NULL */
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

/* A canonical value that must be one of these for a member to be written, and that its being
 * there says (the first). */
struct wanted_text {
    const char *text;
    uint32_t len;
};
struct membership {
    struct target target;
    const char *path; /* as the template spells it */
    struct wanted_text *texts;
    size_t count;
    bool or_absent;
};

struct row {
    const char *at, *field_path; /* as the template spells them */
    const char *plain_path;      /* field_path without what stands in brackets */
    bool is_kept;                /* no canonical place: kept for this format */
    uint32_t node;               /* of the template's own JSON, for its faults */
    struct target target;
    uint8_t codec;                  /* enum codec_id */
    uint8_t json_kind;              /* COMITY_NODE_STRING, _NUMBER or _TRUE (a boolean) */
    const struct date_style *dates; /* CODEC_DATE: the first is written; ends without pattern */
    const char *language;           /* CODEC_COUNTRY: of the names; NULL: the document's */
    const struct code_table *codes;
    const struct letters *letters; /* the only ones that the text may have; NULL: all */
    const struct parts *parts;     /* the text is taken apart; target is its combined item */
    struct constant *with;         /* values that stand beside it: a unit */
    size_t with_count;
    struct target *also; /* values that say the same */
    size_t also_count;
    bool has_fallback;        /* also[0] stands in where the target is absent */
    bool is_instead;          /* and says something else: it is not read */
    struct constant *unknown; /* texts that mean "not known"; target unused */
    size_t unknown_count;
    uint8_t made;         /* enum made_rule */
    bool has_of;          /* MADE_REF: the key is that of */
    struct target of;     /* this group, the first of its list */
    const char *prefix;   /* MADE_KEY: what stands before the number */
    uint32_t first;       /* MADE_NUMBER: where numbers begin */
    bool is_file;         /* the label of a file beside the document */
    const char *fallback; /* what is written where the format needs a text and there is none */
    uint32_t most;        /* characters that the format takes; 0 = as many as there are */
    const char *overflow; /* the member beside it that holds the whole; NULL: it is a loss */
    const char *note;
};

/* A constant of the format: its JSON, and what a reader finds. */
struct fixed {
    const char *text, *json;
    uint32_t text_len, json_len;
    uint8_t kind;
};

struct member {
    const char *name, *literal; /* "name": with quotes and colon */
    uint32_t name_len, literal_len;
    uint8_t kind, absent;
    bool required;
    bool is_annex;   /* no item of the form: written where there is something to say */
    bool takes_rest; /* and with it what other forms combined and nothing else has taken */
    uint16_t count;
    struct member **members; /* MEMBER_OBJECT, _EACH, _DOCUMENTS: in the order of writing; of
                              * _ENTRIES: the constants beside each entry's `inside` */
    const char *inside;     /* MEMBER_ENTRIES: the member of each entry that is the value */
    uint32_t inside_len;
    struct row *row;     /* MEMBER_VALUE, _ENTRIES; of _EACH: its target */
    struct row *rest;    /* MEMBER_ENTRIES of a single field: of all entries but the first */
    struct scope *scope; /* MEMBER_EACH */
    uint16_t key;        /* MEMBER_EACH: only entries whose `key` is `wanted` */
    const char *wanted;
    uint32_t wanted_len;
    struct membership *when; /* MEMBER_OBJECT, _EACH: written where they hold, said by it */
    size_t when_count;
    struct fixed *fixed; /* MEMBER_CONST: the first is written */
    size_t fixed_count;
    bool is_block;      /* MEMBER_OBJECT: with rows of its own; not for a constant alone */
    bool always;        /* MEMBER_CONST: the entry that it is in is written for its sake;
                        * MEMBER_OBJECT: written although nothing is in it */
    const char *option; /* MEMBER_CONST: of the format, by which the user chooses the text */
    bool single;        /* a list of one is written as its entry alone */
    bool is_listed;     /* MEMBER_VALUE that is made: written as a list of one */
    const char *entry;  /* MEMBER_ENTRY: "[name=facts]" */
    uint32_t entry_len;
    struct member *other; /* MEMBER_EACH, _ENTRY: another sort of entries of the same list */
    const char *key_at;   /* MEMBER_EACH: the member that other lists refer to; or NULL */
    bool refers;          /* `key_at` refers to the group that has the key */
    const struct member *whole_of; /* MEMBER_VALUE: the value that the other one cuts */
};

enum condition_kind { WHEN_ALWAYS, WHEN_HAS, WHEN_EQUALS, WHEN_CONTAINS };

struct condition {
    uint8_t kind;
    const char *at, *text; /* path of members, "a/b"; text to compare with */
    uint32_t text_len;
    const char *const *unless; /* WHEN_CONTAINS: nor any of these; ends with NULL; or NULL */
    bool is_typed;             /* of a form: compared folded */
    const struct row *row;     /* the row at that path, for writing */
};

struct kind_rule {
    const char *kind;
    uint32_t kind_len;
    bool is_own; /* written only where the document was of this format */
    size_t option;      /* where that or, of this option of the template, */
    const char *chosen; /* this text is chosen; NULL: always */
    struct condition when;
    const struct row *list; /* whose entries say it, at least one; or NULL */
};

/* Objects of one list that are one document where they refer to one another. */
struct joined {
    const char *at;         /* the list */
    const char *id, *refs;  /* in an entry: its own key, and those that it refers to */
    const char *by_at;      /* in an entry: where a document begins, and */
    const char *by_text;    /* the text that it has there */
    size_t by_len;
};

struct template
{
    const char *id, *title, *source;
    const char *voice; /* that its labels speak: data, information, bracketed; NULL: none */
    enum syntax_id syntax;
    size_t variants; /* syntaxes that the template has; each is a format of its own */
    struct kind_rule *kinds;
    size_t kind_count;
    const char *root_name; /* SYNTAX_XML: of the root element, with its prefix */
    struct xml_namespaces namespaces;
    struct csv_layout csv;    /* SYNTAX_CSV */
    struct member root;       /* MEMBER_OBJECT: the document, or what encloses documents */
    struct member *documents; /* in it; NULL: the root is the document */
    struct scope scope;       /* of one document */
    struct code_table *tables;
    size_t table_count;
    struct letters *letters;
    size_t letters_count;
    struct comity_option *options; /* of constants; ends with NULL; or NULL */
    const struct member *option_members[TEMPLATE_MAX_OPTIONS];
    size_t option_count;
    const char *const *months; /* twelve names, for dates with MMMM; or NULL */
    struct condition *detect;
    size_t detect_count;
    int32_t detect_score;
    const char *const *media_types, *const *suffixes;
    /* SYNTAX_TEXT: */
    struct text_form *form;
    const struct member **label_members; /* by index of a label; NULL: a heading */
    const struct text_words *preamble;   /* printed before the first label, by language */
    size_t preamble_count;
    const char *const *charsets; /* beside UTF-8 and UTF-16; ends with NULL */
    const struct row *signature;
    const struct member **keyed; /* lists whose entries others refer to */
    size_t keyed_count;
    size_t detect_labels; /* how many labels tell the format */
    size_t main_labels;   /* labels of the form itself, without annex */
    struct joined *joined; /* one message may be several documents; or NULL */
    bool has_files;       /* a row is the label of a file beside the document */
    bool carries;         /* what has no place goes along as an attachment */
    bool is_notice;       /* its documents are notices, which are no requests yet */
};

/* Compiles a template; all memory is the arena's, the text is copied.  Faults are reported
 * with their line in the template; COMITY_E_INVALID where there were any. */
comity_status template_compile(struct arena *arena, const char *text, size_t len,
                               struct findings *findings, struct template **compiled);

/* The same for a template of several syntaxes: "id-json" (variant 0), "id-xml" (1). */
comity_status template_compile_variant(struct arena *arena, const char *text, size_t len,
                                       size_t variant, bool check, struct findings *findings,
                                       struct template **compiled);

/* The same, and tries every row and example of it: rows that cannot be written back, rules that
 * nothing reaches, items of the convention that nothing fills (a warning). */
comity_status template_check(struct arena *arena, const char *text, size_t len,
                             struct findings *findings, struct template **compiled);

/* How likely a tree is this format, 0..100; `why` gets the reason. */
int32_t template_score(const struct template *t, const struct tree *tree, struct buffer *why);

/* Brings a tree of XML to the form that a template's rows speak of. */
comity_status template_normalize(const struct template *t, struct tree *tree);

/* The list whose entries are the documents of a tree; 0 where there is none. */
uint32_t template_documents_node(const struct template *t, const struct tree *tree);

/* Reads the next document of a tree into an empty record.  `after` is the node of the document
 * before it, 0 at first, and moves on.  `language`: of a form, as text_read() found it. */
comity_status template_read(const struct template *t, struct record *record,
                            struct findings *findings, uint32_t *after, uint16_t language,
                            bool trace);

/* A writer of documents in a template's format. */
struct template_writer {
    const struct template *t;
    const char *language;            /* SYNTAX_TEXT: asked for; NULL: the document's */
    struct charset_encoder *encoder; /* SYNTAX_TEXT: NULL = UTF-8; the writer's to free */
    struct transliterator *latin;    /* for what it cannot say; made when first needed */
    struct lettering *lettering;     /* for each of t->letters; made when first needed */
    const struct fixed *chosen[TEMPLATE_MAX_OPTIONS]; /* by the user; NULL: not */
    struct buffer tail; /* what closes the enclosing object, once one is open */
    bool open, first;
    /* before the last document, for template_undo(): */
    struct buffer former_tail;
    bool was_open, was_first, has_opened;
};

void template_writer_init(struct template_writer *writer, const struct template *t);
/* Chooses the text of option `index` of the template; false where it has no such text. */
bool template_choose(struct template_writer *writer, size_t index, const char *text,
                     size_t len);
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
bool codec_decode(const struct row *row, struct arena *arena, const char *language,
                  const char *text, size_t len, uint8_t kind, struct decoded *out);
/* What a reader will understand where that is not the canonical text itself: of several words
 * that one code says, the first.  NULL: the text itself. */
const struct code_pair *codec_read_as(const struct row *row, const char *text, size_t len);
/* The point of a time with a fraction of a second, which CODEC_TIME leaves out; NULL: none. */
const char *codec_fraction(const char *text, size_t len);
/* What a canonical text is in the source: *text becomes it, in `scratch` (CODEC_SCRATCH bytes)
 * where need be; returns its length. */
#define CODEC_SCRATCH 96u
size_t codec_source(const struct row *row, const char *language, const char **text, size_t len,
                    char *scratch);
/* Appends the JSON of a canonical text; false where the row cannot say it. */
bool codec_encode(const struct row *row, const char *text, size_t len, struct buffer *out);

/* Appends what the row's format takes of a text that is too long for it; false where it is
 * not.  Cut between words where there is one near the end, and "…" behind it. */
bool codec_cut(const struct row *row, const char *text, size_t len, struct buffer *out);

/* The constant of the member that a node states, or NULL. */
const struct fixed *fixed_find(const struct member *member, const struct comity_node *node);

/* A member by name, looked for from `hint` on, which becomes one more than its number; NULL
 * where there is none. */
const struct member *member_find(const struct member *parent, const char *name, size_t len,
                                 uint16_t *hint);
/* The node at a path "a/b" below another; 0 where there is none. */
uint32_t tree_at(const struct tree *tree, uint32_t node, const char *path);
/* True if a text of the format is what the condition speaks of. */
bool condition_says(const struct condition *when, const char *text, size_t len);
/* The condition, asked of a tree. */
bool condition_holds(const struct condition *when, const struct tree *tree, uint32_t node);

#endif
