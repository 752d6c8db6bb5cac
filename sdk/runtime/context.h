/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The inside of the runtime: the context with its formats and plugins, and one session of
 * reading documents.  Only sdk/runtime includes it. */
#ifndef COMITY_RUNTIME_CONTEXT_H
#define COMITY_RUNTIME_CONTEXT_H

#include "base/arena.h"
#include "base/encoding.h"
#include "mapping/template.h"
#include "model/convention.h"
#include "model/profile.h"
#include "model/terms_record.h"
#include "syntax/stream.h"

#include <comity/comity.h>

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0.1.0"
#endif

/* One plugin file, loaded or refused. */
struct plugin {
    struct plugin *next;
    const char *path, *reason;
    struct comity_plugin descriptor; /* cut or padded to the size that we know */
    bool is_loaded;
    char sha256[SHA256_HEX_SIZE + 1]; /* of what was read; "" where nothing was */
};

enum format_kind {
    FORMAT_CONVENTION_JSON,
    FORMAT_CONVENTION_XML,
    FORMAT_LETTER_TEXT, /* written only, as FORMAT_LETTER_HTML */
    FORMAT_LETTER_HTML,
    FORMAT_PLUGIN
};

struct format {
    const char *id, *title;
    enum format_kind kind;
    enum syntax_id syntax;
    const struct plugin *plugin;    /* NULL: built in */
    struct comity_format described; /* FORMAT_PLUGIN; cut or padded */
    struct template *t;             /* or NULL */
    const char *const *kinds;
    const char *path;  /* of a template that was named by its path; or NULL */
    const char *maker; /* plugin and version, as the provenance names them */
    bool is_shadowed;
};

/* Bytes, and their SHA-256. */
struct digested {
    const char *bytes;
    size_t size;
    char sha256[SHA256_HEX_SIZE];
};

struct comity {
    struct arena arena; /* all that lives as long as the context */
    struct format **formats;
    size_t format_count, format_room;
    struct plugin *plugins, *last_plugin; /* in the order in which they were found */
    size_t plugin_count;
    struct limits limits;
    struct xml_spare spare;
    struct terms terms;
    struct findings findings;        /* of loading */
    const struct digested *digested; /* where the input at hand has been counted; or NULL */
    struct held_template *held;      /* in a worker */
    const struct attachments *attachments; /* files beside documents, in a worker; or NULL */
};

/* --- loader.c --- */
/* Which files are looked at. */
struct load_choice {
    const char *only;           /* the name of the one file in all folders; or NULL */
    const char *const *skipped; /* a path, the reason, and so on; ends with NULL; or NULL */
    void (*next)(void *user, const char *path); /* told before a file is looked at; or NULL */
    void *user;
    bool looks_only; /* what would be loaded is hashed, and no more than that */
};
/* Looks through the folders and loads what is trusted; `choice` may be NULL. */
comity_status load_plugins(struct comity *context, const struct comity_config *config,
                           const struct load_choice *choice);
/* Adds a template file as a format of its own; `fd`: of it where it is open already, or -1;
 * `check`: and tries all of it. */
comity_status load_template(struct comity *context, const char *path, int fd, bool check,
                            struct findings *findings, struct format **format);

/* --- formats.c --- */
/* comity_open(), with a choice. */
comity_status open_context(const struct comity_config *config, const struct load_choice *choice,
                           struct comity **opened);
/* Adds a copy of a format; `added` (may be NULL) becomes it. */
comity_status add_format(struct comity *context, const struct format *format,
                         struct format **added);
/* A format by id (what stands before ':'), or by the path of a template; NULL and a finding
 * where there is none. */
struct format *find_format(struct comity *context, const char *spec, struct findings *findings);
/* "json", "xml", "html", "text", "csv" or "lines". */
const char *syntax_name(const struct format *format);
/* The syntax of a spec's format; NULL where it is none of ours, or a path. */
const char *format_syntax(const struct comity *context, const char *spec);
/* What the names of its files end in; NULL is a syntax that is not known. */
const char *syntax_suffix(const char *syntax);
/* The value of an option in a spec "id:name=value,...", or its fallback, or NULL. */
const char *format_option(const struct format *format, const char *spec, const char *wanted,
                          size_t *len);
/* The encoding that an option names, canonical; NULL with COMITY_E_USAGE and a finding where it
 * is none, and with COMITY_OK where the option is not given. */
