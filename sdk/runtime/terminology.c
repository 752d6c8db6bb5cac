/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What --terminology asks for, done to each record, and the voice of a format's labels. */
#include "runtime/context.h"

#include <stdio.h>

comity_status terminology_load(struct comity *context, const struct comity_config *config)
{
    comity_status status = terms_init(&context->terms, &context->arena);
    if (status == COMITY_OK)
        status = terms_add_shipped(&context->terms);
    if (status != COMITY_OK || !config->terms_catalogue)
        return status;
    struct findings findings = context->findings;
    findings.file = config->terms_catalogue_file;
    return terms_add(&context->terms, config->terms_catalogue, config->terms_catalogue_len,
                     &findings);
}

static comity_status read_profile(struct session *session)
{
    const struct comity_options *options = session->options;
    struct findings findings = session->findings;
    findings.file = options->choices_file;
    session->voice = "mixed";
    comity_status status = terms_profile(&session->context->terms, options->choices,
                                         options->choices_len, &findings, &session->choices);
    memcpy(session->findings.counts, findings.counts, sizeof findings.counts);
    if (status == COMITY_E_INVALID)
        session->result->failed_input++;
    return status;
}

static comity_status refuse_word(struct session *session, const char *word)
{
    char message[120];
    snprintf(message, sizeof message, "there is no terminology '%.40s'", word);
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = COMITY_ERROR,
                                     .code = "term.option",
                                     .message = message,
                                     .hint = "keep, data, information, bracketed"};
    findings_add(&session->findings, &finding);
    return COMITY_E_USAGE;
}

comity_status terminology_open(struct session *session)
{
    const struct terms *terms = &session->context->terms;
    const char *word = session->options->terminology;
    if (session->options->choices)
        return read_profile(session);
    if (!word || strcmp(word, "keep") == 0)
        return COMITY_OK;
    if (strcmp(word, "bracketed") == 0) {
        session->restores = true;
        return COMITY_OK;
    }
    bool is_data = strcmp(word, "data") == 0;
    if (!is_data && strcmp(word, "information") != 0)
        return refuse_word(session, word);
    session->voice = is_data ? "data" : "information";
    terms_choose(terms, is_data ? TERM_VOICE_DATA : TERM_VOICE_INFORMATION, &session->choices);
    return COMITY_OK;
}

comity_status terminology_apply(struct comity_record *record)
{
    struct session *session = record->session;
    const struct terms *terms = &session->context->terms;
    if (session->restores)
        return record_restore_terms(&record->record, terms, &session->findings);
    if (!session->voice)
        return COMITY_OK;
    comity_status status = record_resolve_terms(&record->record, terms, &session->choices,
                                                session->voice, &session->findings);
    return status == COMITY_E_LIMIT ? COMITY_E_INVALID : status;
}

/* --- labels */

struct brackets {
    const struct terms *terms;
    bool found;
};

static comity_status look_for_set(void *user, struct value *value)
{
    struct brackets *brackets = user;
    struct term_walk walk;
    struct term_span span;
    if (!memchr(value->text, '[', value->len))
        return COMITY_OK;
    term_walk_init(&walk, brackets->terms, NULL, value->text, value->len);
    while (!brackets->found && term_walk_next(&walk, &span)) {
        uint8_t class = brackets->terms->terms[span.term].class;
        brackets->found = class == TERM_CLASS_TERM || class == TERM_CLASS_AGREEMENT;
    }
    return brackets->found ? COMITY_END : COMITY_OK;
}

void terminology_tell_labels(struct comity_record *record, const struct format *format)
{
    struct session *session = record->session;
    struct value *root = record->record.root;
    const char *labels = format->described.voice;
    char message[200];
    size_t len = 0;
    if (!labels)
        labels = format->t ? format->t->voice : NULL;
    if (!labels)
        return;
    const struct value *group = value_child(root, F_document_terminology);
    const char *voice = group ? value_text(group, F_terminology_voice, &len) : NULL;
    struct brackets brackets = {.terms = &session->context->terms};
    if (!voice)
        record_each_prose(root, look_for_set, &brackets);
    if (brackets.found) {
        voice = "bracketed";
        len = strlen(voice);
    }
    if (!voice || (strlen(labels) == len && memcmp(labels, voice, len) == 0))
        return;
    snprintf(message, sizeof message,
             "the labels of %.60s speak '%s', and the voice of the document is '%.*s'",
             format->id, labels, clip(voice, len, 40), voice);
    const char *source = session->findings.format;
    session->findings.format = format->id;
    record_report_at(&record->record, &session->findings, record->node, COMITY_WARNING,
                     "term.labels", "terminology.voice",
                     "its texts stay as they are; --terminology chooses their voice", message);
    session->findings.format = source;
}
