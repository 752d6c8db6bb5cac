/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Templates that a worker reads before it can open files no more; see context.h. */
#include "runtime/context.h"
#include "runtime/worker.h"

static void hold_finding(void *user, const struct comity_finding *finding)
{
    worker_put_finding(user, finding);
}

comity_status hold_template(struct comity *context, const char *spec)
{
    struct held_template *held = arena_zalloc(&context->arena, sizeof *held);
    if (!held)
        return COMITY_E_NOMEM;
    struct findings findings = {.emit = hold_finding, .user = &held->findings};
    buffer_init(&held->findings, 0);
    held->spec = arena_copy(&context->arena, spec, strlen(spec));
    if (!held->spec)
        return COMITY_E_NOMEM;
    held->is_missing = !find_format(context, spec, &findings);
    held->next = context->held;
    context->held = held;
    return buffer_status(&held->findings);
}

struct held_template *tell_held(struct comity *context, const char *spec,
                                struct findings *findings)
{
    struct wire_frame frame;
    struct comity_finding finding;
    struct held_template *held = context->held;
    size_t whole = 0;
    while (held && strcmp(held->spec, spec) != 0)
        held = held->next;
    if (!held || (held->is_told && !held->is_missing))
        return held;
    held->is_told = true;
    for (size_t at = 0; wire_next(held->findings.bytes + at, held->findings.size - at, SIZE_MAX,
                                  &frame, &whole) == COMITY_OK;
         at += whole)
        if (worker_get_finding(&frame, &finding))
            findings_add(findings, &finding);
    return held;
}