comity_status format_charset(const struct format *format, const char *spec,
                             struct findings *findings, const char **charset);
/* COMITY_E_USAGE and a finding where it names another than UTF-8 for a format that is written
 * in that alone. */
comity_status format_check_written(const struct format *format, const char *spec,
                                   struct findings *findings);
/* As format_charset(), for the language of a form's labels. */
comity_status format_language(const struct format *format, const char *spec,
                              struct findings *findings, const char **language);
/* As format_charset(), for the options of a template's constants. */
comity_status format_choose(const struct format *format, const char *spec,
                            struct findings *findings, struct template_writer *writer);
/* The folder of --attachments, where another process has it. */
struct attachments {
    int (*open)(void *user, const char *label, size_t len, int *fd); /* 0, or errno */
    int (*store)(void *user, const char *label, size_t len, const char *bytes, size_t size);
    void *user;
};
/* A template that was read before files could be opened no more: what was found in it is told
 * when it is asked for, as if it were read then. */
struct held_template {
    struct held_template *next;
    const char *spec;
    struct buffer findings; /* frames */
    bool is_missing;        /* it has faults */
    bool is_told;
};
/* Reads the template of a path, in a worker.  COMITY_E_NOMEM. */
comity_status hold_template(struct comity *context, const char *spec);
/* Tells what was found in a template that is held; NULL: none of that path is. */
struct held_template *tell_held(struct comity *context, const char *spec,
                                struct findings *findings);
/* True where a spec is the path of a template and no id. */
bool is_template_path(const char *spec);
/* True of the two formats that persons read, and no program. */
bool is_letter(const struct format *format);
bool format_can_read(const struct format *format);
bool format_can_write(const struct format *format);

/* --- detect.c --- */
#define MAX_MATCHES 64
/* All formats that could be the tree's, best first; `why` lends the reasons. */
size_t match_formats(struct comity *context, const struct tree *tree,
                     struct comity_match *matches, struct buffer *why);
/* The one best format of a tree; NULL and a finding where there is none or a tie. */
struct format *detect_format(struct comity *context, const struct tree *tree,
                             struct findings *findings);

/* --- session.c --- */
struct session {
    struct comity *context;
    const struct comity_options *options;
    struct findings findings;
    struct arena arena;
    struct tree tree;
    struct format *from;          /* NULL: detect */
    const char *charset;          /* of text, as the user says; NULL: to be found out */
    uint16_t language;            /* of a form's labels, by text_input_read() */
    char sha256[SHA256_HEX_SIZE]; /* of the tree's whole document, once it is asked for */
    bool is_hashed;
    struct comity_result *result;
    struct arena settings;  /* what holds for all documents of the session */
    struct profile profile; /* no state where there is none */
    const char *voice; /* that sets of terms are resolved to: --terminology; NULL: none are */
    bool restores;     /* sets of terms: --terminology bracketed */
    struct term_choices choices;
};

struct comity_record {
    struct record record;
    struct session *session;
    const struct format *format; /* that it was read by */
    uint32_t node;               /* of the document in the tree */
};

/* For each document: reads it into a record and calls `each`; `stopped` (may be NULL) is told
 * of each document that was not done. */
comity_status session_run(struct comity *context, const struct comity_options *options,
                          const struct comity_input *input, comity_record_fn *each,
                          void (*stopped)(void *user, struct comity_record *record),
                          void *each_user, struct comity_result *result);
/* For each tree of the input, good or not; used by detection. */
typedef comity_status tree_fn(void *user, struct session *session);
comity_status session_trees(struct session *session, const struct comity_input *input,
                            enum syntax_id syntax, tree_fn *each, void *user);
comity_status session_open(struct session *session, struct comity *context,
                           const struct comity_options *options, struct comity_result *result);
void session_close(struct session *session);
/* --- text_input.c */
/* As session_trees(), for the one document of an input of labelled text; its tree has a root
 * alone, and the text as UTF-8. */
comity_status text_input_run(struct session *session, struct source *source, tree_fn *each,
                             void *user);
/* True if the head of an input is labelled text that some form knows. */
bool text_input_looks(struct session *session, const struct source *source);
/* Reads the text of the tree as a form.  COMITY_E_INVALID, COMITY_E_LIMIT: reported and
 * counted. */
comity_status text_input_read(struct session *session, const struct format *format,
                              uint16_t *language);

