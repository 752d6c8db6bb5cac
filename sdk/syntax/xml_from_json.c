/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the normal form, as JSON, to XML.  The JSON is our own writer's, but kept pieces may
 * come from anybody: names and characters that XML has not are left out and counted. */
#include "syntax/json.h"
#include "syntax/xml.h"
#include "syntax/xml_normal.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

/* Prefixes of namespaces that the table has not; a template may not have such. */
#define ELEMENT_PREFIX "_k"
#define ATTRIBUTE_PREFIX "_a"
#define TYPE_PREFIX "_t"

#define MAX_ATTRIBUTES 1024u

struct putting {
    const struct tree *tree;
    const struct xml_namespaces *namespaces;
    const char *default_uri; /* of the table; "" = none */
    bool is_bare;            /* where we are, an element without prefix is in no namespace */
    struct buffer *out;
    size_t lost;
};

/* --- names */

static bool is_name_char(unsigned char c, bool is_first)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80)
        return true;
    return !is_first && ((c >= '0' && c <= '9') || c == '-' || c == '.');
}

/* Letters of ASCII and all beyond it: close enough to what XML 1.0 calls a name, and never
 * anything that ends a tag. */
static bool is_name(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!is_name_char((unsigned char)text[i], i == 0))
            return false;
    return len > 0;
}

static bool has_prefix(const struct putting *p, const char *prefix, size_t len)
{
    for (size_t i = 0; i < p->namespaces->count; i++)
        if (strlen(p->namespaces->all[i].prefix) == len &&
            memcmp(p->namespaces->all[i].prefix, prefix, len) == 0)
            return true;
    return (len == 3 && memcmp(prefix, "xsi", 3) == 0) ||
           (len == 3 && memcmp(prefix, "xml", 3) == 0);
}

struct name {
    const char *uri, *local; /* uri NULL: `local` is the name with its prefix */
    size_t uri_len, local_len;
};

/* Namespaces that no other prefix may have. */
static bool is_reserved(const struct name *name)
{
    static const char *const reserved[] = {"http://www.w3.org/XML/1998/namespace",
                                           "http://www.w3.org/2000/xmlns/"};
    for (size_t i = 0; i < 2; i++)
        if (name->uri_len == strlen(reserved[i]) &&
            memcmp(name->uri, reserved[i], name->uri_len) == 0)
            return true;
    return false;
}

/* Takes a normal name apart; false where it is none. */
static bool parse_name(const struct putting *p, const char *text, size_t len, struct name *name)
{
    *name = (struct name){.local = text, .local_len = len};
    if (len && text[0] == '{') {
        const char *end = memchr(text, '}', len);
        if (!end)
            return false;
        name->uri = text + 1;
        name->uri_len = (size_t)(end - text) - 1;
        name->local = end + 1;
        name->local_len = (size_t)(text + len - name->local);
        return is_name(name->local, name->local_len) &&
               xml_can_carry(name->uri, name->uri_len) && !is_reserved(name);
    }
    const char *colon = memchr(text, ':', len);
    if (!colon)
        return is_name(text, len);
    size_t before = (size_t)(colon - text);
    return has_prefix(p, text, before) && is_name(colon + 1, len - before - 1);
}

/* --- text */

static void put_text(struct putting *p, const char *text, size_t len, bool attribute)
{
    size_t plain = 0;
    for (size_t at = 0; at < len;) {
        uint32_t code;
        size_t size = utf8_decode(text + at, len - at, &code);
        if (!xml_can_carry(text + at, size)) {
            xml_put_text(p->out, text + plain, at - plain, attribute);
            plain = at + size;
            p->lost++;
        }
        at += size;
    }
    xml_put_text(p->out, text + plain, len - plain, attribute);
}

static void indent(struct buffer *out, unsigned depth)
{
    static const char blanks[] = "\n                                ";
    buffer_add(out, blanks, 1 + (depth < 32 ? depth : 32));
}

static const char *text_of(const struct comity_node *node, size_t *len)
{
    const char *text = node->kind == COMITY_NODE_TRUE    ? "true"
                       : node->kind == COMITY_NODE_FALSE ? "false"
                       : node->text                      ? node->text
                                                         : "";
    *len = node->text ? node->text_len : strlen(text);
    return text;
}

static bool is_named(const struct comity_node *node, const char *name)
{
    return node->name_len == strlen(name) && memcmp(node->name, name, node->name_len) == 0;
}

/* --- attributes */

static void put_declaration(struct putting *p, const char *prefix, const char *uri, size_t len)
{
    buffer_format(p->out, *prefix ? " xmlns:%s=\"" : " xmlns%s=\"", prefix);
    xml_put_text(p->out, uri, len, true);
    buffer_char(p->out, '"');
}

/* The prefix that the table has for the name's namespace, or NULL. */
static const char *table_prefix(const struct putting *p, const struct name *name)
{
    for (size_t i = 0; i < p->namespaces->count; i++)
        if (strlen(p->namespaces->all[i].uri) == name->uri_len &&
            memcmp(p->namespaces->all[i].uri, name->uri, name->uri_len) == 0)
            return p->namespaces->all[i].prefix;
    return NULL;
}

