/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where a document goes: which State, which of its authorities, and what the item of the outbox
 * takes over of it.  Reads the register, sends and puts nothing. */
#ifndef COMITY_CONVERTERS_SUBMIT_ROUTING_H
#define COMITY_CONVERTERS_SUBMIT_ROUTING_H

#include "submit/documents.h"
#include "submit/outbox.h"

#include <comity/comity.h>

/* Why a document cannot be sent: the code of a finding, a sentence, what to do (or NULL). */
struct routing_fault {
    const char *code, *hint;
    char message[400];
};

/* The field that names the State from which a document of a kind comes, and the one that it is
 * for.  In an answer the sides stay those of the request, so that it comes from the requested
 * State; but what tells that assistance is no longer required (61.23), what was made of data
 * (57.6) or that they were destroyed (57.4) comes from the requesting one, as requests do. */
const char *routing_from(const char *kind);
const char *routing_to(const char *kind);
/* True of a kind that answers a request, by its reference. */
bool routing_is_answer(const char *kind);
/* True of a kind that asks for something. */
bool routing_is_request(const char *kind);

/* The roles of the register that may take a document of a kind, the best first, else NULL.
 * `channel` is what the document says of the way it takes, "" where it does not; `wanted` (or
 * NULL) is a role that is wanted instead. */
void routing_roles(const char *wanted, const char *channel, const char *kind,
                   const char *roles[2]);

/* Fills reference, kind, State (`to_state` where it is not NULL), what it answers and what was
 * decided of an item.  COMITY_E_NOMEM: the caller frees the item all the same. */
comity_status routing_take_document(struct outbox_item *item, struct document *document,
                                    const char *to_state);
/* Finds the endpoint of item->to_state in the register, and the item's channel.  `territory`
 * NULL: any; `language` "": not known.  COMITY_E_INVALID with a fault: the State is not known,
 * has no authority there (61.10), or one that does not accept the language (61.11). */
comity_status routing_find(struct store *store, const char *territory,
                           const char *const roles[2], const char *language,
                           struct outbox_item *item, struct routing_fault *fault);
/* Copies the bytes to be sent into an item, whose endpoint and reference are known, and makes
 * its identity; false: no memory. */
bool routing_take_payload(struct outbox_item *item, const void *bytes, size_t size);
/* The media type of a syntax; "" is one that is not known. */
const char *routing_media_type(const char *syntax);

#endif