/* What a format that was not found is: COMITY_E_PLUGIN, or COMITY_E_USAGE for its option. */
comity_status missing_format(const struct comity *context, const char *spec);

/* --- write.c --- */
struct record_writer {
    const struct format *format;
    const char *spec; /* the format as it was asked for, with its options */
    struct template_writer templated;
};
/* COMITY_E_USAGE where an option's value is none (reported), COMITY_E_NOMEM. */
comity_status record_writer_init(struct record_writer *writer, const struct format *format,
                                 const char *spec, struct findings *findings);
void record_writer_free(struct record_writer *writer);
/* Appends one document, reports what the format could not carry. */
comity_status write_record(struct record_writer *writer, struct comity_record *record,
                           struct buffer *out);
/* The same without a look at terms. */
comity_status write_document(struct record_writer *writer, struct comity_record *record,
                             struct buffer *out);
/* Forgets the document written last, whose output was taken back. */
void record_writer_undo(struct record_writer *writer);
void finish_writing(struct record_writer *writer, struct buffer *out);

/* --- account.c --- */
/* Reports what no writer asked for, and marks its leaves as dropped. */
void account_losses(struct comity_record *record, const struct format *format);
/* A note for each leaf of a document that is kept (--trace). */
void account_trace_kept(const struct comity_record *record);
/* Adds the leaves of a document to the result. */
void account_leaves(const struct comity_record *record, struct comity_result *result);

/* --- beside.c: files beside a document, in the folder that the options name --- */
/* True if a label names a file of the folder itself. */
bool beside_is_label(const char *label, size_t len);
/* Opens the file of a label, to read: 0, or errno. */
int beside_open(const char *folder, const char *label, size_t len, int *fd);
/* Puts a file there, and makes the folder: 0, or errno.  What is there is never replaced: the
 * same bytes are good, others are EEXIST. */
int beside_store(const char *folder, const char *label, size_t len, const char *bytes,
                 size_t size);
/* Takes their bytes into a record that was read. */
comity_status beside_take(struct comity_record *record);
/* Writes a document by a template; the bytes of files are left out, and */
comity_status beside_write(struct record_writer *writer, struct comity_record *record,
                           struct buffer *out);
/* written into the folder, before the document is shown.  COMITY_E_INVALID: reported. */
comity_status beside_put(struct comity_record *record);

/* --- supply.c --- */
/* What the user supplies and where the record came from. */
comity_status supply_settings(struct comity_record *record);
comity_status supply_provenance(struct comity_record *record);

/* --- check.c --- */
/* Reads the profile of the options.  COMITY_E_USAGE: it is faulty, or their kind is (both
 * reported). */
comity_status check_open(struct session *session);
/* Reports what the convention's rules, and the profile, find lacking in a record. */
void check_rules(struct comity_record *record);
/* The same, but what is lacking is a warning, whatever the rule says; how many there are.
 * Where the options ask for a check it was made when the record was read: 0. */
uint64_t check_lacks(struct comity_record *record);
/* Where the document stands in the input, in bytes.  The root of a tree stands for all of it,
 * with what XML has before its first element. */
void record_place(const struct comity_record *record, uint64_t *start, uint64_t *end);
/* True of a record that a format of notices made, now or before it became canonical: it is no
 * request yet. */
bool check_is_notice(const struct comity_record *record);
/* --- terminology.c --- */
/* The catalogue of a context: the shipped one, and the user's.  COMITY_E_INVALID: reported. */
comity_status terminology_load(struct comity *context, const struct comity_config *config);
/* What the options of a session ask for.  COMITY_E_USAGE, COMITY_E_INVALID: reported. */
comity_status terminology_open(struct session *session);
/* Does it, to one record. */
comity_status terminology_apply(struct comity_record *record);
/* Tells where a format's labels speak otherwise than a record that was written in it. */
void terminology_tell_labels(struct comity_record *record, const struct format *format);

/* --- terminology_account.c --- */
/* Reads again what a format made of a record with sets of terms, and tells of each set that
 * is not where it was. */
comity_status terminology_account(const struct record_writer *writer,
                                  struct comity_record *record);

/* --- host.c --- */
comity_status host_read(struct comity_record *record);
comity_status host_write(const struct record_writer *writer, struct comity_record *record,
                         struct buffer *out);
/* Calls a plugin's init(), whose reports go to `findings`. */
comity_status host_init(const struct comity_plugin *plugin, struct findings *findings);
const struct comity_host *host_table(void);

#endif
