/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where requests are sent: an address, how it is spoken to, and what is required of it.  Settings
 * are a JSON object, so that an item keeps those under which it was queued.  Secrets are never
 * among them, only the files that hold them. */
#ifndef COMITY_CONVERTERS_SUBMIT_ENDPOINT_H
#define COMITY_CONVERTERS_SUBMIT_ENDPOINT_H

#include "submit/store.h"

#include <stddef.h>

struct cJSON;

struct endpoint {
    char *name;     /* the register's, or the URL itself */
    char *url;      /* https, without user, query or fragment that hold secrets */
    char *protocol; /* "https", "hi1", "connector-client", "domibus" */
    char *format;   /* that it takes, with options: "etsi-hi1-xml:version=V1.23.1" */
    /* members: "certificate" and "key" (files: PEM, the key 0600), "ca" (file), "pins" (a list
     * of "sha256//BASE64"), "internal" (true: private addresses are allowed), "connections",
     * "seconds" (for one answer), "answer_bytes", "age_seconds" (until an item is given up),
     * "parties" (an object: what connector-client and domibus need) */
    struct cJSON *settings;
};

/* Checks and takes over (copies) what was given; `settings` is JSON or NULL.  COMITY_E_USAGE and
 * a sentence in `message`, of at least 200 bytes, where something is wrong: an unknown member or
 * protocol, a URL that is not https or holds a user, a file that is not there or not private. */
comity_status endpoint_make(struct endpoint *endpoint, const char *name, const char *url,
                            const char *protocol, const char *format, const char *settings,
                            char *message, size_t size);
/* By its name in the register; COMITY_END where there is none. */
comity_status endpoint_find(struct store *store, const char *name, struct endpoint *endpoint);
/* A setting, or the fallback. */
const char *endpoint_text(const struct endpoint *endpoint, const char *member);
int64_t endpoint_number(const struct endpoint *endpoint, const char *member, int64_t fallback);
bool endpoint_flag(const struct endpoint *endpoint, const char *member);
/* The settings as JSON; the caller frees it.  NULL: no memory. */
char *endpoint_settings(const struct endpoint *endpoint);
void endpoint_free(struct endpoint *endpoint);

#endif
