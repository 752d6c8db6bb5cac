/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin that puts two values on one path: the first is gone, and the host must say so,
 * unless it was kept, too. */
#include "mock.h"

static comity_status read_document(struct comity_call *call, const struct comity_node *root,
                                   struct comity_doc *doc)
{
    comity_status status = mock_put(call, doc, root, "old", "id");
    const struct comity_node *both = host->node_find(call, root, "both");
    if (status == COMITY_OK && both)
        status = mock_put(call, doc, root, "both", "id");
    if (status == COMITY_OK && both)
        status = host->keep(doc, both);
    const struct comity_node *first = host->node_find(call, root, "first"),
                             *second = host->node_find(call, root, "second");
    if (status == COMITY_OK && first && second)
        status = host->put(doc, "facts.summary", "A", 1, first);
    if (status == COMITY_OK && first && second)
        status = host->put(doc, "facts.summary", "A B", 3, second);
    if (status == COMITY_OK)
        status = mock_put(call, doc, root, "id", "id");
    return status == COMITY_OK ? mock_put(call, doc, root, "id", "id") : status;
}

static const struct comity_reader reader = {.struct_size = sizeof reader,
                                            .read = read_document};
MOCK_FORMAT("mock-twice", .syntax = "json", .probe = mock_probe, .reader = &reader);
MOCK_PLUGIN("puts-twice", .init = mock_init)
