/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin that says nothing of what it leaves: its reader passes over "shoe", its
 * writer forgets the given name.  The host must say both. */
#include "mock.h"

static comity_status read_document(struct comity_call *call, const struct comity_node *root,
                                   struct comity_doc *doc)
{
    size_t len;
    const struct comity_node *shoe = host->node_find(call, root, "shoe");
    host->node_text(shoe, &len); /* to look is not to take */
    comity_status status = mock_put(call, doc, root, "id", "id");
    if (status == COMITY_OK)
        status = mock_put(call, doc, root, "family", "persons[0].name.family");
    if (status == COMITY_OK)
        status = mock_put(call, doc, root, "given", "persons[0].name.given");
    return status;
}

static comity_status write_document(struct comity_call *call, struct comity_doc *doc,
                                    struct comity_out *out)
{
    (void)call;
    mock_write(out, "{");
    comity_status status = mock_member(doc, out, "id", "id", ",");
    if (status != COMITY_OK)
        return status;
    host->count(doc, "persons[0].name.given"); /* to count is not to take */
    return mock_member(doc, out, "family", "persons[0].name.family", "}\n");
}

static const struct comity_reader reader = {.struct_size = sizeof reader,
                                            .read = read_document};
static const struct comity_writer writer = {.struct_size = sizeof writer,
                                            .write = write_document};
MOCK_FORMAT("mock-drops", .syntax = "json", .probe = mock_probe, .reader = &reader,
            .writer = &writer);
MOCK_PLUGIN("drops-member", .init = mock_init)
