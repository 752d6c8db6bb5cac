/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one collector of findings: counts them and hands them on.  Knows nothing of how they
 * are shown. */
#include "base/finding.h"

void findings_add(struct findings *findings, const struct comity_finding *finding)
{
    struct comity_finding filled = *finding;
    if (!filled.file)
        filled.file = findings->file;
    if (!filled.format)
        filled.format = findings->format;
    /* A severity that a later revision may add is graver than all that we know. */
    if (filled.severity < COMITY_NOTE)
        filled.severity = COMITY_NOTE;
    if (filled.severity > COMITY_ERROR)
        filled.severity = COMITY_ERROR;
    findings->counts[filled.severity]++;
    if (findings->emit)
        findings->emit(findings->user, &filled);
}

uint64_t findings_at_least(const struct findings *findings, int32_t severity)
{
    uint64_t sum = 0;
    for (int32_t grave = severity < COMITY_NOTE ? COMITY_NOTE : severity; grave <= COMITY_ERROR;
         grave++)
        sum += findings->counts[grave];
    return sum;
}
