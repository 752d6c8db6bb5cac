/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tree, out of what the parser tells.  Each tag is found again in the text, from the end
 * of the last one on: so every node knows its place, and lends its name and text wherever
 * the bytes are what the parser made of them.  Must not know what is well formed, nor any
 * format.
 *
 * While an element is open, its `next` is its parent, its `end` its last child, its `reserved`
 * the number of its namespace declarations: no stack is needed. */
#include "syntax/xml_reader.h"
#include "syntax/xml_scan.h"

static const char *as_text(const xmlChar *text)
{
    return (const char *)text;
}

/* The scanner sees another document than the parser: must not happen, and must not pass. */
static void fail_disagreement(struct xml_reader *reader, size_t offset)
{
    xml_fail(reader, "xml.syntax", offset, NULL,
             "the tag is read in two ways; expected one that has only one meaning");
}

/* True if all that was read so far could be found again. */
static bool is_in_step(struct xml_reader *reader)
{
    if (reader->is_cut_tag)
        fail_disagreement(reader, reader->at);
    return reader->status == COMITY_OK;
}

void xml_tree_finish(struct xml_reader *reader)
{
    is_in_step(reader);
}

/* --- namespace names */

static struct xml_name *find_slot(const struct xml_names *names, const xmlChar *key)
{
    size_t i = ((uintptr_t)key >> 3) * 0x9E3779B1u;
    while (names->slots[i & (names->capacity - 1)].key &&
           names->slots[i & (names->capacity - 1)].key != key)
        i++;
    return &names->slots[i & (names->capacity - 1)];
}

static bool grow_names(struct xml_reader *reader)
{
    struct xml_names grown = {.capacity =
                                  reader->names.capacity ? reader->names.capacity * 2 : 8,
                              .count = reader->names.count};
    grown.slots = arena_zalloc(reader->tree->arena, grown.capacity * sizeof(*grown.slots));
    if (!grown.slots)
        return false;
    for (size_t i = 0; i < reader->names.capacity; i++)
        if (reader->names.slots[i].key)
            *find_slot(&grown, reader->names.slots[i].key) = reader->names.slots[i];
    reader->names = grown;
    return true;
}

/* Our copy of a namespace name; NULL for none, and where memory ran out (which it reports). */
static const char *keep_name(struct xml_reader *reader, const xmlChar *uri)
{
    if (!uri)
        return NULL;
    if (reader->names.count * 2 >= reader->names.capacity && !grow_names(reader)) {
        xml_fail_memory(reader, reader->names.capacity * 2 * sizeof(struct xml_name));
        return NULL;
    }
    struct xml_name *slot = find_slot(&reader->names, uri);
    if (slot->key)
        return slot->copy;
    size_t len = strlen(as_text(uri));
    slot->copy = arena_copy(reader->tree->arena, as_text(uri), len);
    if (!slot->copy) {
        xml_fail_memory(reader, len + 1);
        return NULL;
    }
    slot->key = uri;
    reader->names.count++;
    return slot->copy;
}

/* --- nodes */

/* A new node at the end of the open element (or the root); 0 where that failed. */
static uint32_t add_child(struct xml_reader *reader, uint8_t kind, size_t offset)
{
    struct tree *tree = reader->tree;
    uint32_t index = tree_add(tree, reader->limits->members);
    if (!index) {
        if (tree->count > reader->limits->members)
            xml_fail_limit(reader, "limit.members", offset,
                           "the document has more than %lu elements, attributes and texts",
                           (unsigned long)reader->limits->members);
        else
            reader->status = COMITY_E_NOMEM;
        return 0;
    }
    struct comity_node *node = tree_node(tree, index);
    node->kind = kind;
    node->offset = (uint32_t)offset;
    if (!reader->open)
        return index;
    struct comity_node *parent = tree_node(tree, reader->open);
    if (parent->end)
        tree_node(tree, parent->end)->next = index;
    if (!parent->first)
        parent->first = index;
    parent->end = index;
    parent->count++;
    return index;
}

/* Gives a node `len` bytes of text, lent from `place` where they stand there as they are. */
static void set_text(struct xml_reader *reader, uint32_t index, const char *text, size_t len,
                     const char *place)
{
    struct comity_node *node = tree_node(reader->tree, index);
    node->text_len = (uint32_t)len;
    node->text = place;
    if (place)
        return;
    node->text = arena_copy(reader->tree->arena, text, len);
    if (!node->text)
        xml_fail_memory(reader, len + 1);
}

/* --- character data */

