/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Drives libxml2 over one document that is wholly in memory.  It is fed in small pieces, and
 * given up where one tag is longer than any honest one: what it does with the attributes takes
 * time that grows with the square.
 *
 * Nothing is ever fetched: without a DOCTYPE, which is refused before the parser sees it, there
 * is no entity to load, so that neither the loader nor a catalog is asked.  Must not know what
 * the tree is for. */
#include "syntax/xml.h"

#include "syntax/xml_reader.h"
#include "syntax/xml_scan.h"

#define PIECE ((size_t)16 << 10)     /* bytes fed at a time, or a little more */
#define MAX_TAG ((size_t)64 << 10)   /* bytes that one tag or reference may have */
#define MAX_ASIDE ((size_t)10000000) /* one comment, CDATA section, instruction */
#define MAX_NAMES ((size_t)64 << 10) /* bytes of names that a parser takes along */

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
        .cdataBlock = xml_tree_section,
        .serror = on_error,
    };
    return xmlCreatePushParserCtxt(&handler, reader, NULL, 0, NULL);
}

/* Where memory is short, libxml2 has functions that print to standard error. */
static void XMLCDECL say_nothing(void *user, const char *format, ...)
{
    (void)user, (void)format;
}

/* The spare parser, or a new one; none where there is no memory. */
static void take_parser(struct xml_reader *reader, struct xml_spare *spare)
{
    reader->parser = spare ? atomic_exchange(&spare->parser, NULL) : NULL;
    if (!reader->parser) {
        reader->parser = new_parser(reader);
    } else {
        reader->parser->userData = reader; /* first: what fails is told to it */
        if (xmlCtxtResetPush(reader->parser, NULL, 0, NULL, NULL) != 0) {
            xmlFreeParserCtxt(reader->parser);
            reader->parser = NULL;
        }
    }
    if (reader->parser)
        xmlCtxtUseOptions(reader->parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    else
        reader->status = COMITY_E_NOMEM;
}

/* True if the parser may read another document.  Nobody knows what a document that failed left
 * behind; names are never forgotten; and libxml2 2.9 loses the memory of a catalog that an
 * instruction named when it is reset. */
static bool is_clean(const struct xml_reader *reader)
{
    const xmlParserCtxt *parser = reader->parser;
    return parser && reader->status == COMITY_OK && !parser->catalogs &&
           xmlDictGetUsage(parser->dict) <= MAX_NAMES;
}

/* Keeps the parser for the next document, or frees it. */
static void leave_parser(struct xml_reader *reader, struct xml_spare *spare)
{
    xmlParserCtxtPtr parser = reader->parser;
    if (spare && is_clean(reader)) {
        xmlCtxtReset(parser); /* lets go of the document */
        parser = atomic_exchange(&spare->parser, parser);
    }
    xmlFreeParserCtxt(parser);
}

void xml_spare_free(struct xml_spare *spare)
{
    xmlFreeParserCtxt(atomic_exchange(&spare->parser, NULL));
}

/* One past the markup at `at`, as far as it is to be fed in one piece. */
static size_t end_of_markup(struct xml_reader *reader, size_t at)
{
    const char *text = reader->text;
    size_t size = reader->size;
    size_t end = xml_scan_aside(text, size, at);
    if (xml_scan_has(text, size, at, "<![CDATA["))
        end = xml_scan_past(text, size, at + 9, "]]>");
    if (end == at) {
        size_t most = size - at > MAX_TAG ? at + MAX_TAG + 1 : size;
        end = xml_scan_tag_end(text, most, at);
        return end < most ? end : most;
    }
    if (end > size)
        end = size;
    if (end - at > MAX_ASIDE)
        xml_fail_limit(reader, "limit.markup", at,
                       "a comment, CDATA section or instruction is longer than %zu bytes",
                       MAX_ASIDE);
    return end;
}

/* Where the next piece ends: behind whole markup, or within text but not within a character.
 * The parser takes a '>' in a comment or an attribute that it has not got all of for the end of
 * it, and looks through all that it holds back each time that it gets a little more. */
static size_t end_of_piece(struct xml_reader *reader, size_t from)
{
    const char *text = reader->text;
    size_t at = from, most = from + PIECE;
    if (reader->size - from <= PIECE)
        return reader->size;
    while (at < most) {
        const char *markup = memchr(text + at, '<', most - at);
        if (!markup)
            break;
        at = end_of_markup(reader, (size_t)(markup - text));
    }
    if (at >= most)
        return at;
    while (most > at + 1 && ((unsigned char)text[most] & 0xC0u) == 0x80u)
        most--;
    return most;
}

/* Fails where the parser holds back too much of what it was fed. */
static void check_lag(struct xml_reader *reader, size_t fed)
{
    long consumed = xmlByteConsumed(reader->parser);
    size_t pending = consumed > 0 ? (size_t)consumed : 0;
    if (pending > fed || fed - pending <= MAX_TAG)
        return;
    if (reader->text[pending] == '<')
        xml_fail_limit(reader, "limit.attributes", pending,
                       "a tag with its attributes is longer than %zu bytes", MAX_TAG);
    else
        xml_fail_limit(reader, "limit.markup", pending,
                       "a reference or name is longer than %zu bytes", MAX_TAG);
}

static void feed(struct xml_reader *reader)
{
    size_t fed = 0;
    while (fed < reader->size && reader->status == COMITY_OK) {
        size_t end = end_of_piece(reader, fed);
        if (reader->status != COMITY_OK)
            return;
        xmlParseChunk(reader->parser, reader->text + fed, (int)(end - fed), 0);
        fed = end;
        if (reader->status == COMITY_OK && fed < reader->size)
            check_lag(reader, fed);
    }
    if (reader->status != COMITY_OK)
        return;
    reader->is_ending = true;
    xmlParseChunk(reader->parser, NULL, 0, 1);
    if (reader->status != COMITY_OK)
        return;
    /* Whatever the parser may have forgotten to report: */
    xml_tree_finish(reader);
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
                       const struct limits *limits, struct xml_spare *spare,
                       struct syntax_error *error)
{
    const struct charset_map *map = tree->map;
    tree_reset(tree);
    tree->map = map;
    tree->syntax = SYNTAX_XML;
    tree->text = text;
    tree->size = size;
    struct xml_reader reader = {
        .tree = tree, .text = text, .size = size, .limits = limits, .error = error};
    xmlGenericErrorFunc theirs = xmlGenericError; /* of the program around us, in this thread */
    void *user = xmlGenericErrorContext;
    xmlSetGenericErrorFunc(NULL, say_nothing);
    *error = (struct syntax_error){.code = NULL};
    /* Decoding never makes more of a text than it was. */
    buffer_init(&reader.run.decoded, size);
    look_ahead(&reader);
    if (reader.status != COMITY_OK)
        goto done;
    reader.has_bracket = memchr(text, ']', size) != NULL;
    take_parser(&reader, spare);
    if (reader.status == COMITY_OK)
        feed(&reader);

done:
    leave_parser(&reader, spare);
    xmlSetGenericErrorFunc(user, theirs);
    buffer_free(&reader.run.decoded);
    /* A tree that was given up is not one to walk: its links are those of the reader. */
    if (reader.status != COMITY_OK)
        tree->count = 0;
    return reader.status;
}
