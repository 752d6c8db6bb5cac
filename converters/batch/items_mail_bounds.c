/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether a message is one that a reader of mail can be given: each header and each part
 * becomes objects many times its size, so that both are counted first, by lines.  What is no
 * header may be counted as one, never the other way round. */
#include "batch/items_mail.h"

#include <stdio.h>

#define MOST_PARTS 10000u
#define MOST_HEADERS 50000u
#define MOST_HEADER_BYTES ((size_t)4 << 20)

/* Small letters, by hand: no locale has a say. */
static bool contains(const char *text, size_t len, const char *word)
{
    size_t word_len = strlen(word);
    for (size_t i = 0; i + word_len <= len; i++) {
        size_t k = 0;
        while (k < word_len && (text[i + k] | 0x20) == word[k])
            k++;
        if (k == word_len)
            return true;
    }
    return false;
}

bool mail_is_bounded(const char *bytes, size_t size, struct fault *fault)
{
    const char *end = bytes + size, *what = NULL;
    size_t parts = 0, headers = 0, header_bytes = 0;
    bool in_headers = true, is_inner_next = false, has_digest = false;
    for (const char *line = bytes; line < end && !what;) {
        const char *line_end = memchr(line, '\n', (size_t)(end - line));
        size_t len = (size_t)((line_end ? line_end + 1 : end) - line);
        bool is_empty = len == 1 || (len == 2 && *line == '\r');
        if (len > 2 && line[0] == '-' && line[1] == '-') {
            parts++;
            in_headers = true;
            is_inner_next = has_digest;
        } else if (is_empty) {
            /* The headers of a message in a message follow those of its part. */
            in_headers = in_headers && is_inner_next;
            is_inner_next = false;
        }
        if (in_headers) {
            headers++;
            header_bytes += len;
            is_inner_next = is_inner_next || contains(line, len, "message/");
            has_digest = has_digest || contains(line, len, "/digest");
        }
        what = parts > MOST_PARTS                 ? "parts"
               : headers > MOST_HEADERS           ? "lines of headers"
               : header_bytes > MOST_HEADER_BYTES ? "bytes of headers"
                                                  : NULL;
        line += len;
    }
    if (!what)
        return true;
    fault->code = "limit.entries";
    snprintf(
        fault->message, FAULT_TEXT,
        "the message has more %s than any letter; at most %u parts, %u lines and %zu bytes "
        "of headers are allowed",
        what, MOST_PARTS, MOST_HEADERS, MOST_HEADER_BYTES);
    return false;
}