/* The value of xsi:type: a name, whose namespace needs a prefix here. */
static void put_type(struct putting *p, const char *text, size_t len)
{
    struct name name;
    if (!len || text[0] != '{' || !parse_name(p, text, len, &name)) {
        buffer_text(p->out, " xsi:type=\"");
        put_text(p, text, len, true);
        buffer_char(p->out, '"');
        return;
    }
    if (!name.uri_len) { /* of no namespace, which no prefix can say */
        p->lost++;
        return;
    }
    const char *prefix = table_prefix(p, &name);
    if (prefix && !*prefix && p->is_bare)
        prefix = NULL;
    if (!prefix) {
        put_declaration(p, TYPE_PREFIX, name.uri, name.uri_len);
        prefix = TYPE_PREFIX;
    }
    buffer_format(p->out, " xsi:type=\"%s%s%.*s\"", prefix, *prefix ? ":" : "",
                  (int)name.local_len, name.local);
}

/* True if the name says what another member, or a declaration, says already. */
static bool is_name_taken(const struct putting *p, const struct comity_node *group,
                          const struct comity_node *node, const struct name *name)
{
    if (name->uri ? !name->uri_len || table_prefix(p, name)
                  : name->local_len == 5 && memcmp(name->local, "xmlns", 5) == 0)
        return true;
    for (uint32_t i = group->first; tree_node(p->tree, i) != node;
         i = tree_node(p->tree, i)->next) {
        const struct comity_node *other = tree_node(p->tree, i);
        if (other->name_len == node->name_len &&
            memcmp(other->name, node->name, node->name_len) == 0)
            return true;
    }
    return false;
}

static void put_attribute(struct putting *p, const struct comity_node *group,
                          const struct comity_node *node, unsigned number)
{
    struct name name;
    size_t len;
    const char *text = text_of(node, &len);
    if (number > MAX_ATTRIBUTES || !parse_name(p, node->name + 1, node->name_len - 1, &name) ||
        is_name_taken(p, group, node, &name)) {
        p->lost++;
        return;
    }
    if (is_named(node, "@xsi:type")) {
        put_type(p, text, len);
        return;
    }
    if (name.uri) {
        char prefix[16];
        snprintf(prefix, sizeof prefix, ATTRIBUTE_PREFIX "%u", number);
        put_declaration(p, prefix, name.uri, name.uri_len);
        buffer_format(p->out, " %s:", prefix);
    } else {
        buffer_char(p->out, ' ');
    }
    buffer_add(p->out, name.local, name.local_len);
    buffer_text(p->out, "=\"");
    put_text(p, text, len, true);
    buffer_char(p->out, '"');
}

/* --- elements */

static bool is_attribute(const struct comity_node *node)
{
    return node->name_len > 1 && node->name[0] == '@';
}

static void put_element(struct putting *p, const char *text, size_t len, uint32_t index,
                        unsigned depth);

/* True if a member of the object is text that stands beside elements. */
static bool is_mixed(const struct putting *p, uint32_t index)
{
    bool has_text = false, has_element = false;
    for (uint32_t i = tree_node(p->tree, index)->first; i; i = tree_node(p->tree, i)->next) {
        const struct comity_node *node = tree_node(p->tree, i);
        bool is_text = is_named(node, XML_TEXT);
        has_text = has_text || is_text;
        has_element = has_element || (!is_text && !is_attribute(node));
    }
    return has_text && has_element;
}

/* The text "#text", one or several. */
static void put_texts(struct putting *p, const struct comity_node *node)
{
    size_t len;
    const char *text;
    if (node->kind == COMITY_NODE_LIST) {
        for (uint32_t i = node->first; i; i = tree_node(p->tree, i)->next)
            put_texts(p, tree_node(p->tree, i));
        return;
    }
    text = text_of(node, &len);
    put_text(p, text, len, false);
}

/* Texts and elements in their order. */
static void put_mixed(struct putting *p, const struct comity_node *list)
{
    for (uint32_t i = list->first; i; i = tree_node(p->tree, i)->next) {
        const struct comity_node *entry = tree_node(p->tree, i);
        const struct comity_node *only = tree_node(p->tree, entry->first);
        if (entry->kind != COMITY_NODE_GROUP) {
            put_texts(p, entry);
            continue;
        }
        bool is_list = entry->first && only->kind == COMITY_NODE_LIST;
        for (uint32_t k = is_list ? only->first : entry->first; k;
             k = is_list ? tree_node(p->tree, k)->next : 0)
            put_element(p, only->name, only->name_len, k, 0);
    }
}

