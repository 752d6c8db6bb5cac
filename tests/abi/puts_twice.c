/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin that puts two values on one path: the first is gone, and the host must say so. */
#include "mock.h"

static comity_status read_document(struct comity_call *call, const struct comity_node *root,
                                   struct comity_doc *doc)
{
    comity_status status = mock_put(call, doc, root, "old", "id");
    if (status == COMITY_OK)
        status = mock_put(call, doc, root, "id", "id");
    return status == COMITY_OK ? mock_put(call, doc, root, "id", "id") : status;
}

static const struct comity_reader reader = {.struct_size = sizeof reader,
                                            .read = read_document};
MOCK_FORMAT("mock-twice", .syntax = "json", .probe = mock_probe, .reader = &reader);
MOCK_PLUGIN("puts-twice", .init = mock_init)
