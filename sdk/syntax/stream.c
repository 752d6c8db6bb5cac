/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The documents of one input: tells the syntaxes apart and hands on to the right one.  Knows
 * nothing of either grammar. */
#include "syntax/stream.h"

#include "syntax/stream_json.h"
#include "syntax/stream_xml.h"

#include <stdlib.h>
#include <string.h>

struct stream {
    enum syntax_id syntax;
    struct source *source;
    struct limits limits;
    char *charset; /* NULL where the caller knows none */
    struct stream_json json;
    struct stream_xml_state xml;
};

/* Byte-order marks of UTF-8, UTF-16 and (by its first half) UTF-32. */
static size_t mark_size(const char *head, size_t size)
{
    if (size >= 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0)
        return 3;
    if (size >= 2 && (memcmp(head, "\xFE\xFF", 2) == 0 || memcmp(head, "\xFF\xFE", 2) == 0))
        return 2;
    return 0;
}

enum syntax_id syntax_sniff(const char *head, size_t size)
{
    bool has_zeros = false;
    for (size_t i = mark_size(head, size); i < size; i++) {
        /* The other half of an ASCII character of UTF-16, on whichever side. */
        if (head[i] == '\0') {
            has_zeros = true;
            continue;
        }
        if (head[i] == '<')
            return SYNTAX_XML;
        if (!memchr(" \t\r\n", head[i], 4))
            return SYNTAX_JSON;
    }
    return has_zeros ? SYNTAX_JSON : 0;
}

comity_status stream_open(enum syntax_id syntax, struct source *source,
                          const struct limits *limits, const char *charset,
                          struct xml_spare *spare, struct stream **stream)
{
    *stream = NULL;
    if (syntax != SYNTAX_JSON && syntax != SYNTAX_XML)
        return COMITY_E_USAGE;
    struct stream *made = calloc(1, sizeof(*made));
    if (!made)
        return COMITY_E_NOMEM;
    made->syntax = syntax;
    made->source = source;
    made->limits = *limits;
    made->xml.spare = spare;
    if (charset) {
        made->charset = strdup(charset);
        if (!made->charset) {
            free(made);
            return COMITY_E_NOMEM;
        }
    }
    *stream = made;
    return COMITY_OK;
}

comity_status stream_next(struct stream *stream, struct tree *tree, struct findings *findings)
{
    if (stream->syntax == SYNTAX_JSON)
        return stream_json_next(&stream->json, stream->source, &stream->limits, tree, findings);
    return stream_xml_next(stream->source, &stream->limits, stream->charset, tree, findings,
                           &stream->xml);
}

void stream_free(struct stream *stream)
{
    if (!stream)
        return;
    stream_xml_free(&stream->xml);
    free(stream->charset);
    free(stream);
}
