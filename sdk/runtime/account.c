/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The loss account, kept by the host: what no writer asked for is lost, and said so; every
 * leaf of the input ends in exactly one of mapped, approximated, kept and dropped. */
#include "mapping/joined.h"
#include "runtime/context.h"

#include <stdio.h>

/* A leaf that was taken whole under another field is not lost. */
#define NODE_TAKEN 0x8000u

static const char carried_hint[] = "a receiver without this program does not see it there";

static bool holds_leaf(const struct value *value)
{
    return value->form != VALUE_GROUP || (!value->first && !value->kept);
}

static void mark_taken(const struct record *record, const struct value *group)
{
    for (const struct value *v = group->first; v; v = v->next) {
        bool is_whole = holds_leaf(v) && (v->flags & (VALUE_ASKED | VALUE_PART)) == VALUE_ASKED;
        if (is_whole && v->node && record->tree)
            tree_node(record->tree, v->node)->reserved |= NODE_TAKEN;
        if (v->form == VALUE_GROUP)
            mark_taken(record, v);
    }
}

static void report_carried(struct comity_record *record, const struct format *format,
                           const struct value *value)
{
    char message[300];
    snprintf(message, sizeof message,
             "%s has no place for %s; it goes along in the attachment comity-record.json",
             format->id, fields[value->field].name);
    record_report(&record->record, &record->session->findings, value, COMITY_NOTE,
                  "model.carried", carried_hint, message);
}

static void report_value(struct comity_record *record, const struct format *format,
                         const struct value *value)
{
    char message[300];
    struct findings *findings = &record->session->findings;
    snprintf(message, sizeof message, "%s has no place for %s", format->id,
             fields[value->field].name);
    if (record->record.is_carried) {
        report_carried(record, format, value);
        return;
    }
    record_report(&record->record, findings, value, COMITY_LOSS, "loss.field", NULL, message);
    if (value->node && record->record.tree)
        tree_mark(record->record.tree, value->node, FATE_DROPPED);
}

static void report_kept(struct comity_record *record, const struct format *format,
                        const struct value *group, const struct kept *kept)
{
    char message[300];
    if (!kept_is_value(kept))
        return;
    bool is_carried = record->record.is_carried && strcmp(kept->format, format->id) != 0;
    snprintf(message, sizeof message, "%s has no place for %.*s, kept for %s%s", format->id,
             clip(kept->key, kept->key_len, 100), kept->key, kept->format,
             is_carried ? "; it goes along in the attachment comity-record.json" : "");
    struct buffer path;
    buffer_init(&path, 4096);
    value_path(group, &path);
    buffer_char(&path, '\0');
    record_report_at(&record->record, &record->session->findings, kept->node,
                     is_carried ? COMITY_NOTE : COMITY_LOSS,
                     is_carried ? "model.carried" : "loss.kept",
                     buffer_status(&path) == COMITY_OK && path.size > 1 ? path.bytes : NULL,
                     is_carried ? carried_hint : NULL, message);
    buffer_free(&path);
    if (kept->node && record->record.tree && !is_carried)
        tree_mark(record->record.tree, kept->node, FATE_DROPPED);
}

/* The text of items that a form merges: lost unless it was written whole, or all that it says
 * was. */
static void report_combined(struct comity_record *record, const struct format *format,
                            const struct value *group)
{
    struct value *text = value_child(group, F_combined_text);
    if (text && !(text->flags & VALUE_ASKED) && !record_is_said(&record->record, group))
        report_value(record, format, text);
}

/* Notes that this run made: one word for all of them.  Those that the input held are values
 * like any other. */
static bool is_note_made(const struct value *v)
{
    return v->field >= S_terminology && v->field < E_terminology && !v->node &&
           !(v->flags & (VALUE_ASKED | VALUE_USER));
}

