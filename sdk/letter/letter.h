/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The letter: a record as a person reads it, as plain text or as one file of HTML.  Written
 * only.  Every value of the record stands in it once, what the convention asks for in the
 * convention's order; what is not stated is marked, and nothing is made up.  Knows no format
 * but its own two. */
#ifndef COMITY_LETTER_LETTER_H
#define COMITY_LETTER_LETTER_H

#include "model/record.h"
#include "model/terms.h"

enum letter_kind { LETTER_TEXT, LETTER_HTML };

/* Appends a record as a letter.  Labels speak by `choices`; NULL: in the record's own voice (its
 * `terminology`), and in the convention's brackets where it states none.  Marks as asked all that is shown; the bytes
 * of attachments are not.  The same record gives the same bytes.  COMITY_E_NOMEM.
 *
 *     comity_status status = letter_write(&record, &terms, NULL, LETTER_TEXT, &out); */
comity_status letter_write(struct record *record, const struct terms *terms,
                           const struct term_choices *choices, enum letter_kind kind,
                           struct buffer *out);

/* True of a text that is a letter, which nobody reads but persons: its labels could be taken for
 * those of a form. */
bool letter_is_text(const char *text, size_t len);

#endif
