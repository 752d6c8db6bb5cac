/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The canonical formats, convention-json and convention-xml: built in, because they are the
 * model.  Both are made from the field table alone. */
#ifndef COMITY_MODEL_CONVENTION_H
#define COMITY_MODEL_CONVENTION_H

#include "model/record.h"

/* Fills an empty record from a canonical document of either syntax.  `partial`: an overlay,
 * which need not state schema and kind.  All faults are reported; COMITY_E_INVALID where one
 * of them was an error. */
comity_status convention_read(struct record *record, struct tree *tree, bool partial,
                              struct findings *findings);

/* Appends a record as one line of JSON, without a line end; the same record gives the same
 * bytes. */
void convention_write_json(const struct record *record, struct buffer *out);

/* Appends a record as an XML document. */
void convention_write_xml(const struct record *record, struct buffer *out);

/* Checks a text value and warns where it does not fit its field's type; an unknown kind is an
 * error.  True if the value fits. */
bool convention_check(const struct record *record, struct findings *findings,
                      const struct value *value);

/* Length of at most `max` bytes of a text, cut between characters: for messages. */
int clip(const char *text, size_t len, size_t max);

/* Parts shared by the two readers. */
struct convention_reader {
    struct record *record;
    struct tree *tree;
    struct findings *findings;
    bool partial, failed;
    comity_status status; /* COMITY_E_NOMEM sticks */
};

void convention_error(struct convention_reader *reader, uint32_t node, const char *code,
                      const char *hint, const char *message);
void convention_unknown(struct convention_reader *reader, uint32_t node, uint16_t group);
void convention_schema(struct convention_reader *reader, uint32_t node);
/* Adds a text value of a leaf, checked. */
void convention_text(struct convention_reader *reader, struct value *group, uint16_t field,
                     const char *text, size_t len, uint32_t node);
void convention_read_json(struct convention_reader *reader);
void convention_read_xml(struct convention_reader *reader);

#endif
