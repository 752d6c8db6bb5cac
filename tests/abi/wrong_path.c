/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin that asks for paths that do not exist and puts bytes that are no text, and reports
 * the answers. */
#include "mock.h"

static const char *const paths[] = {"nowhere",   "persons[0].nowhere", "",
                                    "persons",   "persons[0]",         "persons[",
                                    "id.family", "persons[7].key",     "id[0]"};
#define PATHS (sizeof paths / sizeof paths[0])

static void tell(struct comity_call *call, const struct comity_node *node, const char *code,
                 comity_status status)
{
    mock_report(call, status == COMITY_E_USAGE ? COMITY_NOTE : COMITY_WARNING, code,
                status == COMITY_E_USAGE ? "usage" : "something else", node);
}

static comity_status read_document(struct comity_call *call, const struct comity_node *root,
                                   struct comity_doc *doc)
{
    const struct comity_node *node = host->node_find(call, root, "value");
    for (size_t i = 0; i < PATHS; i++)
        tell(call, node, "mock.put", host->put(doc, paths[i], "x", 1, node));
    tell(call, node, "mock.put", host->put(doc, "facts.summary", "caf\xE9", 4, node));
    tell(call, node, "mock.put", host->put(doc, "facts.summary", "a\0b", 3, node));
    tell(call, node, "mock.keep", host->keep(doc, NULL));
    return mock_put(call, doc, root, "id", "id");
}

static comity_status write_document(struct comity_call *call, struct comity_doc *doc,
                                    struct comity_out *out)
{
    size_t len;
    const char *text;
    for (size_t i = 0; i < PATHS; i++) {
        comity_status status = host->get(doc, paths[i], &text, &len);
        if (status == COMITY_OK || host->count(doc, paths[i]))
            mock_report(call, COMITY_WARNING, "mock.get", paths[i], NULL);
    }
    tell(call, NULL, "mock.get", host->get(doc, "nowhere", &text, &len));
    mock_write(out, "{");
    return mock_member(doc, out, "id", "id", "}\n");
}

static const struct comity_reader reader = {.struct_size = sizeof reader,
                                            .read = read_document};
static const struct comity_writer writer = {.struct_size = sizeof writer,
                                            .write = write_document};
MOCK_FORMAT("mock-wrong-path", .syntax = "json", .probe = mock_probe, .reader = &reader,
            .writer = &writer);
MOCK_PLUGIN("wrong-path", .init = mock_init)
