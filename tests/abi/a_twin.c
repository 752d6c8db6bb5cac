/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin with the same format id as b_twin.c; it writes "a". */
#include "mock.h"

static comity_status write_document(struct comity_call *call, struct comity_doc *doc,
                                    struct comity_out *out)
{
    (void)call;
    (void)doc;
    return mock_write(out, "\"a\"\n");
}

static const struct comity_writer writer = {.struct_size = sizeof writer,
                                            .write = write_document};
MOCK_FORMAT("mock-twin", .syntax = "json", .writer = &writer);
MOCK_PLUGIN("a-twin", .init = mock_init)
