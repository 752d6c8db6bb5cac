/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One input of labelled text: finds out its encoding, brings it to UTF-8, hands it on.  An
 * encoding that nothing declares is told by how many of a form's labels it shows.  Knows
 * nothing of what stands behind the labels. */
#include "base/utf8.h"
#include "io/charset.h"
#include "runtime/context.h"
#include "syntax/lines.h"

#include <stdio.h>

#define SAMPLE_BYTES 65536u /* of an input, for telling its encoding */

struct text_input {
    struct session *session;
    const struct source *source;
    struct buffer utf8;
    struct charset_map *map;
};

static void report_at_byte(struct text_input *input, const char *code, size_t bad,
                           const char *message, const char *hint)
{
    struct place place = tree_place(&input->session->tree, input->session->tree.size);
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = COMITY_ERROR,
                                     .code = code,
                                     .message = message,
                                     .line = place.line,
                                     .column = place.column,
                                     .offset = bad,
                                     .hint = hint};
    findings_add(&input->session->findings, &finding);
}

/* --- telling the encoding */

struct guess {
    const char *charset;
    size_t labels;
};

/* How many labels of a form, or columns of a header, the sample shows in an encoding. */
static size_t count_labels(const struct template *t, const char *charset, const char *bytes,
                           size_t size)
{
    struct buffer utf8;
    struct charset_map *map = NULL;
    size_t bad = 0, labels = 0;
    buffer_init(&utf8, 0);
    comity_status status = charset_to_utf8(charset, bytes, size, 0, &utf8, &map, &bad);
    /* The end of a sample may cut a character; a header stands before what is of another
     * encoding. */
    if (status == COMITY_OK ||
        (status == COMITY_E_INVALID && (!t->form || (size == SAMPLE_BYTES && bad + 4 > size))))
        labels = t->form
                     ? text_label_hits(t->form, utf8.bytes ? utf8.bytes : "", utf8.size, false)
                     : csv_header_hits(&t->csv, utf8.bytes ? utf8.bytes : "", utf8.size);
    charset_map_free(map);
    buffer_free(&utf8);
    return labels;
}

static void try_charset(struct guess *best, const struct template *t, const char *charset,
                        const char *bytes, size_t size)
{
    size_t labels = count_labels(t, charset, bytes, size);
    if (labels > best->labels)
        *best = (struct guess){charset, labels};
}

/* The encoding that shows most labels of a form; the first of those that show as many. */
static void try_form(struct guess *best, const struct template *t, const char *bytes,
                     size_t size)
{
    const char *wide = charset_likely_wide(bytes, size);
    if (wide)
        try_charset(best, t, wide, bytes, size);
    for (const char *const *charset = t->charsets; *charset; charset++)
        try_charset(best, t, *charset, bytes, size);
}

static const char *guess_charset(struct session *session, const char *bytes, size_t size)
{
    struct guess best = {NULL, 0};
    if (size > SAMPLE_BYTES)
        size = SAMPLE_BYTES;
    if (session->from && (!session->from->t || !session->from->t->form))
        return NULL;
    if (session->from) {
        try_form(&best, session->from->t, bytes, size);
        return best.charset;
    }
    for (size_t i = 0; i < session->context->format_count; i++) {
        const struct format *format = session->context->formats[i];
        if (format->t && format->t->form && !format->is_shadowed)
            try_form(&best, format->t, bytes, size);
    }
    return best.charset;
}

/* What the user said, what a mark says, UTF-8 where the bytes are that, or the best guess. */
static const char *find_charset(struct session *session, const char *bytes, size_t size,
                                size_t *mark, bool *is_checked)
{
    *is_checked = false;
    const char *marked = charset_of_mark(bytes, size, mark);
    if (session->charset) {
        if (marked && strcmp(marked, session->charset) != 0)
            *mark = 0;
        return session->charset;
    }
    if (marked)
        return marked;
    /* UTF-16 has zeros, in its line feeds at least. */
    bool is_narrow = !memchr(bytes, 0, size) || !charset_likely_wide(bytes, size);
    *is_checked = is_narrow && utf8_invalid(bytes, size) == size;
    if (*is_checked)
        return "UTF-8";
    const char *charset = guess_charset(session, bytes, size);
    return charset ? charset : "UTF-8";
}

