/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin with options: it writes their values. */
#include "mock.h"

static const struct comity_option options[] = {
    {.name = "colour", .type = "text", .fallback = "red", .help = "the colour"},
    {.name = "size", .type = "number", .help = "the size, if there is one"},
    {.name = NULL}};

static void put_option(struct comity_call *call, struct comity_out *out, const char *name,
                       const char *after)
{
    const char *value = host->option(call, name);
    mock_write(out, "\"");
    mock_write(out, name);
    mock_write(out, value ? "\":\"" : "\":null");
    if (value) {
        mock_write(out, value);
        mock_write(out, "\"");
    }
    mock_write(out, after);
}

static comity_status read_document(struct comity_call *call, const struct comity_node *root,
                                   struct comity_doc *doc)
{
    const char *colour = host->option(call, "colour");
    comity_status status = host->put(doc, "channel", colour, strlen(colour), NULL);
    return status == COMITY_OK ? mock_put(call, doc, root, "id", "id") : status;
}

static comity_status write_document(struct comity_call *call, struct comity_doc *doc,
                                    struct comity_out *out)
{
    mock_write(out, "{");
    put_option(call, out, "colour", ",");
    put_option(call, out, "size", ",");
    put_option(call, out, "undeclared", ",");
    return mock_member(doc, out, "id", "id", "}\n");
}

static const struct comity_reader reader = {.struct_size = sizeof reader,
                                            .read = read_document};
static const struct comity_writer writer = {.struct_size = sizeof writer,
                                            .write = write_document};
MOCK_FORMAT("mock-options", .syntax = "json", .options = options, .probe = mock_probe,
            .reader = &reader, .writer = &writer);
MOCK_PLUGIN("takes-options", .init = mock_init)
