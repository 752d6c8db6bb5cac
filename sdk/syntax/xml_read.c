/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Drives libxml2 over one document that is wholly in memory.  It is fed in small pieces, and
 * given up where it holds back more than an honest document makes it hold: what it does with
 * one huge tag takes time that grows with the square.
 *
 * Nothing is ever fetched: without a DOCTYPE, which is refused before the parser sees it, there
 * is no entity to load, so that neither the loader nor a catalog is asked.  Must not know what
 * the tree is for. */
#include "syntax/xml.h"

#include "syntax/xml_reader.h"
#include "syntax/xml_scan.h"

#include <libxml/parserInternals.h>
#include <limits.h>

#define PIECE ((size_t)4 << 10)      /* bytes fed at a time */
#define MAX_LAG ((size_t)64 << 10)   /* bytes that one tag or reference may have */
#define MAX_ASIDE ((size_t)10000000) /* one comment, CDATA section, instruction */

/* libxml2 2.12 made the record of an error constant. */
#if LIBXML_VERSION >= 21200
typedef const xmlError *found_error;
#else
typedef xmlErrorPtr found_error;
#endif

static void on_error(void *user, found_error found)
{
    struct xml_reader *reader = user;
    if (reader->status == COMITY_OK)
        xml_fail_parser(reader, found);
}

/* The second wall: xml_read() has looked for one already. */
static void on_doctype(void *user, const xmlChar *name, const xmlChar *public_id,
                       const xmlChar *system_id)
{
    struct xml_reader *reader = user;
    (void)name;
    (void)public_id;
    (void)system_id;
    xml_fail_doctype(reader, reader->at);
}

/* Never called without a DOCTYPE; what they return is "there is none". */
static xmlParserInputPtr on_resolve(void *user, const xmlChar *public_id,
                                    const xmlChar *system_id)
{
    struct xml_reader *reader = user;
    (void)public_id;
    (void)system_id;
    xml_fail_doctype(reader, reader->at);
    return NULL;
}

static xmlEntityPtr on_entity(void *user, const xmlChar *name)
{
    (void)user;
    (void)name;
    return NULL;
}

static xmlParserCtxtPtr new_parser(struct xml_reader *reader)
{
    xmlSAXHandler handler = {
        .initialized = XML_SAX2_MAGIC,
        .internalSubset = on_doctype,
        .externalSubset = on_doctype,
        .resolveEntity = on_resolve,
        .getEntity = on_entity,
        .getParameterEntity = on_entity,
        .startElementNs = xml_tree_start,
        .endElementNs = xml_tree_end,
        .characters = xml_tree_text,
        .ignorableWhitespace = xml_tree_text,
        .cdataBlock = xml_tree_text,
        .serror = on_error,
    };
    xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(&handler, reader, NULL, 0, NULL);
    if (!parser)
        return NULL;
    xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    return parser;
}

/* How much to feed next.  A piece ends behind a tag, if there is one, so that the parser has
 * nothing to hold back; else between two characters, and not where it would have to know the
 * next one. */
static size_t next_piece(const char *text, size_t left)
{
    if (left <= PIECE)
        return left;
    const char *tag_end = memrchr(text, '>', PIECE);
    if (tag_end)
        return (size_t)(tag_end - text) + 1;
    size_t piece = PIECE;
    while (piece > PIECE / 2 && (((unsigned char)text[piece] & 0xC0u) == 0x80u ||
                                 text[piece - 1] == '\r' || text[piece - 1] == ']'))
        piece--;
    return piece;
}

/* Where the comment, CDATA section or instruction ends that the parser waits for at `pending`;
 * 0 where it waits for something else. */
static size_t end_of_aside(const struct xml_reader *reader, size_t pending)
{
    const char *text = reader->text;
    size_t size = reader->size;
    /* Of these it takes a little with every piece, so that it stands within. */
    if (reader->parser->instate == XML_PARSER_CDATA_SECTION)
        return xml_scan_past(text, size, pending, "]]>");
    size_t end = xml_scan_aside(text, size, pending);
    return end == pending ? 0 : end;
}

/* Fails where the parser holds back too much of what it was fed.  Where it may, `*next` becomes
 * the end of what it waits for: to hand that over in small pieces would make it look through
 * all of it each time. */
