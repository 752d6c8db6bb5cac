/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the record to bytes, by a template: objects, lists of objects, documents.  No output
 * tree.  Marks every value that it takes, so that the host knows what the format could not
 * carry; what was kept for this format goes back to its place. */
#include "io/charset_encode.h"
#include "io/transliterate.h"
#include "mapping/carrier.h"
#include "mapping/writer.h"
#include "model/convention.h"
#include "syntax/json.h"

#include <stdio.h>

void out_take_constants(struct writing *w, struct out_frame *frame)
{
    /* Of an entry it is more than what any document of the format says. */
    int32_t severity = frame == w->root ? COMITY_NOTE : COMITY_WARNING;
    for (size_t i = 0; i < frame->scope->constant_count; i++) {
        const struct constant *constant = &frame->scope->constants[i];
        struct value *value = out_target(w, frame, &constant->target);
        if (!value)
            out_imply(w, frame, &constant->target, constant->text, constant->len, severity);
        else if (value->form == VALUE_TEXT && value_is(value, constant->text, constant->len))
            value->flags |= VALUE_ASKED;
    }
}

/* An object of the format's own.  Where nothing in it says anything, it is what the source had
 * in its place, or absent as there; else it is left out where nothing is in it. */
static bool write_inner(struct writing *w, const struct member *member, struct out_frame *frame)
{
    size_t before = w->out->size, said = w->said, stated = w->stated;
    bool holds = out_when(w, member, frame);
    if (holds)
        out_object(w, member, frame);
    if (w->said > said) {
        out_take_when(w, member, frame);
        return true;
    }
    if (member->always && holds && !out_kept(w, frame, "") && !out_kept(w, frame, "absent:")) {
        w->stated++;
        return true;
    }
    struct kept *kept = out_kept(w, frame, ""), *absent = out_kept(w, frame, "absent:");
    if (!kept && !absent && !member->is_block && w->stated > stated)
        return true;
    w->stated = stated;
    w->out->size = before;
    if (absent)
        absent->flags |= VALUE_ASKED;
    if (!kept)
        return false;
    out_put_kept(w, kept);
    w->said++;
    return true;
}

static bool write_const(struct writing *w, const struct member *member, struct out_frame *frame)
{
    struct kept *kept = out_kept(w, frame, ""), *absent = out_kept(w, frame, "absent:");
    if (absent)
        absent->flags |= VALUE_ASKED;
    const struct fixed *chosen = NULL;
    for (size_t i = 0; member->option && i < w->t->option_count; i++)
        if (w->t->option_members[i] == member)
            chosen = w->chosen[i];
    if (chosen && kept)
        kept->flags |= VALUE_ASKED;
    if (kept && !chosen)
        out_put_kept(w, kept);
    else if (chosen || !absent)
        buffer_add(w->out, (chosen ? chosen : member->fixed)->json,
                   (chosen ? chosen : member->fixed)->json_len);
    w->stated += kept || !absent;
    w->said += member->always;
    return kept || chosen || !absent;
}

static bool write_documents(struct writing *w)
{
    w->said++;
    buffer_char(w->out, '[');
    w->hole = w->out->size;
    buffer_char(w->out, ']');
    return true;
}

/* A kept member that the template does not know: the rest of its key is one step. */
static bool is_unknown_member(struct writing *w, const struct member *parent,
                              const struct out_frame *frame, const struct kept *kept,
                              struct buffer *name)
{
    size_t prefix = strlen(w->prefix), path = w->path.size - frame->base;
    if (strcmp(kept->format, w->t->id) != 0 || kept->key_len < prefix + path + 1 ||
        memcmp(kept->key, w->prefix, prefix) != 0 ||
        (path && memcmp(kept->key + prefix, w->path.bytes + frame->base, path) != 0) ||
        kept->key[prefix + path] != '/')
        return false;
    const char *step = kept->key + prefix + path + 1, *end = kept->key + kept->key_len;
    buffer_clear(name);
    for (; step < end; step++) {
        if (*step == '/')
            return false;
        bool escaped = *step == '~' && step + 1 < end;
        buffer_char(name, !escaped ? *step : step[1] == '1' ? '/' : '~');
        step += escaped;
    }
    if (buffer_status(name) != COMITY_OK) {
        w->status = buffer_status(name);
        return false;
    }
    uint16_t hint = 0;
    return !member_find(parent, name->bytes ? name->bytes : "", name->size, &hint);
}

