/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Signs what is to be queued, as the endpoint's settings say. */
#ifndef COMITY_CONVERTERS_SUBMIT_SUBMIT_SIGN_H
#define COMITY_CONVERTERS_SUBMIT_SUBMIT_SIGN_H

#include "submit/outbox.h"

/* Puts the signed document in place of an item's payload, with its digest and media type; the
 * identity, which was made of what is signed, stays.  Nothing where the endpoint does not ask
 * for it.  `syntax`: of the item's format, or NULL.  COMITY_E_INVALID and a sentence in
 * `message`: it cannot be signed; COMITY_E_NOMEM. */
comity_status submit_sign(struct outbox_item *item, const char *syntax, char *message,
                          size_t size);

#endif