static void check_lag(struct xml_reader *reader, size_t fed, size_t *next)
{
    long consumed = xmlByteConsumed(reader->parser);
    size_t pending = consumed > 0 ? (size_t)consumed : 0;
    *next = 0;
    if (pending > fed || fed - pending <= MAX_LAG)
        return;
    size_t end = end_of_aside(reader, pending);
    if (end > reader->size)
        end = reader->size;
    if (end && end - pending <= MAX_ASIDE)
        *next = end;
    else if (end)
        xml_fail_limit(reader, "limit.markup", pending,
                       "a comment, CDATA section or instruction is longer than %zu bytes",
                       MAX_ASIDE);
    else if (reader->text[pending] == '<')
        xml_fail_limit(reader, "limit.attributes", pending,
                       "a tag with its attributes is longer than %zu bytes", MAX_LAG);
    else
        xml_fail_limit(reader, "limit.markup", pending,
                       "a reference or name is longer than %zu bytes", MAX_LAG);
}

static void feed(struct xml_reader *reader)
{
    size_t fed = 0, next = 0;
    while (fed < reader->size && reader->status == COMITY_OK) {
        size_t piece = next_piece(reader->text + fed, reader->size - fed);
        if (next > fed)
            piece = next - fed;
        xmlParseChunk(reader->parser, reader->text + fed, (int)piece, 0);
        fed += piece;
        if (reader->status == COMITY_OK)
            check_lag(reader, fed, &next);
    }
    if (reader->status != COMITY_OK)
        return;
    reader->is_ending = true;
    xmlParseChunk(reader->parser, NULL, 0, 1);
    if (reader->status != COMITY_OK)
        return;
    /* Whatever the parser may have forgotten to report: */
    if (reader->parser->errNo == XML_ERR_NO_MEMORY)
        reader->status = COMITY_E_NOMEM;
    else if (reader->open || !reader->tree->count)
        xml_fail_truncated(reader);
    else if (!reader->parser->wellFormed || !reader->parser->nsWellFormed)
        xml_fail(reader, "xml.syntax", reader->size, NULL, "the document is not well formed");
}

/* What is better said before the parser sees it. */
static void look_ahead(struct xml_reader *reader)
{
    const char *nul = memchr(reader->text, '\0', reader->size);
    size_t start = xml_scan_misc(reader->text, reader->size, 0);
    if (reader->size >= UINT32_MAX / 2)
        xml_fail_limit(reader, "limit.bytes", 0, "the document is longer than 2 GiB");
    else if (nul)
        xml_fail(reader, "xml.character", (size_t)(nul - reader->text), NULL,
                 "found the character U+0000, which XML does not allow");
    else if (xml_scan_has(reader->text, reader->size, start, "<!DOCTYPE"))
        xml_fail_doctype(reader, start);
    else if (start == reader->size)
        xml_fail_truncated(reader);
    else if (reader->text[start] != '<')
        xml_fail(reader, "xml.syntax", start, NULL,
                 "found text before the first element; expected '<'");
}

comity_status xml_read(struct tree *tree, const char *text, size_t size,
                       const struct limits *limits, struct syntax_error *error)
{
    const struct charset_map *map = tree->map;
    tree_reset(tree);
    tree->map = map;
    tree->syntax = SYNTAX_XML;
    tree->text = text;
    tree->size = size;
    struct xml_reader reader = {
        .tree = tree, .text = text, .size = size, .limits = limits, .error = error};
    *error = (struct syntax_error){.code = NULL};
    /* Decoding never makes more of a text than it was. */
    buffer_init(&reader.run.decoded, size);
    look_ahead(&reader);
    if (reader.status != COMITY_OK)
        goto done;
    reader.has_bracket = memchr(text, ']', size) != NULL;
    reader.parser = new_parser(&reader);
    if (reader.parser)
        feed(&reader);
    else
        reader.status = COMITY_E_NOMEM;

done:
    xmlFreeParserCtxt(reader.parser);
    buffer_free(&reader.run.decoded);
    /* A tree that was given up is not one to walk: its links are those of the reader. */
    if (reader.status != COMITY_OK)
        tree->count = 0;
    return reader.status;
}