/* Without "#2", which tells elements of one name apart where they are kept. */
static size_t own_size(const struct writing *w, const char *name, size_t len)
{
    const char *mark =
        w->t->syntax == SYNTAX_XML && len > 1 ? memchr(name + 1, '#', len - 1) : NULL;
    return mark ? (size_t)(mark - name) : len;
}

static void put_unknown(struct writing *w, struct kept *kept, const char *name, size_t len,
                        size_t start)
{
    out_comma(w, start);
    json_put_string(w->out, name, own_size(w, name, len));
    buffer_char(w->out, ':');
    out_put_kept(w, kept);
    w->said++;
}

/* All members that the template does not know and that are not written yet. */
static void write_unknown(struct writing *w, const struct member *parent,
                          struct out_frame *frame, size_t start)
{
    struct buffer name;
    buffer_init(&name, 0);
    for (struct kept *k = frame->kept; k; k = k->next)
        if (!(k->flags & VALUE_ASKED) && is_unknown_member(w, parent, frame, k, &name))
            put_unknown(w, k, name.bytes ? name.bytes : "", name.size, start);
    buffer_free(&name);
}

/* The one that is kept under this name, if any is. */
static void write_unknown_named(struct writing *w, struct out_frame *frame, size_t start,
                                const char *text, size_t len)
{
    size_t path = w->path.size;
    out_step(w, text, (uint32_t)len);
    struct kept *kept = out_kept(w, frame, "");
    w->path.size = path;
    if (kept && !(kept->flags & VALUE_ASKED))
        put_unknown(w, kept, text, len, start);
}

/* An element that had attributes beside its value: they are kept, and stand there again. */
static bool write_element(struct writing *w, const struct member *member,
                          struct out_frame *frame)
{
    static const struct member nothing = {.kind = MEMBER_OBJECT};
    struct kept *element =
        w->t->syntax == SYNTAX_XML && frame->kept ? out_kept(w, frame, "element:") : NULL;
    if (!element)
        return out_value(w, member, frame);
    size_t path = w->path.size;
    element->flags |= VALUE_ASKED;
    buffer_char(w->out, '{');
    size_t start = w->out->size;
    buffer_text(w->out, "\"" XML_TEXT "\":");
    out_step(w, XML_TEXT, sizeof XML_TEXT - 1);
    if (!out_value(w, member, frame))
        w->out->size = start;
    w->path.size = path;
    write_unknown(w, &nothing, frame, start);
    buffer_char(w->out, '}');
    return true;
}

static void write_member(struct writing *w, const struct member *member,
                         struct out_frame *frame, size_t start)
{
    size_t before = w->out->size, path = w->path.size;
    out_comma(w, start);
    buffer_add(w->out, member->literal, member->literal_len);
    if (frame->kept)
        out_step(w, member->name, member->name_len);
    bool wrote = false;
    switch (member->kind) {
    case MEMBER_OBJECT:
        wrote = write_inner(w, member, frame);
        break;
    case MEMBER_VALUE:
        wrote = write_element(w, member, frame);
        break;
    case MEMBER_ENTRIES:
        wrote = out_entries(w, member, frame);
        break;
    case MEMBER_EACH:
    case MEMBER_ENTRY:
        wrote = out_each(w, member, frame);
        break;
    case MEMBER_DOCUMENTS:
        wrote = write_documents(w);
        break;
    case MEMBER_CONST:
        wrote = write_const(w, member, frame);
        break;
    }
    w->path.size = path;
    if (!wrote)
        w->out->size = before;
}

/* Members in the order of the source; `written` tells which of the template's they were. */
static void write_ordered(struct writing *w, const struct member *parent,
                          struct out_frame *frame, size_t start, struct kept *order,
                          uint64_t *written)
{
    struct tree tree;
    order->flags |= VALUE_ASKED;
    tree_init(&tree, w->record->arena);
    uint16_t hint = 0;
    for (uint32_t i = out_read_kept(w, order, &tree) ? tree_node(&tree, 1)->first : 0; i;
         i = tree_node(&tree, i)->next) {
        const struct comity_node *node = tree_node(&tree, i);
        if (node->kind != COMITY_NODE_STRING)
            continue;
        const struct member *member = member_find(parent, node->text, node->text_len, &hint);
        if (!member) {
            write_unknown_named(w, frame, start, node->text, node->text_len);
            continue;
        }
        size_t rank = hint - 1u;
        if (written[rank / 64] >> (rank % 64) & 1u)
            continue;
        written[rank / 64] |= (uint64_t)1 << (rank % 64);
        write_member(w, member, frame, start);
    }
    tree_free(&tree);
}