/* True if the sample, in whatever encoding it is, shows a label of some form. */
static bool shows_label(struct session *session, const char *bytes, size_t size)
{
    size_t mark = 0;
    bool is_checked;
    const char *charset = find_charset(session, bytes, size, &mark, &is_checked);
    for (size_t i = 0; i < session->context->format_count; i++) {
        const struct format *format = session->context->formats[i];
        bool is_csv = format->syntax == SYNTAX_CSV && format->t;
        if (format->syntax == SYNTAX_LINES && !format->is_shadowed && format->described.probe &&
            format->described.probe((const uint8_t *)bytes + mark, size - mark) > 0)
            return true;
        if (!format->is_shadowed && ((format->t && format->t->form) || is_csv) &&
            count_labels(format->t, charset, bytes + mark, size - mark) > is_csv)
            return true;
    }
    return false;
}

bool text_input_looks(struct session *session, const struct source *source)
{
    const char *bytes = source->bytes;
    size_t size = source->size, at = 0;
    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        at = 3;
    while (at < size && memchr(" \t\r\n", bytes[at], 4))
        at++;
    if (at == size || memchr("{[<", bytes[at], 3))
        return false;
    for (size_t cut = 0; cut < 3 && !source->at_end && utf8_invalid(bytes, size) + 4 > size;
         cut++)
        size = utf8_invalid(bytes, size); /* the window may end inside a character */
    return shows_label(session, bytes, size);
}

/* --- reading */

static void set_text(struct tree *tree, const char *text, size_t size, uint64_t offset)
{
    tree_reset(tree);
    tree->syntax = SYNTAX_TEXT;
    tree->text = text;
    tree->size = size;
    tree->offset = offset;
    tree->line = tree->column = 1;
    tree->map = NULL;
}

static comity_status refuse_bytes(struct text_input *input, const char *charset, size_t bad)
{
    char message[160];
    snprintf(message, sizeof message, "found the byte %02X, which does not fit in %s",
             (unsigned)(unsigned char)input->source->bytes[bad], charset);
    report_at_byte(input, "charset.invalid", bad, message,
                   "name the encoding: -f FORMAT:charset=NAME");
    return COMITY_E_INVALID;
}

static comity_status decode(struct text_input *input)
{
    struct session *session = input->session;
    struct tree *tree = &session->tree;
    const char *bytes = input->source->bytes;
    size_t size = input->source->size, mark = 0, bad = 0;
    bool is_checked;
    const char *charset = find_charset(session, bytes, size, &mark, &is_checked);
    if (strcmp(charset, "UTF-8") == 0) {
        size_t fit = is_checked ? size : utf8_invalid(bytes + mark, size - mark);
        set_text(tree, bytes + mark, fit, mark);
        return fit < size - mark ? refuse_bytes(input, charset, mark + fit) : COMITY_OK;
    }
    comity_status status =
        charset_to_utf8(charset, bytes + mark, size - mark, session->context->limits.memory,
                        &input->utf8, &input->map, &bad);
    set_text(tree, input->utf8.bytes ? input->utf8.bytes : "", input->utf8.size, mark);
    if (status == COMITY_E_INVALID)
        return refuse_bytes(input, charset, mark + bad);
    if (status == COMITY_E_UNSUPPORTED) {
        report_at_byte(input, "charset.unknown", 0, "the encoding of the input is not known",
                       "convert the file to UTF-8, or name its encoding");
        return COMITY_E_INVALID;
    }
    if (status != COMITY_OK)
        return status;
    charset_map_start(input->map, mark);
    tree->map = input->map;
    return COMITY_OK;
}

static bool is_blank(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!memchr(" \t\r\n\f", text[i], 5))
            return false;
    return true;
}

