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

/* Forgets what a writer has noted for the record that goes along: KEPT_WRITTEN, KEPT_MADE,
 * KEPT_PLACES. */
void carrier_forget_notes(struct record *record, const char *format);

/* An entry of a list that a writer has written, and when. */
struct placed {
    struct value *entry;
    size_t rank;
};

/* Notes for the record that goes along which entries of its lists stand in the document and in
 * which order, where that is not their own: KEPT_PLACES.  Orders `placed`; false: no memory. */
bool carrier_note_places(struct record *record, const char *format, struct placed *placed,
                         size_t count);

/* By a note in a carried list (`first` of it): for each of its entries the one of the document
 * (`there` and those behind it), or NULL.  NULL where there is no note, or where the document
 * is not as the note says. */
struct value **carrier_places(struct arena *arena, const struct value *first,
                              struct value *there);

/* Takes it out again, behind writing; true if the writer has written it. */
bool carrier_detach(struct value *attached);

/* Fills from the attachment, the last that has the name, what the document itself does not
 * state, and takes it out.  One that is not what it says is told and stays.  `trace` tells of
 * the one that was taken. */
comity_status carrier_take(struct record *record, struct findings *findings, bool trace);

#endif