void out_object(struct writing *w, const struct member *parent, struct out_frame *frame)
{
    uint64_t written[TEMPLATE_MAX_MEMBERS / 64] = {0};
    buffer_char(w->out, '{');
    size_t start = w->out->size;
    struct kept *order = frame->kept ? out_kept(w, frame, "order:") : NULL;
    if (order)
        write_ordered(w, parent, frame, start, order, written);
    for (uint16_t i = 0; i < parent->count; i++)
        if (!(written[i / 64] >> (i % 64) & 1u))
            write_member(w, parent->members[i], frame, start);
    if (frame->kept)
        write_unknown(w, parent, frame, start);
    buffer_char(w->out, '}');
}

/* --- documents --- */

/* True if something was kept for the format: the document was of it. */
static bool has_own(const struct writing *w)
{
    const struct kept *kept = w->record->root->kept;
    while (kept && strcmp(kept->format, w->t->id) != 0)
        kept = kept->next;
    return kept != NULL;
}

static bool condition_written(struct writing *w, const struct kind_rule *rule)
{
    const struct condition *when = &rule->when;
    if (rule->is_own)
        return has_own(w);
    if (rule->list && !has_own(w)) {
        const struct value *entries = out_target(w, w->root, &rule->list->target);
        return entries && entries->form == VALUE_GROUP;
    }
    if (when->kind == WHEN_ALWAYS || !when->row)
        return true;
    const struct value *value = out_target(w, w->root, &when->row->target);
    if (!value || when->kind == WHEN_HAS)
        return value != NULL;
    if (value->form != VALUE_TEXT)
        return false;
    /* The condition speaks of the format's own text. */
    char scratch[CODEC_SCRATCH];
    const char *text = value->text;
    size_t len = codec_source(when->row, w->language, &text, value->len, scratch);
    return condition_says(when, text, len);
}

/* False where the user has to choose an option first. */
static bool is_chosen(const struct writing *w, const struct kind_rule *rule)
{
    return !rule->chosen || has_own(w) ||
           (w->chosen[rule->option] && w->chosen[rule->option]->text == rule->chosen);
}

static void refuse_kind(struct writing *w, const struct value *kind,
                        const struct kind_rule *unchosen)
{
    char message[400],
        hint[120] = "a kind is refused, not bent: choose a format that carries it";
    if (unchosen)
        snprintf(hint, sizeof hint, "write it with -t %.40s:%.20s=%.20s", w->t->id,
                 w->t->options[unchosen->option].name, unchosen->chosen);
    size_t size =
        (size_t)snprintf(message, sizeof message, "the document is of kind '%.*s'; %s carries",
                         clip(kind ? kind->text : "", kind ? kind->len : 0, 60),
                         kind ? kind->text : "", w->t->id);
    const char *comma = "";
    for (size_t i = 0; i < w->t->kind_count && size < sizeof message; i++) {
        if (!is_chosen(w, &w->t->kinds[i]))
            continue;
        size += (size_t)snprintf(message + size, sizeof message - size, "%s %s", comma,
                                 w->t->kinds[i].kind);
        comma = ",";
    }
    struct value at = {.parent = w->record->root, .field = F_document_kind};
    at.node = kind && kind->node ? kind->node : w->record->root->node;
    record_report(w->record, w->findings, &at, COMITY_ERROR, "model.kind", hint, message);
    w->failed = true;
}

/* True if the document's kind can be said, and will be told again by who reads the output. */
static bool check_kind(struct writing *w)
{
    struct value *kind = value_child(w->record->root, F_document_kind);
    const struct kind_rule *unsaid = NULL, *unchosen = NULL;
    for (size_t i = 0; kind && i < w->t->kind_count; i++) {
        const struct kind_rule *rule = &w->t->kinds[i];
        if (!value_is(kind, rule->kind, rule->kind_len))
            continue;
        kind->flags |= VALUE_ASKED;
        if (is_chosen(w, rule) && condition_written(w, rule))
            return true;
        unsaid = rule;
        unchosen = is_chosen(w, rule) ? NULL : rule;
    }
    const struct row *by = !unsaid || unchosen ? NULL
                           : unsaid->list      ? unsaid->list
                                               : unsaid->when.row;
    if (!by) {
        refuse_kind(w, kind, unchosen);
        return false;
    }
    char message[300];
    snprintf(message, sizeof message,
             unsaid->list ? "%s tells the kind %s by the entries of %s, of which there is none"
                          : "%s tells the kind %s by %s, which the document does not state",
             w->t->id, unsaid->kind, unsaid->list ? by->field_path : unsaid->when.at);
    out_report_required(w, by->field_path, message);
    w->failed = true;
    return false;
}