/* The whole input into the window of the source. */
static comity_status read_whole(struct session *session, struct source *source)
{
    size_t most = session->context->limits.bytes;
    comity_status status = COMITY_OK;
    for (size_t want = 65536; !source->at_end && source->size <= most && status == COMITY_OK;
         want *= 2)
        status = source_fill(source, want < most ? want : most + 1);
    if (status != COMITY_OK && status != COMITY_E_LIMIT)
        return status;
    if (source->size <= most)
        return COMITY_OK;
    struct text_input input = {.session = session, .source = source};
    char message[120];
    set_text(&session->tree, source->bytes, 0, 0);
    snprintf(message, sizeof message, "the document is longer than %zu bytes", most);
    report_at_byte(&input, "limit.bytes", 0, message,
                   "raise the limit if such documents are to be expected");
    return COMITY_E_LIMIT;
}

/* Nothing further on the way could carry it: what is written would not be read again. */
static comity_status refuse_nul(struct session *session)
{
    struct tree *tree = &session->tree;
    const char *nul = tree->size ? memchr(tree->text, 0, tree->size) : NULL;
    if (!nul)
        return COMITY_OK;
    struct syntax_error error = {.code = "text.nul",
                                 .message = "found U+0000; no text may hold a NUL",
                                 .hint = "take it out, or name the encoding: UTF-16, for one, "
                                         "has such bytes (-f FORMAT:charset=UTF-16)",
                                 .offset = (size_t)(nul - tree->text)};
    tree_report_syntax(tree, &session->findings, &error);
    session->result->failed_input++;
    return COMITY_E_INVALID;
}

comity_status text_input_run(struct session *session, struct source *source, tree_fn *each,
                             void *user)
{
    struct text_input input = {.session = session, .source = source};
    arena_reset(&session->arena);
    buffer_init(&input.utf8, 0);
    comity_status status = read_whole(session, source);
    if (status == COMITY_OK)
        status = decode(&input);
    struct tree *tree = &session->tree;
    if (status == COMITY_OK && is_blank(tree->text, tree->size))
        status = COMITY_END;
    if (status == COMITY_OK) {
        uint32_t root = tree_add(tree, 1);
        if (root) {
            tree_node(tree, root)->kind = COMITY_NODE_GROUP;
            tree_node(tree, root)->end = (uint32_t)tree->size;
        } else {
            status = COMITY_E_NOMEM;
        }
    }
    bool is_bad = status == COMITY_E_INVALID || status == COMITY_E_LIMIT;
    if (is_bad)
        session->result->failed_input++;
    if (status == COMITY_OK)
        status = each(user, session);
    tree_reset(tree);
    tree->map = NULL;
    charset_map_free(input.map);
    buffer_free(&input.utf8);
    return is_bad ? COMITY_OK : status;
}

static comity_status read_csv(struct session *session, const struct format *format)
{
    uint64_t bad = 0;
    session->tree.syntax = SYNTAX_CSV;
    comity_status status = csv_read(&session->tree, &format->t->csv, &session->context->limits,
                                    &session->findings, &bad);
    session->result->failed_input +=
        bad + (status == COMITY_E_INVALID || status == COMITY_E_LIMIT ? !bad : 0);
    return status;
}

static comity_status read_lines(struct session *session, const struct format *format)
{
    session->tree.syntax = SYNTAX_LINES;
    comity_status status = lines_read(&session->tree, format->described.lines,
                                      &session->context->limits, &session->findings);
    session->result->failed_input += status == COMITY_E_LIMIT;
    return status;
}

comity_status text_input_read(struct session *session, const struct format *format,
                              uint16_t *language)
{
    struct tree *tree = &session->tree;
    struct text_found found = {0};
    const char *text = tree->text;
    size_t size = tree->size;
    *language = 0;
    if (format->syntax == SYNTAX_CSV)
        return read_csv(session, format);
    if (refuse_nul(session) != COMITY_OK)
        return COMITY_E_INVALID;
    if (format->syntax == SYNTAX_LINES)
        return read_lines(session, format);
    comity_status status = text_read(tree, format->t->form, text, size,
                                     &session->context->limits, &session->findings, &found);
    *language = found.language;
    if (status == COMITY_E_INVALID || status == COMITY_E_LIMIT) {
        session->result->failed_input++;
        return status;
    }
    return status;
}
