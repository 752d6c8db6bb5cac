/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin that fails and gives no reason: its reader on a document with "fail",
 * for which it has no field, its writer, after some bytes, on the id "half". */
#include "mock.h"

static comity_status read_document(struct comity_call *call, const struct comity_node *root,
                                   struct comity_doc *doc)
{
    const struct comity_node *fail = host->node_find(call, root, "fail");
    if (fail && host->put(doc, "facts.sumary", "x", 1, fail) != COMITY_OK)
        return COMITY_E_INVALID;
    return mock_put(call, doc, root, "id", "id");
}

static comity_status write_document(struct comity_call *call, struct comity_doc *doc,
                                    struct comity_out *out)
{
    (void)call;
    size_t len = 0;
    const char *text = "";
    mock_write(out, "{");
    host->get(doc, "id", &text, &len);
    if (len == 4 && memcmp(text, "half", 4) == 0)
        return COMITY_E_IO;
    return mock_member(doc, out, "id", "id", "}\n");
}

static const struct comity_reader reader = {.struct_size = sizeof reader,
                                            .read = read_document};
static const struct comity_writer writer = {.struct_size = sizeof writer,
                                            .write = write_document};
MOCK_FORMAT("mock-silent", .syntax = "json", .probe = mock_probe, .reader = &reader,
            .writer = &writer);
MOCK_PLUGIN("fails-silently", .init = mock_init)