/* The members of an object that are no attributes; true if the last stands on its own line. */
static bool put_content(struct putting *p, uint32_t index, unsigned depth)
{
    bool mixed = is_mixed(p, index), has_element = false;
    for (uint32_t i = tree_node(p->tree, index)->first; i; i = tree_node(p->tree, i)->next) {
        const struct comity_node *node = tree_node(p->tree, i);
        if (is_attribute(node))
            continue;
        if (is_named(node, XML_TEXT)) {
            put_texts(p, node);
            continue;
        }
        if (is_named(node, XML_MIXED)) {
            put_mixed(p, node);
            continue;
        }
        bool is_list = node->kind == COMITY_NODE_LIST;
        for (uint32_t k = is_list ? node->first : i; k;
             k = is_list ? tree_node(p->tree, k)->next : 0) {
            if (!mixed)
                indent(p->out, depth);
            put_element(p, node->name, node->name_len, k, mixed ? 0 : depth);
            has_element = true;
        }
    }
    return has_element && !mixed;
}

static bool has_content(const struct putting *p, const struct comity_node *node)
{
    if (node->kind != COMITY_NODE_GROUP)
        return node->text_len > 0 || node->kind == COMITY_NODE_TRUE ||
               node->kind == COMITY_NODE_FALSE || node->first;
    for (uint32_t i = node->first; i; i = tree_node(p->tree, i)->next)
        if (!is_attribute(tree_node(p->tree, i)))
            return true;
    return false;
}

/* What stands behind the name of a start tag, up to the end tag. */
static void put_rest(struct putting *p, const struct name *name, uint32_t index, unsigned depth)
{
    const struct comity_node *node = tree_node(p->tree, index);
    unsigned number = 0;
    for (uint32_t i = node->kind == COMITY_NODE_GROUP ? node->first : 0; i;
         i = tree_node(p->tree, i)->next)
        if (is_attribute(tree_node(p->tree, i)))
            put_attribute(p, node, tree_node(p->tree, i), ++number);
    if (!has_content(p, node)) {
        buffer_text(p->out, "/>");
        return;
    }
    buffer_char(p->out, '>');
    if (node->kind == COMITY_NODE_GROUP) {
        if (put_content(p, index, depth + 1))
            indent(p->out, depth);
    } else {
        put_texts(p, node);
    }
    buffer_text(p->out, name->uri_len ? "</" ELEMENT_PREFIX ":" : "</");
    buffer_add(p->out, name->local, name->local_len);
    buffer_char(p->out, '>');
}

static void put_element(struct putting *p, const char *text, size_t len, uint32_t index,
                        unsigned depth)
{
    struct name name;
    if (!parse_name(p, text, len, &name)) {
        p->lost++;
        return;
    }
    bool was_bare = p->is_bare;
    buffer_text(p->out, name.uri_len ? "<" ELEMENT_PREFIX ":" : "<");
    buffer_add(p->out, name.local, name.local_len);
    if (name.uri_len) { /* a prefix of its own: the default is that of its children */
        put_declaration(p, ELEMENT_PREFIX, name.uri, name.uri_len);
    } else if (*p->default_uri && !memchr(name.local, ':', name.local_len) &&
               p->is_bare != (name.uri != NULL)) {
        p->is_bare = !p->is_bare;
        put_declaration(p, "", p->default_uri, p->is_bare ? 0 : strlen(p->default_uri));
    }
    put_rest(p, &name, index, depth);
    p->is_bare = was_bare;
}

static void put_declarations(struct putting *p)
{
    for (size_t i = 0; i < p->namespaces->count; i++) {
        const struct xml_namespace *space = &p->namespaces->all[i];
        if (!*space->uri)
            continue;
        put_declaration(p, space->prefix, space->uri, strlen(space->uri));
        if (!*space->prefix)
            p->default_uri = space->uri;
    }
    put_declaration(p, "xsi", XML_SCHEMA_INSTANCE, sizeof XML_SCHEMA_INSTANCE - 1);
}

comity_status xml_from_json(const char *json, size_t len, const char *root,
                            const struct xml_namespaces *namespaces, struct arena *arena,
                            struct buffer *out, size_t *lost)
{
    struct tree tree;
    struct limits limits = LIMITS_INIT;
    struct syntax_error error;
    size_t used = 0;
    tree_init(&tree, arena);
    tree.has_twins = true; /* elements of one name may stand apart */
    comity_status status = json_read(&tree, json, len, true, &limits, &used, &error);
    struct putting p = {.tree = &tree, .namespaces = namespaces, .default_uri = "", .out = out};
    struct name name = {.local = root, .local_len = strlen(root)};
    if (status == COMITY_OK && tree_node(&tree, 1)->kind != COMITY_NODE_GROUP)
        status = COMITY_E_INVALID;
    if (status == COMITY_OK) {
        buffer_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
        buffer_text(out, root);
        put_declarations(&p);
        put_rest(&p, &name, 1, 0);
        buffer_char(out, '\n');
        status = buffer_status(out);
    }
    *lost = p.lost;
    tree_free(&tree);
    return status == COMITY_E_LIMIT ? COMITY_E_INVALID : status;
}
