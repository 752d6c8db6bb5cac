/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The normal form of XML: the tree that a JSON document of the same content would have, so that
 * one template language, and one way of keeping what has no place, serve both.
 *
 *   - an element with attributes or child elements is a GROUP, any other a STRING (an empty one
 *     has the text "");
 *   - elements of one name that stand side by side are one LIST under that name;
 *   - names are "prefix:local" by a table of prefixes that the format chooses (the document's
 *     own prefixes do not count), "local" for the table's prefix "", for a name in no namespace
 *     where the table gives "" to none, and else "{uri}local"; attributes are "@name";
 *   - text of an element with attributes, and each text beside child elements, is "#text";
 *   - the value of xsi:type is the type's name as "{uri}local".
 *
 * Where elements of one name, or texts, stand apart from one another, a JSON object could not
 * hold them: `reserved` of their nodes counts them, and xml_put_normal() puts the whole content
 * into one list "#mixed", in which a text is a string and an element an object of one member.
 *
 * Comments, processing instructions, prefixes and indentation are not in it. */
#ifndef COMITY_SYNTAX_XML_NORMAL_H
#define COMITY_SYNTAX_XML_NORMAL_H

#include "syntax/tree.h"

#define XML_TEXT "#text"
#define XML_MIXED "#mixed"
#define XML_SCHEMA_INSTANCE "http://www.w3.org/2001/XMLSchema-instance"

struct xml_namespace {
    const char *prefix, *uri; /* uri "" = no namespace */
};

struct xml_namespaces {
    const struct xml_namespace *all;
    size_t count;
};

/* True if an element or attribute of a tree of XML that is not yet normal has this normal
 * name. */
bool xml_is_named(const struct comity_node *node, const struct xml_namespaces *namespaces,
                  const char *name, size_t len);

/* Brings a tree of XML to its normal form; places stay.  Further memory is the tree's arena's.
 * COMITY_E_NOMEM: the tree is as it was. */
comity_status xml_normalize(struct tree *tree, const struct xml_namespaces *namespaces);

/* Appends a node of a normal tree, and all below it, as JSON. */
void xml_put_normal(struct buffer *out, const struct tree *tree, uint32_t index);

/* Appends the XML document whose normal form is the JSON `json` (an object), with a
 * declaration, the namespaces of the table and indentation.  Attributes may stand anywhere in
 * their object.  `*lost` becomes how many characters and names XML cannot carry; they are left
 * out.  COMITY_E_INVALID where `json` is no object; COMITY_E_NOMEM. */
comity_status xml_from_json(const char *json, size_t len, const char *root,
                            const struct xml_namespaces *namespaces, struct arena *arena,
                            struct buffer *out, size_t *lost);

#endif
