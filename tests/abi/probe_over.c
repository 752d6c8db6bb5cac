/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin whose probe is surer than sure: it is not believed. */
#include "mock.h"

static int32_t probe(const uint8_t *head, size_t size)
{
    (void)head;
    (void)size;
    return 101;
}

static comity_status read_document(struct comity_call *call, const struct comity_node *root,
                                   struct comity_doc *doc)
{
    return mock_put(call, doc, root, "id", "id");
}

static const struct comity_reader reader = {.struct_size = sizeof reader,
                                            .read = read_document};
MOCK_FORMAT("mock-probe-over", .syntax = "json", .probe = probe, .reader = &reader);
MOCK_PLUGIN("probe-over", .init = mock_init)
