/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin whose init() tells why and fails; its deinit() must not be called. */
#include "mock.h"

#include <unistd.h>

static comity_status init(const struct comity_host *given, struct comity_call *call)
{
    host = given;
    mock_report(call, COMITY_WARNING, "mock.no-engine", "the engine is not there", NULL);
    return COMITY_E_UNSUPPORTED;
}

static void deinit(void)
{
    ssize_t ignored = write(STDERR_FILENO, "init_fails: deinit\n", 19);
    (void)ignored;
}

static comity_status write_document(struct comity_call *call, struct comity_doc *doc,
                                    struct comity_out *out)
{
    (void)call;
    (void)doc;
    return mock_write(out, "{}\n");
}

static const struct comity_writer writer = {.struct_size = sizeof writer,
                                            .write = write_document};
MOCK_FORMAT("mock-init-fails", .syntax = "json", .writer = &writer);
MOCK_PLUGIN("init-fails", .init = init, .deinit = deinit)
