/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where requests are sent: an address, how it is spoken to, and what is required of it.
 * Settings are a JSON object, so that an item keeps those under which it was queued.
 * Secrets are never among them, only the files that hold them. */
#ifndef COMITY_CONVERTERS_SUBMIT_ENDPOINT_H
#define COMITY_CONVERTERS_SUBMIT_ENDPOINT_H

#include "base/buffer.h"
#include "submit/store.h"
#include "syntax/tree.h"

#include <stddef.h>

struct cJSON;

/* One thing that is wrong with an entry of the register. */
struct entry_fault {
    const char *code;   /* "register.url": comity explain knows it */
    const char *member; /* that is wrong: "url", or a member of the settings */
    const char *hint;   /* what to do; or NULL */
    uint32_t node;      /* where, in the tree that was checked; 0: look for the member */
    char message[400];
};

/* Who is told of faults, and how many there were. */
struct entry_faults {
    void (*tell)(void *user, const struct entry_fault *fault);
    void *user;
    uint64_t count;
};

/* Where the first of several faults is kept as a sentence: for entry_faults.tell and user. */
struct entry_first {
    char *message;
    size_t size; /* 0 once there is one */
};
void entry_keep_first(void *user, const struct entry_fault *fault);
__attribute__((format(printf, 6, 7))) void entry_fault(struct entry_faults *faults,
                                                       const char *code, const char *member,
                                                       uint32_t node, const char *hint,
                                                       const char *format, ...);
/* Puts '?' for bytes that are no UTF-8: what was cut, or never was any. */
void entry_make_text(char *text);
/* True for UTF-8 without control characters (line breaks aside where `lines`), and without
 * those that turn the direction of writing: they make one name look like another. */
bool entry_text_is_plain(const char *text, size_t len, bool lines);
typedef void entry_check_fn(const struct tree *tree, uint32_t group,
                            struct entry_faults *faults);
/* An object that an option or a cell holds, read as strict JSON and checked, as compact JSON in
 * the arena; NULL: faults are told, of `member` with `code`. */
const char *entry_take_object(struct arena *arena, const char *text, const char *code,
                              const char *member, entry_check_fn *check,
                              struct entry_faults *faults);
/* A node as compact JSON in the arena; NULL: no memory. */
const char *entry_node_text(struct arena *arena, const struct tree *tree, uint32_t index);

struct endpoint {
    char *name;     /* the register's, or the URL itself */
    char *url;      /* https, without user, fragment, or query that holds secrets */
    char *protocol; /* "https", "hi1", "connector-client", "domibus" */
    char *format;   /* that it takes, with options: "etsi-hi1-xml:version=V1.23.1" */
    /* members: "certificate" and "key" (files: PEM, the key 0600), "password" (file: what
     * the key is encrypted with, 0600), "ca" (file), "pins" (a list of "sha256//BASE64"),
     * "internal" (true: private addresses are allowed), "connections", "seconds" (for one
     * answer), "answer_bytes", "age_seconds" (until an item is given up), "ask_seconds"
     * (until it is asked what became of an item), "purposes" (kinds of requests that it
     * takes), "parties" (an object: what connector-client and domibus need), "sign"
     * ("xmldsig" or "jws") with "sign_certificate" and "sign_key" (files as above).
     * Files are named with their whole path, or are what systemd hands over:
     * "credential:NAME". */
    struct cJSON *settings;
};

/* An endpoint as it is written down; NULL: not given. */
struct endpoint_text {
    const char *name, *url, *protocol, *format;
    const char *settings; /* JSON */
};

/* Tells what is wrong with a name of the register. */
void endpoint_check_name(const char *name, struct entry_faults *faults);
/* Tells all that is wrong with what is given, but for the settings and how the name is
 * written. */
void endpoint_check(const struct endpoint_text *text, struct entry_faults *faults);
/* The same for settings: a group of a tree. */
void endpoint_check_settings(const struct tree *tree, uint32_t group,
                             struct entry_faults *faults);
/* Tells which parties the protocol needs and the settings do not name. */
void endpoint_check_parties(const struct endpoint *endpoint, struct entry_faults *faults);
/* What a file setting names of those that systemd hands over: NAME of "credential:NAME"; NULL:
 * it is a path. */
const char *endpoint_credential(const char *path);
/* Reads the file of a setting, "certificate", "key", "password", "ca" and those to sign with,
 * and tells what is wrong with it: it is not there, not what it should be, or the key is open
 * to others. Nothing where the setting is not given.  The buffer is the caller's to free,
 * which wipes it. */
void endpoint_read_file(const struct endpoint *endpoint, const char *member,
                        struct buffer *bytes, struct entry_faults *faults);
/* Tells the same of all of them, but for what systemd hands over when the service runs. */
void endpoint_check_files(const struct endpoint *endpoint, struct entry_faults *faults);

/* Checks and takes over (copies) what was given; `settings` is JSON or NULL.  COMITY_E_USAGE
 * and a sentence in `message`, of at least 200 bytes, where something is wrong: an unknown
 * member or protocol, a URL that is not https or holds a user, a file that is not there or
 * not private. What can be taken over is taken over even so: the caller frees it, and sends
 * nothing there. */
comity_status endpoint_make(struct endpoint *endpoint, const char *name, const char *url,
                            const char *protocol, const char *format, const char *settings,
                            char *message, size_t size);
/* The same, and tells of each fault.  Files are not looked at: for what was taken over
 * before. */
comity_status endpoint_take(struct endpoint *endpoint, const struct endpoint_text *text,
                            struct entry_faults *faults);
/* By its name in the register; COMITY_END where there is none, COMITY_E_INVALID with the
 * store's message where what stands there is not as it must be.  Files are not looked at. */
comity_status endpoint_find(struct store *store, const char *name, struct endpoint *endpoint);
/* Out of columns of a row: name, url, protocol, format, settings. */
comity_status endpoint_load(struct store *store, struct sqlite3_stmt *statement, int column,
                            struct endpoint *endpoint);
/* A setting, or the fallback. */
const char *endpoint_text(const struct endpoint *endpoint, const char *member);
int64_t endpoint_number(const struct endpoint *endpoint, const char *member, int64_t fallback);
bool endpoint_flag(const struct endpoint *endpoint, const char *member);
/* True where the setting "purposes" is not given, or names the kind of request. */
bool endpoint_serves(const struct endpoint *endpoint, const char *kind);
/* The settings as JSON; the caller frees it.  NULL: no memory. */
char *endpoint_settings(const struct endpoint *endpoint);
void endpoint_free(struct endpoint *endpoint);

#endif