void template_writer_init(struct template_writer *writer, const struct template *t)
{
    memset(writer, 0, sizeof *writer);
    writer->t = t;
    buffer_init(&writer->tail, 0);
    buffer_init(&writer->former_tail, 0);
}

bool template_choose(struct template_writer *writer, size_t index, const char *text, size_t len)
{
    const struct member *member = writer->t->option_members[index];
    for (size_t i = 0; i < member->fixed_count && !writer->chosen[index]; i++)
        if (member->fixed[i].text_len == len && memcmp(member->fixed[i].text, text, len) == 0)
            writer->chosen[index] = &member->fixed[i];
    return writer->chosen[index] != NULL;
}

void template_writer_free(struct template_writer *writer)
{
    lettering_free(writer->lettering, writer->t ? writer->t->letters_count : 0);
    buffer_free(&writer->tail);
    buffer_free(&writer->former_tail);
    transliterator_free(writer->latin);
    charset_encoder_free(writer->encoder);
}

static void swap_tails(struct template_writer *writer)
{
    struct buffer tail = writer->tail;
    writer->tail = writer->former_tail;
    writer->former_tail = tail;
}

void template_undo(struct template_writer *writer)
{
    if (writer->has_opened)
        swap_tails(writer);
    writer->open = writer->was_open;
    writer->first = writer->was_first;
    writer->has_opened = false;
}

void template_finish(struct template_writer *writer, struct buffer *out)
{
    if (writer->open && writer->t->syntax != SYNTAX_CSV) {
        buffer_add(out, writer->tail.bytes, writer->tail.size);
        buffer_char(out, '\n');
    }
    buffer_clear(&writer->tail);
    writer->open = false;
}

/* What is kept of a document that began a stream; a table's header says as much. */
static bool begins_stream(struct writing *w)
{
    struct kept *marker = value_kept(w->record->root, w->t->id, "stream:", 7);
    if (marker)
        marker->flags |= VALUE_ASKED;
    return marker != NULL;
}

/* Opens what encloses the documents and puts the rest of it aside. */
static void open_stream(struct writing *w, struct template_writer *writer)
{
    struct out_frame frame;
    swap_tails(writer);
    writer->has_opened = true;
    if (writer->open) {
        buffer_add(w->out, writer->former_tail.bytes, writer->former_tail.size);
        buffer_char(w->out, '\n');
    }
    buffer_clear(&writer->tail);
    writer->open = false;
    out_frame_init(w, &frame, &w->t->scope, w->record->root);
    w->prefix = "stream:";
    size_t start = w->out->size;
    out_object(w, &w->t->root, &frame);
    w->prefix = "";
    if (buffer_status(w->out) != COMITY_OK || w->hole <= start)
        return;
    buffer_add(&writer->tail, w->out->bytes + w->hole, w->out->size - w->hole);
    if (buffer_status(&writer->tail) != COMITY_OK)
        w->status = buffer_status(&writer->tail);
    w->out->size = w->hole;
    writer->open = writer->first = true;
}

/* The XML, or the rows of comma-separated values, whose normal form was written. */
static void put_normal(struct writing *w, struct template_writer *writer,
                       const struct buffer *json, struct buffer *out)
{
    bool is_csv = w->t->syntax == SYNTAX_CSV;
    size_t lost = 0;
    char message[200];
    w->status = is_csv ? csv_from_json(json->bytes, json->size, &w->t->csv, !writer->open,
                                       w->record->arena, out, &lost)
                       : xml_from_json(json->bytes, json->size, w->t->root_name,
                                       &w->t->namespaces, w->record->arena, out, &lost);
    writer->open = writer->open || (is_csv && w->status == COMITY_OK);
    size_t told = lost && !is_csv ? out_report_unsaid(w, w->record->root) : 0;
    if (lost <= told)
        return;
    lost -= told;
    snprintf(message, sizeof message, "%s %zu of %s; they are left out",
             is_csv ? "there is no column for" : "XML cannot carry", lost,
             is_csv ? "the values" : "the characters or names");
    out_report(w, w->record->root->node, COMITY_LOSS, is_csv ? "csv.unsaid" : "xml.unsaid",
               NULL,
               is_csv ? "write to another format, or add the columns to the template"
                      : "take control characters out of the document",
               message);
}