static void begin_run(struct xml_reader *reader)
{
    struct xml_run *run = &reader->run;
    run->is_begun = true;
    run->is_decoded = false;
    run->start = xml_scan_data(reader->text, reader->size, reader->at);
    run->len = 0;
}

void xml_tree_text(void *user, const xmlChar *text, int len)
{
    struct xml_reader *reader = user;
    struct xml_run *run = &reader->run;
    if (reader->status != COMITY_OK || len <= 0 || !reader->open)
        return;
    size_t size = (size_t)len;
    if (!run->is_begun)
        begin_run(reader);
    if (!run->is_decoded) {
        size_t end = run->start + run->len;
        if (reader->size - end >= size && memcmp(reader->text + end, text, size) == 0) {
            run->len += size;
            return;
        }
        run->is_decoded = true;
        buffer_clear(&run->decoded);
        buffer_add(&run->decoded, reader->text + run->start, run->len);
    }
    buffer_add(&run->decoded, as_text(text), size);
    if (buffer_status(&run->decoded) != COMITY_OK)
        reader->status = COMITY_E_NOMEM;
}

/* A CDATA section: the push parser leaves its line ends as they are. */
void xml_tree_section(void *user, const xmlChar *text, int len)
{
    static const xmlChar line_end[] = "\n";
    while (len > 0) {
        const xmlChar *found = memchr(text, '\r', (size_t)len);
        int part = found ? (int)(found - text) : len;
        xml_tree_text(user, text, part);
        if (!found)
            return;
        xml_tree_text(user, line_end, 1);
        part += part + 1 < len && text[part + 1] == '\n' ? 2 : 1;
        text += part;
        len -= part;
    }
}

/* "]]>" may not stand in text; the parser does not see one that its input cuts in two. */
static void check_brackets(struct xml_reader *reader, size_t from, size_t to)
{
    for (;;) {
        size_t data = xml_scan_data(reader->text, to, from);
        if (data >= 9 && xml_scan_has(reader->text, to, data - 9, "<![CDATA[")) {
            from = xml_scan_past(reader->text, to, data, "]]>");
            continue;
        }
        const char *next = data < to ? memchr(reader->text + data, '<', to - data) : NULL;
        size_t end = next ? (size_t)(next - reader->text) : to;
        size_t bracket = xml_scan_past(reader->text, end, data, "]]>");
        if (bracket <= end)
            xml_fail(reader, "xml.syntax", bracket - 3, "write it as ]]&gt;",
                     "found ]]> in text; expected it only at the end of a CDATA section");
        if (bracket <= end || data >= to || end == data)
            return;
        from = end;
    }
}

static bool is_blank(const char *text, size_t len)
{
    return xml_scan_blanks(text, len, 0) == len;
}

/* Ends the character data before the tag at `tag`: text of the open element where it holds
 * nothing else, a node of its own beside child elements, nothing where it only indents. */
static void end_run(struct xml_reader *reader, size_t tag, bool is_whole)
{
    struct xml_run *run = &reader->run;
    bool is_begun = run->is_begun;
    run->is_begun = false;
    if (reader->has_bracket)
        check_brackets(reader, reader->at, tag);
    if (!is_begun) {
        if (is_whole)
            set_text(reader, reader->open, "", 0, reader->text + reader->at);
        return;
    }
    const char *text = run->is_decoded ? run->decoded.bytes : reader->text + run->start;
    size_t len = run->is_decoded ? run->decoded.size : run->len;
    uint32_t index = reader->open;
    if (!is_whole) {
        if (is_blank(text, len))
            return;
        index = add_child(reader, COMITY_NODE_TEXT, run->start);
        if (!index)
            return;
        tree_node(reader->tree, index)->end = (uint32_t)tag;
    }
    set_text(reader, index, text, len, run->is_decoded ? NULL : text);
}

static size_t find_tag(const struct xml_reader *reader)
{
    bool is_cut;
    return xml_scan_tag(reader->text, reader->size, reader->at, &is_cut);
}

/* --- tags */

/* True if the bytes at `at` are these. */
static bool has_bytes(const struct xml_reader *reader, size_t at, const char *bytes, size_t len)
{
    return at <= reader->size && reader->size - at >= len &&
           memcmp(reader->text + at, bytes, len) == 0;
}

/* Length of the local part of the name at `at`, if that is what the parser says, and where it
 * begins; 0 if the name is another. */
static size_t match_name(const struct xml_reader *reader, size_t at, const xmlChar *prefix,
                         const xmlChar *local_name, size_t *local)
{
    if (prefix) {
        size_t len = strlen(as_text(prefix));
        if (!has_bytes(reader, at, as_text(prefix), len) ||
            !has_bytes(reader, at + len, ":", 1))
            return 0;
        at += len + 1;
    }
    *local = at;
    size_t len = strlen(as_text(local_name));
    return has_bytes(reader, at, as_text(local_name), len) ? len : 0;
}

