/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Conversion: each record to bytes of the target format, whole or not at all, with the account
 * of what became of every value. */
#include "io/charset_encode.h"
#include "letter/letter.h"
#include "runtime/context.h"

#define FLUSH_BYTES ((size_t)1 << 18)

struct conversion {
    struct comity *context;
    const struct comity_options *options;
    const struct format *to;
    struct record_writer writer;
    struct buffer out; /* documents that are done and not yet handed on */
    comity_write_fn *write;
    void *user;
    uint64_t documents; /* written so far */
};

comity_status record_writer_init(struct record_writer *writer, const struct format *format,
                                 const char *spec, struct findings *findings)
{
    writer->format = format;
    writer->spec = spec;
    if (format->kind != FORMAT_PLUGIN)
        return COMITY_OK;
    if (format->t)
        template_writer_init(&writer->templated, format->t);
    if (!format->t || !format->t->form) {
        comity_status written = format_check_written(format, spec, findings);
        return written == COMITY_OK && format->t
                   ? format_choose(format, spec, findings, &writer->templated)
                   : written;
    }
    const char *charset = NULL;
    comity_status status = format_charset(format, spec, findings, &charset);
    if (status == COMITY_OK && charset && strcmp(charset, "UTF-8") != 0)
        status = charset_encoder_open(charset, &writer->templated.encoder);
    if (status == COMITY_OK)
        status = format_language(format, spec, findings, &writer->templated.language);
    return status;
}

void record_writer_free(struct record_writer *writer)
{
    if (writer->format && writer->format->kind == FORMAT_PLUGIN && writer->format->t)
        template_writer_free(&writer->templated);
}

void record_writer_undo(struct record_writer *writer)
{
    if (writer->format->kind == FORMAT_PLUGIN && writer->format->t)
        template_undo(&writer->templated);
}

/* True if a writer by code has declared the document's kind; refused and reported otherwise. */
static bool carries_kind(const struct format *format, struct comity_record *record)
{
    struct findings *findings = &record->session->findings;
    struct value *kind = value_child(record->record.root, F_document_kind);
    for (const char *const *known = format->kinds; kind && known && *known; known++)
        if (value_is(kind, *known, strlen(*known))) {
            kind->flags |= VALUE_ASKED;
            return true;
        }
    if (!format->kinds)
        return true;
    const char *source = findings->format;
    findings->format = format->id;
    record_report_at(&record->record, findings, record->node, COMITY_ERROR, "model.kind",
                     "kind", "a kind is refused, not bent: choose a format that carries it",
                     "the target format does not carry documents of this kind");
    findings->format = source;
    return false;
}

/* Labels have the voice that the user asks for, else the record's. */
static comity_status write_letter(struct record_writer *writer, struct comity_record *record,
                                  struct buffer *out)
{
    const struct session *session = record->session;
    const struct terms *terms = &session->context->terms;
    struct term_choices brackets;
    const struct term_choices *choices = session->voice ? &session->choices : NULL;
    if (session->restores) {
        terms_choose(terms, TERM_VOICE_BRACKETED, &brackets);
        choices = &brackets;
    }
    comity_status status = letter_write(
        &record->record, terms, choices,
        writer->format->kind == FORMAT_LETTER_HTML ? LETTER_HTML : LETTER_TEXT, out);
    if (status == COMITY_OK)
        account_losses(record, writer->format);
    return status;
}

comity_status write_document(struct record_writer *writer, struct comity_record *record,
                             struct buffer *out)
{
    const struct format *format = writer->format;
    if (format->kind == FORMAT_CONVENTION_JSON) {
        convention_write_json(&record->record, out);
        buffer_char(out, '\n');
        return buffer_status(out);
    }
    if (format->kind == FORMAT_CONVENTION_XML) {
        convention_write_xml(&record->record, out);
        return buffer_status(out);
    }
    if (is_letter(format))
        return write_letter(writer, record, out);
    if (format->described.writer && !carries_kind(format, record))
        return COMITY_E_UNSUPPORTED;
    comity_status status = format->described.writer ? host_write(writer, record, out)
                                                    : beside_write(writer, record, out);
    if (status == COMITY_OK)
        account_losses(record, format);
    return status;
}

comity_status write_record(struct record_writer *writer, struct comity_record *record,
                           struct buffer *out)
{
    comity_status status = write_document(writer, record, out);
    if (status != COMITY_OK || writer->format->kind != FORMAT_PLUGIN)
        return status;
    terminology_tell_labels(record, writer->format);
    return terminology_account(writer, record);
}

