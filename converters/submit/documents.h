/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Documents as the outbox and the inbox need them: some fields, and what they look like in a
 * format.  Whether they stand in this process or in a worker is this part's business alone. */
#ifndef COMITY_CONVERTERS_SUBMIT_DOCUMENTS_H
#define COMITY_CONVERTERS_SUBMIT_DOCUMENTS_H

#include "cli.h"

/* Where they are read. */
struct documents {
    struct comity *context;  /* here; or NULL */
    struct isolate *isolate; /* or there */
    bool is_own;             /* opened by documents_open() */
};

/* One that was read, for the length of a call. */
struct document {
    const char *format;  /* that it was read by */
    uint64_t start, end; /* of it in the input, in bytes */
    int64_t lacks;       /* what it lacks by the convention's rules, where that is asked for */
    bool is_notice;
    char syntax[16]; /* of the format that it was written in last */
    struct comity_record *record;
    struct isolate_document *remote;
};
typedef comity_status document_fn(void *user, struct document *document);

/* Those of a command, which were opened by cli_open(). */
struct documents documents_of(const struct cli *cli);
/* The same with other options, which are lent until documents_close(). */
comity_status documents_open(struct documents *documents, const struct cli *cli,
                             const struct comity_options *options);
void documents_close(struct documents *documents);

/* Calls `each` for every document of an input; what it returns other than COMITY_OK is a
 * document that failed.  `lacks`: what a document lacks by the convention's rules is told as a
 * warning, and counted, but stops it with --check alone. */
comity_status documents_read(const struct documents *documents,
                             const struct comity_options *options,
                             const struct comity_input *input, bool lacks, document_fn *each,
                             void *user, struct comity_result *result);

/* A field, "" where it is not there or holds a NUL.  The caller frees it; NULL: no memory, or
 * the worker is gone. */
char *document_copy(struct document *document, const char *path);
size_t document_count(struct document *document, const char *path);
/* As comity_record_write(). */
comity_status document_write(struct document *document, const char *to, comity_write_fn *write,
                             void *user);

#endif
