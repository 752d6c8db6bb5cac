/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the readers of the two canonical formats share: checks and findings.  Knows no
 * syntax. */
#include "model/convention.h"

#include "base/utf8.h"

#include <stdio.h>

int clip(const char *text, size_t len, size_t max)
{
    return (int)(len <= max ? len : utf8_cut(text, len, max));
}

bool convention_check(const struct record *record, struct findings *findings,
                      const struct value *value)
{
    const char *expected = NULL;
    const struct field *field = &fields[value->field];
    const char *code = value_check(field, value->text, value->len, &expected);
    if (!code)
        return true;
    char message[400];
    bool kind = value->field == F_document_kind;
    snprintf(message, sizeof message, "%s is '%.*s'; expected %s", field->name,
             clip(value->text, value->len, 100), value->text,
             kind ? "a kind of request, notice or answer" : expected);
    record_report(record, findings, value, kind ? COMITY_ERROR : COMITY_WARNING,
                  kind ? "model.kind" : code,
                  kind ? "comity explain model.kind lists the kinds"
                       : "the value stays as written",
                  message);
    return false;
}

void convention_error(struct convention_reader *reader, uint32_t node, const char *code,
                      const char *hint, const char *message)
{
    tree_report(reader->tree, reader->findings, node, COMITY_ERROR, code, NULL, hint, message);
    reader->failed = true;
}

void convention_unknown(struct convention_reader *reader, uint32_t node, uint16_t group)
{
    const struct comity_node *n = tree_node(reader->tree, node);
    char message[300];
    snprintf(message, sizeof message, "'%.*s' is no field of %s",
             clip(n->name ? n->name : "", n->name_len, 100), n->name ? n->name : "",
             groups[group].name);
    convention_error(reader, node, "model.unknown-field",
                     "docs/schema/fields.md lists the fields; what has none goes into remarks "
                     "or an attachment",
                     message);
}

void convention_schema(struct convention_reader *reader, uint32_t node)
{
    struct comity_node *n = tree_node(reader->tree, node);
    n->fate = FATE_MAPPED;
    if (n->text && n->text_len == sizeof SCHEMA_URN - 1 &&
        memcmp(n->text, SCHEMA_URN, sizeof SCHEMA_URN - 1) == 0)
        return;
    convention_error(reader, node, "model.schema", NULL,
                     "the schema is not " SCHEMA_URN ", the only one known");
}

void convention_text(struct convention_reader *reader, struct value *group, uint16_t field,
                     const char *text, size_t len, uint32_t node)
{
    struct value *value = value_add_text(reader->record, group, field, text, len, node);
    if (!value) {
        reader->status = COMITY_E_NOMEM;
        return;
    }
    tree_node(reader->tree, node)->fate = FATE_MAPPED;
    if (!convention_check(reader->record, reader->findings, value) && field == F_document_kind)
        reader->failed = true;
}

comity_status convention_read(struct record *record, struct tree *tree, bool partial,
                              struct findings *findings)
{
    struct convention_reader reader = {
        .record = record, .tree = tree, .findings = findings, .partial = partial};
    if (tree->syntax == SYNTAX_JSON)
        convention_read_json(&reader);
    else
        convention_read_xml(&reader);
    if (!partial && !reader.failed && reader.status == COMITY_OK &&
        !value_child(record->root, F_document_kind))
        convention_error(&reader, 1, "model.required", NULL,
                         "the document states no kind; expected the kind of request, notice or "
                         "answer");
    if (reader.status != COMITY_OK)
        return reader.status;
    return reader.failed ? COMITY_E_INVALID : COMITY_OK;
}
