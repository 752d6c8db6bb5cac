/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a template's writer has to say of a document: findings in the name of the format that is
 * written.  Knows nothing of how it is written. */
#include "mapping/writer.h"

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