void finish_writing(struct record_writer *writer, struct buffer *out)
{
    if (writer->format->kind == FORMAT_PLUGIN && writer->format->t &&
        !writer->format->described.writer)
        template_finish(&writer->templated, out);
}

static comity_status flush(struct conversion *conversion)
{
    if (conversion->out.size &&
        conversion->write(conversion->user, conversion->out.bytes, conversion->out.size) != 0)
        return COMITY_E_IO;
    conversion->out.size = 0;
    return COMITY_OK;
}

/* A file of XML holds one document: the second one ends the run, and nothing is written. */
static comity_status refuse_second(struct session *session, const char *id)
{
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = COMITY_ERROR,
                                     .code = "plugin.one-document",
                                     .message =
                                         "a file of the target format holds one document, "
                                         "and the input holds several",
                                     .format = id,
                                     .hint = "-o DIR/ makes one file of each document"};
    findings_add(&session->findings, &finding);
    return COMITY_E_USAGE;
}

static comity_status convert_record(void *user, struct comity_record *record)
{
    struct conversion *conversion = user;
    struct session *session = record->session;
    size_t before = conversion->out.size;
    bool single = conversion->to->syntax != SYNTAX_JSON &&
                  conversion->to->syntax != SYNTAX_CSV &&
                  conversion->to->kind != FORMAT_LETTER_TEXT;
    if (single && conversion->documents)
        return refuse_second(session, conversion->to->id);
    uint64_t stopping = findings_at_least(&session->findings, session->options->fail_on);
    comity_status status = write_record(&conversion->writer, record, &conversion->out);
    bool stopped = findings_at_least(&session->findings, session->options->fail_on) > stopping;
    if (status == COMITY_E_INVALID && session->options->fail_on > COMITY_ERROR)
        status = COMITY_OK; /* the user asked for what could be written */
    if (status == COMITY_OK && !stopped)
        status = beside_put(record);
    if (status != COMITY_OK || stopped) {
        conversion->out.size = before;
        record_writer_undo(&conversion->writer);
        return status != COMITY_OK ? status : COMITY_E_INVALID;
    }
    conversion->documents++;
    return conversion->out.size >= FLUSH_BYTES && !single ? flush(conversion) : COMITY_OK;
}

/* A document that was stopped and began a list of its own ends the one that is open: the rest
 * of its list must not be put into another's. */
static void leave_list(void *user, struct comity_record *record)
{
    struct conversion *conversion = user;
    const struct format *to = conversion->to;
    if (to->kind == FORMAT_PLUGIN && to->t && to->t->documents && record->record.root &&
        value_kept(record->record.root, to->id, "stream:", 7))
        finish_writing(&conversion->writer, &conversion->out);
}

static comity_status cannot_write(struct findings *findings, const char *id)
{
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = COMITY_ERROR,
                                     .code = "plugin.cannot-write",
                                     .message = "the target format is read only",
                                     .format = id,
                                     .hint = "comity formats says which formats are written"};
    findings_add(findings, &finding);
    return COMITY_E_USAGE;
}

comity_status comity_convert(struct comity *context, const struct comity_options *options,
                             const struct comity_input *input, comity_write_fn *write,
                             void *write_user, struct comity_result *result)
{
    struct conversion conversion = {
        .context = context, .options = options, .write = write, .user = write_user};
    struct findings findings = {
        .emit = options->finding, .user = options->user, .file = options->file};
    conversion.to = find_format(context, options->to ? options->to : "", &findings);
    if (!conversion.to)
        return missing_format(context, options->to ? options->to : "");
    if (!format_can_write(conversion.to))
        return cannot_write(&findings, conversion.to->id);
    buffer_init(&conversion.out, 0);
    comity_status status =
        record_writer_init(&conversion.writer, conversion.to, options->to, &findings);
    if (status == COMITY_OK)
        status = session_run(context, options, input, convert_record, leave_list, &conversion,
                             result);
    if (status == COMITY_OK || status == COMITY_E_INVALID) {
        finish_writing(&conversion.writer, &conversion.out);
        comity_status flushed = flush(&conversion);
        if (flushed != COMITY_OK)
            status = flushed;
    }
    record_writer_free(&conversion.writer);
    buffer_free(&conversion.out);
    return status;
}
