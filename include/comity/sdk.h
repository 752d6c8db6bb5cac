/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity/sdk.h -- short ways to say what nearly every plugin says, over comity/plugin.h alone.
 * Header only: a plugin still links to nothing of ours.  Each function takes the host's table,
 * which init() was given.
 *
 * Threads: as the host's functions that they call.  Memory: nothing is taken. */
#ifndef COMITY_SDK_H
#define COMITY_SDK_H

#include <comity/plugin.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reports a finding: `severity` COMITY_NOTE .. COMITY_ERROR, `code` stable ("acme.no-date"),
 * `message` one sentence; `node` is where it stood, or NULL. */
static inline void comity_say(const struct comity_host *host, struct comity_call *call,
                              int32_t severity, const char *code, const char *message,
                              const struct comity_node *node)
{
    struct comity_diag diag;
    memset(&diag, 0, sizeof diag);
    diag.struct_size = sizeof diag;
    diag.severity = severity;
    diag.code = code;
    diag.message = message;
    diag.node = node;
    host->report(call, &diag);
}

/* Puts words of the format's own, as the kind that its documents have. */
static inline comity_status comity_put_words(const struct comity_host *host,
                                             struct comity_doc *doc, const char *path,
                                             const char *words)
{
    return host->put(doc, path, words, strlen(words), (const struct comity_node *)0);
}

/* Puts the text of a node at a path; COMITY_OK where there is no such node, or it has no text
 * (null).  What it is not put for (a list, a group) stays unread, and is told as a loss. */
static inline comity_status comity_put_node(const struct comity_host *host,
                                            struct comity_doc *doc, const char *path,
                                            const struct comity_node *node)
{
    size_t len = 0;
    const char *text = node ? host->node_text(node, &len) : (const char *)0;
    return text ? host->put(doc, path, text, len, node) : COMITY_OK;
}

/* True if two pieces of text are the same. */
static inline int comity_is(const char *text, size_t len, const char *words)
{
    return text && len == strlen(words) && memcmp(text, words, len) == 0;
}

/* True of a node of this name. */
static inline int comity_is_named(const struct comity_host *host,
                                  const struct comity_node *node, const char *words)
{
    size_t len = 0;
    const char *name = host->node_name(node, &len);
    return comity_is(name, len, words);
}

/* Writes words as they stand. */
static inline comity_status comity_write(const struct comity_host *host, struct comity_out *out,
                                         const char *words)
{
    return host->write(out, words, strlen(words));
}

/* Writes text as a JSON string, quotes included (RFC 8259, section 7). */
static inline comity_status comity_write_json(const struct comity_host *host,
                                              struct comity_out *out, const char *text,
                                              size_t len)
{
    static const char digits[] = "0123456789abcdef";
    comity_status status = host->write(out, "\"", 1);
    size_t start = 0, i;
    for (i = 0; i < len && status == COMITY_OK; i++) {
        unsigned char c = (unsigned char)text[i];
        char escaped[7] = "\\u00";
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        escaped[4] = digits[c >> 4];
        escaped[5] = digits[c & 15];
        status = host->write(out, text + start, i - start);
        if (status == COMITY_OK && c < 0x20)
            status = host->write(out, escaped, 6);
        else if (status == COMITY_OK)
            status = host->write(out, c == '"' ? "\\\"" : "\\\\", 2);
        start = i + 1;
    }
    if (status == COMITY_OK)
        status = host->write(out, text + start, len - start);
    return status == COMITY_OK ? host->write(out, "\"", 1) : status;
}

#ifdef __cplusplus
}
#endif
#endif
