/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity/comity.h -- the embedding API of libcomity: convert requests for mutual legal
 * assistance between formats, with findings and an account of every value.
 *
 * A `struct comity` may be shared by threads once its plugins are loaded; a `comity_record`
 * and one conversion belong to one thread at a time.  Every function that can fail returns a
 * comity_status; what went wrong is told by the finding callback. */
#ifndef COMITY_COMITY_H
#define COMITY_COMITY_H

#include <comity/plugin.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COMITY_API COMITY_EXPORT

struct comity;        /* context: formats, plugins, limits */
struct comity_record; /* one document in the canonical model */

/* One thing that was found: what, where, expected, what to do.  All pointers are lent for the
 * length of the callback; NULL and 0 where there is none. */
struct comity_finding {
    uint32_t struct_size;
    int32_t severity;    /* COMITY_NOTE .. COMITY_ERROR */
    const char *code;    /* stable, dotted: "json.duplicate-key" */
    const char *message; /* one sentence */
    const char *file;
    uint64_t line, column; /* of the input, from 1, in characters; 0 = none */
    uint64_t offset;       /* of the input, in bytes; counts where line is not 0 */
    const char *source;    /* JSON Pointer, XPath or label */
    const char *field;     /* canonical path: "offences[0].title" */
    const char *format;    /* format id */
    const char *hint;      /* what to do about it */
};

/* Called for each finding, in the order in which they are met. */
typedef void comity_finding_fn(void *user, const struct comity_finding *finding);

/* Where output goes: returns 0, or anything else to stop with COMITY_E_IO. */
typedef int comity_write_fn(void *user, const void *bytes, size_t size);

/* --- context ------------------------------------------------------------------------- */

/* How a context is made.  Start from COMITY_CONFIG_INIT. */
struct comity_config {
    uint32_t struct_size;
    uint32_t no_default_paths; /* 1: only `plugin_paths`, not the environment's nor ours */
    const char *const *plugin_paths; /* folders searched first; ends with NULL; or NULL */
    uint64_t max_bytes;              /* of one document; 0: 64 MiB */
    uint32_t max_depth;              /* 0: 64 */
    uint32_t max_members;            /* values of one document; 0: 2,000,000 */
    comity_finding_fn *finding;      /* what is found while plugins are loaded; or NULL */
    void *user;
    const char *terms_catalogue; /* terms beside the shipped ones, JSON; or NULL */
    size_t terms_catalogue_len;
    const char *terms_catalogue_file; /* its name in findings; or NULL */
    const char *allow_list; /* file of the plugins that may be loaded, which must be there; "":
                               none is asked; NULL: the user's and the installation's, as far as
                               they are there (docs/trust.md) */
};
#define COMITY_CONFIG_INIT                                                              \
    {                                                                                   \
        sizeof(struct comity_config), 0, NULL, 0, 0, 0, NULL, NULL, NULL, 0, NULL, NULL \
    }

/* Makes a context: the built-in formats and those of the plugins found.  A plugin that is
 * refused is a warning, and no failure.  COMITY_E_INVALID: the catalogue of terms has faults,
 * which are reported; COMITY_E_NOMEM.  Free with comity_close().
 *
 *     struct comity_config config = COMITY_CONFIG_INIT;
 *     struct comity *context = NULL;
 *     comity_status status = comity_open(&config, &context); */
COMITY_API comity_status comity_open(const struct comity_config *config,
                                     struct comity **context);
COMITY_API void comity_close(struct comity *context);

/* The version of the library, "0.1.0". */
COMITY_API const char *comity_version(void);

/* One format, as comity_format_at() tells it; all is lent by the context. */
struct comity_format_info {
    uint32_t struct_size;
    uint32_t can_read, can_write;
    uint32_t is_shadowed; /* 1: another format of the same id was found first */
    const char *id, *title, *syntax;
    const char *plugin, *plugin_version, *plugin_path; /* NULL: built in */
    const char *const *kinds;                          /* ends with NULL; NULL = any */
};
COMITY_API size_t comity_format_count(const struct comity *context);
/* COMITY_END where there is no such format. */
COMITY_API comity_status comity_format_at(const struct comity *context, size_t index,
                                          struct comity_format_info *info);
/* The mapping of a format as a flat table, or a sentence where it has none. */
COMITY_API comity_status comity_format_table(struct comity *context, const char *id,
                                             comity_write_fn *write, void *user);

/* One file that was looked at as a plugin. */
struct comity_plugin_info {
    uint32_t struct_size;
    uint32_t is_loaded;
    const char *path, *id, *version, *vendor, *license;
    const char *reason; /* why it was refused; NULL where it was not */
};
COMITY_API size_t comity_plugin_count(const struct comity *context);
COMITY_API comity_status comity_plugin_at(const struct comity *context, size_t index,
                                          struct comity_plugin_info *info);

/* --- conversion ---------------------------------------------------------------------- */

/* A value that the user supplies: a canonical path and its text. */
struct comity_setting {
    const char *field, *value;
};

