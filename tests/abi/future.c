/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin of a later minor: each of its structs is larger than the host knows, and what
 * the host does not know of must not be read. */
#include "mock.h"

struct future_reader {
    struct comity_reader now;
    const void *later[4];
};
struct future_writer {
    struct comity_writer now;
    const void *later[4];
};
struct future_format {
    struct comity_format now;
    const void *later[8];
};
struct future_plugin {
    struct comity_plugin now;
    const void *later[16];
};
struct future_diag {
    struct comity_diag now;
    const void *later[4];
};
struct future_host {
    struct comity_host now;
    void (*later[64])(void);
};

static const char wrong[] = "never to be read";

static comity_status read_document(struct comity_call *call, const struct comity_node *root,
                                   struct comity_doc *doc)
{
    const struct future_diag diag = {.now = {.struct_size = sizeof diag,
                                             .severity = COMITY_WARNING,
                                             .code = "mock.host-too-old",
                                             .message = "the host lacks what is wished for",
                                             .node = root},
                                     .later = {wrong, wrong, wrong, wrong}};
    if (host->struct_size < sizeof(struct future_host))
        host->report(call, &diag.now);
    return mock_put(call, doc, root, "id", "id");
}

static comity_status write_document(struct comity_call *call, struct comity_doc *doc,
                                    struct comity_out *out)
{
    (void)call;
    mock_write(out, "{");
    return mock_member(doc, out, "id", "id", "}\n");
}

static const struct future_reader reader = {
    .now = {.struct_size = sizeof reader, .read = read_document}, .later = {wrong, wrong}};
static const struct future_writer writer = {
    .now = {.struct_size = sizeof writer, .write = write_document}, .later = {wrong, wrong}};
static const struct future_format format = {.now = {.struct_size = sizeof format,
                                                    .id = "mock-future",
                                                    .title = "mock-future",
                                                    .syntax = "json",
                                                    .probe = mock_probe,
                                                    .reader = &reader.now,
                                                    .writer = &writer.now},
                                            .later = {wrong, wrong, wrong}};

const struct comity_plugin *comity_plugin_v1(void)
{
    static const struct comity_format *const formats[] = {&format.now, NULL};
    static const struct future_plugin plugin = {.now = {.struct_size = sizeof plugin,
                                                        .abi_minor = COMITY_ABI_MINOR + 99u,
                                                        .id = "future",
                                                        .version = "99",
                                                        .formats = formats,
                                                        .init = mock_init},
                                                .later = {wrong, wrong, wrong}};
    return &plugin.now;
}
