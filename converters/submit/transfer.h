/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One attempt to send one item, by libcurl: https alone, TLS 1.2 and up, verified always; no
 * redirect, proxy, cookie or file of passwords; answers and times are bounded; addresses of
 * private networks are refused unless the endpoint is internal.  No option and nothing in the
 * environment changes that. */
#ifndef COMITY_CONVERTERS_SUBMIT_TRANSFER_H
#define COMITY_CONVERTERS_SUBMIT_TRANSFER_H

#include "base/buffer.h"
#include "submit/outbox.h"
#include "submit/protocol.h"

#include <curl/curl.h>

struct peer;

struct transfer {
    struct transfer *next;
    struct peer *peer;       /* the caller's */
    struct outbox_item item; /* taken over */
    const struct protocol *protocol;
    bool is_question; /* what became of the item, and not the item itself */
    struct call call; /* what is sent, if it is not the item's bytes */
    CURL *easy;
    struct curl_slist *headers;
    struct buffer body;
    size_t limit;       /* bytes of an answer */
    size_t header_left; /* of those that its headers may have */
    bool is_long, is_denied;
    bool is_begun;          /* the caller's: it was handed to libcurl */
    bool is_stale;          /* the item is in another state by now */
    CURLcode result;        /* once it has ended, */
    struct verdict verdict; /* and what that means */
    char *refused;          /* why it could not even be tried; or NULL */
};

/* Takes the item over and makes ready to send it, or to ask what became of it.  What is wrong
 * with the endpoint's files is told by the verdict.  NULL: no memory; then the item is freed.
 * */
struct transfer *transfer_make(struct outbox_item *item, bool is_question);
/* True where there is something to be sent: then `easy` is for a multi handle. */
bool transfer_is_ready(const struct transfer *transfer);
/* What became of it, once it has ended with `result`.  Lends the body to the verdict. */
void transfer_judge(struct transfer *transfer, CURLcode result, struct verdict *verdict);
void transfer_free(struct transfer *transfer);

/* True of an address of the internet as such: not of this machine, a private network, a link, a
 * group, nor one that stands for such an address. */
struct sockaddr;
bool address_is_public(const struct sockaddr *address);

#endif
