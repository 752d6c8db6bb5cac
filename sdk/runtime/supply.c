/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is added to a record from outside of its document: values that the user supplies, and
 * where the record came from.  No clock time: the same input gives the same output. */
#include "runtime/context.h"
#include "syntax/json.h"

static comity_status report(struct comity_record *record, const char *message,
                            const char *field)
{
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = COMITY_ERROR,
                                     .code = "model.setting",
                                     .message = message,
                                     .field = field,
                                     .hint = "docs/schema/fields.md lists the fields"};
    findings_add(&record->session->findings, &finding);
    return COMITY_E_INVALID;
}

static struct value *add_provenance(struct comity_record *record, const char *format,
                                    const char *plugin)
{
    struct record *r = &record->record;
    struct value *entry = value_add(r, r->root, F_document_provenance);
    if (!entry || !value_add_text(r, entry, F_provenance_format, format, strlen(format), 0) ||
        (plugin && !value_add_text(r, entry, F_provenance_plugin, plugin, strlen(plugin), 0)))
        return NULL;
    return entry;
}

static comity_status merge(struct record *record, struct value *into, const struct value *from);

/* The value that an overlay's value falls on, made where there is none.  Entries of a list of
 * groups fall on those of the same number; a list of values is replaced as a whole. */
static struct value *merge_target(struct record *record, struct value *into,
                                  const struct value *from, const struct value *v)
{
    const struct value *first = value_child(from, v->field);
    struct value *present = value_child(into, v->field);
    bool entries = fields[v->field].type == TYPE_GROUP && v->form == VALUE_GROUP;
    if (fields[v->field].list && v == first &&
        (!entries || (present && present->form == VALUE_EMPTY_LIST)))
        for (; present; present = value_child(into, v->field))
            value_remove(present);
    if (fields[v->field].list && !entries)
        present = NULL;
    for (; entries && present && first != v; first = value_next(first))
        present = value_next(present);
    return present ? present : value_add(record, into, v->field);
}

/* Lays a group of the overlay over one of the record: what the overlay states, wins. */
static comity_status merge(struct record *record, struct value *into, const struct value *from)
{
    for (const struct kept *k = from->kept; k; k = k->next)
        if (!value_keep(record, into, k->format, k->key, k->key_len, k->json, k->json_len, 0))
            return COMITY_E_NOMEM;
    for (const struct value *v = from->first; v; v = v->next) {
        struct value *target = merge_target(record, into, from, v);
        if (!target)
            return COMITY_E_NOMEM;
        target->flags |= VALUE_USER;
        target->node = 0;
        target->form = v->form;
        if (v->form == VALUE_TEXT) {
            target->text = v->text;
            target->len = v->len;
        } else if (v->form == VALUE_GROUP) {
            comity_status status = merge(record, target, v);
            if (status != COMITY_OK)
                return status;
        }
    }
    return COMITY_OK;
}

/* Names in the provenance what the overlay states. */
static comity_status name_fields(struct record *record, struct value *entry,
                                 const struct value *group)
{
    comity_status status = COMITY_OK;
    for (const struct value *v = group->first; v && status == COMITY_OK; v = v->next) {
        if (v->form == VALUE_GROUP) {
            status = name_fields(record, entry, v);
            continue;
        }
        struct buffer path;
        buffer_init(&path, 0);
        value_path(v, &path);
        const char *text = buffer_status(&path) == COMITY_OK
                               ? arena_copy(record->arena, path.bytes, path.size)
                               : NULL;
        if (!text || !value_add_text(record, entry, F_provenance_fields, text, path.size, 0))
            status = COMITY_E_NOMEM;
        buffer_free(&path);
    }
    return status;
}

static comity_status apply_overlay(struct comity_record *record)
{
    struct record overlay;
    struct tree tree;
    struct findings findings = record->session->findings;
    findings.file = "overlay";
    findings.format = "convention-json";
    tree_init(&tree, &record->session->arena);
    const struct comity_options *options = record->session->options;
    comity_status status = json_read_whole(&tree, options->overlay, options->overlay_len,
                                           &record->session->context->limits, &findings);
    if (status == COMITY_OK)
        status = record_init(&overlay, &record->session->arena, &tree);
    if (status == COMITY_OK)
        status = convention_read(&overlay, &tree, true, &findings);
    memcpy(record->session->findings.counts, findings.counts, sizeof findings.counts);
    if (status == COMITY_OK)
        status = merge(&record->record, record->record.root, overlay.root);
    tree_free(&tree);
    if (status != COMITY_OK)
        return status;
    struct value *entry = add_provenance(record, "overlay", NULL);
    return entry ? name_fields(&record->record, entry, overlay.root) : COMITY_E_NOMEM;
}

comity_status supply_settings(struct comity_record *record)
{
    const struct comity_options *options = record->session->options;
    comity_status status = options->overlay ? apply_overlay(record) : COMITY_OK;
    struct value *entry = NULL;
    for (size_t i = 0; i < options->setting_count && status == COMITY_OK; i++) {
        const struct comity_setting *setting = &options->settings[i];
        const char *error = NULL;
        struct value *value = NULL;
        status = record_put(&record->record, setting->field, setting->value,
                            strlen(setting->value), 0, &value, &error);
        if (status == COMITY_E_USAGE)
            return report(record, error, setting->field);
        if (status != COMITY_OK)
            return status;
        value->flags |= VALUE_USER;
        convention_check(&record->record, &record->session->findings, value);
        if (!entry)
            entry = add_provenance(record, "set", NULL);
        if (!entry || !value_add_text(&record->record, entry, F_provenance_fields,
                                      setting->field, strlen(setting->field), 0))
            status = COMITY_E_NOMEM;
    }
    return status;
}

/* The SHA-256 of the document at a node; who gave the input may have counted it already. */
static void digest_document(struct session *session, const char *bytes, size_t size)
{
    const struct digested *known = session->context->digested;
    if (known && known->size == size && memcmp(known->bytes, bytes, size) == 0)
        memcpy(session->sha256, known->sha256, sizeof session->sha256);
    else
        encoding_sha256(bytes, size, session->sha256);
}

comity_status supply_provenance(struct comity_record *record)
{
    const struct format *format = record->format;
    if (format->kind != FORMAT_PLUGIN)
        return COMITY_OK; /* the canonical formats are the model itself */
    const struct tree *tree = record->record.tree;
    const struct comity_node *node = tree_node(tree, record->node);
    struct session *session = record->session;
    struct value *entry = add_provenance(record, format->id, format->maker);
    if (!entry)
        return COMITY_E_NOMEM;
    if (record->node != 1 || !session->is_hashed) /* several may share the whole of a tree */
        digest_document(session, tree->text + node->offset, node->end - node->offset);
    session->is_hashed = record->node == 1;
    const char *hex = arena_copy(record->record.arena, session->sha256, SHA256_HEX_SIZE);
    if (!hex)
        return COMITY_E_NOMEM;
    return value_add_text(&record->record, entry, F_provenance_sha256, hex, SHA256_HEX_SIZE, 0)
               ? COMITY_OK
               : COMITY_E_NOMEM;
}
