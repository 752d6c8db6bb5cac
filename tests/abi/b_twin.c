/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin with the same format id as a_twin.c; it writes "b". */
#include "mock.h"

static comity_status write_document(struct comity_call *call, struct comity_doc *doc,
                                    struct comity_out *out)
{
    (void)call;
    (void)doc;
    return mock_write(out, "\"b\"\n");
}

static const struct comity_writer writer = {.struct_size = sizeof writer,
                                            .write = write_document};
MOCK_FORMAT("mock-twin", .syntax = "json", .writer = &writer);
MOCK_PLUGIN("b-twin", .init = mock_init)