static void report_notes(struct comity_record *record, const struct format *format)
{
    char message[300];
    bool is_carried = record->record.is_carried;
    snprintf(message, sizeof message, "%s has no place for which sets of terms were resolved%s",
             format->id,
             is_carried ? "; it goes along in the attachment comity-record.json"
                        : ": they cannot be restored from what is written");
    record_report_at(&record->record, &record->session->findings, 0,
                     is_carried ? COMITY_NOTE : COMITY_LOSS, "term.unrecorded",
                     "terminology.resolved", is_carried ? carried_hint : NULL, message);
}

static void report_group(struct comity_record *record, const struct format *format,
                         const struct value *group)
{
    const struct tree *tree = record->record.tree;
    for (const struct kept *kept = group->kept; kept; kept = kept->next)
        if (!(kept->flags & VALUE_ASKED))
            report_kept(record, format, group, kept);
    for (const struct value *v = group->first; v; v = v->next) {
        if (v->field == F_document_provenance)
            continue; /* about the record: its place is the report, not the request */
        if (is_note_made(v)) {
            if (v->field == F_terminology_resolved && v->position == 0)
                report_notes(record, format);
            continue;
        }
        if (v->field == F_document_combined && v->form == VALUE_GROUP) {
            report_combined(record, format, v);
            continue;
        }
        if (holds_leaf(v)) {
            bool taken = v->node && tree && (tree_node(tree, v->node)->reserved & NODE_TAKEN);
            if (!(v->flags & VALUE_ASKED) && !taken)
                report_value(record, format, v);
        }
        if (v->form == VALUE_GROUP)
            report_group(record, format, v);
    }
}

void account_losses(struct comity_record *record, const struct format *format)
{
    struct findings *findings = &record->session->findings;
    const char *source = findings->format;
    mark_taken(&record->record, record->record.root);
    findings->format = format->id;
    report_group(record, format, record->record.root);
    findings->format = source;
}

/* The nodes that a document answers for. */
struct answered {
    const struct tree *tree;
    const struct comity_node *document;
    uint32_t list;
    bool is_first;
};

/* A document of a list answers for its own nodes; the first also for what encloses them. */
static struct answered answered_by(const struct comity_record *record)
{
    const struct tree *tree = record->record.tree;
    uint32_t list = record->node == 1 ? 0 : template_documents_node(record->format->t, tree);
    return (struct answered){.tree = tree,
                             .document = tree_node(tree, record->node),
                             .list = list,
                             .is_first = list && tree_node(tree, list)->first == record->node};
}

static bool answers_for(const struct answered *answered, const struct comity_node *node)
{
    const struct tree *tree = answered->tree;
    const struct comity_node *document = answered->document;
    const struct comity_node *list = tree_node(tree, answered->list);
    bool inside = node->offset >= document->offset && node->offset < document->end;
    bool around = answered->is_first &&
                  (node->offset < list->offset || node->offset >= list->end);
    return (inside || around || !answered->list) && tree_is_leaf(tree, node);
}

void account_trace_kept(const struct comity_record *record)
{
    struct answered answered = answered_by(record);
    const struct tree *tree = answered.tree;
    char message[300];
    snprintf(message, sizeof message, "no field takes it: kept for %s, in its place",
             record->format->id);
    for (uint32_t i = 1; i < tree->count && !tree->parts; i++) {
        const struct comity_node *node = tree_node(tree, i);
        if (node->fate == FATE_KEPT && answers_for(&answered, node))
            tree_report(tree, &record->session->findings, i, COMITY_NOTE, "model.trace", NULL,
                        NULL, message);
    }
}

void account_leaves(const struct comity_record *record, struct comity_result *result)
{
    struct answered answered = answered_by(record);
    const struct tree *tree = answered.tree;
    uint64_t counts[5] = {0};
    if (tree->parts)
        joined_leaves(tree, counts);
    for (uint32_t i = 1; i < tree->count && !tree->parts; i++) {
        const struct comity_node *node = tree_node(tree, i);
        if (answers_for(&answered, node))
            counts[node->fate]++;
    }
    result->mapped += counts[FATE_MAPPED];
    result->approximated += counts[FATE_APPROXIMATED];
    result->kept += counts[FATE_KEPT];
    result->dropped += counts[FATE_DROPPED] + counts[FATE_NONE];
}