static void write_normal(struct writing *w, struct template_writer *writer,
                         const struct member *document, struct out_frame *frame)
{
    struct buffer *out = w->out, json;
    buffer_init(&json, 0);
    w->out = &json;
    out_object(w, document, frame);
    w->out = out;
    if (buffer_status(&json) != COMITY_OK)
        w->status = buffer_status(&json);
    else if (!w->failed && w->status == COMITY_OK)
        put_normal(w, writer, &json, out);
    buffer_free(&json);
}

static void write_document(struct writing *w, struct template_writer *writer,
                           const struct member *document, struct out_frame *frame)
{
    if (w->t->syntax == SYNTAX_XML || w->t->syntax == SYNTAX_CSV) {
        write_normal(w, writer, document, frame);
        return;
    }
    if (w->t->documents && !writer->first)
        buffer_char(w->out, ',');
    if (w->t->form)
        out_form(w, frame);
    else
        out_object(w, document, frame);
    if (!w->t->form && !w->t->documents)
        buffer_char(w->out, '\n');
}

/* Writes a document; of a trial, `placed` gets the entries of lists as they were written. */
static comity_status write_once(struct template_writer *writer, struct record *record,
                                struct findings *findings, struct buffer *placed,
                                struct buffer *out)
{
    struct writing w = {.t = writer->t,
                        .record = record,
                        .findings = findings,
                        .out = out,
                        .prefix = "",
                        .placed = placed,
                        .is_trial = placed != NULL,
                        .language = writer->language,
                        .encoder = writer->encoder,
                        .latin = &writer->latin,
                        .lettering = &writer->lettering,
                        .chosen = writer->chosen};
    struct out_frame frame;
    buffer_init(&w.path, 1u << 16);
    out_frame_init(&w, &frame, &w.t->scope, record->root);
    w.root = &frame;
    writer->was_open = writer->open;
    writer->was_first = writer->first;
    writer->has_opened = false;
    if (w.t->form)
        record_forget(record); /* a form asks what is written already */
    bool carried = check_kind(&w);
    if (carried) {
        out_take_constants(&w, &frame);
        const struct member *document = w.t->documents ? w.t->documents : &w.t->root;
        bool begins = w.t->documents && begins_stream(&w);
        if (w.t->documents && w.t->syntax != SYNTAX_CSV && (!writer->open || begins))
            open_stream(&w, writer);
        write_document(&w, writer, document, &frame);
        writer->first = false;
    }
    comity_status path_status = buffer_status(&w.path);
    buffer_free(&w.path);
    if (w.status != COMITY_OK)
        return w.status;
    if (path_status != COMITY_OK)
        return path_status;
    if (!carried)
        return COMITY_E_UNSUPPORTED;
    if (w.failed)
        return COMITY_E_INVALID;
    return buffer_status(out);
}

/* The record goes along, with what the trial has noted. */
static comity_status attach(const struct template_writer *writer, struct record *record,
                            struct buffer *placed, struct value **attached)
{
    if (buffer_status(placed) != COMITY_OK ||
        !carrier_note_places(record, writer->t->id, (struct placed *)(void *)placed->bytes,
                             placed->size / sizeof(struct placed)))
        return COMITY_E_NOMEM;
    return carrier_attach(record, writer->t->id, attached);
}

comity_status template_write(struct template_writer *writer, struct record *record,
                             struct findings *findings, struct buffer *out)
{
    record->is_carried = false;
    if (!writer->t->carries)
        return write_once(writer, record, findings, NULL, out);
    /* Written once to see what is left unsaid; nobody is told. */
    struct findings silent = {0};
    struct value *attached = NULL;
    struct buffer trial, placed;
    buffer_init(&trial, 0);
    buffer_init(&placed, 0);
    comity_status status = write_once(writer, record, &silent, &placed, &trial);
    bool is_needed = status == COMITY_OK && carrier_is_needed(record, writer->t->id);
    buffer_free(&trial);
    if (status == COMITY_OK)
        template_undo(writer);
    record_forget(record);
    if (is_needed)
        status = attach(writer, record, &placed, &attached);
    buffer_free(&placed);
    carrier_forget_notes(record, writer->t->id);
    if (status == COMITY_E_NOMEM || (is_needed && status != COMITY_OK))
        return status;
    status = write_once(writer, record, findings, NULL, out);
    if (is_needed)
        record->is_carried = carrier_detach(attached) && status == COMITY_OK;
    return status;
}