/* "&#38;" is how the parser hands on an ampersand in an attribute, and every other one was
 * the start of a reference. */
static void set_attribute_text(struct xml_reader *reader, uint32_t index, const char *value,
                               size_t len, const struct xml_scan_attribute *scanned)
{
    const char *place = reader->text + scanned->value;
    if (len == scanned->value_len && memcmp(place, value, len) == 0 &&
        !memchr(value, '&', len)) {
        set_text(reader, index, value, len, place);
        return;
    }
    struct buffer *decoded = &reader->run.decoded;
    buffer_clear(decoded);
    for (size_t i = 0; i < len; i++) {
        buffer_char(decoded, value[i]);
        if (xml_scan_has(value, len, i, "&#38;"))
            i += 4;
    }
    if (buffer_status(decoded) != COMITY_OK) {
        reader->status = COMITY_E_NOMEM;
        return;
    }
    set_text(reader, index, decoded->bytes, decoded->size, NULL);
}

static bool is_type(const struct comity_node *node)
{
    return node->ns && node->name_len == 4 && memcmp(node->name, "type", 4) == 0 &&
           strcmp(node->ns, "http://www.w3.org/2001/XMLSchema-instance") == 0;
}

/* The value of xsi:type is a name: "{uri}local" says it without the document's prefixes.  One
 * whose prefix is not declared stays as it stands. */
static void resolve_type(struct xml_reader *reader, uint32_t index)
{
    struct comity_node *node = tree_node(reader->tree, index);
    const char *colon = memchr(node->text, ':', node->text_len);
    size_t before = colon ? (size_t)(colon - node->text) : 0;
    for (uint32_t i = reader->namespaces; i-- > 0;) {
        const char *prefix = as_text(reader->prefixes[i].prefix);
        if (colon
                ? !prefix || strlen(prefix) != before || memcmp(prefix, node->text, before) != 0
                : prefix != NULL)
            continue;
        const char *local = colon ? colon + 1 : node->text,
                   *uri = reader->prefixes[i].uri ? as_text(reader->prefixes[i].uri) : "";
        size_t local_len = node->text_len - (colon ? before + 1 : 0), uri_len = strlen(uri);
        char *name = arena_alloc(reader->tree->arena, uri_len + local_len + 2);
        if (!name) {
            xml_fail_memory(reader, uri_len + local_len + 2);
            return;
        }
        name[0] = '{';
        memcpy(name + 1, uri, uri_len);
        name[uri_len + 1] = '}';
        memcpy(name + uri_len + 2, local, local_len);
        node->text = name;
        node->text_len = (uint32_t)(uri_len + local_len + 2);
        return;
    }
}

/* One attribute: local name, prefix, URI, start and end of the value, as libxml2 has them. */
static void add_attribute(struct xml_reader *reader, const xmlChar *const *attribute,
                          const struct xml_scan_attribute *scanned)
{
    size_t local = 0;
    size_t len = match_name(reader, scanned->name, attribute[1], attribute[0], &local);
    if (!len || local + len != scanned->name + scanned->name_len) {
        fail_disagreement(reader, scanned->name);
        return;
    }
    const char *ns = keep_name(reader, attribute[2]);
    uint32_t index = add_child(reader, COMITY_NODE_ATTRIBUTE, scanned->name);
    if (!index)
        return;
    struct comity_node *node = tree_node(reader->tree, index);
    node->name = reader->text + local;
    node->name_len = (uint32_t)len;
    node->ns = ns;
    node->end = (uint32_t)(scanned->value + scanned->value_len + 1);
    set_attribute_text(reader, index, as_text(attribute[3]),
                       (size_t)(attribute[4] - attribute[3]), scanned);
    if (reader->status == COMITY_OK && is_type(tree_node(reader->tree, index)))
        resolve_type(reader, index);
}

/* All attributes of the tag, and its end, from behind its name on. */
static void read_attributes(struct xml_reader *reader, size_t at, int count,
                            const xmlChar *const *attributes)
{
    int seen = 0;
    struct xml_scan_attribute scanned;
    while (reader->status == COMITY_OK &&
           xml_scan_next_attribute(reader->text, reader->size, &at, &scanned)) {
        if (xml_scan_is_declaration(reader->text, &scanned))
            continue;
        if (seen == count)
            break;
        add_attribute(reader, attributes + 5 * seen, &scanned);
        seen++;
    }
    if (reader->status != COMITY_OK)
        return;
    reader->is_empty_tag = has_bytes(reader, at, "/>", 2);
    reader->is_cut_tag =
        seen != count || !(reader->is_empty_tag || has_bytes(reader, at, ">", 1));
    if (reader->is_cut_tag)
        reader->at = tree_node(reader->tree, reader->open)->offset;
    else
        reader->at = at + (reader->is_empty_tag ? 2 : 1);
}

