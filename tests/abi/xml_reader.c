/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin that reads XML by code, elements and attributes by name and by turn. */
#include "mock.h"

static comity_status wrong(struct comity_call *call, const struct comity_node *node)
{
    mock_report(call, COMITY_ERROR, "mock.kind", "a node is of another kind", node);
    return COMITY_E_INVALID;
}

static comity_status read_document(struct comity_call *call, const struct comity_node *root,
                                   struct comity_doc *doc)
{
    size_t len, seen = 0;
    const char *name = host->node_name(root, &len);
    if (host->node_kind(root) != COMITY_NODE_ELEMENT || len != 4 ||
        memcmp(name, "case", 4) != 0)
        return wrong(call, root);
    const struct comity_node *number = host->node_find(call, root, "number");
    if (host->node_kind(number) != COMITY_NODE_ATTRIBUTE ||
        host->node_first(call, root) != number || host->node_first(call, number) ||
        host->node_kind(NULL) != COMITY_NODE_NONE || host->node_find(call, root, "none"))
        return wrong(call, number);
    for (const struct comity_node *node = host->node_next(call, number); node;
         node = host->node_next(call, node), seen++)
        if (host->node_kind(node) != COMITY_NODE_ELEMENT)
            return wrong(call, node);
    if (seen != 2)
        return wrong(call, root);
    comity_status status = mock_put(call, doc, root, "number", "id");
    return status == COMITY_OK ? mock_put(call, doc, root, "family", "persons[0].name.family")
                               : status;
}

static comity_status write_document(struct comity_call *call, struct comity_doc *doc,
                                    struct comity_out *out)
{
    (void)call;
    size_t len;
    const char *text;
    comity_status status = host->get(doc, "id", &text, &len);
    if (status != COMITY_OK)
        return status;
    mock_write(out, "<case number=\"");
    host->write(out, text, len);
    return mock_write(out, "\"/>\n");
}

static int32_t probe(const uint8_t *head, size_t size)
{
    return size > 5 && memcmp(head, "<case", 5) == 0 ? 77 : 0;
}

static const struct comity_reader reader = {.struct_size = sizeof reader,
                                            .read = read_document};
static const struct comity_writer writer = {.struct_size = sizeof writer,
                                            .write = write_document};
MOCK_FORMAT("mock-xml", .syntax = "xml", .probe = probe, .reader = &reader, .writer = &writer);
MOCK_PLUGIN("xml-reader", .init = mock_init)
