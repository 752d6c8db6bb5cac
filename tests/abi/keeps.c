/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin that keeps what has no canonical place, and gives it back. */
#include "mock.h"

static comity_status read_document(struct comity_call *call, const struct comity_node *root,
                                   struct comity_doc *doc)
{
    const struct comity_node *extra = host->node_find(call, root, "extra");
    if (extra && host->keep(doc, extra) != COMITY_OK)
        return COMITY_E_NOMEM;
    return mock_put(call, doc, root, "id", "id");
}

static comity_status write_document(struct comity_call *call, struct comity_doc *doc,
                                    struct comity_out *out)
{
    size_t len;
    const char *text;
    mock_write(out, "{");
    if (host->get(doc, "kept:/extra", &text, &len) == COMITY_OK) {
        mock_write(out, "\"extra\":");
        host->write(out, text, len);
        mock_write(out, ",");
    }
    if (host->get(doc, "kept:/none", &text, &len) != COMITY_END)
        mock_report(call, COMITY_ERROR, "mock.kept", "what was never kept is there", NULL);
    return mock_member(doc, out, "id", "id", "}\n");
}

static const struct comity_reader reader = {.struct_size = sizeof reader,
                                            .read = read_document};
static const struct comity_writer writer = {.struct_size = sizeof writer,
                                            .write = write_document};
MOCK_FORMAT("mock-keeps", .syntax = "json", .probe = mock_probe, .reader = &reader,
            .writer = &writer);
MOCK_PLUGIN("keeps", .init = mock_init)
