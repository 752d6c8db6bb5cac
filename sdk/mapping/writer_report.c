/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a template's writer has to say of a document: findings in the name of the format that is
 * written.  Knows nothing of how it is written. */
#include "base/utf8.h"
#include "mapping/writer.h"
#include "model/convention.h"
#include "syntax/xml.h"

#include <stdio.h>

void out_report(struct writing *w, uint32_t node, int32_t severity, const char *code,
                const char *field, const char *hint, const char *message)
{
    const char *source = w->findings->format;
    w->findings->format = w->t->id;
    record_report_at(w->record, w->findings, node, severity, code, field, hint, message);
    w->findings->format = source;
}

void out_report_value(struct writing *w, const struct value *value, int32_t severity,
                      const char *code, const char *hint, const char *message)
{
    const char *source = w->findings->format;
    w->findings->format = w->t->id;
    record_report(w->record, w->findings, value, severity, code, hint, message);
    w->findings->format = source;
}

void out_report_required(struct writing *w, const char *field, const char *message)
{
    /* At the document itself: what is not there has no place of its own. */
    out_report(w, w->record->root->node, COMITY_ERROR, "model.required", field,
               "supply it with --set FIELD=VALUE or --overlay FILE", message);
}

void out_require(struct writing *w, const struct member *member)
{
    char message[300];
    snprintf(message, sizeof message, "%s requires %s (%s), which the document does not state",
             w->t->id, member->name, member->row ? member->row->field_path : "an object");
    out_report_required(w, member->row ? member->row->field_path : NULL, message);
    w->failed = true;
}

void out_imply(struct writing *w, struct out_frame *frame, const struct target *target,
               const char *text, size_t len, int32_t severity)
{
    struct out_frame *scope = target->from_root ? w->root : frame;
    struct value missing[TEMPLATE_MAX_SLOTS + 1], *child = missing, *group;
    char message[300];
    missing[0] = (struct value){.field = target->field, .form = VALUE_TEXT};
    for (uint16_t at = target->slot; !(group = out_slot(scope, at));
         at = scope->scope->slots[at].parent) {
        const struct slot *slot = &scope->scope->slots[at];
        child[1] =
            (struct value){.field = slot->field, .form = VALUE_GROUP, .position = slot->index};
        child->parent = &child[1];
        child++;
    }
    child->parent = group;
    missing[0].node = group->node;
    snprintf(message, sizeof message,
             "who reads %s takes it to say '%.*s' here, which the document does not state",
             w->t->id, clip(text, len, 100), text);
    out_report_value(w, missing, severity, "model.implied",
                     "state it in the document, or choose a format that leaves it open",
                     message);
}

size_t out_report_unsaid(struct writing *w, const struct value *group)
{
    size_t count = 0;
    char message[160];
    for (const struct value *v = group->first; v; v = v->next) {
        if (v->form == VALUE_GROUP)
            count += out_report_unsaid(w, v);
        if (v->form != VALUE_TEXT || !(v->flags & VALUE_ASKED) ||
            xml_can_carry(v->text, v->len))
            continue;
        size_t unsaid = 0;
        for (size_t at = 0, size; at < v->len; at += size) {
            uint32_t code;
            size = utf8_decode(v->text + at, v->len - at, &code);
            size = size ? size : 1;
            unsaid += !xml_can_carry(v->text + at, size);
        }
        snprintf(message, sizeof message, "XML cannot carry %zu characters of it", unsaid);
        out_report_value(w, v, COMITY_LOSS, "xml.unsaid",
                         "take control characters out of the document", message);
        count += unsaid;
    }
    return count;
}
