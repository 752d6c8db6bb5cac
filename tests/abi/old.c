/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin built against the first ABI, whatever the host has grown to; it says so when it
 * ends. */
#include "plugin-1.0.h"

#include "mock.h"

#include <unistd.h>

static comity_status init(const struct comity_host *given, struct comity_call *call)
{
    host = given;
    if (given->struct_size < sizeof *given || !COMITY_HAS(comity_host, given, write))
        return COMITY_E_UNSUPPORTED;
    if (given->extension("nobody.nothing/1") || given->alloc(call, 8) ||
        given->option(call, "none"))
        return COMITY_E_UNSUPPORTED;
    return COMITY_OK;
}

static void deinit(void)
{
    ssize_t ignored = write(STDERR_FILENO, "old: deinit\n", 12);
    (void)ignored;
}

static comity_status read_document(struct comity_call *call, const struct comity_node *root,
                                   struct comity_doc *doc)
{
    unsigned char *zeroed = host->alloc(call, 100);
    for (size_t i = 0; i < 100; i++)
        if (!zeroed || zeroed[i])
            return COMITY_E_NOMEM;
    return mock_put(call, doc, root, "id", "id");
}

static comity_status write_document(struct comity_call *call, struct comity_doc *doc,
                                    struct comity_out *out)
{
    (void)call;
    mock_write(out, "{");
    return mock_member(doc, out, "id", "id", "}\n");
}

static const struct comity_reader reader = {.struct_size = sizeof reader,
                                            .read = read_document};
static const struct comity_writer writer = {.struct_size = sizeof writer,
                                            .write = write_document};
MOCK_FORMAT("mock-old", .syntax = "json", .probe = mock_probe, .reader = &reader,
            .writer = &writer);
MOCK_PLUGIN("old", .init = init, .deinit = deinit)