/* What to do with an input.  Start from COMITY_OPTIONS_INIT. */
struct comity_options {
    uint32_t struct_size;
    int32_t fail_on;  /* COMITY_ERROR, _LOSS or _WARNING: a finding of that rank or a graver one
                         stops its document; COMITY_ERROR + 1: never */
    const char *from; /* format id, with options after ':'; NULL: detect each document */
    const char *to;   /* format id */
    const char *file; /* name of the input in findings; or NULL */
    const struct comity_setting *settings; /* values to set in each document */
    size_t setting_count;
    const char *overlay; /* a partial canonical document, JSON; or NULL */
    size_t overlay_len;
    uint32_t trace;             /* 1: a note for each value that is taken or kept */
    uint32_t no_provenance;     /* 1: do not add where the record came from */
    comity_finding_fn *finding; /* or NULL */
    void *user;                 /* given to `finding` */
    const char *attachments;    /* folder of the files that a format keeps beside its documents;
                                NULL: none are read, and their bytes stay inside */
    uint32_t check;             /* 1: also the convention's rules on content */
    const char *kind;    /* the rules of this kind, whatever a document's own is; or NULL */
    const char *profile; /* what a State demands besides, JSON (docs/rules.md); or NULL */
    size_t profile_len;
    const char *profile_file; /* name of the profile in findings; or NULL */
    const char *terminology;  /* "data", "information", "bracketed"; NULL: "keep" */
    const char *choices;      /* instead: choices term by term, JSON; or NULL */
    size_t choices_len;
    const char *choices_file; /* its name in findings; or NULL */
};
#define COMITY_OPTIONS_INIT                                                                    \
    {                                                                                          \
        sizeof(struct comity_options), COMITY_ERROR, NULL, NULL, NULL, NULL, 0, NULL, 0, 0, 0, \
            NULL, NULL, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL, 0, NULL                      \
    }

/* What came of an input: documents, and the account of their leaves. */
struct comity_result {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t documents;      /* done */
    uint64_t failed_input;   /* bad as they stand */
    uint64_t failed_unknown; /* of no known format */
    uint64_t failed_output;  /* good, but stopped by fail_on or refused by the target */
    uint64_t failed_plugin;  /* a plugin failed and gave no reason */
    uint64_t mapped, approximated, kept, dropped; /* leaves of the documents done */
    uint64_t notes, warnings, losses, errors;     /* findings */
};
#define COMITY_RESULT_INIT                          \
    {                                               \
        .struct_size = sizeof(struct comity_result) \
    }

/* Where an input comes from: memory (`bytes` not NULL) or a descriptor, which stays open. */
struct comity_input {
    const void *bytes;
    size_t size;
    int fd;
};

/* Converts all documents of an input.  Each document reaches `write` whole or not at all.
 * `result` (may be NULL) is added to.  COMITY_OK where all documents were done;
 * COMITY_E_INVALID where some were not (`result` tells); COMITY_E_PLUGIN where there is no such
 * format and COMITY_E_USAGE where it cannot do what is asked (both reported); COMITY_E_IO;
 * COMITY_E_NOMEM. */
COMITY_API comity_status comity_convert(struct comity *context,
                                        const struct comity_options *options,
                                        const struct comity_input *input,
                                        comity_write_fn *write, void *write_user,
                                        struct comity_result *result);

/* --- detection ----------------------------------------------------------------------- */

/* One candidate for a document. */
struct comity_match {
    uint32_t struct_size;
    int32_t score; /* 0..100 */
    const char *format, *why;
};
/* `matches`: best first; two of the same score at the top are a tie. */
typedef void comity_match_fn(void *user, const struct comity_match *matches, size_t count);

/* Tells each document's format.  COMITY_OK where each had exactly one best match. */
COMITY_API comity_status comity_detect(struct comity *context,
                                       const struct comity_options *options,
                                       const struct comity_input *input, comity_match_fn *each,
                                       void *each_user, struct comity_result *result);

/* --- records ------------------------------------------------------------------------- */

/* Called for each document read; the record is lent for the length of the call.  Anything but
 * COMITY_OK counts the document as failed. */
typedef comity_status comity_record_fn(void *user, struct comity_record *record);

/* Reads all documents of an input into records; as comity_convert(). */
COMITY_API comity_status comity_read(struct comity *context,
                                     const struct comity_options *options,
                                     const struct comity_input *input, comity_record_fn *each,
                                     void *each_user, struct comity_result *result);

/* The text of a field: "persons[0].name.family".  *len becomes its length in bytes; the text is
 * lent and need not end in NUL.  NULL where there is none. */
COMITY_API const char *comity_record_get(struct comity_record *record, const char *path,
                                         size_t *len);
/* Number of values at a path: 0 or 1, or the entries of a list. */
COMITY_API size_t comity_record_count(struct comity_record *record, const char *path);
/* Sets the text of a field, UTF-8 without NUL.  COMITY_E_USAGE where it is not, or where the
 * schema has no such field. */
COMITY_API comity_status comity_record_put(struct comity_record *record, const char *path,
                                           const char *text, size_t len);
/* Calls `each` with the path and the text of every value, in the order of the schema; what is
 * kept has paths that begin with "kept:". */
typedef void comity_value_fn(void *user, const char *path, const char *text, size_t len);
COMITY_API comity_status comity_record_each(struct comity_record *record, comity_value_fn *each,
                                            void *user);
/* Writes a record in a format; losses go to the finding callback of the options under which it
 * was read. */
COMITY_API comity_status comity_record_write(struct comity_record *record, const char *to,
                                             comity_write_fn *write, void *user);

/* --- findings ------------------------------------------------------------------------ */

/* What a finding's code means and what to do, or NULL where the code is not known.  Lent by
 * the library for ever. */
COMITY_API const char *comity_explain(const char *code);

#ifdef __cplusplus
}
#endif
#endif
