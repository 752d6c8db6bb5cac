/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The whole record as an attachment: see carrier.c. */
#ifndef COMITY_MAPPING_CARRIER_H
#define COMITY_MAPPING_CARRIER_H

#include "base/finding.h"
#include "model/record.h"

/* Name of the attachment that holds the record. */
#define CARRIER_NAME "comity-record.json"

/* True if the writer of `format` has left something unsaid. */
bool carrier_is_needed(const struct record *record, const char *format);

/* Adds the attachment: name, media type, digest, size and base64 of the canonical JSON; for a
 * document of `format`.  `*attached` becomes its group. */
comity_status carrier_attach(struct record *record, const char *format,
                             struct value **attached);

/* Forgets what a writer has noted for the record that goes along: KEPT_WRITTEN, KEPT_MADE. */
void carrier_forget_notes(struct record *record, const char *format);

/* Takes it out again, behind writing; true if the writer has written it. */
bool carrier_detach(struct value *attached);

/* Fills from the attachment, the last that has the name, what the document itself does not
 * state, and takes it out.  One that is not what it says is told and stays. */
comity_status carrier_take(struct record *record, struct findings *findings);

#endif