static void check_limits(struct xml_reader *reader, size_t tag, int attributes, int namespaces)
{
    if (reader->depth >= reader->limits->depth)
        xml_fail_limit(reader, "limit.depth", tag, "elements stand more than %lu deep",
                       (unsigned long)reader->limits->depth);
    else if ((unsigned)attributes + (unsigned)namespaces > XML_MAX_ATTRIBUTES)
        xml_fail_limit(reader, "limit.attributes", tag,
                       "an element has more than %u attributes", XML_MAX_ATTRIBUTES);
    else if (reader->namespaces + (unsigned)namespaces > XML_MAX_NAMESPACES)
        xml_fail_limit(reader, "limit.namespaces", tag,
                       "more than %u namespaces are declared at one place", XML_MAX_NAMESPACES);
}

void xml_tree_start(void *user, const xmlChar *local_name, const xmlChar *prefix,
                    const xmlChar *uri, int namespace_count, const xmlChar **namespaces,
                    int attribute_count, int defaulted_count, const xmlChar **attributes)
{
    struct xml_reader *reader = user;
    size_t local = 0;
    (void)defaulted_count; /* without a DOCTYPE there are none */
    if (!is_in_step(reader))
        return;
    size_t tag = find_tag(reader);
    size_t len = match_name(reader, tag + 1, prefix, local_name, &local);
    if (!len) {
        fail_disagreement(reader, tag);
        return;
    }
    if (reader->open)
        end_run(reader, tag, false);
    check_limits(reader, tag, attribute_count, namespace_count);
    if (reader->status != COMITY_OK)
        return;
    const char *ns = keep_name(reader, uri);
    uint32_t index = add_child(reader, COMITY_NODE_ELEMENT, tag);
    if (!index || reader->status != COMITY_OK)
        return;
    struct comity_node *node = tree_node(reader->tree, index);
    node->name = reader->text + local;
    node->name_len = (uint32_t)len;
    node->ns = ns;
    node->next = reader->open;
    node->reserved = (uint16_t)namespace_count;
    for (int i = 0; i < namespace_count; i++)
        reader->prefixes[reader->namespaces++] =
            (struct xml_prefix){namespaces[2 * i], namespaces[2 * i + 1]};
    reader->open = index;
    reader->depth++;
    read_attributes(reader, local + len, attribute_count, attributes);
}

/* One past the end tag at `tag`, which closes `node`; 0 where it is another. */
static size_t end_of_end_tag(const struct xml_reader *reader, size_t tag,
                             const struct comity_node *node)
{
    const char *name = reader->text + node->offset + 1;
    size_t len = (size_t)(node->name - name) + node->name_len;
    if (!has_bytes(reader, tag, "</", 2) || !has_bytes(reader, tag + 2, name, len))
        return 0;
    size_t end = xml_scan_blanks(reader->text, reader->size, tag + 2 + len);
    return has_bytes(reader, end, ">", 1) ? end + 1 : 0;
}

void xml_tree_end(void *user, const xmlChar *local_name, const xmlChar *prefix,
                  const xmlChar *uri)
{
    struct xml_reader *reader = user;
    (void)local_name; /* the parser has seen to it that it is the open element's */
    (void)prefix;
    (void)uri;
    if (!is_in_step(reader) || !reader->open)
        return;
    struct tree *tree = reader->tree;
    struct comity_node *node = tree_node(tree, reader->open);
    bool has_elements = node->end && tree_node(tree, node->end)->kind != COMITY_NODE_ATTRIBUTE;
    size_t tag = reader->is_empty_tag ? reader->at : find_tag(reader);
    size_t end = reader->is_empty_tag ? tag : end_of_end_tag(reader, tag, node);
    if (!end) {
        fail_disagreement(reader, tag);
        return;
    }
    end_run(reader, tag, !has_elements);
    if (reader->status != COMITY_OK)
        return;
    node = tree_node(tree, reader->open); /* it may have moved */
    reader->open = node->next;
    reader->depth--;
    reader->namespaces -= node->reserved;
    reader->is_empty_tag = false;
    reader->at = end;
    node->next = 0;
    node->reserved = 0;
    node->end = (uint32_t)end;
}
