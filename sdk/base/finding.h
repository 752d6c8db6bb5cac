/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one collector of findings: it counts them and hands them on.  Knows nothing of how
 * they are shown. */
#ifndef COMITY_BASE_FINDING_H
#define COMITY_BASE_FINDING_H

#include <comity/comity.h>

struct findings {
    comity_finding_fn *emit; /* NULL: only counted */
    void *user;
    uint64_t counts[4]; /* by severity */
    const char *file;   /* named in findings that name none */
    const char *format; /* likewise */
};

/* Counts a finding and hands it on; `file` and `format` are filled in where absent. */
void findings_add(struct findings *findings, const struct comity_finding *finding);

/* How many findings of `severity` or graver there were. */
uint64_t findings_at_least(const struct findings *findings, int32_t severity);

#endif
